"""What was handed on of a log: one export, or the files of an evidence, folder or zip; checked by itself."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from engine.audit.canonical import body_text
from engine.audit.check import Held, Raw, Report, Verifier, seal_hash
from engine.audit.known import LOG

FORMAT = "export/v1"
MANIFEST = "MANIFEST"
LOG_FILE = "log.jsonl"
RUNS = "runs/"
ENDING = ".jsonl"

COUNTED = {"seal": "seals", "own": "own", "event": "events", "contact": "contacts", "reached": "reached"}
"""What a line may be, and under which name the last one says how many there are."""

Opens = Callable[[], IO[bytes]]

_PARTS = (RUNS, "plans/", "events/", LOG_FILE, "seal.txt", "contacts.txt", "README.txt", "verify.py")
"""What an evidence is made of; any other file that lies beside is none of it."""

_LONGEST_LINE_BYTES = 100_000_000
_LONGEST_LIST_BYTES = 10_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, struct.error)
"""What a zip raises that is damaged, encrypted, or packed in a way that is not known here."""

_ROW = ("address", "attempt", "row", "customer", "at", "status", "template", "phone", "source")
_BESIDE = ("run", "seq", "at", "actor", "kind", "before", "hash")


class Unreadable(Exception):  # noqa: N818  (a fact about a file)
    """The file is no export, or of a newer version."""


def verify_path(path: Path, kept: str | None = None) -> Report:
    """Check an export or an evidence; raises ``Unreadable`` or OSError where it is neither.

    ``kept`` is the hash of a seal, as ``seal_hash`` gives it.
    """
    verifier = Verifier(kept, is_file=True)
    if path.is_dir():
        _evidence(verifier, {each.relative_to(path).as_posix(): _open(each) for each in _files(path)})
    elif path.exists() and not (path.is_file() or path.is_relative_to("/dev")):  # a pipe of a shell's
        raise Unreadable("it is no regular file")
    elif zipfile.is_zipfile(path):
        _zip(verifier, path)
    else:
        with path.open("rb") as file:
            verify_export(verifier, _bounded(file))
    return verifier.report()


class Shown(NamedTuple):
    """What an export says of itself: of which log it is, and how its run began."""

    log_id: object
    start: str | None


def verify_export(verifier: Verifier, file: Iterable[bytes]) -> Shown:
    """Show an export to a verifier; raises ``Unreadable`` where it is none."""
    lines = _Lines(file, verifier)
    header = lines.header()
    run, customers = header["run"], header["customers"]
    if lines.is_next("seal", "own"):
        verifier.log(lines.links("seal", "own"))
    if run == LOG:
        lines.end(run)
        return Shown(header.get("log_id"), None)
    contacts = lines.each("contact", "address", "attempt", "customer")
    reached = lines.each("reached", *_ROW)
    held = Held(
        contacts if customers != "none" else None,
        reached if customers == "all" else None,
        is_part=customers == "one",
    )
    verifier.run(run, lines.links("event"), held)
    lines.skip()
    lines.end(run)
    if customers == "one" and not lines.names_anybody():
        verifier.tell(run, None, "contacts", "it is said to be about one customer, and none stands in it")
    if customers != "all":
        whose = "all customers" if customers == "none" else "all customers but one"
        verifier.unchecked.append(f"{run}: {whose} were left out here, so whom it reached is not compared")
    return Shown(header.get("log_id"), lines.start)


class _Lines:
    """The lines of an export, each an object with one key: what it is."""

    def __init__(self, file: Iterable[bytes], verifier: Verifier) -> None:
        self._lines = iter(file)
        self._verifier = verifier
        self._next: tuple[str, Any] | None = None
        self.counted = dict.fromkeys(COUNTED, 0)
        self.start: str | None = None
        self._seal: str | None = None
        self._is_erased = False

    def header(self) -> Mapping[str, Any]:
        """Read the first line."""
        try:
            header = json.loads(next(self._lines))
            named, form = header["run"], header["format"]
        except (StopIteration, TypeError, ValueError, KeyError, RecursionError):
            named = None
        if not isinstance(named, str):
            raise Unreadable("it is no export of a run")
        if form != FORMAT or header.get("customers") not in ("all", "one", "none"):
            raise Unreadable(f"it is an export of {named} in the format {form!r}; this checks {FORMAT}")
        assert isinstance(header, dict)
        return header

    def is_next(self, *whats: str) -> bool:
        """Say whether a line of these comes next."""
        return (found := self._peek()) is not None and found[0] in whats

    def links(self, *whats: str) -> Iterator[Raw]:
        """Give the events that come next, as a log stores them."""
        for held in self._of(*whats):
            raw = raw_of(held)
            if raw is not None:
                self._note(*raw)
                yield raw
            else:
                self._verifier.tell("the file", None, "file", f"a line of it is no {whats[0]}")

    def _note(self, *raw: Any) -> None:  # noqa: ANN401  (whatever a line holds)
        kind, body, digest = raw[4], raw[5], raw[7]
        if kind == "sealed":
            self._seal = f"sha256:{digest}"
        elif kind == "erased":
            self._is_erased = True
        elif kind == "run_started" and self.start is None:
            self.start = body

    def names_anybody(self) -> bool:
        """Say whether a customer stands in it, or did before ids were erased."""
        return self._is_erased or self.counted["contact"] + self.counted["reached"] > 0

    def each(self, what: str, *names: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows that come next."""
        for held in self._of(what):
            yield tuple(held.get(name) for name in names)

    def skip(self) -> None:
        """Pass over customers of whom nobody asked."""
        for what in ("contact", "reached"):
            for _ in self._of(what):
                pass

    def _of(self, *whats: str) -> Iterator[Any]:
        while (found := self._peek()) is not None and found[0] in whats:
            self._next = None
            self.counted[found[0]] += 1
            yield found[1]

    def _peek(self) -> tuple[str, Any] | None:
        if self._next is None:
            line = next(self._lines, None)
            if line is None:
                return None
            try:
                ((what, held),) = json.loads(line).items()
            except (AttributeError, TypeError, ValueError, RecursionError):
                what, held = "", None
            self._next = (what, held)
        return self._next

    def end(self, run: str) -> None:
        """Read the last line, and say whether the file is whole."""
        found = self._peek()
        if found is None or (found[0] == "" and next(self._lines, None) is None):
            self._verifier.tell(
                run, None, "file", "the export has no last line, or half of one: it was cut off"
            )
        elif found[0] != "end" or not isinstance(found[1], dict):
            after = sum(self.counted.values()) + 1
            self._verifier.tell(run, None, "file", f"line {after + 1} of the export cannot stand there")
        else:
            wrong = [what for what, number in self.counted.items() if found[1].get(COUNTED[what]) != number]
            if wrong:
                said = f"the export holds {self.counted[wrong[0]]} {wrong[0]} lines"
                self._verifier.tell(run, None, "file", f"{said}, and its last line says otherwise")
            if found[1].get("seal") != self._seal:
                said = "its last line names another seal than the latest in it"
                self._verifier.tell(run, None, "file", said)
            if next(self._lines, None) is not None:
                self._verifier.tell(run, None, "file", "the export goes on behind its last line")


