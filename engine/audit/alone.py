"""The command that an evidence carries: ``python3 verify.py FILE|FOLDER [--seal HASH] [--json]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.audit.export import Unreadable, verify_path
from engine.audit.told import told

_UNPROVEN, _USAGE = 17, 64


def main(arguments: Sequence[str]) -> int:
    """Check what is named, else what lies beside this file: 0 sound, 17 not, 64 there is nothing to check."""
    parser = argparse.ArgumentParser(description="Check an export or an evidence of a run log.")
    here = Path(__file__).resolve().parent
    parser.add_argument("path", nargs="?", type=Path, default=here, help="default: the folder of this file")
    parser.add_argument("--seal", help="the hash of a seal that you kept: it must be among the seals")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    try:
        report = verify_path(options.path, options.seal)
    except (Unreadable, OSError) as error:
        print(f"error: {options.path}: {error}", file=sys.stderr)  # noqa: T201  (what it is for)
        return _USAGE
    print(json.dumps(report.to_json(), indent=2) if options.json else told(report))  # noqa: T201  (the same)
    return _UNPROVEN if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
