"""The command line: exit codes, streams, headlines, and bad input of every kind."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from engine.cli import main
from engine.cli.verbs import MEANT, SECTIONS, VERBS
from engine.planner.program import digests_of
from engine.sandbox import Kind
from engine.sandbox.faults import OPTIONS

ROOT = Path(__file__).parents[2]
FLAGSHIP = ROOT / "runbooks" / "emi-bounce-recovery.yaml"
BRANCH = ["--input", "branch=pune"]

FIRST = """\
format: runbook/v1
name: first
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - id: remind
    channel: sms
    template: emi_reminder
    filters: {payment_status: bounced}
    limit: 100
"""
CONFIG = """\
format: config/v1
default: staging
environments:
  staging: {base_url: "http://127.0.0.1:8001/api/v1"}
  production: {base_url: "https://api.agents.timepay.ai/api/v1/", org: org_acme}
catalog:
  emi_reminder: {channel: sms, ids: {staging: s1, production: p1}, text: "Dear customer, your EMI is due."}
"""
OTHER_LOG = '{base_url: "http://127.0.0.1:8001/v2", log: x.db}'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(here: Path) -> Path:
    """Stand in a repository with a configuration and a runbook."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(CONFIG, "utf-8")
    (here / "first.yaml").write_text(FIRST, "utf-8")
    return here


def plan_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """Plan and give the JSON."""
    assert main(["plan", *arguments, "--format", "json"]) == 0
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


