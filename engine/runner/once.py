"""*Once*: what counts as the same occasion, and when its period began (DESIGN, section 7); pure."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from engine.record.plan import Account, Once, inputs_said


def occasions(account: Account, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what a run may do once in a period: account, campaign, runbook, and the inputs marked ``key``.

    Revision, roster and digest are not in it: a mended plan is the same occasion. ``document`` is
    the program/v1 of the run. The first is the run's own; the others are those that it was under the
    runbook's former names.
    """
    about = document["runbook"]
    # A run that was started before there were former names has none.
    return tuple(_occasion(account, document, name) for name in (about["name"], *about.get("formerly", ())))


def _occasion(account: Account, document: Mapping[str, Any], name: str) -> str:
    declared = document["rules"]["runbook"].get("inputs", {})
    keys = {
        name: about["value"]
        for name, about in document["inputs"].items()
        if declared.get(name, {}).get("key", False)
    }
    parts = [
        account.key,
        document["runbook"]["campaign"]["id"],
        name,
        keys,
    ]
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
