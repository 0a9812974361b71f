"""From declared inputs and what four origins say to values, with everything wrong at once."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.record.condition import Scalar
from engine.runbook.leaves import UNSEEN, VISIBLE
from engine.runbook.model import InputSpec, InputType
from engine.runbook.scalars import MAX_NUMBER, read_plain
from engine.runbook.spelling import listed, nearest, shown

VARIABLE = "RUNBOOK_INPUT_"
"""What the name of an environment variable begins with that gives an input."""


class Origin(StrEnum):
    """Who said a value, the strongest first."""

    PROGRAM = "program"
    COMMAND_LINE = "--input"
    FILE = "--input-file"
    ENVIRONMENT = "environment"
    DEFAULT = "default"


_LISTED = 10
_PASSED = "inputs"
_EMPTY = "it is empty, and to the API an empty value may mean everyone; give a value."

InputData: TypeAlias = Scalar | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputValue:
    """The value of an input and where it came from; a date is text in ISO form.

    ``detail`` is what a view adds to the origin: the variable's name, and of a date what was
    said where that was no date, such as ``yesterday``.
    """

    name: str
    type: InputType
    value: InputData
    origin: Origin
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What an origin says of an input; ``is_text`` where it can say nothing but text."""

    value: Json
    origin: Origin
    where: str
    is_text: bool = False


class _RefusedError(ValueError):
    """What is wrong with a value, and the mend; ends the reading of this one input."""


def resolve(
    specs: Sequence[InputSpec],
    *,
    given: Mapping[str, str],
    from_file: Mapping[str, Json],
    environment: Mapping[str, str],
    today: date,
) -> tuple[tuple[InputValue, ...], tuple[str, ...]]:
    """Give the inputs' values in the order of their declaration, and what is wrong, a sentence each.

    What was ``given`` wins over the file, the file over the environment, that over the
    default. ``today`` is the day that relative dates count from. What a stronger origin
    overrides is not looked at.
    """
    unknown = _unknown(specs, given, from_file, environment)
    return _resolved(
        specs, unknown, lambda spec: _strongest(spec, given, from_file, environment), _missing, today
    )


def resolve_passed(
    specs: Sequence[InputSpec], passed: Mapping[str, Json], today: date
) -> tuple[tuple[InputValue, ...], tuple[str, ...]]:
    """Give what ``resolve`` gives where a program passes the values; nothing but defaults is beside them."""
    names = [spec.name for spec in specs]
    unknown = (_no_input(name, _PASSED, nearest(name, names), names) for name in passed if name not in names)

    def said(spec: InputSpec) -> _Said | None:
        return _Said(passed[spec.name], Origin.PROGRAM, _PASSED) if spec.name in passed else _default(spec)

    return _resolved(specs, unknown, said, _not_passed, today)


def _resolved(
    specs: Sequence[InputSpec],
    unknown: Iterable[str],
    said_of: Callable[[InputSpec], _Said | None],
    missing: Callable[[InputSpec], str],
    today: date,
) -> tuple[tuple[InputValue, ...], tuple[str, ...]]:
    problems, values = list(unknown), []
    for spec in specs:
        said = said_of(spec)
        if said is None:
            problems.append(missing(spec))
            continue
        try:
            values.append(_read(spec, said, today))
        except _RefusedError as refused:
            problems.append(f'input "{spec.name}", from {said.where}: {refused}')
    return tuple(values), tuple(problems)


def fault_of_default(spec: InputSpec) -> str | None:
    """Say what is wrong with an input's default, in the words of ``resolve``; None if nothing is."""
    if spec.default is None:
        return None
    if spec.type is InputType.DATE and not is_day(str(spec.default)):
        spec = replace(spec, choices=())  # which day it is shows when planning
    try:
        _read(spec, _Said(spec.default, Origin.DEFAULT, ""), date(2000, 1, 1))
    except _RefusedError as refused:
        return str(refused)
    return None


