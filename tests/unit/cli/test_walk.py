"""Which files a command is about."""

from pathlib import Path

import pytest

from engine.cli.walk import runbooks_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with runbooks, scenario files, and what is neither."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "a.test.yaml", "B.TEST.YML", "sub/b.yml", "sub/.hidden.yaml", "sub/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("format: runbook/v1\n", "utf-8")
    return tmp_path


def walked(*paths: str) -> list[str]:
    """Give the files that paths lead to; none of the paths is refused."""
    files, wrong = runbooks_of(map(Path, paths))
    assert [refusal.message for refusal in wrong] == []
    return [str(file) for file in files]


@pytest.mark.usefixtures("here")
def test_a_folder_gives_its_runbooks() -> None:
    """At any depth; no hidden ones, no scenario files, whatever case their names are in."""
    assert walked(".") == ["a.yaml", "sub/b.yml"]


def test_a_file_is_met_once(here: Path) -> None:
    """Named twice, named and in a folder, absolute, by a link."""
    (here / "z.yaml").symlink_to("a.yaml")
    (here / "sub" / "up").symlink_to(here)
    assert walked("a.yaml", "./a.yaml", "sub/../a.yaml", str(here / "a.yaml"), "z.yaml") == ["a.yaml"]
    assert walked("sub", ".") == ["sub/b.yml", "sub/up/a.yaml"]
    assert walked(".", "a.yaml") == ["a.yaml", "sub/b.yml"]


def test_files_of_the_same_text_are_two(here: Path) -> None:
    """A copy is another runbook."""
    (here / "copy.yaml").write_bytes((here / "a.yaml").read_bytes())
    assert walked("a.yaml", "copy.yaml") == ["a.yaml", "copy.yaml"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["a.test.yaml", "B.TEST.YML"])
def test_a_scenario_file_that_is_named_says_what_it_is(name: str) -> None:
    """64, with the verb that is for it; what else was named is checked."""
    files, (refusal,) = runbooks_of([Path(name), Path("a.yaml")])
    assert files == [Path("a.yaml")]
    assert refusal.code == 64
    assert "is a scenario file" in refusal.message
    assert refusal.cure == f"runbook test {name}"


def test_what_is_not_there_is_left_to_whoever_reads_it(here: Path) -> None:
    """A link that leads nowhere is met under its name, not passed over."""
    (here / "gone.yaml").symlink_to("nowhere.yaml")
    assert walked(".") == ["a.yaml", "gone.yaml", "sub/b.yml"]
    assert [refusal.message for refusal in runbooks_of([Path("no.yaml")])[1]] == ["no.yaml does not exist"]
