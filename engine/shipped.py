"""Files that travel with the engine: schemas, ready-made runbooks, a repository to begin with, the manual."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
# In a wheel they lie inside the package; in an editable install at the repository's root.
_PLACES = {
    "schemas": (_PACKAGE / "schemas", _PACKAGE.parent / "schemas"),
    "runbooks": (_PACKAGE / "examples", _PACKAGE.parent / "runbooks"),
    "starter": (_PACKAGE / "starter",),
    "manual": (_PACKAGE / "manual",),
}


def shipped(kind: str, name: str) -> Path:
    """Give the path of a shipped file; ``kind`` is ``schemas``, ``runbooks``, ``starter`` or ``manual``."""
    for place in _PLACES[kind]:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(f"{kind}/{name} does not come with this installation")
