"""A person's part, as programs pass it on: each says who in the log's ``actor``, and why in ``reason``."""

from engine.clock import Steady
from engine.record.event import Resolution, Verdict
from engine.refusal import Refusal
from engine.runlog.port import RunLog
from engine.runner import person
from engine.runner.ports import Clock


def resolve(
    run: str,
    send: str,
    resolution: Resolution,
    *,
    log: RunLog,
    reason: str,
    clock: Clock | None = None,
) -> None:
    """Settle a send in doubt by what a person found out; ``Resolution.NOT_SENT`` lets it be sent again."""
    person.resolve(log, clock or Steady(), log.find(run), send, resolution, _said(reason))


def decide(
    run: str, step: str, verdict: Verdict, *, log: RunLog, reason: str, clock: Clock | None = None
) -> None:
    """Answer what the conditions of a step could not tell."""
    person.decide_step(log, clock or Steady(), log.find(run), step, verdict, _said(reason))


def cancel(run: str, *, log: RunLog, reason: str, clock: Clock | None = None) -> None:
    """End a run for good; nothing more of it is sent."""
    person.cancel(log, clock or Steady(), log.find(run), _said(reason))


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refusal("the reason is empty", "say why; whoever reads the log later needs it")
    return reason.strip()
