"""What the grammar knows and conditions do not admit, and words that stand in the wrong place."""

from collections.abc import Mapping, Sequence

from engine.diagnostics import Kind
from engine.record.condition import Field
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.tokens import UNREADABLE, Token
from engine.runbook.expressions.words import KEYWORDS

FORBIDDEN = Kind(
    "RB308",
    "not allowed in a condition",
    "conditions compare inputs and results; they cannot rework texts, call anything or look inside a value.",
)

_REFUSALS: Mapping[str, tuple[str, str]] = {
    "Filter": (
        "| passes a value through a filter",
        'leave the filter out; "either of two" is written with or.',
    ),
    "Call": ("round brackets after a value call it", "leave the call out and compare the value itself."),
    "Getitem": (
        "no part of a value is picked by [ ] or by a number",
        "write names with dots, as in steps.remind.status.",
    ),
    "Getattr": ("only inputs and steps have parts", "compare the value itself."),
    "CondExpr": ("there is no if ... else", "write it with and, or and not."),
    "Concat": ("~ glues texts together", "compare each text by itself."),
    "Pow": ("** raises to a power", "write the number, or multiply."),
    "Dict": ("curly brackets make a mapping", "write a list as ['a', 'b']."),
    "Const": (
        "there is no empty value",
        'a number that nobody knows is found by "is unknown"; inputs are never empty.',
    ),
    "Test": (
        'the only questions are "is known" and "is unknown"',
        "compare with ==, !=, <, > or in [...].",
    ),
}
_SIGNS = ("<", "<=", ">", ">=", "==", "!=")
_FIELDS = frozenset(field.value for field in Field)
_TESTS: Mapping[str, str] = {
    "in": 'leave "is" out: <name> in [...].',
    "true": "write the name by itself.",
    "false": 'write "not" before the name.',
    "none": 'write "is unknown".',
    "defined": 'names are checked when the file is read: leave it out, or write "is known".',
    "undefined": 'names are checked when the file is read: write "is unknown" for what nobody knows.',
    "known": 'put "and" or "or" behind "is known", or leave out what stands there.',
    "unknown": 'put "and" or "or" behind "is unknown", or leave out what stands there.',
    "not in": 'leave "is" out: <name> not in [...].',
    "not none": 'write "is known".',
    "not known": 'put "and" or "or" behind "is not known", or leave out what stands there.',
    "not unknown": 'put "and" or "or" behind "is not unknown", or leave out what stands there.',
}
_OPPOSITES = {"true": "false", "false": "true", "defined": "undefined", "undefined": "defined"}


def refusal(form: str, test: str = "", *, negated: bool = False) -> tuple[str, str]:
    """Say why a form of the grammar is not admitted, and what to write instead.

    Args:
        form: Jinja2's name of the form.
        test: the question asked, where the form is one.
        negated: whether it is asked with "is not".
    """
    if negated:
        test = _OPPOSITES.get(test, f"not {test}")
    message, help_ = _REFUSALS.get(form, ("this form is not known here", "write a plain comparison."))
    return message, _TESTS.get(test, help_)


def misplaced(tokens: Sequence[Token], number: int) -> Fault:
    """Make a finding of the first word that does not fit what stands before it.

    Args:
        tokens: the condition's words, at least one.
        number: the word's number; past the last one where the condition ends too early.
    """
    before = tokens[number - 1] if 0 < number <= len(tokens) else None
    if number >= len(tokens):
        last = tokens[-1]
        return _fault(
            last, f'something is missing after "{last.written}"', "write the rest of the comparison."
        )
    here = tokens[number]
    if before and before.written in ("and", "or", "in") and _is_value(here):
        return unjoined(before)
    if before and f"{before.written}_{here.written}" in _FIELDS:
        help_ = f"write {before.written}_{here.written}, in one word."
        return _fault(here, "a name has no blank in it", help_)
    if before and _is_value(before) and _is_value(here):
        help_ = 'put "and" or "or" between two comparisons, == between two values; a text stands in quotes.'
        return _fault(here, f'nothing joins "{here.written}" to what stands before it', help_)
    if before and before.written in ("is", "not"):
        return _fault(here, f'"{here.written}" is no question', 'write "is known" or "is unknown".')
    help_ = "compare two values, as in <name> == 5, <name> > 0 or <name> in [...]."
    unnamed = None if before else _unnamed(tokens)
    return unnamed or _fault(here, f'"{here.written}" does not fit here', help_)


def _unnamed(tokens: Sequence[Token]) -> Fault | None:
    """Judge a condition that begins with its sign: ``<= 5``."""
    sign, value = tokens[0].written, tokens[1].written if len(tokens) > 1 else ""
    if sign not in _SIGNS or not value[:1].isdigit():
        return None
    field = "failed_pct" if sign[0] == "<" else "matched"
    help_ = (
        f"write, for example, {field} {sign} {value} in success, steps.<id>.{field} {sign} {value} in when."
    )
    return _fault(tokens[0], "nothing stands before it", help_)


def unjoined(keyword: Token) -> Fault:
    """Make a finding of an ``and``, ``or``, ``not`` that the grammar can only take for a name."""
    help_ = 'put a comparison on both sides of "and" and "or", and one after "not".'
    return _fault(keyword, f'"{keyword.written}" has nothing to stand between', help_)


def _is_value(token: Token) -> bool:
    first = token.written[:1]
    return token.written not in KEYWORDS and (first.isalnum() or first in "_'\"()[]")


def _fault(token: Token, message: str, help_: str) -> Fault:
    return Fault(UNREADABLE, token.start, token.end, message, help_)
