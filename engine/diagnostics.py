"""What is wrong with a text, and where: values that are collected, sorted and shown by views."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

from engine.frozen import dataclass

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What a YAML or JSON document holds once it is read."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions from the root, which is ``()``."""


class Severity(StrEnum):
    """How much a finding weighs: an error keeps a runbook from being planned or run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: its stable code, the summary and the reason that never vary."""

    code: str
    summary: str
    why: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: its kind, where it stands, what is the matter just there, and the mend.

    ``message`` completes the kind's summary and is printed beside the caret; ``help`` says
    what to write instead.
    """

    kind: Kind
    file: str
    span: Span
    message: str
    help: str

    @property
    def is_error(self) -> bool:
        """Whether this finding keeps the runbook from being used."""
        return self.kind.severity is Severity.ERROR

    def to_json(self) -> dict[str, Json]:
        """Give the finding as ``validate --format json`` lists it (DESIGN: the JSON shapes)."""
        return {
            "code": self.kind.code,
            "severity": self.kind.severity.value,
            "file": self.file,
            "line": self.span.line,
            "column": self.span.column,
            "message": f"{self.kind.summary}: {self.message}",
            "help": self.help,
            "why": self.kind.why,
        }


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by file, place and code, each finding once."""
    return sorted(set(diagnostics), key=lambda d: (d.file, d.span, d.kind.code, d.message, d.help))
