"""Every way that a run can go, in plain words: the outcome tree as a reviewer reads it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from engine.plan.answers import Answer
from engine.plan.cells import joined
from engine.plan.tree import Branch, Move, Tree, TreeNode
from engine.record.outcome import SendStatus
from engine.report.paint import Paint, plain

WIDTH = 88
MOST_BLOCKS = 40
"""More sends than this are not spelt out on a screen; the JSON has them all."""

_UNPROVED = " (possible, not proved)"
_WORDS = {
    SendStatus.SUCCEEDED: "all go out",
    SendStatus.PARTIAL: "some fail",
    SendStatus.FAILED: "all fail",
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


def render(tree: Tree, paint: Paint = plain) -> list[str]:
    """Give the lines: one block a send, then what can go wrong at every one of them."""
    names = _names(tree)
    lines: list[str] = []
    for index in list(names)[:MOST_BLOCKS]:
        lines += _block(tree, index, names, paint)
    if len(names) > MOST_BLOCKS:
        lines.append(f"… and {len(names) - MOST_BLOCKS} more; `--format json` has them all.")
    return [*lines, *_trouble(tree, names, paint)]


def _names(tree: Tree) -> dict[int, str]:
    """Name the nodes that are shown as blocks: their step, with a letter where a step has several."""
    by_step: dict[str, list[int]] = defaultdict(list)
    for index in _unattended(tree):
        node = tree.nodes[index]
        if node.move in (Move.SEND, Move.UNDECIDED) and node.step is not None:
            by_step[node.step].append(index)
    return {
        index: step if len(indexes) == 1 else f"{step} ({_letter(number)})"
        for step, indexes in by_step.items()
        for number, index in enumerate(indexes)
    }


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else str(number + 1)  # noqa: PLR2004  (letters)


def _unattended(tree: Tree) -> list[int]:
    """List the nodes that need no person, in the order in which a run comes to them."""
    seen, waiting = {0: None}, [0]
    while waiting:
        for branch in tree.nodes[waiting.pop(0)].branches:
            if not branch.person and branch.to not in seen:
                seen[branch.to] = None
                waiting.append(branch.to)
    return list(seen)


def _block(tree: Tree, index: int, names: dict[int, str], paint: Paint) -> Iterator[str]:
    node = tree.nodes[index]
    if node.move is Move.UNDECIDED:
        yield f"{paint('strong', names[index])}: {node.reason}{_UNPROVED}"
        for branch in node.branches:
            yield f"  perhaps  →  {_target(tree, branch.to, names)}"
        return
    yield f"{paint('strong', names[index])} is sent; if"
    shown = [branch for branch in node.branches if branch.answers and not _is_trouble(tree, branch)]
    yield from _rows(
        (_case(branch, node), _target(tree, branch.to, names) + ("" if branch.proved else _UNPROVED))
        for branch in shown
    )


def _rows(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Set cases and what follows side by side where they fit, else below each other."""
    rows = list(pairs)
    width = max((len(case) for case, _ in rows), default=0)
    fits = all(width + len(target) <= WIDTH for _, target in rows)
    for case, target in rows:
        if fits:
            yield f"  {case.ljust(width)}  →  {target}"
        else:
            yield f"  {case}"
            yield f"     →  {target}"


def _is_trouble(tree: Tree, branch: Branch) -> bool:
    """Say whether a branch is one that every send has and that stops the run: told once, at the end."""
    stops = tree.nodes[branch.to].move in (Move.HALTED, Move.PAUSED, Move.IN_DOUBT)
    return stops and all(a.overreached or a.outcome.status in _TROUBLE for a in branch.answers)


def _case(branch: Branch, node: TreeNode) -> str:
    """Name the answers of a branch: by status, with the numbers where a condition tells them apart."""
    by_status: dict[SendStatus, list[Answer]] = defaultdict(list)
    for answer in branch.answers:
        by_status[answer.outcome.status].append(answer)
    every = [answer for other in node.branches for answer in other.answers]
    return ", or ".join(
        _numbers(_WORDS[status], answers, [a for a in every if a.outcome.status is status])
        for status, answers in by_status.items()
    )


def _numbers(word: str, answers: Sequence[Answer], every: Sequence[Answer]) -> str:
    """Add in which range the numbers lie, for those that part these answers from the others."""
    fields = list(answers[0].cells)
    own = {name: {answer.cells[name] for answer in answers} for name in fields}
    rest = [answer for answer in every if answer.cells and answer not in answers]
    telling = [name for name in fields if own[name] != {a.cells[name] for a in every if a.cells} and rest]
    if not telling:
        return word
    said = [
        " or ".join(cell.words(name.value) for cell in joined(own[name]) if cell.words(name.value))
        for name in telling
    ]
    return f"{word} with {' and '.join(words for words in said if words)}" if any(said) else word


def _target(tree: Tree, index: int, names: dict[int, str]) -> str:
    """Say what comes next, through the steps that are skipped on the way."""
    skipped = []
    while tree.nodes[index].move is Move.SKIP:
        skipped.append(str(tree.nodes[index].step))
        index = tree.nodes[index].branches[0].to
    node = tree.nodes[index]
    ahead = f"{names[index]} is sent" if index in names else _STANDS.get(node.move, node.move.value)
    if index in names and node.move is Move.UNDECIDED:
        ahead = names[index]
    if node.move in (Move.HALTED, Move.PAUSED):
        ahead = f"{ahead}, because {node.reason}"
    return f"{_and(skipped)} left out (skipped), then {ahead}" if skipped else ahead


def _and(steps: list[str]) -> str:
    few = 3
    if len(steps) > few:
        return f"{steps[0]} to {steps[-1]} ({len(steps)} steps) are"
    return f"{steps[0]} is" if len(steps) == 1 else f"{', '.join(steps[:-1])} and {steps[-1]} are"


def _trouble(tree: Tree, names: dict[int, str], paint: Paint) -> Iterator[str]:
    """Tell once what can stop the run at every send."""
    stops: dict[str, set[str]] = defaultdict(set)
    for index in names:
        for branch in tree.nodes[index].branches:
            if branch.answers and _is_trouble(tree, branch):
                for answer in branch.answers:
                    stops[_trouble_words(answer)].add(_trouble_end(tree.nodes[branch.to]))
    if stops:
        yield f"{paint('strong', 'At every send')} it can also be that"
        yield from _rows((words, " or ".join(sorted(ends))) for words, ends in stops.items())


def _trouble_words(answer: Answer) -> str:
    if answer.overreached:
        return "the API takes more people than allowed"
    if answer.outcome.fatal:
        return "the API refuses the account or the campaign"
    return _WORDS[answer.outcome.status]


def _trouble_end(node: TreeNode) -> str:
    return f"{_STANDS[node.move]}{' for good' if node.final else ''}"
