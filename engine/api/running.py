"""Starting runs and taking them further, as programs do: each guard of the command line is an argument."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.api.files import working_directory
from engine.api.interrupts import Interrupts
from engine.api.orders import campaign_name, carried, left, order_of
from engine.api.planning import ZONE
from engine.api.reviewed import (
    Review,
    refuse_digests,
    refuse_more,
    refuse_no_digest,
    refuse_other_campaign,
    refuse_unreviewed,
)
from engine.api.stops import stop_files, stop_of
from engine.clock import Steady
from engine.config.address import is_loopback
from engine.planner.model import Making, Plan
from engine.record.event import Event
from engine.record.plan import Account, Program
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runlog.sqlite import SqliteLog
from engine.runner import ports
from engine.runner import start as runner
from engine.runner.ports import Surroundings
from engine.runner.start import Result, Resumption

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
    _refuse_blank("again", again)
    clock = clock or Steady()
    making = _refuse_unfit(plan, client.account, clock)
    refuse_unreviewed(review, plan, making)
    interrupts = _begun(interrupts)
    _refuse_unusable(log)

    def agree() -> None:
        if review.at_most is not None:  # else nobody need walk all ways to count messages
            refuse_more(review, plan.analysis.messages.number)
        campaign = plan.runbook.campaign
        refuse_other_campaign(client.campaign, campaign.id, campaign.name, client.account.org)

    with client.in_use():
        around = Surroundings(log, client, clock, interrupts, _stopped(log), _told(on_event))
        order = order_of(plan, making, clock.now(), agree, again)
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
    _refuse_blank("accept", accept)
    _refuse_unusable(log)
    entry = log.find(run)
    refuse_digests(review, entry.rules_digest, entry.plan_digest)
    interrupts = _begun(interrupts)

    def agree(state: RunState, program: Program) -> None:
        refuse_more(review, left(state, program), "what is left of this run")
        name = campaign_name(log, entry.run)
        refuse_other_campaign(client.campaign, entry.campaign, name, client.account.org)

    with client.in_use():
        around = Surroundings(log, client, clock or Steady(), interrupts, _stopped(log), _told(on_event))
        wanted = Resumption(entry, client.account, ZoneInfo(ZONE), agree, accept)
        return carried(entry.run, around, partial(runner.resume, wanted))


def _review(account: Account | None, expect: str | None, within: str | None, at_most: int | None) -> Review:
    """Take what was reviewed; real people are not reached without a bound (64)."""
    refuse_no_digest("expect", expect)
    refuse_no_digest("within", within)
    review = Review(expect, within, at_most)
    if account is not None and not is_loopback(account.base_url) and not review.is_said:
        raise Refusal(
            f"{account.base_url} reaches real people, and nothing bounds what is sent to them",
            "pass expect=DIGEST, within=DIGEST or at_most=N: nothing is sent that nobody reviewed",
        )
    return review


def _refuse_blank(name: str, reason: str | None) -> None:
    if reason is not None and not reason.strip():
        raise Refusal(f"{name} needs a reason", "say why; whoever reads the log later needs it")


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
        until = f"{plan.making.expires_at:%Y-%m-%d %H:%M} UTC"
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


def _refuse_unusable(log: RunLog) -> None:
    """Refuse a log that was closed, or opened in another thread (64), before anything is begun."""
    try:
        log.stops()
    except Refusal:
        raise
    except Exception as error:
        cure = "open a log in each thread, and close it when its runs are over"
        raise Refusal(f"the run log cannot be used here: {error}", cure) from error


def _stopped(log: RunLog) -> Callable[[], str | None]:
    """Look for STOP files where the command line looks for them."""
    path = log.path if isinstance(log, SqliteLog) else None  # the port has no place
    return partial(stop_of, stop_files(path, working_directory()))


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
