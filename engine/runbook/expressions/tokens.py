"""A condition as a row of words, each at its place: bounded, its brackets in pairs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.diagnostics import Kind
from engine.record.condition import Scalar
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.words import (
    BRACES,
    HALF_CLOSED,
    OWNER,
    SOUND,
    UNCLEAR_NUMBER,
    UNCLEAR_TEXT,
    WORD,
    mistake,
)

TOO_LARGE = Kind(
    "RB301",
    "condition too large",
    "a condition decides what happens: a reviewer must be able to take it in.",
)
UNREADABLE = Kind(
    "RB307",
    "condition cannot be read",
    "a condition is read as a whole and in one way, or not at all.",
)

MOST_CHARACTERS = 1_000
MOST_NESTED = 20
MOST_OPERATORS = 100


class Token(NamedTuple):
    """One word or sign: its place in the text, and how the grammar is to read it.

    ``sure`` is false where a finding already says that the word is wrong, and ``written`` only
    holds its place.
    """

    start: int
    end: int
    written: str
    sure: bool = True


class Spelling(NamedTuple):
    """A condition's words; none of them where a finding makes the rest unreadable.

    ``closing`` gives each opening bracket's partner, by the numbers of the tokens.
    """

    tokens: tuple[Token, ...]
    closing: Mapping[int, int]
    faults: tuple[Fault, ...]


class Form(NamedTuple):
    """Words that belong together.

    Attributes:
        name: constant, name, list, logic, not, compare, arithmetic, sign, question; or other.
        first: the number of the first word; brackets around the form do not count.
        last: the number of the last word.
        parts: the forms that it joins, left to right.
        signs: what joins them, in Jinja2's words; of an other form its name, then its question.
    """

    name: str
    first: int
    last: int
    parts: tuple["Form", ...] = ()
    signs: tuple[str, ...] = ()


QUOTES = ("'", '"')
NAMED: Mapping[str, Scalar] = {"true": True, "True": True, "false": False, "False": False}
"""Words that are constants."""

RESERVED = frozenset(("and", "or", "not", "in", "is", "if", "else", "none", "None", *NAMED))
"""Words that are no names, unless they stand where nothing else can."""

_GROUPED = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d?(?:,\d{2})*,\d{3}(?:\.\d+)?"
_COMMA = "a number has no comma"
_ESCAPED = re.compile(r"\\(.)")
_PARTNER = {")": "(", "]": "[", "}": "{"}
_OPENING = frozenset(_PARTNER.values())
_PAIRED = frozenset({*_PARTNER, *_OPENING, ","})
_OPERATORS = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "==", "!=", "<", "<=", ">", ">="}
    | {"+", "-", "*", "/", "//", "%", "**", "~", "|"}
)


def spell(text: str) -> Spelling:
    """Take a condition apart into words and signs."""
    if len(text) > MOST_CHARACTERS:
        message = f"it has {len(text):,} characters, {MOST_CHARACTERS:,} are the most"
        return _unreadable(
            Fault(TOO_LARGE, 0, len(text), message, "say it shorter, for example with in [...].")
        )
    tokens, faults, whole = _read(text)
    if not (tokens or faults):
        help_ = "write a comparison, for example steps.remind.failed > 0, or leave the key out."
        return _unreadable(Fault(UNREADABLE, 0, len(text), "there is nothing to evaluate", help_))
    if not (tokens and whole):
        return _unreadable(*faults)
    closing, misplaced = _pairs(tokens, text)
    misplaced = misplaced or _bounded(tokens) or _apart(tokens)
    if misplaced:
        told = [fault for fault in faults if not misplaced.start <= fault.start < misplaced.end]
        return _unreadable(*told, misplaced)
    return Spelling(tuple(tokens), closing, tuple(faults))


def value_of(word: str) -> Scalar | None:
    """Give the value of a word that is a constant; None for ``none``."""
    if word[0] in QUOTES:
        return _ESCAPED.sub(r"\1", word[1:-1])
    if word[0].isdigit():
        return float(word) if "." in word else int(word)
    return NAMED.get(word)


def _unreadable(*faults: Fault) -> Spelling:
    return Spelling((), {}, faults)


def _read(text: str) -> tuple[list[Token], list[Fault], bool]:
    """Read word by word; the last value says whether the end was reached."""
    tokens: list[Token] = []
    for found in SOUND.finditer(text):
        if found.lastindex != 1:
            return _judged(text)
        tokens.append(Token(found.start(1), found.end(1), found[1]))
    return tokens, [], True


def _judged(text: str) -> tuple[list[Token], list[Fault], bool]:
    """The same, where something may be wrong with a word."""
    tokens: list[Token] = []
    faults: list[Fault] = []
    for match in re.finditer(WORD, text):
        start, end = match.span()
        if tokens and start < tokens[-1].end:
            continue
        wrong = mistake(match.lastgroup or "other", match[0])
        if wrong and (number := _grouped(text, start)):
            plain = number[0].replace(",", "")
            faults.append(Fault(UNCLEAR_NUMBER, *number.span(), _COMMA, f"write {plain}."))
            tokens = [token for token in tokens if token.start < number.start()]
            tokens.append(Token(*number.span(), plain))
            continue
        if wrong is None:
            if match.lastgroup != "space":
                tokens.append(Token(start, end, match[0]))
            continue
        if match[0] in QUOTES and (half := re.search(HALF_CLOSED, text)):
            return [], [_half_closed(half)], False
        # A pair of braces is one mistake.
        if wrong.kind is not BRACES or all(seen.kind is not BRACES for seen in faults):
            first, help_ = _named(wrong.help, text, start)
            faults.append(Fault(wrong.kind, first, end, wrong.message, help_))
        if wrong.instead is None:
            return tokens, faults, False
        if wrong.instead:
            tokens.append(Token(start, end, wrong.instead, wrong.sure))
    return tokens, [*faults, *_grouped_too(text, tokens, faults)], True


def _grouped_too(text: str, tokens: Sequence[Token], faults: Sequence[Fault]) -> Iterator[Fault]:
    """Doubt ``1,500`` beside ``2,000``: by itself it is two items of a list."""
    told = {each.start for each in faults if each.message == _COMMA}
    numbers = {token.start for token in tokens if token.written.isdecimal()} - told
    for each in re.finditer(rf"(?<![\w.])(?:{_GROUPED})(?!\w)", text) if told else ():
        if each.start() in numbers:
            help_ = f"write {each[0].replace(',', '')}, or {each[0].replace(',', ', ')} where it is not one."
            yield Fault(UNCLEAR_NUMBER, *each.span(), _COMMA, help_)


def _grouped(text: str, start: int) -> re.Match[str] | None:
    """Find the number ``1,000`` of which a later group, which no number looks like, begins there."""
    if not re.match(r"0\d{1,2}(?!\w)", text[start:]):
        return None
    numbers = re.finditer(rf"(?<![\w.])(?:{_GROUPED})(?!\w)", text)
    return next((each for each in numbers if each.start() < start < each.end()), None)


def _half_closed(half: re.Match[str]) -> Fault:
    message = f"it opens with {half[0][0]} and ends with {half[2]}"
    return Fault(UNCLEAR_TEXT, *half.span(), message, f"write {half[0][:-1]}{half[0][0]}.")


def _named(mend: str, text: str, start: int) -> tuple[int, str]:
    """Put the name that is looked for in a range into the mend; say where what it mends begins."""
    sign = re.search(r"(\bnot\s+|!(?==))?(?:\bin|==?)\s*\Z", text[:start]) if OWNER in mend else None
    if not sign:
        return start, mend
    owner = re.search(r"(\bnot\s+)?(?<![\w.])([\w.]+)\s*\Z", text[: sign.start()])
    before = text[: owner.start(2)].rstrip()[-1:] if owner else ""
    outside = owner if owner and owner[1] else None
    if owner and before not in ("+", "-", "*", "/", "%"):
        mend = mend.replace(OWNER, owner[2])
    if bool(outside) == bool(sign[1]):
        return outside.start() if outside else start, mend
    first = outside.start() if outside else sign.start()
    return first, re.sub(r"write (.+)\.", r"write not (\1).", mend)


def _pairs(tokens: list[Token], text: str) -> tuple[dict[int, int], Fault | None]:
    """Find each bracket's partner."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for number, token in enumerate(tokens):
        if token.written not in _PAIRED:
            continue
        if token.written in _OPENING:
            opened.append(number)
            if len(opened) > MOST_NESTED:
                message = f"brackets stand more than {MOST_NESTED} deep here"
                return {}, _fault(TOO_LARGE, token, message, "leave out the brackets that change nothing.")
        elif token.written == "," and not opened and (fault := _within_number(text, token)):
            return {}, fault
        elif token.written == "," and not opened:
            help_ = 'join two comparisons with "and" or "or"; put the items of a list in [ ].'
            return {}, _fault(UNREADABLE, token, "this comma joins nothing", help_)
        elif token.written in _PARTNER:
            if not opened or tokens[opened[-1]].written != _PARTNER[token.written]:
                message = f"this {token.written} closes nothing"
                return {}, _fault(
                    UNREADABLE, token, message, f"leave it out, or open it with {_PARTNER[token.written]}."
                )
            closing[opened.pop()] = number
    if opened:
        token = tokens[opened[-1]]
        return {}, _fault(UNREADABLE, token, f"this {token.written} is never closed", "close it.")
    return closing, None


