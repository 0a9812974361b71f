"""The checker that travels in an evidence: one file, sound Python of old, and nothing but its library."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

from engine.audit import bundle

FOLDER = Path(bundle.__file__).parent


def tree() -> ast.Module:
    """Read what travels as Python 3.9 does."""
    return ast.parse(bundle.verify_py(), feature_version=(3, 9))


def test_it_imports_nothing_but_the_library() -> None:
    """Whoever checks an evidence installs nothing."""
    found = {
        name.partition(".")[0]
        for node in ast.walk(tree())
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert found <= {*sys.stdlib_module_names}
    assert "engine" not in found


def test_no_two_modules_mean_different_things_by_a_name() -> None:
    """Joined into one file, the later one would take the name of the earlier one."""
    meant = defaultdict[str, set[str]](set)
    for node in tree().body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            meant[node.name].add(ast.unparse(node))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                meant[ast.unparse(target)].add(ast.unparse(node))
    assert [name for name, said in meant.items() if len(said) > 1] == []


def test_all_that_checks_travels() -> None:
    """No module is forgotten, and each comes behind those that it needs."""
    modules = {file.stem for file in FOLDER.glob("*.py")} - {"__init__", "bundle"}
    assert modules == {*bundle.MODULES}
    for place, name in enumerate(bundle.MODULES):
        needed = {
            (node.module or "").rpartition(".")[2]
            for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engine")
        }
        assert needed <= {*bundle.MODULES[:place]}, name
