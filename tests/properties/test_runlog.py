"""Properties of the run log: its tables follow from its events, and say what the machine says."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.machine import fold
from engine.machine.exits import anything_sent
from engine.record.entry import Standing
from engine.record.event import (
    Event,
    LateAnswer,
    Overreached,
    Resolution,
    RunHalted,
    RunResumed,
    RunStarted,
    SendResolved,
    StepSkipped,
    StopLifted,
    StopSet,
)
from engine.record.outcome import SURELY_UNSENT, RunStatus, SendStatus
from engine.record.plan import Program
from engine.runlog.chain import verify
from engine.runlog.port import LOG, AlreadyOpen, NotOpen
from engine.runlog.sqlite import SqliteLog, open_log
from tests.contract.runlogs import ACCOUNT, CAMPAIGN, document, intended, later, result, settled, started
from tests.factories import NOW
from tests.properties.programs import programs
from tests.properties.test_machine import story

RUNS = ("run-1", "run-2")
TABLES = {
    "events": "SELECT * FROM events ORDER BY run, seq",
    "runs": "SELECT * FROM runs ORDER BY run",
    "former_occasions": "SELECT * FROM former_occasions ORDER BY occasion, run",
    "steps": "SELECT * FROM steps ORDER BY run, step",
    "sends": "SELECT * FROM sends ORDER BY run, address, attempt",
    "stops": "SELECT * FROM stops ORDER BY account, campaign",
}
OUTCOMES = [status.value for status in SendStatus if status is not SendStatus.INTENDED]

Written = tuple[str, Event, Standing | None]


@contextmanager
def fresh() -> Iterator[SqliteLog]:
    """Give a log that nobody has written to."""
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(Path(folder) / "runlog.db", actor="asha", owner="host a", create=True)
        try:
            yield log
        finally:
            log.close()


def rows(log: SqliteLog) -> dict[str, list[Sequence[object]]]:
    """Give all that the tables hold which follow from events."""
    return {table: log._database.rows(question) for table, question in TABLES.items()}


@st.composite
def happenings(draw: st.DrawFn) -> Written:
    """Anything that may be written in a log, sensible or not."""
    run, address = draw(st.sampled_from(RUNS)), draw(st.sampled_from(["remind/c1", "more/c1"]))
    step, attempt, at = address.partition("/")[0], draw(st.integers(1, 3)), later(draw(st.integers(0, 50)))
    status = draw(st.sampled_from(OUTCOMES))
    campaign = draw(st.sampled_from([None, CAMPAIGN]))
    account = draw(st.sampled_from([None, ACCOUNT]))
    standing = Standing(draw(st.sampled_from(RunStatus)), attempt, draw(st.sampled_from([None, 0, 21])))
    any_of: list[Written] = [
        (run, intended(attempt, address, at), None),
        (run, settled(status, attempt, address, at), standing),
        (run, SendResolved(at, step, address, draw(st.sampled_from(Resolution)), "said"), None),
        (run, Overreached(at, step, address), None),
        (run, LateAnswer(at, step, address, attempt, result(status)), None),
        (run, StepSkipped(at, step, "no"), standing),
        (run, RunHalted(at, step, "no"), standing),
        (run, RunResumed(at), standing),
        (LOG, StopSet(at, campaign, "audit", account), None),
        (LOG, StopLifted(at, campaign, "done", account), None),
    ]
    return draw(st.sampled_from(any_of))


def write(log: SqliteLog, happened: Sequence[Written]) -> list[Written]:
    """Append what the log admits, and give it."""
    done: list[Written] = []
    with log.writing() as writer:
        for run, event, standing in happened:
            with suppress(AlreadyOpen, NotOpen):
                writer.append(run, event, standing)
                done.append((run, event, standing))
    return done


STARTS: list[Written] = [(run, started(run, formerly=("a", "b \udcff")), None) for run in RUNS]


@settings(max_examples=60)
@given(st.lists(happenings(), max_size=25))
def test_the_tables_follow_from_the_events(happened: list[Written]) -> None:
    """Whoever has the chains can make the tables again, whatever order the chains come in."""
    with fresh() as log, fresh() as again:
        done = write(log, [*STARTS, *happened])
        standings = {
            (run, seq): standing
            for chain in (*RUNS, LOG)
            for seq, (run, _, standing) in enumerate((each for each in done if each[0] == chain), 1)
        }
        for chain in (LOG, *reversed(RUNS)):
            assert verify(log.events(chain)) is None
            write(again, [(chain, each.event, standings[chain, each.seq]) for each in log.events(chain)])
        assert rows(again) == rows(log)


@settings(max_examples=60)
@given(st.lists(happenings(), max_size=25))
def test_no_address_has_two_live_attempts(happened: list[Written]) -> None:
    """Whatever is written, and in whatever order; what is not settled is found."""
    with fresh() as log:
        write(log, [*STARTS, *happened])
        sends = [send for run in RUNS for send in log.sends(run)]
        live = Counter((send.run, send.address) for send in sends if send.status not in SURELY_UNSENT)
        assert max(live.values(), default=0) <= 1
        doubtful = {SendStatus.INTENDED, SendStatus.IN_DOUBT}
        unsettled = {(s.run, s.address, s.attempt) for s in sends if s.status in doubtful or s.blocks}
        found = log.unsettled(ACCOUNT, CAMPAIGN)
        assert {(s.run, s.address, s.attempt) for s in found} == unsettled


@settings(max_examples=60)
@given(programs(), st.data())
def test_the_tables_say_what_the_machine_says(program: Program, data: st.DataObject) -> None:
    """Of every send its status and numbers, of the run whether anything went out; and it is all read back."""
    events = story(data, program)
    plan = document(*(step.id for step in program.steps))
    start = RunStarted(NOW, "run-1", "occ", plan)
    state = fold([start, *events[1:]])
    with fresh() as log:
        written: list[Written] = [("run-1", event, None) for event in (start, *events[1:])]
        assert write(log, written) == written
        latest = {send.address: send for send in log.sends("run-1")}
        folded = [send for step in state.steps.values() for send in step.sends.values()]
        assert len(folded) == len(latest)
        for send in folded:
            known = latest[send.address]
            assert (known.attempt, known.status) == (send.attempt, send.status)
            assert send.outcome is None or known.counts == send.outcome.counts
        assert (log.sent_before(("occ",), None, but_not="") is not None) == anything_sent(state)
        assert fold(entry.event for entry in log.events("run-1")) == state
