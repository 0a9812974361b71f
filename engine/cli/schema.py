"""``runbook schema``: the JSON Schema of a format, for editors and other tools."""

import json
from collections.abc import Callable

import click

from engine.cli.screen import emit_json
from engine.config.shape import build as config_shape
from engine.diagnostics import Json
from engine.runbook.channels import every
from engine.runbook.shape import build as runbook_shape
from engine.runlog.shape import build as event_shape
from engine.shipped import shipped


def _plan() -> Json:
    schema: Json = json.loads(shipped("schemas", "plan.v1.schema.json").read_text("utf-8"))
    return schema


SCHEMAS: dict[str, Callable[[], Json]] = {
    "runbook": lambda: runbook_shape(every()),
    "config": config_shape,
    "plan": _plan,
    "event": event_shape,
}


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="runbook")
def command(name: str) -> None:
    """Print the JSON Schema of NAME: runbook (the default), config, plan or event."""
    emit_json(SCHEMAS[name]())
