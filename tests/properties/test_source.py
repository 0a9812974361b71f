import json
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.diagnostics import Json, Path, Span
from engine.runbook import shortcut, source
from engine.runbook.characters import replace_unseen
from engine.runbook.document import Document
from engine.runbook.pasted import holds_blank, typographic
from engine.runbook.source import read

RUNBOOK = """\
# yaml-language-server: $schema=../schemas/runbook.v1.schema.json
format: runbook/v1
name: emi-bounce-recovery
revision: 3
owner: collections-ops
inputs:
  branch: {type: string, key: true}
  day:    {type: date, default: 2026-03-01}
campaign: {id: camp_demo, name: PL Mumbai}
audiences:
  hindi:
    filters: {payment_status: [bounced, 'pending'], custom: {branch: "{{ inputs.branch }}"}}
    expect: {matched: {min: 100, max: 400}}
description: >-
  Two lines
  of text.
steps:
  - id: remind
    channel: whatsapp   # a comment
    limit: "{{ inputs.cap }}"
    success: [failed_pct <= 5]

  - id: sms_english
    when: steps.remind.status == 'partial'
    filters:
      exclude_ids:
      - LOANID-2043154
      - "अ"
    limit: 100
"""
PIECES = [
    *(
        "\t",
        " ",
        "\n",
        "\r\n",
        "\r",
        "  ",
        ":",
        ": ",
        "- ",
        "-",
        ",",
        "[",
        "]",
        "{",
        "}",
        "{{ x }}",
        "{{",
        "}}",
    ),
    *(
        '"',
        "'",
        "\\",
        "#",
        " #",
        "&a ",
        "*a",
        "!x ",
        "!!str ",
        "<<: *a",
        "? ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "---\n",
    ),
    *(
        "yes",
        "017",
        "1_000",
        "2026-03-01",
        "10:30",
        ".inf",
        "~",
        "0x1f",
        "x: 1\n",
        "\x07",
        "\x85",
        "\u2028",
        "😀",
    ),
]


@pytest.fixture(params=["C", "Python"], autouse=True, scope="module")
def _parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both parsers of PyYAML."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_PARSER", yaml.CSafeLoader if request.param == "C" else yaml.SafeLoader)
        yield


@st.composite
def mutated_runbooks(draw: st.DrawFn, most: int = 5) -> str:
    """A runbook that somebody has edited badly: pieces put in, and stretches taken out."""
    text = RUNBOOK
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, len(text)))
        end = at + draw(st.integers(0, 12)) * draw(st.booleans())
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[end:]
    return text


def paths_of(data: Json) -> Iterator[Path]:
    """Every path of a document, without recursion."""
    waiting: list[tuple[Path, Json]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        yield path
        if isinstance(value, dict):
            waiting += [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, position), each) for position, each in enumerate(value)]


def check_inside(document: Document, span: Span) -> None:
    """A span lies on one line that exists, and inside of it."""
    lines = document.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= span.line == span.end_line <= len(lines)
    allowed = max(len(lines[span.line - 1]) + 1, 2)  # a missing key on an empty first line takes one column
    assert 1 <= span.column <= span.end_column <= allowed


def check(document: Document) -> None:
    """What holds for whatever was read."""
    for finding in document.diagnostics:
        check_inside(document, finding.span)
        assert finding.message
        assert finding.help.endswith(".")
    if document.data is None:
        assert document.diagnostics
        return
    for path in paths_of(document.data):
        for span in (
            document.key_span(path),
            document.value_span(path),
            document.missing_span(path),
            document.span_inside(path, 1, 3),
        ):
            check_inside(document, span)
    known = set(paths_of(document.data))
    assert document.faulted <= known


@given(st.binary())
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    """Whatever a file holds, there are findings or data."""
    check(read(raw, "a.yaml"))


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
@example("a: 'x\n\n\n")
@example("? {{ x }}\n")
@example("[" * 60)
def test_no_text_makes_it_raise(text: str) -> None:
    """Spans lie inside the text, and every path has its own."""
    check(read(text.encode("utf-8", "replace"), "a.yaml"))


@given(mutated_runbooks())
def test_no_slip_of_the_pen_makes_it_raise(text: str) -> None:
    """Neither does a runbook that was edited badly."""
    check(read(text.encode(), "a.yaml"))


def printable(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts without what is refused wherever it stands."""
    return alphabet.filter(
        lambda text: (
            replace_unseen(text) == text and not holds_blank(text) and typographic(text, (), 0, 0) is None
        )
    )


TEXTS = printable(st.text(st.characters(exclude_categories=["Cs"])))
NUMBERS = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(-(2.0**53) + 1, 2.0**53 - 1).filter(lambda number: "e" not in repr(number)),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JSON_DATA = st.dictionaries(
    TEXTS,
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXTS, inner, max_size=5)),
        max_leaves=20,
    ),
    max_size=5,
)


@given(JSON_DATA, st.sampled_from([None, 2]), st.booleans())
def test_json_is_read_as_itself(data: Json, indent: int | None, ascii_only: bool) -> None:
    """A file that some program wrote as JSON gives exactly its data."""
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    assume("\\ud" not in text)  # JSON escapes what is beyond 16 bits as two halves, which YAML has not
    assume(all(len(line) < 1000 for line in text.split(": ")))  # YAML bounds keys on a line with 1024
    document = read(text.encode(), "a.yaml")
    assert document.diagnostics == ()
    assert repr(document.data) == repr(data)


@given(JSON_DATA)
def test_yaml_of_another_program_is_read_as_itself(data: Json) -> None:
    """PyYAML's own block style, with its folds and quotes, where nothing in it is refused."""
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    document = read(text.encode(), "a.yaml")
    assume(not document.diagnostics)
    assert repr(document.data) == repr(data)


def check_the_short_way(text: str) -> None:
    """What is read is what the long way alone reads, with the same places."""
    document = read(text.encode("utf-8", "replace"), "a.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortcut, "read", lambda *_: None)
        long = read(text.encode("utf-8", "replace"), "a.yaml")
    assert (document, repr(document.data)) == (long, repr(long.data))
    if document.data is not None:
        for path in paths_of(document.data):
            assert document.places.find(document.data, path) == long.places.find(long.data, path)
        assert document.places.marks() == long.places.marks()


@given(st.one_of(mutated_runbooks(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_the_short_way_sees_every_slip(text: str) -> None:
    """Whatever is odd is read the long way."""
    check_the_short_way(text)


@given(JSON_DATA, st.sampled_from([None, 2]), st.booleans())
def test_the_short_way_reads_what_programs_write(data: Json, indent: int | None, as_yaml: bool) -> None:
    """JSON and block style, with quotes, folds and every character."""
    as_json = json.dumps(data, indent=indent, ensure_ascii=False)
    check_the_short_way(yaml.safe_dump(data, allow_unicode=True) if as_yaml else as_json)


@given(mutated_runbooks(most=1))
def test_what_is_read_in_silence_is_what_pyyaml_reads(text: str) -> None:
    """On the strict subset both agree, but for the default of a date input."""
    document = read(text.encode(), "a.yaml")
    if not document.diagnostics:
        expected = source._PARSER(text).get_single_data()
        assert json.dumps(expected, default=str) == json.dumps(document.data)
