"""Reads every bomb, each in a process of its own that is cut off; says what it took, a line of JSON each.

Run as a program, so that neither the memory of a test run nor its modules count.
"""

import json
import os
import resource
import sys
import time

from engine.runbook import validator, wording
from engine.runbook.draft import read
from engine.runbook.expressions import parse
from tests.hostile.bombs import HEAD, bombs

CUT_OFF_S = 20
LONG_S = 0.7
CUT_OFF_BYTES = 2_000_000_000
LOADED = validator, wording, parse
"""What a file with faults needs is loaded once a process, and is no bomb's doing."""


def taken(name: str, raw: bytes) -> dict[str, object]:
    """Read one bomb, and give the processor time and the memory that it took, and the codes of its errors.

    What takes long is read again: a machine that does other things slows one of two readings down.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, codes = timed(raw)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if seconds > LONG_S:
        seconds = min(seconds, timed(raw)[0])
    return {"name": name, "seconds": seconds, "bytes": kilobytes * 1024, "codes": codes}


def timed(raw: bytes) -> tuple[float, list[str]]:
    """Read one bomb once."""
    start = time.process_time()
    draft = read(raw, "bomb.yaml")
    seconds = time.process_time() - start
    return seconds, sorted({one.kind.code for one in draft.diagnostics if one.is_error})


def tell(reading: dict[str, object]) -> None:
    """Write a line of JSON."""
    sys.stdout.write(json.dumps(reading) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read them one by one."""
    read(f"{HEAD}steps: [{{id: a, limit: no, when: a.b}}]".encode(), "first.yaml")
    for name, raw in bombs():
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (CUT_OFF_S, CUT_OFF_S))
            resource.setrlimit(resource.RLIMIT_AS, (CUT_OFF_BYTES, CUT_OFF_BYTES))
            tell(taken(name, raw))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            tell({"name": name, "died": status})


if __name__ == "__main__":
    main()
