"""The command that an evidence carries: ``python3 verify.py [FILE|FOLDER] [--seal SEAL] [--json]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from engine.audit.check import seal_hash, shown
from engine.audit.export import Unreadable, verify_path
from engine.audit.told import told

_UNPROVEN, _USAGE = 17, 64


def main(arguments: Sequence[str]) -> int:
    """Check what is named, else what lies beside this file: 0 sound, 17 not, 64 there is nothing to check."""
    parser = argparse.ArgumentParser(description="Check an export or an evidence of a run log.")
    here = Path(__file__).resolve().parent
    parser.add_argument("path", nargs="?", type=Path, default=here, help="default: the folder of this file")
    parser.add_argument("--seal", help="a seal that you kept, as a run printed it: it must be here")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    kept = None if options.seal is None else seal_hash(options.seal)
    if options.seal is not None and kept is None:
        print(f"error: --seal {options.seal!r} is not a whole seal: sha256:, 64 digits", file=sys.stderr)  # noqa: T201  (what it is for)
        return _USAGE
    try:
        report = verify_path(options.path, kept)
    except (Unreadable, OSError) as error:
        print(f"error: {shown(f'{options.path}: {error}')}", file=sys.stderr)  # noqa: T201  (what it is for)
        return _USAGE
    print(json.dumps(report.to_json(), indent=2) if options.json else told(report))  # noqa: T201  (the same)
    return 0 if report.is_sound else _UNPROVEN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
