"""A run at a real terminal: what it shows, and that nothing that becomes of it disturbs the run."""

import os
import signal
from pathlib import Path

import pytest

from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK, templates, typed
from tests.sandboxes import eventually
from tests.terminals import CTRL_C, at_terminal, emphasised

RUN = ("run", "two.yaml", "--yes")
BAR = "━"


@pytest.fixture
def slow(here: Path, api: Served) -> Path:
    """Let the first answer take two seconds, which the runbook waits for."""
    (here / "two.yaml").write_text(RUNBOOK.replace("timeout: 2s", "timeout: 20s"), "utf-8")
    api.sandbox.script(Fault(Kind.STALL, seconds=2))
    return here


def test_a_run_is_drawn_as_it_goes_on(slow: Path, api: Served) -> None:
    """Steps with their states, numbers and what is next; what happened stays above; no picture at the end."""
    api.sandbox.script(Fault(Kind.STALL, seconds=2))
    with at_terminal(*RUN, folder=slow) as terminal:
        screen = terminal.until("sending")
        assert "whatsapp to at most 20 people" in screen
        assert "0 of 2 sends · 0 messages" in screen
        assert "then: again, if steps.remind.failed == 0" in screen
        screen = terminal.until("1 of 2 sends · 20 messages")
        assert "remind/c1 sent: 20 customers" in screen.partition(BAR)[0]
        assert "sms to at most 10 people" in screen
        assert terminal.end() == 0
        told, _, summary = terminal.scrolled.partition("Run 2")
        assert "again/c1 sent: 10 customers" in told
        assert "about to be sent" not in told
        assert "messages: 30" in summary
        assert BAR not in terminal.scrolled
        assert terminal.shows_cursor


def test_a_narrow_terminal(slow: Path) -> None:
    """In 40 columns each step has its line, with its status whole; no line of the picture is broken."""
    with at_terminal(*RUN, folder=slow, columns=40) as terminal:
        lines = terminal.until("sending").splitlines()
        assert "remind           sending" in lines
        assert "again            pending" in lines
        assert terminal.end() == 0
        assert BAR not in terminal.scrolled


def test_no_emphasis_where_none_is_wanted(slow: Path) -> None:
    """``NO_COLOR``: the view is drawn, without a single code of emphasis; else there are some."""
    with at_terminal(*RUN, folder=slow, environment={"NO_COLOR": "1"}) as terminal:
        terminal.until("sending")
        assert terminal.end() == 0
        assert emphasised(terminal.said) == []
    with at_terminal(*RUN, "--again", "x", folder=slow) as terminal:
        assert terminal.end() == 0
        assert emphasised(terminal.said)


@pytest.mark.parametrize("variable", [{"CI": "true"}, {"TERM": "dumb"}])
def test_lines_where_nothing_is_drawn(here: Path, variable: dict[str, str]) -> None:
    """Two lines a send, and nothing that moves the cursor."""
    with at_terminal(*RUN, folder=here, columns=120, environment=variable) as terminal:
        assert terminal.end() == 0
        assert "remind/c1 about to be sent" in terminal.scrolled
        assert "remind/c1 sent: 20 customers" in terminal.scrolled
        assert "\x1b" not in terminal.said


def test_the_last_picture_stays_where_the_result_goes_elsewhere(here: Path, tmp_path: Path) -> None:
    """Into a file, for instance: then the picture is all that the terminal shows of the end."""
    with at_terminal(*RUN, folder=here, out=tmp_path / "said") as terminal:
        assert terminal.end() == 0
        assert "2 of 2 sends · 30 messages" in terminal.screen
        assert terminal.screen.endswith("finished")
        assert terminal.shows_cursor
    assert "\x1b" not in (tmp_path / "said").read_text("utf-8")


