"""What is asked of the logs: as few questions as hold every row that the attempts may have."""

from collections.abc import Iterable

from engine.frozen import dataclass
from engine.reconciler.attempt import Attempt
from engine.record.settlement import LOGGED
from engine.timepay.logs import LogQuery


@dataclass(frozen=True, slots=True)
class Look:
    """One question, and the attempts whose rows it is asked for."""

    query: LogQuery
    attempts: tuple[Attempt, ...]

    @property
    def is_documented(self) -> bool:
        """Whether the API's page says that its logs hold this channel; else it has to be found out."""
        return self.query.channel in LOGGED


def looks_for(attempts: Iterable[Attempt]) -> tuple[Look, ...]:
    """Ask by channel, and once for all attempts whose times touch; first where a send is in doubt."""
    made: list[Look] = []
    for each in sorted(attempts, key=lambda each: (each.send.channel, each.since)):
        last = made[-1] if made else None
        if last and last.query.channel == each.send.channel and each.since <= last.query.until:
            until = max(last.query.until, each.until)
            query = LogQuery(each.send.campaign, each.send.channel, last.query.since, until)
            made[-1] = Look(query, (*last.attempts, each))
        else:
            query = LogQuery(each.send.campaign, each.send.channel, each.since, each.until)
            made.append(Look(query, (each,)))
    return tuple(sorted(made, key=lambda look: not any(each.is_doubtful for each in look.attempts)))
