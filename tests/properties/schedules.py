"""One schedule: a random runbook, processes that are torn down, a person who follows what `status` says.

The same machine, gate and run log as in a real run; only time, the wire and the person are played. What
was sent is judged by the sandbox's outbox alone.
"""

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.frozen import replace
from engine.machine import fold
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Resolution, StopLifted, StopSet, Verdict
from engine.record.need import Need, need_of, stopped_because
from engine.record.outcome import RunStatus, SendStatus
from engine.record.request import Request
from engine.refusal import Exit, Refusal
from engine.runlog.port import LOG
from engine.runlog.sqlite import SqliteLog
from engine.runner import person
from engine.runner.broken import Broken
from engine.runner.start import Order, Result, Resumption, resume, start
from engine.sandbox import Sandbox
from engine.sandbox.customers import campaign_from
from tests.properties.crashing import Crash, Doom, World
from tests.properties.processes import Arrived, Known, Process, Session, Store
from tests.properties.random_runbooks import ROWS, Dice, RandomRunbook, renamed, runbook
from tests.unit.runner.fakes import HERE, document_of, planned

BEGIN = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")
STORMY, MOST = 14, 60
"""After so many sessions nothing goes wrong any more; after so many in all the runs must have ended."""

_CUSTOMERS = campaign_from({"id": "c", "name": "PL Mumbai", "customers": [dict(row) for row in ROWS]})
_HOUR = timedelta(hours=1)
_SETTLED = (RunStatus.FINISHED, RunStatus.CANCELLED)


Act: TypeAlias = Callable[[Process], Result | None]
"""What a process does."""


def _nothing(_done: object) -> None:
    """Give no result: only a run has one."""


