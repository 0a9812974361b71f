"""A file in the canonical layout: what it says stays what it is, and each comment stays where it is."""

import json
import re

from engine.runbook.document import Document
from engine.runbook.rewrite.order import arrange
from engine.runbook.rewrite.page import lay_out
from engine.runbook.rewrite.reading import Reading
from engine.runbook.source import read


class UnfaithfulError(Exception):
    """The new text would not say what the old one says: a mistake of ours, and the text is not to be used."""


def rewrite(document: Document) -> str:
    """Give a document's text in the canonical layout; ``document`` has data, and no finding is an error.

    Raises UnfaithfulError rather than to give a text with other data, findings or comments.
    """
    text = _bare(document)
    reading = Reading(text)
    new = lay_out(arrange(reading.values(), document.data))
    again = read(new.encode(), document.file)
    if _says(again) == _says(document) and (new == text or sorted(Reading(new).said) == sorted(reading.said)):
        return new
    raise UnfaithfulError(document.file)


def _bare(document: Document) -> str:
    """Give the text with plain ends of lines, and without blanks before them where these mean nothing."""
    text = re.sub(r"\r\n?", "\n", document.text)
    bare = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return bare if bare == text or _says(read(bare.encode(), document.file)) == _says(document) else text


def _says(document: Document) -> tuple[str, list[str]]:
    """Give what a document says, the order of its keys aside, and what was found in it."""
    return json.dumps(document.data, sort_keys=True), sorted(one.kind.code for one in document.diagnostics)


__all__ = ["UnfaithfulError", "rewrite"]
