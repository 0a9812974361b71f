"""``runbook contacts``: whom messages were sent to, or may have been; looking, never writing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from engine.api.contacts import People, customers_with, people_called, people_of
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.completing import started_runs
from engine.cli.past import past
from engine.cli.runlog import ENV, LOG, looking, no_run
from engine.cli.screen import columns, emit, emit_json, emit_sheet, paint
from engine.clock import now
from engine.frozen import dataclass, replace
from engine.record.contact import Known
from engine.record.entry import EventEntry
from engine.refusal import Refusal
from engine.report import contact_lists as lists
from engine.report import contacts as view
from engine.report.paint import printable
from engine.runlog.phone import last_digits
from engine.runlog.port import RunLog

_SHOWN = 20
"""So many sends that may have reached somebody are shown, the newest."""

_STATUSES = {known.value.replace("_", "-"): known for known in Known}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of whom something is asked: one of the first three is given."""

    customer: str | None
    phone: str | None
    run: str | None
    status: str | None
    since: datetime | None
    with_may: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What the log says. ``customers`` are those whom the number belongs to, or the one who is asked for."""

    people: People
    customers: tuple[str, ...] = ()
    erased: tuple[EventEntry, ...] = ()


@click.command("contacts")
@click.argument("customer", required=False)
@click.option("--phone", help="Whoever has this number, as far as rows of the API's logs tell.")
@click.option("--run", "run", shell_complete=started_runs, help="Everybody whom this run sent to.")
@click.option("--status", type=click.Choice([*_STATUSES]), help="With --run: those of whom this is known.")
@click.option("--since", help="Only sends since then: 2026-11-01, or 30d.")
@click.option(
    "--may", "with_may", is_flag=True, help="In JSON and CSV: sends that may have been to them, too."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
@ENV
@LOG
def command(  # noqa: PLR0913  (one an option)
    *,
    customer: str | None,
    phone: str | None,
    run: str | None,
    status: str | None,
    since: str | None,
    with_may: bool,
    form: str,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Say what was sent to CUSTOMER, and what may have been; or to whom a run sent.

    CUSTOMER is an id as filters name it: a loan_id, or a lead_id; ask for both. A send by filter names
    nobody: whom it reached, the API knows, and `runbook reconcile RUN` reads it there. Sends from the
    dashboard are not in this log.
    """
    _refuse_unclear(customer, phone, run, status, since)
    from_then = past("--since", since, now()) if since else None
    asked = _Asked(customer, phone, run, status, from_then, with_may)
    chosen = choose_to_look(environment_name, log_option)
    with looking(chosen) as log:
        found = _found(log, asked, chosen)
    if form == "text":
        _show(found, asked, chosen)
    else:
        _list(found, asked, form)
    return 0


def _refuse_unclear(
    customer: str | None, phone: str | None, run: str | None, status: str | None, since: str | None
) -> None:
    """Refuse what asks for nobody, for several at once, or for what does not go together (64)."""
    given = [each for each in (customer, phone, run) if each is not None]
    if len(given) != 1 or not given[0].strip():
        cure = "name a customer, or say --phone NUMBER, or --run RUN"
        what = "nobody is asked for" if not "".join(given).strip() else "several are asked for at once"
        raise Refusal(f"{what}: one of CUSTOMER, --phone and --run", cure)
    if phone is not None and last_digits(phone) is None:
        raise Refusal("--phone takes a number of ten digits or more", "write it with or without +91")
    if status is not None and run is None:
        raise Refusal("--status goes with --run", "say of which run: --run last")
    if since is not None and run is not None:
        raise Refusal("--since goes with a customer or a number", "leave it out: a run has its own time")


def _found(log: RunLog | None, asked: _Asked, chosen: Chosen) -> _Found:
    if asked.run is not None:
        if log is None:
            raise no_run(asked.run, chosen.log)
        run = log.find(asked.run).run
        people = people_of(log, run)
        people = replace(people, unnamed=tuple(each for each in people.unnamed if not each.is_known))
        if asked.status is not None:
            wanted = _STATUSES[asked.status]
            people = replace(people, contacts=tuple(each for each in people.contacts if each.known is wanted))
        return _Found(people, (), tuple(entry for entry in log.erasures() if entry.run == run))
    if log is None:
        return _Found(People(()))
    customers = (asked.customer,) if asked.customer is not None else customers_with(log, asked.phone or "")
    most = None if asked.with_may else _SHOWN
    return _Found(people_called(log, customers, asked.since, most=most), customers, log.erasures())


def _show(found: _Found, asked: _Asked, chosen: Chosen) -> None:
    """Show what is known on stdout, and what to do next beside it."""
    people, width = found.people, columns()
    if asked.phone and found.customers:
        emit(
            f"The number is that of {printable(', '.join(found.customers))}, as rows of the API's logs say.\n"
        )
    if people.contacts and asked.run is not None:
        emit(view.people_table(people.contacts, paint(), width))
    else:
        emit(view.contacts_text(people.contacts, paint(), width) if people.contacts else _nobody(asked))
    if people.unnamed:
        who = "others" if asked.run else "them"
        emit("\n" + view.unnamed_text(people.unnamed, who, paint(), width))
    if people.has_more:
        emit("  … and older ones: --format csv --may lists them all.")
    for line in _limits(found):
        emit(f"\n{line}")
    for line in _next(found, chosen):
        emit(line, err=True)


def _nobody(asked: _Asked) -> str:
    if asked.run is not None:
        return "No customer of this run is known by id." if asked.status is None else "Nobody."
    if asked.phone is not None:
        return "No row of the API's logs in this run log has that number: ask by the customer's id, too."
    return f"No send in this log names {printable(asked.customer or '')}."


def _list(found: _Found, asked: _Asked, form: str) -> None:
    """List what is known for programs, and say beside it what is not in the list."""
    people = found.people
    entries = [lists.contact_json(each) for each in people.contacts]
    if asked.with_may:
        entries += [lists.unnamed_json(each) for each in people.unnamed]
    if form == "json":
        emit_json([*entries])
    else:
        emit_sheet(lists.contacts_csv(entries))
    if people.unnamed and not asked.with_may:
        number = f"{len(people.unnamed):,}{' or more' if people.has_more else ''}"
        sends = "a send that names" if number == "1" else f"{number} sends that name"
        emit(f"Not listed: what {sends} nobody may have sent; say --may.", err=True)
    for line in _limits(found):
        emit(line, err=True)


def _limits(found: _Found) -> Iterator[str]:
    """Say why silence proves nothing."""
    if found.erased:
        yield view.erased_text(found.erased)
    yield view.DASHBOARD


def _next(found: _Found, chosen: Chosen) -> Iterator[str]:
    people = found.people
    open_sends: Sequence[str] = [
        *(each.send.run for each in people.unnamed if not each.is_known),
        *(each.send.run for each in people.contacts if each.known is Known.UNKNOWN),
    ]
    for run in dict.fromkeys(open_sends[:1]):
        line = f"runbook reconcile {run}{chosen.options()}"
        yield f"next: `{line}` reads in the API's logs whom this run reached."
