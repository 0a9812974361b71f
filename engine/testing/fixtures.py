"""What the fixtures of the pytest plugin give: a served sandbox, and runbooks carried out."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.api.config import read_config
from engine.api.invalid import Invalid
from engine.api.planning import load, plan
from engine.clock import now
from engine.config import Config
from engine.diagnostics import Json
from engine.refusal import Refusal
from engine.report.findings import render
from engine.sandbox import Message, Options, Received, Sandbox
from engine.sandbox.reading import faults_of
from engine.sandbox.server import Served, serving
from engine.sandbox.synthetic import campaign as made_up
from engine.trial import Spelling, Trial, play

_CONFIG = Path(".runbook", "config.yaml")
_CAMPAIGN = "camp_demo"
_CUSTOMERS = 100
_NOTHING: Mapping[str, object] = {}
_NO_ANSWERS: Mapping[str, Spelling] = {}


class ServedSandbox:
    """A sandbox on a socket of this machine; ``camp_demo`` has a hundred made-up customers."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.address = served.address
        """The base URL of the API."""
        self.variables = {"TIMEPAY_BASE_URL": served.address, "TIMEPAY_TOKEN": "sandbox"}
        """The environment of a command that is to send to it."""

    @property
    def outbox(self) -> tuple[Message, ...]:
        """Every message that was accepted, in order: what customers got."""
        return self._served.sandbox.outbox

    @property
    def requests(self) -> tuple[Received, ...]:
        """Every request that arrived, in order."""
        return self._served.sandbox.requests

    def fault(self, *specs: str) -> None:
        """Play faults, spelled as ``runbook sandbox --fault`` takes them; raises Refusal (64)."""
        self._served.sandbox.script(*faults_of(specs, self._served.sandbox.options.endpoints))

    def load(
        self, customers: Sequence[Mapping[str, Json]], campaign: str = _CAMPAIGN, name: str = ""
    ) -> None:
        """Put customers in the place of a campaign's; each row has a ``loan_id``. Raises ValueError."""
        rows: list[Json] = [dict(row) for row in customers]
        self._served.sandbox.load({"id": campaign, "name": name or campaign, "customers": rows})


@contextmanager
def served_sandbox(endpoints: Iterable[str] = ()) -> Iterator[ServedSandbox]:
    """Serve a sandbox with made-up customers; ``endpoints``: those of installed channels."""
    sandbox = Sandbox(now, options=Options(endpoints=frozenset(endpoints)))
    sandbox.load(made_up(_CAMPAIGN, _CUSTOMERS, 0))
    with serving(sandbox) as served:
        yield ServedSandbox(served)


class RunbookCase:
    """Carries runbooks out on sandboxes inside the process, one each; the test fails where that cannot be.

    A runbook is a path, below ``root`` if it is relative, or a text. The nearest
    ``.runbook/config.yaml`` upward from it gives names to templates.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(
        self,
        runbook: "os.PathLike[str] | str",
        *,
        inputs: Mapping[str, object] = _NOTHING,
        customers: Sequence[Mapping[str, Json]] | None = None,
        answers: Mapping[str, Spelling] = _NO_ANSWERS,
        faults: Iterable[str] = (),
        seed: int = 0,
    ) -> Trial:
        """Run a runbook; waits are skipped, and nothing is left behind.

        ``customers``: the campaign's rows; without them some are made up whom the filters find.
        ``answers``: how the API answers, by step or address, such as ``{"remind": "207:failed=50"}``;
        ``faults`` are spelled as ``runbook sandbox --fault`` takes them.
        """
        __tracebackhide__ = True
        source, folder = self._found(runbook)
        try:
            planned = plan(load(source), inputs=inputs, config=_config(folder))
            return play(planned, customers=customers, answers=answers, faults=faults, seed=seed)
        except Invalid as invalid:
            why = _findings(invalid, source)
        except Refusal as refusal:
            why = f"refused: {refusal.message}" + (f"\n  help: {refusal.cure}" if refusal.cure else "")
        # Not while the exception is handled: pytest would show it, too.
        pytest.fail(why, pytrace=False)

    def _found(self, runbook: "os.PathLike[str] | str") -> "tuple[Path | str, Path]":
        """Tell a path from a text, and give the folder from which the configuration is sought."""
        if isinstance(runbook, str) and "\n" in runbook:
            return runbook, self._root
        path = self._root / runbook
        return path, path.parent


def _config(start: Path) -> Config | None:
    for folder in (start, *start.parents):
        if (folder / _CONFIG).is_file():
            return read_config(folder / _CONFIG)
    return None


def _findings(invalid: Invalid, source: Path | str) -> str:
    """Show findings as ``runbook validate`` does; those of the configuration without its lines."""
    text = source if isinstance(source, str) else source.read_text("utf-8", "replace")
    lines = dict(enumerate(text.splitlines(), 1))
    own = "runbook" if isinstance(source, str) else str(source)
    return render(invalid.findings, lambda file, number: lines.get(number, "") if file == own else "")
