"""``runbook resolve --evidence``: what a file from the dashboard shows of a send."""

import shlex
from pathlib import Path

from engine.api.files import read_bytes
from engine.clock import Steady
from engine.reconciler.export import export_of
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


def by_evidence(log: RunLog, entry: RunEntry, name: str, file: Path, said: Resolution | None) -> Seen | None:
    """Settle a send by a file; None where nothing in it fits, and a person's word is there to go by."""
    content = read_bytes(file, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise Refusal(f"{file} is longer than 100 MB", "export less: the day of the send", Exit.INVALID)
    export = export_of(content.decode("utf-8", "replace"), str(file))
    send = person.named_send(log, entry, name)
    seen = shown_by(log, entry, send, export.rows)
    if seen is None or not seen.found:
        if said is None:
            raise _nothing_fits(entry, send.address, str(file), len(export.rows), export.unread)
        return None
    if said is Resolution.NOT_SENT:
        raise Refusal(
            f"{file} shows {send.address} for {seen.new:,} of its customers: it did go out",
            f"runbook resolve {entry.run} {send.address} --evidence {shlex.quote(str(file))}",
            Exit.GUARDED,
        )
    settle_by(log, Steady(), entry, seen)
    return seen


def shown_text(seen: Seen) -> str:
    """Say what a file showed."""
    return reconciled([seen])


def _nothing_fits(entry: RunEntry, address: str, file: str, rows: int, unread: int) -> Refusal:
    more = f" ({unread:,} more cannot be read)" if unread else ""
    return Refusal(
        f"none of the {rows:,} messages in {file}{more} fits {address}; that proves nothing",
        "check campaign, day and channel of the export; or say what you know: "
        f"runbook resolve {entry.run} {address} --as never-known --reason {WHY}",
        Exit.GUARDED,
    )
