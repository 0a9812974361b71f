"""Findings as SARIF 2.1.0, which code hosts and editors read: results, and the manual of their rules."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from engine.diagnostics import Diagnostic, Json, Kind
from engine.report.findings import Line

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def log(
    diagnostics: Sequence[Diagnostic],
    files: Iterable[str],
    *,
    line: Line,
    place: Callable[[str], str],
    page: Callable[[str], tuple[str, str]],
    unread: Sequence[str] = (),
    version: str,
) -> dict[str, Json]:
    """Give the log of one check.

    ``place`` gives the path of a file from the repository's root, ``page`` the manual's page of a code, as
    plain text and as Markdown; ``unread`` says of files why they were not checked.
    """
    places = {file: _address(place(file)) for file in files}
    kinds = {one.kind.code: one.kind for one in sorted(diagnostics, key=lambda one: one.kind.code)}
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "runbook",
                "semanticVersion": version,
                "rules": [_rule(kind, page(code)) for code, kind in kinds.items()],
            }
        },
        "invocations": [_invocation(unread)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "artifacts": [
            {"location": {"uri": uri, "uriBaseId": _ROOT}, "sourceLanguage": "yaml"}
            for uri in places.values()
        ],
        "results": [*_results(diagnostics, list(kinds), places, line)],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _address(path: str) -> str:
    return quote(path, errors="surrogateescape")


def _rule(kind: Kind, page: tuple[str, str]) -> Json:
    return {
        "id": kind.code,
        "shortDescription": {"text": kind.summary},
        "fullDescription": {"text": kind.why},
        "help": {"text": page[0], "markdown": page[1]},
        "defaultConfiguration": {"level": kind.severity.value},
    }


def _invocation(unread: Sequence[str]) -> Json:
    told: list[Json] = [{"level": "error", "message": {"text": why}} for why in unread]
    return {"executionSuccessful": not told, "toolExecutionNotifications": told}


def _results(
    diagnostics: Sequence[Diagnostic], codes: Sequence[str], places: Mapping[str, str], line: Line
) -> Iterator[Json]:
    ranks = {code: rank for rank, code in enumerate(codes)}
    indexes = {file: index for index, file in enumerate(places)}
    seen: Counter[str] = Counter()
    for one in diagnostics:
        same = "\n".join((one.kind.code, places[one.file], line(one.file, one.span.line).strip()))
        seen[same] += 1
        yield {
            "ruleId": one.kind.code,
            "ruleIndex": ranks[one.kind.code],
            "level": one.kind.severity.value,
            "message": {"text": f"{one.kind.summary}: {one.message}\nhelp: {one.help}"},
            "locations": [_location(one, places[one.file], indexes[one.file])],
            "partialFingerprints": {"finding/v1": _fingerprint(f"{same}\n{seen[same]}")},
        }


def _location(one: Diagnostic, uri: str, index: int) -> Json:
    region: Json = {
        "startLine": one.span.line,
        "startColumn": one.span.column,
        "endLine": one.span.end_line,
        "endColumn": one.span.end_column,
    }
    artifact: Json = {"uri": uri, "uriBaseId": _ROOT, "index": index}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _fingerprint(text: str) -> str:
    """Know a finding again when lines were added above it: by its code, its file and its line's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
