"""A run that an error tore off: how far it had come is what the exit code says."""

from engine.record.answer import told
from engine.record.event import SendSettled
from engine.record.need import WHY
from engine.record.outcome import SURELY_TAKEN
from engine.refusal import Exit, Refusal
from engine.runner.ports import GaveUp


class Broken(Refusal):
    """A run was torn off by an error, which is its cause; ``code`` says how far ``run`` had come.

    ``is_bug``: the error is no refusal, so nobody foresaw it. ``unwritten`` is an answer that came and
    could not be written: it stands nowhere else.
    """

    def __init__(
        self,
        run: str,
        error: Exception | GaveUp,
        *,
        sent: bool,
        is_open: bool,
        unwritten: SendSettled | None = None,
    ) -> None:
        code = _code(error, sent=sent, is_open=is_open)
        begun = f"; run {run} had begun to send" if sent or is_open else ""
        look, answer = f"`runbook show {run}`", _in_no_log(unwritten)
        if isinstance(error, Refusal):
            then = _said(run, unwritten) or look
            super().__init__(f"{error.message}{begun}{answer}", f"{error.cure}; then: {then}", code)
        else:
            message = f"{type(error).__name__}: {error}{begun}{answer}"
            super().__init__(message, f"{look} says what is known", code)
        self.run = run
        self.is_bug = not isinstance(error, Refusal)
        self.unwritten = unwritten


def _in_no_log(unwritten: SendSettled | None) -> str:
    if unwritten is None:
        return ""
    return f"; what came of {unwritten.address} stands nowhere but here: {told(unwritten.outcome)}"


def _said(run: str, unwritten: SendSettled | None) -> str:
    """Give the line by which a person says what the API did; "" where only a look can tell."""
    if unwritten is None or unwritten.outcome.status not in SURELY_TAKEN:
        return ""
    return f"`runbook resolve {run} {unwritten.address} --as sent --reason {WHY}`"


def _code(error: Exception | GaveUp, *, sent: bool, is_open: bool) -> int:
    """An intent without an outcome is in doubt, whatever else is the matter."""
    if is_open:
        return Exit.IN_DOUBT
    if sent:
        return Exit.FAILED_AFTER_SENDS
    return error.code if isinstance(error, Refusal) else Exit.FAILED
