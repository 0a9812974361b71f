"""From a runbook's text to its plan: the one way there, for the command line and for programs."""

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine import __version__, clock
from engine.api.checkout import origin
from engine.api.files import SUFFIXES, read_bytes
from engine.api.invalid import Invalid
from engine.config import Config, Environment
from engine.config.address import fault_of_address, normalised
from engine.config.catalog import templates_of
from engine.diagnostics import Diagnostic, Json
from engine.frozen import replace
from engine.planner.build import build
from engine.planner.model import Making, Plan
from engine.record.condition import Field, Value
from engine.record.plan import Program
from engine.record.wallclock import zone
from engine.refusal import Refusal
from engine.runbook import draft as drafts
from engine.runbook import schema
from engine.runbook.acceptance import by_step, split
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import Draft
from engine.runbook.inputs import InputValue, resolve_passed
from engine.runbook.model import InputSpec, InputType, Runbook

if TYPE_CHECKING:
    from engine.planner.answers import Assumptions

_HOLDS = timedelta(hours=24)
"""How long after a plan is made a run may start from it, unless a policy says otherwise."""


def load(source: "os.PathLike[str] | str | bytes", *, name: str = "runbook") -> Draft:
    """Read and check a runbook: a file that a ``Path`` names, or a text as it is.

    ``name`` stands for the file in what is said of a text. Raises ``Invalid`` with all findings if one
    is an error, else the draft's ``diagnostics`` are the warnings; ``Refusal`` (64) for a file that
    cannot be read.
    """
    draft = _draft(source, name)
    if not draft.is_sound:
        raise Invalid(draft.document.file, draft.diagnostics)
    return draft


def _draft(source: "os.PathLike[str] | str | bytes", name: str) -> Draft:
    if isinstance(source, os.PathLike):
        path = Path(source)
        return drafts.read(read_bytes(path, MAX_BYTES), str(path))
    if isinstance(source, str) and source.endswith(SUFFIXES) and "\n" not in source:
        # Whoever passes on somebody else's text must not come to read a file of that name.
        raise Refusal(f"a text is the runbook itself, and {source!r} looks like a path", "pass Path(…)")
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return drafts.read(raw, name)


def plan(
    draft: Draft,
    *,
    inputs: Mapping[str, object] | None = None,
    environment: Environment | None = None,
    config: Config | None = None,
    now: datetime | None = None,
) -> Plan:
    """Plan a runbook with these inputs for an environment: what a run of it would do; nothing is sent.

    ``config`` gives names to templates, and its default environment where none is said. Without any
    environment the plan is for nowhere, and cannot be run. ``now`` dates it, and is what inputs such as
    ``yesterday`` count from. Raises ``Invalid`` with all findings, and ``Refusal`` (64) that names all
    that is wrong with the inputs. What is no error stands in the plan's ``findings``.
    """
    config = config or Config()
    here = environment or config.environments.get(config.default or "")
    at = clock.now() if now is None else now
    if at.tzinfo is None:
        raise Refusal(f"now={at} has no time zone, so it is no instant", "pass an aware datetime")
    values, problems = resolve_passed(draft.inputs, _json(inputs or {}), today(draft.inputs, at))
    if problems:
        raise Refusal("\n".join(problems))
    here = _sound(here) if here else None
    made = planned(filled(draft, values), here, config)
    return replace(made, making=making(at, draft.document, here))


def plan_json(plan: Plan) -> dict[str, Json]:
    """Give the whole plan as ``runbook plan --format json`` prints it (schemas/plan.v1.schema.json)."""
    from engine.planner.document import document  # noqa: PLC0415  (only a reader needs every way laid out)

    assert plan.making is not None, "engine.plan says where a plan comes from"
    return document(plan, plan.making)


# ---------------------------------------------------------------- what the command line shares


class Filled(NamedTuple):
    """A runbook with its inputs, or (``runbook`` is None) what keeps it from being filled in."""

    draft: Draft
    inputs: tuple[InputValue, ...] = ()
    runbook: Runbook | None = None
    found: tuple[Diagnostic, ...] = ()

    @property
    def campaign(self) -> str | None:
        """What people call the campaign, where the runbook says it without a mistake."""
        about = self.runbook.campaign if self.runbook else None
        return (about.name or about.id) if about else None


