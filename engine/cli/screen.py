"""What goes to the screen: results to stdout, talk to stderr, colour only where a terminal looks."""

import json
import os
import re
import shutil
import sys
from contextlib import suppress

import click

from engine.cli.folded import folded
from engine.diagnostics import Json
from engine.report.paint import WIDTH, Paint, bare, clean, coloured, plain

_OBEYED = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What JSON may hold and a terminal would obey; as escapes the JSON means the same."""


def width() -> int:
    """Give the columns to fill: those of the terminal, if it is narrower than usual."""
    return min(WIDTH, columns() or WIDTH)


def columns(*, err: bool = False) -> int | None:
    """Give the columns of the terminal that stdout (or stderr) is; None where it is none: pipes stay so."""
    stream = sys.stderr if err else sys.stdout
    if stream is None or not stream.isatty():  # a closed one is None
        return None
    size = (80, 24)
    with suppress(OSError, ValueError):
        size = os.get_terminal_size(stream.fileno())
    return shutil.get_terminal_size(size).columns or None


def paint() -> Paint:
    """Choose emphasis for stdout: none in pipes, in CI, on a dumb terminal, or where ``NO_COLOR`` asks so."""
    return plain if is_quiet() or columns() is None else coloured


def is_quiet() -> bool:
    """Say whether the environment asks for no emphasis."""
    return bool(os.environ.get("NO_COLOR") or os.environ.get("CI")) or _is_dumb()


def is_watched() -> bool:
    """Say whether stderr is a terminal that a picture can be drawn on, and that somebody sees."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    return not os.environ.get("CI") and not _is_dumb()


def _is_dumb() -> bool:
    """Say whether the terminal shows what others obey."""
    return os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")


def emit(text: str, *, err: bool = False, end: str = "\n") -> None:
    """Print a text that is harmless to any terminal, folded between words where one looks."""
    click.echo(_shown(text, err=err) + end, err=err, nl=False)


def say(line: str) -> None:
    """Print a line without emphasis to stderr, twice a send: Click's way takes three times as long."""
    if sys.stderr is not None:
        sys.stderr.write(f"{_shown(line, err=True)}\n")
        sys.stderr.flush()


def _shown(text: str, *, err: bool) -> str:
    width = columns(err=err)
    return folded(clean(text), width, is_typed=True) if width else clean(text)


def emit_json(data: Json) -> None:
    """Print JSON, with nothing else on stdout."""
    speaks_utf8 = getattr(sys.stdout, "encoding", "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(data, indent=2, ensure_ascii=not speaks_utf8)
    click.echo(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def json_line(data: Json) -> str:
    """Give JSON as one line of ASCII, in which nothing is what some reader takes for its end.

    The same data is the same text.
    """
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(data, sort_keys=True))


def emit_line(line: str) -> None:
    """Print what ``json_line`` made, as it is."""
    click.echo(line)


def warn(message: str) -> None:
    """Say on stderr what is the matter, and that it keeps nothing back; nor does nobody listening."""
    with suppress(OSError):
        emit(bare(f"warning: {message}"), err=True)


def complain(message: str, cure: str = "") -> None:
    """Say on stderr why nothing was done, and what to do instead."""
    # What the user typed may stand in both: nothing in them is our own emphasis.
    emit(bare(f"error: {message}"), err=True)
    if cure:
        emit(bare(f"  help: {cure}"), err=True)
