"""The live view of a run on a terminal: the door to rich, imported only where a terminal looks.

A thread of its own draws. Whatever the terminal does, stall, close or break, the run neither waits for it
nor hears of it.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any, TextIO

from engine.cli.aside import start_deaf
from engine.cli.screen import is_quiet
from engine.clock import now
from engine.record.event import Event, SendIntended
from engine.record.state import RunState
from engine.report.paint import clean
from engine.report.progress import Picture, Progress, picture

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_TICK_S = 0.1
"""How often at most the view is drawn: often enough for the eye, too rarely to slow a run down."""

_STILL_TICKS = 5
"""After so many ticks it is drawn again even if nothing has happened: the time goes on."""

_FAREWELL_S = 2.0
"""How long the last picture is waited for; a terminal that takes nothing keeps nobody."""

_MOST_LINES = 10_000
_ROWS = 12
_BAR = 48
_NARROW = 60
_GAP = 2
_LEAST_NAME = len("… 10,000 before")
_STYLES = {"error": "red", "warning": "yellow", "good": "green", "strong": "bold", "faint": "dim"}


class Live:
    """Draws a run until ``close``. ``line_of`` gives the line that is kept of an event above, if any.

    ``asked`` says whether a person wants the run to end; ``leaves``: the last picture stays.
    """

    def __init__(
        self,
        steps: Sequence[Mapping[str, Any]],
        line_of: Callable[[Event], str | None],
        asked: Callable[[], bool],
        *,
        leaves: bool,
    ) -> None:
        self._progress = Progress(tuple(steps))
        self._line_of, self._asked, self._leaves = line_of, asked, leaves
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._changed, self._ended = Flag(), Flag()
        self._thread = Thread(target=self._draw, name="live view", daemon=True)
        start_deaf(self._thread)

    def tell(self, event: Event, state: RunState) -> None:
        """Take in what happened; nothing is drawn here."""
        self._progress = self._progress.after(event, state)
        line = None if isinstance(event, SendIntended) else self._line_of(event)
        if line is not None:
            self._lines.append(line)
        self._changed.set()

    def close(self) -> None:
        """Draw what is left, and leave the terminal in order."""
        self._ended.set()
        self._changed.set()
        self._thread.join(_FAREWELL_S)

    # ------------------------------------------------ in the thread

    def _draw(self) -> None:
        with suppress(OSError, ValueError), _own_stderr() as stream:  # a closed stream is a ValueError
            console = _console(stream)
            # rich is a tenth of a second of imports, which only who looks pays for.
            from rich.live import Live as Drawn  # noqa: PLC0415
            from rich.text import Text  # noqa: PLC0415

            drawn = Drawn(
                console=console,
                auto_refresh=False,
                transient=not self._leaves,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            with drawn:
                console.show_cursor()  # a process that is killed cannot show it again
                is_last = False
                while not is_last:
                    self._changed.wait(_TICK_S * _STILL_TICKS)
                    is_last = self._ended.wait(_TICK_S)
                    self._changed.clear()
                    lines = self._taken()  # before the picture, which is never behind them
                    drawn.update(self._renderable(console))
                    if lines:
                        console.print(Text("\n".join(lines)))
                    else:
                        drawn.refresh()

    def _taken(self) -> list[str]:
        return [clean(self._lines.popleft()) for _ in range(len(self._lines))]

    def _renderable(self, console: "Console") -> "RenderableType":
        rows = max(1, min(_ROWS, console.size.height - 9))
        shown = picture(self._progress, now(), rows=rows, is_ending=self._asked())
        return _renderable(shown, console.size.width)


def _own_stderr() -> TextIO:
    """Give stderr with a buffer of its own: what cannot be written is not left behind in the common one."""
    return os.fdopen(
        os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="backslashreplace"
    )


def _console(stream: TextIO) -> "Console":
    from rich.console import Console  # noqa: PLC0415  (as above)

    plain = is_quiet()
    return Console(
        file=stream,
        force_terminal=True,
        force_interactive=True,
        color_system=None if plain else "standard",
        markup=False,
        highlight=False,
        emoji=False,
    )


def _renderable(shown: Picture, width: int) -> "RenderableType":
    """Lay a picture out: steps in columns, the bar with the numbers, what comes next."""
    from rich.console import Group  # noqa: PLC0415  (as above)
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    bar = Table.grid()
    bar.add_row(ProgressBar(total=max(1, shown.of), completed=shown.done, width=min(_BAR, width - 1)))
    present = [row.about for row in shown.rows if row.is_present and width < _NARROW]
    below = [line for line in (*present, shown.numbers, shown.next) if line]
    return Group("", _steps(shown, width), bar, *(Text(clean(line)) for line in below))


def _steps(shown: Picture, width: int) -> "Table":
    """Set the steps in columns; a narrow terminal has no room for what they came to."""
    from rich.table import Table  # noqa: PLC0415  (as above)
    from rich.text import Text  # noqa: PLC0415

    statuses = max(len(row.status) for row in shown.rows)
    names = max(*(len(row.step) for row in shown.rows), _LEAST_NAME)
    names = min(names, width - statuses - _GAP if width < _NARROW else width // 3)
    room = width - names - statuses - 2 * _GAP
    steps = Table.grid(padding=(0, _GAP, 0, 0))
    for columns in (names, statuses, room) if width >= _NARROW else (names, statuses):
        steps.add_column(width=columns, no_wrap=True, overflow="ellipsis")
    if shown.above:
        steps.add_row(Text(f"… {shown.above:,} before", "dim"))
    for row in shown.rows:
        cells = (
            Text(clean(row.step)),
            Text(row.status, _STYLES.get(row.style, "")),
            Text(clean(row.about), "dim"),
        )
        steps.add_row(*cells[: len(steps.columns)])
    if shown.below:
        steps.add_row(Text(f"… {shown.below:,} after", "dim"))
    return steps
