from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from engine.diagnostics import Json
from engine.runbook.inputs import InputValue, Origin, fault_of_default, resolve
from engine.runbook.model import InputSpec, InputType

TODAY = date(2026, 3, 1)


def outcome(
    *specs: InputSpec,
    given: Mapping[str, str] | None = None,
    from_file: Mapping[str, Json] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[tuple[InputValue, ...], tuple[str, ...]]:
    """What is resolved on a Sunday in March."""
    return resolve(
        specs, given=given or {}, from_file=from_file or {}, environment=environment or {}, today=TODAY
    )


def spec(kind: str, **more: Any) -> InputSpec:  # noqa: ANN401 - any of a spec's fields
    """An input called x."""
    return InputSpec("x", InputType(kind), **more)


def value_of(written: str, of: InputSpec) -> InputValue:
    """The value that --input gives."""
    (value,), problems = outcome(of, given={"x": written})
    assert problems == ()
    return value


def problem_of(of: InputSpec, **said: Any) -> str:  # noqa: ANN401 - any of the origins
    """The one thing that is wrong."""
    values, (problem,) = outcome(of, **said)
    assert values == ()
    return problem


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("string", "north", "north"),
        ("string", " as it is ", " as it is "),
        ("string", "017", "017"),
        ("string", "yes", "yes"),
        ("string", "a, b", "a, b"),
        ("integer", "250", 250),
        ("integer", "-5", -5),
        ("integer", "0", 0),
        ("integer", "9007199254740991", 9007199254740991),
        ("number", "2.5", 2.5),
        ("number", "-0.25", -0.25),
        ("number", "5", 5),
        ("number", "5.0", 5),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("date", "2026-02-28", "2026-02-28"),
        ("date", "today", "2026-03-01"),
        ("date", "yesterday", "2026-02-28"),
        ("date", "tomorrow", "2026-03-02"),
        ("date", "+3d", "2026-03-04"),
        ("date", "-60d", "2025-12-31"),
        ("date", "+0d", "2026-03-01"),
        ("list", "north", ("north",)),
        ("list", "north, south ,east", ("north", "south", "east")),
    ],
)
def test_a_text_is_read_by_the_type_of_the_input(kind: str, written: str, expected: object) -> None:
    """Command line and environment can say nothing but text."""
    value = value_of(written, spec(kind)).value
    assert (value, type(value)) == (expected, type(expected))
    (value_of_variable,), _ = outcome(spec(kind), environment={"RUNBOOK_INPUT_X": written})
    assert value_of_variable.value == expected


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("string", "north", "north"),
        ("integer", 250, 250),
        ("number", 2.5, 2.5),
        ("number", 5.0, 5),
        ("number", 5, 5),
        ("boolean", False, False),
        ("date", "2026-02-28", "2026-02-28"),
        ("date", "-1d", "2026-02-28"),
        ("list", ["north", "a, b"], ("north", "a, b")),
    ],
)
def test_a_file_and_a_default_say_typed_values(kind: str, said: Json, expected: object) -> None:
    """They are taken as they are."""
    (from_file,), _ = outcome(spec(kind), from_file={"x": said})
    (default,), _ = outcome(spec(kind, default=said))
    for value in (from_file.value, default.value):
        assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        *((kind, "", "it is empty") for kind in InputType),
        *((kind, "  ", "it is empty") for kind in InputType),
        *((kind, "a\x07b", "(U+0007)") for kind in InputType),
        *((kind, "{{ x }}", "looks like a template") for kind in InputType),
        ("string", "a\nb", "(U+000A)"),
        ("string", "a\u2028b", "(U+2028)"),
        ("string", "a\u202eb", "(U+202E)"),
        ("string", "a\udcffb", "(U+DCFF)"),
        ("string", "{% if %}", "looks like a template"),
        *(("integer", text, "not a whole number") for text in ("1.0", "1e3", "0x1f", "017", "1_000", "+5")),
        *(("integer", text, "not a whole number") for text in ("five", "true", "~", "٣", "5 0")),
        *(("number", text, "not a number") for text in ("1e3", ".inf", "nan", "inf", "1,5", "true", "017")),
        *(("boolean", text, "neither true nor false") for text in ("yes", "1", "on", "wahr")),
        *(
            ("date", text, "is not a date")
            for text in ("2026-3-1", "20260301", "01.03.2026", "+3", "3d", "now")
        ),
        *(("date", text, "is not a date") for text in ("+99999d", "Today", "2026-03-01T10:00", "2026-W09-7")),
        *(("date", text, "no calendar has") for text in ("2026-02-30", "2026-13-01", "0000-01-01")),
        ("list", "a,,b", "item 2 is empty"),
        ("list", "a, b,", "item 3 is empty"),
        ("list", "a,b,a", "in the list twice"),
        ("list", '["b","a"]', "has brackets, which would be part of its texts"),
    ],
)
def test_a_text_that_does_not_fit_its_type_is_refused(kind: str, written: str, said: str) -> None:
    """The sentence names the input, who said it, what is wrong, and ends with the mend."""
    problem = problem_of(spec(kind), given={"x": written})
    assert problem.startswith('input "x", from --input: ')
    assert said in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        *((kind, None, "it is empty") for kind in InputType),
        *((kind, {"a": 1}, "a group of keys") for kind in InputType),
        ("string", 5, "5 is not text"),
        ("string", True, "true is not text"),
        ("string", ["a"], "a list is not text"),
        ("string", "", "it is empty"),
        ("integer", "250", '"250" is not a whole number'),
        ("integer", True, "true is not a whole number"),
        ("integer", 5.0, "5.0 is not a whole number"),
        ("integer", 2**53, "is not between"),
        ("integer", -(2**53), "is not between"),
        ("number", float("nan"), "is not between"),
        ("number", float("inf"), "is not between"),
        ("number", 2.0**60, "is not between"),
        ("number", "2.5", '"2.5" is not a number'),
        ("number", False, "false is not a number"),
        ("boolean", "true", "neither true nor false"),
        ("boolean", 1, "neither true nor false"),
        ("date", 20260301, "is not text"),
        ("date", "2026-02-30", "no calendar has"),
        ("list", "north", "is not a list"),
        ("list", [], "the list is empty"),
        ("list", ["a", 5], "item 2, 5, is not text"),
        ("list", ["a", None], "item 2, null, is not text"),
        ("list", ["a", " "], "item 2 is empty"),
        ("list", ["a", "a"], "in the list twice"),
        ("list", ["a", "b\n"], "(U+000A)"),
        ("list", ["a", "{{ b }}"], "looks like a template"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, value: Json, said: str) -> None:
    """Whether a file says it, or the runbook itself as a default."""
    problem = problem_of(spec(kind), from_file={"x": value})
    assert problem.startswith('input "x", from the input file: ')
    assert said in problem
    if value is not None:
        assert said in problem_of(spec(kind, default=value))
        assert said in str(fault_of_default(spec(kind, default=value)))


