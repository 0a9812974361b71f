"""``runbook resolve``, ``decide`` and ``cancel``: a person's word on a run."""

from pathlib import Path

import click

from engine.cli.chosen import Chosen, choose
from engine.cli.completing import sends_in_question, steps_in_question
from engine.cli.files import PATH, named
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, LOG, REASON, RUN, say_where, writing_to
from engine.cli.screen import emit
from engine.cli.showing import show_run
from engine.clock import Steady
from engine.record.entry import RunEntry
from engine.record.event import Resolution, Verdict
from engine.refusal import Exit, Refusal, reason_of
from engine.runlog.port import RunLog
from engine.runner import person

_RESOLUTIONS = {
    "sent": Resolution.SENT,
    "not-sent": Resolution.NOT_SENT,
    "never-known": Resolution.NEVER_KNOWN,
}


_VERDICT_HELP = "run or skip: whether to send the step. ok or failed: whether it went well."


@click.command("resolve")
@RUN
@click.argument("send", shell_complete=sends_in_question)
@click.option("--as", "word", type=click.Choice(list(_RESOLUTIONS)), help="What you found out.")
@click.option("--reason", help="Why; it stands in the log. Not needed beside --evidence alone.")
@click.option(
    "--evidence",
    type=PATH,
    callback=named,
    help="The messages as the dashboard exports them (CSV or JSON): it settles what they show.",
)
@ENV
@LOG
def resolve(
    *,
    run: str,
    send: str,
    word: str | None,
    reason: str | None,
    evidence: Path | None,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Settle SEND of RUN, which is in doubt, by what you found out, in the dashboard for example.

    `not-sent` lets the run send it again: say it only if you know that nobody got the message.
    `sent` and `never-known` close it, and nobody is messaged by it again. RUN is an id, a unique
    beginning of one, or `last`; SEND is its address, as `runbook show RUN` lists it, or its step.
    """
    if word is None and evidence is None:
        known = ", ".join(_RESOLUTIONS)
        raise Refusal("what you found out is missing", f"say it with --as ({known}), or give --evidence FILE")
    said = _RESOLUTIONS[word] if word else None
    reason = reason_of("--reason", reason) if said else None
    chosen = choose(environment_name, log_option)
    with writing_to(chosen, run) as (log, entry):
        if evidence is not None:
            # Only who has evidence pays for what reads it.
            from engine.cli.by_evidence import by_evidence, shown_text  # noqa: PLC0415

            found = by_evidence(log, entry, send, evidence, said)
            if found is not None:
                seen, seal = found
                _show(log, entry, chosen, seal, f"{shown_text(seen)}\n")
                return Exit.HALTED if seen.contradicts else Exit.WELL
        assert said is not None, "evidence alone settles, or is refused"
        assert reason is not None, "a word has its reason"
        settled, seal = person.resolve(log, Steady(), entry, send, said, reason)
        _show(log, entry, chosen, seal, f"{settled.address} is settled as {word}.\n")
    return 0


@click.command("decide")
@RUN
@click.argument("step", shell_complete=steps_in_question)
@click.option(
    "--as", "word", type=click.Choice([each.value for each in Verdict]), required=True, help=_VERDICT_HELP
)
@REASON
@ENV
@LOG
def decide(
    *, run: str, step: str, word: str, reason: str, environment_name: str | None, log_option: Path | None
) -> int:
    """Decide about STEP of RUN what its conditions could not tell; `runbook resume` then goes on.

    RUN is an id, a unique beginning of one, or `last`.
    """
    chosen = choose(environment_name, log_option)
    with writing_to(chosen, run) as (log, entry):
        seal = person.decide_step(log, Steady(), entry, step, Verdict(word), reason)
        _show(log, entry, chosen, seal, f"{step} is decided: {word}.\n")
    return 0


@click.command("cancel")
@RUN
@REASON
@ENV
@LOG
def cancel(*, run: str, reason: str, environment_name: str | None, log_option: Path | None) -> int:
    """End RUN for good: nothing more of it is sent. What went out before cannot be taken back.

    RUN is an id, a unique beginning of one, or `last`.
    """
    chosen = choose(environment_name, log_option)
    with writing_to(chosen, run) as (log, entry):
        seal = person.cancel(log, Steady(), entry, reason)
        _show(log, entry, chosen, seal)
    return 0


def _show(log: RunLog, entry: RunEntry, chosen: Chosen, seal: str | None, done: str = "") -> None:
    """Show how the run stands behind a person's word, which is recorded by now, whoever reads this."""
    look = f"runbook show {entry.run}{chosen.options()}"
    with only_complaining("it is recorded, but how the run stands cannot be shown", look):
        say_where(entry)
        if done:
            emit(done)
        show_run(log, log.find(entry.run), "text", chosen, seal=seal)
