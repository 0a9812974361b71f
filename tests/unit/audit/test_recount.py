"""Each thing that must not be in a run is named, with the event where it shows first."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.audit.check import Held, Verifier
from engine.audit.tables import Derived
from engine.diagnostics import Json
from engine.record.event import (
    Event,
    LateAnswer,
    Overreached,
    Question,
    Reconciled,
    Resolution,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    Sealed,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    StepSkipped,
    StopLifted,
    StopSet,
    Verdict,
)
from engine.record.instant import text_of
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.runlog.chain import START, Link, link
from engine.runlog.sqlite.rows import Row
from tests.unit.runner.fakes import NOW, ONE, SECOND, document_of, planned

NAMED = ONE.replace("filters: {language: hindi}", "filters: {ids: [L-1, L-2]}") + SECOND
PLAN = planned(NAMED)
REQUESTS = {send.address: send for step in PLAN.program.steps for send in step.sends}


def started(**changes: Json) -> RunStarted:
    """Start a run of two steps, of which the first names two customers."""
    return RunStarted(NOW, "run-1", "occ", {**document_of(PLAN), **changes})


def intended(address: str = "a/c1", attempt: int = 1) -> SendIntended:
    """Give an intent as the gate writes it."""
    send = REQUESTS[address]
    return SendIntended(NOW, address[0], address, attempt, send.request.digest(), send.at_most, NOW)


def settled(
    status: str = "succeeded",
    counts: Counts | None = None,
    address: str = "a/c1",
    attempt: int = 1,
    *,
    overreached: bool = False,
) -> SendSettled:
    """Give an outcome; its numbers fit, unless others are given."""
    word = SendStatus(status)
    usual = {SendStatus.SUCCEEDED: Counts(2, 2, 2), SendStatus.IN_DOUBT: None, SendStatus.SENT_UNKNOWN: None}
    outcome = Outcome(word, counts or usual.get(word, Counts()), overreached=overreached)
    return SendSettled(NOW, address[0], address, attempt, outcome)


def late(status: str = "succeeded") -> LateAnswer:
    """Give an answer to the first attempt that comes late."""
    return LateAnswer(NOW, "a", "a/c1", 1, settled(status).outcome)


def said(word: Resolution) -> SendResolved:
    """Give a person's word on the first send."""
    return SendResolved(NOW, "a", "a/c1", word, "looked it up")


def looked(reached: int) -> Reconciled:
    """Give a look at the API's logs for the first attempt."""
    return Reconciled(NOW, "a", "a/c1", 1, reached, 10, NOW, NOW + timedelta(hours=1))


def chained(*happened: Event, run: str = "run-1") -> list[Link]:
    """Give a chain whose hashes are right."""
    links, before = list[Link](), START
    for seq, event in enumerate(happened, 1):
        links.append(link(run, seq, "asha", event, before))
        before = links[-1].hash
    return links


def faults(*happened: Event) -> list[tuple[str, int | None]]:
    """Give what is wrong with a run, as rule and event."""
    verifier = Verifier()
    verifier.run("run-1", chained(*happened))
    return [(fault.rule, fault.seq) for fault in verifier.report().faults]


DOUBT = (started(), intended(), settled("in_doubt"))
OTHER: dict[str, Json] = {**document_of(planned(ONE.replace("tplA", "tplX")))}


