"""Files as they were at a revision: the door to git, which is asked as a child process."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.api.files import typed, working_directory
from engine.refusal import Refusal
from engine.runbook.spelling import shown

_MOST_S = 60
_OURS = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
"""Git asks nobody, and says what it says in the words that are looked for below."""

_NOT_OURS = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"),
    *("TIMEPAY_", "RUNBOOK_"),
)
"""Git's: a hook has them, for the repository of its own; which one is asked hangs on the folder alone. Ours:
a token and a proxy's password are no business of any other program.
"""

_COMMIT = re.compile("[0-9a-f]{40,64}")
_NAME = re.compile(r"[A-Za-z0-9][\w./-]*")
_RUNBOOKS = (":(top,icase,glob)**/*.yaml", ":(top,icase,glob)**/*.yml")
_WITHOUT = "or leave --against out"


class Revision:
    """A revision of the repository that the user stands in, by the name that the user gave it."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        """Find it; raises ``Refusal`` where there is no git, no repository, or no such revision.

        ``environment`` is that in which git is asked.
        """
        self.name = name
        kept = {name: value for name, value in environment.items() if not name.startswith(_NOT_OURS)}
        self._environment = {**kept, **_OURS}
        if not name or name.startswith("-"):
            raise Refusal(
                f"--against {shown(name)} names no git revision",
                "name a branch, a tag or a commit: --against main",
            )
        self._here = working_directory()
        self.root = Path(os.path.realpath(self._root()))
        self._commit = self._found()

    def before(self, files: Iterable[Path]) -> dict[Path, bytes]:
        """Give the texts that files had; one that git takes for renamed has that of its former path.

        A file without one is left out: it is new. Raises ``Refusal`` for one outside the repository.
        """
        places = {file: self._place(file) for file in files}
        texts = self._texts(places.values())
        if any(place not in texts for place in places.values()):
            former = self._renamed()
            moved = {place: former[place] for place in places.values() if place in former}
            known = self._texts(moved.values())
            texts |= {place: known[old] for place, old in moved.items() if old in known}
        return {file: texts[place] for file, place in places.items() if place in texts}

    # ------------------------------------------------ what git is asked

    def _root(self) -> str:
        done = self._git("rev-parse", "--show-toplevel")
        said = done.stderr.decode(errors="replace")
        if "not a git repository" in said:
            raise Refusal(
                f"no git repository is here, so nothing tells what stood at {self.name}",
                f"change to the repository of the runbooks, {_WITHOUT}",
            )
        if "dubious ownership" in said:
            raise Refusal(
                "git does not read this repository, for it belongs to somebody else",
                f"if you trust it: git config --global --add safe.directory {typed(self._here)}",
            )
        return _told(done).removesuffix("\n")

    def _found(self) -> str:
        if commit := self._commit_of(self.name):
            return commit
        if not (self._commit_of("HEAD") or _told(self._git("rev-list", "--all", "--max-count=1"))):
            cure = f"commit the runbooks as they should be held against, {_WITHOUT}"
            raise Refusal(f"nothing stood at {shown(self.name)}: this repository has no commit yet", cure)
        remote = f"origin/{self.name}"
        cure = f"did you mean --against {remote}?" if self._commit_of(remote) else self._cure()
        raise Refusal(f"git knows no revision {shown(self.name)} here", cure)

    def _commit_of(self, name: str) -> str:
        done = self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        said = "" if done.returncode else _told(done).strip()
        # `^HEAD` is no commit, but all that are not behind one.
        return said if _COMMIT.fullmatch(said) else ""

    def _cure(self) -> str:
        """Say how to get a revision that is not here: in a pipeline, most of them are not."""
        is_shallow = _told(self._git("rev-parse", "--is-shallow-repository")).strip() == "true"
        branch = self.name.removeprefix("origin/")
        if _NAME.fullmatch(branch):
            fetch = f"git fetch --depth=1 origin {branch}" if is_shallow else f"git fetch origin {branch}"
            # Whether it makes origin/main hangs on how the repository was cloned.
            return f"check its name; if it stands at the server: {fetch}, then --against FETCH_HEAD"
        return "git fetch --unshallow" if is_shallow else "check its name: git log --oneline lists commits"

    def _place(self, file: Path) -> str:
        """Give the path of a file from the repository's root; its own last part may be a link."""
        whole = Path(os.path.realpath(self._here / file.parent), file.name)
        if not whole.is_relative_to(self.root):
            message = f"{file} does not lie in the repository {self.root}, so it has no earlier version"
            raise Refusal(message, f"change to its repository, {_WITHOUT}")
        place = whole.relative_to(self.root)
        for folder in place.parents[:-1]:
            if (self.root / folder / ".git").exists():
                message = f"{file} lies in a repository of its own, inside of {self.root}"
                raise Refusal(message, f"change to {self.root / folder}, {_WITHOUT}")
        return place.as_posix()

    def _texts(self, places: Iterable[str]) -> dict[str, bytes]:
        """Read files as they were at the revision; those that were not there are left out."""
        asked = [place for place in dict.fromkeys(places) if "\n" not in place]
        lines = "".join(f"{self._commit}:{place}\n" for place in asked)
        answer = _bytes(self._git("cat-file", "--batch", given=os.fsencode(lines))) if asked else b""
        texts, at = {}, 0
        for place in asked:
            end = answer.index(b"\n", at)
            header, at = answer[at:end], end + 1
            if not header.endswith(b" missing"):
                _, kind, size = header.split(b" ")
                if kind == b"blob":
                    texts[place] = answer[at : at + int(size)]
                at += int(size) + 1
        return texts

    def _renamed(self) -> dict[str, str]:
        """Give the former paths of the files that git takes for renamed since, by their present ones."""
        # Not `git diff`: that one heeds what a person set for the screen, and writes the index.
        # -l0: however many files are new, each is held against those that are gone.
        options = ("--find-renames", "-l0", "--diff-filter=R", "--name-status", "-z")
        done = self._git("diff-index", *options, self._commit, "--", *_RUNBOOKS)
        parts = os.fsdecode(_bytes(done)).split("\0")
        return dict(zip(parts[2::3], parts[1::3], strict=False))

    def _git(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        command = ("git", "--no-pager", "-c", "core.fsmonitor=false", *arguments)
        try:
            return _run(command, self._here, self._environment, given)
        except FileNotFoundError:
            raise Refusal("--against needs git, and it is not here", f"install git, {_WITHOUT}") from None
        except subprocess.TimeoutExpired:
            cure = f"try it by hand: git {' '.join(arguments[:2])}; {_WITHOUT}"
            raise Refusal(f"git has not answered for {_MOST_S} s", cure) from None


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], given: bytes
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603  (git alone, without a shell; no argument of the user begins with -)
        command,
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        timeout=_MOST_S,
        check=False,
    )


def _told(done: "subprocess.CompletedProcess[bytes]") -> str:
    return os.fsdecode(_bytes(done))


def _bytes(done: "subprocess.CompletedProcess[bytes]") -> bytes:
    """Give what git answered; raises ``Refusal`` with what it has to say instead."""
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
    raise Refusal(f"git says: {said[0]}", f"mend that, {_WITHOUT}")
