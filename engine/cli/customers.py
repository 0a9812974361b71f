"""Customers for a trial from a file: CSV, or JSON as ``runbook sandbox --load`` takes it."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from engine.api.files import read_bytes
from engine.diagnostics import Json
from engine.refusal import Exit, Refusal
from engine.runbook.spelling import listed
from engine.sandbox.customers import ID_KEYS
from engine.sandbox.reading import listed as list_of
from engine.sandbox.wire import Unreadable, decoded

_MOST_BYTES = 200_000_000
_CSV = "write a header such as loan_id,first_name,payment_status,language,branch, then a line a customer"


def customers_from(path: Path, campaign: str, columns: Mapping[str, str]) -> list[dict[str, Json]]:
    """Read the customers of a campaign; ``columns``: those that steps filter by, each with such a step.

    Raises ``Refusal`` (10): to the API a filter by a column that nobody has may mean everyone.
    """
    text = read_bytes(path, _MOST_BYTES)
    rows = _from_json(text, path, campaign) if path.suffix.lower() == ".json" else _from_csv(text, path)
    known = {column for row in rows for column in row}
    if not rows or not known & {*ID_KEYS}:
        what = "no customers" if not rows else "no column loan_id or lead_id, so nobody can be told apart"
        raise Refusal(f"{path} has {what}", _CSV, Exit.INVALID)
    for column, step in columns.items():
        if column not in known:
            cure = f"add it to the file, or mend the filters of {step}; it has {listed(sorted(known), 'and')}"
            raise Refusal(f"{path} has no column {column}, by which {step} filters", cure, Exit.INVALID)
    return rows


def _from_csv(text: bytes, path: Path) -> list[dict[str, Json]]:
    try:
        reader = csv.reader(StringIO(text.decode("utf-8-sig"), newline=""), strict=True)
        header = [column.strip() for column in next(reader, [])]
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not text in UTF-8", "save it as CSV UTF-8", Exit.INVALID) from None
    except csv.Error as error:
        raise Refusal(f"{path} is not CSV: {error}", _CSV, Exit.INVALID) from None
    if len({*header}) != len(header):
        raise Refusal(f"{path} names a column twice in its first line", _CSV, Exit.INVALID)
    for line, cells in rows:
        if len(cells) != len(header):
            message = f"{path}:{line}: {len(cells)} cells, and the first line has {len(header)}"
            raise Refusal(message, "put a cell that holds a comma between double quotes", Exit.INVALID)
    return [dict(zip(header, (cell.strip() for cell in cells), strict=True)) for _, cells in rows]


def _from_json(text: bytes, path: Path, campaign: str) -> list[dict[str, Json]]:
    cure = '{"campaigns": [{"id": "' + campaign + '", "customers": [{"loan_id": "L-1"}]}]}'
    try:
        campaigns = list_of(decoded(text), "campaigns")
    except Unreadable as error:
        raise Refusal(f"{path}: {error}", f"write {cure}", Exit.INVALID) from None
    except ValueError:
        raise Refusal(f"{path} is not JSON", f"write {cure}", Exit.INVALID) from None
    named = [each for each in campaigns if isinstance(each, dict) and "customers" in each]
    mine = next((each["customers"] for each in named if each.get("id") == campaign), None)
    rows = mine if named else campaigns
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        known = listed([str(each.get("id")) for each in named], "and")
        what = f"there is no campaign {campaign} in it; it has {known}" if named else "customers are mappings"
        raise Refusal(f"{path}: {what}", f"write {cure}", Exit.INVALID)
    return [row for row in rows if isinstance(row, dict)]
