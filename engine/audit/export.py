"""What was handed on of a log: one export, or the files of an evidence, folder or zip; checked by itself."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from engine.audit.canonical import body_text
from engine.audit.check import Held, Raw, Report, Verifier

FORMAT = "export/v1"
MANIFEST = "MANIFEST"
RUNS = "runs/"
ENDING = ".jsonl"

COUNTED = {"seal": "seals", "event": "events", "contact": "contacts", "reached": "reached"}
"""What a line may be, and under which name the last one says how many there are."""

Opens = Callable[[], IO[bytes]]

_BESIDE = ("run", "seq", "at", "actor", "kind", "before", "hash")


class Unreadable(Exception):  # noqa: N818  (a fact about a file)
    """The file is no export, or of a newer version."""


def verify_path(path: Path, kept: str | None = None) -> Report:
    """Check an export or an evidence; raises ``Unreadable`` or OSError where it is neither."""
    verifier = Verifier(kept, is_part=True)
    if path.is_dir():
        _evidence(verifier, {each.relative_to(path).as_posix(): _open(each) for each in _files(path)})
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if not name.endswith("/")]
            _evidence(verifier, {name: _opener(packed, name) for name in names})
    else:
        with path.open("rb") as file:
            verify_export(verifier, file)
    return verifier.report()


def verify_export(verifier: Verifier, file: Iterable[bytes]) -> None:
    """Show an export to a verifier; raises ``Unreadable`` where it is none."""
    lines = _Lines(file, verifier)
    header = lines.header()
    run, customers = header["run"], header["customers"]
    verifier.log(lines.links("seal"), apart=True)
    contacts = lines.each("contact", "address", "attempt", "customer")
    reached = lines.each("reached", "address", "attempt", "row", "customer")
    held = Held(
        contacts if customers != "none" else None,
        reached if customers == "all" else None,
        is_part=customers == "one",
    )
    verifier.run(run, lines.links("event"), held)
    lines.skip()
    lines.end(run)
    if customers != "all":
        whose = "all customers" if customers == "none" else "all customers but one"
        verifier.unchecked.append(f"{run}: {whose} were left out here, so whom it reached is not compared")


class _Lines:
    """The lines of an export, each an object with one key: what it is."""

    def __init__(self, file: Iterable[bytes], verifier: Verifier) -> None:
        self._lines = iter(file)
        self._verifier = verifier
        self._next: tuple[str, Any] | None = None
        self.counted = dict.fromkeys(COUNTED, 0)

    def header(self) -> Mapping[str, Any]:
        """Read the first line."""
        try:
            header = json.loads(next(self._lines))
            named, form = str(header["run"]), header["format"]
        except (StopIteration, TypeError, ValueError, KeyError):
            raise Unreadable("it is no export of a run") from None
        if form != FORMAT or header.get("customers") not in ("all", "one", "none"):
            raise Unreadable(f"it is an export of {named} in the format {form!r}; this checks {FORMAT}")
        assert isinstance(header, dict)
        return header

    def links(self, what: str) -> Iterator[Raw]:
        """Give the events that come next, as a log stores them."""
        for held in self._of(what):
            raw = raw_of(held)
            if raw is not None:
                yield raw
            else:
                self._verifier.tell("the file", None, "file", f"a line of it is no {what}")

    def each(self, what: str, *names: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows that come next."""
        for held in self._of(what):
            yield tuple(held.get(name) for name in names)

    def skip(self) -> None:
        """Pass over customers of whom nobody asked."""
        for what in ("contact", "reached"):
            for _ in self._of(what):
                pass

    def _of(self, what: str) -> Iterator[Any]:
        while (found := self._peek()) is not None and found[0] == what:
            self._next = None
            self.counted[what] += 1
            yield found[1]

    def _peek(self) -> tuple[str, Any] | None:
        if self._next is None:
            line = next(self._lines, None)
            if line is None:
                return None
            try:
                ((what, held),) = json.loads(line).items()
            except (AttributeError, TypeError, ValueError):
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
    return run, seq, at, actor, kind, held["text"] if "text" in held else body_text(fields), before, digest


# ------------------------------------------------ an evidence: several files, and a list of their hashes


def _evidence(verifier: Verifier, files: Mapping[str, Opens]) -> None:
    if MANIFEST not in files:
        raise Unreadable(f"there is no {MANIFEST}: it is no evidence")
    with files[MANIFEST]() as file:
        listed = [line.partition("  ") for line in file.read().decode("utf-8", "replace").splitlines()]
    hashes = {name: digest for digest, _, name in listed}
    for name in sorted({*hashes, *files} - {MANIFEST}):
        if said := _compared(hashes.get(name), files.get(name)):
            verifier.tell(name, None, "file", said)
    for name in sorted(files):
        if name.startswith(RUNS) and name.endswith(ENDING):
            with files[name]() as file:
                verify_export(verifier, file)


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
    return lambda: packed.open(name)
