"""An evidence that was forged or damaged, file by file, is not called sound, and breaks nothing."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.api.evidence import Evidence, write
from engine.audit.alone import main
from engine.audit.export import Unreadable, verify_path
from tests.unit.audit.test_export import file as file  # noqa: PLC0414  (a fixture)
from tests.unit.audit.test_export import rules
from tests.unit.audit.test_export import run as run  # noqa: PLC0414  (the same)
from tests.unit.runner.fakes import ONE, Desk

DEEP = "[" * 200_000
Files = dict[str, bytes]


@pytest.fixture
def packed(run: Desk, tmp_path: Path) -> Path:
    """Pack an evidence of all runs."""
    path = tmp_path / "evidence.zip"
    with path.open("wb") as file:
        write(file, run.log, Evidence("all runs", run.log.runs()))
    return path


def repacked(path: Path, change: Callable[[Files], None]) -> set[str]:
    """Change files of an evidence, and their hashes in the list; the rules that are broken."""
    with zipfile.ZipFile(path) as held:
        files = {name: held.read(name) for name in held.namelist()}
    change(files)
    listed = [
        f"{hashlib.sha256(held).hexdigest()}  {name}" for name, held in files.items() if name != "MANIFEST"
    ]
    files["MANIFEST"] = "\n".join(listed).encode()
    with zipfile.ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return {f"{fault.chain}: {fault.rule}" for fault in verify_path(path).faults}


def only(*kept: str) -> Callable[[Files], None]:
    """Remove all other files."""

    def change(files: Files) -> None:
        for name in set(files) - set(kept):
            del files[name]

    return change


def put(name: str, text: bytes) -> Callable[[Files], None]:
    """Put another text into a file."""
    return lambda files: files.update({name: text})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda _: None, None),
        (only("MANIFEST", "log.jsonl", "seal.txt"), "MANIFEST: file"),
        (put("plans/run-1.json", b"{}"), "plans/run-1.json: file"),
        (put("plans/run-1.json", DEEP.encode()), "plans/run-1.json: file"),
        (lambda files: files.pop("plans/run-2.json"), "plans/run-2.json: file"),
        (put("seal.txt", b"sha256:" + b"0" * 64), "seal.txt: file"),
        (put("seal.txt", b"none"), "seal.txt: file"),
        (put("runs/run-1.jsonl", b"x"), "runs/run-1.jsonl: file"),
    ],
)
def test_the_files_of_an_evidence_fit_each_other(
    packed: Path, change: Callable[[Files], None], expected: str | None
) -> None:
    """Whoever changes one can mend the list of hashes, but not what the others say."""
    found = repacked(packed, change)
    assert expected in found if expected else found == set()


def test_an_evidence_is_of_one_log(packed: Path) -> None:
    """Each export names the log that it is of."""

    def change(files: Files) -> None:
        head, _, rest = files["runs/run-1.jsonl"].partition(b"\n")
        files["runs/run-1.jsonl"] = json.dumps({**json.loads(head), "log_id": "x"}).encode() + b"\n" + rest

    assert repacked(packed, change) == {"MANIFEST: file"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_stands_once_in_a_zip(packed: Path) -> None:
    """Programs that unpack it would not agree which file is meant."""
    with zipfile.ZipFile(packed, "a") as held:
        held.writestr("README.txt", held.read("README.txt"))
    assert rules(verify_path(packed)) == {"file"}


def test_runs_that_are_left_out_between_others_are_said(run: Desk, tmp_path: Path) -> None:
    """A month without one of its runs is not a month."""
    run.run(ONE.replace("name: remind", "name: third"), "run-3")
    entries = tuple(entry for entry in run.log.runs() if entry.run != "run-2")
    with (tmp_path / "e.zip").open("wb") as file:
        write(file, run.log, Evidence("a month", entries))
    made = verify_path(tmp_path / "e.zip")
    assert made.faults == []
    assert any("run-2" in text for text in made.unchecked)


@pytest.mark.parametrize("place", range(20))
def test_a_damaged_zip_is_named_and_breaks_nothing(packed: Path, place: int) -> None:
    """Wherever the damage is."""
    whole = bytearray(packed.read_bytes())
    at = len(whole) * place // 20
    whole[at : at + 40] = bytes(byte ^ 0x55 for byte in whole[at : at + 40])
    packed.write_bytes(whole)
    assert main([str(packed)]) in (17, 64)


def test_an_encrypted_zip_is_named(packed: Path) -> None:
    """By the flag that says so."""
    whole = bytearray(packed.read_bytes())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = whole.find(mark)
        while at >= 0:
            whole[at + place] |= 1
            at = whole.find(mark, at + 4)
    packed.write_bytes(whole)
    assert rules(verify_path(packed)) == {"file"}


@pytest.mark.parametrize("name", ["MANIFEST", "runs/run-1.jsonl"])
def test_a_small_zip_does_not_fill_the_memory(
    packed: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line, or the list of files, that is far too long is not read to its end."""
    monkeypatch.setattr("engine.audit.export._LONGEST_LINE_BYTES", 200_000)
    monkeypatch.setattr("engine.audit.export._LONGEST_LIST_BYTES", 10_000)
    with zipfile.ZipFile(packed) as held:
        files = {each: held.read(each) for each in held.namelist()}
    files[name] = b" " * 1_000_000
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for each, text in files.items():
            made.writestr(each, text)
    assert main([str(packed)]) in (17, 64)
    said = "".join(capsys.readouterr())
    assert (
        "far too long" in said
        or "runs/run-1.jsonl: it was changed: its hash is another one (and 1 more" in said
    )


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to would be read for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="regular"):
        verify_path(tmp_path / "pipe")
