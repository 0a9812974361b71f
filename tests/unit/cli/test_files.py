"""Paths as a code host knows them."""

from pathlib import Path

import pytest

from engine.cli.files import from_root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder of a repository."""
    made = tmp_path / "work" / "repository"
    (made / ".git").mkdir(parents=True)
    (made / "books" / "deep").mkdir(parents=True)
    monkeypatch.chdir(made / "books")
    return made


def test_a_path_is_from_the_repository(root: Path) -> None:
    """From a folder in it, upward, absolute, through a link; the file need not exist."""
    (root / "books" / "link").symlink_to("deep")
    paths = ["a.yaml", "./a.yaml", "../a.yaml", "deep/a.yaml", "link/a.yaml", str(root / "a.yaml")]
    assert [from_root(path) for path in paths] == [
        "books/a.yaml",
        "books/a.yaml",
        "a.yaml",
        "books/deep/a.yaml",
        "books/deep/a.yaml",
        "a.yaml",
    ]


def test_a_link_to_a_file_is_the_path_that_git_has(root: Path) -> None:
    """What it leads to may lie anywhere."""
    (root / "books" / "a.yaml").symlink_to("/dev/null")
    assert from_root("a.yaml") == "books/a.yaml"


def test_github_names_the_root_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file lies in it; elsewhere the repository around the file counts."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root.parent))
    assert from_root("a.yaml") == "repository/books/a.yaml"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root / "books" / "deep"))
    assert from_root("a.yaml") == "books/a.yaml"


def test_without_a_repository_it_is_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a path of this machine."""
    monkeypatch.chdir(tmp_path)
    assert from_root("a.yaml") == "a.yaml"
    assert not from_root("/no/such/a.yaml").startswith("/")


def test_another_repository_has_a_root_of_its_own(root: Path) -> None:
    """The nearest one around the file."""
    (root.parent / "other" / ".git").mkdir(parents=True)
    assert from_root("../../other/a.yaml") == "a.yaml"
