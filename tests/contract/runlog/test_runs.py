"""What a run log promises of runs, events and transactions."""

import pytest

from engine.record.entry import Standing
from engine.record.event import (
    Resolution,
    RunFinished,
    RunResumed,
    SendResolved,
    StepSkipped,
    StopSet,
)
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.runlog.chain import verify
from engine.runlog.port import LOG, RunLog
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    ENDS,
    RUN,
    SqliteStore,
    intended,
    later,
    put,
    settled,
    started,
)
from tests.factories import NOW

# ------------------------------------------------ runs


def test_an_empty_log_knows_nothing(store: SqliteStore) -> None:
    """Every question has an answer before the first run."""
    log = store.open()
    assert [*log.runs(), *log.stops(), *log.events(RUN), *log.sends(RUN), *log.contacts("L-1")] == []
    assert [*log.unsettled(ACCOUNT, CAMPAIGN), *log.unsent("occ", None, but_not="")] == []
    assert log.sent_before(("occ",), None, but_not="") is None
    assert log.holder(ACCOUNT, CAMPAIGN) is None


def test_a_log_says_where_it_lies(store: SqliteStore) -> None:
    """However it is opened; a stop beside it holds for everybody who has it open."""
    log = store.open()
    looked = store.look()
    assert looked is not None
    assert log.path == looked.path
    assert log.path is None or log.path.is_file()


def test_a_run_is_listed_as_its_plan_says(log: RunLog) -> None:
    """What the list shows comes from the document that the run keeps."""
    (run,) = log.runs()
    assert (run.run, run.runbook, run.revision, run.environment) == (RUN, "recovery", 3, "staging")
    assert (run.account, run.campaign, run.occasion) == (ACCOUNT, CAMPAIGN, "occ")
    assert (run.rules_digest, run.plan_digest) == ("sha256:aa", "sha256:bb")
    assert (run.status, run.started_at, run.finished_at) == (RunStatus.RUNNING, NOW, None)
    assert (run.messages, run.exit_code) == (0, None)


def test_runs_are_listed_newest_first(log: RunLog) -> None:
    """By the instant of their start, not by their names."""
    put(log, started("a", at=later(2)), run="a")
    put(log, started("z", at=later(1)), run="z")
    assert [run.run for run in log.runs()] == ["a", "z", RUN]


@pytest.mark.parametrize("end", ENDS)
def test_a_run_that_ends_has_an_end(log: RunLog, end: str) -> None:
    """The event that ends it gives the instant; what is written afterwards does not move it."""
    event, standing = ENDS[end]
    put(log, event, standing=standing)
    put(log, StepSkipped(later(5), "x", "late"), standing=standing)
    (run,) = log.runs()
    assert (run.status.value, run.messages, run.exit_code) == (end, standing.messages, standing.exit_code)
    assert run.finished_at == later(1)


def test_a_run_that_goes_on_has_no_end(log: RunLog) -> None:
    """A halted run that is resumed is running again."""
    put(log, ENDS["halted"][0], standing=ENDS["halted"][1])
    put(log, RunResumed(later(2)), standing=Standing(RunStatus.RUNNING, 10))
    (run,) = log.runs()
    assert (run.status, run.finished_at, run.exit_code) == (RunStatus.RUNNING, None, None)


def test_an_event_without_a_standing_leaves_the_run_as_it_stands(log: RunLog) -> None:
    """Not every event says how the run stands."""
    put(log, ENDS["finished"][0], standing=ENDS["finished"][1])
    put(log, StepSkipped(later(5), "x", "late"))
    assert log.runs()[0].status is RunStatus.FINISHED


def test_a_run_is_found_by_its_id_a_beginning_or_last(log: RunLog) -> None:
    """An id is also found where it begins another one."""
    put(log, started("run-10"), run="run-10")
    put(log, started("run-3", at=later(-1)), run="run-3")
    assert log.find(RUN).run == RUN
    assert log.find("run-10").run == log.find("last").run == "run-10"
    assert log.find("run-10"[:6]).run == "run-10"


def test_the_last_run_is_not_guessed_where_the_clock_was_set_back(log: RunLog) -> None:
    """Whoever cancels ``last`` would cancel an older run."""
    put(log, started("run-2", at=later(60)), run="run-2")
    with pytest.raises(Refusal, match="nobody knows which run is the last one") as refused:
        log.find("last")
    assert "is it run-1 or run-2?" in refused.value.cure
    assert refused.value.code == Exit.USAGE


