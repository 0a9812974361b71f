"""A run that an error tore off: how far it had come is what the exit code says."""

from engine.refusal import Exit, Refusal


class Broken(Refusal):
    """A run was torn off by an error, which is its cause; ``code`` says how far ``run`` had come.

    ``is_bug``: the error is no refusal, so nobody foresaw it.
    """

    def __init__(self, run: str, error: Exception, *, sent: bool, is_open: bool) -> None:
        code = _code(error, sent=sent, is_open=is_open)
        begun = f"; run {run} had begun to send" if sent or is_open else ""
        look = f"`runbook show {run}`"
        if isinstance(error, Refusal):
            super().__init__(f"{error.message}{begun}", f"{error.cure}; then: {look}", code)
        else:
            super().__init__(f"{type(error).__name__}: {error}{begun}", f"{look} says what is known", code)
        self.run = run
        self.is_bug = not isinstance(error, Refusal)


def _code(error: Exception, *, sent: bool, is_open: bool) -> int:
    """An intent without an outcome is in doubt, whatever else is the matter."""
    if is_open:
        return Exit.IN_DOUBT
    if sent:
        return Exit.FAILED_AFTER_SENDS
    return error.code if isinstance(error, Refusal) else Exit.FAILED
