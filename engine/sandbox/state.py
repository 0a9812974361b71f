"""The sandbox itself: the API in one object, with the outbox that judges what was sent. No sockets."""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import RLock

from engine.diagnostics import Json
from engine.frozen import replace
from engine.sandbox.customers import Campaign, campaign_from, changed
from engine.sandbox.faults import Fault, Kind
from engine.sandbox.outbox import Message, Received
from engine.sandbox.tampering import spoilt
from engine.sandbox.wire import Break, Call, Reply
from engine.sandbox.world import Options, Visit, World

REFUSED = Reply(0).over(Break.REFUSED)


class Sandbox:
    """The API on this machine; safe to use from several threads.

    Time and chance are given: ``clock`` reads the instant, ``seed`` decides whatever is left to chance.
    """

    def __init__(self, clock: Callable[[], datetime], seed: int = 0, options: Options | None = None) -> None:
        self._clock = clock
        self._lock = RLock()
        self._world = World(seed, options or Options(), {})

    def refuses(self, call: Call) -> bool:
        """Say whether the connection for a request is refused; asked once, before ``answer``."""
        with self._lock:
            return self._world.script.refuses(call)

    def answer(self, call: Call, *, connected: bool = False, fault: Fault | None = None) -> Reply:
        """Answer a request; where the reply has ``later``, it is carried out only when that is called.

        ``connected`` says that ``refuses`` was asked already, ``fault`` what befalls this very request in
        place of the script's.
        """
        with self._lock:
            world, at = self._world, self._clock()
            if not connected and world.script.refuses(call):
                return REFUSED
            faults = world.script.due(call) if fault is None else (fault,)
            visit = Visit(call, at, 0, faults, accept=True)
            visit = replace(visit, number=world.note(call, at, visit.fault))
            if visit.fault is None:
                return self._finish(world, visit, world.answer(visit))
            return self._play(world, visit, visit.fault)

    def _play(self, world: World, visit: Visit, fault: Fault) -> Reply:
        if fault.kind is Kind.STALL and not fault.accepts:
            return self._held(world, visit, fault)
        reply = world.answer(replace(visit, accept=fault.accepts))
        return self._finish(world, visit, spoilt(reply, fault, visit.call, visit.at))

    def _held(self, world: World, visit: Visit, fault: Fault) -> Reply:
        """Stall before anything is done; what comes after is done when the stall is over."""

        def later() -> Reply:
            with self._lock:
                late = replace(visit, at=self._clock())
                return self._finish(world, late, world.answer(late))

        stalled = Reply(0).over(Break.STALLED, fault.seconds)
        if fault.seconds is None:
            return stalled
        return replace(stalled, later=later, outlives=fault.outlives)

    @staticmethod
    def _finish(world: World, visit: Visit, reply: Reply) -> Reply:
        lost = reply.wire.kind is Break.RESET or (
            reply.wire.kind is Break.STALLED and reply.wire.seconds is None
        )
        world.note_answer(visit.number, None if lost else reply.status)
        return reply

    # ------------------------------------------------------------ control

    def load(self, *campaigns: "Json | Campaign") -> None:
        """Add campaigns, or put them in place of those with the same id; raises ValueError on bad data."""
        given = [each if isinstance(each, Campaign) else campaign_from(each) for each in campaigns]
        with self._lock:
            self._world.campaigns.update({each.id: each for each in given})

    def change(self, campaign: str, customer: str, **columns: str) -> None:
        """Change columns of one customer, as the lender's system does when somebody pays."""
        with self._lock:
            known = self._world.campaigns
            known[campaign] = changed(known[campaign], customer, columns)

    def script(self, *faults: Fault) -> None:
        """Add faults; of several that are due at a request, the first that was added is played."""
        with self._lock:
            self._world.script.add(*faults)

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._world.script.clear()

    def reset(self) -> None:
        """Forget messages, requests, log rows and faults; campaigns stay. Held requests never count."""
        with self._lock:
            old = self._world
            self._world = World(old.seed, old.options, old.campaigns)

    # ------------------------------------------------------------ looking

    @property
    def options(self) -> Options:
        """How this sandbox reads what the reference leaves open."""
        return self._world.options

    @property
    def campaigns(self) -> Mapping[str, Campaign]:
        """The campaigns by id."""
        with self._lock:
            return dict(self._world.campaigns)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that can still be played."""
        with self._lock:
            return self._world.script.waiting

    @property
    def outbox(self) -> tuple[Message, ...]:
        """Every message that was accepted, in order."""
        with self._lock:
            return tuple(self._world.messages)

    @property
    def requests(self) -> tuple[Received, ...]:
        """Every request that arrived, in order; refused connections are none."""
        with self._lock:
            return tuple(self._world.requests)
