"""Links of the built pages lead to a page, a heading or a file, and nothing comes from another host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "srcset"}
_FOLLOWED = {"a": "href"}


class _Reading(NamedTuple):
    """What a page names: the places that it has, and those that it points to."""

    anchors: set[str]
    followed: set[str]
    loaded: set[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read = _Reading(set(), set(), set())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element is called and what it points to."""
        named = {name: value for name, value in attrs if value}
        self.read.anchors.update(named[name] for name in ("id", "name") if name in named)
        if _FOLLOWED.get(tag) in named:
            self.read.followed.add(named[_FOLLOWED[tag]])
        if _LOADED.get(tag) in named and named.get("rel") != "canonical":
            self.read.loaded.add(named[_LOADED[tag]])


def broken(site: Path) -> list[str]:
    """List each link that leads nowhere and each thing that comes from another host, in a built site."""
    pages = {file: _read(file) for file in sorted(site.rglob("*.html"))}
    faults = []
    for file, page in pages.items():
        name = file.relative_to(site)
        foreign = [each for each in page.loaded if urlsplit(each).netloc]
        faults += [f"{name}: {each} comes from another host" for each in foreign]
        # A page that stands for a missing one has addresses from the root, wherever it is shown.
        followed = [] if file.name == "404.html" else [*page.followed, *page.loaded]
        faults += [f"{name}: {each} leads nowhere" for each in followed if not _leads(each, file, pages)]
    return sorted(faults)


def _leads(link: str, file: Path, pages: dict[Path, _Reading]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].anchors


def _read(file: Path) -> _Reading:
    reader = _Reader()
    reader.feed(re.sub(r"<!--.*?-->", "", file.read_text("utf-8"), flags=re.DOTALL))
    return reader.read
