"""From the text of ``.runbook/config.yaml`` to a ``Config``, or to findings."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.config import CatalogEntry, Config, Environment
from engine.config.address import fault_of_address, is_loopback, normalised
from engine.config.shape import FORMATS, build
from engine.diagnostics import Diagnostic, Kind, Path, Severity, in_order
from engine.record.plan import Account
from engine.runbook import schema
from engine.runbook.channels import known as known_channels
from engine.runbook.document import Document
from engine.runbook.fault import UNKNOWN_CHANNEL, Fault, Where
from engine.runbook.leaves import LANGUAGES
from engine.runbook.source import read as read_document
from engine.runbook.spelling import listed, nearest, shown

ADDRESS = Kind(
    "RB411", "address that cannot be used", "requests carry a token and must reach the API, only the API."
)
UNKNOWN = Kind("RB412", "unknown environment", "what is not described here could be any account.")
LIKE_SANDBOX = Kind(
    "RB413",
    "live environment named like the sandbox",
    "the first line of every screen would let it pass for a place where nobody can be reached.",
)
LANGUAGE = Kind(
    "RB415",
    "template in an unknown language",
    "campaigns have no customers with another language, so no step can be for this template.",
    Severity.WARNING,
)
TWO_LOGS = Kind(
    "RB414", "two run logs for one account", "what one of them knows was sent, the other would send again."
)


def read(raw: bytes, file: str) -> tuple[Config | None, tuple[Diagnostic, ...], Document]:
    """Read and check a configuration; None if anything in it is an error."""
    document = read_document(raw, file)
    faults: list[Fault] = []
    if document.data is not None:
        faults = schema.faults_of(document.data, schema.shape(build(), FORMATS))
        faults += [] if faults or document.diagnostics else _across(document.data)
    found = (*document.diagnostics, *schema.diagnostics(document, faults))
    is_sound = document.data is not None and not any(one.is_error for one in found)
    return _decoded(document.data or {}) if is_sound else None, tuple(in_order(found)), document


def _across(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Check what the shape alone cannot: addresses, and names of environments."""
    known = [name for name in data["environments"] if not name.startswith("x-")]
    for name in known:
        address = data["environments"][name]["base_url"]
        if wrong := fault_of_address(address):
            message, _, mend = wrong.partition("; ")
            path = ("environments", name, "base_url")
            yield Fault(ADDRESS, path, "value", message, (mend or "write https://…") + ".")
        elif "sandbox" in name and not is_loopback(address):
            message = f"{name} sends to {address}, where people can be reached"
            mend = "name it for what it is, such as staging, or write an address on this machine."
            yield Fault(LIKE_SANDBOX, ("environments", name), "key", message, mend)
    yield from _two_memories(data["environments"], known)
    yield from _unknown(("default",), "value", data["default"], known)
    yield from _catalog(data.get("catalog", {}), known)


def _catalog(catalog: Mapping[str, Any], known: list[str]) -> Iterator[Fault]:
    """Check the entries for templates: their channels, their languages, and where they have ids."""
    channels = known_channels(about["channel"] for _, about in _named(catalog))
    for entry, about in _named(catalog):
        path: Path = ("catalog", entry)
        if (channel := about["channel"]) not in channels:
            meant = nearest(channel, channels)
            mend = f"did you mean {meant}?" if meant else f"known here are {listed(channels, 'and')}."
            message = f"no channel is called {channel}"
            yield Fault(UNKNOWN_CHANNEL, (*path, "channel"), "value", message, mend)
        if (language := about.get("language", LANGUAGES[0])) not in LANGUAGES:
            meant = nearest(language, LANGUAGES)
            mend = f"did you mean {meant}?" if meant else f"known are {listed(LANGUAGES, 'and')}."
            message = f"{shown(language)} is not a language that campaigns know"
            yield Fault(LANGUAGE, (*path, "language"), "value", message, mend)
        for name, _ in _named(about["ids"]):
            yield from _unknown((*path, "ids", name), "key", name, known)


def _two_memories(environments: Mapping[str, Any], known: list[str]) -> Iterator[Fault]:
    """Two logs for one account would each know half of what was sent."""
    first: dict[str, str] = {}
    for name in known:
        about = environments[name]
        if fault_of_address(about["base_url"]):
            continue
        account = Account(normalised(about["base_url"]), about.get("org"))
        other = first.setdefault(account.key, name)
        if environments[other].get("log") != about.get("log"):
            message = f"{name} is the account of {other}, and keeps another run log"
            mend = f"give both the same log, or none: {other} has {environments[other].get('log') or 'none'}."
            yield Fault(TWO_LOGS, ("environments", name), "key", message, mend)


def _unknown(path: Path, where: Where, name: str, known: list[str]) -> Iterator[Fault]:
    if name not in known:
        meant = nearest(name, known)
        mend = f"did you mean {meant}?" if meant else f"known are {listed(known, 'and')}."
        yield Fault(UNKNOWN, path, where, f'there is no environment "{name}"', mend)


def _decoded(data: Mapping[str, Any]) -> Config:
    return Config(
        environments={
            name: Environment(
                normalised(about["base_url"]),
                about.get("org"),
                name,
                about.get("log"),
                int(kept[:-1]) if (kept := about.get("keep_customer_ids")) else None,
            )
            for name, about in _named(data["environments"])
        },
        default=data["default"],
        catalog={
            name: CatalogEntry(
                name=name,
                channel=about["channel"],
                ids=dict(_named(about["ids"])),
                language=about.get("language"),
                category=about.get("category"),
                text=about.get("text"),
            )
            for name, about in _named(data.get("catalog", {}))
        },
        runbooks=tuple(data.get("paths", {}).get("runbooks", ("runbooks",))),
    )


def _named(group: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, about) for name, about in group.items() if not name.startswith("x-"))
