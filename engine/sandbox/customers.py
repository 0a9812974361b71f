"""Campaigns and their customers, read from the rows in which a lender's system has them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.sandbox.wire import Unreadable

IST = timezone(timedelta(hours=5, minutes=30))
STATUSES = ("bounced", "pending", "partial", "paid", "received")
ID_KEYS = ("loan_id", "lead_id")
_PHONE_KEYS = ("phone_number", "phone", "mobile")


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer; ``columns`` is the whole row as text, ``id_key`` says which column is the id."""

    id: str
    id_key: str
    row: int
    name: str
    phone: str
    payment_status: str
    language: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A list of customers, in the order of their rows; ``about`` is what the API shows besides."""

    id: str
    name: str
    customers: Mapping[str, Customer]
    columns: frozenset[str]
    about: Mapping[str, Json]


def local(at: datetime) -> str:
    """Write an instant as the API does: Indian time, whole seconds, no offset."""
    return at.astimezone(IST).strftime("%Y-%m-%dT%H:%M:%S")


def customer_from(row: Json, number: int = 1) -> Customer:
    """Read a customer from its row, the ``number``-th of the campaign; raises Unreadable without an id."""
    if not isinstance(row, dict):
        raise Unreadable("a customer is a mapping of columns to values")
    columns = {str(key): value if isinstance(value, str) else str(value) for key, value in row.items()}
    id_key = next((key for key in ID_KEYS if columns.get(key)), None)
    if id_key is None:
        raise Unreadable("a customer needs a loan_id or a lead_id")
    full_name = f"{columns.get('first_name', '')} {columns.get('last_name', '')}".strip()
    phone = next((columns[key] for key in _PHONE_KEYS if key in columns), "")
    return Customer(
        id=columns[id_key],
        id_key=id_key,
        row=number,
        name=columns.get("name") or full_name,
        phone=phone,
        payment_status=columns.get("payment_status", ""),
        language=columns.get("language", ""),
        columns=columns,
    )


def campaign_from(data: Json) -> Campaign:
    """Read a campaign: ``{id, name, customers: [row, …]}`` and whatever the API shows of it besides.

    Raises ValueError that says what is wrong.
    """
    name = data.get("id") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(name, str) or not name:
        raise Unreadable("a campaign is a mapping with an id and a list of customers")
    rows = data.get("customers", [])
    if not isinstance(rows, list):
        raise Unreadable(f"campaign {name}: customers must be a list")
    customers: dict[str, Customer] = {}
    for number, row in enumerate(rows, 1):
        customer = _read(row, number, name)
        if customer.id in customers:
            raise Unreadable(f"campaign {name} has {customer.id} twice")
        customers[customer.id] = customer
    columns = frozenset(column for each in customers.values() for column in each.columns)
    about = {key: value for key, value in data.items() if key not in {"id", "name", "customers"}}
    return Campaign(name, str(data.get("name", name)), customers, columns, about)


def changed(campaign: Campaign, customer: str, columns: Mapping[str, str]) -> Campaign:
    """Give the campaign with some columns of one customer changed; raises KeyError for a stranger."""
    old = campaign.customers[customer]
    new = customer_from({**old.columns, **columns}, old.row)
    customers = {**campaign.customers, customer: new}
    return replace(campaign, customers=customers, columns=campaign.columns | columns.keys())


def _read(row: Json, number: int, campaign: str) -> Customer:
    try:
        return customer_from(row, number)
    except Unreadable as error:
        raise Unreadable(f"campaign {campaign}, customer {number}: {error}") from None


def matching(
    campaign: Campaign, fits: Callable[[Customer], bool], ids: frozenset[str] | None = None
) -> list[Customer]:
    """Give the customers that fit, in the campaign's order; ``ids`` None means any id."""
    if ids is None:
        return [each for each in campaign.customers.values() if fits(each)]
    # Few ids of many customers: no need to look at everybody.
    named = [campaign.customers[name] for name in ids if name in campaign.customers]
    return sorted((each for each in named if fits(each)), key=lambda each: each.row)
