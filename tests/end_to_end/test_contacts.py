"""Somebody says: you messaged me. What the log answers, and a runbook that makes it good."""

import csv
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.cli.identity import actor
from engine.clock import now
from engine.record.entry import ReachedEntry
from engine.record.event import Erased, Reconciled
from engine.runlog.phone import hashed, key_of
from engine.runlog.sqlite import open_log
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.contract.runlogs import ACCOUNT, CAMPAIGN, RUN, intended, put, started
from tests.end_to_end.running import lines_of, run, shown
from tests.repositories import commit, git, repository

LOG = Path(".runbook", "runlog.db")
NAMED = """\
format: runbook/v1
name: named
owner: collections-ops
purpose: service
campaign: {id: camp_demo, name: PL Mumbai}
once: {per: run}
steps:
  - id: told
    channel: sms
    template: apology
    filters: {ids: [L-1, L-2, L-3]}
    limit: 3
"""
CONFIG = """\
format: config/v1
default: here
environments:
  here: {base_url: "%s", log: runlog.db}
catalog:
  apology: {channel: sms, ids: {here: T-9}, text: "Dear {{name}},\\nsorry."}
"""


@pytest.fixture
def named(here: Path, api: Served) -> Path:
    """Stand in a repository of git with a runbook that names customers, and a catalog."""
    (here / "two.yaml").unlink()
    config = CONFIG % api.address
    return repository(here, {"named.yaml": NAMED, ".runbook/config.yaml": config, ".gitignore": "*.db*\n"})


def send(file: str = "named.yaml", code: int = 0) -> None:
    """Run a runbook without being asked."""
    assert main(["run", file, "--yes"]) == code


def keep_rows(api: Served, address: str, *, only: int | None = None) -> list[str]:
    """Write to the log what the API's logs would say of a send; give its customers."""
    step, template = address.partition("/")[0], None
    messages = [each for each in api.sandbox.outbox if each.channel == "whatsapp"][:only]
    with closing(open_log(LOG, actor=actor(), owner="a test", create=False)) as log:
        key = key_of(log.path, make=True)
        assert key is not None
        name = log.find("last").run
        rows = [
            ReachedEntry(
                each.customer,
                name,
                address,
                1,
                f"row-{number}",
                now(),
                "delivered",
                template,
                hashed(key, f"90000{int(each.customer[2:]):05d}"),
            )
            for number, each in enumerate(messages)
        ]
        event = Reconciled(now(), step, address, 1, len(rows), len(rows), now(), now())
        kept = {each.row for each in log.reached_of(name)}
        with log.writing() as writer:
            writer.append(name, event, reached=[each for each in rows if each.row not in kept])
    return [each.customer for each in messages]


def sheet(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    """Give the lines of CSV that ``contacts`` prints."""
    capsys.readouterr()
    assert main(["contacts", *arguments, "--format", "csv"]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))


# ---------------------------------------------------------------- one customer


