"""The canonical layout, case by case."""

import json
import time
from typing import Any

import pytest
import yaml

from engine.runbook import rewrite as package
from engine.runbook import source
from engine.runbook.channels import REGISTRY
from engine.runbook.rewrite import UnfaithfulError, rewrite
from engine.runbook.rewrite.order import RUNBOOK, STEP
from engine.runbook.shape import build
from engine.runbook.source import read

LONG = "x" * 60
MOST_S = 4  # it takes less than 1; quadratic, more than 6


def laid_out(text: str) -> str:
    """Lay a sound text out."""
    document = read(text.encode(), "a.yaml")
    assert not document.diagnostics
    return rewrite(document)


CASES = {
    "indents": ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
    "dashes at the key": ("a:\n- b\n- c\n", "a:\n  - b\n  - c\n"),
    "lists in lists": ("a:\n-\n  - b\n  -   - c\n", "a:\n  - - b\n    - - c\n"),
    "brackets": ("a: { b: 1 ,c: [ 2,3 ]}\n", "a: {b: 1, c: [2, 3]}\n"),
    "brackets over lines that fit one": ("a: [1,\n  2]\n", "a: [1, 2]\n"),
    "brackets too long for a line": (
        f"a: {{b: [{LONG}, {LONG}], c: [1]}}\n",
        f"a:\n  b:\n    - {LONG}\n    - {LONG}\n  c: [1]\n",
    ),
    "empty brackets": ("a: {  }\nb: [ ]\n", "a: {}\nb: []\n"),
    "empty brackets behind a long key": (f"'{LONG}{LONG}': []\n", f"{LONG}{LONG}: []\n"),
    "a file in brackets": ('{"a": "b", "c": "1"}\n', 'a: b\nc: "1"\n'),
    "quotes that nobody needs": ("'a': \"some words\"\n", "a: some words\n"),
    "quotes that keep a text": ("a: ['1', 'yes', '1-2-3', '']\n", 'a: ["1", "yes", "1-2-3", ""]\n'),
    "quotes around signs": ("a: '{{ x }}'\nb: 'c: d'\n", 'a: "{{ x }}"\nb: "c: d"\n'),
    "quotes around a comma, in brackets alone": ("a: 'b, c'\nd: ['b, c']\n", 'a: b, c\nd: ["b, c"]\n'),
    "quotes with quotes inside": ("a: 'b \"c\" d'\n", "a: 'b \"c\" d'\n"),
    "empty lines": ("\n\na: 1\n\n\n\nb:\n\n  c: 1\n", "a: 1\n\nb:\n  c: 1\n"),
    "an empty line between steps": ("steps:\n- id: a\n- id: b\n", "steps:\n  - id: a\n\n  - id: b\n"),
    "an empty line between items that become long": (
        f"a:\n- {{b: 1}}\n- {{c: {LONG}, d: {LONG}}}\n",
        f"a:\n  - {{b: 1}}\n\n  - c: {LONG}\n    d: {LONG}\n",
    ),
    "no empty line between short items": ("a:\n- {b: 1}\n- {b: 2}\n", "a:\n  - {b: 1}\n  - {b: 2}\n"),
    "a text in lines": ("a: |\n     b\n       c\n", "a: |\n  b\n    c\n"),
    "a text whose first line is indented": ("a: |1\n   b\n  c\n", "a: |2\n    b\n   c\n"),
    "a text that keeps its empty lines": (
        "a:\n- b: |+\n   c\n\n- d: 1\n",
        "a:\n  - b: |+\n      c\n\n  - d: 1\n",
    ),
    "a text that ends in blanks": ("a: |\n   b\n     \n   \n", "a: |\n  b\n    \n"),
    "a text at the end of a file without one": ("a: |\n  b", "a: |-\n  b\n"),
    "a quote at the end that closes nothing": ("a: ['b''']\n", 'a: ["b\'"]\n'),
    "quotes at the end that belong together": ("a: 'b == ''c'''\n", "a: b == 'c'\n"),
    "a text over lines": ('a: "b\n     c"\n', 'a: "b\n  c"\n'),
    "words over lines, in brackets": ("x-a: [b\nc, d]\n", "x-a: [b c, d]\n"),
    "a description over lines": ("description: b\n       c\n", "description: b\n  c\n"),
    "nothing": ("a:\nb: ~\nc:\n  -\n", "a:\nb: ~\nc:\n  -\n"),
    "a mark of a document": ("---\na: 1\n...\n", "a: 1\n"),
    "blanks at the end of lines": ("a: 1   \n   \nb: 2\t\n", "a: 1\n\nb: 2\n"),
    "a tab between words": ("a: b\tc\n", "a: b\tc\n"),
    "a tab in a comment": ("a: 1 #\tx\n", "a: 1  #\tx\n"),
    "tabs": ("a:\t1\t# x\nb: [\tc\t,\td\t]\n", "a: 1  # x\nb: [c, d]\n"),
}
COMMENTS = {
    "above, at the wrong indent": ("a:\n     # x\n  b: 1\n", "a:\n  # x\n  b: 1\n"),
    "beside, in its column": ("a: 1      # x\nbb: 2     # y\n", "a: 1      # x\nbb: 2     # y\n"),
    "beside, with one blank": ("a: 1 # x\n", "a: 1  # x\n"),
    "beside, over two lines": ("a: 1    # x\n        # y\nb: 2\n", "a: 1    # x\n        # y\nb: 2\n"),
    "between a key and its value": ("a: # x\n  # y\n  b\n", "a: b  # x\n".replace("a", "# y\na", 1)),
    "inside brackets": ("a: [b, # x\n  c] # y\n", "a:  # y\n  - b  # x\n  - c\n"),
    "beside an item in brackets over lines": (
        "a:\n  - {b: 1, # x\n     c: 2, d: 3} # y\n  - {b: 1,\n     c: 2, # x\n     d: 3} # y\n",
        "a:\n  # y\n  - b: 1   # x\n    c: 2\n    d: 3\n\n  - b: 1  # y\n    c: 2   # x\n    d: 3\n",
    ),
    "inside empty brackets": ("a: 1\nb: [ # x\n # y\n]\n", "a: 1\n# y\nb: []  # x\n"),
    "behind a dash": ("a:\n- # x\n  b: 1\n", "a:\n  # x\n  - b: 1\n"),
    "at the end of a block": ("a:\n    b: 1\n    # x\n# y\nc: 1\n", "a:\n  b: 1\n  # x\n# y\nc: 1\n"),
    "at the end of the file": ("a:\n- b\n# x\n", "a:\n  - b\n# x\n"),
    "beside the mark of a text": ("a: |   # x\n    b # no comment\n", "a: |   # x\n  b # no comment\n"),
    "behind a text": ("a: |\n  b\n# x\nc: 1\n", "a: |\n  b\n# x\nc: 1\n"),
    "in a file of one bracket": ("{a: 1} # x\n", "a: 1\n# x\n"),
}
ORDERED = {
    "keys at the top": ("name: a\nformat: runbook/v1\n", "format: runbook/v1\nname: a\n"),
    "keys of a step": (
        "format: runbook/v1\nsteps:\n- limit: 1\n  x-why: b\n  id: a\n",
        "format: runbook/v1\nsteps:\n  - id: a\n    limit: 1\n    x-why: b\n",
    ),
    "what is no runbook": ("b: 1\nformat: config/v1\na: 1\n", "b: 1\nformat: config/v1\na: 1\n"),
    "with a comment beside": (
        "name: a # x\nformat: runbook/v1\n",
        "format: runbook/v1\nname: a  # x\n",
    ),
    "not across a comment": (
        "name: a\n# x\nformat: runbook/v1\n",
        "name: a\n# x\nformat: runbook/v1\n",
    ),
    "under the head of a file": (
        "# x\n\nname: a\nformat: runbook/v1\n",
        "# x\n\nformat: runbook/v1\nname: a\n",
    ),
    "not under a comment about the first key": (
        "# x\nname: a\nformat: runbook/v1\n",
        "# x\nname: a\nformat: runbook/v1\n",
    ),
}


