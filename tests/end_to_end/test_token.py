"""The token: sent in one header, and nowhere else; not even where the API repeats it, or we break down."""

import base64
import copy
import os
import pickle
import re
import socket
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

import engine
from engine.cli import main
from engine.cli.running import Connected
from engine.cli.verbs import VERBS
from engine.config import Environment
from engine.frozen import dataclass
from engine.record.plan import Account
from engine.refusal import Exit
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.contract.clients import REQUEST
from tests.end_to_end.running import RUNBOOK
from tests.hostile.listening import Hostile, hostile
from tests.repositories import git

TOKEN = "tok-L34k/Qz7Wm+9xPvR2.aZ"  # noqa: S105  (opens nothing)
PASSWORD = "pr0xy-P4ssw0rd"  # noqa: S105  (the same)
SCENARIO = """\
format: runbook-test/v1
runbook: two.yaml
scenarios:
  - name: all is well
    results: {remind: {initiated: 5}, again: {initiated: 2}}
    expect: {status: finished}
"""

# ---------------------------------------------------------------- what counts as a leak


def _spelt(secret: str) -> dict[str, str]:
    """Give the ways in which a secret may be written down."""
    raw = secret.encode()
    bases = [base64.b64encode(b"x" * before + raw).decode().rstrip("=") for before in range(3)]
    return {
        "as it is": secret,
        "in an address": quote(secret, safe=""),
        "escaped": secret.replace("/", "\\/"),
        "hexadecimal": raw.hex(),
        **{f"base64, {before} before": each[before + 1 : -1] for before, each in enumerate(bases)},
    }


_NEEDLES = {
    piece: how
    for secret in (TOKEN, PASSWORD)
    for how, spelt in _spelt(secret).items()
    # Eight characters are as good as all: in hexadecimal they are sixteen.
    for size in ((16,) if how == "hexadecimal" else (11,) if how.startswith("base64") else (8,))
    for piece in {spelt.lower().encode()[at : at + size] for at in range(len(spelt) - size + 1)}
}


def leaks(blob: bytes) -> set[str]:
    """Say how a secret stands in bytes: also over line ends, with blanks or zeros between (as in UTF-16)."""
    squeezed = re.sub(rb"[\s\x00]+", b"", blob).lower()
    return {how for piece, how in _NEEDLES.items() if piece in squeezed}


@pytest.mark.parametrize("how", _spelt(TOKEN))
def test_a_leak_is_seen(how: str) -> None:
    """Whatever it looks like, also cut short or torn apart: else the tests below would say nothing."""
    spelt = _spelt(TOKEN)[how]
    for text in (spelt, spelt.upper(), f"{spelt[:9]}\r\n  {spelt[9:]}", spelt[3:]):
        assert leaks(b"before" + text.encode() + b"behind")
        assert leaks(text.encode("utf-16"))
    assert not leaks(b"the token was refused; set TIMEPAY_TOKEN to another")


# ---------------------------------------------------------------- a place to leak in

