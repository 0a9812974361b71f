"""Phrases of everyday speech and of other languages, in a condition that has none of them.

They are looked for before the grammar reads the words, because to the grammar each is only a word
that does not fit; the mend is written in the author's own names and numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.diagnostics import Kind
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.names import FIELDS
from engine.runbook.expressions.tokens import Token
from engine.runbook.expressions.words import RANGE, in_range

PHRASE = Kind(
    "RB331",
    "phrase that conditions do not know",
    "conditions are written in one small language, in which every comparison has one sign.",
)

_Rule = Callable[[Sequence[Token], int], Fault | None]

_SIGN_OF = {
    "equals": "==", "equal": "==", "eq": "==",
    "exceeds": ">", "above": ">", "over": ">", "greater": ">", "more": ">", "gt": ">",
    "below": "<", "under": "<", "less": "<", "fewer": "<", "smaller": "<", "lt": "<",
    "least": ">=", "most": "<=",
}  # fmt: skip
_FILLERS = frozenset(("is", "not", "at", "to", "than", "or", "equal", "equals"))
_SEARCHES = frozenset(("contains", "contain", "includes", "like", "matches", "startswith", "endswith", "has"))
_CALCULATES = frozenset(("+", "-", "*", "/", "//", "%"))
_UNITS = ("", "percent", "pct")
"""What may stand behind a number; of a percent sign only its empty place is left."""
_LONGEST = 8  # words of a phrase


def phrase(tokens: Sequence[Token], first: int = 0, last: int | None = None) -> Fault | None:
    """Find the first phrase that the language does not know, among the words from ``first`` to ``last``."""
    numbers = range(first, len(tokens) if last is None else last + 1)
    found = (rule(tokens, number) for number in numbers for rule in _rules(tokens[number].written))
    return next((fault for fault in found if fault), None)


def _rules(word: str) -> Iterator[_Rule]:
    if word in _RULES:
        yield _RULES[word]
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


def _between(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge ``between 1 and 5``, ``in 1 to 5``, ``between [1, 5]``, ``in range(1, 5)``."""
    ends = _ends(tokens, number)
    if ends is None:
        return None
    word, (low, high, last) = tokens[number].written, ends
    first = number
    while first and tokens[first - 1].written in ("is", "not", "in"):
        first -= 1
    name = _before(tokens, first)
    begin = first - name.count(".") * 2 - 1
    before = tokens[begin - 1].written if begin > 0 else ""
    negated = (before == "not") != any(token.written == "not" for token in tokens[first:number])
    if name.rpartition(".")[2] == "failed" and any(
        token.written in _UNITS for token in tokens[number : last + 1]
    ):
        name += "_pct"
    help_ = in_range("<name>" if before in _CALCULATES else name, low, high, negated=negated)
    if word == "range":
        help_ = f"{help_[:-1]}, or < {high} where {high} is no part of it."
    first = begin - 1 if before == "not" else first
    message = "there is no between" if word == "between" else "there is no sign for a range"
    return _fault(RANGE, tokens, first, last, message, help_)


def _ends(tokens: Sequence[Token], number: int) -> tuple[str, str, int] | None:
    """Give the two ends of a range behind a word, and the number of the last word of both."""
    bracket = number + 1 < len(tokens) and tokens[number + 1].written in ("(", "[")
    low, at = _end(tokens, number + 1 + bracket)
    if not low or at >= len(tokens) or tokens[at].written not in _BETWEEN[tokens[number].written, bracket]:
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
    while first and tokens[first - 1].written in ("is", "not", "at"):
        first -= 1
    if not first or not _is_value(tokens[first - 1].written):
        return None
    last, words = number, [token.written for token in tokens[first:number]]
    while last < min(len(tokens), number + _LONGEST) and tokens[last].written in (*_SIGN_OF, *_FILLERS):
        words.append(tokens[last].written)
        last += 1
    value, _ = _after(tokens, last)
    sign = next((_SIGN_OF[word] for word in words if word in _SIGN_OF), None)
    if sign is None or not value:
        return None
    sign = sign + "=" if "or" in words and sign in "<>" else sign
    sign = "!=" if "not" in words and sign == "==" else sign
    negated = "not " if "not" in words and sign != "!=" else ""
    help_ = f"write {negated}{_before(tokens, first)} {sign} {_quoted(value)}."
    said = " ".join(words)
    return _fault(PHRASE, tokens, first, last - 1, f'"{said}" is written as a sign', help_)


def _searched(tokens: Sequence[Token], number: int) -> Fault | None:
    if not number or not _is_value(tokens[number - 1].written):
        return None
    value, _ = _after(tokens, number + 1)
    if not value:
        return None
    name = _before(tokens, number)
    help_ = f"write the whole text: {name} == {_quoted(value)}, or {name} in [{_quoted(value)}, ...]."
    message = f'nothing looks for a part of a text, so there is no "{tokens[number].written}"'
    return _fault(PHRASE, tokens, number, number, message, help_)


def _is(tokens: Sequence[Token], number: int) -> Fault | None:
    """Judge ``is 'failed'`` and ``is not 0``: a comparison, written as a question."""
    is_not = number + 1 < len(tokens) and tokens[number + 1].written == "not"
    at = number + 1 + is_not
    value, end = _after(tokens, at)
    word = tokens[at].written if at < len(tokens) else ""
    is_constant = word[:1].isdigit() or word[:1] in ("'", '"') or value in STATUSES
    if not number or not (is_constant or value.startswith(("inputs.", "steps."))):
        return None
    sign = "!=" if is_not else "=="
    help_ = f"write {_before(tokens, number)} {sign} {_quoted(value)}."
    return _fault(PHRASE, tokens, number, end - 1, f'"is{" not" * is_not}" compares nothing', help_)


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
    "if": _if,
    "then": _then,
    "{": _braced,
    "percent": _percent,
    "pct": _percent,
}
