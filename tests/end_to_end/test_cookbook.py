"""The cookbook is true: its plans are files that work, and say what the page quotes."""

import re
import shlex
from pathlib import Path

import pytest

from docs.site.staging import ROOT, staged
from engine.cli import main

PAGE = "docs/how-to/cookbook.md"
TEXT = (ROOT / PAGE).read_text("utf-8")
FOLDER = ROOT / "runbooks" / "cookbook"
RECIPES = re.findall(r"^## (.+?)$\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)


def blocks(part: str, language: str) -> str:
    """Give what stands in a part's blocks of one language."""
    return "".join(re.findall(rf"^```{language}\n(.*?)^```$", part, re.MULTILINE | re.DOTALL))


def said(commands: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Type commands, each of which ends well; give what they say, each run of blanks as one."""
    for command in commands.splitlines():
        assert main(shlex.split(command)[1:]) == 0, capsys.readouterr().err
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where the page's paths lead from."""
    monkeypatch.chdir(ROOT)


def test_every_plan_of_the_folder_has_its_recipe() -> None:
    """Ten of them, each with its scenarios beside it."""
    shown = [name for _, part in RECIPES for name in re.findall(r"^\[([\w.-]+)\]\(.*\)$", part, re.MULTILINE)]
    files = {path.name for path in FOLDER.iterdir()}
    assert len(shown) == len(RECIPES) == 10
    assert files == {*shown, *(name.replace(".yaml", ".test.yaml") for name in shown)}


def test_what_holds_for_all_of_them_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """They are sound, and their scenarios pass."""
    assert "ok the rest, without the pilot" in said(blocks(TEXT.partition("\n## ")[0], "sh"), capsys)


@pytest.mark.parametrize(("title", "part"), RECIPES, ids=[title for title, _ in RECIPES])
def test_a_plan_says_what_the_page_quotes(title: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, wherever the plan breaks its lines."""
    plan = said(blocks(part, "sh"), capsys)
    quoted = blocks(part, "text").splitlines()
    assert quoted, title
    assert [line for line in quoted if " ".join(line.split()) not in plan] == []


def test_the_site_shows_the_plans_themselves() -> None:
    """A link that stands alone becomes the file, so that no copy can drift."""
    page = staged(PAGE)
    for name in FOLDER.glob("*.yaml"):
        text = Path(name).read_text("utf-8").rstrip()
        assert (f"```yaml\n{text}\n```" in page) is not name.name.endswith(".test.yaml")
