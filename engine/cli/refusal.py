"""Why a command does nothing: said in a line, with the cure, under an exit code (DESIGN, section 7)."""

USAGE = 64
INVALID = 10
BUG = 1


class Refusal(Exception):  # noqa: N818  (a refusal is no error of the program)
    """Ends a command; ``help`` says what to do instead."""

    def __init__(self, message: str, cure: str = "", code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.code = code
