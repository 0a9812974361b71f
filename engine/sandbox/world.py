"""What the sandbox knows between two requests, and how the API answers a request in it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.frozen import dataclass, replace
from engine.sandbox.answers import forbidden, invalid, not_found, unauthorized, unusual
from engine.sandbox.asked import CHANNELS, LOGGED, Asked, Invalid, read
from engine.sandbox.campaigns import one, page
from engine.sandbox.customers import Campaign, Customer
from engine.sandbox.faults import LOG_KINDS, Fault, Script
from engine.sandbox.initiate import carry_out
from engine.sandbox.log_faults import Look, as_shown
from engine.sandbox.logs import Row, page_of, row_of
from engine.sandbox.outbox import Message, Received, received
from engine.sandbox.wire import Call, Reply


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox reads what the reference leaves open."""

    strict: bool = False
    """Answer 400 where an undocumented value would otherwise widen the audience."""
    token: str | None = None
    """The only token that is let in; None: any that is not empty."""
    org: str | None = None
    """The sandbox's organisation; a request for another one gets 403."""
    agents: frozenset[str] | None = None
    """The agents that can call; None: any. An unknown one gets 404."""
    sms_logs: str = "refused"
    """What logs do with ``type=sms``: refused (400), ignored (all rows), or shown."""
    endpoints: frozenset[str] = frozenset()
    """Endpoints below ``/initiate/CAMPAIGN/`` beside the documented ones; each is a channel of its own,
    whose body is taken for granted but for ``limit`` and ``filters``, and which no log shows."""

    def channel_at(self, endpoint: str) -> str | None:
        """Give the channel that an endpoint means; None where there is no such endpoint."""
        return CHANNELS.get(endpoint) or (endpoint if endpoint in self.endpoints else None)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request on its way through the API: when it came, its number, what befalls it.

    Without ``accept`` it is answered, but nothing that it asks for is done.
    """

    call: Call
    at: datetime
    number: int
    faults: tuple[Fault, ...]
    accept: bool

    @property
    def fault(self) -> Fault | None:
        """The fault that befalls the request itself; those of logs only colour what is read."""
        return next((each for each in self.faults if each.kind not in LOG_KINDS), None)


class World:
    """Campaigns, messages, requests, faults: everything that changes. Not safe for threads."""

    def __init__(self, seed: int, options: Options, campaigns: Mapping[str, Campaign]) -> None:
        self.seed = seed
        self.options = options
        self.campaigns = dict(campaigns)
        self.script = Script(seed)
        self.messages: list[Message] = []
        self.requests: list[Received] = []
        self._rows: list[Row] = []
        self._accepted = 0

    def note(self, call: Call, at: datetime, fault: Fault | None) -> int:
        """Write a request down and give its number."""
        number = len(self.requests) + 1
        self.requests.append(received(call, number, at, fault.kind if fault else None))
        return number

    def note_answer(self, number: int, status: int | None) -> None:
        """Write down how a request was answered."""
        self.requests[number - 1] = replace(self.requests[number - 1], status=status)

    def answer(self, visit: Visit) -> Reply:
        """Answer a request, and do what it asks for."""
        if (refusal := _refusal(visit.call, self.options)) is not None:
            return refusal
        call = visit.call
        match call.path.strip("/").split("/"):
            case ["initiate", campaign, endpoint] if channel := self.options.channel_at(endpoint):
                return _only(call, "POST", lambda: self._initiate(visit, campaign, channel))
            case ["logs"]:
                return _only(call, "GET", lambda: self._logs(visit))
            case ["campaigns"]:
                return _only(call, "GET", lambda: page(self.campaigns, call.query, self.options.org))
            case ["campaigns", name]:
                return _only(call, "GET", lambda: one(self.campaigns, name, self.options.org))
            case _:
                return not_found("page", named=True)

    def _initiate(self, visit: Visit, name: str, channel: str) -> Reply:
        try:
            asked = read(visit.call, channel, strict=self.options.strict)
        except Invalid as wrong:
            return invalid(wrong.errors)
        campaign = self.campaigns.get(name)
        if campaign is None:
            return not_found("campaign")
        agents = self.options.agents
        if channel == "call" and agents is not None and asked.agent not in agents:
            return not_found("agent")
        carried = carry_out(asked, campaign, visit.fault, self.seed, visit.number)
        if visit.accept and carried.selected:
            self._accept(visit, asked, campaign, carried.reached)
        return carried.reply

    def _accept(self, visit: Visit, asked: Asked, campaign: Campaign, reached: tuple[Customer, ...]) -> None:
        self._accepted += 1
        accepted = self._accepted
        entry = self.requests[visit.number - 1]
        self.requests[visit.number - 1] = replace(entry, accepted=accepted)
        for customer in reached:
            message = Message(
                customer.id, campaign.id, asked.channel, asked.template, asked.agent, visit.at, accepted
            )
            self.messages.append(message)
            if asked.channel in LOGGED or (asked.channel == "sms" and self.options.sms_logs == "shown"):
                self._rows.append(row_of(message, customer, campaign, self.seed))

    def _logs(self, visit: Visit) -> Reply:
        query = dict(visit.call.query)
        if query.get("type", "call") not in LOGGED:
            if self.options.sms_logs == "refused" or query["type"] != "sms":
                return invalid(["type must be one of call, whatsapp"])
            if self.options.sms_logs == "ignored":
                del query["type"]
        look = Look(query, visit.at, self.seed, self.campaigns)
        return page_of(as_shown(self._rows[::-1], visit.faults, look), query)


def _refusal(call: Call, options: Options) -> Reply | None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip() or options.token not in {None, token.strip()}:
        return unauthorized()
    if options.org is not None and call.headers.get("x-org-id", options.org) != options.org:
        return forbidden()
    return None


def _only(call: Call, method: str, answer: Callable[[], Reply]) -> Reply:
    if call.method == method:
        return answer()
    reply = unusual(405)
    return replace(reply, headers={**reply.headers, "allow": method})