@pytest.mark.parametrize(
    "happened",
    [
        (started(), intended(), settled(), intended("b/c1"), settled(address="b/c1"), RunFinished(NOW)),
        (started(), intended(), settled("not_sent"), intended(attempt=2), settled(attempt=2)),
        (started(), intended(), settled("rejected"), RunHalted(NOW, "a", "no"), RunResumed(NOW)),
        (*DOUBT, RunPaused(NOW, "a", Question.DOUBT, "?"), said(Resolution.SENT), RunResumed(NOW)),
        (*DOUBT, said(Resolution.NOT_SENT), intended(attempt=2), settled(attempt=2)),
        (*DOUBT, RunCancelled(NOW, "no"), said(Resolution.NEVER_KNOWN), looked(0), late()),
        (*DOUBT, looked(1), RunResumed(NOW), intended("b/c1"), settled(address="b/c1")),
        (
            started(),
            intended(),
            settled(counts=Counts(9, 9, 9), overreached=True),
            Overreached(NOW, "a", "a/c1"),
        ),
        (*DOUBT, said(Resolution.NOT_SENT), late(), RunHalted(NOW, "a", "no", final=True)),
    ],
)
def test_what_may_be_is_sound(happened: tuple[Event, ...]) -> None:
    """Whatever a person, a crash or the API makes of a run."""
    assert faults(*happened) == []


@pytest.mark.parametrize(
    ("happened", "found"),
    [
        ((intended(),), ("order", 1)),
        ((started(), started()), ("order", 2)),
        ((started(), StopSet(NOW, None, "no")), ("order", 2)),
        ((started(rules=OTHER["rules"]),), ("plan", 1)),
        ((started(steps=OTHER["steps"]),), ("plan", 1)),
        ((started(inputs={"cap": {"value": 1}}),), ("plan", 1)),
        ((started(), replace(intended(), address="c/c1")), ("plan", 2)),
        ((started(), replace(intended(), request_hash="sha256:00")), ("plan", 2)),
        ((started(), replace(intended(), at_most=None)), ("plan", 2)),
        ((started(), replace(intended(), step="b")), ("plan", 2)),
        ((started(), StepSkipped(NOW, "c", "no")), ("plan", 2)),
        ((started(), RunPaused(NOW, "c", Question.WHEN, "?")), ("plan", 2)),
        ((started(), StepDecided(NOW, "c", Verdict.RUN, "yes")), ("plan", 2)),
        ((started(), intended(attempt=2)), ("attempts", 2)),
        ((started(), intended(), intended(attempt=2)), ("attempts", 3)),
        ((started(), intended(), settled(), intended(attempt=2)), ("attempts", 4)),
        ((started(), intended(), intended()), ("attempts", 3)),
        ((*DOUBT, intended(attempt=2)), ("attempts", 4)),
        ((*DOUBT, said(Resolution.SENT), intended(attempt=2)), ("attempts", 5)),
        ((*DOUBT, said(Resolution.NOT_SENT), intended(attempt=2), settled(attempt=2), late()), ("twice", 7)),
        (
            (*DOUBT, said(Resolution.NOT_SENT), intended(attempt=2), settled(attempt=2), looked(1)),
            ("twice", 7),
        ),
        ((started(), settled()), ("outcomes", 2)),
        ((started(), intended(), settled(), settled()), ("outcomes", 4)),
        ((started(), intended(), late()), ("outcomes", 3)),
        ((started(), said(Resolution.SENT)), ("outcomes", 2)),
        ((started(), looked(1)), ("outcomes", 2)),
        ((started(), intended(), replace(settled(), step="b")), ("outcomes", 3)),
        ((started(), replace(intended(), step="b"), settled()), ("outcomes", 3)),
        ((started(), intended(), settled("not_sent"), intended(attempt=2), settled()), ("outcomes", 5)),
        ((started(), intended(), settled(counts=Counts(2, 2, 1))), ("counts", 3)),
        ((started(), intended(), settled(counts=Counts(1, 2, 2))), ("counts", 3)),
        ((started(), intended(), settled(counts=Counts(2, 2, 1, 1))), ("counts", 3)),
        ((started(), intended(), settled(counts=Counts(2, 2, 3, -1))), ("counts", 3)),
        ((started(), intended(), settled("partial", Counts(2, 2, 2))), ("counts", 3)),
        ((started(), intended(), settled("rejected", Counts(2, 2, 2))), ("counts", 3)),
        ((started(), intended(), settled("in_doubt", Counts(2, 2, 2))), ("counts", 3)),
        ((started(), intended(), settled(counts=Counts(9, 9, 9))), ("counts", 3)),
        ((started(), intended(), settled(counts=Counts(9, 9, 9), overreached=True)), ("end", None)),
        (
            (started(), intended(), settled(counts=Counts(9, 9, 9), overreached=True), RunResumed(NOW)),
            ("end", 4),
        ),
        (
            (started(), intended(), settled(counts=Counts(9, 9, 9), overreached=True), intended("b/c1")),
            ("end", 4),
        ),
        ((started(), Overreached(NOW, "a", "a/c1")), ("outcomes", 2)),
        ((started(), RunHalted(NOW, "a", "no", final=True), intended()), ("halted", 3)),
        ((*DOUBT, said(Resolution.NOT_SENT), late(), intended(attempt=2)), ("halted", 6)),
        ((*DOUBT, said(Resolution.NOT_SENT), looked(1), intended(attempt=2)), ("halted", 6)),
        ((started(), RunHalted(NOW, "a", "no", final=True), RunResumed(NOW), intended()), ("halted", 4)),
        ((started(), RunCancelled(NOW, "no"), intended()), ("end", 3)),
        ((started(), RunCancelled(NOW, "no"), RunResumed(NOW)), ("end", 3)),
        ((started(), intended(), settled(), RunFinished(NOW)), ("end", 4)),
        ((*DOUBT, StepSkipped(NOW, "b", "no"), RunFinished(NOW)), ("end", 5)),
    ],
)
def test_what_must_not_be_is_named(happened: tuple[Event, ...], found: tuple[str, int | None]) -> None:
    """By its rule, at the first event of which it is so."""
    assert found in faults(*happened)


