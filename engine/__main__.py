"""``runbook`` and ``python -m engine``: answers ``--version`` at once, else hands over to the verbs."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Pipelines ask for the version often; it costs no import beyond this module.
        from engine import __version__  # noqa: PLC0415

        print(f"runbook {__version__}")  # noqa: T201
        return
    from engine.cli import main as run_command_line  # noqa: PLC0415

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
