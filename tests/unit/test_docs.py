"""What the docs name exists: files, keys, layers. The glossary's words are used as it spells them."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from engine.cli.verbs import VERBS
from engine.config.shape import build as config_schema
from engine.diagnostics import Json
from engine.record.condition import Field
from engine.record.event_json import KINDS
from engine.record.outcome import RunStatus, SendStatus, StepStatus
from engine.runbook.channels import REGISTRY
from engine.runbook.shape import build as runbook_schema
from engine.scenario.shape import build as scenario_schema

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
DECISIONS = sorted((DOCS / "decisions").iterdir())
GLOSSARY = re.findall(
    r"^\*\*(.+?)\*\*: (.+?)(?:\n\n|\Z)", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
TERMS = [term for term, _ in GLOSSARY]
HEADINGS = ["Status", "Context", "Decision", "Consequences"]


def name(path: Path) -> str:
    """Name a page in a test's id."""
    return str(path.relative_to(ROOT))


@cache
def everything_but_the_glossary() -> str:
    """Give all that the project says: its code, its schemas, its runbooks, its docs."""
    said = [*ROOT.glob("engine/**/*.py"), *ROOT.glob("schemas/*.json"), *ROOT.glob("runbooks/*.yaml"), *PAGES]
    return "\n".join(path.read_text("utf-8") for path in said if path.name != "glossary.md")


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings as hosts of git make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def keys(schema: Json) -> Iterator[str]:
    """Walk over the names of all properties in a schema, at any depth."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for part in schema.values():
            yield from keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys(part)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file or a heading of the project finds it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page: Path) -> None:
    """A path in code style is a file or folder of the project."""
    named = re.findall(r"`((?:engine|schemas|tests|runbooks|docs)/[\w./-]*)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_modules_that_the_architecture_names_exist() -> None:
    """In its pictures, too, where a module stands by its package: `runner/gate`."""
    text = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    code = "\n".join(map("".join, re.findall(r"```\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)))
    named = set(re.findall(r"(?<![\w/.])([a-z]+/[a-z_]+(?:/[a-z_]+)*)\b", code))
    assert len(named) > 20
    homes = [ROOT / each if each.startswith("engine/") else ROOT / "engine" / each for each in sorted(named)]
    assert [str(home) for home in homes if not home.exists() and not home.with_suffix(".py").exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_constants_that_are_named_exist(page: Path) -> None:
    """A name in capitals in code style, such as `MOST_NODES`, stands in the code."""
    text = page.read_text("utf-8")
    example = {"RUNBOOK_INPUT_NAME"}
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+|[A-Z]{4,})`", text)) - example
    code = "\n".join(path.read_text("utf-8") for path in ROOT.glob("engine/**/*.py"))
    assert sorted(word for word in named if not re.search(rf"\b{word}\b", code)) == []


def test_decisions_are_numbered_without_gaps() -> None:
    """Names of files and titles count from 1, each once."""
    numbers = [int(path.name[:4]) for path in DECISIONS]
    titles = [path.read_text("utf-8").partition("\n")[0] for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert [int(title.removeprefix("# ").partition(".")[0]) for title in titles] == numbers


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_a_decision_has_its_four_parts(decision: Path) -> None:
    """Status, context, decision, consequences, none of them empty, on half a page."""
    text = decision.read_text("utf-8")
    assert re.fullmatch(r"[0-9]{4}(-[a-z0-9]+)+\.md", decision.name)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert all(part.strip() for part in re.split(r"^#.*$", text, flags=re.MULTILINE)[2:])
    assert len(text.splitlines()) <= 45


def test_the_glossary_is_in_order() -> None:
    """A reader finds a term by the alphabet, and each once."""
    assert len(TERMS) > 40
    assert sorted(set(TERMS)) == TERMS


@pytest.mark.parametrize(("term", "meaning"), GLOSSARY, ids=TERMS)
def test_a_term_is_used_as_it_is_spelled(term: str, meaning: str) -> None:
    """Its meaning takes three lines at most, and what has a word of its own is called by it."""
    assert len(meaning.splitlines()) <= 3
    assert re.search(rf"\b{term}s?\b", everything_but_the_glossary())


def test_what_comes_later_is_not_here() -> None:
    """No term is marked *later* that is a verb already."""
    later = [term for term, meaning in GLOSSARY if re.search(r"\*later\.?\*", meaning, re.IGNORECASE)]
    assert later
    assert sorted(set(later) & set(VERBS)) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_verbs_that_are_named_exist(page: Path) -> None:
    """A command in code style begins with a verb that there is."""
    text = page.read_text("utf-8")
    pieces = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    code = "\n".join(block or span for block, span in pieces)
    verbs = re.findall(r"^runbook ([a-z]+)", code, re.MULTILINE)
    assert sorted({*verbs} - {*VERBS, "help"}) == []


@pytest.mark.parametrize("term", [term for term in TERMS if term.count(" ") == 1])
def test_a_term_of_two_words_stays_two_words(term: str) -> None:
    """No hyphen anywhere; on pages not run together either (a package's name may be)."""
    first, second = term.split()
    prose = re.sub(
        r"```.*?```|`[^`]*`", "", "\n".join(page.read_text("utf-8") for page in PAGES), flags=re.DOTALL
    )
    assert re.findall(rf"\b{first}-{second}s?\b", everything_but_the_glossary()) == []
    assert re.findall(rf"\b{first}{second}s?\b", prose) == []


def test_the_formats_page_names_every_key() -> None:
    """A key that the reference leaves out is one that nobody finds."""
    said = set(re.findall(r"`([a-z_]+)`", (DOCS / "reference" / "formats.md").read_text("utf-8")))
    plan: Json = json.loads((ROOT / "schemas" / "plan.v1.schema.json").read_text("utf-8"))
    assert isinstance(plan, dict)
    assert isinstance(plan["properties"], dict)
    known = {*keys(runbook_schema(REGISTRY)), *keys(config_schema()), *keys(scenario_schema())}
    assert sorted(known - said) == []
    assert sorted(plan["properties"].keys() - said) == []


def test_the_formats_page_names_what_conditions_read() -> None:
    """All fields, and all statuses that a step can end with."""
    said = set(re.findall(r"`([a-z_]+)`", (DOCS / "reference" / "formats.md").read_text("utf-8")))
    assert sorted({*Field, *StepStatus} - {StepStatus.PENDING} - said) == []


def test_the_formats_page_names_what_the_log_says() -> None:
    """Every kind of event, and every status of a run, a step and a send."""
    said = set(re.findall(r"`([a-z_]+)`", (DOCS / "reference" / "formats.md").read_text("utf-8")))
    assert sorted({*KINDS, *RunStatus, *StepStatus, *SendStatus} - said) == []


def test_the_formats_page_names_every_variable() -> None:
    """A variable that the engine reads and that no page names is one that nobody sets on purpose."""
    said = (DOCS / "reference" / "formats.md").read_text("utf-8")
    code = "\n".join(path.read_text("utf-8") for path in ROOT.glob("engine/**/*.py"))
    variables = {*re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", code)}
    assert {"TIMEPAY_TOKEN", "RUNBOOK_SENDS"} <= variables
    assert sorted(each for each in variables if f"`{each}`" not in said) == []


def test_the_architecture_page_has_the_layers_of_the_contract() -> None:
    """The table lists the packages in the order that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = " | ".join(next(each for each in contracts if each["type"] == "layers")["layers"])
    table = (DOCS / "explanation" / "architecture.md").read_text("utf-8").partition("## The machine")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == layers.removeprefix("__main__ | ").split(
        " | "
    )
