"""``runbook schema``: the JSON Schema of a format, for editors and other tools."""

import json
from collections.abc import Callable

import click

from engine.api.export_shape import build as export_shape
from engine.cli.screen import emit_json
from engine.config.shape import build as config_shape
from engine.diagnostics import Json
from engine.runbook.channels import every
from engine.runbook.published import published
from engine.runbook.shape import build as runbook_shape
from engine.runlog.shape import build as event_shape
from engine.scenario.shape import build as scenario_shape
from engine.shipped import shipped


def _plan() -> Json:
    schema: Json = json.loads(shipped("schemas", "plan.v1.schema.json").read_text("utf-8"))
    return schema


SCHEMAS: dict[str, Callable[[], Json]] = {
    "runbook": lambda: runbook_shape(every()),
    "config": config_shape,
    "scenario": scenario_shape,
    "plan": _plan,
    "event": event_shape,
    "export": export_shape,
}


_WRITTEN_BY_PEOPLE = ("runbook", "config", "scenario")


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="runbook", metavar="[NAME]")
def command(name: str) -> None:
    """Print the JSON Schema of NAME: runbook (the default), config, scenario, plan, event or export."""
    emit_json(printed(name))


def printed(name: str) -> Json:
    """Give a schema as it is printed: with what editors show, if people write such files."""
    schema = SCHEMAS[name]()
    assert isinstance(schema, dict)
    return published(schema) if name in _WRITTEN_BY_PEOPLE else schema
