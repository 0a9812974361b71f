"""The command line: one verb a file, wiring only. This file starts them and ends the process.

Nothing is imported before it is needed: ``--help`` knows the verbs from the table below.
"""

import importlib
import sys
from typing import NamedTuple

import click

from engine import __version__
from engine.cli.refusal import BUG, USAGE, Refusal


class Verb(NamedTuple):
    """One verb: where its command stands, and what it does in a line."""

    module: str
    about: str


VERBS = {
    "demo": Verb("engine.cli.demo", "See it work: validate and plan a ready-made runbook."),
    "validate": Verb("engine.cli.validate", "Check runbooks; every finding at its line and column."),
    "plan": Verb("engine.cli.plan", "Show what a run would do, on every way it can go. Sends nothing."),
    "schema": Verb("engine.cli.schema", "Print the JSON Schema of a file format."),
}


class Verbs(click.Group):
    """Imports a verb when it is called, never to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a verb's command."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(VERBS[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs with what they do."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.about) for name, verb in VERBS.items()])


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
    return USAGE


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code; Click's own codes 1 and 2 never appear."""
    try:
        code = cli.main(arguments, prog_name="runbook", standalone_mode=False)
    except Refusal as refusal:
        _say(refusal.message, refusal.cure)
        return refusal.code
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        where = context.command_path if context else "runbook"
        _say(error.format_message(), f"`{where} --help` lists what it takes")
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; Python would complain once more when it exits.
        sys.stdout = None
        return 0
    except Exception:  # noqa: BLE001  (the one boundary: whatever is left is our mistake)
        return _bug()
    return code if isinstance(code, int) else 0


def _say(message: str, cure: str) -> None:
    from engine.report.paint import clean  # noqa: PLC0415  (only a refusal needs it)

    click.echo(clean(f"error: {message}"), err=True)
    if cure:
        click.echo(clean(f"  help: {cure}"), err=True)


def _bug() -> int:
    import traceback  # noqa: PLC0415  (only a bug needs it)

    click.echo(
        "This is a bug in runbook, not a mistake of yours; nothing was sent.\n"
        "Please report it with the lines below and the file that you used:\n",
        err=True,
    )
    click.echo(traceback.format_exc(), err=True)
    return BUG
