"""The plan that a run keeps in its first event: its digests worked out anew, and what it lets out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.audit.canonical import body_text, canonical, digest, wire
from engine.audit.outcome import Body, Newer

PROGRAM = "program/v1"
_MOST_KEPT_BYTES = 64_000_000


class Planned(NamedTuple):
    """One request of a plan: its step, its hash, the most customers it may take, those whom it names.

    ``first`` are the fields of its first intent, but for the deadline. ``intent`` and ``outcome`` are the
    texts of the events of that attempt, before and behind what no plan knows: its deadline, its outcome.
    """

    step: str
    request_hash: str
    at_most: int | None
    customers: tuple[str, ...]
    first: Body
    intent: tuple[str, str]
    outcome: tuple[str, str]


class Rules(NamedTuple):
    """What is the same in every run of a plan: all but its inputs, and where it comes from.

    ``steps`` are id, channel and template; ``steps_text`` is what the plan's digest covers of them.
    ``judged``: the steps of which more than the API's word says whether they went well. ``plans`` are the
    plan digests that were worked out so far, by the text of the inputs.
    """

    digest: str
    steps_text: str
    about: Mapping[str, Any]
    steps: tuple[tuple[str, str, str | None], ...]
    sends: Mapping[str, Planned]
    judged: frozenset[str]
    names_people: bool
    plans: dict[str, str]


class Plan(NamedTuple):
    """A plan as a run holds it; ``says`` are its own digests, ``gives`` those of its content."""

    rules: Rules
    format: str
    says: tuple[str, str]
    gives: tuple[str, str]
    environment: str | None


class Started(NamedTuple):
    """The first event of a run."""

    run: str
    occasion: str
    former_occasions: tuple[str, ...]
    plan: Plan


class Plans:
    """Reads plans; what many runs have in common is read once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, Rules]] = {}
        self._kept_bytes = 0
        self._marks: list[str] = []
        self._decoder = json.JSONDecoder(parse_constant=self._marks.append)

    def read(self, body: str, run: str) -> Started:
        """Read the body of a ``run_started``; KeyError, TypeError or ValueError where it cannot be."""
        found = self._apart(body, run)
        if found is None:
            fields = json.loads(body)
            rules = _rules(fields["plan"])
        else:
            fields, rules = found
        if not fields.keys() <= {"run", "occasion", "plan", "former_occasions"}:
            raise Newer("a field of run_started that this version does not know")
        return Started(
            fields["run"],
            fields.get("occasion", ""),
            tuple(fields.get("former_occasions", ())),
            _plan(fields["plan"], rules),
        )

    def _apart(self, body: str, run: str) -> tuple[dict[str, Any], Rules] | None:
        """Read the rules, the runbook and the steps by their text: they stand last in the plan.

        In their place NaN is read, which stands nowhere else in an event: so that it is seen to be theirs.
        None where that does not work out.
        """
        ending = f'}},"run":{json.dumps(run)}}}'
        at = body.find(',"rules":{')
        if at < 0 or not body.endswith(ending):
            return None
        self._marks.clear()
        try:
            fields = self._decoder.decode(f'{body[:at]},"rules":NaN{ending}')
        except ValueError:
            return None
        plan = fields.get("plan")
        if self._marks != ["NaN"] or not isinstance(plan, dict) or plan.get("rules", "") is not None:
            return None
        text = body[at + 1 : -len(ending)]
        said = str(plan.get("digests"))  # a short key; that the text is the same is looked at
        known, rules = self._kept.get(said, ("", None))
        if rules is None or known != text:
            content = json.loads(f"{{{text}}}")
            if content.keys() != {"rules", "runbook", "steps"}:
                return None
            rules = self._keep(said, text, _rules(content))
        return fields, rules

    def _keep(self, said: str, text: str, rules: Rules) -> Rules:
        if self._kept_bytes > _MOST_KEPT_BYTES:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[said] = (text, rules)
        self._kept_bytes += len(text)
        return rules


def _rules(content: Mapping[str, Any]) -> Rules:
    steps = content["steps"]
    exact = [{"id": step["id"], "sends": step["sends"]} for step in steps]
    sends = {send["address"]: _planned(step["id"], send) for step in steps for send in step["sends"]}
    return Rules(
        digest(content["rules"]),
        canonical(exact),
        content["runbook"],
        tuple(sorted(map(_about, steps))),
        sends,
        frozenset(step["id"] for step in steps if step.get("success") or step.get("expect")),
        any(send.customers for send in sends.values()),
        {},
    )


def _about(step: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return step["id"], step.get("channel", ""), (step.get("template") or {}).get("id")


def _planned(step: str, send: Mapping[str, Any]) -> Planned:
    hashed = hashlib.sha256(f"{send['method']} {send['path']}\n".encode())
    hashed.update(wire(send["body"]))
    filters = send["body"].get("filters")
    named = filters if isinstance(filters, dict) else {}
    left_out = set(_texts(named.get("exclude_ids")))
    customers = {storable(each) for each in _texts(named.get("ids")) if each not in left_out}
    digested = f"sha256:{hashed.hexdigest()}"
    first = {"address": send["address"], "attempt": 1, "step": step}
    intent = {**first, "request_hash": digested}
    if send["at_most"] is not None:
        intent["at_most"] = send["at_most"]
    return Planned(
        step,
        digested,
        send["at_most"],
        tuple(sorted(customers)),
        intent,
        _around("deadline_at", intent),
        _around("outcome", first),
    )


def _around(name: str, fields: Body) -> tuple[str, str]:
    """Give what stands before and behind one field in the text of an event that holds these beside it."""
    before, marked, behind = body_text({**fields, name: ""}).partition(f'"{name}":""')
    return before + marked[:-2], behind


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def storable(text: str) -> str:
    """Give a text as a table holds it: halves of characters stand there as visible escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _plan(content: Mapping[str, Any], rules: Rules) -> Plan:
    inputs = canonical({name: held["value"] for name, held in content["inputs"].items()})
    if inputs not in rules.plans:
        exact = f'{{"inputs":{inputs},"rules":"{rules.digest}","steps":{rules.steps_text}}}'
        rules.plans[inputs] = f"sha256:{hashlib.sha256(exact.encode()).hexdigest()}"
    said = content["digests"]
    return Plan(
        rules,
        content["format"],
        (said["rules"], said["plan"]),
        (rules.digest, rules.plans[inputs]),
        (content.get("made") or {}).get("environment"),
    )
