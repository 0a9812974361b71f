"""A plan is what ``decide`` does: change ``decide``, and the plan changes.

Each mutation below is a plausible slip in the machine. If a plan did not notice it, the dry run
would be a second copy of the rules, and could drift from the run.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from engine.planner import tree
from engine.planner.analysis import analyse
from engine.record.condition import Arithmetic, Compare, Field, Literal, StepField
from engine.record.plan import OnFailure, Program, Range
from tests.factories import compare, condition, program, step

machine = importlib.import_module("engine.machine.decide")
"""The module: its package has a function of the same name."""

SHARE = Arithmetic("/", StepField("first", Field.FAILED), StepField("first", Field.SELECTED))

RICH = program(
    step("first", expect=Range(5, 50), success=[compare("first", Field.FAILED_PCT, "<=", 5)]),
    step("second", when=compare("first", Field.STATUS, "==", "partial"), on_failure=OnFailure.PAUSE),
    step("third", when=compare("second", Field.FAILED, ">", 3), on_failure=OnFailure.CONTINUE),
    step("fourth", success=[condition(Compare(">", SHARE, Literal(0.5)))]),
)

MUTATIONS = {
    "a false condition sends": ("if not holds:", "if holds:"),
    "an unknown condition sends": ("if holds is UNKNOWN:", "if False:"),
    "a doubt is passed over": ("(SendStatus.IN_DOUBT, SendStatus.INTENDED)", "(SendStatus.INTENDED,)"),
    "overreach is forgiven": ("if state.halted_for_good:", "if False:"),
    "accepted steps are not passed": (
        "if now.accepted is not None or now.status is StepStatus.SKIPPED:\n        return None",
        "if now.accepted is not None or now.status is StepStatus.SKIPPED:\n        return Finish()",
    ),
    "spent retries halt": (
        "return Ask(step.id, due, reason, planned.address)",
        "return Halt(step.id, reason)",
    ),
    "a fatal refusal is like any": (
        "if reason := _fatal(state.steps[step.id]):",
        "if reason := None:",
    ),
    "failure is ignored": ("if reason_or_unknown is None:", "if True:"),
    "an unknown success is a failure": ("if reason_or_unknown is UNKNOWN:", "if False:"),
    "halt pauses": ("return Halt(step.id, reason_or_unknown)", 'return Ask(step.id, Question.FAILED, "x")'),
    "pause halts": ("return Ask(step.id, Question.FAILED, reason_or_unknown)", 'return Halt(step.id, "x")'),
    "continue halts": (
        "case OnFailure.CONTINUE:\n            return None",
        'case OnFailure.CONTINUE:\n            return Halt(step.id, "x")',
    ),
    "a step is left out": ("position += 1", "position += 2 if position == 1 else 1"),
}


def mutated(old: str, new: str) -> ModuleType:
    """Load the machine's module with one place changed, its decision types those of the real one."""
    source = Path(str(machine.__file__)).read_text("utf-8")
    assert source.count(old) == 1, f"{old!r} is not in decide.py any more: change the mutation"
    spec = importlib.util.spec_from_loader("mutated_decide", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutated_decide"] = module
    exec(compile(source.replace(old, new), "mutated_decide.py", "exec"), module.__dict__)  # noqa: S102
    for name in ("Send", "Skip", "Wait", "Ask", "Halt", "Finish"):
        setattr(module, name, getattr(machine, name))
    return module


def seen(planned: Program) -> object:
    """Give all that a plan says of the ways, or that the walk did not come to an end."""
    try:
        grown = tree.grow(planned)
    except AssertionError as error:
        return str(error)
    return grown.nodes, analyse(planned, grown)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_changed_machine_changes_the_plan(mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every slip shows in the outcome tree."""
    before = seen(RICH)
    monkeypatch.setattr(tree, "decide", mutated(*MUTATIONS[mutation]).decide)
    assert seen(RICH) != before


def test_an_unchanged_machine_gives_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the module anew is no difference by itself."""
    before = seen(RICH)
    same: Callable[..., object] = mutated("position += 1", "position += 1 ").decide
    monkeypatch.setattr(tree, "decide", same)
    assert seen(RICH) == before
