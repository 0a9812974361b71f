"""What keeps a run from being started or taken further: each refusal, its code, and nothing sent."""

import json
import os
from pathlib import Path

import pytest

from engine.cli import main
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from engine.timepay.campaign import CampaignFacts
from engine.timepay.client import Client
from tests.end_to_end.running import LIVE, RUNBOOK, at_a_terminal, run, shown


def halted(api: Served, *options: str) -> None:
    """Leave a run that was refused by the API, of which nothing went out."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run(*options) == 11
    assert api.sandbox.outbox == ()


# ---------------------------------------------------------------- switched off


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("word", ["off", "OFF", "0", "no", "false", " off ", "of", "stop", "ture", "-"])
def test_sends_can_be_switched_off(
    word: str, api: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``RUNBOOK_SENDS`` forbids every send from here unless it says on, and not what nobody can read."""
    halted(api)
    before = api.sandbox.requests
    monkeypatch.setenv("RUNBOOK_SENDS", word)
    capsys.readouterr()
    assert run() == 11
    assert main(["resume", "last", "--yes"]) == 11
    said = capsys.readouterr().err
    assert said.count("error: RUNBOOK_SENDS=") == 2
    is_known = word.strip().lower() in ("off", "0", "no", "false")
    assert said.count("is neither on nor off") == (0 if is_known else 2)
    assert api.sandbox.requests == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("word", ["", "on", "On", "1", "yes", "true"])
