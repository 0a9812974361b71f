"""``runbook resolve --evidence``: what a file from the dashboard shows of a send."""

import shlex
from pathlib import Path

from engine.api.files import read_bytes
from engine.cli.runlog import say_lost_key
from engine.clock import Steady
from engine.reconciler.attempt import names_of
from engine.reconciler.export import Export, export_of
from engine.reconciler.seen import Seen
from engine.record.entry import RunEntry
from engine.record.event import Resolution
from engine.record.need import WHY
from engine.refusal import Exit, Refusal
from engine.report.reconciled import reconciled
from engine.runlog.port import RunLog
from engine.runner import person
from engine.runner.reconcile import settle_by, shown_by

_MOST_BYTES = 100_000_000


def by_evidence(
    log: RunLog, entry: RunEntry, name: str, file: Path, said: Resolution | None
) -> tuple[Seen, str | None] | None:
    """Settle a send by a file, and give what it shows and the seal.

    None where nothing in it fits, and a person's word is there to go by.
    """
    content = read_bytes(file, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise Refusal(f"{file} is longer than 100 MB", "export less: the day of the send", Exit.INVALID)
    export = export_of(content.decode("utf-8", "replace"), str(file))
    send = person.named_send(log, entry, name)
    seen = shown_by(log, entry, send, export.rows)
    if seen is None or not seen.found:
        _refuse_rows_of_others(seen, str(file), export, said)
        if said is None:
            raise _nothing_fits(entry, send.address, str(file), len(export.rows), export.unread)
        return None
    if said is Resolution.NOT_SENT:
        raise Refusal(
            f"{file} shows {send.address} for {seen.new:,} of its customers: it did go out",
            f"runbook resolve {entry.run} {send.address} --evidence {shlex.quote(str(file))}",
            Exit.GUARDED,
        )
    seal = settle_by(log, Steady(), entry, seen, export.rows)
    say_lost_key(log)
    return seen, seal


def shown_text(seen: Seen) -> str:
    """Say what a file showed."""
    return reconciled([seen], seen.attempt.send.run)


def _refuse_rows_of_others(seen: Seen | None, file: str, export: Export, said: Resolution | None) -> None:
    """Refuse (11) what is known already, and to call nothing what fits, but may be another send's."""
    if seen is None:
        return
    send = seen.attempt.send
    if seen.reached and said is None:
        raise Refusal(
            f"{file} shows nothing new of {send.address}: rows show it for {seen.reached:,} of its customers",
            f"runbook show {send.run}",
            Exit.GUARDED,
        )
    if seen.disputed and said in (None, Resolution.NOT_SENT):
        column = "" if all(row.channel for row in export.rows) else "; or give the file a column channel"
        raise Refusal(
            f"{len(seen.disputed):,} messages in {file} or the API's logs fit {send.address}, but are "
            f"taken by {names_of(seen.disputed, send.run)}: it may well have gone out",
            f"say what you know: runbook resolve {send.run} {send.address} --as sent --reason {WHY}{column}",
            Exit.GUARDED,
        )


def _nothing_fits(entry: RunEntry, address: str, file: str, rows: int, unread: int) -> Refusal:
    more = f" ({unread:,} more cannot be read)" if unread else ""
    what = f"none of the {rows:,} messages" if rows > 1 else "no message"
    return Refusal(
        f"{what} in {file}{more} fits {address}; that proves nothing",
        "check day, channel and template_id in it (a time without a zone is read as Indian: write "
        "2026-03-02T11:00); or say what you know: "
        f"runbook resolve {entry.run} {address} --as never-known --reason {WHY}",
        Exit.GUARDED,
    )
