"""That the short way takes what is sound, leaves what is odd, and reads as the long way does."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from sys import intern

import pytest
import yaml

from engine.runbook import shortcut, source
from engine.runbook.source import read
from engine.runbook.tree import MAX_DEPTH, MAX_KEYS

ROOT = Path(__file__).parents[3]
FILES = [*ROOT.glob("runbooks/**/*.yaml"), *ROOT.glob("tests/cases/*/*.yaml")]

SOUND = {
    "a comment": "# yes\na: 1 # no\n",
    "one document": "---\na: 1\n...\n",
    "nothing inside": "{}",
    "every kind of value": "a: [x, 'yes', \"017\", 2.5, true, ~]\nb: {c: -5, d: }\ne:\n- []\n",
    "texts on several lines": "description: one\n  two\nb: |\n  x\n  y\nc: >-\n  x\n\n  y\n",
    "a condition on two lines": "steps:\n- when: steps.a.ran\n    and steps.b.ran\n",
    "quotes inside": "a: it's\nb: x == 'y'\nc: 'it''s'\nd: \"a \\\\ b\\n\"\n",
    "keys in quotes": "'<<': 1\n\"1\": 2\n'yes': 3\n'': 4\n'a': 5\nb: {a: 6}\n",
    "a long key": "? a\n: b\n? c\n",
    "a template": "a: '{{ inputs.x }}'\nb: x {{ y }}\n",
    "other letters": 'a: नमस्ते 😀\nb: "अ\\n"\n',
    "the default of a date": "inputs:\n  day: {type: date, default: 2026-03-01}\n",
    "as deep as can be": "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1),
    "as many keys as can be": "".join(f"k{number}: 1\n" for number in range(MAX_KEYS)),
}
ODD = {
    "nothing": "# nothing\n",
    "a list": "- a\n",
    "a word": "a\n",
    "two documents": "a: 1\n---\nb: 1\n",
    "an unseen letter": "a: \x07b\n",
    "a mark of direction": "a: \u202eb\n",
    "a typographic quote": "a: “b”\n",
    "a non-breaking space": "a:\u00a0b\nc: d\n",
    "a typographic quote as an escape": 'a: "\\u201cअ\\u201d" # अ\n',
    "half a character": 'a: "\\ud83d"\n',
    "an anchor": "a: &b c\n",
    "an anchor at a known word": "a: c\nb: &b c\n",
    "an anchor at a known word in a list": "a: [c, &b c]\n",
    "an anchor in quotes": "a: &b 'c'\n",
    "an anchor without a value": "a: &b\nc: d\n",
    "an anchor at a key": "&b a: c\n",
    "an anchor at a known key": "a: {b: c}\nb: {&c b: c}\n",
    "an anchor at a list": "a: &b [c]\n",
    "an anchor at a mapping": "a: &b {c: d}\n",
    "an alias": "a: &b [c]\nd: *b\n",
    "an alias as a key": "a: b\n*c : d\n",
    "an alias in a list": "a: [*b]\n",
    "a tag": "a: !b c\n",
    "a tag at a key": "!b a: c\n",
    "a tag at a list": "a: !!seq [c]\n",
    "a tag at a mapping": "a: !!map {c: d}\n",
    "a tag without a name": "a: ! 5\n",
    "a tag without a name at a known word": "a: 5\nb: ! 5\n",
    "a tag without a name in quotes": 'a: ! "5"\n',
    "a tag without a name in a title": 'steps:\n- title: ! "C:\\temp"\n',
    "a list as a key further in": "a: {? [c] : d}\n",
    "a list as a key": "a: b\n[c]: d\n",
    "a mapping as a key": "? {a: b}\n: c\n",
    "a template for a value": "a: {{ x }}\n",
    "a level too deep": "a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH,
    "a key too many": "".join(f"k{number}: 1\n" for number in range(MAX_KEYS + 1)),
    "a key too many further in": "".join(
        f"k{number}: {{n{number}: 1}}\n" for number in range(MAX_KEYS // 2 + 1)
    ),
    "a key in quotes too many": "".join(f"'{number}': 1\n" for number in range(MAX_KEYS + 2)),
    "a key twice": "a: 1\nb: 2\na: 3\n",
    "a key twice, once in quotes": "a: 1\n'a': 2\n",
    "a number as a key": "1: a\n",
    "a word as a key that was in quotes before": "'yes': 1\nb: {yes: 2}\n",
    "a merge": "a: {<<: 1}\n",
    "nothing as a key": "? \n: 2\n",
    "an ambiguous word": "a: yes\n",
    "an ambiguous word on two lines": "description: 2026-03-01\n  10:00\n",
    "a date": "a: 2026-03-01\n",
    "a date where a number is due": "inputs:\n  day: {type: integer, default: 2026-03-01}\n",
    "a date before its type": "inputs:\n  day: {default: 2026-03-01, type: date}\n",
    "a time as the default of a date": "inputs:\n  day: {type: date, default: 10:30}\n",
    "a date that was a default before": "inputs:\n  day: {type: date, default: 2026-03-01}\na: 2026-03-01\n",
    "half a quote": "a: x'\n",
    "half a quote after a blank": "a: x y'\n",
    "a value on two lines": "a: x\n  y\n",
    "a value on two lines, as long as written": "a: [x y, x\ny]\n",
    "an item without its blank": "a:\n  -x\n",
    "an item without its blank that was a value before": "a: -x\nb:\n  -x\n",
    "a comment for a value": "a: #x\n",
    "a path of Windows": 'a: "C:\\temp"\n',
    "a title cut off": "title: x #y\n",
}


@pytest.fixture(params=["C", "Python"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML."""
    monkeypatch.setattr(source, "_PARSER", yaml.CSafeLoader if request.param == "C" else yaml.SafeLoader)


