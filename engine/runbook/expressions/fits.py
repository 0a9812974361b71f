"""Which values of a condition fit together, and what to write where they do not."""

import re
from collections.abc import Iterator, Sequence

from engine.diagnostics import Kind
from engine.record.condition import Arithmetic, Compare, InputName, Known, Literal, StepField
from engine.runbook.expressions.constants import dated, divisor, possible
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.operand import Operand, Type, excerpt
from engine.runbook.expressions.words import RANGE, in_range

NO_CLAIM = Kind(
    "RB317",
    "neither true nor false",
    "a condition, and each part that and, or, not join, must claim something.",
)
UNLIKE = Kind(
    "RB318",
    "values of different sorts",
    "values of two sorts are never equal, so the comparison would decide nothing.",
)
NO_ORDER = Kind("RB319", "values without an order", "only numbers and dates come one before the other.")
NO_NUMBER = Kind("RB320", "calculation without numbers", "+ - * / // % calculate with numbers only.")
NO_LIST = Kind(
    "RB321",
    "no list to look in",
    "in asks whether a value is one of a list; it does not look for a piece of a text.",
)
UNFIT_LIST = Kind(
    "RB322",
    "list that cannot be used so",
    "a list holds the texts or numbers that are looked for, written out, and stands right of in.",
)

_ORDERED = (Type.NUMBER, Type.DATE)
_EQUALITIES = ("==", "!=")
_DIVISIONS = ("/", "//", "%")


def claim(operand: Operand) -> Iterator[Fault]:
    """Check that a part is true or false."""
    if operand.type not in (Type.BOOLEAN, None):
        yield operand.fault(NO_CLAIM, f"{operand.words} is {_sort(operand)}", _as_claim(operand))


def claims(parts: Sequence[Operand]) -> Iterator[Fault]:
    """Check that each part of a row is true or false; constants behind ``x == 1`` are one finding."""
    told = 0
    for number, part in enumerate(parts):
        if number < told or part.type in (Type.BOOLEAN, None):
            continue
        subject = _subject(parts[number - 1]) if number and part.is_constant else None
        if subject is None:
            yield from claim(part)
            continue
        name, op, first = subject
        told = next((at for at, each in enumerate(parts) if at > number and not _is_bare(each)), len(parts))
        values = [first, *(each.words for each in parts[number:told])]
        yield part.fault(NO_CLAIM, f"{part.words} is {_sort(part)}", _in_full(name, op, values))


def alternatives(name: Operand, values: Sequence[Operand], *, negated: bool) -> Fault:
    """Mend ``name == ('a' or 'b')``."""
    listed = ", ".join(value.words for value in values)
    message = f"{values[0].words} is {_sort(values[0])}"
    help_ = f"write {name.words} {'not in' if negated else 'in'} [{listed}]."
    return Fault(NO_CLAIM, values[0].at[0], values[-1].at[1], message, help_)


def _is_bare(part: Operand) -> bool:
    return part.is_constant and part.type not in (Type.BOOLEAN, None)


def _in_full(name: str, op: str, values: Sequence[str]) -> str:
    joiner, within = ("or", "in") if op == "==" else ("and", "not in")
    compared = f" {joiner} ".join(f"{name} {op} {value}" for value in values)
    return f"write it again: {compared}; or {name} {within} [{', '.join(values)}]."


def _as_claim(operand: Operand) -> str:
    if operand.type is Type.LIST:
        return f"say what is looked for in it: <name> in {operand.words}."
    if operand.is_constant:
        return f"say what it is compared with: <name> == {operand.words}."
    return (
        f"compare it: {operand.words} > 0."
        if operand.type is Type.NUMBER
        else f"compare it: {operand.words} == ..."
    )


def _subject(before: Operand) -> tuple[str, str, str] | None:
    """Take ``name == constant`` or ``name != constant`` apart."""
    if isinstance(before.node, Compare) and before.node.op in _EQUALITIES:
        left, right = before.node.left, before.node.right
        if isinstance(right, Literal) and not isinstance(left, Literal):
            return excerpt(before.text, left.at), before.node.op, excerpt(before.text, right.at)
    return None


