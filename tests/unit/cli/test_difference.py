"""What ``fmt --diff`` shows: as diff -u would, and as quickly for a long file."""

import difflib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli.difference import difference
from tests.repositories import git, repository

TEXTS = st.lists(st.sampled_from(["a", "b", " b", "c: 1", "", "d\r"]), max_size=12).map("\n".join)
MOST_S = 10  # it takes about 1; the whole at once, a minute


@given(TEXTS, TEXTS)
def test_short_texts_are_compared_as_a_whole(old: str, new: str) -> None:
    """Where nothing is cut into pieces, it is what Python's own comparison says."""
    before, after = ([f"{line}\n" for line in text.split("\n")] for text in (old, new))
    lines = difflib.unified_diff(before, after, "a", "a")
    assert difference(f"{old}\n".encode(), f"{new}\n", "a") == "".join(lines)


def long(steps: int, *, is_new: bool) -> str:
    """A file of many steps, in the old or the new layout; its first key stands last in the old one."""
    gap, name = ("\n", ["name: a"]) if is_new else ("", [])
    body = [f"  - id: s{number}\n    limit: {5 + number % 2}" for number in range(steps)]
    return "\n".join([*name, "steps:", f"\n{gap}".join(body), *([] if is_new else ["name: a"])]) + "\n"


@pytest.mark.parametrize("end", ["\n", ""])
def test_the_pieces_of_a_long_text_make_one_patch(end: str, tmp_path: Path) -> None:
    """Git makes the new text of the old one by it."""
    old, new = long(400, is_new=False).rstrip() + end, long(400, is_new=True)
    repository(tmp_path, {"a": old})
    (tmp_path / "patch").write_text(difference(old.encode(), new, "a"), "utf-8")
    git(tmp_path, "apply", "-p0", "patch")
    assert (tmp_path / "a").read_text("utf-8") == new


def test_a_long_text_is_compared_quickly() -> None:
    """Ten thousand steps, each of which changes."""
    old, new = long(10_000, is_new=False).encode(), long(10_000, is_new=True)
    began = time.process_time()
    assert difference(old, new, "a").count("\n+") > 9_000
    assert time.process_time() - began < MOST_S
