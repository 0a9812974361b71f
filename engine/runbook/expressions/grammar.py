"""Which words of a condition belong together: Jinja2's grammar, and the only door to Jinja2.

Its parser is given our own words through the interface that Jinja2 documents for its extensions
(Parser, TokenStream, Token). Nothing else of it is used: no template is compiled or rendered, and
none of its nodes leaves this module.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TOKEN_EOF, TokenStream, operators
from jinja2.lexer import Token as JinjaToken
from jinja2.parser import Parser

from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.forms import misplaced
from engine.runbook.expressions.tokens import QUOTES, Form, Spelling, Token, value_of

_JINJA = Environment(autoescape=True)


def shape(spelling: Spelling) -> Form | Fault:
    """Put a condition's words together, or say which word does not fit."""
    parser = Parser(_JINJA, "")
    parser.stream = TokenStream(_stream(spelling.tokens), None, None)
    try:
        expression = parser.parse_expression()
    except TemplateSyntaxError as error:
        return misplaced(spelling.tokens, error.lineno)
    if not parser.stream.eos:
        return misplaced(spelling.tokens, parser.stream.current.lineno)
    return _form(expression, spelling)


def _stream(tokens: Sequence[Token]) -> Iterator[JinjaToken]:
    """Give the words to Jinja2 with their numbers for lines, so that its nodes say where they are."""
    for number, token in enumerate(tokens):
        if token.written:
            kind, value = _classified(token.written)
            yield JinjaToken(number, kind, value)
    yield JinjaToken(len(tokens), TOKEN_EOF, "")


def _classified(word: str) -> tuple[str, Any]:
    if word[0] in QUOTES:
        return "string", value_of(word)
    if word[0].isdigit():
        return "float" if "." in word else "integer", value_of(word)
    return operators.get(word, "name"), word


def _form(node: nodes.Node, words: Spelling) -> Form:
    return _SHAPES.get(type(node), _other)(node, words)


def _number(node: nodes.Node) -> int:
    return node.lineno


def _constant(node: nodes.Const, words: Spelling) -> Form:
    if node.value is None:
        return _other(node, words)
    return Form("constant", _number(node), _number(node))


def _name(node: nodes.Expr, words: Spelling) -> Form:
    below = node
    while isinstance(below, nodes.Getattr):
        below = below.node
    if not isinstance(below, nodes.Name):
        return _other(node, words)
    # The place of a Getattr is its dot.
    last = _number(node) + (1 if isinstance(node, nodes.Getattr) else 0)
    return Form("name", _number(below), last)


def _list(node: nodes.List | nodes.Tuple, words: Spelling) -> Form:
    return Form("list", *_reach(node, words), tuple(_form(item, words) for item in node.items))


def _joined(name: str, operands: Iterable[nodes.Node], signs: tuple[str, ...], words: Spelling) -> Form:
    parts = tuple(_form(operand, words) for operand in operands)
    return Form(name, parts[0].first, parts[-1].last, parts, signs)


def _logic(node: nodes.BinExpr, words: Spelling) -> Form:
    return _joined("logic", (node.left, node.right), (node.operator,), words)


def _arithmetic(node: nodes.BinExpr, words: Spelling) -> Form:
    return _joined("arithmetic", (node.left, node.right), (node.operator,), words)


def _compare(node: nodes.Compare, words: Spelling) -> Form:
    operands = (node.expr, *(link.expr for link in node.ops))
    return _joined("compare", operands, tuple(link.op for link in node.ops), words)


def _unary(node: nodes.UnaryExpr, words: Spelling) -> Form:
    operand = _form(node.node, words)
    # Of "is not known" the place is inside the operand.
    first = min(_number(node), operand.first)
    name = "not" if isinstance(node, nodes.Not) else "sign"
    return Form(name, first, operand.last, (operand,), (node.operator,))


def _question(node: nodes.Test, words: Spelling) -> Form:
    if node.name not in ("known", "unknown") or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return _other(node, words)
    operand = _form(node.node, words)
    return Form("question", operand.first, _reach(node, words)[1], (operand,), (node.name,))


def _reach(node: nodes.Node, words: Spelling) -> tuple[int, int]:
    """Find the first and the last word of a form, its brackets included."""
    numbers: list[int] = []
    rest = [node]
    # Not by recursion: a()()()... is deep.
    while rest:
        below = rest.pop()
        rest.extend(below.iter_child_nodes())
        numbers.extend(_own_words(below, words))
    first, last = min(numbers), max(numbers)
    while isinstance(node, nodes.Tuple) and first and words.tokens[first - 1].written == "(":
        first -= 1
        if words.closing[first] >= last:
            return first, words.closing[first]
    return first, last


def _own_words(node: nodes.Node, words: Spelling) -> tuple[int, ...]:
    """Give the words whose place Jinja2 surely gives: it places most forms beside themselves."""
    number = _number(node)
    if isinstance(node, _BRACKETED):
        return number, words.closing.get(number, number)
    if isinstance(node, nodes.Filter):
        return number, words.closing.get(number + 1, number)
    if isinstance(node, nodes.Getattr):
        return number, number + 1
    if isinstance(node, nodes.Test):
        return number, number + (2 if words.tokens[number + 1].written == "not" else 1)
    sure = isinstance(node, nodes.Const | nodes.Name | nodes.UnaryExpr)
    return (number,) if sure or node == nodes.Tuple([], "load") else ()


def _other(node: nodes.Node, words: Spelling) -> Form:
    """Give a form that conditions do not admit, with those of its parts that are worth a look."""
    while isinstance(node, nodes.Getattr) and not isinstance(node.node, nodes.Literal):
        node = node.node
    first, last = _reach(node, words)
    if isinstance(node, nodes.Filter):
        first = _number(node) - 1
    elif isinstance(node, nodes.Test | nodes.Getitem | nodes.Getattr):
        first = _number(node)
    inner: Iterable[nodes.Node] = ()
    if isinstance(node, _OPERATIONS):
        inner = node.iter_child_nodes(exclude=("args", "kwargs", "dyn_args", "dyn_kwargs"))
    parts = tuple(_form(child, words) for child in inner)
    return Form("other", first, last, parts, (type(node).__name__, getattr(node, "name", "")))


_BRACKETED = (nodes.Call, nodes.Getitem, nodes.List, nodes.Dict)
_OPERATIONS = (nodes.Filter, nodes.Test, nodes.Concat, nodes.Pow, nodes.CondExpr)
_SHAPES: Mapping[type[nodes.Node], Callable[[Any, Spelling], Form]] = {
    nodes.Const: _constant,
    nodes.Name: _name,
    nodes.Getattr: _name,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.And: _logic,
    nodes.Or: _logic,
    nodes.Not: _unary,
    nodes.Neg: _unary,
    nodes.Pos: _unary,
    nodes.Compare: _compare,
    nodes.Add: _arithmetic,
    nodes.Sub: _arithmetic,
    nodes.Mul: _arithmetic,
    nodes.Div: _arithmetic,
    nodes.FloorDiv: _arithmetic,
    nodes.Mod: _arithmetic,
    nodes.Test: _question,
}
