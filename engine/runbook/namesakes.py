"""What two runbooks beside each other break that neither shows by itself: one name for both."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from engine.diagnostics import Kind, Severity, in_order
from engine.frozen import replace
from engine.record.plan import Once
from engine.runbook import schema
from engine.runbook.draft import Draft
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import inputs, listed
from engine.runbook.spelling import shown

NAMESAKE = Kind(
    "RB604",
    "name of another runbook",
    "to the run log the two are one: once the one has sent, the other is refused.",
    Severity.WARNING,
)

_Occasion: TypeAlias = tuple[object, ...]


class Namesakes:
    """The names of the runbooks that were checked together so far, each with the file that has it."""

    def __init__(self) -> None:
        self._names: dict[_Occasion, str] = {}
        self._former: dict[_Occasion, str] = {}

    def beside(self, draft: Draft) -> Draft:
        """Give a draft with what its name and its former names have in common with those before it."""
        data: Mapping[str, Any] = draft.document.data or {}
        if not draft.is_sound or data.get("once", {}).get("per") == Once.RUN:
            return draft
        faults = [*self._faults(data)]
        self._names.setdefault(_occasion(data, data["name"]), draft.document.file)
        for _, name in listed(data.get("formerly")):
            self._former.setdefault(_occasion(data, name), draft.document.file)
        if not faults:
            return draft
        found = (*draft.diagnostics, *schema.diagnostics(draft.document, faults))
        return replace(draft, diagnostics=tuple(in_order(found)))

    def _faults(self, data: Mapping[str, Any]) -> Iterator[Fault]:
        own = _occasion(data, data["name"])
        if (other := self._names.get(own)) is not None:
            message = f"{other} has this name, too"
            yield Fault(NAMESAKE, ("name",), "value", message, "give one of the two another name.")
        elif (other := self._former.get(own)) is not None:
            message = f"{other} has it among its former names"
            mend = "give this runbook another name, or take it out of `formerly` there."
            yield Fault(NAMESAKE, ("name",), "value", message, mend)
        for place, name in listed(data.get("formerly")):
            if (other := self._names.get(_occasion(data, name))) is not None:
                message = f"{other} is called {shown(name)} now"
                mend = "delete it, or rename the other."
                yield Fault(NAMESAKE, ("formerly", *place), "value", message, mend)
            elif (other := self._former.get(_occasion(data, name))) is not None:
                message = f"{other} names {shown(name)} as a former name, too"
                mend = "leave it to the one that goes on with it: each would keep the other from sending."
                yield Fault(NAMESAKE, ("formerly", *place), "value", message, mend)


def _occasion(data: Mapping[str, Any], name: str) -> _Occasion:
    """Give what runbooks of one name must share as well, to be one to the run log."""
    keys = frozenset(path[1] for path, spec in inputs(data) if spec.get("key") is True)
    return name, data["campaign"]["id"], keys
