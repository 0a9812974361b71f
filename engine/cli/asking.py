"""The last refusals before a run sends: what is switched off, a person's no."""

import os
import sys
from contextlib import suppress

import click

from engine.cli.screen import emit
from engine.config import Environment
from engine.refusal import Exit, Refusal


def looks() -> bool:
    """Say whether a person sits before this command."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


def refuse_unasked(here: Environment, *, yes: bool, is_reviewed: bool) -> None:
    """Refuse to send without a person's yes (64), and live without a bound where nobody looks."""
    if looks():
        return
    if not yes:
        raise Refusal("there is no terminal to ask you at", "add --yes to send without being asked")
    if here.is_live and not is_reviewed:
        raise Refusal(
            "--yes alone does not send to real people",
            "add --expect DIGEST (the plan digest at the end of `runbook plan`), --within DIGEST or "
            "--at-most N: nothing is sent that nobody reviewed",
        )


def ask(here: Environment, most: int | None) -> None:
    """Ask the person: live, for the number of people; a no is 11."""
    number = "no limit" if most is None else str(most)
    reach = "any number of people" if most is None else f"at most {most:,} messages"
    if here.is_live:
        emit(f"This sends to real people: {reach}. To send, type: {number}", err=True)
        emit("Anything else sends nothing.", err=True)
        agreed = _answer().strip().replace(",", "") == number
    else:
        emit(f"This sends to the sandbox: {reach}. Send? [y/N]", err=True)
        agreed = _answer().strip().lower() in ("y", "yes")
    if not agreed:
        emit("Nothing was sent.", err=True)
        raise click.exceptions.Exit(Exit.GUARDED)


def _answer() -> str:
    emit("> ", err=True, end="")
    try:
        return sys.stdin.readline()
    except (KeyboardInterrupt, SystemExit):  # a signal ends the process
        with suppress(OSError):  # the terminal may be gone
            emit("\nNothing was sent.", err=True)
        raise


def refuse_switched_off() -> None:
    """Refuse where the environment forbids sending, or says of it what nobody can read (11)."""
    value = os.environ.get("RUNBOOK_SENDS", "").strip()
    if value.lower() in ("", "on", "1", "yes", "true"):
        return
    if value.lower() in ("off", "0", "no", "false"):
        raise Refusal(f"RUNBOOK_SENDS={value} forbids sending here", "unset it to send", Exit.GUARDED)
    raise Refusal(
        f"RUNBOOK_SENDS={value!r} is neither on nor off, so nothing is sent",
        "unset it to send, or set it to off",
        Exit.GUARDED,
    )
