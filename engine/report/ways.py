"""Every way that a run can go, in plain words: the outcome tree as a reviewer reads it.

Sends that the rest of the run treats alike are one block here, whatever numbers led to them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from engine.planner.answers import Answer
from engine.planner.tree import Branch, Move, Tree, TreeNode
from engine.record.condition import Field
from engine.record.outcome import SendStatus
from engine.report.paint import Paint, columns, plain
from engine.runbook.answers.cells import joined

MOST_BLOCKS = 40
"""More sends than this are not spelt out on a screen; the JSON has them all."""

_WORDS = {
    SendStatus.SUCCEEDED: "all are accepted",
    SendStatus.PARTIAL: "some are reported failed",
    SendStatus.FAILED: "all are reported failed",
    SendStatus.NO_MATCH: "nobody matches",
    SendStatus.REJECTED: "the API refuses the request",
    SendStatus.NOT_SENT: "it cannot leave (no connection), in every try",
    SendStatus.IN_DOUBT: "no answer comes back",
}
_STANDS = {
    Move.HALTED: "the run stops (halts)",
    Move.PAUSED: "the run stops and asks a person (pauses)",
    Move.IN_DOUBT: "nobody knows if it went out: the run stops until that is settled (in doubt)",
    Move.FINISHED: "the run is finished",
    Move.NOT_WALKED: "not worked out any further",
}
_TROUBLE = {SendStatus.REJECTED, SendStatus.NOT_SENT, SendStatus.IN_DOUBT}

Row = tuple[tuple[str, ...], tuple[str, ...]]
"""Cases, any of which may be, and what follows: one thing, or several of which each is possible."""


def render(tree: Tree, paint: Paint = plain, width: int = 88) -> list[str]:
    """Give the lines: one block a send, what can go wrong at every one, what a person can open."""
    return list(_View(tree, paint, width).lines())


class _View:
    def __init__(self, tree: Tree, paint: Paint, width: int) -> None:
        self.tree, self.paint, self.width = tree, paint, width
        self.alone = _reached(tree)
        self.names: dict[int, str] = {}
        self.blocks: dict[int, list[Row]] = {}
        self._merge()

    def lines(self) -> Iterator[str]:
        for index in list(self.blocks)[:MOST_BLOCKS]:
            yield from self._block(index)
        if len(self.blocks) > MOST_BLOCKS:
            yield f"… and {len(self.blocks) - MOST_BLOCKS} more; `--format json` has them all."
        yield from self._trouble()
        yield from self._persons()

    # ------------------------------------------------------------ blocks

    def _merge(self) -> None:
        """Find the sends that read alike, from the last backwards; then name them in reading order."""
        kinds: dict[object, int] = {}
        same: dict[int, int] = {}
        for index in reversed(self.alone):
            node = self.tree.nodes[index]
            if node.move in (Move.SEND, Move.UNDECIDED) and node.step is not None:
                self.names[index] = node.step
                rows = tuple(self._rows_of(node, same))
                same[index] = kinds.setdefault((node.step, node.move, rows), index)
        shown = list(dict.fromkeys(same[index] for index in self.alone if index in same))
        by_step: dict[str, list[int]] = defaultdict(list)
        for index in shown:
            by_step[self.names[index]].append(index)
        for step, indexes in by_step.items():
            for number, index in enumerate(indexes):
                self.names[index] = f"{step} ({_letter(number)})" if len(indexes) > 1 else step
        self.names = {index: self.names[kind] for index, kind in same.items()}
        self.blocks = {index: list(self._rows_of(self.tree.nodes[index])) for index in shown}

    def _rows_of(self, node: TreeNode, same: dict[int, int] | None = None) -> Iterator[Row]:
        """Give the rows of a block; while merging, sends are told apart by the kind that they are of."""
        if node.move is Move.UNDECIDED:
            yield (), tuple(self._target(branch.to, same, node.reason) for branch in node.branches)
            return
        answers: dict[str, list[Answer]] = defaultdict(list)
        follows: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for branch in node.branches:
            if branch.answers and not self._is_trouble(branch):
                answers[("" if branch.proved else "perhaps ") + self._target(branch.to, same)] += (
                    branch.answers
                )
        for target, given in answers.items():
            follows[tuple(_cases(given, node))].append(target)
        yield from ((cases, tuple(targets)) for cases, targets in follows.items())

    def _block(self, index: int) -> Iterator[str]:
        node, rows = self.tree.nodes[index], self.blocks[index]
        name = self.paint("strong", self.names[index])
        if node.move is Move.UNDECIDED:
            yield f"{name}: this plan cannot resolve its condition; perhaps"
            yield from (f"     →  {target}" for target in rows[0][1])
            return
        if rows:
            yield f"{name} is sent; if"
            yield from self._table(rows)

    def _table(self, rows: Iterable[Row]) -> Iterator[str]:
        """Set cases and what follows side by side where all fit, else below each other."""
        table = [("; or ".join(cases), cases, targets) for cases, targets in rows]
        wide = max((columns(joint) for joint, _, _ in table), default=0)
        ahead = max((columns(target) for _, _, targets in table for target in targets), default=0)
        for joint, cases, targets in table:
            if wide + ahead + 7 <= self.width and len(targets) == 1:
                yield f"  {joint}{' ' * (wide - columns(joint))}  →  {targets[0]}"
                continue
            lines = (
                [joint]
                if columns(joint) + 2 <= self.width
                else [*(f"{c}; or" for c in cases[:-1]), cases[-1]]
            )
            yield from (f"  {line}" for line in lines)
            yield from (f"     →  {target}" for target in targets)

    def _target(self, index: int, same: dict[int, int] | None = None, repeat: str = "") -> str:
        """Say what comes next, through the steps that are left out on the way."""
        skipped = []
        while self.tree.nodes[index].move is Move.SKIP:
            skipped.append(str(self.tree.nodes[index].step))
            index = self.tree.nodes[index].branches[0].to
        node = self.tree.nodes[index]
        if index in self.names:
            kind = f" #{same[index]}" if same is not None else ""
            ahead = f"{self.names[index]}{kind} is {'sent' if node.move is Move.SEND else 'perhaps sent'}"
        else:
            ahead = _STANDS.get(node.move, f"{node.step} is sent")
        if node.move in (Move.HALTED, Move.PAUSED) and node.reason != repeat:
            ahead = f"{ahead}: {node.reason}"
        return f"{_and(skipped)} left out, then {ahead}" if skipped else ahead

    # ------------------------------------------------------------ what can go wrong anywhere

    def _is_trouble(self, branch: Branch) -> bool:
        """Say whether a branch is one that any send may have and that stops the run: told once."""
        stops = self.tree.nodes[branch.to].move in (Move.HALTED, Move.PAUSED, Move.IN_DOUBT)
        return stops and all(a.overreached or a.outcome.status in _TROUBLE for a in branch.answers)

    def _trouble(self) -> Iterator[str]:
        """Tell once what can stop the run at several sends, and at which of them if not at all."""
        sends = [index for index in self.blocks if self.tree.nodes[index].move is Move.SEND]
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for index in sends:
            for branch in self.tree.nodes[index].branches:
                for answer in branch.answers if self._is_trouble(branch) else ():
                    row = _trouble_words(answer), _trouble_end(self.tree.nodes[branch.to])
                    found[row][str(self.tree.nodes[index].step)] = None
        steps = len({self.tree.nodes[index].step for index in sends})
        if found:
            yield f"{self.paint('strong', 'At every send')} it can also be that"
            yield from self._table(
                ((words if len(at) == steps else f"{words} (at {_list(list(at))})",), (end,))
                for (words, end), at in found.items()
            )

    # ------------------------------------------------------------ what a person can open

    def _persons(self) -> Iterator[str]:
        """Tell what may still be sent if a person takes a stopped run further."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for node in self.tree.nodes:
            for branch in node.branches if node.step is not None else ():
                if branch.person:
                    found[node.step or ""][self._next_send(branch.to)] = None
        order = [name for name in dict.fromkeys(str(node.step) for node in self.tree.nodes) if name in found]
        rows = [(step, [send for send in found[step] if send]) for step in order]
        if any(sends for _, sends in rows):
            yield f"{self.paint('strong', 'If a person takes a stopped run further')}, then after"
            yield from self._table(((step,), (_may_follow(step, sends),)) for step, sends in rows if sends)

    def _next_send(self, index: int) -> str:
        while self.tree.nodes[index].move is Move.SKIP:
            index = self.tree.nodes[index].branches[0].to
        node = self.tree.nodes[index]
        return str(node.step) if node.step is not None else ""


