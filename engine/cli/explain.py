"""``runbook explain``: the manual page of a finding, with an example of it and how it is mended."""

import click

from engine.cli.completing import finding_codes
from engine.cli.screen import emit, emit_json, paint, width
from engine.diagnostics import Json, Kind
from engine.manual import KINDS, Examined, Page, grouped, page
from engine.manual.view import explained, index
from engine.refusal import Refusal
from engine.runbook.spelling import nearest, shown


@click.command("explain")
@click.argument("codes", nargs=-1, shell_complete=finding_codes, metavar="[CODE]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(codes: tuple[str, ...], form: str) -> None:
    """Explain findings: what each means, a wrong example, the mended one.

    CODE stands in every finding, such as RB201. Without CODE all of them are listed.
    """
    asked = [page(code) for code in dict.fromkeys(map(_known, codes))]
    if form == "json":
        every = (kind for kinds in grouped().values() for kind in kinds)
        emit_json([*map(_page, asked)] if codes else [*map(_kind, every)])
    elif codes:
        emit("\n\n\n".join(explained(each, paint(), width()) for each in asked))
    else:
        emit(index(paint(), width()))
        emit("\n`runbook explain CODE` shows an example of one, and how it is mended.", err=True)


def _known(word: str) -> str:
    """Give the code that is meant by a word such as RB201, rb201 or 201; refuse one that no finding has."""
    code = f"RB{word:0>3}" if word.isdigit() else word.upper()
    if code in KINDS:
        return code
    near = [known for known in KINDS if known.startswith(code[:3])]
    meant = nearest(code, near)
    cure = f"did you mean {meant}? " if meant else ""
    raise Refusal(f"no finding has the code {shown(word)}", f"{cure}`runbook explain` lists the codes")


def _kind(kind: Kind) -> dict[str, Json]:
    return {
        "code": kind.code,
        "severity": kind.severity.value,
        "summary": kind.summary,
        "why": kind.why,
    }


def _page(shown: Page) -> Json:
    wrong, mended = shown.wrong.examine(), shown.mended.examine()
    found: list[Json] = [
        one.to_json() for file in wrong for one in file.diagnostics if one.kind is shown.kind
    ]
    return {
        **_kind(shown.kind),
        "prose": shown.prose,
        "wrong": [*map(_file, wrong)],
        "findings": found,
        "mended": [*map(_file, mended)],
    }


def _file(file: Examined) -> Json:
    """Give what is shown of a file, and which line of the whole file it begins with."""
    return {"file": file.part.file, "line": min(file.lines), "text": file.part.text}
