"""``runbook fmt``: what it writes, what it leaves as it is, and what it says."""

import io
import os
import stat
from pathlib import Path

import pytest

from engine.cli import fmt, main
from engine.runbook.rewrite import UnfaithfulError

UNTIDY = """\
name: b # what it is called
format:   runbook/v1
steps:
-   id: "remind"
    filters: {payment_status: [bounced,   'pending']} # whom
    limit: "{{ inputs.cap }}"
-   id: again
"""
TIDY = """\
format: runbook/v1
name: b  # what it is called
steps:
  - id: remind
    filters: {payment_status: [bounced, pending]}     # whom
    limit: "{{ inputs.cap }}"

  - id: again
"""
WRONG = "format: runbook/v1\nname:   yes\n"


@pytest.fixture
def untidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with one file that is not laid out."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "untidy.yaml"
    file.write_text(UNTIDY, "utf-8")
    return Path("untidy.yaml")


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Give a text on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


# ------------------------------------------------ writing


def test_a_file_is_laid_out(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name is the result; the second time there is nothing to do."""
    assert main(["fmt", str(untidy)]) == 0
    assert untidy.read_text("utf-8") == TIDY
    said = capsys.readouterr()
    assert (said.out, said.err) == ("untidy.yaml\n", "1 of 1 file laid out.\n")
    assert main(["fmt", str(untidy)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "1 file: nothing to lay out.\n")


def test_scenario_files_in_folders_are_laid_out_too(untidy: Path) -> None:
    """A folder's *.test.yaml are files of ours, and not hidden ones."""
    for name in ("a.test.yaml", "b.yml", ".hidden.yaml"):
        Path(name).write_text("format:   runbook-test/v1\n", "utf-8")
    assert main(["fmt", "."]) == 0
    laid_out = "format: runbook-test/v1\n"
    assert [Path(name).read_text("utf-8") for name in ("a.test.yaml", "b.yml")] == [laid_out] * 2
    assert Path(".hidden.yaml").read_text("utf-8") == "format:   runbook-test/v1\n"
    assert untidy.read_text("utf-8") == TIDY


def test_permissions_stay_and_links_are_followed(untidy: Path) -> None:
    """The file behind a link is written; the link stays one."""
    untidy.chmod(0o640)
    Path("link.yaml").symlink_to(untidy)
    assert main(["fmt", "link.yaml"]) == 0
    assert Path("link.yaml").is_symlink()
    assert untidy.read_text("utf-8") == TIDY
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640


def test_line_ends_of_windows_and_a_byte_order_mark_go(untidy: Path) -> None:
    """What is written is UTF-8 without a mark, lines ended by a line feed."""
    untidy.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    assert main(["fmt", str(untidy)]) == 0
    assert untidy.read_bytes() == TIDY.encode()


def test_a_file_that_may_not_be_written_stays(untidy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its folder would let it be replaced; a superuser may write all, so the answer is given."""
    monkeypatch.setattr(os, "access", lambda path, mode: (Path(path), mode) != (untidy, os.W_OK))
    assert main(["fmt", str(untidy)]) == 64
    assert untidy.read_text("utf-8") == UNTIDY


@pytest.mark.parametrize(
    ("texts", "said"), [([UNTIDY, UNTIDY], "2 of 2 files laid out."), ([TIDY], "1 file: nothing to lay out.")]
)
def test_a_path_that_is_not_there_is_no_file(
    texts: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is counted are the files that were read."""
    files = [tmp_path / f"{number}.yaml" for number, _ in enumerate(texts)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, "utf-8")
    assert main(["fmt", *map(str, files), str(tmp_path / "nothere.yaml")]) == 64
    assert capsys.readouterr().err.splitlines()[-1] == said


def test_a_name_with_a_line_break_is_one_line(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody takes it for two files."""
    untidy.rename("a\nb.yaml")
    assert main(["fmt", "a\nb.yaml"]) == 0
    assert capsys.readouterr().out == "a␊b.yaml\n"


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {image: 'x'}}\n",
        "format:   policies/v1\n",
        "a: &x 1\nb: *x\n",
        "a: 'b\n",
        "---\nformat:   k8s\n---\nb: 1\n",
        "",
    ],
    ids=["no format", "another format", "not strict", "no YAML", "several documents", "empty"],
)
def test_files_of_others_are_left_as_they_are(
    untidy: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Passed over below a folder, refused by name: another program reads them, maybe otherwise than we."""
    for name in ("compose.yaml", "other.yaml"):
        Path(name).write_text(text, "utf-8")
    assert main(["fmt", "."]) == 0
    said = capsys.readouterr()
    assert said.out == "untidy.yaml\n"
    assert said.err == (
        "1 of 1 file laid out.\nPassed over, without a format of ours: compose.yaml and 1 more.\n"
    )
    assert main(["fmt", "compose.yaml"]) == 10
    assert "compose.yaml is left as it is: it has no format of ours" in capsys.readouterr().err
    assert Path("compose.yaml").read_text("utf-8") == text
    assert untidy.read_text("utf-8") == TIDY


@pytest.mark.parametrize("text", ["format: runbook/v1\na: 'b\n", "format: runbook/v9\na: &x 1\n"])
@pytest.mark.usefixtures("untidy")
def test_a_broken_file_of_ours_is_not_passed_over(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However much is wrong with it."""
    Path("broken.yaml").write_text(text, "utf-8")
    assert main(["fmt", "."]) == 10
    assert "error: broken.yaml is left as it is\n" in capsys.readouterr().err


# ------------------------------------------------ writing nothing


def test_check_lists_what_would_change(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And names the command that does it."""
    Path("tidy.yaml").write_text(TIDY, "utf-8")
    assert main(["fmt", "--check", "."]) == 10
    said = capsys.readouterr()
    assert (said.out, said.err) == ("untidy.yaml\n", "1 of 2 files to lay out: runbook fmt .\n")
    assert untidy.read_text("utf-8") == UNTIDY
    assert main(["fmt", "--check", "tidy.yaml"]) == 0


def test_diff_shows_what_would_change(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, and nothing is written."""
    assert main(["fmt", "--diff", str(untidy)]) == 10
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- untidy.yaml", "+++ untidy.yaml"]
    assert "-name: b # what it is called" in lines
    assert "+name: b  # what it is called" in lines
    assert untidy.read_text("utf-8") == UNTIDY


@pytest.mark.parametrize(
    ("old", "shown"),
    [
        (TIDY.replace("\n", "\r\n", 1), ["-format: runbook/v1␍", "+format: runbook/v1"]),
        (TIDY.removesuffix("\n"), ["-  - id: again", "\\ No newline at end of file", "+  - id: again"]),
        ("\ufeff" + TIDY, ["-\ufffdformat: runbook/v1", "+format: runbook/v1"]),
    ],
    ids=["line ends of Windows", "no last line end", "a byte order mark"],
)
def test_diff_shows_what_nobody_sees(
    untidy: Path, old: str, shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it would ask for a change and show none."""
    untidy.write_bytes(old.encode())
    assert main(["fmt", "--diff", str(untidy)]) == 10
    lines = capsys.readouterr().out.splitlines()[3:]
    assert [line for line in lines if not line.startswith(" ")] == shown


@pytest.mark.parametrize(
    ("options", "out", "code"),
    [([], TIDY, 0), (["--check"], "", 10)],
    ids=["as it is", "check"],
)
def test_standard_input_goes_to_standard_output(
    options: list[str],
    out: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For editors: the text alone."""
    typed(monkeypatch, UNTIDY)
    assert main(["fmt", *options, "-"]) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == (out, "")


def test_standard_input_that_is_wrong_gives_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor must not put half a file in the place of the whole one."""
    typed(monkeypatch, WRONG)
    assert main(["fmt", "-"]) == 10
    said = capsys.readouterr()
    assert said.out == ""
    assert "<stdin>:2:9: error RB030" in said.err


# ------------------------------------------------ what is left as it is


def test_a_file_that_is_not_strict_is_left_and_the_others_are_laid_out(
    untidy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its findings say why."""
    Path("wrong.yaml").write_text(WRONG, "utf-8")
    assert main(["fmt", "."]) == 10
    said = capsys.readouterr()
    assert said.out == "untidy.yaml\n"
    assert "wrong.yaml:2:9: error RB030" in said.err
    assert "error: wrong.yaml is left as it is\n" in said.err
    assert Path("wrong.yaml").read_text("utf-8") == WRONG
    assert untidy.read_text("utf-8") == TIDY


def test_a_mistake_of_ours_is_called_one(
    untidy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A layout that would say something else is never written."""

    def unfaithful(_document: object) -> str:
        raise UnfaithfulError

    monkeypatch.setattr(fmt, "rewrite", unfaithful)
    assert main(["fmt", str(untidy)]) == 1
    assert "a bug in runbook" in capsys.readouterr().err
    assert untidy.read_text("utf-8") == UNTIDY


def test_without_a_path_the_repository_is_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What init makes is laid out already, the configuration too."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert main(["fmt", "--check"]) == 0
    config = tmp_path / ".runbook" / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("default: staging", "default:   staging"), "utf-8")
    capsys.readouterr()
    assert main(["fmt", "--check"]) == 10
    assert capsys.readouterr().out == ".runbook/config.yaml\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["-", "a.yaml"], "stands alone"), (["nowhere.yaml"], "does not exist"), ([], "which runbooks?")],
)
@pytest.mark.usefixtures("untidy")
def test_what_cannot_be_laid_out_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As wrong use."""
    assert main(["fmt", *arguments]) == 64
    assert said in capsys.readouterr().err