@pytest.mark.parametrize(
    ("name", "message", "cure"),
    [
        ("run", "several runs begin with 'run'", "more of the id"),
        ("", "the name of the run is empty", "last"),
        ("rnu-1", "there is no run 'rnu-1'", "is it run-1?"),
        ("%", "there is no run '%'", "runbook runs"),
        ("r_n", "there is no run 'r_n'", "runbook runs"),
        ("\udcff", "there is no run", "runbook runs"),
    ],
)
def test_a_name_that_means_no_single_run_is_refused(log: RunLog, name: str, message: str, cure: str) -> None:
    """It says which there are, or what to type."""
    put(log, started("run-2"), run="run-2")
    with pytest.raises(Refusal) as refused:
        log.find(name)
    assert message in refused.value.message
    assert cure in refused.value.cure
    assert refused.value.code == Exit.USAGE


def test_nothing_is_found_before_the_first_run(store: SqliteStore) -> None:
    """``last`` of nothing is said as it is."""
    with pytest.raises(Refusal, match="holds no run yet"):
        store.open().find("last")


# ------------------------------------------------ events


def test_events_stand_in_their_order_and_their_chain(log: RunLog) -> None:
    """Each with the person behind it, in one transaction or several."""
    put(log, StepSkipped(NOW, "a", "first"), StepSkipped(NOW, "b", "second"))
    put(log, RunFinished(later(1)))
    entries = log.events(RUN)
    assert [type(entry.event).__name__ for entry in entries] == [
        "RunStarted",
        "StepSkipped",
        "StepSkipped",
        "RunFinished",
    ]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert {entry.actor for entry in entries} == {"asha"}
    assert verify(entries) is None


def test_what_is_appended_is_what_is_read(log: RunLog) -> None:
    """The entry that ``append`` gives is the one that everybody sees later."""
    with log.writing() as writer:
        given = [writer.append(RUN, intended()), writer.append(RUN, settled("partial"))]
    assert list(log.events(RUN)[1:]) == given


def test_runs_have_chains_of_their_own(log: RunLog) -> None:
    """Their events may come in any order; the log itself has a chain, too."""
    put(log, started("run-2"), run="run-2")
    put(log, StopSet(NOW, None, "audit"), run=LOG)
    put(log, RunFinished(NOW))
    put(log, RunFinished(NOW), run="run-2")
    for chain, length in ((RUN, 2), ("run-2", 2), (LOG, 1)):
        assert len(log.events(chain)) == length
        assert verify(log.events(chain)) is None


def test_a_text_that_is_no_text_is_kept(log: RunLog) -> None:
    """A stray byte in a reason or a name keeps nothing from being recorded."""
    put(log, settled_with_reason := StepSkipped(NOW, "a", "why \udcff\x00 \n पुणे"))
    put(log, intended())
    put(log, SendResolved(NOW, "remind", "remind/c1", Resolution.SENT, "said \udcff"))
    assert log.events(RUN)[1].event == settled_with_reason
    assert verify(log.events(RUN)) is None
    assert log.sends(RUN)[0].reason == "said \\udcff"


def test_a_name_of_several_lines_is_one(store: SqliteStore) -> None:
    """Names stand in lines of their own where the chain is computed."""
    log = store.open(actor="asha\nravi \udcff")
    put(log, started())
    assert log.events(RUN)[0].actor == "asha ravi \\udcff"


# ------------------------------------------------ transactions


def test_a_transaction_is_durable_as_a_whole_or_not_at_all(log: RunLog) -> None:
    """Whatever breaks it off takes back all of it, and the next one works."""

    def broken_off() -> None:
        with log.writing() as writer:
            writer.append(RUN, intended(), Standing(RunStatus.RUNNING, 5), customers=["L-1"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert log.sends(RUN) == ()
    assert log.contacts("L-1") == ()
    assert (len(log.events(RUN)), log.runs()[0].messages) == (1, 0)
    put(log, intended())
    assert verify(log.events(RUN)) is None


def test_within_a_transaction_its_own_changes_are_seen(store: SqliteStore, log: RunLog) -> None:
    """The gate looks at doubt and stops as of the transaction that writes the intent; others look later."""
    looker = store.look()
    assert looker is not None
    with log.writing() as writer:
        writer.append(RUN, intended())
        assert len(log.unsettled(ACCOUNT, CAMPAIGN)) == 1
        assert looker.unsettled(ACCOUNT, CAMPAIGN) == ()
    assert len(looker.unsettled(ACCOUNT, CAMPAIGN)) == 1


def test_a_log_that_is_looked_at_is_not_written(store: SqliteStore, log: RunLog) -> None:
    """Looking never writes."""
    assert log.runs()
    looker = store.look()
    assert looker is not None
    with pytest.raises(AssertionError), looker.writing():
        pass


def test_there_is_nothing_to_look_at_before_there_is_a_log(store: SqliteStore) -> None:
    """Looking does not make one either."""
    assert store.look() is None
    assert store.look() is None
