"""The names of the Python interface: which there are, where they come from, what they cost."""

import ast
import inspect
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.runner.broken import Broken

FUNCTIONS = {
    "load": ["source", "name"],
    "plan": ["draft", "inputs", "environment", "config", "now"],
    "plan_json": ["plan"],
    "run": [
        "plan", "client", "log", "clock", "on_event", "interrupts", "expect", "within", "at_most", "again",
    ],
    "resume": [
        "run", "client", "log", "clock", "on_event", "interrupts", "expect", "within", "at_most", "accept",
    ],
    "reconcile": ["run", "client", "log", "wait_s", "pages", "dry_run", "clock"],
    "resolve": ["run", "send", "resolution", "log", "reason", "clock"],
    "decide": ["run", "step", "verdict", "log", "reason", "clock"],
    "cancel": ["run", "log", "reason", "clock"],
    "open_log": ["path", "actor", "owner"],
    "make_log": ["path", "actor"],
    "read_config": ["path"],
}  # fmt: skip
NAMES = [name for name in engine.__all__ if name != "__version__"]
LIBRARIES = ("click", "httpcore", "httpx", "jinja2", "rich", "sqlite3", "starlette", "uvicorn")
TEXT = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: a, channel: sms, template: tplA, filters: {language: hindi}, limit: 100}
"""


def imported(code: str) -> set[str]:
    """Give the modules that some code has imported by its end, in a process of its own."""
    code = f"import sys\nbefore = {{*sys.modules}}\n{code}\nprint(*({{*sys.modules}} - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def test_the_import_alone_imports_nothing() -> None:
    """Who only wants the version, or has the name in reach, pays nothing."""
    assert imported("import engine") == {"engine"}


def test_planning_imports_nothing_that_sends() -> None:
    """A service that only checks and plans needs neither the network nor a log."""
    code = f"import engine\nengine.plan(engine.load({TEXT!r}))"
    modules = imported(code)
    assert "engine.planner.build" in modules
    assert modules.isdisjoint(LIBRARIES)


def test_type_checkers_see_what_is_there() -> None:
    """What is imported for them comes from where it is imported from when it is asked for."""
    tree = ast.parse(Path(engine.__file__).read_text("utf-8"))
    seen = next(node for node in tree.body if isinstance(node, ast.If))
    homes = {
        alias.name: each.module
        for each in seen.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    assert homes == engine._HOME
    assert sorted(homes) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_there_and_says_what_it_is(name: str) -> None:
    """It can be imported, is listed, and whatever is defined by us has a line about it."""
    found = getattr(engine, name)
    assert name in dir(engine)
    assert not inspect.isclass(found) or (found.__doc__ or "").strip()
    assert not inspect.isfunction(found) or (found.__doc__ or "").strip()


def test_no_name_is_also_a_module() -> None:
    """Importing a module of that name anywhere would put it in the name's place."""
    assert {each.name for each in pkgutil.iter_modules(engine.__path__)}.isdisjoint(NAMES)


def test_other_names_are_none() -> None:
    """They end as with any module."""
    with pytest.raises(AttributeError, match="'engine' has no attribute 'lod'"):
        engine.lod  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_arguments_stay_what_they_are(name: str) -> None:
    """A name that is taken away, or moved, breaks somebody's service."""
    assert list(inspect.signature(getattr(engine, name)).parameters) == FUNCTIONS[name]


def test_every_exception_is_a_refusal() -> None:
    """One ``except`` is enough."""
    exceptions = [each for name in NAMES if isinstance(each := getattr(engine, name), type)]
    exceptions = [each for each in exceptions if issubclass(each, BaseException)]
    assert len(exceptions) == 3
    assert all(issubclass(each, engine.Refusal) for each in exceptions)


def test_a_refusal_passes_between_processes() -> None:
    """What a worker process raises arrives as it was, whatever its class takes to be made."""
    with pytest.raises(engine.Invalid) as invalid:
        engine.load("format: runbook/v1\n")
    for error in (invalid.value, Broken("run-1", OSError("disk"), sent=True, is_open=False)):
        came = pickle.loads(pickle.dumps(error))  # noqa: S301  (made right here)
        assert (type(came), came.__dict__, str(came)) == (type(error), error.__dict__, str(error))
