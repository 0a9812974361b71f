"""Long lines, folded between words where a screen is narrow: what was set below a line stays below it."""

import re

from engine.report.paint import bare, columns
from engine.report.table import hanging

_WHOLE = r" *(?:\d* *\| |[\"{\[]|(?:help: )?(?:runbook|export|unset|cd|git|pip|chmod|mkdir) )"
"""What is to be copied, or has something set below it: commands to type, JSON, the lines of a file."""


def folded(text: str, width: int, indent: str = "", *, is_typed: bool = False) -> str:
    """Fold the lines that do not fit; each goes on two columns to the right of where it began.

    ``is_typed``: somebody copies from it, so what is to be copied is left to the terminal as it is.
    """
    return "\n".join(_folded(f"{indent}{line}" if line else "", width, is_typed) for line in text.split("\n"))


def _folded(line: str, width: int, is_typed: bool) -> str:
    said = bare(line)
    if columns(said) <= width or " " not in said.strip() or (is_typed and re.match(_WHOLE, said)):
        return line
    # Emphasis would be torn apart: a line that must be folded goes without.
    return hanging(said, width)
