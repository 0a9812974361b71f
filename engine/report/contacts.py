"""Whom messages were sent to, as people read it."""

from collections.abc import Iterator, Sequence

from engine.config import environment_of, place
from engine.record.contact import Contact, Known, Planned, Unnamed
from engine.record.entry import EventEntry, ReachedEntry
from engine.record.event import Erased
from engine.record.outcome import NOBODY, SendStatus, words
from engine.record.wallclock import date_and_time
from engine.report.paint import Paint, plain, printable
from engine.report.runs import STATUS_STYLES
from engine.report.table import hanging, table

DASHBOARD = "Sends from the dashboard are not in this log."

_STYLES = {Known.REACHED: "good", Known.SENT: "good", Known.UNKNOWN: "warning", Known.NOT_SENT: "faint"}


def contacts_text(contacts: Sequence[Contact], paint: Paint = plain, width: int | None = None) -> str:
    """Show each message to a customer as a paragraph: when, what is known, by which run, the text."""
    return "\n\n".join("\n".join(_paragraph(each, paint, width)) for each in contacts)


def _paragraph(contact: Contact, paint: Paint, width: int | None) -> Iterator[str]:
    send, planned = contact.send, contact.planned
    said = paint(_STYLES[contact.known], _said(contact))
    yield paint(
        "strong", f"{date_and_time(send.intended_at)} · {send.channel} · {printable(contact.customer)}"
    )
    yield hanging(f"  {said}", width)
    where = f"{place(environment_of(send.account, planned.environment))} · {send.campaign}"
    yield from _hung(f"run {send.run}, {send.address} · {where}", width)
    yield from _hung(f"reviewed as {_reviewed(planned)}", width)
    if planned.template:
        told = "" if planned.text else "; its text is not in the catalog"
        yield from _hung(f"template {_template(planned)}{told}", width)
    for line in (planned.text or "").splitlines():
        yield hanging(f"  | {printable(line)}", width)


def _hung(line: str, width: int | None) -> Iterator[str]:
    yield hanging(f"  {line}", width)


def _said(contact: Contact) -> str:
    """Say what is known, and why no more is."""
    send = contact.send
    match contact.known:
        case Known.REACHED:
            return f"reached: {'; '.join(_of_row(row) for row in contact.rows)}"
        case Known.SENT:
            return "sent"
        case Known.NOT_SENT:
            return f"nothing was sent: {words(send.status.value)}"
        case Known.UNKNOWN:
            return f"may have been sent: {_OPEN.get(send.status) or _in_numbers(contact)}"


def _in_numbers(contact: Contact) -> str:
    counts = contact.send.counts or NOBODY
    if contact.planned.is_overreached_by(contact.send):
        return f"the API took {counts.selected:,} customers, others than those named, and nobody knows whom"
    if counts.initiated < counts.selected:
        return f"to {counts.initiated:,} of {counts.selected:,} customers it was, and nobody knows to which"
    return f"the API took {counts.selected:,} of those whom the request names, and nobody knows which"


_OPEN = {
    SendStatus.NOT_SENT: "a person said that nothing was sent, and an answer that something was",
    SendStatus.INTENDED: "its request was about to leave, and no outcome is recorded yet",
    SendStatus.IN_DOUBT: "nobody knows whether its request was taken (in doubt)",
    SendStatus.SENT_UNKNOWN: "it is taken as sent, and nobody knows to whom",
}


def _of_row(row: ReachedEntry) -> str:
    said = f' says "{printable(row.status)}"' if row.status else " names them"
    at = f" at {date_and_time(row.at)}" if row.at else ""
    return f"row {printable(row.row)} of {'the API' if row.source.value == 'api' else 'an export'}{said}{at}"


def _template(planned: Planned) -> str:
    named = planned.template_name
    return f"{named} ({planned.template})" if named else str(planned.template)


def _reviewed(planned: Planned) -> str:
    blob = f" (blob {planned.blob[:12]})" if planned.blob else ""
    at = f"at commit {planned.commit}" if planned.commit else "commit not known"
    return f"{planned.file or 'a text of a program'}{blob}, {at}"


def unnamed_text(unnamed: Sequence[Unnamed], who: str, paint: Paint = plain, width: int | None = None) -> str:
    """List the sends that may have reached others than the log names, a line each; ``who``: them."""
    head = f"May have been sent to {who}: of these sends only the API knows whom they reached."
    return "\n".join([hanging(paint("strong", head), width), *(_line(each, width) for each in unnamed)])


def _line(unnamed: Unnamed, width: int | None) -> str:
    send, known = unnamed.send, len(unnamed.known)
    about = [date_and_time(send.intended_at), send.channel]
    about += [f"template {_template(unnamed.planned)}"] if unnamed.planned.template else []
    about += [f"may have been among the {number_of(unnamed)} of {send.address}, run {send.run}"]
    if unnamed.is_crowded:
        about += [f"rows name {known:,}, more than that: some are of another send"]
    elif known:
        about += [f"rows name {'all' if unnamed.is_known else f'{known:,}'} of these"]
    if unnamed.overreached:
        about += ["the API took others than it was asked for"]
    return hanging(f"  {' · '.join(about)}", width)


def number_of(unnamed: Unnamed) -> str:
    """Say how many customers an attempt may have reached."""
    if unnamed.at_most is None:
        return "customers (nobody knows how many)"
    return f"{'' if unnamed.send.counts else 'at most '}{unnamed.at_most:,}"


def people_table(contacts: Sequence[Contact], paint: Paint = plain, width: int | None = None) -> str:
    """List the customers of a run, a line for each attempt that named them or reached them."""
    rows = [
        (
            printable(each.customer),
            each.known.value.replace("_", " "),
            each.send.channel,
            each.send.address,
            str(each.send.attempt),
            words(each.send.status.value),
            ", ".join(printable(row.status) for row in each.rows),
        )
        for each in contacts
    ]
    head = ("customer", "known", "channel", "send", "attempt", "came to", "in the API's logs")
    styles = {known.value.replace("_", " "): style for known, style in _STYLES.items()}
    painted = {"known": styles.__getitem__, "came to": _style_of_words}
    return table(head, rows, paint, width, styles=painted)


def _style_of_words(said: str) -> str:
    return next((style for status, style in STATUS_STYLES.items() if words(status) == said), "warning")


def erased_text(erasures: Sequence[EventEntry]) -> str:
    """Say of which runs ids were removed, so that silence is not taken for *nothing was sent*."""
    runs = len({entry.run for entry in erasures})
    last = max(entry.at for entry in erasures)
    reasons = dict.fromkeys(entry.event.reason for entry in erasures if isinstance(entry.event, Erased))
    of = "a run" if runs == 1 else f"{runs:,} runs"
    return (
        f"Customer ids of {of} were erased, last on {date_and_time(last)} ({'; '.join(reasons)}): "
        "what they were sent cannot be told any more."
    )
