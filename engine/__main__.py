"""``runbook`` and ``python -m engine``: answers ``--version`` at once, else hands over to the verbs."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"] and _said_version():
        _leave(0)
    # A command makes much and drops little, so collecting garbage finds nothing, over and over: a
    # sixth of a short command's time. Rare collections keep long ones small; a runbook of ten thousand
    # steps, the longest that is to be quick, is a third of a million objects.
    gc.set_threshold(500_000, 50, 100)
    try:
        from engine.cli import main as run_command_line  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)

    _leave(run_command_line(sys.argv[1:]))


def _leave(code: int) -> None:
    """End the process at once: taking every module apart again is a tenth of a short command's time.

    Nothing is lost: whatever a command writes to a file is closed before it returns, and what it
    said is sent off here. Where that fails the code stays, for it may say that messages went out;
    Python itself would put 120 in its place.
    """
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _send_nowhere(number)
    if sys.getprofile() is None and sys.gettrace() is None:  # a profiler writes when the process ends
        os._exit(code)
    sys.exit(code)


def _send_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _said_version() -> bool:
    """Print the version; where that fails, the verbs' one boundary is left to say why."""
    # Pipelines ask for the version often; it costs no import beyond this module.
    from engine import __version__  # noqa: PLC0415

    try:
        print(f"runbook {__version__}", flush=True)  # noqa: T201
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
