"""What people call the ways in which a step ends, where a condition wants one of its statuses."""

from collections.abc import Sequence

from engine.record.outcome import StepStatus
from engine.runbook.expressions.offers import offer
from engine.runbook.spelling import nearest

STATUSES = tuple(status.value for status in StepStatus if status is not StepStatus.PENDING)
"""What the status of a step that a condition reads can be."""

_EITHER = 'write {owner}status in [%s], or "not in" for the contrary; '
_SENT = _EITHER % "'succeeded', 'partial'" + "{owner}ran asks for any answer."
_SUCCEEDED = "did you mean 'succeeded'? Where some got no message it is 'partial'."
_FAILED = _EITHER % "'failed', 'rejected'" + "after 'rejected' the API took nothing."
_MATCHED = "ask for the number: {owner}matched > 0, or == 0 for nobody."
_NOBODY = "did you mean 'no_match'? Nobody fitted the filters then."
_UNDER_WAY = "leave it out: a condition is read when the steps before it have ended."
_MEANT = {
    **dict.fromkeys(("sent", "delivered", "initiated", "executed", "dispatched", "out"), _SENT),
    **dict.fromkeys(("done", "complete", "completed", "finished", "ended", "ran", "run"), _SENT),
    **dict.fromkeys(("success", "successful", "ok", "okay", "passed", "good"), _SUCCEEDED),
    **dict.fromkeys(("error", "errored", "errors", "failure", "crashed", "bad"), _FAILED),
    **dict.fromkeys(("match", "matched", "matching", "selected"), _MATCHED),
    **dict.fromkeys(("none", "nobody", "nothing", "empty", "zero"), _NOBODY),
    **dict.fromkeys(("running", "pending", "waiting", "queued", "started", "in_progress"), _UNDER_WAY),
}


def status_meant(word: str, owner: str = "") -> str:
    """Say which status was likely meant, or what there is; ``owner``: what stands before ``status``."""
    common = _MEANT.get(word.lower().replace("-", "_").replace(" ", "_"))
    return common.format(owner=owner) if common else offer(word, STATUSES, quoted=True)


def bare_status(word: str, others: Sequence[str]) -> str:
    """Say how a word without quotes is written as the status that it likely means.

    Empty if it means none, or one of the ``others``.
    """
    if word.lower() in _MEANT:
        return f"a status stands in quotes; {status_meant(word, 'steps.<id>.')}"
    near = nearest(word, (*STATUSES, *others))
    return f"a status stands in quotes: '{near}'." if near in STATUSES and near not in others else ""
