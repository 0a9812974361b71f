"""What it takes to look for a send in the API's own logs: requests beside the pages that hold its rows."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.measure import Bench, Sample
from benchmarks.subject import Subject

LOGS: Mapping[str, list[dict[str, Any]]] = {
    "stand still": [],
    "show a tenth of the rows twice": [{"kind": "doubled_logs", "number": 0}],
    "get a row between two pages": [{"kind": "shifting_logs", "number": 1}],
    "fail one time in fifty": [{"kind": "status", "path": "/logs", "status": 500, "chance": 0.02}],
}
"""How logs behave, and the sandbox's faults for it; a number of 0 stands for a tenth of the customers."""

_RUNBOOK = """\
format: runbook/v1
name: everyone
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: remind, channel: whatsapp, template: t1, filters: everyone, limit: none}
"""
_WITHIN_S = 30


@dataclass(frozen=True)
class Look:
    """One look: how the logs behaved, the requests and the pages that they showed, the process."""

    logs: str
    requests: int
    pages: int
    reached: int
    process: Sample


def looks(subject: Subject, bench: Bench, customers: int) -> Iterator[Look]:
    """Look for a send in doubt to so many customers, once for each way in which logs behave."""
    for name, faults in LOGS.items():
        folder = bench.folder / name.replace(" ", "-")
        folder.mkdir()
        with _sandbox(subject, customers) as address:
            yield _look(subject, bench, folder, address, name, faults, customers)


def _look(
    subject: Subject,
    bench: Bench,
    folder: Path,
    address: str,
    name: str,
    faults: list[dict[str, Any]],
    customers: int,
) -> Look:
    (folder / "everyone.yaml").write_text(_RUNBOOK, "utf-8")
    variables = {"TIMEPAY_BASE_URL": f"{address}/api/v1", "TIMEPAY_TOKEN": "sandbox"}
    log = ("--log", str(folder / "runlog.db"))
    own = Bench({**bench.environment, **variables}, folder, 1, 0)
    runbook = str(folder / "everyone.yaml")
    own.once((str(subject.script), "run", runbook, "--yes", *log), code=22)
    if faults:
        numbered = [
            {**each, "number": customers // 10} if each.get("number") == 0 else each for each in faults
        ]
        _asked(f"{address}/_sandbox/faults", numbered)
    took = own.once((str(subject.script), "reconcile", "last", "--wait", "0", *log))
    queries = [each["query"] for each in _asked(f"{address}/_sandbox/requests") if each["path"] == "/logs"]
    pages = {query["page"] for query in queries if "page" in query}
    return Look(name, len(queries), len(pages), _reached(subject, own, log), took)


def _reached(subject: Subject, bench: Bench, log: tuple[str, str]) -> int:
    command = (str(subject.script), "events", "last", "--format", "json", *log)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(bench.environment))
    return max(int(event["reached"]) for event in json.loads(done.stdout) if event["kind"] == "reconciled")


@contextmanager
def _sandbox(subject: Subject, customers: int) -> Iterator[str]:
    command = [str(subject.script), "sandbox", "--port", "0", "--customers", str(customers)]
    command += ["--fault", "reset:accepted=yes"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        (port,) = re.findall(r"127\.0\.0\.1:(\d+)/api", process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=_WITHIN_S)


def _asked(address: str, body: object = None) -> Any:  # noqa: ANN401  (any JSON)
    content = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address, content), timeout=_WITHIN_S) as answer:  # noqa: S310  (loopback)
        told = json.loads(answer.read())
    return told["requests"] if isinstance(told, dict) and "requests" in told else told
