"""A request to the API, exactly as it would go out."""

from engine.diagnostics import Json
from engine.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One call: method, path below the base URL, and the JSON body."""

    method: str
    path: str
    body: dict[str, Json]

    def to_json(self) -> dict[str, Json]:
        """Give the request as plans show it."""
        return {"method": self.method, "path": self.path, "body": self.body}
