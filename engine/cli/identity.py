"""Who runs a command: the person for the log, the process for the lease."""

import getpass
import os

from engine.refusal import Exit, Refusal

WITHOUT_ONE = "or try it first, which needs none: `runbook try FILE`"
"""Where a token is missing, what can be done without."""


def actor() -> str:
    """Name the person: CI's word for whoever set the job off, else the user of this machine."""
    if who := os.environ.get("GITHUB_ACTOR"):
        return f"{who} (CI)"
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # no such user, and no variable that names one: usual in containers
        name = f"uid {os.getuid()}"
    return f"{name}@{os.uname().nodename}"


def owner() -> str:
    """Name the process that holds a campaign, so that whoever meets it can find it."""
    process = f"process {os.getpid()} on {os.uname().nodename}"
    server, repository, job = (
        os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return (
        f"{process}, {server}/{repository}/actions/runs/{job}" if server and repository and job else process
    )


def token() -> str:
    """Read the token from ``TIMEPAY_TOKEN`` or the file that ``TIMEPAY_TOKEN_FILE`` names."""
    secret, file = os.environ.get("TIMEPAY_TOKEN"), os.environ.get("TIMEPAY_TOKEN_FILE")
    if secret and file:
        raise Refusal("TIMEPAY_TOKEN and TIMEPAY_TOKEN_FILE are both set", "unset one of them", Exit.GUARDED)
    if secret:
        return secret
    if not file:
        raise Refusal(
            "there is no token for the API",
            f"set TIMEPAY_TOKEN, or TIMEPAY_TOKEN_FILE to a file with it; {WITHOUT_ONE}",
            Exit.GUARDED,
        )
    return _from_file(file)


def _from_file(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123  (a path is not shown with its content)
            secret = opened.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it holds no text"
        # Not what the variable holds: it may be the token itself, put into the wrong one.
        message = f"the token cannot be read from the file that TIMEPAY_TOKEN_FILE names: {why}"
        cure = f"check the path in it, and that you may read it; {WITHOUT_ONE}"
        raise Refusal(message, cure, Exit.GUARDED) from None
    if not secret:
        cure = f"put the token into it; {WITHOUT_ONE}"
        raise Refusal("the file that TIMEPAY_TOKEN_FILE names is empty", cure, Exit.GUARDED)
    return secret


_LONGEST = 10_000
