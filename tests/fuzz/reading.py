"""Fuzzing by coverage, where atheris is: ``python tests/fuzz/reading.py [FOLDER]... [-max_total_time=60]``.

Whatever comes, reading a runbook and parsing a condition neither raise nor take longer than ten seconds; what
is sound is laid out by fmt without a change of what it says. FOLDER holds inputs to begin with, and takes new
ones; without one, it begins with the project's own runbooks. pytest does not collect this file.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a script finds only what lies beside it

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed here: pip install -e '.[fuzz]' (it has wheels for CPython on Linux)")

with atheris.instrument_imports(include=["engine"]):
    from engine.runbook.draft import read
    from engine.runbook.expressions.fault import Scope
    from engine.runbook.expressions.parse import parse
    from engine.runbook.model import InputSpec, InputType
    from engine.runbook.rewrite import rewrite

SCOPE = Scope({"cap": InputSpec("cap", InputType.INTEGER)}, {"a": 0, "own": 1}, position=1, own="own")
LAID_OUT_BYTES = 4_000
"""Longer texts are not laid out: the time is better spent on reading more of them."""


def fuzz(raw: bytes) -> None:
    """Read the bytes as a runbook, and as a condition."""
    draft = read(raw, "fuzzed.yaml")
    for finding in draft.diagnostics:
        assert finding.message
        assert finding.help
    if draft.document.data is not None and not draft.document.diagnostics and len(raw) < LAID_OUT_BYTES:
        rewrite(draft.document)
    _, faults = parse(text := raw.decode("utf-8", "replace"), SCOPE)
    assert all(0 <= fault.start <= fault.end <= len(text) for fault in faults)


def main() -> None:
    """Fuzz until something is found, or the time is over."""
    with tempfile.TemporaryDirectory() as folder:
        for path in [*ROOT.glob("runbooks/*.yaml"), *ROOT.glob("tests/cases/*/*.yaml")]:
            Path(folder, f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
        own = [] if any(not each.startswith("-") for each in sys.argv[1:]) else [folder]
        # What the user says comes last, and wins.
        atheris.Setup([sys.argv[0], "-timeout=10", "-max_len=20000", *sys.argv[1:], *own], fuzz)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