def raw_of(held: Any) -> Raw | None:  # noqa: ANN401  (whatever a line holds)
    """Give an event of a line as a log stores it, None if it is none.

    ``text`` is its body as it stands there, where that is not what would be made of its fields.
    """
    if not isinstance(held, dict) or not held.keys() >= set(_BESIDE):
        return None
    run, seq, at, actor, kind, before, digest = (held[name] for name in _BESIDE)
    beside = _BESIDE[1:] if kind == "run_started" else _BESIDE
    fields = {name: value for name, value in held.items() if name not in beside}
    try:
        body = held["text"] if "text" in held else body_text(fields)
    except (ValueError, RecursionError):  # NaN, for example, which is no JSON
        return None
    return run, seq, at, actor, kind, body, before, digest


# ------------------------------------------------ an evidence: several files, and a list of their hashes


def _zip(verifier: Verifier, path: Path) -> None:
    try:
        packed = zipfile.ZipFile(path)
    except (*_BROKEN, ValueError, OverflowError) as error:
        raise Unreadable(f"it is a zip that cannot be read: {error}") from None
    with packed:
        names = [name for name in packed.namelist() if not name.endswith("/")]
        for name, times in Counter(names).items():
            if times > 1:
                verifier.tell(name, None, "file", "there are two files of this name")
        try:
            _evidence(verifier, {name: _opener(packed, name) for name in names})
        except _BROKEN as error:
            verifier.tell("the zip", None, "file", f"it cannot be read to its end: {error}")


