"""Digests: what was reviewed, in one short text (DESIGN, section 6)."""

import hashlib

from engine.diagnostics import Json


def digest(content: Json) -> str:
    """Give ``sha256:<hex>`` of the content's canonical JSON (RFC 8785): the same on any machine."""
    # Only what makes plans needs this library; --help and validate start without it.
    import rfc8785  # noqa: PLC0415

    return "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def without_notes(data: Json) -> Json:
    """Drop every ``x-`` key: notes for people do not change what is sent.

    Below ``custom`` such a key is a column of the campaign and stays: it says who is addressed.
    """
    if isinstance(data, list):
        return [without_notes(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        key: value if key == "custom" else without_notes(value)
        for key, value in data.items()
        if not key.startswith("x-")
    }
