"""Rows that name no channel, or another one than was asked for: none hides what went out over which."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cli.by_evidence import by_evidence
from engine.frozen import replace
from engine.refusal import Exit, Refusal
from engine.runlog import lock
from engine.sandbox import Fault, Kind
from engine.timepay.logs import LogPage, LogQuery
from tests.reconciling import HEAD, LOST, Lookout, runbook, step

IDS = ("L-1", "L-4", "L-7")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk before a sandbox of thirty customers."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    yield made
    made.database.close()


def strip(desk: Lookout, **fields: Any) -> None:  # noqa: ANN401  (whatever a row may not say)
    """Let no row of the API's logs say some fields; that nobody could be rung leaves no row."""
    logs = desk.client.logs

    def stripped(query: LogQuery, page: int, **more: float) -> LogPage:
        told = logs(query, page, **more)
        rows = tuple(replace(row, **fields) for row in told.rows if row.channel != "call")
        return replace(told, rows=rows)

    desk.client.logs = stripped  # type: ignore[method-assign]


def rung_in_vain(desk: Lookout) -> None:
    """Call by filter, and lose the answer of messages that went to some of the same people."""
    desk.sandbox.script(Fault(Kind.PARTIAL, reached="none", failed=3), LOST)
    desk.run(HEAD + step("t", "call", limit=10) + step("b", limit=3))
    desk.clock.advance(60)


def not_sent_is_refused(desk: Lookout) -> None:
    """Nobody can say it of step b, so nobody is messaged twice."""
    with pytest.raises(Refusal) as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code in (Exit.GUARDED, Exit.USAGE)


@pytest.mark.parametrize("fields", [{"channel": None}, {"channel": None, "template": None}])
def test_a_row_without_a_channel_is_of_the_one_that_was_asked_for(
    desk: Lookout, fields: dict[str, None]
) -> None:
    """Kept for a call, it would not fit the message any more at the next look."""
    rung_in_vain(desk)
    strip(desk, **fields)
    desk.reconcile()
    assert desk.send("b/c1").status == "sent_unknown"
    assert {(each.customer, each.address) for each in desk.kept()} == {(each, "b/c1") for each in desk.got()}
    assert desk.reconcile().seal is None
    not_sent_is_refused(desk)


def test_a_row_of_a_file_without_channels_may_be_of_any(desk: Lookout, tmp_path: Path) -> None:
    """It is kept for the call, and fits the message as before: not-sent is refused (11)."""
    rung_in_vain(desk)
    file = tmp_path / "export.csv"
    lines = [f"m-{each},{each},2026-03-02T11:00:05" for each in sorted(desk.got())]
    file.write_text("\n".join(["message_id,loan_id,start_time", *lines]), "utf-8")
    assert by_evidence(desk.log, desk.entry(), "t", file, None)
    assert {each.address for each in desk.kept()} == {"t/c1"}
    with pytest.raises(Refusal, match=r"3 messages in .* fit b/c1, but are taken by t/c1"):
        by_evidence(desk.log, desk.entry(), "b", file, None)
    with pytest.raises(
        Refusal, match="3 rows of the API's logs fit b/c1, but may be those of t/c1"
    ) as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.GUARDED


@pytest.mark.parametrize("in_one_run", [True, False])
def test_a_look_beside_a_call_that_was_taken(desk: Lookout, *, in_one_run: bool) -> None:
    """Rows without a channel fit it, too; nothing was asked of calls."""
    calls = step("t", "call", ids=IDS, limit=3)
    if in_one_run:
        desk.sandbox.script(Fault(Kind.RESET, accepted=True, skip=1))
        desk.run(HEAD + calls + step("b", ids=IDS, limit=3))
    else:
        desk.run(runbook(calls), "run-0")
        desk.clock.advance(60)
        desk.sandbox.script(LOST)
        desk.run(runbook(step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)
    strip(desk, channel=None, template=None, agent=None)
    desk.reconcile()
    assert desk.send("b/c1").status == "sent_unknown"


def test_rows_of_a_channel_that_was_not_asked_for(desk: Lookout) -> None:
    """An API that passes the channel over shows calls, too: here those of another run, which is in doubt."""
    desk.run(runbook(step("b", limit=3)), "run-0")
    desk.clock.advance(60)
    desk.sandbox.script(LOST)
    desk.run(runbook(step("t", "call", ids=IDS, limit=3)))
    desk.clock.advance(60)
    ask, count = desk.client.logs, desk.client.log_count

    def shown(query: LogQuery, page: int, **more: float) -> LogPage:
        return ask(replace(query, channel=None), page, **more)

    def counted(query: LogQuery, **more: float) -> int:
        return count(replace(query, channel=None), **more)

    desk.client.logs, desk.client.log_count = shown, counted  # type: ignore[method-assign]
    (told,) = desk.reconcile("run-0").others
    assert (told.attempt.key, told.reached) == (("run-1", "t/c1", 1), 3)
    assert desk.send("t/c1").status == "sent_unknown"
