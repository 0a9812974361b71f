"""``runbook doctor``: each thing that can be wrong is said, with its mend; nothing is touched or told."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, NoReturn
from zoneinfo import ZoneInfoNotFoundError

import pytest

from engine.cli import examining, main
from engine.clock import now
from engine.record.plan import Account
from engine.report.checks import Status
from engine.runlog.sqlite import open_log, place
from engine.sandbox import Fault, Kind, Options
from engine.sandbox.server import Served
from tests.end_to_end.running import LIVE, run
from tests.sandboxes import CAMPAIGN, served

SECRET = "a-secret-of-the-team"  # noqa: S105  (made up)
LOG = Path(".runbook", "runlog.db")
CONFIG = Path(".runbook", "config.yaml")
Patch = pytest.MonkeyPatch


def configure(**environments: str) -> None:
    """Write a configuration with these environments; the first is the default."""
    lines = "".join(f"  {name}: {about}\n" for name, about in environments.items())
    CONFIG.parent.mkdir(exist_ok=True)
    default = next(iter(environments))
    CONFIG.write_text(f"format: config/v1\ndefault: {default}\nenvironments:\n{lines}", "utf-8")


def keep_token(text: str, mode: int) -> Callable[[Patch], None]:
    """Put the token into a file in place of the variable."""

    def prepare(patch: Patch) -> None:
        patch.delenv("TIMEPAY_TOKEN")
        Path("team.token").write_text(text, "utf-8")
        Path("team.token").chmod(mode)
        patch.setenv("TIMEPAY_TOKEN_FILE", "./team.token")

    return prepare


def setting(name: str, value: str | None) -> Callable[[Patch], None]:
    """Set a variable, or (None) unset it."""
    return lambda patch: patch.delenv(name) if value is None else patch.setenv(name, value)


def stopping(*arguments: str) -> Callable[[Patch], None]:
    """Set a stop, in a log where there is one."""

    def prepare(_patch: Patch) -> None:
        assert main(["stop", "--reason", "angry", *arguments]) == 0

    return prepare


def with_log(then: Callable[[Patch], None] = lambda _patch: None) -> Callable[[Patch], None]:
    """Make a log first."""

    def prepare(patch: Patch) -> None:
        assert main(["log", "init"]) == 0
        then(patch)

    return prepare


def live(org: str = ", org: org_a", *, with_log: bool = True, job: bool = False) -> Callable[[Patch], None]:
    """Stand before a live environment, without a token: nobody is asked."""

    def prepare(patch: Patch) -> None:
        for name in ("TIMEPAY_BASE_URL", "TIMEPAY_TOKEN"):
            patch.delenv(name)
        configure(production=f'{{base_url: "{LIVE}"{org}}}')
        Path("runbooks").mkdir()
        if with_log:
            assert main(["log", "init"]) == 0
        if job:
            patch.setenv("CI", "1")

    return prepare


def contradicting(patch: Patch) -> None:
    """Have the variable say something else than the file."""
    configure(staging='{base_url: "http://127.0.0.1:1/api/v1"}')
    patch.setenv("RUNBOOK_ENV", "staging")


def misconfigured(_patch: Patch) -> None:
    """Have a configuration that cannot be read."""
    configure(staging="{}")


def without_folder(patch: Patch) -> None:
    """Have a configuration without the folder of runbooks."""
    configure(staging=f'{{base_url: "{os.environ["TIMEPAY_BASE_URL"]}"}}')
    patch.delenv("TIMEPAY_BASE_URL")


def unfilled(patch: Patch) -> None:
    """Have what ``init`` leaves to be filled in."""
    configure(
        staging=f'{{base_url: "{os.environ["TIMEPAY_BASE_URL"]}"}}',
        production=f'{{base_url: "{LIVE}", org: FILL_IN_ORG}}',
    )
    Path("runbooks").mkdir()
    patch.delenv("TIMEPAY_BASE_URL")


def torn(_patch: Patch) -> None:
    """Have a log whose end is missing."""
    LOG.write_bytes(LOG.read_bytes()[:5_000])


def no_zone(patch: Patch) -> None:
    """Have a machine that knows no time zones."""

    def unknown(name: str) -> NoReturn:
        raise ZoneInfoNotFoundError(name)

    patch.setattr(examining, "ZoneInfo", unknown)


class Case(NamedTuple):
    """What is done before, and what doctor makes of it."""

    prepare: Callable[[Patch], None]
    name: str
    status: str
    said: str
    code: int = 0
    options: tuple[str, ...] = ()


CASES = {
    "no token": Case(setting("TIMEPAY_TOKEN", None), "token", "wrong", "no token", 11),
    "token with a word": Case(setting("TIMEPAY_TOKEN", f"Bearer {SECRET}"), "token", "wrong", "blank", 11),
    "token in quotes": Case(setting("TIMEPAY_TOKEN", f'"{SECRET}"'), "token", "warning", "quotes"),
    "token twice": Case(setting("TIMEPAY_TOKEN_FILE", "x/y"), "token", "wrong", "both set", 11),
    "token for all": Case(keep_token(SECRET, 0o644), "token", "warning", "0644"),
    "token in a file": Case(keep_token(SECRET, 0o600), "token", "ok", "./team.token"),
    "file is empty": Case(keep_token("", 0o600), "token", "wrong", "is empty", 11),
    "sends are off": Case(setting("RUNBOOK_SENDS", "off"), "stops", "wrong", "forbids", 11),
    "a STOP file": Case(stopping(), "stops", "wrong", "stopped by the file", 11),
    "a stop": Case(with_log(stopping()), "stops", "wrong", "angry", 11),
    "one campaign": Case(with_log(stopping("--campaign", "c")), "stops", "warning", "campaign c"),
    "no sandbox": Case(
        setting("TIMEPAY_BASE_URL", "http://127.0.0.1:1/v1"), "API", "wrong", "refuses connections", 11
    ),
    "bad address": Case(setting("TIMEPAY_BASE_URL", "api"), "configuration", "wrong", "no address", 64),
    "no address": Case(setting("TIMEPAY_BASE_URL", None), "environment", "wrong", "nowhere", 64),
    "not the API": Case(
        lambda patch: patch.setenv("TIMEPAY_BASE_URL", os.environ["TIMEPAY_BASE_URL"][:-7]),
        "API",
        "wrong",
        "404",
        11,
    ),
    "unknown environment": Case(unfilled, "configuration", "wrong", '"prod"', 64, ("--env", "prod")),
    "contradiction": Case(contradicting, "configuration", "wrong", "TIMEPAY_BASE_URL says", 64),
    "bad configuration": Case(misconfigured, "configuration", "wrong", "not valid", 10),
    "no runbooks": Case(without_folder, "runbooks", "warning", "no folder"),
    "to be filled in": Case(unfilled, "configuration", "warning", "FILL_IN_ORG"),
    "chosen, and to be filled in": Case(
        unfilled, "configuration", "wrong", "FILL_IN_ORG", 11, ("--env", "production")
    ),
    "log for all": Case(with_log(lambda _: LOG.chmod(0o644)), "run log", "warning", "0644"),
    "torn log": Case(with_log(torn), "run log", "wrong", "damaged", 14),
    "log on a network": Case(
        with_log(lambda patch: patch.setattr(place, "_NETWORKS", ("",))), "run log", "wrong", "network", 14
    ),
    "log is a folder": Case(lambda _: LOG.mkdir(parents=True), "run log", "wrong", "a folder", 14),
    "live without a log": Case(live(with_log=False), "run log", "wrong", "none at", 14),
    "live in a job": Case(live(job=True), "run log", "wrong", "this job's own disk", 11),
    "live without an organisation": Case(live(org=""), "organisation", "warning", "not set", 11),
    "no time zone": Case(no_zone, "time zone", "wrong", "Asia/Kolkata", 1),
}


def tree() -> dict[str, tuple[int, bytes]]:
    """Give all below this folder, by name, with modes.

    What SQLite keeps in -shm is memory of all who have a log open, and nothing of the log's.
    """
    return {
        str(path): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() and path.suffix != ".db-shm" else b"",
        )
        for path in Path().rglob("*")
    }


def checks(capsys: pytest.CaptureFixture[str], *options: str, code: int = 0) -> list[dict[str, Any]]:
    """Give what doctor finds; it changes nothing, and tells nobody the token."""
    capsys.readouterr()
    before = tree()
    assert main(["doctor", "--format", "json", *options]) == code
    assert tree() == before
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    found: list[dict[str, Any]] = json.loads(said.out)["checks"]
    assert all(each["status"] == "ok" or each["cure"] for each in found), "each has a cure"
    return found


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_can_be_wrong(case: Case, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said under its name, with the code that a run would end with."""
    monkeypatch.setenv("TIMEPAY_TOKEN", SECRET)
    case.prepare(monkeypatch)
    found = checks(capsys, *case.options, code=case.code)
    said = [each["message"] for each in found if (each["name"], each["status"]) == case[1:3]]
    assert any(case.said in each for each in said), found


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("set_up", ["a stop", "a STOP file", "one campaign"])
def test_a_stop_is_not_called_none_too(
    set_up: str, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads that all is stopped does not read below it that nothing is."""
    case = CASES[set_up]
    case.prepare(monkeypatch)
    found = checks(capsys, code=case.code)
    assert "ok" not in {each["status"] for each in found if each["name"] == "stops"}


@pytest.mark.usefixtures("here")
def test_all_is_well(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """0; the API was asked once, and took nothing."""
    found = checks(capsys)
    assert {each["status"] for each in found} == {Status.OK}
    assert not api.sandbox.outbox
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("SANDBOX: nothing leaves this machine\n")
    assert "Nothing is wrong." in said


class Yesterday(BaseHTTPRequestHandler):
    """An API of org_a whose clock is a day behind."""

    def do_GET(self) -> None:
        """Answer with a list of one campaign."""
        body = b'{"success": true, "data": [{"id": "c", "org_id": "org_a"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Give the date that every answer carries."""
        assert timestamp is None
        return super().date_time_string((now() - timedelta(days=1)).timestamp())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def _yesterday(here: Path, monkeypatch: Patch) -> Iterator[None]:
    """Stand before such an API."""
    assert here.exists()
    with ThreadingHTTPServer(("127.0.0.1", 0), Yesterday) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("TIMEPAY_BASE_URL", f"http://127.0.0.1:{server.server_port}/api/v1")
        yield
        server.shutdown()


@pytest.mark.usefixtures("_yesterday")
def test_a_clock_that_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    """A warning: it keeps nothing back."""
    found = {each["name"]: each for each in checks(capsys)}
    assert found["API"]["status"] == "ok"
    assert found["clock"]["status"] == "warning"
    assert re.search(r"which is 86,(399|400) s ahead of", found["clock"]["message"])


@pytest.mark.usefixtures("_yesterday")
def test_campaigns_of_another_organisation(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    """A token of one organisation may open another one: whose the campaigns are is looked at."""
    monkeypatch.setenv("TIMEPAY_ORG_ID", "org_b")
    found = {each["name"]: each for each in checks(capsys, code=11)}
    assert "belong to the organisation 'org_a', and not to 'org_b'" in found["API"]["message"]
    monkeypatch.setenv("TIMEPAY_ORG_ID", "org_a")
    checks(capsys)


@pytest.mark.usefixtures("here")
def test_an_organisation_that_is_refused(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    """The API refuses it, and doctor says so before a run does."""
    with served(5, options=Options(org="org_a")) as api:
        monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
        monkeypatch.setenv("TIMEPAY_ORG_ID", "org_b")
        found = {each["name"]: each for each in checks(capsys, code=11)}
        assert "(403)" in found["API"]["message"]
        monkeypatch.setenv("TIMEPAY_ORG_ID", "org_a")
        assert "the organisation" in {each["name"]: each for each in checks(capsys)}["API"]["message"]


@pytest.mark.usefixtures("here")
def test_runs_that_need_a_person(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """One in doubt keeps others from its campaign; the line to type says the same log."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run("--log", "other.db") == 22
    found = checks(capsys, "--log", "other.db")
    (about,) = [each for each in found if each["name"] == "runs"]
    assert f"nothing is sent to campaign {CAMPAIGN}" in about["message"]
    assert "`runbook status --log other.db`" in about["cure"]


@pytest.mark.usefixtures("here")
def test_what_a_living_process_holds(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, with its run."""
    assert run() == 0
    with closing(open_log(LOG, actor="Asha", owner="process 7", create=False)) as log:
        assert "lease" not in {each["name"] for each in checks(capsys)}
        with log.lease(Account(api.address).key, CAMPAIGN, "a-run"):
            found = {each["name"]: each for each in checks(capsys)}
    assert f"campaign {CAMPAIGN} is being run by process 7 since" in found["lease"]["message"]
    assert found["lease"]["message"].endswith(": run a-run")


def test_with_nothing_at_all(tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what to do first, and makes nothing."""
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 64
    said = capsys.readouterr().out
    assert said.startswith("NO ENVIRONMENT")
    assert "ok       configuration" not in said
    assert all(f"runbook {verb}" in said for verb in ("demo", "init", "try"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("here")
def test_a_token_in_place_of_its_file_is_not_repeated(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever pastes it into the wrong variable need not see it on the screen."""
    monkeypatch.delenv("TIMEPAY_TOKEN")
    monkeypatch.setenv("TIMEPAY_TOKEN_FILE", SECRET)
    found = {each["name"]: each for each in checks(capsys, code=11)}
    assert "TIMEPAY_TOKEN_FILE" in found["token"]["message"]


def test_a_disk_without_room_takes_no_other_finding_away(
    here: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log is looked at as a copy: where that has no room, the rest of the report still stands."""
    assert main(["log", "init"]) == 0
    capsys.readouterr()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.cli.examined_log.shutil.copyfile", full)
    found = checks(capsys, code=64)
    said = {each["name"]: each["message"] for each in found if each["status"] == "wrong"}
    assert said["run log"] == "it cannot be looked at: no space left on device"
    assert {"token", "clock"} <= {each["name"] for each in found}
    assert (here / ".runbook" / "runlog.db").exists()
