"""What is wrong inside one text, and what its names may mean."""

from collections.abc import Mapping
from itertools import islice

from engine.diagnostics import Kind
from engine.frozen import dataclass
from engine.runbook.model import InputSpec

UNKNOWN_INPUT = Kind("RB310", "unknown input", "only inputs that the runbook declares have a value.")
"""Raised by conditions and by templates alike."""

MOST_COMPARED = 50
"""So many known names are looked through for the one that was meant: mistakes must stay cheap."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding inside one text: ``start`` and ``end`` count its characters, the end exclusive."""

    kind: Kind
    start: int
    end: int
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that the conditions of one step may read.

    Attributes:
        inputs: the declared inputs; None for one whose declaration is itself at fault: it is
            taken to fit everywhere.
        steps: every step of the runbook with its place in the order; one mapping serves all steps.
        position: the place of the step to which the condition belongs.
        own: that step's id where its own result may be read (``success``), else None (``when``).
        nameless: whether some step's id cannot be read, so that an unknown one may be its.
    """

    inputs: Mapping[str, InputSpec | None]
    steps: Mapping[str, int]
    position: int
    own: str | None = None
    nameless: bool = False

    def earlier(self) -> tuple[str, ...]:
        """Give the steps whose result may be read: the nearest before, in order, then the own one."""
        before = tuple(islice(self.steps, self.position))[-MOST_COMPARED:]
        earlier = tuple(step for step in before if self.steps[step] < self.position)
        return earlier if self.own is None else (*earlier, self.own)

    def declared(self) -> tuple[str, ...]:
        """Give the names of the inputs, if there are very many only the first ones."""
        return tuple(islice(self.inputs, MOST_COMPARED))
