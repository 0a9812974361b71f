"""Digests: what was reviewed, in one short text (DESIGN, section 6)."""

import hashlib
import json
from typing import NoReturn

from engine.diagnostics import Json

_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_MOST = 2**53 - 1
"""The largest whole number that every reader of JSON takes as it stands."""


def digest(content: Json) -> str:
    """Give ``sha256:<hex>`` of the content's canonical JSON (RFC 8785): the same on any machine."""
    return "sha256:" + hashlib.sha256(_plainly(content) or _canonical(content)).hexdigest()


def _plainly(content: Json) -> bytes | None:
    """Write what Python's own encoder writes in the canonical form, in a quarter of the time.

    That is ASCII without fractions: there the order of keys and the escapes are those of the RFC.
    """
    text = _WRITER.encode(content)
    if not text.isascii():
        return None
    try:
        _READER.decode(text)
    except _Otherwise:
        return None
    return text.encode()


def _nothing(_pairs: object) -> None:
    """Keep nothing of an object that was read: a plan may be large."""


class _Otherwise(Exception):  # noqa: N818  (a fact about a number, not an error)
    """A number that Python may write in another form, or that the RFC refuses."""


def _whole(digits: str) -> None:
    if abs(int(digits)) > _MOST:
        raise _Otherwise


def _fraction(_digits: str) -> NoReturn:
    raise _Otherwise


_READER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, object_pairs_hook=_nothing)


def _canonical(content: Json) -> bytes:
    # Only a plan with other letters, or with fractions, needs this library.
    import rfc8785  # noqa: PLC0415

    return rfc8785.dumps(content)
