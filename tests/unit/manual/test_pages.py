"""The manual: every kind has one page, and every example gives what its page says."""

import importlib
import pkgutil
import re

import pytest

import engine
from engine.diagnostics import Kind
from engine.manual import KINDS, Example, Page, grouped, page
from engine.manual.kinds import documented
from engine.manual.parse import examples
from engine.shipped import shipped

CROWDS = {"RB049", "RB149"}
"""Kinds that say of other findings that they are too many."""


def codes(example: Example) -> set[str]:
    """Give the codes of all that is found in an example."""
    return {one.kind.code for file in example.examine() for one in file.diagnostics}


def kinds_of_all_modules() -> dict[int, Kind]:
    """Give every kind that a module of the package holds, by its identity."""
    named = [each.name for each in pkgutil.walk_packages(engine.__path__, "engine.")]
    modules = [importlib.import_module(name) for name in named if "testing" not in name]
    values = [value for module in modules for value in vars(module).values()]
    return {id(value): value for value in values if isinstance(value, Kind)}


def test_the_list_holds_every_kind() -> None:
    """No module has a kind that the list lacks, and no code stands for two of them."""
    found = kinds_of_all_modules()
    assert sorted(kind.code for kind in found.values()) == list(KINDS)
    assert {id(kind) for kind in KINDS.values()} == set(found)


def test_every_kind_is_in_a_group() -> None:
    """The groups hold each kind once."""
    assert [kind for kinds in grouped().values() for kind in kinds] == list(KINDS.values())


@pytest.mark.parametrize("code", KINDS)
def test_a_page_is_right(code: str) -> None:
    """The wrong example gives exactly the page's finding, inside what is shown; the mended one gives none."""
    shown = page(code)
    found = codes(shown.wrong)
    assert code in found if code in CROWDS else found == {code}
    assert codes(shown.mended) == set()
    for file in shown.wrong.examine():
        assert code in CROWDS or all(one.span.line in (1, *file.lines) for one in file.diagnostics)


@pytest.mark.parametrize("code", KINDS)
def test_a_page_stands_in_one_place(code: str) -> None:
    """A page is a docstring or a file, never both."""
    try:
        file = shipped("manual", f"{code}.md")
    except FileNotFoundError:
        assert documented(KINDS[code])
    else:
        assert documented(KINDS[code]) is None, file


@pytest.mark.parametrize("code", KINDS)
def test_a_page_is_short_and_plain(code: str) -> None:
    """Prose of a few sentences, and an example that can be taken in at a glance."""
    shown: Page = page(code)
    assert 2 <= len(re.findall(r"[.?:](?:\s|$)", shown.prose)) <= 12, shown.prose
    for part in (*shown.wrong.parts, *shown.mended.parts):
        lines = part.text.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 120


def test_no_file_is_left_over() -> None:
    """Each file of the manual is the page of a kind that exists."""
    folder = shipped("manual", "RB001.md").parent
    assert {file.stem for file in folder.glob("*.md")} <= set(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "Prose alone.",
        "Prose.\n\nMended:\n\n```yaml\nname: a\n```\n",
        "Prose.\n\nWrong:\n\nwords\n\nMended:\n\n```yaml\nname: a\n```\n",
        "Prose.\n\nWrong:\n\n```sh\nls\n```\n\nMended:\n\n```yaml\nname: a\n```\n",
    ],
)
def test_what_is_no_page_is_refused(text: str) -> None:
    """A page without both examples, or with words among them, is a fault of its author."""
    with pytest.raises(ValueError, match=r"page is|only fences"):
        examples(text)
