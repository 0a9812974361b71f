"""One zip with all that proves what happened in some runs, and with what it is checked by."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, TypeAlias
from urllib.parse import quote

from engine.api.contacts import people_called
from engine.api.exporting import export
from engine.audit.bundle import verify_py
from engine.audit.export import ENDING, LOG_FILE, MANIFEST, RUNS
from engine.frozen import dataclass
from engine.record.entry import EventEntry, RunEntry
from engine.record.event import RunStarted
from engine.refusal import Exit, Refusal
from engine.report.contacts import DASHBOARD, contacts_text, unnamed_text
from engine.report.evidence import guide, program_text
from engine.report.lists import events_table
from engine.runlog.port import LOG, RunLog

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first instant that a zip can hold: the same evidence is the same bytes, whenever it is made."""

_MOST_UNNAMED = 1000
"""So many sends that name nobody are told of one by one."""

_Files: TypeAlias = Iterator[tuple[str, Iterable[bytes]]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is to be proved: some runs, in whose words; of one customer alone, where one is named."""

    about: str
    runs: tuple[RunEntry, ...]
    customer: str | None = None


def runs_of_customer(log: RunLog, customer: str) -> tuple[RunEntry, ...]:
    """Give the runs that named a customer, or that the API's logs show to have reached them, oldest first."""
    found = {entry.run for entry in log.contacts(customer)} | {row.run for row in log.reached(customer)}
    return tuple(entry for entry in reversed(log.runs()) if entry.run in found)


def others_in_plans(log: RunLog, evidence: Evidence) -> int:
    """Count the ids that runbooks name besides the one customer's: they stand in plans, which go whole."""
    if evidence.customer is None:
        return 0
    plans = (_plan(log.events(entry.run)) for entry in evidence.runs)
    sends = (send for plan in plans for step in plan["steps"] for send in step["sends"])
    filters = ((send.get("body") or {}).get("filters") or {} for send in sends)
    named = {name for each in filters for key in ("ids", "exclude_ids") for name in each.get(key) or ()}
    return len(named - {evidence.customer})


def write(file: IO[bytes], log: RunLog, evidence: Evidence) -> None:
    """Write an evidence as a zip; nothing in it but the log decides its bytes."""
    hashes: dict[str, str] = {}
    with log.as_of_now(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, pieces in _files(log, evidence):
            hashes[name] = _put(packed, name, pieces)
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
        _put(packed, MANIFEST, [listed.encode()])


def _put(packed: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write one file, and give its hash."""
    about = zipfile.ZipInfo(name, _EPOCH)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o100600 << 16  # a file for its owner's eyes
    about.create_system = 3  # as made on Unix, wherever it is
    hashed = hashlib.sha256()
    with packed.open(about, "w", force_zip64=True) as file:
        for piece in pieces:
            hashed.update(piece)
            file.write(piece)
    return hashed.hexdigest()


def _files(log: RunLog, evidence: Evidence) -> _Files:
    customer = evidence.customer
    others = others_in_plans(log, evidence)
    runs = ((entry, log.sends(entry.run)) for entry in evidence.runs)
    about = guide(evidence.about, log.log_id, runs, customer=customer is not None, others=others)
    yield "README.txt", [about.encode()]
    yield "verify.py", [verify_py().encode()]
    yield "seal.txt", [f"{_latest_seal(log) or 'none'}\n".encode()]
    yield LOG_FILE, export(log, LOG, customers=False)
    if customer is not None:
        yield "contacts.txt", [_contacts(log, customer).encode()]
    for entry in evidence.runs:
        yield from _of_run(log, entry.run, True if customer is None else customer)


def _of_run(log: RunLog, run: str, customers: bool | str) -> _Files:
    name = quote(run, safe="")
    yield f"{RUNS}{name}{ENDING}", export(log, run, customers=customers, own=False)
    entries = log.events(run)
    plan = _plan(entries)
    whole = json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    yield f"plans/{name}.json", [whole.encode("utf-8", "backslashreplace")]
    yield f"plans/{name}.txt", [program_text(plan).encode("utf-8", "backslashreplace")]
    yield f"events/{name}.txt", [f"{events_table(entries)}\n".encode("utf-8", "backslashreplace")]


def _plan(entries: Sequence[EventEntry]) -> Mapping[str, Any]:
    first = entries[0]
    if not isinstance(first.event, RunStarted):
        raise Refusal(
            f"the first event of {first.run} is missing from the run log, and its plan with it",
            f"`runbook verify {first.run}` says what is wrong; `runbook export` hands on what is left",
            Exit.LEASE_OR_LOG,
        )
    return first.event.plan


def _contacts(log: RunLog, customer: str) -> str:
    people = people_called(log, [customer], most=_MOST_UNNAMED)
    parts: Sequence[str] = (
        contacts_text(people.contacts) if people.contacts else f"No send in this log names {customer}.",
        unnamed_text(people.unnamed, "them") if people.unnamed else "",
        "Older sends name nobody, too." if people.has_more else "",
        DASHBOARD,
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _latest_seal(log: RunLog) -> str | None:
    latest = None
    for row in log.stored("events", LOG):
        if row[4] == "sealed":
            latest = f"sha256:{row[-1]}"
    return latest
