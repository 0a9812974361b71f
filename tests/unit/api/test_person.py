"""A person's part, passed on by a program."""

from collections.abc import Callable

import pytest

import engine
from tests.unit.api.services import Service

PARTS: dict[str, Callable[[str, engine.RunLog], None]] = {
    "resolve": lambda run, log: engine.resolve(run, "a", engine.Resolution.SENT, log=log, reason="seen"),
    "decide": lambda run, log: engine.decide(run, "a", engine.Verdict.SKIP, log=log, reason="enough"),
    "cancel": lambda run, log: engine.cancel(run, log=log, reason="enough"),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_closed_log_is_a_refusal(part: str, service: Service) -> None:
    """As for run and resume: one exception base, and the mend."""
    run = service.run(service.plan()).run
    log = engine.open_log(service.path / "log" / "runlog.db", actor="somebody")
    log.close()
    with pytest.raises(engine.Refusal, match="the run log cannot be used here") as refused:
        PARTS[part](run, log)
    assert "open a log in each thread" in refused.value.cure
