"""Whether a plan is what was reviewed, and bounded by what was allowed."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.api.files import read_bytes
from engine.frozen import dataclass
from engine.planner.ceilings import without_ceiling
from engine.planner.model import Making, Plan
from engine.planner.program import digests_of
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.timepay.campaign import CampaignFacts

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOST_BYTES = 64 * 1024 * 1024
_AGAIN = "review the plan again: `runbook plan` shows it, with its digests"


@dataclass(frozen=True, slots=True)
class Review:
    """What the person, the pipeline or the program says was reviewed."""

    expect: str | None = None
    within: str | None = None
    at_most: int | None = None
    plan_file: Path | None = None
    is_by_program: bool = False

    def word(self, option: str) -> str:
        """Name an option as whoever said it knows it: to a program it is an argument."""
        return option.removeprefix("--").replace("-", "_") if self.is_by_program else option

    @property
    def is_said(self) -> bool:
        """Whether anything bounds what may be sent without anybody looking."""
        return bool(self.options)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that were said."""
        said = {
            "--expect": self.expect,
            "--within": self.within,
            "--at-most": self.at_most,
            "--plan": self.plan_file,
        }
        return tuple(option for option, value in said.items() if value is not None)


def refuse_no_digest(name: str, value: str | None) -> None:
    """Refuse what is no digest as ``plan`` prints it (64); ``name``: the option or argument."""
    if value is not None and not (isinstance(value, str) and _DIGEST.fullmatch(value)):
        raise Refusal(
            f"{name} takes a whole digest, and {value!r} is none",
            "copy it from the plan: sha256: and 64 digits",
        )


def refuse_no_reason(name: str, reason: str | None) -> None:
    """Refuse a reason that says nothing (64); ``name``: the option or argument."""
    if reason is not None and not (isinstance(reason, str) and reason.strip()):
        raise Refusal(f"{name} needs a reason", "say why; whoever reads the log later needs it")


def refuse_unfilled(there: tuple[str, ...], here: tuple[str, ...], making: Making) -> None:
    """Refuse what nobody has filled in yet (11): it names no account, campaign or template.

    ``there``: what stands in the configuration; ``here``: in the runbook.
    """
    if there:
        where = making.environment or "this account"
        cure = "write your own in .runbook/config.yaml; `runbook doctor` lists what is left there"
        raise Refusal(f"{where} is not filled in yet: {', '.join(there)}", cure, Exit.GUARDED)
    if here:
        file = making.file or "the runbook"
        cure = f"write your own in {file} where that stands"
        raise Refusal(f"{file} is not filled in yet: {', '.join(here)}", cure, Exit.GUARDED)


def refuse_unreviewed(review: Review, plan: Plan, making: Making) -> datetime:
    """Refuse a plan that is not the reviewed one (13), with what differs; give until when it may start."""
    expires_at = making.expires_at
    if review.plan_file is not None:
        expires_at = min(expires_at, _refuse_other_plan(review.plan_file, plan, making))
    refuse_digests(review, plan.rules_digest, plan.digest)
    if review.within is not None and review.at_most is None:
        _refuse_without_ceiling(review, plan)
    return expires_at


def _refuse_without_ceiling(review: Review, plan: Plan) -> None:
    """Refuse rules that bound nothing (13): any number could be typed in after the review."""
    assert isinstance(plan.rules, dict), "rules are a mapping"
    if found := without_ceiling(plan.rules):
        raise Refusal(
            f"{review.word('--within')} bounds nothing here: {'; '.join(found)}",
            "declare a maximum for the input and review the rules again, "
            f"or say {review.word('--at-most')}, too",
            Exit.NOT_AS_REVIEWED,
        )


def refuse_digests(review: Review, rules_digest: str, plan_digest: str) -> None:
    """Refuse digests that are not the reviewed ones (13)."""
    plan, rules = ("plan", "--expect", plan_digest), ("rules", "--within", rules_digest)
    for said, (what, option, is_now), (other, other_option, other_now) in (
        (review.expect, plan, rules),
        (review.within, rules, plan),
    ):
        if said == other_now:
            raise Refusal(
                f"{review.word(option)} takes the {what} digest, and that is the {other} digest",
                f"say it with {review.word(other_option)}, or copy the {what} digest from the plan",
                Exit.NOT_AS_REVIEWED,
            )
        if said not in (None, is_now):
            raise Refusal(
                f"the {what} digest is {is_now}, and not the reviewed {said}", _AGAIN, Exit.NOT_AS_REVIEWED
            )


