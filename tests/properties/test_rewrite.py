"""Properties of the canonical layout: the same data, the same comments at the same keys, and no way back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from engine.diagnostics import Json, Path
from engine.runbook.document import Document
from engine.runbook.rewrite import rewrite
from engine.runbook.source import read
from tests.properties.random_runbooks import Dice, runbook
from tests.properties.test_source import JSON_DATA, RUNBOOK

ROOT = FilePath(__file__).parents[2]
TEXTS = [RUNBOOK, *(path.read_text("utf-8") for path in sorted((ROOT / "runbooks").glob("*.yaml")))]


def laid_out(text: str) -> str:
    """Give a text in the canonical layout, after what holds for every one."""
    before = read(text.encode(), "a.yaml")
    assert not before.diagnostics
    new = rewrite(before)
    after = read(new.encode(), "a.yaml")
    assert not after.diagnostics
    assert json.dumps(after.data, sort_keys=True) == json.dumps(before.data, sort_keys=True)
    assert rewrite(after) == new
    assert new.endswith("\n")
    assert "\r" not in new
    return new


def read_by_others(text: str) -> Any:  # noqa: ANN401  (any JSON)
    """Read a text by YAML 1.2, with a reader that shares no code with ours."""
    return YAML(typ="safe", pure=True).load(text)


def is_sound(text: str) -> bool:
    """Say whether a text may be laid out."""
    return not read(text.encode(), "a.yaml").diagnostics


# ---------------------------------------------------------------- whatever the data


@given(JSON_DATA, st.sampled_from([None, False, True]), st.sampled_from([None, "'", '"', "|", ">"]))
@settings(max_examples=200)
def test_data_stay_what_they_are(data: Json, flow: bool | None, style: str | None) -> None:
    """In every style in which another program writes them."""
    text = yaml.safe_dump(
        data, allow_unicode=True, sort_keys=False, default_flow_style=flow, default_style=style, width=40
    )
    assume(is_sound(text))
    new = laid_out(text)
    try:
        seen = read_by_others(text)
    except (YAMLError, ValueError):
        return  # it refuses some of what PyYAML writes, such as a day that no month has
    assert read_by_others(new) == seen


ODD = st.one_of(
    st.text("ab '\":#", max_size=4),
    st.text("aZ09 '\":#-,=!%&\\\n[]{}|>.\t/*?@`~+<\u2026\u2019", max_size=12),
    st.sampled_from(["no", "0x1F", "1_000", "12:30", "2024-01-01", "1e5", "<<", "C:\\temp", "a #b", "- a"]),
)
"""What needs its quotes, lest YAML or one of our traps read it differently."""


@given(st.dictionaries(ODD, st.lists(ODD, max_size=8), min_size=1, max_size=3), st.sampled_from("'\""))
@settings(max_examples=200)
def test_texts_that_need_their_quotes_keep_them(data: dict[str, list[str]], style: str) -> None:
    """And no others: what is laid out is sound, and says the same."""
    text = yaml.safe_dump(data, allow_unicode=True, default_style=style, width=1000)
    assume(is_sound(text))
    assert read_by_others(laid_out(text)) == data


@given(st.integers(0, 2**31))
def test_runbooks_stay_what_they_are(seed: int) -> None:
    """Random runbooks, whose keys may be put in order."""
    text = runbook(Dice(str(seed)), "some-name", "camp").text
    assert read_by_others(laid_out(text)) == read_by_others(text)


# ---------------------------------------------------------------- comments

MARK = re.compile(r"# mark (\d+)")


def entries(document: Document, data: Any, path: Path = ()) -> Iterator[tuple[int, Path]]:  # noqa: ANN401  (any JSON)
    """Give where each key and item begins, as the engine's own reader found it."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        (start, _), (at, _), _ = document.places.find(document.data, (*path, key))
        yield (start if isinstance(data, dict) else at), (*path, key)
        yield from entries(document, value, (*path, key))


def owners(text: str) -> dict[str, tuple[str, Path]]:
    """Give for each marked comment what it stands beside, or else before; () where nothing follows."""
    document = read(text.encode(), "a.yaml")
    places = list(entries(document, document.data))
    found = {}
    said = json.dumps(document.data)
    for mark in (mark for mark in MARK.finditer(text) if mark[0] not in said):
        line = text.rfind("\n", 0, mark.start()) + 1
        beside = [path for at, path in places if line <= at < mark.start()]
        after = next((path for at, path in places if at > mark.start()), ())
        is_beside = bool(text[line : mark.start()].strip(" -[{}],:"))
        found[mark[1]] = ("beside", beside[-1] if beside else ()) if is_beside else ("before", after)
    return found


def same(old: tuple[str, Path], new: tuple[str, Path]) -> bool:
    """Say whether a comment is where it was; lines of a mapping and its first key may have become one."""
    shared = min(len(old[1]), len(new[1]))
    return old[1][:shared] == new[1][:shared] if old[0] == new[0] == "beside" else old[1] == new[1]


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A runbook with comments and empty lines at any place where a line or a bracket ends, or begins."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for number in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        mark, indent = f"# mark {number}", " " * draw(st.integers(0, 9))
        sort = draw(st.sampled_from(["above", "beside", "inside", "gap", "wide"]))
        if sort == "above":
            lines.insert(at, indent + mark)
        elif sort == "beside" and lines[at] and "#" not in lines[at]:
            lines[at] += f"  {indent}{mark}"
        elif (
            sort == "inside" and "#" not in lines[at] and (places := list(re.finditer("[\\[{,]", lines[at])))
        ):
            place = draw(st.sampled_from(places)).end()
            lines[at : at + 1] = [f"{lines[at][:place]} {mark}", "         " + lines[at][place:]]
        elif sort == "gap":
            lines.insert(at, indent)
        elif sort == "wide":
            lines = [re.sub("^ +", lambda found: found[0] * 2, line) for line in lines]
    return "\n".join(lines)


@given(commented())
@settings(max_examples=400)
def test_each_comment_stays_where_it_is(text: str) -> None:
    """Wherever somebody writes one, it stands before or beside the same key or item as before."""
    assume(is_sound(text))
    new = laid_out(text)
    before, after = owners(text), owners(new)
    assert before.keys() == after.keys()
    moved = {mark: (before[mark], after[mark]) for mark in before if not same(before[mark], after[mark])}
    assert not moved


# ---------------------------------------------------------------- our own files

OURS = [
    path
    for folder, pattern in (("runbooks", "*.yaml"), ("engine/starter", "*.yaml"))
    for path in (ROOT / folder).rglob(pattern)
]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_are_in_the_canonical_layout(path: FilePath) -> None:
    """What we ship looks as fmt would make it."""
    text = path.read_text("utf-8")
    assert laid_out(text) == text
