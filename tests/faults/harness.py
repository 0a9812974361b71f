"""A scene: one runbook, its sandbox and its run log, every process that worked on them, and the judge.

The judge goes by what the sandbox accepted, never by the run log.
"""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM
from tempfile import mkdtemp

from engine.api.verifying import verify
from engine.clock import now
from engine.frozen import dataclass, replace
from engine.record.outcome import RunStatus
from engine.runlog.sqlite import look_at
from engine.sandbox import Fault, Kind, Received
from engine.sandbox.server import Served
from tests.faults.points import Twist
from tests.faults.processes import PLAIN, Ended, Forked, Forking
from tests.faults.steps import HANDLING, STEPS, Step, runbook
from tests.replays import decided_otherwise
from tests.sandboxes import HEADERS, TOKEN, rows, served

CUSTOMERS = 30
AFTER_SENDS = range(20, 25)
"""The exit codes of a process that may have had something accepted."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A process that worked alone: its command line, its end, the requests that arrived meanwhile."""

    arguments: tuple[str, ...]
    ended: Ended
    requests: frozenset[int]
    ran_to_the_end: bool


class Scene:
    """One runbook on one sandbox under one log. ``skew_s`` is how far its time is ahead; it only grows."""

    def __init__(self, forking: Forking, folder: Path, where: Served, steps: Sequence[Step]) -> None:
        self.forking = forking
        self.folder = folder
        self.sandbox = where.sandbox
        self.served = where
        self.steps = steps
        self.log = folder / "runlog.db"
        self.environment = {"TIMEPAY_BASE_URL": where.address, "TIMEPAY_TOKEN": TOKEN}
        self.worked: list[Worked] = []
        self.skew_s = 0.0
        self.is_gated = True
        self.overreaches = False

    # ------------------------------------------------ processes

    def start(self, *arguments: str, twist: Twist = PLAIN) -> Forked:
        """Start a process."""
        told = replace(twist, skew_s=twist.skew_s + self.skew_s, is_gated=self.is_gated)
        return self.forking.start(self.words(*arguments), self.folder, self.environment, told)

    def do(self, *arguments: str, twist: Twist = PLAIN) -> Ended:
        """Have a process run to its end; nobody else is at work."""
        before = len(self.requests())
        return self.note(arguments, before, self.start(*arguments, twist=twist).wait())

    def note(
        self, arguments: tuple[str, ...], before: int, ended: Ended, *, but_not: range = range(0)
    ) -> Ended:
        """Remember a process that has worked since there were so many requests; ``but_not`` are of others."""
        self.settle_down()
        ran_to_the_end = ended.code == 0 and "finished" in ended.out and arguments[0] in {"run", "resume"}
        met = frozenset(range(before, len(self.requests()))) - frozenset(but_not)
        self.worked.append(Worked(arguments, ended, met, ran_to_the_end))
        return ended

    def words(self, *arguments: str) -> list[str]:
        """Complete a command line: the log, and a yes where one is asked for."""
        yes = ["--yes"] if arguments[0] in {"run", "resume"} else []
        return [*arguments, *yes, "--log", str(self.log)]

    # ------------------------------------------------ the sandbox

    def requests(self) -> tuple[Received, ...]:
        """Give the initiate requests that arrived."""
        return tuple(each for each in self.sandbox.requests if each.path.startswith("/initiate/"))

    def until_requests(self, number: int) -> None:
        """Wait until so many initiate requests have arrived."""
        for _ in range(2000):
            if len(self.requests()) >= number:
                return
            threading.Event().wait(0.01)
        raise AssertionError(f"there is no request {number}")

    def until_standing(self, status: RunStatus) -> None:
        """Wait until the newest run stands so."""
        for _ in range(2000):
            if self.log.exists() and self.standing()[:1] == [status]:
                return
            threading.Event().wait(0.01)
        raise AssertionError(f"no run is {status}")

    def settle_down(self) -> None:
        """Wait until the sandbox has read whatever reached it: it answers in the order of arrival."""
        with suppress(OSError, http.client.HTTPException):  # where connections are refused, none waits
            for _ in range(2):
                with closing(http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=20)) as asked:
                    asked.request("GET", "/api/v1/campaigns", headers=HEADERS)
                    asked.getresponse().read()

    def quiet(self, stalls: Sequence[Fault]) -> None:
        """Wait until requests that a stall holds back have been carried out, or never will be."""
        longest_s = max((fault.seconds or 0 for fault in stalls if fault.kind is Kind.STALL), default=0)
        for request in self.requests():
            if request.fault == Kind.STALL:
                left_s = longest_s + 0.3 - (now() - request.at).total_seconds()
                threading.Event().wait(max(0, left_s))

    def accepted(self) -> Counter[str]:
        """Count how often each key's request was accepted."""
        return Counter(key_of(each) for each in self.requests() if each.accepted is not None)

    # ------------------------------------------------ the judge

    def judge(self) -> None:
        """Fail unless all went by the rules, whatever was done to the processes."""
        accepted = self.accepted()
        assert not (twice := {key: times for key, times in accepted.items() if times > 1}), twice
        self._judge_people()
        self._judge_codes()
        self._judge_log(accepted)

    def _judge_people(self) -> None:
        """Nobody outside the plan: requests are those of the runbook, people those of its filters."""
        by_key = {step.key: step for step in self.steps}
        for request in self.requests():
            assert json.loads(request.body) == by_key[key_of(request)].body()
        if self.overreaches:
            return
        status = {row["loan_id"]: row["payment_status"] for row in rows(CUSTOMERS)}
        got: Counter[str] = Counter()
        for message in self.sandbox.outbox:
            step = by_key[message.template or message.agent or ""]
            assert status[message.customer] == step.status, message
            got[step.key] += 1
        for key, people in got.items():
            assert people <= by_key[key].limit, key

    def _judge_codes(self) -> None:
        """Whose exit code says so had nothing accepted, but for a finished run's 0.

        A process that a signal ends shows 130 or 143 in a shell, so this goes for those too.
        """
        requests = self.requests()
        for worked in self.worked:
            code = worked.ended.code
            says_nothing_sent = code not in AFTER_SENDS and code != -SIGKILL
            sent = [requests[each] for each in worked.requests if requests[each].accepted is not None]
            assert not (says_nothing_sent and sent and not worked.ran_to_the_end), (worked, sent)
            assert "Traceback" not in worked.ended.err, worked
            assert code in KNOWN_CODES, worked

    def _judge_log(self, accepted: Counter[str]) -> None:
        """All of it can be proved, and is decided again alike; what was accepted had its intent on disk."""
        log = look_at(self.log)
        if log is None:
            assert not accepted, "something was accepted without a log"
            return
        try:
            runs = [entry.run for entry in log.runs()]
            assert not (faults := verify(log).faults), faults
            assert not (found := [*decided_otherwise(log)]), found
            intended = {send.address for run in runs for send in log.sends(run)}
            assert {step.address for step in self.steps if accepted[step.key]} <= intended
        finally:
            log.close()

    def standing(self) -> list[RunStatus]:
        """Say how the runs stand."""
        log = look_at(self.log)
        if log is None:
            return []
        try:
            return [entry.status for entry in log.runs()]
        finally:
            log.close()