def comparison(op: str, left: Operand, right: Operand, scope: Scope) -> Iterator[Fault]:
    """Check the two sides of a comparison against each other."""
    lists = [side for side in (left, right) if side.type is Type.LIST]
    if empty := next(filter(_is_empty, lists), None):
        yield empty.fault(UNFIT_LIST, "nothing is an empty list", _as_nothing(op, left, right))
    elif lists:
        yield lists[0].fault(UNFIT_LIST, "a list is not compared as a whole", _looked_in(op, left, right))
    elif left.type is None or right.type is None:
        return
    elif _dates(left, right):
        wrong = (*dated(left), *dated(right))
        yield from wrong or (possible(left, right, scope) if op in _EQUALITIES else ())
    elif left.type is not right.type:
        yield _unlike(left, right)
    elif op in _EQUALITIES:
        yield from possible(left, right, scope)
    elif left.type not in _ORDERED:
        place = right if right.is_constant else left
        help_ = "ask with == or !=, or with in [...]."
        yield place.fault(NO_ORDER, f"{_sort(left)} is not compared with {op}", help_)


def _looked_in(op: str, left: Operand, right: Operand) -> str:
    """Mend ``branch != ['pune', 'goa']``."""
    items, other = (left, right) if left.type is Type.LIST else (right, left)
    if op not in _EQUALITIES:
        return "compare with one value."
    name = other.words if other.type in (Type.TEXT, Type.NUMBER) else "<name>"
    return f"ask whether a value is in it: {name} {'in' if op == '==' else 'not in'} {items.words}."


def _is_empty(operand: Operand) -> bool:
    return isinstance(operand.node, Literal) and operand.node.value == ()


def _as_nothing(op: str, left: Operand, right: Operand) -> str:
    """Mend ``errors == []``."""
    other = left if _is_empty(right) else right
    if other.type is Type.NUMBER:
        return f"write {left.words} {op} 0." if other is left else f"write 0 {op} {right.words}."
    if isinstance(other.node, InputName):
        return "leave the comparison out: no input is ever empty."
    return f"compare {other.words} with a value."


def _dates(left: Operand, right: Operand) -> bool:
    """Say whether a date is compared with a date, or with a text that may be one."""
    sorts = {left.type, right.type}
    constant = left.is_constant or right.is_constant
    return sorts == {Type.DATE} or (sorts == {Type.DATE, Type.TEXT} and constant)


def _unlike(left: Operand, right: Operand) -> Fault:
    place, other = (left, right) if left.is_constant and not right.is_constant else (right, left)
    message = f"{_sort(place)} is compared with {_sort(other)}"
    if place.is_constant:
        return place.fault(UNLIKE, message, _same_sort(place, other))
    at = (min(left.at[0], right.at[0]), max(left.at[1], right.at[1]))
    return Fault(
        UNLIKE, *at, message, _bracketed(left, right) or _status(left, right) or _plainly(left, right)
    )


def _same_sort(constant: Operand, other: Operand) -> str:
    """Say how a constant is written in the sort of what it is compared with."""
    inside = constant.words.strip("'\"")
    match other.type:
        case Type.BOOLEAN if isinstance(other.node, Known):
            return f"put brackets around what is asked about: (...) {_ending(other)}."
        case Type.BOOLEAN:
            return f"write {other.words}, or not {other.words}, without a comparison."
        case Type.NUMBER if inside.replace(".", "", 1).isdecimal():
            return f"write {inside} without quotes."
        case Type.NUMBER:
            return f"compare {other.words} with a number."
        case Type.DATE:
            return "write a date as '2026-01-31'."
        case _:
            return f"write '{inside}' in quotes."


def _ending(known: Operand) -> str:
    return "is " + known.words.rpartition(" is ")[2]


def _bracketed(left: Operand, right: Operand) -> str:
    """Mend ``a / b is known``, which asks about b alone."""
    known = next((side for side in (left, right) if isinstance(side.node, Known)), None)
    return f"put brackets around what is asked about: (...) {_ending(known)}." if known else ""


def _status(left: Operand, right: Operand) -> str:
    """Mend ``status == failed``, where the bare word is the number of failed customers."""
    texts = [side for side in (left, right) if isinstance(side.node, StepField) and side.type is Type.TEXT]
    bare = next(
        (side.words for side in (left, right) if side.type is Type.NUMBER and "." not in side.words), ""
    )
    return f"a status stands in quotes: '{bare}'." if texts and bare.isidentifier() else ""


def _plainly(left: Operand, right: Operand) -> str:
    return f"{left.words} is {_sort(left)}, {right.words} is {_sort(right)}: compare like with like."


