"""What stands in an evidence beside the events: the plan and its texts as people read them, and a guide."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.record.entry import RunEntry, SendEntry
from engine.record.outcome import words
from engine.record.wallclock import date_and_time
from engine.report.messages import messages_so_far
from engine.report.paint import clean

_GUIDE = """\
EVIDENCE: {about}
{line}

From the run log {log_id} of campaign-runbooks: what was planned, what was sent, what became of it.

{runs}

HOW TO CHECK IT

  1. Unpack it into an empty folder, and there:

         python3 verify.py

     It needs Python 3.9 or newer and nothing else. It works out every hash anew, counts every run again
     from its events, compares each request with the plan, and says what is sound, what is not, and what
     cannot be checked. Its exit code is 0, or 17 where something is wrong.

  2. Nothing that lies in one place can prove that it was not cut off at its end, or written anew. Whoever
     kept a seal of this log elsewhere (every run prints one as it ends) adds it:

         python3 verify.py --seal sha256:...

     Any seal that was made between the end of the runs above and this evidence proves them: log.jsonl
     leads from it back to the seals that cover them. Of an older one it is said what it does not prove. One
     made after this evidence is not in it (exit code 17: not proven); whoever has the log can check it.

  3. verify.py is part of this evidence. Who does not trust it takes it from elsewhere (it is the text of
     the modules engine/audit/*.py of campaign-runbooks), or uses `runbook verify THIS.zip`.

WHAT IS IN IT

  runs/ID.jsonl     every event of a run, as it was written{people}
  plans/ID.json     the plan that the run carried out, as its first event holds it
  plans/ID.txt      the same in words, for reading, with the texts of the templates as they were recorded
  events/ID.txt     the events in words, for reading{contacts}
  log.jsonl         the log's own chain: every seal, each stop that was set or lifted, and no customer
  seal.txt          the latest seal of the log, as of this evidence
  verify.py         the checker
  MANIFEST          the sha256 of every file here: `sha256sum -c MANIFEST` checks it, too

WHAT IT DOES NOT SHOW

  Sends by filter name nobody: whom they reached, only the API knows; the events tell how many.
  What was sent from the dashboard or by another program is not in this log.
  The text of a template is the one that was recorded for the plan; the API holds the one that is sent.
"""

_ONE_CUSTOMER = "; of the\n                    customers only this one"
_OTHERS = "; and, in its plan,\n                    {}"
_CONTACTS = "\n  contacts.txt      what was sent to this customer, or may have been"


def guide(
    about: str,
    log_id: str,
    runs: Iterable[tuple[RunEntry, Sequence[SendEntry]]],
    *,
    customer: bool,
    others: int = 0,
) -> str:
    """Write README.txt: what an evidence is about, and how to check it.

    ``runs`` come with their attempts; ``customer``: it is about one; ``others``: so many ids of others
    stand in its plans all the same.
    """
    people = _ONE_CUSTOMER if customer else ", and the customers"
    said = [
        f"  {entry.run}: {words(entry.status)}, {messages_so_far(entry, sends)} messages, "
        f"started {date_and_time(entry.started_at)}"
        for entry, sends in runs
    ]
    return clean(
        _GUIDE.format(
            about=about,
            line="=" * (len(about) + len("EVIDENCE: ")),
            log_id=log_id,
            runs="\n".join(said) or "  No run.",
            people=people + (_OTHERS.format(others_named(others)) if others else ""),
            contacts=_CONTACTS if customer else "",
        )
    )


def others_named(number: int) -> str:
    """Say how many customers a plan names whom an evidence is not about."""
    return f"{'1 id' if number == 1 else f'{number:,} ids'} of others, whom the runbook itself names"


def program_text(document: Mapping[str, Any]) -> str:
    """Write the plan that a run keeps, in words."""
    return clean("\n".join(_lines(document)) + "\n")


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    runbook, digests = document["runbook"], document["digests"]
    made = document.get("made") or {}
    account = runbook.get("account") or {}
    yield f"{runbook['name']}, revision {runbook.get('revision') or 'not numbered'}: {runbook['purpose']}"
    if runbook.get("description"):
        yield runbook["description"].rstrip()
    yield ""
    about = {
        "owner": runbook.get("owner"),
        "campaign": " ".join(filter(None, (runbook["campaign"]["id"], runbook["campaign"].get("name")))),
        "API": account.get("base_url"),
        "organisation": account.get("org"),
        "once": runbook.get("once"),
        "made": made.get("created_at"),
        "from": made.get("file"),
        "commit": made.get("commit"),
        "rules digest": digests["rules"],
        "plan digest": digests["plan"],
    }
    yield from (f"{name + ':':<14}{value}" for name, value in about.items() if value)
    inputs = document.get("inputs") or {}
    yield from (f"{'input ' + name + ':':<14} {_json(held['value'])}" for name, held in inputs.items())
    for step in document["steps"]:
        yield from _step(step)


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    template = step.get("template") or {}
    yield ""
    yield f"STEP {step['id']}" + (f": {step['title']}" if step.get("title") else "")
    about = {
        "channel": step["channel"],
        "purpose": step.get("purpose"),
        "template": " ".join(filter(None, (template.get("id"), template.get("name")))),
        "when": step.get("when"),
        "success": "; ".join(step.get("success") or ()),
        "if it fails": step.get("on_failure"),
    }
    yield from (f"  {name + ':':<14}{value}" for name, value in about.items() if value)
    for send in step["sends"]:
        most = "no limit" if send["at_most"] is None else f"at most {send['at_most']:,} customers"
        yield f"  {'request:':<14}{send['address']}, {most}: {send['method']} {send['path']}"
        yield f"  {'':<14}{_json(send['body'])}"
    if template:
        yield from _text(template.get("text"))


def _text(text: str | None) -> Iterable[str]:
    if text is None:
        return [f"  {'text:':<14}not recorded"]
    return [f"  {'text:':<14}as recorded", *(f"    | {line}" for line in text.splitlines())]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
