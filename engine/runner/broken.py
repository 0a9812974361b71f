"""A run that an error tore off: how far it had come is what the exit code says."""

from engine.refusal import Exit, Refusal


class Broken(Exception):  # noqa: N818  (says of an error how far the run had come)
    """A run was torn off by an error, which is its cause; ``code`` says how far it had come."""

    def __init__(self, run: str, error: Exception, *, sent: bool, is_open: bool) -> None:
        super().__init__(f"run {run}: {error}")
        self.run = run
        self.code = _code(error, sent=sent, is_open=is_open)


def _code(error: Exception, *, sent: bool, is_open: bool) -> int:
    """An intent without an outcome is in doubt, whatever else is the matter."""
    if is_open:
        return Exit.IN_DOUBT
    if sent:
        return Exit.FAILED_AFTER_SENDS
    return error.code if isinstance(error, Refusal) else Exit.FAILED
