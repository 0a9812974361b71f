"""What was found in runbooks, in the form that was asked for."""

from engine.api.checking import Checked
from engine.api.files import working_directory
from engine.cli.files import from_root
from engine.cli.screen import emit, emit_json, emit_line, paint
from engine.diagnostics import Json
from engine.refusal import Refusal
from engine.report import findings

FORMATS = ("text", "json", "github", "sarif")


def show(
    checked: Checked, form: str, wrong: list[Refusal], against: str | None, *, what: str, is_alone: bool
) -> None:
    """Show what was found: results on stdout, for people a summary on stderr.

    ``wrong`` is what kept files from being checked, ``against`` the revision that they were compared with.
    ``what`` says what the files are; ``is_alone``: they were checked without the configuration, which
    cannot be read.
    """
    found = checked.findings
    if form == "json":
        stood: dict[str, Json] = {}
        if against is not None:
            stood = {"stood": checked.stood, "new": [*checked.new]}
        emit_json({"findings": [one.to_json() for one in found], "files": [*checked.files], **stood})
    elif form == "sarif":
        emit_json(_sarif(checked, wrong))
    elif form == "github":
        from engine.report.github import commands  # noqa: PLC0415  (only a pipeline pays for it)

        for command in commands(found, from_root):
            emit_line(command)
    elif found:
        emit(findings.render(found, checked.line, paint()))
    if form in ("text", "github") and checked.files:
        said = findings.summary(
            found,
            len(checked.files),
            checked.stood,
            against or "",
            checked.accepted,
            what,
            new=checked.new,
        )
        emit(f"Without the configuration: {said}" if is_alone else said, err=True)
    if form == "text" and found:
        emit(findings.more(found), err=True)


def _sarif(checked: Checked, wrong: list[Refusal]) -> Json:
    # Only a pipeline pays for them.
    from engine import __version__  # noqa: PLC0415
    from engine.manual.view import as_help  # noqa: PLC0415
    from engine.report.sarif import log  # noqa: PLC0415

    here = f"{working_directory()}/"  # the log leaves this machine
    return log(
        checked.findings,
        checked.files,
        line=checked.line,
        place=from_root,
        page=as_help,
        unread=[refusal.message.replace(here, "") for refusal in wrong],
        version=__version__,
    )
