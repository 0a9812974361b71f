"""The generated pages leave nothing out, the site shows every page, and broken links are found."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from docs.site.links import broken
from docs.site.reference import pages
from docs.site.staging import ROOT, place_of, sources, staged
from docs.site.varying import differences, fixed
from engine.cli import cli
from engine.cli.schema import SCHEMAS
from engine.cli.verbs import VERBS
from engine.diagnostics import Json
from engine.manual import KINDS, page
from engine.refusal import Exit

PAGES = pages()


def properties(schema: Json) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk over all properties of a schema, at any depth, but for those that only tell cases apart."""
    if isinstance(schema, dict):
        mine = schema.get("properties")
        yield from mine.items() if isinstance(mine, dict) else ()  # type: ignore[misc]
        for name, part in schema.items():
            if name != "if" and not name.endswith("_undecided"):
                yield from properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from properties(part)


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Walk over a command and those below it, with what is typed for each."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from commands(found, f"{name} {below}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_format_is_shown_whole(name: str) -> None:
    """Each property stands there with its meaning and an example."""
    rows = [line for line in PAGES[f"reference/{name}.md"].splitlines() if line.startswith("| `")]
    for key, schema in properties(json.loads(json.dumps(SCHEMAS[name]()))):
        mine = [row for row in rows if re.match(rf"\| `([\w.\[\]]+\.)?{key}`", row)]
        assert any(schema.get("description", "") in row and "for example `" in row for row in mine), key


@pytest.mark.parametrize(("typed", "command"), [*commands(cli, "runbook")])
def test_a_command_is_shown_with_its_options(typed: str, command: click.Command) -> None:
    """What is typed, and every option under all its names."""
    page = PAGES["reference/commands.md"]
    (text,) = re.findall(rf"^Usage: {typed} (?:\[|[A-Z]).*?^```$", page, re.MULTILINE | re.DOTALL)
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    assert [name for option in options for name in option.opts if name not in text] == []


def test_verbs_stand_under_their_names() -> None:
    """In the order in which a newcomer meets them."""
    assert re.findall(r"^## (.+)$", PAGES["reference/commands.md"], re.MULTILINE) == list(VERBS)


def test_every_exit_code_is_shown() -> None:
    """All but that of what comes later: the permitted hours."""
    rows = re.findall(r"^\| ([\d, ]+) \|", PAGES["reference/exit-codes.md"], re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == {*Exit} - {Exit.OUTSIDE_WINDOW}


def test_every_kind_of_finding_is_shown() -> None:
    """Each with its reason, under its code as an anchor, with both examples and the wrong one's findings."""
    text = PAGES["reference/findings.md"]
    assert re.findall(r"^### (RB\d+) .* \{#\1\}$", text, re.MULTILINE) == list(KINDS)
    for section in text.split("\n### ")[1:]:
        kind, shown = KINDS[section[:5]], page(section[:5])
        assert f"| [`{kind.code}`](#{kind.code}) | {kind.summary} | {kind.why} |" in text
        assert shown.prose in section
        for part in (*shown.wrong.parts, *shown.mended.parts):
            assert part.text in section
        assert re.search(r"^ +\d+ \| .*\n +\| +\^~*", section, re.MULTILINE)


def test_every_page_is_in_the_navigation() -> None:
    """A page that nothing leads to is one that nobody reads."""
    text = (ROOT / "docs" / "site" / "mkdocs.yml").read_text("utf-8")
    listed = {page for entry in yaml.safe_load(text)["nav"] for page in _places(entry)}
    shown = {place_of(source) for source in sources() if not source.endswith(".svg")} | set(PAGES)
    assert listed - {"decisions/"} == {place for place in shown if not place.startswith("decisions/")}


def _places(entry: Any) -> Iterator[str]:  # noqa: ANN401  (any part of the navigation)
    if isinstance(entry, str):
        yield entry
    for part in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from _places(part)


def test_links_out_of_the_docs_lead_to_pages() -> None:
    """A file beside the docs is a page of the site, and a folder its list."""
    assert "](../project/readme.md#exit-codes)" in staged("docs/reference/formats.md")
    assert "](../decisions/index.md)" in staged("docs/explanation/architecture.md")
    assert "](../explanation/at-most-once.md)" in staged("README.md")


def test_a_link_without_a_page_is_refused() -> None:
    """The site shows no code."""
    with pytest.raises(LookupError, match=r"no page for engine/clock\.py"):
        place_of("engine/clock.py")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="b.html#here">', ""),
        ('<a href="b.html#there">', "b.html#there leads nowhere"),
        ('<a href="c.html">', "c.html leads nowhere"),
        ('<a href="#own">', "#own leads nowhere"),
        ('<h1 id="own"><a href="#own">', ""),
        ('<img src="c.svg">', "c.svg leads nowhere"),
        ('<a href="https://example.com/">', ""),
        (
            '<script src="https://example.com/x.js"></script>',
            "https://example.com/x.js comes from another host",
        ),
        ('<link rel="stylesheet" href="//example.com/x.css">', "//example.com/x.css comes from another host"),
    ],
)
def test_broken_links_are_found(body: str, fault: str, tmp_path: Path) -> None:
    """To pages, headings and pictures; another host may be linked, and nothing may be loaded from it."""
    (tmp_path / "a.html").write_text(body, "utf-8")
    (tmp_path / "b.html").write_text('<h1 id="here">', "utf-8")
    assert broken(tmp_path) == ([f"a.html: {fault}"] if fault else [])


def test_what_varies_is_replaced_in_pictures() -> None:
    """Ids, digests, instants, ports, each in its own length."""
    line = (
        "20261122-091212-emi-reminder-836c1a sha256:0123456789abcdef 09:12:15 2026-11-22 127.0.0.1:4123 0.9 s"
    )
    shown = (
        "20260302-093000-emi-reminder-4f1c08 sha256:9f86d081884c7d65 09:30:00 2026-03-02 127.0.0.1:8001 0.8 s"
    )
    assert fixed(line) == shown
    expiry = "Made 2026-11-22 09:12; a run must start before 2026-11-23 09:12."
    assert fixed(expiry) == "Made 2026-03-02 09:30; a run must start before 2026-03-03 09:30."


@pytest.mark.parametrize(
    ("shown", "differs"),
    [
        (["Run 20261122-091212-a-836c1a", "20261122-091212-a-836c1a at 09:12:15"], False),
        (["Run 20261122-091212-a-836c1a", "20261122-091212-a-836d1a at 09:12:15"], True),
        (["Run 20261122-091212-a-836c1a", "20261122-091212-a-836c1a On 09:12:15"], True),
        (["Run 20261122-091212-a-836c1a"], True),
        (["Run 20261122-091212-a-836c1a", "20261122-091212-a-836c1a at 09:12:15", "more"], True),
        (["Run 2026-11-22", "20261122-091212-a-836c1a at 09:12:15"], True),
    ],
)
def test_texts_are_compared_but_for_what_varies(shown: list[str], *, differs: bool) -> None:
    """An id that stands twice must be the same twice; words are words."""
    wanted = ["Run 20260302-093000-a-4f1c08", "20260302-093000-a-4f1c08 at 09:30:00"]
    assert bool(list(differences(shown, wanted, {}))) == differs
