"""``runbook completion``: the script by which a shell completes verbs, options, runs and files."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print what makes SHELL complete verbs, options, runs, environments and runbooks.

    Turn it on with one line in the file that your shell reads at its start:

    \b
      bash, ~/.bashrc:                   eval "$(runbook completion bash)"
      zsh, ~/.zshrc, behind compinit:    eval "$(runbook completion zsh)"
      fish, ~/.config/fish/config.fish:  runbook completion fish | source
    """  # noqa: D301  (Click's mark of lines that stay as they are is the character itself)
    # Only this verb prints scripts.
    from click.shell_completion import ShellComplete, get_completion_class  # noqa: PLC0415

    kind = get_completion_class(shell)
    assert kind is not None, "Click knows the shells that are named here"
    script = kind(context.find_root().command, {}, "runbook", VARIABLE)
    # Not its own ``source``: for bash that starts one, to look at its version.
    click.echo(ShellComplete.source(script))
    return 0


VARIABLE = "_RUNBOOK_COMPLETE"
"""The environment variable by which the script asks; engine/cli/__init__.py answers."""