# ---------------------------------------------------------------- whole process


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m engine`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version(tmp_path: Path) -> None:
    """One line, at once."""
    result = run("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "runbook 0.1.0\n")


def test_usage_is_64_and_never_clicks_own_code(tmp_path: Path) -> None:
    """No verb, an unknown verb, an unknown option, a missing argument."""
    for arguments in ([], ["paln"], ["plan", "--colour"], ["plan"], ["validate"], ["schema", "x"]):
        result = run(*arguments, cwd=tmp_path)
        assert result.returncode == 64, arguments
        assert "Traceback" not in result.stderr


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    """``runbook schema | head -1`` is quiet."""
    command = f"{sys.executable} -m engine schema | head -1"
    result = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stderr == ""


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    """Talk goes to stderr, so a pipe gets JSON and nothing else."""
    result = run("validate", str(FLAGSHIP), "--format", "json", cwd=tmp_path)
    assert json.loads(result.stdout) == {"findings": [], "files": [str(FLAGSHIP)]}
    assert result.returncode == 0


# ---------------------------------------------------------------- validate


def test_validate_walks_folders_and_leaves_scenarios_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All *.yaml below a folder, but hidden ones and *.test.yaml."""
    for name in ("a.yaml", "b.yml", "c.test.yaml", ".hidden.yaml", "notes.txt"):
        (here / name).write_text(FIRST, "utf-8")
    assert main(["validate", ".", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["a.yaml", "b.yml"]


def test_validate_without_a_path_checks_what_the_configuration_names(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``paths.runbooks``, from wherever in the repository."""
    (repository / "runbooks").mkdir()
    (repository / "runbooks" / "a.yaml").write_text(FIRST, "utf-8")
    assert main(["validate", "--format", "json"]) == 0
    assert [Path(file).name for file in json.loads(capsys.readouterr().out)["files"]] == ["a.yaml"]


def test_findings_as_json_have_the_contracts_keys(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code, severity, file, line, column, message, help; exit 10."""
    (here / "a.yaml").write_text(FIRST.replace("limit: 100", "limit: 0"), "utf-8")
    assert main(["validate", "a.yaml", "--format", "json"]) == 10
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert {"code", "severity", "file", "line", "column", "message", "help"} <= set(finding)
    assert (finding["file"], finding["line"], finding["column"]) == ("a.yaml", 11, 12)


def test_warnings_alone_are_no_failure(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown language is shown, and the exit code is 0."""
    (here / "a.yaml").write_text(FIRST.replace("payment_status: bounced", "language: klingon"), "utf-8")
    assert main(["validate", "a.yaml"]) == 0
    assert "warning RB204" in capsys.readouterr().out


# ---------------------------------------------------------------- bad input


BOMB = b"format: runbook/v1\na: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
)
BAD = {
    "empty": b"",
    "not YAML": b"{[}",
    "a list": b"- 1\n- 2\n",
    "binary": bytes(range(256)) * 50,
    "alias bomb": BOMB,
    "deep": b"a: " + b"[" * 100_000,
    "wide": b"format: runbook/v1\nx: [" + b"1," * 400_000 + b"1]\n",
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(100_000)),
    "long line": b"a: " + b"x" * 3_000_000,
    "python tag": b"a: !!python/object/apply:os.system ['true']\n",
    "too big": b"# " + b"x" * (5 * 1024 * 1024 - 1),
    "sandbox escape": FIRST.encode() + b"    when: \"''.__class__.__mro__[1].__subclasses__()\"\n",
    "deep condition": FIRST.encode() + b"    when: " + b"(" * 5_000 + b"\n",
    "utf-16": FIRST.encode("utf-16"),
    "latin-1": FIRST.encode().replace(b"first", b"fir\xe9"),
    "unknown version": FIRST.replace("runbook/v1", "runbook/v9").encode(),
    "surrogate": b'name: "\\ud800"\n',
    "null byte": b"a: \x00\n",
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_a_finding_never_a_traceback(
    what: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 10, a code and a help, in bounded time."""
    (here / "bad.yaml").write_bytes(BAD[what])
    began = time.monotonic()
    assert main(["validate", "bad.yaml"]) == 10
    assert time.monotonic() - began < 10
    shown = capsys.readouterr()
    assert "error RB" in shown.out
    assert "help:" in shown.out
    assert "Traceback" not in shown.out + shown.err
    assert main(["plan", "bad.yaml"]) == 10


def test_five_megabytes_are_allowed_and_one_byte_more_is_not(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bound is exact."""
    room = 5 * 1024 * 1024 - len(FIRST) - 2
    for more, code in ((0, 0), (1, 10)):
        (here / "big.yaml").write_text(FIRST + "#" + "x" * (room + more) + "\n", "utf-8")
        assert main(["validate", "big.yaml"]) == code
    assert "RB001" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_a_missing_file_is_named_with_what_was_meant(
    verb: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """64, one line, the nearest name."""
    (here / "first.yaml").write_text(FIRST, "utf-8")
    assert main([verb, "frist.yaml"]) == 64
    shown = capsys.readouterr().err
    assert "frist.yaml does not exist" in shown
    assert "did you mean first.yaml?" in shown


def test_a_folder_cannot_be_planned(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """64, and what to name instead."""
    assert main(["plan", str(here)]) == 64
    assert "is a directory" in capsys.readouterr().err


def test_a_folder_without_runbooks_is_no_success(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was checked, so nothing is well."""
    assert main(["validate", str(here)]) == 64
    assert "there is no *.yaml" in capsys.readouterr().err


def test_a_pipe_is_not_waited_for(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A named pipe without a writer would block for ever."""
    os.mkfifo(here / "pipe.yaml")
    assert main(["plan", "pipe.yaml"]) == 64
    assert "not a regular file" in capsys.readouterr().err


def test_no_permission_names_the_cure(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root may read everything, so the refusal of the system is played."""
    (here / "a.yaml").write_text(FIRST, "utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert main(["validate", "a.yaml"]) == 64
    assert "chmod u+r a.yaml" in capsys.readouterr().err


def test_a_bug_says_that_it_is_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, and what to report."""
    (here / "a.yaml").write_text(FIRST, "utf-8")

    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("engine.api.checking.read_bytes", broken)
    assert main(["validate", "a.yaml"]) == 1
    assert "This is a bug in runbook" in capsys.readouterr().err


# ---------------------------------------------------------------- plan


def test_plan_never_opens_a_socket(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even on loopback: there is no socket to open."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("plan opened a socket")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.agents.timepay.ai/api/v1")
    assert main(["plan", str(FLAGSHIP), *BRANCH]) == 0
    assert "LIVE api.agents.timepay.ai" in capsys.readouterr().out


def test_a_plan_fits_its_schema_and_gives_its_digests(capsys: pytest.CaptureFixture[str]) -> None:
    """plan/v1, and digests that can be recomputed from the content."""
    content = plan_json(capsys, str(FLAGSHIP), *BRANCH)
    schema = json.loads((ROOT / "schemas" / "plan.v1.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)
    assert list(digests_of(content)) == list(content["digests"].values())  # type: ignore[attr-defined, arg-type]


def test_the_same_inputs_give_the_same_digests_anywhere(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File name, comments, x- keys and time are in no digest."""
    first = plan_json(capsys, str(FLAGSHIP), *BRANCH)
    copy = here / "other.yaml"
    text = FLAGSHIP.read_text("utf-8").replace("owner:", "x-note: new\nowner:", 1)
    copy.write_text("# another comment\n" + text, "utf-8")
    assert plan_json(capsys, "other.yaml", *BRANCH)["digests"] == first["digests"]


def test_inputs_change_the_plan_digest_and_not_the_rules_digest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Tomorrow's people under the reviewed rules."""
    pune = plan_json(capsys, str(FLAGSHIP), *BRANCH)["digests"]
    nashik = plan_json(capsys, str(FLAGSHIP), "--input", "branch=nashik")["digests"]
    assert pune["rules"] == nashik["rules"]  # type: ignore[index]
    assert pune["plan"] != nashik["plan"]  # type: ignore[index]


def test_detailed_exitcode(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """2 with something to send, 0 with nothing."""
    (here / "a.yaml").write_text(FIRST, "utf-8")
    never = FIRST + "    when: inputs.really\n"
    never = never.replace("steps:", "inputs: {really: {type: boolean, default: false}}\nsteps:")
    (here / "b.yaml").write_text(never, "utf-8")
    assert main(["plan", "a.yaml", "--detailed-exitcode"]) == 2
    assert main(["plan", "b.yaml", "--detailed-exitcode"]) == 0
    assert "Nothing would be sent." in capsys.readouterr().out
    refused = ["--assume", "remind.status=rejected"]
    assert main(["plan", "a.yaml", "--detailed-exitcode", *refused]) == 2, "a request leaves all the same"


def test_out_writes_the_plan_beside_the_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file holds JSON, the screen the text."""
    assert main(["plan", str(FLAGSHIP), *BRANCH, "--out", "plan.json"]) == 0
    assert json.loads((here / "plan.json").read_text("utf-8"))["format"] == "plan/v1"
    assert "What can happen" in capsys.readouterr().out
    assert main(["plan", str(FLAGSHIP), *BRANCH, "--out", "no/such/plan.json"]) == 64


def test_assume_follows_only_what_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """With 50 failed of at most 250, more than 5 % have failed: the SMS needs a person."""
    content = plan_json(capsys, str(FLAGSHIP), *BRANCH, "--assume", "remind.failed=50")
    fates = {step["id"]: step["fate"] for step in content["steps"]}  # type: ignore[attr-defined]
    assert fates == {"remind": "will_run", "sms_english": "by_person_only"}
    free = plan_json(capsys, str(FLAGSHIP), *BRANCH)
    assert free["digests"] == content["digests"]


@pytest.mark.parametrize(
    ("assumed", "words"),
    [
        ("remnd.failed=5", "did you mean remind?"),
        ("remind.faild=5", "did you mean failed?"),
        ("remind.failed=many", "is not a number"),
        ("remind.status=partail", "did you mean partial?"),
        ("remind", "not of the form STEP.FIELD=VALUE"),
        ("remind.failed=300", "at most 250 customers"),
        ("remind.failed_pct=300", "no answer to remind fits"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(
    assumed: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """64, with what was meant."""
    assert main(["plan", str(FLAGSHIP), *BRANCH, "--assume", assumed]) == 64
    assert words in capsys.readouterr().err


def test_an_assumption_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two numbers for one field, neither wins in silence."""
    twice = ["--assume", "remind.failed=1", "--assume", "remind.failed=2"]
    assert main(["plan", str(FLAGSHIP), *BRANCH, *twice]) == 64
    assert "remind.failed is said twice" in capsys.readouterr().err
    assert main(["plan", str(FLAGSHIP), *BRANCH, "--assume", "remind.failed=1"]) == 0


# ---------------------------------------------------------------- inputs


def test_all_problems_of_inputs_come_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown names from the command line and the environment, a bad type, a missing value."""
    monkeypatch.setenv("RUNBOOK_INPUT_BRNACH", "pune")
    assert main(["plan", str(FLAGSHIP), "--input", "caap=5", "--input", "cap=many"]) == 64
    shown = capsys.readouterr().err
    for words in ("caap", "RUNBOOK_INPUT_BRNACH", '"cap"', '"branch" has no value'):
        assert words in shown
    assert "help:" not in shown, "each problem has its own mend"
    assert main(["plan", str(FLAGSHIP), "--input", "branch"]) == 64
    assert "--input branch=pune" in capsys.readouterr().err


def test_the_origin_of_each_input_is_shown(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Command line over file over environment over default."""
    (here / "in.yaml").write_text("branch: thane\ncap: 7\n", "utf-8")
    monkeypatch.setenv("RUNBOOK_INPUT_CAP", "9")
    content = plan_json(capsys, str(FLAGSHIP), *BRANCH, "--input-file", "in.yaml")
    inputs = content["inputs"]
    assert isinstance(inputs, dict)
    assert (inputs["branch"]["value"], inputs["branch"]["origin"]) == ("pune", "--input")
    assert (inputs["cap"]["value"], inputs["cap"]["origin"]) == (7, "--input-file")
    assert (inputs["day"]["origin"], inputs["day"]["detail"]) == ("default", "yesterday")


def test_an_input_that_makes_the_runbook_wrong_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """Values are checked again by the schema once they are filled in."""
    assert main(["plan", str(FLAGSHIP), "--input", "branch=none"]) == 10
    assert "special word" in capsys.readouterr().err


def test_a_warning_that_only_a_value_gives_rise_to_is_shown(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown language from an input is planned, and said."""
    text = FIRST.replace("{payment_status: bounced}", '{language: "{{ inputs.spoken }}"}')
    (here / "a.yaml").write_text(text.replace("steps:", "inputs: {spoken: {type: string}}\nsteps:"), "utf-8")
    assert main(["plan", "a.yaml", "--input", "spoken=klingon"]) == 0
    assert "warning RB204" in capsys.readouterr().err


def test_what_was_typed_cannot_colour_an_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even with the escapes that we use ourselves."""
    assert main(["plan", "no\x1b[31msuch\x1b[0m.yaml"]) == 64
    assert "\x1b" not in capsys.readouterr().err
    assert list(here.iterdir()) == []


# ---------------------------------------------------------------- environments


@pytest.mark.usefixtures("repository")
def test_the_headline_says_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line of the screen, by default, by option, by variable."""
    main(["plan", "first.yaml"])
    assert capsys.readouterr().out.startswith("SANDBOX: nothing leaves this machine · camp_demo\n")
    main(["plan", "first.yaml", "--env", "production"])
    assert capsys.readouterr().out.startswith("PRODUCTION · org_acme · camp_demo\n")
    monkeypatch.setenv("RUNBOOK_ENV", "production")
    main(["plan", "first.yaml"])
    assert capsys.readouterr().out.startswith("PRODUCTION")


def test_without_an_environment_the_plan_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be sent, and the account is among what the plan does not know."""
    (here / "first.yaml").write_text(FIRST, "utf-8")
    assert main(["plan", "first.yaml"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("NO ENVIRONMENT: nothing can be sent from here")
    assert "Which account it is for" in shown


@pytest.mark.usefixtures("repository")
def test_the_catalog_gives_the_id_of_each_environment(capsys: pytest.CaptureFixture[str]) -> None:
    """The name stands in the runbook, the id on the wire, the text in the plan."""
    for name, template in (("staging", "s1"), ("production", "p1")):
        content = plan_json(capsys, "first.yaml", "--env", name)
        step = content["steps"][0]  # type: ignore[index]
        assert step["sends"][0]["body"]["templateId"] == template
        assert step["template"]["text"] == "Dear customer, your EMI is due."


@pytest.mark.parametrize(
    ("wrong", "right", "code", "finding"),
    [
        ("template: emi_reminder", "template: emi_remindr", 0, "RB403"),
        ("channel: sms", "channel: whatsapp", 10, "RB401"),
        ("template: emi_reminder", "template: hfu7VL6sBhI6NPm", 0, None),
    ],
)
def test_validate_knows_the_catalog(
    wrong: str,
    right: str,
    code: int,
    finding: str | None,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What plan would say of a template's name in any environment, it says too."""
    (repository / "first.yaml").write_text(FIRST.replace(wrong, right), "utf-8")
    assert main(["validate", "first.yaml", "--format", "json"]) == code
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["code"] for each in found] == ([finding] if finding else [])
    assert main(["plan", "first.yaml"]) == code
    assert (finding or "RB4") in capsys.readouterr().err or finding is None


@pytest.mark.usefixtures("repository")
def test_another_account_gives_other_digests(capsys: pytest.CaptureFixture[str]) -> None:
    """What was reviewed for staging was not reviewed for production."""
    digests = [
        plan_json(capsys, "first.yaml", "--env", name)["digests"] for name in ("staging", "production")
    ]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("channel: sms, ids", "channel: whatsapp, ids"), 10, "RB401"),
        (("ids: {staging: s1, production: p1}", "ids: {production: p1}"), 10, "RB402"),
        (("default: staging", "default: stagng"), 10, "did you mean staging?"),
        (("http://127.0.0.1:8001", "http://api.example.com"), 10, "not encrypted"),
        (("format: config/v1", "format: config/v2"), 10, "RB101"),
        (('base_url: "http', 'base_ulr: "http'), 10, "did you mean `base_url`?"),
        (("production: {base_url", "my-sandbox: {base_url"), 10, "RB413"),
        (("https://api.agents", "https://api agents"), 10, "RB411"),
        (("staging: {", f"other: {OTHER_LOG}\n  staging: {{"), 10, "RB414"),
    ],
)
def test_a_faulty_configuration_is_a_finding(
    change: tuple[str, str], code: int, words: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the form of all findings."""
    assert change[0] in CONFIG
    (repository / ".runbook" / "config.yaml").write_text(CONFIG.replace(*change, 1), "utf-8")
    assert main(["plan", "first.yaml"]) == code
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_a_variable_that_contradicts_the_configuration_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which account was meant is not guessed."""
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.agents.timepay.ai/api/v1")
    assert main(["plan", "first.yaml"]) == 64
    assert "unset TIMEPAY_BASE_URL" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_an_unknown_environment_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the one that was meant."""
    assert main(["plan", "first.yaml", "--env", "prodution"]) == 64
    assert "did you mean production?" in capsys.readouterr().err


def test_help_lists_each_verb_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Under what it is for, and every name of a section is a verb."""
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    listed = re.findall(r"^  ([a-z]+) {2,}\S", said, re.MULTILINE)
    assert sorted(listed) == sorted(VERBS)
    assert {name for names in SECTIONS.values() for name in names.split()} <= set(VERBS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("run", "missing argument 'FILE'"),
        ("decide last a --reason x", "missing option '--as', which is one of: run, skip, ok, failed"),
        ("completion", "missing argument 'SHELL', which is one of: bash, zsh, fish"),
    ],
)
def test_a_wrong_use_is_said_as_everything_else(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with a small letter and no full stop, and where to look."""
    words = line.split()
    assert main(words) == 64
    assert capsys.readouterr().err.splitlines() == [
        f"error: {said}",
        f"  help: `runbook {words[0]} --help` lists what it takes",
    ]


def test_a_verb_of_several_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    """And not as an error."""
    assert main(["log"]) == 64
    said = capsys.readouterr().err
    assert said.startswith("Usage: runbook log")
    assert "init" in said
    assert "error:" not in said


def test_the_faults_can_be_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind in a line of its own, with what it does."""
    assert main(["sandbox", "--help"]) == 0
    listed = re.findall(r"^    ([a-z_]+) {2,}\S", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(Kind)


def test_the_options_of_faults_can_be_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it says, and where faults are given to a sandbox that runs."""
    assert main(["sandbox", "--help"]) == 0
    told = capsys.readouterr().out
    assert re.findall(r"^    ([a-z_]+)= +\S", told, re.MULTILINE) == list(OPTIONS)
    assert "POST /_sandbox/faults" in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("word", MEANT)
def test_a_word_for_what_another_command_does_names_that_one(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which is there, with each option that is named."""
    assert main([word]) == 64
    assert f"`runbook {MEANT[word]}` does that" in capsys.readouterr().err
    names = [each for each in MEANT[word].split() if each.islower()]
    assert main([*(each for each in names if not each.startswith("-")), "--help"]) == 0
    said = capsys.readouterr().out
    assert all(each in said for each in names)
