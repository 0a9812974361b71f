"""Texts that are meant to hurt whoever sees them: from the API, from files, names, variables and reasons."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from engine.cli import main
from engine.sandbox import Sandbox
from engine.sandbox.inbox import page
from tests.end_to_end.running import RUNBOOK
from tests.hostile.listening import Hostile, hostile
from tests.sandboxes import SimulatedClock, campaign, initiate, sandbox

TEXTS: Mapping[str, str] = {
    "colour": "\x1b[31mred\x1b[0m",
    "title of the window": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "link": "\x1b]8;;http://example.invalid\x1b\\click\x1b]8;;\x1b\\",
    "clear the screen": "\x1b[2J\x1b[H",
    "report": "\x1b[6n\x05",
    "C1": "\x9b31mred\x90q\x9c\x85",
    "carriage return": "all is well\rrm -rf",
    "backspaces": "safe\x08\x08\x08\x08evil",
    "line ends": "first\n::error::second\u2028third\u2029fourth",
    "right to left": "\u202egnp.exe\u202c \u2066\u2069\u200f\u061c",
    "invisible": "a\u200bb\ufeffc\u00add\U000e0041",
    "heap of marks": "Z" + "\u0301\u0489" * 200,
    "orders to GitHub": "::add-mask::a\n  ::error file=x::b\n##[group]c\r\n::stop-commands::x",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>'\"&",
    "shell": "$(touch owned) `touch owned` ; touch owned | cat && x 'y\" \\",
    "formats": "%s %(x)s {0} {inputs} %n %25 {{ 7*7 }}",
    "not for XML": "\ufffe\uffff\x00\x0b",
}
_WRITTEN = {"Cc": "\n\t", "Cf": "\u200c\u200d", "Zl": "", "Zp": "", "Cs": ""}


def harmful(text: str) -> set[str]:
    """Give what a terminal would obey, or nobody would see, of a text that was printed."""
    found = {
        f"U+{ord(each):04X}" for each in text if each not in _WRITTEN.get(unicodedata.category(each), each)
    }
    heaps = re.findall(r"[\u0300-\u036f\u0483-\u0489]{12,}", text)
    return found | {"a heap of marks" for _ in heaps}


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    """Give one text after the other."""
    return TEXTS[request.param]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a runbook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMEPAY_TOKEN", "tok-0123456789")
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    return tmp_path


@pytest.fixture
def api(text: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """Stand before an API that says it wherever it can."""
    assert here.is_dir()
    with hostile(lambda _: text, "partial", "500") as served:
        monkeypatch.setenv("TIMEPAY_BASE_URL", served.address)
        yield served


def said(capfd: pytest.CaptureFixture[str], *lines: list[str]) -> str:
    """Type lines, and give all that they print; none is a bug."""
    for line in lines:
        assert main(line) != 1
    told = "".join(capfd.readouterr())
    assert "This is a bug" not in told
    return told


_LOOKS = [
    *(["status"], ["runs"], ["show", "last"], ["events", "last"], ["contacts", "L-1"]),
    *([verb, "last", "--format", "json"] for verb in ("show", "events")),
    ["events", "last", "--format", "jsonl"],
]


def test_what_the_api_says(api: Hostile, capfd: pytest.CaptureFixture[str]) -> None:
    """In a run, in doctor, and whenever somebody looks later."""
    told = said(capfd, ["run", "two.yaml", "--yes"], ["doctor"], *_LOOKS)
    api.reads = "401"
    told += said(capfd, ["doctor"], ["reconcile", "last", "--wait", "0"])
    api.reads = "200"
    told += said(capfd, ["reconcile", "last", "--wait", "0"], *_LOOKS)
    assert harmful(told) == set()


def test_what_a_person_says(text: str, api: Hostile, capfd: pytest.CaptureFixture[str]) -> None:
    """Reasons and inputs are kept as they are, and shown without harm; the actor, too."""
    assert api.ways
    word = text.replace("\x00", "")  # no line can hold it
    told = said(capfd, ["run", "two.yaml", "--yes", "--input", f"branch={word}"], *_LOOKS)
    told += said(capfd, ["stop", "--reason", word], ["status"], ["allow", "--reason", word])
    told += said(capfd, ["stop", "--campaign", word, "--reason", word], ["status"], ["run", word, "--yes"])
    told += said(capfd, ["show", word], ["plan", "two.yaml", "--input", f"{word}=1"], ["contacts", word])
    assert harmful(told) == set()


@pytest.mark.parametrize(
    "name", ["RUNBOOK_ENV", "TIMEPAY_ORG_ID", "TIMEPAY_BASE_URL", "GITHUB_ACTOR", "RUNBOOK_LOG"]
)
def test_variables(
    name: str, text: str, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a pipeline sets them to."""
    assert here.is_dir()
    if "\x00" in text:
        return
    monkeypatch.setenv(name, text)
    told = said(capfd, ["status"], ["doctor"], ["plan", "two.yaml"], ["stop", "--reason", "x"])
    assert harmful(told) == set()


