"""What goes to the screen: results to stdout, talk to stderr, colour only where a terminal looks."""

import json
import os
import sys

import click

from engine.diagnostics import Json
from engine.report.paint import Paint, clean, coloured, plain


def paint() -> Paint:
    """Choose emphasis for stdout: none in pipes, in CI, or where ``NO_COLOR`` asks for none."""
    quiet = os.environ.get("NO_COLOR") or os.environ.get("CI")
    looked_at = sys.stdout is not None and sys.stdout.isatty()  # a closed stdout is None
    return coloured if looked_at and not quiet else plain


def emit(text: str, *, err: bool = False) -> None:
    """Print a text that is harmless to any terminal."""
    click.echo(clean(text), err=err)


def emit_json(data: Json) -> None:
    """Print JSON, with nothing else on stdout."""
    speaks_utf8 = getattr(sys.stdout, "encoding", "utf-8").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(data, indent=2, ensure_ascii=not speaks_utf8))


def complain(message: str, cure: str = "") -> None:
    """Say on stderr why nothing was done, and what to do instead."""
    emit(f"error: {message}", err=True)
    if cure:
        emit(f"  help: {cure}", err=True)
