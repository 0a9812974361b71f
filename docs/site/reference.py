"""The generated pages: commands, exit codes, findings, formats, examples, decisions."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

import engine
from docs.site.schema_page import Spelling, page
from docs.site.staging import ROOT
from engine.cli import cli
from engine.cli.schema import SCHEMAS
from engine.cli.verbs import VERBS
from engine.diagnostics import Json, Kind

WIDTH = 92
"""Characters of a line of help."""


def pages() -> dict[str, str]:
    """Give every generated page by its place on the site."""
    formats = {f"reference/{name}.md": _format(name) for name in SCHEMAS}
    return {
        **formats,
        "reference/commands.md": _commands(),
        "reference/exit-codes.md": _exit_codes(),
        "reference/findings.md": _findings(),
        "reference/runbooks.md": _examples(),
        "decisions/index.md": _decisions(),
    }


def decisions() -> dict[str, str]:
    """Give the title of each decision by its file's name."""
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    return {file.name: _title(file) for file in files}


def kinds() -> dict[str, Kind]:
    """Give every kind of finding by its code, as the modules of the engine hold them."""
    found: dict[str, Kind] = {}
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if module.name.startswith(("engine.runbook", "engine.config", "engine.planner")):
            values = vars(importlib.import_module(module.name)).values()
            found |= {value.code: value for value in values if isinstance(value, Kind)}
    return dict(sorted(found.items()))


def _commands() -> str:
    top = click.Context(cli, info_name="runbook", terminal_width=WIDTH, max_content_width=WIDTH)
    parts = ["# Commands", "What `--help` says of each.", _code(cli.get_help(top))]
    for name, verb in VERBS.items():
        parts += [f"## {name}", verb.about]
        parts += [_code(text) for text in _helps(cli.get_command(top, name), name, top)]
    return "\n\n".join(parts) + "\n"


def _helps(command: click.Command | None, name: str, above: click.Context) -> Iterator[str]:
    """Give the help of a command, and of those below it."""
    assert command is not None, name
    context = click.Context(command, above, name, terminal_width=WIDTH, max_content_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _helps(command.get_command(context, below), below, context)


def _exit_codes() -> str:
    readme = (ROOT / "README.md").read_text("utf-8")
    return "# Exit codes" + readme.partition("## Exit codes")[2].partition("\n## ")[0]


def _findings() -> str:
    rows = [f"| `{kind.code}` | {kind.summary} | {kind.why} |" for kind in kinds().values()]
    intro = (
        "Every finding has a code that never changes its meaning. It says what is wrong at its place, why "
        "that matters, and what to write."
    )
    return "\n".join(["# Findings", "", intro, "", "| code | what | why |", "|---|---|---|", *rows, ""])


def _format(name: str) -> str:
    titles = {"config": "Configuration: config/v1", "runbook": "Runbook: runbook/v1", "plan": "Plan: plan/v1"}
    schema = json.loads(json.dumps(SCHEMAS[name]()))
    return page(titles.get(name, "Events"), schema, _SPELLED.get(name, _json))


def _yaml(value: Json) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


_SPELLED: dict[str, Spelling] = {"runbook": _yaml, "config": _yaml}


def _examples() -> str:
    parts = ["# Examples", "Runbooks that come with the program, one for each use. The tests run every one."]
    for file in sorted((ROOT / "runbooks").glob("*.yaml")):
        parts += [f"## {file.stem}", _code(file.read_text("utf-8").rstrip(), "yaml")]
    return "\n\n".join(parts) + "\n"


def _decisions() -> str:
    rows = [f"- [{title}]({name})" for name, title in decisions().items()]
    return "\n".join(["# Decisions", "", "Why things are as they are, each on half a page.", "", *rows, ""])


def _title(file: Path) -> str:
    return re.sub(r"^# ", "", file.read_text("utf-8").partition("\n")[0])


def _code(text: str, language: str = "text") -> str:
    return f"```{language}\n{text}\n```"
