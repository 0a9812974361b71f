"""Keys that are missing, unknown, in the wrong place, or two where one is wanted."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from engine.diagnostics import Json, Path
from engine.runbook.fault import (
    EMPTY,
    LATER_KEY,
    MALFORMED,
    MISPLACED_KEY,
    MISSING_KEY,
    NOT_ONE_AUDIENCE,
    UNKNOWN_KEY,
    Broken,
    Fault,
)
from engine.runbook.leaves import IDENTIFIER, NAME, WARNING, fits
from engine.runbook.model import InputType
from engine.runbook.secret import is_secret
from engine.runbook.spelling import line, listed, nearest, shown
from engine.runbook.wording.foreign import contrary_mend, is_text, other_name
from engine.runbook.wording.glued import enlisted, first_word, halves, is_slip_of_number, parted

LIMIT_MEND = "`limit: 100`, or `limit: none` to say that there is no limit"
_LIST = "write a list"
EVERYONE_MEND = "`filters: everyone` to message every customer of the campaign"

_OF_LATER_VERSIONS = {
    "roster": "delete it; customers are chosen by `filters`",
    "where": "delete it; customers are chosen by `filters`",
    "wait": "delete it; steps that come later go into a runbook of their own",
    "approval": "delete it; steps that need a yes go into a runbook of their own",
    "waves": "delete it; `limit` bounds how many are messaged at once",
    "not_messaged_by": "delete it; `when` can skip a step after what happened before",
    "stop_when": "delete it; `success` and `on_failure: halt` stop a run after a step",
    "check": "delete it; look at the API's logs before the next run",
    "for_each": "delete it; write the steps one by one",
}
_FILTER_KEYS = ("ids", "exclude_ids", "payment_status", "language", "custom")
_WITHIN = {
    **dict.fromkeys(_FILTER_KEYS, "filters"),
    **dict.fromkeys(("agent", "disposition"), "conversation"),
    **dict.fromkeys(("attempts", "within"), "retry"),
    **dict.fromkeys(("min", "max"), "matched"),
    "matched": "expect",
    "per": "once",
}
# Seeking what an unknown key was meant to be takes a while; with more of them it is another file.
_MOST_SOUGHT = 100
_MOST_TOLD = 1001  # of them; one more than is ever shown
OF_STEPS = frozenset(
    (
        "channel",
        "template",
        "conversation",
        "filters",
        "limit",
        "expect",
        "when",
        "success",
        "audience",
        "title",
        "accept_warnings",
    )
)
# For none of these may a real-looking name be proposed: somebody would copy it.
_IDS = {
    "id": "`id: …` with a name that no other step has",
    "template": "`template: …` with the template's id, or its name in the catalog",
    "conversation": "`conversation: {agent: …, disposition: …}` with the ids of both",
    "agent": "`agent: …` with the agent's id",
    "disposition": "`disposition: …` with the disposition's id",
    "campaign": "`campaign: {id: …}` with the campaign's id",
    "steps": "`steps:`, and below it each step, which begins with `- id: NAME`",
}
OF_DEFAULTS = frozenset(("timeout", "on_failure", "retry"))
OF_THE_TOP = frozenset(
    (
        "format",
        "name",
        "formerly",
        "revision",
        "owner",
        "once",
        "inputs",
        "campaign",
        "audiences",
        "defaults",
        "steps",
    )
)


ELSEWHERE = "elsewhere"
"""Under this the keys of a format that is no runbook's have the key below which they belong."""


def owner(path: Path, value: Json = None) -> str:
    """Name a group of lines as its author would."""
    match path:
        case ():
            return "this file"
        case ("steps", int()):
            step = value.get("id") if isinstance(value, dict) else None
            return f"step `{step}`" if isinstance(step, str) and fits(IDENTIFIER, step) else "this step"
        case ("inputs" | "audiences" as kind, str(name)):
            return f"{kind.rstrip('s')} `{name}`"
        case (*_, str(key), int()):
            return f"this item of `{key}`"
        case _:
            return f"`{path[-1]}`"


