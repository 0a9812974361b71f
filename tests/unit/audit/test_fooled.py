"""Who may write to what is checked makes neither a sound thing of a forged one, nor a crash of the check."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.api.exporting import export
from engine.audit.check import Fault, Held, Report, Verifier
from engine.audit.export import Unreadable, verify_path
from engine.audit.tables import Derived
from engine.audit.told import told
from engine.diagnostics import Json
from engine.frozen import replace
from engine.record.event import Erased, Event, OverrideUsed, Resolution, Sealed, StepSkipped
from engine.runlog.chain import Link
from engine.runlog.sqlite.rows import Row
from tests.unit.audit.test_export import file as file  # noqa: PLC0414  (a fixture)
from tests.unit.audit.test_export import lines, rules
from tests.unit.audit.test_export import run as run  # noqa: PLC0414  (the same)
from tests.unit.audit.test_people import BOTH, held
from tests.unit.audit.test_recount import (
    DOUBT,
    chained,
    intended,
    late,
    looked,
    relinked,
    said,
    settled,
    started,
)
from tests.unit.runner.fakes import NOW, Desk

SENT = (started(), intended(), settled())
ERASED = Erased(NOW, 2, 0, "old")


def report(*happened: Event, own: tuple[Event, ...] = (), kept: str | None = None) -> Report:
    """Check a run, with the log's own chain."""
    verifier = Verifier(kept)
    verifier.log(chained(*own, run="log"))
    verifier.run("run-1", chained(*happened))
    return verifier.report()


def test_a_later_seal_takes_nothing_from_an_earlier_one() -> None:
    """Whoever writes a run anew can seal it anew, and cannot take the first seal back."""
    sealed: dict[str, Json] = {"run-1": {"seq": 3, "hash": chained(*SENT)[-1].hash}}
    forged = (started(), intended(), settled("rejected"))
    again: dict[str, Json] = {"run-1": {"seq": 3, "hash": chained(*forged)[-1].hash}}
    own = (Sealed(NOW, sealed), Sealed(NOW, again))
    found = [(fault.chain, fault.seq, fault.rule) for fault in report(*forged, own=own).faults]
    assert found == [("log", 2, "seals"), ("run-1", 3, "seals")]
    assert report(*SENT, own=(own[0], own[0])).faults == []


def test_no_chain_is_shown_twice() -> None:
    """Seals hold for the first of two: the second would be held against nothing."""
    for chain in ("log", "run-1"):
        verifier = Verifier()
        for _ in range(2):
            if chain == "log":
                verifier.log(chained(Sealed(NOW, {}), run="log"))
            else:
                verifier.run(chain, chained(*SENT))
        assert [(fault.chain, fault.says) for fault in verifier.report().faults] == [
            (chain, "it is shown twice")
        ]


# ---------------------------------------------------------------- newer versions


def newer(*happened: Event) -> list[Link]:
    """Give a chain that ends with an event that nobody knows."""
    links = chained(*happened, StepSkipped(NOW, "b", "no"))
    return [*links[:-1], relinked(links[-1]._replace(kind="moon_rose"))]


def test_what_a_newer_version_wrote_is_not_called_sound() -> None:
    """Nothing is wrong, and nobody can tell: neither in words nor in JSON nor by the exit code."""
    verifier = Verifier()
    verifier.run("run-1", newer(*SENT), Held(BOTH))
    made = verifier.report()
    assert (made.faults, made.is_sound, made.to_json()["sound"]) == ([], None, None)
    assert "NOT KNOWN" in told(made)
    assert "Sound:" not in told(made)


@pytest.mark.parametrize(
    "kept",
    [
        Held(contacts=()),
        Held(contacts=BOTH[:1]),
        Held(contacts=BOTH, derived=Derived([], [], [], [])),
    ],
)
def test_an_unknown_event_hides_nothing_of_what_stands_before_it(kept: Held) -> None:
    """Rows that must be there by the events before it must be there."""
    verifier = Verifier()
    verifier.run("run-1", newer(*SENT), kept)
    assert verifier.report().faults != []


