"""What is measured, and on what: the interpreter, the console script beside it, the machine."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("pyyaml", "jsonschema", "httpx", "jinja2", "click")
FLOOR = "import sys; sys.modules['httpx._main'] = None; import yaml, jsonschema, httpx, jinja2, click"
"""The five libraries, httpx without its own command line.

httpx imports that, with rich and pygments, wherever they are installed: it is no part of what anybody needs
to send, and would lift the floor by 40 ms.
"""
NEEDED = "import yaml, jsonschema, jinja2, click"

_ASK = """\
import importlib.metadata as m, json, sys, sysconfig
d = m.distribution("campaign-runbooks")
u = json.loads(d.read_text("direct_url.json") or "{}")
how = "as the system brings it" if sys.base_prefix == "/usr" else "built without profile-guided optimisation"
if "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
    how = "built with profile-guided optimisation"
print(json.dumps({"editable": u.get("dir_info", {}).get("editable", False),
  "python": f"{sys.version.split()[0]}, {how}", "versions": {n: m.version(n) for n in sys.argv[1:]}}))
"""


@dataclass(frozen=True)
class Subject:
    """An installed ``runbook``: its interpreter and script, how it is installed, beside what."""

    python: Path
    script: Path
    is_editable: bool
    python_version: str
    versions: Mapping[str, str]

    @property
    def floor(self) -> tuple[str, ...]:
        """The command that every other is held against: the same interpreter imports the five libraries."""
        return (str(self.python), "-c", FLOOR)


def installed(python: Path) -> Subject:
    """Describe the ``runbook`` that stands beside an interpreter; raises FileNotFoundError."""
    script = python.parent / "runbook"
    if not script.is_file():
        raise FileNotFoundError(f"{script} is missing: install the project, or measure with --fresh")
    asked = subprocess.run([python, "-c", _ASK, *LIBRARIES], check=True, capture_output=True, text=True)
    told = json.loads(asked.stdout)
    return Subject(python, script, told["editable"], told["python"], told["versions"])


def fresh(folder: Path) -> Subject:
    """Build a wheel of this working copy and install it, and what it needs, into a new environment.

    Uses the network. An editable install adds an import hook or a path to every start, a development
    environment the ``.pth`` files of its tools; a user has neither.
    """
    place = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT], check=True
    )
    return installed(python)


def bare_environment() -> dict[str, str]:
    """Give the environment of every measured process: nothing in it changes what Python or we do."""
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    return {"LANG": "C.UTF-8", **{name: os.environ[name] for name in kept if name in os.environ}}


def machine() -> dict[str, str]:
    """Describe the machine, the day and the commit."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": _system(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": _commit(),
    }


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text("utf-8").splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()
    return f"{name}, {platform.system()} {platform.release().partition('-')[0]} {platform.machine()}"


def file_system(folder: Path) -> str:
    """Name the kind of file system on which a folder lies."""
    mounts = Path("/proc/self/mounts")
    lines = mounts.read_text("utf-8").splitlines() if mounts.is_file() else []
    kinds = {place: kind for _, place, kind, *_ in map(str.split, lines)}
    places = [str(each) for each in (folder, *folder.parents)]
    return next((kinds[place] for place in places if place in kinds), "of an unknown kind")


def _commit() -> str:
    """Name the commit, and whether the working copy differs from it; the page itself does not count."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        is_changed = _git("status", "--porcelain", "--", "engine", "schemas", "pyproject.toml")
    except (OSError, subprocess.CalledProcessError):
        return "not known (no git)"
    return f"{commit}{' with changes not yet committed' if is_changed else ''}"


def _git(*arguments: str) -> str:
    told = subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True)  # noqa: S607 (the user's own git)
    return told.stdout.strip()
