"""The API as one process sees it: the sandbox, its answers classified by the client's own rules."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from engine.record.outcome import Outcome, SendStatus
from engine.record.request import Request
from engine.runner.ports import GaveUp
from engine.sandbox import Break, Call, Fault, Kind, Reply, Sandbox
from engine.sandbox.tampering import BREAKS
from engine.timepay.classify import classify
from engine.timepay.messages import MOST_BYTES, Unreadable
from tests.properties.crashing import Doom, World
from tests.properties.random_runbooks import Dice

_HEADERS = {"authorization": "Bearer sandbox", "content-type": "application/json"}

LATEST_S = 9
"""So long after the deadline a request that stalled may still be carried out; the grace is 10 s."""

# Of these the API is believed that nothing was taken (DESIGN, section 7), so here nothing is.
_BELIEVED = (400, 401, 402, 403, 405, 409, 411, 413, 415, 422, 429)
_DOUBTFUL = (200, 202, 301, 307, 408, 418, 500, 502, 503, 504)


def _faults() -> Iterator[Fault]:
    yield Fault(Kind.REFUSE)
    yield from (Fault(Kind.STATUS, status=status) for status in _BELIEVED)
    yield from (Fault(Kind.STATUS, status=429, retry_after=after) for after in ("1", "8", "300", "soon"))
    yield from (Fault(Kind.STATUS, status=404, about=about) for about in ("campaign", "customers", "agent"))
    for accepted in (True, False):
        yield from (Fault(Kind.STATUS, status=status, accepted=accepted) for status in _DOUBTFUL)
        yield from (Fault(kind, accepted=accepted) for kind in (Kind.RESET, Kind.STALL, Kind.GARBLED))
        yield from (Fault(kind, accepted=accepted) for kind in (Kind.TRUNCATED, Kind.EMPTY, Kind.WRONG_TYPE))
        yield from (Fault(Kind.STALL, seconds=seconds, accepted=accepted) for seconds in (2, 33, 600))
    yield from (Fault(Kind.STATUS, status=status, keep_body=True, accepted=True) for status in (429, 500))
    yield Fault(Kind.OVERSIZED, size_bytes=MOST_BYTES + 1)
    for reached in ("none", "half", "all"):
        yield from (Fault(kind, reached=reached) for kind in (Kind.PARTIAL, Kind.ALL_FAILED))
    yield from (Fault(Kind.PARTIAL, failed=1) for _ in range(4))
    yield from (Fault(Kind.WRONG_COUNTS, breaks=breaks) for breaks in BREAKS)
    yield from (Fault(Kind.OVERREACH, ignore=ignore) for ignore in ("limit", "filters"))
    yield Fault(Kind.OVERREACH, extra=2)


FAULTS: Sequence[Fault] = tuple(_faults())


class Interrupts:
    """A person who may want the run to end."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Do nothing: the API itself raises ``GaveUp`` where patience ends."""
        yield


class FaultyApi:
    """Carries requests to the sandbox, under faults; the process may die at every instant of it.

    ``connected`` is called when a request is about to ask whether it may leave, ``arrived`` when the
    sandbox took it in, ``answering`` before anything is known of what came of it.
    """

    def __init__(
        self, sandbox: Sandbox, world: World, doom: Doom, dice: Dice, interrupts: Interrupts
    ) -> None:
        self._sandbox = sandbox
        self._world = world
        self._doom = doom
        self._dice = dice
        self._interrupts = interrupts
        self.is_calm = False
        self.connected: Callable[[], None] = lambda: None
        self.arrived: Callable[[Request], None] = lambda _request: None
        self.answering: Callable[[], None] = lambda: None

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Make one request, once."""
        self._doom.tick()
        self._sandbox.heal()
        if not self.is_calm and self._dice.chance(55):
            self._sandbox.script(self._dice.pick(FAULTS))
        call = Call(request.method, request.path, {}, _HEADERS, request.wire())
        if self._sandbox.refuses(call):
            return Outcome(SendStatus.NOT_SENT, reason="the connection was refused")
        self._world.pass_by(0.1)
        self.connected()
        if (reason := leaving()) is not None:
            return Outcome(SendStatus.NOT_SENT, reason=reason)
        self._doom.tick()
        reply = self._sandbox.answer(call, connected=True)
        self.arrived(request)
        self._doom.tick()
        outcome = self._carried(request, reply, timeout_s)
        self.answering()
        self._doom.tick()
        return outcome

    def _carried(self, request: Request, reply: Reply, timeout_s: float) -> Outcome:
        if not self.is_calm and self._dice.chance(4):
            self._interrupts.asked = True
            raise self._dice.pick((GaveUp, OSError))
        if reply.wire.kind is Break.STALLED:
            seconds = reply.wire.seconds
            if seconds is None or seconds > timeout_s:
                return self._stalled(reply, seconds, timeout_s)
            self._world.pass_by(seconds)
            reply = reply if reply.later is None else reply.later()
        if reply.wire.kind is Break.RESET:
            return Outcome(SendStatus.IN_DOUBT, None, "the connection was reset")
        return self._classified(request, reply)

    def _stalled(self, reply: Reply, seconds: float | None, timeout_s: float) -> Outcome:
        """Wait in vain; the API may carry the request out when nobody waits any more."""
        if reply.later is not None and seconds is not None:
            self._world.later(min(seconds, timeout_s + LATEST_S), partial(self._come_late, reply.later))
        self._world.pass_by(timeout_s)
        return Outcome(SendStatus.IN_DOUBT, None, "no answer in time")

    @staticmethod
    def _come_late(later: Callable[[], Reply]) -> None:
        later()

    def _classified(self, request: Request, reply: Reply) -> Outcome:
        body: bytes | Unreadable = reply.body
        if reply.wire.kind is Break.TRUNCATED:
            body = Unreadable("the answer broke off", reply.body[: len(reply.body) // 2])
        elif len(reply.body) > MOST_BYTES:
            body = Unreadable("the answer is too long")
        return classify(reply.status, reply.headers, body, request, self._world.at)
