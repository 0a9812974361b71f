"""What an event of this version may hold; anything else was written by a newer one."""

from __future__ import annotations

LOG = "log"
"""The chain of the log itself."""

_SEND = "step address attempt"

FIELDS = {
    kind: frozenset(names.split())
    for kind, names in {
        "run_started": "run occasion plan former_occasions",
        "run_resumed": "accept",
        "run_paused": "step question reason",
        "run_halted": "step reason final",
        "run_cancelled": "reason",
        "run_finished": "",
        "step_skipped": "step reason",
        "step_decided": "step verdict reason",
        "wait_started": "until reason",
        "wait_ended": "",
        "send_intended": f"{_SEND} request_hash at_most deadline_at",
        "send_settled": f"{_SEND} outcome",
        "send_resolved": "step address resolution reason",
        "overreached": "step address",
        "late_answer": f"{_SEND} outcome",
        "reconciled": f"{_SEND} reached rows since until source complete digest",
        "erased": "contacts reached reason",
        "guard_refused": "guard reason step",
        "override_used": "override reason",
        "lease_taken": "owner fence",
        "lease_lost": "owner",
        "lease_released": "owner",
        "stop_set": "campaign reason account",
        "stop_lifted": "campaign reason account",
        "sealed": "heads",
    }.items()
}
"""The fields of each kind of event, beside its instant."""

OUTCOME = frozenset(
    "status counts reason fatal retry_at overreached http_status answer_hash".split()  # noqa: SIM905  (as above)
)
COUNTS = ("matched", "selected", "initiated", "failed", "batches", "errors")

OF_LOG = frozenset(("stop_set", "stop_lifted", "sealed"))
"""The kinds that stand in the chain of the log itself, and in no other."""

IN_LOG = OF_LOG | {"override_used"}
"""Those that may stand there: that the log was restored from a copy is an override, too."""

UNSENT = frozenset(("not_sent", "rejected"))
"""Nothing of an attempt was taken: the only ones behind which another may come."""

OPEN = frozenset(("intended", "in_doubt"))
TAKEN = frozenset(("succeeded", "partial", "failed"))
REACHING = OPEN | TAKEN | {"sent_unknown"}
"""Somebody got a message, or may have."""

STATUSES = REACHING | UNSENT | {"no_match"}

STILL = frozenset(
    ("late_answer", "send_resolved", "reconciled", "erased", "lease_taken", "lease_lost", "lease_released")
)
"""What may come behind the end of a run."""