@pytest.mark.parametrize("name", [*CASES, *COMMENTS, *ORDERED])
def test_layout(name: str) -> None:
    """What is written comes out so, and so again."""
    written, expected = {**CASES, **COMMENTS, **ORDERED}[name]
    assert laid_out(written) == expected
    assert laid_out(expected) == expected


@pytest.mark.parametrize("name", [*COMMENTS, *ORDERED])
def test_layout_where_the_parser_is_in_python(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may come without its part in C."""
    monkeypatch.setattr(source, "_PARSER", yaml.SafeLoader)
    written, expected = {**COMMENTS, **ORDERED}[name]
    assert laid_out(written) == expected


def test_every_key_has_its_place_in_the_order() -> None:
    """A key that the schema gains and the order lacks would stand behind any other; nothing else has one."""
    schema: Any = build(REGISTRY, templates=True)
    steps = [form["properties"] for name, form in schema["$defs"].items() if name.startswith("step_")]
    assert set(schema["properties"]) == set(RUNBOOK)
    assert {key for form in steps for key in form} == set(STEP)


@pytest.mark.parametrize("new", ["a: 2\n", "a: 1\n", "a: yes  # x\n"], ids=["data", "comment", "findings"])
def test_a_text_that_says_something_else_is_never_given(new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever mistake of ours would make it."""
    monkeypatch.setattr(package, "lay_out", lambda _root: new)
    with pytest.raises(UnfaithfulError):
        rewrite(read(b"a: 1 # x\n", "a.yaml"))


@pytest.mark.parametrize("is_one_line", [False, True])
def test_the_time_grows_with_the_text_alone(is_one_line: bool) -> None:
    """Whoever looks from each value to the next comment, or back to its line's start, takes minutes."""
    items = [f"  - {LONG}{LONG}{LONG}{LONG}{LONG}\n"] * 12_000
    text = "a:\n" + "".join(items)
    if is_one_line:
        text = json.dumps(read(text.encode(), "a.yaml").data)
    document = read(f"{text}\n# the end\n".encode(), "a.yaml")
    began = time.process_time()
    rewrite(document)
    assert time.process_time() - began < MOST_S
