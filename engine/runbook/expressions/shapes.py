"""Which words of a condition belong together: Python's parser tells it of plain ones, Jinja2's of all others.

Where Python gives no form, and of everything that is wrong, Jinja2 alone is the judge (docs/decisions/0050).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.plain import plain
from engine.runbook.expressions.tokens import QUOTES, RESERVED, Form, Spelling, Token


def shape(spelling: Spelling) -> Form | Fault:
    """Put a condition's words together, or say which word does not fit."""
    words = tuple(alike(spelling.tokens))
    if form := _shape_of_all(words, tuple(spelling.closing.items())):
        return form
    # Only what is not plain pays for importing Jinja2.
    from engine.runbook.expressions import grammar  # noqa: PLC0415

    return grammar.shape(spelling)


def alike(tokens: Sequence[Token]) -> Iterator[str]:
    """Give the words with those that the grammar does not tell apart made the same.

    Names are, where they stand beside a dot; so are texts, and numbers of one kind.
    """
    before, last = "", len(tokens) - 1
    for number, token in enumerate(tokens):
        word = token.written
        if word[:1] in QUOTES:
            word = "''"
        elif word[:1].isdigit():
            word = "0.0" if "." in word else "0"
        elif (
            word.isidentifier()
            and word not in RESERVED
            and (before == "." or (number < last and tokens[number + 1].written == "."))
        ):
            word = "a"
        yield word
        before = word


@lru_cache(maxsize=256)
def _shape_of_all(words: tuple[str, ...], closing: tuple[tuple[int, int], ...]) -> Form | None:
    """Put words together once for all conditions that differ in nothing else; None where that takes more.

    A long runbook has thousands of conditions of a handful of shapes, and this is half of reading one.
    """
    if form := plain(words):
        return form
    from engine.runbook.expressions import grammar  # noqa: PLC0415

    other = grammar.shape(Spelling(tuple(Token(0, 0, word) for word in words), dict(closing), ()))
    return other if isinstance(other, Form) and _is_plain(other) else None


def _is_plain(form: Form) -> bool:
    return form.name != "other" and all(map(_is_plain, form.parts))
