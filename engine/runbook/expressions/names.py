"""The names of a condition: ``inputs.<name>``, ``steps.<earlier id>.<field>``, and bare fields."""

from collections.abc import Sequence
from typing import TypeAlias

from engine.diagnostics import Kind
from engine.record.condition import Extent, Field, InputName, StepField
from engine.runbook.expressions.endings import STATUSES, bare_status
from engine.runbook.expressions.fault import UNKNOWN_INPUT, Fault, Scope
from engine.runbook.expressions.forms import unjoined
from engine.runbook.expressions.offers import MOST_LISTED, offer
from engine.runbook.expressions.tokens import Token
from engine.runbook.expressions.words import KEYWORDS
from engine.runbook.spelling import listed, nearest

UNKNOWN_NAME = Kind(
    "RB309",
    "unknown name",
    "a condition sees the inputs and the results of steps, and nothing else.",
)
UNKNOWN_STEP = Kind("RB311", "unknown step", "a condition reads the results of this runbook's steps.")
LATER_STEP = Kind(
    "RB312",
    "step that comes later",
    "steps run in the order of the file: a later step has no result yet.",
)
OWN_STEP = Kind(
    "RB313",
    "the step's own result in when",
    "when decides whether the step runs at all, so it has no result yet.",
)
UNKNOWN_FIELD = Kind("RB314", "unknown field", "a step's result has a fixed set of fields.")
INCOMPLETE_NAME = Kind(
    "RB315",
    "incomplete name",
    "inputs and steps are groups of values: a condition needs one value out of them.",
)
OVERLONG_NAME = Kind(
    "RB316",
    "name with too many parts",
    "the values of inputs and steps have no parts.",
)

FIELDS = tuple(field.value for field in Field)

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NOTHING = 'there is no empty value; "is unknown" finds a number that nobody knows.'
_WORDS_ELSEWHERE = {
    **dict.fromkeys(("yes", "on"), "write true."),
    **dict.fromkeys(("no", "off"), "write false."),
    **dict.fromkeys(("null", "none", "nil", "nothing", "empty"), _NOTHING),
    **{word: f"write {number}, in digits." for number, word in enumerate(_NUMBERS)},
    "hundred": "write 100, in digits.",
    "thousand": "write 1000, in digits.",
    "always": "leave `when` out: a step without it always runs.",
    "never": "delete the step, or put a # before each of its lines.",
}
"""What words of other languages are here."""

Resolved: TypeAlias = tuple[InputName | StepField | None, tuple[Fault, ...]]


def resolve(words: Sequence[Token], scope: Scope) -> Resolved:
    """Find what a dotted name stands for; None if it is at fault.

    Args:
        words: the name's parts without the dots, at least one.
        scope: what may be read.
    """
    if not all(word.sure for word in words):
        return None, ()
    match words[0].written:
        case "inputs":
            return _input(words, scope)
        case "steps":
            return _step(words, scope)
        case _:
            return _bare(words, scope)


def _input(words: Sequence[Token], scope: Scope) -> Resolved:
    known = scope.declared()
    if len(words) == 1:
        return _refused(INCOMPLETE_NAME, words, "it does not say which input", _example("inputs.", known))
    name = words[1].written
    if name not in scope.inputs:
        message = f'no input is called "{name}"'
        return _refused(UNKNOWN_INPUT, words[1:2], message, offer(name, known, "inputs."))
    if words[2:]:
        return _refused(OVERLONG_NAME, words[2:], f"inputs.{name} has no parts", f"write inputs.{name}.")
    return InputName(name, _extent(words)), ()


def _step(words: Sequence[Token], scope: Scope) -> Resolved:
    if len(words) == 1:
        example = _example("steps.", scope.earlier(), ".status")
        return _refused(INCOMPLETE_NAME, words, "it does not say which step and field", example)
    name = words[1].written
    faults = _order(words[1], scope)
    if len(words) == 2:  # noqa: PLR2004 - steps, id
        help_ = f"write steps.{name}.status, or another field: {listed(FIELDS)}."
        return None, (*faults, _fault(INCOMPLETE_NAME, words, "it does not say which field", help_))
    field, more = _field(words[2:], f"steps.{name}.")
    faults = (*faults, *more)
    if name not in scope.steps:
        return None, faults
    return (StepField(name, field, _extent(words)) if field and not faults else None), faults