def _may_follow(step: str, sends: list[str]) -> str:
    """Say what a person's word at a step may open: also that very step, where its condition is unknown."""
    about = "" if sends == [step] else f"{step}: "
    decides = f" ({about}the person decides)" if step in sends else ""
    return f"{_list(sends).replace(' and ', ' or ')} may be sent{decides}"


def _reached(tree: Tree) -> list[int]:
    """List the nodes that need no person, each before all that it leads to."""
    depth, waiting = {0: 0}, [0]
    for index in waiting:
        for branch in tree.nodes[index].branches:
            if not branch.person and depth.get(branch.to, -1) <= depth[index]:
                depth[branch.to] = depth[index] + 1
                waiting.append(branch.to)
    return sorted(depth, key=depth.__getitem__)


def _cases(answers: Sequence[Answer], node: TreeNode) -> Iterator[str]:
    """Name some answers of a node: by status, with the numbers where a condition tells them apart."""
    every = [answer for branch in node.branches for answer in branch.answers]
    for status in dict.fromkeys(answer.outcome.status for answer in answers):
        own = [answer for answer in answers if answer.outcome.status is status]
        yield _numbers(_WORDS[status], own, [a for a in every if a.outcome.status is status])


def _numbers(word: str, answers: Sequence[Answer], every: Sequence[Answer]) -> str:
    """Add in which range the numbers lie, for those that part these answers from the others."""
    if all(answer in answers for answer in every):
        return word
    said = [
        _range(name, answers)
        for name in answers[0].cells
        if {a.cells[name] for a in answers} != {a.cells[name] for a in every if a.cells}
    ]
    return f"{word}, {' and '.join(said)}" if said else word


def _range(name: Field, answers: Sequence[Answer]) -> str:
    parts = joined(answer.cells[name] for answer in answers)
    words = [part.words(name.value) for part in parts]
    return " or ".join([words[0], *(word.removeprefix(f"{name.value} ") for word in words[1:])])


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else str(number + 1)  # noqa: PLR2004  (letters)


def _and(steps: list[str]) -> str:
    few = 3
    if len(steps) > few:
        return f"{steps[0]} to {steps[-1]} ({len(steps)} steps) are"
    return f"{_list(steps)} {'is' if len(steps) == 1 else 'are'}"


def _list(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _trouble_words(answer: Answer) -> str:
    if answer.overreached:
        return "the API takes more people than allowed"
    if answer.outcome.fatal:
        return "the API refuses the account or the campaign"
    return _WORDS[answer.outcome.status]


def _trouble_end(node: TreeNode) -> str:
    return f"{_STANDS[node.move]}{' for good' if node.final else ''}"
