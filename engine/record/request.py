"""A request to the API, exactly as it would go out."""

import hashlib
import json

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.outcome import Counts

_WRITER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Request:
    """One call: method, path below the base URL, and the JSON body."""

    method: str
    path: str
    body: dict[str, Json]

    def to_json(self) -> dict[str, Json]:
        """Give the request as plans show it."""
        return {"method": self.method, "path": self.path, "body": self.body}

    def wire(self) -> bytes:
        """Give the body exactly as it goes out: compact JSON in UTF-8, keys sorted.

        So the bytes are the same whether the plan was just made or read back from the run log.
        """
        return _WRITER.encode(self.body).encode()

    def digest(self) -> str:
        """Give ``sha256:<hex>`` of the method, the path and the exact body."""
        head = f"{self.method} {self.path}\n".encode()
        return "sha256:" + hashlib.sha256(head + self.wire()).hexdigest()

    def customers(self) -> tuple[str, ...]:
        """Give the customers whom the request names; empty where it goes by filter alone."""
        filters = self.body.get("filters")
        if not isinstance(filters, dict):
            return ()
        left_out = set(_texts(filters.get("exclude_ids")))
        return tuple(name for name in _texts(filters.get("ids")) if name not in left_out)

    @property
    def named(self) -> int | None:
        """How many customers it names; None: it names nobody, and goes by filter alone."""
        filters = self.body.get("filters")
        return len({*self.customers()}) if isinstance(filters, dict) and "ids" in filters else None

    @property
    def at_most(self) -> int | None:
        """The most customers that it allows: its limit, or those whom it names; None: nothing bounds it."""
        limit = self.body.get("limit")
        bounds = [limit if type(limit) is int else None, self.named]
        return min((bound for bound in bounds if bound is not None), default=None)

    def is_overreached_by(self, counts: Counts) -> bool:
        """Say whether an answer took more customers than it allows, or matched more than it names.

        The latter took others than those named, or would have but for the limit: ``ids`` were ignored.
        """
        most, named = self.at_most, self.named
        return (most is not None and counts.selected > most) or (named is not None and counts.matched > named)


def _texts(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