def _evidence(verifier: Verifier, files: Mapping[str, Opens]) -> None:
    if MANIFEST not in files:
        raise Unreadable(f"there is no {MANIFEST}: it is no evidence")
    text = _text(files[MANIFEST], _LONGEST_LIST_BYTES).decode("utf-8", "replace")
    listed = [line.partition("  ") for line in text.splitlines()]
    hashes = {name: digest for digest, _, name in listed}
    for name in sorted({*hashes, *files, LOG_FILE} - {MANIFEST}):
        if name in files and name not in hashes and not name.startswith(_PARTS):
            verifier.unchecked.append(f"{name}: it is not in the {MANIFEST}, and no part of the evidence")
        elif said := _compared(hashes.get(name), files.get(name)):
            verifier.tell(name, None, "file", said)
    _all_shown(verifier, files)
    if "seal.txt" in files:
        said = _text(files["seal.txt"], 1000).decode("utf-8", "replace").strip()
        if not verifier.is_latest(None if said == "none" else seal_hash(said) or ""):
            verifier.tell("seal.txt", None, "file", "it does not name the latest seal")


def _all_shown(verifier: Verifier, files: Mapping[str, Opens]) -> None:
    runs = sorted(name for name in files if name.startswith(RUNS) and name.endswith(ENDING))
    if not runs:
        verifier.tell(MANIFEST, None, "file", "there is no run in the evidence")
    logs = set()
    for name in (*(each for each in (LOG_FILE,) if each in files), *runs):
        try:
            with files[name]() as file:
                shown_here = verify_export(verifier, _bounded(file))
        except Unreadable as error:
            verifier.tell(name, None, "file", str(error))
            continue
        logs.add(str(shown_here.log_id))
        plan = f"plans/{name[len(RUNS) : -len(ENDING)]}.json"
        if name in runs and not _is_plan(files.get(plan), shown_here.start):
            verifier.tell(plan, None, "file", "it is not the plan that the first event of the run holds")
    if len(logs) > 1:
        verifier.tell(MANIFEST, None, "file", "its files are of different run logs")


def _is_plan(opened: Opens | None, start: str | None) -> bool:
    if opened is None or start is None:
        return start is None
    try:
        return bool(json.loads(_text(opened, _LONGEST_LINE_BYTES)) == json.loads(start)["plan"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def _text(opened: Opens, most_bytes: int) -> bytes:
    with opened() as file:
        text = file.read(most_bytes + 1)
    if len(text) > most_bytes:
        raise Unreadable("a file of it is far too long")
    return text


def _bounded(file: IO[bytes]) -> Iterator[bytes]:
    """Give the lines of a file; a small zip can hold one that fills the memory."""
    while line := file.readline(_LONGEST_LINE_BYTES + 1):
        if len(line) > _LONGEST_LINE_BYTES:
            raise Unreadable("a line of it is far too long")
        yield line


def _compared(digest: str | None, opened: Opens | None) -> str | None:
    if opened is None:
        return "it is missing from the evidence"
    if digest is None:
        return f"it is not in the {MANIFEST}"
    hashed = hashlib.sha256()
    with opened() as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            hashed.update(piece)
    return None if hashed.hexdigest() == digest else "it was changed: its hash is another one"


def _files(folder: Path) -> Iterable[Path]:
    return (each for each in folder.rglob("*") if each.is_file() and "__pycache__" not in each.parts)


def _open(path: Path) -> Opens:
    return lambda: path.open("rb")


def _opener(packed: zipfile.ZipFile, name: str) -> Opens:
    def opened() -> IO[bytes]:
        if packed.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{name} is packed in another way than evidences are")
        return packed.open(name)

    return opened