def test_sends_can_be_switched_on(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these lets a run go."""
    monkeypatch.setenv("RUNBOOK_SENDS", word)
    assert run() == 0


# ---------------------------------------------------------------- what was reviewed


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
    assert "that is the plan digest\n  help: say it with --expect" in capsys.readouterr().err
    assert run("--expect", digests["rules"]) == 13
    assert "that is the rules digest\n  help: say it with --within" in capsys.readouterr().err
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


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("expires_at", ["2999-01-01T00:00:00", "soon", 5, None, "0001-01-01T00:00:00+14:00"])
def test_a_plan_without_an_instant_of_expiry(expires_at: object, api: Served) -> None:
    """It is no plan (10)."""
    assert main(["plan", "two.yaml", "--out", "plan.json"]) == 0
    plan = json.loads(Path("plan.json").read_text("utf-8"))
    plan["made"]["expires_at"] = expires_at
    Path("plan.json").write_text(json.dumps(plan), "utf-8")
    assert run("--plan", "plan.json") == 10
    assert api.sandbox.requests == ()


@pytest.mark.usefixtures("here")
def test_another_plan_is_said_before_a_log_that_is_damaged(api: Served) -> None:
    """13 comes before 14."""
    Path("bad.db").write_text("no log", "utf-8")
    assert run("--log", "bad.db", "--expect", f"sha256:{'0' * 64}") == 13
    assert run("--log", "bad.db") == 14
    assert api.sandbox.requests == ()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--expect", f"sha256:{'0' * 64}"), 13),
        (("--within", f"sha256:{'0' * 64}"), 13),
        (("--at-most", "29"), 11),
        (("--at-most", "30"), 0),
    ],
    ids=["expect", "within", "too many", "enough"],
)
def test_what_bounds_a_resume(options: tuple[str, ...], code: int, api: Served) -> None:
    """It is refused as a run is, with nothing sent."""
    halted(api)
    assert main(["resume", "last", "--yes", *options]) == code
    assert len(api.sandbox.outbox) == (0 if code else 30)


@pytest.mark.usefixtures("here")
def test_a_resume_of_what_was_reviewed(api: Served) -> None:
    """The digests of the run's own plan let it go."""
    assert main(["plan", "two.yaml", "--out", "plan.json"]) == 0
    digests = json.loads(Path("plan.json").read_text("utf-8"))["digests"]
    halted(api)
    bounds = ["--expect", digests["plan"], "--within", digests["rules"]]
    assert main(["resume", "last", "--yes", *bounds]) == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "option",
    [
        ("--expect", f"sha256:{'0' * 64}"),
        ("--within", f"sha256:{'0' * 64}"),
        ("--at-most", "1"),
        ("--plan", "nowhere.json"),
    ],
)
def test_a_dry_run_promises_no_check(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """An option that it would not honour is refused (64)."""
    assert run("--dry-run", *option) == 64
    assert option[0] in capsys.readouterr().err
    assert run("--dry-run") == 0


# ---------------------------------------------------------------- asking, and live


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


@pytest.mark.usefixtures("here")
def test_without_a_token_nothing_begins(
    here: Path, api: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no pin asks for the API before, either: a run leaves nothing, a resume writes nothing."""
    (here / "two.yaml").write_text(RUNBOOK.replace(", name: PL Mumbai", ""), "utf-8")
    monkeypatch.delenv("TIMEPAY_TOKEN")
    assert run() == 11
    assert shown(capsys, "runs") == []
    monkeypatch.setenv("TIMEPAY_TOKEN", "t")
    halted(api)
    monkeypatch.delenv("TIMEPAY_TOKEN")
    before = shown(capsys, "events", "last")
    assert main(["resume", "last", "--yes"]) == 11
    assert shown(capsys, "events", "last") == before


# ---------------------------------------------------------------- the campaign that is pinned


def test_another_campaign_than_the_pinned_one(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The campaign's name is read before anything is sent, and another one refuses the run (11)."""
    (here / "two.yaml").write_text(RUNBOOK.replace("PL Mumbai", "PL Pune"), "utf-8")
    assert run() == 11
    assert "PL Mumbai" in capsys.readouterr().err
    assert api.sandbox.outbox == ()


FACTS = {
    "another organisation": CampaignFacts("camp_demo", "PL Mumbai", "org_other", "active"),
    "paused": CampaignFacts("camp_demo", "PL Mumbai", None, "paused"),
    "completed": CampaignFacts("camp_demo", "PL Mumbai", None, "Completed"),
    "draft": CampaignFacts("camp_demo", "PL Mumbai", None, "draft"),
    "another name": CampaignFacts("camp_demo", "PL Pune", None, "active"),
    "no name": CampaignFacts("camp_demo", None, None, "active"),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS)
def test_what_the_api_says_of_the_campaign(
    facts: CampaignFacts, api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is not as it is pinned, or cannot be checked, refuses a run and a resume (11)."""
    monkeypatch.setenv("TIMEPAY_ORG_ID", "org_acme")
    halted(api)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "campaign", lambda *_: facts)
        assert run() == 11
        assert main(["resume", "last", "--yes"]) == 11
    assert api.sandbox.outbox == ()
    assert main(["resume", "last", "--yes"]) == 0


def test_without_a_pin_nothing_is_asked(here: Path, api: Served) -> None:
    """A runbook that names no name is run by the id alone."""
    (here / "two.yaml").write_text(RUNBOOK.replace(", name: PL Mumbai", ""), "utf-8")
    halted(api)
    assert main(["resume", "last", "--yes"]) == 0
    assert {request.method for request in api.sandbox.requests} == {"POST"}


# ---------------------------------------------------------------- going on


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


def test_nobody_to_ask_before_a_resume(here: Path, api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal it needs --yes (64); at one, a no sends nothing (11) and a yes goes on."""
    halted(api)
    assert main(["resume", "last"]) == 64
    assert "--yes" in capsys.readouterr().err
    assert at_a_terminal(here, "n\n", "resume", "last") == 11
    assert api.sandbox.outbox == ()
    assert at_a_terminal(here, "y\n", "resume", "last") == 0
    assert len(api.sandbox.outbox) == 30


@pytest.mark.usefixtures("here")
def test_a_live_resume_takes_more(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--yes needs a bound (64), and in CI the log must outlive the job (11)."""
    assert main(["log", "init"]) == 0
    monkeypatch.setattr("engine.config.is_loopback", lambda _: False)  # the sandbox, taken for live
    halted(api, "--at-most", "30")
    capsys.readouterr()
    assert main(["resume", "last", "--yes"]) == 64
    assert "--yes alone does not send to real people" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert main(["resume", "last", "--yes", "--at-most", "30"]) == 11
    assert "own disk" in capsys.readouterr().err
    assert api.sandbox.outbox == ()
    monkeypatch.delenv("CI")
    assert main(["resume", "last", "--yes", "--at-most", "30"]) == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["", " "])
def test_a_run_has_a_name(name: str, api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty one, of a variable that is not set, is refused everywhere (64), with a log and without."""
    verbs = [
        ["show", name],
        ["events", name],
        ["resume", name, "--yes"],
        ["cancel", name, "--reason", "x"],
        ["resolve", name, "remind", "--as", "sent", "--reason", "x"],
        ["decide", name, "remind", "--as", "run", "--reason", "x"],
    ]
    for has_log in (False, True):
        if has_log:
            halted(api)
        capsys.readouterr()
        for verb in verbs:
            assert main(verb) == 64
            assert "the name of the run is empty" in capsys.readouterr().err
    assert main(["resume", "last", "--yes"]) == 0
