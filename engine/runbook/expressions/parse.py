"""From the text of a condition to its checked tree."""

import re
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Literal as OneOf

from engine.diagnostics import Severity
from engine.record.condition import (
    Arithmetic,
    Compare,
    Condition,
    Extent,
    Known,
    Literal,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    Unknown,
)
from engine.runbook.expressions import fits
from engine.runbook.expressions.constants import never_varying
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.forms import FORBIDDEN, refusal
from engine.runbook.expressions.hyphens import join_hyphens
from engine.runbook.expressions.names import resolve
from engine.runbook.expressions.operand import Operand, Type, sort_of
from engine.runbook.expressions.percents import PERCENT, leave_out_percents
from engine.runbook.expressions.phrases import phrase
from engine.runbook.expressions.shapes import shape
from engine.runbook.expressions.tokens import NAMED, Form, Spelling, spell, value_of
from engine.runbook.expressions.words import FOREIGN_SIGN, RANGE


def parse(text: str, scope: Scope) -> tuple[Condition | None, tuple[Fault, ...]]:
    """Read and check a condition.

    Returns:
        The condition, None where a finding is an error; and every finding, in the order of the text.
    """
    spelling = spell(text)
    tokens, percents = leave_out_percents(spelling.tokens)
    tokens, hyphenated = join_hyphens(tokens, scope)
    reading = _Reading(text, spelling._replace(tokens=tokens), scope)
    tree = reading.whole() if tokens else None
    # As keys, for a set gives those of one place in another order each time.
    faults = dict.fromkeys((*spelling.faults, *percents, *hyphenated, *reading.faults))
    for outer in [fault for fault in faults if fault.kind is RANGE]:
        faults = {each: None for each in faults if not _is_told_by(outer, each)}
    if any(fault.kind.severity is Severity.ERROR for fault in faults):
        tree = None
    if tree is not None:
        faults |= dict.fromkeys(never_varying(tree))
    in_order = tuple(sorted(faults, key=lambda fault: (fault.start, fault.end, fault.kind.code)))
    return (None if tree is None else Condition(text, tree)), in_order


def _is_told_by(outer: Fault, inner: Fault) -> bool:
    """Say whether the mend of a range is that of a percent sign or a number within it, too."""
    is_within = outer.start <= inner.start and inner.end <= outer.end
    return is_within and inner.kind in (PERCENT, FOREIGN_SIGN, fits.NO_CLAIM)