def test_who_sends_again_goes_on() -> None:
    """A run that stood is going from its next intent on, whether or not that is called a resume."""
    happened = (started(), RunPaused(NOW, "a", Question.WHEN, "?"), intended())
    recount = Verifier()._recounted("run-1", chained(*happened), lambda *_: None)
    assert recount is not None
    assert (recount.status, recount.exit_codes) == ("running", (None,))


# ---------------------------------------------------------------- newer versions, and what is no JSON


def unchecked(*links: Link) -> tuple[list[str], list[str]]:
    """Give the rules that are broken, and what could not be checked."""
    verifier = Verifier()
    verifier.run("run-1", links)
    report = verifier.report()
    return [fault.rule for fault in report.faults], [*report.unchecked]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "moon_rose"},
        {"body": '{"colour":"red","reason":"no","step":"b"}'},
    ],
)
def test_what_a_newer_version_wrote_is_no_fault(changes: dict[str, Any]) -> None:
    """It is said that it was not checked; its hash is."""
    links = chained(started(), StepSkipped(NOW, "b", "no"))
    newer = relinked(links[1]._replace(**changes))
    found, said = unchecked(links[0], newer)
    assert found == []
    assert [line.partition(":")[0] for line in said] == ["run-1, event 2"]
    assert "newer version" in said[0]


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"step":7}', "null"])
def test_what_cannot_be_read_is_named(body: str) -> None:
    """An event of a known kind must hold what its kind has."""
    links = chained(started(), StepSkipped(NOW, "b", "no"))
    found, said = unchecked(links[0], relinked(links[1]._replace(body=body)))
    assert found in (["readable"], ["plan"])
    assert said == []


