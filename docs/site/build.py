"""Builds the site: ``python -m docs.site.build [FOLDER]``, build/site unless said.

The pages are copied with the generated ones to a folder of their own, built there in strict mode, and every
link of the result is followed. Needs the extra ``docs``.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from docs.site.links import broken
from docs.site.reference import decisions, pages
from docs.site.staging import ROOT, place_of, sources, staged

HERE = Path(__file__).parent

_MARK = ".runbook-site"
"""Marks a folder as one that a build made, and may replace."""


def main(arguments: list[str]) -> int:
    """Build into a folder, which is replaced if it holds a site; give an exit code."""
    target = Path(arguments[0]) if arguments else ROOT / "build" / "site"
    if target.exists() and not (target / _MARK).exists() and any(target.iterdir()):
        print(f"{target} holds something else than a site: name another folder", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        _stage(Path(folder))
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "mkdocs.yml"]
        code = subprocess.run(command, cwd=folder, check=False).returncode
        faults = [] if code else broken(Path(folder, "site").resolve())
        if code or faults:
            print(*faults, sep="\n", file=sys.stderr)
            return 1
        Path(folder, "site", _MARK).touch()
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(folder, "site"), target)
    print(f"{target}: every link leads somewhere")
    return 0


def _stage(folder: Path) -> None:
    """Put all that the site is made of into a folder."""
    for source in sources():
        _write(folder / "pages" / place_of(source), staged(source))
    for place, text in pages().items():
        _write(folder / "pages" / place, text)
    _write(folder / "pages" / "look.css", (HERE / "look.css").read_text("utf-8"))
    config = yaml.safe_load((HERE / "mkdocs.yml").read_text("utf-8"))
    config["nav"] = [_expanded(entry) for entry in config["nav"]]
    _write(folder / "mkdocs.yml", yaml.safe_dump(config, sort_keys=False))


def _expanded(entry: dict[str, Any]) -> dict[str, Any]:
    """Give an entry of the navigation; that of the decisions with each of them."""
    if "decisions/" not in entry.values():
        return entry
    listed = [{title: f"decisions/{name}"} for name, title in decisions().items()]
    return {"Decisions": ["decisions/index.md", *listed]}


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
