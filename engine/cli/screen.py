"""What goes to the screen: results to stdout, talk to stderr, colour only where a terminal looks."""

import json
import os
import sys
from collections.abc import Mapping

import click

from engine.diagnostics import Json
from engine.report.paint import Paint, clean, coloured, plain


def paint() -> Paint:
    """Choose emphasis for stdout: none in pipes, in CI, or where ``NO_COLOR`` asks for none."""
    quiet = os.environ.get("NO_COLOR") or os.environ.get("CI")
    return coloured if sys.stdout.isatty() and not quiet else plain


def emit(text: str, *, err: bool = False) -> None:
    """Print a text that is harmless to any terminal."""
    click.echo(clean(text), err=err)


def emit_json(data: Mapping[str, Json]) -> None:
    """Print JSON, with nothing else on stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
