"""What a run needs of a person: in words, and as command lines that the real command line takes."""

import shlex
from collections.abc import Sequence
from datetime import timedelta

import click
import pytest

from engine.cli.verbs import Verbs
from engine.machine import fold
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import (
    Event,
    Overreached,
    Question,
    Resolution,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    Verdict,
    WaitStarted,
)
from engine.record.need import Need, need_of, stopped_because
from engine.record.outcome import Outcome, RunStatus, SendStatus
from tests.factories import NOW, outcome

RUN = "20260302-053000-remind-1f2e"


def happened(status: str | None, *more: Event) -> list[Event]:
    """Give a run whose first send came to that (None: its outcome is not written)."""
    events: list[Event] = [RunStarted(NOW, RUN), SendIntended(NOW, "a", "a/c1", 1)]
    if status is not None:
        events.append(SendSettled(NOW, "a", "a/c1", 1, outcome(status)))
    return [*events, *more]


def paused(question: Question, step: str = "a") -> RunPaused:
    """Let the run stand for a person."""
    return RunPaused(NOW, step, question, "because of that")


def entry(status: RunStatus, environment: str | None = None) -> RunEntry:
    """Give the run as the list of runs has it."""
    about = (RUN, "remind", 1, "http://127.0.0.1:8001 -", "camp_demo", "o", environment, "r", "p")
    return RunEntry(*about, status, NOW, None, 0, None)


def send(status: str, *, blocks: bool = False, channel: str = "sms") -> SendEntry:
    """Give the first send as the log has it."""
    about = (RUN, "a", "a/c1", 1, SendStatus(status), "http://127.0.0.1:8001 -", "camp_demo", channel, 100)
    return SendEntry(*about, "h", NOW, NOW, NOW, None, "", blocks)


def need(
    events: Sequence[Event],
    *,
    is_alive: bool = False,
    blocks: str | None = None,
    environment: str | None = None,
    options: str | None = None,
    lifting: Sequence[str] = (),
) -> Need | None:
    """Give what a run needs to whom these things happened."""
    state = fold(events)
    sends = [send(blocks, blocks=True)] if blocks else []
    because = stopped_because(events)
    about = entry(state.status, environment)
    return need_of(about, state, sends, is_alive=is_alive, because=because, options=options, lifting=lifting)


RESUME, CANCEL = f"resume {RUN}", f'cancel {RUN} --reason "WHY"'
ACCEPT = f'{RESUME} --accept "WHY"'
RESOLVE = [f'resolve {RUN} a/c1 --as {word} --reason "WHY"' for word in ("sent", "not-sent", "never-known")]

STANDS: dict[str, tuple[list[Event], list[str]]] = {
    "crashed": (happened("succeeded"), [RESUME, CANCEL]),
    "crashed while waiting": (happened("not_sent", WaitStarted(NOW, NOW, "x")), [RESUME, CANCEL]),
    "in doubt": (happened("in_doubt", paused(Question.DOUBT)), RESOLVE),
    "died in a send": (happened(None, paused(Question.DOUBT)), RESOLVE),
    "cancelled in doubt": (happened("in_doubt", paused(Question.DOUBT), RunCancelled(NOW, "x")), RESOLVE),
    "doubt is settled": (
        happened(
            "in_doubt", paused(Question.DOUBT), SendResolved(NOW, "a", "a/c1", Resolution.NOT_SENT, "x")
        ),
        [RESUME, CANCEL],
    ),
    "asks when": (
        happened("succeeded", paused(Question.WHEN, "b")),
        [
            f'decide {RUN} b --as run --reason "WHY"',
            f'decide {RUN} b --as skip --reason "WHY"',
            CANCEL,
        ],
    ),
    "when is decided": (
        happened("succeeded", paused(Question.WHEN, "b"), StepDecided(NOW, "b", Verdict.RUN, "x")),
        [RESUME, CANCEL],
    ),
    "asks for success": (
        happened("succeeded", paused(Question.SUCCESS)),
        [
            f'decide {RUN} a --as ok --reason "WHY"',
            f'decide {RUN} a --as failed --reason "WHY"',
            CANCEL,
        ],
    ),
    "success is decided": (
        happened("succeeded", paused(Question.SUCCESS), StepDecided(NOW, "a", Verdict.FAILED, "x")),
        [RESUME, CANCEL],
    ),
    "asks for success of a step that was decided to run": (
        [
            RunStarted(NOW, RUN),
            StepDecided(NOW, "a", Verdict.RUN, "x"),
            *happened("succeeded")[1:],
            paused(Question.SUCCESS),
        ],
        [
            f'decide {RUN} a --as ok --reason "WHY"',
            f'decide {RUN} a --as failed --reason "WHY"',
            CANCEL,
        ],
    ),
    "failed, and waits": (happened("failed", paused(Question.FAILED)), [RESUME, CANCEL]),
    "spent its tries": (happened("not_sent", paused(Question.RETRIES_SPENT)), [RESUME, CANCEL]),
    "asked to wait": (happened("not_sent", paused(Question.RETRY_LATER)), [RESUME, CANCEL]),
    "kept back": (happened("succeeded", paused(Question.GUARD, "b")), [RESUME, CANCEL]),
    "interrupted": (happened("succeeded", paused(Question.INTERRUPTED, "b")), [RESUME, CANCEL]),
    "halted after messages": (happened("failed", RunHalted(NOW, "a", "x")), [ACCEPT, CANCEL]),
    "halted by a refusal": (happened("rejected", RunHalted(NOW, "a", "x")), [RESUME, ACCEPT, CANCEL]),
}


