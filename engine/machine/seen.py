"""Which values a condition saw, for whoever asks why; pure."""

from collections.abc import Callable, Iterator

from engine.machine.aggregate import read
from engine.record.condition import Condition, InputName, Node, StepField, Unknown, Value, children
from engine.record.plan import Program
from engine.record.state import RunState, StepState
from engine.runbook.spelling import shown


def seen(
    program: Program,
    state: RunState,
    condition: Condition,
    is_unstated: Callable[[StepField], bool] = lambda _: False,
) -> str:
    """Say in brackets which values a condition saw, a blank before them; nothing where it reads none.

    ``is_unstated`` marks those that nobody stated.
    """
    said: dict[str, None] = {}
    for name in _names(condition.tree):
        if isinstance(name, InputName):
            said[f"inputs.{name.name} is {_said(program.inputs[name.name])}"] = None
        else:
            value = read(state.steps.get(name.step) or StepState(), name.name)
            came = "not stated" if is_unstated(name) else _said(value)
            said[f"{name.step}.{name.name.value} is {came}"] = None
    return f" ({', '.join(said)})" if said else ""


def _names(node: Node) -> Iterator[StepField | InputName]:
    if isinstance(node, StepField | InputName):
        yield node
    for child in children(node):
        yield from _names(child)


def _said(value: Value) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"[{', '.join(map(shown, value))}]" if isinstance(value, tuple) else shown(value)
