"""``runbook sandbox``: the API on this machine, where nobody can be reached."""

import errno
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

import click

from engine.api.files import read_bytes
from engine.cli.completing import fault_kinds
from engine.cli.files import PATH, named
from engine.cli.screen import emit
from engine.clock import now
from engine.refusal import Exit, Refusal
from engine.sandbox import Campaign, Options, Sandbox
from engine.sandbox.faults import ABOUT, OPTIONS
from engine.sandbox.reading import WORDS, faults_of, listed
from engine.sandbox.synthetic import campaign
from engine.sandbox.wire import Unreadable, decoded

_MOST_BYTES = 200_000_000
_MOST_CUSTOMERS = 1_000_000
_PORT = 8001
_MOST_VALUES = 12
_OF_ONE = {"first_name", "last_name", "name"}
"""Columns whose values may be few, and choose nobody."""


def _one_part(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if not name or "/" in name:
            cure = "write the last part of its path alone: --endpoint rcs"
            raise Refusal(f'--endpoint "{name}" is no endpoint', cure)
    return given


def _option(name: str) -> str:
    """Give the lines of help about an option of a fault."""
    words = f": {', '.join(WORDS[name])}" if name in WORDS else ""
    begins = f"  {name + '=':<14} "
    return fill(OPTIONS[name] + words, _WIDTH, initial_indent=begins, subsequent_indent=" " * len(begins))


_WIDTH = 76
_KINDS = "\n".join(f"  {kind:<14} {about}" for kind, about in ABOUT.items())
_OPTIONS = "\n".join(map(_option, OPTIONS))
_EPILOG = f"""\b
SPEC is a kind, then options: stall:seconds=3,channel=sms,times=2. The kinds:
{_KINDS}

\b
The options, each behind the kinds that it is for:
{_OPTIONS}

\b
Beside /api/v1 it has /_sandbox/, which controls it while it runs:
  POST /_sandbox/faults   add some as JSON: [{{"kind": "stall", "seconds": 3}}]
  GET, DELETE the same    those that wait; forget them all
  POST /_sandbox/reset    forget messages, requests and faults
  POST /_sandbox/load     add campaigns, as --load reads them
  GET /_sandbox/outbox    every message that was accepted
  GET /_sandbox/requests  every request that arrived"""


@click.command("sandbox", epilog=_EPILOG)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=_PORT, show_default=True, help="0: any free one."
)
@click.option(
    "--customers",
    type=click.IntRange(0, _MOST_CUSTOMERS),
    default=2_000,
    show_default=True,
    help="How many to make.",
)
@click.option(
    "--campaign", "campaign_id", default="camp_demo", show_default=True, help="The id of their campaign."
)
@click.option("--load", "load", type=PATH, callback=named, help="Campaigns from a JSON file instead.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="SPEC",
    shell_complete=fault_kinds,
    help="Misbehave, such as status:status=503,channel=sms,times=2; the kinds stand below.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="NAME",
    callback=_one_part,
    help="Answer POST /initiate/CAMPAIGN/NAME, too: for an installed channel.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides whatever is left to chance.")
@click.option("--org", help="The organisation; requests for another one get 403.")
@click.option(
    "--strict", is_flag=True, help="Refuse what the API's pages leave open, instead of ignoring it."
)
def command(  # noqa: PLR0913  (one argument an option)
    *,
    port: int,
    customers: int,
    campaign_id: str,
    load: Path | None,
    faults: tuple[str, ...],
    endpoints: tuple[str, ...],
    seed: int,
    org: str | None,
    strict: bool,
) -> int:
    """Run the API on this machine, with made-up customers. Nothing that is sent to it reaches anybody."""
    sandbox = Sandbox(now, seed, Options(strict=strict, org=org, endpoints=frozenset(endpoints)))
    _fill(sandbox, load, campaign_id, customers, seed)
    sandbox.script(*faults_of(faults, endpoints))
    # Only this verb pays for the server.
    from engine.sandbox.server import Served, serve  # noqa: PLC0415

    def ready(served: Served) -> None:
        emit(_welcome(served.address, served.inbox, org, sandbox.campaigns.values()))

    try:
        serve(sandbox, port, ready)
    except OSError as error:
        raise _no_port(port, error) from None
    emit(f"stopped; {len(sandbox.outbox)} messages were accepted, and nobody was reached", err=True)
    return Exit.WELL


def _fill(sandbox: Sandbox, file: Path | None, campaign_id: str, customers: int, seed: int) -> None:
    if file is None:
        sandbox.load(campaign(campaign_id, customers, seed))
        return
    cure = (
        'write {"campaigns": [{"id": "camp_demo", "name": "PL Mumbai", "customers": [{"loan_id": "L-1"}]}]}'
    )
    try:
        sandbox.load(*listed(decoded(read_bytes(file, _MOST_BYTES)), "campaigns"))
    except Unreadable as error:
        raise Refusal(f"{file}: {error}", cure, Exit.INVALID) from None
    except ValueError:
        raise Refusal(f"{file} is not JSON", cure, Exit.INVALID) from None


def _no_port(port: int, error: OSError) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        cure = "another sandbox may be running: use that one, stop it, or choose a port with --port 0"
        return Refusal(f"port {port} is in use", cure)
    return Refusal(f"port {port} cannot be listened on: {error.strerror}", "choose another one with --port")


def _welcome(address: str, inbox: str, org: str | None, campaigns: Iterable[Campaign]) -> str:
    lines = [f"SANDBOX: nothing leaves this machine. It listens on {address}"]
    for each in campaigns:
        lines.append(f"  {each.id} ({each.name}): {len(each.customers)} customers")
        lines += [f"    {column}: {', '.join(values)}" for column, values in _choices(each)]
    exports = [f"export TIMEPAY_BASE_URL={address} TIMEPAY_TOKEN=sandbox"]
    exports += [f"export TIMEPAY_ORG_ID={org}"] if org else []
    lines += ["", "In another terminal:", *(f"  {line}" for line in exports)]
    lines += ["", f"What customers got, for people to see: {inbox}", "Stop it with Ctrl-C."]
    return "\n".join(lines)


def _choices(campaign: Campaign) -> Iterator[tuple[str, list[str]]]:
    """Give the columns of a campaign that customers are chosen by, each with its few values."""
    for column in sorted(campaign.columns - _OF_ONE):
        values: set[str] = set()
        for each in campaign.customers.values():
            values.add(each.columns.get(column, ""))
            if len(values) > _MOST_VALUES:
                break
        if 1 < len(values) <= min(_MOST_VALUES, len(campaign.customers) // 2):
            yield column, sorted(values - {""})
