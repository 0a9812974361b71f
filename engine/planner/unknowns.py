"""What a plan does not know: said, not guessed (DESIGN, rule 5)."""

from collections.abc import Iterator

from engine.planner.model import Plan


def unknowns(plan: Plan) -> list[str]:
    """List in plain sentences what a reviewer must not take for known."""
    return [*_people(plan), *_texts(plan), *_account(plan), *_ways(plan)]


def same_people(plan: Plan) -> tuple[str, ...]:
    """Name the steps that may be sent, if they are several and all address the same people."""
    steps = [step for step in plan.runbook.steps if step.id not in plan.analysis.dead_steps]
    is_same = len(steps) > 1 and all(step.filters == steps[0].filters for step in steps)
    return tuple(step.id for step in steps) if is_same else ()


def _people(plan: Plan) -> Iterator[str]:
    steps = plan.runbook.steps
    yield (
        "How many customers match, and who: the API tells only after sending. Reviewed are the filters "
        "and the limits as they stand here; who matches may change until the run."
    )
    yield (
        "Whether an accepted message is delivered, and whether one reported as failed was not sent after "
        "all: the API also calls its own time-outs failed. A later step may message such a person again."
    )
    if any(step.limit is not None for step in steps):
        yield "Which of the matching customers a limit takes, and in which order: the API does not say."
    expecting = [step.id for step in steps if step.expect_matched is not None]
    if expecting:
        names = ", ".join(expecting)
        yield (
            f"Whether expect holds ({names}): it is checked on the answer, when that step has already "
            "been sent; a broken one can only stop what follows."
        )
    if plan.analysis.per_customer > 1 and not same_people(plan):
        yield (
            "Whether the same customer is in several steps: if so, one person gets up to "
            f"{plan.analysis.per_customer} messages."
        )


def _texts(plan: Plan) -> Iterator[str]:
    unnamed = dict.fromkeys(
        step.template
        for step in plan.runbook.steps
        if step.template is not None and step.id not in plan.templates
    )
    if unnamed:
        yield f"What these templates say, for the catalog does not name them: {', '.join(map(str, unnamed))}."


def _account(plan: Plan) -> Iterator[str]:
    if plan.account is None:
        yield "Which account it is for: no environment is set up, so a run would not fit this plan."
    if plan.runbook.campaign.name is not None:
        yield f"Whether the campaign is called {plan.runbook.campaign.name!r}: a run checks it first."
    yield "Whether the hour is a permitted one, and what it costs: this version has no policies."


def _ways(plan: Plan) -> Iterator[str]:
    if not plan.tree.exhaustive:
        yield "Every way that the run can go: there are too many, the list above is not exhaustive."
    if plan.analysis.possible_only:
        yield (
            "Which of the ways above can really happen: a condition calculates with numbers in a way that "
            "this plan cannot resolve, so what it calls *perhaps* is possible, not proved."
        )
