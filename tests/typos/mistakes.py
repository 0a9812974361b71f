"""The mistakes that people make in runbooks, each at every place where it fits."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from tests.typos import lines
from tests.typos.source import Source, Word
from tests.typos.typo import Mistakes, Typo

Slip: TypeAlias = Callable[[str], Iterator[str]]


# ---------------------------------------------------------------- slips of the pen in one word


def _dropped(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)) if len(word) > 1)


def _doubled(word: str) -> Iterator[str]:
    return (word[: at + 1] + word[at:] for at in range(len(word)))


def _swapped(word: str) -> Iterator[str]:
    pairs = (at for at in range(len(word) - 1) if word[at] != word[at + 1])
    return (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs)


def _cased(word: str) -> Iterator[str]:
    yield from (word.capitalize(), word.upper())


def _numbered(word: str) -> Iterator[str]:
    yield word[:-1] if word.endswith("s") else f"{word}s"


def _hyphenated(word: str) -> Iterator[str]:
    yield from (word.replace("_", "-"), word.replace("_", " "), word.replace("_", ""))


SLIPS: Mapping[str, Slip] = {
    "letter dropped": _dropped,
    "letter doubled": _doubled,
    "letters swapped": _swapped,
    "capital letters": _cased,
    "plural or singular": _numbered,
    "_ written otherwise": _hyphenated,
}


def _slipped(places: str, slip: Slip) -> Mistakes:
    def mistakes(source: Source) -> Iterator[Typo]:
        for word in getattr(source, places):
            line = source.line_of(word.start)
            bare = str(word.value)
            for wrong in dict.fromkeys(slip(bare)):
                if wrong != bare:
                    yield Typo(_put(source, word, wrong), (line,), (bare,))

    return mistakes


def _put(source: Source, word: Word, wrong: str) -> str:
    written = source.text[word.start : word.end].replace(str(word.value), wrong)
    return source.text[: word.start] + written + source.text[word.end :]


def _of_other_words(source: Source) -> Iterator[Typo]:
    """A word that is none of those known."""
    foreign = {"channel": "email", "language": "french", "payment_status": "defaulted", "purpose": "dunning"}
    foreign |= {"on_failure": "abort", "per": "fortnight", "type": "object"}
    for word in source.words:
        if word.key in foreign and word.value not in ("everyone", "none"):
            yield Typo(
                _put(source, word, foreign[word.key]), (source.line_of(word.start),), (str(word.value),)
            )


def _named(source: Source) -> Iterator[Typo]:
    """The id of a step called otherwise."""
    for key in source.keys:
        if key.path[0] == "steps" and key.value == "id":
            for wrong in ("name", "step", "key"):
                yield Typo(
                    _put(source, key, wrong),
                    (source.line_of(key.start),),
                    ("`id`", f"`id: {source.step_of(key)}`"),
                )


# ---------------------------------------------------------------- signs


_QUOTED = ("where the text ends", "close it with", "quotes on both sides", "whole value in quotes")
_SIGNS = {",": ("comma", "list: "), '"': _QUOTED, "'": (*_QUOTED, "in quotes", "is a name")}


def _without(signs: str) -> Mistakes:
    """A quote, bracket or comma that is missing; those inside a quoted text are letters."""

    def mistakes(source: Source) -> Iterator[Typo]:
        for at in _signs(source, signs):
            sign = source.text[at]
            alone = re.compile(r"\[([\w-]+)\]").match(source.text, at)  # a list of one may as well be none
            mend = _SIGNS.get(sign) or (sign, *([alone[1]] if alone else []))
            text = source.text[:at] + source.text[at + 1 :]
            yield Typo(text, (source.line_of(at),), mend)

    return mistakes


def _signs(source: Source, signs: str) -> Iterator[int]:
    """Find the signs that are YAML's own: outside of comments, keys and unquoted values."""
    ends = {word.start: word.end for word in source.values if not isinstance(word.value, dict | list)}
    comment = False
    skip = 0
    for at, sign in enumerate(source.text):
        if at < skip:
            continue
        comment = (comment and sign != "\n") or (sign == "#" and source.text[at - 1 : at] in (" ", "\n", ""))
        if comment:
            continue
        if at in ends and sign not in "\"'":
            skip = ends[at]
            continue
        if at in ends:
            if sign in signs:
                yield at
                yield ends[at] - 1
            skip = ends[at]
            continue
        if sign in signs and sign not in "\"'":
            yield at


