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
_CALCULATES = ("+", "-", "*", "/", "//", "%")
_WORDED = frozenset((
    "than", "least", "most", "exceed", "exceeds", "equals", "equal", "eq", "above", "over", "greater", "more",
    "gt", "below", "under", "less", "fewer", "smaller", "lt",
))  # fmt: skip
_NO_DIVISOR = frozenset(("", "and", "or", ")", "]", ",", "of", "in", "is", "not", "to", "between", *_SIGNS))


def leave_out_percents(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[Fault, ...]]:
    """Leave out each percent sign that was not meant as the remainder of a division, with a finding.

    The number of the words does not change: those that are left out are empty, and one behind no value holds
    the place of the number that is missing.
    """
    left = list(tokens)
    faults: list[Fault] = []
    for number, token in enumerate(tokens):
        if token.written == "%" and _is_percent(tokens, number):
            last, fault = _of(tokens, number) or (number, _alone(tokens, number))
            faults.append(fault)
            left[number : last + 1] = [each._replace(written="") for each in tokens[number : last + 1]]
            if not _is_value(tokens, number - 1):
                left[number] = token._replace(written="0", sure=False)
    return tuple(left), tuple(faults)


def share(name: str, sign: str, value: str, whole: str = "") -> str:
    """Write that a number of customers is compared with a share of others, or of those it is a part of."""
    owner, _, field = name.rpartition(".")
    selected = f"{owner}.selected" if owner else "selected"
    if field == "failed" and whole in ("", selected):
        return f"{name}_pct {sign} {value}"
    if whole:
        return f"{name} {sign} {whole} * {value} / 100"
    if field == "initiated" and not owner.startswith("inputs"):
        share_ = f"{name} {sign} {selected} * {value} / 100"
        return f"{share_} (per cent) or {name} {sign} {value} (customers)"
    return f"{name} {sign} {value}"


def _is_percent(tokens: Sequence[Token], number: int) -> bool:
    """Say whether a sign is a percent sign; what a phrase compares is told with the phrase."""
    before = _written(tokens, number - 2)
    if before in _WORDED or (before == "to" and _written(tokens, number - 3) == "equal"):
        return False
    behind = _written(tokens, number + 1)
    if behind in ("+", "-"):
        return _is_number(tokens, number - 1) and tokens[number - 1].end == tokens[number].start
    return (
        behind in _NO_DIVISOR and before != "is" and (before, _written(tokens, number - 3)) != ("not", "is")
    )


def _of(tokens: Sequence[Token], number: int) -> tuple[int, Fault] | None:
    """Judge ``failed > 5% of selected``; give the number of its last word, too."""
    whole = _name(tokens, number + 2, 1)
    if _written(tokens, number + 1) != "of" or not whole or not _is_number(tokens, number - 1):
        return None
    last, value = number + 1 + len(whole), _written(tokens, number - 1)
    part = _name(tokens, number - 3, -1) if _written(tokens, number - 2) in _SIGNS else []
    first, help_ = number - 1, f"write {''.join(whole)} * {value} / 100."
    calculates = {_written(tokens, number - 3 - len(part)), _written(tokens, last + 1)} & {*_CALCULATES}
    if _written(tokens, number - 2) in ("/", "//", "%") or _written(tokens, last + 1) == "%":
        help_ = f"write ({''.join(whole)} * {value} / 100)."
    if part[-1:] == ["failed"] and whole == [*part[:-1], "selected"] and not calculates:
        first = number - 2 - len(part)
        help_ = f"write {''.join(part)}_pct {_written(tokens, number - 2)} {value}."
    message = "a share is written without it"
    return last, Fault(PERCENT, tokens[first].start, tokens[last].end, message, help_)


def _alone(tokens: Sequence[Token], number: int) -> Fault:
    """Say how ``failed < 5%`` is written: as it may be meant, and as it would be taken."""
    value, before, behind = (_written(tokens, at) for at in (number - 1, number - 2, number + 1))
    first, help_ = number, "leave the % out."
    if not _is_number(tokens, number - 1):
        pass
    elif before in ("*", "/"):
        first = number - 1
        help_ = f"write {value} / 100." if before == "*" else f"write ({value} / 100)."
    elif before in _CALCULATES or behind in _CALCULATES:
        help_ = f"write a share as <name> * {value} / 100."
    elif compared := next(_compared(tokens, number), None):
        name, form = compared
        help_ = f"leave the % out: {form.format(name)}."
        if name.rpartition(".")[2] == "initiated" and before in _SIGNS:
            help_ = f"write {share(name, before, value)}."
        if name.rpartition(".")[2] == "failed":
            help_ = f"write {form.format(f'{name}_pct')} (per cent) or {form.format(name)} (customers)."
    elif before in _SIGNS or behind in _SIGNS:
        help_ = f"write {value} / 100 beside a share of 1, {value} beside one of 100."
    return Fault(PERCENT, tokens[first].start, tokens[number].end, "numbers stand without it", help_)


def _compared(tokens: Sequence[Token], number: int) -> Iterator[tuple[str, str]]:
    """Give the name that a number is compared with, and the comparison without it."""
    value, before, after = (_written(tokens, at) for at in (number - 1, number - 2, number + 1))
    if before in _SIGNS and (name := _alone_there(tokens, number - 3, -1)):
        yield "".join(name), f"{{}} {before} {value}"
    if after in _SIGNS and (name := _alone_there(tokens, number + 2, 1)):
        yield "".join(name), f"{value} {after} {{}}"


def _alone_there(tokens: Sequence[Token], at: int, step: int) -> list[str]:
    """Give the words of the name that is one side of a comparison by itself."""
    name = _name(tokens, at, step)
    return [] if _written(tokens, at + step * len(name)) in _CALCULATES else name


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
