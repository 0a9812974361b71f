"""What a condition can come to, over every way that steps can end."""

import pytest

from engine.record.condition import Condition
from engine.runbook.answers.ends import StepTerms, Stop
from engine.runbook.answers.survey import MOST_COMPARISONS, GivenUp, Survey, survey
from engine.runbook.answers.truths import EITHER, FALSE, OPEN, TRUE
from engine.runbook.expressions.fault import Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.model import InputSpec, InputType

IDS = {"a": 0, "b": 1, "own": 2}
INPUTS = {
    "few": InputSpec("few", InputType.INTEGER, minimum=0, maximum=5),
    "any": InputSpec("any", InputType.INTEGER),
    "rate": InputSpec("rate", InputType.NUMBER, minimum=0.5),
    "team": InputSpec("team", InputType.STRING, choices=("north", "south")),
    "branch": InputSpec("branch", InputType.STRING),
    "strict": InputSpec("strict", InputType.BOOLEAN),
    "day": InputSpec("day", InputType.DATE),
}


def read(text: str, own: str | None = None) -> Condition:
    """Read a condition of the third step."""
    condition, wrong = parse(text, Scope(INPUTS, IDS, 2, own))
    assert condition is not None, wrong
    return condition


def look(text: str, *steps: StepTerms) -> Survey:
    """Look at a `when`."""
    found = survey(read(text), steps or (StepTerms("a"),), inputs=INPUTS)
    assert isinstance(found, Survey)
    return found


SKIPPABLE = StepTerms("b", may_skip=True, when=read("steps.a.failed > 10"))


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("steps.a.status == 'partial'", (StepTerms("a"),), EITHER),
        ("steps.a.status == 'skipped'", (StepTerms("a"),), FALSE),
        ("steps.a.status == 'skipped'", (StepTerms("a", may_skip=True),), EITHER),
        ("steps.a.failed > 5", (StepTerms("a", at_most=5),), FALSE | OPEN),
        ("steps.a.failed > 5", (StepTerms("a", at_most=6),), EITHER | OPEN),
        ("steps.a.failed > 2 and steps.a.failed_pct == 0", (StepTerms("a", at_most=50),), FALSE | OPEN),
        ("steps.b.ran and steps.a.failed < 5", (StepTerms("a"), SKIPPABLE), FALSE | OPEN),
        ("steps.b.ran and steps.a.failed < 50", (StepTerms("a"), SKIPPABLE), EITHER | OPEN),
        ("steps.a.failed > steps.b.failed", (StepTerms("a"), StepTerms("b")), EITHER | OPEN),
        ("steps.a.failed >= steps.a.errors", (StepTerms("a"),), EITHER | OPEN),
        ("steps.a.failed > steps.a.selected", (StepTerms("a"),), FALSE | OPEN),
        ("steps.a.matched >= steps.a.failed", (StepTerms("a"),), TRUE | OPEN),
        ("steps.a.initiated <= steps.a.failed", (StepTerms("a"),), EITHER | OPEN),
        ("steps.a.failed > steps.b.selected", (StepTerms("a"), StepTerms("b")), EITHER | OPEN),
        ("steps.a.status in ['rejected'] and steps.a.initiated / steps.a.matched > 0", (), FALSE | OPEN),
    ],
)
def test_truths(text: str, steps: tuple[StepTerms, ...], expected: int) -> None:
    """Limits, the steps' own conditions, and what the numbers of one answer say of each other all count."""
    assert look(text, *steps).truths[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inputs.few > 7", FALSE),
        ("inputs.few > 4", EITHER),
        ("inputs.few >= 0", TRUE),
        ("inputs.few in [1, 7]", EITHER),
        ("inputs.few in [6, 7]", FALSE),
        ("inputs.any > 4 and inputs.any < 5", FALSE),
        ("inputs.any > 4 and inputs.any < 6", EITHER),
        ("inputs.any > -1 or inputs.any < 0", TRUE),
        ("inputs.any * 2 > 8 and inputs.any * 2 < 8", EITHER),
        ("inputs.any * 2 == 8 and inputs.any < 9", EITHER),
        ("inputs.any > inputs.few", EITHER),
        ("inputs.rate > 4 and inputs.rate < 5", EITHER),
        ("inputs.rate < 0.5", FALSE),
        ("inputs.team == 'north' or inputs.team == 'south'", TRUE),
        ("inputs.team == 'north' and inputs.strict", EITHER),
        ("inputs.branch == 'a' and inputs.branch == 'b'", FALSE),
        ("inputs.branch == 'a' or inputs.branch == 'b'", EITHER),
        ("inputs.strict and not inputs.strict", FALSE),
        ("inputs.day > '2026-01-31' and inputs.day < '2026-02-01'", FALSE),
        ("inputs.day > '2026-01-31' and inputs.day < '2026-02-02'", EITHER),
        ("steps.a.ran and inputs.few > 7", FALSE),
        ("steps.a.ran and inputs.few > 4", EITHER | OPEN),
        ("steps.a.failed > inputs.few", EITHER | OPEN),
        ("not inputs.strict and steps.a.failed > 3 or inputs.strict and steps.a.failed <= 3", EITHER | OPEN),
        ("inputs.few == 2 and 6 / (inputs.few - 1) > 7", EITHER | OPEN),
    ],
)
def test_inputs(text: str, expected: int) -> None:
    """An input has one of its values, within its bounds, and the same one everywhere in a condition."""
    assert look(text).truths[0] == expected


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("steps.a.failed / inputs.few > 3", True),
        ("steps.a.failed / inputs.any > 3", True),
        ("inputs.any != 0 and steps.a.failed / inputs.any > 3", False),
        ("steps.a.failed / inputs.rate > 3", False),
        ("100 / inputs.few > 30", True),
    ],
)
def test_inputs_that_divide(text: str, is_told: bool) -> None:
    """An input divides by zero where its bounds let it."""
    assert bool(look(text).divisors) is is_told


