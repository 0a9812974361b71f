"""From YAML text to a Document: the strict subset of the runbook format, and the door to PyYAML.

Events of the parser become data directly, several times faster than PyYAML's own loaders,
and nothing that a text asks for is ever constructed, expanded or called.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NoReturn

import yaml

from engine.diagnostics import Diagnostic, Json, Kind, Path, in_order
from engine.runbook import marks, pasted, shortcut, traps
from engine.runbook.characters import REPLACEMENT, SIZE, decode, replace_unseen, unseen
from engine.runbook.document import Document, Extent, Fault, Lines
from engine.runbook.parsed import Event
from engine.runbook.scalars import DATE, KEY, Refusal, read_plain, refused_key
from engine.runbook.syntax import QUOTE, reword, template
from engine.runbook.tree import MAX_DEPTH, MAX_KEYS, Collection, Tree

MAX_FINDINGS = 100

EMPTY = Kind("RB004", "empty file", "a file without content says nothing about who is messaged.")
DOCUMENTS = Kind("RB006", "more than one document", "a second one would be overlooked.")
ROOT = Kind("RB007", "no keys at the top", "everything that can be said is said under a key.")
DEPTH = Kind("RB008", "nested too deeply", "50 levels are more than anything here needs.")
DUPLICATE = Kind(
    "RB020", "duplicate key", "of two values for one key, YAML programs keep one without a word."
)
MORE = Kind("RB049", "too many findings", "so many have one cause, or it is another sort of file.")

_SHOWN = 60  # characters of a key that a message repeats
_ODD = "'\""  # an unquoted value that ends so, or with nothing

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):  # noqa: N818 - no error: the rest of the text is not read
    """Ends the reading after a finding."""


def read(raw: bytes, file: str) -> Document:
    """Read a runbook's bytes; ``file`` is the name by which findings call it.

    Never raises, in bounded time and memory; everything wrong is found at once, as far as
    the text can be understood.
    """
    text, fault = decode(raw)
    with suppress(yaml.YAMLError):
        if not fault and (sound := shortcut.read(text, _PARSER(text).get_event)):
            return Document(file, text, sound[0], lines=Lines(text), places=sound[1])
    return _Reader(text, file).read(fault)


def parse(text: str) -> Iterator[Event]:
    """Give what the parser says of a text, piece by piece; it raises where `read` finds an error."""
    return iter(_PARSER(text).get_event, None)


class _Reader:
    """One reading of a text: what it gave so far, and what was found."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.parsed = text
        self.file = file
        self.lines = Lines(text)
        self.tree = Tree()
        self.found: list[Diagnostic] = []
        self.faulted: set[Path] = set()
        self.dates: list[tuple[Collection, Path, Fault]] = []
        self.known_keys: set[str] = set()
        self.complete = True
        self.disguised = False
        self.foreign = not text.isascii()
        self.pasted: list[Extent] = []
        self.words: list[pasted.Word] | None = None
        self.doubles: list[tuple[Collection, Diagnostic]] = []
        self.odd: tuple[int, Diagnostic] | None = None
        self.events: Iterator[Event] = iter(())

    def read(self, fault: Fault | None) -> Document:
        try:
            if fault:
                self._give_up(fault)
            self._prepare()
            self.events = parse(self.parsed)
            for event in self.events:
                handle = _HANDLERS.get(event.__class__.__name__)
                if handle is not None:
                    handle(self, event)
            for cut in () if self.words is not None else traps.cut_off(self.text, self.tree.places):
                self._report(*cut)
        except _Stop:
            pass
        except yaml.YAMLError as error:
            self._refuse_syntax(error)
        root = self.tree.finish()
        data = self._judge_root(root) if self.complete else None
        found, faulted = tuple(in_order(self.found)), frozenset(self.faulted)
        return Document(self.file, self.text, data, found, faulted, self.lines, self.tree.places)

    def _prepare(self) -> None:
        """Report what nobody can see or tell from a space, and let the parser see something harmless."""
        for fault in unseen(self.text):
            self.disguised = True
            self._report(*fault)
        if self.disguised:
            self.parsed = replace_unseen(self.text)
        if self.foreign and self.words is None and pasted.holds_blank(self.text):
            scout = _Reader(pasted.without_blanks(self.parsed), self.file)
            words = scout.words = []
            scout.foreign = True  # so that it notes its words
            scout.read(None)
            reached = len(self.text) if scout.complete else words[-1][1] if words else 0
            self.pasted = pasted.misplaced(self.text, words, reached, MAX_FINDINGS)
            self.parsed = pasted.mended(self.parsed, self.pasted)
            for fault in pasted.faults(self.text, self.pasted):
                self._report(*fault)

    # ------------------------------------------------------------ what the parser reports

    def start_document(self, event: Event) -> None:
        if self.tree.node:
            start, end = event.start_mark.index, event.end_mark.index
            help_ = "remove the line ---, or put what follows into a file of its own."
            self._report(DOCUMENTS, start, end, "here begins another one", help_)
            self._fault(())  # what the first one lacks may stand in it
            raise _Stop

    def scalar(self, event: Event) -> None:
        text, plain = event.value, event.implicit[0]
        start, end = event.start_mark.index, event.end_mark.index
        is_bare = event.anchor is None and event.tag is None
        plain = (is_bare or self._refuse_marks(event)) and plain
        size, is_double = end - start, event.style == '"'
        if is_double and not text.isascii():
            self._refuse_half_characters(text, start, end)
        is_odd = size - 2 != len(text) if is_double else plain and (size != len(text) or text[-1:] in _ODD)
        if plain and not is_odd:
            is_odd = text[0] == "-" or (" " in text and self.parsed[start:end] != text)
        if is_odd and is_bare:
            self._judge_odd(is_double, text, start, end)
        if self.foreign:
            self._judge_marks(text, start, end)
        if self.tree.wants_key:
            self._take_key(text, start, end, plain)
            return
        if self.disguised and REPLACEMENT in text:
            self._fault(self.tree.path_of_value())
        value = read_plain(text) if plain else text
        if value is not text and isinstance(value, Refusal):
            self._refuse_scalar(value, text, start, end)
            value = text
        self.tree.put(value, start, end)

    def start_mapping(self, event: Event) -> None:
        if event.flow_style and self.text.startswith("{{", event.start_mark.index):
            self._refuse_template(event.start_mark.index)
        else:
            self._open({}, event)

    def start_list(self, event: Event) -> None:
        self._open([], event)

    def end_collection(self, event: Event) -> None:
        if self.dates:
            self._judge_dates()
        self.tree.close(event.end_mark.index)

    def alias(self, event: Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        path = self.tree.path_of_value()
        if path is not None or self.tree.wants_key:  # else it is of a merge key, which is reported
            self._report(*marks.alias(start, end))
            self._fault(path)
        if self.tree.wants_key:
            self.tree.drop()
        else:
            self.tree.put(self.text[start:end], start, end)

    def _open(self, node: Collection, event: Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        if self.tree.depth >= MAX_DEPTH:
            self._refuse_depth(start)
        if self.tree.wants_key:
            help_ = "write a name, a colon and the value."
            self._report(KEY, start, end, "a list or a mapping stands as a key", help_)
        self.tree.open(node, start, end)

    def _take_key(self, key: str, start: int, end: int, plain: bool) -> None:
        if plain and key not in self.known_keys:
            if key == "<<":
                self._refuse_merge(start, end)
                return
            self._judge_key(key, start, end)
        if len(self.known_keys if plain else self.tree.node) > MAX_KEYS:
            message = f"it has more than {MAX_KEYS:,} different keys"
            self._give_up((SIZE, start, end, message, "split it into several files."))
        if self.disguised and REPLACEMENT in key:
            self._fault(self.tree.path(key))
        if key in self.tree.node and (key != "id" or not self._begin_step(start, end)):
            self._refuse_duplicate(key, start, end)
        else:
            self.tree.name(key, start, end)

    def _judge_marks(self, text: str, start: int, end: int) -> None:
        """Judge what a word brought along from a document that it was pasted from."""
        path = self.tree.path(text) if self.tree.wants_key else self.tree.path_of_value()
        if self.words is not None:
            self.words.append((start, end, pasted.is_prose(path)))
        elif fault := pasted.typographic(text, path, start, end):
            self._report(*fault)
            self._fault(path)
        if pasted.touches(self.pasted, start, end):
            self._fault(path)

    def _judge_odd(self, is_double: bool, text: str, start: int, end: int) -> None:
        """Judge a value that is not what it seems: see ``traps``."""
        if self.tree.wants_key or self.words is not None:
            return
        path = self.tree.path_of_value()
        judge = traps.escaped if is_double else traps.unquoted
        if fault := judge(self.text, text, path, start, end):
            self._report(*fault)
            self._fault(path)
            self.odd = end, self.found[-1]

    def _begin_step(self, start: int, end: int) -> bool:
        """Read on at the second id of a step as if the dash stood before it that is missing."""
        path, node = self.tree.path(), self.tree.node
        if path is None or path[:1] != ("steps",) or len(path) != len(("steps", 0)) or len(node) == 1:
            return False
        first = self.tree.place_of("id")
        for owner, finding in self.doubles:  # they only follow from the dash
            if owner is node:
                self.found.remove(finding)
        self.doubles.clear()
        found = re.compile(r"""["']?[ \t]*:[ \t]*["']?([\w-]{1,63})""").match(self.text, end)
        message = f'"id" already stands at {self._spot(first)}, and a step has one'
        help_ = f"a new step begins with a dash: `- id: {found[1] if found else 'NAME'}`."
        self._report(DUPLICATE, start, end, message, help_)
        if not {"channel", "limit"} <= {*node}:
            self._fault(path)
        self.tree.close(start)
        self.tree.open({}, start, end)
        self._fault(self.tree.path())  # what it lacks may stand in the one before
        return True

    # ------------------------------------------------------------ what is refused

    def _report(self, kind: Kind, start: int, end: int, message: str, help_: str) -> None:
        if len(self.found) >= MAX_FINDINGS:
            message = f"there are more than {MAX_FINDINGS}, and the rest of the file is not read"
            self._give_up((MORE, start, end, message, "mend those above, then validate again."))
        self._add((kind, start, end, message, help_))

    def _give_up(self, fault: Fault) -> NoReturn:
        self._add(fault)
        self.complete = False
        raise _Stop

    def _add(self, fault: Fault) -> None:
        kind, start, end, message, help_ = fault
        span = self.lines.span(start, end)
        self.found.append(self.lines.finding(kind, self.file, span, message, help_))

    def _fault(self, path: Path | None) -> None:
        if path is not None:
            self.faulted.add(path)

    def _refuse_syntax(self, error: yaml.YAMLError) -> None:
        place = getattr(error, "problem_mark", None)
        opened = getattr(error, "context_mark", None) or place
        problem, context = (str(getattr(error, words, None) or "") for words in ("problem", "context"))
        at = place.index if place else 0
        if self.odd and self.lines.span(at, at).line <= self.lines.span(self.odd[0], self.odd[0]).line:
            self.found.remove(self.odd[1])  # it is of the same mistake
        self._add(reword(self.parsed, problem, context, at, opened.index if opened else at))
        self.complete = False

    def _refuse_half_characters(self, text: str, start: int, end: int) -> None:
        r"""Refuse \\ud83d and its like, as libyaml does; PyYAML's own parser lets them pass."""
        if re.search("[\ud800-\udfff]", text):
            message = "an escape in it stands for no character"
            self._give_up((QUOTE, start, end, message, "write the character itself."))

    def _refuse_depth(self, start: int) -> NoReturn:
        help_ = "write it with fewer brackets and indents."
        self._give_up((DEPTH, start, start + 1, f"this is level {MAX_DEPTH + 1}", help_))

    def _refuse_template(self, start: int) -> None:
        """Skip an unquoted ``{{ … }}``, which YAML takes for mappings, and keep its text."""
        depth, end = 1, start
        while depth:
            event = next(self.events)
            end = event.end_mark.index
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth + self.tree.depth > MAX_DEPTH:
                self._refuse_depth(event.start_mark.index)
        path = None if self.tree.wants_key else self.tree.path_of_value()
        self._report(*template(self.text, start, end, is_condition=traps.is_condition(path)))
        text = self.text[start:end]
        if self.tree.wants_key:
            self._fault(self.tree.path(text))
            self._take_key(text, start, end, False)
        else:
            self._fault(self.tree.path_of_value())
            self.tree.put(text, start, end)

    def _refuse_marks(self, event: Event) -> bool:
        """Report an anchor and a tag; give whether the value may still be read as what it looks like."""
        start = event.start_mark.index
        path = self.tree.path_of_value()
        if event.anchor is not None:
            self._report(*marks.anchor(self.text, start))
            if event.start_mark.index == event.end_mark.index or getattr(event, "value", "-") == "":
                self._fault(path)
        if event.tag is None:
            return True
        self._report(*marks.tag(self.text, path, start))
        self._fault(path)
        return False

    def _refuse_merge(self, start: int, end: int) -> None:
        self._report(*marks.merge(start, end))
        self._fault(self.tree.path())
        self.tree.drop()

    def _judge_key(self, key: str, start: int, end: int) -> None:
        refusal = refused_key(key)
        if refusal is not None:
            assert isinstance(self.tree.node, dict), "a key stands in a mapping"
            fault = traps.grouped(key, next(reversed(self.tree.node.values()), None), start, end)
            self._report(*(fault or (refusal.kind, start, end, refusal.message, refusal.help)))
            self._fault(self.tree.path(key))
        else:
            self.known_keys.add(key)

    def _refuse_duplicate(self, key: str, start: int, end: int) -> None:
        message = f'"{key[:_SHOWN]}" already stands at {self._spot(self.tree.place_of(key))}'
        self._report(DUPLICATE, start, end, message, "remove one of the two, or give it another name.")
        self.doubles.append((self.tree.node, self.found[-1]))
        self.tree.drop()

    def _spot(self, at: int) -> str:
        place = self.lines.span(at, at)
        return f"{place.line}:{place.column}"

    def _refuse_scalar(self, refusal: Refusal, text: str, start: int, end: int) -> None:
        path = self.tree.path_of_value()
        node = self.tree.node
        before = node[-1] if isinstance(node, list) and node else None
        fault = traps.refused(refusal, text, path, start, end, before)
        match path:
            case ("inputs", str(), "default") as path if refusal.kind is DATE:
                self.dates.append((self.tree.node, path, fault))
            case path:
                self._report(*fault)
                self._fault(path)

    def _judge_dates(self) -> None:
        """Allow an unquoted date as the default of a date input, once all keys of the input are known."""
        for node, path, fault in self.dates:
            if isinstance(node, dict) and node.get("type") != "date":
                self._report(*fault)
                self._fault(path)
        self.dates.clear()

    def _judge_root(self, root: Json) -> dict[str, Json] | None:
        if isinstance(root, dict):
            return root
        start, end = self.tree.places.root
        begin = "begin with the first key; in a runbook it is `format: runbook/v1`."
        if root is None and start == end:
            self._report(EMPTY, 0, 1, "there is nothing in it but comments or blanks", begin)
        else:
            sort = "a list" if isinstance(root, list) else "a text or a number"
            if not isinstance(root, list):
                self.found.clear()  # what was said about its words is beside the point
            self._report(ROOT, start, end, f"the file is {sort}", begin)
        return None


_HANDLERS: dict[str, "Callable[[_Reader, Event], None]"] = {
    "ScalarEvent": _Reader.scalar,
    "MappingStartEvent": _Reader.start_mapping,
    "SequenceStartEvent": _Reader.start_list,
    "MappingEndEvent": _Reader.end_collection,
    "SequenceEndEvent": _Reader.end_collection,
    "AliasEvent": _Reader.alias,
    "DocumentStartEvent": _Reader.start_document,
}
