"""The secret that opens the API: it is sent, and never shown."""

from typing import NoReturn

from engine.refusal import Exit, Refusal
from engine.timepay.echo import Echo


class Token:
    """A bearer token that no text, pickle or traceback shows.

    Raises ``Refusal`` (11) for what no header can carry; the value is never repeated.
    """

    __slots__ = ("_echo", "_secret")

    def __init__(self, secret: str) -> None:
        if fault := _fault(secret):
            raise Refusal(fault, "set TIMEPAY_TOKEN, or TIMEPAY_TOKEN_FILE to a file with it", Exit.GUARDED)
        self._secret = secret
        self._echo: Echo | None = None

    def authorization(self) -> str:
        """Give the value of the header: the one place where the secret comes out."""
        return f"Bearer {self._secret}"

    def hide(self, text: str) -> str:
        """Black the token out of a text, and any part of it that could be told; however it is spelt."""
        if self._echo is None:
            self._echo = Echo(self._secret)
        return self._echo.hide(text)

    def __repr__(self) -> str:
        return "Token([hidden])"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a token is not written down")


def _fault(secret: str) -> str | None:
    if not secret:
        return "there is no token"
    if secret.isascii() and secret.isprintable() and " " not in secret:
        return None
    if secret.split() != [secret]:
        return "the token has a blank or a line break in it; write it alone, without the word Bearer"
    return "the token holds a character that no token has; copy it again"
