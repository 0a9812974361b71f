"""A file whose findings keep it from being used, as a refusal that carries them all."""

from collections.abc import Sequence

from engine.diagnostics import Diagnostic
from engine.refusal import Exit, Refusal

_MOST_TOLD = 20


class Invalid(Refusal):
    """A file that cannot be used; ``findings`` are all that is wrong with it, warnings too, in order."""

    def __init__(self, file: str, findings: Sequence[Diagnostic]) -> None:
        errors = [one for one in findings if one.is_error]
        told = [f"{file} cannot be used: {len(errors)} error{'' if len(errors) == 1 else 's'}"]
        told += [_line(one) for one in errors[:_MOST_TOLD]]
        told += ["…"] if len(errors) > _MOST_TOLD else []
        super().__init__("\n  ".join(told), "mend what the findings name; each says how", Exit.INVALID)
        self.findings = tuple(findings)


def _line(one: Diagnostic) -> str:
    return f"{one.span.line}:{one.span.column} {one.kind.code} {one.kind.summary}: {one.message}"
