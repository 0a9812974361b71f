"""Plain conditions by Python's own parser, which gives what Jinja2's would without the import of Jinja2.

The two grammars agree on the words and signs below. Of anything else there is no form here, nor of what has a
fault (docs/decisions/0050).
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

from engine.runbook.expressions.tokens import NAMED, RESERVED, Form

_WIDTH = 4
"""Each word is written so wide: then its column tells its number. The longest are ``not`` and ``0.0``."""

_BOTH = frozenset("and or not in == != < <= > >= + - * / // % ( ) [ ] , . '' 0 0.0".split())  # noqa: SIM905
"""What Python and Jinja2 bind alike; every text, every number of one kind is written as one of the last."""

_NEITHER = "?"


def plain(words: Sequence[str]) -> Form | None:
    """Give the form that Jinja2 gives, as far as Python surely gives the same; else None."""
    text = "".join(_in_python(word).ljust(_WIDTH) for word in words)
    try:
        return _form(ast.parse(text, mode="eval").body)
    except (SyntaxError, _UnlikeError):
        return None


def _in_python(word: str) -> str:
    """Write a word as Python reads it; a name so that it is none of Python's own words."""
    if word in _BOTH:
        return word
    if word in NAMED:
        return "0"
    return "a" if word.isidentifier() and word not in RESERVED else _NEITHER


class _UnlikeError(Exception):
    """Python has a form for it that Jinja2 has not, or not surely."""


def _form(node: ast.expr) -> Form:
    read = _FORMS.get(type(node))
    if read is None:
        raise _UnlikeError
    return read(node)


def _constant(node: ast.Constant) -> Form:
    first, last = _reach(node)
    if first < last:
        raise _UnlikeError  # two texts side by side, which both glue together
    return Form("constant", first, last)


def _name(node: ast.expr) -> Form:
    below = node
    while isinstance(below, ast.Attribute):
        below = below.value
    if not isinstance(below, ast.Name):
        raise _UnlikeError
    # Brackets around what the dots stand behind do not count.
    return Form("name", _reach(below)[0], _reach(node)[1])


def _list(node: ast.List) -> Form:
    return Form("list", *_reach(node), tuple(map(_form, node.elts)))


def _unary(node: ast.UnaryOp) -> Form:
    operand = _form(node.operand)
    name = "not" if isinstance(node.op, ast.Not) else "sign"
    return Form(name, _reach(node)[0], operand.last, (operand,), (_SIGNS[type(node.op)],))


def _arithmetic(node: ast.BinOp) -> Form:
    return _joined("arithmetic", (_SIGNS[type(node.op)],), _form(node.left), _form(node.right))


def _compare(node: ast.Compare) -> Form:
    signs = tuple(_SIGNS[type(sign)] for sign in node.ops)
    return _joined("compare", signs, _form(node.left), *map(_form, node.comparators))


def _logic(node: ast.BoolOp) -> Form:
    """Give a row, which is one form in Python, as Jinja2 does: two by two, from the left."""
    return reduce(partial(_joined, "logic", (_SIGNS[type(node.op)],)), map(_form, node.values))


def _joined(name: str, signs: tuple[str, ...], *parts: Form) -> Form:
    return Form(name, parts[0].first, parts[-1].last, parts, signs)


def _reach(node: ast.expr) -> tuple[int, int]:
    assert node.end_col_offset is not None, "the parser gives it to every expression"
    return node.col_offset // _WIDTH, (node.end_col_offset - 1) // _WIDTH


_FORMS: Mapping[type[ast.expr], Callable[[Any], Form]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _name,
    ast.List: _list,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _compare,
    ast.BoolOp: _logic,
}
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.In: "in",
    ast.NotIn: "notin",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "lteq",
    ast.Gt: "gt",
    ast.GtE: "gteq",
    ast.Add: "+",
    ast.UAdd: "+",
    ast.Sub: "-",
    ast.USub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
