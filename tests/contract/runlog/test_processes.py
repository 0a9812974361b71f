"""What a run log promises when several processes are at it."""

import signal
import threading

import pytest

from engine.record.entry import Holder
from engine.record.event import (
    StepSkipped,
)
from engine.record.outcome import SendStatus
from engine.refusal import Exit, Refusal
from engine.runlog.chain import verify
from engine.runlog.port import RunLog
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    RUN,
    SqliteStore,
    another_process,
    intended,
    put,
    settled,
    started,
)
from tests.factories import NOW

# ------------------------------------------------ the lease


def test_a_lease_is_held_for_the_life_of_its_block(store: SqliteStore, log: RunLog) -> None:
    """Whoever looks is told who holds the campaign, and nobody when the block is over."""
    looker = store.look()
    assert looker is not None
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as lease:
        assert (lease.account, lease.campaign, lease.owner) == (ACCOUNT, CAMPAIGN, "host a, process 1")
        assert looker.holder(ACCOUNT, CAMPAIGN) == Holder("host a, process 1", RUN, NOW)
        assert looker.holder(ACCOUNT, "other") is None
    assert looker.holder(ACCOUNT, CAMPAIGN) is None


def test_a_held_campaign_is_refused(store: SqliteStore, log: RunLog) -> None:
    """The refusal names the owner, its run, since when, and what to do."""
    with another_process(
        store.path,
        f"with log.lease({ACCOUNT!r}, {CAMPAIGN!r}, 'run-7'):\n    say('held'); wait()\nsay('free')\n",
    ) as child:
        child.hears("held")
        with pytest.raises(Refusal) as refused, log.lease(ACCOUNT, CAMPAIGN, RUN):
            pass
        assert refused.value.code == Exit.LEASE_OR_LOG
        assert "host b, process 2: run run-7, since 20" in refused.value.message
        assert "wait until that process ends" in refused.value.cure
        assert "`runbook stop --campaign camp_demo`" in refused.value.cure
        with log.lease(ACCOUNT, "another", RUN), log.lease("https://elsewhere org", CAMPAIGN, RUN):
            pass
        child.go_on()
        child.hears("free")
        with log.lease(ACCOUNT, CAMPAIGN, RUN):
            pass


def test_a_lease_dies_with_its_process(store: SqliteStore, log: RunLog) -> None:
    """However it dies: the campaign is free at once, also to those who only look."""
    with another_process(
        store.path, f"with log.lease({ACCOUNT!r}, {CAMPAIGN!r}, 'r'): say('held'); wait()"
    ) as child:
        child.hears("held")
        assert log.holder(ACCOUNT, CAMPAIGN) is not None
        child.process.send_signal(signal.SIGKILL)
        child.process.wait()
        assert log.holder(ACCOUNT, CAMPAIGN) is None
        with log.lease(ACCOUNT, CAMPAIGN, RUN) as lease:
            assert lease.fence == 2


def test_a_frozen_process_holds_its_lease(store: SqliteStore, log: RunLog) -> None:
    """It may thaw and go on."""
    with another_process(
        store.path, f"with log.lease({ACCOUNT!r}, {CAMPAIGN!r}, 'r'): say('held'); wait()"
    ) as child:
        child.hears("held")
        child.process.send_signal(signal.SIGSTOP)
        assert log.holder(ACCOUNT, CAMPAIGN) is not None
        with pytest.raises(Refusal, match="is held by host b"), log.lease(ACCOUNT, CAMPAIGN, RUN):
            pass


def test_the_fence_grows_and_outlives_the_process(store: SqliteStore, log: RunLog) -> None:
    """So an old lease is told from a new one."""
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as first:
        pass
    with store.open().lease(ACCOUNT, CAMPAIGN, RUN) as second:
        pass
    assert (first.fence, second.fence) == (1, 2)


