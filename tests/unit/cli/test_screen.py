"""What goes to a screen or a pipe: nothing in it is obeyed."""

import contextlib
import io
import json

import pytest

from engine.cli.screen import emit, emit_json, json_line


def test_a_pipe_gets_no_emphasis_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    """What looks like ours and came from elsewhere is none of ours."""
    emit("a\x1b[31mred\x1b[0m")
    assert capsys.readouterr().out == "ared\n"


@pytest.mark.parametrize(
    "text", ["\x9b31m", "\u202ea", "a\u200bb", "\U000e0041", "Z" + "\u0301" * 40, "##[group]"]
)
def test_json_means_the_same(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Escaped where a terminal or a job would obey it, or nobody see it."""
    emit_json({"a": text})
    for shown in (capsys.readouterr().out, json_line({"a": text})):
        assert json.loads(shown) == {"a": text}
        assert text not in shown


def test_json_goes_to_whatever_takes_text() -> None:
    """Whoever calls the command from Python may catch what it prints: that has no encoding."""
    with contextlib.redirect_stdout(io.StringIO()) as caught:
        emit_json({"a": "\u0905"})
    assert json.loads(caught.getvalue()) == {"a": "\u0905"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("::error::x", ": :error::x"), ("a\n  ::x", "a\n  : :x"), ("a::b", "a::b"), ("x ##[y]", "x ## [y]")],
)
def test_a_job_at_github_takes_no_orders(
    text: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere the text stays as it is."""
    emit(text)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    emit(text)
    assert capsys.readouterr().out == f"{text}\n{shown}\n"
