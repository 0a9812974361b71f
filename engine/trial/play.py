"""Plays a plan: the real engine, the real client and the real log, before a sandbox in the process."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from engine import __version__, clock
from engine.diagnostics import Json
from engine.frozen import replace
from engine.planner.model import Making, Plan
from engine.planner.program import program_document
from engine.record.event import Event, SendIntended
from engine.record.plan import Account, Program
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runlog.sqlite import open_log
from engine.runner.ports import Surroundings
from engine.runner.start import Order, Result, start
from engine.sandbox import Options, Sandbox
from engine.sandbox.asked import CHANNELS
from engine.sandbox.reading import faults_of
from engine.sandbox.wire import Unreadable
from engine.timepay.client import Client
from engine.timepay.token import Token
from engine.trial.answers import Answers, Spelling, read_answers
from engine.trial.clock import SkippingClock
from engine.trial.people import people_for
from engine.trial.trial import Message, Sent, Trial
from engine.trial.wire import InProcess

RUN = "RUN"
"""The name of a run that is gone when its trial ends; in a command line it stands for the real one."""

_HERE = Account("http://127.0.0.1/api/v1")
_NO_ANSWERS: Mapping[str, Spelling] = {}


def play(
    plan: Plan,
    *,
    customers: Sequence[Mapping[str, Json]] | None = None,
    answers: Mapping[str, Spelling] = _NO_ANSWERS,
    faults: Iterable[str] = (),
    seed: int = 0,
    on_event: Callable[[Event, RunState], None] | None = None,
) -> Trial:
    """Carry a plan out where nobody can be reached, and leave nothing behind.

    ``customers`` are the campaign's rows, as the sandbox loads them; None: made up so that each request
    finds some. ``answers`` say by step or address how the API answers (``207:failed=50``, ``500``,
    ``lost``, …), ``faults`` are spelled as ``runbook sandbox --fault`` takes them; what is said of a step
    wins. Waits move the trial's own clock, which begins now. ``on_event`` is told each event once it is
    in the log. Raises ``Refusal`` for answers, faults and customers that make no sense.
    """
    said = read_answers(plan.program, answers)
    time = SkippingClock(clock.now())
    endpoints = _endpoints(plan.program)
    sandbox = Sandbox(time.now, seed, Options(endpoints=endpoints))
    _load(sandbox, plan, people_for(plan.program, seed) if customers is None else customers)
    sandbox.script(*faults_of(faults, endpoints))
    wire, token = InProcess(sandbox, time, said.befalls), Token("sandbox")
    client = Client(_HERE, token, transport=wire, boottime_s=time.boottime_s, now=time.now)
    desk = _Desk(sandbox, said, on_event)
    with _log(time) as log:
        around = Surroundings(log, client, time, _Undisturbed(), lambda: None, desk.told)
        making = Making(time.at, time.at + timedelta(hours=1), "", __version__)
        document = program_document(replace(plan, account=_HERE), making)
        order = Order(RUN, document, plan.program, UTC, lambda: None)
        result = start(order, around)
        wire.come_late()
        return desk.trial(result, log, plan.runbook.campaign.id)


def _endpoints(program: Program) -> frozenset[str]:
    """Give the endpoints of installed channels: the sandbox has to know them beside its own."""
    asked = {send.request.path.rpartition("/")[2] for step in program.steps for send in step.sends}
    return frozenset(asked - CHANNELS.keys())


def _load(sandbox: Sandbox, plan: Plan, rows: Sequence[Mapping[str, Json]]) -> None:
    about = plan.runbook.campaign
    try:
        sandbox.load(
            {"id": about.id, "name": about.name or about.id, "customers": [dict(row) for row in rows]}
        )
    except Unreadable as error:
        cure = "give each customer an id of its own: loan_id, or lead_id"
        raise Refusal(str(error), cure, Exit.INVALID) from None


@contextmanager
def _log(time: SkippingClock) -> Iterator[RunLog]:
    """Make a log that is gone after the block, however it ends."""
    with TemporaryDirectory(prefix="runbook-trial-") as folder:
        path = Path(folder, "runlog.db")
        with closing(open_log(path, actor="trial", owner="trial", create=True, now=time.now)) as log:
            yield log


class _Undisturbed:
    """Interrupts of a run that nobody waits for: Ctrl-C ends the process as it ends any other."""

    asked = False

    def in_flight(self) -> AbstractContextManager[None]:
        """Let whatever ends the process pass through."""
        return nullcontext()


class _Desk:
    """Writes down what happens, and to which step each request belongs."""

    def __init__(
        self, sandbox: Sandbox, said: Answers, on_event: Callable[[Event, RunState], None] | None
    ) -> None:
        self._sandbox = sandbox
        self._said = said
        self._on_event = on_event
        self._events: list[Event] = []
        self._intents: dict[int, SendIntended] = {}

    def told(self, event: Event, state: RunState) -> None:
        if isinstance(event, SendIntended):
            self._said.expect(event)
            # The next request that arrives is this one's, or (where it never leaves) the next intent's.
            self._intents[len(self._sandbox.requests) + 1] = event
        self._events.append(event)
        if self._on_event is not None:
            self._on_event(event, state)

    def trial(self, result: Result, log: RunLog, campaign: str) -> Trial:
        steps = {entry.accepted: self._intents[entry.number].step for entry in self._sandbox.requests}
        return Trial(
            result,
            log.find(result.run),
            tuple(log.sends(result.run)),
            tuple(self._events),
            tuple(self._sent()),
            tuple(
                Message(each.customer, each.channel, each.template, steps[each.request], each.at)
                for each in self._sandbox.outbox
            ),
            self._sandbox.campaigns[campaign].customers,
        )

    def _sent(self) -> Iterator[Sent]:
        for entry in self._sandbox.requests:
            intent, body = self._intents[entry.number], entry.to_json()["body"]
            accepted = entry.accepted is not None
            yield Sent(intent.step, intent.address, intent.attempt, entry.path, body, accepted, entry.status)
