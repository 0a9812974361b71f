"""Campaign runbooks: outreach plans as reviewed YAML, planned on every path, sent at most once.

For programs: ``load`` a runbook, ``plan`` it, ``run`` the plan; docs/how-to/embed.md tells it from the
beginning. Whatever any of this raises on purpose is a ``Refusal``. Nothing here reads the environment.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # typing's own takes milliseconds to import, and `runbook --version` has few
if TYPE_CHECKING:
    from engine.api.client import Client
    from engine.api.config import read_config
    from engine.api.interrupts import Interrupts
    from engine.api.invalid import Invalid
    from engine.api.log import make_log, open_log
    from engine.api.person import cancel, decide, resolve
    from engine.api.planning import load, plan, plan_json
    from engine.api.reconciling import reconcile
    from engine.api.running import OnEvent, resume, run
    from engine.config import Config, Environment
    from engine.diagnostics import Diagnostic, Severity
    from engine.planner.model import Plan
    from engine.record.event import Event, Question, Resolution, Verdict
    from engine.record.outcome import Counts, RunStatus, SendStatus, StepStatus
    from engine.record.plan import Account
    from engine.record.state import RunState
    from engine.refusal import Exit, Refusal
    from engine.runbook.acceptance import Accepted
    from engine.runbook.draft import Draft
    from engine.runlog.port import RunLog
    from engine.runner.broken import Broken
    from engine.runner.ports import Clock
    from engine.runner.reconcile import Report
    from engine.runner.start import Result

_HOMES = {
    "engine.api.client": ("Client",),
    "engine.api.config": ("read_config",),
    "engine.api.interrupts": ("Interrupts",),
    "engine.api.invalid": ("Invalid",),
    "engine.api.log": ("make_log", "open_log"),
    "engine.api.person": ("cancel", "decide", "resolve"),
    "engine.api.planning": ("load", "plan", "plan_json"),
    "engine.api.reconciling": ("reconcile",),
    "engine.api.running": ("OnEvent", "resume", "run"),
    "engine.config": ("Config", "Environment"),
    "engine.diagnostics": ("Diagnostic", "Severity"),
    "engine.planner.model": ("Plan",),
    "engine.record.event": ("Event", "Question", "Resolution", "Verdict"),
    "engine.record.outcome": ("Counts", "RunStatus", "SendStatus", "StepStatus"),
    "engine.record.plan": ("Account",),
    "engine.record.state": ("RunState",),
    "engine.refusal": ("Exit", "Refusal"),
    "engine.runbook.acceptance": ("Accepted",),
    "engine.runbook.draft": ("Draft",),
    "engine.runlog.port": ("RunLog",),
    "engine.runner.broken": ("Broken",),
    "engine.runner.ports": ("Clock",),
    "engine.runner.reconcile": ("Report",),
    "engine.runner.start": ("Result",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Accepted",
    "Account",
    "Broken",
    "Client",
    "Clock",
    "Config",
    "Counts",
    "Diagnostic",
    "Draft",
    "Environment",
    "Event",
    "Exit",
    "Interrupts",
    "Invalid",
    "OnEvent",
    "Plan",
    "Question",
    "Refusal",
    "Report",
    "Resolution",
    "Result",
    "RunLog",
    "RunState",
    "RunStatus",
    "SendStatus",
    "Severity",
    "StepStatus",
    "Verdict",
    "__version__",
    "cancel",
    "decide",
    "load",
    "make_log",
    "open_log",
    "plan",
    "plan_json",
    "read_config",
    "reconcile",
    "resolve",
    "resume",
    "run",
]


if not TYPE_CHECKING:  # else a misspelt name would be an object to type checkers, and no mistake

    def __getattr__(name: str) -> object:
        """Import a name when it is first asked for: who only wants one part pays for no other."""
        if name not in _HOME:
            raise AttributeError(f"module 'engine' has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415  (`import engine` alone imports nothing)

        found: object = getattr(import_module(_HOME[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