class _Reading:
    """One condition on its way from forms to a tree; collects what is found on the way."""

    def __init__(self, text: str, spelling: Spelling, scope: Scope) -> None:
        self.text = text
        self.tokens = spelling.tokens
        self.brackets = [
            (self.tokens[first].start, self.tokens[last].end) for first, last in spelling.closing.items()
        ]
        self.spelling = spelling
        self.scope = scope
        self.faults: list[Fault] = []

    def whole(self) -> Node | None:
        form = shape(self.spelling)
        if isinstance(form, Fault):
            self.faults.append(phrase(self.tokens) or form)
            return None
        condition = self.read(form)
        self.faults.extend(fits.claim(condition))
        return condition.node

    def read(self, form: Form) -> Operand:
        return _FORMS[form.name](self, form)

    def constant(self, form: Form) -> Operand:
        token = self.tokens[form.first]
        value = value_of(token.written)
        if value is None or not token.sure:
            return self._operand(form, None, None)
        literal = Literal(value, self._extent(form))
        return self._operand(form, literal, sort_of(literal, self.scope))

    def name(self, form: Form) -> Operand:
        # Every other word is a dot.
        words = self.tokens[form.first : form.last + 1 : 2]
        found, faults = resolve(words, self.scope)
        self.faults.extend(faults)
        return self._operand(form, found, sort_of(found, self.scope))

    def list(self, form: Form) -> Operand:
        if joined := next((part for part in form.parts if part.name == "logic"), None):
            help_ = "put commas between its items; compare names one by one with == and or."
            self.faults.append(
                Fault(fits.UNFIT_LIST, *self._extent(joined), f'"{joined.signs[0]}" joins no items', help_)
            )
            return self._operand(form, None, None)
        items = tuple(map(self.read, form.parts))
        values = [item.node.value for item in items if isinstance(item.node, Literal)]
        scalars = tuple(value for value in values if not isinstance(value, tuple | Unknown))
        literal = Literal(scalars, self._extent(form)) if len(scalars) == len(items) else None
        operand = Operand(literal, Type.LIST, self._extent(form), self.text, items)
        self.faults.extend(fits.written_list(operand))
        return operand

    def logic(self, form: Form) -> Operand:
        """Read a row that one word joins, ``a or b or c``, from the left."""
        rows = _row(form)
        parts = [self.read(rows[0].parts[0]), *(self.read(row.parts[1]) for row in rows)]
        self.faults.extend(fits.claims(parts))
        join = partial(Logic, "and" if form.signs == ("and",) else "or")
        built = parts[0]
        for row, part in zip(rows, parts[1:], strict=True):
            built = self._built(row, join, built, part)
        return built

    def negation(self, form: Form) -> Operand:
        operand = self.read(form.parts[0])
        self.faults.extend(fits.claim(operand))
        return self._built(form, Not, operand)

    def comparison(self, form: Form) -> Operand:
        """Read ``a < b < c`` as ``a < b and b < c``."""
        if alternatives := self._alternatives(form):
            return alternatives
        sides = tuple(map(self.read, form.parts))
        links = [self._link(form, *link) for link in zip(form.signs, sides, sides[1:], strict=False)]
        return reduce(partial(self._built, form, partial(Logic, "and")), links)

    def _alternatives(self, form: Form) -> Operand | None:
        """Read ``a == ('b' or 'c')``, which is meant as ``a in ['b', 'c']``."""
        last = form.parts[-1]
        if last.name == "list" and len(last.parts) == 1:
            last = last.parts[0]
        if last.name != "logic":
            return None
        rows = _row(last)
        values = (rows[0].parts[0], *(row.parts[1] for row in rows))
        if form.signs not in (("eq",), ("ne",), ("in",), ("notin",)):
            return None
        if any(value.name != "constant" or self.tokens[value.first].written in NAMED for value in values):
            return None
        subject, *items = map(self.read, (form.parts[0], *values))
        self.faults.append(fits.alternatives(subject, items, negated=form.signs in (("ne",), ("notin",))))
        return self._operand(form, None, Type.BOOLEAN)

    def _link(self, form: Form, sign: str, left: Operand, right: Operand) -> Operand:
        if sign in ("in", "notin"):
            self.faults.extend(fits.membership(left, right, self.scope, negated=sign == "notin"))
            return self._built(form, partial(Member, negated=sign == "notin"), left, right)
        op = _COMPARISONS[sign]
        self.faults.extend(fits.comparison(op, left, right, self.scope))
        return self._built(form, partial(Compare, op), left, right)

    def arithmetic(self, form: Form) -> Operand:
        left, right = map(self.read, form.parts)
        op = _ARITHMETIC[form.signs[0]]
        wrong = tuple(fits.arithmetic(op, left, right))
        self.faults.extend(wrong)
        sort = None if wrong else Type.NUMBER
        return self._built(form, partial(Arithmetic, op), left, right, sort=sort)

    def sign(self, form: Form) -> Operand:
        operand = self.read(form.parts[0])
        wrong = tuple(fits.signed(operand))
        self.faults.extend(wrong)
        build = _negative if form.signs == ("-",) else _positive
        return self._built(form, build, operand, sort=None if wrong else Type.NUMBER)

    def question(self, form: Form) -> Operand:
        operand = self.read(form.parts[0])
        return self._built(form, partial(Known, negated=form.signs == ("unknown",)), operand)

    def other(self, form: Form) -> Operand:
        """Name a form that is not admitted; the values that it works on are still checked."""
        if fault := phrase(self.tokens, form.first, form.last):
            self.faults.append(fault)
            return self._operand(form, None, None)
        is_not = form.signs[0] == "Test" and self.tokens[form.first + 1].written == "not"
        message, help_ = refusal(*form.signs, negated=is_not)
        if dotted := re.search(_SUBSCRIPT, self.text) if form.signs[0] == "Getitem" else None:
            help_ = f"write {dotted[1]}.{dotted[2]}{dotted[3]}."
        self.faults.append(Fault(FORBIDDEN, *self._extent(form), message, help_))
        for part in form.parts:
            self.read(part)
        return self._operand(form, None, None)

    def _operand(self, form: Form, node: Node | None, sort: Type | None) -> Operand:
        return Operand(node, sort, self._extent(form), self.text)

    def _built(
        self, form: Form, build: Callable[..., Node], *parts: Operand, sort: Type | None = Type.BOOLEAN
    ) -> Operand:
        known = [part.node for part in parts if part.node is not None]
        if len(known) < len(parts):
            return self._operand(form, None, sort)
        return self._operand(form, build(*known, at=self._extent(form)), sort)

    def _extent(self, form: Form) -> Extent:
        """Give a form's place, with the partners of brackets of which it holds only one."""
        start, end = self.tokens[form.first].start, self.tokens[form.last].end
        for first, last in self.brackets:
            if start <= first < end < last:
                end = last
            elif first < start < last <= end:
                start = first
        return start, end


def _row(form: Form) -> tuple[Form, ...]:
    """Give the forms of which each joins one more part to the one before it by the same word."""
    rows = [form]
    while rows[-1].parts[0].name == "logic" and rows[-1].parts[0].signs == form.signs:
        rows.append(rows[-1].parts[0])
    return tuple(reversed(rows))


def _negative(operand: Node, at: Extent) -> Node:
    if isinstance(operand, Literal) and isinstance(operand.value, int | float):
        return Literal(-operand.value, at)
    return Negate(operand, at)


def _positive(operand: Node, at: Extent) -> Node:
    """Turn ``+x`` into ``-(-x)``: the tree has no node for a sign that changes nothing."""
    return _negative(_negative(operand, at), at)


_SUBSCRIPT = r"\b(steps|inputs)\s*\[\s*['\"](\w+)['\"]\s*\]((?:\.\w+)*)"
_COMPARISONS: Mapping[str, OneOf["==", "!=", "<", "<=", ">", ">="]] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
}
_ARITHMETIC: Mapping[str, OneOf["+", "-", "*", "/", "//", "%"]] = {
    "+": "+",
    "-": "-",
    "*": "*",
    "/": "/",
    "//": "//",
    "%": "%",
}
_FORMS: Mapping[str, Callable[[_Reading, Form], Operand]] = {
    "constant": _Reading.constant,
    "name": _Reading.name,
    "list": _Reading.list,
    "logic": _Reading.logic,
    "not": _Reading.negation,
    "compare": _Reading.comparison,
    "arithmetic": _Reading.arithmetic,
    "sign": _Reading.sign,
    "question": _Reading.question,
    "other": _Reading.other,
}
