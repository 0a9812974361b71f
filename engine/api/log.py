"""The run log, as programs open it: never made on the quiet, for an empty one knows no past."""

import os
from pathlib import Path

from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runlog.sqlite import open_log as open_file


def open_log(path: "os.PathLike[str] | str", *, actor: str, owner: str | None = None) -> RunLog:
    """Open the run log at a path; it serves the thread that opened it. Close it when it is done with.

    ``actor``, the person or service that answers for what is sent, stands in every event. ``owner`` is
    what others are told who meet a campaign that is held: by default this process and machine. Raises
    ``Refusal`` (14) where there is no log, or none that can be used.
    """
    return open_file(Path(path), actor=_said(actor), owner=owner or _this_process(), create=False)


def make_log(path: "os.PathLike[str] | str", *, actor: str) -> None:
    """Make an empty run log, once, as ``runbook log init`` does; raises ``Refusal`` (14) if one is there.

    Folders on the way to it are made, too, for this user alone.
    What was sent before it is not in it: a service that makes a new one at every start forgets whom it
    has messaged.
    """
    if os.path.lexists(path):
        raise Refusal(
            f"there is a run log already: {path}", "keep it; it knows what was sent", Exit.LEASE_OR_LOG
        )
    open_file(Path(path), actor=_said(actor), owner=_this_process(), create=True).close()


def refuse_unusable(log: RunLog) -> None:
    """Refuse a log that was closed, or opened in another thread (64)."""
    try:
        log.stops()
    except Refusal:
        raise
    except Exception as error:
        cure = "open a log in each thread, and close it when its runs are over"
        raise Refusal(f"the run log cannot be used here: {error}", cure) from error


def _said(actor: str) -> str:
    if not (isinstance(actor, str) and actor.strip()):
        raise Refusal(
            f"actor={actor!r} names nobody who answers for what is sent",
            "pass a name, as in actor='reminders'",
        )
    return actor


def _this_process() -> str:
    return f"process {os.getpid()} on {os.uname().nodename}"
