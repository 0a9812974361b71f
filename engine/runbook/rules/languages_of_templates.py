"""A template goes to those who read its language.

A template that is called `emi_hindi` and goes to customers whose language is `english` is as a rule a line
that was copied and changed in one place only. The message cannot be read, and cannot be taken back.

Name the template of that language, or the language of that template. Only whole words of the template's
name count. If the text really is meant for these customers, accept the warning at the step with the reason.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: emi_hindi
    filters: {payment_status: bounced, language: english}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: emi_english
    filters: {payment_status: bounced, language: english}
    limit: 100
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.leaves import LANGUAGES
from engine.runbook.rules.parts import Parts, is_open, items
from engine.runbook.spelling import listed as sentence

OTHER = Kind(
    "RB514",
    "template of another language",
    "a message that its readers cannot read cannot be taken back either.",
    Severity.WARNING,
)

_LANGUAGE = rf"(?<![a-z])(?:{'|'.join(LANGUAGES)})(?![a-z])"


def check(parts: Parts) -> Iterator[Fault]:
    """Find templates that are called after a language which none of the step's customers has."""
    # Most templates are called after no language, which is seen of all of them at once.
    templates = [template for _, step in parts.steps if isinstance(template := step.get("template"), str)]
    if not _names_a_language("\n".join(templates)):
        return
    for each in parts.addressed:
        template = each.step.get("template")
        if not isinstance(template, str) or isinstance(each.filters, str) or is_open(template):
            continue
        spoken = items(each.filters.get("language"))
        written = _languages(template) if spoken else frozenset()
        # What no campaign knows is misspelt, and that is said of the language itself.
        if written and written.isdisjoint(spoken) and all(item in LANGUAGES for item in spoken):
            message = f"the customers' language is {sentence(spoken)}"
            mend = f"name a template for {sentence(spoken)}, or mend the language."
            yield Fault(OTHER, (*each.path, "template"), "value", message, mend)


@lru_cache(maxsize=1024)
def _languages(template: str) -> frozenset[str]:
    """Give the languages that a template is called after."""
    return frozenset(re.findall(_LANGUAGE, template.lower()) if _names_a_language(template) else ())


def _names_a_language(text: str) -> bool:
    lower = text.lower()
    return any(language in lower for language in LANGUAGES)