def _named(here: Path, text: str) -> Path:
    """Write a runbook that has the text for its name and in its words, and a scenario that is wrong."""
    name = text.replace("/", "_").replace("\x00", "")[:60]
    path = here / "runbooks" / f"{name}.yaml"
    path.parent.mkdir()
    path.write_text(f"# {text}\nformat: runbook/v1\ndescription: {json.dumps(text)}\nsteps: []\n", "utf-8")
    return path


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_names_of_files(form: str, text: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In findings of every form, and in what is said of other files."""
    path = _named(here, text)
    told = said(capfd, ["validate", "--format", form, "runbooks"], ["validate", "--format", form, str(path)])
    assert harmful(told) == set()
    if form == "github":
        assert {line[:2] for line in told.splitlines()} <= {"::", "Ch", "Ex", "er", "  ", "", "1 ", "2 "}, (
            told
        )
    told = said(
        capfd, ["plan", str(path)], ["fmt", "--check", str(path)], ["test", str(path)], ["try", str(path)]
    )
    told += said(
        capfd, ["validate", f"{path}x"], ["test", "runbooks"], ["plan", str(path), "--out", str(path)]
    )
    assert harmful(told) == set()


def test_tests_as_xml(text: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """JUnit's form stays XML, whatever a scenario is called."""
    suite = {
        "format": "runbook-test/v1",
        "runbook": "two.yaml",
        "scenarios": [
            {"name": "".join(each for each in text if each >= " ")[:80] or "a", "expect": {"status": "x"}}
        ],
    }
    (here / "two.test.yaml").write_text(json.dumps(suite), "utf-8")
    main(["test", "--format", "junit", "two.test.yaml"])
    told = capfd.readouterr().out
    assert fromstring(told).tag == "testsuites"  # noqa: S314  (our own)
    assert harmful(told) == set()


def test_a_job_at_github(
    text: str, api: Hostile, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing that a job prints is taken for an order to it."""
    assert api.ways
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    word = text.replace("\x00", "")
    told = said(
        capfd, ["run", "two.yaml", "--yes"], *_LOOKS, ["show", f"\n{word}"], ["stop", "--reason", word]
    )
    told += said(
        capfd, ["status"], ["run", f"\n{word}", "--yes"], ["plan", "two.yaml", "--input", f"branch=\n{word}"]
    )
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in told


# ---------------------------------------------------------------- the inbox


def _inbox(text: str) -> str:
    shown: Sandbox = sandbox(clock=SimulatedClock())
    rows = [
        {
            "loan_id": f"L{text}",
            "first_name": text,
            "phone_number": text,
            "language": text,
            "payment_status": text,
        }
    ]
    try:
        shown.load(campaign(rows))
    except ValueError:
        return page(shown)
    initiate(shown, {"templateId": text, "filters": {}, "limit": 1})
    return page(shown)


def test_the_inbox(text: str) -> None:
    """Nothing in it is a tag or an attribute that is not ours."""
    ours, shown = (re.findall(r"<[a-zA-Z/!][^>]*>", _inbox(each)) for each in ("plain", text))
    assert [re.split(r"[\s>]", each)[0] for each in shown] == [re.split(r"[\s>]", each)[0] for each in ours]
    assert not [each for each in shown if "onerror" in each]


# ---------------------------------------------------------------- lines to copy, and shells


@pytest.mark.parametrize(
    "name", ["$(touch owned)", "`touch owned`", "a; touch owned", "-rf", "a b'c", "x&&touch owned"]
)
def test_lines_to_copy(name: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each line that we print to be typed is what it says: a shell that takes it starts nothing else."""
    path = here / f"{name}.yaml"
    path.write_text(RUNBOOK, "utf-8")
    said(capfd)
    main(["plan", "--out", f"./{name}.json", "--", path.name])
    main(["test", "--", path.name])
    main(["fmt", "--check", "--", path.name])
    main(["try", "--", path.name])
    (here / f"{name}.test.yaml").write_text("format: runbook-test/v1\n", "utf-8")
    main(["validate", "--", f"{name}.test.yaml"])
    told = "".join(capfd.readouterr())
    lines = re.findall(r"(?:^|:) *(runbook [a-z].*)$", told, re.MULTILINE)
    lines += [] if "`" in name else re.findall(r"`(--plan .*?|runbook .*?)`", told)
    assert lines
    for line in lines:
        words = shlex.split(line)
        assert not [word for word in words if word in (";", "&&", "touch", "owned")], line
        done = subprocess.run(
            ["bash", "-c", f"runbook() {{ :; }}; set -f; : {line}"],
            cwd=here,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, line
    assert not (here / "owned").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_only_words(shell: str, here: Path) -> None:
    """Bash puts what it is told into the line unquoted: what means something to it is left out."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    for name in ("$(touch owned)", "a b", "`x`", "x\ny", "\x1b[31m", "\u202ea", "q'r", 'q"r', "~", "a;b"):
        (here / f"{name}.yaml").write_text(RUNBOOK.replace("pune", "'$(touch owned)'"), "utf-8")
    (here / "two.yaml").write_text(RUNBOOK.replace("pune", "'$(touch owned)'"), "utf-8")
    for words in ("runbook plan ", "runbook plan two.yaml --input "):
        told = _completed(shell, words, here)
        assert "owned" not in told
        assert "two.yaml" in told or "cap=20" in told
        assert harmful(told) == set()


def _completed(shell: str, words: str, here: Path) -> str:

    word = "" if shell == "fish" else str(words.count(" "))
    asked = {"_RUNBOOK_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": word}
    done = subprocess.run(
        [sys.executable, "-m", "engine"],
        cwd=here,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout
