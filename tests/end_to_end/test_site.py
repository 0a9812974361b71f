"""The site builds from the pages as they are, and the pictures of screens show what the commands show."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from docs.site.screens import PICTURES, main
from docs.site.staging import ROOT

SCREENS = ROOT / "docs" / "screens"


def words(picture: Path) -> list[str]:
    """Give the lines of a picture, without how they are drawn."""
    rows = re.findall(r'<text class="[^"]*-r\d+".*? y="([\d.]+)".*?>(.*?)</text>', picture.read_text("utf-8"))
    lines: dict[str, str] = {}
    for row, text in rows:
        lines[row] = lines.get(row, "") + unescape(text)
    return list(lines.values())


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take every picture anew."""
    folder = tmp_path_factory.mktemp("screens")
    assert main([str(folder)]) == 0
    return folder


@pytest.mark.parametrize("name", [picture.name for picture in PICTURES])
def test_a_picture_is_up_to_date(name: str, taken: Path) -> None:
    """It shows what its command shows today; ``python -m docs.site.screens`` takes it anew."""
    assert words(taken / f"{name}.svg") == words(SCREENS / f"{name}.svg")
    assert len(words(SCREENS / f"{name}.svg")) > 3


def test_each_picture_is_taken_and_shown() -> None:
    """None is left over from a command that is gone, and each stands on a page."""
    pages = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    shown = {name for page in pages for name in re.findall(r"screens/(\w+)\.svg", page.read_text("utf-8"))}
    assert {file.stem for file in SCREENS.iterdir()} == {picture.name for picture in PICTURES} == shown


def test_a_picture_loads_nothing_from_another_host() -> None:
    """Fonts are those of whoever looks."""
    for file in SCREENS.iterdir():
        assert not re.search(r"url\((?!#)|@import|href=\"http", file.read_text("utf-8"))


def test_the_site_builds_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    """In strict mode; the result has the search and every generated page."""
    site = tmp_path / "site"
    build = [sys.executable, "-m", "docs.site.build", str(site)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert (site / "search.json").exists()
    assert "runbook resolve" in (site / "reference" / "commands.html").read_text("utf-8")
    again = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert again.returncode == 0, again.stderr


def test_a_folder_of_somebody_is_not_replaced(tmp_path: Path) -> None:
    """Only what a build made is."""
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    build = [sys.executable, "-m", "docs.site.build", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "another folder" in done.stderr
    assert (tmp_path / "thesis.txt").exists()
