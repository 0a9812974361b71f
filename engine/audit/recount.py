"""How one run went, counted again from its events alone; it shares no code with what ran it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.audit.attempt import Attempt
from engine.audit.canonical import exact_fields_of
from engine.audit.known import FIELDS, OF_LOG, OPEN, STILL, TAKEN, UNSENT
from engine.audit.outcome import NOBODY, Body, Newer, Outcomes, counts_text, incoherent, outcome_of
from engine.audit.plan import Plan, Started
from engine.audit.sends import Sends
from engine.audit.standing import WELL, step_statuses

Tell = Callable[["int | None", str, str], None]
"""Takes a fault: the event's number, the rule that is broken, what is wrong in plain words."""

TWICE = "twice"
"""The rule by which two requests of one address were accepted: not the log is wrong, but what was done."""

_GOING: tuple[int | None, ...] = (None,)
_ENDS = ("finished", "cancelled", "halted")
_NONE = counts_text(NOBODY)
_KEEPS_CODE = ("send_resolved", "step_decided", "reconciled", "erased")
"""What a person adds to a run leaves the exit code of its last process."""


class Recount(Sends):
    """A run that is told event by event; whatever does not fit is told as a fault."""

    def __init__(self, run: str, tell: Tell, outcomes: Outcomes) -> None:
        super().__init__(outcomes)
        self.run = run
        self.tell = tell
        self.started: Started | None = None
        self.plan: Plan | None = None
        self.started_at = ""
        self.skipped: set[str] = set()
        self.decided: dict[str, str] = {}
        self.status = "running"
        self.stopped_by: str | None = None
        self.for_good: int | None = None
        self.over: int | None = None
        self.erased: int | None = None
        self.is_whole = True
        """Whether every event of it is known to this version."""
        self.is_looked_at = False
        self.finished_at: str | None = None
        self.exit_codes = _GOING
        self._codes_at_end = _GOING
        self._overreached: str | None = None

    @property
    def names_people(self) -> bool:
        """Whether any request of the plan names customers."""
        return self.plan is not None and self.plan.rules.names_people

    def named(self, attempt: Attempt) -> tuple[str, ...]:
        """Give the customers whom the request of an attempt names, as the plan has it."""
        planned = self.planned.get(attempt.address)
        return planned.customers if planned else ()

    def begin(self, at: str, started: Started) -> None:
        """Take the first event in."""
        self.started, self.started_at = started, at
        self.plan = started.plan
        self.planned = started.plan.rules.sends

    def event(self, seq: int, at: str, kind: str, text: str) -> None:
        """Take a later event in; raises ``Newer``, and one of ``UNREADABLE`` where it cannot be read."""
        is_usual = self.status == "running" and self.for_good is self.over is None
        if is_usual and self._overreached is None and kind in _USUAL and _USUAL[kind](self, seq, at, text):
            return
        body = exact_fields_of(text)
        known = _KNOWN.get(kind)
        if known is None:
            raise Newer(f"an event of the kind {kind!r}")
        fields, happens = known
        if not body.keys() <= fields:
            raise Newer(f"a field of {kind} that this version does not know")
        if self._overreached is not None:
            self._expect_overreached(seq, kind, body)
        if self.over is not None and kind not in STILL:
            self.tell(seq, "end", f"{kind}, though the run had its end with event {self.over}")
        happens(self, seq, at, body)
        if (self.status != "running" or self.exit_codes != _GOING) and kind != "send_intended":
            self._stand(kind, at)

    def end(self) -> None:
        """Say what is missing at the end."""
        if self._overreached is not None:
            self._expect_overreached(None, "", {})

    # ------------------------------------------------ its sends, whatever they come to

    def intended(self, seq: int, at: str, body: Body) -> None:
        """A request is about to leave."""
        made = Attempt(seq, at, body)
        before = self.latest.get(made.address)
        expected = before.number + 1 if before else 1
        if made.number != expected:
            self.tell(seq, "attempts", f"{made.name}: the next one would be attempt {expected}")
        if before and before.status not in UNSENT:
            self.tell(
                seq,
                "attempts",
                f"{made.name} was made, though attempt {before.number} may have been accepted "
                f"(it is {before.status})",
            )
        if self.for_good is not None:
            self.tell(seq, "halted", f"{made.name} was made, though event {self.for_good} halted it for good")
        self._compare(seq, made)
        self.add(made)
        if self.status != "running":
            self.status = "running"
            self._stand("send_intended", at)

    def _compare(self, seq: int, made: Attempt) -> None:
        """Compare a request with the plan."""
        planned = self.planned.get(made.address)
        if planned is None:
            self.tell(seq, "plan", f"{made.address} is no send of the plan")
        elif made.request_hash != planned.request_hash:
            self.tell(seq, "plan", f"the request of {made.address} is not the planned one")
        elif made.at_most != planned.at_most or made.step != planned.step:
            self.tell(seq, "plan", f"{made.address} has another bound or step than planned")

    def settled(self, seq: int, at: str, body: Body) -> None:
        """An attempt came to something."""
        attempt = self._attempt(seq, body)
        status, counts, outcome = outcome_of(body["outcome"])
        if attempt is None:
            return
        if attempt.status != "intended" or attempt is not self.latest[attempt.address]:
            self.tell(seq, "outcomes", f"{attempt.name} has a second outcome: it is {attempt.status} already")
            return
        self._weigh(seq, attempt, status, counts, outcome)
        attempt.settle(status, at, None if counts is None else counts_text(counts), outcome.get("reason", ""))
        if counts:
            self.messages += counts["initiated"]
        if outcome.get("overreached"):
            self._overreached = attempt.address

    def late(self, seq: int, _at: str, body: Body) -> None:
        """An answer came after the attempt was settled otherwise."""
        attempt = self._attempt(seq, body)
        status, counts, outcome = outcome_of(body["outcome"])
        if attempt is None:
            return
        if attempt.status == "intended":
            self.tell(seq, "outcomes", f"the answer to {attempt.name} is called late, but there is no other")
        self._weigh(seq, attempt, status, counts, outcome)
        if status in TAKEN:
            self._contradict(seq, attempt, "its answer")

    def resolved(self, seq: int, at: str, body: Body) -> None:
        """A person settled a doubt, or lifted a block."""
        if body["resolution"] not in ("sent", "not_sent", "never_known"):
            raise Newer(f"the word {body['resolution']!r}")
        latest = self.latest.get(body["address"])
        if latest is None:
            self.tell(seq, "outcomes", f"{body['address']} is settled, but was never sent")
            return
        if latest.status in OPEN:
            unsent = body["resolution"] == "not_sent"
            status, counts = ("not_sent", _NONE) if unsent else ("sent_unknown", None)
            latest.settle(status, at, counts, body["reason"])
            self._undoubt()
        for each in self.attempts.values():
            if each.address == latest.address:
                each.blocks = False

    def reconciled(self, seq: int, at: str, body: Body) -> None:
        """Rows of the API's logs were looked through for an attempt."""
        if body.get("source", "api") not in ("api", "export"):
            raise Newer(f"the source {body['source']!r}")
        attempt = self._attempt(seq, body)
        if attempt is None:
            return
        reached = body["reached"]
        self.is_looked_at = True
        attempt.looked = (seq, reached, body.get("digest", ""))
        if reached and attempt.status in OPEN and attempt is self.latest[attempt.address]:
            attempt.settle("sent_unknown", at, None, None)
            self._undoubt()
        elif reached:
            self._contradict(seq, attempt, "a row of the API's logs")

    def overreached(self, seq: int, _at: str, body: Body) -> None:
        """The API took more customers than the request allowed."""
        self._halt_for_good(seq)
        latest = self.latest.get(body["address"])
        if latest is None:
            self.tell(seq, "outcomes", f"{body['address']} overreached, but was never sent")
        else:
            latest.blocks = True

    def _attempt(self, seq: int, body: Body) -> Attempt | None:
        attempt = self.attempts.get((body["address"], body["attempt"]))
        if attempt is None:
            what = f"attempt {body['attempt']} of {body['address']}"
            self.tell(seq, "outcomes", f"there is something of {what}, but no intent before it")
        elif attempt.step != body["step"]:
            self.tell(seq, "outcomes", f"{attempt.name} is of the step {attempt.step}, not {body['step']}")
        return attempt

    def _contradict(self, seq: int, attempt: Attempt, what: str) -> None:
        """Note that an attempt was taken after all; another one of its address may have been, too."""
        latest = self.latest[attempt.address]
        if latest.number > attempt.number or latest.status == "not_sent":
            self._halt_for_good(seq)
        if not attempt.reaches:
            attempt.reaches = attempt.blocks = True
        for other in self.attempts.values():
            if other.address == attempt.address and other is not attempt and other.reaches:
                self.tell(
                    seq, TWICE, f"{what} shows {attempt.name} accepted; {other.name} may have been, too"
                )

    def _weigh(self, seq: int, attempt: Attempt, status: str, counts: Body | None, outcome: Body) -> None:
        """Look whether the numbers of an answer say what its status says."""
        if why := incoherent(status, counts):
            self.tell(seq, "counts", f"{attempt.name}: {why}")
        elif counts and counts["selected"] > _bound(attempt) and not outcome.get("overreached"):
            said = f"{counts['selected']} customers were taken, {attempt.at_most} at most were asked for"
            self.tell(seq, "counts", f"{attempt.name}: {said}")

    def _expect_overreached(self, seq: int | None, kind: str, body: Body) -> None:
        if kind != "overreached" or body.get("address") != self._overreached:
            self.tell(seq, "end", f"{self._overreached} overreached, and the run did not halt for it")
        self._overreached = None

    # ------------------------------------------------ the run itself

    def resumed(self, _seq: int, _at: str, _body: Body) -> None:
        """Somebody lets the run go on."""
        self.status, self.stopped_by = "running", None

    def paused(self, seq: int, _at: str, body: Body) -> None:
        """The run stands for a person."""
        self._step(seq, body["step"])
        self.stopped_by = body["question"]
        self.status = "in_doubt" if body["question"] == "doubt" else "paused"

    def halted(self, seq: int, _at: str, body: Body) -> None:
        """The run was stopped by a step."""
        self._step(seq, body["step"])
        self.status, self.stopped_by = "halted", None
        if body.get("final"):
            self._halt_for_good(seq)

    def cancelled(self, seq: int, _at: str, _body: Body) -> None:
        """A person ended the run."""
        self.status, self.over = "cancelled", seq

    def finished(self, seq: int, _at: str, _body: Body) -> None:
        """Every step is done."""
        self.status, self.over = "finished", seq
        steps = [step for step, *_ in self.plan.rules.steps] if self.plan else []
        sent = step_statuses(steps, self.latest.values())
        for step in self.skipped:
            sent.pop(step, None)
        left = [step for step, status in sent.items() if status in ("pending", "in_doubt")]
        if left:
            self.tell(seq, "end", f"the run is called finished, but {left[0]} was neither sent nor skipped")
        self._codes_at_end = self._finished_codes(sent)

    def waits(self, _seq: int, _at: str, _body: Body) -> None:
        """Nothing happens for a while."""
        self.status = "waiting"

    def goes_on(self, _seq: int, _at: str, _body: Body) -> None:
        """The wait is over."""
        self.status = "running"

    def skips(self, seq: int, _at: str, body: Body) -> None:
        """A step is left out."""
        self._step(seq, body["step"])
        self.skipped.add(body["step"])

    def decides(self, seq: int, _at: str, body: Body) -> None:
        """A person answered what a condition could not."""
        self._step(seq, body["step"])
        self.decided[body["step"]] = body["verdict"]

    def erases(self, seq: int, _at: str, body: Body) -> None:
        """Customers' ids were removed: as many as there were by the events since the last time."""
        since = self.erased or 0
        self.erased = seq
        named = sum(len(self.named(each)) for each in self.attempts.values() if each.seq > since)
        looks = (each.looked for each in self.attempts.values() if each.looked)
        shown_there = sum(customers for look, customers, _ in looks if look > since)
        if self.is_whole and body["contacts"] != named:
            said = f"{body['contacts']} contacts are said to be removed, and the requests named {named}"
            self.tell(seq, "contacts", said)
        if self.is_whole and body["reached"] < shown_there:
            said = f"rows of the API's logs for {shown_there} customers were kept"
            self.tell(seq, "reached", f"{said}, and {body['reached']} are said to be removed")

    def tells_only(self, _seq: int, _at: str, _body: Body) -> None:
        """Something that changes nothing of how the run stands."""

    def misplaced(self, seq: int, _at: str, _body: Body) -> None:
        """An event of another chain."""
        self.tell(seq, "order", "this event cannot stand here")

    def _step(self, seq: int, step: str) -> None:
        if self.plan is not None and all(step != name for name, *_ in self.plan.rules.steps):
            self.tell(seq, "plan", f"{step} is no step of the plan")

    def _halt_for_good(self, seq: int) -> None:
        self.for_good = self.for_good or seq

    def _undoubt(self) -> None:
        if self.status == "in_doubt" and all(each.status != "in_doubt" for each in self.latest.values()):
            self.status = "paused"

    def _stand(self, kind: str, at: str) -> None:
        """Work out what the list of runs shows behind an event."""
        if self.status in _ENDS:
            self.finished_at = self.finished_at or at
        else:
            self.finished_at = None
        if kind not in _KEEPS_CODE or self.status == "cancelled":
            self.exit_codes = self._codes()

    def _codes(self) -> tuple[int | None, ...]:
        status = self.status
        if status == "running":
            return _GOING
        if status == "in_doubt":
            return (22,)
        sent = self.is_any_sent()
        if status == "halted":
            return (21 if sent else 11,)
        if status == "finished":
            return self._codes_at_end
        if status == "paused" and self.stopped_by == "guard" and not sent:
            return (11,)
        return (23 if sent else 15,)

    def _finished_codes(self, sent: Mapping[str, str]) -> tuple[int | None, ...]:
        """Well or otherwise; both where it hangs on conditions, which are not evaluated here."""
        otherwise = 20 if self.is_any_sent() else 11
        if any(status not in WELL for status in sent.values()):
            return (otherwise,)
        judged = self.plan.rules.judged | self.decided.keys() if self.plan else frozenset(sent)
        return (0, otherwise) if judged & sent.keys() else (0,)


