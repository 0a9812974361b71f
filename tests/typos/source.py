"""A sound runbook as its text: where its keys, values and names stand, and what they may be."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from engine.diagnostics import Json, Path
from engine.runbook.channels import REGISTRY
from engine.runbook.draft import Draft, fill, read
from engine.runbook.model import SAMPLES, Runbook

_WORDS = ("format", "purpose", "channel", "on_failure", "per", "type", "payment_status", "language")
_REQUIRED = {
    "campaign": ("id",),
    "conversation": ("agent", "disposition"),
    "inputs": ("type",),
    "audiences": ("filters",),
    "": ("format", "name", "owner", "purpose", "campaign", "steps"),
}
_SIGNS_OF_CONDITIONS = ("and", "or", "not", "in", "is", "known", "unknown", "true", "false")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class Word(NamedTuple):
    """A key, value or name: its path, what it is, and its place in the file, the end exclusive."""

    path: Path
    value: Json
    start: int
    end: int

    @property
    def key(self) -> str:
        """The key that it is, or under which it stands."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")


class Source:
    """One sound runbook, and every place in it at which somebody may slip."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.draft = read(text.encode(), name)
        self.document = self.draft.document
        assert not self.draft.diagnostics, f"{name} is to be sound, and silent"

    def line_of(self, at: int) -> int:
        """Give the line, from 1, of a place."""
        return self.document.lines.span(at, at + 1).line

    def owner_line(self, path: Path) -> int:
        """Give the line at which is reported what the group at a path lacks."""
        return self.document.missing_span(path).line

    def step_of(self, word: Word) -> str:
        """Give the id of the step that a word belongs to."""
        step = self.document.places.find(self.document.data, word.path[:2])[2]
        assert isinstance(step, dict)
        return str(step["id"])

    @cached_property
    def values(self) -> tuple[Word, ...]:
        """Every value, those of groups and lists too; notes of the author's own are left out."""
        return tuple(self._walk(self.document.data, ()))

    def _walk(self, data: Json, path: Path) -> Iterator[Word]:
        below: list[tuple[str | int, Json]] = []
        if isinstance(data, dict):
            below = [each for each in data.items() if not each[0].startswith("x-")]
        elif isinstance(data, list):
            below = [*enumerate(data)]
        for part, value in below:
            _, extent, _ = self.document.places.find(self.document.data, (*path, part))
            yield Word((*path, part), value, *extent)
            yield from self._walk(value, (*path, part))

    @cached_property
    def keys(self) -> tuple[Word, ...]:
        """Every key that the format gives; names of inputs, audiences and columns are the author's."""
        named = [word.path for word in self.values if word.path[-1] == word.key and not _is_chosen(word.path)]
        found = ((path, self.document.places.find(self.document.data, path)[0]) for path in named)
        return tuple(Word(path, path[-1], *extent) for path, extent in found)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Every value that is one of a few known words."""
        texts = [word for word in self.values if isinstance(word.value, str) and "{{" not in word.value]
        return tuple(word for word in texts if word.key in _WORDS or word.value in ("everyone", "none"))

    @cached_property
    def conditions(self) -> tuple[Word, ...]:
        """Every condition."""
        return tuple(
            word for word in self.values if word.key in ("when", "success") and isinstance(word.value, str)
        )

    @cached_property
    def names(self) -> tuple[Word, ...]:
        """Every name that must be that of something: a step, a field, an input, an audience, a status."""
        audiences = [word for word in self.values if word.key == "audience"]
        read = [self._part(word, name) for word in self.conditions for name in self._names(word)]
        filled = [
            self._part(word, name)
            for word in self.values
            if isinstance(word.value, str) and "{{" in word.value
            for name in re.finditer(r"(?<=inputs\.)\w+", self.text[word.start : word.end])
        ]
        return (*audiences, *read, *filled)

    def _names(self, word: Word) -> Iterator[re.Match[str]]:
        """Find the names of a condition, and the words in its quotes."""
        written = self.text[word.start : word.end]
        quoted = [found.span() for found in _QUOTED.finditer(written)]
        for name in _NAME.finditer(written):
            inside = any(start < name.start() < end for start, end in quoted)
            if inside or name[0] not in _SIGNS_OF_CONDITIONS:
                yield name

    def _part(self, word: Word, found: re.Match[str]) -> Word:
        return Word(word.path, found[0], word.start + found.start(), word.start + found.end())

    @cached_property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """Every line on which a key or an item begins, with its number."""
        lines = self.text.splitlines()
        begun = {self.line_of(word.start) for word in (*self.keys, *self.values)}
        found = ((number, lines[number - 1]) for number in sorted(begun))
        return tuple(
            (number, line) for number, line in found if re.match(r"\s*(?:- +\S|[\w-]+:(?: |$))", line)
        )

    def required(self, path: Path) -> tuple[str, ...]:
        """Give the keys that the group at a path must have."""
        if path[:1] == ("steps",) and len(path) == 2:
            step = self.document.places.find(self.document.data, path)[2]
            assert isinstance(step, dict)
            channel = REGISTRY[str(step["channel"])]
            return ("id", "channel", "limit", "audience", "filters", *channel.required)
        place = str(path[0]) if len(path) == 2 else str(path[-1]) if path else ""
        return _REQUIRED.get(place, ())


def _is_chosen(path: Path) -> bool:
    return path[-2:-1] == ("custom",) or (path[0] in ("inputs", "audiences") and len(path) == 2)


def model(draft: Draft) -> Runbook | None:
    """Give what a sound draft means, its inputs filled with samples; None where it cannot be filled."""
    return fill(draft, {spec.name: SAMPLES[spec.type] for spec in draft.inputs}).runbook
