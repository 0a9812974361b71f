"""Files as they were at a revision, asked of the real git in repositories of the tests' own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.api import revisions
from engine.api.revisions import Revision
from engine.refusal import Refusal
from tests.repositories import commit, git, repository

LONG = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository with two runbooks."""
    made = repository(tmp_path / "books", {"a.yaml": "one\n", "sub/b c.yaml": LONG})
    monkeypatch.chdir(made)
    return made


def before(*files: str, revision: str = "main") -> dict[str, bytes]:
    """Give the texts that files had."""
    found = Revision(revision, os.environ).before(map(Path, files))
    return {str(file): text for file, text in found.items()}


def refused(make: Callable[[], object]) -> Refusal:
    """Give the refusal that something ends with."""
    with pytest.raises(Refusal) as told:
        make()
    assert told.value.code == 64
    return told.value


# ---------------------------------------------------------------- what stood there


def test_a_file_has_the_text_of_the_revision(here: Path) -> None:
    """Whatever stands on the disk by now, and at the index; bytes for bytes."""
    (here / "a.yaml").write_bytes(b"two\r\n\xff\n")
    git(here, "add", "a.yaml")
    assert before("a.yaml", "sub/b c.yaml") == {"a.yaml": b"one\n", "sub/b c.yaml": LONG.encode()}
    git(here, "commit", "--quiet", "--message", "two")
    assert before("a.yaml") == {"a.yaml": b"two\r\n\xff\n"}
    assert before("a.yaml", revision="HEAD~1") == {"a.yaml": b"one\n"}


def test_a_file_that_is_new_has_none(here: Path) -> None:
    """Nor has a folder, nor a name that git cannot be asked for in a line."""
    for name in ("new.yaml", "two\nlines.yaml"):
        (here / name).write_text("new\n", "utf-8")
    assert before("new.yaml", "two\nlines.yaml", "sub", "a.yaml") == {"a.yaml": b"one\n"}


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_file_that_was_renamed_has_that_of_its_former_path(here: Path, is_committed: bool) -> None:
    """As git finds it: by likeness, in another folder too; whatever a person has set for the screen."""
    (here / "deep").mkdir()
    git(here, "mv", "sub/b c.yaml", "deep/d.yaml")
    (here / "deep/d.yaml").write_text(LONG.replace("line 3\n", "line three\n"), "utf-8")
    git(here, "add", "--all")
    for setting in ("diff.relative=true", "color.diff=always", "diff.renames=false", "diff.noprefix=true"):
        git(here, "config", *setting.split("="))
    if is_committed:
        git(here, "checkout", "--quiet", "-b", "branch")
        git(here, "commit", "--quiet", "--message", "moved")
    assert before("deep/d.yaml", "a.yaml") == {"deep/d.yaml": LONG.encode(), "a.yaml": b"one\n"}


def test_a_copy_is_a_new_file(here: Path) -> None:
    """The first one is still what it was."""
    commit(here, {"copy.yaml": LONG})
    git(here, "checkout", "--quiet", "HEAD")
    assert before("copy.yaml", revision="HEAD~1") == {}


