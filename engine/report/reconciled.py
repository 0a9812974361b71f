"""What a look at the API's logs came to, for people."""

from collections.abc import Iterable

from engine.reconciler.attempt import Trust
from engine.reconciler.seen import Seen


def reconciled(seen: Iterable[Seen]) -> str:
    """Say of each send what is known by now, and what is not."""
    return "\n".join(f"  {_about(each)}" for each in seen)


def _about(seen: Seen) -> str:
    send = seen.attempt.send
    name = send.address if send.attempt == 1 else f"{send.address} (attempt {send.attempt})"
    return f"{name}: {_found(seen)}"


def _found(seen: Seen) -> str:
    if not seen.is_kept:
        doubt = ", so it stays in doubt" if not seen.is_settled else ""
        return f"the API's logs hold no {seen.attempt.send.channel}: they tell nothing of it{doubt}"
    if seen.contradicts:
        return (
            f"it did reach {_customers(seen.reached)}, though a person had said that it was not sent: the "
            "run halts for good, and nothing is sent to this campaign until somebody has looked into it"
        )
    if seen.reached:
        new = "" if seen.new == seen.reached else f" ({seen.new:,} new)"
        went = "it went out (taken as sent): " if seen.attempt.is_doubtful else ""
        return f"{went}rows show it for {_customers(seen.reached)}{new}{_others(seen)}"
    looked = f"none of {seen.rows:,} rows" if seen.rows else "no row"
    if not seen.is_settled:
        return (
            f"nobody knows whether it went out (in doubt): {looked} of its time fits it. That "
            "proves nothing: rows may come late"
        )
    was_said = seen.attempt.trust is Trust.SAID_UNSENT
    return f"{looked} fits it" + (", as far as the logs show" if was_said else f"{_others(seen)}")


def _others(seen: Seen) -> str:
    """Say what of a send is not known, and that nothing is said of who has no row."""
    others = None if seen.named is None else seen.named - seen.reached
    if others == 0:
        return ", all whom it named"
    if others is None:
        return "; whom else it reached is not known"
    return f"; the other {others:,} of the {seen.named:,} whom it named may have been reached"


def _customers(number: int) -> str:
    return "1 customer" if number == 1 else f"{number:,} customers"
