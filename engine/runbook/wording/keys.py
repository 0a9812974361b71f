"""Keys that are missing, unknown, in the wrong place, or two where one is wanted."""

import re
from collections.abc import Collection, Iterator, Mapping
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
from engine.runbook.leaves import IDENTIFIER, NAME, fits
from engine.runbook.spelling import line, listed, nearest, shown

LIMIT_MEND = "`limit: 100`, or `limit: none` to say that there is no limit"
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
_OF_STEPS = frozenset(
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
    )
)
# How other programs call the condition of a step, and what would be a real-looking name in a proposal.
_OTHER_NAMES = {**dict.fromkeys(("if", "condition", "only_if"), "when")}
_IDS = {
    "template": "`template: …` with the template's id, or its name in the catalog",
    "conversation": "`conversation: {agent: …, disposition: …}` with the ids of both",
    "agent": "`agent: …` with the agent's id",
    "disposition": "`disposition: …` with the disposition's id",
    "campaign": "`campaign: {id: …}` with the campaign's id",
    "steps": "`steps:`, and below it each step, which begins with `- id: NAME`",
}
_OF_DEFAULTS = frozenset(("timeout", "on_failure", "retry"))
_OF_THE_TOP = frozenset(
    ("format", "name", "revision", "owner", "once", "inputs", "campaign", "audiences", "defaults", "steps")
)


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
    for key in _extras(broken):
        at = (*broken.path, key)
        if "properties" not in broken.schema:
            yield Fault(MALFORMED, at, "key", f"{shown(key)} cannot be a name here", _name_mend(broken, key))
        elif key in _OF_LATER_VERSIONS:
            yield Fault(LATER_KEY, at, "key", f"`{key}` is not read yet", _OF_LATER_VERSIONS[key])
        elif (owners := belongs.get(place, {}).get(key)) is not None:
            yield Fault(MISPLACED_KEY, at, "key", f"`{key}` is a key of {owners}", _change(place, key))
        elif (home := _home(key, broken.path)) is not None:
            yield Fault(MISPLACED_KEY, at, "key", f"`{key}` belongs {home}", f"move it {home}")
        else:
            message = f"{owner(broken.path, broken.value)} has no key {_quoted(key)}"
            yield Fault(UNKNOWN_KEY, at, "key", message, _unknown_mend(broken, key))


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
    return [key for key in group if key not in known and not any(fits(pattern, key) for pattern in patterns)]


def _meant(broken: Broken) -> set[str]:
    """The keys that the unknown ones of this group were probably meant to be."""
    known: Mapping[str, Any] = broken.schema.get("properties", {})
    extras = _extras(broken)[:_MOST_SOUGHT]
    near = {_near(key, known) for key in extras} | {_WITHIN.get(key) for key in extras}
    return {key for key in known if key in near}


def placeholder(path: Path) -> str:
    """Say what to write where only the author knows the value, for none may be copied; else empty."""
    match path:
        case ("campaign", "id"):
            return "`id: …` with the campaign's id"
        case (
            ("campaign" | "steps" as key,)
            | ("steps", int(), "template" | "conversation" as key)
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
    if (near := _near(key, known)) is not None:
        return f"did you mean `{near}`? A note of your own begins with `x-`"
    if broken.role == "filters":
        assert isinstance(broken.value, dict)
        return f"a column of yours stands under `custom`: {_as_column(key, broken.value[key])}"
    return f"the keys here are {listed(known, 'and')}; a note of your own begins with `x-`"


def _near(key: str, known: Collection[str]) -> str | None:
    other = _OTHER_NAMES.get(key.lower())
    return other if other in known else nearest(key, known)


def _as_column(key: str, value: Json) -> str:
    values = [shown(each) if isinstance(each, bool | int | float) else each for each in _listed(value)]
    texts: list[Json] = [each for each in values if isinstance(each, str)]
    return line("custom", {key: texts if isinstance(value, list) and texts else (texts or ["…"])[0]})


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _quoted(key: str) -> str:
    return f"`{key}`" if key.isidentifier() and shown(key) == f'"{key}"' else shown(key)


def _change(place: str, key: str) -> str:
    return f"delete `{key}`, or change the {'channel' if place == 'steps' else 'type'}"


def _home(key: str, path: Path) -> str | None:
    if path[2:3] == ("filters",) and key not in _WITHIN:
        beside = key in {"expect", "audience"} or path[0] == "steps"
        return ("beside `filters`" if beside else "to a step") if key in _OF_STEPS | _OF_DEFAULTS else None
    if key in _WITHIN and _WITHIN[key] not in path[-1:]:
        return f"under `{_WITHIN[key]}`"
    if path == ():
        if key in _OF_DEFAULTS:
            return "under `defaults`, or to a step"
        return "to a step" if key in _OF_STEPS else None
    if path[0] == "steps" and key in _OF_THE_TOP:
        return "to the top of the file"
    return None


def _name_mend(broken: Broken, key: str) -> str:
    rule = broken.schema["patternErrorMessage"]
    mended = mended_name(key, IDENTIFIER)
    return f"write {rule}" + (f", for example `{mended}`" if mended and not broken.is_filter else "")


def mended_name(name: str, pattern: str) -> str | None:
    """Give the name of this form that comes nearest, if there is one."""
    joint = "-" if pattern == NAME else "_"
    mended = re.sub(r"[^a-z0-9]+", joint, name[:63].lower()).strip(joint)
    return mended if fits(pattern, mended) else None
