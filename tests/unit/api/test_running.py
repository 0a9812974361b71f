"""What keeps a program's run from being started, before anything is written or sent; who is told what."""

import logging
import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import engine
from engine.machine import fold
from engine.refusal import Exit
from tests.factories import NOW
from tests.unit.api.services import HERE, LIVE, OTHER, TEXT, Service, ended

Wish = dict[str, Any]
BLANK = engine.Environment("https://api.example.invalid/api/v1", "FILL_IN_ORGANISATION_ID")

REFUSED: dict[str, tuple[engine.Environment | None, Callable[[engine.Plan], Wish], Exit, str]] = {
    "live without a bound": (LIVE, lambda _: {}, Exit.USAGE, "reaches real people"),
    "an expectation that is empty": (LIVE, lambda _: {"expect": ""}, Exit.USAGE, "whole digest"),
    "rules that are no digest": (HERE, lambda _: {"within": "abc"}, Exit.USAGE, "within takes a whole"),
    "no reason to send again": (HERE, lambda _: {"again": " "}, Exit.USAGE, "again needs a reason"),
    "nowhere": (None, lambda _: {"client": engine.Client(HERE.account, "t")}, Exit.USAGE, "nowhere"),
    "another account": (
        LIVE,
        lambda _: {"client": engine.Client(HERE.account, "t"), "at_most": 5},
        Exit.NOT_AS_REVIEWED,
        "the client speaks to http://127.0.0.1",
    ),
    "another plan": (HERE, lambda _: {"expect": OTHER}, Exit.NOT_AS_REVIEWED, "plan digest"),
    "other rules": (HERE, lambda _: {"within": OTHER}, Exit.NOT_AS_REVIEWED, "rules digest"),
    "rules without a ceiling": (
        HERE,
        lambda plan: {"within": plan.rules_digest},
        Exit.NOT_AS_REVIEWED,
        "^within bounds nothing here.*no maximum",
    ),
    "what is not filled in": (BLANK, lambda _: {"at_most": 5}, Exit.GUARDED, "FILL_IN_ORGANISATION_ID"),
    "more than is allowed": (HERE, lambda _: {"at_most": 4}, Exit.GUARDED, "messages, and at_most allows 4"),
    "a bound that is endless": (HERE, lambda _: {"at_most": math.inf}, Exit.USAGE, "at_most takes a whole"),
    "a bound that is a text": (HERE, lambda _: {"at_most": "5"}, Exit.USAGE, "and '5' is none"),
    "a bound that is a truth": (HERE, lambda _: {"at_most": True}, Exit.USAGE, "and True is none"),
    "a bound of nothing": (HERE, lambda _: {"at_most": 0}, Exit.USAGE, "and 0 is none"),
    "a digest that is a number": (HERE, lambda _: {"expect": 5}, Exit.USAGE, "expect takes a whole digest"),
    "a reason that is none": (HERE, lambda _: {"again": 5}, Exit.USAGE, "again needs a reason"),
    "interrupts that are used up": (HERE, lambda _: {"interrupts": ended()}, Exit.GUARDED, "ended it"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_a_run_is_refused(why: str, service: Service) -> None:
    """Under the exit code of the command line; no run is left behind, and nothing is sent."""
    environment, wish, code, words = REFUSED[why]
    plan = service.plan(environment)
    with pytest.raises(engine.Refusal, match=words) as refused:
        service.run(plan, **wish(plan))
    assert refused.value.code == code
    assert "--" not in refused.value.message + refused.value.cure  # an option of the command line
    assert service.log.runs() == ()
    assert not service.api.outbox


CHANGES: dict[str, Callable[[Any], object]] = {
    "more people": lambda body: body.update(limit=9),
    "everyone": lambda body: body.pop("filters"),
    "another text": lambda body: body.update(templateId="tplB"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_that_was_changed_is_refused(change: str, service: Service) -> None:
    """A request's body is a dict: what stands in it now is not what somebody reviewed."""
    plan = service.plan()
    CHANGES[change](plan.program.steps[0].sends[0].request.body)
    with pytest.raises(engine.Refusal, match="was changed after it was made") as refused:
        service.run(plan, expect=plan.digest, at_most=100)
    assert (refused.value.code, service.log.runs()) == (Exit.NOT_AS_REVIEWED, ())
    assert not service.api.outbox


SECOND = (
    "  - {id: b, channel: sms, template: tplB, filters: {payment_status: bounced}, limit: 5, when: WHEN}\n"
)
TWO_STEPS = TEXT + SECOND.replace("WHEN", "steps.a.failed > 0")


def test_a_plan_that_changes_while_it_runs_changes_nothing(service: Service) -> None:
    """A listener has it in hand between the intent and the request."""
    plan = service.plan()

    def widen(_event: engine.Event, _state: engine.RunState) -> None:
        body = plan.program.steps[0].sends[0].request.body
        body.pop("filters", None)
        body["limit"] = 900

    service.run(plan, on_event=widen)
    assert {message.customer for message in service.api.outbox} == {"L-2", "L-7"}


def test_a_condition_taken_out_of_a_plan_still_holds(service: Service) -> None:
    """What runs is what the digests cover, the conditions too."""
    plan = service.plan(text=TWO_STEPS)
    object.__setattr__(plan.program.steps[1], "when", None)
    result = service.run(plan, expect=plan.digest)
    assert result.state.steps["b"].status == engine.StepStatus.SKIPPED
    assert {message.template for message in service.api.outbox} == {"tplA"}


@pytest.mark.parametrize("wish", ["expect", "at_most"])
def test_a_live_run_is_bounded(wish: str, service: Service) -> None:
    """With any of the bounds of the command line it goes."""
    plan = service.plan(LIVE)
    service.run(plan, **{wish: plan.digest if wish == "expect" else 5})
    assert len(service.api.outbox) == 2


def test_a_plan_is_not_run_a_day_later(service: Service) -> None:
    """It says itself how long it holds."""
    draft = engine.load(TEXT)
    old = engine.plan(draft, environment=HERE, now=NOW - timedelta(days=400))
    with pytest.raises(engine.Refusal, match="the plan held until") as refused:
        service.run(old)
    assert refused.value.code == Exit.NOT_AS_REVIEWED


def test_another_campaign_than_the_pinned_one_is_refused(service: Service) -> None:
    """The API is asked, as on the command line."""
    plan = service.plan(text=TEXT.replace("PL Mumbai", "PL Pune"))
    with pytest.raises(engine.Refusal, match="is named 'PL Mumbai', and not 'PL Pune'") as refused:
        service.run(plan)
    assert (refused.value.code, service.log.runs()) == (Exit.GUARDED, ())


@pytest.mark.parametrize("place", ["log", ".runbook"])
def test_a_stop_file_is_obeyed(place: str, service: Service) -> None:
    """Beside the log, and in the folder that the service stands in."""
    (service.path / place).mkdir(exist_ok=True)
    (service.path / place / "STOP").write_text("customers complain", "utf-8")
    with pytest.raises(engine.Refusal, match="customers complain") as refused:
        service.run(service.plan())
    assert refused.value.code == Exit.GUARDED


class Wrapped:
    """A service's own log around the one that it was given."""

    def __init__(self, log: engine.RunLog) -> None:
        self._log = log

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


def test_a_stop_file_beside_a_wrapped_log_is_obeyed(service: Service) -> None:
    """It counts where the log says that it lies, whatever class says so."""
    (service.path / "log" / "STOP").write_text("customers complain", "utf-8")
    service.log = cast("engine.RunLog", Wrapped(service.log))
    with pytest.raises(engine.Refusal, match="customers complain"):
        service.run(service.plan())
    assert not service.api.outbox


def test_a_closed_log_is_refused(service: Service) -> None:
    """Like one of another thread: a mistake of the program's, before anything is begun."""
    service.log.close()
    with pytest.raises(engine.Refusal, match="the run log cannot be used here") as refused:
        service.run(service.plan())
    assert refused.value.code == Exit.USAGE


def test_a_log_is_never_made_on_the_quiet(tmp_path: Path) -> None:
    """An empty one knows no past; and one that is there is not made anew."""
    with pytest.raises(engine.Refusal) as refused:
        engine.open_log(tmp_path / "a.db", actor="service")
    assert refused.value.code == Exit.LEASE_OR_LOG
    engine.make_log(tmp_path / "a.db", actor="service")
    with pytest.raises(engine.Refusal, match="already") as refused:
        engine.make_log(tmp_path / "a.db", actor="service")
    assert refused.value.code == Exit.LEASE_OR_LOG


@pytest.mark.parametrize("actor", ["", " \n", None])
def test_somebody_answers_for_what_is_sent(actor: Any, tmp_path: Path) -> None:  # noqa: ANN401  (wrong on purpose)
    """Else no event says who."""
    with pytest.raises(engine.Refusal, match="names nobody") as refused:
        engine.make_log(tmp_path / "a.db", actor=actor)
    assert (refused.value.code, [*tmp_path.iterdir()]) == (Exit.USAGE, [])
    engine.make_log(tmp_path / "a.db", actor="service")
    with pytest.raises(engine.Refusal, match="names nobody") as refused:
        engine.open_log(tmp_path / "a.db", actor=actor)
    assert (refused.value.code, refused.value.cure) == (Exit.USAGE, "pass a name, as in actor='reminders'")


def test_a_log_is_made_with_its_folders(tmp_path: Path) -> None:
    """For this user alone, as the command line makes them."""
    engine.make_log(tmp_path / "new" / "folder" / "a.db", actor="service")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_events_are_told_once_they_are_durable(service: Service) -> None:
    """In order, and each stands in the log when it is told."""
    heard: list[engine.Event] = []

    def told(event: engine.Event, _state: engine.RunState) -> None:
        heard.append(event)
        entries = service.log.events(service.log.find("last").run)
        assert event in [entry.event for entry in entries]

    run = service.run(service.plan(), on_event=told).run
    assert heard == [entry.event for entry in service.log.events(run)]


def test_events_are_told_with_how_the_run_stood_then(service: Service) -> None:
    """The first of them, too, which are written together."""
    heard: list[tuple[engine.Event, engine.RunState]] = []
    service.run(service.plan(), on_event=lambda event, state: heard.append((event, state)))
    events = [event for event, _ in heard]
    assert [state for _, state in heard] == [fold(events[: n + 1]) for n in range(len(heard))]


def test_a_listener_that_fails_changes_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged; raised into the run it would leave a doubt of which nothing has left."""

    def broken(_event: engine.Event, _state: engine.RunState) -> None:
        raise RuntimeError("the queue is full")

    with caplog.at_level(logging.ERROR, "engine"):
        result = service.run(service.plan(), on_event=broken)
    assert (result.status, result.exit_code) == (engine.RunStatus.FINISHED, Exit.WELL)
    assert len(service.api.outbox) == 2
    assert "on_event failed at SendIntended; the run goes on" in caplog.messages


def test_what_tears_a_run_off_is_one_exception(service: Service) -> None:
    """It names the run, and whether something was sent; here an error in the listener's place: the clock."""

    class Clock:
        """Fails as soon as a send is settled."""

        def __init__(self) -> None:
            from engine.clock import Steady  # noqa: PLC0415

            self._steady = Steady()
            self.boottime_s, self.sleep_until = self._steady.boottime_s, self._steady.sleep_until

        def now(self) -> Any:  # noqa: ANN401
            if service.api.outbox:
                raise OSError("no time")
            return self._steady.now()

    with pytest.raises(engine.Broken) as broken:
        service.run(service.plan(), clock=Clock())
    assert broken.value.code == Exit.IN_DOUBT
    assert broken.value.run == service.log.find("last").run
    assert isinstance(broken.value.__cause__, OSError)
    plan = service.plan()
    settled = engine.resume(broken.value.run, client=service.client(plan), log=service.log)
    assert (settled.status, settled.exit_code) == (engine.RunStatus.IN_DOUBT, Exit.IN_DOUBT)
    assert len(service.api.outbox) == 2
