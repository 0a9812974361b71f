"""How a command line says what was reviewed: ``--expect``, ``--plan``, ``--within``, ``--at-most``."""

import click

from engine.api.reviewed import refuse_no_digest
from engine.cli.files import PATH, named


def digest(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Take a digest as ``plan`` prints it."""
    refuse_no_digest(f"--{parameter.name}", value)
    return value


EXPECT = click.option(
    "--expect", callback=digest, metavar="DIGEST", help="Run exactly the plan with this digest."
)
WITHIN = click.option(
    "--within",
    callback=digest,
    metavar="DIGEST",
    help="Run within the rules with this digest, whatever the inputs.",
)
AT_MOST = click.option(
    "--at-most", type=click.IntRange(min=1), metavar="N", help="Refuse if more messages are possible."
)
PLAN = click.option(
    "--plan", "plan_file", type=PATH, callback=named, help="Run exactly the plan in this file (plan --out)."
)
