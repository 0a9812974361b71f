"""The words of the findings against the plain library: they agree on every runbook."""

import copy
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.diagnostics import Json
from engine.runbook.channels import REGISTRY
from engine.runbook.leaves import COLUMN, CONDITION, LITERAL, PARAGRAPH, TEXT, fits
from engine.runbook.schema import Shape, check, shape
from engine.runbook.shape import FORMATS, build
from engine.runbook.source import read
from engine.runbook.validator import errors

FOLDER = Path(__file__).parents[2] / "runbooks"
PATHS = sorted(each for each in FOLDER.glob("*.yaml") if not each.stem.endswith(".test"))
RUNBOOKS = [read(path.read_bytes(), path.name).data for path in PATHS]
# Words of the library and of Python that no reader of a finding should meet.
FOREIGN = (
    *(
        "additionalProperties",
        "is not of type",
        "is not valid under",
        "does not match",
        "should be non-empty",
    ),
    *("anyOf", "oneOf", "minItems", "minLength", "NoneType", "'str'", "dict", "None ", "False", "True", "\n"),
)

words = st.sampled_from(
    [
        *("", " ", "a", "sms", "whatsapp", "call", "everyone", "none", "bounced", "hindi", "x-note"),
        *("limit", "ids", "filter", "runbook/v1", "30s", "2h", "integer", "today", "a\n", "5"),
        *("{{ inputs.a }}", "a {{ inputs.a }}"),
    ]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(allow_nan=False).filter(lambda number: number % 1 != 0),
    words,
    st.text(max_size=8),
)
values = st.recursive(
    leaves,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(words, below, max_size=4),
    max_leaves=8,
)


@cache
def plain(*, templates: bool) -> Draft202012Validator:
    """Give the library's own validator of the published schema."""
    return Draft202012Validator(build(REGISTRY, templates=templates))


def mutate(data: Any, draw: st.DataObject) -> None:  # noqa: ANN401 (any JSON)
    """Change, drop or add one entry somewhere within a collection."""
    here = data
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw.draw(st.sampled_from(keys)) if keys else None
        if key is None or not isinstance(here[key], dict | list) or draw.draw(st.booleans()):
            break
        here = here[key]
    action = draw.draw(st.sampled_from(["change", "drop", "add"]))
    if action == "change" and key is not None:
        here[key] = draw.draw(values)
    elif action == "drop" and key is not None:
        del here[key]
    elif isinstance(here, dict):
        here[draw.draw(words)] = draw.draw(values)
    else:
        here.append(draw.draw(values))


def has_line_break_at_its_end(data: Any) -> bool:  # noqa: ANN401 (any JSON)
    """Whether a text within ends in a line break, which Python's ``$`` lets pass, unlike JSON Schema's."""
    if isinstance(data, dict):
        return any(map(has_line_break_at_its_end, [*data.keys(), *data.values()]))
    if isinstance(data, list):
        return any(map(has_line_break_at_its_end, data))
    return isinstance(data, str) and data.endswith("\n")


@given(st.data(), st.sampled_from(RUNBOOKS), st.integers(1, 3), st.booleans())
@settings(max_examples=400, deadline=None)
def test_faults_are_found_exactly_where_the_library_finds_them(
    draw: st.DataObject, runbook: Json, changes: int, templates: bool
) -> None:
    """A runbook without faults is valid, and one with faults is not: no rule gets lost in the wording."""
    data = copy.deepcopy(runbook)
    for _ in range(changes):
        mutate(data, draw)
    faults = check(data, templates=templates)
    if not has_line_break_at_its_end(data):
        assert bool(faults) is not plain(templates=templates).is_valid(data)
    for fault in faults:
        assert not [word for word in FOREIGN if word in f"{fault.message} {fault.help}"]


CASES = [
    read(path.read_bytes(), path.name).data
    for path in sorted((Path(__file__).parents[1] / "cases").glob("*/*.yaml"))
]


@cache
def shape_of(*, templates: bool) -> Shape:
    """Give the schema as the engine uses it."""
    return shape(build(REGISTRY, templates=templates), FORMATS)


def agree(data: Json, *, templates: bool) -> None:
    """Fail unless what is seen as sound is what the judge finds nothing in."""
    wanted = shape_of(templates=templates)
    assert wanted.accepts(data) is not any(True for _ in errors(wanted.schema, data))


@given(st.data(), st.sampled_from([*RUNBOOKS, *[case for case in CASES if case]]), st.integers(0, 3))
@settings(max_examples=600, deadline=None)
def test_sound_is_what_the_judge_finds_nothing_in(draw: st.DataObject, runbook: Json, changes: int) -> None:
    """The quick look at sound files agrees with jsonschema on the same schema."""
    data = copy.deepcopy(runbook)
    for _ in range(changes):
        mutate(data, draw)
    agree(data, templates=True)
    agree(data, templates=False)


@given(values)
@settings(deadline=None)
def test_sound_is_what_the_judge_finds_nothing_in_at_all(data: Json) -> None:
    """Also on data that are no runbooks."""
    agree(data, templates=True)


@pytest.mark.parametrize("case", [case for case in CASES if case])
def test_sound_is_what_the_judge_finds_nothing_in_by_case(case: Json) -> None:
    """And on every golden case."""
    agree(case, templates=True)
    agree(case, templates=False)


@given(values)
@settings(deadline=None)
def test_any_data_at_all_can_be_checked(data: Json) -> None:
    """Whatever was read, the answer is a list of faults."""
    assert check(data, templates=True)


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=[path.stem for path in PATHS])
def test_the_runbooks_that_we_ship_are_silent(runbook: Json) -> None:
    """As authored, there is nothing to say of them."""
    assert check(runbook, templates=True) == []


@pytest.mark.parametrize("pattern", [TEXT, LITERAL, PARAGRAPH, CONDITION, COLUMN])
@given(text=st.text(st.characters(max_codepoint=0x17F), max_size=12) | st.text("a {}\n\t.", max_size=8))
@settings(max_examples=300, deadline=None)
def test_the_short_way_for_plain_words_is_the_pattern_itself(pattern: str, text: str) -> None:
    """What is seen as plain words is what the pattern admits."""
    assert fits(pattern, text) is (re.search(pattern.removesuffix("$") + r"\Z", text) is not None)
