"""The manual as people read it: the page of a kind of finding, and the list of all kinds."""

import re
import textwrap
from collections.abc import Callable, Iterator

from engine.diagnostics import Kind, Severity
from engine.manual import Examined, Example, Page, grouped, page
from engine.report.findings import pointed
from engine.report.paint import WIDTH, Paint, plain, printable
from engine.report.table import hanging

_EMPHASIS = re.compile(r"`([^`]+)`|\*(\w[^*]*)\*")
_ITEM = re.compile(r"\n(?=- )")


def explained(shown: Page, paint: Paint = plain, width: int = WIDTH) -> str:
    """Show a page: what the kind means, the wrong example as ``validate`` shows it, the mended one."""
    kind, wrong, mended = shown.kind, shown.wrong.examine(), shown.mended.examine()
    kept = {line for file in wrong for line in file.lines.values()}
    return "\n".join(
        [
            *(_heading(kind, paint), ""),
            *(_prose(shown.prose, paint, width), ""),
            paint(kind.severity.value, "Wrong:"),
            *_files(wrong, lambda file: _faulty(file, kind, paint), paint),
            *(*_helps(wrong, kind, paint), ""),
            paint("good", "Mended:"),
            *_files(mended, lambda file: _changed(file, kept, paint), paint),
        ]
    )


def markdown(shown: Page, *, findings: bool = False) -> str:
    """Give a page as Markdown; with ``findings``, what is said of the wrong example stands below it."""
    found = [_fence(_findings(shown), "text")] if findings else []
    return "\n\n".join(
        [shown.prose, "Wrong:", *_fences(shown.wrong), *found, "Mended:", *_fences(shown.mended)]
    )


def index(paint: Paint = plain, width: int = WIDTH) -> str:
    """List every kind of finding with its code, by what it is about."""
    return "\n\n".join(
        "\n".join([paint("strong", title), *(_entry(kind, paint, width) for kind in kinds)])
        for title, kinds in grouped().items()
    )


def as_help(code: str) -> tuple[str, str]:
    """Give the page of a code as code hosts show it: its prose, and the whole of it as Markdown."""
    shown = page(code)
    return shown.prose, markdown(shown)


def _fences(example: Example) -> Iterator[str]:
    """Give the texts of an example, and what a fence alone does not tell of them."""
    for part in example.parts:
        if len(example.parts) > 1 or not part.is_of_runbook:
            yield f"*{part.file}*:"
        yield _fence(part.text, "yaml")
        if part.times > 1:
            yield f"The last line stands there {part.times:,} times."
        if part.form == "escaped":
            yield r"(`\xNN` stands for a byte, `\uNNNN` for a character.)"


def _fence(text: str, language: str) -> str:
    return f"```{language}\n{text}```"


def _findings(shown: Page) -> str:
    wrong = shown.wrong.examine()
    lines = [line for file in wrong for line in _faulty(file, shown.kind, plain, only_found=True)]
    return "".join(f"{line}\n" for line in (*lines, *_helps(wrong, shown.kind, plain)))


def _heading(kind: Kind, paint: Paint) -> str:
    severity = paint(kind.severity.value, kind.severity.value)
    return (
        f"{severity} {paint('strong', f'{kind.code} {kind.summary}')}\n  {paint('faint', 'why:')}  {kind.why}"
    )


def _entry(kind: Kind, paint: Paint, width: int) -> str:
    told = kind.summary if kind.severity is Severity.ERROR else f"{kind.summary} (warning)"
    return hanging(f"  {kind.code}  {told}", width).replace(
        kind.code, paint(kind.severity.value, kind.code), 1
    )


def _prose(text: str, paint: Paint, width: int) -> str:
    """Set paragraphs and lists; Markdown's marks become emphasis, where there is any."""
    parts = [piece for paragraph in re.split(r"\n\s*\n", text) for piece in ("", *_ITEM.split(paragraph))]
    lines = "\n".join(
        textwrap.fill(
            part,
            width,
            subsequent_indent="  " if part.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in parts[1:]
    )
    return lines if paint is plain else _EMPHASIS.sub(lambda word: paint("strong", word[1] or word[2]), lines)


def _files(files: list[Examined], lines: Callable[[Examined], Iterator[str]], paint: Paint) -> Iterator[str]:
    """Show each file of an example, under its name where there are several."""
    for file in files:
        if len(files) > 1 or not file.part.is_of_runbook:
            yield f"  {paint('faint', file.part.file)}"
        yield from lines(file)
        if file.part.times > 1:
            yield paint("faint", f"      | … that line stands there {file.part.times:,} times")


def _faulty(file: Examined, kind: Kind, paint: Paint, *, only_found: bool = False) -> Iterator[str]:
    """Show the lines of a file, with the findings of a kind below theirs."""
    found = [one for one in file.diagnostics if one.kind is kind]
    whole = file.part.whole().split("\n")
    elsewhere = {one.span.line: whole[one.span.line - 1] for one in found}
    for number, line in sorted({**elsewhere, **file.lines}.items()):
        here = [pointed(one, line, paint) for one in found if one.span.line == number]
        if here:
            yield from (here[0][0], *(caret for _, caret in here))
        elif not only_found:
            yield f"{number:5} | {printable(line)}".rstrip()


def _changed(file: Examined, kept: set[str], paint: Paint) -> Iterator[str]:
    """Show the lines of a file, those that are not in the wrong one set off."""
    for number, line in file.lines.items():
        text = printable(line)
        yield f"{number:5} | {text if line in kept else paint('good', text)}".rstrip()


def _helps(files: list[Examined], kind: Kind, paint: Paint) -> list[str]:
    """Give each mend once."""
    found = [one.help for file in files for one in file.diagnostics if one.kind is kind]
    return [f"  {paint('faint', 'help:')} {printable(each)}" for each in dict.fromkeys(found)]
