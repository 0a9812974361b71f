"""The engine inside a service: threads that run runbooks, judged by the sandbox's outbox."""

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest

import engine
from engine.api import running
from engine.record.event import SendIntended
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.sandboxes import campaign, rows, told

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "embed.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
RUNBOOK = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: "{{ inputs.campaign }}"}
inputs:
  campaign: {type: string}
  branch: {type: string, key: true, default: pune}
defaults: {timeout: 20s, retry: {attempts: 2, within: 5s}}
steps:
  - {id: first, channel: sms, template: t1, filters: {payment_status: pending}, limit: 20}
  - {id: second, channel: whatsapp, template: t2, filters: {payment_status: bounced}, limit: 20}
"""
DRAFT = engine.load(RUNBOOK)
OnEvent = Callable[[engine.Event, engine.RunState], None]
WAIT_S = 30


class Service:
    """Runs runbooks on worker threads: each job has a log and a client of its own."""

    def __init__(self, api: Served, log: Path) -> None:
        self._environment = engine.Environment(api.address)
        self._log = log
        self._pool = ThreadPoolExecutor(max_workers=4)
        self.interrupts = engine.Interrupts()
        engine.make_log(log, actor="service")

    def submit(
        self, campaign: str, on_event: OnEvent | None = None, branch: str = "pune"
    ) -> "Future[engine.Result]":
        """Have a worker plan and run the runbook for a campaign."""
        return self._pool.submit(self._job, campaign, branch, on_event)

    def resume(self, run: str) -> engine.Result:
        """Go on with a run, on this thread."""
        with closing(engine.open_log(self._log, actor="service")) as log, self._client() as client:
            return engine.resume(run, client=client, log=log)

    def close(self) -> None:
        """End what runs, and wait for it."""
        self.interrupts.stop()
        self._pool.shutdown()

    def _job(self, campaign: str, branch: str, on_event: OnEvent | None) -> engine.Result:
        inputs = {"campaign": campaign, "branch": branch}
        plan = engine.plan(DRAFT, inputs=inputs, environment=self._environment)
        with closing(engine.open_log(self._log, actor="service")) as log, self._client() as client:
            return engine.run(plan, client=client, log=log, on_event=on_event, interrupts=self.interrupts)

    def _client(self) -> engine.Client:
        return engine.Client(self._environment.account, "sandbox")


class Poison(Mapping[str, str]):
    """An environment that nobody may look at."""

    def __getitem__(self, name: str) -> NoReturn:
        raise AssertionError(f"the environment was read: {name}")

    def __iter__(self) -> NoReturn:
        raise AssertionError("the environment was read")

    def __len__(self) -> NoReturn:
        raise AssertionError("the environment was read")


@pytest.fixture
def service(api: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Start a service before a sandbox with two campaigns."""
    monkeypatch.chdir(tmp_path)
    api.sandbox.load(campaign(50, "camp_two"))
    made = Service(api, tmp_path / "runlog.db")
    yield made
    made.close()


def nobody_twice(api: Served) -> bool:
    """Say whether no customer got one message twice."""
    return all(
        len({(each.channel, each.template, each.campaign) for each in messages}) == len(messages)
        for messages in told(api.sandbox).values()
    )


def test_two_campaigns_run_at_once(service: Service, api: Served) -> None:
    """Each in its thread; neither waits for the other to end, and both message everybody once."""
    both = threading.Barrier(2, timeout=WAIT_S)

    def meet(event: engine.Event, _state: engine.RunState) -> None:
        if isinstance(event, SendIntended) and event.step == "first":
            both.wait()

    jobs = [service.submit(name, meet) for name in ("camp_demo", "camp_two")]
    results = [job.result(WAIT_S) for job in jobs]
    assert [result.exit_code for result in results] == [engine.Exit.WELL] * 2
    assert len({result.run for result in results}) == 2
    assert not both.broken
    assert len(api.sandbox.outbox) == 40
    assert nobody_twice(api)


def test_one_campaign_has_one_run_at_a_time(service: Service, api: Served) -> None:
    """The second is refused (14) while the first goes on, though it is in the same process."""
    under_way, go_on = threading.Event(), threading.Event()

    def hold(event: engine.Event, _state: engine.RunState) -> None:
        if isinstance(event, SendIntended):
            under_way.set()
            go_on.wait(WAIT_S)

    first = service.submit("camp_demo", hold)
    assert under_way.wait(WAIT_S)
    with pytest.raises(engine.Refusal, match="camp_demo is held") as refused:
        service.submit("camp_demo", branch="nashik").result(WAIT_S)
    go_on.set()
    assert refused.value.code == engine.Exit.LEASE_OR_LOG
    assert first.result(WAIT_S).exit_code == engine.Exit.WELL
    assert len(api.sandbox.outbox) == 20
    assert nobody_twice(api)


def test_the_same_job_twice_messages_people_once(service: Service, api: Served) -> None:
    """However many workers take it up: one runs, the others are refused (13 or 14)."""
    jobs = [service.submit("camp_demo") for _ in range(8)]
    codes = sorted(
        error.code
        if isinstance(error := job.exception(WAIT_S), engine.Refusal)
        else int(job.result().exit_code)
        for job in jobs
    )
    assert codes[0] == 0
    assert {*codes[1:]} <= {engine.Exit.NOT_AS_REVIEWED, engine.Exit.LEASE_OR_LOG}
    assert len(api.sandbox.outbox) == 20
    assert nobody_twice(api)


