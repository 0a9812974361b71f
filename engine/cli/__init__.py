"""The command line: one verb a file, wiring only."""


def main(argv: list[str]) -> int:
    """Run one command and give its exit code."""
    return 0 if argv else 64
