"""The command line: one verb a file, wiring only. This file starts them and ends the process.

Nothing is imported before it is needed: ``--help`` knows the verbs from a table.
"""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from engine import __version__
from engine.api.files import refused
from engine.cli.verbs import Verbs
from engine.refusal import Exit, Refusal


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    epilog="Start with `runbook demo`. An exit code below 20 means: this command sent no message.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="runbook", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int | None:
    """Outreach campaigns as reviewed runbooks: validated, planned on every way, sent at most once."""
    if context.invoked_subcommand is not None:
        return None
    click.echo(context.get_help(), err=True)
    return Exit.USAGE


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code; Click's own codes 1 and 2 never appear."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        _let_go_of_stdout()
        return Exit.UNREAD
    except OSError:
        # Not even that can be said: nobody is left to be told.
        _let_go_of_stdout()
        return Exit.FAILED


def _run(arguments: list[str]) -> int:
    """Run one command; raise only what keeps its outcome from being said."""
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    try:
        _prepare_streams()
        return _called(arguments)
    except Refusal as refusal:
        return _refused(refusal)
    except click.ClickException as error:
        return _misused(error, arguments)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001  (the one boundary: whatever is left is our mistake)
        return _bug(error)


def _called(arguments: list[str]) -> int:
    """Have Click run the command; its own ``main`` would turn a reader that stops into exit code 1."""
    if "_RUNBOOK_COMPLETE" in os.environ:  # a shell asks for completions
        with suppress(Exception):  # between two keys nobody can be told what is the matter
            cli.main(arguments, prog_name="runbook")  # this ends the process
        return 0
    try:
        with cli.make_context("runbook", arguments) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return code if isinstance(code, int) else 0


def _misused(error: click.ClickException, arguments: list[str]) -> int:
    """Say what Click has against a line; where it names no verb of several, that is their help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = context.command_path if context else _path_of(arguments)
    cure = context and _other_form(error, context)
    _say(_in_our_words(error.format_message()), cure or f"`{where} --help` lists what it takes")
    return Exit.USAGE


def _other_form(error: click.ClickException, context: click.Context) -> str | None:
    """Say how a command takes a run that was named in the form of another one."""
    taken = {word for each in context.command.params for word in each.opts}
    arguments = [each for each in context.command.params if isinstance(each, click.Argument)]
    if isinstance(error, click.NoSuchOption):
        is_run = error.option_name == "--run" and taken & {"run", "what"}
        return f"a run is named without an option: `{context.command_path} last`" if is_run else None
    if "--run" in taken and not arguments and "unexpected extra argument" in error.message:
        return f"a run is named by --run: `{context.command_path} --run last`"
    return None


def _path_of(arguments: list[str]) -> str:
    """Give the command of a line: of an option whose value is forgotten Click does not say whose it is."""
    command: click.Command | None = cli
    path = "runbook"
    for word in arguments:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        command = command.get_command(click.Context(command), word)
        path = f"{path} {word}"
    return path


def _refused(refusal: Refusal) -> int:
    from engine.runner.broken import Broken  # noqa: PLC0415  (only a refusal needs it)

    if isinstance(refusal, Broken) and refusal.is_bug:
        return _bug(refusal)
    _say(refusal.message, refusal.cure)
    return refusal.code


def _failed(error: OSError) -> int:
    """Say what the machine refused: a path has a name, the output has none."""
    if isinstance(error.filename, str):
        refusal = refused(error, Path(error.filename))
        _say(refusal.message, refusal.cure)
        return refusal.code
    _let_go_of_stdout()
    if error.strerror is None:
        from engine.cli.outliving import without_token  # noqa: PLC0415  (only a broken program needs it)

        _say(without_token(str(error)), "install the program again")
    else:
        _say(f"the output cannot be written: {error.strerror}", "check where it goes, and that disk")
    return Exit.FAILED


def _prepare_streams() -> None:
    """Show a character that the terminal or a pipe cannot take as an escape; lose nothing in silence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        # PYTHONUNBUFFERED, usual in containers: of a long text Python would write what the system takes
        # at once, and drop the rest without an error.
        sys.stdout = os.fdopen(
            sys.stdout.fileno(),
            "w",
            encoding=sys.stdout.encoding,
            errors=sys.stdout.errors,
            closefd=False,
        )


def _in_our_words(message: str) -> str:
    """Give what Click says of a wrong use as everything else here is said: in a line, without a full stop."""
    told = " ".join(message.replace(". Choose from:", ", which is one of:").split())
    return (told[:1].lower() + told[1:]).removesuffix(".")


def _say(message: str, cure: str) -> None:
    from engine.cli.outliving import complain_if_heard  # noqa: PLC0415  (only a refusal needs it)

    complain_if_heard(message, cure)


def _let_go_of_stdout() -> None:
    from engine.cli.outliving import let_go_of_stdout  # noqa: PLC0415  (only a broken output needs it)

    let_go_of_stdout()


def _bug(error: Exception) -> int:
    from engine.cli.outliving import tell_bug  # noqa: PLC0415  (only a bug needs it)
    from engine.runner.broken import Broken  # noqa: PLC0415  (the same)

    code: int = Exit.FAILED
    told = "nothing was sent"
    if isinstance(error, Broken) and error.code != Exit.FAILED:
        code, told = error.code, f"something was, or may have been, sent: `runbook show {error.run}`"
    tell_bug(told)
    return code
