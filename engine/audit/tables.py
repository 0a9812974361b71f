"""The tables of a run log beside its events: whether they say what the events say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Any, NamedTuple

from engine.audit.attempt import Attempt
from engine.audit.plan import Plan, storable
from engine.audit.recount import Recount

Cells = Sequence[Any]

RUN = (
    *("run", "runbook", "revision", "account", "campaign", "occasion", "environment"),
    *("rules_digest", "plan_digest", "status", "started_at", "finished_at", "messages", "exit_code"),
)
SEND = (
    *("run", "address", "attempt", "step", "account", "campaign", "status", "intended_seq", "at_most"),
    *(
        "request_hash",
        "intended_at",
        "deadline_at",
        "settled_at",
        "counts",
        "reason",
        "live",
        "reaches",
        "blocks",
    ),
)
_intent = itemgetter(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11)
"""What no later event changes in the row of an attempt."""

STEP = ("run", "step", "channel", "template")
FORMER = ("run", "occasion")
STOP = ("account", "campaign", "at", "by", "reason")


class Derived(NamedTuple):
    """What the tables hold of one run: their rows as they are stored, in the order of their keys."""

    runs: Sequence[Cells]
    sends: Sequence[Cells]
    steps: Sequence[Cells]
    former: Sequence[Cells]
    accounts: AbstractSet[str] = frozenset()
    """Those of which the rows of the API's logs are."""


def compare(run: Recount, held: Derived) -> None:
    """Compare the tables with what the events of a run come to."""
    if run.plan is None or run.started is None:
        return
    about = _row_of(run, run.plan)
    _compare_run(run, about, held.runs)
    account, campaign = about["account"], about["campaign"]
    reasons = {tuple(row[1:3]): row[14] for row in held.sends} if run.is_looked_at else {}
    sends = [
        _send(run.run, run.attempts[key], account, campaign, reasons.get(key, ""))
        for key in sorted(run.attempts)
    ]
    _compare_sends(run, sends, held.sends)
    if held.accounts - {account}:
        run.tell(None, "tables", "rows of the table reached are said to be of another account")
    steps = [(run.run, *step) for step in run.plan.rules.steps]
    _compare_table(run, "steps", STEP, steps, held.steps)
    former = sorted({(run.run, storable(each)) for each in run.started.former_occasions})
    _compare_table(run, "former_occasions", FORMER, former, held.former)


def _compare_sends(run: Recount, sends: Sequence[Cells], found: Sequence[Cells]) -> None:
    if run.is_whole:
        _compare_table(run, "sends", SEND, sends, found)
    else:
        known = [_intent(row) for row in found if tuple(row[1:3]) in run.attempts]
        _compare_table(run, "sends", _intent(SEND), [_intent(row) for row in sends], known)


def _row_of(run: Recount, plan: Plan) -> dict[str, Any]:
    """Give the row of a run, but for its exit code."""
    about, started = plan.rules.about, run.started
    assert started is not None
    account, campaign = about.get("account"), about.get("campaign") or {}
    return {
        "run": run.run,
        "runbook": about.get("name", ""),
        "revision": about.get("revision"),
        "account": _key(account) if account else "",
        "campaign": campaign.get("id", ""),
        "occasion": storable(started.occasion),
        "environment": plan.environment,
        "rules_digest": plan.says[0],
        "plan_digest": plan.says[1],
        "started_at": run.started_at,
        **(_outcome_of(run) if run.is_whole else {}),
    }


def _outcome_of(run: Recount) -> dict[str, Any]:
    return {"status": run.status, "finished_at": run.finished_at, "messages": run.messages}


def _key(account: Mapping[str, Any]) -> str:
    """Give an account's key: the API's origin and the organisation."""
    scheme, _, rest = account["base_url"].partition("://")
    return f"{scheme}://{rest.partition('/')[0]} {account.get('org') or '-'}"


def _compare_run(run: Recount, about: Mapping[str, Any], found: Sequence[Cells]) -> None:
    if len(found) != 1:
        run.tell(None, "tables", "the run is not in the table runs")
        return
    held = dict(zip(RUN, found[0]))
    code = held.pop("exit_code")
    wrong = [name for name, value in about.items() if held[name] != value]
    if wrong:
        name = wrong[0]
        run.tell(None, "tables", f"the table runs says {name} {held[name]!r}, the events say {about[name]!r}")
    elif run.is_whole and code not in run.exit_codes:
        said = " or ".join(map(str, run.exit_codes))
        run.tell(None, "tables", f"the table runs says exit_code {code!r}, the events say {said}")


def _send(run: str, each: Attempt, account: str, campaign: str, reason: str) -> tuple[Any, ...]:
    """Give the row of an attempt; ``reason`` is what the table says of it."""
    return (
        *(run, each.address, each.number, each.step, account, campaign, each.status, each.seq, each.at_most),
        *(each.request_hash, each.intended_at, each.deadline_at, each.settled_at),
        each.counts,
        reason if each.reason is None else storable(each.reason),
        *(each.is_live, each.reaches, each.blocks),
    )


def _compare_table(
    run: Recount, table: str, names: Sequence[str], expected: Sequence[Cells], found: Sequence[Cells]
) -> None:
    said = first_difference(table, names, expected, found)
    if said is not None:
        run.tell(None, "tables", said)


def first_difference(
    table: str, names: Sequence[str], expected: Sequence[Cells], found: Sequence[Cells]
) -> str | None:
    """Say where rows first differ from those that the events give; None where they do not."""
    if list(expected) == list(found):
        return None
    for should, is_so in zip(expected, found):
        for name, wanted, held in zip(names, should, is_so):
            if wanted != held:
                where = " ".join(map(str, should[1:3]))
                return (
                    f"the table {table} says {name} {held!r} in the row of {where}; the events say {wanted!r}"
                )
    more = "too many" if len(found) > len(expected) else "missing"
    odd = max(expected, found, key=len)[min(len(expected), len(found))]
    return f"rows of the table {table} are {more}, from that of {' '.join(map(str, odd[1:3]))} on"
