"""An outcome as people read it: what the API answered, and how many customers it speaks of."""

from engine.record.outcome import Counts, Outcome, words


def told(outcome: Outcome) -> str:
    """Say what one attempt came to."""
    status = words(outcome.status.value)
    numbers = people(outcome.counts) if outcome.counts and outcome.counts.selected else ""
    numbers = "; ".join(filter(None, [numbers, excess(outcome)])) if numbers else outcome.reason
    return ": ".join(filter(None, [status, numbers]))


def excess(outcome: Outcome) -> str:
    """Say what an answer took too much; nothing unless it overreached. Its reason begins with that."""
    return outcome.reason.partition("; ")[0] if outcome.overreached else ""


def people(counts: Counts) -> str:
    """Say how many customers an answer speaks of."""
    of = f" of {counts.selected:,}" if counts.failed else ""
    failed = f", {counts.failed:,} failed (unknown whether reached)" if counts.failed else ""
    beyond = (
        f", {counts.matched - counts.selected:,} beyond the limit" if counts.matched > counts.selected else ""
    )
    asked = counts.selected if counts.failed else counts.initiated
    customers = "customer" if asked == 1 else "customers"
    return f"{counts.initiated:,}{of} {customers}{failed}; {counts.matched:,} matched{beyond}"
