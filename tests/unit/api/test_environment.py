"""Nothing below the command line reads the environment: what it says is passed in, or does not count."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine

HOME = Path(engine.__file__).parent
READS = {"environ", "environb", "getenv", "getenvb", "expandvars", "expanduser", "getpass", "getuser"}
FILES = sorted(
    path for path in HOME.rglob("*.py") if path.relative_to(HOME).parts[0] not in ("cli", "__main__.py")
)


def reads(code: str) -> Iterator[str]:
    """Find what reads the environment, as a name, an attribute or an import."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) if name in READS:
                yield name
            case ast.ImportFrom(module=str(name)) if name in READS:
                yield name
            case _:
                pass


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HOME)))
def test_no_module_reads_it(file: Path) -> None:
    """Two services in one process, or one under another user, behave alike."""
    assert list(reads(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    ["import os\nos.environ['A']", "from os import getenv", "import getpass", "path.expanduser()"],
)
def test_a_planted_one_is_found(code: str) -> None:
    """The search can find."""
    assert list(reads(code))


def test_the_command_line_reads_it() -> None:
    """The same search finds something where it may."""
    assert any(list(reads(path.read_text("utf-8"))) for path in (HOME / "cli").glob("*.py"))
