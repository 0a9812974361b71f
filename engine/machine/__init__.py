"""The heart, pure: what a run does next, and what its events make of it (DESIGN, section 3).

``plan``, ``run``, ``resume``, ``replay`` and runbook tests all drive these same functions;
they differ only in who answers a decision.
"""

from engine.machine.decide import Ask, Decision, Facts, Finish, Halt, Send, Skip, Wait, decide
from engine.machine.evolve import evolve, fold

__all__ = [
    "Ask",
    "Decision",
    "Facts",
    "Finish",
    "Halt",
    "Send",
    "Skip",
    "Wait",
    "decide",
    "evolve",
    "fold",
]
