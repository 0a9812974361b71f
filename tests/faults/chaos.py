"""A round of chaos: by its seed, a runbook, what the API does to it, and what befalls each process."""

import random  # noqa: TID251  (tests draw by a seed that they print)
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGKILL, SIGSTOP, SIGTERM

from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from tests.faults.harness import Scene, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import PLAIN, Ended, Forked, Forking
from tests.faults.steps import Step

MOST_DEATHS = 6
"""So many processes of a round may meet their fate; the rest live, so that it ends."""

LONGEST_WORK_S = 0.07
"""About as long as a process takes: an instant of its life is chosen within."""

LONGEST_FREEZE_S = 1.3
"""A frozen process thaws before or after its deadline of 1 s."""

BEFALLS = {"lives": 1, "point": 6, "kill": 4, "freeze": 3, "signal": 1}
"""What befalls a process, and how likely that is."""

EVEN = 0.5
LIKELIEST = 0.7

AROUND_A_SEND = ("committed send_intended", "posting", "asked", "allowed", "answered", "after send_settled")
"""Where a death leaves an intent without an outcome."""

_RARE = (
    *("run_paused", "run_halted", "run_finished", "lease_released", "lease_lost", "run_cancelled"),
    *("step_skipped", "wait_started", "wait_ended", "overreached", "step_decided"),
)


def _around(*kinds: str) -> tuple[str, ...]:
    return tuple(f"{when} {kind}" for when in ("before", "after", "committed") for kind in kinds)


POINTS = {
    "run": (*AROUND_A_SEND * 2, *_around("run_started", "send_intended", "send_settled", *_RARE), "leased"),
    "resume": (
        *AROUND_A_SEND * 2,
        *_around("run_resumed", "send_intended", "send_settled", *_RARE),
        "leased",
    ),
    "resolve": (*_around("send_resolved", "send_settled", "lease_lost"), "leased"),
    "decide": (*_around("step_decided"), "leased"),
    "cancel": (*_around("run_cancelled"), "leased"),
}
"""Points that a command may pass."""


def steps_of(chance: random.Random) -> tuple[Step, ...]:
    """Draw three to five steps, with conditions on those before."""
    made: list[Step] = []
    for name in ("one", "two", "three", "four", "five")[: chance.randint(3, 5)]:
        rest = [f"on_failure: {chance.choice(('halt', 'pause', 'continue'))}"]
        if chance.random() < 0.25:
            rest.append("success: failed == 0")
        if made and chance.random() < 0.3:
            before = chance.choice(made).id
            asked = chance.choice(("status == 'succeeded'", "initiated > 0", "ran", "failed_pct < 50"))
            rest.append(f'when: "steps.{before}.{asked}"')
        channel = chance.choice(("sms", "whatsapp", "call"))
        status = chance.choice(("bounced", "pending", "paid"))
        made.append(Step(name, channel, status, chance.randint(1, 8), ", ".join(rest)))
    return tuple(made)


def faults_of(chance: random.Random) -> tuple[Fault, ...]:
    """Draw up to three faults, each for one of the first requests."""
    return tuple(_fault(chance) for _ in range(chance.randint(0, 3)))


def _fault(chance: random.Random) -> Fault:
    skip, accepted = chance.randint(0, 5), chance.random() < 0.5
    return chance.choice(
        (
            Fault(Kind.REFUSE, skip=skip),
            Fault(Kind.RESET, skip=skip, accepted=accepted),
            Fault(Kind.STALL, skip=skip, accepted=accepted, seconds=chance.choice((0.1, 0.3, 1.4))),
            Fault(Kind.STALL, skip=skip, accepted=accepted),
            Fault(Kind.TRUNCATED, skip=skip),
            Fault(Kind.GARBLED, skip=skip),
            Fault(Kind.PARTIAL, skip=skip),
            Fault(Kind.ALL_FAILED, skip=skip),
            Fault(Kind.OVERREACH, skip=skip, extra=2),
            Fault(Kind.STATUS, skip=skip, status=chance.choice((400, 401, 402, 429))),
            Fault(Kind.STATUS, skip=skip, status=chance.choice((500, 502, 503)), accepted=accepted),
            Fault(Kind.WRONG_COUNTS, skip=skip, accepted=True),
        )
    )


