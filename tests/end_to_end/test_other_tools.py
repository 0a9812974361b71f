"""What others check runbooks with: check-jsonschema by our schema, and pre-commit by our hooks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SCHEMA = ROOT / "schemas" / "runbook.v1.schema.json"
RUNBOOKS = sorted(
    path for path in (ROOT / "runbooks").rglob("*.yaml") if not path.name.endswith(".test.yaml")
)
MANIFEST = ROOT / ".pre-commit-hooks.yaml"


def check_jsonschema(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run check-jsonschema."""
    command = [BIN / "check-jsonschema", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_check_jsonschema_accepts_our_runbooks() -> None:
    """The published schema admits them to a tool that knows nothing of us."""
    done = check_jsonschema("--schemafile", SCHEMA, *RUNBOOKS)
    assert done.returncode == 0, done.stdout


def test_check_jsonschema_refuses_a_misspelt_key(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RUNBOOKS[0].read_text("utf-8").replace("limit:", "limt:"), "utf-8")
    done = check_jsonschema("--schemafile", SCHEMA, wrong)
    assert done.returncode == 1
    assert "'limt'" in done.stdout


@pytest.mark.parametrize("schema", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name)
def test_our_schemas_are_schemas_to_others(schema: Path) -> None:
    """By the meta-schema that each of them names."""
    done = check_jsonschema("--check-metaschema", schema)
    assert done.returncode == 0, done.stdout


def test_pre_commit_reads_our_hooks() -> None:
    """By its own check of such a file."""
    done = subprocess.run([BIN / "pre-commit", "validate-manifest", MANIFEST], timeout=60, check=False)
    assert done.returncode == 0


def hooked(folder: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """Run a hook of ours over all files of a new git repository.

    Its words are those of the manifest, but that it takes this installation: making another one would
    fetch every dependency from the network.
    """
    (its,) = [each for each in yaml.safe_load(MANIFEST.read_text("utf-8")) if each["id"] == hook]
    config: Any = {"repos": [{"repo": "local", "hooks": [{**its, "language": "system"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(folder / ".cache"),
    }
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=folder, timeout=60, check=True)
    command = ["pre-commit", "run", "--all-files", "--color=never"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a folder with our runbooks in it, and a file that is none."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    (tmp_path / "compose.yaml").write_text("services: {}\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("hook", [each["id"] for each in yaml.safe_load(MANIFEST.read_text("utf-8"))])
def test_a_hook_lets_our_runbooks_pass(repository: Path, hook: str) -> None:
    """Scenarios beside them, and files elsewhere, are no runbooks to it."""
    done = hooked(repository, hook)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_a_hook_refuses_a_wrong_runbook(repository: Path) -> None:
    """With the finding at its line."""
    wrong = repository / "runbooks" / "calls.yaml"
    wrong.write_text(wrong.read_text("utf-8").replace("limit:", "limt:"), "utf-8")
    done = hooked(repository, "runbook-validate")
    assert done.returncode == 1
    assert "runbooks/calls.yaml:" in done.stdout
    assert "did you mean `limit`?" in done.stdout
