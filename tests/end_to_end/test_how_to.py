"""The how-to pages for whoever runs runbooks: every command runs, and ends as the page says."""

import json
from pathlib import Path

from docs.site.staging import ROOT
from engine.clock import now
from tests.contract.runlogs import another_process
from tests.end_to_end.reading import BLOCK, PORT, Reader, commands
from tests.end_to_end.test_readme import save
from tests.repositories import git, repository

HOW_TO = ROOT / "docs" / "how-to"
SANDBOX = "runbook sandbox --fault partial:channel=whatsapp,times=2 --fault reset:channel=sms,times=2"
RUN = "runbook run first.yaml --yes --input branch="


def reader(page: str, folder: Path) -> Reader:
    """Sit down with a page, in a folder with the README's runbook."""
    save("first.yaml", folder)
    made = Reader(commands((HOW_TO / page).read_text("utf-8")), folder)
    made.variables["TIMEPAY_BASE_URL"] = f"http://127.0.0.1:{PORT}/api/v1"
    return made


def meets(one: Reader) -> None:
    """Let a reader send to the sandbox that runs now."""
    one.variables["TIMEPAY_BASE_URL"] = f"http://127.0.0.1:{one.port}/api/v1"


def test_the_pipeline_page_is_true(tmp_path: Path) -> None:
    """A log, a plan, exactly that run; then another log than the job's is resumed from."""
    job = reader("pipeline.md", tmp_path)
    job.types("runbook log init")
    job.variables["RUNBOOK_LOG"] = str(tmp_path / "volume" / "runlog.db")
    with job.sandbox("runbook sandbox"):
        meets(job)
        job.types("runbook validate")
        job.types("runbook plan")
        repository(tmp_path, {})
        git(tmp_path, "remote", "add", "origin", tmp_path.as_uri())
        job.types("git fetch")
        job.types("runbook validate")
        job.types("runbook validate")
        assert json.loads((tmp_path / "runbook.sarif").read_text("utf-8"))["version"] == "2.1.0"
        job.types("runbook run")
        job.types("code=0; runbook run")
        assert "Sound" in job.types("runbook verify --seal")
        job.types("runbook resume")
    assert job.is_through()


def test_the_pipeline_keeps_the_seal_whatever_comes_of_a_run(tmp_path: Path) -> None:
    """One in doubt has left one; one that is refused has not, and the job still says why."""
    job = reader("pipeline.md", tmp_path)
    typed = commands((HOW_TO / "pipeline.md").read_text("utf-8"))
    (line,) = [each for each in typed if ">> seals.txt" in each]
    with job.sandbox(SANDBOX):
        meets(job)
        assert "seal: sha256:" in job.also_types(line, 22)
        kept = (tmp_path / "seals.txt").read_text("utf-8")
        assert kept.count("sha256:") == 1
        job.also_types(line.replace("pune", "delhi"), 16)
        assert (tmp_path / "seals.txt").read_text("utf-8") == kept


def test_the_page_on_proof_is_true(tmp_path: Path) -> None:
    """A log is checked, a seal kept, a run handed on; what is not there is refused."""
    auditor = reader("prove.md", tmp_path)
    with auditor.sandbox("runbook sandbox"):
        meets(auditor)
        auditor.also_types(f"{RUN}pune")
        auditor.types("runbook verify")
        auditor.types("runbook verify last")
        assert "the seal that was kept" in auditor.types("runbook verify --seal", 17)
        auditor.types("runbook export last")
        auditor.types("runbook verify run.jsonl")
        auditor.types("runbook evidence --run")
        auditor.types("runbook evidence --customer", 64)
        auditor.types("runbook evidence --month", 0 if f"{now():%Y-%m}" == "2026-11" else 64)
        assert "Sound: " in auditor.types("python3 -m zipfile")
    assert auditor.is_through()


def test_the_page_on_doubt_is_true(tmp_path: Path) -> None:
    """Two of the words settle a doubt; not-sent is refused while the request may be on its way."""
    person = reader("doubt.md", tmp_path)
    with person.sandbox(SANDBOX):
        meets(person)
        person.also_types(f"{RUN}pune", 22)
        assert "runbook resolve" in person.types("runbook status")
        assert "in doubt" in person.types("runbook show")
        assert "no sms" in person.types("runbook reconcile", 22)
        person.types("runbook resolve last by_sms --as sent")
        person.also_types("runbook resume last --yes", 20)
        person.also_types(f"{RUN}nashik", 22)
        assert "still" in person.types("runbook resolve last by_sms --as not-sent", 11)
        person.types("runbook resolve last by_sms --as never-known")
        person.types("runbook resume", 20)
    assert person.is_through()


