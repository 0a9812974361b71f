"""What a look at the API's logs came to, for people."""

from collections.abc import Iterable

from engine.reconciler.attempt import Trust, names_of
from engine.reconciler.seen import Seen
from engine.record.outcome import counted


def reconciled(seen: Iterable[Seen], run: str) -> str:
    """Say of each send what is known by now, and what is not, to who looks at a run."""
    return "\n".join(f"  {names_of([each.attempt.key], run)}: {_found(each)}" for each in seen)


def _found(seen: Seen) -> str:
    doubt = "" if seen.is_settled else ", so it stays in doubt"
    if not seen.is_kept:
        return f"the API's logs hold no {seen.attempt.send.channel}: they tell nothing of it{doubt}"
    if seen.contradicts:
        return (
            f"it did reach {counted(seen.reached, 'customer')}, though a person had said that it was not "
            "sent: its run sends nothing more, nor does any other to this campaign until somebody has looked "
            "into it"
        )
    if seen.reached:
        new = "" if seen.new == seen.reached else f" ({seen.new:,} new)"
        went = "it went out (taken as sent): " if seen.attempt.is_doubtful else ""
        return f"{went}rows show it for {counted(seen.reached, 'customer')}{new}{_others(seen)}"
    if not seen.is_read:
        return f"its rows were not read{doubt}"
    if not seen.is_settled:
        return f"nobody knows whether it went out (in doubt): {_nothing(seen)}"
    was_said = seen.attempt.trust is Trust.SAID_UNSENT
    return f"{_looked(seen)} fits it" + (", as far as the logs show" if was_said else f"{_others(seen)}")


def _nothing(seen: Seen) -> str:
    """Say why no row settles a send in doubt; one that may be another's is never called none."""
    if not seen.disputed:
        return f"{_looked(seen)} of its time fits it. That proves nothing: rows may come late"
    number = len(seen.disputed)
    fit = "1 row fits it, but may be that" if number == 1 else f"{number:,} rows fit it, but may be those"
    whose = names_of(seen.disputed, seen.attempt.send.run)
    return f"{fit} of {whose}. It may well have gone out: do not say not-sent"


def _looked(seen: Seen) -> str:
    return f"none of {seen.rows:,} rows" if seen.rows > 1 else "no row"


def _others(seen: Seen) -> str:
    """Say what of a send is not known, and that nothing is said of who has no row."""
    if seen.at_most is not None and seen.reached > seen.at_most:
        return f", more than the {seen.at_most:,} whom it can have reached: some are somebody else's"
    others = None if seen.named is None else seen.named - seen.reached
    if others == 0:
        return ", all whom it named"
    if others is not None:
        return f"; the other {others:,} of the {seen.named:,} whom it named may have been reached"
    if seen.reached == seen.at_most:
        return ", as many as it can have reached"
    return "; whom else it reached is not known"
