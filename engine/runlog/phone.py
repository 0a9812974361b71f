"""Telephone numbers as the log keeps them: hashed with a key of its own, which lies beside it."""

import hmac
import os
import re
from contextlib import suppress
from pathlib import Path

from engine.durable import making
from engine.refusal import Exit, Refusal

_DIGITS = 10
_TYPED = re.compile(r"(?:91|0091|0)?([0-9]{10})")
_KEY_BYTES = 32
_KEY = re.compile(rf"[0-9a-f]{{{2 * _KEY_BYTES}}}")


def last_digits(phone: str | None) -> str | None:
    """Give the ten digits by which a number is told, whatever stands before and between them; None: too few.

    With or without +91 or a zero before it, it is the same number (timepay-api.md, 1).
    """
    digits = re.sub("[^0-9]", "", phone or "")
    return digits[-_DIGITS:] if len(digits) >= _DIGITS else None


def typed_digits(phone: str) -> str | None:
    """Give the ten digits of a number as a person types it, alone or behind 91, 0091 or 0; None: no such.

    One of another country, or with an extension, would lead to somebody else.
    """
    digits = "".join(re.split(r"[\s().+-]+", phone.strip()))
    found = _TYPED.fullmatch(digits)
    return found[1] if found else None


def hashed(key: bytes, phone: str | None) -> str | None:
    """Give the hex of HMAC-SHA256 over a number's last ten digits; None where it is no number."""
    digits = last_digits(phone)
    return None if digits is None else hmac.digest(key, digits.encode(), "sha256").hex()


def key_path(log: Path) -> Path:
    """Give where the key of a log lies: without it nobody can say which number a hash is of."""
    return log.with_name(f"{log.name}.key")


def check_of(key: bytes) -> str:
    """Give what tells a key from others, and tells nothing of it: a log keeps it beside its hashes."""
    return hmac.digest(key, b"which key", "sha256").hex()


def key_of(log: Path | None, *, make: bool, check: str | None = None) -> bytes | None:
    """Read the key that lies beside a log, made when first needed; None where there is none.

    ``check`` is ``check_of`` the key that the log was written with, None where that is not known. Raises
    ``Refusal`` (14) where the key cannot be read or written, is none, or another one: it would not find
    the numbers that are kept already.
    """
    if log is None:
        return None
    path = key_path(log)
    try:
        if make and not path.exists():
            _make(path)
        key = _read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise _refusal(
            path, f"cannot be read or made: {why}", "check the folder, and who may use it"
        ) from None
    if check is not None and check != check_of(key):
        raise _refusal(path, "is not the one of this log", _PUT_BACK)
    return key


_PUT_BACK = (
    "put back the one that was made with the log, from a backup; or move this one away and do without numbers"
)


def _make(path: Path) -> None:
    """Write it; of two processes that make one, the first has made it."""
    with suppress(FileExistsError), making(path, 0o600, replaces=False) as file:
        file.write(f"{os.urandom(_KEY_BYTES).hex()}\n".encode())


def _read(path: Path) -> bytes:
    text = path.read_text("ascii", errors="replace").strip()
    if not _KEY.fullmatch(text):
        raise _refusal(path, "holds no key", _PUT_BACK)
    return bytes.fromhex(text)


def _refusal(path: Path, what: str, cure: str) -> Refusal:
    return Refusal(f"the key for telephone numbers, {path}, {what}", cure, Exit.LEASE_OR_LOG)
