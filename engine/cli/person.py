"""``runbook resolve``, ``decide`` and ``cancel``: a person's word on a run."""

from pathlib import Path

import click

from engine.cli.runlog import ENV, LOG, REASON, writing_to
from engine.cli.screen import emit
from engine.cli.showing import show_run
from engine.clock import Steady
from engine.record.event import Resolution, Verdict
from engine.refusal import Refusal
from engine.run import person

_RESOLUTIONS = {
    "sent": Resolution.SENT,
    "not-sent": Resolution.NOT_SENT,
    "never-known": Resolution.NEVER_KNOWN,
}


@click.command("resolve")
@click.argument("run")
@click.argument("send")
@click.option(
    "--as", "word", type=click.Choice(list(_RESOLUTIONS)), required=True, help="What you found out."
)
@REASON
@ENV
@LOG
def resolve(
    *, run: str, send: str, word: str, reason: str, environment_name: str | None, log_option: Path | None
) -> int:
    """Settle SEND of RUN, which is in doubt, by what you found out.

    `not-sent` lets the run send it again: say it only if you know that nobody got the message.
    `sent` and `never-known` close it, and nobody is messaged by it again.
    """
    with writing_to(environment_name, log_option, run) as (log, entry):
        settled = person.resolve(log, Steady(), entry, send, _RESOLUTIONS[word], _said(reason))
        emit(f"{settled.address} is settled as {word}.\n")
        show_run(log, log.find(entry.run), "text")
    return 0


@click.command("decide")
@click.argument("run")
@click.argument("step")
@click.option("--as", "word", type=click.Choice([each.value for each in Verdict]), required=True)
@REASON
@ENV
@LOG
def decide(
    *, run: str, step: str, word: str, reason: str, environment_name: str | None, log_option: Path | None
) -> int:
    """Decide about STEP of RUN what its conditions could not tell."""
    with writing_to(environment_name, log_option, run) as (log, entry):
        person.decide_step(log, Steady(), entry, step, Verdict(word), _said(reason))
        emit(f"{step} is decided: {word}.\n")
        show_run(log, log.find(entry.run), "text")
    return 0


@click.command("cancel")
@click.argument("run")
@REASON
@ENV
@LOG
def cancel(*, run: str, reason: str, environment_name: str | None, log_option: Path | None) -> int:
    """End RUN for good; nothing more of it is sent."""
    with writing_to(environment_name, log_option, run) as (log, entry):
        person.cancel(log, Steady(), entry, _said(reason))
        show_run(log, log.find(entry.run), "text")
    return 0


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refusal("--reason is empty", "say why; whoever reads the log later needs it")
    return reason.strip()
