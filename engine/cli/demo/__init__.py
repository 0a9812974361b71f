"""``runbook demo``: the whole story in a few seconds, in a temporary folder; nothing is made up for show."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from engine.cli.demo.judge import judge
from engine.cli.demo.stage import Stage
from engine.cli.demo.story import confirmed, tell
from engine.cli.leaving import leaving_nothing
from engine.clock import now
from engine.refusal import Exit
from engine.sandbox import Sandbox
from engine.sandbox.synthetic import campaign

_CUSTOMERS = 1_000


@click.command("demo")
def command() -> int:
    """See it work on 1,000 made-up customers: a plan, a bad evening, and that nobody gets anything twice.

    Needs nothing, reaches nobody, and leaves nothing behind. Takes about six seconds.
    """
    # Only this verb and the sandbox pay for the server.
    from engine.sandbox.server import serving  # noqa: PLC0415

    sandbox = Sandbox(now)
    sandbox.load(campaign("camp_demo", _CUSTOMERS, 0))
    with (
        leaving_nothing() as leaving,
        TemporaryDirectory(prefix="runbook-demo-") as folder,
        serving(sandbox) as served,
    ):
        stage = Stage(Path(folder), served, leaving)
        tell(stage)
        verdict = judge(sandbox, confirmed(stage))
    stage.chapter("What customers got, by the sandbox's own outbox")
    for line in verdict.lines:
        stage.show(line)
    for broken in verdict.broken:
        stage.warn(f"BROKEN PROMISE: {broken}")
    if verdict.broken:
        stage.say("This is a bug: please report it with all of the above.")
        return Exit.FAILED
    for kept in verdict.kept:
        stage.notice(kept)
    stage.chapter("Your turn")
    stage.show("runbook init        make a folder of runbooks to begin with")
    stage.show("runbook try FILE    play your own runbook like this; nobody is reached")
    stage.show("runbook plan FILE   what it could do, before anything is sent")
    stage.show("runbook --help      all the rest")
    return Exit.WELL
