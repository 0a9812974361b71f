"""Two runbooks of one name: where the run log takes them for one."""

import pytest

from engine.runbook.draft import read
from engine.runbook.namesakes import Namesakes
from tests.unit.runbook.rules.books import HEAD, step

FIRST = HEAD.format(purpose="service", top="") + f"  - {step('a')}\n"


def said(*texts: str) -> list[tuple[str, int, str]]:
    """Give code, line and message of what is found in runbooks beside each other, each by its number."""
    together = Namesakes()
    drafts = [together.beside(read(text.encode(), f"{n}.yaml")) for n, text in enumerate(texts, 1)]
    return [(one.kind.code, one.span.line, one.message) for made in drafts for one in made.diagnostics]


def test_a_copy_has_the_name_of_its_original() -> None:
    """Said at the later one, however often the file was copied."""
    again = ("RB604", 2, "1.yaml has this name, too")
    assert said(FIRST, FIRST, FIRST) == [again, again]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("first", "second"),
        ("camp_1", "camp_2"),
        ("steps:", "once: {per: run}\nsteps:"),
        ("steps:", "inputs: {branch: {type: string, key: true}}\nsteps:"),
        ("limit: 5", "limit: 0"),
    ],
)
def test_what_is_another_occasion_is_not_said(old: str, new: str) -> None:
    """Nor anything of a runbook that has an error: it is mended first."""
    assert [one for one in said(FIRST, FIRST.replace(old, new)) if one[0] != "RB109"] == []


def test_a_former_name_is_nobody_else_s_name() -> None:
    """Whichever of the two is read first."""
    renamed = FIRST.replace("name: first", "name: second\nformerly: [oldest, first]")
    assert said(FIRST, renamed) == [("RB604", 3, '1.yaml is called "first" now')]
    assert said(renamed, FIRST) == [("RB604", 2, "1.yaml has it among its former names")]


def test_a_former_name_is_one_runbook_s() -> None:
    """Of two that name it, each would find what the other sent."""
    one, other = (FIRST.replace("name: first", f"name: {name}\nformerly: [first]") for name in ("a", "b"))
    assert said(one, other) == [("RB604", 3, '1.yaml names "first" as a former name, too')]


def test_names_that_were_swapped_are_said_at_both_places() -> None:
    """To the log the two are one from then on."""
    one = FIRST.replace("name: first", "name: second\nformerly: [first]")
    other = FIRST.replace("name: first", "name: first\nformerly: [second]")
    assert [(code, line) for code, line, _ in said(one, other)] == [("RB604", 2), ("RB604", 3)]
