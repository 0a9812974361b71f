"""Addresses of the API: one spelling, this machine or not, and what cannot be one."""

import pytest

from engine.config import Environment, headline
from engine.config.address import fault_of_address, is_loopback, normalised

API = "https://api.example.com/api/v1"


@pytest.mark.parametrize(
    "spelling",
    [
        API,
        "https://api.example.com/api/v1/",
        "https://api.example.com//api//v1//",
        "https://api.example.com:443/api/v1",
        "https://api.example.com:/api/v1",
        "https://api.example.com./api/v1",
        "HTTPS://API.Example.COM/api/v1",
    ],
)
def test_an_account_has_one_address(spelling: str) -> None:
    """However it is written, leases and doubt are kept under one name."""
    assert fault_of_address(spelling) is None
    assert normalised(spelling) == API


def test_what_differs_stays_apart() -> None:
    """Another port, path or scheme is another account; the case of a path counts."""
    others = [
        "https://api.example.com:80/api/v1",
        "https://api.example.com/API/v1",
        "http://127.0.0.1:443",
        "http://127.0.0.1:80",
    ]
    assert len({normalised(each) for each in (API, *others)}) == 5
    assert normalised("http://127.0.0.1:80") == "http://127.0.0.1"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost", True),
        ("http://LOCALHOST.:8001/api", True),
        ("http://127.0.0.1:8001", True),
        ("http://127.8.9.10", True),
        ("http://[::1]:8001/api/v1", True),
        ("http://[0:0:0:0:0:0:0:1]:8001", True),
        ("https://127.0.0.1.example.com", False),
        ("https://127.999.0.1", False),
        ("https://[::2]", False),
        ("https://localhost.example.com", False),
        (API, False),
    ],
)
def test_this_machine_is_told_from_others(address: str, expected: bool) -> None:
    """Only what can be nothing else is loopback."""
    assert is_loopback(address) is expected


def test_an_ipv6_address_is_written_in_one_way() -> None:
    """With its brackets."""
    assert fault_of_address("http://[0:0:0:0:0:0:0:1]:8001/api/v1/") is None
    assert normalised("http://[0:0:0:0:0:0:0:1]:8001/api/v1/") == "http://[::1]:8001/api/v1"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("api.example.com", "no address"),
        ("ftp://api.example.com", "no address"),
        ("https://", "no address"),
        ("https:///api", "no address"),
        ("https://api example.com", "blank"),
        ("https://api.example.com\n", "cannot be seen"),
        ("https://api.example.com:port", "port"),
        ("https://api.example.com:0", "no host that can exist"),
        ("https://[::1", "brackets"),
        ("https://[fe80::1%eth0]", "no host that can exist"),
        ("https://api..example.com", "no host that can exist"),
        ("https://-api.example.com", "no host that can exist"),
        ("https://api,example.com", "no host that can exist"),
        ("https://evil.example\\.api.example.com", "no host that can exist"),
        ("https://127.1", "no host that can exist"),
        ("https://0x7f.0.0.1", "no host that can exist"),
        ("https://2130706433", "no host that can exist"),
        ("https://300.1.2.3", "no host that can exist"),
        ("http://api.example.com", "not encrypted"),
        ("http://127.999.0.1", "no host that can exist"),
        ("https://user@api.example.com", "stand alone"),
        ("https://@api.example.com", "stand alone"),
        ("https://api.example.com/?", "stand alone"),
        ("https://api.example.com/#x", "stand alone"),
        ("https://api.example.com/v1/../v2", "without . and .."),
        ("https://api.example.com/./v1", "without . and .."),
    ],
)
def test_what_cannot_be_an_address_is_refused(address: str, words: str) -> None:
    """With what is the matter."""
    assert words in (fault_of_address(address) or "")


@pytest.mark.parametrize("address", ["https://me:secret@api.example.com", "https://a b:secret@x", "secret"])
def test_what_may_be_a_secret_is_not_repeated(address: str) -> None:
    """A password in an address, or a token in its place, goes to no screen."""
    assert "secret" not in (fault_of_address(address) or "secret")


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        (None, "NO ENVIRONMENT: nothing can be sent from here · PL"),
        (
            Environment("http://[::1]:8001", "org_a", "production"),
            "SANDBOX: nothing leaves this machine · PL",
        ),
        (Environment(API, "org_acme", "production"), "PRODUCTION · org_acme · PL"),
        (Environment(API, "Acme", "production"), "PRODUCTION · org Acme · PL"),
        (Environment(API, None, "production"), "PRODUCTION · org not set · PL"),
        (Environment(API, "Organic"), "LIVE api.example.com · Organic · PL"),
    ],
)
def test_the_headline(here: Environment | None, expected: str) -> None:
    """Where this is, whose account, which campaign."""
    assert headline(here, "PL") == expected