def _unknown(
    specs: Sequence[InputSpec],
    given: Iterable[str],
    from_file: Iterable[str],
    environment: Iterable[str],
) -> Iterator[str]:
    names = [spec.name for spec in specs]
    variables = [_variable(name) for name in names]
    for where, said in (("--input", given), ("the input file", from_file)):
        for name in said:
            if name not in names:
                yield _no_input(name, where, nearest(name, names), names)
    for variable in sorted(environment):
        if variable.startswith(VARIABLE) and variable not in variables:
            likely = nearest(variable.removeprefix(VARIABLE), names)
            yield _no_input(variable, "the environment", likely and _variable(likely), variables)


def _no_input(name: str, where: str, likely: str | None, known: Sequence[str]) -> str:
    listing = [*known[:_LISTED], *(["more"] if len(known) > _LISTED else [])]
    has = f"it has {listed(listing, 'and')}." if known else "it has no inputs, so leave this out."
    if likely:
        has = f"did you mean {likely}? {has[0].upper()}{has[1:]}"
    return f"{shown(name)}, from {where}, is no input of this runbook: {has}"


def _variable(name: str) -> str:
    return VARIABLE + name.upper()


def _strongest(
    spec: InputSpec,
    given: Mapping[str, str],
    from_file: Mapping[str, Json],
    environment: Mapping[str, str],
) -> _Said | None:
    name, variable = spec.name, _variable(spec.name)
    if name in given:
        return _Said(given[name], Origin.COMMAND_LINE, "--input", is_text=True)
    if name in from_file:
        return _Said(from_file[name], Origin.FILE, "the input file")
    if variable in environment:
        return _Said(environment[variable], Origin.ENVIRONMENT, variable, is_text=True)
    return _default(spec)


def _default(spec: InputSpec) -> _Said | None:
    return None if spec.default is None else _Said(spec.default, Origin.DEFAULT, "the runbook's default")


def _not_passed(spec: InputSpec) -> str:
    return f'input "{spec.name}" has no value and no default: pass one in inputs.'


def _missing(spec: InputSpec) -> str:
    ways = f"--input {spec.name}=…, in an --input-file, or as {_variable(spec.name)}"
    return f'input "{spec.name}" has no value and no default: give one with {ways}.'


def _read(spec: InputSpec, said: _Said, today: date) -> InputValue:
    if said.value is None:
        raise _RefusedError(_EMPTY)
    value = _READERS[spec.type](said)
    detail = said.where if said.origin is Origin.ENVIRONMENT else ""
    if spec.type is InputType.DATE:
        written, value = str(value), _date(str(value), today)
        detail = ", ".join(part for part in (detail, written) if part and part != value)
    _check_bounds(spec, value)
    for item in value if isinstance(value, tuple) else (value,):
        _check_choices(spec, item)
        _check_pattern(spec, item)
    return InputValue(spec.name, spec.type, value, said.origin, detail)


# ---------------------------------------------------------------- by type


def _text(said: _Said) -> str:
    if not isinstance(said.value, str):
        raise _RefusedError(f"{_shown(said.value)} is not text; put it in quotes.")
    return _plain(said.value)


def _plain(text: str) -> str:
    """Give a text back if it is fit to be sent and to be read by people."""
    if text.isascii() and text.isprintable() and text.strip() and "{" not in text:
        return text  # what follows takes half a millisecond to compile, and most values need none of it
    if not re.search(VISIBLE, text):
        raise _RefusedError(_EMPTY)
    found = re.search(UNSEEN, text)
    if found:
        raise _RefusedError(
            f"{_shown(text)} holds a character that nobody can see (U+{ord(found[0]):04X}); remove it."
        )
    if re.search(r"\{[{%#]", text):
        raise _RefusedError(
            f"{_shown(text)} looks like a template, and values are taken as they are; write the value."
        )
    return text


def _number_of(said: _Said) -> Json:
    """Read a number, or whatever else the value is."""
    value = said.value
    if said.is_text and isinstance(value, str):
        known = read_plain(_plain(value).strip())
        value = known if isinstance(known, bool | int | float) else value
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:  # not a number is not <= either
        raise _RefusedError(
            f"{_shown(value)} is not between -{MAX_NUMBER} and {MAX_NUMBER}; write a number that is."
        )
    return value


def _integer(said: _Said) -> int:
    value = _number_of(said)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _RefusedError(f"{_shown(said.value)} is not a whole number; write plain digits, such as 250.")
    return value