def missing(broken: Broken) -> Iterator[Fault]:
    """Each key that must be given and is not, unless another one looks like it."""
    group = broken.value
    assert isinstance(group, dict)
    meant = _meant(broken)
    for key in broken.bound:
        if key not in group and key not in meant:
            message = f"{owner(broken.path, group)} has no `{key}`"
            yield Fault(MISSING_KEY, broken.path, "missing", message, f"add {_example_line(broken, key)}")


def unknown(broken: Broken, belongs: Mapping[str, Mapping[str, str]]) -> Iterator[Fault]:
    """Each key that is not known here; ``belongs`` says of the keys of steps and inputs whose they are."""
    place = _kind_of_entry(broken.path)
    extras = _extras(broken)
    assert isinstance(broken.value, dict)
    above = dict(pairwise(reversed(broken.value)))
    for key in extras:
        at = (*broken.path, key)
        if "properties" not in broken.schema:
            yield Fault(MALFORMED, at, "key", f"{shown(key)} cannot be a name here", _name_mend(broken, key))
        elif (mend := _slip(broken, key)) is not None:
            if mend.startswith(_LIST) and above.get(key) in extras:
                continue  # said already, of the first item behind the comma
            message = f"{owner(broken.path, broken.value)} has no key {quoted(key)}"
            yield Fault(UNKNOWN_KEY, at, "key", message, mend)
        elif key in _OF_LATER_VERSIONS and ELSEWHERE not in belongs:
            yield Fault(LATER_KEY, at, "key", f"`{key}` is not read yet", _OF_LATER_VERSIONS[key])
        elif (whose := _whose(broken, key, belongs.get(place, {}))) is not None:
            yield Fault(MISPLACED_KEY, at, "key", f"`{key}` {whose}", _change(place, key))
        elif (parent := _emptied(broken, key, above.get(key, ""))) is not None:
            message = f"`{key}` stands beside `{parent}`, which is empty"
            yield Fault(
                MISPLACED_KEY, at, "key", message, f"indent it by two spaces, to stand below `{parent}`"
            )
        elif not other_name(broken, key) and (home := _home(key, broken.path, belongs)) is not None:
            if not any(home == f"under `{each}`" for each in extras):  # else it moves with that one
                yield Fault(MISPLACED_KEY, at, "key", f"`{key}` belongs {home}", f"move it {home}")
        else:
            message = f"{owner(broken.path, broken.value)} has no key {quoted(key)}"
            yield Fault(UNKNOWN_KEY, at, "key", message, _unknown_mend(broken, key))


def _whose(broken: Broken, key: str, owners: Mapping[str, str]) -> str | None:
    """Say of which channels or types a key is, or the group in which it belongs, if not of this one."""
    if key in owners:
        return f"is a key of {owners[key]}"
    group = _WITHIN.get(key, "")
    is_elsewhere = group in owners and group not in broken.schema["properties"]
    return f"belongs under `{group}`, a key of {owners[group]}" if is_elsewhere else None


def _emptied(broken: Broken, key: str, before: str) -> str | None:
    """Give the key before if it has no value, where this one lies near no other."""
    assert isinstance(broken.value, dict)
    known = broken.schema["properties"]
    is_empty = before in known and broken.value[before] is None
    return before if is_empty and _near(broken, key) is None else None


def _slip(broken: Broken, key: str) -> str | None:
    """Say how a key is written that only lacks a sign, or a letter at its end."""
    assert isinstance(broken.value, dict)
    known = broken.schema["properties"]
    value = broken.value[key]
    if mend := parted(key, value, known) or (enlisted(key, broken.value, known) if value is None else None):
        return contrary_mend(broken, key) or mend
    other = is_slip_of_number(key, value, broken.value, known)
    return f"did you mean `{other}`? A note of your own begins with `x-`" if other else None


def _kind_of_entry(path: Path) -> str:
    match path:
        case ("steps", int()) | ("inputs", str()):
            return str(path[0])
        case _:
            return ""


