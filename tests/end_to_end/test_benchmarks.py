"""The benchmark's one command works; what it measures is not judged here."""

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import (
    contacts,
    contacts_log,
    costs,
    floors,
    long_log,
    looking,
    page,
    running,
    running_page,
    stub,
    verifying,
)
from benchmarks.contacts import Round
from benchmarks.contacts_page import Contacts, contacts_section
from benchmarks.looking import Look
from benchmarks.looking_page import Looking, looking_section
from benchmarks.measure import Bench, FailedError, Pair, Sample, run
from benchmarks.page import Results, sizes, starts
from benchmarks.running import OURS, UNSENT, Course, Peaks, Resident, Slope, Syncs, environment_for
from benchmarks.running_page import Running, memory, resume, short, step, syncs
from benchmarks.stub import answering
from benchmarks.subject import bare_environment, installed
from benchmarks.verifying_page import Verifying, verifying_section
from benchmarks.workload import chain, runbook
from engine.api.verifying import verify
from engine.runbook.draft import read
from engine.runlog.sqlite import SqliteLog, look_at

ROOT = Path(__file__).resolve().parents[2]


def sample(wall_s: float, peak_bytes: int = 10**6) -> Sample:
    """A process that took so long."""
    return Sample(wall_s, wall_s, peak_bytes)


def looked_at(file: Path) -> SqliteLog:
    """Open a log to look at it."""
    log = look_at(file)
    assert log is not None
    return log


