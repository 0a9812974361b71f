"""The tutorial, played as it is worded: an empty home, a fresh virtual environment, real terminals."""

import os
import socket
import sys
from pathlib import Path

import pytest

from docs.site.staging import ROOT
from tests.end_to_end.playing import Player

PAGE = ROOT / "docs" / "tutorial" / "first-runbook.md"


def free_port() -> int:
    """Give a port that nothing listens on just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    """Give the environment of somebody who has Python and nothing of ours."""
    mine = Path(sys.executable).parent
    path = [each for each in os.environ["PATH"].split(":") if Path(each) != mine]
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {
        **kept,
        "PATH": ":".join([f"{sys.base_prefix}/bin", *path]),
        "LANG": "C.UTF-8",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_QUIET": "1",  # what pip warns of depends on the machine
        "USER": "asha",
        "VIRTUAL_ENV_DISABLE_PROMPT": "1",
    }


@pytest.mark.slow
def test_the_first_hour_goes_as_the_tutorial_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every command shows what the page shows, but for times, ids and digests."""
    player = Player(ROOT, tmp_path, environment(), free_port())
    played = player.plays(PAGE.read_text("utf-8"))
    if request.config.getoption("--update-cases"):
        PAGE.write_text(played, "utf-8")
    assert player.faults == []


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ("$ echo one two\none two", ""),
        ("$ echo one two\none too", "$ echo one two: line 1: shown 'one two', wanted 'one too'"),
        ("$ echo one two", "$ echo one two: line 1: shown 'one two', wanted '(nothing)'"),
        ("$ true\none", "$ true: line 1: shown '(nothing)', wanted 'one'"),
        ("$ seq 9\n1\n…\n4\n5\n…\n9", ""),
        ("$ seq 9\n1\n…\n5\n4\n…\n9", "$ seq 9: line 1: shown '2', wanted '5'"),
        ("$ seq 9\n1\n…\n8", "$ seq 9: line 1: shown '9', wanted '8'"),
        ("$ (exit 3)\n$ echo $?\n3", ""),
        ("$ echo 12:30:01\n09:30:00", ""),
        ("$ read -p $'\\n> ' said; echo $said\n\n> yes\nyes", ""),
    ],
)
def test_a_changed_word_is_found(block: str, fault: str, tmp_path: Path) -> None:
    """A page is right only if its commands show what it shows; lines may be left out where it says so."""
    player = Player(tmp_path, tmp_path, environment(), 0)
    player.plays(f"```console\n{block}\n```\n")
    assert player.faults[:1] == ([fault] if fault else [])


def test_what_a_page_shows_is_mended(tmp_path: Path) -> None:
    """The page comes back with what was shown, and is otherwise as it was."""
    player = Player(tmp_path, tmp_path, environment(), 0)
    page = "Type:\n\n```console\n$ echo one; pwd\nwrong\n```\n\nand be glad.\n"
    assert player.plays(page) == page.replace("wrong\n", "one\n/home/asha\n")


def test_files_of_a_page_are_saved(tmp_path: Path) -> None:
    """As a whole, or a line of them, in the folder of the reader's runbooks."""
    (tmp_path / "outreach").mkdir()
    player = Player(tmp_path, tmp_path, environment(), 0)
    whole = '```yaml title="a.yaml"\none: 1\ntwo: 2\n```\n'
    player.plays(f'{whole}```yaml title="a.yaml, line 2"\ntwo: 3\n```\n')
    assert (tmp_path / "outreach" / "a.yaml").read_text("utf-8") == "one: 1\ntwo: 3\n"
