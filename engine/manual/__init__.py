"""The manual of findings: what each kind means, one example of it and how it is mended.

The page of a rule is its module's docstring; the others are the files beside this one.
"""

from collections.abc import Iterator, Mapping

from engine.diagnostics import Kind
from engine.frozen import dataclass
from engine.manual.example import Examined, Example
from engine.manual.kinds import GROUPS, KINDS, documented
from engine.manual.parse import examples
from engine.manual.part import Part
from engine.shipped import shipped


@dataclass(frozen=True, slots=True)
class Page:
    """The manual page of one kind of finding; ``prose`` is Markdown, in paragraphs."""

    kind: Kind
    prose: str
    wrong: Example
    mended: Example


def page(code: str) -> Page:
    """Give the page of a kind by its code; raises KeyError for a code that no kind has."""
    kind = KINDS[code]
    text = documented(kind) or shipped("manual", f"{code}.md").read_text("utf-8")
    prose, wrong, mended = examples(text)
    return Page(kind, prose, wrong, mended)


def pages() -> Iterator[Page]:
    """Give every page, in the order of the codes."""
    return map(page, KINDS)


def grouped() -> Mapping[str, list[Kind]]:
    """Give the kinds of findings by what they are about."""
    groups = {
        title: [kind for code, kind in KINDS.items() if code.startswith(start)]
        for start, title in GROUPS.items()
    }
    return {title: kinds for title, kinds in groups.items() if kinds}


__all__ = ["KINDS", "Examined", "Example", "Page", "Part", "grouped", "page", "pages"]
