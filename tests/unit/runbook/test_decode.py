from typing import Any

import pytest

from engine.record.condition import Condition, Literal
from engine.record.plan import Once, OnFailure, Purpose, Range, Retry
from engine.runbook.decode import decode, decode_inputs
from engine.runbook.model import Campaign, Filters, InputSpec, InputType, Runbook, Step

TRUE = Condition("true", Literal(value=True))
FALSE = Condition("false", Literal(value=False))


def runbook(step: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Make the data of a runbook of one step."""
    least = {"id": "remind", "channel": "sms", "template": "t1", "limit": 5, **(step or {})}
    if "audience" not in least:
        least = {"filters": {"ids": ["L-1"]}, **least}
    return {
        "format": "runbook/v1",
        "name": "a",
        "owner": "ops",
        "purpose": "overdue",
        "campaign": {"id": "camp"},
        "steps": [least],
        **top,
    }


def only_step(step: dict[str, Any] | None = None, **top: Any) -> Step:  # noqa: ANN401 (any JSON)
    """Decode a runbook of one step."""
    return decode(runbook(step, **top), {}).steps[0]


def test_the_least_runbook_gets_every_default() -> None:
    """What is not said is what the descriptions in the schema promise."""
    assert decode(runbook(), {}) == Runbook(
        name="a",
        owner="ops",
        purpose=Purpose.OVERDUE,
        campaign=Campaign("camp", None),
        once=Once.EVER,
        revision=None,
        description="",
        steps=(
            Step(
                id="remind",
                channel="sms",
                purpose=Purpose.OVERDUE,
                filters=Filters(ids=("L-1",)),
                limit=5,
                template="t1",
                timeout_s=30,
                on_failure=OnFailure.HALT,
                retry=Retry(3, 30),
            ),
        ),
    )


def test_what_is_said_of_the_runbook_is_kept() -> None:
    """Every key of the top level arrives in its place."""
    said = decode(
        runbook(
            revision=3, description="Why", once={"per": "day"}, campaign={"id": "camp", "name": "PL Mumbai"}
        ),
        {},
    )
    assert (said.revision, said.description, said.once) == (3, "Why", Once.DAY)
    assert said.campaign == Campaign("camp", "PL Mumbai")


def test_single_values_become_lists_of_one() -> None:
    """The wire has lists only (reference, section 2.2)."""
    filters = {
        "payment_status": "bounced",
        "language": ["hindi", "english"],
        "custom": {"branch": "pune", "product": ["gold", "home"], "x-zone": "west"},
    }
    assert only_step({"filters": filters}).filters == Filters(
        payment_status=("bounced",),
        language=("hindi", "english"),
        # A column may be called x-zone; were it dropped as a note, more people would be messaged.
        custom={"branch": ("pune",), "product": ("gold", "home"), "x-zone": ("west",)},
    )


def test_everyone_and_none_become_the_lack_of_bounds() -> None:
    """The two words, and nothing else, take the bounds away."""
    step = only_step({"filters": "everyone", "limit": "none"})
    assert (step.filters, step.limit) == (None, None)


def test_an_audience_is_put_in_its_place() -> None:
    """The step gets the audience's filters and expectation, and keeps its name."""
    shared = {"filters": {"language": "hindi"}, "expect": {"matched": {"min": 1, "max": 9}}}
    step = only_step({"audience": "few"}, audiences={"few": shared})
    assert (step.audience, step.filters) == ("few", Filters(language=("hindi",)))
    assert step.expect_matched == Range(1, 9)


def test_an_expectation_of_the_step_wins_over_its_audience() -> None:
    """As a whole: the audience's other bound does not stay."""
    shared = {"filters": {"language": "hindi"}, "expect": {"matched": {"min": 1, "max": 9}}}
    step = only_step({"audience": "few", "expect": {"matched": {"max": 5}}}, audiences={"few": shared})
    assert step.expect_matched == Range(None, 5)


def test_two_steps_share_an_audience_and_nothing_else() -> None:
    """An expectation on one of them does not reach the other."""
    data = runbook({"audience": "few"}, audiences={"few": {"filters": {"language": "hindi"}}})
    data["steps"].append({**data["steps"][0], "id": "two", "expect": {"matched": {"max": 5}}})
    one, two = decode(data, {}).steps
    assert one.filters == two.filters
    assert (one.expect_matched, two.expect_matched) == (None, Range(None, 5))


@pytest.mark.parametrize(
    ("duration", "seconds"), [("1s", 1), ("600s", 600), ("1m", 60), ("10m", 600), ("1h", 3600)]
)
def test_durations_become_seconds(duration: str, seconds: int) -> None:
    """The unit is the last letter."""
    step = only_step({"timeout": duration, "retry": {"within": duration}})
    assert (step.timeout_s, step.retry.within_s) == (seconds, seconds)


def test_defaults_hold_where_the_step_is_silent() -> None:
    """Each of the three may stand under defaults."""
    said = {"timeout": "2m", "on_failure": "pause", "retry": {"attempts": 5, "within": "1m"}}
    step = only_step(defaults=said)
    assert (step.timeout_s, step.on_failure, step.retry) == (120, OnFailure.PAUSE, Retry(5, 60))


def test_the_step_wins_over_the_defaults() -> None:
    """Of retry, the part that the step does not say still comes from the defaults."""
    said = {"timeout": "2m", "on_failure": "pause", "retry": {"attempts": 5, "within": "1m"}}
    step = only_step({"timeout": "1s", "on_failure": "continue", "retry": {"attempts": 2}}, defaults=said)
    assert (step.timeout_s, step.on_failure, step.retry) == (1, OnFailure.CONTINUE, Retry(2, 60))


def test_a_step_may_have_a_purpose_of_its_own() -> None:
    """Else it has the runbook's."""
    assert only_step({"purpose": "receipt"}).purpose is Purpose.RECEIPT
    assert only_step().purpose is Purpose.OVERDUE


def test_the_keys_of_a_channel_are_kept_apart() -> None:
    """Notes are left behind, in the step and below it."""
    talk = {"agent": "a", "disposition": "d"}
    step = only_step({"channel": "call", "conversation": {**talk, "x-why": "new"}, "x-note": {"a": 1}})
    assert step.fields == {"conversation": talk}


def test_conditions_come_from_their_paths() -> None:
    """A single criterion stands at the key itself, those of a list at their places."""
    data = runbook({"when": "true", "success": "false"})
    data["steps"].append({**data["steps"][0], "id": "two", "success": ["true", "false"]})
    parsed = {
        ("steps", 0, "when"): TRUE,
        ("steps", 0, "success"): FALSE,
        ("steps", 1, "when"): FALSE,
        ("steps", 1, "success", 0): TRUE,
        ("steps", 1, "success", 1): FALSE,
    }
    one, two = decode(data, parsed).steps
    assert (one.when, one.success) == (TRUE, (FALSE,))
    assert (two.when, two.success) == (FALSE, (TRUE, FALSE))


def test_a_condition_that_nobody_parsed_is_a_bug() -> None:
    """It must not be taken for no condition: the step would always run."""
    with pytest.raises(KeyError):
        decode(runbook({"when": "true"}), {})


def test_inputs_are_read_as_declared() -> None:
    """In the order of the file, without notes."""
    declared = {
        "branch": {"type": "string", "key": True, "choices": ["pune"], "pattern": "[a-z]+"},
        "x-note": "these are asked for",
        "cap": {"type": "integer", "minimum": 1, "maximum": 5000, "default": 250, "description": "Most"},
        "day": {"type": "date", "default": "yesterday", "key": False},
    }
    assert decode_inputs(runbook(inputs=declared)) == (
        InputSpec("branch", InputType.STRING, choices=("pune",), pattern="[a-z]+", key=True),
        InputSpec("cap", InputType.INTEGER, 250, minimum=1, maximum=5000, description="Most"),
        InputSpec("day", InputType.DATE, "yesterday"),
    )


def test_a_runbook_without_inputs_has_none() -> None:
    """The key may be left out."""
    assert decode_inputs(runbook()) == ()


def test_choices_of_which_one_is_at_fault_say_nothing() -> None:
    """What is left of them does not say what is allowed, and nobody is shown an empty one."""
    (decoded,) = decode_inputs({"inputs": {"x": {"type": "date", "choices": [None, "2026-03-02"]}}})
    assert decoded.choices == ()
