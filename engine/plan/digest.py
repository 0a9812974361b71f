"""Digests: what was reviewed, in one short text (DESIGN, section 6)."""

import hashlib

from engine.diagnostics import Json


def digest(content: Json) -> str:
    """Give ``sha256:<hex>`` of the content's canonical JSON (RFC 8785): the same on any machine."""
    # Only what makes plans needs this library; --help and validate start without it.
    import rfc8785  # noqa: PLC0415

    return "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()
