"""Whom messages were sent to, as lists for programs (JSON) and for spreadsheets (CSV)."""

import csv
from collections.abc import Iterable
from io import StringIO

from engine.diagnostics import Json
from engine.record.contact import Contact, Known, Planned, Unnamed
from engine.record.entry import ReachedEntry, SendEntry
from engine.report.paint import printable


def contact_json(contact: Contact) -> dict[str, Json]:
    """Give one as ``contacts --format json`` lists it."""
    return {
        "customer": contact.customer,
        **_send_json(contact.send, contact.planned),
        "may": False,
        "known": contact.known.value,
        "rows": [_row_json(row) for row in contact.rows],
    }


def unnamed_json(unnamed: Unnamed) -> dict[str, Json]:
    """Give one as ``contacts --may --format json`` lists it: it names no customer."""
    return {
        "customer": None,
        **_send_json(unnamed.send, unnamed.planned),
        "may": True,
        "known": Known.UNKNOWN.value,
        "rows": [],
        "at_most": unnamed.at_most,
    }


def _send_json(send: SendEntry, planned: Planned) -> dict[str, Json]:
    return {
        "at": send.intended_at.isoformat(),
        "channel": send.channel,
        "template": planned.template,
        "status": send.status.value,
        "campaign": send.campaign,
        "run": send.run,
        "address": send.address,
        "attempt": send.attempt,
        "step": send.step,
        "account": send.account,
        "environment": planned.environment,
        "template_name": planned.template_name,
        "text": planned.text,
        "file": planned.file,
        "commit": planned.commit,
        "blob": planned.blob,
    }


def _row_json(row: ReachedEntry) -> Json:
    return {
        "row": row.row,
        "at": row.at.isoformat() if row.at else None,
        "status": row.status,
        "template": row.template,
        "source": row.source.value,
    }


HEAD = (
    *("customer", "known", "at", "channel", "template", "status", "campaign", "run", "address", "attempt"),
    *(
        "step",
        "account",
        "environment",
        "template_name",
        "text",
        "file",
        "commit",
        "blob",
        "may",
        "at_most",
        "rows",
    ),
)


def contacts_csv(lists: Iterable[dict[str, Json]]) -> str:
    """Write what ``contact_json`` and ``unnamed_json`` give as CSV (RFC 4180), harmless to spreadsheets.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for each in lists:
        writer.writerow([_cell(each.get(name)) for name in HEAD])
    return text.getvalue()


def _cell(value: Json) -> str:
    """Write one cell; of rows of the API's logs their ids and the API's words."""
    if isinstance(value, list):
        value = "; ".join(f"{row['row']} {row['status']}".strip() for row in value if isinstance(row, dict))
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    said = "\n".join(map(printable, str(value).split("\n")))
    return f"'{said}" if str(value).startswith(_FORMULA) else said


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula; the last four are the wide forms, which some spreadsheets take for the others."""
