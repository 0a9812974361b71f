"""*Once*: what counts as the same occasion, and when its period began (DESIGN, section 7); pure."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from engine.diagnostics import Json
from engine.record.plan import Account, Once, inputs_said


def occasions(account: Account, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what a run may do once in a period: account, campaign, runbook, and the inputs marked ``key``.

    Revision, roster and digest are not in it: a mended plan is the same occasion. ``document`` is
    the program/v1 of the run. The first is the run's own; the others are those that it was under the
    runbook's former names, and, where an input is a list, in the words of earlier versions.
    """
    about = document["runbook"]
    declared = document["rules"]["runbook"].get("inputs", {})
    given = {
        name: about["value"]
        for name, about in document["inputs"].items()
        if declared.get(name, {}).get("key", False)
    }
    # Earlier versions kept a list in the order in which it was given.
    spellings = ({name: _in_order(value) for name, value in given.items()}, given)
    # A run that was started before there were former names has none.
    names = (about["name"], *about.get("formerly", ()))
    found = (
        _written([account.key, about["campaign"]["id"], name, keys]) for keys in spellings for name in names
    )
    return tuple(dict.fromkeys(found))


def under(occasion: str, account: str) -> str:
    """Give an occasion as it is for another account, by its key."""
    return _written([account, *json.loads(occasion)[1:]])


def _in_order(value: Json) -> Json:
    """Give a list in an order of its own: whoever is in it is messaged once, wherever he stands."""
    return sorted(value, key=str) if isinstance(value, list) else value


def _written(parts: list[Json]) -> str:
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def who(occasion: str) -> str:
    """Name in a few words whom an occasion is about: its key inputs, or its campaign."""
    _, campaign, _, keys = json.loads(occasion)
    return inputs_said(keys) or f"campaign {campaign}"


def name_in(occasion: str) -> str:
    """Give the name of the runbook that an occasion is of."""
    return str(json.loads(occasion)[2])


def period_start(once: Once, now: datetime, zone: tzinfo) -> datetime | None:
    """Give the instant at which the calendar period of ``now`` began; None: there was never another one."""
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    match once:
        case Once.DAY:
            return day
        case Once.WEEK:
            return day - timedelta(days=day.weekday())  # ISO weeks begin on Monday
        case Once.MONTH:
            return day.replace(day=1)
        case Once.RUN:
            return now
        case Once.EVER:
            return None
