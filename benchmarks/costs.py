"""Where the time goes: imports by whom they are for, and the dearest functions of a long run."""

import os
import pstats
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from benchmarks.measure import Command
from benchmarks.subject import Subject

LIBRARIES = ("yaml", "jsonschema", "httpx", "jinja2", "click", "rfc8785", "engine")
"""Whatever one of these imports is charged to it, to the first where several need it."""

START = "Python's own start"
IMPORT_RUNS = 5

_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| (\s*)(\S+)")


Where: TypeAlias = tuple[str, int, str]
"""A function as profiles name it: file, line, name; the file of a function of C is ``~``."""


class Function(NamedTuple):
    """A function's share of a run: seconds in itself, seconds with all that it calls, how often."""

    name: str
    own_s: float
    total_s: float
    calls: int


def imports(subject: Subject, arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Give the milliseconds that a command's imports take, by library, the dearest first.

    Measuring makes imports slower by a half or so; what counts is the shares.
    """
    least: dict[str, tuple[str, int]] = {}
    for _ in range(IMPORT_RUNS):
        for module, owner, spent_us in _charged(_import_times(subject, arguments, environment)):
            known = least.get(module, (owner, spent_us))
            least[module] = (owner, min(known[1], spent_us))
    shares: Counter[str] = Counter()
    for owner, spent_us in least.values():
        shares[owner] += spent_us
    return {owner: spent_us / 1000 for owner, spent_us in shares.most_common()}


def _import_times(subject: Subject, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    command = [str(subject.python), "-X", "importtime", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stderr


def _charged(told: str) -> Iterator[tuple[str, str, int]]:
    """Charge each module to the innermost known library around it; Python lists the inner ones first."""
    rows = [(int(row[1]), len(row[2]), row[3]) for row in map(_LINE.match, told.splitlines()) if row]
    around: list[tuple[int, str]] = []
    for spent_us, depth, module in reversed(rows):
        while around and around[-1][0] >= depth:
            around.pop()
        library = module.partition(".")[0]
        inherited = around[-1][1] if around else START
        owner = library if library in LIBRARIES else inherited
        around.append((depth, owner))
        yield module, owner, spent_us


def functions(
    command: Command, python: Path, environment: Mapping[str, str], folder: Path, most: int = 12
) -> list[Function]:
    """Profile a command and give the functions with the most time of their own."""
    rows = [
        Function(_named(where), own_s, total_s, calls)
        for where, (_, calls, own_s, total_s, _) in _profile(command, python, environment, folder).items()
    ]
    return sorted(rows, key=lambda row: row.own_s, reverse=True)[:most]


def packages(
    command: Command, python: Path, environment: Mapping[str, str], folder: Path
) -> dict[str, float]:
    """Profile a command and give the seconds that each package takes itself, the dearest first.

    A function of C is charged to the package that calls it; the run log's statements and the socket,
    in which others are waited for, stand apart.
    """
    shares: Counter[str] = Counter()
    for where, (_, _, own_s, _, callers) in _profile(command, python, environment, folder).items():
        apart = next((name for part, name in APART.items() if part in where[2]), None)
        if where[0] != "~" or apart is not None or not callers:
            shares[apart or _package(where[0])] += own_s
            continue
        for caller, (_, _, share_s, _) in callers.items():
            shares[_package(caller[0])] += share_s
    return dict(shares.most_common())


APART = {"sqlite3.Connection": "SQLite, the disk included", "_socket.socket": "the socket, the stub included"}
"""Parts of names of functions of C in which something else is waited for, and what stands for them."""


def _profile(
    command: Command, python: Path, environment: Mapping[str, str], folder: Path
) -> Mapping[Where, Any]:
    out = folder / "profile"
    profiled = [str(python), "-m", "cProfile", "-o", str(out), *command]
    subprocess.run(profiled, check=True, capture_output=True, env=environment)
    # The stubs of pstats do not name what it holds: (_, calls, own, total, callers), callers like it.
    stats: Mapping[Where, Any] = vars(pstats.Stats(str(out)))["stats"]
    return stats


def _package(file: str) -> str:
    """Name the package of a file: a library, one of the engine's own, or Python's."""
    parts = Path(file).parts
    inside = parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts
    if "engine" in inside:
        return "/".join(inside[inside.index("engine") :][:2]).removesuffix(".py")
    return inside[0] if inside != parts else "Python's own modules"


def _named(where: Where) -> str:
    """Name a function by its module from the package on: a machine's folders say nothing."""
    file, _, name = where
    inside = file.partition(f"site-packages{os.sep}")[2] or str(Path(*Path(file).parts[-3:]))
    return name if file == "~" else f"{inside}: {name}"