KNOWN_CODES = {-SIGKILL, -SIGTERM, -SIGINT, 0, *range(10, 17), *AFTER_SENDS, 64, 130, 143}
"""The exit codes of DESIGN, section 7, but for 1, which is a bug, and ends by the signals of the tests."""


def key_of(request: Received) -> str:
    """Say of which step a request is."""
    body = json.loads(request.body)
    return str(body.get("templateId") or body.get("agentId"))


@contextmanager
def scene(
    forking: Forking,
    base: Path,
    *faults: Fault,
    steps: Sequence[Step] = STEPS,
    handling: str = HANDLING,
    seed: int = 0,
) -> Iterator[Scene]:
    """Set a scene: the runbook is ``chaos.yaml`` in a folder of its own below ``base``."""
    folder = Path(mkdtemp(dir=base))
    (folder / "chaos.yaml").write_text(runbook(steps, handling), "utf-8")
    with served(CUSTOMERS, seed=seed) as where:
        where.sandbox.script(*faults)
        made = Scene(forking, folder, where, steps)
        made.overreaches = any(fault.kind is Kind.OVERREACH for fault in faults)
        yield made


def environment_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Give an environment without anything that says how runbooks are to be run."""
    ours = ("RUNBOOK_", "TIMEPAY_", "GITHUB_")
    return {name: value for name, value in variables.items() if not name.startswith(ours) and name != "CI"}
