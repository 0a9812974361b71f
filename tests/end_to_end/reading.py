"""Commands of a page, typed as its reader would, in a folder and before a sandbox of the test's own."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
PORT = "8001"
VOLUME = "/mnt/runbooks"
WAIT_S = 60


def commands(text: str) -> list[str]:
    """List what a reader types."""
    blocks = [block for language, block in BLOCK.findall(text) if language == "sh"]
    return [line for block in blocks for line in block.replace("\\\n", "").splitlines() if line]


def run(
    command: str, folder: Path, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Type a command as a reader would."""
    path = f"{BIN}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1", **(variables or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )


class Reader:
    """Types commands of a page one after the other; the sandbox has a port of its own."""

    def __init__(self, typed: Sequence[str], folder: Path) -> None:
        self._left = list(typed)
        self._folder = folder
        self.port = "0"
        self.variables: dict[str, str] = {"TIMEPAY_TOKEN": "sandbox"}

    def next(self) -> str:
        """Give the next command, for this sandbox and this folder."""
        command = self._left.pop(0).replace(f":{PORT}", f":{self.port}")
        return command.replace(VOLUME, str(self._folder / "volume"))

    def types(self, begins: str, code: int = 0) -> str:
        """Type the next command, which begins so and ends so; give all that it says."""
        command = self.next()
        assert command.startswith(begins)
        if begins == "export":
            self.variables |= dict(each.split("=", 1) for each in shlex.split(command)[1:])
            return ""
        return self.also_types(command, code)

    def also_types(self, command: str, code: int = 0) -> str:
        """Type what the README says in words alone."""
        done = run(command, self._folder, self.variables)
        assert done.returncode == code, (command, done.stderr)
        return done.stdout + done.stderr

    @contextmanager
    def sandbox(self, command: str) -> Iterator[str]:
        """Run the sandbox in the other terminal; gives its page for people as it is when asked."""
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", *shlex.split(command)[1:], "--port", self.port],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            (self.port,) = re.findall(r"127\.0\.0\.1:(\d+)/api", process.stdout.readline())
            yield f"http://127.0.0.1:{self.port}/"
        finally:
            process.terminate()
            process.communicate(timeout=WAIT_S)

    def is_through(self) -> bool:
        """Say whether nothing of them is left."""
        return not self._left
