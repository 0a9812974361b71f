"""What keeps a program's run from going on, and a person's part, as programs pass it on."""

from collections.abc import Callable
from typing import Any

import pytest

import engine
from engine.refusal import Exit
from tests.sandboxes import campaign
from tests.unit.api.services import HERE, LIVE, OTHER, Service, ended

Wish = dict[str, Any]


@pytest.mark.parametrize(
    ("environment", "wish", "code", "words"),
    [
        (LIVE, {}, Exit.USAGE, "reaches real people"),
        (LIVE, {"at_most": 5}, Exit.NOT_AS_REVIEWED, "is for http://127.0.0.1"),
        (HERE, {"expect": OTHER}, Exit.NOT_AS_REVIEWED, "plan digest"),
        (HERE, {"at_most": 4}, Exit.GUARDED, "what is left of this run can send 5.*, and at_most allows 4"),
        (HERE, {"at_most": "5"}, Exit.USAGE, "at_most takes a whole number"),
        (HERE, {"accept": " "}, Exit.USAGE, "accept needs a reason"),
        (HERE, {"interrupts": ended()}, Exit.GUARDED, "ended it"),
    ],
)
def test_going_on_is_refused(
    environment: engine.Environment,
    wish: Wish,
    code: Exit,
    words: str,
    service: Service,
    interrupted: str,
) -> None:
    """As starting is; what stood stands, and goes on where nothing is against it."""
    client = service.client(service.plan(environment))
    with pytest.raises(engine.Refusal, match=words) as refused:
        engine.resume(interrupted, client=client, log=service.log, **wish)
    assert refused.value.code == code
    assert not service.api.outbox
    mine = service.client(service.plan())
    assert engine.resume(interrupted, client=mine, log=service.log).exit_code == Exit.WELL
    assert len(service.api.outbox) == 2


def test_another_campaign_than_the_pinned_one_is_not_gone_on_with(service: Service, interrupted: str) -> None:
    """The API is asked again: what the id stood for yesterday may be something else."""
    other = campaign(10)
    assert isinstance(other, dict)
    service.api.load({**other, "name": "PL Pune"})
    with pytest.raises(engine.Refusal, match="is named 'PL Pune', and not 'PL Mumbai'") as refused:
        engine.resume(interrupted, client=service.client(service.plan()), log=service.log)
    assert refused.value.code == Exit.GUARDED
    assert not service.api.outbox


def test_a_closed_log_is_not_gone_on_with(service: Service, interrupted: str) -> None:
    """It is the program's mistake, and not an error of the database's."""
    service.log.close()
    with pytest.raises(engine.Refusal, match="the run log cannot be used here") as refused:
        engine.resume(interrupted, client=service.client(service.plan()), log=service.log)
    assert refused.value.code == Exit.USAGE


def test_a_run_goes_on_by_its_log(service: Service) -> None:
    """Whatever a program has made of the plan that it was started with, and of what came of it."""
    plan, interrupts = service.plan(), engine.Interrupts()
    result = service.run(plan, on_event=lambda *_: interrupts.stop(), interrupts=interrupts)
    for program in (plan.program, result.program):
        program.steps[0].sends[0].request.body.pop("filters", None)
    engine.resume(result.run, client=service.client(plan), log=service.log, expect=plan.digest)
    assert len(service.api.outbox) == 2


WRONG: dict[str, tuple[Callable[[engine.RunLog, str, Any], None], str]] = {
    "resolve": (
        lambda log, run, word: engine.resolve(run, "a", word, log=log, reason="the inbox shows it"),
        "engine.Resolution.SENT, engine.Resolution.NOT_SENT, engine.Resolution.NEVER_KNOWN",
    ),
    "decide": (
        lambda log, run, word: engine.decide(run, "a", word, log=log, reason="the inbox shows it"),
        "engine.Verdict.RUN, engine.Verdict.SKIP, engine.Verdict.OK, engine.Verdict.FAILED",
    ),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("word", ["sent", "run", None])
def test_a_persons_word_is_one_of_a_few(what: str, word: object, service: Service, interrupted: str) -> None:
    """Anything else is refused with those that there are."""
    say, words = WRONG[what]
    with pytest.raises(engine.Refusal, match=f"^{word!r} is no ") as refused:
        say(service.log, interrupted, word)
    assert (refused.value.code, refused.value.cure) == (Exit.USAGE, f"pass one of {words}")


@pytest.mark.parametrize("reason", ["", " ", None])
@pytest.mark.parametrize("what", ["resolve", "decide", "cancel"])
def test_a_persons_word_has_a_reason(
    what: str,
    reason: Any,  # noqa: ANN401  (wrong on purpose)
    service: Service,
    interrupted: str,
) -> None:
    """Whoever reads the log later needs it."""
    say: dict[str, Callable[[], None]] = {
        "resolve": lambda: engine.resolve(
            interrupted, "a", engine.Resolution.SENT, log=service.log, reason=reason
        ),
        "decide": lambda: engine.decide(interrupted, "a", engine.Verdict.RUN, log=service.log, reason=reason),
        "cancel": lambda: engine.cancel(interrupted, log=service.log, reason=reason),
    }
    with pytest.raises(engine.Refusal, match="reason is missing, or empty") as refused:
        say[what]()
    assert refused.value.code == Exit.USAGE


def test_a_run_is_cancelled(service: Service, interrupted: str) -> None:
    """For good: nothing of it is sent any more."""
    engine.cancel(interrupted, log=service.log, reason="customers have paid")
    client = service.client(service.plan())
    assert engine.resume(interrupted, client=client, log=service.log).status is engine.RunStatus.CANCELLED
    assert not service.api.outbox
