"""Constants of a condition that can never be right, and conditions that never vary."""

import re
from collections.abc import Iterator
from datetime import date

from engine.diagnostics import Kind, Severity
from engine.record.condition import (
    UNKNOWN,
    Compare,
    Field,
    InputName,
    Known,
    Literal,
    Logic,
    Member,
    Node,
    Not,
    StepField,
    Value,
    children,
    reads_names,
)
from engine.runbook.expressions.endings import STATUSES, status_meant
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.offers import offer
from engine.runbook.expressions.operand import Operand

UNKNOWN_STATUS = Kind(
    "RB323",
    "unknown status",
    "a status that no step can have makes the comparison come out the same every time.",
)
OUTSIDE_CHOICES = Kind(
    "RB324",
    "value that the input cannot have",
    "an input with choices is always one of them.",
)
NOT_A_DATE = Kind("RB325", "text that is no date", "a date can only be compared with a date.")
DIVISION_BY_ZERO = Kind(
    "RB326",
    "division by zero",
    "it has no result, and a condition without one pauses the run.",
)
SETTLED = Kind(
    "RB327",
    "condition that never varies",
    "its answer is the same for every run, so it decides nothing.",
    Severity.WARNING,
)

_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def possible(one: Operand, other: Operand, scope: Scope) -> Iterator[Fault]:
    """Check that a constant is a value that what it is compared with can have."""
    for name, constant in ((one, other), (other, one)):
        if not isinstance(constant.node, Literal):
            continue
        value = constant.node.value
        match name.node:
            case StepField(name=Field.STATUS) if value not in STATUSES:
                help_ = status_meant(str(value), name.words.removesuffix("status"))
                yield constant.fault(UNKNOWN_STATUS, f"no step ends as {constant.words}", help_)
            case InputName(input_name):
                yield from _chosen(input_name, constant, value, scope)


def _chosen(name: str, constant: Operand, value: Value, scope: Scope) -> Iterator[Fault]:
    spec = scope.inputs[name]
    if spec is None or not spec.choices or value in spec.choices:
        return
    is_text = isinstance(spec.choices[0], str)
    help_ = offer(str(value), [str(choice) for choice in spec.choices], quoted=is_text)
    yield constant.fault(OUTSIDE_CHOICES, f"{constant.words} is not a choice of inputs.{name}", help_)


def is_date(text: str) -> bool:
    """Say whether a text is a day of the calendar, written as 2026-01-31."""
    if not re.fullmatch(_ISO_DATE, text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def dated(constant: Operand) -> Iterator[Fault]:
    """Check that a constant which is compared with a date is one."""
    if isinstance(constant.node, Literal) and not is_date(str(constant.node.value)):
        help_ = "write a day of the calendar as '2026-01-31'."
        yield constant.fault(NOT_A_DATE, f"{constant.words} is not a date", help_)


def divisor(operand: Operand) -> Iterator[Fault]:
    """Check that a divisor is not zero for everybody."""
    if operand.node is not None and not reads_names(operand.node) and _settled(operand.node) == 0:
        yield operand.fault(DIVISION_BY_ZERO, "the divisor is always zero", "divide by something else.")


def never_varying(node: Node) -> Iterator[Fault]:
    """Find the largest parts of a condition whose answer is always the same."""
    if not reads_names(node):
        value = _settled(node)
        yield _never_varies(node, "never known" if value is UNKNOWN else f"always {str(value).lower()}")
    elif isinstance(node, Logic | Not):
        for child in children(node):
            yield from never_varying(child)
    elif isinstance(node, Known) and _always_known(node.operand):
        yield _never_varies(node, "always false" if node.negated else "always true")
    elif isinstance(node, Compare | Member) and (answer := _of_nothing(node)):
        yield _never_varies(node, answer, "no input is ever empty: compare it with a value, or leave it out.")


def _of_nothing(node: Compare | Member) -> str:
    """Say what a comparison of an input with an empty text always is; empty for any other."""
    match node:
        case (
            Compare(_, InputName(), Literal(value))
            | Compare(_, Literal(value), InputName())
            | Member(InputName(), Literal(value))
            | Member(Literal(value), InputName())
        ):
            texts = value if isinstance(value, tuple) else (value,)
            negated = node.op == "!=" if isinstance(node, Compare) else node.negated
            is_empty = all(isinstance(text, str) and not text.strip() for text in texts)
            return ("always true" if negated else "always false") if is_empty else ""
        case _:
            return ""


def _never_varies(
    node: Node, answer: str, help_: str = "read an input or the result of a step, or leave it out."
) -> Fault:
    return Fault(SETTLED, *node.at, f"this is {answer}", help_)


def _always_known(node: Node) -> bool:
    return isinstance(node, InputName) or (isinstance(node, StepField) and node.name is Field.STATUS)


def _settled(node: Node) -> Value:
    """Evaluate a tree that reads no name."""
    return evaluate(node, {}, _no_field)


def _no_field(step: str, name: Field) -> Value:
    raise AssertionError(f"a tree without names has read {step}.{name}")
