"""Repositories of git in folders of their own, whatever the developer's git is set to."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Asha",
    "GIT_AUTHOR_EMAIL": "asha@example.com",
    "GIT_COMMITTER_NAME": "Asha",
    "GIT_COMMITTER_EMAIL": "asha@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and give what it says."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **_ALONE},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip()


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """Make a repository whose branch main holds these files."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, and commit all that changed."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")
