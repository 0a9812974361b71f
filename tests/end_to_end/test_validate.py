"""``runbook validate`` in pipelines, hooks and editors: forms, standard input, severities, revisions."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.cli import main
from tests.repositories import commit, git, repository

SARIF = Path(__file__).parents[1] / "unit" / "report" / "sarif-schema-2.1.0.json"
SOUND = """\
format: runbook/v1
name: first
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, language: hindi}
    limit: 100
"""
SMELLS = SOUND.replace("language: hindi", "language: hindii").replace("name: first", "name: smells")
WRONG = SOUND.replace("limit: 100", "limit: 0")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository with three runbooks: sound, with a warning, with an error."""
    made = repository(
        tmp_path / "books", {"sound.yaml": SOUND, "sub/smells.yaml": SMELLS, "sub/wrong.yaml": WRONG}
    )
    monkeypatch.chdir(made)
    return made


def pipe(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a text on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def found(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """Validate and give the JSON."""
    capsys.readouterr()
    assert main(["validate", *arguments, "--format", "json"]) == code
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def codes(told: dict[str, Any]) -> list[str]:
    """Give the codes of findings."""
    return [finding["code"] for finding in told["findings"]]


# ---------------------------------------------------------------- forms


@pytest.mark.usefixtures("here")
def test_github_gets_a_line_for_each_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stdout alone, with paths from the repository's root, wherever one stands; the summary beside it."""
    monkeypatch.chdir("sub")
    assert main(["validate", ".", "../sound.yaml", "--format", "github"]) == 10
    shown = capsys.readouterr()
    assert [line[: line.index(",col")] for line in shown.out.splitlines()] == [
        "::warning file=sub/smells.yaml,line=10,endLine=10",
        "::error file=sub/wrong.yaml,line=11,endLine=11",
    ]
    assert shown.err.endswith("3 runbooks checked: 1 error, 1 warning.\n")


@pytest.mark.usefixtures("here")
def test_text_is_the_default_in_a_pipeline_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a job says is what its reader gets from the same line at home."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("CI", "true")
    assert main(["validate", "sub"]) == 10
    assert capsys.readouterr().out.startswith("sub/smells.yaml:10:50: warning RB204")


def test_sarif_fits_its_schema_and_names_no_path_of_this_machine(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Many files, an unreadable one; nothing else on stdout."""
    (here / "gone.yaml").symlink_to("nowhere.yaml")
    assert main(["validate", str(here), "--format", "sarif"]) == 64
    said = capsys.readouterr().out
    log = json.loads(said)
    jsonschema.Draft4Validator(json.loads(SARIF.read_text("utf-8"))).validate(log)
    (run,) = log["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["RB204", "RB109"]
    uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
    assert uris == ["sound.yaml", "sub/smells.yaml", "sub/wrong.yaml"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "gone.yaml is a link that leads nowhere" in said
    assert str(here.parent) not in said


@pytest.mark.usefixtures("here")
def test_the_same_file_is_checked_once(capsys: pytest.CaptureFixture[str]) -> None:
    """However often it is named."""
    assert found(capsys, "sound.yaml", "./sound.yaml", "sound.yaml")["files"] == ["sound.yaml"]


# ---------------------------------------------------------------- severities


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("file", "severity", "code"),
    [
        ("sub/smells.yaml", "error", 0),
        ("sub/smells.yaml", "warning", 10),
        ("sub/smells.yaml", "never", 0),
        ("sub/wrong.yaml", "error", 10),
        ("sub/wrong.yaml", "warning", 10),
        ("sub/wrong.yaml", "never", 0),
        ("sound.yaml", "warning", 0),
        ("no.yaml", "never", 64),
    ],
)
def test_who_calls_says_what_fails(file: str, severity: str, code: int) -> None:
    """10 from that severity on; a file that cannot be read fails whatever is said."""
    assert main(["validate", file, "--fail-severity", severity]) == code


# ---------------------------------------------------------------- standard input


def test_a_text_on_standard_input_has_the_name_that_is_given(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In findings of all forms, and the catalog counts; the file of that name is not read."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: staging\n"
        'environments: {staging: {base_url: "http://127.0.0.1:8001/api/v1"}}\n'
        "catalog: {emi_reminder: {channel: whatsapp, ids: {staging: w1}}}\n",
        "utf-8",
    )
    pipe(SOUND.replace("smsTpl01", "emi_reminder"), monkeypatch)
    told = found(capsys, "-", "--stdin-name", "sub/wrong.yaml", code=10)
    assert told["files"] == ["sub/wrong.yaml"]
    assert [(each["code"], each["file"], each["line"]) for each in told["findings"]] == [
        ("RB401", "sub/wrong.yaml", 9)
    ]


@pytest.mark.usefixtures("here")
def test_a_text_without_a_name_is_checked_beside_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is shown as what it is."""
    pipe(SMELLS, monkeypatch)
    told = found(capsys, "-", "sound.yaml", "-")
    assert told["files"] == ["<stdin>", "sound.yaml"]
    assert [finding["file"] for finding in told["findings"]] == ["<stdin>"]


def test_a_real_pipe(tmp_path: Path) -> None:
    """A text that is cut off, and one that is too long, end as those of files do."""
    for text, code, words in ((SOUND, 0, ""), ("{", 10, "RB0"), ("#" * (5 * 1024 * 1024 + 1), 10, "RB001")):
        done = subprocess.run(
            [sys.executable, "-m", "engine", "validate", "-"],
            cwd=tmp_path,
            input=text.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert words in done.stdout.decode()


@pytest.mark.usefixtures("here")
def test_a_name_without_a_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The file would be checked under another one's name."""
    assert main(["validate", "sound.yaml", "--stdin-name", "x.yaml"]) == 64
    assert "runbook validate - --stdin-name x.yaml < FILE" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_scenario_file_is_no_runbook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named itself or on standard input: what it is, and the verb that is for it."""
    Path("first.test.yaml").write_text("x", "utf-8")
    assert main(["validate", "first.test.yaml"]) == 64
    pipe("x", monkeypatch)
    assert main(["validate", "-", "--stdin-name", "first.test.yaml"]) == 64
    assert capsys.readouterr().err.count("help: runbook test first.test.yaml") == 2
    assert found(capsys, ".", code=10)["files"] == ["sound.yaml", "sub/smells.yaml", "sub/wrong.yaml"]


@pytest.mark.usefixtures("here")
def test_a_scenario_file_beside_others_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """As a shell's * names it; who checks it is said, in one line however many there are."""
    for name in ("first", "second"):
        Path(f"{name}.test.yaml").write_text("x", "utf-8")
    assert main(["validate", "sound.yaml", "first.test.yaml"]) == 0
    first = "first.test.yaml is a scenario file: `runbook test first.test.yaml` checks it\n"
    assert capsys.readouterr().err.count(first) == 1
    assert main(["validate", "first.test.yaml", "sub", "second.test.yaml"]) == 10
    told = capsys.readouterr()
    assert told.err.count("2 scenario files are left out: `runbook test` checks them\n") == 1
    assert "sub/wrong.yaml" in told.out
    assert main(["validate", "first.test.yaml", "second.test.yaml"]) == 64
    assert main(["validate", "sound.yaml", "no.test.yaml"]) == 64
    assert "no.test.yaml does not exist" in capsys.readouterr().err


# ---------------------------------------------------------------- against a revision


def test_warnings_that_stood_are_counted_and_errors_are_shown(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file that was changed elsewhere, and in a new one."""
    (here / "sub/smells.yaml").write_text(SMELLS.replace("steps:", "\n# later\nsteps:"), "utf-8")
    (here / "new.yaml").write_text(SMELLS.replace("smells", "new"), "utf-8")
    told = found(capsys, ".", "--against", "main", code=10)
    assert [(each["code"], each["file"]) for each in told["findings"]] == [
        ("RB204", "new.yaml"),
        ("RB109", "sub/wrong.yaml"),
    ]
    assert told["stood"] == 1
    assert main(["validate", ".", "--against", "main"]) == 10
    assert (
        "4 runbooks checked: 1 error, 1 warning. 1 warning stood at main already." in capsys.readouterr().err
    )


def test_warnings_that_are_accepted_are_counted_and_do_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At their own step alone."""
    accepted = f"{SMELLS}    accept_warnings: {{RB204: Five customers have it.}}\n"
    (tmp_path / "a.yaml").write_text(accepted, "utf-8")
    assert main(["validate", str(tmp_path), "--fail-severity", "warning"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "1 runbook checked: nothing to mend. 1 warning accepted.\n")
    (tmp_path / "a.yaml").write_text(accepted.replace("RB204", "RB502"), "utf-8")
    assert main(["validate", str(tmp_path), "--fail-severity", "warning"]) == 10
    told = capsys.readouterr()
    assert "RB204 unknown language" in told.out
    assert "RB512 accepted warning that does not occur" in told.out


def test_warnings_that_stood_do_not_fail(here: Path) -> None:
    """Whoever mends one thing is not made to mend all."""
    assert main(["validate", "sub/smells.yaml", "--fail-severity", "warning"]) == 10
    assert main(["validate", "sub/smells.yaml", "--fail-severity", "warning", "--against", "main"]) == 0
    (here / "sub/smells.yaml").write_text(SMELLS.replace("hindii", "klingon"), "utf-8")
    assert main(["validate", "sub/smells.yaml", "--fail-severity", "warning", "--against", "main"]) == 10


@pytest.mark.parametrize("moves", [False, True])
def test_a_runbook_that_is_renamed_says_so(
    moves: bool, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under its path, or with its file; silent once it names what it was called."""
    file = "second.yaml" if moves else "sound.yaml"
    if moves:
        git(here, "mv", "sound.yaml", file)
    commit(here, {file: SOUND.replace("name: first", "name: second")})
    told = found(capsys, file, "--against", "HEAD~1")
    assert codes(told) == ["RB601"]
    assert "formerly: [first]" in told["findings"][0]["help"]
    commit(here, {file: SOUND.replace("name: first", "name: second\nformerly: [first]")})
    assert codes(found(capsys, file, "--against", "HEAD~2")) == []


def test_a_file_that_only_moves_is_as_it_was(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its warnings."""
    git(here, "mv", "sub/smells.yaml", "moved.yaml")
    told = found(capsys, ".", "--against", "main", code=10)
    assert (codes(told), told["stood"], told["new"]) == (["RB109"], 1, [])


def test_a_name_that_another_file_bears_was_given_up_if_it_is_new_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two that had it one may change; a file that takes it over does other things under it."""
    other = SOUND.replace("name: first", "name: other")
    commit(here, {"sound.yaml": other, "z.yaml": SOUND.replace("limit: 10", "limit: 11")})
    told = found(capsys, "sound.yaml", "z.yaml", "--against", "HEAD~1")
    assert (codes(told), told["new"]) == (["RB601"], ["z.yaml"])
    commit(here, {"sound.yaml": SOUND})
    commit(here, {"sound.yaml": other})
    assert codes(found(capsys, "sound.yaml", "z.yaml", "--against", "HEAD~1")) == []


@pytest.mark.usefixtures("here")
def test_what_was_held_against_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that git does not know was not compared: silence would say that all is well."""
    for number in range(4):
        Path(f"new{number}.yaml").write_text(SOUND.replace("first", f"new{number}"), "utf-8")
    assert main(["validate", "sound.yaml", "new0.yaml", "--against", "main"]) == 0
    assert "1 runbook is new since main: new0.yaml." in capsys.readouterr().err
    assert main(["validate", *map(str, sorted(Path().glob("new*.yaml"))), "--against", "main"]) == 0
    said = "4 runbooks are new since main: new0.yaml, new1.yaml, new2.yaml, …."
    assert said in capsys.readouterr().err


def test_a_copied_runbook_has_a_name_of_its_own(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else it is said at the copy; not once it stood there before."""
    commit(here, {"sub/copy.yaml": SOUND})
    told = found(capsys, "sound.yaml", "sub/copy.yaml", "--against", "HEAD~1")
    (one,) = told["findings"]
    assert (one["code"], one["file"], one["line"]) == ("RB604", "sub/copy.yaml", 2)
    assert one["message"].endswith("sound.yaml has this name, too")
    assert codes(found(capsys, "sound.yaml", "sub/copy.yaml")) == ["RB604"]
    assert found(capsys, "sound.yaml", "sub/copy.yaml", "--against", "HEAD")["stood"] == 1


def test_a_revision_number_that_stays_behind(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other people are addressed under the same number."""
    numbered = SOUND.replace("owner:", "revision: 3\nowner:")
    commit(here, {"sound.yaml": numbered})
    (here / "sound.yaml").write_text(numbered.replace("bounced", "pending"), "utf-8")
    assert codes(found(capsys, "sound.yaml", "--against", "HEAD")) == ["RB603"]


def test_standard_input_has_the_past_of_its_name(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor sees what the pipeline will see."""
    assert (here / "sound.yaml").exists()
    pipe(SOUND.replace("name: first", "name: second"), monkeypatch)
    told = found(capsys, "-", "--stdin-name", "sound.yaml", "--against", "main")
    assert codes(told) == ["RB601"]


@pytest.mark.usefixtures("here")
def test_an_unknown_revision_is_refused_with_a_cure(capsys: pytest.CaptureFixture[str]) -> None:
    """64, before anything is checked; no form is half made."""
    assert main(["validate", ".", "--against", "mian", "--format", "json"]) == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.search(r'git knows no revision "mian" here\n  help: .*git fetch origin mian', shown.err)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("value", ["--output=x", "-x", ""])
def test_a_revision_is_never_an_option_of_git(value: str) -> None:
    """64, and nothing is made."""
    before = sorted(Path().iterdir())
    assert main(["validate", "sound.yaml", "--against", value]) == 64
    assert sorted(Path().iterdir()) == before


# ---------------------------------------------------------------- other files of ours


CONFIG = """\
format: config/v1
default: staging
environments:
  staging: {base_url: "http://127.0.0.1:8001/api/v1"}
catalog:
  by_sms: {channel: sms, language: hindi, ids: {staging: tpl_01}}
"""


@pytest.fixture
def config(here: Path) -> Path:
    """A sound configuration in the repository."""
    file = here / ".runbook" / "config.yaml"
    file.parent.mkdir()
    file.write_text(CONFIG, "utf-8")
    return file


@pytest.mark.usefixtures("config")
def test_a_configuration_is_checked_as_what_it_is(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its path, wherever one stands, alone or beside runbooks; a warning is no reason to fail."""
    assert main(["validate", ".runbook/config.yaml"]) == 0
    assert capsys.readouterr().err == "1 file checked: nothing to mend.\n"
    config.write_text(CONFIG.replace("hindi", "hindhi"), "utf-8")
    assert main(["validate", "sound.yaml"]) == 0
    assert "RB415" in capsys.readouterr().err
    assert codes(found(capsys, ".runbook/config.yaml", "sound.yaml")) == ["RB415"]
    config.write_text(CONFIG.replace("channel: sms", "channel: smss"), "utf-8")
    monkeypatch.chdir(".runbook")
    assert codes(found(capsys, "config.yaml", code=10)) == ["RB113"]
    assert codes(found(capsys, "nothere/.runbook/config.yaml", code=64)) == []


@pytest.mark.parametrize("mistake", ["channel: smss", "channel: sms, language: hindhi"])
def test_what_is_wrong_with_a_configuration_is_told_once(
    config: Path, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a runbook, too, which is checked without it, or with it."""
    config.write_text(CONFIG.replace("channel: sms, language: hindi", mistake), "utf-8")
    main(["validate", ".runbook/config.yaml", "sound.yaml"])
    said = capsys.readouterr()
    assert (said.out + said.err).count("config.yaml:6:") == 1


def test_without_a_configuration_the_summary_promises_less(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The names of templates could not be looked up."""
    config.write_text(CONFIG.replace("channel: sms", "channel: smss"), "utf-8")
    assert main(["validate", "sound.yaml"]) == 10
    err = capsys.readouterr().err
    assert "did you mean sms?" in err
    assert "\nWithout the configuration: 1 runbook checked: nothing to mend.\n" in err


@pytest.mark.parametrize("verb", ["plan", "run --yes", "try"])
@pytest.mark.parametrize(
    ("file", "cure"),
    [("sound.test.yaml", "runbook test"), (".runbook/config.yaml", "runbook validate")],
)
@pytest.mark.usefixtures("config")
def test_a_file_that_is_no_runbook_is_named_for_what_it_is(
    verb: str, file: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that it is for."""
    Path("sound.test.yaml").write_text("format: runbook-test/v1\n", "utf-8")
    assert main([*verb.split(), file]) == 64
    assert capsys.readouterr().err.endswith(f"\n  help: {cure} {file}\n")


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_no_form_repeats_a_secret(form: str, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a log keeps, others read."""
    config.write_text(CONFIG.replace("{base", "{token: tk_99secret, base"), "utf-8")
    Path("sound.yaml").write_text(f"{SOUND}token: 0099secret\napi_key: @99secret\n", "utf-8")
    assert main(["validate", "sound.yaml", "--format", form]) == 10
    out, err = capsys.readouterr()
    assert "RB017" in out
    assert "99secret" not in out + err
