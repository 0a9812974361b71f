"""Why there was no answer: every fault of a network names its cure."""

import errno
import socket
import ssl

import pytest

from engine.timepay.trouble import NameUnanswered, ProxyRefused, explain


def certificate(code: int, words: str = "as OpenSSL says") -> ssl.SSLCertVerificationError:
    """Make the error of a certificate that does not hold."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, words
    return error


FAULTS: dict[str, tuple[Exception, str]] = {
    "DNS": (
        socket.gaierror(-2, "Name or service not known"),
        "cannot find the host h (DNS): check the address",
    ),
    "silent DNS": (
        NameUnanswered(),
        "no name server said in time where h is (DNS): check this machine's network and its name servers",
    ),
    "refused": (
        ConnectionRefusedError(111, "refused"),
        "h refuses connections: check the address and its port",
    ),
    "timeout": (TimeoutError("timed out"), "h does not answer in time: check the network and its firewall"),
    "reset": (ConnectionResetError(104, "reset"), "h closed the connection: try again later"),
    "no way": (OSError(errno.ENETUNREACH, "unreachable"), "there is no way to h: check the network"),
    "expired": (certificate(10), "the TLS certificate of h has expired: check this machine's clock"),
    "too early": (certificate(9), "the TLS certificate of h is not valid yet: check this machine's clock"),
    "self-signed": (certificate(18), "is signed by nobody whom this machine trusts: ask your network's"),
    "wrong host": (certificate(62), "the TLS certificate is not that of h: check the address"),
    "wrong number": (certificate(64), "the TLS certificate is not that of h: check the address"),
    "revoked": (
        certificate(23, "certificate revoked"),
        "is at fault (certificate revoked): ask whoever runs h",
    ),
    "no TLS": (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "no TLS connection to h"),
    "else": (OSError(errno.EACCES, "denied"), "no connection to h ([Errno 13] denied): check the address"),
    "no words": (ValueError(), "no connection to h: check the address and the network"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_names_its_cure(case: str) -> None:
    """Also behind what a library makes of it."""
    error, said = FAULTS[case]
    wrapped = OSError(str(error))
    wrapped.__cause__ = error
    hidden = RuntimeError(str(error))
    hidden.__context__ = wrapped
    for each in (error, hidden):
        assert said in str(explain(each, "h")), case


def test_on_this_machine_it_is_the_sandbox_that_is_not_there() -> None:
    """So the cure is to start it."""
    for host in ("127.0.0.1", "localhost", "::1"):
        assert "runbook sandbox" in explain(ConnectionRefusedError(), host).cure
    assert "runbook sandbox" not in explain(ConnectionRefusedError(), "127.example.com").cure


def test_the_proxy_is_named_for_what_is_its_own() -> None:
    """A refused connection is the proxy's, a bad certificate the host's."""
    assert "the proxy p refuses connections" in str(explain(ConnectionRefusedError(), "h", "p"))
    assert "where the proxy p is (DNS)" in str(explain(NameUnanswered(), "h", "p"))
    assert "certificate of h has expired" in str(explain(certificate(10), "h", "p"))
    assert "the proxy p lets no connection through to h (403)" in str(
        explain(ProxyRefused("403 No"), "h", "p")
    )
    assert "user:password@" in explain(ProxyRefused("407 Proxy"), "h", "p").cure


def test_what_is_late_is_said_to_be() -> None:
    """The deadline ends a wait with an exception of its own."""
    assert explain(ValueError("x"), "h", is_late=True).message == "h does not answer in time"


def test_a_circle_of_causes_ends() -> None:
    """Exceptions can point at each other."""
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert "no connection to h (one)" in str(explain(one, "h"))
