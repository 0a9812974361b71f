"""Running, from the command line to the outbox: what is sent, said, and under which exit code."""

import json
import re
import shlex
from pathlib import Path

import pytest

from engine.cli import main
from engine.sandbox import Fault, Kind, Options
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK, at_a_terminal, run, shown, templates
from tests.sandboxes import campaign, eventually, served
from tests.terminals import at_terminal

# ---------------------------------------------------------------- the whole path


@pytest.mark.usefixtures("here")
def test_a_run_sends_what_its_plan_says(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Every message of the outbox is one of the two requests; the log and the screen say the same."""
    assert run() == 0
    assert (templates(api).count("t1"), templates(api).count("t2")) == (20, 10)
    bodies = [json.loads(request.body) for request in api.sandbox.requests if request.method == "POST"]
    assert bodies == [
        {"templateId": "t1", "limit": 20, "filters": {"payment_status": ["bounced", "pending"]}},
        {"templateId": "t2", "limit": 10, "filters": {"payment_status": ["bounced"]}},
    ]
    said = capsys.readouterr()
    assert said.out.startswith("SANDBOX: nothing leaves this machine · PL Mumbai\n")
    assert "finished" in said.out
    assert "messages: 30" in said.out
    about = shown(capsys, "show", "last")
    assert [(step["id"], step["status"], step["initiated"]) for step in about["steps"]] == [
        ("remind", "succeeded", 20),
        ("again", "succeeded", 10),
    ]
    assert (about["messages"], about["exit_code"], about["revision"]) == (30, 0, 2)


@pytest.mark.usefixtures("here")
def test_run_as_json_is_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout holds one JSON value; the headline and the progress go to stderr."""
    assert run("--format", "json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "finished"
    assert "SANDBOX" in said.err


@pytest.mark.usefixtures("here")
def test_a_dry_run_is_the_plan(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """``run --dry-run`` prints what ``plan`` prints, and nothing is sent or written."""
    assert main(["plan", "two.yaml"]) == 0
    planned = capsys.readouterr().out
    assert main(["run", "two.yaml", "--dry-run"]) == 0
    assert capsys.readouterr().out.split("made")[0] == planned.split("made")[0]
    assert api.sandbox.requests == ()
    assert not Path(".runbook").exists()


@pytest.mark.usefixtures("here")
def test_a_condition_decides_by_the_answer(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A 207 makes the second step's condition false."""
    api.sandbox.script(Fault(Kind.PARTIAL, failed=3, reached="none"))
    assert run() == 20
    assert templates(api).count("t2") == 0
    assert "again   skipped" in capsys.readouterr().out


# ---------------------------------------------------------------- once, doubt, and what follows


@pytest.mark.usefixtures("here")
def test_pressed_twice(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The second run is refused, names the first, and sends nothing; --again overrides, with its reason."""
    assert run() == 0
    name = shown(capsys, "runs")[0]["run"]
    assert run("--input", "cap=5") == 13  # a mended plan is the same occasion
    said = capsys.readouterr().err
    assert f"two-steps messages branch=pune only once, and run {name} did, or may have" in said
    assert "--again REASON messages them a second time" in said
    assert len(api.sandbox.outbox) == 30
    assert run("--again", "the first went out with a wrong text") == 0
    assert len(api.sandbox.outbox) == 60
    assert run("--input", "branch=nashik") == 0  # another key is another occasion
    events = shown(capsys, "events", shown(capsys, "runs")[1]["run"])
    assert [event["reason"] for event in events if event["kind"] == "override_used"] == [
        "the first went out with a wrong text"
    ]


def test_a_renamed_runbook_messages_nobody_twice(
    api: Served, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """13 where it names its former name; without it everybody gets the messages a second time."""
    assert run() == 0
    assert len(api.sandbox.outbox) == 30
    renamed = RUNBOOK.replace("name: two-steps", "name: two-reminders")
    (here / "two.yaml").write_text(renamed.replace("owner:", "formerly: [two-steps]\nowner:"), "utf-8")
    assert run() == 13
    assert "under the former name two-steps" in capsys.readouterr().err
    assert len(api.sandbox.outbox) == 30
    (here / "two.yaml").write_text(renamed, "utf-8")
    assert run() == 0
    assert len(api.sandbox.outbox) == 60


def test_an_old_copy_of_a_renamed_runbook_messages_nobody(
    api: Served, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """13: a checkout from before the change knows nothing of it, but the run log does."""
    renamed = RUNBOOK.replace("name: two-steps", "name: two-reminders\nformerly: [two-steps]")
    (here / "two.yaml").write_text(renamed, "utf-8")
    assert run() == 0
    (here / "two.yaml").write_text(RUNBOOK, "utf-8")
    assert run() == 13
    assert "of two-reminders, by its `formerly` the same runbook, did, or may have" in capsys.readouterr().err
    assert len(api.sandbox.outbox) == 30


def test_a_run_from_before_the_renaming_is_not_resumed_behind_another(
    api: Served, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """13: its second step went out under the new name already."""
    api.sandbox.script(Fault(Kind.STATUS, status=403, skip=1))
    assert run() == 21
    old = shown(capsys, "runs")[0]["run"]
    renamed = RUNBOOK.replace("name: two-steps", "name: two-reminders\nformerly: [two-steps]")
    (here / "two.yaml").write_text(renamed, "utf-8")
    assert run("--again", "the first one stopped") == 0
    assert main(["resume", old, "--yes"]) == 13
    assert "going on would message them twice" in capsys.readouterr().err
    assert (templates(api).count("t1"), templates(api).count("t2")) == (40, 10)


@pytest.mark.usefixtures("here")
def test_a_lost_answer_is_in_doubt_until_a_person_settles_it(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """22; another run 16; resume 22; resolved as sent, the run goes on and nobody is messaged twice."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run() == 22
    said = capsys.readouterr()
    assert "runbook resolve" in said.out
    assert run("--input", "branch=nashik") == 16
    name = shown(capsys, "runs")[0]["run"]
    assert main(["resume", name, "--yes"]) == 22
    needs = shown(capsys, "status")["runs"]
    assert [(need["run"], need["status"]) for need in needs] == [(name, "in_doubt")]
    assert main(["resolve", name, "remind", "--as", "sent", "--reason", "20 in the dashboard"]) == 0
    # What nobody knows cannot decide the condition of the next step: a person does.
    assert main(["resume", name, "--yes"]) == 15
    assert main(["decide", name, "again", "--as", "run", "--reason", "none failed"]) == 0
    assert main(["resume", name, "--yes"]) == 20
    assert (templates(api).count("t1"), templates(api).count("t2")) == (20, 10)
    assert shown(capsys, "status") == {"runs": [], "stops": [], "stop_file": None, "stop_files": []}


@pytest.mark.usefixtures("here")
def test_not_sent_is_not_said_before_the_request_can_have_died(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until the deadline and ten seconds have passed, ``--as not-sent`` is refused (11)."""
    api.sandbox.script(Fault(Kind.RESET))
    assert run() == 22
    assert main(["resolve", "last", "remind", "--as", "not-sent", "--reason", "surely"]) == 11
    assert "may still be on its way" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_an_overreach_halts_for_good_and_blocks(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """21; no resume sends; another run 16 until resolve lifts the block."""
    api.sandbox.script(Fault(Kind.OVERREACH))
    assert run("--input", "cap=5") == 21
    said = capsys.readouterr().out
    assert "remind/c1 took more customers, or others, than it was allowed (20 taken, 5 allowed);" in said
    assert "the API took 20 customers, but was asked for 5 at most\n" in said
    sent = len(api.sandbox.outbox)
    assert main(["resume", "last", "--yes"]) == 21
    assert run("--input", "branch=nashik") == 16
    assert main(["resolve", "last", "remind", "--as", "sent", "--reason", "told the vendor"]) == 0
    assert main(["resume", "last", "--yes"]) == 21
    assert len(api.sandbox.outbox) == sent
    assert run("--input", "branch=nashik") == 0


@pytest.mark.usefixtures("here")
def test_a_rejected_step_is_tried_again_once_its_cause_is_mended(api: Served) -> None:
    """401 halts with nothing sent (11); plain resume makes the same request again."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    assert api.sandbox.outbox == ()
    assert main(["resume", "last", "--yes"]) == 0
    assert len(api.sandbox.outbox) == 30
    assert main(["resume", "last", "--yes"]) == 0  # a finished one gives its result again
    assert len(api.sandbox.outbox) == 30


@pytest.mark.usefixtures("here")
def test_the_next_lines_work_as_they_are_printed_while_a_stop_stands(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first lifts what would refuse the second: of a campaign, and by a file, too."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x"]) == 0
    Path(".runbook").mkdir(exist_ok=True)
    Path(".runbook", "STOP").write_text("by hand\n", "utf-8")
    assert main(["resume", "last", "--yes"]) == 11
    allow, remove, resume = shown(capsys, "status")["runs"][0]["commands"][:3]
    assert main(shlex.split(allow)[1:]) == 0
    program, file = shlex.split(remove)
    assert program == "rm"
    Path(file).unlink()
    assert main([*shlex.split(resume)[1:], "--yes"]) == 0
    assert len(api.sandbox.outbox) == 30


@pytest.mark.usefixtures("here")
def test_a_halt_needs_a_reason_to_go_on(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A failed step halts (21); resume without --accept is 11, with it the run goes on behind it."""
    api.sandbox.script(Fault(Kind.ALL_FAILED))
    assert run() == 21
    assert main(["resume", "last", "--yes"]) == 11
    assert "--accept" in capsys.readouterr().err
    assert main(["resume", "last", "--yes", "--accept", "seen"]) == 20


@pytest.mark.usefixtures("here")
def test_cancelled_is_the_end(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A cancelled run is not resumed, and a new one on its occasion may send, if it had not."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    name = shown(capsys, "runs")[0]["run"]
    assert main(["cancel", name, "--reason", "wrong token"]) == 0
    capsys.readouterr()
    assert main(["resume", name, "--yes"]) == 15
    assert re.match(
        f"error: run {name} was cancelled by .*@.* at .* IST: wrong token;", capsys.readouterr().err
    )
    assert main(["cancel", name, "--reason", "again"]) == 11
    assert run() == 0
    assert main(["resume", "last", "--yes"]) == 0
    assert "is finished already" in capsys.readouterr().err


# ---------------------------------------------------------------- a person at a terminal


@pytest.mark.parametrize(
    ("typed", "code", "messages"), [("y\n", 0, 30), ("n\n", 11, 0), ("\n", 11, 0), ("\x03", 130, 0)]
)
def test_asked_at_a_terminal(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str], typed: str, code: int, messages: int
) -> None:
    """A person is shown the plan and asked; anything but yes, Ctrl-C too, sends nothing and leaves no run."""
    assert at_a_terminal(here, typed, "run", "two.yaml") == code
    assert len(api.sandbox.outbox) == messages
    assert len(shown(capsys, "runs")) == (1 if messages else 0)


@pytest.mark.parametrize(("typed", "code"), [("n\n", 11), ("\x03", 130), ("\x04", 11)])
def test_a_no_is_no_error(here: Path, typed: str, code: int) -> None:
    """It is what the person wanted, and nothing was sent."""
    with at_terminal("run", "two.yaml", folder=here, rows=100) as terminal:
        terminal.until("Send? [y/N]\n>")
        terminal.type(typed)
        assert terminal.end() == code
        assert terminal.screen.endswith("Nothing was sent.")
        assert "error:" not in terminal.scrolled


def test_the_organisation_goes_with_every_request(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrong organisation is refused by the API and halts the run with nothing sent (11)."""
    assert here
    with served(5, options=Options(org="org_acme")) as api:
        api.sandbox.load(campaign(5))
        monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
        monkeypatch.setenv("TIMEPAY_ORG_ID", "org_other")
        assert run() == 11
        assert api.sandbox.outbox == ()
        assert eventually(lambda: len(api.sandbox.requests) > 0)
