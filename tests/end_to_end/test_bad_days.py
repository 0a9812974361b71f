"""What the machine or the shell does to the command line: a line with its cure, never a traceback."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import main

ROOT = Path(__file__).parents[2]
BRANCH = ["--input", "branch=pune"]

SOUND = """\
format: runbook/v1
name: first
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo, name: PL Mumbai}
steps:
  - {id: remind, channel: sms, template: smsTpl01, filters: {payment_status: bounced}, limit: 100}
"""
WARNED = SOUND.replace("payment_status: bounced", "language: klingon")
FAULTY = SOUND.replace("limit: 100", "limit: 0")
STEP = (
    "  - {{id: s{0}, channel: sms, template: t{0}, "
    "filters: {{payment_status: bounced, custom: {{b: b{0}}}}}, limit: 1}}\n"
)
BIG = SOUND.partition("  - ")[0] + "".join(map(STEP.format, range(400)))
CONFIG = """\
format: config/v1
default: production
environments:
  production: {base_url: "https://api.example.com/api/v1", org: org_acme}
"""
HEADLINE = "PRODUCTION · org_acme"

# As root the system refuses nothing. All that is imported late is imported first, for the
# interpreter itself may lie where only root may read.
UNPRIVILEGED = """\
import contextlib, io, os, sys
from engine.cli import main
folder, sound, faulty, *arguments = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for warm in (["validate", sound, faulty, "missing.yaml"], ["plan", sound], ["plan", sound, "--input"]):
        main(warm)
os.chdir(folder)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(arguments))
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that other users may enter; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "sound.yaml").write_text(SOUND, "utf-8")
        yield folder
        for path in folder.rglob("*"):
            path.chmod(0o755)


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Type a command; ``$RUN`` is ``runbook``."""
    environment = {**os.environ, "RUN": f"{sys.executable} -m engine", "PYTHONUTF8": "1"}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )


def unprivileged(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody whom the system may refuse something."""
    read_first = [str(folder / "sound.yaml"), str(ROOT / "tests" / "cases" / "err" / "channel-missing.yaml")]
    return subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(folder), *read_first, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said(result: subprocess.CompletedProcess[str]) -> str:
    """Give what stderr says; never a traceback."""
    assert "Traceback" not in result.stderr
    assert "This is a bug" not in result.stderr
    return result.stderr


# ---------------------------------------------------------------- no permission


@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_a_file_without_permission(verb: str, open_folder: Path) -> None:
    """64, and the command that allows it."""
    (open_folder / "a.yaml").write_text(SOUND, "utf-8")
    (open_folder / "a.yaml").chmod(0)
    result = unprivileged(open_folder, verb, "a.yaml")
    assert result.returncode == 64
    assert "a.yaml may not be read" in said(result)
    assert "chmod u+r a.yaml" in result.stderr


@pytest.mark.parametrize("path", ["closed", "closed/a.yaml", "closed/b.yaml"])
def test_a_folder_without_permission(path: str, open_folder: Path) -> None:
    """Named itself, or on the way to what was named."""
    (open_folder / "closed").mkdir()
    (open_folder / "closed" / "a.yaml").write_text(SOUND, "utf-8")
    (open_folder / "closed").chmod(0)
    result = unprivileged(open_folder, "validate", path)
    assert result.returncode == 64
    assert f"{path} may not be read" in said(result)


def test_a_closed_folder_below_is_not_passed_over(open_folder: Path) -> None:
    """The findings of the others are shown, then the error."""
    (open_folder / "closed").mkdir(0)
    (open_folder / "faulty.yaml").write_text(FAULTY, "utf-8")
    result = unprivileged(open_folder, "validate", ".")
    assert result.returncode == 64
    assert "faulty.yaml:7:" in result.stdout
    assert "closed may not be read" in said(result)


@pytest.mark.parametrize("arguments", [["plan", "sound.yaml"], ["validate", "sound.yaml"], ["validate"]])
def test_a_closed_configuration_is_no_missing_one(arguments: list[str], open_folder: Path) -> None:
    """Which account is meant cannot be known, so nothing is guessed."""
    (open_folder / ".runbook").mkdir(0)
    result = unprivileged(open_folder, *arguments)
    assert result.returncode == 64
    assert ".runbook/config.yaml may not be read" in said(result)


