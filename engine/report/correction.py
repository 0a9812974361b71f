"""A runbook that corrects what a run sent: to exactly those whom it reached, or may have reached."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from engine.config import PLACEHOLDER, environment_of, place
from engine.frozen import dataclass
from engine.record.contact import Contact, Known, Unnamed
from engine.record.entry import RunEntry
from engine.record.outcome import words
from engine.record.wallclock import date_and_time
from engine.report.contacts import number_of
from engine.runbook.leaves import MAX_IDS
from engine.runbook.rules.customers_in_the_file import MOST, NAMED

_LONGEST_NAME = 63
_PREFIX = "correction-"
_REASON = "a correction goes to exactly those whom the run may have reached"


@dataclass(frozen=True, slots=True)
class Correction:
    """Whom a correction of a run goes to, by channel."""

    entry: RunEntry
    plan: Mapping[str, Any]
    customers: Mapping[str, tuple[str, ...]]
    contacts: tuple[Contact, ...]
    unnamed: tuple[Unnamed, ...]

    @property
    def unknown(self) -> tuple[Unnamed, ...]:
        """The sends that may have reached somebody whom nobody knows, or whose rows name strangers."""
        return tuple(each for each in self.unnamed if not each.is_known)

    @property
    def name(self) -> str:
        """The name of the runbook: that of the run behind a word, or what tells the run from others."""
        run = self.entry.run
        if len(_PREFIX + run) > _LONGEST_NAME:  # the runbook's own name is long: day, time and end tell it
            day, time, *_, end = run.split("-")
            run = f"{day}-{time}-{end}"
        return _PREFIX + run


def correct(
    entry: RunEntry, plan: Mapping[str, Any], contacts: Sequence[Contact], unnamed: Sequence[Unnamed]
) -> Correction:
    """Say whom a correction goes to: each customer once by each channel that may have reached them."""
    reached: dict[str, dict[str, None]] = {}
    for contact in contacts:
        if contact.known is not Known.NOT_SENT:
            reached.setdefault(contact.send.channel, {})[contact.customer] = None
    customers = {channel: tuple(names) for channel, names in reached.items()}
    return Correction(entry, plan, customers, tuple(contacts), tuple(unnamed))


def correction_text(correction: Correction, now: datetime) -> str:
    """Write the runbook; its templates are for a person to fill in, and until then no run starts."""
    about = correction.plan["runbook"]
    name = f", name: {_quoted(about['campaign']['name'])}" if about["campaign"].get("name") else ""
    lines = [
        *(f"# {line}".rstrip() for line in _head(correction, now)),
        "format: runbook/v1",
        f"name: {correction.name}",
        "revision: 1",
        f"owner: {_quoted(about['owner'])}",
        "purpose: service",
        f"description: {_quoted(f'Corrects what run {correction.entry.run} sent.')}",
        f"campaign: {{id: {_quoted(about['campaign']['id'])}{name}}}",
    ]
    audiences, steps = _parts(correction.customers)
    return "\n".join([*lines, "", "audiences:", *audiences, "", "steps:", *steps]) + "\n"


def _head(correction: Correction, now: datetime) -> Iterator[str]:
    entry = correction.entry
    where = place(environment_of(entry.account, entry.environment))
    yield f"A correction of run {entry.run} ({entry.runbook}, {where}, campaign {entry.campaign}):"
    yield f"for those whom it reached, or may have reached, as far as its log knew on {date_and_time(now)}."
    yield from (f"  {line}" for line in _sends(correction))
    yield from _doubts(correction)
    yield ""
    yield f"Write your own where {PLACEHOLDER} stands: until then every run is refused. Then validate and"
    yield "plan it, and have it reviewed. The ids are personal data: keep this file from whoever need not"
    yield "see them."


def _doubts(correction: Correction) -> Iterator[str]:
    """Say of which sends people are missing here, or may be; a row of the logs may be of another send."""
    crowded = [each.send.address for each in correction.unnamed if each.is_crowded]
    if missing := [each.send.address for each in correction.unknown if not each.is_crowded]:
        yield ""
        yield "NOT EVERYBODY IS IN THIS FILE. The log does not know all whom these sends reached, and they"
        yield f"get no correction: {', '.join(missing)}."
    if crowded:
        yield ""
        yield "STRANGERS ARE IN THIS FILE. Rows name more customers than these sends can have reached; some"
        yield f"are of another send, and somebody may be missing all the same: {', '.join(crowded)}."
    if told := [each.send.address for each in correction.unnamed if each.is_known and each.known]:
        yield ""
        yield "As far as rows of the API's logs tell, everybody is known of these sends; a row may be of"
        yield f"another send, though, and somebody missing: {', '.join(told)}."


def _sends(correction: Correction) -> Iterator[str]:
    """Say of each send what it came to, and how many are known whom it may have reached."""
    named: dict[tuple[str, int], list[Contact]] = {}
    for contact in correction.contacts:
        named.setdefault((contact.send.address, contact.send.attempt), []).append(contact)
    unnamed = {(each.send.address, each.send.attempt): each for each in correction.unnamed}
    for key in dict.fromkeys([*named, *unnamed]):
        send = unnamed[key].send if key in unnamed else named[key][0].send
        of = f" of {number_of(unnamed[key])}" if key in unnamed else ""
        told = [each for each in named.get(key, ()) if each.known is not Known.NOT_SENT]
        said = f"{send.address} · {send.channel} · {words(send.status.value)}"
        if key in unnamed and unnamed[key].overreached:
            reached = f"it reached {number_of(unnamed[key])}, others than it was asked for"
            yield f"{said}: {reached}; here are {len(told):,}, whom it names or rows do"
        else:
            yield f"{said}: {len(told):,}{of} customers"


def _parts(customers: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Write audiences and steps: a request takes so many ids, and people of two channels stand once."""
    chunks = {channel: list(_chunks(ids)) for channel, ids in customers.items()}
    people = list(dict.fromkeys(chunk for each in chunks.values() for chunk in each))
    names = {chunk: _numbered("people", number) for number, chunk in enumerate(people)}
    crowded = {chunk for chunk in people if len(chunk) > MOST}
    if not crowded and len({name for chunk in people for name in chunk}) > MOST:
        crowded = {people[0]}  # where no list is long by itself, the first stands for all of them
    audiences = [line for chunk, name in names.items() for line in _audience(name, chunk)]
    steps = [
        line
        for channel, each in chunks.items()
        for number, chunk in enumerate(each)
        for line in _step(channel, number, chunk, names[chunk], is_crowded=chunk in crowded)
    ]
    return audiences, steps


