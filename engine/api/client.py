"""The API of one account, as programs reach it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from engine.config.address import normalised
from engine.frozen import replace
from engine.record.plan import Account
from engine.refusal import Refusal
from engine.timepay.client import Client as TimePay
from engine.timepay.token import Token


class Client:
    """Speaks to the API of one account, for one run at a time; give each thread its own.

    It sends nothing by itself: ``run`` and ``resume`` do, by their log. No connection is made before one
    is needed. ``proxy`` is the address of an HTTP proxy, ``ca_file`` names the certificates to trust in
    place of certifi's; nothing is taken from the environment. ``transport`` stands in for the network
    (an ``httpx.BaseTransport``). Raises ``Refusal`` for an address that is not HTTPS (this machine's own
    may be plain), and for a token that no header can carry. At the end of a ``with`` block the connection
    is closed.
    """

    def __init__(
        self,
        account: Account,
        token: str | Token,
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
        transport: Any = None,  # noqa: ANN401  (its type would import httpx)
    ) -> None:
        secret = Token(token) if isinstance(token, str) else token
        account = replace(account, org=account.org or None)
        self._timepay = TimePay(account, secret, proxy=proxy, ca_file=ca_file, transport=transport)
        self.account = replace(account, base_url=normalised(account.base_url))
        self._using = threading.Lock()

    def close(self) -> None:
        """Close the connection."""
        self._timepay.close()

    @contextmanager
    def _in_use(self) -> Iterator[TimePay]:
        # Two runs at one connection could take each other's answers for their own.
        if not self._using.acquire(blocking=False):
            raise Refusal("this client serves another run", "give each thread a client of its own")
        try:
            yield self._timepay
        finally:
            self._using.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
