"""All chains of a log, or some: their hashes, the recount of every run, the seals over all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.audit.attempt import Newer
from engine.audit.known import FIELDS, IN_LOG, LOG
from engine.audit.people import Person, compare_contacts, compare_reached
from engine.audit.plan import PROGRAM, Plan, Plans
from engine.audit.recount import Recount, Tell
from engine.audit.tables import STOP, Derived, compare, first_difference

Raw = Sequence[Any]
"""An event as it is stored: run, seq, at, actor, kind, body, before, hash."""

_START = "0" * 64
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class Fault(NamedTuple):
    """What is wrong, where it shows first; ``more`` others of its rule stand in the same chain.

    ``seq`` is None where it is no matter of one event.
    """

    chain: str
    seq: int | None
    rule: str
    says: str
    more: int = 0

    def __str__(self) -> str:
        where = self.chain if self.seq is None else f"{self.chain}, event {self.seq}"
        return f"{where}: {self.says}" + (f" (and {self.more:,} more like it)" if self.more else "")


class Report(NamedTuple):
    """What was checked, in numbers; what is wrong; what could not be checked, and why.

    ``seal`` is the latest seal's hash; ``behind`` are events that no seal covers.
    """

    numbers: Mapping[str, int]
    faults: Sequence[Fault]
    unchecked: Sequence[str]
    seal: str | None
    behind: int

    def to_json(self) -> dict[str, Any]:
        """Give the report as ``verify --format json`` prints it."""
        return {
            "sound": not self.faults,
            "checked": dict(self.numbers),
            "seal": self.seal and f"sha256:{self.seal}",
            "behind_the_seal": self.behind,
            "faults": [fault._asdict() for fault in self.faults],
            "not_checkable": list(self.unchecked),
        }


class Held(NamedTuple):
    """What else is kept of a run, in the order of its keys; None: it was not given.

    ``is_part``: not of all customers.
    """

    contacts: Iterable[Person] | None = None
    reached: Iterable[Person] | None = None
    derived: Derived | None = None
    is_unsealed: bool | None = None
    is_part: bool = False


_NOTHING = Held()


class Verifier:
    """Takes the log's own chain, then those of runs, and says what is wrong with any of them.

    ``kept`` is the hash of a seal that somebody kept: it must be among the seals. ``is_part``: not all
    runs of the log are shown.
    """

    def __init__(self, kept: str | None = None, *, is_part: bool = False) -> None:
        self.numbers = dict.fromkeys(("runs", "events", "sends", "contacts", "reached", "seals"), 0)
        self.unchecked: list[str] = []
        self._faults: dict[tuple[str, str], Fault] = {}
        self._kept = kept.rpartition(":")[2].lower() if kept else None
        self._is_part = is_part
        self._seals: dict[str, int] = {}
        self._heads: dict[str, dict[int, tuple[str, int]]] = {}
        self._behind, self._is_open = 0, False
        self._stops: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._plans = Plans()
        self._scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # half the time of json.loads

    def report(self) -> Report:
        """Say what was found, once everything was shown."""
        for run, heads in self._heads.items():
            if not self._is_part:
                seq = max(heads)
                said = f"a seal covers {seq:,} events of it, and it is not in this log: it was removed"
                self.tell(run, None, "seals", f"{said} (event {heads[seq][1]} of the log's own chain)")
        self._heads.clear()
        if self._kept and self._kept not in self._seals:
            said = f"the seal that was kept, {self._kept}, is none of its {len(self._seals):,} seals"
            self.tell(LOG, None, "kept", f"{said}: what stood before was removed or written anew")
        seal = max(self._seals, key=self._seals.__getitem__, default=None)
        return Report(self.numbers, list(self._faults.values()), self.unchecked, seal, self._behind)

    def tell(self, chain: str, seq: int | None, rule: str, says: str) -> None:
        """Note a fault; of those of one rule in one chain, the first with its words."""
        before = self._faults.get((chain, rule))
        made = before._replace(more=before.more + 1) if before else Fault(chain, seq, rule, says)
        self._faults[chain, rule] = made

    # ------------------------------------------------ the chain of the log itself

    def log(
        self, links: Iterable[Raw], stops: Iterable[Sequence[Any]] | None = None, *, apart: bool = False
    ) -> None:
        """Take the log's own chain in, with the rows of its table of stops.

        ``apart``: only some of its events, each of which is checked by itself.
        """
        tell = self._teller(LOG)
        for _, seq, at, actor, kind, body, _, digest in self._whole(LOG, links, tell, apart=apart):
            if kind not in FIELDS:
                self._newer(LOG, seq, f"an event of the kind {kind!r}")
            elif kind not in IN_LOG:
                tell(seq, "order", f"{kind} cannot stand here")
            else:
                try:
                    self._own(seq, at, actor, kind, json.loads(body), digest)
                except _UNREADABLE:
                    tell(seq, "readable", f"{kind} cannot be read")
        if stops is not None:
            standing = [(*what, *said) for what, said in sorted(self._stops.items())]
            if difference := first_difference("stops", STOP, standing, list(stops)):
                tell(None, "tables", difference)

    def _own(self, seq: int, at: str, actor: str, kind: str, fields: Mapping[str, Any], digest: str) -> None:
        if kind == "sealed":
            self.numbers["seals"] += 1
            self._seals[digest] = seq
            for run, head in fields["heads"].items():
                self._heads.setdefault(run, {})[head["seq"]] = (head["hash"], seq)
            return
        what = (fields.get("account") or "", fields.get("campaign") or "")
        if kind == "stop_set":
            self._stops[what] = (at, actor, fields["reason"])
        elif kind == "stop_lifted":
            self._stops.pop(what, None)

    # ------------------------------------------------ the chains of runs

    def run(self, run: str, links: Iterable[Raw], held: Held = _NOTHING) -> None:
        """Take the chain of a run in, with whatever else is kept of it."""
        tell = self._teller(run)
        recount = self._recounted(run, links, tell)
        self.numbers["runs"] += 1
        if held.is_unsealed is False and self._is_open:
            tell(None, "seals", "no seal covers its last events, though there was one: the seal was removed")
        if recount is None:
            return
        self.numbers["sends"] += len(recount.attempts)
        try:
            self._compare(recount, held)
        except _UNREADABLE:
            tell(None, "readable", "its events hold values that cannot be compared with its tables")
        if recount.erased is not None:
            self.unchecked.append(
                f"{run}: customers' ids were erased (event {recount.erased}); "
                "whom it reached is proved by numbers alone"
            )

    def _compare(self, recount: Recount, held: Held) -> None:
        """Compare what else is kept of a run with what its events come to."""
        if held.derived is not None:
            compare(recount, held.derived)
        if held.contacts is not None:
            self.numbers["contacts"] += compare_contacts(recount, held.contacts, is_part=held.is_part)
        if held.reached is not None:
            self.numbers["reached"] += compare_reached(recount, held.reached)

    def _recounted(self, run: str, links: Iterable[Raw], tell: Tell) -> Recount | None:
        """Count a run again; None where that cannot be done to its end."""
        recount: Recount | None = Recount(run, tell)
        for _, seq, at, _, kind, body, _, _ in self._whole(run, links, tell):
            if recount is None:
                continue
            try:
                if seq == 1 or recount.started is None:
                    self._begin(recount, run, at, kind, body)
                else:
                    recount.event(seq, at, kind, self._scan(body, 0)[0])
            except Newer as newer:
                self._newer(run, seq, str(newer))
                recount = None
            except (*_UNREADABLE, StopIteration):
                tell(seq, "readable", f"{kind} cannot be read: something is missing from it")
                recount = None
        if recount is not None:
            recount.end()
        return recount

    def _begin(self, recount: Recount, run: str, at: str, kind: str, body: str) -> None:
        if kind != "run_started":
            recount.tell(1, "order", f"it begins with {kind}; its start is missing")
            raise Newer("")
        started = self._plans.read(body, run)
        if started.run != run:
            recount.tell(1, "order", f"it begins with the start of another run, {started.run}")
        if started.plan.format != PROGRAM:
            raise Newer(f"a plan in the format {started.plan.format!r}")
        _weigh(started.plan, recount.tell)
        recount.begin(at, started)

    def _newer(self, chain: str, seq: int, what: str) -> None:
        if what:
            said = f"{chain}, event {seq}: {what}, which a newer version wrote: check it with that one"
            self.unchecked.append(said)

    # ------------------------------------------------ hashes

    def _whole(self, chain: str, links: Iterable[Raw], tell: Tell, *, apart: bool = False) -> Iterator[Raw]:
        """Give the events of a chain, and tell which were changed, and where some are missing."""
        last, head = 0, _START
        heads = self._heads.pop(chain, {})
        sealed = 0
        for row in links:
            own, seq, at, actor, kind, body, before, digest = row
            text = f"{own}\n{seq}\n{at}\n{actor}\n{kind}\n{body}\n{before}"
            hashed = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            if hashed != digest or own != chain:
                tell(seq, "chain", "it was changed: its hash is not that of what it says")
            if (seq != last + 1 or before != head) and not apart:
                _tell_gap(tell, seq, last)
            if heads and seq in heads:
                sealed = seq
                wanted, seal = heads.pop(seq)
                if wanted != digest:
                    tell(seq, "seals", f"a seal has another hash of it (event {seal} of the log's own chain)")
            last, head = seq, digest
            self.numbers["events"] += 1
            yield row
        if heads:
            seq = max(heads)
            tell(last, "seals", f"it ends here, and a seal covers {seq:,} events of it: some were removed")
        elif not apart:
            self._behind += last - (max(self._seals.values(), default=0) if chain == LOG else sealed)
        self._is_open = last > sealed

    def _teller(self, chain: str) -> Tell:
        return lambda seq, rule, says: self.tell(chain, seq, rule, says)


def _tell_gap(tell: Tell, seq: int, last: int) -> None:
    if seq == last + 1:
        said = f"it does not follow on event {last}: one of them was put in another's place"
    else:
        said = f"it follows on event {last}: what stood between them is missing"
    tell(seq, "missing", said)


def _weigh(plan: Plan, tell: Tell) -> None:
    """Compare the digests that a plan says with those that it gives."""
    for what, says, gives in zip(("rules", "plan"), plan.says, plan.gives):
        if says != gives:
            tell(1, "plan", f"its {what} digest is not that of its content: other things were reviewed")