def one_audience(broken: Broken) -> Iterator[Fault]:
    """A step that says twice, or not at all, who is addressed."""
    group = broken.value
    assert isinstance(group, dict)
    given = [key for key in group if key in {"audience", "filters"}]
    step = owner(broken.path, group)
    if given:
        mend = "keep one of the two; to narrow an audience, write a new one under `audiences`"
        at = (*broken.path, given[-1])
        yield Fault(NOT_ONE_AUDIENCE, at, "key", f"{step} has both `audience` and `filters`", mend)
    elif not _meant(broken) & {"audience", "filters"}:
        mend = f"add `audience: NAME`, or `filters: {{payment_status: [bounced]}}`, or {EVERYONE_MEND}"
        message = f"{step} has neither `audience` nor `filters`"
        yield Fault(NOT_ONE_AUDIENCE, broken.path, "missing", message, mend)


def at_least_one(broken: Broken) -> Iterator[Fault]:
    """A group that says nothing, unless an unknown key in it was meant to."""
    if _extras(broken):
        return
    keys = [key for branch in broken.bound for key in branch["required"]]
    everyone = f"; or write {EVERYONE_MEND}" if broken.role == "filters" else ""
    mend = (
        f"add at least one of {listed(keys)}, for example {_example_line(broken, _most_used(keys))}{everyone}"
    )
    yield broken.breaks(EMPTY, f"{owner(broken.path)} says nothing", mend)


def _most_used(keys: list[str]) -> str:
    return "payment_status" if "payment_status" in keys else keys[-1]


def _extras(broken: Broken) -> list[str]:
    group = broken.value
    assert isinstance(group, dict)
    known = broken.schema.get("properties", {})
    patterns = [*broken.schema.get("patternProperties", {})]
    found = (key for key in group if key not in known and not any(fits(pattern, key) for pattern in patterns))
    return [*islice(found, _MOST_TOLD)]


def _meant(broken: Broken) -> set[str]:
    """The keys that the unknown ones of this group were probably meant to be."""
    known: Mapping[str, Any] = broken.schema.get("properties", {})
    extras = _extras(broken)[:_MOST_SOUGHT]
    near = {_near(broken, key) for key in extras} | {_WITHIN.get(key) for key in extras}
    near |= {first_word(key, known) for key in extras}
    near |= {key[:-1] if key.endswith("s") else f"{key}s" for key in extras}
    return {key for key in known if key in near} | _strayed(broken)


def _strayed(broken: Broken) -> set[str]:
    """The keys that stand a level too deep, in a group below that does not take them and says so."""
    groups = {
        ("steps",): ("filters", "conversation", "retry", "expect"),
        (): ("once", "campaign", "defaults"),
    }
    assert isinstance(broken.value, dict)
    closed = (
        groups.get(tuple(map(str, broken.path[:1])), ()) if len(broken.path) in (0, len(("steps", 0))) else ()
    )
    below = [broken.value[key] for key in closed if isinstance(broken.value.get(key), dict)]
    return {key for group in below if isinstance(group, dict) for key in group if key != "name"}


def placeholder(path: Path) -> str:
    """Say what to write where only the author knows the value, for none may be copied; else empty."""
    match path:
        case ("campaign", "id"):
            return "`id: …` with the campaign's id"
        case (
            ("campaign" | "steps" as key,)
            | ("steps", int(), "id" | "template" | "conversation" as key)
            | (
                "steps",
                int(),
                "conversation",
                str(key),
            )
        ):
            return _IDS.get(key, "")
        case _:
            return ""


def _example_line(broken: Broken, key: str) -> str:
    if key == "limit":
        return LIMIT_MEND
    if mend := placeholder((*broken.path, key)):
        return mend
    known: Mapping[str, Any] = broken.schema["properties"][key]
    first = known["examples"][0]
    others = [f"`{word}`" for word in known.get("enum", ()) if word != first]
    return line(key, first) + (f"; it may also be {listed(others)}" if others else "")


