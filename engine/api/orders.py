"""What a run is started with, and how it is carried out, whoever starts it."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.api.reviewed import (
    Review,
    refuse_digests,
    refuse_more,
    refuse_no_reason,
    refuse_other_campaign,
    refuse_unfilled,
    refuse_unreviewed,
)
from engine.frozen import dataclass, replace
from engine.machine.exits import MAYBE_SENT
from engine.planner.model import Making, Plan
from engine.planner.program import digests_of, program_document
from engine.record.entry import RunEntry
from engine.record.event import RunStarted
from engine.record.outcome import Outcome
from engine.record.plan import Account, Program
from engine.record.request import Request
from engine.record.state import RunState
from engine.record.wallclock import zone
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runner import ports
from engine.runner.broken import Broken
from engine.runner.ports import Surroundings
from engine.runner.start import Order, Result, Resumption
from engine.timepay.campaign import CampaignFacts

Most = Callable[[], int | None]
"""Counts the most messages; None: nothing bounds them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms somebody sends, whoever it is.

    ``look`` reads a campaign from the API of ``here``. ``first`` raises what else keeps this caller from
    sending, and ``ask``, which comes last, a person's no. Both come under the lease, before anything of
    the run is written.
    """

    review: Review
    here: Account
    look: Callable[[str], CampaignFacts]
    first: Callable[[], None]
    ask: Callable[[Most], None]


def to_start(plan: Plan, making: Making, at: datetime, terms: Terms, again: str | None) -> Order:
    """Give the order to start a run of a plan ``at`` an instant; its id is readable, sortable, and new.

    Raises ``Refusal`` for a plan that is not the reviewed one (13), or does not give its own digests.
    """
    review, campaign = terms.review, plan.runbook.campaign
    refuse_no_reason(review.word("--again"), again)
    expires_at = refuse_unreviewed(review, plan, making)
    # Many runs of one runbook may be started in a second, each for a campaign of its own.
    run = f"{at.astimezone(zone()):%Y%m%d-%H%M%S}-{plan.runbook.name}-{os.urandom(3).hex()}"
    document = program_document(plan, making)
    # A request's body is a dict, which any program can change behind the review.
    if digests_of(document) != (plan.rules_digest, plan.digest):
        raise Refusal(
            "the plan does not give its own digests: it was changed after it was made",
            "plan again, and review it",
            Exit.NOT_AS_REVIEWED,
        )

    # Kept while the run goes on: so nothing here holds the plan, whose text nobody reads any more.
    ways, program, there, here = plan.ways, plan.program, plan.unfilled_there, plan.unfilled_here

    def most() -> int | None:
        return ways.analysis.messages.number

    def agree() -> None:
        refuse_unfilled(there, here, making)
        terms.first()
        if review.at_most is not None:  # else nobody need walk all ways to count messages
            refuse_more(review, most())
        refuse_other_campaign(terms.look, campaign.id, campaign.name, terms.here.org)
        terms.ask(most)

    return Order(run, document, program, zone(), agree, again, expires_at)


def to_resume(entry: RunEntry, log: RunLog, terms: Terms, accept: str | None) -> Resumption:
    """Give the order to take a run further; raises ``Refusal`` (13) for one that is not the reviewed one."""
    refuse_no_reason(terms.review.word("--accept"), accept)
    refuse_digests(terms.review, entry.rules_digest, entry.plan_digest)

    def agree(state: RunState, program: Program) -> None:
        most = left(state, program)
        terms.first()
        refuse_more(terms.review, most, "what is left of this run")
        refuse_other_campaign(terms.look, entry.campaign, _campaign_name(log, entry.run), terms.here.org)
        terms.ask(lambda: most)

    return Resumption(entry, terms.here, zone(), agree, accept)


def carried(run: str, around: Surroundings, go: Callable[[Surroundings], Result]) -> Result:
    """Have a run go on; what tears it off once something may have left is a ``Broken``, whatever it is."""
    watched = _Watched(around.provider)
    try:
        return go(replace(around, provider=watched))
    except Broken:
        raise
    except Exception as error:
        if watched.has_sent:
            raise Broken(run, error, sent=True, is_open=False) from error
        raise


def left(state: RunState, program: Program) -> int | None:
    """Count the most messages that are still to come; None: nothing bounds them."""
    position = 0 if state.last is None else program.positions[state.last]
    bounds = [send.at_most for step in program.steps[position:] for send in step.sends]
    return None if None in bounds else sum(bound or 0 for bound in bounds)


def _campaign_name(log: RunLog, run: str) -> str | None:
    """Give the name that the runbook of a run pins its campaign to."""
    first = log.events(run)[0].event
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    about: Mapping[str, Any] = first.plan
    name: str | None = about["runbook"]["campaign"]["name"]
    return name


class _Watched:
    """The API; ``has_sent``: something was accepted through it, or may have been."""

    def __init__(self, provider: ports.Provider) -> None:
        self._provider = provider
        self.has_sent = False

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Make one request, once."""
        before, self.has_sent = self.has_sent, True  # where it breaks off, it may have been sent
        outcome = self._provider.send(request, timeout_s=timeout_s, leaving=leaving)
        self.has_sent = before or outcome.status in MAYBE_SENT
        return outcome