def _within_number(text: str, comma: Token) -> Fault | None:
    """Find a number with a comma in it: ``1,000``, ``1,00,000``, ``2,5``."""
    numbers = re.finditer(r"(?<![\w.])\d+(?:,\d+)+(?:\.\d+)?(?!\w)", text)
    found = next((each for each in numbers if each.start() < comma.start < each.end()), None)
    if not found:
        return None
    before = re.search(r"\b(in|between)\s*\Z", text[: found.start()])
    if re.fullmatch(_GROUPED, found[0]):
        message, mend = _COMMA, found[0].replace(",", "")
    elif before and before[1] == "in":
        items = re.findall(rf"(?:{_GROUPED})(?!\d)|\d+", found[0])
        listed = ", ".join(item.replace(",", "") for item in items)
        message, mend = "a list stands in brackets", f"[{listed}]"
    elif not before and re.fullmatch(r"(?:0|[1-9]\d*),\d+", found[0]):
        message, mend = "a number has a point in place of the comma", found[0].replace(",", ".")
    else:
        return None
    return Fault(UNCLEAR_NUMBER, *found.span(), message, f"write {mend}.")


def _bounded(tokens: list[Token]) -> Fault | None:
    operators = [token for token in tokens if token.written in _OPERATORS]
    if len(operators) <= MOST_OPERATORS:
        return None
    message = f"{len(operators)} comparisons and operators, {MOST_OPERATORS} are the most"
    return _fault(TOO_LARGE, operators[MOST_OPERATORS], message, "say it shorter, for example with in [...].")


def _apart(tokens: list[Token]) -> Fault | None:
    """Refuse two texts side by side: the grammar would glue them together without a word."""
    texts = [number for number, token in enumerate(tokens) if token.written[0] in "'\""]
    for before, after in pairwise(texts):
        if before + 1 == after:
            help_ = 'put a comma between the items of a list, "and" or "or" between comparisons.'
            return _fault(UNREADABLE, tokens[after], "two texts stand side by side", help_)
    return None


def _fault(kind: Kind, token: Token, message: str, help_: str) -> Fault:
    return Fault(kind, token.start, token.end, message, help_)
