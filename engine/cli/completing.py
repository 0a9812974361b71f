"""What a shell may complete: runs from the log, environments, runbook files.

Quickly, and without making, writing or holding anything. Whatever goes wrong ends in silence:
engine/cli/__init__.py says nothing to a shell that asks.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.api.files import SUFFIXES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MOST_RUNS = 50
_MOST_FILES = 500
_HEAD_BYTES = 4096
_PATIENCE_S = 0.25
"""How long somebody who writes the log is waited for: nobody waits longer for a completion."""


def started_runs(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete a run's id, the newest first, or ``last``."""
    # Only a shell that asks for a run pays for the log.
    from engine.cli.chosen import choose_leniently  # noqa: PLC0415
    from engine.runlog.sqlite import look_at  # noqa: PLC0415

    asked = context.params
    chosen = choose_leniently(asked.get("environment_name"), asked.get("log_option"))
    log = look_at(chosen.log, patience_s=_PATIENCE_S)
    if log is None:
        return []
    try:
        known = [entry.run for entry in log.runs()]
    finally:
        log.close()
    return [name for name in ("last", *known) if name.startswith(beginning)][: _MOST_RUNS + 1]


def environments(_context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of an environment."""
    from engine.cli.environment import look_for_environment  # noqa: PLC0415  (only a shell pays for it)

    known = look_for_environment(None, is_log_said=True).config.environments
    return [name for name in known if name.startswith(beginning)]


def runbook_files(
    _context: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete the path of a runbook, in the folder that is typed and one below; else any path."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

    found = [CompletionItem(str(path)) for path in _yaml_near(beginning) if _is_runbook(path)]
    return found or [CompletionItem(beginning, type="file")]


def _yaml_near(beginning: str) -> list[Path]:
    folder, _, _ = beginning.rpartition("/")
    root = Path(folder or ("/" if beginning.startswith("/") else "."))
    below = [each for each in _in(root) if each.is_dir() and not each.name.startswith(".")]
    paths = [path for place in (root, *below) for path in _in(place) if path.suffix in SUFFIXES]
    return [path for path in paths if str(path).startswith(beginning)][:_MOST_FILES]


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_runbook(path: Path) -> bool:
    """Say whether a file calls itself a runbook near its top."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return b"runbook/v" in file.read(_HEAD_BYTES)
    except OSError:
        return False
