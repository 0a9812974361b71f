"""Whom messages were sent to, as programs and spreadsheets read it."""

import csv
from io import StringIO

import pytest

from engine.diagnostics import Json
from engine.record.contact import Contact, Unnamed
from engine.record.event import Source
from engine.report.contact_lists import HEAD, contact_json, contacts_csv, unnamed_json
from tests.factories import NOW
from tests.unit.report.test_contacts import PLANNED, ROW, send

OF_OLD = {"customer", "at", "channel", "template", "status", "campaign", "run", "address", "attempt"}


def test_json_keeps_the_keys_that_it_had() -> None:
    """And a reader of those takes no *perhaps* for a contact: it is asked for by name, and names nobody."""
    contact, unnamed = (
        contact_json(Contact("L-1", send(), PLANNED, (ROW,))),
        unnamed_json(Unnamed(send(), PLANNED)),
    )
    assert contact.keys() >= OF_OLD
    assert (contact["customer"], contact["may"], contact["known"]) == ("L-1", False, "reached")
    assert contact["rows"] == [
        {"row": "row-1", "at": NOW.isoformat(), "status": "delivered", "template": "t1", "source": Source.API}
    ]
    assert (unnamed["customer"], unnamed["may"], unnamed["at_most"]) == (None, True, 20)


def test_csv_has_the_keys_of_json() -> None:
    """RFC 4180: commas, quotes and line breaks stay within their cell."""
    contact = contact_json(Contact('L-1,"x"', send(), PLANNED, (ROW, ROW)))
    text = contacts_csv([contact, unnamed_json(Unnamed(send(), PLANNED))])
    assert set(HEAD) == {*contact, "at_most"}
    head, first, second = csv.reader(StringIO(text, newline=""))
    told, perhaps = dict(zip(head, first, strict=True)), dict(zip(head, second, strict=True))
    assert (told["customer"], told["text"], told["may"]) == ('L-1,"x"', "Dear {{name}},\npay.", "no")
    assert told["rows"] == "row-1 delivered; row-1 delivered"
    assert (perhaps["customer"], perhaps["may"], perhaps["at_most"]) == ("", "yes", "20")
    assert text.endswith("\r\n")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("L-1", "L-1"),
        ("\x1b[31mred", "␛[31mred"),
        ("\r=1", "'␍=1"),
    ],
)
def test_no_cell_is_a_formula_or_moves_a_terminal(value: Json, cell: str) -> None:
    """An id is whatever somebody once wrote into a campaign."""
    _, row = csv.reader(StringIO(contacts_csv([{"customer": value}]), newline=""))
    assert row[0] == cell
