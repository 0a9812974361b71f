"""What the conditions of these tests may read, and findings in a form that tables can hold."""

from typing import NamedTuple

from engine.record.condition import Node
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.model import InputSpec, InputType

INPUTS = {
    "branch": InputSpec("branch", InputType.STRING),
    "city": InputSpec("city", InputType.STRING, choices=("mumbai", "pune")),
    "cap": InputSpec("cap", InputType.INTEGER),
    "rate": InputSpec("rate", InputType.NUMBER),
    "strict": InputSpec("strict", InputType.BOOLEAN),
    "day": InputSpec("day", InputType.DATE),
    "languages": InputSpec("languages", InputType.LIST),
    "broken": None,
}
STEPS = {"remind": 0, "cool_off": 1, "own": 2, "later": 3}
WHEN = Scope(INPUTS, STEPS, position=2)
SUCCESS = Scope(INPUTS, STEPS, position=2, own="own")


class Found(NamedTuple):
    """A finding: its code, the words under its caret, its message and help in one."""

    code: str
    marked: str
    says: str


def tree_of(text: str, scope: Scope = WHEN) -> Node:
    """Parse a condition in which nothing is wrong."""
    condition, faults = parse(text, scope)
    assert not faults
    assert condition is not None
    assert condition.text == text
    return condition.tree


def found(text: str, scope: Scope = WHEN) -> list[Found]:
    """Parse a condition and give what is wrong with it."""
    return [seen(text, fault) for fault in parse(text, scope)[1]]


def seen(text: str, fault: Fault) -> Found:
    """Put a finding into a form that tables can hold."""
    says = f"{fault.message}: {fault.help}"
    assert "\n" not in says
    return Found(fault.kind.code, text[fault.start : fault.end], says)


def assert_found(text: str, scope: Scope, *expected: tuple[str, str, str]) -> None:
    """Check the codes and carets of all findings in order, and that each says what it must."""
    all_found = found(text, scope)
    assert [(each.code, each.marked) for each in all_found] == [each[:2] for each in expected]
    for each, (_, _, says) in zip(all_found, expected, strict=True):
        assert says in each.says