def test_a_run_is_stopped_from_another_thread(service: Service, api: Served) -> None:
    """It ends behind the send that is under way, stands, and is resumed by somebody else."""
    heard: list[str] = []

    def stop(event: engine.Event, _state: engine.RunState) -> None:
        heard.append(type(event).__name__)
        if heard[-1] == "SendSettled":
            another = threading.Thread(target=service.interrupts.stop)
            another.start()
            another.join()

    result = service.submit("camp_demo", stop).result(WAIT_S)
    assert (result.status, result.exit_code) == (engine.RunStatus.PAUSED, engine.Exit.STANDS_AFTER_SENDS)
    assert heard[-2:] == ["RunPaused", "LeaseReleased"]
    assert len(api.sandbox.outbox) == 10
    assert service.resume(result.run).exit_code == engine.Exit.WELL
    assert len(api.sandbox.outbox) == 20
    assert nobody_twice(api)


def test_a_wait_ends_when_the_run_is_stopped(service: Service, api: Served) -> None:
    """Nobody waits for the rest of a retry's pause; nothing was sent, so that the run stands under 15."""
    api.sandbox.script(Fault(Kind.STATUS, status=429, retry_after="4", times=1))

    def stop(event: engine.Event, _state: engine.RunState) -> None:
        if type(event).__name__ == "WaitStarted":
            service.interrupts.stop()

    result = service.submit("camp_demo", stop).result(3)
    assert (result.status, result.exit_code) == (engine.RunStatus.PAUSED, engine.Exit.STANDS)
    assert not api.sandbox.outbox


def test_a_doubt_is_a_value_and_is_settled_by_a_person(service: Service, api: Served, tmp_path: Path) -> None:
    """The lost answer is not sent again; what a person found out lets the run go on."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True, times=1))
    result = service.submit("camp_demo").result(WAIT_S)
    assert (result.status, result.exit_code) == (engine.RunStatus.IN_DOUBT, engine.Exit.IN_DOUBT)
    with pytest.raises(engine.Refusal) as refused:
        service.submit("camp_demo", branch="nashik").result(WAIT_S)
    assert refused.value.code == engine.Exit.OTHER_IN_DOUBT
    with closing(engine.open_log(tmp_path / "runlog.db", actor="asha")) as log:
        engine.resolve(result.run, "first", engine.Resolution.SENT, log=log, reason="the inbox shows it")
    assert service.resume(result.run).exit_code == engine.Exit.FINISHED_WITH_FAULTS
    assert len(api.sandbox.outbox) == 20
    assert nobody_twice(api)


def test_the_environment_is_not_looked_at(
    service: Service, api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when loading, planning or running, whoever poisoned it."""
    for name in engine.__all__:  # what libraries read of it, they read when they are imported
        getattr(engine, name)
    with monkeypatch.context() as patched:
        patched.setattr(os, "environ", Poison())
        assert engine.load(RUNBOOK).is_sound
        result = service.submit("camp_demo").result(WAIT_S)
    assert result.exit_code == engine.Exit.WELL
    assert len(api.sandbox.outbox) == 20


def test_variables_that_say_otherwise_do_not_count(
    service: Service, api: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither ours nor those that HTTP libraries obey."""
    poison = {
        "TIMEPAY_BASE_URL": "https://elsewhere.invalid",
        "TIMEPAY_TOKEN": "another token",
        "RUNBOOK_SENDS": "off",
        "RUNBOOK_LOG": str(tmp_path / "other.db"),
        "RUNBOOK_INPUT_BRANCH": "nashik",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "SSL_CERT_FILE": "/nowhere",
    }
    for name, value in poison.items():
        monkeypatch.setenv(name, value)
    result = service.submit("camp_demo").result(WAIT_S)
    assert result.exit_code == engine.Exit.WELL
    assert result.document["inputs"]["branch"]["value"] == "pune"
    assert len(api.sandbox.outbox) == 20


def test_the_page_does_what_it_says(
    api: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its blocks, one after the other, as one program before a sandbox."""
    monkeypatch.chdir(tmp_path)
    api.sandbox.load(campaign(50, "camp_two"))
    program: dict[str, Any] = {"__name__": "service"}
    for block in BLOCKS:
        _execute(block, program, api)
    assert len(BLOCKS) >= 5
    assert nobody_twice(api)
    assert capsys.readouterr().err == ""


def test_the_page_goes_on_with_what_stands_where_people_are_reached(
    api: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run and resume of it is bounded: a service that copies it works in production, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "is_loopback", lambda _: False)
    program: dict[str, Any] = {"__name__": "service"}
    for block in BLOCKS[:-1]:
        _execute(block, program, api)
    api.sandbox.load(campaign(rows(4, branch="delhi", payment_status="pending")))
    sent, interrupts = len(api.sandbox.outbox), engine.Interrupts()
    plan = engine.plan(program["draft"], inputs={"branch": "delhi"}, environment=program["sandbox"])
    program["note"] = lambda *_: interrupts.stop()
    assert program["carry_out"](plan, interrupts).status is engine.RunStatus.PAUSED
    _execute(BLOCKS[-1], program, api)
    assert program["result"].status is engine.RunStatus.FINISHED
    assert len(api.sandbox.outbox) == sent + 4


def _execute(block: str, program: dict[str, Any], api: Served) -> None:
    exec(block.replace("http://127.0.0.1:8001/api/v1", api.address), program)  # noqa: S102  (our own page)
