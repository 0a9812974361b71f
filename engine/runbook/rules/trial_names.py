"""What goes to customers is not called a test.

Test messages have reached real customers more than once, and each time the name gave it away: a template
called `emi_test_v2`, a campaign called `Dummy data`, a name left as `TODO`. Such a name is looked for in
the name of the runbook, in the campaign, and in templates and conversations; only whole words count, so
that `contest` and `latest` are no tests, and an A/B test is none either.

Name the real template or campaign. If it is only called so, rename it, or accept the warning at the step
with the reason; where it is the name of the runbook or of its campaign, at all steps.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: emi_test_v2
    filters: {payment_status: [bounced, pending]}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: emi_reminder_v2
    filters: {payment_status: [bounced, pending]}
    limit: 100
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, is_open

TRIAL = Kind(
    "RB505",
    "looks like a test",
    "what a test is made of has reached real customers before, and cannot be taken back.",
    Severity.WARNING,
)

_WORDS = frozenset(
    (
        "test", "tests", "testing", "tester", "dummy", "sample", "lorem", "ipsum", "todo", "fixme", "tbd",
        "placeholder", "changeme", "asdf", "qwerty", "foo", "foobar",
    )
)  # fmt: skip
_HINTS = (*_WORDS - {"tests", "testing", "tester", "foobar"}, "xxx", "fill", "change")
# Compiled when they are first needed: most runbooks hold none of the words.
_WORD = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"
_HOLE = r"(?i)^x{3,}[0-9]*$|^fill[ _-]?in|^change[ _-]?me"
_COMPARED = r"(?i)(?<![a-z])(?:a.?b|split)[ _-]?tests?(?![a-z])"


def check(parts: Parts) -> Iterator[Fault]:
    """Find templates, campaigns and names that look like those of a test."""
    texts = [each for each in _texts(parts) if isinstance(each[-1], str)]
    # Nearly always none does, which is seen of all of them at once.
    if not _hints_at_a_test("\n".join([text for *_, text in texts])):
        return
    for path, below, text in texts:
        if found := _sign(text):
            mend = "write the real one; where it is only called so, rename it."
            message = f'"{found}" is a word of tests and drafts'
            yield Fault(TRIAL, (*path, *below), "value", message, mend)


def _texts(parts: Parts) -> Iterator[tuple[Path, Path, Any]]:
    """Walk over the values that are looked at, each with the path of its owner and its own below that."""
    yield (), ("name",), parts.data.get("name")
    for key, value in parts.data.get("campaign", {}).items():
        if key in {"id", "name"}:
            yield ("campaign",), (key,), value
    for path, step in parts.steps:
        yield path, ("template",), step.get("template")
        conversation = step.get("conversation")
        if isinstance(conversation, dict):
            yield path, ("conversation", "agent"), conversation.get("agent")
            yield path, ("conversation", "disposition"), conversation.get("disposition")


def _hints_at_a_test(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in _HINTS)


@lru_cache(maxsize=1024)
def _sign(text: str) -> str:
    """Give the word by which a text looks like one of a test; empty if it does not."""
    if is_open(text) or not _hints_at_a_test(text):
        return ""
    if hole := re.search(_HOLE, text):
        return hole[0]
    words = re.findall(_WORD, re.sub(_COMPARED, " ", text))
    return next((word for word in words if word.lower() in _WORDS), "")
