"""An example of a manual page: its files, checked as the commands check them."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from engine.config import Config
from engine.config.catalog import templates_of
from engine.config.read import read as read_config
from engine.diagnostics import Diagnostic
from engine.frozen import dataclass
from engine.manual.part import RUNBOOK, Part
from engine.runbook import changes, draft, schema
from engine.runbook.channels import REGISTRY
from engine.runbook.document import Document
from engine.runbook.draft import Draft
from engine.runbook.fault import Fault
from engine.runbook.namesakes import Namesakes
from engine.scenario import check, read


class Examined(NamedTuple):
    """A part of an example: what its page shows, by the numbers of lines in the whole file; the findings."""

    part: Part
    lines: Mapping[int, str]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One example: a runbook, a configuration, scenarios; or several, each after those that it rests on."""

    parts: tuple[Part, ...]

    def examine(self) -> list[Examined]:
        """Check its files; give each with its findings."""
        return [*self._examined()]

    def _examined(self) -> Iterator[Examined]:
        look = _Look()
        for part in self.parts:
            examine = _EXAMINERS.get(part.form, _Look.runbook)
            document, found = examine(look, part)
            yield Examined(part, _shown(part, document), found)


_Found = tuple[Document, tuple[Diagnostic, ...]]


class _Look:
    """Looks at one file after the other, each in the light of those before."""

    def __init__(self) -> None:
        self._config: Config | None = None
        self._before: Draft | None = None
        self._namesakes = Namesakes()
        self._now = draft.read(Part("").raw(), RUNBOOK, REGISTRY)

    def config(self, part: Part) -> _Found:
        self._config, found, document = read_config(part.raw(), part.file)
        return document, found

    def before(self, part: Part) -> _Found:
        self._before = draft.read(part.raw(), part.file, REGISTRY)
        return self._before.document, self._before.diagnostics

    def beside(self, part: Part) -> _Found:
        other = self._namesakes.beside(draft.read(part.raw(), part.file, REGISTRY))
        return other.document, other.diagnostics

    def runbook(self, part: Part) -> _Found:
        self._now = now = self._namesakes.beside(draft.read(part.raw(), part.file, REGISTRY))
        faults: list[Fault] = []
        if self._before is not None:
            faults += changes.check(self._before, now, "main")
        if self._config is not None and now.is_sound:
            runbook = draft.fill(now, {}).runbook
            assert runbook is not None, "an example with a configuration needs no values"
            here = self._config.environments[self._config.default or ""]
            faults += templates_of(runbook, self._config, here)[1]
        return now.document, (*now.diagnostics, *schema.diagnostics(now.document, faults))

    def scenario(self, part: Part) -> _Found:
        suite = read.read(part.raw(), part.file)
        if suite.runbook == RUNBOOK:
            return suite.document, check.check(suite, self._now).findings
        if suite.runbook is not None:
            mend = f"did you mean {RUNBOOK}?"
            suite = read.unusable(suite, f"{suite.runbook} does not exist", mend)
        return suite.document, suite.findings


_EXAMINERS: Mapping[str, Callable[[_Look, Part], _Found]] = {
    "config": _Look.config,
    "before": _Look.before,
    "beside": _Look.beside,
    "scenario": _Look.scenario,
}


def _shown(part: Part, document: Document) -> Mapping[int, str]:
    text = document.text if part.form == "escaped" else part.whole()
    first = part.given().count("\n")
    last = first + part.text.count("\n")
    return {number: line for number, line in enumerate(text.split("\n")[:last], 1) if number > first}
