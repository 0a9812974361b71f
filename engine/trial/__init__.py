"""A runbook tried out: carried out in the process, where nobody can be reached and no wait is waited for."""

from engine.trial.answers import Spelling
from engine.trial.play import play
from engine.trial.trial import Message, Sent, Trial

__all__ = ["Message", "Sent", "Spelling", "Trial", "play"]
