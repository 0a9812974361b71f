r"""The text of a manual page: prose, then the wrong example and the mended one, in fences.

A fence says behind ``yaml`` what its text is, if it is not a fragment of a runbook:

- ``whole``: the whole file;
- ``escaped``: ``\xNN`` stands for a byte and ``\uNNNN`` for a character;
- ``repeated N``: the last line stands there N times;
- ``config``: a fragment of ``.runbook/config.yaml``, which the runbook beside it is checked with;
- ``before``: a fragment of the runbook as it was at an earlier git revision;
- ``beside``: a fragment of another runbook that is checked with it;
- ``scenario``: a fragment of a scenario file, played on the runbook beside it.
"""

import re

from engine.manual.example import Example
from engine.manual.part import Part

_FENCE = re.compile(
    r"^```yaml *(?P<form>[a-z]*) *(?P<times>\d*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def examples(text: str) -> tuple[str, Example, Example]:
    """Take a page apart: its prose, the wrong example, the mended one; raises ValueError if it has none."""
    prose, wrong, rest = text.partition("\nWrong:\n")
    wrong, mended, right = rest.partition("\nMended:\n")
    if not (prose.strip() and wrong.strip() and mended):
        raise ValueError("a page is prose, `Wrong:` with an example, `Mended:` with an example")
    return prose.strip(), _example(wrong), _example(right)


def _example(text: str) -> Example:
    """Read the fences of one example; nothing may stand beside them."""
    if _FENCE.sub("", text).strip():
        raise ValueError(f"only fences that begin with ```yaml stand in an example, not {text!r}")
    return Example(
        tuple(
            Part(found["text"], found["form"] or "fragment", int(found["times"] or 1))
            for found in _FENCE.finditer(text)
        )
    )
