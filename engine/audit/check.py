"""All chains of a log, or some: their hashes, the recount of every run, the seals over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.audit.canonical import exact_fields_of
from engine.audit.known import FIELDS, IN_LOG, LOG
from engine.audit.outcome import UNREADABLE, Newer, Outcomes
from engine.audit.people import Person, compare_contacts, compare_reached
from engine.audit.plan import PROGRAM, Plan, Plans
from engine.audit.recount import Recount, Tell
from engine.audit.tables import STOP, Derived, compare, first_difference

Raw = Sequence[Any]
"""An event as it is stored: run, seq, at, actor, kind, body, before, hash."""

_START = "0" * 64
_LONGEST_SHOWN = 500
_LISTED_RUNS = 3
_HEX = frozenset("0123456789abcdef")
_INCOMPARABLE = (AttributeError, KeyError, TypeError)
"""What values of other types raise; whatever else goes wrong is no matter of what was written."""

ABSENT = "absent"
"""The rule by which a seal that was kept is not in a file, which may have been made before it."""

_ANEW = "what stood before was removed or written anew"
_LATER = "it was made after this file (then only the log shows it: runbook verify --seal), or "
_NO_SEALS = "no seal stands in this file; those of an evidence stand in log.jsonl, beside its runs"


def seal_hash(text: str) -> str | None:
    """Give the hash of a seal as a run prints it (``seal: sha256:…``); None where the text is none."""
    digits = text.strip().lower()
    for word in ("seal", ":", "sha256:"):
        digits = digits[len(word) :].lstrip() if digits.startswith(word) else digits
    return digits if len(digits) == len(_START) and _HEX.issuperset(digits) else None


def shown(text: str) -> str:
    """Give a text of the log as one short line: nothing in it reaches a terminal but letters."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return short if short.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in short)


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
        more = f" (and {self.more:,} more like it)" if self.more else ""
        return f"{shown(where)}: {shown(self.says)}{more}"


