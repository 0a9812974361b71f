"""Which page of the site each file of the project becomes, and the pages' links led there."""

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LICENCE = "LICENSE"
PLACES = {
    "README.md": "project/readme.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    LICENCE: "project/licence.md",
    ".github/SECURITY.md": "project/security.md",
    "docs/decisions": "decisions/index.md",
    "runbooks": "reference/runbooks.md",
}
"""Files and folders that the site shows elsewhere than where they lie."""

_SHOWN = re.compile(r"^\[[^\]]+\]\(([^)\s]+\.yaml)\)$", re.MULTILINE)
"""A link to a runbook that stands alone: the site shows the file in its place."""
_LINK = re.compile(r'(\]\(|(?:src|href)=")([^)"\s#]+)')


def sources() -> list[str]:
    """List the files that the site shows as they are: pages, and pictures."""
    docs = [path for kind in ("*.md", "*.svg") for path in (ROOT / "docs").rglob(kind)]
    found = [path.relative_to(ROOT).as_posix() for path in docs]
    return sorted([*found, *(name for name in PLACES if (ROOT / name).is_file())])


def place_of(source: str) -> str:
    """Give the page of a file or folder, both by their paths; raises LookupError where there is none."""
    if source in PLACES:
        return PLACES[source]
    top, _, rest = source.partition("/")
    if top == "runbooks":
        return PLACES["runbooks"]
    if top != "docs" or not (ROOT / source).is_file():
        raise LookupError(f"the site has no page for {source}")
    return rest


def staged(source: str) -> str:
    """Give the text of a page, with its links as they are on the site."""
    text = (ROOT / source).read_text("utf-8")
    if source == LICENCE:
        return f"# Licence\n\n```text\n{text}```\n"
    here = posixpath.dirname(place_of(source))

    def led(match: re.Match[str]) -> str:
        opening, target = match.groups()
        if re.match(r"[a-z]+:", target):
            return match[0]
        named = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        return opening + posixpath.relpath(place_of(named), here or ".")

    def shown(match: re.Match[str]) -> str:
        file = ROOT / posixpath.dirname(source) / match[1]
        return f"```yaml\n{file.read_text('utf-8').rstrip()}\n```"

    return _LINK.sub(led, _SHOWN.sub(shown, text))