def _bound(attempt: Attempt) -> float:
    return float("inf") if attempt.at_most is None else attempt.at_most


_HAPPENINGS: dict[str, Callable[[Recount, int, str, Body], None]] = {
    **dict.fromkeys(FIELDS, Recount.tells_only),
    **dict.fromkeys(("run_started", *OF_LOG), Recount.misplaced),
    "run_resumed": Recount.resumed,
    "run_paused": Recount.paused,
    "run_halted": Recount.halted,
    "run_cancelled": Recount.cancelled,
    "run_finished": Recount.finished,
    "step_skipped": Recount.skips,
    "step_decided": Recount.decides,
    "wait_started": Recount.waits,
    "wait_ended": Recount.goes_on,
    "send_intended": Recount.intended,
    "send_settled": Recount.settled,
    "send_resolved": Recount.resolved,
    "overreached": Recount.overreached,
    "late_answer": Recount.late,
    "reconciled": Recount.reconciled,
    "erased": Recount.erases,
}

_KNOWN = {kind: (fields, _HAPPENINGS[kind]) for kind, fields in FIELDS.items()}
"""What each kind may hold, and what it does to a run."""

_USUAL: dict[str, Callable[[Sends, int, str, str], bool]] = {
    "send_intended": Sends.leaves,
    "send_settled": Sends.goes_well,
}
"""What most events of a run are; False: this one is otherwise, and was not taken in."""
