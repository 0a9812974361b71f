"""``runbook contacts``: whom messages were sent to, or may have been; looking, never writing."""

import shlex
from collections.abc import Iterator
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
from engine.record.outcome import counted
from engine.record.settlement import LOGGED
from engine.record.wallclock import date_and_time
from engine.refusal import Refusal
from engine.report import contact_lists as lists
from engine.report import contacts as view
from engine.report.paint import printable
from engine.runlog.phone import typed_digits
from engine.runlog.port import RunLog

_SHOWN = 20
"""So many sends that may have reached somebody are shown, the newest."""

_NEXT = 3
"""So many runs are named to be reconciled."""

_DAY_CHARACTERS = 8
"""A text as long as the day that a run's id begins with may be meant as one."""

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
    """What the log says. ``customers`` are those whom the number belongs to, or the one who is asked for.

    ``meant``: what may have been meant by a customer whom nothing names.
    """

    people: People
    customers: tuple[str, ...] = ()
    erased: tuple[EventEntry, ...] = ()
    meant: tuple[str, ...] = ()


@click.command("contacts")
@click.argument("customer", required=False)
@click.option(
    "--phone", metavar="NUMBER", help="Whoever has this number, as far as rows of the API's logs tell."
)
@click.option(
    "--run", "run", metavar="RUN", shell_complete=started_runs, help="Everybody whom this run sent to."
)
@click.option("--status", type=click.Choice([*_STATUSES]), help="With --run: those of whom this is known.")
@click.option("--since", metavar="DAY|30d", help="Only sends since then: 2026-11-01, or 30d.")
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
    asked = _Asked(customer and customer.strip(), phone, run, status, from_then, with_may)
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
    if phone is not None and typed_digits(phone) is None:
        cure = "write it as in --phone 9876543210, with or without +91 before it, and nothing behind it"
        raise Refusal(f"--phone takes a number of India, of ten digits, and {phone!r} is none", cure)
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
    people = people_called(log, customers, asked.since, most=None if asked.with_may else _SHOWN)
    meant = () if people.contacts or asked.customer is None else tuple(_meant(log, asked, chosen))
    return _Found(people, customers, log.erasures(), meant)


def _meant(log: RunLog, asked: _Asked, chosen: Chosen) -> Iterator[str]:
    """Say what may have been meant by a customer whom nothing names: another spelling, a number, a run."""
    name, options = asked.customer or "", chosen.options()
    if asked.since and _is_named(log, name):
        yield "Earlier ones do: leave --since out."
    for other in dict.fromkeys((name.upper(), name.lower())):
        if other != name and _is_named(log, other):
            line = f"runbook contacts {shlex.quote(other)}{options}"
            yield f"The log knows {printable(other)}: did you mean that? `{line}`"
    if typed_digits(name):
        yield f"Is that a telephone number? `runbook contacts --phone {shlex.quote(name)}{options}`"
    if name == "last" or (len(name) >= _DAY_CHARACTERS and any(e.run.startswith(name) for e in log.runs())):
        yield f"Is that a run? `runbook contacts --run {shlex.quote(name)}{options}`"


def _is_named(log: RunLog, customer: str) -> bool:
    return bool(log.contacts(customer) or log.reached(customer))


def _show(found: _Found, asked: _Asked, chosen: Chosen) -> None:
    """Show what is known on stdout, and what to do next beside it."""
    people, width = found.people, columns()
    if asked.phone and found.customers:
        emit(
            f"The number is that of {printable(', '.join(found.customers))}, as rows of the API's logs say.\n"
        )
    if people.contacts and asked.run is not None:
        emit(view.people_table(people.contacts, paint(), width))
    elif people.contacts:
        emit(view.contacts_text(people.contacts, paint(), width))
    else:
        emit(_nobody(found, asked))
    if people.unnamed:
        who = "others" if asked.run else "them"
        emit("\n" + view.unnamed_text(people.unnamed, who, paint(), width))
    if people.has_more:
        emit("  … and older ones: --format csv --may lists them all.")
    for line in _limits(found):
        emit(f"\n{line}")
    for line in (*found.meant, *_next(found, chosen)):
        emit(line, err=True)


def _nobody(found: _Found, asked: _Asked) -> str:
    if asked.run is not None and asked.status is None:
        return "No customer of this run is known by id."
    if asked.run is not None:
        return "Nobody is known by id." if found.people.unnamed else "Nobody."
    if asked.phone is not None:
        return "No row of the API's logs in this run log has that number: ask by the customer's id, too."
    when = f"since {date_and_time(asked.since)}" if asked.since else "in this log"
    return f"No send {when} names {printable(asked.customer or '')}."


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
        sends = counted(len(people.unnamed), "send")
        more, who = " or more" if people.has_more else "", "others" if asked.run else "them"
        emit(f"Not listed: {sends}{more} that may have been to {who}; say --may.", err=True)
    if found.erased and not entries:
        emit("That the list is empty proves nothing:", err=True)
    for line in (*_limits(found), *found.meant):
        emit(line, err=True)


def _limits(found: _Found) -> Iterator[str]:
    """Say why silence proves nothing."""
    if found.erased:
        yield view.erased_text(found.erased)
    yield view.DASHBOARD


def _next(found: _Found, chosen: Chosen) -> Iterator[str]:
    """Name the runs of which the API's logs may tell more; of the others, what else there is."""
    people, erased = found.people, {entry.run for entry in found.erased}
    sends = [each.send for each in people.unnamed if not each.is_known]
    sends += [each.send for each in people.contacts if each.known is Known.UNKNOWN]
    left = [send for send in sends if send.run not in erased]
    runs = list(dict.fromkeys(send.run for send in left if send.channel in LOGGED))
    for run in runs[:_NEXT]:
        line = f"runbook reconcile {run}{chosen.options()}"
        yield f"next: `{line}` reads in the API's logs whom this run reached."
    if len(runs) > _NEXT:
        yield f"      The same goes for other runs ({len(runs) - _NEXT:,} of those above)."
    if left and not runs:
        send = left[0]
        line = f"runbook resolve {send.run} {send.address} --evidence FILE{chosen.options()}"
        yield f"next: the API keeps no logs of {send.channel}; the dashboard's export may tell more: `{line}`"