def is_short(text: str) -> bool:
    """Whether the short way goes to the end."""
    try:
        return shortcut.read(text, source._PARSER(text).get_event) is not None
    except yaml.YAMLError:
        return False


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_what_is_sound_is_read_the_short_way(text: str) -> None:
    """Else nothing would be gained; and nothing is found in it."""
    assert is_short(text)
    assert read(text.encode(), "a.yaml").diagnostics == ()


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_is_odd_is_read_the_long_way(text: str) -> None:
    """Only there anything is found."""
    assert not is_short(text)


@pytest.mark.parametrize("path", sorted(ROOT.glob("runbooks/**/*.yaml")), ids=lambda path: path.name)
def test_our_own_runbooks_are_read_the_short_way(path: Path) -> None:
    """They are what runbooks look like."""
    assert is_short(path.read_text("utf-8"))


def test_both_ways_read_every_case_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same data in the same order, the same findings, and the same places."""
    raws = [path.read_bytes() for path in FILES] + [text.encode() for text in SOUND.values()]
    short = [read(raw, "a.yaml") for raw in raws]
    monkeypatch.setattr(shortcut, "read", lambda *_: None)
    for raw, document in zip(raws, short, strict=True):
        long = read(raw, "a.yaml")
        assert (document, repr(document.data)) == (long, repr(long.data))
        assert document.places.taken(document.data) == long.places.taken(long.data)
        assert document.places.marks() == long.places.marks()
        assert document.places.root == long.places.root


def test_the_keys_of_steps_are_one_text_each() -> None:
    """10,000 steps do not hold 10,000 times the same word."""
    data = read(b"a: [{some_key: some_word}, {some_key: some_word}]\n", "a.yaml").data
    assert data is not None
    steps = data["a"]
    assert isinstance(steps, list)
    first, second = (next(iter(step.items())) for step in steps if isinstance(step, dict))
    assert first[0] is second[0] is intern("some_key")
    assert first[1] is second[1]


def test_places_are_shared_out_when_asked_for() -> None:
    """Of a sound text nobody asks."""
    document = read(b"a: [b, {c: d}]\n", "a.yaml")
    assert document.places._unsorted is not None
    assert document.places.find(document.data, ("a", 1, "c")) == ((8, 9), (11, 12), "d")
    assert document.places._unsorted is None


@pytest.fixture
def _hasty() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_hasty")
def test_threads_may_ask_for_places_at_once() -> None:
    """A service checks one runbook in several threads: the first shares the places out, and counts lines."""
    text = "".join(f"k{number}: [{{a: 1}}, {{a: 2}}]\n" for number in range(2_000))
    document = read(text.encode(), "a.yaml")
    assert document.data is not None
    paths = [(key, 1, "a") for key in [*document.data][::-500]]
    with ThreadPoolExecutor(len(paths)) as pool:
        lines = [span.line for span in pool.map(document.key_span, paths)]
    assert lines == [2_000, 1_500, 1_000, 500]
