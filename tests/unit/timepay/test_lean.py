"""httpx comes alone."""

import subprocess
import sys

_SEEN = """\
import sys
{before}
from engine.timepay import client
came_too = {{"rich", "pygments", "httpx._main"}} & sys.modules.keys()
print(*sorted(came_too), client.httpx is sys.modules["httpx"])
"""


def seen(before: str) -> str:
    """Say which of the libraries that the client does not need are there once it is imported."""
    code = _SEEN.format(before=before)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_the_client_brings_no_command_line_of_httpx() -> None:
    """Neither it nor what it would import is there, and nothing stays in its place."""
    assert seen("") == "True"


def test_a_httpx_that_is_there_already_stays_as_it_is() -> None:
    """Whoever imported httpx before keeps what came with it."""
    assert "httpx._main" in seen("import httpx, httpx._main")