def test_the_question_comes_before_the_view(here: Path, api: Served) -> None:
    """Without ``--yes`` the plan and the question stand there alone until the answer is typed."""
    with at_terminal("run", "two.yaml", folder=here, rows=60) as terminal:
        assert BAR not in terminal.until("Send? [y/N]")
        assert api.sandbox.outbox == ()
        terminal.type("y\n")
        assert terminal.end() == 0
    assert len(api.sandbox.outbox) == 30


# ---------------------------------------------------------------- interrupted, closed, broken


def test_ctrl_c_leaves_the_terminal_in_order(slow: Path, api: Served) -> None:
    """It says that it ends, waits for the answer, and sends nothing more (23)."""
    with at_terminal(*RUN, folder=slow) as terminal:
        terminal.until("sending")
        terminal.type(CTRL_C)
        terminal.until("ending: nothing more is sent")
        assert terminal.end() == 23
        assert terminal.shows_cursor
        assert BAR not in terminal.scrolled
        assert "runbook resume" in terminal.screen
    assert templates(api) == ["t1"] * 20


def test_a_second_ctrl_c_waits_no_longer(slow: Path) -> None:
    """The send is in doubt (22), at once, and the terminal in order."""
    with at_terminal(*RUN, folder=slow) as terminal:
        terminal.until("sending")
        terminal.type(CTRL_C)
        terminal.until("ending: nothing more is sent")
        terminal.type(CTRL_C)
        assert terminal.end() == 22
        assert terminal.shows_cursor
        assert "--as never-known" in terminal.screen


def test_a_terminal_that_is_closed_ends_the_run_in_good_order(slow: Path, api: Served) -> None:
    """Its end is a signal: the answer is waited for, nothing more is sent (23)."""
    with at_terminal(*RUN, folder=slow) as terminal:
        terminal.until("sending")
        terminal.close()
        assert terminal.process.wait(timeout=30) == 23
    assert templates(api) == ["t1"] * 20


def test_a_terminal_that_breaks_does_not_disturb_the_run(slow: Path, api: Served) -> None:
    """Where its end is no signal, every line fails (EIO): the run goes on to its end and its code."""
    with at_terminal(*RUN, folder=slow, is_its_own=False) as terminal:
        terminal.until("sending")
        terminal.close()
        assert terminal.process.wait(timeout=30) == 0
    assert len(templates(api)) == 30


def test_a_terminal_that_takes_nothing_does_not_hold_the_run_up(slow: Path, api: Served) -> None:
    """Stopped by Ctrl-S, as somebody does to read: the sends go on; the end waits to be shown."""
    with at_terminal(*RUN, folder=slow) as terminal:
        terminal.until("sending")
        terminal.type("\x13")
        assert eventually(lambda: len(api.sandbox.outbox) == 30, within_s=20)
        terminal.type("\x11")
        assert terminal.end() == 0


def test_a_process_that_is_killed_leaves_the_cursor(slow: Path) -> None:
    """Nobody can show it afterwards, so it is never hidden for long."""
    with at_terminal(*RUN, folder=slow) as terminal:
        terminal.until("sending")
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.end()
        assert terminal.shows_cursor


# ---------------------------------------------------------------- narrow


def test_talk_is_broken_between_words(here: Path) -> None:
    """On a terminal; in a pipe each stays in its line."""
    with at_terminal("plan", "nowhere.yaml", folder=here, columns=24) as terminal:
        assert terminal.end() == 64
        assert "SANDBOX: nothing leaves\n  this machine\n" in terminal.screen
        assert "error: nowhere.yaml does\n  not exist\n" in terminal.screen
    with at_terminal("try", "two.yaml", folder=here, columns=40) as terminal:
        assert terminal.end() == 0
        assert "remind/c1 sent: 20\n  customers" in terminal.scrolled
    piped = typed("$RUN plan nowhere.yaml 2>&1", here, COLUMNS="24").stdout
    assert "SANDBOX: nothing leaves this machine\n" in piped
    assert "error: nowhere.yaml does not exist\n" in piped
