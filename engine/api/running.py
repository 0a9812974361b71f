"""Starting runs and taking them further, as programs do: each guard of the command line is an argument."""

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.api.interrupts import Interrupts
from engine.api.log import refuse_unusable
from engine.api.orders import Terms, carried, to_resume, to_start
from engine.api.reviewed import Review, refuse_no_digest
from engine.api.stops import stop_files, stop_of
from engine.clock import Steady
from engine.config.address import is_loopback
from engine.frozen import replace
from engine.planner.load import program_of
from engine.planner.model import Making, Plan
from engine.record.event import Event
from engine.record.plan import Account
from engine.record.state import RunState
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runner import ports
from engine.runner import start as runner
from engine.runner.ports import Surroundings
from engine.runner.start import Result

if TYPE_CHECKING:
    from engine.api.client import Client

OnEvent = Callable[[Event, RunState], None]
"""What is told an event once it is durable, with how the run stands after it."""


def run(  # noqa: PLR0913  (each is a word of its own to whoever calls it)
    plan: Plan,
    *,
    client: "Client",
    log: RunLog,
    clock: ports.Clock | None = None,
    on_event: OnEvent | None = None,
    interrupts: ports.Interrupts | None = None,
    expect: str | None = None,
    within: str | None = None,
    at_most: int | None = None,
    again: str | None = None,
) -> Result:
    """Start a run of a plan and go on until it ends or stands; each request is made at most once.

    A run that halts, pauses or is in doubt is a ``Result``. What keeps it from being started is a
    ``Refusal``, and leaves no run behind; what tears it off is a ``Broken``, whose ``run`` can be
    resumed. Whoever calls this has said yes: nobody is asked. As on the command line ``expect`` takes
    the digest of the reviewed plan, ``within`` that of the reviewed rules, and ``at_most`` a number of
    messages; where real people can be reached, one of them must be given (64). ``again`` is a person's
    reason to send once more on an occasion.

    ``on_event`` is told each event of the run once it is durable, in order, on this thread and before
    the next thing happens. An exception that it raises is logged (to the logger ``engine``), and
    changes nothing of the run. ``interrupts`` lets another thread end the run in good order.
    """
    review = _review(plan.account, expect, within, at_most)
    clock = clock or Steady()
    making = _refuse_unfit(plan, client.account, clock)
    interrupts, stopped = _begun(interrupts), _stopped(log)
    with client._in_use() as timepay:  # noqa: SLF001  (open to programs it could send past the gate)
        terms = Terms(review, client.account, timepay.campaign, _nothing, _nothing)
        order = _kept(to_start(plan, making, clock.now(), terms, again))
        around = Surroundings(log, timepay, clock, interrupts, stopped, _told(on_event))
        return carried(order.run, around, partial(runner.start, order))


def resume(  # noqa: PLR0913  (each is a word of its own to whoever calls it)
    run: str,
    *,
    client: "Client",
    log: RunLog,
    clock: ports.Clock | None = None,
    on_event: OnEvent | None = None,
    interrupts: ports.Interrupts | None = None,
    expect: str | None = None,
    within: str | None = None,
    at_most: int | None = None,
    accept: str | None = None,
) -> Result:
    """Go on with a run where it stopped, by the plan in its log; otherwise all is as for ``run``.

    ``run`` is its id, a unique beginning of one, or ``last``. A finished run gives its result again,
    one in doubt stays so until it is settled. ``accept`` is a person's reason to go on behind the step
    that halted it; ``at_most`` bounds what is still to come.
    """
    review = _review(client.account, expect, within, at_most)
    interrupts, stopped = _begun(interrupts), _stopped(log)
    with client._in_use() as timepay:  # noqa: SLF001  (open to programs it could send past the gate)
        terms = Terms(review, client.account, timepay.campaign, _nothing, _nothing)
        wanted = to_resume(log.find(run), log, terms, accept)
        around = Surroundings(log, timepay, clock or Steady(), interrupts, stopped, _told(on_event))
        return carried(wanted.entry.run, around, partial(runner.resume, wanted))


def _review(account: Account | None, expect: str | None, within: str | None, at_most: int | None) -> Review:
    """Take what was reviewed; real people are not reached without a bound (64)."""
    refuse_no_digest("expect", expect)
    refuse_no_digest("within", within)
    if at_most is not None and (type(at_most) is not int or at_most < 1):
        raise Refusal(f"at_most takes a whole number of messages, and {at_most!r} is none", "pass 1 or more")
    review = Review(expect, within, at_most, is_by_program=True)
    if account is not None and not is_loopback(account.base_url) and not review.is_said:
        raise Refusal(
            f"{account.base_url} reaches real people, and nothing bounds what is sent to them",
            "pass expect=DIGEST, within=DIGEST or at_most=N: nothing is sent that nobody reviewed",
        )
    return review


def _refuse_unfit(plan: Plan, here: Account, clock: ports.Clock) -> Making:
    """Refuse a plan for nowhere (64), for another account than the client's, or too old to start (13)."""
    assert plan.making is not None, "engine.plan says when a plan was made"
    if plan.account is None:
        raise Refusal("the plan is for no environment: there is nowhere to send to", "plan it for one")
    if plan.account != here:
        raise Refusal(
            f"the plan is for {_named(plan.account)}, and the client speaks to {_named(here)}",
            "make the client with plan.account",
            Exit.NOT_AS_REVIEWED,
        )
    if clock.now() >= plan.making.expires_at:
        until = date_and_time(plan.making.expires_at)
        raise Refusal(f"the plan held until {until}", "plan again, and review it", Exit.NOT_AS_REVIEWED)
    return plan.making


def _named(account: Account) -> str:
    return f"{account.base_url}, organisation {account.org or 'not set'}"


def _begun(interrupts: ports.Interrupts | None) -> ports.Interrupts:
    """Refuse to begin what is to end (11): nothing is left behind then."""
    if interrupts is not None and interrupts.asked:
        raise Refusal(
            "whoever started this has ended it", "start it anew with other interrupts", Exit.GUARDED
        )
    return interrupts or Interrupts()


def _kept(order: runner.Order) -> runner.Order:
    """Give the order with a program of its own, read from what the digests cover, as a resume reads it.

    Whoever calls has the plan in hand, and can change what is in it while the run goes on.
    """
    document = json.loads(json.dumps(order.document))
    return replace(order, document=document, program=program_of(document))


def _stopped(log: RunLog) -> Callable[[], str | None]:
    """Look for STOP files where the command line does; refuses (64) a log that cannot be used here."""
    refuse_unusable(log)
    return partial(stop_of, stop_files(log.path))


def _nothing(*_: object) -> None:
    """Neither ask nor refuse: to call ``run`` is to say yes."""


def _told(on_event: OnEvent | None) -> OnEvent:
    def told(event: Event, state: RunState) -> None:
        if on_event is None:
            return
        try:
            on_event(event, state)
        except Exception:
            # Raised into the run it would leave an intent in doubt of which nothing has left.
            import logging  # noqa: PLC0415  (only a listener that fails needs it)

            logging.getLogger("engine").exception(
                "on_event failed at %s; the run goes on", type(event).__name__
            )

    return told
