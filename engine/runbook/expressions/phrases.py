"""Phrases of everyday speech and of other languages, in a condition that has none of them.

They are looked for before the grammar reads the words, because to the grammar each is only a word
that does not fit; the mend is written in the author's own names and numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.diagnostics import Kind
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.names import FIELDS
from engine.runbook.expressions.percents import share
from engine.runbook.expressions.tokens import Token
from engine.runbook.expressions.words import KEYWORDS, RANGE, in_range

PHRASE = Kind(
    "RB331",
    "phrase that conditions do not know",
    "conditions are written in one small language, in which every comparison has one sign.",
)

_Rule = Callable[[Sequence[Token], int], Fault | None]

_SIGN_OF = {
    "equals": "==", "equal": "==", "eq": "==",
    "exceeds": ">", "exceed": ">", "above": ">", "over": ">", "greater": ">", "more": ">", "gt": ">",
    "below": "<", "under": "<", "less": "<", "fewer": "<", "smaller": "<", "lt": "<",
    "least": ">=", "most": "<=",
}  # fmt: skip
_NEGATIONS = frozenset(("not", "no", "never", "cannot"))
_BEFORE = _NEGATIONS | {"is", "at", "be", "must", "should", "may", "can", "do", "does", "strictly"}
_FILLERS = _BEFORE | {"to", "than", "or", "equal", "equals"}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SEARCHES = frozenset(("contains", "contain", "includes", "like", "matches", "startswith", "endswith", "has"))
_CALCULATES = frozenset(("+", "-", "*", "/", "//", "%"))
_UNITS = ("", "%", "percent", "pct")
"""What may stand behind a number; of a percent sign only its empty place is left."""
_LONGEST = 8  # words of a phrase


def phrase(tokens: Sequence[Token], first: int = 0, last: int | None = None) -> Fault | None:
    """Find the first phrase that the language does not know, among the words from ``first`` to ``last``."""
    numbers = range(first, len(tokens) if last is None else last + 1)
    found = (rule(tokens, number) for number in numbers for rule in _rules(tokens[number].written))
    return next((fault for fault in found if fault), None)


def _rules(word: str) -> Iterator[_Rule]:
    if word in _RULES or word == "BETWEEN":
        yield _RULES[word.lower()]
    elif word in _SIGN_OF or word == "at":
        yield _worded
    elif word in _SEARCHES:
        yield _searched


def _before(tokens: Sequence[Token], number: int) -> str:
    """Give the name or value that ends before a word."""
    first = number - 1 if number and _is_value(tokens[number - 1].written) else number
    while first > 1 and tokens[first - 1].written == "." and _is_value(tokens[first - 2].written):
        first -= 2
    return "".join(token.written for token in tokens[first:number]) or "<name>"


def _after(tokens: Sequence[Token], number: int) -> tuple[str, int]:
    """Give the name or value that begins with a word, and where it ends; empty where there is none."""
    last = number
    while last < len(tokens) and (
        _is_value(tokens[last].written) if (last - number) % 2 == 0 else tokens[last].written == "."
    ):
        last += 1
    return "".join(token.written for token in tokens[number:last]), last


def _is_value(word: str) -> bool:
    return word[:1].isalnum() or word[:1] in ("'", '"', "_")


def _fault(kind: Kind, tokens: Sequence[Token], first: int, last: int, message: str, help_: str) -> Fault:
    return Fault(kind, tokens[first].start, tokens[last].end, message, help_)


def _is_negated(words: Sequence[str]) -> bool:
    return sum(word in _NEGATIONS for word in words) % 2 == 1


def _called(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge ``between(name, 1, 5)``."""
    parts: list[str] = []
    at = number + 1
    for sign in ("(", ",", ","):
        if at >= len(tokens) or tokens[at].written != sign:
            return None
        part, at = _end(tokens, at + 1)
        parts.append(part)
    if not all(parts) or at >= len(tokens) or tokens[at].written != ")":
        return None
    negated = number > 0 and tokens[number - 1].written == "not"
    help_ = in_range(*parts, negated=negated)
    return _fault(RANGE, tokens, number - negated, at, "there is no between", help_)


