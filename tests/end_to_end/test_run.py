"""Running, from the command line to the outbox: what is sent, said, refused, and under which exit code."""

import fcntl
import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.sandbox import Fault, Kind, Options
from engine.sandbox.server import Served
from tests.sandboxes import campaign, eventually, served

RUNBOOK = """\
format: runbook/v1
name: two-steps
revision: 2
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo, name: PL Mumbai}
inputs:
  cap: {type: integer, minimum: 1, maximum: 50, default: 20}
  branch: {type: string, key: true, default: pune}
defaults: {timeout: 2s, retry: {attempts: 2, within: 5s}}
steps:
  - id: remind
    channel: whatsapp
    template: t1
    filters: {payment_status: [bounced, pending]}
    limit: "{{ inputs.cap }}"
  - id: again
    channel: sms
    template: t2
    when: steps.remind.failed == 0
    filters: {payment_status: [bounced]}
    limit: 10
"""
LIVE = "https://api.example.invalid/api/v1"


@pytest.fixture
def api() -> Iterator[Served]:
    """Serve a sandbox with fifty customers."""
    with served(50) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: Served) -> Path:
    """Stand in an empty folder with one runbook, before that sandbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
    monkeypatch.setenv("TIMEPAY_TOKEN", "sandbox")
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    return tmp_path


def run(*arguments: str) -> int:
    """Run the runbook without being asked."""
    return main(["run", "two.yaml", "--yes", *arguments])


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:  # noqa: ANN401  (any JSON)
    """Give what a looking verb prints as JSON."""
    capsys.readouterr()
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def templates(api: Served) -> list[str]:
    """Give the template of each message that was accepted."""
    return [message.template or "" for message in api.sandbox.outbox]


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
    assert name in capsys.readouterr().err
    assert len(api.sandbox.outbox) == 30
    assert run("--again", "the first went out with a wrong text") == 0
    assert len(api.sandbox.outbox) == 60
    assert run("--input", "branch=nashik") == 0  # another key is another occasion
    events = shown(capsys, "events", shown(capsys, "runs")[1]["run"])
    assert [event["reason"] for event in events if event["kind"] == "override_used"] == [
        "the first went out with a wrong text"
    ]


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
    assert shown(capsys, "status") == {"runs": [], "stops": [], "stop_file": None}


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
    assert "more customers than" in capsys.readouterr().out
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
    assert main(["resume", name, "--yes"]) == 15
    assert main(["cancel", name, "--reason", "again"]) == 11
    assert run() == 0


# ---------------------------------------------------------------- stop, review, asking


@pytest.mark.usefixtures("here")
def test_stop_and_allow(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A stop in the log, the STOP file and RUNBOOK_SENDS=off each keep everything back (11)."""
    assert main(["stop", "--reason", "wrong text"]) == 0  # no log yet: a file
    assert run() == 11
    assert "wrong text" in capsys.readouterr().err
    assert main(["allow", "--reason", "mended"]) == 0
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11  # makes the log
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x"]) == 0
    assert main(["resume", "last", "--yes"]) == 11
    assert [stop["campaign"] for stop in shown(capsys, "status")["stops"]] == ["camp_demo"]
    assert main(["allow", "--reason", "y"]) == 64  # there is no stop for everything
    assert main(["allow", "--campaign", "camp_demo", "--reason", "y"]) == 0
    assert api.sandbox.outbox == ()
    assert main(["resume", "last", "--yes"]) == 0


