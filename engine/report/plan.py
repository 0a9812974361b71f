"""A plan as a reviewer reads it, most important first (DESIGN, section 6: a reader's order)."""

import json
import re
import textwrap
from collections.abc import Iterator, Sequence

from engine.diagnostics import Json
from engine.planner.analysis import Fate
from engine.planner.ceilings import limiting, most_within
from engine.planner.document import why
from engine.planner.model import Making, Plan
from engine.planner.unknowns import same_people, unknowns
from engine.record.plan import TIMEOUT_S, Once, OnFailure, Retry
from engine.record.wallclock import date_and_time
from engine.report import ways
from engine.report.paint import WIDTH, Paint, bare, clean, columns, plain
from engine.runbook.model import Filters, Step

_FATES = {
    Fate.WILL_RUN: ("good", "will run"),
    Fate.WILL_SKIP: ("faint", "will be left out"),
    Fate.NEVER: ("warning", "is never reached"),
    Fate.BY_PERSON_ONLY: ("warning", "is left out, unless a person takes a stopped run further"),
    Fate.KNOWN_AFTER: ("warning", "decided after"),
}
_FIELD_NAMES = {"conversation": "talks"}
_CONSEQUENCE = {
    OnFailure.HALT: "the run stops (on_failure: halt)",
    OnFailure.PAUSE: "the run stops and asks a person (on_failure: pause)",
    OnFailure.CONTINUE: "the run goes on all the same (on_failure: continue)",
}


def render(plan: Plan, making: Making, paint: Paint = plain, width: int = WIDTH) -> str:
    """Show the whole plan as text, in lines of about ``width`` columns."""
    steps = [line for step in plan.runbook.steps for line in _step(plan, step, paint)]
    sections = [
        "\n".join(_verdict(plan, paint, width)),
        _section("Steps", steps, paint, width),
        _section(f"What can happen ({_ways(plan)})", ways.render(plan.tree, paint, width - 4), paint, width),
        _section("What this plan does not know", [f"- {line}" for line in unknowns(plan)], paint, width),
        _section("Inputs", list(_inputs(plan)), paint, width),
        _section("Requests, as they would go out", list(_requests(plan)), paint),
        _section("Digests", list(_digests(plan, making)), paint),
    ]
    return clean("\n\n".join(section for section in sections if section))


def _section(title: str, lines: list[str], paint: Paint, width: int | None = None) -> str:
    """Set lines below a title; ``width`` None leaves them as they are, for copying."""
    if not lines:
        return ""
    shown = [f"  {line}" for line in lines]
    if width is not None:
        shown = [part for line in shown for part in _wrapped(line, width)]
    return "\n".join([paint("strong", title), *(line.rstrip() for line in shown)])


