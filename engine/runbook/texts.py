"""The texts of a runbook that say more than they are: conditions, and those with templates."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.diagnostics import Diagnostic, Kind, Path, Severity
from engine.frozen import replace
from engine.record.condition import Condition
from engine.runbook.decode import decode_inputs
from engine.runbook.document import Document
from engine.runbook.expressions import template
from engine.runbook.expressions.fault import UNKNOWN_INPUT, Fault, Scope
from engine.runbook.fault import Fault as DataFault
from engine.runbook.leaves import IDENTIFIER, fits
from engine.runbook.model import InputSpec
from engine.runbook.rules import MOST
from engine.runbook.rules.parts import Parts

if TYPE_CHECKING:
    from engine.runbook.expressions.sorts import Parted


class Texts:
    """Every text of a runbook that is a condition or may hold a template, parsed."""

    def __init__(
        self,
        document: Document,
        sound: Parts,
        faults: Sequence[DataFault],
        meant: Mapping[str, Any],
    ) -> None:
        self.document = document
        self._found: dict[Kind, list[Diagnostic]] = {}
        self._untold: Counter[Kind] = Counter()
        self.conditions: dict[Path, Condition] = {}
        self._parted: Mapping[str, Parted] = {}
        self.templates: dict[Path, template.Template] = {}
        self.faulted: set[Path] = set()
        self.data = data = sound.data
        self._marked = sound.marked
        self.blind = not isinstance((document.data or {}).get("inputs", {}), dict)
        self.inputs = _inputs({**meant, **(document.data or {})}, data, faults)
        self._read_templates()
        self._read_conditions()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong; of very many findings of one kind the first, the last of which counts the others."""
        found = {kind: [*each] for kind, each in self._found.items()}
        for kind, number in self._untold.items():
            last = found[kind].pop()
            more = f"And {number:,} more like this, which are not shown."
            found[kind].append(replace(last, help=f"{last.help} {more}"))
        return tuple(one for each in found.values() for one in each)

    def specs(self) -> tuple[InputSpec, ...]:
        """Give the inputs whose declaration is sound."""
        return tuple(spec for spec in self.inputs.values() if spec is not None)

    def _read_templates(self) -> None:
        # The steps of a long runbook repeat most of their texts.
        known: dict[str, tuple[template.Template | None, tuple[Fault, ...]]] = {}
        for path, text in self._marked.braces:
            if text not in known:
                known[text] = template.parse_template(text, self.inputs)
            parts, wrong = known[text]
            if wrong:
                self._report(path, wrong)
            if parts is not None and parts != (text,):
                self.templates[path] = parts

    def _read_conditions(self) -> None:
        told = [*_conditions(self.data)]
        if not told:
            return
        written: Any = self.document.data
        names = [*map(_id_of, written["steps"], self.data["steps"])]
        ids: dict[str, int] = {}
        for position, name in enumerate(names):
            ids.setdefault(name, position)
        nameless = ids.pop("", None) is not None
        # Only runbooks with conditions pay for importing what reads them.
        from engine.runbook.expressions.sorts import Sorts  # noqa: PLC0415

        sorts = Sorts()
        self._parted = sorts.parted
        for path, text in told:
            position = int(path[1])
            own = names[position] if path[2] == "success" else None
            scope = Scope(self.inputs, ids, position, own, nameless)
            condition, wrong = sorts.parse(text, scope)
            if wrong:
                self._report(path, wrong)
            if condition is None:  # also one that cannot be judged while another step has no id
                self.faulted.add(path)
            else:
                self.conditions[path] = condition

    def smells(self, healthy: Parts) -> None:
        """Find what looks wrong in the conditions of steps without a fault."""
        if self.conditions:
            # What looks at conditions is large, too.
            from engine.runbook.rules import conditions  # noqa: PLC0415

            for path, fault in conditions.check(healthy, self.conditions, self.inputs, self._parted):
                self._report(path, [fault])

    def _report(self, path: Path, wrong: Sequence[Fault]) -> None:
        for fault in wrong:
            if fault.kind.severity is Severity.ERROR:
                self.faulted.add(path)
            if fault.kind is UNKNOWN_INPUT and self.blind:
                continue  # what is declared cannot be read
            found = self._found.setdefault(fault.kind, [])
            if len(found) == MOST:
                self._untold[fault.kind] += 1
                continue
            span = self.document.span_inside(path, fault.start, fault.end)
            found.append(self.document.finding(fault.kind, span, fault.message, fault.help))


def _inputs(
    written: Mapping[str, Any], sound: Mapping[str, Any], faults: Sequence[DataFault]
) -> dict[str, InputSpec | None]:
    """Give every declared input, None for one whose own declaration is at fault."""
    declared = written.get("inputs")
    if not isinstance(declared, dict):
        return {}
    broken = {str(fault.path[1]) for fault in faults if fault.path[:1] == ("inputs",) and len(fault.path) > 1}
    given = {name: spec for name, spec in sound.get("inputs", {}).items() if not name.startswith("x-")}
    kept = {name: spec for name, spec in given.items() if name not in broken and "type" in spec}
    specs = {spec.name: spec for spec in decode_inputs({"inputs": kept})}
    return dict.fromkeys(_name(each) for each in declared if not each.startswith("x-")) | specs


def _id_of(step: Any, sound: Mapping[str, Any] | None) -> str:  # noqa: ANN401  (any JSON)
    """Give a step's id, empty if it has none; of one that is refused, the spelling that is proposed."""
    if sound and "id" in sound:
        return str(sound["id"])
    name = step.get("id") if isinstance(step, dict) else None
    return _name(name) if isinstance(name, str) else ""


def _name(name: str) -> str:
    """Give a name, or of one that is refused the spelling that is proposed."""
    if not name or fits(IDENTIFIER, name):
        return name
    # Only a file with faults pays for the words.
    from engine.runbook.wording.keys import proposed  # noqa: PLC0415

    return proposed(name)


def _conditions(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for position, step in enumerate(data.get("steps", ())):
        for key in ("when", "success") if isinstance(step, dict) else ():
            value = step.get(key)
            if isinstance(value, str):
                yield ("steps", position, key), value
            elif isinstance(value, list):
                yield from (
                    (("steps", position, key, index), item)
                    for index, item in enumerate(value)
                    if isinstance(item, str)
                )