def _order(word: Token, scope: Scope) -> tuple[Fault, ...]:
    """Check that a step stands where its result can be read."""
    name = word.written
    position = scope.steps.get(name)
    if position is None and scope.nameless:
        return ()
    if position is None:
        help_ = offer(name, scope.earlier(), "steps.")
        return (_fault(UNKNOWN_STEP, [word], f'no step has the id "{name}"', help_),)
    if position > scope.position:
        help_ = f"move {name} up, or read an earlier step. {_earlier(scope)}"
        return (_fault(LATER_STEP, [word], f'"{name}" runs after this step', help_.strip()),)
    if position == scope.position and name != scope.own:
        help_ = f"judge a step by its own result in success. {_earlier(scope)}"
        return (_fault(OWN_STEP, [word], f'"{name}" is this step', help_.strip()),)
    return ()


def _field(words: Sequence[Token], owner: str) -> tuple[Field | None, tuple[Fault, ...]]:
    name = words[0].written
    if name not in FIELDS:
        help_ = offer(name, FIELDS, owner)
        return None, (_fault(UNKNOWN_FIELD, words[:1], f'no result has a field "{name}"', help_),)
    if words[1:]:
        message = f"{owner}{name} has no parts"
        return None, (_fault(OVERLONG_NAME, words[1:], message, f"write {owner}{name}."),)
    return Field(name), ()


def _bare(words: Sequence[Token], scope: Scope) -> Resolved:
    name = words[0].written
    if name in KEYWORDS or name in ("if", "else"):
        return None, (unjoined(words[0]),)
    if scope.own is not None and name in FIELDS:
        field, faults = _field(words, "")
        return (StepField(scope.own, field, _extent(words)) if field else None), faults
    return _refused(UNKNOWN_NAME, words, f'"{name}" means nothing here', _meant(name, words[1:], scope))


def _meant(name: str, rest: Sequence[Token], scope: Scope) -> str:
    """Say what a name that begins with neither inputs nor steps was likely meant to be."""
    field = f".{rest[0].written}" if rest else ""
    if name in scope.steps:
        return (
            f"write steps.{name}{field}."
            if field
            else f"write steps.{name}.status, or '{name}' if it is a text."
        )
    if name in scope.inputs:
        return f"write inputs.{name}."
    if name in FIELDS:
        step = next(reversed(scope.earlier()), "<id>")
        quoted = f", or '{name}' in quotes for the status" if name in STATUSES else ""
        return f"say of which step, for example steps.{step}.{name}{quoted}."
    if name in STATUSES:
        return f"a status stands in quotes: '{name}'."
    return _word_elsewhere(name, rest, scope)


def _word_elsewhere(name: str, rest: Sequence[Token], scope: Scope) -> str:
    if not rest and name.lower() in _WORDS_ELSEWHERE:
        return _WORDS_ELSEWHERE[name.lower()]
    roots = ("inputs", "steps") if rest else ("inputs", "steps", "true", "false")
    known = (*roots, *(FIELDS if scope.own is not None else ()))
    if not rest and (mend := bare_status(name, known)):
        return mend
    if near := nearest(name, known):
        return f"did you mean {'.'.join([near, *(word.written for word in rest)])}?"
    return f"names begin with inputs. or steps.{'' if rest else f' A text stands in quotes: {name!r}.'}"


def _earlier(scope: Scope) -> str:
    earlier = [step for step in scope.earlier() if step != scope.own]
    if not earlier:
        return "No step comes before this one."
    return f"Steps before this one: {listed(earlier, 'and')}." if len(earlier) <= MOST_LISTED else ""


def _example(prefix: str, known: Sequence[str], suffix: str = "") -> str:
    if not known:
        return f"write {prefix}<name>{suffix}."
    return f"write {prefix}{known[-1]}{suffix}."


def _refused(kind: Kind, words: Sequence[Token], message: str, help_: str) -> Resolved:
    return None, (_fault(kind, words, message, help_),)


def _fault(kind: Kind, words: Sequence[Token], message: str, help_: str) -> Fault:
    return Fault(kind, *_extent(words), message, help_)


def _extent(words: Sequence[Token]) -> Extent:
    return words[0].start, words[-1].end