@pytest.mark.parametrize(
    ("more", "written", "said"),
    [
        ({"kind": "integer", "minimum": 1}, "0", "0 is below the minimum; write 1 or more."),
        ({"kind": "integer", "maximum": 5}, "6", "6 is above the maximum; write 5 or less."),
        ({"kind": "number", "minimum": 0.5}, "0.4", "write 0.5 or more."),
        ({"kind": "number", "maximum": 0}, "0.1", "write 0 or less."),
        (
            {"kind": "string", "choices": ("north", "south")},
            "nort",
            "did you mean north? It is one of north or south.",
        ),
        ({"kind": "string", "choices": ("north", "south")}, "zzz", "write one of north or south."),
        ({"kind": "integer", "choices": (1, 2)}, "3", "write one of 1 or 2."),
        ({"kind": "date", "choices": ("2026-03-02",)}, "today", "write one of 2026-03-02."),
        ({"kind": "list", "choices": ("north", "south")}, "north, zzz", '"zzz" is none of the choices'),
        ({"kind": "string", "pattern": "[a-z]+"}, "abc1", "all of the text must fit it."),
        ({"kind": "string", "pattern": "a|b"}, "ab", "all of the text must fit it."),
        ({"kind": "list", "pattern": "[a-z]+"}, "a, B", '"B" does not fit'),
        ({"kind": "string", "pattern": "[a-"}, "a", "cannot be read: a [ is never closed; "),
    ],
)
def test_what_the_runbook_asks_is_checked(more: dict[str, Any], written: str, said: str) -> None:
    """Bounds count, choices and patterns hold for each item of a list."""
    assert said in problem_of(spec(**more), given={"x": written})


@pytest.mark.parametrize(
    ("more", "written"),
    [
        ({"kind": "integer", "minimum": 1, "maximum": 1}, "1"),
        ({"kind": "string", "choices": ("north",)}, "north"),
        ({"kind": "date", "choices": ("2026-03-01",)}, "today"),
        ({"kind": "list", "choices": ("a", "b"), "pattern": "[a-z]"}, "b, a"),
        ({"kind": "boolean", "choices": (True,)}, "true"),
    ],
)
def test_what_fits_what_the_runbook_asks_passes(more: dict[str, Any], written: str) -> None:
    """The bounds themselves are inside."""
    value_of(written, spec(**more))