def test_a_folder_that_may_not_be_written(open_folder: Path) -> None:
    """64 for ``--out``, and nothing is left behind."""
    result = unprivileged(open_folder, "plan", "sound.yaml", "--out", "plan.json")
    assert result.returncode == 64
    assert "may not be written" in said(result)
    assert [path.name for path in open_folder.iterdir()] == ["sound.yaml"]


# ---------------------------------------------------------------- paths that cannot be


@pytest.mark.parametrize("verb", ["validate", "plan"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("x" * 300, "longer than the system allows"),
        ("x/" * 3_000, "longer than the system allows"),
        ("loop.yaml", "leads back to itself"),
        ("nowhere.yaml", "leads nowhere"),
        ("sound.yaml/a.yaml", "named in it as if it were a folder"),
        ("no/such.yaml", "there is no folder no"),
        ("", "a path is empty"),
    ],
)
def test_a_path_that_cannot_be(
    verb: str, path: str, words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """64 and a line."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    (here / "loop.yaml").symlink_to("loop.yaml")
    (here / "nowhere.yaml").symlink_to("gone.yaml")
    assert main([verb, path]) == 64
    shown = capsys.readouterr().err
    assert words in shown
    assert "help:" in shown
    assert len(shown) < 1_000


@pytest.mark.parametrize(
    ("name", "meant"), [("nofile.yaml", None), ("frist.yaml", "first.yaml"), ("runbok", "runbooks")]
)
def test_only_what_is_near_is_suggested(
    name: str, meant: str | None, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ending that all names share is no likeness."""
    (here / "18nofilters.yaml").touch()
    (here / "first.yaml").touch()
    (here / "runbooks").mkdir()
    assert main(["validate", name]) == 64
    assert (f"did you mean {meant}?" if meant else "check the path") in capsys.readouterr().err


@pytest.mark.parametrize("arguments", ["plan a.yaml", "validate", "plan a.yaml --env x"])
def test_a_working_directory_that_is_gone(arguments: str, tmp_path: Path) -> None:
    """1: no path that was named is at fault."""
    result = shell(f"mkdir gone && cd gone && rmdir ../gone && $RUN {arguments}", tmp_path)
    assert result.returncode == 1
    assert "the folder that you stand in does not exist any more" in said(result)


# ---------------------------------------------------------------- the output


@pytest.mark.parametrize(
    "command",
    [
        "--version",
        "--help",
        "help plan",
        "plan --help",
        "schema",
        "demo",
        "validate faulty.yaml",
        "validate sound.yaml --format json",
        "plan sound.yaml",
        "plan sound.yaml --format json",
    ],
)
def test_a_full_disk_below_the_output(command: str, here: Path) -> None:
    """1 and a line, whatever the verb."""
    (here / "faulty.yaml").write_text(FAULTY, "utf-8")
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    result = shell(f"$RUN {command} >/dev/full", here)
    assert result.returncode == 1
    assert "the output cannot be written: No space left on device" in said(result)
    assert "Exception ignored" not in result.stderr


def test_nobody_left_to_be_told(here: Path) -> None:
    """Both streams full: still no more than an exit code."""
    assert shell("$RUN plan missing.yaml >/dev/full 2>/dev/full", here).returncode == 1


@pytest.mark.parametrize(
    "command",
    ["plan big.yaml", "plan big.yaml --format json", "validate bad.yaml", "validate bad.yaml --format json"],
)
def test_a_reader_that_stops_reading(command: str, here: Path) -> None:
    """Quiet, and 141 as the shell says it of SIGPIPE, once there is more than a pipe holds."""
    (here / "big.yaml").write_text(BIG, "utf-8")
    (here / "bad.yaml").write_text(BIG.replace("limit: 1}", "limit: 0}"), "utf-8")
    for unbuffered in ("", "1"):
        result = shell(f"PYTHONUNBUFFERED={unbuffered} $RUN {command} | head -c 1 >/dev/null", here)
        assert [line for line in said(result).splitlines() if "NO ENVIRONMENT" not in line] == []
        assert result.returncode == 141


@pytest.mark.parametrize("command", ["--version", "--help", "plan --help", "demo", "plan sound.yaml"])
def test_a_reader_that_never_read(command: str, here: Path) -> None:
    """The same where the pipe was broken from the start."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    code = (
        "import os, subprocess, sys\n"
        "reading, writing = os.pipe()\n"
        "os.close(reading)\n"
        "sys.exit(subprocess.run(sys.argv[1:], stdout=writing).returncode)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, sys.executable, "-m", "engine", *command.split()],
        cwd=here,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, said(result)) == (141, "")


@pytest.mark.parametrize("command", ["plan sound.yaml", "validate sound.yaml", "--version", "demo"])
def test_a_closed_output(command: str, here: Path) -> None:
    """``>&-`` is odd, and no bug."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    result = shell(f"$RUN {command} >&-", here)
    said(result)
    assert result.returncode == 0


def test_a_terminal_that_knows_no_such_character(here: Path) -> None:
    """Shown as an escape; JSON stays JSON."""
    (here / "sound.yaml").write_text(SOUND.replace("PL Mumbai", "पुणे"), "utf-8")
    text = shell("PYTHONUTF8=0 PYTHONIOENCODING=latin-1 $RUN plan sound.yaml", here)
    assert text.returncode == 0
    assert "\\u092a" in text.stdout
    told = shell("PYTHONUTF8=0 PYTHONIOENCODING=latin-1 $RUN plan sound.yaml --format json", here)
    assert json.loads(told.stdout)["format"] == "plan/v1"


def test_a_file_whose_name_is_no_text(here: Path) -> None:
    """Its bytes are shown as an escape; JSON stays JSON."""
    Path(os.fsdecode(b"a\xff.yaml")).write_text(SOUND, "utf-8")
    result = shell("$RUN validate . --format json", here)
    assert json.loads(result.stdout)["files"] == ["a\udcff.yaml"]
    assert shell("$RUN plan *.yaml --out plan.json", here).returncode == 0
    assert json.loads((here / "plan.json").read_text("utf-8"))["format"] == "plan/v1"


# ---------------------------------------------------------------- validate


def test_linked_folders_are_followed_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is shown under its real name; a link to the folder itself is no loop."""
    outside = here / "outside"
    outside.mkdir()
    (outside / "b.yaml").write_text(SOUND, "utf-8")
    folder = here / "runbooks"
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "a.YAML").write_text(SOUND, "utf-8")
    (folder / "again").symlink_to("real")
    (folder / "linked").symlink_to(outside)
    (folder / "up").symlink_to(".")
    assert main(["validate", "runbooks", "--format", "json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == ["runbooks/real/a.YAML", "runbooks/linked/b.yaml"]


def test_endings_match_in_any_case(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scenarios, too."""
    for name in ("a.YAML", "b.Yml", "c.test.YAML", "d.Test.yml"):
        (here / name).write_text(SOUND, "utf-8")
    assert main(["validate", ".", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["a.YAML", "b.Yml"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_one_missing_path_does_not_hide_the_findings_of_others(
    form: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All findings, then all errors, then 64."""
    (here / "faulty.yaml").write_text(FAULTY, "utf-8")
    (here / "empty").mkdir()
    os.mkfifo(here / "a-pipe.yaml")
    assert main(["validate", "gone.yaml", ".", "empty", "--format", form]) == 64
    shown = capsys.readouterr()
    if form == "json":
        told = json.loads(shown.out)
        assert (told["files"], len(told["findings"])) == (["faulty.yaml"], 1)
    else:
        assert "faulty.yaml:7:" in shown.out
    assert "gone.yaml does not exist" in shown.err
    assert "a-pipe.yaml is not a regular file" in shown.err
    assert "there is no *.yaml below empty" in shown.err


def test_a_configured_folder_that_is_missing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said with what to name instead."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(CONFIG, "utf-8")
    assert main(["validate"]) == 64
    shown = capsys.readouterr().err
    assert "there is no folder runbooks/ here" in shown
    assert "set paths: in .runbook/config.yaml" in shown
    (here / "below").mkdir()
    assert "there is no folder ../runbooks/\n" in shell("cd below && $RUN validate", here).stderr


# ---------------------------------------------------------------- the headline


@pytest.fixture
def repository(here: Path) -> Path:
    """Stand in a repository with a configuration, a sound, a warned and a faulty runbook."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(CONFIG, "utf-8")
    for name, text in (("sound", SOUND), ("warned", WARNED), ("faulty", FAULTY)):
        (here / f"{name}.yaml").write_text(text, "utf-8")
    return here


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ("plan sound.yaml", f"{HEADLINE} · PL Mumbai"),
        ("plan warned.yaml", f"{HEADLINE} · PL Mumbai"),
        ("plan faulty.yaml", HEADLINE),
        ("plan missing.yaml", HEADLINE),
        ("plan sound.yaml --input x=1", HEADLINE),
        ("plan sound.yaml --assume x.failed=1", f"{HEADLINE} · PL Mumbai"),
        ("plan sound.yaml --format json", f"{HEADLINE} · PL Mumbai"),
        ("plan faulty.yaml --format json", HEADLINE),
        ("validate sound.yaml", HEADLINE),
        ("validate faulty.yaml", HEADLINE),
        ("validate missing.yaml", HEADLINE),
    ],
)
def test_the_first_line_says_where(arguments: str, first: str, here: Path) -> None:
    """Before warnings, and where the command is refused; as a terminal shows both streams."""
    result = shell(f"$RUN {arguments} 2>&1", here)
    assert result.stdout.splitlines()[0] == first


@pytest.mark.usefixtures("repository")
def test_json_has_the_headline_beside_it(here: Path) -> None:
    """``plan`` says it on stderr, ``validate`` not at all."""
    planned = shell("$RUN plan sound.yaml --format json", here)
    assert json.loads(planned.stdout)
    assert planned.stderr == f"{HEADLINE} · PL Mumbai\n"
    checked = shell("$RUN validate sound.yaml --format json", here)
    assert json.loads(checked.stdout)
    assert checked.stderr == ""


def test_validate_needs_no_environment(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hook of pre-commit has none, and hears nothing of it; an address alone makes one."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    assert main(["validate", "sound.yaml"]) == 0
    assert capsys.readouterr().err == "1 runbook checked: nothing to mend.\n"
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.example.com")
    assert main(["validate", "sound.yaml"]) == 0
    assert capsys.readouterr().err.startswith("LIVE api.example.com · org not set\n")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("form", ["text", "json"])
def test_validate_fails_where_the_configuration_is_faulty(
    form: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In both forms alike, with the findings of the runbooks."""
    (repository / ".runbook" / "config.yaml").write_text("format: config/v1\n", "utf-8")
    assert main(["validate", "faulty.yaml", "--format", form]) == 10
    shown = capsys.readouterr()
    assert "faulty.yaml" in shown.out
    assert "config.yaml is not valid" in shown.err


@pytest.mark.parametrize("address", ["garbage", "https://api.example.com:port", "http://api.example.com"])
@pytest.mark.usefixtures("repository")
def test_a_variable_that_is_no_address(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a configuration, too."""
    monkeypatch.setenv("TIMEPAY_BASE_URL", address)
    assert main(["plan", "sound.yaml"]) == 64
    assert "TIMEPAY_BASE_URL: " in capsys.readouterr().err


def test_an_organisation_of_two_lines_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be a header of its own."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.example.com")
    monkeypatch.setenv("TIMEPAY_ORG_ID", "org\nSANDBOX")
    assert main(["plan", "sound.yaml"]) == 64
    assert "TIMEPAY_ORG_ID" in capsys.readouterr().err


# ---------------------------------------------------------------- --out

OLD_PLAN = '{"format": "plan/v1"}'


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("sound.yaml", "is what this command reads"),
        ("alias.yaml", "is what this command reads"),
        ("in.yaml", "is what this command reads"),
        ("folder", "is a directory"),
        ("pipe", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("sound.yaml/plan.json", "as if it were a folder"),
        ("no/such/plan.json", "there is no folder"),
        ("loop", "leads back to itself"),
        ("", "a path is empty"),
        ("notes.txt", "is there already, and is no plan"),
        ("other.json", "is there already, and is no plan"),
    ],
)
def test_what_a_plan_is_not_written_to(
    out: str, words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """64, and what was there is as it was."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    (here / "in.yaml").write_text("{}\n", "utf-8")
    (here / "alias.yaml").symlink_to("sound.yaml")
    (here / "loop").symlink_to("loop")
    (here / "folder").mkdir()
    os.mkfifo(here / "pipe")
    (here / "notes.txt").write_text("keep\n", "utf-8")
    (here / "other.json").write_text('{"format": "program/v1"}\n', "utf-8")
    before = _held(here)
    assert main(["plan", "sound.yaml", "--input-file", "in.yaml", "--out", out]) == 64
    assert words in capsys.readouterr().err
    assert _held(here) == before


def _held(folder: Path) -> dict[str, bytes]:
    """Give what each entry of a folder holds."""
    return {each.name: each.read_bytes() if each.is_file() else b"" for each in folder.iterdir()}


def test_a_plan_is_written_through_a_link(here: Path) -> None:
    """The target's content is replaced, the link and the target's permissions stay."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    (here / "plans").mkdir()
    target = here / "plans" / "old.json"
    target.write_text(OLD_PLAN, "utf-8")
    target.chmod(0o640)
    (here / "plan.json").symlink_to("plans/old.json")
    assert main(["plan", "sound.yaml", "--out", "plan.json"]) == 0
    assert (here / "plan.json").is_symlink()
    assert json.loads(target.read_text("utf-8"))["format"] == "plan/v1"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["old.json"]


def test_a_plan_is_written_whole_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there stays if the disk fails, and nothing is left beside it."""
    (here / "sound.yaml").write_text(SOUND, "utf-8")
    (here / "plan.json").write_text(OLD_PLAN, "utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["plan", "sound.yaml", "--out", "plan.json"]) == 64
    assert (here / "plan.json").read_text("utf-8") == OLD_PLAN
    assert sorted(path.name for path in here.iterdir()) == ["plan.json", "sound.yaml"]


# ---------------------------------------------------------------- verbs


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["paln"], "did you mean plan?"),
        (["Validate"], "did you mean validate?"),
        (["frobnicate"], "`runbook --help` lists the verbs"),
        (["lease", "last"], "`runbook lease` is not in this version"),
        (["report", "last", "--accept", "x"], "`runbook --help` lists the verbs that it has"),
        (["lease", "--help"], "is not in this version"),
        (["help", "lease"], "is not in this version"),
        (["help", "paln"], "did you mean plan?"),
    ],
)
def test_other_words_than_verbs(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """64, with what was meant or what there is instead."""
    assert main(arguments) == 64
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("verb", [[], ["plan"], ["validate"], ["demo"], ["schema"]])
def test_help_is_also_a_word(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """``runbook help plan`` is ``runbook plan --help``."""
    assert main(["help", *verb]) == 0
    helped = capsys.readouterr().out
    assert main([*verb, "--help"]) == 0
    assert helped == capsys.readouterr().out


def test_every_verb_of_the_later_ones_is_none_of_the_present() -> None:
    """A verb that arrives is taken off the list."""
    from engine.cli.verbs import LATER, VERBS  # noqa: PLC0415  (the list is private to its test)

    assert not set(LATER.split()) & set(VERBS)


def test_validate_takes_paths(capsys: pytest.CaptureFixture[str]) -> None:
    """As its usage line says it."""
    assert main(["validate", "--help"]) == 0
    assert "[OPTIONS] [PATH]..." in capsys.readouterr().out


# ---------------------------------------------------------------- demo


def test_the_demo_takes_nothing_from_the_environment(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither inputs nor an account, however wrong they are."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text("{", "utf-8")
    monkeypatch.setenv("RUNBOOK_INPUT_CAP", "many")
    monkeypatch.setenv("RUNBOOK_INPUT_NOBODY", "1")
    monkeypatch.setenv("RUNBOOK_ENV", "nowhere")
    monkeypatch.setenv("TIMEPAY_BASE_URL", "garbage")
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("SANDBOX: nothing leaves this machine")
    assert "1 runbook checked: nothing to mend." in shown
