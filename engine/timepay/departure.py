"""The instant before the first byte of a request: the last at which it can still be held back."""

from collections.abc import Callable, Mapping

# Told by httpcore once a connection stands, and of a proxy's CONNECT too, which carries nothing yet.
_BEFORE_HEADERS = "http11.send_request_headers.started"
_LATE = "the time for it was up before it could leave"


class Deadline:
    """The end of one exchange, on a clock that also runs while the machine sleeps."""

    def __init__(self, boottime_s: Callable[[], float]) -> None:
        self.now_s = boottime_s
        self._ends_s = 0.0

    def start(self, timeout_s: float) -> None:
        """Let the exchange end so many seconds from now."""
        self._ends_s = self.now_s() + timeout_s

    def left_s(self) -> float:
        """Give the seconds that are left: none, or fewer, once it has passed."""
        return self._ends_s - self.now_s()


class HeldBack(Exception):  # noqa: N818  (as asked for, not an error)
    """The request does not leave; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Departure:
    """Asks once whether a request may leave; from then on it may have.

    ``allowed`` parts *not sent* from *in doubt*. ``held`` is why it was held back, ``broken`` what
    ``leaving`` raised instead of an answer. ``told``: whatever carries the request tells before it
    leaves; of one that never did, nobody can say that nothing left.
    """

    def __init__(self, leaving: Callable[[], str | None], deadline: Deadline, *, told: bool = False) -> None:
        self._leaving = leaving
        self._deadline = deadline
        self.allowed = False
        self.told = told
        self.held: HeldBack | None = None
        self.broken: BaseException | None = None

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Hear what the ``trace`` extension of httpx tells, and ask where the request is about to leave."""
        self.told = True
        if event == _BEFORE_HEADERS and getattr(info.get("request"), "method", b"") != b"CONNECT":
            self.ask()

    def ask(self) -> None:
        """Ask, unless that was done; raises ``HeldBack`` if the request must stay, now and ever after.

        So does a request whose question was torn off: what was raised then is raised again.
        """
        if self.allowed:
            return
        if self.held is None and self.broken is None:
            self.held = self._why_not()
        if fault := self.broken or self.held:
            raise fault
        self.allowed = True

    def stay(self) -> None:
        """Take back that it may have left: whatever carries it knows that nothing did."""
        self.allowed = False

    def presume(self) -> None:
        """Count the request as departed: there is no telling."""
        self.allowed = True

    def _why_not(self) -> HeldBack | None:
        if self._deadline.left_s() <= 0:
            return HeldBack(_LATE)
        try:
            reason = self._leaving()
        except BaseException as error:
            self.broken = error
            raise
        if reason is not None:
            return HeldBack(reason)
        # The question itself may have taken its time.
        return HeldBack(_LATE) if self._deadline.left_s() <= 0 else None
