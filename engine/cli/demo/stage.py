"""The demo's stage: types commands as a person would, each a process of its own, and shows what matters."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from textwrap import wrap

from engine.cli.folded import folded
from engine.cli.leaving import Leaving
from engine.cli.screen import emit, paint, width
from engine.clock import boottime_s
from engine.refusal import Exit, Refusal
from engine.sandbox.server import Served

_PATIENCE_S = 60
_BLINK_S = 0.02
_INDENT = "    "
_HIDDEN = ("TIMEPAY_", "RUNBOOK_", "GITHUB_")
_HEADLINE = "SANDBOX: "
_CONFIG = """\
format: config/v1
default: sandbox
environments:
  sandbox: {{base_url: "{}"}}
"""


class Stage:
    """A folder, a sandbox, and somebody who types."""

    def __init__(self, folder: Path, served: Served, leaving: Leaving) -> None:
        self.folder = folder
        self.served = served
        self._leaving = leaving
        self._paint = paint()
        self._number = 0
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(_HIDDEN) and name != "CI"
        }
        here = str(Path(__file__).parents[3])
        path = os.pathsep.join([here, kept["PYTHONPATH"]] if "PYTHONPATH" in kept else [here])
        utf8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
        self._environment = {**kept, **utf8, "PYTHONPATH": path, "TIMEPAY_TOKEN": "sandbox"}
        # A repository may lie above the folder for temporary files: its log and its words are not ours.
        (folder / ".runbook").mkdir()
        (folder / ".runbook" / "config.yaml").write_text(_CONFIG.format(served.address), "utf-8")

    # ------------------------------------------------ what is told

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._number += 1
        emit("\n" + self._paint("strong", f"{self._number}. {title}"))

    def say(self, text: str) -> None:
        """Tell the story."""
        emit("\n".join(wrap(text, width() - 3, initial_indent="   ", subsequent_indent="   ")))

    def notice(self, text: str) -> None:
        """Say what to notice in what was just shown."""
        for line in wrap(text, width() - 6, initial_indent="=> ", subsequent_indent="   "):
            emit("   " + self._paint("good", line))

    def warn(self, text: str) -> None:
        """Say what must not be."""
        for line in wrap(text, width() - 3):
            emit("   " + self._paint("error", line))

    def show(self, text: str) -> None:
        """Show lines as they were printed, folded where the screen is narrow."""
        emit(folded(text, width(), _INDENT))

    # ------------------------------------------------ what is typed

    def type(self, line: str, *, expects: int, keep: str = "") -> None:
        """Type a command and show what it prints: the lines in which ``keep`` is found, or all."""
        with self._typed(line) as child:
            text = _ended(child, line)
        if child.returncode != expects:
            self._output(text)
            raise _unexpected(line, f"ended with {child.returncode}, and not with {expects}")
        self._output(text, keep)
        if expects:
            emit(_INDENT + self._paint("faint", f"(exit code {child.returncode})"))

    def type_and_kill(self, line: str, when: Callable[[], bool]) -> None:
        """Type a command, and kill its process (SIGKILL) the moment that something is so."""
        with self._typed(line) as child:
            is_so = _awaited(child, when)
            child.kill()
            self._output(_ended(child, line))
        if not is_so:
            raise _unexpected(line, "was over before it could be killed")
        killed = f"killed half way: process {child.pid}, by signal {-child.returncode} (kill -9)"
        emit(_INDENT + self._paint("error", killed))

    @contextmanager
    def _typed(self, line: str) -> "Iterator[subprocess.Popen[str]]":
        """Show the command and start it; whatever ends the demo ends what it started."""
        folded = wrap(f"$ {line}", width() - 2, initial_indent="  ", subsequent_indent="      ")
        emit(self._paint("strong", "\n".join(folded)))
        words = shlex.split(line)
        assert words[0] == "runbook", "the demo types nothing else"
        with ExitStack() as behind:
            with self._leaving.held():
                child = self._started(words[1:])
                behind.enter_context(child)
                behind.callback(child.wait)  # after Ctrl-C its own exit would wait a blink only
                behind.callback(child.kill)
            yield child

    def _started(self, arguments: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603  (this very program)
            [sys.executable, "-m", "engine", *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def _output(self, text: str, keep: str = "") -> None:
        """Show an output without its headline and its blank lines; how much is left out is said."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith(_HEADLINE)]
        kept = [line for line in lines if re.search(keep, line)]
        self.show("\n".join(kept))
        if left_out := len(lines) - len(kept):
            emit(_INDENT + self._paint("faint", f"… and {left_out} more lines"))


def _ended(child: "subprocess.Popen[str]", line: str) -> str:
    try:
        text, _ = child.communicate(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise _unexpected(line, f"did not end within {_PATIENCE_S} s") from None
    return text


def _awaited(child: "subprocess.Popen[str]", claim: Callable[[], bool]) -> bool:
    """Wait until a claim is true; False if the process ends before, or it never is."""
    end_s = boottime_s() + _PATIENCE_S
    while not claim():
        with suppress(subprocess.TimeoutExpired):
            child.wait(_BLINK_S)
            return False
        if boottime_s() > end_s:
            return False
    return True


def _unexpected(line: str, what: str) -> Refusal:
    return Refusal(
        f"the demo did not go as it should: `{line}` {what}",
        "mend what stands above; if that names nothing to mend, please report it with all of the above",
        Exit.FAILED,
    )
