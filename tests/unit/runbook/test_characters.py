import pytest

from engine.runbook.characters import MAX_BYTES, MAX_MARKS, decode, replace_unseen, unseen


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (b"#" * (MAX_BYTES + 1), "RB001", "5,242,881 bytes"),
        *((mark * (MAX_MARKS + 1), "RB001", "250,000 lines") for mark in (b"\n", b"\r", b",", b"[", b"{")),
        *((mark * (MAX_MARKS + 1), "RB001", "250,000 lines") for mark in (b"- ", b"? ")),
        (b"\xff\xfea\0:\0", "RB002", "UTF-16"),
        (b"\xfe\xff\0a\0:", "RB002", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0", "RB002", "binary"),
        (b"a: \xe9t\xe9\n", "RB002", "0xe9"),
        (b"%YAML 1.2\n---\n", "RB019", "begins with %"),
        (b"a: 1\r%TAG ! x\r", "RB019", "begins with %"),
    ],
)
def test_what_is_no_readable_text_is_refused(raw: bytes, code: str, said: str) -> None:
    """One fault says why nothing of the file is read."""
    _, fault = decode(raw)
    assert fault is not None
    assert (fault[0].code, said in fault[3]) == (code, True)


def test_five_megabytes_are_allowed() -> None:
    """The bound itself is inside."""
    assert decode(b"#" * MAX_BYTES)[1] is None


def test_a_byte_order_mark_is_ignored() -> None:
    """Windows editors put one at the beginning."""
    assert decode(b"\xef\xbb\xbfa: 1") == ("a: 1", None)


def test_a_byte_that_is_not_utf8_is_shown_where_it_stands() -> None:
    """The place counts characters, not bytes."""
    text, fault = decode("a: é".encode() + b"\xe9")
    assert fault is not None
    assert (text, fault[1:3]) == ("a: é\ufffd", (4, 5))


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x07", "the control character U+0007"),
        ("\x7f", "the control character U+007F"),
        ("\x85", "a line break"),
        ("\u2028", "a line break"),
        ("\u202e", "another order"),
        ("\u2066", "another order"),
        ("\ufeff", "a byte order mark"),
    ],
)
def test_what_nobody_can_see_is_found_and_replaced(character: str, name: str) -> None:
    """A run of them is one fault, and every place in the text stays."""
    text = f"a: {character}{character}b"
    faults = list(unseen(text))
    assert [(fault[0].code, fault[1:3], name in fault[3]) for fault in faults] == [("RB003", (3, 5), True)]
    assert replace_unseen(text) == "a: \ufffd\ufffdb"


@pytest.mark.parametrize("text", ["a: 1\n\tb\r\n", "नमस्ते", "दक्षिण\u200dभाग", "😀", "\u200f\u0627", "\xa0"])
def test_what_people_write_is_no_fault(text: str) -> None:
    """Every script, joiners and right-to-left marks included."""
    assert list(unseen(text)) == []
    assert replace_unseen(text) == text