def membership(item: Operand, items: Operand, scope: Scope, *, negated: bool) -> Iterator[Fault]:
    """Check what is looked for and the list in which it is looked for."""
    if item.type in (Type.LIST, Type.BOOLEAN):
        help_ = "look for a text or a number; true or false needs no list."
        yield item.fault(UNFIT_LIST, f"{_sort(item)} is not looked for in a list", help_)
    elif fault := _range(item, items, negated=negated):
        yield fault
    elif _is_empty(items):
        yield items.fault(UNFIT_LIST, "nothing is ever in an empty list", "write into it what is looked for.")
    elif items.type not in (Type.LIST, None):
        yield items.fault(NO_LIST, f"{items.words} is {_sort(items)}", _as_list(item, items, negated=negated))
    elif not isinstance(items.node, InputName):
        for each in items.items:
            yield from comparison("==", item, each, scope)
    elif item.type in (Type.TEXT, None) or items.type is None:
        yield from possible(items, item, scope)
    else:
        yield item.fault(
            UNLIKE, f"{items.words} holds texts, this is {_sort(item)}", "look for a text in it."
        )


def _range(item: Operand, items: Operand, *, negated: bool) -> Fault | None:
    """Mend ``name in 5-10``, which is a subtraction."""
    match items.node:
        case Arithmetic("-", Literal(int() | float() as low), Literal(int() | float() as high)) if low < high:
            outside = re.search(r"\bnot\s+\Z", item.text[: item.at[0]])
            ends = (excerpt(items.text, end.at) for end in (items.node.left, items.node.right))
            name, end = item.words, items.at[1]
            if percent := re.match(r"\s*%", items.text[end:]):
                name += "_pct" if name.rpartition(".")[2] == "failed" else ""
                end += percent.end()
            help_ = in_range(name, *ends, negated=negated != bool(outside))
            start = outside.start() if outside else items.at[0]
            return Fault(RANGE, start, end, "there is no sign for a range", help_)
        case _:
            return None


def _as_list(item: Operand, items: Operand, *, negated: bool) -> str:
    within, equal = ("not in", "!=") if negated else ("in", "==")
    text = items.node.value if isinstance(items.node, Literal) else None
    values = _values(text) if isinstance(text, str) else []
    if isinstance(text, str) and item.type is Type.DATE and "," not in text:
        values = []
    if len(values) > 1 and item.type is Type.NUMBER and all(value.isdecimal() for value in values):
        return f"write {item.words} {within} [{', '.join(values)}]."
    if len(values) > 1:
        listed = ", ".join(f"'{each}'" for each in values)
        one = "" if "," in items.words else f", or {item.words} {equal} {items.words} where that is one text"
        return f"write {item.words} {within} [{listed}]{one}."
    if items.is_constant:
        return f"write {item.words} {within} [{items.words}], or {item.words} {equal} {items.words}."
    return f"write {item.words} {equal} {items.words}, or name a list."


def _values(text: str) -> list[str]:
    """Give the values that one text was meant to list; none where quotes are among their letters."""
    parts = re.split(r"[,;|/]|\b(?:or|and)\b", text.strip(" []()"))
    values = [part.strip().strip("'\"").strip() for part in parts]
    return [] if any(re.search(r"['\"\\]", value) for value in values) else [each for each in values if each]


def signed(operand: Operand) -> Iterator[Fault]:
    """Check what stands in a calculation, or behind a sign."""
    if operand.type not in (Type.NUMBER, None):
        yield operand.fault(NO_NUMBER, f"{operand.words} is {_sort(operand)}", _as_number(operand))


def arithmetic(op: str, left: Operand, right: Operand) -> Iterator[Fault]:
    """Check the two sides of a calculation."""
    yield from signed(left)
    yield from signed(right)
    if op in _DIVISIONS and right.type is Type.NUMBER:
        yield from divisor(right)


def _as_number(operand: Operand) -> str:
    if isinstance(operand.node, Known):
        return f"put brackets around what is asked about: (...) {_ending(operand)}."
    if operand.type is Type.TEXT and operand.words.strip("'\"").isdecimal():
        return "write the number without quotes."
    if operand.type is Type.DATE:
        return "compare dates with each other; give another date as an input of its own."
    return "calculate with numbers only; texts are compared with == or in."


def written_list(operand: Operand) -> Iterator[Fault]:
    """Check what stands in a list that is written out."""
    for item in operand.items:
        if item.type is not None and not (item.is_constant and item.type in (Type.TEXT, Type.NUMBER)):
            help_ = "write texts or numbers into a list; compare names one by one with == and or."
            yield item.fault(UNFIT_LIST, f"{item.words} is not a text or number written out", help_)


def _sort(operand: Operand) -> str:
    return operand.type.value if operand.type else "something"
