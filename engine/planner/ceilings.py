"""Whether reviewed rules bound what may be sent, whatever the inputs are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_INPUT = re.compile(r"\{\{\s*inputs\.([a-z][a-z0-9_]*)\s*\}\}")


def without_ceiling(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what leaves a limit open: an input that decides it, and declares neither maximum nor choices.

    ``rules`` is what the rules digest covers: the limits as they are written, before any input is
    filled in. ``none`` is a limit that was reviewed.
    """
    return tuple(_open(rules["runbook"]))


def _open(runbook: Mapping[str, Any]) -> Iterator[str]:
    declared = runbook.get("inputs", {})
    for step in runbook["steps"]:
        for name in _INPUT.findall(str(step["limit"])):
            about = declared.get(name, {})
            if "maximum" not in about and "choices" not in about:
                yield f"the limit of {step['id']} is inputs.{name}, which has no maximum"
