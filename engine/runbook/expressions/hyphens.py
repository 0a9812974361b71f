"""Names written with hyphens, which the grammar would read as subtractions."""

from collections.abc import Sequence

from engine.diagnostics import Kind
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.fault import UNKNOWN_INPUT, Fault, Scope
from engine.runbook.expressions.names import (
    FIELDS,
    UNKNOWN_FIELD,
    UNKNOWN_NAME,
    UNKNOWN_STEP,
)
from engine.runbook.expressions.offers import offer
from engine.runbook.expressions.tokens import Token


def join_hyphens(tokens: Sequence[Token], scope: Scope) -> tuple[tuple[Token, ...], tuple[Fault, ...]]:
    """Make each name that holds hyphens one word, with a finding.

    ``failed-matched`` stays a subtraction where both are names. The number of the words does not
    change: those that are swallowed are left empty.
    """
    joined = list(tokens)
    faults: list[Fault] = []
    for number, token in enumerate(tokens):
        if token.written != "-" or not joined[number].written:
            continue
        size = _size(tokens, number, scope)
        if size:
            words = tokens[number - 1 : number + size]
            faults.append(_fault(tokens[max(number - 5, 0) : number - 1], words, scope))
            joined[number - 1] = words[0]._replace(end=words[-1].end, sure=False)
            joined[number : number + size] = [word._replace(written="") for word in words[1:]]
    return tuple(joined), tuple(faults)


def _size(tokens: Sequence[Token], number: int, scope: Scope) -> int:
    """Count the words from a hyphen on that belong to the name before it."""
    starts = {"inputs", "steps", *(FIELDS if scope.own else ())}
    size = 0
    while _is_tight(tokens[max(number + size - 1, 0) : number + size + 2]):
        if tokens[number + size + 1].written in starts:
            break
        size += 2
    return size


def _is_tight(three: Sequence[Token]) -> bool:
    """Say whether three words are a name, a hyphen and a name without a blank between them."""
    if len(three) < 3:  # noqa: PLR2004 - as said
        return False
    before, hyphen, after = three
    names = before.written.isidentifier() and after.written.isidentifier()
    return names and hyphen.written == "-" and before.end == hyphen.start and hyphen.end == after.start


def _fault(before: Sequence[Token], words: Sequence[Token], scope: Scope) -> Fault:
    name = "".join(word.written for word in words)
    owner = [token.written for token in before]
    kind, known, prefix = _place(owner, scope)
    message = f'"{name}" holds a hyphen, which is read as a minus'
    help_ = f"names hold a to z, 0 to 9 and _; {offer(name, known, prefix)}"
    if kind is UNKNOWN_NAME and name.replace("-", "_") in STATUSES:
        help_ = f"a status stands in quotes: '{name.replace('-', '_')}'."
    return Fault(kind, words[0].start, words[-1].end, message, help_)


def _place(owner: Sequence[str], scope: Scope) -> tuple[Kind, Sequence[str], str]:
    """Give what may stand where a name is, by the words before it."""
    match owner:
        case [*_, "inputs", "."]:
            return UNKNOWN_INPUT, scope.declared(), "inputs."
        case [*_, "steps", "."]:
            return UNKNOWN_STEP, scope.earlier(), "steps."
        case [*_, "steps", ".", step, "."]:
            return UNKNOWN_FIELD, FIELDS, f"steps.{step}."
        case _:
            return UNKNOWN_NAME, FIELDS if scope.own else ("inputs", "steps"), ""