def making(at: datetime, document: Document, here: Environment | None, commit: str | None = None) -> Making:
    """Say of a plan that is made at an instant where it comes from, and how long it holds.

    ``commit`` is what the surroundings say of a folder that lies in no repository of git's.
    """
    file, where = document.file, origin(document.file, document.text, commit)
    return Making(at, at + _HOLDS, file, __version__, here.name if here else None, where.commit, where.blob)


def filled(draft: Draft, inputs: tuple[InputValue, ...]) -> Filled:
    """Fill inputs into a sound draft."""
    filling = drafts.fill(draft, {value.name: value.value for value in inputs})
    return Filled(draft, inputs, filling.runbook, filling.diagnostics)


def planned(filled: Filled, here: Environment | None, config: Config, assumed: tuple[str, ...] = ()) -> Plan:
    """Plan what was filled in; raises ``Invalid`` for errors, ``Refusal`` (64) for what cannot be assumed."""
    draft, inputs, runbook, found = filled
    found = _without_errors(draft, (*draft.diagnostics, *found))
    assert runbook is not None, "what cannot be filled in has an error"
    templates, faults = templates_of(runbook, config, here)
    found = _without_errors(draft, (*found, *schema.diagnostics(draft.document, faults)))
    found, accepted = split(draft.document, found)
    assumptions = _assumptions(runbook, assumed) if assumed else {}
    plan = build(
        runbook,
        draft.document.data or {},
        inputs=inputs,
        keys=tuple(spec.name for spec in draft.inputs if spec.key),
        account=here.account if here else None,
        templates=templates,
        assumed=assumptions,
    )
    for step in assumptions:
        if not any(node.step == step and any(b.answers for b in node.branches) for node in plan.tree.nodes):
            raise _nothing_fits(step, assumptions[step], plan.program)
    return replace(plan, findings=found, accepted=by_step(runbook, (*draft.accepted, *accepted)))


_OF_THOSE_SENT = (Field.SELECTED, Field.INITIATED, Field.FAILED)


def _nothing_fits(step: str, assumed: Mapping[Field, Value], program: Program) -> Refusal:
    """Refuse an assumption that no answer fits; one of too many customers with the most that there can be."""
    bounds = [send.at_most for send in program.steps[program.positions[step]].sends]
    most = sum(bound or 0 for bound in bounds)
    for name in _OF_THOSE_SENT:
        value = assumed.get(name)
        if None not in bounds and isinstance(value, int | float) and value > most:
            message = (
                f"{step} is sent to at most {most:,} customers, so {step}.{name.value}={value} cannot be"
            )
            return Refusal(message, f"assume at most {most}")
    return Refusal(f"no answer to {step} fits what --assume says of it", "assume less")


def today(specs: Iterable[InputSpec], at: datetime) -> date:
    """Give the day that relative dates count from; where no input is a date, none need be known."""
    if not any(spec.type is InputType.DATE for spec in specs):
        return date.min
    return at.astimezone(zone()).date()


def _without_errors(draft: Draft, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    if any(one.is_error for one in found):
        raise Invalid(draft.document.file, found)
    return found


def _assumptions(runbook: Runbook, assumed: tuple[str, ...]) -> "Assumptions":
    # Only who assumes something pays for what reads it.
    from engine.planner.assume import read_assumptions  # noqa: PLC0415

    assumptions, problems = read_assumptions([step.id for step in runbook.steps], assumed)
    if problems:
        raise Refusal("\n       ".join(problems), "write --assume STEP.FIELD=VALUE, such as remind.failed=50")
    return assumptions


def _sound(here: Environment) -> Environment:
    """Give an environment in its one spelling, so that one account has one name in the log."""
    if wrong := fault_of_address(here.base_url):
        message, _, cure = wrong.partition("; ")
        raise Refusal(f"the environment's address: {message}", cure or "write https://…")
    return replace(here, base_url=normalised(here.base_url), org=here.org or None)


def _json(inputs: Mapping[str, object]) -> dict[str, Json]:
    """Take dates and tuples as programs have them."""
    return {name: _plain(name, value) for name, value in inputs.items()}


def _plain(name: str, value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(name, item) for item in value]
    raise Refusal(
        f'input "{name}" is of type {type(value).__name__}, which no input takes',
        "pass a text, a number, true or false, a date, or a list of texts",
    )
