"""``runbook explain``: pages, the list, JSON, codes that nobody knows."""

import json
from pathlib import Path

import click
import pytest

from engine.cli import main
from engine.cli.completing import finding_codes
from engine.manual import KINDS
from tests.terminals import at_terminal, emphasised


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Give what ``runbook explain`` says on stdout and stderr."""
    assert main(["explain", *arguments]) == code
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.parametrize("code", ["RB201", "rb201", "201"])
def test_a_code_as_people_type_it(capsys: pytest.CaptureFixture[str], code: str) -> None:
    """In small letters and without its letters it is the same code."""
    out, err = told(capsys, code)
    assert out.startswith("error RB201 duplicate step id\n")
    assert err == ""


def test_several_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """One below the other, each once, in the order that was asked for."""
    out, _ = told(capsys, "RB318", "RB102", "rb318")
    headings = [line.split()[1] for line in out.splitlines() if line.startswith("error RB")]
    assert headings == ["RB318", "RB102"]


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The list goes to stdout; what to do next to stderr."""
    out, err = told(capsys)
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  RB")] == list(KINDS)
    assert "runbook explain CODE" in err


def test_json_of_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """The page, and the findings of its wrong example at the lines of the file that it is a part of."""
    out, err = told(capsys, "RB318", "--format", "json")
    (page,) = json.loads(out)
    assert err == ""
    assert (page["code"], page["severity"], page["summary"]) == (
        "RB318",
        "error",
        "values of different sorts",
    )
    (wrong,), (mended,), (finding,) = page["wrong"], page["mended"], page["findings"]
    line = wrong["text"].splitlines()[finding["line"] - wrong["line"]]
    assert line[finding["column"] - 1 :] == "'5'"
    assert mended["text"] == wrong["text"].replace("'5'", "5")


def test_json_of_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every kind with its severity, without pages."""
    out, err = told(capsys, "--format", "json")
    assert [each["code"] for each in json.loads(out)] == list(KINDS)
    assert {each["severity"] for each in json.loads(out)} == {"error", "warning"}
    assert err == ""


@pytest.mark.parametrize(
    ("code", "help_"), [("RB3510", "did you mean RB351?"), ("R\x1b[2J", "`runbook explain` lists")]
)
def test_a_code_that_nobody_knows(capsys: pytest.CaptureFixture[str], code: str, help_: str) -> None:
    """Usage: the nearest one is offered, and nothing in the word is obeyed by the terminal."""
    out, err = told(capsys, "RB201", code, code=64)
    assert out == ""
    assert help_ in err
    assert "\x1b" not in err


def test_on_a_terminal(tmp_path: Path) -> None:
    """Emphasis; prose that is broken between words; lines of examples and their carets stay whole."""
    with at_terminal("explain", "RB327", folder=tmp_path, columns=40, rows=60) as terminal:
        assert terminal.end() == 0
        assert emphasised(terminal.said)
        lines = terminal.scrolled.splitlines()
    assert '   15 |     when: "1 == 1"' in lines
    assert "      |            ^~~~~~ this is always" in lines
    assert "`" not in terminal.scrolled


def test_validate_says_where_more_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once, below the summary; what it names can be typed; a sound file has nothing to explain."""
    file = tmp_path / "a.yaml"
    file.write_text("format: runbook/v1\n- a\n", "utf-8")
    assert main(["validate", str(file)]) == 10
    said = capsys.readouterr()
    (line,) = (line for line in said.err.splitlines() if "explain" in line)
    words = line.partition("`")[2].partition("`")[0].split()
    assert words[:2] == ["runbook", "explain"]
    assert main(words[1:]) == 0
    assert said.out.split()[2] in capsys.readouterr().out


def test_a_shell_completes_codes() -> None:
    """By how they begin, in small letters too, each with its summary."""
    context = click.Context(click.Command("explain"))
    found = {item.value: item.help for item in finding_codes(context, click.Option(["-x"]), "rb32")}
    assert "RB323" in found
    assert found["RB323"] == "unknown status"
    assert all(code.startswith("RB32") for code in found)
