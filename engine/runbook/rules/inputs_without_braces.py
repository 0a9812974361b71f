"""The value of an input stands in two braces on each side.

`inputs.branch` in a filter, a title or a template's id is a text like any other: what goes out are these very
letters. Under `custom` they choose the customers of a branch that is called so, which is nobody, and under
`exclude_ids` they leave nobody out: whoever was to be left out gets the message. Only in conditions do names
stand by themselves.

Write `"{{ inputs.branch }}"`, with the quotes. Where those letters really are meant, give the input another
name.

Wrong:

```yaml
inputs:
  branch: {type: string, key: true}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: inputs.branch}}
    limit: 100
```

Mended:

```yaml
inputs:
  branch: {type: string, key: true}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: "{{ inputs.branch }}"}}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Path
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

BARE = Kind(
    "RB212",
    "input without braces",
    "without them it is a text like any other, and its letters go out in place of the input's value.",
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find texts that are nothing but the name of a declared input."""
    for each in parts.marked.bare:
        declared = parts.data.get("inputs", {}).get(each.name) if each.group == "inputs" else None
        if declared is not None:
            is_list = isinstance(declared, dict) and declared.get("type") == "list"
            mend = _mend(parts, each.path, each.name, is_list=is_list)
            yield Fault(BARE, each.path, "value", f"inputs.{each.name} is only a text here", mend)


def _mend(parts: Parts, path: Path, name: str, *, is_list: bool) -> str:
    """Say how the value of the input gets there; one that is a list is no item of another."""
    # Only a file with faults pays for the words.
    from engine.runbook.wording.limits import braced  # noqa: PLC0415

    key, owner = path[-1], path[-2]
    if isinstance(key, str) or not is_list:
        return f"{braced(key if isinstance(key, str) else '', f'inputs.{name}')}."
    others = f", and give the other items with inputs.{name}, too" if len(parts.at(path[:-1])) > 1 else ""
    return f"{braced(str(owner), f'inputs.{name}')}, without brackets{others}."
