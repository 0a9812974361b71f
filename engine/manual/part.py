"""One text of an example: a fragment, made into the whole file of which it is a part."""

import re
from typing import NamedTuple

RUNBOOK = "runbook.yaml"

_SOUND = """\
format: runbook/v1
name: emi-reminder
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
"""
_SOUND_CONFIG = """\
format: config/v1
default: staging
environments:
  staging: {base_url: "http://127.0.0.1:8001/api/v1"}
"""
_SOUND_SCENARIO = f"""\
format: runbook-test/v1
runbook: {RUNBOOK}
scenarios:
  - name: everybody gets the reminder
    expect: {{exit_code: 0}}
"""
_FILES = {
    "config": (".runbook/config.yaml", _SOUND_CONFIG),
    "before": (f"{RUNBOOK}, as it was at main", _SOUND),
    "beside": ("another.yaml", _SOUND),
    "scenario": ("runbook.test.yaml", _SOUND_SCENARIO),
    "whole": (RUNBOOK, ""),
}
"""By the form of a text: the name of its file, and the sound file that completes it."""

_KEY = re.compile(r"^([a-z]+):", re.MULTILINE)
_BEFORE_KEY = re.compile(r"^(?=[a-z])", re.MULTILINE)
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})")


class Part(NamedTuple):
    """One text of an example as its page shows it; ``form`` is the word behind the fence's language."""

    text: str
    form: str = "fragment"
    times: int = 1

    @property
    def file(self) -> str:
        """What the file would be called."""
        return self._sound[0]

    @property
    def is_of_runbook(self) -> bool:
        """Whether it is the runbook itself, as it is now."""
        return self.file == RUNBOOK

    def given(self) -> str:
        """Give the keys that it takes from the sound file, in their order."""
        named = set(_KEY.findall(self.text))
        keys = _BEFORE_KEY.split(self._sound[1])
        return "".join(key for key in keys if key and key.partition(":")[0] not in named)

    def whole(self) -> str:
        """Give the text of the whole file, with escapes as they stand."""
        lines = self.text.splitlines(keepends=True)
        return "".join([self.given(), *lines[:-1], *lines[-1:] * self.times])

    def raw(self) -> bytes:
        """Give the bytes of the whole file."""
        raw = self.whole().encode()
        return _ESCAPE.sub(_unescaped, raw) if self.form == "escaped" else raw

    @property
    def _sound(self) -> tuple[str, str]:
        return _FILES.get(self.form, (RUNBOOK, _SOUND))


def _unescaped(found: re.Match[bytes]) -> bytes:
    byte, character = found.groups()
    return bytes([int(byte, 16)]) if byte else chr(int(character, 16)).encode()
