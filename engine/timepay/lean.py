"""The door to httpx, without the command line that httpx brings along."""

import sys
from collections.abc import MutableMapping
from typing import Any

_COMMAND_LINE = "httpx._main"
_modules: MutableMapping[str, Any] = sys.modules

# httpx imports its command line wherever rich and pygments are there to be imported with it: 25 ms, at
# every first send, for nothing. None in its place makes httpx do without, as where those are missing.
_came_before = _modules.setdefault(_COMMAND_LINE, None)

import httpx as httpx  # noqa: E402, PLC0414  (behind the lines above alone; others import it from here)

if _came_before is None:
    del _modules[_COMMAND_LINE]
