"""Takes the pictures of screens: ``python -m docs.site.screens [FOLDER]``, docs/screens unless said.

Each is what a command showed at a real terminal, before a sandbox; only what differs from one hour to the
next is replaced.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyte
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from docs.site.staging import ROOT
from docs.site.terminal import Shown, Terminal
from docs.site.varying import fixed
from engine.refusal import Exit

COLUMNS = 116

TUTORIAL = ROOT / "docs" / "tutorial" / "first-runbook.md"
FILE = "runbooks/first.yaml"
SLIP = ("limt: 100", "limit: 100")
"""The mistake that the tutorial has its reader make, and its mend."""

SANDBOX = (
    "runbook sandbox --port 0 --fault partial:channel=whatsapp --fault reset:channel=sms,accepted=yes",
    "Stop it with Ctrl-C.",
)


class Picture(NamedTuple):
    """One picture: its name, the command and how it ends, and the line before which it is cut, if any."""

    name: str
    command: str
    code: int = 0
    until: str | None = None


PICTURES = (
    Picture("validate", "runbook validate", Exit.INVALID),
    Picture("plan", f"runbook plan {FILE} --input branch=pune", until="  At every send it can also be that"),
    Picture("run", f"runbook run {FILE} --input branch=pune --yes", Exit.IN_DOUBT),
    Picture("status", "runbook status"),
)

_BACKGROUND, _FOREGROUND = (30, 34, 39), (214, 219, 224)
_NORMAL = [(59, 66, 74), (232, 112, 107), (133, 193, 113), (222, 184, 98)]
_NORMAL += [(103, 160, 222), (191, 138, 205), (92, 184, 189), (201, 207, 213)]
_BRIGHT = [(128, 138, 148), *_NORMAL[1:]]
_THEME = TerminalTheme(_BACKGROUND, _FOREGROUND, _NORMAL, _BRIGHT)
_FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_FORM = re.sub(
    r"font-family: [^;]+;",
    f"font-family: {_FONT};",
    re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL),
)
"""rich's own form, without the fonts that it would load from another host."""


def main(arguments: list[str]) -> int:
    """Take every picture into a folder; give an exit code."""
    target = Path(arguments[0]) if arguments else ROOT / "docs" / "screens"
    target.mkdir(parents=True, exist_ok=True)
    for picture, shown in _taken():
        (target / f"{picture.name}.svg").write_text(drawn(picture, shown), "utf-8")
    return 0


def drawn(picture: Picture, shown: Shown) -> str:
    """Draw what a command showed as an SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    lines = shown.lines
    for row in range(lines.index(picture.until) if picture.until else len(lines)):
        console.print(_line(shown.screen, row), soft_wrap=True)
    console.print()  # rich cuts the foot of the last line off
    return console.export_svg(title=picture.command, theme=_THEME, code_format=_FORM, unique_id=picture.name)


def _taken() -> Iterator[tuple[Picture, Shown]]:
    """Type each command, with a sandbox in another terminal, and give what it showed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        clean = {"PATH": path, "HOME": name, "LANG": "C.UTF-8", "USER": "asha", "TIMEPAY_TOKEN": "sandbox"}
        with Terminal(folder, clean, COLUMNS) as other, Terminal(folder, clean, COLUMNS) as terminal:
            terminal.types("runbook init")
            (port,) = set(re.findall(r"127.0.0.1:(\d+)/api", "\n".join(other.starts(*SANDBOX).lines)))
            _change(folder / ".runbook" / "config.yaml", ":8001/", f":{port}/")
            (folder / FILE).write_text(_mistaken(), "utf-8")
            for picture in PICTURES:
                shown = terminal.types(picture.command)
                assert shown.code == picture.code, "\n".join(shown.lines)
                yield picture, shown
                _change(folder / FILE, *SLIP)


def _mistaken() -> str:
    """Give the runbook that the tutorial has its reader save."""
    block = re.search(
        rf'^```yaml title="{FILE}"\n(.*?)^```$', TUTORIAL.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert block is not None
    return block[1]


def _change(file: Path, this: str, that: str) -> None:
    file.write_text(file.read_text("utf-8").replace(this, that), "utf-8")


def _line(screen: pyte.Screen, row: int) -> Text:
    """Give one row of a screen with its colours, and what varies replaced."""
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    text = Text(fixed("".join(cell.data for cell in cells)).ljust(len(cells)))
    for place, cell in enumerate(cells):
        if style := _style(cell):
            text.stylize(style, place, place + 1)
    return text


def _style(cell: pyte.screens.Char) -> Style | None:
    if cell.fg == "default" and not (cell.bold or cell.reverse or cell.underscore or cell.italics):
        return None
    colour = {"default": None, "brown": "yellow", "brightbrown": "bright_yellow"}.get(cell.fg, cell.fg)
    named = colour.replace("bright", "bright_") if colour and "_" not in colour else colour
    return Style(
        color=named,
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
