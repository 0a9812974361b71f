"""Settling what is in doubt by the API's own logs, as programs do."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.api.log import refuse_unusable
from engine.clock import Steady
from engine.refusal import Refusal
from engine.runlog.port import RunLog
from engine.runner import reconcile as runner
from engine.runner.ports import Clock
from engine.runner.reconcile import Bounds, Report

if TYPE_CHECKING:
    from engine.api.client import Client


def reconcile(
    run: str,
    *,
    client: "Client",
    log: RunLog,
    wait_s: float = 120,
    pages: int = 1000,
    dry_run: bool = False,
    clock: Clock | None = None,
) -> Report:
    """Look for the sends of a run in the API's logs, and settle those that a row shows. Sends nothing.

    ``run`` is its id, a unique beginning of one, or ``last``. Rows of a send in doubt are waited for up
    to ``wait_s``, and at most ``pages`` pages of ten rows are read. A send of which there is no row
    stays in doubt: that proves nothing. With ``dry_run`` nothing is written. Raises ``Refusal`` where
    the logs cannot be read at all (11), while a process runs it (14), or for another account (13).
    """
    if wait_s < 0 or pages < 1:
        raise Refusal("wait_s or pages is out of its range", "pass wait_s=0 or more, and pages=1 or more")
    refuse_unusable(log)
    with client._in_use() as timepay:  # noqa: SLF001  (open to programs it could send past the gate)
        return runner.reconcile(
            log.find(run),
            log,
            timepay,
            clock or Steady(),
            here=client.account,
            bounds=Bounds(wait_s, pages),
            told=_Nobody(),
            writes=not dry_run,
        )


class _Nobody:
    """Follows nothing."""

    def page(self, number: int, of: int) -> None:
        """Be told that so many pages were read of so many."""

    def waits(self, until: datetime, why: str) -> None:
        """Be told that nothing is asked before an instant."""
