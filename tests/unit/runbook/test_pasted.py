import json
import time

import pytest

from engine.diagnostics import Path
from engine.runbook.draft import read
from engine.runbook.pasted import is_prose, typographic
from engine.runbook.source import MAX_FINDINGS
from engine.runbook.source import read as read_document

RUNBOOK = """\
format: runbook/v1
name: first  # a comment
owner: ops
description: >-
  Two lines
  of text.
x-note: {agreed with: legal}
purpose: overdue
campaign: {id: camp_demo}
steps:
  - id: remind
    title: First of all
    channel: sms
    template: t1
    when: 1 < 2 and 'a' == 'a'
    filters: {language: [hindi, english], custom: {title: the text, x-a: b c}}
    limit: 5
"""
NBSP = "\u00a0"


def codes(text: str) -> list[str]:
    """What is found in a runbook, but for the warning about its condition."""
    found = read(text.encode(), "a.yaml").diagnostics
    return [f"{each.kind.code} {each.span.line}:{each.span.column}" for each in found if each.is_error]


def pasted(old: str, new: str) -> str:
    """Put something into the runbook."""
    assert RUNBOOK.count(old) == 1
    return RUNBOOK.replace(old, new)


def test_the_runbook_itself_is_sound() -> None:
    """So that what is found below is what was put into it."""
    assert codes(RUNBOOK) == []


@pytest.mark.parametrize("blank", [NBSP, "\u202f", "\u2007"])
@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("channel: sms", "channel:_sms", "RB027 13:13"),
        ("    limit: 5", "____limit: 5", "RB027 17:1"),
        ("  - id: remind", "  -_id: remind", "RB027 11:4"),
        ("    limit: 5", "    limit_: 5", "RB027 17:10"),
        ("limit: 5", "limit: 5_", "RB027 17:13"),
        ("[hindi, english]", "[hindi,_english]", "RB027 16:32"),
        ("[hindi, english]", '["hin_di", english]', "RB027 16:30"),
        ("the text", "the_text", "RB027 16:62"),
        ("b c}", "b_c}", "RB027 16:75"),
        ("1 < 2", "1_< 2", "RB027 15:12"),
        ("owner: ops", "owner: the_ops", "RB027 3:11"),
        ("title: First", "title:_First", "RB027 12:11"),
    ],
)
def test_a_blank_that_is_no_space_is_found_and_nothing_that_follows_from_it(
    blank: str, old: str, new: str, where: str
) -> None:
    """YAML would complain about something else, or take it for a letter."""
    assert codes(pasted(old, new.replace("_", blank))) == [where]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a comment", "a_comment"),
        ("# a comment", "#_a comment"),
        ("Two lines", "Two_lines: and"),
        ("of text.", "of: _text."),
        ("First of all", "First_of all"),
        ("First of all", "First:_of all"),
        ("legal", "le_gal"),
        ("agreed with", "agreed_with"),
    ],
)
def test_what_only_people_read_may_hold_such_blanks(old: str, new: str) -> None:
    """They stand there as written, and are kept."""
    text = pasted(old, new.replace("_", NBSP))
    assert codes(text) == []
    assert text.count(NBSP) == 1
    kept = json.dumps(read_document(text.encode(), "a.yaml").data, ensure_ascii=False)
    assert NBSP in kept or "comment" in new


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_stay(joiner: str) -> None:
    """Indian scripts are written with them."""
    assert codes(pasted("the text", f"क{joiner}ष")) == []


def test_of_a_pasted_line_one_finding_is_made() -> None:
    """It says how many more there are."""
    (found,) = read_document(pasted("the text", f"the{NBSP}text{NBSP}x").encode(), "a.yaml").diagnostics
    assert "and 1 more on this line" in found.message


def test_very_many_blanks_end_in_a_bounded_number_of_findings() -> None:
    """A file that was saved by a word processor has one on each line."""
    text = "a:\n" + f"  -{NBSP}b\n" * 50_000
    assert len(read_document(text.encode(), "a.yaml").diagnostics) == MAX_FINDINGS + 1


@pytest.mark.parametrize("lead", ["title: a", "# a", "a: 'b\n # c", "a: ", "a: 'b\n c: "])
def test_a_line_of_very_many_blanks_ends_in_time(lead: str) -> None:
    """Each blank is looked at once, wherever it stands."""
    begun = time.monotonic()
    read_document(f"{lead}{f'{NBSP} x' * 200_000}\n".encode(), "a.yaml")
    assert time.monotonic() - begun < 5


def test_behind_a_syntax_error_the_line_alone_decides() -> None:
    """A comment and a title are still told from a value."""
    rest = f"  # a{NBSP}b\n    title: a{NBSP}b\n    limit:{NBSP}5\n"
    text = pasted("    limit: 5\n", f"    limit: 'five{rest}")
    assert [each.kind.code for each in read_document(text.encode(), "a.yaml").diagnostics] == [
        "RB013",
        "RB027",
    ]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("[hindi, english]", "\u201chindi\u201d", "RB026 16:25"),
        ("[hindi, english]", "[\u2018hindi\u2019, english]", "RB026 16:26"),
        ("[hindi, english]", '"«hindi»"', "RB026 16:25"),
        ("the text", "the text\u201d", "RB026 16:59"),
        ("template: t1", "template: \u201ct1", "RB026 14:15"),
        ("limit: 5", "limit: \u201c5\u201d", "RB026 17:12"),
        ("language:", "\u201clanguage\u201d:", "RB026 16:15"),
        ("1 < 2 and 'a' == 'a'", "\u201c1 < 2\u201d", "RB026 15:11"),
    ],
)
def test_typographic_quotes_around_a_text_are_no_quotes(old: str, new: str, where: str) -> None:
    """They would go out as part of it, and nothing else is said of it."""
    assert codes(pasted(old, new)) == [where]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("First of all", "\u201cFirst\u201d of \u2018all\u2019"),
        ("legal", "\u201clegal\u201d"),
        ("Two lines", "\u201cTwo lines"),
        ("the text", "l\u2019été"),
    ],
)
def test_typographic_quotes_elsewhere_are_texts_own(old: str, new: str) -> None:
    """In titles, descriptions and notes, and inside of a text."""
    assert codes(pasted(old, new)) == []


def test_quotes_inside_a_condition_are_left_to_conditions() -> None:
    """Only there it is known how to write them."""
    assert codes(pasted("'a' == 'a'", "'a' == \u2018a\u2019")) == ["RB304 15:28"]


@pytest.mark.parametrize("value", ["\u201c", "\u201d\u201d"])
def test_nothing_but_quotes_has_a_mend_too(value: str) -> None:
    """There is no text in them to repeat."""
    fault = typographic(value, ("owner",), 0, 1)
    assert fault is not None
    assert fault[4] == "write a text, or delete it."


@pytest.mark.parametrize(
    ("path", "prose"),
    [
        (("description",), True),
        (("steps", 0, "title"), True),
        (("inputs", "x", "description"), True),
        (("x-a",), True),
        (("steps", 0, "x-a", "b", 1), True),
        (("steps", 0, "filters", "custom", "x-a"), False),
        (("steps", 0, "filters", "custom", "title"), False),
        (("steps", 0, "filters", "x-a"), True),
        (("campaign", "name"), False),
        ((), False),
        (None, False),
    ],
)
def test_what_only_people_read(path: Path | None, prose: bool) -> None:
    """Below custom, a column may be called like a note."""
    assert is_prose(path) is prose
