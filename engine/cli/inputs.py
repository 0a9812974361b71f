"""Gathering what the user says about inputs: options, a file, the environment."""

from collections.abc import Mapping
from pathlib import Path

import click

from engine.api.files import read_bytes
from engine.api.planning import today
from engine.cli.completing import input_values
from engine.clock import now
from engine.diagnostics import Json
from engine.refusal import Refusal
from engine.runbook.characters import MAX_BYTES
from engine.runbook.inputs import InputValue, resolve
from engine.runbook.model import InputSpec
from engine.runbook.source import read as read_document

INPUT = click.option(
    "--input",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=input_values,
    help="Give an input; repeatable.",
)


def gather(
    specs: tuple[InputSpec, ...], given: tuple[str, ...], file: Path | None, variables: Mapping[str, str]
) -> tuple[InputValue, ...]:
    """Resolve the inputs; every problem at once ends the command. ``variables``: the environment's."""
    values, problems = resolve(
        specs,
        given=pairs(given),
        from_file=_file(file) if file else {},
        environment={name: text for name, text in variables.items() if name.startswith("RUNBOOK_INPUT_")},
        today=today(specs, now()),
    )
    if problems:
        raise Refusal("\n       ".join(problems))
    return values


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Take ``name=value`` texts apart; ``Refusal`` (64) for what is none, or is said twice."""
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Refusal(
                f"--input {text} is not of the form NAME=VALUE", "write, for example, --input branch=pune"
            )
        if name in pairs:
            raise Refusal(f"--input {name} is given twice", "give it once")
        pairs[name] = value
    return pairs


def _file(path: Path) -> Mapping[str, Json]:
    """Read an input file: YAML (or JSON) with a value for each name."""
    document = read_document(read_bytes(path, MAX_BYTES), str(path))
    if document.diagnostics:
        first = document.diagnostics[0]
        place = f"{first.file}:{first.span.line}:{first.span.column}"
        raise Refusal(f"{place}: {first.kind.summary}: {first.message}", first.help)
    return document.data or {}
