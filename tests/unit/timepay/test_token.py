"""The token is sent, and never shown."""

import copy
import pickle
import traceback

import pytest

from engine.refusal import Exit, Refusal
from engine.timepay.token import Token

SECRET = "tok-5ecret-aBcDeF"  # noqa: S105  (opens nothing)


def test_no_text_shows_it() -> None:
    """Not repr, not str, not format, within other values or alone."""
    token = Token(SECRET)
    shown = [repr(token), str(token), f"{token}", f"{token!s:>40}", repr({"a": [token]}), f"{token:>30}"]
    assert not [each for each in shown if "5ecret" in each]
    assert not hasattr(token, "__dict__")


def test_no_traceback_shows_it() -> None:
    """Also one that shows the values of names."""

    def fail(token: Token) -> None:
        assert not token, token

    with pytest.raises(AssertionError) as failed:
        fail(Token(SECRET))
    found = traceback.TracebackException.from_exception(failed.value, capture_locals=True)
    told = "".join(found.format())
    assert "5ecret" not in told.replace("def test", "")
    assert "token = Token([hidden])" in told


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_written_down(write: object) -> None:
    """Neither to a file nor to another process."""
    assert callable(write)
    with pytest.raises(TypeError, match="not written down") as refused:
        write(Token(SECRET))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "no token"),
        (" ", "blank"),
        (f" {SECRET}", "blank"),
        (f"{SECRET}\n", "line break"),
        (f"Bearer {SECRET}", "without the word Bearer"),
        (f"{SECRET}\x00", "no token has"),
        (f"{SECRET}\x1b", "no token has"),
        (f"{SECRET}é", "no token has"),
        (f"{SECRET}\u200b", "no token has"),
    ],
)
def test_what_no_header_can_carry(secret: str, said: str) -> None:
    """It is refused, the variables are named, and the value is not repeated."""
    with pytest.raises(Refusal, match=said) as refused:
        Token(secret)
    assert refused.value.code == Exit.GUARDED
    assert "TIMEPAY_TOKEN_FILE" in refused.value.cure
    assert "5ecret" not in f"{refused.value.message}{refused.value.cure}"


def test_it_comes_out_in_one_place() -> None:
    """As the header wants it."""
    assert Token(SECRET).authorization() == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"invalid token {SECRET}!", "invalid token [token]!"),
        (f"{SECRET}{SECRET}", "[token][token]"),
        (SECRET.upper(), "[token]"),
        ("invalid token tok-5ecret…", "invalid token [token]…"),
        ("tok-5ecrXYZ", "[token]XYZ"),
        ("tok-5ec", "tok-5ec"),
        ("İ" + SECRET, "İ[token]"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_it_is_blacked_out_of_texts(text: str, hidden: str) -> None:
    """Whole, in another case, or cut short."""
    assert Token(SECRET).hide(text) == hidden


def test_a_short_one_is_hidden_as_a_whole() -> None:
    """Such as those of sandboxes."""
    assert Token("abc").hide("ab abc abcd") == "ab [token] [token]d"
