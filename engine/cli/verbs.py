"""The verbs: which there are, where their commands stand, what is said of any other word."""

import importlib
from typing import TYPE_CHECKING, NamedTuple

import click

from engine.refusal import Refusal

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Verb(NamedTuple):
    """One verb: where its command stands, and what it does in a line."""

    module: str
    about: str
    command: str = "command"


VERBS = {
    "demo": Verb("engine.cli.demo", "See it work: a bad evening on made-up customers, in seconds."),
    "init": Verb("engine.cli.init", "Make a repository of runbooks to begin with."),
    "doctor": Verb("engine.cli.doctor", "Say what is set up and what is not, and how to mend it."),
    "validate": Verb("engine.cli.validate", "Check runbooks; every finding at its line and column."),
    "fmt": Verb("engine.cli.fmt", "Lay files out alike; comments stay where they are."),
    "explain": Verb("engine.cli.explain", "Explain a finding by its code, with an example and its mend."),
    "test": Verb("engine.cli.scenarios", "Play scenario files: what a run must decide. Sends nothing."),
    "plan": Verb("engine.cli.plan", "Show what a run would do, on every way it can go. Sends nothing."),
    "try": Verb("engine.cli.trying", "Run a runbook here, on made-up customers. Reaches nobody."),
    "run": Verb("engine.cli.run", "Send what a reviewed runbook says, each request at most once."),
    "status": Verb("engine.cli.status", "List whatever needs a person, with the command to type."),
    "resume": Verb("engine.cli.resume", "Go on with a run that stopped."),
    "reconcile": Verb("engine.cli.reconcile", "Settle a send that is in doubt by the API's own logs."),
    "resolve": Verb("engine.cli.person", "Settle a send that is in doubt.", "resolve"),
    "decide": Verb("engine.cli.person", "Decide what a condition could not tell.", "decide"),
    "cancel": Verb("engine.cli.person", "End a run for good.", "cancel"),
    "stop": Verb("engine.cli.stop", "Send nothing any more, from this moment.", "stop"),
    "allow": Verb("engine.cli.stop", "Lift a stop.", "allow"),
    "runs": Verb("engine.cli.looking", "List the runs, newest first.", "runs"),
    "show": Verb("engine.cli.looking", "Show a run: steps, sends, what it needs.", "show"),
    "events": Verb("engine.cli.looking", "List everything that happened in a run.", "events"),
    "contacts": Verb("engine.cli.contacts", "Say what was sent to a customer, or to whom a run sent."),
    "replay": Verb("engine.cli.replay", "Decide a run anew, or by a changed runbook. Sends nothing."),
    "verify": Verb("engine.cli.verify", "Check that the run log is as it was written, and adds up."),
    "export": Verb(
        "engine.cli.evidence", "Hand a run on as JSON lines, to be checked without a log.", "export"
    ),
    "evidence": Verb("engine.cli.evidence", "Pack what proves a run, a month or a customer.", "evidence"),
    "watch": Verb("engine.cli.watch", "Follow a run of another process as it goes on."),
    "log": Verb("engine.cli.log", "Keep the run log: log init, copy, erase."),
    "sandbox": Verb("engine.cli.sandbox", "Run the API on this machine, where nobody can be reached."),
    "schema": Verb("engine.cli.schema", "Print the JSON Schema of a file format."),
    "completion": Verb("engine.cli.completion", "Print what makes your shell complete commands."),
}
SECTIONS = {
    "To begin": "demo init doctor",
    "Write and check": "validate explain fmt test plan try",
    "Send": "run watch resume stop allow",
    "What needs a person": "status reconcile resolve decide cancel",
    "Look back": "runs show events contacts replay verify export evidence",
}
"""How ``--help`` sets the verbs; those that stand in none of them come last."""

LATER = "roster diff overlap approve reject report lease ui ci due policy worker submit schedule"
"""Verbs that people have read of (DESIGN, section 9) and that this version does not have."""


MEANT = {
    "erase": "log erase",
    "copy": "log copy",
    "backup": "log copy",
    "restore": "log init --from COPY",
    "seal": "verify --seal SEAL",
    "correction": "init --correction RUN",
}
"""Words that people try for what another command does."""


class Verbs(click.Group):
    """Imports a verb when it is called, never to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Complete a verb, with what it does where the shell shows that; none is imported for it."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

        fitting = [name for name in VERBS if name.startswith(incomplete)]
        verbs = [CompletionItem(name, help=VERBS[name].about) for name in fitting]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's command; any other word ends the command, options are Click's to refuse."""
        if cmd_name not in VERBS:
            if cmd_name.startswith("-") or ctx.resilient_parsing:
                return None
            raise _unknown(cmd_name)
        verb = VERBS[cmd_name]
        command: click.Command = getattr(importlib.import_module(verb.module), verb.command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs with what they do, by what they are for."""
        sections = {title: names.split() for title, names in SECTIONS.items()}
        placed = {name for names in sections.values() for name in names}
        sections["Set up"] = [name for name in VERBS if name not in placed]
        widest = max(map(len, VERBS))
        for title, names in sections.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{widest}}", VERBS[name].about) for name in names])


def _unknown(word: str) -> Refusal:
    if word in LATER.split():
        cure = "`runbook --help` lists the verbs that it has"
        return Refusal(f"`runbook {word}` is not in this version", cure)
    if word in MEANT:
        return Refusal(f"there is no verb {word}", f"`runbook {MEANT[word]}` does that")
    # Only a mistake needs it.
    from engine.runbook.spelling import nearest, shown  # noqa: PLC0415

    meant = nearest(word, tuple(VERBS))
    cure = f"did you mean {meant}?" if meant else "`runbook --help` lists the verbs"
    return Refusal(f"there is no verb {shown(word)}", cure)
