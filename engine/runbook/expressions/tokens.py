"""A condition as a row of words, each at its place: bounded, its brackets in pairs."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from engine.diagnostics import Kind
from engine.record.condition import Scalar
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.words import BRACES, OWNER, SOUND, UNCLEAR_NUMBER, WORD, mistake

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

PERCENT = Kind(
    "RB333",
    "percent sign",
    "to a condition, % is what is left over by a division.",
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
    closing, misplaced = _pairs(tokens)
    misplaced = misplaced or _bounded(tokens) or _apart(tokens) or _percent(tokens)
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
        wrong = mistake(match.lastgroup or "other", match[0])
        if wrong is None:
            if match.lastgroup != "space":
                tokens.append(Token(start, end, match[0]))
            continue
        # A pair of braces is one mistake.
        if wrong.kind is not BRACES or all(seen.kind is not BRACES for seen in faults):
            faults.append(Fault(wrong.kind, start, end, wrong.message, _named(wrong.help, text[:start])))
        if wrong.instead is None:
            return tokens, faults, False
        if wrong.instead:
            tokens.append(Token(start, end, wrong.instead, wrong.sure))
    return tokens, faults, True


def _named(mend: str, before: str) -> str:
    """Put the name that is looked for in a range into the mend."""
    owner = re.search(r"([\w.]+)\s+(?:not\s+)?in\s*\Z", before) if OWNER in mend else None
    return mend.replace(OWNER, owner[1]) if owner else mend


def _pairs(tokens: list[Token]) -> tuple[dict[int, int], Fault | None]:
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
        elif token.written == "," and not opened and (fault := _grouped(tokens, number)):
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


def _grouped(tokens: list[Token], number: int) -> Fault | None:
    """Find a number with a comma in it, ``1,000``."""
    parts = tokens[max(number - 1, 0) : number + 2]
    written = "".join(part.written for part in parts)
    is_grouped = re.fullmatch(r"\d{1,3},(?:\d{2,3}|0)", written) and parts[0].end == parts[1].start
    if not is_grouped or parts[2].end - parts[2].start > 3:  # noqa: PLR2004  (digits of a group)
        return None
    digits = parts[0].written + "0" * (parts[2].end - parts[2].start)
    digits = digits if parts[2].written == "0" else parts[0].written + parts[2].written
    message, help_ = "a number has no comma", f"write {digits}."
    return Fault(UNCLEAR_NUMBER, parts[0].start, parts[2].end, message, help_)


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


def _percent(tokens: list[Token]) -> Fault | None:
    """Find a percent sign that was not meant as the remainder of a division."""
    for sign, after in zip(tokens, [*tokens[1:], None], strict=True):
        if sign.written == "%" and (after is None or after.written in ("and", "or", ")", "]", ",")):
            help_ = _per_cent(tokens[: tokens.index(sign)])
            return _fault(PERCENT, sign, "numbers stand without it", help_)
    return None


def _per_cent(before: list[Token]) -> str:
    """Say how ``failed < 5%`` is written: as it may be meant, and as it would be taken."""
    words = [token.written for token in before]
    match words:
        case [*_, "failed", sign, number] if number[0].isdigit():
            owner = "".join(words[-7:-3]) if words[-4:-3] == ["."] else ""
            per_cent, customers = (f"{owner}{name} {sign} {number}" for name in ("failed_pct", "failed"))
            return f"write {per_cent} (per cent) or {customers} (customers)."
        case [*_, name, sign, number] if number[0].isdigit():
            owner = "".join(words[-7:-3]) if words[-4:-3] == ["."] else ""
            return f"leave the % out: {owner}{name} {sign} {number}."
        case _:
            return "leave the % out."


def _fault(kind: Kind, token: Token, message: str, help_: str) -> Fault:
    return Fault(kind, token.start, token.end, message, help_)