@pytest.mark.usefixtures("here")
def test_sends_can_be_switched_off(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """``RUNBOOK_SENDS=off`` forbids every send from here."""
    monkeypatch.setenv("RUNBOOK_SENDS", "off")
    assert run() == 11
    assert api.sandbox.requests == ()


@pytest.mark.usefixtures("here")
def test_exactly_what_was_reviewed(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """--expect, --plan and --within let the reviewed plan through, and refuse any other (13)."""
    assert main(["plan", "two.yaml", "--out", "plan.json"]) == 0
    digests = json.loads(Path("plan.json").read_text("utf-8"))["digests"]
    capsys.readouterr()
    assert run("--expect", digests["plan"], "--input", "cap=21") == 13
    assert run("--plan", "plan.json", "--input", "cap=21") == 13
    assert "remind: at most: reviewed 20, now 21" in capsys.readouterr().err
    assert run("--within", digests["plan"]) == 13
    assert run("--at-most", "29") == 11
    assert run("--expect", "sha256:1") == 64
    assert api.sandbox.requests == ()
    assert run("--within", digests["rules"], "--input", "cap=21") == 0
    assert run("--plan", "plan.json", "--expect", digests["plan"], "--again", "x", "--at-most", "30") == 0


@pytest.mark.usefixtures("here")
def test_a_plan_that_was_changed_or_has_expired(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan file is believed only while it holds, and only if it gives its own digest."""
    assert main(["plan", "two.yaml", "--out", "plan.json"]) == 0
    whole = Path("plan.json").read_text("utf-8")
    Path("plan.json").write_text(whole.replace('"at_most": 20', '"at_most": 25'), "utf-8")
    assert run("--plan", "plan.json") == 13
    expired = json.loads(whole)
    expired["made"]["expires_at"] = "2026-01-01T00:00:00+00:00"
    Path("plan.json").write_text(json.dumps(expired), "utf-8")
    assert run("--plan", "plan.json") == 13
    assert "held until 2026-01-01" in capsys.readouterr().err
    Path("plan.json").write_text("[]", "utf-8")
    assert run("--plan", "plan.json") == 10
    assert api.sandbox.requests == ()


def test_nobody_to_ask(here: Path, api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal, a run needs --yes (64); an invalid runbook is 10, and no account 64."""
    assert main(["run", "two.yaml"]) == 64
    assert "--yes" in capsys.readouterr().err
    (here / "two.yaml").write_text(RUNBOOK.replace("limit: 10", "limit: 0"), "utf-8")
    assert run() == 10
    assert api.sandbox.requests == ()


@pytest.mark.usefixtures("here")
def test_live_takes_more(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live, --yes needs a bound (64), a log that somebody made (14), and in CI one that stays (11)."""
    monkeypatch.setenv("TIMEPAY_BASE_URL", LIVE)
    assert run() == 64
    assert run("--at-most", "30") == 14
    assert "log init" in capsys.readouterr().err
    assert main(["log", "init"]) == 0
    assert main(["log", "init"]) == 14
    monkeypatch.setenv("CI", "true")
    assert run("--at-most", "30") == 11
    assert "own disk" in capsys.readouterr().err
    assert api.sandbox.requests == ()
    assert shown(capsys, "runs") == []


@pytest.mark.usefixtures("here")
def test_no_token_and_a_bad_one(
    api: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is refused (11) with what to set, and the token is never repeated."""
    monkeypatch.setenv("TIMEPAY_TOKEN", "Bearer secret-word")
    assert run() == 11
    monkeypatch.delenv("TIMEPAY_TOKEN")
    assert run() == 11
    monkeypatch.setenv("TIMEPAY_TOKEN_FILE", "nowhere")
    assert run() == 11
    said = capsys.readouterr().err
    assert "TIMEPAY_TOKEN" in said
    assert "secret-word" not in said
    assert api.sandbox.requests == ()
    assert shown(capsys, "runs") == []


def test_another_campaign_than_the_pinned_one(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The campaign's name is read before anything is sent, and another one refuses the run (11)."""
    (here / "two.yaml").write_text(RUNBOOK.replace("PL Mumbai", "PL Pune"), "utf-8")
    assert run() == 11
    assert "PL Mumbai" in capsys.readouterr().err
    assert api.sandbox.outbox == ()


@pytest.mark.usefixtures("here")
def test_resumed_somewhere_else(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A run goes on only where it was begun: another address or organisation is 13."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    os.environ["TIMEPAY_ORG_ID"] = "org_other"
    try:
        assert main(["resume", "last", "--yes"]) == 13
    finally:
        del os.environ["TIMEPAY_ORG_ID"]
    assert main(["resume", "nowhere", "--yes"]) == 64
    assert "org_other" in capsys.readouterr().err
    assert api.sandbox.outbox == ()


# ---------------------------------------------------------------- looking


def test_looking_where_nothing_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``runs`` is an empty list with exit 0, ``status`` needs nobody, ``show`` is 64; nothing is made."""
    monkeypatch.chdir(tmp_path)
    assert shown(capsys, "runs") == []
    assert shown(capsys, "status") == {"runs": [], "stops": [], "stop_file": None}
    assert shown(capsys, "contacts", "L-1") == []
    assert main(["show", "last"]) == 64
    assert main(["runs"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_contacts_of_a_customer_who_was_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A send that names customers is found under each of them; one by filter names nobody."""
    named = RUNBOOK.replace("filters: {payment_status: [bounced]}", "filters: {ids: [L-1, L-6]}")
    (here / "two.yaml").write_text(named, "utf-8")
    assert run() == 0
    found = shown(capsys, "contacts", "L-6")
    assert [(each["address"], each["channel"], each["template"], each["status"]) for each in found] == [
        ("again/c1", "sms", "t2", "succeeded")
    ]
    assert shown(capsys, "contacts", "L-2") == []


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


def at_a_terminal(here: Path, typed: str, *arguments: str) -> int:
    """Run a command at a terminal of its own, type, and give its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", *arguments],
        cwd=here,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  (one call, no lock)
    )
    os.close(theirs)
    try:
        _read_until(ours, "> ")
        os.write(ours, typed.encode())
        _read_until(ours, None)
        return process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until(terminal: int, end: str | None) -> None:
    """Read what a terminal shows, until it ends so, or (None) until the other side has closed."""
    said = b""
    while end is None or not said.decode(errors="replace").endswith(end):
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return
        if not piece:
            return
        said += piece


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
