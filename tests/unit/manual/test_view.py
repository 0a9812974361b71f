"""The manual as a person sees it."""

from engine.manual import KINDS, page
from engine.manual.view import explained, index, markdown
from engine.report.paint import bare, coloured

STATUS = """\
error RB323 unknown status
  why:  a status that no step can have makes the comparison come out the same every time.
"""
CARET = """\
   15 |     when: steps.remind.status == 'completed'
      |                                  ^~~~~~~~~~~ no step ends as 'completed'
"""


def test_a_page() -> None:
    """The summary and the reason, prose, the wrong example with its caret and help, the mended one."""
    shown = explained(page("RB323"))
    assert shown.startswith(STATUS)
    prose, _, examples = shown.partition("\n\nWrong:\n")
    wrong, _, mended = examples.partition("\n\nMended:\n")
    assert "No step can end with this status" in prose
    assert CARET in wrong
    assert wrong.splitlines()[-1].startswith("  help: write steps.remind.status in [")
    assert "   15 |     when: steps.remind.status in ['succeeded', 'partial']" in mended.splitlines()
    assert "^" not in mended


def test_emphasis_changes_no_word() -> None:
    """Only the marks of Markdown go; what was mended is set off."""
    shown = explained(page("RB323"), coloured)
    assert bare(shown) == explained(page("RB323")).replace("`", "")
    assert "\x1b[32m    when: steps.remind.status in ['succeeded', 'partial']\x1b[0m" in shown
    assert "^~~~~~~~~~~\x1b[0m no step ends" in shown


def test_prose_fits_into_a_narrow_terminal() -> None:
    """Paragraphs and the list are broken at its width."""
    prose = explained(page("RB323"), width=40).partition("\n\n")[2].partition("Wrong:")[0]
    assert max(map(len, prose.splitlines())) <= 40
    assert max(map(len, index(width=40).splitlines())) <= 40


def test_a_configuration_is_named() -> None:
    """Of an example in two files each stands under its name."""
    shown = explained(page("RB402")).splitlines()
    assert shown.count("  .runbook/config.yaml") == shown.count("  runbook.yaml") == 2


def test_what_is_too_long_to_print_is_counted() -> None:
    """The line that is repeated stands there once."""
    shown = explained(page("RB001"))
    assert shown.count("LOANID") == 1
    assert "      | … that line stands there 500,001 times" in shown
    assert len(shown.splitlines()) < 40


def test_markdown() -> None:
    """Prose, and both examples in fences; with findings, what is said of the wrong one in between."""
    shown = page("RB323")
    text = markdown(shown)
    wrong, mended = shown.wrong.parts[0].text, shown.mended.parts[0].text
    assert text == f"{shown.prose}\n\nWrong:\n\n```yaml\n{wrong}```\n\nMended:\n\n```yaml\n{mended}```"
    found = markdown(shown, findings=True)
    assert found.replace(found[len(text) - len(mended) :], "") != found
    assert f"```text\n{CARET}  help: write steps.remind.status in [" in found


def test_the_index_lists_every_kind() -> None:
    """Each once, a warning marked as one."""
    lines = index().splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  RB")] == list(KINDS)
    assert "  RB327  condition that never varies (warning)" in lines


def test_bytes_that_are_no_text() -> None:
    """In Markdown as escapes, which it explains; a terminal shows them as ``validate`` does."""
    assert r"`\xNN` stands for a byte" in markdown(page("RB002"))
    assert "owner: Ren\N{REPLACEMENT CHARACTER}e Kulkarni" in explained(page("RB002"))
