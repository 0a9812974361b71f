"""The checker as one file that needs nothing but Python: ``verify.py``, as an evidence carries it."""

import re
from pathlib import Path

MODULES = (
    *("known", "canonical", "outcome", "attempt", "plan", "sends", "standing", "recount", "people"),
    *("tables", "check", "told", "export", "alone"),
)
"""What it is made of: each imports only what stands before it."""

_HEAD = '''\
#!/usr/bin/env python3
"""Checks an export or an evidence of a run log by itself: python3 verify.py [FILE|FOLDER] [--seal SEAL].

It needs Python 3.9 or newer and nothing else: no installation, no network. It is the text of the modules
engine/audit/*.py of campaign-runbooks, one after the other.
"""

from __future__ import annotations
'''
_OWN = re.compile(r"^from engine\.audit\.\w+ import (?:\([^)]*\)|[^\n(]*)\n", re.MULTILINE)
_FUTURE = "from __future__ import annotations\n"


def verify_py() -> str:
    """Give the text of ``verify.py``."""
    return _HEAD + "".join(map(_part, MODULES))


def _part(name: str) -> str:
    text = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
    return f"\n\n# {'-' * 20} {name}\n\n{_OWN.sub('', text.replace(_FUTURE, ''))}"
