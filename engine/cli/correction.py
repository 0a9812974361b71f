"""``runbook init --correction RUN``: a runbook for those whom a run reached, or may have reached."""

import shlex
from pathlib import Path

from engine.api.contacts import people_of
from engine.api.files import typed
from engine.cli.chosen import Chosen
from engine.cli.runlog import looking_at_one, say_where
from engine.cli.save import save_new
from engine.cli.screen import emit
from engine.cli.showing import as_it_is, story_of
from engine.clock import now
from engine.refusal import Exit, Refusal
from engine.report.contacts import number_of
from engine.report.correction import Correction, correct, correction_text

_FOLDER = Path("runbooks")


def write_correction(chosen: Chosen, run: str, out: Path | None, *, known_only: bool) -> None:
    """Write the runbook to ``out``, and say what to do next; nothing that is there is written over.

    Raises ``Refusal`` (11) where the run goes on, reached nobody, or reached people whom nobody knows.
    """
    with looking_at_one(chosen, run) as (log, entry):
        if as_it_is(log, entry)[1]:
            message = f"run {entry.run} goes on, and may reach others yet"
            cure = f"wait for its end: `runbook watch {entry.run}` follows it"
            raise Refusal(message, cure, Exit.GUARDED)
        story, _ = story_of(log, entry)
        people = people_of(log, entry.run)
        correction = correct(story.entry, story.plan, people.contacts, people.unnamed)
        _refuse(correction, known_only=known_only)
    path = out or (_FOLDER if _FOLDER.is_dir() else Path()) / f"{correction.name}.yaml"
    save_new(path, correction_text(correction, now()))
    say_where(entry)
    environment = shlex.quote(entry.environment or "")
    _tell(correction, path, f" --env {environment}" if "--env" in chosen.options(entry.environment) else "")


def _refuse(correction: Correction, *, known_only: bool) -> None:
    run = correction.entry.run
    if correction.unknown and not known_only:
        sends = "; ".join(
            f"{each.send.address} reached {number_of(each)}, and {len(each.known):,} of them are known"
            for each in correction.unknown
        )
        cure = (
            f"`runbook reconcile {run}` reads in the API's logs who they are; or correct only those who are "
            "known: --known-only"
        )
        raise Refusal(f"the log does not know everybody whom run {run} reached: {sends}", cure, Exit.GUARDED)
    if not correction.customers:
        cure = f"see what it did: runbook show {run}"
        raise Refusal(f"run {run} reached nobody who is known", cure, Exit.GUARDED)


def _tell(correction: Correction, path: Path, option: str) -> None:
    numbers = (f"{len(ids):,} by {channel}" for channel, ids in correction.customers.items())
    emit(f"Made {path}: customers to correct: {', '.join(numbers)}.")
    if correction.unknown:
        emit("NOT EVERYBODY IS IN IT: the file says of which sends people are missing.")
    emit(f"\nNext: write your own where FILL_IN stands in it; then:\n    runbook validate {typed(path)}")
    emit(f"    runbook plan {typed(path)}{option}")