def test_ids_that_are_erased_behind_an_unknown_event_are_not_missed() -> None:
    """An old version reads what it knows of a log that a newer one has written to."""
    links = newer(*SENT)
    erased = chained(*SENT, StepSkipped(NOW, "b", "no"), ERASED)[-1]
    verifier = Verifier()
    verifier.run("run-1", [*links, relinked(erased._replace(before=links[-1].hash))], Held(()))
    assert verifier.report().faults == []


def test_a_newer_field_in_the_logs_own_chain_is_not_passed_over() -> None:
    """What it says of seals or stops is not known."""
    (link,) = chained(Sealed(NOW, {}), run="log")
    verifier = Verifier()
    verifier.log([relinked(link._replace(body='{"colour":"red","heads":{}}'))])
    assert verifier.report().is_sound is None


# ---------------------------------------------------------------- erasing


@pytest.mark.parametrize(
    ("erased", "contacts", "expected"),
    [
        (ERASED, (), []),
        (replace(ERASED, contacts=0), (), ["contacts"]),
        (replace(ERASED, contacts=3), (), ["contacts"]),
        (ERASED, BOTH, ["contacts"]),
        (ERASED, BOTH[:1], ["contacts"]),
    ],
)
def test_erasing_is_held_against_what_there_was(
    erased: Erased, contacts: tuple[Row, ...], expected: list[str]
) -> None:
    """As many are gone as the requests named, and all of them."""
    assert held(*contacts)(*SENT, erased) == expected
    again = replace(erased, contacts=0)
    assert held(*contacts)(*SENT, erased, again) == expected


def test_erased_rows_were_at_least_one_for_each_customer() -> None:
    """The look before says for how many customers rows were kept."""
    assert held()(*DOUBT, looked(2), replace(ERASED, reached=3)) == []
    assert held()(*DOUBT, looked(2), replace(ERASED, reached=1)) == ["reached"]


# ---------------------------------------------------------------- what is said


def test_a_message_that_was_sent_twice_is_told_apart() -> None:
    """The log is not to blame, nor whoever can write to it."""
    twice = (*DOUBT, said(Resolution.NOT_SENT), intended(attempt=2), settled(attempt=2), late())
    text = told(report(*twice))
    assert "SENT TWICE, PERHAPS" in text
    assert "NOT SOUND" not in text
    assert "NOT SOUND" in told(report(*SENT, settled()))


def test_whether_a_kept_seal_is_there_is_said() -> None:
    """Without one, nobody can tell whether all was written anew."""
    own = (Sealed(NOW, {}),)
    seal = chained(*own, run="log")[0].hash
    assert report(*SENT).to_json()["kept_seal"] is None
    assert "--seal SEAL" in told(report(*SENT))
    assert report(*SENT, own=own, kept=seal).to_json()["kept_seal"] is True
    assert "--seal SEAL" not in told(report(*SENT, own=own, kept=seal))
    missing = report(*SENT, own=(OverrideUsed(NOW, "restored", "lost"),), kept="0" * 64)
    assert missing.to_json()["kept_seal"] is False
    assert "restored from a copy (event 1)" in missing.faults[0].says


def test_nothing_reaches_a_terminal_but_letters() -> None:
    """Names and texts of events are somebody else's words."""
    evil = "a\x1b[2Jb\nSound: \u202e\ud800" + "x" * 10_000
    shown = str(Fault(evil, None, "file", evil))
    assert shown.isprintable()
    assert len(shown) < 2_000
    assert "\\x1b[2J" in shown
    made = Report({"events": 1}, [], [evil], None, 0)
    assert all(line.isprintable() for line in told(made).splitlines())


# ---------------------------------------------------------------- what is no event, no line, no file

DEEP = "[" * 200_000


