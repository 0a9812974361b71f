"""The generated pages: commands, exit codes, findings, formats, examples, decisions."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import yaml

from docs.site.schema_page import Spelling, page
from docs.site.staging import ROOT
from engine import manual
from engine.cli import cli
from engine.cli.schema import SCHEMAS
from engine.cli.verbs import VERBS
from engine.diagnostics import Json
from engine.manual.view import markdown

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
    intro = (
        "Every finding has a code that never changes its meaning. It says what is wrong at its place, why "
        "that matters, and what to write. `runbook explain CODE` shows the same in a terminal. Below a wrong "
        "example stands what `runbook validate` says of it; the lines that are not shown are sound."
    )
    parts = ["# Findings", intro]
    for title, kinds in manual.grouped().items():
        rows = [f"| [`{kind.code}`](#{kind.code}) | {kind.summary} | {kind.why} |" for kind in kinds]
        parts += [f"## {title}", "\n".join(["| code | what | why |", "|---|---|---|", *rows])]
        parts += [part for kind in kinds for part in _finding(manual.page(kind.code))]
    return "\n\n".join(parts) + "\n"


def _finding(shown: manual.Page) -> Iterator[str]:
    """Give the section of a kind; its code is its anchor."""
    kind = shown.kind
    yield f"### {kind.code} {kind.summary} {{#{kind.code}}}"
    yield f"*{kind.severity.value.capitalize()}*: {kind.why}"
    yield markdown(shown, findings=True)


def _format(name: str) -> str:
    titles = {
        "config": "Configuration: config/v1",
        "runbook": "Runbook: runbook/v1",
        "scenario": "Scenarios: runbook-test/v1",
        "plan": "Plan: plan/v1",
    }
    schema = json.loads(json.dumps(SCHEMAS[name]()))
    return page(titles.get(name, "Events"), schema, _SPELLED.get(name, _json))


def _yaml(value: Json) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


_SPELLED: dict[str, Spelling] = {"runbook": _yaml, "config": _yaml, "scenario": _yaml}


def _examples() -> str:
    parts = ["# Examples", "Runbooks that come with the program, one for each use. The tests run every one."]
    files = (ROOT / "runbooks").glob("*.yaml")
    for file in sorted(each for each in files if not each.stem.endswith(".test")):
        parts += [f"## {file.stem}", _code(file.read_text("utf-8").rstrip(), "yaml")]
    return "\n\n".join(parts) + "\n"


def _decisions() -> str:
    rows = [f"- [{title}]({name})" for name, title in decisions().items()]
    return "\n".join(["# Decisions", "", "Why things are as they are, each on half a page.", "", *rows, ""])


def _title(file: Path) -> str:
    return re.sub(r"^# ", "", file.read_text("utf-8").partition("\n")[0])


def _code(text: str, language: str = "text") -> str:
    return f"```{language}\n{text}\n```"
