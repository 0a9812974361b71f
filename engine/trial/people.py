"""Customers made up for a plan: each request finds more or fewer than its limit, and some match none."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.diagnostics import Json
from engine.record.plan import PlannedStep, Program
from engine.refusal import Refusal
from engine.sandbox.chance import draw, shuffled
from engine.sandbox.customers import STATUSES
from engine.sandbox.synthetic import FIRST_ID, customer

Row = dict[str, Json]
Columns = Mapping[str, Sequence[str]]

_MOST = 20_000
_MOST_OF_A_STEP = 2_000
_LEAST_OF_A_STEP = 10
_WITHOUT_LIMIT = 60
_OTHER = "other"
_HALF = 0.5


def people_for(program: Program, seed: int) -> list[Row]:
    """Make customers, as a campaign of the sandbox takes them, in an order that the seed decides."""
    crowd = _Crowd(program, seed)
    for position, step in enumerate(program.steps):
        crowd.admit(step, position)
    crowd.admit_strangers()
    return [crowd.rows[name] for name in shuffled(seed, crowd.rows, "order")]


class _Crowd:
    """Who is there so far, by id."""

    def __init__(self, program: Program, seed: int) -> None:
        self.rows: dict[str, Row] = {}
        self._having: dict[tuple[str, str], set[str]] = {}
        self._seed = seed
        self._number = 0
        self._most = max(_LEAST_OF_A_STEP, min(_MOST_OF_A_STEP, _MOST // len(program.steps)))
        filters = [_filters(step) for step in program.steps]
        self._named = {
            name for each in filters for key in ("ids", "exclude_ids") for name in _texts(each, key)
        }
        self._known = _known_values(filters)

    def admit(self, step: PlannedStep, position: int) -> None:
        """Let people in whom the step finds; those who are there count."""
        filters = _filters(step)
        columns, excluded = _columns(filters), _texts(filters, "exclude_ids")
        ids = _texts(filters, "ids")
        for name in (*ids, *excluded):
            if name not in self.rows:
                self._enter(name, columns)
        if ids:
            return
        fitting = self._fitting(columns).difference(excluded)
        for _ in range(self._wanted(step, position) - len(fitting)):
            self._enter(self._next_id(), columns)

    def admit_strangers(self) -> None:
        """Let people in whom no filter finds, one for every five who are there."""
        strange = {
            column: [
                each for each in (STATUSES if column == "payment_status" else (_OTHER,)) if each not in known
            ]
            for column, known in self._known.items()
        }
        for _ in range(max(_LEAST_OF_A_STEP, len(self.rows) // 5)):
            self._enter(self._next_id(), {column: values for column, values in strange.items() if values})

    def _fitting(self, columns: Columns) -> set[str]:
        """Give who fits a filter: many steps ask of many rows, so nobody is looked at one by one."""
        found = [
            set[str]().union(*(self._having.get((column, value), ()) for value in values))
            for column, values in columns.items()
        ]
        return set.intersection(*found) if found else {*self.rows}

    def _wanted(self, step: PlannedStep, position: int) -> int:
        """Say how many a step should find: in turn more and fewer than its limit, within what it expects."""
        limit = step.sends[0].at_most or _WITHOUT_LIMIT
        wanted = min(limit * 5 // 4 + 1 if position % 2 == 0 else -(-limit * 3 // 5), self._most)
        if (expected := step.expect_matched) is not None:
            wanted = max(wanted, _made_up(step.id, expected.min or 0))
            wanted = wanted if expected.max is None else min(wanted, expected.max)
        return wanted

    def _enter(self, name: str, columns: Columns) -> None:
        number = self._number
        self._number += 1
        row = customer(number, self._seed)
        for column, values in self._known.items():
            # What a step does not ask for may be what another asks for, so that some are found by both.
            if column not in columns and draw(self._seed, "also", column, number) < _HALF:
                columns = {**columns, column: values}
        filled = {column: self._one_of(values, column, number) for column, values in columns.items()}
        missing = {column: _OTHER for column in self._known if column not in row}
        self.rows[name] = made = {**row, **missing, **filled, "loan_id": name}
        for column in self._known:
            self._having.setdefault((column, str(made[column])), set()).add(name)

    def _one_of(self, values: Sequence[str], column: str, number: int) -> str:
        return values[int(draw(self._seed, "value", column, number) * len(values))]

    def _next_id(self) -> str:
        # The numbers of those who are there and of those whom a filter names are taken.
        numbers = range(
            FIRST_ID + self._number, FIRST_ID + self._number + len(self._named) + len(self.rows) + 1
        )
        names = (f"LOANID-{number}" for number in numbers)
        return next(name for name in names if name not in self.rows and name not in self._named)


def _filters(step: PlannedStep) -> Mapping[str, Json]:
    filters = step.sends[0].request.body.get("filters")
    return filters if isinstance(filters, dict) else {}


def _texts(filters: Mapping[str, Json], key: str) -> Collection[str]:
    values = filters.get(key)
    return [str(each) for each in values] if isinstance(values, list) else ()


def _columns(filters: Mapping[str, Json]) -> Columns:
    """Give what a filter asks of each column."""
    custom = filters.get("custom")
    columns = {**filters, **(custom if isinstance(custom, dict) else {})}
    named = ("ids", "exclude_ids", "custom")
    return {
        column: [str(each) for each in values]
        for column, values in columns.items()
        if column not in named and isinstance(values, list)
    }


def _known_values(filters: Sequence[Mapping[str, Json]]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for column, value in (pair for each in filters for pair in _pairs(each)):
        values = known.setdefault(column, [])
        if value not in values:
            values.append(value)
    return known


def _pairs(filters: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for column, values in _columns(filters).items():
        for value in values:
            yield column, value


def _made_up(step: str, least: int) -> int:
    if least > _MOST:
        raise Refusal(
            f"step {step} expects {least} customers or more, and a trial makes up at most {_MOST}",
            "give them: `runbook try FILE --roster CUSTOMERS`; or try it with a smaller `expect`",
        )
    return least
