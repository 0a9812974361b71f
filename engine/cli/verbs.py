"""The verbs: which there are, where their commands stand, what is said of any other word."""

import importlib
from typing import NamedTuple

import click

from engine.cli.refusal import Refusal


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
LATER = (
    "init try doctor explain fmt test roster diff overlap run resume cancel stop allow approve reject decide "
    "reconcile resolve status runs show events contacts watch verify replay report export evidence log lease "
    "sandbox ui ci due policy worker submit schedule"
)
"""Verbs that people have read of (DESIGN, section 9) and that this version does not have."""


class Verbs(click.Group):
    """Imports a verb when it is called, never to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's command; any other word ends the command, options are Click's to refuse."""
        if cmd_name not in VERBS:
            if cmd_name.startswith("-") or ctx.resilient_parsing:
                return None
            raise _unknown(cmd_name)
        command: click.Command = importlib.import_module(VERBS[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs with what they do."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.about) for name, verb in VERBS.items()])


def _unknown(word: str) -> Refusal:
    if word in LATER.split():
        cure = "nothing can be sent yet; `runbook plan` shows what a run would do"
        return Refusal(f"`runbook {word}` is not in this version", cure)
    # Only a mistake needs it.
    from engine.runbook.spelling import nearest, shown  # noqa: PLC0415

    meant = nearest(word, tuple(VERBS))
    cure = f"did you mean {meant}?" if meant else "`runbook --help` lists the verbs"
    return Refusal(f"there is no verb {shown(word)}", cure)
