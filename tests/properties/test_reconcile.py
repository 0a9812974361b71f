"""Logs that lag, double, lose and move rows, fail, and hold other people's sends: nothing wrong is concluded.

The sandbox's outbox judges, never our own log.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from engine.record.entry import SendEntry
from engine.runlog import lock
from engine.runner.reconcile import Report
from engine.sandbox import Fault, Kind, Message
from engine.timepay.logs import LogsUnread
from tests.reconciling import Lookout, runbook, step

PEOPLE = 24
TEMPLATES = ("tplA", "tplB")
LOSING = {Kind.LATE_LOGS, Kind.MISSING_LOGS}
STRANGE = {Kind.FOREIGN_LOGS, Kind.SHIFTING_LOGS}
MAYBE_SENT = {"intended", "in_doubt", "sent_unknown", "succeeded", "partial", "failed"}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock here: its holder is as fictional as the time."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)


names = st.integers(1, PEOPLE).map(lambda number: f"L-{number}")
answers = st.sampled_from(
    [
        None,
        Fault(Kind.RESET, accepted=True),
        Fault(Kind.RESET),
        Fault(Kind.STATUS, status=500, accepted=True),
        Fault(Kind.STATUS, status=502),
        Fault(Kind.STALL, accepted=True),
        Fault(Kind.GARBLED),
        Fault(Kind.PARTIAL, failed=2, reached="half"),
        Fault(Kind.ALL_FAILED, reached="all"),
    ]
)
sends = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["whatsapp", "whatsapp", "call"]),
        "template": st.sampled_from(TEMPLATES),
        "ids": st.one_of(st.just([]), st.lists(names, min_size=1, max_size=PEOPLE, unique=True)),
        "answer": answers,
        "gap_s": st.integers(0, 900),
        "word": st.sampled_from(["never_known", "the truth", "not_sent"]),
    }
)
log_faults = st.lists(
    st.one_of(
        st.builds(Fault, st.just(Kind.LATE_LOGS), seconds=st.floats(0, 400)),
        st.builds(Fault, st.just(Kind.MISSING_LOGS), number=st.integers(1, PEOPLE)),
        st.builds(Fault, st.just(Kind.DOUBLED_LOGS), number=st.integers(1, PEOPLE)),
        st.builds(
            Fault,
            st.just(Kind.FOREIGN_LOGS),
            number=st.integers(1, 15),
            template=st.sampled_from([*TEMPLATES, "other"]),
        ),
        st.builds(Fault, st.just(Kind.SHIFTING_LOGS), number=st.integers(-3, 3)),
        st.builds(Fault, st.just(Kind.STATUS), path=st.just("/logs"), chance=st.floats(0, 0.4)),
        st.builds(
            Fault,
            st.just(Kind.STATUS),
            path=st.just("/logs"),
            status=st.just(429),
            retry_after=st.just("2"),
            chance=st.floats(0, 0.4),
        ),
    ),
    max_size=3,
)
looks = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from([0, 30, 120]), st.booleans()), min_size=1, max_size=3
)


@settings(max_examples=150)
@given(made=st.lists(sends, min_size=1, max_size=3), faults=log_faults, looked=looks, seed=st.integers(0, 99))
def test_rows_never_tell_what_is_not_so(
    made: list[dict[str, Any]], faults: list[Fault], looked: list[tuple[int, int, bool]], seed: int
) -> None:
    """Nobody who got something is called not reached, no send is reopened, and rows of ours are right."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Lookout(Path(folder), PEOPLE, seed)
        try:
            runs = [_sent(desk, f"run-{number}", each) for number, each in enumerate(made)]
            desk.sandbox.script(*faults)
            for gap_s, wait_s, says in looked:
                desk.clock.advance(gap_s)
                for run, about in zip(runs, made, strict=True):
                    _looked(desk, run, wait_s, faults)
                    if says and desk.entry(run).status == "in_doubt":
                        _say(desk, run, about["word"])
        finally:
            desk.database.close()


def _sent(desk: Lookout, run: str, about: dict[str, Any]) -> str:
    """Make one send in a run of its own; a doubt before it is settled by a word, which may be wrong."""
    for other in desk.log.runs():
        if other.status == "in_doubt":
            _say(desk, other.run, about["word"])
    desk.clock.advance(about["gap_s"])
    if about["answer"]:
        desk.sandbox.script(about["answer"])
    desk.run(runbook(step("a", about["channel"], about["template"], about["ids"])), run)
    desk.sandbox.heal()
    return run


