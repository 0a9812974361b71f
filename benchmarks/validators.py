"""Other programs that hold a YAML file against a JSON Schema, beside ``validate`` on the same files."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from benchmarks.measure import Bench, Command, Sample
from benchmarks.subject import ROOT, Subject
from benchmarks.workload import mistaken, runbook

OURS, AJV, CHECK = "`runbook validate`", "ajv-cli", "check-jsonschema"
AJV_VERSION = "5.0.0"
AJV_OPTIONS = ("--spec=draft2020", "--strict=false", "--all-errors")
"""``--strict=false``: the schema holds words for editors that ajv does not know, and would refuse."""

FILES: Mapping[str, Callable[[int], str]] = {"sound": runbook, "with mistakes": mistaken}
ENDS: Mapping[str, Mapping[str, int]] = {
    "sound": {OURS: 0, AJV: 0, CHECK: 0},
    "with mistakes": {OURS: 10, AJV: 1, CHECK: 1},
}
"""The exit code that each program ends with; another one is no measurement."""

Row: TypeAlias = tuple[str, int]
"""A file: its sort and how many steps it has."""


@dataclass(frozen=True)
class Validators:
    """The programs that are there: how each is called, followed by a file; and why others are missing."""

    commands: Mapping[str, Command]
    versions: Mapping[str, str]
    missing: Mapping[str, str]


@dataclass
class Beside:
    """What was measured: in each round a sample of every program on every file."""

    validators: Validators
    rounds: Sequence[Mapping[Row, Mapping[str, Sample]]] = field(default_factory=list)


def validators(subject: Subject, folder: Path) -> Validators:
    """Find the programs, and install ajv-cli into a folder; uses the network, and nothing without node."""
    schema = str(shutil.copy(ROOT / "schemas" / "runbook.v1.schema.json", folder))
    commands: dict[str, Command] = {OURS: (str(subject.script), "validate")}
    versions: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name, find in {AJV: _ajv, CHECK: _check_jsonschema}.items():
        try:
            command, versions[name] = find(schema, folder)
        except (OSError, subprocess.CalledProcessError, _MissingError) as error:
            missing[name] = str(error)
        else:
            commands[name] = command
    return Validators(commands, versions, missing)


def beside(found: Validators, bench: Bench, sizes: Sequence[int]) -> Iterator[dict[Row, dict[str, Sample]]]:
    """Give rounds in which every program reads every file, by turns in both orders."""
    files = {
        (sort, size): _written(bench.folder / f"{sort.replace(' ', '-')}-{size}.yaml", write(size))
        for sort, write in FILES.items()
        for size in sizes
    }
    for number in range(bench.warm_up + bench.rounds):
        names = list(found.commands)[:: -1 if number % 2 else 1]
        round_ = {
            row: {name: bench.once((*found.commands[name], file), code=ENDS[row[0]][name]) for name in names}
            for row, file in files.items()
        }
        if number >= bench.warm_up:
            yield round_


def _written(file: Path, text: str) -> str:
    file.write_text(text, "utf-8")
    return str(file)


# ------------------------------------------------ the programs


class _MissingError(Exception):
    """A program is not there."""


def _ajv(schema: str, folder: Path) -> tuple[Command, str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise _MissingError("there is no node, or no npm")
    place = folder / "ajv"
    place.mkdir(exist_ok=True)
    wanted = f"ajv-cli@{AJV_VERSION}"
    install = [npm, "install", "--prefix", str(place), "--no-audit", "--no-fund", "--silent", wanted]
    subprocess.run(install, check=True, capture_output=True)
    ajv = json.loads((place / "node_modules" / "ajv" / "package.json").read_text("utf-8"))["version"]
    script = place / "node_modules" / "ajv-cli" / "dist" / "index.js"
    version = f"{AJV_VERSION} with ajv {ajv} on node {_told(node, '--version').removeprefix('v')}"
    return (node, str(script), "validate", *AJV_OPTIONS, "-s", schema, "-d"), version


def _check_jsonschema(schema: str, _folder: Path) -> tuple[Command, str]:
    script = Path(sys.executable).parent / "check-jsonschema"
    if not script.is_file():
        raise _MissingError(f"it is not installed beside {Path(sys.executable).name}")
    version = _told(str(script), "--version").rpartition(" ")[2]
    return (str(script), "--schemafile", schema), version


def _told(*command: str) -> str:
    environment = {**os.environ, "LANG": "C.UTF-8"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()
