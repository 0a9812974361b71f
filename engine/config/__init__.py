"""A repository's environments and catalog: which account a command is about, said on every screen."""

from collections.abc import Mapping
from dataclasses import field

from engine.config.address import host_of, is_loopback
from engine.frozen import dataclass
from engine.record.plan import Account


@dataclass(frozen=True, slots=True)
class Environment:
    """One place to send to. ``name`` is None for the one that environment variables make.

    ``log`` is the path of its run log, relative to the folder of config.yaml.
    """

    base_url: str
    org: str | None = None
    name: str | None = None
    log: str | None = None

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


def headline(environment: Environment | None, campaign: str | None = None) -> str:
    """Give the first line of every screen: where this is, and whether anybody can be reached."""
    if environment is None:
        where = ["NO ENVIRONMENT: nothing can be sent from here"]
    elif not environment.is_live:
        where = ["SANDBOX: nothing leaves this machine"]
    else:
        where = [environment.name.upper() if environment.name else f"LIVE {host_of(environment.base_url)}"]
        where.append(_organisation(environment.org))
    return " · ".join([*where, *([campaign] if campaign else [])])


def _organisation(org: str | None) -> str:
    if org is None:
        return "org not set"
    return org if org.lower().startswith("org") else f"org {org}"