@pytest.mark.parametrize(
    ("text", "step", "alone", "stops"),
    [
        ("steps.a.status == 'failed'", StepTerms("a"), FALSE, {Stop.FAILED}),
        ("steps.a.status == 'failed'", StepTerms("a", goes_on=True), EITHER, set()),
        ("steps.a.status == 'not_sent'", StepTerms("a", goes_on=True), FALSE, {Stop.UNSENT}),
        ("steps.a.status == 'sent_unknown'", StepTerms("a"), FALSE, {Stop.DOUBT}),
        (
            "steps.a.failed_pct > 5",
            StepTerms("a", success=(read("failed_pct <= 5", "a"),)),
            FALSE,
            {Stop.FAILED, Stop.SUCCESS},
        ),
        ("steps.a.failed_pct > 5", StepTerms("a", success=(read("failed_pct <= 9", "a"),)), EITHER, set()),
    ],
)
def test_what_a_run_comes_to_alone(text: str, step: StepTerms, alone: int, stops: set[Stop]) -> None:
    """A run does not go on behind a failure by itself, nor behind what could not be sent or is in doubt."""
    found = look(text, step)
    assert found.alone == alone
    assert {stop for _, stop in found.stops} == stops


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("steps.b.failed_pct < 5", True),
        ("not steps.b.failed_pct >= 5", True),
        ("steps.b.failed_pct < 5 and steps.a.failed_pct < 50", True),
        ("steps.b.failed_pct > 5", False),
        ("steps.b.ran and steps.b.failed_pct < 5", False),
        ("steps.b.status == 'skipped' or steps.b.failed_pct < 5", False),
        ("steps.b.failed_pct < 5 and steps.a.failed > 10", False),
        ("steps.b.failed_pct < 5 or steps.a.failed <= 10", False),
    ],
)
def test_zeros(text: str, is_told: bool) -> None:
    """Told where the whole hangs on the zeros of a step that is skipped just then."""
    assert look(text, StepTerms("a"), SKIPPABLE).zeros == ((1,) if is_told else ())


@pytest.mark.parametrize(
    ("text", "own", "is_told"),
    [
        ("steps.a.failed / steps.a.initiated > 0.5", None, True),
        ("steps.a.failed % (steps.a.matched - 4) == 1", None, True),
        ("steps.a.initiated > 0 and steps.a.failed / steps.a.initiated > 0.5", None, False),
        ("steps.a.failed / (steps.a.initiated + 1) > 0.5", None, False),
        ("steps.a.failed / 3 > 0.5", None, False),
        ("(steps.a.failed / steps.a.selected > 0.5) is unknown", None, False),
        ("failed / selected < 0.5", "own", True),
        ("initiated > 0 and failed / initiated < 0.5", "own", False),
    ],
)
def test_divisors(text: str, own: str | None, is_told: bool) -> None:
    """Told where a divisor can be zero and nothing else decides the condition on that way."""
    condition = read(text, own)
    terms = StepTerms("own" if own else "a", success=(condition,) if own else ())
    found = survey(condition, [terms], terms if own else None)
    assert isinstance(found, Survey)
    assert bool(found.divisors) is is_told


def test_one_criterion_guards_another() -> None:
    """A false criterion of `success` decides before an unknown one: the division makes no run pause."""
    guard, divided = read("selected > 0", "own"), read("failed / selected < 0.5", "own")
    terms = StepTerms("own", success=(guard, divided))
    found = survey(divided, [terms], terms)
    assert isinstance(found, Survey)
    assert not found.divisors


def test_too_much_is_given_up() -> None:
    """A condition with very many ways is not looked at to the end."""
    text = " or ".join(f"steps.{step}.{name} in [2, 4, 6, 8]" for step in "ab" for name in FIELDS)
    given_up = survey(read(text), (StepTerms("a"), StepTerms("b")))
    assert isinstance(given_up, GivenUp)
    # That there are too many ways shows before they are walked.
    assert given_up.work < MOST_COMPARISONS / 2
    assert look("steps.a.failed == 1 or steps.a.failed == 7").work < MOST_COMPARISONS


FIELDS = ("failed", "matched", "errors")
