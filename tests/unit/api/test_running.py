"""What keeps a program's run from being started, before anything is written or sent; who is told what."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.api.orders import left
from engine.machine import fold
from engine.record.event import SendIntended, SendSettled
from engine.refusal import Exit
from engine.sandbox import Sandbox
from tests.factories import NOW, outcome, program, step
from tests.sandboxes import InProcess, sandbox

TEXT = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo, name: PL Mumbai}
inputs: {cap: {type: integer, default: 5}}
steps:
  - {id: a, channel: sms, template: tplA, filters: {payment_status: pending}, limit: "{{ inputs.cap }}"}
"""
HERE = engine.Environment("http://127.0.0.1/api/v1")
LIVE = engine.Environment("https://api.example.invalid/api/v1", "org_acme")
OTHER = "sha256:" + "0" * 64
Wish = dict[str, Any]


class Service:
    """A sandbox in the process, a log, and a client for any account that leads to that sandbox."""

    def __init__(self, path: Path, api: Sandbox, log: engine.RunLog) -> None:
        self.path, self.api, self.log = path, api, log
        self.clients: list[engine.Client] = []

    def plan(self, environment: engine.Environment | None = HERE, text: str = TEXT) -> engine.Plan:
        """Plan the runbook."""
        return engine.plan(engine.load(text), environment=environment)

    def client(self, plan: engine.Plan) -> engine.Client:
        """Make a client for the plan's account."""
        assert plan.account is not None
        self.clients.append(engine.Client(plan.account, "t", transport=InProcess(self.api)))
        return self.clients[-1]

    def run(self, plan: engine.Plan, **wish: Any) -> engine.Result:  # noqa: ANN401  (arguments of run)
        """Run a plan, as a rule with a client of its own."""
        client = wish.pop("client", None) or self.client(plan)
        return engine.run(plan, client=client, log=self.log, **wish)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Make a service with an empty log, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    engine.make_log(tmp_path / "log" / "runlog.db", actor="service")
    with closing(engine.open_log(tmp_path / "log" / "runlog.db", actor="service")) as log:
        made = Service(tmp_path, sandbox(), log)
        yield made
        for client in made.clients:
            client.close()


def ended() -> engine.Interrupts:
    """Give interrupts that were used up."""
    interrupts = engine.Interrupts()
    interrupts.stop()
    return interrupts


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
        "no maximum",
    ),
    "more than is allowed": (HERE, lambda _: {"at_most": 4}, Exit.GUARDED, "5 messages"),
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
    assert service.log.runs() == ()
    assert not service.api.outbox


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


def test_a_client_serves_one_run_at_a_time(service: Service) -> None:
    """Two runs could take each other's answers for their own."""
    plan = service.plan()
    client = service.client(plan)
    with client.in_use(), pytest.raises(engine.Refusal, match="serves another run") as refused:
        service.run(plan, client=client)
    assert refused.value.code == Exit.USAGE
    assert service.run(plan, client=client).exit_code == 0


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


def test_events_are_told_once_they_are_durable(service: Service) -> None:
    """In order, and each stands in the log when it is told."""
    heard: list[engine.Event] = []

    def told(event: engine.Event, _state: engine.RunState) -> None:
        heard.append(event)
        entries = service.log.events(service.log.find("last").run)
        assert event in [entry.event for entry in entries]

    run = service.run(service.plan(), on_event=told).run
    assert heard == [entry.event for entry in service.log.events(run)]


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


@pytest.fixture
def interrupted(service: Service) -> str:
    """Start a run that is ended before its first request leaves; give its id."""
    interrupts = engine.Interrupts()

    def stop(_event: engine.Event, _state: engine.RunState) -> None:
        interrupts.stop()

    result = service.run(service.plan(), on_event=stop, interrupts=interrupts)
    assert (result.status, result.exit_code) == (engine.RunStatus.PAUSED, Exit.STANDS)
    return result.run


@pytest.mark.parametrize(
    ("environment", "wish", "code", "words"),
    [
        (LIVE, {}, Exit.USAGE, "reaches real people"),
        (LIVE, {"at_most": 5}, Exit.NOT_AS_REVIEWED, "is for http://127.0.0.1"),
        (HERE, {"expect": OTHER}, Exit.NOT_AS_REVIEWED, "plan digest"),
        (HERE, {"at_most": 4}, Exit.GUARDED, "what is left of this run can send 5"),
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


@pytest.mark.parametrize("what", ["resolve", "decide", "cancel"])
def test_a_persons_word_has_a_reason(what: str, service: Service, interrupted: str) -> None:
    """Whoever reads the log later needs it."""
    say: dict[str, Callable[[], None]] = {
        "resolve": lambda: engine.resolve(
            interrupted, "a", engine.Resolution.SENT, log=service.log, reason=" "
        ),
        "decide": lambda: engine.decide(interrupted, "a", engine.Verdict.RUN, log=service.log, reason=""),
        "cancel": lambda: engine.cancel(interrupted, log=service.log, reason=""),
    }
    with pytest.raises(engine.Refusal, match="reason is empty") as refused:
        say[what]()
    assert refused.value.code == Exit.USAGE


def test_a_run_is_cancelled(service: Service, interrupted: str) -> None:
    """For good: nothing of it is sent any more."""
    engine.cancel(interrupted, log=service.log, reason="customers have paid")
    client = service.client(service.plan())
    assert engine.resume(interrupted, client=client, log=service.log).status is engine.RunStatus.CANCELLED
    assert not service.api.outbox


def test_what_is_left_of_a_run_is_bounded() -> None:
    """A step that was reached counts whole; none bounds a step without a limit."""
    planned = program(step("a", at_most=10), step("b", at_most=20))
    events: list[engine.Event] = [
        SendIntended(NOW, "b", "b/c1", 1),
        SendSettled(NOW, "b", "b/c1", 1, outcome("not_sent")),
    ]
    assert left(fold([]), planned) == 30
    assert left(fold(events), planned) == 20
    assert left(fold([]), program(step("a"), step("b", at_most=None))) is None
