"""Which run is meant by what a person types."""

import pytest

from engine.record.entry import RunEntry
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.runlog.names import LAST, SHOWN, choose, unknown
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
    assert choose("2026", [run("20260302-x")]) == run("20260302-x")
    assert choose("2026", []) is None


def test_a_beginning_that_is_too_short_is_a_slip() -> None:
    """It names the run that may be meant; a whole id may be as short, and ``last`` names the newest."""
    with pytest.raises(Refusal, match="too short to name a run") as refused:
        choose("202", [run("20260302-x")])
    assert "20260302-x" in refused.value.cure
    assert refused.value.code == Exit.USAGE
    assert choose("a", [run("a")]) == run("a")
    assert choose(LAST, [run("20260302-x")]) == run("20260302-x")


@pytest.mark.parametrize("name", ["", " ", "\t"])
@pytest.mark.parametrize("found", [[], [run("20260302-x")], [run("")]], ids=["none", "one", "empty"])
def test_an_empty_name_names_nothing(name: str, found: list[RunEntry]) -> None:
    """Every id begins with it."""
    with pytest.raises(Refusal, match="the name of the run is empty") as refused:
        choose(name, found)
    assert refused.value.code == Exit.USAGE


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