def _between(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge ``between 1 and 5``, ``in 1 to 5``, ``between [1, 5]``, ``in range(1, 5)``."""
    ends = _ends(tokens, number)
    if called := _called(tokens, number) if tokens[number].written == "between" else None:
        return called
    if ends is None:
        return None
    word, (low, high, last) = tokens[number].written.lower(), ends
    first = number
    while first and (tokens[first - 1].written in _BEFORE or tokens[first - 1].written == "in"):
        first -= 1
    words = [token.written for token in tokens[first:number]]
    name = _before(tokens, first)
    begin = first - name.count(".") * 2 - 1
    before = tokens[begin - 1].written if begin > 0 else ""
    negated = (before == "not") != _is_negated(words)
    if name.rpartition(".")[2] == "failed" and any(
        token.written in _UNITS for token in tokens[number : last + 1]
    ):
        name += "_pct"
    help_ = in_range("<name>" if before in _CALCULATES else name, low, high, negated=negated)
    if "strictly" in words:
        help_ = help_.replace(">=", ">").replace("<=", "<")
    if word == "range":
        help_ = f"{help_[:-1]}, or < {high} where {high} is no part of it."
    first = begin - 1 if before == "not" else first
    message = "there is no between" if word == "between" else "there is no sign for a range"
    return _fault(RANGE, tokens, first, last, message, help_)


def _ends(tokens: Sequence[Token], number: int) -> tuple[str, str, int] | None:
    """Give the two ends of a range behind a word, and the number of the last word of both."""
    bracket = number + 1 < len(tokens) and tokens[number + 1].written in ("(", "[")
    low, at = _end(tokens, number + 1 + bracket)
    joiners = _BETWEEN[tokens[number].written.lower(), bracket]
    if not low or at >= len(tokens) or tokens[at].written not in joiners:
        return None
    high, behind = _end(tokens, at + 1)
    if not high or not all(token.sure for token in tokens[number:behind]):
        return None
    if tokens[at].written == "-" and not (low.isdecimal() and high.isdecimal() and int(low) < int(high)):
        return None
    return low, high, behind if bracket and behind < len(tokens) else behind - 1


def _end(tokens: Sequence[Token], number: int) -> tuple[str, int]:
    """Give an end of a range, and where the next word is; a unit behind it is passed over."""
    value, at = _after(tokens, number)
    while value and at < len(tokens) and tokens[at].written in _UNITS:
        at += 1
    return value, at


def _worded(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge a comparison in words: ``is at least 5``, ``greater than 5``, ``equals 'failed'``."""
    first = number
    while first and tokens[first - 1].written in _BEFORE:
        first -= 1
    if not first or not _is_value(tokens[first - 1].written) or tokens[first - 1].written in KEYWORDS:
        return None
    last, words = number, [token.written for token in tokens[first:number]]
    while last < min(len(tokens), number + _LONGEST) and tokens[last].written in (*_SIGN_OF, *_FILLERS):
        words.append(tokens[last].written)
        last += 1
    value, behind = _after(tokens, last)
    signs = sorted({_SIGN_OF[word] for word in words if word in _SIGN_OF}, key="==".__eq__)
    if not signs or not value:
        return None
    message = f'"{" ".join(words)}" is written as a sign'
    sign, negated = signs[0] + "=" * ("or" in words and signs[0] in "<>"), _is_negated(words)
    if signs[:2] == ["<", ">"] or signs[:2] == [">", "<"]:
        return _fault(PHRASE, tokens, first, last - 1, message, "write one of ==, !=, <, <=, > and >=.")
    name = _before(tokens, first)
    if _calculates(tokens, first, behind):
        help_ = f"write {_OPPOSITES[sign] if negated else sign} in its place."
        return _fault(PHRASE, tokens, first, last - 1, message, help_)
    if negated and sign == "==":
        sign, negated = "!=", False
    if negated and behind < len(tokens) and tokens[behind].written in _UNITS:
        sign, negated = _OPPOSITES[sign], False
    compared, end = _compared(tokens, name, sign, last)
    help_ = f"write {'not ' * negated}{compared}."
    return _fault(PHRASE, tokens, first, (last if end == behind else end) - 1, message, help_)


def _calculates(tokens: Sequence[Token], first: int, behind: int) -> bool:
    """Say whether the value that ends before a phrase, or the one behind it, is part of a calculation."""
    begin = first - _before(tokens, first).count(".") * 2 - 2
    beside = [tokens[at].written for at in (begin, behind) if 0 <= at < len(tokens)]
    return any(word in _CALCULATES and word != "%" for word in beside)


def _compared(tokens: Sequence[Token], name: str, sign: str, number: int) -> tuple[str, int]:
    """Compare a name with the value that begins with a word, and say where it and its unit end."""
    value, behind = _after(tokens, number)
    if behind >= len(tokens) or tokens[behind].written not in _UNITS:
        return f"{name} {sign} {_quoted(value)}", behind
    whole, end = _after(tokens, behind + 2)
    if whole and tokens[behind + 1].written == "of":
        return share(name, sign, value, whole), end
    return share(name, sign, value), behind + 1


def _searched(tokens: Sequence[Token], number: int) -> Fault | None:
    first = number
    while first and tokens[first - 1].written in _BEFORE:
        first -= 1
    if not first or not _is_value(tokens[first - 1].written):
        return None
    value, _ = _after(tokens, number + 1)
    if not value:
        return None
    name, value = _before(tokens, first), _quoted(value)
    equal, within = (
        ("!=", "not in") if _is_negated([t.written for t in tokens[first:number]]) else ("==", "in")
    )
    help_ = f"write the whole text: {name} {equal} {value}, or {name} {within} [{value}, ...]."
    if name.startswith("inputs."):
        help_ = f"of a list, write {value} {within} {name}; of a text, the whole one: {name} {equal} {value}."
    message = f'nothing looks for a part of a text, so there is no "{tokens[number].written}"'
    return _fault(PHRASE, tokens, first, number, message, help_)


def _is(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge ``is 'failed'`` and ``is not 0``: a comparison, written as a question."""
    first, at = number, number + 1
    while first and tokens[first - 1].written in _BEFORE:
        first -= 1
    at += at < len(tokens) and tokens[at].written in _NEGATIONS
    words = [token.written for token in tokens[first:at]]
    is_not = _is_negated(words)
    value, end = _after(tokens, at)
    word = tokens[at].written if at < len(tokens) else ""
    is_constant = word[:1].isdigit() or word[:1] in ("'", '"') or value in STATUSES
    if not first or not (is_constant or value.startswith(("inputs.", "steps."))):
        return None
    message, sign = f'"{" ".join(words)}" compares nothing', "!=" if is_not else "=="
    if _calculates(tokens, first, end):
        return _fault(PHRASE, tokens, first, at - 1, message, f"write {sign} in its place.")
    name = _before(tokens, first)
    compared, end = _compared(tokens, name, sign, at)
    more = [token.written for token in tokens[end : end + 2]]
    if len(more) > 1 and more[0] == "or" and (wider := _SIGN_OF.get(more[1], "=")) in "<>":
        sign = _OPPOSITES[f"{wider}="] if is_not else f"{wider}="
        compared, end = _compared(tokens, name, sign, at)[0], end + 2
    return _fault(PHRASE, tokens, first, end - 1, message, f"write {compared}.")


def _if(tokens: Sequence[Token], number: int) -> Fault | None:
    if number == 0 and len(tokens) > 1:
        return _fault(PHRASE, tokens, 0, 0, '"when" says "if" already', 'leave "if" out.')
    return None


def _then(tokens: Sequence[Token], number: int) -> Fault | None:
    if not number or tokens[number - 1].written in ("and", "or", ".", "=="):
        return None
    help_ = 'leave "then" and what follows it out: a condition only says whether the step runs.'
    return _fault(PHRASE, tokens, number, len(tokens) - 1, "nothing follows a condition", help_)


def _braced(tokens: Sequence[Token], number: int) -> Fault | None:
    close = next((at for at in range(number, len(tokens)) if tokens[at].written == "}"), None)
    if close is None or any(token.written == ":" for token in tokens[number:close]):
        return None
    inside = "".join(", " if token.written == "," else token.written for token in tokens[number + 1 : close])
    return _fault(PHRASE, tokens, number, close, "curly brackets make no list", f"write [{inside}].")


def _percent(tokens: Sequence[Token], number: int) -> Fault | None:
    if not number or not tokens[number - 1].written[:1].isdigit():
        return None
    value = tokens[number - 1].written
    help_ = f"write {value} alone, and compare failed_pct with it."
    return _fault(PHRASE, tokens, number, number, "a number has no unit", help_)


def _quoted(value: str) -> str:
    return f"'{value}'" if (value in STATUSES and value not in FIELDS) or value == "failed" else value


_BETWEEN: Mapping[tuple[str, bool], tuple[str, ...]] = {
    ("between", False): ("and", "to", "-"),
    ("between", True): ("and", "to", "-", ","),
    ("from", False): ("to", "-"),
    ("from", True): ("to", "-", ","),
    ("in", False): ("to", "-"),
    ("in", True): ("to",),
    ("range", False): (),
    ("range", True): (",", "to"),
}
"""What may stand between the two ends of a range, by the word before it and whether there is a bracket."""

_RULES: Mapping[str, _Rule] = {
    "between": _between,
    "from": _between,
    "in": _between,
    "range": _between,
    "is": _is,
    "be": _is,
    "if": _if,
    "then": _then,
    "{": _braced,
    "percent": _percent,
    "pct": _percent,
}