class Round:
    """One round. ``met`` counts kills, freezes, signals and doubts, and what was accepted, also twice."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.met: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311  (drawn again from the same seed)

    def play(self, forking: Forking, folder: Path) -> None:
        """Play the round to its end, and judge it."""
        steps, faults = steps_of(self._chance), faults_of(self._chance)
        with scene(forking, folder, *faults, steps=steps, seed=self.seed) as where:
            person = Person(where, faults, work=partial(self._work, where), pick=self._pick)
            person.start()
            person.take_to_the_end()
            where.judge()
            self._count(where)
            self.met["doubts"] += person.doubts

    def play_deaths(self, forking: Forking, folder: Path, *, is_gated: bool) -> None:
        """Kill around sends and resume, settle nothing: with the gate that ends at the first doubt."""
        with scene(forking, folder, steps=steps_of(self._chance), seed=self.seed) as where:
            where.is_gated = is_gated
            words: tuple[str, ...] = ("run", "chaos.yaml")
            while not where.worked or where.worked[-1].ended.code == -SIGKILL:
                is_mortal = self.met["kills"] < MOST_DEATHS
                point = Fate(self._chance.choice(AROUND_A_SEND), self._chance.choice((1, 2)))
                ended = where.do(*words, twist=Twist(point) if is_mortal else PLAIN)
                self.met["kills"] += ended.code == -SIGKILL
                words = ("resume", "last") if where.standing() else words
            self._count(where)

    def _count(self, where: Scene) -> None:
        accepted = where.accepted()
        self.met["accepted"] += accepted.total()
        self.met["twice"] += sum(times - 1 for times in accepted.values())
        self.met["processes"] += len(where.worked)

    def _pick(self, lines: Sequence[str]) -> str:
        """Type mostly what is likeliest."""
        return lines[0] if self._chance.random() < LIKELIEST else self._chance.choice(lines)

    # ------------------------------------------------ what befalls a process

    def _work(self, where: Scene, *words: str) -> Ended:
        befallen = self.met["kills"] + self.met["freezes"] + self.met["signals"]
        how, weights = zip(*BEFALLS.items(), strict=True)
        befalls = self._chance.choices(how, weights)[0]
        if befallen >= MOST_DEATHS or befalls == "lives":
            return where.do(*words)
        fate = self._fate(words[0]) if befalls == "point" else None
        before = len(where.requests())
        going = where.start(*words, twist=Twist(fate))
        if fate is None:
            going.ends_within(self._chance.uniform(0, LONGEST_WORK_S))
            self.met["signals"] += befalls == "signal"
            going.signal(self._signal(befalls))
        others = range(0)
        if (befalls == "freeze" or fate is not None) and going.wait_stopped():
            others = self._thaw(where, going, holds=fate is not None, ends=words[0] == "cancel")
        ended = going.wait()
        self.met["kills"] += ended.code == -SIGKILL
        return where.note(words, before, ended, but_not=others)

    def _fate(self, verb: str) -> Fate:
        how = self._chance.choice(("kill", "kill", "freeze"))
        return Fate(self._chance.choice(POINTS[verb]), self._chance.choice((1, 1, 2)), how)

    def _signal(self, befalls: str) -> int:
        polite = self._chance.choice((SIGINT, SIGTERM))
        return {"kill": SIGKILL, "freeze": SIGSTOP, "signal": polite}[befalls]

    def _thaw(self, where: Scene, going: Forked, *, holds: bool, ends: bool) -> range:
        """Let somebody else try, and time pass; then thaw it, or kill it where it stands.

        Give the requests of the other one: who ``holds`` the campaign lets nobody else send. Who ``ends`` the
        run may have written so before it was frozen.
        """
        self.met["freezes"] += 1
        others = range(0)
        if self._chance.random() < EVEN:
            where.settle_down()
            before = len(where.requests())
            # Frozen while it opens or closes the log, a process keeps everybody out, also who looks.
            other = where.do("resume", "last", twist=Twist(patience_s=1))
            others = range(before, len(where.requests()))
            usual = {Exit.LEASE_OR_LOG, Exit.USAGE} | ({Exit.STANDS} if ends else set())
            assert other.code in usual or not holds, other
        going.ends_within(self._chance.uniform(0, LONGEST_FREEZE_S))
        going.signal(SIGKILL if self._chance.random() < EVEN else SIGCONT)
        return others
