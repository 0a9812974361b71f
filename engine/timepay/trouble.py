"""Why there was no answer, in plain words and with the cure: from the exceptions of the network."""

import errno
import socket
import ssl
from collections.abc import Iterator

from engine.config.address import is_this_machine
from engine.frozen import dataclass
from engine.timepay.messages import plain


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept a connection from standing, and what to do about it."""

    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.message}: {self.cure}"


class ProxyRefused(Exception):  # noqa: N818  (its answer, not an error of ours)
    """The proxy does not let a connection through; its text begins with the status."""


class NameUnanswered(Exception):  # noqa: N818  (the same)
    """Nobody said in time which address a name has."""


class Unasked(Exception):  # noqa: N818  (the same)
    """Something was said before anything had been asked, so it answers something else."""


# As OpenSSL numbers what is wrong with a certificate (x509_vfy.h).
_EXPIRED = {9: "is not valid yet", 10: "has expired"}
_UNKNOWN_SIGNER = frozenset({2, 18, 19, 20, 21})
_WRONG_HOST = frozenset({62, 64})
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


def explain(error: BaseException, host: str, proxy: str | None = None, *, is_late: bool = False) -> Trouble:
    """Say why there is no connection to ``host``, or no answer.

    ``proxy`` is the host of the proxy on the way; ``is_late``: the time for it was up.
    """
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return _certificate(each, host)
        if isinstance(each, ssl.SSLError):
            return _tls(each, host)
    next_host = f"the proxy {proxy}" if proxy else host
    if isinstance(error, ProxyRefused):
        return _proxy(error, next_host, host)
    for each in _causes(error):
        if found := _network(each, next_host):
            return found
    if is_late:
        return _late(next_host)
    return Trouble(f"no connection to {next_host}{_detail(error)}", "check the address and the network")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an exception and those behind it: libraries hide the one that tells."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _detail(error: BaseException) -> str:
    words = plain(str(error))
    return f" ({words})" if words else ""


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Trouble:
    code = error.verify_code
    if code in _EXPIRED:
        cure = f"check this machine's clock; if it is right, ask whoever runs {host}"
        return Trouble(f"the TLS certificate of {host} {_EXPIRED[code]}", cure)
    if code in _WRONG_HOST:
        return Trouble(f"the TLS certificate is not that of {host}", "check the address")
    if code in _UNKNOWN_SIGNER:
        message = f"the TLS certificate of {host} is signed by nobody whom this machine trusts"
        return Trouble(message, "ask your network's administrator: somebody may be reading along")
    message = f"the TLS certificate of {host} is at fault ({plain(error.verify_message)})"
    return Trouble(message, f"ask whoever runs {host}")


def _proxy(error: ProxyRefused, proxy: str, host: str) -> Trouble:
    status = str(error).partition(" ")[0]
    cure = _PROXY_CURES.get(status, f"ask your network's administrator to let {host} through")
    return Trouble(f"{proxy} lets no connection through to {host} ({status})", cure)


_PROXY_CURES = {"407": "give the proxy's user and password, as in http://user:password@host:port"}


def _tls(error: ssl.SSLError, host: str) -> Trouble:
    known = plain((getattr(error, "reason", None) or "").replace("_", " ").lower())
    message = f"no TLS connection to {host}{f' ({known})' if known else ''}"
    return Trouble(message, "check the address and its port")


def _late(host: str) -> Trouble:
    return Trouble(f"{host} does not answer in time", "check the network and its firewall")


def _network(error: BaseException, host: str) -> Trouble | None:
    if isinstance(error, ConnectionRefusedError) and is_this_machine(host):
        return Trouble(
            f"{host} refuses connections", "start the sandbox in another terminal: `runbook sandbox`"
        )
    for kind, message, cure in _FAULTS:
        if isinstance(error, kind):
            return Trouble(message.format(host=host), cure)
    if isinstance(error, TimeoutError):
        return _late(host)
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return Trouble(f"there is no way to {host}", "check the network")
    return None


_FAULTS: tuple[tuple[type[Exception], str, str], ...] = (
    (
        NameUnanswered,
        "no name server said in time where {host} is (DNS)",
        "check this machine's network and its name servers, or give the step a longer timeout",
    ),
    (socket.gaierror, "cannot find the host {host} (DNS)", "check the address and the network"),
    (
        ConnectionRefusedError,
        "{host} refuses connections",
        "check the address and its port, or try again later",
    ),
    (ConnectionError, "{host} closed the connection", "try again later"),
    (Unasked, "{host} spoke before it was asked anything", "check the address and its port"),
)
