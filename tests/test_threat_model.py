"""The threat model claims nothing that no test or file holds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "threat-model.md"
_PLACE = re.compile(r"`((?:tests|engine|docs|\.ci|\.github)/[\w./-]+?)(?:::(\w+))?`")


def _parts() -> dict[str, str]:
    title, *rest = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert title
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in rest}


@pytest.mark.parametrize("place", sorted({found[0] for found in _PLACE.finditer(PAGE.read_text("utf-8"))}))
def test_what_holds_a_claim_is_there(place: str) -> None:
    """The file, and the test in it."""
    found = _PLACE.fullmatch(place)
    assert found is not None
    text = (ROOT / found[1]).read_text("utf-8")
    assert found[2] is None or f"def {found[2]}(" in text


@pytest.mark.parametrize("part", _parts())
def test_each_claim_names_what_holds_it(part: str) -> None:
    """In brackets behind it; and each part says where it ends."""
    text = _parts()[part]
    claims = re.findall(r"^- \*\*.*?(?=^- |\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    assert not [claim for claim in claims if _PLACE.search(claim) is None]
    assert "*It does not stop*" in text


def test_it_is_found() -> None:
    """From the readme and from what says how to report."""
    assert "docs/explanation/threat-model.md" in (ROOT / "README.md").read_text("utf-8")
    assert ".github/SECURITY.md" in (ROOT / "README.md").read_text("utf-8")
    assert "../docs/explanation/threat-model.md" in (ROOT / ".github" / "SECURITY.md").read_text("utf-8")
