"""What customers got, and whether the promises were kept: judged by the outbox, not by the run log. Pure."""

from collections import Counter

from engine.frozen import dataclass
from engine.sandbox import Message, Sandbox

_OWES = ("bounced", "pending")
"""The demo's runbook addresses only those whose payment stands so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who got what, a line each; what was promised and not kept; and (where nothing is) what was kept."""

    lines: tuple[str, ...]
    broken: tuple[str, ...]
    kept: tuple[str, ...]


def judge(sandbox: Sandbox, confirmed: int) -> Verdict:
    """Count who got what, and look for anybody who got too much.

    ``confirmed``: of how many WhatsApp messages the API said that they went out.
    """
    (campaign,), outbox = sandbox.campaigns.values(), sandbox.outbox
    owing = {each.id for each in campaign.customers.values() if each.payment_status in _OWES}
    got = Counter(message.customer for message in outbox)
    all_the_same = sum(message.channel == "whatsapp" for message in outbox) - confirmed
    reached = (
        f"The API had counted some as failed, and {all_the_same} of them got their message all the same. "
        "That is why nobody is sent a second one because the first one failed."
    )
    once = (
        f"Of {len(campaign.customers):,} customers {len(got):,} got one message, and nobody got two, over "
        "all channels: through a lost answer, a killed process, and a button pressed twice."
    )
    return Verdict(_lines(sandbox, owing), tuple(_broken(sandbox, owing)), (reached, once))


def _lines(sandbox: Sandbox, owing: set[str]) -> tuple[str, ...]:
    (campaign,), outbox = sandbox.campaigns.values(), sandbox.outbox
    by_text: dict[tuple[str, str], list[Message]] = {}
    for each in outbox:
        by_text.setdefault((each.channel, each.template or "by an agent"), []).append(each)
    first = {about: campaign.customers[messages[0].customer].name for about, messages in by_text.items()}
    lines = [
        f"{len(messages):>5,}  {channel:<8}  {text:<12}  such as {first[channel, text]}"
        for (channel, text), messages in by_text.items()
    ]
    nothing = campaign.customers.keys() - {each.customer for each in outbox}
    left_out = len(nothing & owing)
    about = f"{len(nothing) - left_out:,} do not owe, {left_out:,} were beyond a limit or failed"
    return (*lines, f"{len(nothing):>5,}  nothing: {about}")


def _broken(sandbox: Sandbox, owing: set[str]) -> list[str]:
    got = Counter(message.customer for message in sandbox.outbox)
    twice = [name for name, number in got.items() if number > 1]
    strangers = [name for name in got if name not in owing]
    accepted = Counter((each.path, each.body) for each in sandbox.requests if each.accepted is not None)
    repeated = [path for (path, _), number in accepted.items() if number > 1]
    found = {
        f"{len(twice)} customers got more than one message, such as {', '.join(twice[:3])}": twice,
        f"{len(strangers)} who do not owe got a message, such as {', '.join(strangers[:3])}": strangers,
        f"the same request was made, and taken, more than once: {', '.join(repeated)}": repeated,
        "nobody got anything": [] if got else ["everybody"],
    }
    return [what for what, who in found.items() if who]
