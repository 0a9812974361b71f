"""Plays a page: types what its blocks say at real terminals, saves its files, compares what is shown."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from docs.site.terminal import Shown, Terminal
from docs.site.varying import differences, fixed

COLUMNS = 160
"""Wide enough that no line of ours is broken by the terminal."""

HOME = "/home/asha"
"""The home of the page's reader."""

LEFT_OUT = "…"
_CTRL_C = "^C"
_BLOCK = re.compile(r'^```(console|yaml)(?: title="([^"\n]+)")?\n(.*?)^```$', flags=re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"(.+), line (\d+)")
_STAYS = "runbook sandbox"


class _Typed(NamedTuple):
    """What is typed, and the lines that a page shows for it."""

    command: str
    wanted: list[str]


class Player:
    """Plays the blocks of a page in order; terminals have names, and the first one has none."""

    def __init__(self, start: Path, home: Path, environment: Mapping[str, str], port: int) -> None:
        self._start, self._home, self._environment = start, home, environment
        self._port = port
        self._terminals: dict[str, Terminal] = {}
        self._stack = ExitStack()
        self._bound: dict[str, str] = {}
        self.faults: list[str] = []

    def plays(self, page: str) -> str:
        """Play a page and give it as it would be right; what differs stands in ``faults``."""
        with self._stack:
            return _BLOCK.sub(self._played, page)

    def _played(self, block: re.Match[str]) -> str:
        language, title, text = block.groups()
        if language == "yaml":
            self._save(title, text)
            return block[0]
        terminal = self._terminal(title or "")
        lines = [line for typed in _typed(text) for line in self._types(terminal, typed)]
        return block[0].replace(text, "".join(f"{line}\n" for line in lines))

    def _types(self, terminal: Terminal, typed: _Typed) -> Iterator[str]:
        """Type one command; give the lines as the page should have them."""
        shown = self._shown(terminal, typed)
        lines = [line.replace(str(self._home), HOME) for line in shown.lines]
        faults = [fault for pair in _parts(lines, typed.wanted) for fault in differences(*pair, self._bound)]
        self.faults += [f"$ {typed.command}: {fault}" for fault in faults]
        self._point_at_the_port()
        yield from () if typed.command == _CTRL_C else (f"$ {typed.command}",)
        yield from (fixed(line, is_told_apart=True) for line in lines) if faults else typed.wanted

    def _shown(self, terminal: Terminal, typed: _Typed) -> Shown:
        if typed.command == _CTRL_C:
            return terminal.interrupts()
        if typed.command.startswith(_STAYS):
            return terminal.starts(f"{typed.command} --port {self._port}", "Stop it with Ctrl-C.")
        answers = [line.removeprefix("> ") for line in typed.wanted if line.startswith("> ")]
        return terminal.types(typed.command, lambda _: answers[0] if answers else "")

    def _terminal(self, name: str) -> Terminal:
        if name not in self._terminals:
            folder = self._home if name else self._start
            made = Terminal(folder, {**self._environment, "HOME": str(self._home)}, COLUMNS)
            self._terminals[name] = self._stack.enter_context(made)
        return self._terminals[name]

    def _save(self, title: str, text: str) -> None:
        numbered = _LINE.fullmatch(title)
        file = self._folder / (numbered[1] if numbered else title)
        if numbered:
            lines = file.read_text("utf-8").splitlines(keepends=True)
            lines[int(numbered[2]) - 1] = text
            text = "".join(lines)
        file.write_text(text, "utf-8")

    @property
    def _folder(self) -> Path:
        """The folder of the reader's runbooks."""
        return self._home / "outreach"

    def _point_at_the_port(self) -> None:
        """Have the sandbox of this hour stand for the one of the page: its usual port may be taken here."""
        config = self._folder / ".runbook" / "config.yaml"
        if config.exists() and ":8001/" in (text := config.read_text("utf-8")):
            config.write_text(text.replace(":8001/", f":{self._port}/"), "utf-8")


def _typed(text: str) -> Iterator[_Typed]:
    """Walk over what is typed in a block, each with what it shows."""
    for part in re.split(r"^(?=\$ |\^C)", text, flags=re.MULTILINE)[1:]:
        first, *shown = part.splitlines()
        is_typed = first.startswith("$ ")
        yield _Typed(first.removeprefix("$ "), shown) if is_typed else _Typed(_CTRL_C, [first, *shown])


def _parts(shown: list[str], wanted: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Pair what is shown with what is wanted, around the places where lines are left out."""
    head, *rest = _split(wanted)
    if not rest:
        yield shown, head
        return
    yield shown[: len(head)], head
    left = shown[len(head) :]
    for part in rest[:-1]:
        found = [at for at in range(len(left)) if not [*differences(left[at : at + len(part)], part, {})]]
        at = found[0] if found else 0
        yield left[at : at + len(part)], part
        left = left[at + len(part) :]
    tail = rest[-1]
    yield left[len(left) - len(tail) :] if tail else [], tail


def _split(lines: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts
