"""A repository's environments and catalog: which account a command is about, said on every screen."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from engine.config.address import host_of, is_loopback
from engine.frozen import dataclass
from engine.record.plan import Account

PLACEHOLDER = "FILL_IN"
"""Begins what `runbook init` leaves for the team to fill in."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One place to send to. ``name`` is None for the one that environment variables make.

    ``log`` is the path of its run log, relative to the folder of config.yaml; ``keep_customer_ids_d`` are
    the days after which ids of customers may leave it, None where nobody has said.
    """

    base_url: str
    org: str | None = None
    name: str | None = None
    log: str | None = None
    keep_customer_ids_d: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether anybody can be reached from here: any address but loopback."""
        return not is_loopback(self.base_url)

    @property
    def account(self) -> Account:
        """What leases, doubt and *once* are keyed by: the API's address and the organisation."""
        return Account(self.base_url, self.org)


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A template with a name: its id per environment, and its text as last recorded."""

    name: str
    channel: str
    ids: Mapping[str, str]
    language: str | None = None
    category: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What ``.runbook/config.yaml`` says; ``runbooks`` are folders relative to the repository."""

    environments: Mapping[str, Environment] = field(default_factory=dict)
    default: str | None = None
    catalog: Mapping[str, CatalogEntry] = field(default_factory=dict)
    runbooks: tuple[str, ...] = ("runbooks",)


def unfilled(said: Iterable[str | None]) -> tuple[str, ...]:
    """Give those texts that nobody has filled in yet, each once."""
    return tuple(dict.fromkeys(each for each in said if each and each.startswith(PLACEHOLDER)))


def environment_of(account: str, name: str | None = None) -> Environment:
    """Give the environment that an account's key stands for."""
    address, _, org = account.partition(" ")
    return Environment(address, None if org in ("", "-") else org, name)


def headline(environment: Environment | None, campaign: str | None = None) -> str:
    """Give the first line of every screen: where this is, and whether anybody can be reached."""
    if environment is None:
        where = ["NO ENVIRONMENT: nothing can be sent from here"]
    elif not environment.is_live:
        where = [f"{place(environment)}: nothing leaves this machine"]
    else:
        where = [place(environment), _organisation(environment.org)]
    return " · ".join([*where, *([campaign] if campaign else [])])


def place(environment: Environment) -> str:
    """Say in a word or two where an environment sends to."""
    if not environment.is_live:
        return "SANDBOX"
    return environment.name.upper() if environment.name else f"LIVE {host_of(environment.base_url)}"


def _organisation(org: str | None) -> str:
    if org is None:
        return "org not set"
    return org if org.lower().startswith("org") else f"org {org}"
