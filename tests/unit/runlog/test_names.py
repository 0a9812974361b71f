"""Which run is meant by what a person types."""

import pytest

from engine.record.entry import RunEntry
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.runlog.names import SHOWN, choose, unknown
from tests.factories import NOW


def run(name: str) -> RunEntry:
    """Make a run of that id."""
    text = "x"
    status = RunStatus.RUNNING
    return RunEntry(name, text, None, text, text, text, None, text, text, status, NOW, None, 0, None)


def test_an_id_is_meant_even_where_others_begin_so() -> None:
    """Otherwise the shorter one could not be named at all."""
    assert choose("a", [run("a"), run("a1"), run("a2")]) == run("a")


def test_the_only_one_that_begins_so_is_meant() -> None:
    """And none where none does."""
    assert choose("a", [run("a1")]) == run("a1")
    assert choose("a", []) is None


def test_several_are_listed_up_to_a_few() -> None:
    """Enough to see what to type."""
    many = [run(f"a{number}") for number in range(SHOWN + 1)]
    with pytest.raises(Refusal, match=r"a0, a1, a2, a3, a4, …") as refused:
        choose("a", many)
    assert refused.value.code == Exit.USAGE


def test_the_nearest_is_offered() -> None:
    """Where there is one."""
    assert "is it 20260302-recovery?" in unknown("20260302-recovry", ["20260302-recovery", "other"]).cure
    assert unknown("zzz", ["20260302-recovery"]).cure == "`runbook runs` lists them all"
