"""Where a runbook comes from, read from git's own files; the real git is the judge."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.api.checkout import origin
from tests.repositories import commit, git, repository

TEXT = "name: नमस्ते\n"
NAME = "books/a.yaml"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Make a repository with one runbook and a history."""
    made = repository(tmp_path / "repository", {NAME: "name: old\n"})
    commit(made, {NAME: TEXT})
    return made


def head(folder: Path) -> str:
    """Ask git what is checked out."""
    return git(folder, "rev-parse", "HEAD")


def as_it_is(_: Path) -> None:
    """Change nothing."""


def with_packed_refs(folder: Path) -> None:
    """Keep the branches in one file, between others."""
    git(folder, "branch", "mainly")
    git(folder, "branch", "another/main", "HEAD~1")
    git(folder, "pack-refs", "--all")
    assert not (folder / ".git" / "refs" / "heads" / "main").exists()


def detached(folder: Path) -> None:
    """Check a commit out as jobs do, without a branch."""
    git(folder, "checkout", "--quiet", "--detach", "HEAD~1")
    (folder / NAME).write_text(TEXT, "utf-8")


def moved_on(folder: Path) -> None:
    """Commit once more on a branch whose former commit is packed."""
    with_packed_refs(folder)
    commit(folder, {"other.yaml": "x\n"})


def named_by_a_name(folder: Path) -> None:
    """Let the branch itself lead to another one."""
    git(folder, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/alias\n", "utf-8")


@pytest.mark.parametrize("change", [as_it_is, with_packed_refs, detached, moved_on, named_by_a_name])
def test_the_commit_is_what_git_says(change: Callable[[Path], None], here: Path) -> None:
    """However it keeps its branches; and git finds the text under the blob's name."""
    change(here)
    found = origin(str(here / NAME), TEXT)
    assert found.commit == head(here)
    assert found.blob == git(here, "hash-object", NAME)


def test_a_worktree_and_a_submodule_have_their_own(here: Path, tmp_path: Path) -> None:
    """There a file leads to git's folder."""
    other = tmp_path / "other"
    git(here, "worktree", "add", "--quiet", "-b", "next", str(other), "HEAD~1")
    commit(other, {NAME: TEXT, "more.yaml": "x\n"})
    assert origin(str(other / NAME), TEXT).commit == head(other) != head(here)
    outer = repository(tmp_path / "outer", {"b.yaml": TEXT})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(here), "inner")
    git(outer / "inner", "checkout", "--quiet", "HEAD~1")
    (outer / "inner" / NAME).write_text(TEXT, "utf-8")
    assert origin(str(outer / "inner" / NAME), TEXT).commit == head(outer / "inner") != head(outer)


def test_a_repository_of_long_names(tmp_path: Path) -> None:
    """Where commits are named by SHA-256, so are texts."""
    git(tmp_path, "init", "--quiet", "--object-format=sha256")
    commit(tmp_path, {NAME: TEXT})
    found = origin(str(tmp_path / NAME), TEXT)
    assert (found.commit, found.blob) == (head(tmp_path), git(tmp_path, "hash-object", NAME))
    assert len(found.blob) == 64


def test_a_changed_file_shows(here: Path) -> None:
    """The commit stays, and its tree has another blob under that name."""
    (here / NAME).write_text("name: new\n", "utf-8")
    found = origin(str(here / NAME), "name: new\n")
    assert found.commit == head(here)
    assert found.blob not in git(here, "ls-tree", "HEAD", NAME)


def test_the_blob_covers_a_byte_order_mark(here: Path) -> None:
    """The text is without it, what is committed is not."""
    commit(here, {NAME: "\ufeff" + TEXT})
    found = origin(str(here / NAME), TEXT)
    assert (found.commit, found.blob) == (head(here), git(here, "hash-object", NAME))


def test_a_text_that_is_not_in_the_file_has_no_commit(here: Path) -> None:
    """A program may have it from anywhere, or the file changed meanwhile."""
    (here / "text").write_text("x\n", "utf-8")
    assert origin(str(here / NAME), "x\n") == (None, git(here, "hash-object", "text"))
    assert origin("no such\0file", "x\n").commit is None


def test_what_a_job_says_counts_outside_git_alone(here: Path, tmp_path: Path) -> None:
    """It may have unpacked an archive; what stands in a repository says for itself what it is."""
    (tmp_path / "a.yaml").write_text(TEXT, "utf-8")
    assert origin(str(tmp_path / "a.yaml"), TEXT).commit is None
    assert origin(str(tmp_path / "a.yaml"), TEXT, "b" * 40).commit == "b" * 40
    assert origin(str(tmp_path / "a.yaml"), TEXT, "main").commit is None
    assert origin(str(here / NAME), TEXT, "b" * 40).commit == head(here)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("HEAD", "ref: refs/heads/none\n"),
        ("HEAD", "ref: ../../../etc/hostname\n"),
        ("HEAD", "ref: refs/heads/../../HEAD\n"),
        ("HEAD", "a few words\n"),
        ("HEAD", ""),
        ("refs/heads/main", "ref: refs/heads/main\n"),
    ],
)
def test_a_repository_that_is_damaged_says_nothing(file: str, content: str, here: Path) -> None:
    """No commit, and no error: the plan is none the worse."""
    (here / ".git" / file).write_text(content, "utf-8")
    assert origin(str(here / NAME), TEXT).commit is None
