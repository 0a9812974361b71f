"""Secrets that stand in a text by mistake: no line and no finding repeats them."""

import pytest

from engine.runbook import secret
from engine.runbook.draft import read

SOUND = """\
format: runbook/v1
name: first
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: remind, channel: sms, template: tpl_01, filters: {payment_status: bounced}, limit: 100}
"""


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token: abc", "token: ***"),
        ('  "api-key" : "a b"', '  "api-key" : ** **'),
        ("{id: x, TIMEPAY_TOKEN: abc, org: y}", "{id: x, TIMEPAY_TOKEN: **** **** **"),
        ("client_secret=abc # why", "client_secret=*** * ***"),
        ("base_url: https://me:pass@api.example.com/v1", "base_url: https://*******@api.example.com/v1"),
        ("base_url: https://api.example.com/?token=abc", "base_url: https://api.example.com/?token=***"),
        ("base_url: tk_live_99", "base_url: **********"),
        ("base_url: https://api.example.com/v1", "base_url: https://api.example.com/v1"),
        ("title: The token of trust", "title: The token of trust"),
        ("when: steps.token.status == 'failed'", "when: steps.token.status == 'failed'"),
        ("limit: 100", "limit: 100"),
    ],
)
def test_a_line_keeps_its_length_and_loses_its_secrets(line: str, shown: str) -> None:
    """So that the caret still fits; what is none stays."""
    assert secret.veiled(line) == shown
    assert len(shown) == len(line)


@pytest.mark.parametrize(
    "lines",
    [
        "token: tk_99secret",
        "token: tk_99secret: x",
        "token: @tk_99secret",
        "token: 'tk_99secret",
        "token=tk_99secret",
        "token: 00099secret\ntoken: 00099secret",
        "token: 0099000",
        f"token: {'a' * 70}99secret: x",
        "private_key: |\n  BEGIN\n\tab_99secret",
        "owner: {password: tk_99secret}",
        "token:\n  - tk_99secret\n  tk_99secret",
        "token:\n- tk_99secret\n- 'tk_99secret",
    ],
)
def test_no_finding_repeats_a_secret(lines: str) -> None:
    """Neither its words, nor the line that is shown with them."""
    draft = read((SOUND + lines + "\n").encode(), "first.yaml")
    said = [f"{one.message} {one.help}" for one in draft.diagnostics]
    said += [draft.document.lines.shown(one.span.line) for one in draft.diagnostics]
    assert said
    assert not any(word in each for each in said for word in ("99secret", "99000"))


def test_a_token_in_a_file_is_told_where_it_belongs() -> None:
    """And that one which others may have read is spent."""
    (one,) = read(f"{SOUND}token: tk_live_99\n".encode(), "first.yaml").diagnostics
    assert one.kind.code == "RB103"
    assert "TIMEPAY_TOKEN" in one.help


def test_a_line_of_a_bomb_is_looked_through_in_linear_time() -> None:
    """A megabyte of what could begin a key takes no second."""
    assert secret.veiled("token-" * 200_000).startswith("token-")