def _say(desk: Lookout, run: str, word: str) -> None:
    """Say what became of a send; who knows that nobody got it lets the run send it again."""
    desk.clock.advance(60)
    is_unsent = word == "the truth" and not _messages(desk, run)
    if word == "the truth":
        word = "not_sent" if is_unsent else "sent"
    desk.resolve("a", word, run)
    if is_unsent:
        for other in desk.log.runs():  # a look may have blocked the campaign: somebody has seen to it
            if any(each.blocks for each in desk.log.sends(other.run)):
                desk.resolve("a", "sent", other.run)
        desk.resume(run)


def _looked(desk: Lookout, run: str, wait_s: int, faults: list[Fault]) -> None:
    before, arrived = desk.log.sends(run), _initiated(desk)
    began_at = desk.clock.now()
    try:
        report = desk.reconcile(run, wait_s=wait_s)
    except LogsUnread:
        assert desk.log.sends(run) == before
        return
    assert (desk.clock.now() - began_at).total_seconds() <= wait_s + 31 * len(desk.asked())
    assert _initiated(desk) == arrived, "a look sent something"
    assert len(desk.log.sends(run)) == len(before)
    for fault in _faults(desk, run, report, faults):
        note(f"{run}: {report.seen} {desk.log.sends(run)}")
        raise AssertionError(fault)


def _faults(desk: Lookout, run: str, report: Report, faults: list[Fault]) -> Iterator[str]:
    yield from _wrongly_standing(desk, run)
    yield from _wrongly_reached(desk, run)
    kinds = {each.kind for each in faults}
    if len(desk.log.runs()) > 1:  # what is whose cannot be told for certain
        return
    looked = {seen.attempt.send.intended_at for seen in report.seen if seen.complete}
    missed = {each.customer for each in desk.sandbox.outbox if each.at in looked} - desk.reached(run)
    if missed and not kinds & LOSING:
        yield f"complete, but {missed} got it"
    sends, halted = desk.log.sends(run), desk.state(run).halted_for_good
    is_right = not any(_said(send) and _went_out(desk, send) for send in sends)
    if halted and is_right and not kinds & STRANGE:
        yield f"halted for good although the person was right: {halted}"


def _wrongly_standing(desk: Lookout, run: str) -> Iterator[str]:
    send, kept, state = desk.send("a/c1", run), desk.kept(run), desk.state(run)
    own = [each for each in kept if each.attempt == send.attempt]
    if _went_out(desk, send) and send.status not in MAYBE_SENT and not _said(send):
        yield f"{send.address} went out, and is called {send.status}"
    if send.status == "in_doubt" and own:
        yield "a row was found, and the send is in doubt"
    if send.status == "sent_unknown" and not own and not _said(send):
        yield "no row was found, and the send is settled"
    if send.status == "not_sent" and own and not state.halted_for_good:
        yield "a row shows what a person said was not sent, and the run goes on"
    if not state.halted_for_good and (state.status == "in_doubt") is not (send.status == "in_doubt"):
        yield f"the send is {send.status}, and the run {state.status}"


def _wrongly_reached(desk: Lookout, run: str) -> Iterator[str]:
    channel, kept = desk.send("a/c1", run).channel, desk.kept(run)
    known = {(each.customer, each.template, each.channel) for each in desk.sandbox.outbox}
    for row in kept:
        if "_logs-" not in row.row and (row.customer, row.template, channel) not in known:
            yield f"row {row.row} calls {row.customer} reached, who got nothing of it"
        if channel == "whatsapp" and row.template != _template(desk, run):
            yield f"row {row.row} is of another template"
    if strangers := desk.reached(run) - _asked_for(desk, run):
        yield f"{strangers} are called reached, whom the request did not name"


def _said(send: SendEntry) -> bool:
    return send.reason == "looked it up"


def _went_out(desk: Lookout, send: SendEntry) -> bool:
    return any(each.at == send.intended_at for each in desk.sandbox.outbox)


def _messages(desk: Lookout, run: str) -> list[Message]:
    """Give what went out by a run, by the instants of its attempts: no time passes within a send."""
    intended = {each.intended_at for each in desk.log.sends(run)}
    return [each for each in desk.sandbox.outbox if each.at in intended]


def _template(desk: Lookout, run: str) -> str:
    first: Any = desk.log.events(run)[0].event
    return str(first.plan["steps"][0]["template"]["id"])


def _asked_for(desk: Lookout, run: str) -> set[str]:
    """Give whom a request named; everybody where it went by filter."""
    first: Any = desk.log.events(run)[0].event
    named = first.plan["steps"][0]["sends"][0]["body"]["filters"].get("ids")
    return set(named or desk.sandbox.campaigns["camp_demo"].customers)


def _initiated(desk: Lookout) -> int:
    return sum(each.method == "POST" for each in desk.sandbox.requests)
