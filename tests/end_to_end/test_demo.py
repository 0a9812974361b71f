"""``runbook demo``: the whole story, told by what really happened, and nothing left behind."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from engine.clock import boottime_s

WITHIN_S = 60
POISONED = {
    "TIMEPAY_BASE_URL": "%",
    "TIMEPAY_TOKEN_FILE": "/nowhere",
    "RUNBOOK_LOG": "/nowhere/runlog.db",
    "RUNBOOK_ENV": "nowhere",
    "RUNBOOK_SENDS": "off",
    "CI": "true",
}
TWICE = """\
import engine.timepay.client as client

once = client.Client.send

def twice(self, request, **about):
    if "gujarati" in str(request.body):
        once(self, request, **about)
    return once(self, request, **about)

client.Client.send = twice
"""


def demo(folder: Path, **environment: str) -> "subprocess.Popen[str]":
    """Start the demo in a folder, whose ``tmp`` is for temporary files."""
    (folder / "tmp").mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "demo"],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Play the demo once, in surroundings that would break any other command."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / ".git").mkdir()
    (folder / ".runbook").mkdir()
    (folder / ".runbook" / "config.yaml").write_text("a repository above the temporary files", "utf-8")
    with demo(folder, **POISONED) as process:
        said, _ = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, said
    assert sorted(path.name for path in folder.rglob("*")) == [".git", ".runbook", "config.yaml", "tmp"]
    return said


@pytest.mark.slow
def test_it_tells_the_whole_story(told: str) -> None:
    """Each command as one would type it, with the exit code that it ended with."""
    assert told.startswith("SANDBOX: nothing leaves this machine\n")
    typed = re.findall(r"^  \$ runbook (\w+)", told, re.MULTILINE)
    assert typed == [
        *("validate", "validate", "plan", "run", "status"),
        *("resume", "resolve", "resume", "run"),
    ]
    assert re.findall(r"\(exit code (\d+)\)", told) == ["10", "22", "20", "13"]
    assert len(re.findall(r"^ +(?:rules|plan) +sha256:[0-9a-f]{64}", told, re.MULTILINE)) == 2
    assert len(re.findall(r"seal: sha256:[0-9a-f]{64}", told)) == 1


@pytest.mark.slow
def test_the_bound_of_its_plan_is_explained(told: str) -> None:
    """Only one of two steps is sent, unless a person steps in: both numbers stand there."""
    said = " ".join(told.split())
    assert "Messages: at most 750" in said
    assert "Unless a person takes a stopped run further: at most 550, and 4 to one customer." in said
    assert "What can happen" not in said


@pytest.mark.slow
def test_the_process_really_dies(told: str) -> None:
    """And the run stands where it was, as ``status`` finds it."""
    assert re.search(r"killed half way: process \d+, by signal 9 \(kill -9\)", told)
    assert "its process ended before the run did" in told


@pytest.mark.slow
def test_its_numbers_agree(told: str) -> None:
    """What the outbox has is what the runs said, and those whom the API had wrongly counted as failed."""
    steps = {"wa_hindi": "hindi", "sms_english": "english_sms", "sms_gujarati": "gujarati"}
    got = {
        text: int(number)
        for number, text in re.findall(r"^ +(\d+)  \w+ +(\w+) .*such as", told, re.MULTILINE)
    }
    said = {
        text: int(re.findall(rf"{step}/c1 .*?(\d+)(?: of \d+)? customers", told)[-1])
        for text, step in steps.items()
    }
    (mistaken,) = re.findall(r"and (\d+) of them got their message all the same", told)
    assert got["wa_hindi"] == said["wa_hindi"] + int(mistaken)
    assert (got["sms_english"], got["sms_gujarati"]) == (said["sms_english"], said["sms_gujarati"])
    (reached,) = re.findall(
        r"Of 1,000 customers (\d+) got one message, and nobody got two", " ".join(told.split())
    )
    assert int(reached) == sum(got.values())


@pytest.mark.slow
def test_a_run_that_sends_twice_is_found_out(tmp_path: Path) -> None:
    """With a fault planted in the client the demo says which promise is broken, and fails."""
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "sitecustomize.py").write_text(TWICE, "utf-8")
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([str(tmp_path / "planted"), root])
    with demo(tmp_path, PYTHONPATH=path) as process:
        said, _ = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 1, said
    assert "BROKEN PROMISE: 99 customers got more than one message" in " ".join(said.split())
    assert "nobody got two" not in said


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_leaves_nothing_behind_when_it_is_interrupted(number: int, code: int, tmp_path: Path) -> None:
    """No file, and no process: all of them were killed with it."""
    with demo(tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "runbook run" in line:
                break
        process.send_signal(number)
        process.communicate(timeout=WITHIN_S)
    assert process.returncode == code
    assert list((tmp_path / "tmp").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.slow
def test_it_fits_a_narrow_terminal(tmp_path: Path) -> None:
    """In 60 columns, but for digests, without colour where none is wanted, within the time it promises."""
    began_s = boottime_s()
    said = at_width(60, tmp_path, NO_COLOR="1")
    assert boottime_s() - began_s < 15
    assert "and nobody got two" in " ".join(said.split())
    assert "\x1b" not in said
    assert [line for line in said.splitlines() if len(line) > 60 and " " in line.strip()] == []


def at_width(columns: int, folder: Path, **environment: str) -> str:
    """Play the demo at a terminal so wide, and give all that it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        ["timeout", str(WITHIN_S), sys.executable, "-m", "engine", "demo"],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = b""
    try:
        while piece := _piece(ours):
            said += piece
        assert process.wait(timeout=5) == 0
    finally:
        os.close(ours)
        process.kill()
        process.wait()
    return said.decode().replace("\r", "")


def _piece(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side has closed
        return b""