# ---------------------------------------------------------------- values


def _values(
    change: Callable[[Word, str], str | None], mend: Callable[[Word, str], tuple[str, ...]]
) -> Mistakes:
    def mistakes(source: Source) -> Iterator[Typo]:
        for word in source.values:
            written = source.text[word.start : word.end]
            wrong = change(word, written)
            if wrong is not None:
                text = source.text[: word.start] + wrong + source.text[word.end :]
                yield Typo(text, (source.line_of(word.start),), mend(word, written))

    return mistakes


def _examples(word: Word, written: str) -> tuple[str, ...]:
    """Give what may be written where a value should stand: its key with one, a key below it, itself."""
    below = word.value if isinstance(word.value, dict) else ()
    item = ["delete the item"] if isinstance(word.path[-1], int) else []
    return (f"`{word.key}: ", *(f"`{key}: " for key in below), f"`{written}`", *item)


def _as_written(word: Word, written: str) -> tuple[str, ...]:
    return (written, " ".join(str(word.value).split(" ")[:8]))  # of a long text, a mend shows the beginning


def _emptied(word: Word, written: str) -> str | None:
    return "" if "\n" not in written and isinstance(word.path[-1], str) else None


def _blanked(word: Word, written: str) -> str | None:
    return '""' if isinstance(word.value, str) and "\n" not in written else None


def _hollowed(word: Word, written: str) -> str | None:
    if "\n" in written or not isinstance(word.value, dict | list):
        return None
    return "{}" if isinstance(word.value, dict) else "[]"


def _number_quoted(word: Word, written: str) -> str | None:
    return f'"{written}"' if isinstance(word.value, int) and not isinstance(word.value, bool) else None


def _number_bared(word: Word, written: str) -> str | None:
    return str(word.value) if written[:1] == '"' and str(word.value).isdigit() else None


def _number_grouped(word: Word, _: str) -> str | None:
    is_number = isinstance(word.value, int) and not isinstance(word.value, bool)
    return f"{word.value},000" if is_number else None


def _yes(word: Word, _: str) -> str | None:
    return ("yes" if word.value else "no") if isinstance(word.value, bool) else None


def _listed(word: Word, written: str) -> str | None:
    takes_one = word.path[-1] not in ("payment_status", "language", "success") and "custom" not in word.path
    is_one = isinstance(word.value, str | int) and isinstance(word.path[-1], str)
    return f"[{written}]" if takes_one and is_one and "inputs" not in word.path else None


def _unlisted(word: Word, written: str) -> str | None:
    is_list = isinstance(word.value, list) and written.startswith("[") and "," in written
    return written[1:-1] if is_list else None


def _brace_halved(word: Word, written: str) -> str | None:
    return written.replace("{{", "{", 1) if isinstance(word.value, str) and "{{" in written else None


def _brace_open(word: Word, written: str) -> str | None:
    return written.replace("}}", "}", 1) if isinstance(word.value, str) and "}}" in written else None


def _brace_bare(word: Word, written: str) -> str | None:
    return str(word.value) if isinstance(word.value, str) and "{{" in written[:3] else None


def _braceless(_: Word, written: str) -> str | None:
    found = re.fullmatch(r"([\"'])\{\{\s*(inputs\.\w+)\s*\}\}\1", written)
    return found[2] if found else None


def _with_colon(word: Word, written: str) -> str | None:
    is_prose = word.path[-1] in ("title", "description") and written[:1] not in "\"'|>"
    return f"Step 2: {written}" if is_prose else None


# ---------------------------------------------------------------- conditions


def _in_conditions(wrong: str, right: str, *mends: str) -> Mistakes:
    """Each match of ``wrong`` in a condition written as ``right``; mends may use its groups."""

    def mistakes(source: Source) -> Iterator[Typo]:
        for word in source.conditions:
            written = source.text[word.start : word.end]
            for found in re.finditer(wrong, written):
                changed = written[: found.start()] + found.expand(right) + written[found.end() :]
                text = source.text[: word.start] + changed + source.text[word.end :]
                line = source.line_of(word.start + found.start())
                yield Typo(text, (line,), tuple(map(found.expand, mends)))

    return mistakes


