"""A trial as people and programs read it: what customers got, judged by the outbox; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from engine.diagnostics import Json
from engine.frozen import replace
from engine.record.event import SendSettled
from engine.record.need import Need, need_of, stopped_because
from engine.record.outcome import counted
from engine.refusal import Exit
from engine.report import runs
from engine.report.paint import Paint, plain
from engine.report.story import Story, run_json
from engine.trial.answers import Spelling, answer_of
from engine.trial.trial import Message, Trial

_SHOWN = 3
_MEANS = {
    Exit.WELL: "all went well",
    Exit.GUARDED: "nothing was sent",
    Exit.STANDS: "the run stands and waits for a person; nothing was sent",
    Exit.FINISHED_WITH_FAULTS: "it came to its end, but not everything went well",
    Exit.HALTED: "it was halted after something was sent",
    Exit.IN_DOUBT: "nobody knows whether a send went out (in doubt)",
    Exit.STANDS_AFTER_SENDS: "the run stands and waits for a person; something was sent",
}


def summary(trial: Trial, paint: Paint = plain, width: int | None = None) -> str:
    """Show how the run went step by step, what customers got, and what it would need of a person.

    ``width``: of the terminal; None leaves lines as long as they are.
    """
    entry = replace(trial.entry, run="on the sandbox")
    went = runs.summary(Story(entry, trial.result.document, trial.state, trial.sends), paint, width)
    means = _MEANS.get(trial.exit_code, "see the table of exit codes")
    if trial.exit_code is Exit.WELL and not trial.messages:
        means = "nobody was messaged"
    code = f"{paint('strong', f'Exit code {int(trial.exit_code)}')}, as of a real run: {means}."
    needs = need(trial)
    asks = [] if needs is None else [f"It would now need you: {needs.what}", *runs.to_type(needs)]
    return "\n".join([went, "", paint("strong", "What customers got"), *_got(trial), "", code, *asks])


def unheeded(trial: Trial, answers: Mapping[str, Spelling]) -> Iterator[str]:
    """Say which answers were not used, or not as they were said."""
    for name, spelling in answers.items():
        texts = [spelling] if isinstance(spelling, str) else spelling
        settled = [
            each.outcome
            for each in trial.events
            if isinstance(each, SendSettled) and name in (each.step, each.address)
        ]
        if not settled:
            yield f"{name} was never sent, so its answer was not used"
        for text, outcome in zip(texts, settled, strict=False):
            wanted, counts = answer_of(text).failed or 0, outcome.counts
            if counts is not None and wanted > counts.selected:
                yield f"{name} had {counts.selected:,} customers, so failed={wanted} became {counts.failed}"


def need(trial: Trial) -> Need | None:
    """Say what the run would need of a person to go on; None where it has come to its end."""
    because = stopped_because(trial.events)
    return need_of(trial.entry, trial.state, trial.sends, is_alive=False, because=because, options="")


def _got(trial: Trial) -> Iterator[str]:
    """Say who got what: by step, then who got several, one and none, each with some by name."""
    by_customer: dict[str, list[Message]] = {}
    for message in trial.messages:
        by_customer.setdefault(message.customer, []).append(message)
    for (step, channel, template), number in _by_step(trial).items():
        about = f", template {template}" if template else ""
        yield f"  {step}: {counted(number, 'message')} by {channel}{about}"
    several = [name for name, messages in by_customer.items() if len(messages) > 1]
    once = [name for name, messages in by_customer.items() if len(messages) == 1]
    nothing = [name for name in trial.customers if name not in by_customer]
    for who, got in ((several, "more than one message"), (once, "one message"), (nothing, "nothing")):
        yield f"  {counted(len(who), 'customer') if who else 'nobody'} got {got}{':' if who else ''}"
        yield from _examples(trial, who, by_customer)


def _by_step(trial: Trial) -> Counter[tuple[str, str, str | None]]:
    return Counter((message.step, message.channel, message.template) for message in trial.messages)


def _examples(trial: Trial, names: Sequence[str], got: dict[str, list[Message]]) -> Iterator[str]:
    for name in islice(names, _SHOWN):
        about = trial.customers[name]
        what = ", ".join(f"{each.channel} ({each.step})" for each in got.get(name, []))
        is_like = ", ".join(part for part in (about.payment_status, about.language) if part)
        known = f" {about.name}" if about.name else ""
        yield f"    {name}{known}{f' ({is_like})' if is_like else ''}{f': {what}' if what else ''}"
    if (more := len(names) - _SHOWN) > 0:
        yield f"    and {more:,} more"


def trial_json(trial: Trial) -> dict[str, Json]:
    """Give a trial as ``show --format json`` gives a run, with its requests and all that customers got."""
    needs = need(trial)
    return {
        **run_json(Story(trial.entry, trial.result.document, trial.state, trial.sends)),
        "exit_code": int(trial.exit_code),
        "needs": needs.what if needs else None,
        "customers": len(trial.customers),
        "requests": [{name: getattr(each, name) for name in each.__slots__} for each in trial.requests],
        "messages": [
            {**{name: getattr(each, name) for name in each.__slots__}, "at": each.at.isoformat()}
            for each in trial.messages
        ],
    }
