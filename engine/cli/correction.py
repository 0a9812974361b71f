"""``runbook init --correction RUN``: a runbook for those whom a run reached, or may have reached."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from engine.api.contacts import people_of
from engine.api.files import typed
from engine.cli.chosen import Chosen
from engine.cli.runlog import looking_at_one, say_where
from engine.cli.save import save_new
from engine.cli.screen import emit
from engine.cli.showing import as_it_is, story_of
from engine.clock import now
from engine.record.contact import Unnamed
from engine.record.entry import EventEntry
from engine.record.settlement import LOGGED
from engine.refusal import Exit, Refusal
from engine.report.contacts import erased_text, number_of
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
        erasures = [each for each in log.erasures() if each.run == entry.run]
        _refuse(correction, erasures, known_only=known_only)
    path = out or (_FOLDER if _FOLDER.is_dir() else Path()) / f"{correction.name}.yaml"
    save_new(path, correction_text(correction, now()))
    say_where(entry)
    environment = shlex.quote(entry.environment or "")
    _tell(correction, path, f" --env {environment}" if "--env" in chosen.options(entry.environment) else "")


def _refuse(correction: Correction, erasures: Sequence[EventEntry], *, known_only: bool) -> None:
    run = correction.entry.run
    if correction.unknown and not (known_only and correction.customers):
        message = f"the log does not know everybody whom run {run} reached: "
        message += "; ".join(map(_unknown, correction.unknown))
        if erasures:
            message = f"nobody can tell any more whom run {run} reached. {erased_text(erasures)}".rstrip(".")
        cure = "ask the dashboard, which may know them still" if erasures else _mend(run, correction.unknown)
        only = "; or correct only those who are known: --known-only" if correction.customers else ""
        raise Refusal(message, f"{cure}{only}", Exit.GUARDED)
    if not correction.customers:
        cure = f"see what it did: runbook show {run}"
        raise Refusal(f"run {run} reached nobody who is known", cure, Exit.GUARDED)


def _unknown(each: Unnamed) -> str:
    if each.is_crowded:
        known = f"{len(each.known):,}, more than that: some are of another send"
        return f"{each.send.address} reached {number_of(each)}, and rows name {known}"
    return f"{each.send.address} reached {number_of(each)}, and {len(each.known):,} of them are known"


def _mend(run: str, unknown: Sequence[Unnamed]) -> str:
    """Say where more can be learned of whom sends reached."""
    missing = [each.send for each in unknown if not each.is_crowded]
    if not missing:
        return f"`runbook contacts --run {run}` lists whom rows name: compare it with the dashboard"
    if any(send.channel in LOGGED for send in missing):
        return f"`runbook reconcile {run}` reads in the API's logs who they are"
    send = missing[0]
    line = f"runbook resolve {run} {send.address} --evidence FILE"
    return f"the API keeps no logs of {send.channel}, but an export of the dashboard tells: `{line}`"


def _tell(correction: Correction, path: Path, option: str) -> None:
    numbers = (f"{len(ids):,} by {channel}" for channel, ids in correction.customers.items())
    emit(f"Made {path}: customers to correct: {', '.join(numbers)}.")
    if correction.unknown:
        emit("NOT EVERYBODY IS IN IT, OR STRANGERS ARE: the file says of which sends.")
    emit(f"\nNext: write your own where FILL_IN stands in it; then:\n    runbook validate {typed(path)}")
    emit(f"    runbook plan {typed(path)}{option}")