_OF_WORDS = {
    f"{place}: {slip}": _slipped(places, slips)
    for place, places in (("key", "keys"), ("value", "words"), ("name", "names"))
    for slip, slips in SLIPS.items()
    if (place, slip) not in {("value", "plural or singular"), ("name", "plural or singular")}
}
KINDS: Mapping[str, Mistakes] = {
    **_OF_WORDS,
    "value: another word": _of_other_words,
    "line: one blank more": lines.shifted(1),
    "line: one blank less": lines.shifted(-1),
    "line: one level more": lines.shifted(2),
    "line: one level less": lines.shifted(-2),
    "line: first one below not indented": lines.outdented(whole=False),
    "line: all below not indented": lines.outdented(whole=True),
    "line: tabs for blanks": lines.tabbed,
    "line: twice": lines.twice,
    "line: deleted": lines.deleted,
    "dash: before a key": lines.dashed,
    "dash: dropped": lines.without_dash,
    "dash: without a blank": lines.dash_without_blank,
    "dash: without a blank, in all of a list": lines.listed_without_blanks,
    "key: another name for id": _named,
    "colon: dropped": lines.colon(" "),
    "colon: without a blank": lines.colon(":"),
    "colon: = instead": lines.colon(" = "),
    "colon: blank before, none behind": lines.colon(" :"),
    "quote: dropped": _without("\"'"),
    "bracket: dropped": _without("[]{}"),
    "comma: dropped": _without(","),
    "value: left out": _values(_emptied, _examples),
    "value: empty text": _values(_blanked, _examples),
    "value: empty list or group": _values(_hollowed, _examples),
    "value: number in quotes": _values(_number_quoted, _as_written),
    "value: quoted number bare": _values(_number_bared, _as_written),
    "value: number with a comma": _values(_number_grouped, lambda word, _: (f"{word.value}000",)),
    "value: yes for true": _values(_yes, lambda word, _: (str(word.value).lower(),)),
    "value: in brackets": _values(_listed, _as_written),
    "value: list without brackets": _values(_unlisted, lambda _, written: (written, "[ ]")),
    "template: one brace before": _values(_brace_halved, lambda *_: ("{{",)),
    "template: one brace behind": _values(_brace_open, lambda *_: ("}}",)),
    "template: without quotes": _values(_brace_bare, lambda word, _: (f'"{word.value}"',)),
    "template: no braces": _values(_braceless, lambda word, _: (f'"{word.value}"',)),
    "text: colon inside": _values(_with_colon, lambda word, _: (f"Step 2: {word.value}",)),
    "condition: = for ==": _in_conditions("==", "=", "=="),
    "condition: === for ==": _in_conditions("==", "===", "=="),
    "condition: & for and": _in_conditions(r"\band\b", "&", "write and"),
    "condition: && for and": _in_conditions(r"\band\b", "&&", "write and"),
    "condition: AND for and": _in_conditions(r"\band\b", "AND", "write and"),
    "condition: number as text": _in_conditions(r"([<>=] )(\d+)(?![\d.])", r"\1'\2'", r"\2 without"),
    "condition: per cent sign": _in_conditions(
        r"([<>=] )(\d+)(?![\d.])", r"\1\2%", r"\2 (", "leave the %", r"\2."
    ),
    "condition: status without quotes": _in_conditions(r"'([a-z_]+)'", r"\1", r"'\1'"),
    "condition: between": _in_conditions(r" >=? (\d+)(?![\d.])", r" between \1 and 99", r">= \1 and"),
    "condition: in words": _in_conditions(r" >=? (\d+)(?![\d.])", r" is at least \1", r">= \1"),
    "condition: is for ==": _in_conditions(r" == ('\w+')", r" is \1", r"== \1"),
    "condition: number with a comma": _in_conditions(r"([<>=] )(\d+)(?![\d.])", r"\1\2,000", r"\g<2>000"),
    "condition: range with a hyphen": _in_conditions(r" >=? (\d+)(?![\d.])", r" in \1-999", r">= \1 and"),
    "condition: or without a name": _in_conditions(r"== ('\w+')", r"== \1 or 'failed'", r"in [\1, 'failed']"),
    "condition: twice or without a name": _in_conditions(
        r"== ('\w+')", r"== \1 or 'failed' or 'rejected'", r"in [\1, 'failed', 'rejected']"
    ),
    "condition: ! for not": _in_conditions(r"\A(?=steps)", "!", "`not ", "`not`"),
    "condition: in braces": _in_conditions(r"\A(.+)\Z", r"{{ \1 }}", r"\1"),
    "condition: => for >=": _in_conditions(r"<=", "=<", "<="),
}
