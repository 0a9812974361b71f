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

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_OBEYED = (
    "[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    rf"|(?<=[{_MARKS}]{{8}})[{_MARKS}]|(?<=##)\["
)
"""What JSON may hold and a terminal or a job's log at GitHub would obey, or nobody see; it is escaped."""

_ORDER = r"(?m)^([^\S\n]*:):|(##)\["
"""What GitHub takes for an order to itself in what a job prints: first in a line, or anywhere."""


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
    shown, width = clean(text), columns(err=err)
    if width is None or is_quiet():
        shown = bare(shown)  # whoever asked for none has none: what is left would be somebody else's
    # Every order holds one of the two, which is seen sooner than what the environment says.
    if ("::" in shown or "##[" in shown) and "GITHUB_ACTIONS" in os.environ:
        shown = re.sub(_ORDER, _no_order, shown)
    return folded(shown, width, is_typed=True) if width else shown


def _no_order(found: re.Match[str]) -> str:
    return f"{found[1]} :" if found[1] else f"{found[2]} ["


def emit_json(data: Json) -> None:
    """Print JSON, with nothing else on stdout."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # a StringIO has none
    speaks_utf8 = encoding.lower().replace("-", "") == "utf8"
    text = json.dumps(data, indent=2, ensure_ascii=not speaks_utf8)
    click.echo(re.sub(_OBEYED, _escaped, text))


def emit_sheet(text: str) -> None:
    """Print CSV, whose lines end as RFC 4180 says, in UTF-8 whatever the terminal speaks."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def json_line(data: Json) -> str:
    """Give JSON as one line of ASCII, in which nothing is what some reader takes for its end.

    The same data is the same text.
    """
    return re.sub(_OBEYED, _escaped, json.dumps(data, sort_keys=True))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] != "[" else "\\u005b"


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
