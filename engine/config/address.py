"""Addresses of the API: what may be one, in one spelling, and whether it is this machine."""

import re
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*"
_NUMBERS = r"(?:[0-9]+|0x[0-9a-f]*)\Z"


def is_loopback(base_url: str) -> bool:
    """Say whether an address can only be this machine."""
    return is_this_machine(host_of(base_url))


def is_this_machine(host: str) -> bool:
    """Say whether a host, in the spelling of ``host_of``, can only be this machine."""
    return host in ("localhost", "::1") or (host.startswith("127.") and _is_ipv4(host))


def normalised(base_url: str) -> str:
    """Write a sound address in one way, so that one account has one name."""
    parts = urlsplit(base_url)
    host, port = host_of(base_url), parts.port
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
    return "/".join([f"{parts.scheme}://{place}", *(piece for piece in parts.path.split("/") if piece)])


def host_of(base_url: str) -> str:
    """Give the host of an address in one spelling."""
    host = (urlsplit(base_url).hostname or "").removesuffix(".")
    return (_ipv6(host) or host) if ":" in host else host


def fault_of_address(base_url: str) -> str | None:
    """Say what is wrong with an API's address, and after a semicolon the mend; None if nothing is.

    HTTPS only, but for loopback: a token must not cross a network in the clear.
    """
    if any(mark in base_url for mark in "@?#"):
        # What stands before an @ or behind a ? may be a secret: it is not repeated.
        return "the address must stand alone, without user, password, ? or #; write https://… and the path"
    if not base_url.isprintable() or " " in base_url:
        return f"{base_url!r} holds a blank or a character that cannot be seen; remove it"
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return "the address has a port that is none, or brackets that do not match; write https://HOST:PORT/…"
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        # Whatever was put here by mistake may be a token: it is not repeated.
        return "this is no address of the web; write https://…"
    if {".", ".."} & {*parts.path.split("/")}:
        return f"{base_url!r} has a path that begins anew half way; write it without . and .."
    return _fault_of_host(base_url, parts, port)


def _fault_of_host(base_url: str, parts: SplitResult, port: int | None) -> str | None:
    host = host_of(base_url)
    if not _is_host(host) or port == 0 or "\\" in base_url:
        return f"{base_url!r} names no host that can exist; write one such as https://api.agents.timepay.ai"
    if parts.scheme == "http" and not is_loopback(base_url):
        return f"{base_url!r} is not encrypted; write https://…, for plain http is for this machine only"
    return None


def _is_host(host: str) -> bool:
    if ":" in host:
        return _ipv6(host) is not None
    if re.match(_NUMBERS, host.rpartition(".")[2]):
        return _is_ipv4(host)
    return re.fullmatch(_NAME, host) is not None


def _ipv6(host: str) -> str | None:
    """Give the one spelling of such a host. One with a zone (%eth0) means something on one machine only."""
    # Few addresses are of this form, so few pay for the import.
    from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415

    try:
        return None if "%" in host else str(IPv6Address(host))
    except AddressValueError:
        return None


def _is_ipv4(host: str) -> bool:
    """Say whether these are four numbers; fewer, or octal ones, are read differently everywhere."""
    numbers = host.split(".")
    return len(numbers) == 4 and all(  # noqa: PLR2004  (that is what IPv4 has)
        re.fullmatch(r"0|[1-9][0-9]{0,2}", number, re.ASCII) and int(number) <= 255  # noqa: PLR2004
        for number in numbers
    )
