"""A plan as a value: the runbook with its inputs filled in, every request, every way it can go."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.config import unfilled
from engine.diagnostics import Diagnostic, Json
from engine.frozen import dataclass
from engine.record.plan import Account, Program, Template
from engine.runbook.acceptance import Accepted
from engine.runbook.channels import REGISTRY, Channel
from engine.runbook.inputs import InputValue
from engine.runbook.model import Runbook

if TYPE_CHECKING:
    from engine.planner.analysis import Analysis
    from engine.planner.answers import Assumptions
    from engine.planner.tree import Tree


@dataclass(frozen=True, slots=True)
class Making:
    """Where a plan comes from and how long it holds; outside the digests.

    ``commit`` is what was checked out where the file lies, None outside git, ``blob`` git's name
    for its text.
    """

    created_at: datetime
    expires_at: datetime
    file: str
    engine: str
    environment: str | None = None
    commit: str | None = None
    blob: str | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """Every way that a run of a program can go.

    A run goes by the program alone: it pays neither for the tree nor for importing what grows it.
    """

    program: Program
    assumed: "Assumptions"
    _grown: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def tree(self) -> "Tree":
        """The outcome tree; grown when it is first asked for."""
        if "tree" not in self._grown:
            from engine.planner.tree import grow  # noqa: PLC0415

            self._grown["tree"] = grow(self.program, self.assumed)
        tree: Tree = self._grown["tree"]
        return tree

    @property
    def analysis(self) -> "Analysis":
        """What the tree says of each step and of all messages."""
        if "analysis" not in self._grown:
            from engine.planner.analysis import analyse  # noqa: PLC0415

            self._grown["analysis"] = analyse(self.program, self.tree)
        analysis: Analysis = self._grown["analysis"]
        return analysis


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reviewer approves.

    ``rules_digest`` covers everything but inputs, people and dates, ``digest`` also the inputs and
    the exact requests. ``keys`` are the inputs that are part of what *once* means; ``templates`` the
    catalog's entries by step. ``making`` says where it comes from, if that is known, and ``findings``
    are the warnings that it was made with; they are no part of what is reviewed. ``accepted`` are those
    that its steps accept, in the order of the steps.
    """

    runbook: Runbook
    program: Program
    rules: Json
    rules_digest: str
    digest: str
    account: Account | None = None
    inputs: tuple[InputValue, ...] = ()
    keys: tuple[str, ...] = ()
    templates: Mapping[str, Template] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=lambda: REGISTRY)
    assumed: "Assumptions" = field(default_factory=dict)
    making: Making | None = field(default=None, compare=False)
    findings: tuple[Diagnostic, ...] = field(default=(), compare=False)
    accepted: tuple[Accepted, ...] = field(default=(), compare=False)
    _grown: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def unfilled(self) -> tuple[str, ...]:
        """What nobody has filled in yet of the account, the campaign, the templates and the like."""
        return (*self.unfilled_there, *self.unfilled_here)

    @property
    def unfilled_there(self) -> tuple[str, ...]:
        """What is left of it in the configuration: the organisation, the catalog's ids."""
        ids = (self.templates[step.id].id for step in self.runbook.steps if step.id in self.templates)
        return unfilled((self.account.org if self.account else None, *ids))

    @property
    def unfilled_here(self) -> tuple[str, ...]:
        """What is left of it in the runbook."""
        said = [step.template for step in self.runbook.steps if step.id not in self.templates]
        said += [text for step in self.runbook.steps for text in _texts(dict(step.fields))]
        return unfilled((self.runbook.campaign.id, *said))

    @property
    def ways(self) -> "Ways":
        """Every way that a run can go, without what else the plan holds."""
        return Ways(self.program, self.assumed, self._grown)

    @property
    def tree(self) -> "Tree":
        """Every way that a run can go; grown when it is first asked for."""
        return self.ways.tree

    @property
    def analysis(self) -> "Analysis":
        """What the tree says of each step and of all messages."""
        return self.ways.analysis


def _texts(value: Json) -> Iterator[str]:
    """Give every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
