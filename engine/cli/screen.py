"""What goes to the screen: results to stdout, talk to stderr, colour only where a terminal looks."""

import json
import os
import re
import shutil
import sys
from contextlib import suppress

import click

from engine.diagnostics import Json
from engine.report.paint import WIDTH, Paint, bare, clean, coloured, plain

_OBEYED = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What JSON may hold and a terminal would obey; as escapes the JSON means the same."""


def width() -> int:
    """Give the columns to fill: those of the terminal, if it is narrower than usual."""
    looked_at = sys.stdout is not None and sys.stdout.isatty()
    return min(WIDTH, shutil.get_terminal_size().columns) if looked_at else WIDTH


def paint() -> Paint:
    """Choose emphasis for stdout: none in pipes, in CI, on a dumb terminal, or where ``NO_COLOR`` asks so."""
    quiet = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    looked_at = sys.stdout is not None and sys.stdout.isatty()  # a closed stdout is None
    return coloured if looked_at and not quiet else plain


def emit(text: str, *, err: bool = False, end: str = "\n") -> None:
    """Print a text that is harmless to any terminal."""
    click.echo(clean(text) + end, err=err, nl=False)


def say(line: str) -> None:
    """Print a line without emphasis to stderr, twice a send: Click's way takes three times as long."""
    if sys.stderr is not None:
        sys.stderr.write(f"{clean(line)}\n")
        sys.stderr.flush()


def emit_json(data: Json) -> None:
    """Print JSON, with nothing else on stdout."""
    speaks_utf8 = getattr(sys.stdout, "encoding", "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(data, indent=2, ensure_ascii=not speaks_utf8)
    click.echo(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


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
