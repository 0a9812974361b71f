"""Whose word is taken for who a server is: certificates, and nothing that the environment says."""

import ssl

from engine.refusal import Exit, Refusal


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """Make a context that trusts the certificates in a file, or those that certifi brings.

    Raises ``Refusal`` (11) if they cannot be read.
    """
    import certifi  # noqa: PLC0415  (only who speaks TLS pays for it)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(ca_file or certifi.where())
    except OSError as error:  # ssl.SSLError is one, too
        message = f"the certificates of {ca_file or certifi.where()} cannot be read"
        raise Refusal(message, "name a file of certificates in PEM format", Exit.GUARDED) from error
    return context
