"""Telephone numbers as the log keeps them."""

import stat
from pathlib import Path

import pytest

from engine.refusal import Exit, Refusal
from engine.runlog.phone import check_of, hashed, key_of, key_path

KEY = bytes(32)


@pytest.mark.parametrize("number", ["+91 90000 00001", "919000000001", "09000000001", "(90000)-00001"])
def test_one_number_has_one_hash(number: str) -> None:
    """However it is written."""
    assert hashed(KEY, number) == hashed(KEY, "9000000001")


@pytest.mark.parametrize("number", [None, "", "12345", "unknown"])
def test_what_is_no_number_has_none(number: str | None) -> None:
    """Too few digits would be anybody's."""
    assert hashed(KEY, number) is None


def test_another_key_gives_another_hash() -> None:
    """Without the key nobody can try numbers out."""
    assert hashed(KEY, "9000000001") != hashed(bytes([1]) * 32, "9000000001")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """It lies beside the log, and stays."""
    log = tmp_path / "runlog.db"
    assert key_of(log, make=False) is None
    made = key_of(log, make=True)
    assert made == key_of(log, make=True) == key_of(log, make=False)
    assert stat.S_IMODE(key_path(log).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["runlog.db.key"]


def test_another_key_than_that_of_the_log_is_refused(tmp_path: Path) -> None:
    """It would find nobody, as if no number were kept (14)."""
    log = tmp_path / "runlog.db"
    made = key_of(log, make=True)
    assert made is not None
    assert key_of(log, make=False, check=check_of(made)) == made
    with pytest.raises(Refusal, match="is not the one of this log") as refused:
        key_of(log, make=False, check=check_of(KEY))
    assert refused.value.code == Exit.LEASE_OR_LOG


def test_what_tells_a_key_is_no_hash_of_a_number() -> None:
    """Nor the key itself."""
    assert check_of(KEY) not in {KEY.hex(), hashed(KEY, "0000000000")}


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """A new one in its place would not find the numbers that are kept (14)."""
    log = tmp_path / "runlog.db"
    key_path(log).write_text("not a key", "ascii")
    with pytest.raises(Refusal) as refused:
        key_of(log, make=True)
    assert refused.value.code == Exit.LEASE_OR_LOG
