"""The lock of CI: what the project asks for, no more and no less, each file by its hash."""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine.frozen import dataclass

ROOT = Path(__file__).parent.parent
CI = ROOT / ".ci"
_PIN = re.compile(r"^(\S+)==(\S+)(?: ; (.+?))? \\$")
_OURS = {"campaign-runbooks (pyproject.toml)": "pyproject", "-r .ci/tools.in": "tools"}


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of the lock; ``via`` is what wants it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]


def _pins() -> Iterator[Pin]:
    blocks = re.split(r"^(?=\S+==)", (CI / "requirements.txt").read_text("utf-8"), flags=re.MULTILINE)
    for block in blocks[1:]:
        first, *rest = block.splitlines()
        found = _PIN.match(first)
        assert found is not None, f"not a pin with its hashes: {first}"
        hashes = tuple(each.strip(" \\") for each in rest if "--hash=" in each)
        said = (line.strip(" #") for line in rest if line.strip().startswith("#"))
        via = tuple(name for line in said if (name := line.removeprefix("via").strip()))
        yield Pin(canonicalize_name(found[1]), found[2], hashes, via)


PINS = list(_pins())


def _asked() -> dict[str, set[Requirement]]:
    """Give what pyproject.toml asks for with its extra dev, and what CI's own list does."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = pyproject["project"]["optional-dependencies"]
    waiting, wanted = [*pyproject["project"]["dependencies"], *extras["dev"]], set()
    while waiting:
        each = Requirement(waiting.pop())
        if canonicalize_name(each.name) == "campaign-runbooks":
            waiting += [more for extra in each.extras for more in extras[extra]]
        else:
            wanted.add(each)
    lines = (line.partition("#")[0].strip() for line in (CI / "tools.in").read_text("utf-8").splitlines())
    return {"pyproject": wanted, "tools": {Requirement(line) for line in lines if line}}


@pytest.mark.parametrize("source", sorted(_OURS.values()))
def test_it_holds_what_is_asked_for(source: str) -> None:
    """Each package that a list names is pinned for it, at a version that it allows, and no other one is."""
    asked = {str(canonicalize_name(each.name)): each.specifier for each in _asked()[source]}
    pinned = {each.name: each for each in PINS if source in {_OURS.get(via) for via in each.via}}
    assert asked.keys() == pinned.keys()
    assert not {name: each for name, each in pinned.items() if not asked[name].contains(each.version)}


def test_whatever_else_it_holds_is_wanted() -> None:
    """By another package that it holds: nothing stands in it for no reason."""
    known = {each.name for each in PINS} | _OURS.keys()
    lonely = [each.name for each in PINS if not each.via or not {canon(via) for via in each.via} <= known]
    assert not lonely


def canon(name: str) -> str:
    """Give the name of a package as the lock sorts it; our own sources stay as they are."""
    return name if name in _OURS else canonicalize_name(name)


def test_every_file_has_its_hash() -> None:
    """A sha256 for each, and nothing says where it is to come from: that is the machine's affair."""
    assert PINS
    hashes = [one for each in PINS for one in each.hashes or ("none",)]
    assert not [one for one in hashes if not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one)]
    assert "://" not in (CI / "requirements.txt").read_text("utf-8")


def test_what_builds_the_project_is_in_it() -> None:
    """The build's own requirements stand in CI's list word for word."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tools = {str(each) for each in _asked()["tools"]}
    assert {str(Requirement(each)) for each in pyproject["build-system"]["requires"]} <= tools


def test_ci_installs_nothing_else() -> None:
    """Before the first install the index is switched off, and the lock's own download asks for hashes."""
    script = (CI / "run").read_text("utf-8")
    locked, rest = script.split("export PIP_NO_INDEX=1 PIP_FIND_LINKS=", 1)
    assert "--require-hashes --requirement .ci/requirements.txt" in locked
    assert "--only-binary :all:" in locked
    assert "pip install" not in re.sub("^#.*", "", locked, flags=re.MULTILINE)
    assert "PIP_NO_INDEX" not in rest
    assert "test_command=" in rest


# ---------------------------------------------------------------- the audit


def _audit() -> ModuleType:
    loader = SourceFileLoader("audit", str(CI / "audit"))
    spec = spec_from_loader("audit", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


_SOUND = {"name": "a", "version": "1", "vulns": []}
_LEAKY = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
_MISSING = {"name": "c", "skip_reason": "not found"}


_OFFLINE = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries"


@pytest.mark.parametrize(
    ("told", "errors", "code", "said"),
    [
        (json.dumps({"dependencies": [_SOUND]}), "", 0, "0 known vulnerabilities in 1 packages"),
        (json.dumps({"dependencies": [_SOUND, _LEAKY]}), "", 1, "b 2: PYSEC-1, mended in 2.1"),
        (json.dumps({"dependencies": [_LEAKY, _MISSING]}), "", 1, "NOT AUDITED: of 1 of 2 packages"),
        (json.dumps({"dependencies": [_SOUND, _MISSING]}), "", 0, "NOT AUDITED: of 1 of 2 packages"),
        (json.dumps({"dependencies": [_MISSING]}), "", 0, "NOT AUDITED: of 1 of 1 packages"),
        (json.dumps({"dependencies": []}), "", 1, "in 0 packages"),
        ("", f"Traceback\n{_OFFLINE}", 0, "NOT AUDITED: the advisories could not be reached"),
        ("", "ERROR: Could not connect to PyPI's vulnerability feed", 0, "NOT AUDITED"),
        ("", "requests.exceptions.HTTPError: 503 Server Error: Busy", 0, "NOT AUDITED"),
        ("", "requests.exceptions.HTTPError: 403 Client Error: Forbidden", 1, "403 Client Error"),
        ("", "ERROR: invalid requirements input: lock", 1, "invalid requirements input"),
        ("", "", 1, "it says nothing"),
        ("[]", "ModuleNotFoundError: No module named 'x'", 1, "No module named"),
    ],
)
def test_what_fails_the_build(told: str, errors: str, code: int, said: str) -> None:
    """A known vulnerability, and an audit that was none; not that the advisories cannot be reached."""
    found, words = _audit().judged(told, errors)
    assert found == code
    assert said in words


@pytest.mark.parametrize(("does", "code"), [("exit 2", 1), (f'echo "{_OFFLINE}" >&2; exit 1', 0)])
def test_a_pip_audit_that_breaks(tmp_path: Path, does: str, code: int) -> None:
    """What it says beside its answer decides."""
    broken = tmp_path / "pip-audit"
    broken.write_text(f"#!/bin/sh\n{does}\n", "utf-8")
    broken.chmod(0o755)
    assert _audit().main(str(broken), "lock") == code