@pytest.mark.parametrize("name", STANDS)
def test_a_run_that_stands_names_what_takes_it_further(name: str) -> None:
    """The command lines, the likeliest first."""
    events, lines = STANDS[name]
    found = need(events)
    assert found is not None
    assert list(found.commands) == [f"runbook {line}" for line in lines]
    assert found.what


@pytest.mark.parametrize("environment", [None, "staging"])
@pytest.mark.parametrize("name", STANDS)
def test_the_command_lines_are_real(name: str, environment: str | None) -> None:
    """Each is taken as it stands, by the verb's own command; with the environment where there is one."""
    found = need(STANDS[name][0], environment=environment)
    assert found is not None
    for line in found.commands:
        assert parsed(line).get("environment_name") == environment


@pytest.mark.parametrize("environment", [None, "staging"])
@pytest.mark.parametrize("name", STANDS)
def test_options_stand_in_every_command_line(name: str, environment: str | None) -> None:
    """They take the place of the run's environment: whoever looks knows by which options it is found."""
    options = " --env production --log 'a log.db'"
    found = need(STANDS[name][0], environment=environment, options=options)
    assert found is not None
    for line in found.commands:
        told = parsed(line)
        assert (told["environment_name"], str(told["log_option"])) == ("production", "a log.db")
    bare = need(STANDS[name][0], environment=environment, options="")
    assert bare is not None
    assert not [line for line in bare.commands if "--env" in line]


def test_options_stand_in_the_line_that_lifts_a_block() -> None:
    """As in all others."""
    found = need(happened("succeeded"), blocks="succeeded", options=" --log x.db")
    assert found is not None
    assert found.commands == (f"runbook {RESOLVE[0]} --log x.db",)


def parsed(line: str) -> dict[str, object]:
    """Let the command line's own command read a line; raises what click says against it."""
    program, verb, *arguments = shlex.split(line)
    assert program == "runbook"
    group = Verbs("runbook")
    command = group.get_command(click.Context(group), verb)
    assert command is not None
    return command.make_context(verb, arguments).params


def test_a_line_that_is_not_real_is_noticed() -> None:
    """The test above can fail."""
    with pytest.raises(click.UsageError):
        parsed(f"runbook resolve {RUN} a/c1 --as perhaps --reason x")


@pytest.mark.parametrize(
    "events",
    [
        happened("succeeded", RunFinished(NOW)),
        happened("rejected", RunHalted(NOW, "a", "x"), RunCancelled(NOW, "x")),
        happened("succeeded", Overreached(NOW, "a", "a/c1"), RunHalted(NOW, "a", "x", final=True)),
    ],
    ids=["finished", "cancelled", "halted for good"],
)
def test_what_has_come_to_its_end_needs_nobody(events: list[Event]) -> None:
    """Nothing is left to be said."""
    assert need(events) is None


def test_each_line_of_a_doubt_says_what_it_does() -> None:
    """Only one of them has the run send again; of a run that was cancelled none does."""
    doubt = happened("in_doubt", paused(Question.DOUBT))
    standing, over = need(doubt), need([*doubt, RunCancelled(NOW, "x")])
    assert standing is not None
    assert over is not None
    assert ["AGAIN" in note for note in standing.notes] == [False, True, False]
    assert ["AGAIN" in note for note in over.notes] == [False, False, False]
    assert "this run sends nothing more: it only frees the campaign" in over.what


@pytest.mark.parametrize("name", STANDS)
def test_what_is_stopped_is_allowed_first(name: str) -> None:
    """Before any line that goes on with the run, and each line says what it does; looking needs no leave."""
    free, stopped = need(STANDS[name][0]), need(STANDS[name][0], lifting=["runbook allow --reason x"])
    assert free is not None
    assert stopped is not None
    goes_on = any(line.startswith("runbook resume") for line in free.commands)
    assert stopped.commands == (("runbook allow --reason x",) if goes_on else ()) + free.commands
    assert not goes_on or len(stopped.notes) == len(stopped.commands)


def test_a_refusal_says_what_each_line_does() -> None:
    """To try it again and to leave it out both resume the run."""
    found = need(happened("rejected", RunHalted(NOW, "a", "x")))
    assert found is not None
    again, behind, end = found.notes
    assert "try it again" in again
    assert "without" in behind
    assert "end it" in end


