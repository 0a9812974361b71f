"""``runbook doctor``: what is set up and what is not, and how to mend it."""

import os
from pathlib import Path

import click

from engine.cli.chosen import choose_leniently
from engine.cli.examining import examined
from engine.cli.files import CONFIG, upward
from engine.cli.runlog import ENV, FORMAT, LOG
from engine.cli.screen import emit, emit_json, paint, width
from engine.config import headline
from engine.refusal import Refusal
from engine.report import checks as view

_FIRST_STEPS = """
Nothing is set up here yet, and nothing need be to look around:
    runbook demo        shows what this is, in seconds
    runbook init acme   makes a repository to begin with, in the folder acme
    runbook try FILE    plays a runbook of yours where nobody can be reached"""


@click.command("doctor")
@ENV
@LOG
@FORMAT
def command(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """Say what is set up and what is not, and how to mend it. Writes nothing, sends nothing.

    With a token it asks the API for its list of campaigns. Exits with 0, also with warnings; else
    with the code under which a run would be refused for the first thing that is wrong.
    """
    checks = list(examined(environment_name, log_option))
    if form == "json":
        emit_json(view.to_json(checks))
        return view.exit_code(checks)
    emit(f"{_headline(environment_name, log_option)}\n")
    emit(view.text(checks, paint(), width()))
    emit(f"\n{view.verdict(checks)}")
    if _is_bare():
        emit(_FIRST_STEPS)
    return view.exit_code(checks)


def _headline(environment_name: str | None, log_option: Path | None) -> str:
    try:
        return headline(choose_leniently(environment_name, log_option).found.here)
    except Refusal:
        return headline(None)


def _is_bare() -> bool:
    try:
        return upward(CONFIG) is None and not os.environ.get("TIMEPAY_BASE_URL")
    except Refusal:
        return False