def _number(said: _Said) -> float:
    value = _number_of(said)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _RefusedError(f"{_shown(said.value)} is not a number; write plain digits, such as 250 or 2.5.")
    return int(value) if value == int(value) else value  # so that 5.0 and 5 give the same plan


def _boolean(said: _Said) -> bool:
    value = _number_of(said)
    if not isinstance(value, bool):
        raise _RefusedError(f"{_shown(said.value)} is neither true nor false; write one of them.")
    return value


def _list(said: _Said) -> tuple[str, ...]:
    items = said.value
    if said.is_text and isinstance(items, str):
        _plain(items)
        if items.strip().startswith("["):
            raise _RefusedError(
                f"{_shown(items)} has brackets, which would be part of its texts; "
                "write the texts alone, with commas between them."
            )
        items = [item.strip() for item in items.split(",")]
    if not isinstance(items, list):
        raise _RefusedError(f"{_shown(items)} is not a list of texts; write one, such as [north, south].")
    if not items:
        raise _RefusedError(
            "the list is empty, and to the API an empty list may mean everyone; give a value."
        )
    texts = []
    for position, item in enumerate(items, 1):
        if not isinstance(item, str):
            raise _RefusedError(f"item {position}, {_shown(item)}, is not text; put it in quotes.")
        if not item.strip():
            raise _RefusedError(f"item {position} is empty; remove it, or a comma too many.")
        if item in texts:
            raise _RefusedError(f"{_shown(item)} is in the list twice; remove one.")
        texts.append(_plain(item))
    return tuple(texts)


def is_day(text: str) -> bool:
    """Whether the calendar has a day that is written in ISO form."""
    try:
        return _date(text, date(2000, 1, 1)) == text
    except _RefusedError:
        return False


def _date(text: str, today: date) -> str:
    """Give the ISO form of a date, or of one that counts from today."""
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(text)
    if days is None and re.fullmatch(r"[+-][0-9]{1,4}d", text):
        days = int(text[:-1])
    try:
        if days is not None:
            return (today + timedelta(days)).isoformat()
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        raise _RefusedError(f"{_shown(text)} is a day that no calendar has; write a real one.") from None
    raise _RefusedError(
        f"{_shown(text)} is not a date; write one like 2026-03-01, today, yesterday, tomorrow, +3d or -2d."
    )


_READERS: dict[InputType, Callable[[_Said], InputData]] = {
    InputType.STRING: _text,
    InputType.INTEGER: _integer,
    InputType.NUMBER: _number,
    InputType.BOOLEAN: _boolean,
    InputType.DATE: _text,
    InputType.LIST: _list,
}


# ---------------------------------------------------------------- what the runbook asks of the value


def _check_bounds(spec: InputSpec, value: InputData) -> None:
    if isinstance(value, str | bool | tuple):
        return
    if spec.minimum is not None and value < spec.minimum:
        raise _RefusedError(f"{value} is below the minimum; write {spec.minimum} or more.")
    if spec.maximum is not None and value > spec.maximum:
        raise _RefusedError(f"{value} is above the maximum; write {spec.maximum} or less.")


def _check_choices(spec: InputSpec, value: Scalar) -> None:
    if spec.choices and value not in spec.choices:
        words = [str(choice) for choice in spec.choices]
        is_word = isinstance(value, str) and spec.type is not InputType.DATE
        likely = nearest(str(value), words) if is_word else None
        meant = f"did you mean {likely}? It is" if likely else "write"
        raise _RefusedError(f"{_shown(value)} is none of the choices; {meant} one of {listed(words)}.")


def _check_pattern(spec: InputSpec, value: Scalar) -> None:
    if spec.pattern is None or not isinstance(value, str):
        return
    # Only inputs with a pattern pay for importing its library.
    from engine.runbook.patterns import matches, unreadable  # noqa: PLC0415

    if wrong := unreadable(spec.pattern):
        raise _RefusedError(f"its pattern {spec.pattern} cannot be read: {wrong.message}; {wrong.help}")
    if not matches(spec.pattern, value):
        raise _RefusedError(
            f"{_shown(value)} does not fit the pattern {spec.pattern}; all of the text must fit it."
        )


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return "a list"
    return "a group of keys" if isinstance(value, dict) else shown(value)
