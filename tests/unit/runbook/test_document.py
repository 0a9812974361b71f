import pytest

from engine.diagnostics import Kind, Path, Severity, Span
from engine.runbook.document import Lines
from engine.runbook.source import read

TEXT = """\
# A comment
format: runbook/v1
name:   emi-recovery   # a comment
quoted: 'failed_pct <= 5'
escaped: "tab\\there"
apostrophe: 'it''s'
folded: one
  two
block: |
  first
  second
empty:
inline: {one: 1, two: [a, bb]}
steps:
  - id: remind
    limit: 100
  - sms
  - - nested
"""
DOCUMENT = read(TEXT.encode(), "a.yaml")


def on(line: int, column: int, end: int) -> Span:
    """A span within one line."""
    return Span(line, column, line, end)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), on(2, 1, 7)),
        (("name",), on(3, 1, 5)),
        (("inline", "two"), on(13, 18, 21)),
        (("inline", "two", 1), on(13, 27, 29)),
        (("steps", 0), on(15, 5, 7)),
        (("steps", 0, "limit"), on(16, 5, 10)),
        (("steps", 1), on(17, 5, 8)),
        (("steps", 2), on(18, 5, 13)),
    ],
)
def test_a_key_is_found(path: Path, expected: Span) -> None:
    """What has no key takes its first key, else itself."""
    assert DOCUMENT.key_span(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), on(2, 1, 19)),
        (("name",), on(3, 9, 21)),
        (("quoted",), on(4, 9, 26)),
        (("folded",), on(7, 9, 12)),
        (("block",), on(9, 8, 9)),
        (("empty",), on(12, 7, 7)),
        (("inline",), on(13, 9, 31)),
        (("inline", "two"), on(13, 23, 30)),
        (("steps",), on(15, 3, 15)),
        (("steps", 0), on(15, 5, 15)),
        (("steps", 0, "limit"), on(16, 12, 15)),
    ],
)
def test_a_value_is_found(path: Path, expected: Span) -> None:
    """Of what takes several lines, the first."""
    assert DOCUMENT.value_span(path) == expected


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        (("nothing",), ()),
        (("steps", 7), ("steps",)),
        (("steps", -1), ("steps",)),
        (("steps", "0"), ("steps",)),
        (("name", "x", 3), ("name",)),
        ((3,), ()),
    ],
)
def test_a_path_that_leads_nowhere_gives_what_is_nearest(path: Path, nearest: Path) -> None:
    """A wrong path never ends in a traceback."""
    assert DOCUMENT.key_span(path) == DOCUMENT.key_span(nearest)
    assert DOCUMENT.value_span(path) == DOCUMENT.value_span(nearest)


@pytest.mark.parametrize(
    ("path", "extent", "expected"),
    [
        (("name",), (4, 12), on(3, 13, 21)),
        (("quoted",), (0, 10), on(4, 10, 20)),
        (("quoted",), (14, 99), on(4, 24, 25)),
        (("quoted",), (99, 99), on(4, 25, 25)),
        (("quoted",), (5, 2), on(4, 15, 15)),
        (("steps", 1), (1, 2), on(17, 6, 7)),
        (("escaped",), (0, 3), on(5, 11, 14)),
        (("escaped",), (3, 6), on(5, 14, 18)),
        (("apostrophe",), (0, 3), on(6, 14, 18)),
        (("folded",), (0, 3), on(7, 9, 12)),
        (("folded",), (4, 7), on(8, 3, 6)),
        (("block",), (0, 3), on(10, 3, 6)),
        (("block",), (0, 9), on(10, 3, 8)),
        (("block",), (6, 12), on(11, 3, 9)),
        (("block",), (13, 99), on(11, 9, 9)),
        (("steps", 0, "limit"), (0, 1), on(16, 12, 15)),
        (("steps", 9), (0, 1), on(15, 3, 15)),
    ],
)
def test_characters_inside_a_text_are_found(path: Path, extent: tuple[int, int], expected: Span) -> None:
    """On the line where they stand, as far as it goes; of what is no text, the whole value."""
    assert DOCUMENT.span_inside(path, *extent) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), on(1, 1, 12)),
        (("inline",), on(13, 1, 7)),
        (("steps", 0), on(15, 5, 7)),
        (("empty",), on(12, 1, 6)),
    ],
)
def test_a_missing_key_is_reported_at_what_owns_the_mapping(path: Path, expected: Span) -> None:
    """At the owning key, in a list at the item's first key, at the root on line 1."""
    assert DOCUMENT.missing_span(path) == expected


@pytest.mark.parametrize("text", ["\ufeffa: 1\r\nb: é😀\r\n", "a: 1\rb: é😀\r", "a: 1\nb: é😀"])
def test_every_line_break_counts_once(text: str) -> None:
    """Neither CRLF, nor a byte order mark, nor wide characters move a column."""
    document = read(text.encode(), "a.yaml")
    assert document.value_span(("b",)) == on(2, 4, 6)
    assert document.lines.line(2) == "b: é😀"


def test_a_place_past_the_end_moves_back_to_what_is_written() -> None:
    """A fault at the end of a file is shown on its last written line."""
    lines = Lines("a: 1\nb: [\n\n\n")
    assert lines.span(12, 13) == on(2, 5, 5)
    assert lines.line(9) == ""


def test_a_finding_names_the_file() -> None:
    """A document makes findings about itself."""
    kind = Kind("RB999", "odd", "because.", Severity.WARNING)
    finding = DOCUMENT.finding(kind, on(1, 1, 2), "it is odd", "Make it even.")
    assert (finding.file, finding.message, finding.help) == ("a.yaml", "it is odd", "Make it even.")


def test_many_keys_are_found_in_linear_time() -> None:
    """Every key of a wide mapping can be asked for: quadratic time would take a minute here."""
    document = read("".join(f"k{number}: 1\n" for number in range(9_990)).encode(), "a.yaml")
    assert document.data is not None
    lines = [document.key_span((key,)).line for key in document.data]
    assert lines == list(range(1, 9_991))