def _chunks(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    left = iter(ids)
    while chunk := tuple(islice(left, MAX_IDS)):
        yield chunk


def _audience(name: str, ids: Sequence[str]) -> Iterator[str]:
    yield f"  {name}:"
    yield "    filters:"
    yield "      ids:"
    yield from (f"        - {_quoted(each)}" for each in ids)


def _step(channel: str, number: int, ids: Sequence[str], audience: str, *, is_crowded: bool) -> Iterator[str]:
    yield f"  - id: {_numbered('correct_' + re.sub('[^a-z0-9_]', '_', channel.lower()), number)}"
    yield f"    channel: {channel}"
    if channel == "call":
        yield f"    conversation: {{agent: {PLACEHOLDER}_AGENT, disposition: {PLACEHOLDER}_DISPOSITION}}"
    else:
        yield f"    template: {PLACEHOLDER}_TEMPLATE"
    yield f"    audience: {audience}"
    yield f"    limit: {len(ids)}"
    if is_crowded:
        yield f"    accept_warnings: {{{NAMED.code}: {_REASON}}}"


def _numbered(name: str, number: int) -> str:
    return name if number == 0 else f"{name}_{number + 1}"


def _quoted(text: str) -> str:
    """Write a text as YAML reads it back, whatever it looks like: an id may look like a number."""
    return json.dumps(text, ensure_ascii=False)