@pytest.mark.parametrize(
    ("event", "change"),
    [
        (1, ("+00:00", '+00:00" ')),
        (1, ("+00:00", "+00:00\n")),
        (1, ('"attempt":1', '"attempt":')),
        (1, ("}", "} x")),
        (2, ("}", "}}")),
        (2, ('"outcome":{', '"outcome":{}{')),
        (2, ('"outcome":{', '"outcome":{"more":[],')),
        (2, ('"status":"succeeded"', '"status":"succeeded","overreached":1')),
        (2, ('"matched":2', '"matched":1')),
        (2, ('"selected":2', '"selected":"2"')),
        (2, ('"selected":2', '"selected":3')),
        (2, ('"failed":0', '"failed":1')),
        (2, ('"step":"a"', '"step":"b"')),
        (2, ('"attempt":1', '"attempt":2')),
    ],
)
def test_what_looks_much_like_the_planned_is_seen(event: int, change: tuple[str, str]) -> None:
    """Most events are known by their texts; one letter more, and they are read as any other."""
    links = chained(started(), intended(), settled())
    assert unchecked(*links) == ([], [])
    links[event] = relinked(links[event]._replace(body=links[event].body.replace(*change)))
    if event == 1:
        links[2] = relinked(links[2]._replace(before=links[1].hash))
    found, said = unchecked(*links)
    assert found or said
    assert "chain" not in found


def relinked(changed: Link) -> Link:
    """Give an event the hash of what it says."""
    text = "\n".join(map(str, changed[:7]))
    return changed._replace(hash=hashlib.sha256(text.encode()).hexdigest())


# ---------------------------------------------------------------- the chain of the log itself


HEADS: dict[str, Json] = {"run-1": {"seq": 1, "hash": chained(started())[0].hash}}
STOPPED = StopSet(NOW, "camp_demo", "wrong text")
STANDS = ("", "camp_demo", text_of(NOW), "asha", "wrong text")


@pytest.mark.parametrize(
    ("own", "stops", "expected"),
    [
        ((Sealed(NOW, HEADS),), (), []),
        ((Sealed(NOW, HEADS), STOPPED), (STANDS,), []),
        ((Sealed(NOW, HEADS), STOPPED, StopLifted(NOW, "camp_demo", "mended")), (), []),
        ((Sealed(NOW, HEADS), RunFinished(NOW)), (), ["order"]),
        ((Sealed(NOW, {"run-1": 7}),), (), ["readable"]),
        ((Sealed(NOW, HEADS), STOPPED), (), ["tables"]),
        ((Sealed(NOW, HEADS), STOPPED), ((*STANDS[:4], "another reason"),), ["tables"]),
        ((Sealed(NOW, HEADS),), (STANDS,), ["tables"]),
        ((Sealed(NOW, {**HEADS, "run-2": {"seq": 3, "hash": "00"}}),), (), ["seals"]),
        ((Sealed(NOW, {"run-1": {"seq": 1, "hash": "00"}}),), (), ["seals"]),
        ((Sealed(NOW, {"run-1": {"seq": 2, "hash": "00"}}),), (), ["seals"]),
    ],
)
def test_seals_and_stops_are_looked_at(
    own: tuple[Event, ...], stops: tuple[Row, ...], expected: list[str]
) -> None:
    """What a seal covers is there as it was, and the stops that stand are those of the events."""
    verifier = Verifier()
    verifier.log(chained(*own, run="log"), stops)
    verifier.run("run-1", chained(started()))
    assert [fault.rule for fault in verifier.report().faults] == expected


def test_a_seal_that_is_gone_is_missed() -> None:
    """The log knows which chains it has not sealed: another one was."""
    verifier = Verifier()
    verifier.run("run-1", chained(started()), Held(is_unsealed=False))
    assert [fault.rule for fault in verifier.report().faults] == ["seals"]
    assert verifier.report().behind == 1


def test_a_chain_holds_the_start_of_its_own_run() -> None:
    """Another run's events under its name are no run of that name."""
    verifier = Verifier()
    verifier.run("run-9", chained(started(), run="run-9"))
    assert [fault.rule for fault in verifier.report().faults] == ["order"]


def test_values_that_cannot_be_compared_are_named() -> None:
    """An attempt that is no number has no place among the rows of the table."""
    links = chained(started(), intended(), intended(attempt=2))
    odd = relinked(links[2]._replace(body=links[2].body.replace('"attempt":2', '"attempt":"2"')))
    verifier = Verifier()
    verifier.run("run-1", [*links[:2], odd], Held(derived=Derived([], [], [], [])))
    assert "readable" in [fault.rule for fault in verifier.report().faults]
