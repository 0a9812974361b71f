"""A secret's echo is found, however it is spelt, and nothing else is taken for it."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.timepay.echo import Echo

SECRET = "tok-5ecret/aB+cDeF.0123456789"  # noqa: S105  (opens nothing)
SPELT = {
    "as it is": SECRET,
    "capitals": SECRET.upper(),
    "in an address": quote(SECRET, safe=""),
    "each byte in an address": "".join(f"%{ord(each):02X}" for each in SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 of the header": base64.b64encode(f"Bearer {SECRET}".encode()).decode(),
    "base64 of two letters before": base64.b64encode(f"xy{SECRET}".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(f"Bearer {SECRET}".encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "escaped twice": "".join(f"\\u{ord(each):04x}" for each in SECRET),
    "over a line's end": f"{SECRET[:12]}\r\n    {SECRET[12:]}",
    "utf-16": "\x00".join(SECRET),
    "with invisible signs": "\u200b".join(SECRET),
    "its end alone": SECRET[-9:],
    "its middle alone": SECRET[9:20],
}


@pytest.mark.parametrize("how", SPELT)
def test_it_is_blacked_out(how: str) -> None:
    """What is left is at most the word before it, and less than a byte of the secret."""
    shown = Echo(SECRET).hide(f"refused: {SPELT[how]}; ask again")
    assert "[token]" in shown
    rest = shown.replace("[token]", "").removeprefix("refused:").removesuffix("; ask again").strip()
    assert len(rest) <= len("QmVhcmVyIH5"), rest  # "Bearer "
    assert shown.startswith("refused: ")
    assert shown.endswith("; ask again")


@pytest.mark.parametrize("text", ["", "nothing here", "tok-5ec", "a token was refused (401)", "\u200b\n"])
def test_what_is_none_stays(text: str) -> None:
    """Also what is only like it."""
    assert Echo(SECRET).hide(text) == text


def test_two_words_are_no_short_secret() -> None:
    """A sandbox takes any: such a word is hidden where it stands as one."""
    assert Echo("sandbox").hide("the sand box, sandbox") == "the sand box, [token]"


def test_its_own_repr_shows_none_of_it() -> None:
    """It stands among the values of names when something goes wrong."""
    assert "5ecret" not in repr(Echo(SECRET))


@given(st.text(), st.text(), st.text("abcdefgh-_.0123456789", min_size=8, max_size=80))
def test_wherever_it_stands(before: str, behind: str, secret: str) -> None:
    """It is gone."""
    assert secret not in Echo(secret).hide(f"{before}{secret}{behind}")
