"""Why something is not done: said in a line, with the cure, under an exit code (DESIGN, section 7)."""

from copyreg import __newobj__  # type: ignore[attr-defined]  # what pickle itself says of an object
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes. Below 20: this process had no send accepted (a finished run's 0 may have)."""

    WELL = 0
    FAILED = 1
    SOMETHING_TO_SEND = 2
    INVALID = 10
    GUARDED = 11
    OUTSIDE_WINDOW = 12
    NOT_AS_REVIEWED = 13
    LEASE_OR_LOG = 14
    STANDS = 15
    OTHER_IN_DOUBT = 16
    UNPROVEN = 17
    FINISHED_WITH_FAULTS = 20
    HALTED = 21
    IN_DOUBT = 22
    STANDS_AFTER_SENDS = 23
    FAILED_AFTER_SENDS = 24
    USAGE = 64
    INTERRUPTED = 130
    UNREAD = 141
    TERMINATED = 143


class Refusal(Exception):  # noqa: N818  (a refusal is no error of the program)
    """Ends what was asked for; ``cure`` says what to do instead."""

    def __init__(self, message: str, cure: str = "", code: int = Exit.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        """Pass from one process to another as it is, whatever a subclass takes to be made."""
        return __newobj__, (type(self), *self.args), self.__dict__


def reason_of(name: str, said: object) -> str:
    """Give a reason without the blanks around it; ``Refusal`` (64) where it says nothing.

    ``name`` is the option or argument that takes it.
    """
    if not (isinstance(said, str) and said.strip()):
        raise Refusal(f"{name} is missing, or empty", "say why; whoever reads the log later needs it")
    return said.strip()
