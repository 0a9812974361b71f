"""Texts with places to fill in: ``{{ inputs.name }}``, and nothing else.

A regular expression reads them, not Jinja2: the language is one name between two marks, an
expression of this size can be seen to admit nothing more, and no template pays for importing Jinja2.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from engine.diagnostics import Kind
from engine.record.condition import InputName, Scalar
from engine.runbook.expressions.fault import MOST_COMPARED, UNKNOWN_INPUT, Fault
from engine.runbook.expressions.offers import offer
from engine.runbook.model import InputSpec, InputType

UNBALANCED = Kind(
    "RB351",
    "braces that do not match",
    "what was meant to be filled in would go out as it stands.",
)
STATEMENT = Kind(
    "RB352",
    "statement in a text",
    "texts are filled in, nothing in them is carried out; the braces would go out as they stand.",
)
FORBIDDEN = Kind(
    "RB353",
    "not allowed in a template",
    "a reviewer must see at a glance what is filled in: the value of one input, unchanged.",
)
UNFIT = Kind(
    "RB354",
    "value that does not fit into a text",
    "a list or a truth value has no one way of being written inside a text.",
)

Template: TypeAlias = tuple[str | InputName, ...]
"""A text taken apart: what stands in it, and the inputs whose values go in between."""

MOST_FAULTS = 10
"""After so many findings in one text the rest says nothing new."""

_MARKS = re.compile(
    r"""
    \{\{ (?P<inside> (?: (?!\{\{|\}\}) . )* ) \}\}
  | (?P<open> \{\{ )
  | (?P<close> \}\} )
  | (?P<statement> \{[%\#] )
  | (?P<single> \{ \s* inputs\. )
    """,
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"\s*inputs\.([A-Za-z_][A-Za-z0-9_]*)\s*")
_NAME = re.compile(r"(?:inputs\.)?([a-z][a-z0-9_]*)\b")

_Inputs: TypeAlias = Mapping[str, InputSpec | None]


def parse_template(text: str, inputs: _Inputs) -> tuple[Template | None, tuple[Fault, ...]]:
    """Take a text apart.

    Args:
        text: any text of the runbook; one without marks, right or wrong, gives itself.
        inputs: the declared inputs; None for one whose declaration is itself at fault.

    Returns:
        The parts, None where something is wrong; and everything that is.
    """
    parts: list[str | InputName] = []
    faults: list[Fault] = []
    end = 0
    for mark in _MARKS.finditer(text):
        if len(faults) >= MOST_FAULTS:
            break
        parts.append(text[end : mark.start()])
        end = mark.end()
        if mark["inside"] is None:
            faults.append(_stray(mark))
            continue
        place, wrong = _place(mark, inputs)
        faults.extend(wrong)
        parts.extend(place)
    parts.append(text[end:])
    filled = tuple(part for part in parts if part != "")
    return (None if faults else filled or (text,)), tuple(faults)


def render(template: Template, values: Mapping[str, Scalar | tuple[str, ...]]) -> Scalar | tuple[str, ...]:
    """Fill the values of inputs in.

    A text that is one place and nothing else takes the value as it is: an integer stays one, a list
    too. What was filled in is never read as a template.
    """
    if len(template) == 1 and isinstance(template[0], InputName):
        return values[template[0].name]
    return "".join(part if isinstance(part, str) else _written(values[part.name]) for part in template)


def _place(mark: re.Match[str], inputs: _Inputs) -> tuple[tuple[InputName, ...], tuple[Fault, ...]]:
    """Read what stands between two pairs of braces."""
    place = _PLACE.fullmatch(mark["inside"])
    if place is None:
        return (), (_forbidden(mark, inputs),)
    name, start = place[1], mark.start("inside") + place.start(1)
    if name not in inputs:
        message = f'no input is called "{name}"'
        help_ = offer(name, _declared(inputs), "inputs.", instead="write the value itself")
        return (), (Fault(UNKNOWN_INPUT, start, start + len(name), message, help_),)
    return (InputName(name, mark.span()),), tuple(_unfit(mark, inputs[name]))


def _unfit(mark: re.Match[str], spec: InputSpec | None) -> Iterator[Fault]:
    """Check a value that goes into a longer text, and the sign before it."""
    text, (start, end) = mark.string, mark.span()
    if start and text[start - 1] == "$":
        message = "the $ before it would go out as it stands"
        yield Fault(FORBIDDEN, start - 1, end, message, f"write {mark[0]} without $.")
    if spec and (start, end) != (0, len(text)) and spec.type in (InputType.LIST, InputType.BOOLEAN):
        sort = "a list" if spec.type is InputType.LIST else "true or false"
        help_ = f'let "{mark[0]}" be the whole text, or use another input.'
        yield Fault(UNFIT, start, end, f"inputs.{spec.name} is {sort}", help_)


def _stray(mark: re.Match[str]) -> Fault:
    """Make a finding of braces that do not come in two pairs."""
    start, end = mark.span()
    if mark["statement"]:
        help_ = "leave it out: only {{ inputs.<name> }} is filled in."
        return Fault(STATEMENT, start, end, f"{mark[0]} begins one", help_)
    if mark["single"]:
        return Fault(UNBALANCED, start, end, "one brace fills nothing in", "write {{ inputs.<name> }}.")
    if mark["open"]:
        return Fault(UNBALANCED, start, end, "this {{ is never closed", "close it: {{ inputs.<name> }}.")
    return Fault(
        UNBALANCED, start, end, "this }} closes nothing", "leave it out, or write {{ before the name."
    )


def _forbidden(mark: re.Match[str], inputs: _Inputs) -> Fault:
    """Name what stands between the braces and is not the name of an input."""
    inside = mark["inside"].strip()
    start = mark.start("inside") + mark["inside"].find(inside)
    if not inside:
        return Fault(FORBIDDEN, *mark.span(), "nothing is named between the braces", _example(inputs))
    message = "only the name of an input may stand here"
    if inside.startswith(("-", "+")) or inside.endswith("-"):
        message = "a sign beside the braces means nothing here"
    elif inside.split(".")[0] == "steps":
        message = "results of steps are not known when texts are filled in"
    elif inside == "inputs":
        message = "it does not say which input"
    elif "|" in inside:
        message = "a filter (|) may not change the value"
    elif inside.removeprefix("inputs.").strip() in inputs and not _PLACE.fullmatch(f"inputs.{inside}"):
        help_ = "rename the input: a name begins with a to z and holds a to z, 0 to 9 and _."
        return Fault(FORBIDDEN, start, start + len(inside), "an input with this name is not filled in", help_)
    name = _NAME.search(inside)
    meant = name and name[1] in inputs
    help_ = f"write {{{{ inputs.{name[1]} }}}}." if name and meant else _example(inputs)
    return Fault(FORBIDDEN, start, start + len(inside), message, help_)


def _example(inputs: _Inputs) -> str:
    declared = _declared(inputs)
    if not declared:
        return "declare an input, then write {{ inputs.<name> }}."
    return f"write the name of an input, for example {{{{ inputs.{declared[0]} }}}}."


def _declared(inputs: _Inputs) -> tuple[str, ...]:
    names = (name for name in inputs if _PLACE.fullmatch(f"inputs.{name}"))
    return tuple(name for name, _ in zip(names, range(MOST_COMPARED), strict=False))


def _written(value: Scalar | tuple[str, ...]) -> str:
    """Write a value into a text: a number without exponent, 2.0 as 2."""
    assert not isinstance(value, bool | tuple), "refused when the template was read"
    if not isinstance(value, float):
        return str(value)
    if value.is_integer():
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    decimals = len(digits.partition(".")[2]) - int(exponent or 0)
    return f"{value:.{decimals}f}"
