"""How the API answers in a trial: ``207:failed=50`` and its like, read into faults of the sandbox."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from engine.frozen import replace
from engine.record.event import SendIntended
from engine.record.plan import Program
from engine.refusal import Refusal
from engine.runbook.spelling import listed, nearest
from engine.sandbox import Fault, Kind
from engine.sandbox.reading import fault_of
from engine.sandbox.wire import Unreadable

Spelling: TypeAlias = str | Sequence[str]
"""One answer for every request; of several the first is for the first request, the last for all others."""

# A fault that does nothing: what is said of a step stands in the place of the sandbox's own faults.
_SOUNDLY = Fault(Kind.PARTIAL, failed=0)
_WORDS: Mapping[str, Fault] = {
    "ok": _SOUNDLY,
    "failed": Fault(Kind.ALL_FAILED, reached="none"),
    "nobody": Fault(Kind.STATUS, status=404, about="customers"),
    "lost": Fault(Kind.RESET, accepted=True),
    "timeout": Fault(Kind.STALL, accepted=True),
    "refused": Fault(Kind.REFUSE),
    "overreach": Fault(Kind.OVERREACH, extra=1),
}
_OPTIONS: Mapping[int, tuple[str, ...]] = {
    200: (),
    207: ("failed", "customers", "reached"),
    404: ("about",),
    429: ("retry_after",),
    503: ("retry_after",),
}
_ALWAYS = ("accepted", "body")
"""What the answer of any other status may say, too."""

_SOUND, _PARTIAL = 200, 207
_LONGEST_STATUS = 3
_CURE = "write a status, such as 207:failed=50 or 429:retry_after=20, or " + listed(list(_WORDS), "or")


class Answers:
    """What befalls each request: ``expect`` hears which is next, ``befalls`` is asked as it leaves."""

    def __init__(self, faults: Mapping[str, Sequence[Fault]]) -> None:
        self._faults = faults
        self._made: dict[str, int] = {}
        self.intent: SendIntended | None = None

    def expect(self, intent: SendIntended) -> None:
        """Know whose request comes next."""
        self.intent = intent

    def befalls(self) -> Fault | None:
        """Give what befalls the request that is leaving; None leaves it to the sandbox."""
        assert self.intent is not None, "a request follows its intent"
        name = self.intent.address if self.intent.address in self._faults else self.intent.step
        if name not in self._faults:
            return None
        faults, made = self._faults[name], self._made.get(name, 0)
        self._made[name] = made + 1
        return faults[min(made, len(faults) - 1)]


def read_answers(program: Program, spelled: Mapping[str, Spelling]) -> Answers:
    """Read answers by step or address; raises ``Refusal`` (64) with every mistake at once."""
    names = [name for step in program.steps for name in (step.id, *(send.address for send in step.sends))]
    faults: dict[str, list[Fault]] = {}
    problems: list[str] = []
    for name, spelling in spelled.items():
        if name not in names:
            problems.append(_no_such_step(name, [step.id for step in program.steps]))
            continue
        for text in [spelling] if isinstance(spelling, str) else spelling:
            try:
                faults.setdefault(name, []).append(answer_of(text))
            except Unreadable as error:
                problems.append(f"the answer {name}={text}: {error}")
    if problems:
        raise Refusal("\n       ".join(problems), _CURE)
    return Answers(faults)


def answer_of(text: str) -> Fault:
    """Read one answer; raises Unreadable."""
    word, colon, options = text.strip().partition(":")
    if word in _WORDS:
        if colon:
            raise Unreadable(f"{word} stands alone; write {word} without {colon}{options}")
        return _WORDS[word]
    if word.isdecimal() and len(word) <= _LONGEST_STATUS:
        return _by_status(int(word), options)
    if word in [*Kind]:
        return fault_of(text.strip())
    raise Unreadable(f'there is no answer "{word}"{_meant(word, list(_WORDS))}')


def _by_status(status: int, options: str) -> Fault:
    known = (*_OPTIONS.get(status, ()), *(() if status in (_SOUND, _PARTIAL) else _ALWAYS))
    for name in _named(options):
        if name not in known:
            has = f"it has {listed(known, 'and')}" if known else "it stands alone"
            raise Unreadable(f'{status} has no "{name}"{_meant(name, known)}; {has}')
    if status == _SOUND:
        return _SOUNDLY
    if status != _PARTIAL:
        return fault_of(f"status:status={status},{options}")
    # Who counts as failed gets nothing, so that the numbers of a trial are what the answer says.
    fault = fault_of(f"partial:{options}" if options else "partial")
    if fault.failed is not None and fault.failed < 0:
        raise Unreadable(f"failed counts customers; {fault.failed} is none")
    return fault if "reached" in _named(options) else replace(fault, reached="none")


def _named(options: str) -> list[str]:
    return [part.partition("=")[0].strip() for part in options.split(",") if part]


def _no_such_step(name: str, steps: Sequence[str]) -> str:
    cure = _meant(name, steps) or f"; there are {listed(steps, 'and')}"
    return f'an answer for "{name}": there is no such step{cure}'


def _meant(word: str, known: Sequence[str]) -> str:
    meant = nearest(word, known)
    return f"; did you mean {meant}?" if meant else ""