def test_the_page_on_the_log_is_true(tmp_path: Path) -> None:
    """A copy, a log that is lost and made again, which sends nothing until it is allowed; ids that go."""
    keeper = reader("keep-the-log.md", tmp_path)
    keeper.variables["RUNBOOK_LOG"] = str(tmp_path / "volume" / "runlog.db")
    with keeper.sandbox(SANDBOX):
        meets(keeper)
        keeper.also_types(f"{RUN}pune", 22)
        keeper.types("mkdir")
        assert "checked" in keeper.types("runbook log copy")
        assert "is a copy" in keeper.types("runbook runs --log")
        left = keep_what_a_killed_process_left(tmp_path / "volume" / "runlog.db")
        keeper.types("mkdir")
        keeper.types("mv")
        moving, init = keeper.next(), keeper.next()
        assert "runlog.db-wal is" in keeper.also_types(init, 14)
        keeper.also_types(moving)
        assert "Cancelled" in keeper.also_types(init)
        moved = tmp_path / "volume" / "broken" / "runlog.db"
        assert moved.with_name("runlog.db-wal").read_bytes() == left
        assert "by_sms" in keeper.also_types(f"runbook status --log {moved}")
        keeper.also_types(f"{RUN}nashik", 16)
        keeper.also_types('runbook resolve last by_sms --as sent --reason "seen"')
        keeper.also_types(f"{RUN}nashik", 11)
        keeper.types("runbook allow")
        assert "No run is past" in keeper.types("runbook log erase --older-than 180d --dry-run")
        keeper.types("runbook log erase")
        keeper.types("runbook log erase --run last")
    assert keeper.is_through()


def keep_what_a_killed_process_left(path: Path) -> bytes:
    """Have a process write to a log and die; give what it left beside it."""
    event = "from engine.record.event import StopSet; put(log, StopSet(NOW, None, 'x'), run='log')"
    with another_process(path, f"{event}; say('done'); wait()") as child:
        child.hears("done")
        child.process.kill()
        child.process.wait()
    return path.with_name("runlog.db-wal").read_bytes()


def test_the_page_on_complaints_is_true(tmp_path: Path) -> None:
    """What may have been sent, whom the API names, a list, and a runbook that makes it good."""
    person = reader("answer-a-complaint.md", tmp_path)
    with person.sandbox("runbook sandbox"):
        meets(person)
        person.also_types(f"{RUN}pune")
        assert "may have been among the" in person.types("runbook contacts LOANID-2043180")
        assert "rows show it for" in person.types("runbook reconcile")
        assert "has that number" in person.types("runbook contacts --phone")
        person.types("runbook contacts --run last --status unknown")
        assert (tmp_path / "unknown.csv").read_text("utf-8").startswith("customer,known,")
        person.types("runbook init --correction")
        assert "FILL_IN" in person.also_types("runbook validate correction.yaml")
    assert person.is_through()


def test_the_page_on_stopping_is_true(tmp_path: Path) -> None:
    """Nothing is sent while any of the stops stands, and a run is cancelled for good."""
    person = reader("stop.md", tmp_path)
    with person.sandbox(SANDBOX):
        meets(person)
        person.also_types(f"{RUN}pune", 22)
        person.also_types('runbook resolve last by_sms --as sent --reason "seen"')
        for stop in ("runbook stop --reason", "runbook stop --campaign", "mkdir"):
            person.types(stop)
        person.also_types(f"{RUN}nashik", 11)
        person.types("runbook cancel")
        assert "customers complain" in person.types("runbook status")
        person.types("runbook allow")
    assert person.is_through()


def test_the_page_on_replay_is_true(tmp_path: Path) -> None:
    """Why, what a change would have done, what another answer would have."""
    author = reader("replay.md", tmp_path)
    with author.sandbox("runbook sandbox --fault partial:channel=whatsapp,failed=50"):
        meets(author)
        author.also_types(f"{RUN}pune", 20)
    assert "the same, byte for byte" in author.types("runbook replay last")
    author.types("sed")
    assert "now:      skip: its condition is false" in author.types("runbook replay last changed.yaml")
    assert "now:      skip" in author.types("runbook replay last --what-if remind.failed=10")
    assert "now:      send" not in author.types("runbook replay last changed.yaml --what-if")
    author.types("runbook export last --out run.jsonl")
    assert "the same, byte for byte" in author.types("runbook replay run.jsonl")
    author.types("runbook replay last changed.yaml --format json")
    assert [
        each["step"] for each in json.loads((tmp_path / "replay.json").read_text("utf-8"))["differences"]
    ] == ["by_sms"]
    assert author.is_through()


def test_the_page_on_editors_is_true(tmp_path: Path) -> None:
    """Three schemas, a layout, and a check by one of the schemas."""
    author = reader("editor.md", tmp_path)
    author.types("mkdir")
    for name in ("runbook", "scenario", "config"):
        author.types(f"runbook schema {name}")
    assert "+++ first.yaml" in author.types("runbook fmt --diff", 10)
    assert "1 file" in author.types("runbook fmt first.yaml")
    assert "ok" in author.types("check-jsonschema")
    assert author.is_through()


def test_the_page_about_scenarios_is_true(tmp_path: Path) -> None:
    """Its scenarios hold for its runbook; what is suggested beside them passes, and all is shown."""
    text = (HOW_TO / "test-runbooks.md").read_text("utf-8")
    runbook, scenarios = [block for language, block in BLOCK.findall(text) if language == "yaml"]
    (tmp_path / "first.test.yaml").write_text(scenarios, "utf-8")
    author = reader("test-runbooks.md", tmp_path)
    (tmp_path / "first.yaml").write_text(runbook, "utf-8")
    assert "3 scenarios of 1 file: 3 passed." in author.types("runbook test first.yaml")
    author.types("runbook test first.yaml --suggest")
    assert "of 2 files" in author.types("runbook test .")
    author.also_types("runbook test . --fail-under 100")
    assert author.next() == "pytest"
    assert author.is_through()
