"""A repository's environments and catalog: which account a command is about, said on every screen."""

from collections.abc import Mapping
from dataclasses import field
from urllib.parse import urlsplit

from engine.frozen import dataclass
from engine.record.plan import Account

_LOOPBACK = {"localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Environment:
    """One place to send to. ``name`` is None for the one that environment variables make."""

    base_url: str
    org: str | None = None
    name: str | None = None

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


def is_loopback(base_url: str) -> bool:
    """Say whether an address can only be this machine."""
    host = urlsplit(base_url).hostname or ""
    return host in _LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdigit())


def normalised(base_url: str) -> str:
    """Write an address in one way, so that one account has one name."""
    scheme, _, rest = base_url.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def fault_of_address(base_url: str) -> str | None:
    """Say what is wrong with an API's address; None if nothing is.

    HTTPS only, but for loopback: a token must not cross a network in the clear.
    """
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError as error:
        return f"{base_url!r} is no address: {error}"
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        return f"{base_url!r} is no address; write https://…"
    if parts.scheme == "http" and not is_loopback(base_url):
        return f"{base_url!r} is not encrypted; write https://…, for plain http is for this machine only"
    if parts.username or parts.password or parts.query or parts.fragment:
        return f"{parts.scheme}://{parts.hostname} must stand alone, without user, password, ? or #"
    return None


def headline(environment: Environment | None, campaign: str | None = None) -> str:
    """Give the first line of every screen: where this is, and whether anybody can be reached."""
    if environment is None:
        where = ["NO ENVIRONMENT: nothing can be sent from here"]
    elif not environment.is_live:
        where = ["SANDBOX: nothing leaves this machine"]
    else:
        host = urlsplit(environment.base_url).hostname
        where = [environment.name.upper() if environment.name else f"LIVE {host}"]
        where += [f"org {environment.org}"] if environment.org else ["org not set"]
    return " · ".join([*where, *([campaign] if campaign else [])])