class Report(NamedTuple):
    """What was checked, in numbers; what is wrong; what could not be checked, and why.

    ``seal`` is the latest seal's hash; ``behind`` are events that no seal covers. ``is_kept``: whether the
    seal that was kept is there, None if none was given. ``is_whole``: nothing in it is of a newer version.
    """

    numbers: Mapping[str, int]
    faults: Sequence[Fault]
    unchecked: Sequence[str]
    seal: str | None
    behind: int
    is_kept: bool | None = None
    is_whole: bool = True

    @property
    def is_sound(self) -> bool | None:
        """Whether nothing is wrong; None: this version cannot tell."""
        if self.faults:
            return False
        return True if self.is_whole else None

    def to_json(self) -> dict[str, Any]:
        """Give the report as ``verify --format json`` prints it."""
        return {
            "sound": self.is_sound,
            "checked": dict(self.numbers),
            "kept_seal": self.is_kept,
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

    ``kept`` is the hash of a seal that somebody kept, as ``seal_hash`` gives it: it must be among the seals.
    ``is_part``: not all runs of the log are shown. ``is_file``: what was handed on of it is, which holds
    the log's own chain as it was then.
    """

    def __init__(self, kept: str | None = None, *, is_part: bool = False, is_file: bool = False) -> None:
        self.numbers = dict.fromkeys(("runs", "events", "sends", "contacts", "reached", "seals"), 0)
        self.unchecked: list[str] = []
        self._faults: dict[tuple[str, str], Fault] = {}
        self._kept = kept
        self._is_part, self._is_file = is_part or is_file, is_file
        self._seals: dict[str, int] = {}
        self._heads: dict[str, dict[int, tuple[str, int]]] = {}
        self._behind, self._is_open, self._is_whole = 0, False, True
        self._restored: int | None = None
        self._seen: set[str] = set()
        self._covering: tuple[int, ...] = (0,)
        self._stops: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._plans = Plans()
        self._outcomes = Outcomes()

    def report(self) -> Report:
        """Say what was found, once everything was shown."""
        for run, heads in self._heads.items():
            if not self._is_part:
                seq = max(heads)
                said = f"a seal covers {seq:,} events of it, and it is not in this log: it was removed"
                self.tell(run, None, "seals", f"{said} (event {heads[seq][1]} of the log's own chain)")
        if self._is_file and self.numbers["runs"] > 1:
            self._say_left_out()
        self._heads.clear()
        if self._is_file and not self._seals:
            self.unchecked.append(_NO_SEALS)
        if self._kept and self._kept not in self._seals:
            said = f"the seal that was kept, {self._kept}, is none of its {len(self._seals):,} seals"
            rule, why = (ABSENT, f"{_LATER}{_ANEW}") if self._is_file else ("kept", _ANEW)
            if self._restored is not None:
                why += f"; it was restored from a copy (event {self._restored}): what came after that is lost"
            self.tell(LOG, None, rule, f"{said}: {why}")
        seal = max(self._seals, key=self._seals.__getitem__, default=None)
        is_kept = self._kept in self._seals if self._kept else None
        faults = list(self._faults.values())
        return Report(self.numbers, faults, self.unchecked, seal, self._behind, is_kept, self._is_whole)

    def _say_left_out(self) -> None:
        """Say which runs are not shown though seals name them between those that are."""
        among = sorted(
            run
            for run, heads in self._heads.items()
            if any(self._covering[0] <= seal <= self._covering[-1] for _, seal in heads.values())
        )
        if among:
            said = f"{len(among):,} other runs were sealed between those that are here, and are left out"
            self.unchecked.append(f"{said}: {', '.join(among[:_LISTED_RUNS])}")

    def is_latest(self, seal: str | None) -> bool:
        """Say whether a seal is the latest of those that were shown; None: whether there is none."""
        return max(self._seals, key=self._seals.__getitem__, default=None) == seal

    def tell(self, chain: str, seq: int | None, rule: str, says: str) -> None:
        """Note a fault; of those of one rule in one chain, the first with its words."""
        before = self._faults.get((chain, rule))
        made = before._replace(more=before.more + 1) if before else Fault(chain, seq, rule, says)
        self._faults[chain, rule] = made

    # ------------------------------------------------ the chain of the log itself

    def log(self, links: Iterable[Raw], stops: Iterable[Sequence[Any]] | None = None) -> None:
        """Take the log's own chain in, with the rows of its table of stops."""
        tell = self._teller(LOG)
        self._once(LOG)
        for _, seq, at, actor, kind, body, _, digest in self._whole(LOG, links, tell):
            if kind not in FIELDS:
                self._newer(LOG, seq, f"an event of the kind {kind!r}")
            elif kind not in IN_LOG:
                tell(seq, "order", f"{kind} cannot stand here")
            else:
                try:
                    self._own(seq, at, actor, kind, exact_fields_of(body), digest)
                except Newer as newer:
                    self._newer(LOG, seq, str(newer))
                except UNREADABLE:
                    tell(seq, "readable", f"{kind} cannot be read")
        if stops is not None:
            standing = [(*what, *said) for what, said in sorted(self._stops.items())]
            if difference := first_difference("stops", STOP, standing, list(stops)):
                tell(None, "tables", difference)

    def _own(self, seq: int, at: str, actor: str, kind: str, fields: Mapping[str, Any], digest: str) -> None:
        if not fields.keys() <= FIELDS[kind]:
            raise Newer(f"a field of {kind} that this version does not know")
        if kind == "sealed":
            self.numbers["seals"] += 1
            self._seals[digest] = seq
            for run, head in fields["heads"].items():
                self._cover(seq, run, head["seq"], head["hash"])
        elif kind == "override_used":
            self._restored = seq if fields["override"] == "restored" else self._restored
        else:
            what = (fields.get("account") or "", fields.get("campaign") or "")
            if not all(isinstance(each, str) for each in what):
                raise TypeError(what)
            if kind == "stop_set":
                self._stops[what] = (at, actor, fields["reason"])
            else:
                self._stops.pop(what, None)

    def _cover(self, seal: int, run: str, seq: int, digest: str) -> None:
        """Note the hash that a seal has of an event; what the first one says of it holds."""
        if type(seq) is not int or seq < 1 or not isinstance(digest, str):
            raise TypeError(seq)
        first, earlier = self._heads.setdefault(run, {}).setdefault(seq, (digest, seal))
        if first != digest:
            said = f"it has another hash of event {seq} of {run} than the seal before it, event {earlier}"
            self.tell(LOG, seal, "seals", said)

    # ------------------------------------------------ the chains of runs

    def run(self, run: str, links: Iterable[Raw], held: Held = _NOTHING) -> None:
        """Take the chain of a run in, with whatever else is kept of it."""
        tell = self._teller(run)
        self._once(run)
        recount = self._recounted(run, links, tell)
        self.numbers["runs"] += 1
        if held.is_unsealed is False and self._is_open:
            tell(None, "seals", "no seal covers its last events, though there was one: the seal was removed")
        if recount is None:
            return
        self.numbers["sends"] += len(recount.attempts)
        try:
            self._compare(recount, held)
        except _INCOMPARABLE:
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
        """Count a run again, as far as this version knows its events; None where they cannot be read."""
        recount: Recount | None = Recount(run, tell, self._outcomes)
        for _, seq, at, _, kind, body, _, _ in self._whole(run, links, tell):
            if recount is None or not (recount.is_whole or kind == "erased"):
                continue
            try:
                if seq == 1 or recount.started is None:
                    self._begin(recount, run, at, kind, body)
                else:
                    recount.event(seq, at, kind, body)
            except Newer as newer:
                self._newer(run, seq, str(newer))
                recount.is_whole = False
                recount = None if recount.started is None else recount
            except UNREADABLE:
                tell(seq, "readable", f"{kind} cannot be read: something is missing from it")
                recount = None
        if recount is not None and recount.is_whole:
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
            said = "only a newer version can check it, and this one counts no further"
            self.unchecked.append(f"{chain}, event {seq}: {what}: {said}")
            self._is_whole = False

    def _once(self, chain: str) -> None:
        """Note that a chain is shown, and tell if it was before: seals hold for the first of the two."""
        if chain in self._seen:
            self.tell(chain, None, "order", "it is shown twice")
        self._seen.add(chain)

    # ------------------------------------------------ hashes

    def _whole(self, chain: str, links: Iterable[Raw], tell: Tell) -> Iterator[Raw]:
        """Give the events of a chain, and tell which were changed, and where some are missing."""
        last, head = 0, _START
        heads = self._heads_of(chain)
        covered, sealed = self._covered(heads), 0
        for row in links:
            own, seq, *_, before, digest = row
            self.numbers["events"] += 1
            text = _hashed_text(row)
            if not text:
                tell(None, "readable", "one of its events is none: a text or number of it is something else")
                continue
            hashed = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            if hashed != digest or own != chain:
                tell(seq, "chain", "it was changed: its hash is not that of what it says")
            if seq != last + 1 or before != head:
                _tell_gap(tell, seq, last)
            if heads and seq in heads:
                sealed = seq
                wanted, seal = heads.pop(seq)
                if wanted != digest:
                    tell(seq, "seals", f"a seal has another hash of it (event {seal} of the log's own chain)")
            last, head = seq, digest
            yield row
        if heads:
            said = f"it ends here, and a seal covers {max(heads):,} events of it: some were removed"
            tell(last, "seals", said)
        else:
            self._behind += last - (max(self._seals.values(), default=0) if chain == LOG else sealed)
        self._is_open = last > sealed
        self._say_newer(chain, covered, last)

    def _say_newer(self, chain: str, covered: int | None, last: int) -> None:
        if covered is not None and covered < last:
            behind = f"what came behind event {covered} of it" if covered else "it"
            self.unchecked.append(
                f"{chain}: {behind} is newer than the seal that was kept, which proves none of it"
            )

    def _covered(self, heads: Mapping[int, tuple[str, int]]) -> int | None:
        """Give up to which event of a run the seal that was kept reaches; None: nobody asks."""
        kept = self._seals.get(self._kept or "")
        if kept is None or not self._is_part:
            return None
        return max((seq for seq, (_, seal) in heads.items() if seal <= kept), default=0)

    def _heads_of(self, chain: str) -> dict[int, tuple[str, int]]:
        """Give what seals say of a chain, and note which seals those are."""
        heads = self._heads.pop(chain, {})
        if heads and self._is_file:
            seals = [seal for _, seal in heads.values()] + [each for each in self._covering if each]
            self._covering = (min(seals), max(seals))
        return heads

    def _teller(self, chain: str) -> Tell:
        return lambda seq, rule, says: self.tell(chain, seq, rule, says)


def _hashed_text(row: Raw) -> str:
    """Give the text that the hash of an event is of; empty where it holds what no event does."""
    own, seq, at, actor, kind, body, before, digest = row
    if type(seq) is not int or type(digest) is not str:
        return ""
    try:
        return "\n".join((own, str(seq), at, actor, kind, body, before))
    except TypeError:
        return ""


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
