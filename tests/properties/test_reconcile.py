"""Logs that lag, double, lose and move rows, fail, and hold other people's sends: nothing wrong is concluded.

The sandbox's outbox judges, never our own log.
"""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from engine.frozen import replace
from engine.record.entry import SendEntry
from engine.refusal import Refusal
from engine.runlog import lock
from engine.runner.reconcile import Report
from engine.runner.retention import erase
from engine.sandbox import Fault, Kind, Message
from engine.timepay.logs import LogPage, LogQuery, LogRow, LogsUnread
from tests.reconciling import Lookout, runbook, step
from tests.sandboxes import campaign

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
    if not _is_taken(desk, run, "a", word):
        desk.resolve("a", "never_known", run)
        return
    if is_unsent:
        for other in desk.log.runs():  # a look may have blocked the campaign: somebody has seen to it
            if any(each.blocks for each in desk.log.sends(other.run)):
                desk.resolve("a", "sent", other.run)
        desk.resume(run)


def _is_taken(desk: Lookout, run: str, name: str, word: str) -> bool:
    """Say a word of a send, unless rows that may be its own forbid it."""
    try:
        desk.resolve(name, word, run)
    except Refusal as refused:
        if word == "not_sent" and "may be those of" in refused.message:
            return False
        raise
    return True


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


# ---------------------------------------------------------------- steps with one template, ids that recur

steps = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["whatsapp", "whatsapp", "call"]),
        "template": st.sampled_from(["tplA", "tplA", "tplB"]),
        "ids": st.one_of(st.just([]), st.lists(names, min_size=1, max_size=6, unique=True)),
        "limit": st.integers(6, 10),
    }
)
hidden = st.lists(
    st.tuples(st.lists(st.integers(0, 3), max_size=3), st.integers(0, 600)), min_size=1, max_size=4
)


class Numbering:
    """Shows a client's rows with ids that each campaign counts for itself, but for those of hidden sends.

    With ``names_channels`` they say over which they went.
    """

    def __init__(self, desk: Lookout, *, names_channels: bool) -> None:
        self._desk = desk
        self._names_channels = names_channels
        self._logs, self._count = desk.client.logs, desk.client.log_count
        self.hidden: set[int] = set()
        self.shown: set[int] = set()
        self._numbers: dict[str, list[int]] = {}
        desk.client.logs = self.logs  # type: ignore[method-assign]
        desk.client.log_count = self.log_count  # type: ignore[method-assign]

    def log_count(self, query: LogQuery, **_more: Any) -> int:  # noqa: ANN401  (whatever the client takes)
        """Count what is shown."""
        return len(self._rows(query))

    def logs(self, query: LogQuery, page: int, **_more: Any) -> LogPage:  # noqa: ANN401
        """Show a page of it."""
        rows = self._rows(query)
        shown = rows[(page - 1) * 10 : page * 10]
        self.shown.update(self._request(row) for row in shown)
        return LogPage(tuple(map(self._numbered, shown)), 0, len(rows), page * 10 < len(rows))

    def _rows(self, query: LogQuery) -> list[LogRow]:
        pages = range(1, self._count(query) // 10 + 2)
        rows = [row for page in pages for row in self._logs(query, page).rows]
        return [row for row in rows if self._request(row) not in self.hidden]

    @staticmethod
    def _request(row: LogRow) -> int:
        return int(row.id.split("-")[1])

    def _numbered(self, row: LogRow) -> LogRow:
        _, request, customer = row.id.split("-")
        numbers = self._numbers.setdefault(row.campaign or "", [])
        if int(request) not in numbers:
            numbers.append(int(request))
        channel = row.channel if self._names_channels else None
        return replace(row, id=f"m-{numbers.index(int(request))}-{customer}", channel=channel)


@settings(max_examples=100)
@given(
    before=st.lists(steps, max_size=2),
    last=steps,
    looked=hidden,
    is_sent=st.booleans(),
    elsewhere=st.booleans(),
    apart=st.booleans(),
    erased=st.sets(st.integers(0, 4)),
    names_channels=st.booleans(),
)
def test_no_word_goes_past_rows_that_were_shown(
    before: list[dict[str, Any]],
    last: dict[str, Any],
    looked: list[tuple[list[int], int]],
    *,
    is_sent: bool,
    elsewhere: bool,
    apart: bool,
    erased: set[int],
    names_channels: bool,
) -> None:
    """Steps of one template, rows that come send by send: what was shown of a send is not made again.

    ``apart``: those before the last are in a run of their own, which nobody looks at, and of which ids are to
    be ``erased`` before some of the looks.
    """
    with tempfile.TemporaryDirectory() as folder:
        desk = Lookout(Path(folder), PEOPLE)
        logs = Numbering(desk, names_channels=names_channels)
        try:
            if elsewhere:
                _send_elsewhere(desk)
            made = [*before, last]
            desk.sandbox.script(Fault(Kind.RESET, accepted=is_sent, skip=len(before)))
            written = [
                step(f"s{number}", each["channel"], each["template"], each["ids"], each["limit"])
                for number, each in enumerate(made)
            ]
            if apart and before:
                desk.run(runbook(*written[:-1]), "run-before")
                written = written[-1:]
            desk.run(runbook(*written))
            desk.sandbox.heal()
            assert desk.entry().status == "in_doubt"
            first = 2 if elsewhere else 1
            own = first + len(before)
            _look_and_say(desk, logs, f"s{len(before)}", looked, range(first, own + 1), erased)
        finally:
            desk.database.close()


def _send_elsewhere(desk: Lookout) -> None:
    """Send to another campaign, and keep its rows."""
    desk.sandbox.load(campaign(PEOPLE, "camp_b"))
    desk.run(runbook(step(limit=10)).replace("camp_demo", "camp_b"), "run-0")
    desk.reconcile("run-0")


def _look_and_say(
    desk: Lookout,
    logs: Numbering,
    name: str,
    looked: list[tuple[list[int], int]],
    requests: range,
    erased: set[int],
) -> None:
    """Look while the rows of some requests are missing; then a person says that the last was not sent."""
    desk.clock.advance(60)
    for number, (places, gap_s) in enumerate(looked):
        desk.clock.advance(gap_s)
        if number in erased:
            _erase(desk)
        logs.hidden = {request for place, request in enumerate(requests) if place in places}
        seen = desk.reconcile().seen
        note(str([(each.attempt.key, each.reached, each.disputed) for each in seen]))
    if len(looked) in erased:
        _erase(desk)
    if desk.entry().status == "in_doubt" and _is_taken(desk, "run-1", name, "not_sent"):
        desk.resume()
        shown = {each.customer for each in desk.sandbox.outbox if each.request in logs.shown & {requests[-1]}}
        again = {each.customer for each in desk.sandbox.outbox if each.request > requests[-1]}
        assert not shown & again, "rows showed whom it had reached, and they got it again"


def _erase(desk: Lookout) -> None:
    """Let the ids of every run go that may lose them."""
    erase(desk.log, desk.clock, lambda _: desk.clock.now() + timedelta(days=1), "over")