def test_the_answer_has_the_text_of_that_day_and_the_reviewer_s_commit(
    named: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever has become of the catalog, of the file and of the branch since."""
    send()
    reviewed = git(named, "rev-parse", "HEAD")
    config = (named / ".runbook" / "config.yaml").read_text("utf-8")
    commit(named, {"named.yaml": NAMED + "# later\n", ".runbook/config.yaml": config.replace("sorry", "pay")})
    capsys.readouterr()
    assert main(["contacts", "L-2"]) == 0
    said = capsys.readouterr().out
    assert "· sms · L-2\n  sent\n" in said
    assert "  | Dear {{name}},\n  | sorry.\n" in said
    assert f"at commit {reviewed}" in said
    assert "Sends from the dashboard are not in this log." in said
    (found,) = shown(capsys, "contacts", "L-2")
    assert (found["template"], found["template_name"], found["commit"]) == ("T-9", "apology", reviewed)
    assert found["blob"] == git(named, "rev-parse", f"{reviewed}:named.yaml")
    assert found["account"].startswith("http://127.0.0.1:")


@pytest.mark.usefixtures("here")
def test_a_send_by_filter_may_have_reached_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    """In text always; in JSON where it is asked for, so that no reader takes it for a contact."""
    assert run() == 0
    capsys.readouterr()
    assert main(["contacts", "L-1"]) == 0
    said = capsys.readouterr()
    assert "No send in this log names L-1." in said.out
    assert "may have been among the 20 of remind/c1, run " in said.out
    assert [words[:1] for words in lines_of(said.err)] == [["reconcile"]]
    assert main(["contacts", "L-1", "--format", "json"]) == 0
    listed = capsys.readouterr()
    assert json.loads(listed.out) == []
    assert "Not listed: 2 sends that may have been to them; say --may." in listed.err
    perhaps = shown(capsys, "contacts", "L-1", "--may")
    assert [(each["customer"], each["may"], each["at_most"]) for each in perhaps] == [
        (None, True, 10),
        (None, True, 20),
    ]


@pytest.mark.usefixtures("here")
def test_rows_of_the_logs_fill_in_whom_a_filter_reached(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found by the id, and by the telephone number that the log itself does not hold."""
    assert run() == 0
    customer, *_ = keep_rows(api, "remind/c1")
    number = f"90000{int(customer[2:]):05d}"
    (found,) = shown(capsys, "contacts", customer)
    assert (found["known"], found["address"], found["rows"][0]["status"]) == (
        "reached",
        "remind/c1",
        "delivered",
    )
    assert shown(capsys, "contacts", "--phone", f"+91 {number[:5]} {number[5:]}") == [found]
    assert number.encode() not in LOG.read_bytes() + Path(f"{LOG}-wal").read_bytes()
    capsys.readouterr()
    assert main(["contacts", "--phone", number]) == 0
    assert f"The number is that of {customer}" in capsys.readouterr().out
    assert main(["contacts", "--phone", "9999999999"]) == 0
    assert "has that number: ask by the customer's id, too" in capsys.readouterr().out


@pytest.mark.usefixtures("named")
def test_erased_ids_are_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not known any more is said to be so."""
    send()
    with closing(open_log(LOG, actor=actor(), owner="a test", create=False)) as log, log.writing() as writer:
        name = log.find("last").run
        writer.append(name, Erased(now(), *writer.erase(name), "180 days"))
    for question in (["L-2"], ["--run", "last"]):
        capsys.readouterr()
        assert main(["contacts", *question]) == 0
        said = capsys.readouterr().out
        assert "Customer ids of a run were erased, last on" in said
        assert "(180 days)" in said
        assert "may have been among the 3 of told/c1" in said
    assert main(["contacts", "L-2", "--format", "json"]) == 0
    listed = capsys.readouterr()
    assert json.loads(listed.out) == []
    assert "That the list is empty proves nothing:\nCustomer ids of a run were erased" in listed.err
    for question in (["evidence", "--customer", "L-2", "--out", "x.zip"], ["init", "--correction", name]):
        assert main(question) != 0
        assert "Customer ids of a run were erased, last on" in capsys.readouterr().err


@pytest.mark.usefixtures("named")
def test_a_customer_nobody_has_heard_of_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain words, and what the log cannot know."""
    send()
    capsys.readouterr()
    assert main(["contacts", "L-99"]) == 0
    assert capsys.readouterr().out == (
        "No send in this log names L-99.\n\nSends from the dashboard are not in this log.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nobody is asked for"),
        (("",), "nobody is asked for"),
        (("--phone", " "), "nobody is asked for"),
        (("L-1", "--run", "last"), "several are asked for"),
        (("L-1", "--phone", "9876543210"), "several are asked for"),
        (("--phone", "12345"), "ten digits"),
        (("--phone", "+1 5500000006"), "a number of India"),
        (("--phone", "(+91) 55000 00006 ext 4"), "nothing behind it"),
        (("--phone", "+91 5500000006 99"), "nothing behind it"),
        (("L-1", "--since", "30"), "write --since 30d for days"),
        (("L-1", "--since", "2999-01-01"), "--since 2999-01-01 lies ahead"),
        (("--phone",), "`runbook contacts --help`"),
        (("L-1", "--status", "unknown"), "--status goes with --run"),
        (("--run", "last", "--since", "30d"), "--since goes with a customer"),
        (("L-1", "--since", "long ago"), "is no day"),
        (("--run", "nothing-like-it"), "there is no run"),
        (("--run", "last", "--status", "gone"), "gone"),
    ],
)
@pytest.mark.usefixtures("named")
def test_an_unclear_question_is_refused(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With 64, and without a word on anybody."""
    send()
    capsys.readouterr()
    assert main(["contacts", *arguments]) == 64
    answered = capsys.readouterr()
    assert said in answered.err
    assert answered.out == ""


@pytest.mark.usefixtures("named")
def test_since_leaves_out_what_is_older(capsys: pytest.CaptureFixture[str]) -> None:
    """A day counts from its midnight in India."""
    send()
    assert len(shown(capsys, "contacts", "L-1", "--since", "1d")) == 1
    then = now().isoformat()
    capsys.readouterr()
    assert main(["contacts", "L-1", "--since", then]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("No send since 2")
    assert "Earlier ones do: leave --since out." in told.err


@pytest.mark.usefixtures("named")
def test_an_id_is_found_whatever_stands_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    """It was copied from a sheet."""
    send()
    assert [row["customer"] for row in shown(capsys, "contacts", " L-1\t")] == ["L-1"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("l-1", ["contacts", "L-1"]),
        ("+91 98765 43210", ["contacts", "--phone", "+91 98765 43210"]),
        ("last", ["contacts", "--run", "last"]),
        ("RUN", ["contacts", "--run", "RUN"]),
    ],
)
@pytest.mark.usefixtures("named")
def test_what_may_have_been_meant_is_asked(
    asked: str, meant: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """For whoever asks for a customer of another spelling, for a number or for a run."""
    send()
    name: str = shown(capsys, "runs")[0]["run"]
    assert main(["contacts", asked.replace("RUN", name)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("No send in this log names ")
    assert lines_of(told.err) == [[word.replace("RUN", name) for word in meant]]


@pytest.mark.usefixtures("here")
def test_without_its_key_no_number_is_looked_up(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that came without the file beside it does not say that nobody has the number."""
    assert run() == 0
    keep_rows(api, "remind/c1")
    Path(f"{LOG}.key").unlink()
    capsys.readouterr()
    assert main(["contacts", "--phone", "9999999999"]) == 14
    told = capsys.readouterr()
    assert "runlog.db.key is not here, so that no number can be looked up" in told.err
    assert told.out == ""


@pytest.mark.usefixtures("here")
def test_runs_of_which_the_logs_may_tell_more_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Some of them; none whose ids were erased, or of which there are no logs."""
    for _ in range(5):
        assert run("--again", "a test") == 0
    names = [each["run"] for each in shown(capsys, "runs")]
    with closing(open_log(LOG, actor=actor(), owner="a test", create=False)) as log, log.writing() as writer:
        writer.append(names[0], Erased(now(), *writer.erase(names[0]), "180 days"))
    capsys.readouterr()
    assert main(["contacts", "L-1"]) == 0
    told = capsys.readouterr().err
    verbs, named = zip(*(words[:2] for words in lines_of(told)), strict=True)
    assert (verbs, len(set(named) & set(names[1:]))) == (("reconcile",) * 3, 3)
    assert "The same goes for other runs (1 of those above)." in told


@pytest.mark.usefixtures("named")
def test_of_sms_by_filter_the_dashboard_is_asked(named: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The API keeps no logs of them, so nobody is sent there."""
    (named / "named.yaml").write_text(NAMED.replace("ids: [L-1, L-2, L-3]", "language: hindi"), "utf-8")
    send()
    name: str = shown(capsys, "runs")[0]["run"]
    for question, code in ((["contacts", "L-1"], 0), (["init", "--correction", name, "--known-only"], 11)):
        capsys.readouterr()
        assert main(question) == code
        told = capsys.readouterr().err
        assert "the API keeps no logs of sms" in told
        assert lines_of(told) == [["resolve", name, "told/c1", "--evidence", "FILE"]]


def test_ids_that_the_api_ignored(named: Path, api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It took three others: that is told of everybody, no correction is made, and the log is sound."""
    (named / "named.yaml").write_text(NAMED.replace("[L-1, L-2, L-3]", "[L-7, L-8, L-9]"), "utf-8")
    api.sandbox.script(Fault(Kind.OVERREACH, ignore="ids"))
    send(code=21)
    assert reached(api, "T-9") == ["L-1", "L-2", "L-3"]
    for customer in ("L-1", "L-7"):
        (found,) = shown(capsys, "contacts", customer, "--may")
        assert (found["known"], found["address"]) == ("unknown", "told/c1")
    capsys.readouterr()
    assert main(["init", "--correction", "last"]) == 11
    assert "told/c1 reached 3, and 0 of them are known" in capsys.readouterr().err
    assert main(["verify"]) == 0


# ---------------------------------------------------------------- the people of a run


@pytest.mark.usefixtures("named")
def test_those_of_whom_nobody_knows(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a send in doubt, and of one that failed for some, everybody: the API never says who."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    send(code=22)
    assert [row["customer"] for row in sheet(capsys, "--run", "last", "--status", "unknown")] == [
        "L-1",
        "L-2",
        "L-3",
    ]
    assert sheet(capsys, "--run", "last", "--status", "sent") == []
    assert main(["resolve", "last", "told", "--as", "sent", "--reason", "seen"]) == 0
    assert [row["status"] for row in sheet(capsys, "--run", "last", "--status", "unknown")] == [
        "sent_unknown"
    ] * 3
    capsys.readouterr()
    api.sandbox.script(Fault(Kind.PARTIAL, failed=1))
    send(code=20)
    assert {row["known"] for row in sheet(capsys, "--run", "last")} == {"unknown"}


@pytest.mark.usefixtures("here")
def test_a_send_by_filter_reached_somebody(capsys: pytest.CaptureFixture[str]) -> None:
    """That nobody is known by id is not said as if there were nobody; ``--may`` lists the send."""
    assert run() == 0
    capsys.readouterr()
    assert main(["contacts", "--run", "last", "--status", "unknown"]) == 0
    assert capsys.readouterr().out.startswith("Nobody is known by id.\n\nMay have been sent to others")
    listed = sheet(capsys, "--run", "last", "--status", "unknown", "--may")
    assert [(row["customer"], row["may"], row["at_most"]) for row in listed] == [
        ("", "yes", "20"),
        ("", "yes", "10"),
    ]


@pytest.mark.usefixtures("here")
def test_customers_of_a_send_by_filter_are_those_whom_rows_name(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are said to be missing."""
    assert run() == 0
    customers = keep_rows(api, "remind/c1", only=5)
    found = sheet(capsys, "--run", "last", "--status", "reached")
    assert sorted(row["customer"] for row in found) == sorted(customers)
    capsys.readouterr()
    assert main(["contacts", "--run", "last"]) == 0
    assert "the 20 of remind/c1, run" in (said := capsys.readouterr().out)
    assert "rows name 5 of these" in said
    keep_rows(api, "remind/c1")
    capsys.readouterr()
    assert main(["contacts", "--run", "last"]) == 0
    assert "remind/c1, run" not in capsys.readouterr().out


# ---------------------------------------------------------------- a correction


def correction_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> Path:
    """Have a correction of the last run written, and fill it in as a person would."""
    capsys.readouterr()
    assert main(["init", "--correction", "last", "--out", "sorry.yaml", *arguments]) == 0
    path = Path("sorry.yaml")
    path.write_text(path.read_text("utf-8").replace("FILL_IN_TEMPLATE", "T-sorry"), "utf-8")
    assert shown(capsys, "validate", "sorry.yaml")["findings"] == []
    return path


def reached(api: Served, template: str) -> list[str]:
    """Give the customers who got a message of that template."""
    return sorted(message.customer for message in api.sandbox.outbox if message.template == template)


@pytest.mark.usefixtures("named")
def test_a_correction_reaches_whom_the_run_reached(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """As the outbox tells: each of them once, and nobody else."""
    send()
    correction_of(capsys)
    send("sorry.yaml")
    assert reached(api, "T-sorry") == reached(api, "T-9") == ["L-1", "L-2", "L-3"]
    assert main(["run", "sorry.yaml", "--yes"]) == 13  # pressed twice, it goes out once


@pytest.mark.usefixtures("named")
def test_a_correction_of_a_send_in_doubt_reaches_whom_it_may_have_reached(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them, once a person has settled the doubt."""
    api.sandbox.script(Fault(Kind.RESET, accepted=False))
    send(code=22)
    assert main(["resolve", "last", "told", "--as", "never-known", "--reason", "x"]) == 0
    correction_of(capsys)
    send("sorry.yaml")
    assert reached(api, "T-sorry") == ["L-1", "L-2", "L-3"]
    assert reached(api, "T-9") == []


@pytest.mark.usefixtures("here")
def test_a_correction_of_a_send_by_filter_needs_all_its_customers(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it is refused, with what tells who they are; said aloud, it goes to those who are known."""
    assert run() == 0
    whatsapp = keep_rows(api, "remind/c1")
    capsys.readouterr()
    assert main(["init", "--correction", "last"]) == 11
    refused = capsys.readouterr().err
    assert "again/c1 reached 10, and 0 of them are known" in refused
    assert "remind/c1" not in refused
    assert "the API keeps no logs of sms, but an export of the dashboard tells" in refused
    assert [words[0] for words in lines_of(refused)] == ["resolve"]
    assert not list(Path().glob("correction*"))
    path = correction_of(capsys, "--known-only")
    assert "NOT EVERYBODY IS IN THIS FILE" in path.read_text("utf-8")
    send("sorry.yaml")
    assert reached(api, "T-sorry") == sorted(whatsapp)


def test_a_correction_is_planned_where_the_run_was(
    named: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines to type name its environment, unless that is the usual one."""
    config = named / ".runbook" / "config.yaml"
    there = f'  there: {{base_url: "{api.address}", org: org_b, log: runlog.db}}\n'
    config.write_text(config.read_text("utf-8").replace("catalog:", f"{there}catalog:"), "utf-8")
    (named / "named.yaml").write_text(NAMED.replace("apology", "T-9"), "utf-8")
    assert main(["run", "named.yaml", "--yes", "--env", "there"]) == 0
    capsys.readouterr()
    assert main(["init", "--correction", "last", "--out", "sorry.yaml"]) == 0
    assert lines_of(capsys.readouterr().out)[-1] == ["plan", "sorry.yaml", "--env", "there"]


@pytest.mark.usefixtures("named")
def test_nobody_sends_a_correction_as_it_is_written(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the address; and nothing that is there is written over."""
    send()
    before = len(api.sandbox.outbox)
    assert main(["init", "--correction", "last"]) == 0
    (path,) = Path().glob("correction-*.yaml")
    assert path.stat().st_mode & 0o077 == 0
    assert main(["validate", str(path)]) == 0
    assert "FILL_IN" in capsys.readouterr().out
    capsys.readouterr()
    assert main(["run", str(path), "--yes"]) == 11
    told = capsys.readouterr().err
    assert f"{path} is not filled in yet: FILL_IN_TEMPLATE" in told
    assert "config.yaml" not in told
    assert len(api.sandbox.outbox) == before
    text = path.read_text("utf-8")
    assert main(["init", "--correction", "last"]) == 64
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("folder", "--correction", "last"), "a file, not a folder"),
        (("--known-only",), "go with --correction"),
        (("--out", "x.yaml"), "go with --correction"),
        (("--correction", "none-like-it"), "there is no run log"),
    ],
)
def test_what_makes_no_correction_is_refused(
    arguments: tuple[str, ...], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is made."""
    before = sorted(here.iterdir())
    assert main(["init", *arguments]) == 64
    assert said in capsys.readouterr().err
    assert sorted(here.iterdir()) == before


@pytest.mark.usefixtures("named")
def test_a_run_that_reached_nobody_needs_no_correction(
    api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused, and says where to look."""
    api.sandbox.script(Fault(Kind.STATUS, status=400))
    send(code=11)
    capsys.readouterr()
    assert main(["init", "--correction", "last"]) == 11
    assert "reached nobody who is known" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_run_that_goes_on_is_not_corrected_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """It may reach others, who would get no correction."""
    with closing(open_log(LOG, actor=actor(), owner="a test", create=True)) as log:
        put(log, started(), intended())
        with log.lease(ACCOUNT, CAMPAIGN, RUN):
            assert main(["init", "--correction", RUN]) == 11
    refused = capsys.readouterr().err
    assert f"run {RUN} goes on" in refused
    assert [words[0] for words in lines_of(refused)] == ["watch"]


def test_the_plan_names_its_commit(named: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For the reviewer, and outside both digests."""
    before: Any = shown(capsys, "plan", "named.yaml")
    commit(named, {"other.txt": "x"})
    after: Any = shown(capsys, "plan", "named.yaml")
    assert before["made"]["commit"] != after["made"]["commit"] == git(named, "rev-parse", "HEAD")
    assert before["digests"] == after["digests"]
    assert main(["plan", "named.yaml"]) == 0
    assert f"at commit {after['made']['commit']}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("here")
def test_a_job_without_a_repository_names_its_commit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the variable of its pipeline."""
    assert shown(capsys, "plan", "two.yaml")["made"]["commit"] is None
    monkeypatch.setenv("CI_COMMIT_SHA", "b" * 40)
    assert shown(capsys, "plan", "two.yaml")["made"]["commit"] == "b" * 40
    monkeypatch.setenv("GITHUB_SHA", "c" * 40)
    assert run() == 0
    plan = shown(capsys, "events", "last")[0]["plan"]
    assert plan["made"]["commit"] == "c" * 40