def test_with_an_old_lease_nothing_is_written(store: SqliteStore, log: RunLog) -> None:
    """Whoever was overtaken finds out in the very transaction that it would write."""
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as old, log.writing(old) as writer:
        writer.append(RUN, intended())
    with store.open().lease(ACCOUNT, CAMPAIGN, RUN):
        with pytest.raises(Refusal, match="another process by now") as refused, log.writing(old) as writer:
            writer.append(RUN, settled("succeeded"))
        assert refused.value.code == Exit.LEASE_OR_LOG
    assert log.sends(RUN)[0].status is SendStatus.INTENDED


def test_a_process_holds_a_campaign_once(log: RunLog) -> None:
    """To take it twice is a bug, not a wait for oneself."""
    with log.lease(ACCOUNT, CAMPAIGN, RUN), pytest.raises(AssertionError), log.lease(ACCOUNT, CAMPAIGN, RUN):
        pass


UNNAMED = "http://127.0.0.1:8001 -"
"""The account at the same address of which nobody named the organisation."""

OTHERS = "http://127.0.0.1:8001 org_others"


@pytest.mark.parametrize(("held", "wanted"), [(UNNAMED, ACCOUNT), (ACCOUNT, UNNAMED)])
def test_what_may_be_one_account_is_held_by_one(
    store: SqliteStore, log: RunLog, held: str, wanted: str
) -> None:
    """The refusal names who holds it, though he holds another one by its key."""
    with store.open(owner="host b").lease(held, CAMPAIGN, "run-7"):
        with pytest.raises(Refusal, match="is held by host b: run run-7"), log.lease(wanted, CAMPAIGN, RUN):
            pass
        with log.lease(wanted, "another", RUN):
            pass
    with log.lease(wanted, CAMPAIGN, RUN):
        pass


def test_the_living_holder_is_named_though_another_one_came_and_went(store: SqliteStore, log: RunLog) -> None:
    """Both share the lock of the unnamed organisation; who signed it last may have ended."""
    with store.open(owner="host a").lease(ACCOUNT, CAMPAIGN, "run-7"):
        with store.open(owner="host b").lease(OTHERS, CAMPAIGN, "run-8"):
            pass
        refused = pytest.raises(Refusal, match=r"is held by host a: run run-7, .*organisation")
        with refused, log.lease(UNNAMED, CAMPAIGN, RUN):
            pass


def test_two_organisations_are_held_by_two_and_the_unnamed_one_by_neither(
    store: SqliteStore, log: RunLog
) -> None:
    """Only when both have given it back is it free."""
    looker = store.look()
    assert looker is not None
    with log.lease(ACCOUNT, CAMPAIGN, RUN), store.open().lease(OTHERS, CAMPAIGN, RUN):
        assert looker.holder(UNNAMED, CAMPAIGN) is None
        with pytest.raises(Refusal, match="is held by"), store.open().lease(UNNAMED, CAMPAIGN, RUN):
            pass
    with store.open().lease(UNNAMED, CAMPAIGN, RUN):
        assert set(looker.alike(UNNAMED, CAMPAIGN)) == {UNNAMED, ACCOUNT, OTHERS}
        assert looker.alike(ACCOUNT, CAMPAIGN) == (ACCOUNT, UNNAMED)
        assert looker.alike(UNNAMED, "another") == (UNNAMED,)
        assert looker.alike("http://127.0.0.1:80010 -", CAMPAIGN) == ("http://127.0.0.1:80010 -",)


# ------------------------------------------------ many processes

HOLDING = f"with log.writing() as w:\n    w.append({RUN!r}, intended()); say('open'); wait()\n"
"""The lines of a process that stands within a transaction."""


@pytest.mark.usefixtures("log")
def test_looking_works_while_another_process_writes(store: SqliteStore) -> None:
    """What is not durable yet is not seen."""
    lines = f"with log.writing() as w:\n    w.append({RUN!r}, intended()); say('open'); wait()\nsay('done')"
    with another_process(store.path, lines) as child:
        child.hears("open")
        looker = store.look()
        assert looker is not None
        assert looker.sends(RUN) == ()
        assert looker.find(RUN).run == RUN
        child.go_on()
        child.hears("done")
        assert len(looker.sends(RUN)) == 1


