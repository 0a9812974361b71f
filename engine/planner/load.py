"""From the document that a run keeps back to the program by which it goes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.planner.program import digests_of
from engine.record.condition import Condition
from engine.record.plan import Account, Once, OnFailure, PlannedSend, PlannedStep, Program, Range, Retry
from engine.record.request import Request
from engine.refusal import Exit, Refusal
from engine.runbook.decode import decode_inputs
from engine.runbook.model import InputSpec

FORMAT = "program/v1"


def program_of(document: Mapping[str, Any]) -> Program:
    """Read the program of a run back; a document whose content does not give its digests is refused (13)."""
    with reading():
        if document["format"] == FORMAT and digests_of(dict(document)) == _said(document):
            return _program(document)
    raise _unreadable()


@contextmanager
def reading() -> Iterator[None]:
    """Refuse what the digests of a document do not cover, as they do, where it has another shape (13)."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _unreadable() from None


def _unreadable() -> Refusal:
    return Refusal(
        "the plan in the run log cannot be read, or does not give the digest that was reviewed",
        "it was written by another version, or changed: go on with that version, or plan a new run",
        Exit.NOT_AS_REVIEWED,
    )


def _program(document: Mapping[str, Any]) -> Program:
    if not isinstance(document["rules"]["runbook"], dict):
        raise TypeError("a runbook is a mapping")
    inputs = {spec.name: spec for spec in decode_inputs(document["rules"]["runbook"])}
    ids = {step["id"]: position for position, step in enumerate(document["steps"])}
    steps = tuple(_step(step, inputs, ids) for step in document["steps"])
    return Program(steps, {name: _value(about["value"]) for name, about in document["inputs"].items()})


def account_of(document: Mapping[str, Any]) -> Account:
    """Give the account that a plan is for."""
    about = document["runbook"]["account"]
    return Account(about["base_url"], about["org"])


def campaign_of(document: Mapping[str, Any]) -> str:
    """Give the id of the campaign whose customers a plan addresses."""
    return str(document["runbook"]["campaign"]["id"])


def once_of(document: Mapping[str, Any]) -> Once:
    """Give the period in which one occasion messages people at most once."""
    return Once(document["runbook"]["once"])


def _said(document: Mapping[str, Any]) -> tuple[str, str]:
    return document["digests"]["rules"], document["digests"]["plan"]


def _step(
    about: Mapping[str, Any], inputs: Mapping[str, InputSpec | None], ids: Mapping[str, int]
) -> PlannedStep:
    def conditions(texts: list[str], own: str | None) -> tuple[Condition, ...]:
        return tuple(_condition(text, inputs, ids, ids[about["id"]], own) for text in texts)

    expect = about["expect"]["matched"] if about["expect"] else None
    when = conditions([about["when"]], None) if about["when"] else ()
    return PlannedStep(
        id=about["id"],
        channel=about["channel"],
        sends=tuple(
            PlannedSend(send["address"], Request(send["method"], send["path"], send["body"]), send["at_most"])
            for send in about["sends"]
        ),
        when=when[0] if when else None,
        success=conditions(about["success"], about["id"]),
        expect_matched=Range(expect["min"], expect["max"]) if expect else None,
        on_failure=OnFailure(about["on_failure"]),
        retry=Retry(about["retry"]["attempts"], about["retry"]["within_s"]),
        timeout_s=about["timeout_s"],
    )


def _condition(
    text: str,
    inputs: Mapping[str, InputSpec | None],
    ids: Mapping[str, int],
    position: int,
    own: str | None,
) -> Condition:
    # Only a program with conditions pays for importing what reads them.
    from engine.runbook.expressions.fault import Scope  # noqa: PLC0415
    from engine.runbook.expressions.parse import parse  # noqa: PLC0415

    condition, faults = parse(text, Scope(inputs, ids, position, own))
    if condition is None:
        raise Refusal(
            f"a condition in the run log cannot be read: {text}: {faults[0].message}",
            "it was written by another version of runbook: go on with that version",
            Exit.NOT_AS_REVIEWED,
        )
    return condition


def _value(value: Any) -> Any:  # noqa: ANN401  (an input's value as JSON)
    return tuple(value) if isinstance(value, list) else value
