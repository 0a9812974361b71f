"""Wrappers at the ports of a run: where its process dies, freezes, or is told something else.

They are put around what the command line itself has made, in a process of a test: the product has no
hooks, and what runs below them is the product, whole.
"""

import os
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from engine import durable
from engine.clock import Steady, now
from engine.frozen import dataclass
from engine.record.entry import EventEntry, Lease, ReachedEntry, RunEntry, SendEntry, Standing
from engine.record.event import Event, SendIntended, SendSettled
from engine.record.event_json import kind_of
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.runlog.port import AlreadyOpen, RunLog, Writer
from engine.runlog.sqlite import open_log
from engine.runlog.sqlite.database import Database
from tests.writers import Passing

HOW = {
    "kill": signal.SIGKILL,
    "freeze": signal.SIGSTOP,
    "terminate": signal.SIGTERM,
    "interrupt": signal.SIGINT,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls a process the ``nth`` time that it passes the point ``at``: a word of ``HOW``.

    Points, in the order of the gate: ``leased``; ``before K``, ``after K``, ``committed K`` for each
    kind K of event (in the transaction before it is appended, before the commit, after it); ``posting``
    (the provider is called), ``asked`` (a connection stands), ``allowed`` (the first byte may leave),
    ``answered`` (the answer is there and nothing of it is written), ``closing`` (the log is let go of, and
    all that is left to do is to end). Of the log's upkeep: ``before scrub``, ``after scrub``; ``copying`` and
    ``copied`` (all pages), ``naming``, ``linked`` (the file has both names), ``named``.
    """

    at: str
    nth: int = 1
    how: str = "kill"


@dataclass(frozen=True, slots=True)
class Twist:
    """How the surroundings of one process differ from those of the command line.

    ``skew_s`` moves its date, and each of ``jumps_s`` once more at the next send, or once a wait began.
    ``is_gated`` False takes the look at the log away: open intents are hidden, and a second intent
    passes. ``patience_s`` bounds the wait for a locked log, ``most_bytes`` the size of every file; a write
    beyond it fails, or (``dies_full``) is the end of the process.
    """

    fate: Fate | None = None
    skew_s: float = 0.0
    jumps_s: tuple[float, ...] = ()
    is_gated: bool = True
    patience_s: float | None = None
    most_bytes: int | None = None
    dies_full: bool = False


def equip(twist: Twist) -> None:
    """Wrap what the command line of this process will make."""
    # Only a forked process needs them.
    from engine.cli import erase, person, runlog, running, stopping  # noqa: PLC0415
    from engine.runlog.sqlite import copy  # noqa: PLC0415  (the same)

    if twist.most_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if twist.dies_full else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (twist.most_bytes, resource.RLIM_INFINITY))
    watch, connected = Watch(twist), running.Connected

    def opened(*arguments: Any, **options: Any) -> "WatchedLog":  # noqa: ANN401  (whatever the product passes)
        if twist.patience_s is not None:
            options["patience_s"] = twist.patience_s
        return WatchedLog(open_log(*arguments, **options), watch)

    class Watched(connected):  # type: ignore[misc, valid-type]  # the class is a value here
        def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
            return watch.send(super().send, request, timeout_s, leaving)

    for module in (running, person):
        vars(module).update(Steady=lambda: Steady(read=watch.now))
    for module in (runlog, stopping, erase, copy):
        vars(module).update(open_log=opened)
    vars(running).update(Connected=Watched)
    _watch_files(watch)


def _watch_files(watch: "Watch") -> None:
    """Wrap what makes a copy of a log, and gives it its name."""
    copied, link = Database.copy_into, os.link

    def copying(*arguments: Any, **options: Any) -> None:  # noqa: ANN401  (whatever the product passes)
        watch.reach("copying")
        copied(*arguments, **options)
        watch.reach("copied")

    def naming(named: Callable[[Path, Path], None], made: Path, path: Path) -> None:
        watch.reach("naming")
        named(made, path)
        watch.reach("named")

    def linking(made: Path, path: Path) -> None:
        link(made, path)
        watch.reach("linked")

    Database.copy_into = copying  # type: ignore[method-assign]  # in a process of a test
    for name in ("give_name", "give_new_name"):
        vars(durable)[name] = partial(naming, vars(durable)[name])
    vars(os).update(link=linking)


class Watch:
    """Counts the points that a process passes, and lets its fate befall it."""

    def __init__(self, twist: Twist) -> None:
        self.twist = twist
        self._jumps = 0
        self._passed = 0

    def reach(self, point: str) -> None:
        """Pass a point."""
        self._jumps += point in {"posting", "committed wait_started"}
        fate = self.twist.fate
        if fate is None or fate.at != point:
            return
        self._passed += 1
        if self._passed == fate.nth:
            os.kill(os.getpid(), HOW[fate.how])

    def now(self) -> datetime:
        """Read the date as it is set here."""
        return now() + timedelta(seconds=self.twist.skew_s + sum(self.twist.jumps_s[: self._jumps]))

    def send(
        self,
        send: Callable[..., Outcome],
        request: Request,
        timeout_s: float,
        leaving: Callable[[], str | None],
    ) -> Outcome:
        """Make a request as the provider does, past the points of the gate."""

        def watched() -> str | None:
            self.reach("asked")
            reason = leaving()
            if reason is None:
                self.reach("allowed")
            return reason

        self.reach("posting")
        outcome = send(request, timeout_s=timeout_s, leaving=watched)
        self.reach("answered")
        return outcome


class WatchedLog:
    """A run log whose writing is watched; without the gate it forgets what is open."""

    def __init__(self, log: RunLog, watch: Watch) -> None:
        self._log = log
        self._watch = watch
        self._is_gated = watch.twist.is_gated

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever else a run log has)
        return getattr(self._log, name)

    @contextmanager
    def lease(self, account: str, campaign: str, run: str) -> Iterator[Lease]:
        """Hold a campaign."""
        with self._log.lease(account, campaign, run) as lease:
            self._watch.reach("leased")
            yield lease

    @contextmanager
    def writing(self, lease: Lease | None = None) -> Iterator["WatchedWriter"]:
        """Open a transaction."""
        kinds: list[str] = []
        opening: AbstractContextManager[Writer] = self._log.writing(lease)
        with opening as writer:
            yield WatchedWriter(writer, self._watch, kinds)
        for kind in kinds:
            self._watch.reach(f"committed {kind}")

    def scrub(self) -> bool:
        """Leave no byte of what was removed."""
        self._watch.reach("before scrub")
        is_clean = self._log.scrub()
        self._watch.reach("after scrub")
        return is_clean

    def close(self) -> None:
        """Let go of the file."""
        self._watch.reach("closing")
        self._log.close()

    def unsettled(self, account: str, campaign: str) -> tuple[SendEntry, ...]:
        """Give what blocks the campaign: nothing, without the gate."""
        return self._log.unsettled(account, campaign) if self._is_gated else ()

    def sent_before(
        self, occasions: tuple[str, ...], since: datetime | None, *, but_not: str
    ) -> RunEntry | None:
        """Give who has sent on one of the occasions: nobody, without the gate."""
        return self._log.sent_before(occasions, since, but_not=but_not) if self._is_gated else None

    def events(self, run: str) -> tuple[EventEntry, ...]:
        """Give a run's chain: without the gate, without the intents that were never settled."""
        entries = self._log.events(run)
        if self._is_gated:
            return entries
        settled = {
            (entry.event.address, entry.event.attempt)
            for entry in entries
            if isinstance(entry.event, SendSettled)
        }
        return tuple(entry for entry in entries if not _is_open(entry.event, settled))


def _is_open(event: Event, settled: set[tuple[str, int]]) -> bool:
    return isinstance(event, SendIntended) and (event.address, event.attempt) not in settled


class WatchedWriter(Passing):
    """A transaction that is watched; without the gate a second intent passes."""

    def __init__(self, writer: Writer, watch: Watch, kinds: list[str]) -> None:
        super().__init__(writer)
        self._watch = watch
        self._kinds = kinds

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event."""
        kind = kind_of(event)
        self._watch.reach(f"before {kind}")
        try:
            entry = super().append(run, event, standing, customers=customers, reached=reached)
        except AlreadyOpen:
            if self._watch.twist.is_gated:
                raise
            return cast("EventEntry", None)  # nobody without the gate looks at it
        self._watch.reach(f"after {kind}")
        self._kinds.append(kind)
        return entry

    def erase(self, run: str) -> tuple[int, int]:
        """Remove the customer ids of a run."""
        removed = super().erase(run)
        self._watch.reach("removed")
        return removed

    def seal(self, at: datetime) -> EventEntry | None:
        """Seal what no seal covers."""
        self._watch.reach("before sealed")
        entry = super().seal(at)
        self._watch.reach("after sealed")
        self._kinds += ["sealed"] if entry else []
        return entry