def refuse_more(review: Review, most: int | None, what: str = "this plan") -> None:
    """Refuse more messages than the person allows (11); ``most`` None: nothing bounds them."""
    if review.at_most is None or (most is not None and most <= review.at_most):
        return
    can = "an unlimited number of messages" if most is None else f"{most:,} messages"
    raise Refusal(
        f"{what} can send {can}, and {review.word('--at-most')} allows {review.at_most:,}",
        "lower the limits in the runbook, or allow more",
        Exit.GUARDED,
    )


def _refuse_other_plan(file: Path, plan: Plan, making: Making) -> datetime:
    """Refuse another plan than the one in a file (13); give until when that one holds."""
    reviewed = _read(file)
    expires_at = _expiry(reviewed)
    if making.created_at >= expires_at:
        raise Refusal(
            f"the plan in {file} held until {date_and_time(expires_at)}", _AGAIN, Exit.NOT_AS_REVIEWED
        )
    if reviewed["digests"]["plan"] != plan.digest:
        # Only a plan that differs is laid out whole.
        from engine.planner.compare import differences  # noqa: PLC0415
        from engine.planner.document import document  # noqa: PLC0415

        found = differences(reviewed, document(plan, making)) or (
            "something that this version words otherwise",
        )
        shown = "\n       ".join(["this is not the plan that was reviewed:", *found])
        raise Refusal(shown, _AGAIN, Exit.NOT_AS_REVIEWED)
    return expires_at


def _expiry(plan: Mapping[str, Any]) -> datetime:
    """Give the instant until which a plan holds; raises what a plan that is none makes Python raise."""
    expires_at = datetime.fromisoformat(plan["made"]["expires_at"])
    if expires_at.tzinfo is None:
        raise ValueError("without an offset it is no instant")
    return expires_at.astimezone(UTC)


def is_plan(file: Path) -> bool:
    """Say whether a file holds a plan/v1, whatever has become of it since it was written."""
    try:
        held = json.loads(read_bytes(file, _MOST_BYTES))
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and held.get("format") == "plan/v1"


def _read(file: Path) -> Mapping[str, Any]:
    """Read a plan/v1 file; one whose content does not give its digests is refused (13)."""
    try:
        plan = json.loads(read_bytes(file, _MOST_BYTES))
        said = (plan["digests"]["rules"], plan["digests"]["plan"])
        is_whole = plan["format"] == "plan/v1" and digests_of(plan) == said
        _expiry(plan)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise Refusal(
            f"{file} is not a plan", "make one: runbook plan FILE --out plan.json", Exit.INVALID
        ) from None
    if not is_whole:
        message = f"the plan in {file} does not give the digest that stands in it: it was changed"
        raise Refusal(message, _AGAIN, Exit.NOT_AS_REVIEWED)
    checked: Mapping[str, Any] = plan
    return checked


def refuse_other_campaign(
    read: Callable[[str], CampaignFacts], campaign: str, name: str | None, org: str | None
) -> None:
    """Read the campaign where the runbook pins its name, and refuse another one (11)."""
    if name is None:
        return
    facts = read(campaign)
    if facts.name is None:
        raise Refusal(
            f"the API does not say how campaign {campaign} is named: whether it is {name!r} is not known",
            "ask whoever runs the API; without campaign.name in the runbook nothing is compared",
            Exit.GUARDED,
        )
    pairs = (("is named", facts.name, name), ("belongs to the organisation", facts.org, org))
    for what, found, pinned in pairs:
        if found is not None and pinned is not None and found != pinned:
            raise Refusal(
                f"campaign {campaign} {what} {found!r}, and not {pinned!r}",
                "check the campaign's id and name in the runbook, and the environment",
                Exit.GUARDED,
            )
    if facts.status is not None and facts.status.lower() in ("paused", "completed", "draft"):
        raise Refusal(f"campaign {campaign} is {facts.status}", "make it active first", Exit.GUARDED)
