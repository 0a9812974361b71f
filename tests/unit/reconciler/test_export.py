"""What the dashboard exports, in whatever form."""

import json
from datetime import UTC, datetime

import pytest

from engine.reconciler.export import export_of
from engine.refusal import Exit, Refusal

ROW = {"message_id": "w-1", "loan_id": "L-1", "start_time": "2026-03-02T11:00:00", "type": "whatsapp"}
AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)

FORMS = {
    "a list": json.dumps([ROW]),
    "an answer of the logs": json.dumps({"success": True, "data": [ROW], "pagination": {}}),
    "one row": json.dumps(ROW),
    "a row a line": f"{json.dumps(ROW)}\n\n{json.dumps({**ROW, 'message_id': 'w-1'})}\n",
    "csv": "message_id,loan_id,start_time,type\nw-1,L-1,2026-03-02T11:00:00,whatsapp\n",
    "csv as a spreadsheet writes it": '\ufeff"Message ID";"Loan ID";"Start Time";"Type"\r\n'
    '"w-1";"L-1";"2026-03-02 11:00:00";"WhatsApp"\r\n',
    "other names": "ID\tCustomer Id\tSent At\tChannel\nw-1\tL-1\t2026-03-02T05:30:00Z\twhatsapp\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_row(form: str) -> None:
    """CSV with any separator and spelling, JSON in any wrapping."""
    (row,) = export_of(FORMS[form], "export.csv").rows
    assert (row.id, row.customer, row.at, row.channel) == ("w-1", "L-1", AT, "whatsapp")


def test_rows_without_who_or_when_are_counted() -> None:
    """A row without a time may be of any day: it fits nothing."""
    text = "id,loan_id,time\nw-1,L-1,2026-03-02T11:00:00\nw-2,L-2,\nw-3,,2026-03-02T11:00:00\n"
    export = export_of(text, "export.csv")
    assert [row.id for row in export.rows] == ["w-1"]
    assert export.unread == 2


NONE = {
    "nothing": "",
    "blanks": " \n",
    "prose": "nothing was sent that day",
    "broken json": '[{"loan_id": ',
    "numbers": "[1, 2]",
    "a header alone": "id,loan_id,time\n",
    "no times": "id,loan_id\nw-1,L-1\n",
    "nested too deep": "[" * 100_000,
    "a line that is no row": f"{json.dumps(ROW)}\n7\n",
}


@pytest.mark.parametrize("form", NONE)
def test_a_file_without_rows_is_refused(form: str) -> None:
    """It is said in words, with what to export (10)."""
    with pytest.raises(Refusal) as refused:
        export_of(NONE[form], "export.csv")
    assert refused.value.code == Exit.INVALID
    assert "export.csv" in refused.value.message


TIMES = {
    "a day that is no month": ("22/11/2026 21:29", datetime(2026, 11, 22, 15, 59, tzinfo=UTC)),
    "with halves of the day": ("22-11-2026 12:05 AM", datetime(2026, 11, 21, 18, 35, tzinfo=UTC)),
    "with seconds": ("22.11.2026 9:29:30 pm", datetime(2026, 11, 22, 15, 59, 30, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", TIMES)
def test_times_as_a_spreadsheet_writes_them(name: str) -> None:
    """The day first, where no month can be meant."""
    written, at = TIMES[name]
    assert export_of(f"loan_id,time\nL-1,{written}\n", "export.csv").rows[0].at == at


def test_more_of_what_a_dashboard_says() -> None:
    """A date apart from its time, a channel in other words, a template under another name."""
    text = "loan_id,date,time,channel,template\nL-1,2026-03-02,11:00:00,WhatsApp Message,tplA\n"
    (row,) = export_of(text, "export.csv").rows
    assert (row.at, row.channel, row.template) == (AT, "whatsapp", "tplA")


def test_lines_of_two_days_that_are_numbered_alike() -> None:
    """Both are rows."""
    text = "id,loan_id,time\n1,L-1,2026-03-02T11:00\n1,L-1,2026-03-03T11:00\n1,L-2,2026-03-02T11:00\n"
    assert len(export_of(text, "export.csv").rows) == 3


SAID = {
    "no times": ("id,loan_id\nw-1,L-1\n", "it has 'id', 'loan_id', and nothing in start_time"),
    "nobody": ("id,time\nw-1,2026-03-02T11:00\n", "nothing in loan_id"),
    "one column": ("loan_id\nL-1\n", "nothing in start_time"),
    "a time of two days": ("loan_id,time\nL-1,02/03/2026 11:00\n", "the time '02/03/2026 11:00' is not"),
    "no rows": ("id,loan_id,time\n", "it has no rows"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_missing_is_said(name: str) -> None:
    """By the columns that are there, and the first time that is not understood."""
    text, expected = SAID[name]
    with pytest.raises(Refusal, match="is no export of messages") as refused:
        export_of(text, "export.csv")
    assert expected in refused.value.message
