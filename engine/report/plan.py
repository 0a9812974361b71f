"""A plan as a reviewer reads it, most important first (DESIGN, section 6: a reader's order)."""

import json
import textwrap
from collections.abc import Iterator

from engine.diagnostics import Json
from engine.plan.analysis import Fate
from engine.plan.document import why
from engine.plan.model import Making, Plan
from engine.plan.unknowns import unknowns
from engine.record.plan import OnFailure
from engine.report import ways
from engine.report.paint import Paint, clean, plain
from engine.runbook.channels import REGISTRY
from engine.runbook.model import Filters, Step

WIDTH = 96

_FATES = {
    Fate.WILL_RUN: ("good", "will run"),
    Fate.WILL_SKIP: ("faint", "will be skipped"),
    Fate.NOT_REACHED: ("warning", "is never reached"),
    Fate.KNOWN_AFTER: ("warning", "known after"),
}
_FIELD_NAMES = {"conversation": "talks"}
_CONSEQUENCE = {
    OnFailure.HALT: "the run stops (on_failure: halt)",
    OnFailure.PAUSE: "the run stops and asks a person (on_failure: pause)",
    OnFailure.CONTINUE: "the run goes on all the same (on_failure: continue)",
}


def render(plan: Plan, making: Making, paint: Paint = plain) -> str:
    """Show the whole plan as text."""
    sections = [
        _verdict(plan, paint),
        _section("Steps", [line for step in plan.runbook.steps for line in _step(plan, step, paint)], paint),
        _section(f"What can happen ({_ways(plan)})", ways.render(plan.tree, paint), paint),
        _section(
            "What this plan does not know",
            [part for line in unknowns(plan) for part in _wrapped(f"- {line}").splitlines()],
            paint,
        ),
        _section("Inputs", list(_inputs(plan)), paint),
        _section("Requests, as they would go out", list(_requests(plan)), paint),
        _section("Digests", list(_digests(plan, making)), paint),
    ]
    return clean("\n\n".join(section for section in sections if section))


def _wrapped(line: str) -> str:
    """Break a sentence at the usual width; what stands in columns or is code stays as it is."""
    return textwrap.fill(line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _section(title: str, lines: list[str], paint: Paint) -> str:
    return "\n".join([paint("strong", title), *(f"  {line}".rstrip() for line in lines)]) if lines else ""


def _verdict(plan: Plan, paint: Paint) -> str:
    runbook, most = plan.runbook, plan.analysis.messages
    revision = f" revision {runbook.revision}" if runbook.revision is not None else ""
    title = f"Plan of {runbook.name}{revision}, for {runbook.purpose.value}, owned by {runbook.owner}"
    lines = [
        paint("strong", title),
        *(["  " + runbook.description] if runbook.description else []),
    ]
    if plan.assumed:
        fixed = [f"{s}.{n.value} = {v}" for s, some in plan.assumed.items() for n, v in some.items()]
        lines.append(paint("warning", f"  Assuming {', '.join(fixed)}: other answers are left out below."))
    if most.number == 0:
        lines.append(paint("strong", "  Nothing would be sent."))
    elif most.number is None:
        steps = ", ".join(most.unbounded)
        lines.append(
            paint("error", f"  Messages: unknown, with NO upper limit, because {steps} says limit: none.")
        )
    else:
        many = plan.analysis.per_customer
        each = f"one customer gets at most {many}" if many > 1 else "each customer gets at most one"
        at_most = paint("strong", f"at most {most.number}")
        lines.append(f"  Messages: unknown, {at_most}, because of the limits; {each}.")
    everyone = [step.id for step in runbook.steps if step.filters is None]
    if everyone:
        lines.append(paint("error", f"  {', '.join(everyone)} goes to EVERYONE in the campaign."))
    dead = plan.analysis.dead_steps
    if dead:
        lines.append(paint("warning", f"  Never sent on any way: {', '.join(dead)}."))
    return "\n".join(lines)


def _step(plan: Plan, step: Step, paint: Paint) -> Iterator[str]:
    number = plan.program.positions[step.id] + 1
    fate = plan.analysis.fates[step.id]
    style, words = _FATES[fate.fate]
    after = f" {' and '.join(fate.after)}" if fate.fate is Fate.KNOWN_AFTER and fate.after else ""
    title = f" · {step.title}" if step.title else ""
    heading = f"{number}. {step.id} · {REGISTRY[step.channel].label}{title}"
    yield f"{heading}: {paint(style, words + after)} ({why(plan, step)})"
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
    yield f"   fails  {_fails(step)}"
    yield f"          then {_CONSEQUENCE[step.on_failure]}"
    if step.expect_matched is not None:
        shout = "is checked only after sending: it can stop what follows, not this step"
        yield f"   {paint('warning', 'note')}   expect {shout}"


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
    return f"if nobody is reached or the API refuses{broken}"


def _ways(plan: Plan) -> str:
    count = f"{plan.analysis.paths:,}" if plan.analysis.paths < 10**9 else "more than a billion"
    limits = "" if plan.tree.exhaustive else ", not exhaustive"
    return f"{count} way{'' if plan.analysis.paths == 1 else 's'}{limits}"


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
    yield f"rules  {plan.rules_digest}  everything but people and dates"
    yield f"plan   {plan.digest}  exactly these requests"
    made, expires = (f"{at:%Y-%m-%d %H:%M} UTC" for at in (making.created_at, making.expires_at))
    yield f"Made {made}; a run must start before {expires}."
