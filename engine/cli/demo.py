"""``runbook demo``: a ready-made runbook, checked and planned. It needs nothing and sends nothing."""

import click

from engine import __version__
from engine.cli.environment import Found
from engine.cli.planning import HOLDS, fill_in, make
from engine.cli.screen import emit, paint, width
from engine.clock import now
from engine.config import Config, Environment, headline
from engine.planner.model import Making
from engine.report import findings
from engine.report import plan as view
from engine.shipped import shipped

FLAGSHIP = "emi-bounce-recovery.yaml"
HERE = Environment("http://127.0.0.1:8001/api/v1")
"""Stands for a sandbox; nothing is connected to."""


@click.command("demo")
def command() -> None:
    """See what a runbook and its plan look like, in a minute, without any set-up."""
    file = shipped("runbooks", FLAGSHIP)
    style = paint()
    emit(f"{headline(HERE, 'PL Mumbai')}\n")
    emit(style("strong", f"1. A runbook is a file that is reviewed like code: {FLAGSHIP}\n"))
    emit("".join(f"   {line}\n" for line in file.read_text("utf-8").splitlines()))
    filled = fill_in(file, ("branch=pune",), None, variables={})
    plan = make(filled, Found(Config(), HERE))
    outcome = findings.summary(filled.draft.diagnostics, 1)
    emit(style("good", f"   runbook validate {FLAGSHIP}\n   {outcome}\n"))
    command_line = f"runbook plan {FLAGSHIP} --input branch=pune"
    emit(style("strong", f"2. Its plan, before anything is sent: {command_line}\n"))
    at = now()
    emit(view.render(plan, Making(at, at + HOLDS, FLAGSHIP, __version__), style, width()))
    emit(style("strong", "\n3. Your turn"))
    emit("   runbook schema > runbook.schema.json     so that your editor completes and checks")
    emit("   runbook validate FILE                    every mistake at its line, with the mend")
    emit("   runbook plan FILE                        what it would do; nothing is sent")