@pytest.mark.slow
def test_the_documented_command() -> None:
    """One round over small runbooks gives every table, and a verdict for each goal."""
    command = [sys.executable, "benchmarks/run.py", "--rounds", "1", "--warm-up", "0"]
    command += ["--size-rounds", "1", "--sizes", "10", "20", "40", "--run-rounds", "1"]
    command += ["--run-steps", "2", "6", "--resumed", "3", "--memory-steps", "2", "4", "--contacts", "1000"]
    command += ["--events", "300", "--customers", "30"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = [line for line in done.stdout.splitlines() if line.endswith(("| met |", "| **missed** |"))]
    said = [line for line in done.stdout.splitlines() if line.endswith((": met.", ": **missed**."))]
    assert [row.split("`")[1] for row in rows] == [*(f"runbook {name}" for name in page.GOALS), OURS]
    assert len(said) == 7 + (shutil.which("strace") is not None)
    assert all(f"| {way} |" in done.stdout for way in running_page.WAYS.values())


@pytest.mark.parametrize("write", [runbook, chain])
@pytest.mark.parametrize("steps", [1, 10, 37])
def test_workload_is_sound(steps: int, write: Callable[[int], str]) -> None:
    """What is measured is a runbook without a finding, with as many steps as asked for."""
    draft = read(write(steps).encode(), "benchmark.yaml")
    assert draft.diagnostics == ()
    assert draft.document.data is not None
    assert len(draft.document.data["steps"]) == steps  # type: ignore[arg-type]


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    """The time of a process that ended badly would be taken for a good one."""
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(FailedError, match=r"ended with 1: no such thing"):
        run(command, bare_environment(), tmp_path / "errors.txt")


def test_peak_of_memory_is_that_of_the_process(tmp_path: Path) -> None:
    """A process that fills 200 MB is seen to have filled them, however large the one is that measures."""
    ballast = b"x" * 400_000_000
    command = [sys.executable, "-c", "b'x' * 200_000_000"]
    peak_bytes = run(command, bare_environment(), tmp_path / "errors.txt").peak_bytes
    assert 200e6 < peak_bytes < len(ballast)


TOLD = """\
import time: self [us] | cumulative | imported package
import time:         1 |          1 | codecs
import time:        10 |         10 |     base64
import time:       100 |        110 |   yaml.reader
import time:      1000 |       1110 | yaml
import time:         2 |          2 |   json
import time:        20 |         22 | engine
"""


def test_imports_are_charged_to_their_library() -> None:
    """What a library imports is charged to it; what nobody around it asked for, to Python."""
    assert set(costs._charged(TOLD)) == {
        ("engine", "engine", 20),
        ("json", "engine", 2),
        ("yaml", "yaml", 1000),
        ("yaml.reader", "yaml", 100),
        ("base64", "yaml", 10),
        ("codecs", costs.START, 1),
    }


def test_imports_are_read_from_python() -> None:
    """This interpreter writes its import times in the form that is read here."""
    shares = costs.imports(installed(Path(sys.executable)), ["-c", "import yaml"], bare_environment())
    assert set(shares) == {"yaml", costs.START}


@pytest.mark.parametrize(("took_s", "verdict"), [(0.75, "met"), (0.76, "**missed**")])
def test_a_goal_is_judged_by_its_number(took_s: float, verdict: str) -> None:
    """A ratio above the goal is missed, whatever the other commands took."""
    quick = Pair(sample(0.01), sample(1.0))
    round_ = {
        "--version": quick,
        "--help": quick,
        "validate": Pair(sample(took_s), sample(1.0)),
        "plan": quick,
    }
    rows = starts(Results({}, "", [round_], [])).splitlines()
    (row,) = (row for row in rows if row.startswith("| `runbook validate`"))
    assert row.endswith(f"| {verdict} |")


@pytest.mark.parametrize(("most_s", "verdict"), [(11.0, "met"), (14.0, "**missed**")])
def test_growth_is_judged_after_start_up(most_s: float, verdict: str) -> None:
    """Ten times the steps may take ten times the time beyond start-up, and little more."""
    rounds = [{10: sample(1.0), 1010: sample(2.0), 10010: sample(most_s)}]
    shown = sizes(Results({}, "", [], rounds))
    assert f"goal at most 1.25): {verdict}." in shown


# ---------------------------------------------------------------- runs


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    """Where runs are sent to a stub by this interpreter's own installation."""
    subject = installed(Path(sys.executable))
    with answering(subject.python) as address:
        environment = environment_for(address, bare_environment())
        yield Course(subject, Bench(environment, tmp_path, rounds=1, warm_up=0), address)


def heard_from(command: Sequence[str], environment: Mapping[str, str], listener: socket.socket) -> bytes:
    """Run a command that sends once, answer it, and give the bytes that it sent."""
    listener.settimeout(20)
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        sending, _ = listener.accept()
        with sending:
            sending.settimeout(20)
            heard = b""
            while stub._after_request(heard) is None:
                heard += sending.recv(65536)
            sending.sendall(stub.ANSWER)
            assert process.wait(20) == 0
    return heard


def asked(heard: bytes) -> tuple[str, object, dict[str, str]]:
    """Give a request's first line, its body, and what it says in headers beyond the connection itself."""
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    for name in ("connection", "host", "content-length"):
        headers.pop(name, None)
    headers["user-agent"] = headers["user-agent"].partition("/")[0]  # the version grows
    return first, json.loads(body), headers


def test_the_floor_sends_what_a_run_sends(course: Course) -> None:
    """The same path, body and headers: nobody gains by asking for less."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        environment = environment_for(address, bare_environment())
        there = replace(course, address=address)
        there.clear()
        ours, floor = (
            asked(heard_from(there.command(way, 1), environment, listener)) for way in (OURS, "bare")
        )
    assert floor == ours


def test_the_floor_remembers_as_much_as_a_run(course: Course) -> None:
    """Its two rows of a send hold as many bytes as our two events do, within a twentieth."""
    course.once(OURS, 10)
    with closing(sqlite3.connect(course.log)) as log:
        question = """\
            SELECT sum(length(run || seq || at || actor || kind || body || before || hash)) FROM events
            WHERE kind IN ('send_intended', 'send_settled')"""
        ((ours_bytes,),) = log.execute(question).fetchall()
    answer = json.loads(stub.BODY)
    events = [event for n in range(1, 11) for event in (floors.intended(n), floors.settled(n, answer))]
    assert sum(len(json.dumps(event)) for event in events) == pytest.approx(ours_bytes, rel=0.05)


@pytest.mark.parametrize("way", sorted(floors.WAYS))
def test_each_floor_remembers_every_send(way: str, course: Course) -> None:
    """Two events for each request; the way that is bare keeps none."""
    course.once(way, 3)
    kept = {file.name: file for file in course.place.iterdir()}
    if way == "bare":
        assert kept == {}
    elif way == "lines":
        assert len(kept["log.jsonl"].read_bytes().splitlines()) == 6
    else:
        with closing(sqlite3.connect(kept["log.db"])) as log:
            assert log.execute("SELECT count(*) FROM events").fetchall() == [(6,)]


def test_each_step_of_the_chain_is_sent(course: Course) -> None:
    """Every condition holds against the stub, so that a run of so many steps makes so many requests."""
    course.once(OURS, 4)
    with closing(sqlite3.connect(course.log)) as log:
        statuses = log.execute("SELECT status FROM sends").fetchall()
    assert statuses == [("succeeded",)] * 4


def test_what_is_refused_before_its_first_send_sends_nothing(course: Course) -> None:
    """It is the cost of reading and planning alone."""
    course.once(UNSENT, 4)
    with closing(sqlite3.connect(course.log)) as log:
        assert log.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]


def test_an_interrupted_run_lacks_its_last_step(course: Course) -> None:
    """That is what going on with it is measured by, each time anew."""
    with running.interrupted(course, 3) as stopped:
        samples = list(running.resumes(replace(stopped, bench=replace(stopped.bench, rounds=2))))
        with closing(sqlite3.connect(stopped.log)) as log:
            addresses = log.execute("SELECT address FROM sends ORDER BY intended_seq").fetchall()
    assert len(samples) == 2
    assert addresses == [(f"step_{n}/c1",) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("received", "left"),
    [
        (b"POST / HTTP/1.1\r\nContent-", None),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n12", None),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n123", b""),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n123POST", b"POST"),
        (b"GET / HTTP/1.1\r\n\r\n", b""),
    ],
)
def test_the_stub_answers_whole_requests(received: bytes, left: bytes | None) -> None:
    """One that came in pieces is answered once."""
    assert stub._after_request(received) == left


STRACED = """\
17 fsync(5</tmp/run.db-wal>)               = 0
17 fdatasync(4</tmp/run.db> <unfinished ...>
17 <... fdatasync resumed>)                = 0
17 +++ exited with 0 +++
"""


def test_syncs_are_counted_once() -> None:
    """A call that another thread interrupts stands on two lines."""
    assert running._SYNC.findall(STRACED) == ["/tmp/run.db-wal", "/tmp/run.db"]  # noqa: S108  (a text alone)


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("/venv/lib/python3.11/site-packages/engine/runner/gate.py", "engine/runner"),
        ("/venv/lib/python3.11/site-packages/engine/clock.py", "engine/clock"),
        ("/somewhere/engine/runner/gate.py", "engine/runner"),
        ("/venv/lib/python3.11/site-packages/h11/_state.py", "h11"),
        ("/usr/lib/python3.11/json/encoder.py", "Python's own modules"),
    ],
)
def test_a_profile_is_charged_to_packages(file: str, package: str) -> None:
    """Libraries by their name, the engine by its layer."""
    assert costs._package(file) == package


def measured(**changes: object) -> Running:
    """What was measured of running, where everything is as it should be."""
    slope = Slope(sample(1.0), sample(2.0), 900)
    usual: dict[str, object] = {
        "few": 100,
        "many": 1000,
        "stub_us": [20.0] * 20,
        "sync_us": 200.0,
        "disk": "ext4",
        "steps": [dict.fromkeys(running.WAYS, slope)],
        "syncs": None,
        "short": [{OURS: Pair(sample(1.0), sample(1.0))}],
        "resumed": 2000,
        "resumes": [sample(0.5)],
        "memory": [{size: Peaks(sample(1.0), sample(1.0, 11 * 10**6), 10**6) for size in (100, 10000)}],
    }
    return Running(**{**usual, **changes})  # type: ignore[arg-type]  # a test names what it changes


def slopes(times: float) -> list[dict[str, Slope]]:
    """One round in which our step takes so many times what the floor's takes."""
    slope, ours = Slope(sample(1.0), sample(2.0), 900), Slope(sample(1.0), sample(1.0 + times), 900)
    return [{**dict.fromkeys(running.WAYS, slope), OURS: ours}]


@pytest.mark.parametrize(
    ("show", "changes", "said"),
    [
        (step, {"steps": slopes(1.29)}, "goal at most 1.3): met."),
        (step, {"steps": slopes(1.31)}, "goal at most 1.3): **missed**."),
        (syncs, {"syncs": {OURS: Syncs(2.02, 0.02)}}, "2.00 times (goal 2): met."),
        (syncs, {"syncs": {OURS: Syncs(3.02, 0.02)}}, "3.00 times (goal 2): **missed**."),
        (syncs, {"syncs": None}, "Not counted: there is no `strace` here."),
        (short, {"short": [{OURS: Pair(sample(1.1), sample(1.0))}]}, "| 1.10 | met |"),
        (short, {"short": [{OURS: Pair(sample(1.2), sample(1.0))}]}, "| 1.10 | **missed** |"),
        (resume, {"resumes": [sample(1.0)]}, "goal at most 1 s): met."),
        (resume, {"resumes": [sample(1.1)]}, "goal at most 1 s): **missed**."),
        (memory, {}, "1.00 times what running 100 adds (flat: at most 1.25): met. A step more adds 0.0 KB"),
        (memory, {}, "too few sends"),
        (memory, {"resident": Resident(100, 125)}, "1.25 times as much (flat: at most 1.25): met."),
        (memory, {"resident": Resident(100, 126)}, "1.26 times as much (flat: at most 1.25): **missed**."),
        (
            memory,
            {
                "memory": [
                    {
                        1: Peaks(sample(1), sample(1, 11 * 10**6), 1),
                        101: Peaks(sample(1), sample(1, 31 * 10**6), 1),
                    }
                ]
            },
            "3.00 times what running 1 adds (flat: at most 1.25): **missed**. A step more adds 200.0 KB,",
        ),
    ],
)
def test_goals_of_running_are_judged(
    show: Callable[[Running], str], changes: Mapping[str, object], said: str
) -> None:
    """Each by its number; what was not measured is said."""
    assert said in show(measured(**changes))


def test_a_missed_step_says_where_its_time_goes() -> None:
    """A miss without a reason helps nobody."""
    shown = step(measured(steps=slopes(2.0), packages={"h11": 200.0, "json": 100.0}))
    assert "Missing are 778 µs a step. Reading and planning take 1111 µs of it" in shown
    assert "| h11 | 200 |" in shown


# ---------------------------------------------------------------- questions


def test_both_ways_of_asking_find_the_same(tmp_path: Path) -> None:
    """And each customer of the log is named as often as it says."""
    bench = Bench(bare_environment(), tmp_path, rounds=1, warm_up=1)
    (one,) = contacts.rounds(installed(Path(sys.executable)), bench, contacts_log.IDS * 2)
    assert min(one.bare_s, one.answer_s) > 0
    with closing(sqlite3.connect(tmp_path / "contacts.db")) as log:
        assert log.execute("SELECT count(*), count(DISTINCT customer) FROM contacts").fetchall() == [
            (1000, 500)
        ]
        assert log.execute("SELECT count(*) FROM sends").fetchall() == [(4,)]


@pytest.mark.parametrize(("took_s", "verdict"), [(0.050, "met"), (0.051, "**missed**")])
def test_an_answer_is_judged_by_its_goal(took_s: float, verdict: str) -> None:
    """That of the answer, whatever the process around it takes."""
    shown = contacts_section(Contacts(1_000_000, [Round(took_s, 0.001, sample(9.0), sample(8.0))]))
    assert f"(goal at most 50): {verdict}." in shown


# ---------------------------------------------------------------- a long log


def test_a_long_log_is_sound_and_as_long_as_asked_for(tmp_path: Path) -> None:
    """What is checked is what the engine writes: every run, every send, every seal."""
    subject = installed(Path(sys.executable))
    bench = Bench(bare_environment(), tmp_path, rounds=1, warm_up=0)
    with answering(subject.python) as address:
        file = verifying.written(subject, bench, address, 1000)
    with closing(looked_at(file)) as log:
        report = verify(log)
    assert report.faults == []
    assert report.behind == 0
    assert 1000 <= report.numbers["events"] < 1030
    assert report.numbers["sends"] == report.numbers["runs"] * long_log.STEPS
    (one,) = verifying.rounds(subject, bench, file)
    assert min(pair.floor.wall_s for pair in one.values()) > 0


@pytest.mark.parametrize(("took_s", "verdict"), [(10.0, "met"), (10.1, "**missed**")])
def test_checking_is_judged_by_its_goal(took_s: float, verdict: str) -> None:
    """By what an event takes, the start of the process included."""
    rounds = [{verifying.VERIFY: Pair(sample(took_s), sample(3.0))}]
    shown = verifying_section(Verifying(1_000_000, rounds))
    assert f"1,000,000 in 10 s): {verdict}." in shown


# ---------------------------------------------------------------- the API's logs


def test_a_look_at_logs_is_counted_where_it_arrives(tmp_path: Path) -> None:
    """By the sandbox's own list of requests; everybody is found, however the logs behave."""
    bench = Bench(bare_environment(), tmp_path, rounds=1, warm_up=0)
    made = list(looking.looks(installed(Path(sys.executable)), bench, 30))
    assert [look.logs for look in made] == [*looking.LOGS]
    assert [look.reached for look in made] == [30] * len(made)
    assert (made[0].requests, made[0].pages) == (4, 3)


@pytest.mark.parametrize(("requests", "verdict"), [(600, "met"), (601, "**missed**")])
def test_looking_is_judged_by_its_goal(requests: int, verdict: str) -> None:
    """By the worst of all looks."""
    looks = [Look("stand still", 501, 500, 5000, sample(1.0)), Look("fail", requests, 500, 5000, sample(1.0))]
    assert f"for each page (goal at most 1.2): {verdict}." in looking_section(Looking(5000, looks))
