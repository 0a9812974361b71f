"""``runbook try``: one's own runbook on a sandbox in the process, whatever the surroundings say."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from tests.end_to_end.running import LIVE, RUNBOOK, typed

CONFIG = f"""\
format: config/v1
default: staging
environments:
  staging: {{base_url: "http://127.0.0.1:9/api/v1"}}
  production: {{base_url: "{LIVE}", org: org_acme}}
catalog:
  t1: {{channel: whatsapp, ids: {{staging: tmpl_demo_01, production: hfu7VL6sBhI6NPm}}}}
"""
CSV = """\
loan_id,first_name,payment_status
L-1,Asha,bounced
L-2,"Ravi, the elder",pending
L-3,Meera,paid
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with one runbook, and no sandbox anywhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    return tmp_path


def trial(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:  # noqa: ANN401  (any JSON)
    """Try the runbook and give what is printed as JSON."""
    assert main(["try", "two.yaml", "--format", "json", *arguments]) == code
    return json.loads(capsys.readouterr().out)


def test_a_runbook_is_tried_without_any_set_up(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    """The first line says where, stderr what happens, the rest how it went; nothing is left."""
    assert main(["try", "two.yaml"]) == 0
    said, talk = capsys.readouterr()
    assert said.startswith("SANDBOX: nothing leaves this machine\n")
    assert "remind: 20 messages by whatsapp, template t1" in said
    assert "Exit code 0" in said
    assert "again/c1 sent" in talk
    assert [path.name for path in here.iterdir()] == ["two.yaml"]


def test_the_commands_that_it_offers_can_be_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Each as it stands, inputs included."""
    monkeypatch.chdir(here.parent)
    main(["try", str(here / "two.yaml"), "--input", "branch=north east"])
    offered = capsys.readouterr().out.partition("Next:\n")[2]
    lines = [shlex.split(line) for line in offered.splitlines() if line.startswith("  runbook ")]
    assert [line[1] for line in lines] == ["try", "try", "plan"]
    assert [main(line[1:]) for line in lines] == [20, 22, 0]


def test_they_take_all_that_was_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inputs from a file, customers and chance, too."""
    (here / "in.yaml").write_text("branch: pune\n", "utf-8")
    (here / "people.csv").write_text("loan_id,language,branch,payment_status\nL-1,hindi,pune,paid\n", "utf-8")
    main(["try", "two.yaml", "--input-file", "in.yaml", "--roster", "people.csv", "--seed", "3"])
    offered = capsys.readouterr().out.partition("Next:\n")[2]
    lines = [shlex.split(line) for line in offered.splitlines() if line.startswith("  runbook ")]
    assert all(line[3:7] == ["--input-file", "in.yaml", "--roster", "people.csv"] for line in lines[:-1])
    assert [main(line[1:]) for line in lines][-1] == 0
    assert "error" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "variables",
    [
        {"TIMEPAY_BASE_URL": "%"},
        {"TIMEPAY_BASE_URL": LIVE, "TIMEPAY_ORG_ID": " x ", "TIMEPAY_TOKEN_FILE": "/nowhere"},
        {"TIMEPAY_TOKEN": "a b", "RUNBOOK_LOG": "/nowhere/runlog.db", "RUNBOOK_SENDS": "off", "CI": "true"},
    ],
)
def test_the_surroundings_do_not_matter(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even those that make no sense."""
    plain = trial(capsys)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert trial(capsys)["steps"] == plain["steps"]


@pytest.mark.parametrize(
    ("environment", "sent"), [("staging", "tmpl_demo_01"), ("production", "hfu7VL6sBhI6NPm")]
)
def test_a_catalog_gives_its_names(
    environment: str,
    sent: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As for a run in that environment, which a variable may contradict here."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(CONFIG, "utf-8")
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://elsewhere.example.invalid")
    assert trial(capsys, "--env", environment)["requests"][0]["body"]["templateId"] == sent


@pytest.mark.parametrize(
    ("answer", "code", "statuses"),
    [
        ("remind=207:failed=5", 20, ["partial", "skipped"]),
        ("remind=lost", 22, ["in_doubt", "pending"]),
        ("again/c1=refused", 23, ["succeeded", "not_sent"]),
        ("remind=401", 11, ["rejected", "pending"]),
        ("remind=failed", 21, ["failed", "pending"]),
    ],
)
def test_an_answer_decides_how_it_goes(
    answer: str, code: int, statuses: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is that of the run, in JSON and of the process."""
    tried = trial(capsys, "--answer", answer, code=code)
    assert [step["status"] for step in tried["steps"]] == statuses
    assert tried["exit_code"] == code


def test_answers_of_one_step_come_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    """The first is not taken, the second is."""
    tried = trial(capsys, "--answer", "remind=429", "--answer", "remind=ok")
    assert [(sent["step"], sent["attempt"], sent["status"]) for sent in tried["requests"]] == [
        ("remind", 1, 429),
        ("remind", 2, 200),
        ("again", 1, 200),
    ]


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        (["remind=207:failed=10", "again=lost"], 20, "again was never sent, so its answer was not used"),
        (["remind=207:failed=500"], 21, "remind had 20 customers, so failed=500 became 20"),
        (["remind=207:failed=5"], 20, None),
    ],
)
def test_an_answer_that_was_not_used_is_said(
    answers: list[str], code: int, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else whoever gave it takes it for played."""
    assert main(["try", "two.yaml", *(part for each in answers for part in ("--answer", each))]) == code
    warnings = re.findall("^warning: (.*)$", capsys.readouterr().err, re.MULTILINE)
    assert warnings == ([said] if said else [])


def test_made_up_customers_prove_no_value(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those who are made to match a column's value cannot show that anybody has it."""
    assert main(["try", "two.yaml"]) == 0
    assert "is not tested" not in capsys.readouterr().out
    wanted = "filters: {custom: {branch: '{{ inputs.branch }}'}, payment_status: [bounced, pending]}"
    text = RUNBOOK.replace("filters: {payment_status: [bounced, pending]}", wanted)
    (here / "two.yaml").write_text(text, "utf-8")
    assert main(["try", "two.yaml", "--input", "branch=Pune"]) == 0
    said = capsys.readouterr().out
    assert "whether real ones have branch Pune is not tested (upper and lower case count)" in said


def test_an_end_without_messages_is_not_called_well(capsys: pytest.CaptureFixture[str]) -> None:
    """0 may mean that nobody was found."""
    assert main(["try", "two.yaml", "--answer", "remind=nobody", "--answer", "again=nobody"]) == 0
    assert "Exit code 0, as of a real run: nobody was messaged." in capsys.readouterr().out


def test_it_says_what_a_person_would_have_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """With the commands, in which RUN stands for the run that there is not."""
    assert main(["try", "two.yaml", "--answer", "remind=lost"]) == 22
    said = capsys.readouterr().out
    assert "It would now need you: nobody knows whether remind/c1 went out (in doubt)" in said
    assert 'runbook resolve RUN remind/c1 --as sent --reason "WHY"' in said


def test_who_got_more_than_one_message_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Both steps find those whose payment bounced."""
    tried = trial(capsys)
    got = [message["customer"] for message in tried["messages"]]
    twice = {name for name in got if got.count(name) > 1}
    main(["try", "two.yaml"])
    said = capsys.readouterr().out
    assert f"{len(twice)} customers got more than one message:" in said
    assert any(f"{name} " in said.partition("more than one")[2].partition("got one")[0] for name in twice)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.csv", CSV),
        ("excel.csv", "\ufeff" + CSV.replace("\n", "\r\n") + ",,\r\n"),
        ("r.json", '{"campaigns": [{"id": "other"}, {"id": "camp_demo", "customers": [%s]}]}'),
        ("rows.json", "[%s]"),
    ],
)
def test_customers_from_a_roster(
    name: str, text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CSV as a spreadsheet writes it, JSON as the sandbox loads it, or its rows alone."""
    rows = ", ".join(
        json.dumps({"loan_id": f"L-{n}", "payment_status": status})
        for n, status in enumerate(("bounced", "pending", "paid"), 1)
    )
    (here / name).write_text(text % rows if "%s" in text else text, "utf-8", newline="")
    tried = trial(capsys, "--roster", name)
    assert tried["customers"] == 3
    assert [(message["customer"], message["step"]) for message in tried["messages"]] == [
        ("L-1", "remind"),
        ("L-2", "remind"),
        ("L-1", "again"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.csv", "", "no customers"),
        ("r.csv", "loan_id,payment_status\n", "no customers"),
        ("r.csv", "id,payment_status\n1,paid\n", "no column loan_id or lead_id"),
        ("r.csv", "loan_id,status\n1,paid\n", "no column payment_status, by which remind filters"),
        ("r.csv", "loan_id,loan_id\n1,2\n", "names a column twice"),
        ("r.csv", "loan_id,payment_status\n1,paid,x\n", "r.csv:2: 3 cells"),
        ("r.csv", 'loan_id,payment_status\n1,"paid\n', "is not CSV"),
        ("r.csv", "loan_id,payment_status\n1,paid\n1,paid\n", "has 1 twice"),
        ("r.csv", "loan_id,payment_status\n,paid\n2,paid\n", "customer 1: a customer needs a loan_id"),
        ("r.json", "{", "is not JSON"),
        ("r.json", '{"campaigns": [{"id": "other", "customers": []}]}', "it has other"),
        ("r.json", "[1]", "customers are mappings"),
        ("r.json", "5", "expected campaigns"),
    ],
)
def test_a_roster_that_makes_no_sense_is_refused(
    name: str, text: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words, under the code of files."""
    (here / name).write_text(text, "utf-8")
    assert main(["try", "two.yaml", "--roster", name]) == 10
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--answer", "remind"], 64, "is not of the form STEP=ANSWER"),
        (["--answer", "remnd=ok"], 64, "did you mean remind?"),
        (["--answer", "remind=207:faild=5"], 64, "did you mean failed?"),
        (["--fault", "rest"], 64, "there is no fault 'rest'"),
        (["--input", "cap=900"], 64, "cap"),
        (["--roster", "nowhere.csv"], 64, "nowhere.csv does not exist"),
        (["--env", "staging"], 64, "there is no .runbook/config.yaml"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below the line that says where this is."""
    assert main(["try", "two.yaml", *arguments]) == code
    out, talk = capsys.readouterr()
    assert out.startswith("SANDBOX: ")
    assert said in talk


@pytest.mark.parametrize("file", [None, "", "no such file"])
def test_whoever_has_no_token_is_offered_a_trial(
    file: str | None, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the token should have come from."""
    monkeypatch.setenv("TIMEPAY_BASE_URL", "http://127.0.0.1:9/api/v1")
    if file is not None:
        monkeypatch.setenv("TIMEPAY_TOKEN_FILE", str(here / "token"))
    if file == "":
        (here / "token").write_text("\n", "utf-8")
    assert main(["run", "two.yaml", "--yes"]) == 11
    assert "or try it first, which needs none: `runbook try FILE`" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_trial_that_is_interrupted_leaves_nothing(number: int, code: int, here: Path) -> None:
    """The signal comes while the log is there."""
    (here / "tmp").mkdir()
    many = "".join(
        f"  - {{id: s{n}, channel: sms, template: t, filters: {{language: hindi}}, limit: 1}}\n"
        for n in range(900)
    )
    (here / "long.yaml").write_text(RUNBOOK.partition("  - id: remind")[0] + many, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "engine", "try", "long.yaml"],
        env={**os.environ, "TMPDIR": str(here / "tmp")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert any(b"about to be sent" in line for line in process.stderr)
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == code
    assert list((here / "tmp").iterdir()) == []


def test_nobody_reading_does_not_matter(here: Path) -> None:
    """Whoever stops reading ends the command as any other."""
    assert typed("$RUN try two.yaml 2>&- | head -1", here).stdout == "SANDBOX: nothing leaves this machine\n"


def test_it_lies_in_the_folder_for_temporary_files(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that is closed, this is said, and not taken for a bug."""
    monkeypatch.setattr(tempfile, "tempdir", str(here / "nowhere"))
    assert main(["try", "two.yaml"]) != 0
    assert "This is a bug" not in capsys.readouterr().err
