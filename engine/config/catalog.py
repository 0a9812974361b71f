"""The catalog's entry for each step whose template it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.config import CatalogEntry, Config, Environment
from engine.diagnostics import Kind, Path, Severity
from engine.record.plan import Template
from engine.runbook.fault import Fault
from engine.runbook.model import Runbook, Step
from engine.runbook.spelling import nearest

OTHER_CHANNEL = Kind(
    "RB401",
    "template of another channel",
    "each channel has templates of its own; this one would be refused.",
)
NOT_HERE = Kind("RB402", "template not in this environment", "a template has another id in each account.")
NOT_NAMED = Kind(
    "RB403",
    "template that the catalog does not name",
    "what is no name of the catalog is taken for an id, and the plan cannot show its text.",
    Severity.WARNING,
)


def templates_of(
    runbook: Runbook, config: Config, here: Environment | None
) -> tuple[dict[str, Template], list[Fault]]:
    """Give the templates that the catalog names, by step, and what is wrong with their use.

    A text that is no name of the catalog is taken for the template's id.
    """
    found: dict[str, Template] = {}
    faults: list[Fault] = []
    for position, step in enumerate(runbook.steps):
        path: Path = ("steps", position, "template")
        entry = config.catalog.get(step.template or "")
        if entry is None:
            faults += _nearly_named(path, step.template, config)
            continue
        wrong = list(_misused(path, step, entry, here))
        faults += wrong
        if not wrong and here is not None and here.name is not None:
            found[step.id] = _template(entry, entry.ids[here.name])
    return found, faults


def misnamed(runbook: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Find what is wrong, wherever it may run, with the templates that a sound runbook names as written."""
    for position, step in enumerate(runbook["steps"]):
        path: Path = ("steps", position, "template")
        entry = config.catalog.get(step.get("template", ""))
        if entry is None:
            yield from _nearly_named(path, step.get("template"), config)
        elif entry.channel != step["channel"]:
            yield _of_another_channel(path, step["channel"], entry)


def _nearly_named(path: Path, template: str | None, config: Config) -> Iterator[Fault]:
    """Notice a text that is near a name, and no id that the catalog knows."""
    if template is None or any(template in entry.ids.values() for entry in config.catalog.values()):
        return
    if meant := nearest(template, tuple(config.catalog)):
        message = f"{template} is not in the catalog, so it is sent as an id"
        yield Fault(NOT_NAMED, path, "value", message, f"did you mean `{meant}`?")


def _misused(path: Path, step: Step, entry: CatalogEntry, here: Environment | None) -> Iterator[Fault]:
    if entry.channel != step.channel:
        yield _of_another_channel(path, step.channel, entry)
    elif here is None or here.name is None or here.name not in entry.ids:
        where = here.name if here and here.name else "this place, which no name in config.yaml describes"
        known = ", ".join(entry.ids)
        message = f"{entry.name} has no id in {where}"
        named = here.name if here else None
        mend = f"add ids.{named} to the catalog." if named else f"choose one with --env: {known}."
        yield Fault(NOT_HERE, path, "value", message, mend)


def _of_another_channel(path: Path, channel: str, entry: CatalogEntry) -> Fault:
    message = f"{entry.name} is a template for {entry.channel}"
    mend = f"name one for {channel}, or change the channel."
    return Fault(OTHER_CHANNEL, path, "value", message, mend)


def _template(entry: CatalogEntry, id_here: str) -> Template:
    return Template(entry.name, id_here, entry.channel, entry.language, entry.category, entry.text)
