"""What is wrong with a configuration that its shape cannot tell."""

import pytest

from engine.config.read import read

SOUND = """\
format: config/v1
default: staging
environments:
  staging: {base_url: "http://127.0.0.1:8001/api/v1"}
catalog:
  by_sms: {channel: sms, language: hindi, ids: {staging: tpl_01}}
"""
MEND = "delete it: the token is read from TIMEPAY_TOKEN alone; replace one that was ever committed to git"


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("channel: sms", "channel: sms", []),
        ("channel: sms", "channel: smss", [("RB113", "did you mean sms?")]),
        ("channel: sms", "channel: pigeon", [("RB113", "known here are whatsapp, sms and call.")]),
        ("language: hindi", "language: hindhi", [("RB415", "did you mean hindi?")]),
        (", language: hindi", "", []),
        (
            "default",
            "token: tk_live_99\ndefault",
            [("RB103", f"{MEND}.")],
        ),
    ],
)
def test_the_catalog_is_judged_where_it_stands(wrong: str, right: str, told: list[tuple[str, str]]) -> None:
    """And not at the honest runbook that uses it."""
    assert wrong in SOUND
    config, found, document = read(SOUND.replace(wrong, right, 1).encode(), "config.yaml")
    assert [(one.kind.code, one.help) for one in found] == told
    assert (config is None) is any(one.is_error for one in found)
    assert "tk_live_99" not in "".join(document.lines.shown(one.span.line) for one in found)


@pytest.mark.parametrize(
    ("said", "kept_d"), [("180d", 180), ("1d", 1), ("0d", None), ("180", None), ("-1d", None), ("6m", None)]
)
def test_how_long_ids_are_kept_is_a_number_of_days(said: str, kept_d: int | None) -> None:
    """Anything else is a finding: a slip must not erase too early, nor never."""
    about = f'"http://127.0.0.1:8001/api/v1", keep_customer_ids: "{said}"'
    text = SOUND.replace('"http://127.0.0.1:8001/api/v1"', about)
    config, found, _ = read(text.encode(), "config.yaml")
    if kept_d is None:
        assert [one.is_error for one in found] == [True]
    else:
        assert config is not None
        assert config.environments["staging"].keep_customer_ids_d == kept_d
