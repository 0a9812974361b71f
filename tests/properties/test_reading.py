"""Whatever a file holds, reading it whole ends soon, in findings or a runbook: shape, rules, conditions."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runbook import draft
from engine.runbook.source import read as read_document
from tests.properties.test_shape import mutate, values
from tests.properties.test_source import PIECES, check_inside
from tests.properties.trees import trees, write

SOON_MS = 3_000
"""No file of a few kilobytes may take longer, on a busy machine and with both parsers warm."""

ROOT = Path(__file__).parents[2]
TEXTS = [
    path.read_text("utf-8", "replace")
    for pattern in ("runbooks/*.yaml", "tests/cases/ok/*.yaml", "tests/cases/err/*.yaml")
    for path in sorted(ROOT.glob(pattern))
    if path.stat().st_size < 10_000
]
DATA = [data for text in TEXTS if isinstance(data := read_document(text.encode(), "a.yaml").data, dict)]
WORDS = [
    *("steps", "inputs", "audiences", "filters", "everyone", "none", "null", "[]", "{}", "0", "-1", "1e9"),
    *("9" * 400, "x" * 5_000, "[" * 60, "{a: " * 60, "- " * 60, "\udcff", "é", "\u202e", "id: ", "when: "),
    *("accept_warnings: {RB502: a}", "channel: sms", "format: runbook/v9", "x-note: ", "steps.a.failed > 0"),
]
"""What somebody may type or paste at a wrong place, and what nobody does."""


def examine(raw: bytes) -> None:
    """Read a file whole, and fail unless what comes of it is whole."""
    read = draft.read(raw, "a.yaml")
    for finding in read.diagnostics:
        check_inside(read.document, finding.span)
        assert finding.message
        assert finding.help.endswith((".", "?"))
    if read.is_sound:
        draft.fill(read, {spec.name: draft._sample(spec) for spec in read.inputs})


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A runbook, or a wrong one, in which something was put in, taken out, moved or repeated."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = at + draw(st.integers(0, 40)) * draw(st.booleans())
        put = draw(st.sampled_from([*PIECES, *WORDS]) | st.text(max_size=4))
        moved = draw(st.sampled_from(["", text[at:end], text[at:end] * 2]))
        text = text[:at] + put + moved + text[end:]
    return text


@given(slips())
@settings(max_examples=500, deadline=SOON_MS)
def test_no_slip_of_the_pen_is_too_much(text: str) -> None:
    """Texts that somebody edited badly."""
    examine(text.encode("utf-8", "surrogatepass"))


@given(st.sampled_from(TEXTS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8))
@settings(max_examples=200, deadline=SOON_MS)
def test_no_broken_byte_is_too_much(text: str, broken: list[tuple[int, int]]) -> None:
    """Files that a disk or a wire broke."""
    raw = bytearray(text.encode()) or bytearray(1)
    for at, byte in broken:
        raw[at % len(raw)] = byte
    examine(bytes(raw))


@given(st.data(), st.sampled_from(DATA), st.integers(1, 4))
@settings(max_examples=500, deadline=SOON_MS)
def test_no_data_is_too_much(draw: st.DataObject, data: dict[str, Any], changes: int) -> None:
    """Data with other values, keys and sorts of things at any place."""
    changed = copy.deepcopy(data)
    for _ in range(changes):
        mutate(changed, draw)
    examine(json.dumps(changed).encode())


@given(st.dictionaries(st.sampled_from([*DATA[0], "audiences", "defaults", "inputs"]), values))
@settings(max_examples=300, deadline=SOON_MS)
def test_no_values_at_all_are_too_much(data: dict[str, Any]) -> None:
    """The keys of a runbook with anything under them, of a known version and of another."""
    for version in ("runbook/v1", "runbook/v9"):
        examine(json.dumps({**data, "format": version}).encode())


# ---------------------------------------------------------------- conditions, where they stand

CONDITIONED = """\
format: runbook/v1
name: some-name
owner: ops
purpose: overdue
campaign: {{id: camp}}
inputs:
  branch: {{type: string, default: a}}
  cap: {{type: integer, default: 5}}
  rate: {{type: number, default: 0.5}}
  strict: {{type: boolean, default: true}}
  day: {{type: date, default: yesterday}}
  languages: {{type: list, default: [hindi]}}
steps:
  - {{id: a, channel: sms, template: t1, filters: {{payment_status: [bounced]}}, limit: 5}}
  - {{id: b, channel: sms, template: t2, filters: {{payment_status: [pending]}}, limit: 5, when: {when}}}
  - {{id: own, channel: sms, template: t3, filters: {{language: hindi}}, limit: 5, success: {success}}}
"""
texts = st.one_of(
    trees.map(write),
    st.tuples(trees.map(write), st.integers(0, 200), st.sampled_from([*PIECES, *WORDS])).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
    ),
    st.binary(max_size=40).map(lambda noise: noise.decode("latin-1")),
)


@given(texts, texts)
@settings(max_examples=400, deadline=SOON_MS)
def test_no_condition_is_too_much_for_a_runbook(when: str, success: str) -> None:
    """Nor for what looks for smells across steps; one that is sound can be planned."""
    text = CONDITIONED.format(when=json.dumps(when), success=json.dumps(success))
    examine(text.encode("utf-8", "replace"))