@pytest.mark.parametrize(
    ("status", "words"),
    [("failed", "resuming goes on behind it"), ("rejected", "resuming tries again what was not taken")],
)
def test_what_resuming_does_behind_a_failure(status: str, words: str) -> None:
    """The one that applies."""
    found = need(happened(status, paused(Question.FAILED)))
    assert found is not None
    assert found.what == f"a failed: because of that; {words}"


def test_how_long_the_api_asks_to_wait_is_said() -> None:
    """By the instant that it named: resuming tries again whenever that is typed."""
    patient = Outcome(SendStatus.NOT_SENT, reason="busy", retry_at=NOW + timedelta(hours=1))
    events = happened(None, SendSettled(NOW, "a", "a/c1", 1, patient), paused(Question.RETRY_LATER))
    found = need(events)
    assert found is not None
    assert "until 2026-03-02 12:00:00 IST; resume then" in found.what


def test_a_doubt_says_where_to_look() -> None:
    """On the sandbox that is its page."""
    state = fold(happened("in_doubt", paused(Question.DOUBT)))
    for inbox in ("in the dashboard", "at http://127.0.0.1:8001/"):
        found = need_of(entry(state.status), state, is_alive=False, inbox=inbox)
        assert found is not None
        assert found.what.endswith(f": look {inbox}, then say so")


def test_what_is_refused_is_not_offered() -> None:
    """Where rows fit a send in doubt, nobody may say that it was not sent; why not is said."""
    state = fold(happened("in_doubt", paused(Question.DOUBT)))
    found = need_of(entry(state.status), state, is_alive=False, fitted=["a/c1"])
    assert found is not None
    assert [line.removeprefix("runbook ") for line in found.commands] == [RESOLVE[0], RESOLVE[2]]
    assert found.what.endswith("; rows of the API's logs fit a/c1, so it may well have gone out")
    other = need_of(entry(state.status), state, is_alive=False, fitted=["b/c1"])
    assert other == need_of(entry(state.status), state, is_alive=False)


def test_what_cannot_be_told_is_not_offered_either() -> None:
    """Of no send, and why is said in its place."""
    state = fold(happened("in_doubt", paused(Question.DOUBT)))
    found = need_of(entry(state.status), state, is_alive=False, untold="its plan cannot be read")
    assert found is not None
    assert [line.removeprefix("runbook ") for line in found.commands] == [RESOLVE[0], RESOLVE[2]]
    assert found.what.endswith("; its plan cannot be read, so not-sent is not offered")


@pytest.mark.parametrize("more", [[], [WaitStarted(NOW, NOW, "x")]], ids=["running", "waiting"])
def test_what_goes_on_needs_nobody(more: list[Event]) -> None:
    """Its process lives."""
    assert need(happened("not_sent", *more), is_alive=True) is None


@pytest.mark.parametrize(
    ("status", "said"),
    [("succeeded", "more customers, or others, than"), ("not_sent", "did go out, though a person had said")],
)
def test_a_block_comes_before_all_else(status: str, said: str) -> None:
    """Whatever the run's status: the campaign is closed until somebody has looked into it."""
    events = happened("succeeded", Overreached(NOW, "a", "a/c1"), RunHalted(NOW, "a", "x", final=True))
    found = need(events, blocks=status)
    assert found is not None
    assert found.commands == (f"runbook {RESOLVE[0]}",)
    assert said in found.what
    assert "no run sends to campaign camp_demo" in found.what


def test_the_reason_is_that_of_the_last_stop() -> None:
    """What stood in the way before is of no interest."""
    first = paused(Question.GUARD)
    last = RunHalted(NOW, "a", "all failed")
    events = happened("failed", first, RunResumed(NOW), last)
    assert stopped_because(events) == "all failed"
    found = need(events)
    assert found is not None
    assert "all failed" in found.what


def test_every_question_and_status_is_in_the_table() -> None:
    """A new one is noticed here."""
    states = [fold(events) for events, _ in STANDS.values()]
    assert {state.stopped_by for state in states} - {None} == set(Question)
    ended = {RunStatus.FINISHED}
    assert {state.status for state in states} == set(RunStatus) - ended


@pytest.mark.parametrize(("channel", "is_first"), [("whatsapp", True), ("call", True), ("sms", False)])
def test_the_logs_are_asked_first_where_they_hold_the_channel(channel: str, is_first: bool) -> None:
    """Before a person's word, each line with its note."""
    state = fold(happened("in_doubt", paused(Question.DOUBT)))
    found = need_of(entry(state.status), state, [send("in_doubt", channel=channel)], is_alive=False)
    assert found is not None
    assert (found.commands[0] == f"runbook reconcile {RUN}") is is_first
    assert len(found.commands) == len(found.notes) == 3 + is_first
    assert ("let the API's logs tell" in found.what) is is_first