class Schedule:
    """Plays one schedule to its end."""

    def __init__(self, store: Store, seed: int, *, forgetful: bool = False) -> None:
        self.store = store
        self.forgetful = forgetful
        self.dice = Dice(f"schedule {seed}")
        self.world = World(BEGIN)
        self.campaign = f"camp-{seed}"
        self.sandbox = Sandbox(self.world.read, seed)
        self.sandbox.load(replace(_CUSTOMERS, id=self.campaign))
        self.books = [runbook(self.dice, name, self.campaign) for name in ("first", "other")]
        self.known: dict[str, Known] = {}
        self.arrived: list[Arrived] = []
        self.sessions: list[Session] = []
        self.story: list[str] = []
        self.found: list[str] = []
        self.tally: Counter[str] = Counter()
        self.date_was_set = False
        self._over: set[str] = set()
        self._said_no = False
        self._is_usurped = False
        self.look: SqliteLog = store.opened(self.world, Doom(None), forgetful=forgetful)

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong any more."""
        return len(self.sessions) >= STORMY

    def play(self) -> "Schedule":
        """Begin, go on as `status` says until nothing needs anybody, and judge what arrived."""
        self._begin(self.books[0])
        while needs := dict(self._needs()):
            self._must(len(self.sessions) < MOST, "the runs do not come to an end")
            self.world.pass_by(self.dice.pick((0.1, 1, 5, 40, 100)))
            if not self.is_calm and self.dice.chance(15):
                self._meddle()
            else:
                run = self.dice.pick(sorted(needs))
                self._follow(run, needs[run])
            self._lift_stops()
        if self.dice.chance(30):
            self._begin(self.books[0])
        self.world.pass_by(1000)
        return self

    # ------------------------------------------------ one process

    def process(self, what: str, run: str, act: Act) -> int | None:
        """Let a process do something; gives its exit code, None where it was torn down."""
        fatal = 1 + self.dice.below(self.dice.pick((12, 40, 120))) if self.dice.chance(50) else None
        process = self._born(run, Doom(None if self.is_calm else fatal))
        number = len(self.sessions)
        self.sessions.append(Session(what, run, None))
        process.api.connected = lambda: self._meanwhile(process)
        process.api.arrived = lambda request: self._note(process, request, number)
        process.api.answering = lambda: self._before_answer(process)
        self._said_no = False
        code, status = self._ended(process, act)
        self.sessions[number] = Session(what, run, code, status)
        self.story.append(f"{what} {run}: {'torn down' if code is None else code} {status or ''}")
        self.tally["torn down" if code is None else f"exit {code}"] += 1
        return code

    def _born(self, run: str, doom: Doom) -> Process:
        log = self.store.opened(self.world, doom, forgetful=self.forgetful)
        process = Process(run, log, self.world, self.sandbox, self.dice)
        process.api.is_calm = self.is_calm
        return process

    def _ended(self, process: Process, act: Act) -> tuple[int | None, RunStatus | None]:
        try:
            result = act(process)
        except Crash:
            return None, None
        except Broken as broken:
            if not isinstance(broken.__cause__, Refusal | OSError):
                raise
            self.story.append(f"  {broken}")
            return broken.code, None
        except Refusal as refusal:
            self.story.append(f"  {refusal}")
            return refusal.code, None
        return (result.exit_code, result.state.status) if result else (0, None)

    def _must(self, is_so: bool, otherwise: str) -> None:
        """Keep what must not be: the gate catches whatever is raised below it."""
        if not is_so:
            self.found.append(otherwise)
            raise AssertionError(otherwise)

    def _note(self, process: Process, request: Request, session: int) -> None:
        """Tie a request to the intent that stands on disk for it: there must be one, and no other."""
        run = process.run
        spec, send = self.known[run].send(request)
        open_now = [each for each in self.look.sends(run) if each.status is SendStatus.INTENDED]
        written = [(each.address, each.request_hash) for each in open_now]
        self._must(written == [(send.address, request.digest())], f"no intent stands for {send.address}")
        self._must(not self._is_stopped(), f"{send.address} left in spite of a stop")
        self._must(not process.interrupts.asked, f"{send.address} left, though it was to end")
        (intent,) = open_now
        number = self.sandbox.requests[-1].number
        self.arrived.append(Arrived(number, run, intent.address, intent.attempt, session, spec))

    # ------------------------------------------------ what a person types

    def _begin(self, book: RandomRunbook, *, again: str | None = None) -> None:
        run = f"{self.campaign}-{len(self.known)}"
        text = renamed(self.dice, book.text)
        name = text.partition("name: ")[2].partition("\n")[0]
        rivals = [each for each, known in self.known.items() if known.book is book]
        doubt = self.look.unsettled(HERE.key, self.campaign)
        accepted = {each.run for each in self.accepted()}
        self.known[run] = known = Known(book, planned(text))
        order = Order(run, document_of(known.plan), known.plan.program, ZONE, self._agree, again)
        code = self.process(f"run {name}", run, lambda process: start(order, process.around))
        if code is not None and doubt and not self.forgetful:
            self._must(code == Exit.OTHER_IN_DOUBT, f"{code} while {doubt[0].address} is in doubt")
        elif code is not None and not again and book.once == "ever" and accepted & set(rivals):
            is_refused = self.forgetful or code == Exit.NOT_AS_REVIEWED
            self._must(is_refused, f"{code}, though the occasion was used")
        if not self._length(run):
            del self.known[run]
            self._must(code is None or code < Exit.FINISHED_WITH_FAULTS, "a refusal is none after sends")
            self._must(run not in {each.run for each in self.arrived}, "sent without a run")

    def _agree(self) -> None:
        if not self.is_calm and self.dice.chance(4):
            self._said_no = True
            raise Refusal("nothing was sent, as you said", "", Exit.GUARDED)

    def _follow(self, run: str, need: Need) -> None:
        """Type one of the command lines that `status` names, and see that it does something."""
        words = shlex.split(self.dice.pick(self._sayable(run, need)))
        entry = self.look.find(run)
        before = self._length(run)
        act = self._meaning(words, entry)
        code = self.process(" ".join(words[1:]), run, act)
        if code is None or self._length(run) > before or self.forgetful:
            return
        explained = {Exit.NOT_AS_REVIEWED, Exit.OTHER_IN_DOUBT}
        if self._said_no or self._is_stopped() or "not-sent" in words:
            explained.add(Exit.GUARDED)
        self._must(
            code in explained, f"`{shlex.join(words)}` was named, changed nothing and ended with {code}"
        )
        if code == Exit.NOT_AS_REVIEWED:
            self.process("cancel", run, self._meaning(["runbook", "cancel", run], entry))

    def _sayable(self, run: str, need: Need) -> Sequence[str]:
        """Give the command lines that an honest person can type who looked into the outbox."""
        self._must(bool(need.commands), f"nothing can be done about {run}")
        kept = [line for line in need.commands if self._is_true(run, shlex.split(line))]
        others = [line for line in kept if " cancel " not in line]
        if not kept:
            return need.commands  # a block that nobody caused can only be lifted
        return kept if not others or self.dice.chance(5) else others

    def _is_true(self, run: str, words: Sequence[str]) -> bool:
        if words[1] != "resolve":
            return words[1] != "reconcile"  # who knows the outbox need not ask the logs
        address, word = words[3], words[5]
        latest = [each for each in self.look.sends(run) if each.address == address][-1]
        was_taken = any(
            (each.run, each.address, each.attempt) == (run, address, latest.attempt)
            for each in self.accepted()
        )
        return {"sent": was_taken, "not-sent": not was_taken}.get(word, True)

    def _meaning(self, words: Sequence[str], entry: RunEntry) -> Act:
        """Do what the command line does."""
        match words[1]:
            case "resume":
                accept = words[words.index("--accept") + 1] if "--accept" in words else None
                wanted = Resumption(entry, HERE, ZONE, lambda _state, _program: self._agree(), accept)
                return lambda process: resume(wanted, process.around)
            case "cancel":
                return lambda process: _nothing(person.cancel(process.log, process.clock, entry, "why"))
            case "resolve":
                self.tally["resolved"] += 1
                word = Resolution(words[5].replace("-", "_"))
                return lambda process: _nothing(
                    person.resolve(process.log, process.clock, entry, words[3], word, "why")
                )
            case "decide":
                verdict = Verdict(words[5])
                return lambda process: _nothing(
                    person.decide_step(process.log, process.clock, entry, words[3], verdict, "why")
                )
        raise AssertionError(words)

    # ------------------------------------------------ what else happens

    def _meddle(self) -> None:
        """Do what nobody was asked to do."""
        match self.dice.below(5):
            case 0:
                self._begin(self.books[0], again="once more" if self.dice.chance(40) else None)
            case 1:
                self._begin(self.books[1])
            case 2:
                self._stop()
            case 3 if self.world.is_quiet:
                self._set_date(self.dice.pick((_HOUR, -_HOUR)))
            case _:
                run = self.dice.pick(sorted(self.known) or [""])
                if run:
                    line = self.dice.pick((f"runbook resume {run}", f"runbook resume {run} --accept why"))
                    self.process(line, run, self._meaning(shlex.split(line), self.look.find(run)))

    def _meanwhile(self, process: Process) -> None:
        """Something happens between the intent and the first byte."""
        if self.is_calm or not self.dice.chance(12):
            return
        match self.dice.below(5):
            case 0:
                self._stop()
            case 1:
                self._usurp(process)
            case 2:
                process.interrupts.asked = True
            case 3:
                self._set_date(-_HOUR)
            case _:
                self._rival(process.run)

    def _before_answer(self, process: Process) -> None:
        """Something happens between the first byte and the outcome."""
        if not self.is_calm and self.dice.chance(5):
            self._usurp(process)

    def _rival(self, run: str) -> None:
        """Another process wants the campaign: it learns that a living one holds it."""
        entry = self.look.find(run)
        word = self.dice.pick(("resume", "cancel"))
        code, _ = self._ended(self._born(run, Doom(None)), self._meaning(["runbook", word, run], entry))
        self._must(code == Exit.LEASE_OR_LOG, f"{word} while the run is alive: {code}")
        self.tally["held"] += 1

    def _set_date(self, by: timedelta) -> None:
        self.date_was_set = True
        self.world.at += by

    def _usurp(self, process: Process) -> None:
        """The process freezes, somebody removes its lock, and others take its run further before it thaws."""
        if self.forgetful or self._is_usurped:
            return
        self._is_usurped = True
        self.tally["usurped"] += 1
        self.world.pass_by(100)
        for lock in self.store.path.with_name(f"{self.store.path.name}.locks").iterdir():
            lock.unlink()
        for _ in range(1 + self.dice.below(4)):
            if need := dict(self._needs()).get(process.run):
                self._follow(process.run, need)
        self._is_usurped = False

    def _stop(self) -> None:
        self.tally["stopped"] += 1
        with self.look.writing() as writer:
            writer.append(LOG, StopSet(self.world.at, self.campaign, "halt!"))

    def _lift_stops(self) -> None:
        if self._is_stopped() and (self.is_calm or self.dice.chance(40)):
            with self.look.writing() as writer:
                writer.append(LOG, StopLifted(self.world.at, self.campaign, "go on"))

    def _is_stopped(self) -> bool:
        return any(stop.campaign == self.campaign for stop in self.look.stops())

    # ------------------------------------------------ looking

    def _needs(self) -> Iterator[tuple[str, Need]]:
        for run in sorted(self.known.keys() - self._over):
            entry, sends = self.look.find(run), self.look.sends(run)
            happened = [each.event for each in self.look.events(run)]
            shown = self._shown(entry, sends)
            because = stopped_because(happened)
            state = fold(happened)
            need = need_of(shown, state, sends, is_alive=False, because=because)
            if need:
                yield run, need
            else:
                at_end = shown.status in _SETTLED or state.halted_for_good is not None
                self._must(at_end, f"{run} is {shown.status.value}, and nothing is said of what it needs")
                self._over.add(run)

    def _length(self, run: str) -> int:
        """Count a run's events."""
        ((number,),) = self.store.database.rows("SELECT count(*) FROM events WHERE run = ?", run)
        return int(number)

    def _shown(self, entry: RunEntry, sends: Sequence[SendEntry]) -> RunEntry:
        """Give a run as `status` shows it: one whose process died in the middle of a send is in doubt."""
        if self.forgetful and entry.status is RunStatus.IN_DOUBT:
            return replace(entry, status=RunStatus.RUNNING)
        is_open = any(send.status is SendStatus.INTENDED for send in sends)
        return replace(entry, status=RunStatus.IN_DOUBT) if is_open and not self.forgetful else entry

    def accepted(self) -> Sequence[Arrived]:
        """Give the requests that the sandbox carried out, as its outbox has them by now."""
        taken = {each.number for each in self.sandbox.requests if each.accepted is not None}
        return [each for each in self.arrived if each.number in taken]
