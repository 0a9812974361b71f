"""Every kind of finding that the engine can report: the one list of them."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from types import ModuleType

from engine.config import catalog
from engine.config import read as config
from engine.diagnostics import Kind
from engine.runbook import (
    acceptance,
    changes,
    characters,
    fault,
    layout,
    marks,
    namesakes,
    pasted,
    rules,
    scalars,
    signs,
    source,
    syntax,
    traps,
)
from engine.runbook.expressions import (
    constants,
    fits,
    forms,
    names,
    percents,
    phrases,
    template,
    tokens,
    words,
)
from engine.runbook.expressions import fault as expressions
from engine.scenario import check, outcomes
from engine.scenario import read as scenario

GROUPS: Mapping[str, str] = {
    "RB0": "Text and YAML",
    "RB1": "Keys and values",
    "RB2": "Across fields",
    "RB3": "Conditions and templates",
    "RB4": "Environments and the catalog",
    "RB5": "What looks like a slip",
    "RB6": "What changed, and what stands beside it",
    "RB7": "Scenarios",
}
"""What the kinds are about, by how their codes begin."""

_RULES = [
    importlib.import_module(f"{rules.__name__}.{each.name}") for each in pkgutil.iter_modules(rules.__path__)
]
_OTHERS = (
    *(
        characters,
        source,
        syntax,
        layout,
        signs,
        marks,
        traps,
        scalars,
        pasted,
        fault,
        acceptance,
        changes,
        namesakes,
    ),
    *(tokens, words, percents, phrases, forms, names, fits, constants, expressions, template),
    *(catalog, config, scenario, check, outcomes),
)


def _held(module: ModuleType) -> list[Kind]:
    return [value for value in vars(module).values() if isinstance(value, Kind)]


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in sorted(
        (kind for module in (*_RULES, *_OTHERS) for kind in _held(module)), key=lambda kind: kind.code
    )
}
"""The kinds by their codes, in order. A module that holds a kind is a rule, or stands in the list above."""


def documented(kind: Kind) -> str | None:
    """Give the manual page that a rule's module has for its docstring, without its first line."""
    for module in _RULES:
        _, _, text = (inspect.getdoc(module) or "").partition("\n\n")
        if kind in _held(module) and "\nWrong:\n" in text:
            return text
    return None
