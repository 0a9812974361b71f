"""``runbook log``: the upkeep of the run log."""

from pathlib import Path

import click

from engine.cli.chosen import choose
from engine.cli.identity import actor, owner
from engine.cli.runlog import ENV, LOG
from engine.cli.screen import emit
from engine.refusal import Exit, Refusal
from engine.runlog.sqlite import open_log


@click.group("log")
def command() -> None:
    """Make the run log, the memory of everything that was sent."""


@command.command("init")
@ENV
@LOG
def init(*, environment_name: str | None, log_option: Path | None) -> int:
    """Make an empty run log. A live account needs one before its first run.

    An empty log knows no past: make it once, and keep it. What was sent before it is not in it.
    """
    path = choose(environment_name, log_option).log
    if path.exists():
        raise Refusal(
            f"there is a run log already: {path}", "keep it; it knows what was sent", Exit.LEASE_OR_LOG
        )
    open_log(path, actor=actor(), owner=owner(), create=True).close()
    emit(f"Made the run log {path}. Keep it: it is what prevents sending twice.")
    return 0