def _wrapped(line: str, width: int) -> list[str]:
    """Break a long line between words, and set the rest of it below its own beginning."""
    words = bare(line)
    if columns(words) <= width:
        return [line]
    label = _LABEL.match(words)
    indent = " " * (len(label[0]) if label else 4)
    # Emphasis would be torn apart: a line that must be broken goes without.
    return textwrap.wrap(
        words, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


_LABEL = re.compile(r" *(?:-|→|[0-9]+\.|perhaps|if|to|for|text|talks|fails|then|note|tries) +(?=\S)| +")


def _verdict(plan: Plan, paint: Paint, width: int) -> Iterator[str]:
    runbook = plan.runbook
    revision = f" revision {runbook.revision}" if runbook.revision is not None else ""
    title = f"Plan of {runbook.name}{revision}, for {runbook.purpose.value}, owned by {runbook.owner}"
    yield from (paint("strong", line) for line in _wrapped(title, width))
    for style, text in _findings(plan):
        for line in _wrapped(f"  {text}", width):
            yield paint(style, line) if style else line


def _findings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Give what a reviewer reads first, each with its emphasis."""
    yield from (("", line) for line in plan.runbook.description.splitlines())
    if plan.unfilled:
        yield (
            "error",
            f"NOT FILLED IN YET: {', '.join(plan.unfilled)}. A run is refused until your own stand there.",
        )
    if plan.assumed:
        fixed = [f"{s}.{n.value} = {v}" for s, some in plan.assumed.items() for n, v in some.items()]
        yield "warning", f"Assuming {', '.join(fixed)}: other answers are left out below."
    yield _most(plan)
    if plan.analysis.per_customer:
        yield from (("", line) for line in _each(plan))
    everyone = [step.id for step in plan.runbook.steps if step.filters is None]
    if everyone:
        yield "error", f"EVERYONE in the campaign is addressed by {_and(everyone)}."
    if plan.analysis.dead_steps:
        yield "warning", f"Never sent on any way: {_and(plan.analysis.dead_steps)}."
    yield "", _once(plan)


def _most(plan: Plan) -> tuple[str, str]:
    """Say how many messages at most."""
    most = plan.analysis.messages
    if not plan.analysis.sends or most.number == 0:
        return "strong", "Nothing would be sent."
    if most.number is None:
        says = "says" if len(most.unbounded) == 1 else "say"
        return "error", f"Messages: NO UPPER LIMIT, because {_and(most.unbounded)} {says} limit: none."
    return "strong", f"Messages: at most {most.number} (because of the limits); how many match is not known."


def _each(plan: Plan) -> Iterator[str]:
    """Say how many messages one customer gets at most, and what the numbers are without a person's word."""
    about = plan.analysis
    same, many = same_people(plan), about.per_customer
    why = f": {_and(same)} address the same people" if same and many > 1 else ""
    yield f"One customer gets at most {many}{why}." if many > 1 else "Each customer gets at most one."
    most, each = about.unaided_messages.number, about.unaided_per_customer
    if (most, each) != (about.messages.number, many):
        fewer = "any number" if most is None else f"at most {most}"
        yield f"Unless a person takes a stopped run further: {fewer}, and {each} to one customer."


_PERIODS = {Once.DAY: "a day", Once.WEEK: "a week", Once.MONTH: "a month"}


def _once(plan: Plan) -> str:
    """Say how often this runbook may message its customers."""
    once = plan.runbook.once
    if once is Once.RUN:
        return "Every run may message the customers again (once: {per: run})."
    keys = f"{'combination of ' if len(plan.keys) > 1 else ''}{_and(plan.keys)}" if plan.keys else ""
    who = f"Each {keys} is" if keys else "Its customers are"
    often = "once, ever" if once is Once.EVER else f"once {_PERIODS[once]}"
    former = plan.runbook.formerly
    counts = f" What was sent as {_and(former)} counts (formerly)." if former else ""
    return f"{who} messaged {often} (once: {{per: {once.value}}}); a second run is refused.{counts}"


def _and(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _step(plan: Plan, step: Step, paint: Paint) -> Iterator[str]:
    number = plan.program.positions[step.id] + 1
    fate = plan.analysis.fates[step.id]
    style, words = _FATES[fate.fate]
    after = f" {_and(fate.after)}" if fate.fate is Fate.KNOWN_AFTER and fate.after else ""
    told = fate.fate is Fate.BY_PERSON_ONLY or after
    title = f" · {step.title}" if step.title else ""
    heading = f"{number}. {step.id} · {_channel(plan, step)}{title}"
    yield f"{heading}: {paint(style, words + after)}{'' if told else f' ({why(plan, step)})'}"
    if step.when is not None:
        yield f"   if     {step.when.text}"
    yield f"   to     {_who(step)}; {_how_many(plan, step)}"
    if step.purpose is not plan.runbook.purpose:
        yield f"   for    {step.purpose.value}"
    if step.template is not None:
        yield f"   text   {_text(plan, step)}"
    yield from (
        f"   {_FIELD_NAMES.get(name, name):6} {_fields(value)}" for name, value in step.fields.items()
    )
    if step.success or step.expect_matched is not None or step.on_failure is not OnFailure.HALT:
        yield f"   fails  {_fails(step)}"
        yield f"   then   {_CONSEQUENCE[step.on_failure]}"
    if (step.retry, step.timeout_s) != (Retry(), TIMEOUT_S):
        again = (
            f"up to {step.retry.attempts} within {step.retry.within_s} s, only of what surely did not go out"
        )
        yield f"   tries  {again}; an answer is waited for {step.timeout_s} s"
    for each in plan.accepted:
        if each.step == step.id:
            kind, message = each.finding.kind, each.finding.message
            what = f"{kind.code}, {kind.summary} ({message})"
            yield f"   {paint('warning', 'note')}   accepted {what}: {each.reason}"
    if step.expect_matched is not None:
        shout = "is checked only after sending: it can stop what follows, not this step"
        yield f"   {paint('warning', 'note')}   expect {shout}"


def _channel(plan: Plan, step: Step) -> str:
    channel = plan.channels[step.channel]
    return f"{channel.label} (of {channel.origin})" if channel.origin else channel.label


def _who(step: Step) -> str:
    return "EVERYONE in the campaign" if step.filters is None else _filters(step.filters)


def _filters(filters: Filters) -> str:
    parts = [f"customers {_few(filters.ids)}"] if filters.ids else []
    for name, values in (("payment_status", filters.payment_status), ("language", filters.language)):
        parts += [f"{name} {' or '.join(values)}"] if values else []
    parts += [f"{column} {' or '.join(values)}" for column, values in filters.custom.items()]
    parts += [f"not {_few(filters.exclude_ids)}"] if filters.exclude_ids else []
    return ", ".join(parts)


def _few(ids: tuple[str, ...]) -> str:
    shown = 5
    more = f" and {len(ids) - shown} more" if len(ids) > shown else ""
    return ", ".join(ids[:shown]) + more


def _how_many(plan: Plan, step: Step) -> str:
    most = plan.program.steps[plan.program.positions[step.id]].sends[0].at_most
    return "NO LIMIT on how many" if most is None else f"at most {most}"


def _text(plan: Plan, step: Step) -> str:
    template = plan.templates.get(step.id)
    if template is None:
        return f"template {step.template}"
    about = ", ".join(part for part in (template.language, template.category) if part)
    said = f": “{template.text}”" if template.text else ", text not recorded"
    return f"{template.name} (template {template.id}{', ' + about if about else ''}){said}"


def _fields(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return str(value)


def _fails(step: Step) -> str:
    unless = [criterion.text for criterion in step.success]
    if step.expect_matched is not None:
        unless.append(f"matched is {step.expect_matched}")
    broken = f", or unless {' and '.join(unless)}" if unless else ""
    return f"if the API reports every message as failed, or refuses the request{broken}"


def _ways(plan: Plan) -> str:
    count = f"{plan.analysis.ways:,}" if plan.analysis.ways < 10**9 else "more than a billion"
    if plan.analysis.ways == 1:
        return "1 way"
    return f"{count} ways, alike ones put together{'' if plan.tree.exhaustive else '; not exhaustive'}"


def _inputs(plan: Plan) -> Iterator[str]:
    width = max((len(value.name) for value in plan.inputs), default=0)
    for value in plan.inputs:
        shown = ", ".join(value.value) if isinstance(value.value, tuple) else _plain(value.value)
        detail = f": {value.detail}" if value.detail else ""
        yield f"{value.name.ljust(width)}  {shown}  ({value.origin.value}{detail})"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _requests(plan: Plan) -> Iterator[str]:
    base = plan.account.base_url if plan.account else ""
    for step in plan.program.steps:
        for send in step.sends:
            yield f"{send.address}  {send.request.method} {base}{send.request.path}"
            body = json.dumps(send.request.body, indent=2, ensure_ascii=False)
            yield from (f"  {line}" for line in body.splitlines())


def _digests(plan: Plan, making: Making) -> Iterator[str]:
    yield f"rules  {plan.rules_digest}  everything but inputs, people and dates"
    yield from _within(plan)
    yield f"plan   {plan.digest}  exactly these requests"
    made, expires = map(date_and_time, (making.created_at, making.expires_at))
    yield f"Made {made}; a run must start before {expires}."
    if making.commit:
        yield f"From {making.file}, blob {making.blob}, at commit {making.commit}."


def _within(plan: Plan) -> Iterator[str]:
    """Say what may be sent at the most within the rules, where inputs decide limits."""
    assert isinstance(plan.rules, dict), "rules are a mapping"
    inputs = limiting(plan.rules)
    if not inputs:
        return
    most = most_within(plan.rules)
    bound = "no upper limit" if most is None else f"at most {most:,} messages"
    open_ones = [f"inputs.{name}" for name, largest in inputs.items() if largest is None]
    why = (
        f", for {_and(open_ones)} {'has' if len(open_ones) == 1 else 'have'} no maximum" if open_ones else ""
    )
    yield f"       with other inputs (--within): {bound}{why}"
