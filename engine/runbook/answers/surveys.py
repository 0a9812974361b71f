"""The surveys of one runbook: each sort of condition once, as far as the work allows."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from engine.frozen import replace
from engine.record.condition import Condition, Logic, Not, step_fields
from engine.runbook.answers.ends import StepTerms
from engine.runbook.answers.givens import Inputs
from engine.runbook.answers.parting import parted
from engine.runbook.answers.survey import MOST_COMPARISONS, GivenUp, Survey, survey
from engine.runbook.expressions.sorts import NAME, Parted, part

MOST_STEPS = 4
"""More steps than this are too much to look at together, be they read or depended on."""

CHEAP = 500
"""A survey of one step, and most of two, take less work than this."""

MOST_DEAR = 150_000
"""So much takes near a second; later surveys are given up as soon as they are not cheap any more."""

MOST_CHEAP = 300_000
"""So much is enough for some thousand sorts of conditions; those that come later are not looked at."""

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")

Around: TypeAlias = tuple[StepTerms, ...]


class Surveys:
    """Looks at conditions; those that differ in nothing but the names of steps are looked at once."""

    def __init__(
        self, terms: dict[str, StepTerms], inputs: Inputs, parted: Mapping[str, Parted] | None = None
    ) -> None:
        """Look at the conditions of these steps; ``parted``: what ``Sorts`` took apart."""
        self.terms = terms
        self.inputs = inputs
        self._parted = parted or {}
        self._places = {name: place for place, name in enumerate(terms)}
        self._known: dict[Hashable, Survey | None] = {}
        self._texts: dict[str, Parted] = dict(self._parted)
        self._sorts: dict[Hashable, int] = {}
        self._said: dict[int, tuple[StepTerms, int, Sequence[str]]] = {}
        self._doubted: set[str] = set()
        self._unjudged: dict[str, StepTerms] = {}
        self._dear = MOST_DEAR
        self._cheap = MOST_CHEAP

    def doubt(self, name: str, key: str, *, varies: bool) -> None:
        """Take a step's ``when`` or ``success`` as unknown from here on: there is a finding at it.

        Unless it ``varies``, not even that the step can be skipped is sure.
        """
        if key == "success":
            self._unjudged[name] = replace(self.terms[name], success=())
        else:
            self.terms[name] = replace(self.terms[name], when=None)
            self._doubted |= set() if varies else {name}

    def of(self, condition: Condition, owner: str | None) -> Survey | None:
        """Look at a condition; None where nothing can be told. ``owner``: whose ``success`` it is."""
        found = self._whole(condition, owner)
        if found is None and isinstance(condition.tree, Logic | Not):
            return parted(condition, lambda part: self._whole(part, owner))
        if found is None or not found.zeros:
            return found
        ids = [step.id for step in self.around(self.read_by(condition, owner), owner)]
        return found._replace(zeros=tuple(place for place in found.zeros if ids[place] not in self._doubted))

    def read_by(self, condition: Condition, owner: str | None) -> set[str]:
        """Give the names of the steps that a condition reads, and its owner's."""
        known = self._parted.get(condition.text)
        names = set(known[1] if known else [field.step for field in step_fields(condition.tree)])
        if owner:
            names.add(owner)
        return names

    def around(self, names: set[str], owner: str | None) -> Around:
        """Give the steps of these names with some that they depend on, in their order."""
        found = names
        # In the runbook's order: where not all have room, the same ones must find it in every process.
        for name in self._sorted(names) if len(names) < MOST_STEPS else ():
            if (when := self.terms[name].when) is not None:
                wider = found.union(self._named(when.text)[1])
                if len(found) < len(wider) <= MOST_STEPS and wider <= self.terms.keys():
                    found = wider
        return self._in_order(found, owner)

    def shape(self, condition: Condition, around: Around, owner: str | None) -> Hashable | None:
        """Give what decides about a condition but for the names of steps; None where it is too much."""
        if len(around) > MOST_STEPS:
            return None
        places = {step.id: place for place, step in enumerate(around)}
        rest, names = self._named(condition.text)
        found: list[Hashable] = [owner is not None, rest, *map(places.get, names)]
        for step in around:
            said = self._said.get(id(step)) or self._listen(step)
            found.append(said[1])
            found += map(places.get, said[2])
        return tuple(found)

    def _listen(self, step: StepTerms) -> tuple[StepTerms, int, Sequence[str]]:
        """Give what a step's terms say but for names of steps, as a number, and these names."""
        said = [self._named(each.text) for each in (step.when, *step.success) if each]
        sort = (
            step.may_skip,
            step.when is None,
            step.expect,
            step.at_most,
            step.goes_on,
            *[rest for rest, _ in said],
        )
        names = [name for _, names in said for name in names]
        # With the step itself, or another one could come to have its identity.
        known = self._said[id(step)] = step, self._sorts.setdefault(sort, len(self._sorts)), names
        return known

    def _whole(self, condition: Condition, owner: str | None) -> Survey | None:
        around = self.around(self.read_by(condition, owner), owner)
        shape = self.shape(condition, around, owner)
        if shape is not None and shape not in self._known:
            self._known[shape] = self._looked(condition, around, owner)
        return self._known.get(shape)

    def _looked(self, condition: Condition, around: Around, owner: str | None) -> Survey | None:
        """Look at a condition with all steps around it; where that is too much, with those that it reads."""
        found = self._paid(condition, around, owner)
        read = self._in_order(self.read_by(condition, owner), owner)
        if found is not None or len(read) == len(around):
            return found
        found = self._paid(condition, read, owner)
        places = [around.index(step) for step in read]
        return found and found._replace(
            stops=frozenset((places[place], stop) for place, stop in found.stops),
            zeros=tuple(places[place] for place in found.zeros),
        )

    def _paid(self, condition: Condition, steps: Around, owner: str | None) -> Survey | None:
        most = MOST_COMPARISONS if self._dear > 0 else CHEAP if self._cheap > 0 else 0
        if not most:
            return None
        found = survey(condition, steps, steps[-1] if owner else None, self.inputs, most)
        if found.work > CHEAP:
            self._dear -= found.work
        else:
            self._cheap -= found.work
        return None if isinstance(found, GivenUp) else found

    # ------------------------------------------------------------ steps and texts

    def _in_order(self, names: set[str], owner: str | None) -> Around:
        if not self._unjudged:
            return tuple(map(self.terms.__getitem__, self._sorted(names)))
        return tuple([self._as_known(name, owner) for name in self._sorted(names)])

    def _sorted(self, names: set[str]) -> Iterable[str]:
        return sorted(names, key=self._places.__getitem__) if len(names) > 1 else names

    def _as_known(self, name: str, owner: str | None) -> StepTerms:
        """Give a step's terms; a success that was found at fault judges nothing but for its own criteria."""
        terms = self.terms[name]
        return terms if name == owner else self._unjudged.get(name, terms)

    def _named(self, text: str) -> Parted:
        """Part the text of a condition from the names of steps in it, unless a text in quotes holds one."""
        found = self._texts.get(text)
        if found is None:
            is_clear = not any(map(NAME.search, _QUOTED.findall(text)))
            found = self._texts[text] = part(text) if is_clear else ((text,), ())
        return found