def test_paths_are_from_where_one_stands(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative, upward, absolute, and through a link to the folder."""
    (here.parent / "link").symlink_to(here)
    monkeypatch.chdir(here / "sub")
    linked = here.parent / "link" / "a.yaml"
    assert set(before("../a.yaml", "b c.yaml", str(here / "a.yaml"), str(linked)).values()) == {
        b"one\n",
        LONG.encode(),
    }


def test_nothing_is_written(here: Path) -> None:
    """Looking is no reason to touch the index of a repository."""
    for path in (here / "a.yaml", here / ".git" / "index"):
        os.utime(path, (1_000_000_000, 1_000_000_000))  # git would write down that it is the same file
    index = (here / ".git" / "index").stat()
    before("a.yaml", "none.yaml")
    assert (here / ".git" / "index").stat().st_mtime_ns == index.st_mtime_ns


def test_a_file_among_many_that_were_renamed(here: Path) -> None:
    """Git compares only so many by default, and then takes all of them for new."""
    git(here, "config", "diff.renameLimit", "1")
    texts = [LONG.replace("line", f"{number} is") for number in range(4)]
    commit(here, {f"{number}.yaml": text for number, text in enumerate(texts)})
    for number, text in enumerate(texts):
        git(here, "mv", f"{number}.yaml", f"moved{number}.yaml")
        (here / f"moved{number}.yaml").write_text(f"{text}more\n", "utf-8")
    moved = [f"moved{number}.yaml" for number in range(4)]
    assert before(*moved) == {name: text.encode() for name, text in zip(moved, texts, strict=True)}


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_the_repository_is_that_of_the_folder(
    name: str, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of another repository, or an index of its own, has no say."""
    other = repository(tmp_path / "other", {"a.yaml": "other\n"})
    elsewhere = {"GIT_DIR": other / ".git", "GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / ".git" / "none"}
    git(here, "mv", "sub/b c.yaml", "d.yaml")
    monkeypatch.setenv(name, str(elsewhere[name]))
    assert before("a.yaml", "d.yaml") == {"a.yaml": b"one\n", "d.yaml": LONG.encode()}


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("name", ["", "-x", "--output=x", "--upload-pack=touch x"])
def test_what_is_no_name_is_not_passed_to_git(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git would take it for an option."""
    monkeypatch.setattr(revisions, "_run", None)
    assert "--against main" in refused(lambda: Revision(name, os.environ)).cure
    assert sorted(path.name for path in here.iterdir()) == [".git", "a.yaml", "sub"]


@pytest.mark.parametrize(
    "name", ["mani", "main:a.yaml", "main..HEAD", "^HEAD", "^main", "0" * 40, "HEAD~5", "a b", "main\x1b[0m"]
)
def test_a_revision_that_nobody_knows(name: str, here: Path) -> None:
    """A cure that can be typed, and nothing that a terminal would obey."""
    assert here.exists()
    told = refused(lambda: Revision(name, os.environ))
    assert "git knows no revision" in told.message
    assert "git fetch origin" in told.cure or "git log --oneline" in told.cure
    assert "\x1b" not in told.message + told.cure


def test_a_branch_that_only_the_server_has(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Usual in a pipeline: it is offered."""
    git(here, "branch", "release")
    git(tmp_path, "clone", "--quiet", str(here), "copy")
    monkeypatch.chdir(tmp_path / "copy")
    assert refused(lambda: Revision("release", os.environ)).cure == "did you mean --against origin/release?"
    assert before("a.yaml", revision="origin/release") == {"a.yaml": b"one\n"}


@pytest.mark.parametrize("asked", ["main", "origin/main"])
def test_a_shallow_clone_says_what_to_fetch(
    asked: str, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cure is typed as it stands, and then it works."""
    git(here, "checkout", "--quiet", "-b", "branch")
    commit(here, {"a.yaml": "two\n"})
    source = here.as_uri()
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=branch", "--single-branch", source, "copy")
    monkeypatch.chdir(tmp_path / "copy")
    cure = refused(lambda: Revision(asked, os.environ)).cure
    command, _, then = cure.partition(": ")[2].partition(", then --against ")
    assert command == "git fetch --depth=1 origin main"
    git(tmp_path / "copy", *command.split()[1:])
    assert before("a.yaml", revision=then) == {"a.yaml": b"one\n"}


def test_older_commits_of_a_shallow_clone(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows how far back they are: all are fetched."""
    commit(here, {"a.yaml": "two\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", here.as_uri(), "copy")
    monkeypatch.chdir(tmp_path / "copy")
    assert refused(lambda: Revision("HEAD~1", os.environ)).cure == "git fetch --unshallow"


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and what to do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    told = refused(lambda: Revision("main", os.environ))
    assert told.message == "no git repository is here, so nothing tells what stood at main"


def test_a_file_outside_the_repository(here: Path, tmp_path: Path) -> None:
    """No revision of this repository knows it."""
    (tmp_path / "other.yaml").write_text("x", "utf-8")
    told = refused(lambda: before("../other.yaml"))
    assert f"../other.yaml does not lie in the repository {here}" in told.message


def test_a_file_of_a_repository_inside(here: Path) -> None:
    """The one around it knows its commit, and none of its files."""
    repository(here / "sub" / "inner", {"c.yaml": "x\n"})
    told = refused(lambda: before("a.yaml", "sub/inner/c.yaml"))
    assert told.message == f"sub/inner/c.yaml lies in a repository of its own, inside of {here}"
    assert told.cure == f"change to {here / 'sub/inner'}, or leave --against out"


def test_a_repository_without_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name could be the right one."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    monkeypatch.chdir(tmp_path)
    told = refused(lambda: Revision("main", os.environ))
    assert told.message == 'nothing stood at "main": this repository has no commit yet'


def test_no_git(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of containers often have none."""
    monkeypatch.setenv("PATH", str(here))
    assert refused(lambda: Revision("main", os.environ)).message == "--against needs git, and it is not here"


def test_a_repository_of_somebody_else(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Usual in containers: git says it, and so do we, with the command."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert refused(lambda: Revision("main", os.environ)).cure.endswith(f"--add safe.directory {here}")


def test_a_git_that_hangs_is_not_waited_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock, a network disk: it is said after a minute."""

    def hanging(command: list[str], *_: object) -> None:
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(revisions, "_run", hanging)
    assert here.exists()
    assert refused(lambda: Revision("main", os.environ)).message == "git has not answered for 60 s"


def test_what_else_git_has_against_it(here: Path) -> None:
    """In its own words, which name the matter best."""
    revision = Revision("main", os.environ)
    git(here, "update-ref", "-d", "HEAD")
    (here / ".git" / "HEAD").write_text("nonsense", "utf-8")
    assert refused(lambda: revision.before([Path("a.yaml")])).message.startswith("git says: fatal: not a git")
