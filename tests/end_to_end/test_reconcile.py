"""``runbook reconcile`` and ``resolve --evidence``, from the command line to the outbox."""

import json
import os
import shutil
from pathlib import Path

import pytest

from engine.cli import main
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.reading import run as type_in
from tests.end_to_end.running import lines_of, run, shown, templates, typed
from tests.terminals import at_terminal

LOST = Fault(Kind.RESET, accepted=True)


def reconcile(*arguments: str) -> int:
    """Look once."""
    return main(["reconcile", "last", "--wait", "0", *arguments])


@pytest.mark.usefixtures("here")
def test_a_doubt_that_the_logs_settle(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The screen of the run offers it first; typed as it stands, it settles the send, and the run goes on."""
    api.sandbox.script(LOST)
    assert run() == 22
    first, *_ = lines_of(capsys.readouterr().out)
    assert first[0] == "reconcile"
    assert main(first) == 0
    said = capsys.readouterr().out
    assert said.startswith("SANDBOX: nothing leaves this machine · camp_demo\n")
    assert "it went out (taken as sent): rows show it for 20 customers" in said
    assert "seal: sha256:" in said
    assert main(["resume", "last", "--yes"]) == 15  # its condition reads numbers that nobody knows
    assert templates(api).count("t1") == 20
    assert shown(capsys, "show", "last")["sends"][0]["status"] == "sent_unknown"


@pytest.mark.usefixtures("here")
def test_a_doubt_that_stays(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """No row settles nothing: exit code 22, the word *in doubt*, and the next commands."""
    api.sandbox.script(Fault(Kind.RESET))
    assert run() == 22
    capsys.readouterr()
    assert reconcile() == 22
    said = capsys.readouterr().out
    assert "nobody knows whether it went out (in doubt)" in said
    assert "proves nothing" in said
    assert {line[0] for line in lines_of(said)} == {"reconcile", "resolve"}
    assert "not reached\n" not in said.partition("\n\n")[0]


@pytest.mark.usefixtures("here")
def test_as_json_it_is_json_alone(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """What was found and what to type next; twice the same, and the second time nothing is written."""
    api.sandbox.script(LOST)
    assert run() == 22
    capsys.readouterr()
    assert reconcile("--format", "json") == 0
    about = json.loads(capsys.readouterr().out)
    (send,) = about["sends"]
    assert (send["reached"], send["new"], send["in_doubt"], about["written"]) == (20, 20, False, True)
    assert about["commands"][0].startswith("runbook resume")
    assert reconcile("--format", "json") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["sends"][0]["new"], again["written"], again["seal"]) == (0, False, None)


@pytest.mark.usefixtures("here")
def test_rows_of_an_earlier_run(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """They fit the doubtful send, too: that is said under the name of their run, and not-sent is refused."""
    assert run() == 0
    earlier = str(shown(capsys, "show", "last")["run"])
    api.sandbox.script(Fault(Kind.RESET))
    assert run("--again", "the first one was a trial") == 22
    capsys.readouterr()
    assert reconcile() == 22
    out = capsys.readouterr().out
    assert "not-sent" not in str(lines_of(out))
    assert "so it may well have gone out" in out
    said = " ".join(out.split())
    assert f"20 rows fit it, but may be those of remind/c1 of run {earlier}" in said
    assert "Of other runs on this campaign the rows show, and that is kept:" in said
    assert f" remind/c1 of run {earlier}: rows show it for 20 customers" in said
    assert main(["resolve", "last", "remind", "--as", "not-sent", "--reason", "none there"]) == 11
    assert f"may be those of remind/c1 of run {earlier}" in capsys.readouterr().err
    for looks in (["status"], ["show", "last"]):
        assert main(looks) == 0
        words = {line[line.index("--as") + 1] for line in lines_of(capsys.readouterr().out) if "--as" in line}
        assert words == {"sent", "never-known"}
    assert reconcile("--format", "json") == 22
    assert json.loads(capsys.readouterr().out)["others"] == []
    assert main(["verify", "last"]) == 0
    assert main(["verify", earlier]) == 0


@pytest.mark.usefixtures("here")
def test_a_dry_run_writes_nothing(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows what there is, and the doubt stays."""
    api.sandbox.script(LOST)
    assert run() == 22
    before = shown(capsys, "events", "last")
    assert reconcile("--dry-run") == 22
    said = capsys.readouterr().out
    assert "Nothing was written, so not-sent of remind/c1 is not refused: do not say it." in said
    assert "Before you resolve anything: runbook reconcile" in said
    assert {line[line.index("--as") + 1] for line in lines_of(said) if "--as" in line} == {
        "sent",
        "never-known",
    }
    assert reconcile("--dry-run", "--format", "json") == 22
    assert "not-sent" not in str(json.loads(capsys.readouterr().out)["commands"])
    assert shown(capsys, "events", "last") == before


@pytest.mark.usefixtures("here")
def test_a_dry_run_that_finds_nothing(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It proves nothing, so every word stays open."""
    api.sandbox.script(Fault(Kind.RESET))
    assert run() == 22
    capsys.readouterr()
    assert reconcile("--dry-run") == 22
    said = capsys.readouterr().out
    assert "Nothing was written. Before you resolve anything: runbook reconcile" in said
    assert "not-sent" in str(lines_of(said))


@pytest.mark.usefixtures("here")
def test_a_log_that_cannot_be_written_is_looked_at(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is in the way, with the cure, before the command is typed again."""
    api.sandbox.script(LOST)
    assert run() == 22
    capsys.readouterr()
    with monkeypatch.context() as closed:
        closed.setattr(os, "access", lambda _, how: not how & os.W_OK)
        assert reconcile() == 22
        said = capsys.readouterr().out
        assert reconcile("--format", "json") == 22
        assert "runlog.db cannot be written: permission denied" in capsys.readouterr().err
    assert "Nothing was written: the run log" in said
    assert "runlog.db cannot be written: permission denied, so not-sent of remind/c1 is not refused" in said
    assert "Before you resolve anything: allow it, for the file and for its folder" in said


@pytest.mark.usefixtures("here")
def test_an_unknown_run_and_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    """64, with what to do."""
    assert reconcile() == 64
    assert run() == 0
    assert main(["reconcile", "nosuchrun"]) == 64
    assert "there is no run 'nosuchrun'" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_an_api_that_is_not_there(
    api: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A token that it does not take is said at once (11); nothing is written."""
    api.sandbox.script(LOST, Fault(Kind.STATUS, path="/logs", status=401, always=True))
    assert run() == 22
    capsys.readouterr()
    assert reconcile() == 11
    said = capsys.readouterr()
    assert "the API's logs cannot be read: the API does not accept the token (401)" in said.err
    monkeypatch.delenv("TIMEPAY_TOKEN")
    assert reconcile() == 11


def test_from_another_machine(api: Served, here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It needs the log and the API, and neither the runbook nor its folder."""
    api.sandbox.script(LOST)
    assert run() == 22
    there = tmp_path_factory.mktemp("there")
    shutil.copytree(here / ".runbook", there / ".runbook")
    variables = {"TIMEPAY_BASE_URL": api.address, "TIMEPAY_TOKEN": "sandbox"}
    done = type_in("runbook reconcile last --wait 0", there, variables)
    assert done.returncode == 0, done.stderr


def test_a_narrow_terminal(api: Served, here: Path) -> None:
    """Words are folded between words; the command lines stay whole."""
    api.sandbox.script(LOST)
    assert run() == 22
    with at_terminal("reconcile", "last", "--wait", "0", folder=here, columns=40) as terminal:
        assert terminal.end() == 0
        said = terminal.scrolled
    assert "rows show it for 20 customers" in " ".join(said.split())
    assert "page 2 of 2" in said


@pytest.mark.parametrize("wrong", [["--wait", "soon"], ["--wait", "-1s"], ["--pages", "0"]])
@pytest.mark.usefixtures("here")
def test_wrong_options(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """64, in words."""
    assert main(["reconcile", "last", *wrong]) == 64
    assert "error:" in capsys.readouterr().err


# ---------------------------------------------------------------- evidence


@pytest.fixture
def doubtful(api: Served, here: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Leave the second step, by SMS, in doubt; give the folder."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True, channel="sms"))
    assert run() == 22
    assert reconcile() == 22
    assert "hold no sms" in capsys.readouterr().out
    return here


def export(folder: Path, api: Served, template: str = "t2") -> str:
    """Write what the dashboard would export."""
    lines = [
        f"{each.customer},{each.channel},{each.at.isoformat()},Delivered"
        for each in api.sandbox.outbox
        if each.template == template
    ]
    (folder / "export.csv").write_text("\n".join(["Loan ID,Channel,Sent At,Status", *lines]), "utf-8")
    return "export.csv"


def test_an_export_settles_a_send(doubtful: Path, api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Whom it names is kept; no word is needed, and the run goes on."""
    assert main(["resolve", "last", "again", "--evidence", export(doubtful, api)]) == 0
    assert "rows show it for 10 customers" in capsys.readouterr().out
    about = shown(capsys, "show", "last")
    assert about["sends"][-1]["status"] == "sent_unknown"
    assert main(["resume", "last", "--yes"]) == 20
    assert templates(api).count("t2") == 10


REFUSED: dict[str, tuple[list[str], int, str]] = {
    "not-sent against it": (["--as", "not-sent", "--reason", "x"], 11, "it did go out"),
    "a word without a reason": (["--as", "sent"], 64, "--reason is missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_an_export_does_not_let_pass(
    doubtful: Path, api: Served, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word against a row is refused; nothing is written."""
    more, code, expected = REFUSED[name]
    before = shown(capsys, "events", "last")
    assert main(["resolve", "last", "again", "--evidence", export(doubtful, api), *more]) == code
    assert expected in capsys.readouterr().err
    assert shown(capsys, "events", "last") == before


def test_an_export_in_which_nothing_fits(
    doubtful: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """That proves nothing: refused (11) with the words that are left; beside a word, the word counts."""
    file = export(doubtful, api, "t1")
    assert main(["resolve", "last", "again", "--evidence", file]) == 11
    assert "that proves nothing" in capsys.readouterr().err
    word = ["--as", "never-known", "--reason", "the dashboard shows none"]
    assert main(["resolve", "last", "again", "--evidence", file, *word]) == 0


@pytest.mark.usefixtures("doubtful")
def test_neither_a_word_nor_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """64, with both ways."""
    assert main(["resolve", "last", "again"]) == 64
    said = capsys.readouterr().err
    assert "--as" in said
    assert "--evidence" in said


def test_a_file_that_is_not_there(doubtful: Path) -> None:
    """A line, and no traceback."""
    done = typed("$RUN resolve last again --evidence nowhere.csv", doubtful, **os.environ)
    assert done.returncode == 64
    assert "nowhere.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_api_to_ask_the_log_says_which_it_is(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is named with its value; a token that is missing is no reason to try a runbook."""
    assert here.is_dir()
    api.sandbox.script(LOST)
    assert run() == 22
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    for line in (["reconcile", "last"], ["resume", "last", "--yes"]):
        capsys.readouterr()
        assert main(line) == 64
        said = capsys.readouterr().err
        assert f"export TIMEPAY_BASE_URL={api.address}" in said
        assert "--env" in said
    monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
    monkeypatch.delenv("TIMEPAY_TOKEN")
    assert reconcile() == 11
    said = capsys.readouterr().err
    assert "runbook try" not in said
    assert "`runbook resolve" in said
