"""One runbook of two steps, a sandbox and a log of its own: what tests of running have in common."""

import fcntl
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.sandbox.server import Served

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


def typed(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command into a shell; ``$RUN`` is ``runbook``."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "RUN": f"{sys.executable} -m engine", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines_of(said: str) -> list[list[str]]:
    """Give the finished command lines of a text, alone in a line or between backticks, as their words."""
    found = re.findall(r"^(?:    |  help: )(runbook .*)$|`(runbook [^`]+)`", said, re.MULTILINE)
    return [shlex.split(alone or within)[1:] for alone, within in found]
