"""``runbook`` and ``python -m engine``: answers ``--version`` at once, else hands over to the verbs."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Pipelines ask for the version often; it costs no import beyond this module.
        from engine import __version__  # noqa: PLC0415

        print(f"runbook {__version__}")  # noqa: T201
        return
    # A command makes much and drops little, so collecting garbage finds nothing, over and over, and
    # once more at exit: a quarter of a short command's time. Rare collections keep long ones small.
    gc.set_threshold(100_000, 50, 100)
    from engine.cli import main as run_command_line  # noqa: PLC0415

    code = run_command_line(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