def test_a_writer_waits_for_another(store: SqliteStore, log: RunLog) -> None:
    """As long as its patience lasts, and longer than SQLite itself waits at a time."""
    with another_process(store.path, HOLDING) as child:
        child.hears("open")
        timer = threading.Timer(0.6, child.go_on)
        timer.start()
        put(log, StepSkipped(NOW, "x", "after it"))
        timer.join()
        child.ends()
    assert verify(log.events(RUN)) is None
    assert len(log.events(RUN)) == 3


def test_a_writer_that_waits_hears_a_signal(store: SqliteStore, log: RunLog) -> None:
    """Nobody who presses Ctrl-C has to wait for a process that hangs."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with another_process(store.path, HOLDING) as child:
            child.hears("open")
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                put(log, StepSkipped(NOW, "x", "no"))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(log.events(RUN)) == 1


def test_patience_with_a_frozen_writer_ends(store: SqliteStore) -> None:
    """The refusal says what is the matter; nothing is lost, and all works once the other one is gone."""
    log = store.open(patience_s=0.5)
    put(log, started())
    with another_process(store.path, HOLDING) as child:
        child.hears("open")
        child.process.send_signal(signal.SIGSTOP)
        with pytest.raises(Refusal, match=r"locked by another process for 0\.5 s") as refused:
            put(log, StepSkipped(NOW, "x", "no"))
        assert refused.value.code == Exit.LEASE_OR_LOG
        assert log.runs()
    put(log, StepSkipped(NOW, "x", "now"))
    assert [type(entry.event).__name__ for entry in log.events(RUN)] == ["RunStarted", "StepSkipped"]


def test_a_process_that_is_killed_leaves_a_log_that_opens(store: SqliteStore, log: RunLog) -> None:
    """What was committed is there, what was not is not, and both chains are whole."""
    lines = (
        f"with log.writing() as w:\n    w.append({RUN!r}, intended())\n"
        f"with log.writing() as w:\n    w.append({RUN!r}, settled('succeeded')); say('open'); wait()\n"
    )
    with another_process(store.path, lines) as child:
        child.hears("open")
        child.process.send_signal(signal.SIGKILL)
        child.process.wait()
    for each in (store.look(), log, store.open()):
        assert each is not None
        assert [send.status.value for send in each.sends(RUN)] == ["intended"]
        assert verify(each.events(RUN)) is None
    put(log, settled("in_doubt"))


@pytest.mark.slow
def test_many_writers_share_a_log(store: SqliteStore, log: RunLog) -> None:
    """Each with its own run: nobody is refused, nothing is lost, every chain is whole."""
    lines = (
        "run = sys.argv[0] + str(__import__('os').getpid())\n"
        "put(log, started(run), run=run)\n"
        "for n in range(25):\n"
        "    put(log, intended(address=f'remind/c{n}'), run=run)\n"
        "    put(log, settled('succeeded', address=f'remind/c{n}'), run=run)\n"
        "say('done')\n"
    )
    with (
        another_process(store.path, lines) as one,
        another_process(store.path, lines) as two,
        another_process(store.path, lines) as three,
        another_process(store.path, lines) as four,
    ):
        for child in (one, two, three, four):
            child.hears("done")
    runs = [run.run for run in log.runs() if run.run != RUN]
    assert len(runs) == 4
    for run in runs:
        assert len(log.events(run)) == 51
        assert verify(log.events(run)) is None


def test_one_address_is_opened_by_one_process(store: SqliteStore, log: RunLog) -> None:
    """Even without any lease, the table lets one of two intents in."""
    lines = (
        "say('ready'); wait()\ntry:\n    put(log, intended())\n    say('open')\n"
        "except Exception as error:\n    say(type(error).__name__)\n"
    )
    with another_process(store.path, lines) as one, another_process(store.path, lines) as two:
        for child in (one, two):
            child.hears("ready")
        for child in (one, two):
            child.go_on()
        answers = {child.process.stdout.readline().strip() for child in (one, two) if child.process.stdout}
    assert answers == {"open", "AlreadyOpen"}
    assert len(log.sends(RUN)) == 1
