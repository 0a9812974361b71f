"""The page for people: what each customer got, newest first. One self-contained text of HTML."""

from collections import Counter
from collections.abc import Mapping
from html import escape

from engine.sandbox.customers import IST, Campaign
from engine.sandbox.inbox_style import FRAME
from engine.sandbox.outbox import Message
from engine.sandbox.state import Sandbox

_MOST_CARDS = 300
_MOST_LINES = 20
_NAMES = {"whatsapp": "WhatsApp", "sms": "SMS", "call": "Call"}


def page(sandbox: Sandbox) -> str:
    """Give the inbox as HTML; whatever was sent in is escaped."""
    messages = sandbox.outbox
    groups: dict[tuple[str, str], list[Message]] = {}
    for message in reversed(messages):
        groups.setdefault((message.campaign, message.customer), []).append(message)
    campaigns = sandbox.campaigns
    cards = [_card(key, got, campaigns) for key, got in list(groups.items())[:_MOST_CARDS]]
    if len(groups) > _MOST_CARDS:
        cards.append(f'<p class="note">and {len(groups) - _MOST_CARDS} more customers</p>')
    return FRAME.format(
        counts=_counts(messages, len(groups)),
        campaigns=", ".join(_campaign(each) for each in campaigns.values()) or "no campaign is loaded",
        faults=_faults(sandbox),
        cards="\n".join(cards) or _EMPTY,
    )


_EMPTY = '<p class="note">Nothing was sent yet. What runs send to this sandbox appears here by itself.</p>'


def _counts(messages: tuple[Message, ...], customers: int) -> str:
    channels = Counter(message.channel for message in messages)
    numbers = {"messages": len(messages), "customers": customers}
    in_order = [*(name for name in _NAMES if channels[name]), *sorted(channels.keys() - _NAMES.keys())]
    numbers |= {_NAMES.get(channel, channel): channels[channel] for channel in in_order}
    return "".join(f"<li><b>{number:,}</b> {escape(name)}</li>" for name, number in numbers.items())


def _campaign(campaign: Campaign) -> str:
    return escape(f"{campaign.name} ({campaign.id}, {len(campaign.customers):,} customers)")


def _faults(sandbox: Sandbox) -> str:
    waiting = Counter(str(fault.kind) for fault in sandbox.faults)
    if not waiting:
        return ""
    said = ", ".join(f"{number} {kind}" if number > 1 else kind for kind, number in waiting.items())
    return f'<p class="faults">Faults that wait: {escape(said)}</p>'


def _card(key: tuple[str, str], got: list[Message], campaigns: Mapping[str, Campaign]) -> str:
    campaign, name = key
    known = campaigns.get(campaign)
    customer = known.customers.get(name) if known else None
    about = [customer.phone, customer.language, customer.payment_status] if customer else []
    often = f'<span class="often">{len(got)} messages</span>' if len(got) > 1 else ""
    lines = "\n".join(_line(message) for message in got[:_MOST_LINES])
    more = f"<li>and {len(got) - _MOST_LINES} more</li>" if len(got) > _MOST_LINES else ""
    who = "".join(f"<span>{escape(each)}</span>" for each in (name, *filter(None, about)))
    title = escape(customer.name if customer and customer.name else name)
    return (
        f"<article><header><h2>{title}</h2>{often}</header>"
        f'<p class="who">{who}</p>'
        f"<ol>{lines}{more}</ol></article>"
    )


def _line(message: Message) -> str:
    at = message.at.astimezone(IST)
    what = message.template or f"agent {message.agent}"
    return (
        f'<li class="{escape(message.channel)}">'
        f'<span class="channel">{escape(_NAMES.get(message.channel, message.channel))}</span>'
        f"<code>{escape(what)}</code>"
        f'<time datetime="{at.isoformat()}">{at:%d %b %H:%M:%S} IST</time>'
        f'<span class="request">request {message.request}</span></li>'
    )