def test_the_stronger_origin_wins() -> None:
    """--input, then the file, then the environment, then the default."""
    origins: list[tuple[str, Any]] = [
        ("given", {"x": "1"}),
        ("from_file", {"x": 2}),
        ("environment", {"RUNBOOK_INPUT_X": "3"}),
    ]
    seen = []
    for weakest in range(4):
        (value,), _ = outcome(spec("integer", default=4), **dict(origins[weakest:]))
        seen.append((value.value, value.origin, value.detail))
    assert seen == [
        (1, Origin.COMMAND_LINE, ""),
        (2, Origin.FILE, ""),
        (3, Origin.ENVIRONMENT, "RUNBOOK_INPUT_X"),
        (4, Origin.DEFAULT, ""),
    ]


def test_what_is_overridden_is_not_looked_at() -> None:
    """A stale variable or a default that does not fit harms nobody who says better."""
    values, problems = outcome(
        spec("integer", default="x"), given={"x": "1"}, environment={"RUNBOOK_INPUT_X": "?"}
    )
    assert ([value.value for value in values], problems) == ([1], ())


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ({"given": {"x": "yesterday"}}, "yesterday"),
        ({"given": {"x": "2026-02-28"}}, ""),
        ({"environment": {"RUNBOOK_INPUT_X": "yesterday"}}, "RUNBOOK_INPUT_X, yesterday"),
        ({"environment": {"RUNBOOK_INPUT_X": "2026-02-28"}}, "RUNBOOK_INPUT_X"),
    ],
)
def test_a_relative_date_keeps_what_was_said(said: dict[str, Any], detail: str) -> None:
    """A view can show both the day and the word."""
    (value,), _ = outcome(spec("date"), **said)
    assert (value.value, value.detail) == ("2026-02-28", detail)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_date_beyond_all_calendars_is_refused(day: date) -> None:
    """Counting past the last year, or before the first, is no crash."""
    for written in ("+1d", "-1d"):
        _, problems = resolve([spec("date")], given={"x": written}, from_file={}, environment={}, today=day)
        assert len(problems) == (written[0] == ("+" if day.year > 1 else "-"))


def test_a_missing_value_is_told_with_every_way_to_give_it() -> None:
    """An input without a default must be given."""
    problem = problem_of(spec("string"))
    assert "no value" in problem
    for way in ("--input x=", "--input-file", "RUNBOOK_INPUT_X"):
        assert way in problem


def test_unknown_names_are_problems_from_every_outside_origin() -> None:
    """A misspelt name would leave a filter at its default without a word."""
    branch = InputSpec("branch", InputType.STRING, default="north")
    meant = "did you mean RUNBOOK_INPUT_BRANCH? It has RUNBOOK_INPUT_BRANCH and RUNBOOK_INPUT_CAP."
    _, problems = outcome(
        branch,
        InputSpec("cap", InputType.INTEGER, default=1),
        given={"brnch": "a"},
        from_file={"zzz": 1},
        environment={
            "RUNBOOK_INPUT_BRANHC": "b",
            "RUNBOOK_INPUT_branch": "c",
            "RUNBOOK_LOG": "d",
            "PATH": "e",
        },
    )
    assert problems == (
        '"brnch", from --input, is no input of this runbook: did you mean branch? It has branch and cap.',
        '"zzz", from the input file, is no input of this runbook: it has branch and cap.',
        f'"RUNBOOK_INPUT_BRANHC", from the environment, is no input of this runbook: {meant}',
        f'"RUNBOOK_INPUT_branch", from the environment, is no input of this runbook: {meant}',
    )


def test_a_runbook_without_inputs_says_so() -> None:
    """There is nothing that could have been meant."""
    _, problems = outcome(given={"x": "1"})
    (problem,) = problems
    assert problem == '"x", from --input, is no input of this runbook: it has no inputs, so leave this out.'


def test_everything_wrong_is_told_at_once_in_the_order_of_the_runbook() -> None:
    """Unknown names first; what is right is resolved all the same."""
    specs = [InputSpec(name, InputType.INTEGER) for name in ("d", "c", "b", "a")]
    values, problems = outcome(*specs, given={"b": "x", "a": "1", "e": "2"}, from_file={"c": None})
    assert [problem.split(",")[0].split(" has")[0] for problem in problems] == [
        '"e"',
        'input "d"',
        'input "c"',
        'input "b"',
    ]
    assert [(value.name, value.value) for value in values] == [("a", 1)]


def test_a_default_can_be_judged_alone() -> None:
    """A check of the runbook itself needs no other origin, and no day."""
    assert fault_of_default(spec("date", default="+3d")) is None
    assert fault_of_default(spec("date", default="+3d", choices=("2026-03-02",))) is None
    assert "choices" in str(fault_of_default(spec("date", default="2026-03-01", choices=("2026-03-02",))))
    assert fault_of_default(spec("integer")) is None
    assert (
        fault_of_default(spec("integer", default=0, minimum=1)) == "0 is below the minimum; write 1 or more."
    )
