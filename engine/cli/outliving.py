"""What a command came to outlives whatever goes wrong while it is said: its exit code stays."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from engine.cli.screen import complain, emit
from engine.refusal import Refusal
from engine.report.paint import bare


@contextmanager
def only_complaining(what: str, cure: str = "") -> Iterator[None]:
    """Let nothing that goes wrong in the block end the command; ``what`` could not be done, then."""
    try:
        yield
    except Refusal as refusal:
        complain_if_heard(f"{what}: {refusal.message}", cure or refusal.cure)
    except OSError as error:
        let_go_of_stdout()
        complain_if_heard(f"{what}: {error.strerror or error}", cure)
    except Exception:  # noqa: BLE001  (what was sent is known by now, and a bug here changes nothing of it)
        tell_bug(f"{what}, and the exit code says how it went{f' ({cure})' if cure else ''}")


def complain_if_heard(message: str, cure: str) -> None:
    """Say on stderr what is the matter; where that is full or broken, nobody is left to be told."""
    with suppress(OSError):
        complain(message, cure)


def tell_bug(told: str) -> None:
    """Say that this is a bug, with what to send; ``told``: what it means for whoever reads it."""
    import traceback  # noqa: PLC0415  (only a bug needs it)

    with suppress(OSError):
        click.echo(
            f"This is a bug in runbook, not a mistake of yours; {told}.\n"
            "Please report it with the lines below and the file that you used:\n",
            err=True,
        )
        emit(bare(without_token(traceback.format_exc())), err=True)


def without_token(text: str) -> str:
    """Give a text without the token: nobody knows what words a bug comes with, and it is to be sent to us."""
    from engine.cli.identity import token  # noqa: PLC0415  (only a bug needs it)
    from engine.timepay.token import Token  # noqa: PLC0415  (the same)

    try:
        return Token(token()).hide(text)
    except Refusal:
        return text


def let_go_of_stdout() -> None:
    """Send what is still held back nowhere: Python would try again, and complain, when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