def _unknown_mend(broken: Broken, key: str) -> str:
    known: Collection[str] = broken.schema["properties"]
    assert isinstance(broken.value, dict)
    if is_secret(key):
        return (
            "delete it: the token is read from TIMEPAY_TOKEN alone; "
            "replace one that was ever committed to git"
        )
    if mend := contrary_mend(broken, key):
        return mend
    if is_text(key) and "template" in known:
        has_one = "template" in broken.value
        instead = f"in the template: write {_IDS['template']}"
        return (
            "delete it: what is sent stands in the template" if has_one else f"what is sent stands {instead}"
        )
    if (near := _near(broken, key)) is not None:
        name = broken.value[key] if near == "id" else None
        mended = mended_name(name, IDENTIFIER) if isinstance(name, str) else None
        meant = line("id", mended) if mended else f"`{near}`"
        return f"did you mean {meant}? A note of your own begins with `x-`"
    if broken.role == "filters":
        name, value = (halves(key) if broken.value[key] is None else None) or (key, broken.value[key])
        return f"a column of yours stands under `custom`: {_as_column(name, value)}"
    return f"the keys here are {listed(known, 'and')}; a note of your own begins with `x-`"


def _near(broken: Broken, key: str) -> str | None:
    return other_name(broken, key) or nearest(key, broken.schema.get("properties", {}))


def _as_column(key: str, value: Json) -> str:
    values = [shown(each) if isinstance(each, bool | int | float) else each for each in _listed(value)]
    texts: list[Json] = [each for each in values if isinstance(each, str)]
    return line("custom", {key: texts if isinstance(value, list) and texts else (texts or ["…"])[0]})


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def quoted(key: str) -> str:
    """Give a key as a sentence names it."""
    return f"`{key}`" if key.isidentifier() and shown(key) == f'"{key}"' else shown(key)


def _change(place: str, key: str) -> str:
    return f"delete `{key}`, or change the {'channel' if place == 'steps' else 'type'}"


def _home(key: str, path: Path, belongs: Mapping[str, Mapping[str, str]]) -> str | None:
    if ELSEWHERE not in belongs:
        return _home_in_runbook(key, path)
    home = belongs[ELSEWHERE].get(key)
    return f"under `{home}`" if home and home not in path[-1:] else None


def _home_in_runbook(key: str, path: Path) -> str | None:
    if path[2:3] == ("filters",) and key not in _WITHIN:
        beside = key in {"expect", "audience"} or path[0] == "steps"
        return ("beside `filters`" if beside else "to a step") if key in OF_STEPS | OF_DEFAULTS else None
    if key in _WITHIN and _WITHIN[key] not in path[-1:]:
        return f"under `{_WITHIN[key]}`"
    if path == ():
        return "under `defaults`, or to a step" if key in OF_DEFAULTS else _to_step(key)
    if path == ("defaults",):
        return "to the top of the file" if key in OF_THE_TOP else None
    return _out_of_step(key, path) if path[0] == "steps" else None


def _to_step(key: str) -> str | None:
    return "to a step" if key in OF_STEPS else None


def _out_of_step(key: str, path: Path) -> str | None:
    if len(path) > len(("steps", 0)) and key in OF_STEPS | OF_DEFAULTS:
        return f"beside `{path[2]}`"
    return "to the top of the file" if key in OF_THE_TOP else None


def _name_mend(broken: Broken, key: str) -> str:
    rule = broken.schema["patternErrorMessage"]
    assert isinstance(broken.value, dict)
    if broken.value[key] is None and (found := halves(key)):
        name, value = found
        is_type = broken.path == ("inputs",) and value in set(InputType)
        return f"write a colon and a space: {line(name, {'type': value} if is_type else value)}"
    if broken.path[-1:] == ("accept_warnings",):
        mended = key.upper() if fits(WARNING, key.upper()) else None
    else:
        mended = mended_name(key, IDENTIFIER)
    return f"write {rule}" + (f", for example `{mended}`" if mended and not broken.is_filter else "")


def mended_name(name: str, pattern: str) -> str | None:
    """Give the name of this form that comes nearest, if there is one."""
    joint = "-" if pattern == NAME else "_"
    mended = re.sub(r"[^a-z0-9]+", joint, name[:63].lower()).strip(joint)
    return mended if fits(pattern, mended) else None


def proposed(name: str) -> str:
    """Give a name of a step, an input or an audience, or of one that is refused the proposed spelling."""
    return name if fits(IDENTIFIER, name) else mended_name(name, IDENTIFIER) or name
