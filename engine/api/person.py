"""A person's part, as programs pass it on: each says who in the log's ``actor``, and why in ``reason``."""

from enum import StrEnum
from typing import TypeVar

from engine.api.log import refuse_unusable
from engine.clock import Steady
from engine.record.entry import RunEntry
from engine.record.event import Resolution, Verdict
from engine.refusal import Refusal, reason_of
from engine.runlog.port import RunLog
from engine.runner import person
from engine.runner.ports import Clock

_Word = TypeVar("_Word", bound=StrEnum)


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
    word = _one_of(Resolution, resolution)
    person.resolve(log, clock or Steady(), _found(log, run), send, word, reason_of("reason", reason))


def decide(
    run: str, step: str, verdict: Verdict, *, log: RunLog, reason: str, clock: Clock | None = None
) -> None:
    """Answer what the conditions of a step could not tell."""
    word = _one_of(Verdict, verdict)
    person.decide_step(log, clock or Steady(), _found(log, run), step, word, reason_of("reason", reason))


def cancel(run: str, *, log: RunLog, reason: str, clock: Clock | None = None) -> None:
    """End a run for good; nothing more of it is sent."""
    person.cancel(log, clock or Steady(), _found(log, run), reason_of("reason", reason))


def _found(log: RunLog, run: str) -> RunEntry:
    refuse_unusable(log)
    return log.find(run)


def _one_of(words: type[_Word], said: object) -> _Word:
    if not isinstance(said, words):
        known = ", ".join(f"engine.{words.__name__}.{each.name}" for each in words)
        raise Refusal(f"{said!r} is no {words.__name__.lower()}", f"pass one of {known}")
    return said