@pytest.mark.parametrize("value", ["x", b"x", None, 1.5, [1], {}, True, -1])
@pytest.mark.parametrize("place", range(8))
def test_no_value_of_an_event_breaks_the_check(place: int, value: object) -> None:
    """Whatever a database without rules can hold, in the chain of a run and in the log's own."""
    run, own = chained(*SENT), chained(Sealed(NOW, {}), Sealed(NOW, {}), run="log")
    for at in (0, 1):
        for links, chain in ((run, "run-1"), (own, "log")):
            raw: list[Any] = [[*link] for link in links]
            raw[at][place] = value
            verifier = Verifier()
            verifier.log(raw if chain == "log" else own)
            verifier.run("run-1", raw if chain == "run-1" else run)
            assert chain in {fault.chain for fault in verifier.report().faults}


@pytest.mark.parametrize(
    "head",
    [
        *({"seq": seq, "hash": "y"} for seq in ("x", None, 2.5, [1], 0, -1, True)),
        {"seq": 1, "hash": ["y"]},
        {"seq": 1},
        [],
        DEEP,
    ],
)
def test_no_head_of_a_seal_breaks_the_check(head: object) -> None:
    """It is named as what cannot be read."""
    (link,) = chained(Sealed(NOW, {}), run="log")
    body = f'{{"heads":{{"run-1":{json.dumps(head) if head != DEEP else DEEP}}}}}'
    verifier = Verifier()
    verifier.log([relinked(link._replace(body=body.replace(", ", ",").replace(": ", ":")))])
    assert rules(verifier.report()) == {"readable"}


@pytest.mark.parametrize(
    "body",
    ['{"reason":"no", "step":"b"}', '{"reason":"x","reason":"no","step":"b"}', '{"reason":"no","step":"b"} '],
)
def test_an_event_is_written_in_one_way_alone(body: str) -> None:
    """Two readers of other texts may read different things."""
    links = chained(started(), StepSkipped(NOW, "b", "no"))
    verifier = Verifier()
    verifier.run("run-1", [links[0], relinked(links[1]._replace(body=body))])
    assert rules(verifier.report()) == {"readable"}


@pytest.mark.parametrize(
    "header", [DEEP, "[1]", '"x"', "7", '{"run": ["x"], "format": "export/v1", "customers": "all"}']
)
def test_no_first_line_breaks_the_check(header: str, tmp_path: Path) -> None:
    """It is no export."""
    path = tmp_path / "x.jsonl"
    path.write_text(header + "\n", "utf-8")
    with pytest.raises(Unreadable):
        verify_path(path)


@pytest.mark.parametrize("line", [DEEP, '{"event": NaN}', f'{{"event": {{"text": {DEEP}', "\ud800", "[]", ""])
def test_no_line_breaks_the_check(line: str, file: Path) -> None:
    """It is named."""
    whole = file.read_bytes().splitlines(keepends=True)
    whole.insert(4, line.encode("utf-8", "surrogatepass") + b"\n")
    file.write_bytes(b"".join(whole))
    assert "file" in rules(verify_path(file))


def test_a_number_that_is_none_breaks_no_export(file: Path) -> None:
    """NaN is no JSON, though Python reads and writes it."""
    whole = lines(file)
    next(line["event"] for line in whole if "event" in line)["plan"]["x"] = float("nan")
    file.write_text("\n".join(map(json.dumps, whole)), "utf-8")
    assert "file" in rules(verify_path(file))


def test_the_last_line_names_the_latest_seal(file: Path) -> None:
    """It is what people compare."""
    *whole, end = lines(file)
    end["end"]["seal"] = f"sha256:{'0' * 64}"
    file.write_text("\n".join(map(json.dumps, [*whole, end])), "utf-8")
    assert rules(verify_path(file)) == {"file"}


def test_an_export_about_a_customer_names_one(run: Desk, tmp_path: Path) -> None:
    """Who removes the lines removes what it is about."""
    path = tmp_path / "one.jsonl"
    path.write_bytes(b"".join(export(run.log, "run-1", customers="L-1")))
    assert verify_path(path).faults == []
    path.write_bytes(b"".join(export(run.log, "run-1", customers="L-77")))
    assert rules(verify_path(path)) == {"contacts"}
