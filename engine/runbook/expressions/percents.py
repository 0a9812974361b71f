"""Percent signs behind numbers, which the grammar would read as the remainder of a division."""

from collections.abc import Iterator, Sequence

from engine.diagnostics import Kind
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.tokens import Token
from engine.runbook.expressions.words import KEYWORDS

PERCENT = Kind(
    "RB333",
    "percent sign",
    "to a condition, % is what is left over by a division.",
)

_SIGNS = ("==", "!=", "<", "<=", ">", ">=")
_NO_DIVISOR = frozenset(("", "and", "or", ")", "]", ",", "of", "in", "is", "not", "to", "between", *_SIGNS))


def leave_out_percents(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[Fault, ...]]:
    """Leave out each percent sign that was not meant as the remainder of a division, with a finding.

    The number of the words does not change: those that are left out are empty, and one behind no value holds
    the place of the number that is missing.
    """
    left = list(tokens)
    faults: list[Fault] = []
    for number, token in enumerate(tokens):
        if token.written == "%" and _written(tokens, number + 1) in _NO_DIVISOR:
            last, fault = _of(tokens, number) or (number, _alone(tokens, number))
            faults.append(fault)
            left[number : last + 1] = [each._replace(written="") for each in tokens[number : last + 1]]
            if not _is_value(tokens, number - 1):
                left[number] = token._replace(written="0", sure=False)
    return tuple(left), tuple(faults)


def _of(tokens: Sequence[Token], number: int) -> tuple[int, Fault] | None:
    """Judge ``failed > 5% of selected``; give the number of its last word, too."""
    whole = _name(tokens, number + 2, 1)
    if _written(tokens, number + 1) != "of" or not whole or not _is_number(tokens, number - 1):
        return None
    last, value = number + 1 + len(whole), _written(tokens, number - 1)
    part = _name(tokens, number - 3, -1) if _written(tokens, number - 2) in _SIGNS else []
    first, help_ = number - 1, f"write {''.join(whole)} * {value} / 100."
    if part[-1:] == ["failed"] and whole == [*part[:-1], "selected"]:
        first = number - 2 - len(part)
        help_ = f"write {''.join(part)}_pct {_written(tokens, number - 2)} {value}."
    message = "a share is written without it"
    return last, Fault(PERCENT, tokens[first].start, tokens[last].end, message, help_)


def _alone(tokens: Sequence[Token], number: int) -> Fault:
    """Say how ``failed < 5%`` is written: as it may be meant, and as it would be taken."""
    help_ = "leave the % out."
    if _is_number(tokens, number - 1) and (compared := next(_compared(tokens, number), None)):
        name, form = compared
        help_ = f"leave the % out: {form.format(name)}."
        if name.rpartition(".")[2] == "failed":
            help_ = f"write {form.format(f'{name}_pct')} (per cent) or {form.format(name)} (customers)."
    return Fault(PERCENT, tokens[number].start, tokens[number].end, "numbers stand without it", help_)


def _compared(tokens: Sequence[Token], number: int) -> Iterator[tuple[str, str]]:
    """Give the name that a number is compared with, and the comparison without it."""
    value, before, after = (_written(tokens, at) for at in (number - 1, number - 2, number + 1))
    if before in _SIGNS and (name := _name(tokens, number - 3, -1)):
        yield "".join(name), f"{{}} {before} {value}"
    if after in _SIGNS and (name := _name(tokens, number + 2, 1)):
        yield "".join(name), f"{value} {after} {{}}"


def _name(tokens: Sequence[Token], at: int, step: int) -> list[str]:
    """Give the words of the name that stands there, read forwards or backwards."""
    words: list[str] = []
    while _written(tokens, at).isidentifier() if len(words) % 2 == 0 else _written(tokens, at) == ".":
        words.append(_written(tokens, at))
        at += step
    return words[::step]


def _is_value(tokens: Sequence[Token], at: int) -> bool:
    word = _written(tokens, at)
    return word not in KEYWORDS and (word[:1].isalnum() or word[:1] in ("'", '"', "_", ")", "]"))


def _is_number(tokens: Sequence[Token], at: int) -> bool:
    return _written(tokens, at)[:1].isdigit()


def _written(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].written if 0 <= at < len(tokens) else ""