_GIT = """\
#!/bin/sh
env >> "{kept}"
printf '%s\\n' "$@" >> "{kept}"
exec {git} "$@"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, a home and a folder for temporary files; ``children`` is what git was told."""

    root: Path
    children: Path
    variables: Mapping[str, str]
    api: Hostile

    @property
    def here(self) -> Path:
        """The repository."""
        return self.root / "repository"

    def run(self, *arguments: str) -> int:
        """Run a command as a process of its own; what it says holds no secret, and it is no crash."""
        done = self.python("-m", "engine", *arguments)
        assert b"This is a bug" not in done.stderr, done.stderr.decode(errors="replace")
        return done.returncode

    def python(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run Python, as talkative as it can be; what it says holds no secret."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.here,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        said = done.stdout + done.stderr
        assert not leaks(said), said.decode(errors="replace")
        return done

    def left(self) -> dict[str, set[str]]:
        """Say which files hold a secret: every one that is there, the locks and SQLite's own included."""
        files = [file for file in self.root.rglob("*") if file.is_file() and file.name != "secret"]
        assert any(file.name == "runlog.db" for file in files)
        found = {str(file.relative_to(self.root)): leaks(file.read_bytes()) for file in files}
        return {name: how for name, how in found.items() if how}


_LOUD = ("-X", "dev", "-X", "faulthandler")
_CAMPAIGN = "camp_demo"
_ECHOES = {
    "as it is": lambda header: f"you sent {header} here",
    "encoded": lambda header: (
        f"{quote(header)} {base64.b64encode(header.encode()).decode()} {header.encode().hex()}"
    ),
    "torn": lambda header: f"{header[:15]}\n{header[15:]} \u0000{chr(0).join(header)}",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Stand before an API that repeats the header wherever it can; the token lies in a file."""
    with hostile(_ECHOES["as it is"], "500") as api:
        yield _place(tmp_path, api, "file")


def _place(root: Path, api: Hostile, source: str) -> Place:
    for name in ("repository", "home", "temporary", "bin", "elsewhere"):
        (root / name).mkdir()
    _write(root / "repository", root / "bin" / "git", root / "elsewhere" / "told")
    secret = root / "elsewhere" / "secret"
    secret.write_text(f"{TOKEN}\n", "utf-8")
    secret.chmod(0o600)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("TIMEPAY_", "PYTEST_"))}
    variables = {
        **kept,
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "temporary"),
        "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TIMEPAY_BASE_URL": api.address,
        "RUNBOOK_PROXY": f"http://agent:{PASSWORD}@127.0.0.1:9",
        **({"TIMEPAY_TOKEN": TOKEN} if source == "variable" else {"TIMEPAY_TOKEN_FILE": str(secret)}),
    }
    return Place(root, root / "elsewhere" / "told", variables, api)


def _write(here: Path, fake: Path, kept: Path) -> None:
    (here / "two.yaml").write_text(RUNBOOK, "utf-8")
    (here / "two.test.yaml").write_text(SCENARIO, "utf-8")
    git(here, "init", "--quiet", "--initial-branch=main")
    git(here, "add", ".")
    git(here, "commit", "--quiet", "--message=first")
    found = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True)
    fake.write_text(_GIT.format(kept=kept, git=found.stdout.strip()), "utf-8")
    fake.chmod(stat.S_IRWXU)


# ---------------------------------------------------------------- every verb

_LAST = {
    **{verb: [[verb, "last"]] for verb in ("show", "watch", "verify", "export", "report", "replay")},
    "init": [["init", "new"]],
    "doctor": [["doctor"]],
    "validate": [["validate", "."], ["validate", "--against", "HEAD", "two.yaml"]],
    "fmt": [["fmt", "--check", "two.yaml"]],
    "explain": [["explain", "RB103"]],
    "test": [["test", "two.yaml"]],
    "plan": [["plan", "two.yaml", "--out", "plan.json"], ["plan", "two.yaml", "--format", "json"]],
    "try": [["try", "two.yaml"]],
    "run": [["run", "two.yaml", "--yes"], ["run", "two.yaml", "--yes", "--format", "jsonl"]],
    "status": [["status"], ["status", "--format", "json"]],
    "resume": [["resume", "last", "--yes"]],
    "reconcile": [
        ["reconcile", "last", "--wait", "0"],
        ["reconcile", "last", "--wait", "0", "--format", "json"],
    ],
    "resolve": [["resolve", "last", "remind", "--as", "sent", "--reason", "seen"]],
    "decide": [["decide", "last", "again", "--as", "run", "--reason", "seen"]],
    "cancel": [["cancel", "last", "--reason", "enough"]],
    "stop": [["stop", "--reason", "enough"]],
    "allow": [["allow", "--reason", "again"]],
    "runs": [["runs"], ["runs", "--format", "json"]],
    "events": [["events", "last"], ["events", "last", "--format", "jsonl"]],
    "contacts": [["contacts", "L-1"]],
    "evidence": [["evidence", "last", "--out", "evidence.zip"]],
    "log": [["log", "init", "--log", "other.db"], ["log", "copy", "copy.db"]],
    "schema": [["schema", "plan"]],
    "completion": [["completion", "bash"]],
}
"""What is typed of each verb, of the run that stands last."""

_ELSEWHERE = {"demo": "its children are told a token of its own", "sandbox": "it is the API, and has none"}


def test_no_verb_is_forgotten() -> None:
    """Whoever adds one says here what is typed of it."""
    assert VERBS.keys() <= _LAST.keys() | _ELSEWHERE.keys()


@pytest.mark.slow
def test_every_verb(tmp_path: Path) -> None:
    """Of a run in doubt, then of one that is settled: what all of them say, and what they leave."""
    with hostile(_ECHOES["as it is"], "429", "500") as api:
        place = _place(tmp_path, api, "variable")
        assert place.run("run", "two.yaml", "--yes") == Exit.IN_DOUBT
        for verb, lines in _LAST.items():
            for typed in lines if verb in VERBS else ():
                place.run(*typed)
        assert place.left() == {}


@pytest.mark.parametrize("how", _ECHOES)
@pytest.mark.parametrize("way", ["400", "401", "404", "302", "502", "garbled", "partial"])
def test_an_answer_that_repeats_it(
    how: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever the answer is, and however the token is spelt in it: in nothing that we say or keep."""
    with hostile(_ECHOES[how], way) as api:
        place = _place(tmp_path, api, "variable")
        monkeypatch.chdir(place.here)
        for name, text in place.variables.items():
            monkeypatch.setenv(name, text)
        said = _said(capfd, ["run", "two.yaml", "--yes"], ["events", "last", "--format", "jsonl"])
        for api.reads in ("401", "404", "500", "garbled", "200"):
            said += _said(capfd, ["doctor"])
        monkeypatch.setenv("TIMEPAY_ORG_ID", "org_acme")  # the answer says another one
        said += _said(capfd, ["doctor"])
        monkeypatch.delenv("TIMEPAY_ORG_ID")
        said += _said(capfd, *_LAST["reconcile"])
        said += _said(capfd, ["show", "last", "--format", "json"], ["contacts", "L-1"], ["status"])
        assert not leaks(said.encode()), said
        assert place.left() == {}


def _said(capfd: pytest.CaptureFixture[str], *lines: list[str]) -> str:
    for line in lines:
        main(line)
    return "".join(capfd.readouterr())


def test_a_process_that_is_killed(place: Place) -> None:
    """In the middle of a request, with SQLite's own files still there."""
    place.api.ways[:] = ["silent"]
    command = [sys.executable, "-m", "engine", "run", "two.yaml", "--yes"]
    with subprocess.Popen(
        command, cwd=place.here, env=place.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert place.api.met.wait(20)
        log = place.here / ".runbook"
        assert [file for file in log.rglob("*") if file.name.endswith("-wal")]
        kept = place.left()
        child.kill()
        said, _ = child.communicate(timeout=20)
    assert kept == place.left() == {}
    assert not leaks(said)
    assert place.run("status") == Exit.WELL


def test_the_children(place: Place) -> None:
    """Git is the one program that is started, and is told nothing that is not its business."""
    place.run("validate", "--against", "HEAD", "two.yaml")
    told = place.children.read_bytes()
    assert b"PATH=" in told
    assert b"rev-parse" in told
    assert not leaks(told)
    assert b"TIMEPAY_" not in told


# ---------------------------------------------------------------- breaking down

_CRASH = """\
import sys
from engine.timepay import client
from engine.cli import main

def broken(*given, **more):
    raise {kind}(f"{{given}} {{more}} " + token().authorization())

def token():
    from engine.cli.identity import token
    from engine.timepay.token import Token
    return Token(token())

client.{name} = broken
sys.exit(main(["run", "two.yaml", "--yes"]))
"""


@pytest.mark.parametrize("name", ["classify", "Leaving", "facts_of"])
@pytest.mark.parametrize("kind", ["RuntimeError", "OSError", "ValueError"])
def test_a_bug_that_has_it_in_its_words(place: Place, name: str, kind: str) -> None:
    """What is printed to be sent to us shows none of it, nor does what it leaves."""
    done = place.python(*_LOUD, "-c", _CRASH.format(name=name, kind=kind))
    assert done.returncode not in (0, 64), done.stderr.decode()
    assert place.left() == {}


def test_a_crash_of_the_interpreter(place: Place) -> None:
    """Its last words name lines of code, and no values."""
    code = _CRASH.format(name="classify", kind="RuntimeError").replace("raise", "import os; os.abort();")
    assert b"Fatal Python error: Aborted" in place.python(*_LOUD, "-c", code).stderr


# ---------------------------------------------------------------- values

_ACCOUNT = Account("https://api.example.invalid/api/v1", "org_acme")


def _holders() -> dict[str, object]:
    connected = Connected(Environment("http://127.0.0.1:9/api/v1"))
    client = Client(_ACCOUNT, Token(TOKEN), proxy=f"http://agent:{PASSWORD}@127.0.0.1:9")
    return {
        "token": Token(TOKEN),
        "client": client,
        "public client": engine.Client(_ACCOUNT, TOKEN),
        "connected": (connected, connected.client())[0],
    }


@pytest.mark.parametrize("name", ["token", "client", "public client", "connected"])
def test_what_holds_it_does_not_show_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as text, not field by field, not copied, not written down."""
    monkeypatch.setenv("TIMEPAY_TOKEN", TOKEN)
    held = _holders()[name]
    fields = {each: getattr(held, each, None) for each in (*getattr(held, "__dict__", ()), *dir(held))}
    private = {"_secret", "authorization"} if name == "token" else set()
    shown = [repr(held), str(held), f"{held}", ascii(held), repr([held]), f"{held!r:>90}"]
    shown += [f"{value!r} {value}" for each, value in fields.items() if each not in private]
    assert not leaks("\n".join(shown).encode())
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError) as refused:
            write(held)
        assert not leaks(str(refused.value).encode())


class _Asking(httpx.BaseTransport):
    """Asks for the body, as what sends it would."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        b"".join(request.stream)
        return httpx.Response(200)


@pytest.mark.parametrize("transport", [None, _Asking()], ids=["network", "transport"])
def test_a_report_of_a_send_with_the_values_of_names(transport: httpx.BaseTransport | None) -> None:
    """Where the gate breaks down, or a person does, between the request and the wire."""

    def leaving() -> str | None:
        raise KeyboardInterrupt

    with socket.create_server(("127.0.0.1", 0)) as listener:
        account = Account(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1", "org_acme")
        client = Client(account, Token(TOKEN), transport=transport)
        with pytest.raises(KeyboardInterrupt) as broken:
            client.send(REQUEST, timeout_s=5, leaving=leaving)
        client.close()
    told = traceback.TracebackException.from_exception(broken.value, capture_locals=True)
    ours = [frame for frame in told.stack if "site-packages" not in frame.filename]
    assert len(ours) > 4
    assert not leaks("".join(traceback.StackSummary.from_list(ours).format()).encode())


def test_a_report_with_the_values_of_names() -> None:
    """As crash reporters make them: of our own functions none shows it."""
    client = Client(_ACCOUNT, Token(TOKEN), proxy=f"http://agent:{PASSWORD}@127.0.0.1:9")
    with pytest.raises(engine.Refusal) as failed:
        client.campaign("camp_demo")
    told = traceback.TracebackException.from_exception(failed.value, capture_locals=True)
    assert not leaks("".join(told.format()).encode())
