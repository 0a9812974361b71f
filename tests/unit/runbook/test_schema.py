import copy
import time
from collections import Counter
from typing import Any

import pytest

from engine.diagnostics import Json, Kind, Path, in_order
from engine.runbook import fault
from engine.runbook.fault import (
    EMPTY,
    LATER_KEY,
    MALFORMED,
    MISPLACED_KEY,
    MISSING_KEY,
    MORE,
    NOT_ONE_AUDIENCE,
    OUT_OF_BOUNDS,
    REPEATED,
    SPECIAL_WORD,
    TEMPLATE_HERE,
    UNKNOWN_CHANNEL,
    UNKNOWN_FORMAT,
    UNKNOWN_KEY,
    UNKNOWN_WORD,
    WRONG_TYPE,
    Fault,
)
from engine.runbook.schema import MAX_FAULTS, check, diagnostics
from engine.runbook.source import read

GONE = object()
LEAST: dict[str, Any] = {
    "format": "runbook/v1",
    "name": "a",
    "owner": "ops",
    "purpose": "overdue",
    "campaign": {"id": "camp"},
    "steps": [{"id": "remind", "channel": "sms", "template": "t1", "filters": "everyone", "limit": 5}],
}
STEP: Path = ("steps", 0)
LIMIT = "write `limit: 100`, or `limit: none` to say that there is no limit."
EVERYONE = "`filters: everyone` to message every customer of the campaign"


def top(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Make a runbook with some keys of its top level changed or gone."""
    data = {**copy.deepcopy(LEAST), **changes}
    return {key: value for key, value in data.items() if value is not GONE}


def step(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Make a runbook with some keys of its only step changed or gone."""
    data = copy.deepcopy(LEAST)
    changed = {**data["steps"][0], **{key.replace("x_", "x-"): value for key, value in changes.items()}}
    data["steps"][0] = {key: value for key, value in changed.items() if value is not GONE}
    return data


def filters(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Make a runbook whose only step has these filters."""
    return step(filters=keys)


def only(data: Json, *, templates: bool = True) -> Fault:
    """Give the only fault of a runbook."""
    (found,) = check(data, templates=templates)
    return found


@pytest.mark.parametrize("templates", [True, False])
def test_a_runbook_of_the_right_shape_is_silent(templates: bool) -> None:
    """As authored and as rendered."""
    assert check(LEAST, templates=templates) == []


@pytest.mark.parametrize("text", ["नमस्ते", "Danke \N{PARTY POPPER}", "क\u200dष", "a  b", "x: {y}"])
def test_texts_of_any_script_are_fine(text: str) -> None:
    """Only what nobody can see is refused; joiners belong to Indian scripts."""
    assert check(step(title=text, filters={"custom": {text: text}}), templates=True) == []


def test_a_description_may_have_several_lines() -> None:
    """It is for people; conditions may be folded, too."""
    data = {**step(when="inputs.a\n and inputs.b\n"), "description": "One.\n\n\tTwo.\n"}
    assert check(data, templates=True) == []


def test_codes_are_unique_and_in_their_range() -> None:
    """A code is what people search for; no two kinds share one."""
    codes = Counter(kind.code for kind in vars(fault).values() if isinstance(kind, Kind))
    assert set(codes.values()) == {1}
    assert all("RB101" <= code <= "RB149" for code in codes)


LIMITS: list[tuple[Json, Kind, str]] = [
    (0, OUT_OF_BOUNDS, "0 is less than 1"),
    (-5, OUT_OF_BOUNDS, "-5 is less than 1"),
    (10_000_001, OUT_OF_BOUNDS, "10000001 is more than 10000000"),
    (1.5, WRONG_TYPE, "`limit` takes a whole number or `none`, and 1.5 has a fraction"),
    (True, WRONG_TYPE, "`limit` takes a whole number or `none`, and true is a yes-or-no value"),
    (None, EMPTY, "`limit` has no value"),
    ("", EMPTY, "`limit` is an empty text"),
    ("all", WRONG_TYPE, '"all" is a text, not a number'),
    ([], WRONG_TYPE, "`limit` takes a whole number or `none`, and this is a list"),
]


@pytest.mark.parametrize(("limit", "kind", "message"), LIMITS)
def test_a_limit_that_bounds_nothing_is_refused(limit: Json, kind: Kind, message: str) -> None:
    """Whatever is wrong with it, the mend shows a number and the word for having none."""
    found = only(step(limit=limit))
    assert (found.kind, found.path, found.where) == (kind, (*STEP, "limit"), "value")
    assert found.message == message
    assert "`limit: 100`, or `limit: none` to say that there is no limit." in found.help


def test_a_quoted_limit_is_told_to_drop_its_quotes() -> None:
    """The number itself was right."""
    found = only(step(limit="250"))
    assert (found.kind, found.message) == (WRONG_TYPE, '"250" is a text, not a number')
    assert found.help.startswith("write it without quotes: `limit: 250`;")


def test_a_missing_limit_is_reported_at_the_step() -> None:
    """It is never taken for having none."""
    mend = "add `limit: 100`, or `limit: none` to say that there is no limit."
    assert only(step(limit=GONE)) == Fault(MISSING_KEY, STEP, "missing", "step `remind` has no `limit`", mend)


KEYS = [
    (top(owner=GONE), MISSING_KEY, (), "this file has no `owner`", "add `owner: collections-ops`."),
    (
        step(id=GONE),
        MISSING_KEY,
        STEP,
        "this step has no `id`",
        "add `id: …` with a name that no other step has.",
    ),
    (
        step(channel=GONE),
        MISSING_KEY,
        STEP,
        "step `remind` has no `channel`",
        "add `channel: whatsapp`; it may also be `sms` or `call`.",
    ),
    (
        top(audiences={"few": {}}),
        MISSING_KEY,
        ("audiences", "few"),
        "audience `few` has no `filters`",
        "add `filters: {payment_status: [bounced, pending], language: hindi}`.",
    ),
    (
        top(inputs={"cap": {"default": 5}}),
        MISSING_KEY,
        ("inputs", "cap"),
        "input `cap` has no `type`",
        "add `type: string`; it may also be `integer`, `number`, `boolean`, `date` or `list`.",
    ),
    (
        step(lable="x"),
        UNKNOWN_KEY,
        (*STEP, "lable"),
        "step `remind` has no key `lable`",
        (
            "the keys here are id, title, channel, template, purpose, audience, filters, limit, expect, "
            "when, success, timeout, on_failure, retry and accept_warnings; "
            "a note of your own begins with `x-`."
        ),
    ),
    (
        filters(payment_stats="bounced"),
        UNKNOWN_KEY,
        (*STEP, "filters", "payment_stats"),
        "`filters` has no key `payment_stats`",
        "did you mean `payment_status`? A note of your own begins with `x-`.",
    ),
    (
        step(conversation={"agent": "a", "disposition": "d"}),
        MISPLACED_KEY,
        (*STEP, "conversation"),
        "`conversation` is a key of WhatsApp and Call steps",
        "delete `conversation`, or change the channel.",
    ),
    (
        top(inputs={"branch": {"type": "string", "minimum": 5}}),
        MISPLACED_KEY,
        ("inputs", "branch", "minimum"),
        "`minimum` is a key of integer and number inputs",
        "delete `minimum`, or change the type.",
    ),
    (top(limit=5), MISPLACED_KEY, ("limit",), "`limit` belongs to a step", "move it to a step."),
    (
        top(timeout="30s"),
        MISPLACED_KEY,
        ("timeout",),
        "`timeout` belongs under `defaults`, or to a step",
        "move it under `defaults`, or to a step.",
    ),
    (
        step(owner="ops"),
        MISPLACED_KEY,
        (*STEP, "owner"),
        "`owner` belongs to the top of the file",
        "move it to the top of the file.",
    ),
    (
        step(filters=GONE, ids=["L-1"]),
        MISPLACED_KEY,
        (*STEP, "ids"),
        "`ids` belongs under `filters`",
        "move it under `filters`.",
    ),
    (
        top(inputs={"Cap": {"type": "integer"}}),
        MALFORMED,
        ("inputs", "Cap"),
        '"Cap" cannot be a name here',
        (
            "write at most 63 lower-case letters, digits and underscores, beginning with a letter, "
            "for example `cap`."
        ),
    ),
    (
        step(audience="few"),
        NOT_ONE_AUDIENCE,
        (*STEP, "audience"),
        "step `remind` has both `audience` and `filters`",
        "keep one of the two; to narrow an audience, write a new one under `audiences`.",
    ),
    (
        step(filters=GONE),
        NOT_ONE_AUDIENCE,
        STEP,
        "step `remind` has neither `audience` nor `filters`",
        f"add `audience: NAME`, or `filters: {{payment_status: [bounced]}}`, or {EVERYONE}.",
    ),
]


@pytest.mark.parametrize(("data", "kind", "path", "message", "mend"), KEYS)
def test_keys(data: Json, kind: Kind, path: Path, message: str, mend: str) -> None:
    """Missing, unknown, misplaced or contradictory keys are each one fault with its mend."""
    found = only(data)
    assert (found.kind, found.path, found.message, found.help) == (kind, path, message, mend)


@pytest.mark.parametrize(
    "data",
    [
        top(roster={"file": "a.csv"}),
        top(audiences={"few": {"filters": "everyone", "where": "dpd > 1"}}),
        step(where="dpd > 1"),
        step(wait="4h"),
        step(approval="lead"),
        step(waves=[10]),
        step(not_messaged_by=["remind"]),
        step(check={"step": "remind"}),
        step(for_each="branch"),
        step(template={"by": "language", "hindi": "t1"}),
        step(filters=GONE, audience={"of": "remind", "who": ["not_sent"]}),
    ],
)
def test_what_later_versions_read_is_refused_by_name(data: Json) -> None:
    """Such a key is no typing error, so no other one is suggested."""
    found = only(data)
    assert found.kind is LATER_KEY
    assert "did you mean" not in found.help


WORDS = [
    (
        step(channel="whatsap"),
        UNKNOWN_CHANNEL,
        "did you mean `whatsapp`? It is one of `whatsapp`, `sms` or `call`.",
    ),
    (step(channel="email"), UNKNOWN_CHANNEL, "write `whatsapp`, `sms` or `call`."),
    (
        step(on_failure="Halt"),
        UNKNOWN_WORD,
        "did you mean `halt`? It is one of `halt`, `continue` or `pause`.",
    ),
    (
        filters(payment_status=["bounced", "Paid"]),
        UNKNOWN_WORD,
        "did you mean `paid`? It is one of `bounced`, `pending`, `partial`, `paid` or `received`.",
    ),
    (
        step(filters="all"),
        UNKNOWN_WORD,
        (
            f"write {EVERYONE}, or filters such as "
            "`filters: {payment_status: [bounced, pending], language: hindi}`."
        ),
    ),
    (
        top(once={"per": "dayly"}),
        UNKNOWN_WORD,
        "did you mean `day`? It is one of `run`, `day`, `week`, `month` or `ever`.",
    ),
]


@pytest.mark.parametrize(("data", "kind", "mend"), WORDS)
def test_unknown_words_are_answered_with_the_known_ones(data: Json, kind: Kind, mend: str) -> None:
    """The one that was probably meant comes first."""
    found = only(data)
    assert (found.kind, found.help) == (kind, mend)


TYPES = [
    (filters(custom={"dpd": 5}), 'quote it: `dpd: "5"`; the API compares text.'),
    (filters(custom={"new": [True]}), 'quote it: `"true"`; the API compares text.'),
    (filters(ids="L-1"), "write a list: `ids: [L-1]`."),
    (filters(ids=[7]), 'quote it: `"7"`; the API compares text.'),
    (filters(language=False), 'quote it: `language: "false"`; the API compares text.'),
    (step(template=12345), 'quote it: `template: "12345"`.'),
    (step(template=["t1"]), "write it without brackets: `template: t1`."),
    (top(owner=True), 'quote it: `owner: "true"`.'),
    (top(name=5), "write a text, for example `name: emi-bounce-recovery`."),
    (top(revision="3"), "write it without quotes: `revision: 3`."),
    (top(once="day"), "write `once: {per: day}`."),
    (top(once="weekly"), "write `once: {per: week}`."),
    (top(once="sometimes"), "write a group of `key: value` lines, for example `once: {per: day}`."),
    (step(retry=5), "write `retry: {attempts: 5, within: 30s}`."),
    (step(retry="2 times"), "write `retry: {attempts: 2, within: 30s}`."),
    (step(retry=99), "write a group of `key: value` lines, for example `retry: {attempts: 3, within: 30s}`."),
    (
        step(expect=700),
        (
            "write `expect: {matched: {min: 700}}` for at least 700, "
            "or `expect: {matched: {max: 700}}` for at most so many."
        ),
    ),
    (
        step(expect={"matched": 700}),
        "write `matched: {min: 700}` for at least 700, or `matched: {max: 700}` for at most so many.",
    ),
    (step(expect={"matched": ">= 10"}), "write `matched: {min: 10}`."),
    (filters(custom="branch = pune"), "write `custom: {branch: pune}`."),
    (step(expect="matched >= 100"), "write `expect: {matched: {min: 100}}`."),
    (step(expect="matched > 100"), "write `expect: {matched: {min: 101}}`."),
    (step(expect="100 <= matched"), "write `expect: {matched: {min: 100}}`."),
    (step(expect="matched < 100"), "write `expect: {matched: {max: 99}}`."),
    (step(expect="matched == 100"), "write `expect: {matched: {min: 100, max: 100}}`."),
    (step(expect="at least 100"), "write `expect: {matched: {min: 100}}`."),
    (step(expect="not more than 1,000"), "write `expect: {matched: {max: 1000}}`."),
    (step(expect="100 to 400"), "write `expect: {matched: {min: 100, max: 400}}`."),
    (step(success={"failed_pct": 5}), "write `success: failed_pct <= 5`."),
    (step(success={"failed_pct": "< 5%"}), "write `success: failed_pct < 5`."),
    (step(success={"failed_pct": 5, "matched": 10}), "write `success: [failed_pct <= 5, matched >= 10]`."),
    (step(success={"max_failed": 5}), "write a text or a list, for example `success: [failed_pct <= 5]`."),
    (step(when={"steps.remind.ran": True}), "write `when: steps.remind.ran`."),
    (step(when={"steps.remind.ran": False}), "write `when: not steps.remind.ran`."),
    (
        step(when={"steps.a.status": "partial", "inputs.cap": 5}),
        "write `when: steps.a.status == 'partial' and inputs.cap == 5`.",
    ),
    (step(timeout=30), "write the unit, too: `timeout: 30s`."),
    (step(when=True), "write a text, for example `when: \"steps.remind.status == 'partial'\"`."),
    (top(steps=["remind"]), "begin each step with `- id: NAME` and write its other keys below."),
    (top(purpose=True), "write `pre_due`, `overdue`, `microfinance`, `receipt`, `service` or `promotion`."),
    (top(format=1), "write `format: runbook/v1`."),
    (top(inputs={"on": {"type": "boolean", "default": "true"}}), "write it without quotes: `default: true`."),
    (
        step(filters=["bounced"]),
        (
            "write `everyone` or a group of `key: value` lines, for example "
            "`filters: {payment_status: [bounced, pending], language: hindi}`."
        ),
    ),
]


@pytest.mark.parametrize(("data", "mend"), TYPES)
def test_another_kind_of_value_is_answered_with_how_to_write_it(data: Json, mend: str) -> None:
    """Nothing is converted; the mend does it with the value at hand where that is possible."""
    found = only(data)
    assert (found.kind, found.help) == (WRONG_TYPE, mend)


FORMS = [
    (top(name="EMI Bounce"), MALFORMED, "for example `name: emi-bounce`."),
    (step(id="Remind-Me"), MALFORMED, "for example `id: remind_me`."),
    (top(name="a" * 64), MALFORMED, f"for example `name: {'a' * 63}`."),
    (top(name="a\n"), MALFORMED, "write it on one line."),
    (top(campaign={"id": "a/b"}), MALFORMED, "beginning with a letter or digit, at most 128."),
    (top(campaign={"id": "camp\n"}), MALFORMED, "write it on one line."),
    (top(owner="ops "), MALFORMED, "write `owner: ops`."),
    (filters(ids=["L-1 "]), MALFORMED, "write `L-1`."),
    (filters(ids=["L\u202e1"]), MALFORMED, "type the text anew, without it."),
    (top(description="two\nlines\x07"), MALFORMED, "type the text anew, without it."),
    (filters(language="\udc80"), MALFORMED, "type the text anew, without it."),
    (filters(ids=["L\u200b1"]), MALFORMED, "type the text anew, without it."),
    (step(timeout="1m30s"), MALFORMED, "write `timeout: 90s`: a number with its unit, s or m"),
    (step(timeout="30"), MALFORMED, "write `timeout: 30s`: "),
    (step(timeout="2 minutes"), MALFORMED, "write `timeout: 2m`: "),
    (step(timeout="30 sec."), MALFORMED, "write `timeout: 30s`: "),
    (step(timeout="1.5 min"), MALFORMED, "write `timeout: 90s`: "),
    (step(timeout="1 min 30 secs"), MALFORMED, "write `timeout: 90s`: "),
    (step(timeout="2 hours"), MALFORMED, "write a number with its unit, s or m, from 1s to 10m."),
    (step(timeout="500ms"), MALFORMED, "write a number with its unit, s or m, from 1s to 10m."),
    (step(timeout="5000 s"), MALFORMED, "write a number with its unit, s or m, from 1s to 10m."),
    (step(retry={"attempts": 2, "within": "1 hour"}), MALFORMED, "write `within: 1h`: "),
    (step(timeout="11m"), OUT_OF_BOUNDS, "write a number with its unit, s or m, from 1s to 10m."),
    (step(retry={"within": "2h"}), OUT_OF_BOUNDS, "write a number with its unit, s, m or h, from 1s to 1h."),
    (step(retry={"attempts": 11}), OUT_OF_BOUNDS, "write a whole number from 1 to 10."),
    (top(owner="a" * 201), OUT_OF_BOUNDS, "shorten it to 200 characters."),
    (filters(ids=[f"L-{n}" for n in range(501)]), OUT_OF_BOUNDS, "keep at most 500,"),
    (filters(custom={"branch = pune": None}), EMPTY, "write a colon and a space: `branch: pune`."),
    (filters(custom={"branch:pune": None}), EMPTY, "write a colon and a space: `branch: pune`."),
    (filters(custom={"dpd=30": None}), EMPTY, 'write a colon and a space: `dpd: "30"`.'),
    (top(inputs={"cap=integer": None}), MALFORMED, "write a colon and a space: `cap: {type: integer}`."),
    (filters(payment_status="inputs.a"), UNKNOWN_WORD, 'each side: `payment_status: "{{ inputs.a }}"`.'),
    (
        filters(payment_status=["inputs.a"]),
        UNKNOWN_WORD,
        'write two braces on each side: `"{{ inputs.a }}"`.',
    ),
    (top(inputs={"day": {"type": "date", "choices": ["31.3."]}}), MALFORMED, "2026-03-31, in quotes."),
    (top(inputs={"day": {"type": "date", "default": "31.3."}}), MALFORMED, "or today, yesterday, tomorrow"),
]


@pytest.mark.parametrize(("data", "kind", "mend"), FORMS)
def test_forms_and_bounds(data: Json, kind: Kind, mend: str) -> None:
    """A text of another form, or a value of another size, is told the rule in words."""
    found = only(data)
    assert found.kind is kind
    assert mend in found.help


NOTHING: dict[str, list[Json]] = {
    "ids": [None, [], "", [""], [None]],
    "exclude_ids": [None, [], [" "]],
    "payment_status": [None, [], "", [""]],
    "language": [None, [], "", " ", [""], [None]],
    "custom": [None, {}, {"branch": None}, {"branch": []}, {"branch": ""}],
}
NO_FILTERS: list[Json] = [None, {}, "", {"x-note": "who?"}]
EMPTIES: list[dict[str, Any]] = [
    *(filters(**{key: value}) for key, values in NOTHING.items() for value in values),
    *(step(filters=value) for value in NO_FILTERS),
    *(step(**{key: None}) for key in ("title", "template", "when", "success", "timeout", "expect", "retry")),
    *(step(filters=GONE, audience=value) for value in (None, "")),
    *(step(success=value) for value in ([""], [None])),
    *(step(success=value) for value in ("", " ")),
    *(top(**{key: None}) for key in ("format", "name", "owner", "purpose", "steps", "inputs", "campaign")),
    *(top(**{key: {}}) for key in ("inputs", "audiences", "defaults")),
    step(success=[]),
    top(steps=[]),
    top(description="\n"),
    step(expect={"matched": {}}),
]


@pytest.mark.parametrize("data", EMPTIES)
def test_nothing_may_be_empty(data: Json) -> None:
    """Every way to leave a value out is found, once, and told what to write."""
    found = only(data)
    assert found.kind is EMPTY
    assert found.help.startswith(("write ", "add "))


def test_a_column_may_be_called_like_a_note() -> None:
    """Under custom, ``x-`` is no note: were the key ignored, more people would be messaged."""
    assert check(filters(custom={"x-zone": "west"}), templates=True) == []
    assert only(filters(custom={"x-zone": 5})).kind is WRONG_TYPE


def test_notes_may_stand_in_every_other_mapping() -> None:
    """And hold whatever they like, also nothing."""
    noted = step(x_note={"a": [None, {}]}, retry={"attempts": 2, "x-why": None})
    assert (
        check(
            {**noted, "x-todo": [], "audiences": {"x-plan": 5, "few": {"filters": "everyone"}}},
            templates=True,
        )
        == []
    )


def test_repeated_values_are_reported_where_they_repeat() -> None:
    """Each repetition by itself, never the first."""
    found = check(filters(ids=["a", "b", "a", "a"]), templates=True)
    assert [(each.kind, each.path[-1]) for each in found] == [(REPEATED, 2), (REPEATED, 3)]
    assert found[0].message == '"a" is already item 1 of `ids`'


def test_a_repetition_is_found_beside_other_faults() -> None:
    """What is no text at all cannot repeat anything."""
    found = check(filters(ids=["a", {}, [], {}, "a"]), templates=True)
    assert [each.path[-1] for each in found if each.kind is REPEATED] == [4]


@pytest.mark.parametrize("declared", ["runbook/v2", "runbook/v10", "policy/v1", "v1"])
def test_of_another_format_nothing_else_is_said(declared: str) -> None:
    """The rest of the file means what another version says."""
    found = only({"format": declared, "stages": []})
    assert (found.kind, found.path) == (UNKNOWN_FORMAT, ("format",))
    assert "`format: runbook/v1`" in found.help


def test_a_typing_error_in_the_format_is_answered_with_the_known_one() -> None:
    """It is no other version."""
    assert only(top(format="runbok/v1")).help == "did you mean `format: runbook/v1`?"


CONSEQUENCES = [
    pytest.param(step(limit=GONE, limmit=100), "limmit", id="a misspelt key is not missing, too"),
    pytest.param(step(filters=GONE, filter={"ids": ["a"]}), "filter", id="nor is who is addressed unclear"),
    pytest.param(step(channel=GONE, chanel="sms"), "chanel", id="nor is its channel"),
    pytest.param(filters(payment_stats="paid"), "payment_stats", id="nor are the filters empty"),
    pytest.param(step(expect={"min": 5}), "min", id="nor is the key that was skipped"),
]


@pytest.mark.parametrize(("data", "key"), CONSEQUENCES)
def test_consequences_are_not_reported(data: Json, key: str) -> None:
    """One slip is one finding."""
    assert only(data).path[-1] == key


def test_without_a_known_channel_only_the_shared_keys_are_judged() -> None:
    """What the channel would say of its own keys is not guessed; the rest is reported at once."""
    wrong = step(channel="fax", template=5, conversation=[], limit=0, lable=1)
    assert [(each.kind, each.path[-1]) for each in check(wrong, templates=True)] == [
        (UNKNOWN_CHANNEL, "channel"),
        (OUT_OF_BOUNDS, "limit"),
        (UNKNOWN_KEY, "lable"),
    ]


def test_everything_is_found_at_once() -> None:
    """Faults in different places do not hide each other."""
    data = {**step(limit=0, timeout="2h", titel="x"), "owner": "", "purpose": "sales", "name": "A"}
    assert len(check(data, templates=True)) == 6


@pytest.mark.parametrize("key", ["id", "purpose", "timeout", "on_failure", "audience", "channel"])
def test_a_template_where_none_is_read_is_refused(key: str) -> None:
    """It would go out, or be compared, as it stands."""
    data = step(**{key: "{{ inputs.x }}"}, **({"filters": GONE} if key == "audience" else {}))
    found = only(data)
    assert (found.kind, found.path) == (TEMPLATE_HERE, (*STEP, key))


@pytest.mark.parametrize("value", ["about {{ inputs.cap }}", "{{ inputs.cap }}0", "{{ a }}{{ b }}"])
def test_a_template_for_a_number_stands_alone(value: str) -> None:
    """Else its value would be a text."""
    found = only(step(limit=value))
    assert (found.kind, found.help) == (
        MALFORMED,
        'write one template and nothing else, such as "{{ inputs.cap }}".',
    )


def test_after_rendering_no_braces_are_left() -> None:
    """A text that still holds a template would reach people."""
    assert only(step(template="{{ inputs.x }}"), templates=False).kind is TEMPLATE_HERE


def test_a_fault_in_what_a_template_gave_says_so() -> None:
    """The text in the file is right; its value is not."""
    path = (*STEP, "limit")
    (found,) = check(step(limit=0), templates=False, rendered=frozenset({path}))
    assert found.message == "0 is less than 1, once its template is filled in"


def test_a_fault_beside_a_template_does_not_say_so() -> None:
    """Only what the template gave is meant."""
    (found,) = check(step(limit=0), templates=False, rendered=frozenset({(*STEP, "template")}))
    assert found.message == "0 is less than 1"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (step(limit="none"), (*STEP, "limit")),
        (filters(language="everyone"), (*STEP, "filters", "language")),
        (filters(ids=["L-1", "none"]), (*STEP, "filters", "ids")),
    ],
)
def test_no_template_gives_a_special_word(data: Json, path: Path) -> None:
    """Written in the file, each of these words would be fine."""
    assert check(data, templates=False) == []
    (found,) = check(data, templates=False, rendered=frozenset({path}))
    assert (found.kind, found.path) == (SPECIAL_WORD, path)


@pytest.mark.parametrize("data", [None, [], "a", 5, True, [[]]])
def test_what_is_no_mapping_is_one_fault(data: Json) -> None:
    """Reading refuses it before; here it must not do harm."""
    assert only(data).path == ()


def test_no_value_is_shown_at_length_or_raw() -> None:
    """What a terminal would obey is escaped, what would fill it is cut."""
    evil = "\x1b[2J" + "z" * 100_000
    for data in (step(id=evil), step(channel=evil), step(**{evil: 1}), filters(ids=evil), top(format=evil)):
        text = "".join(each.message + each.help for each in check(data, templates=True))
        assert "\x1b" not in text
        assert len(text) < 1000


def test_faults_become_findings_at_their_places() -> None:
    """At the key, at the value, or at what lacks something."""
    text = (
        b"format: runbook/v1\nname: a\nowner: ops\npurpose: overdue\ncampaign: {id: c}\nsteps:\n"
        b"  - id: remind\n    chanel: sms\n    filters: everyone\n    limit: 0\n"
        b"  - id: two\n    channel: sms\n    template: t1\n    filters: everyone\n"
    )
    document = read(text, "a.yaml")
    found = diagnostics(document, check(document.data, templates=True))
    assert [(each.kind.code, each.span.line, each.span.column) for each in in_order(found)] == [
        ("RB103", 8, 5),
        ("RB109", 10, 12),
        ("RB102", 11, 5),
    ]


def test_what_reading_refused_is_not_reported_again() -> None:
    """``no`` is refused when it is read; that it is no language is a consequence."""
    text = "format: runbook/v1\nname: a\nowner: no\npurpose: no\ncampaign: {id: c}\nsteps: []\n"
    document = read(text.encode(), "a.yaml")
    found = diagnostics(document, check(document.data, templates=True))
    assert [each.span.line for each in found] == [6]


def seconds(data: Json) -> float:
    """Measure one check."""
    check(LEAST, templates=True)
    start = time.perf_counter()
    check(data, templates=True)
    return time.perf_counter() - start


def test_ten_thousand_steps_are_checked_in_seconds() -> None:
    """1 s on an ordinary machine; the bound leaves room for a slow one."""
    assert seconds({**LEAST, "steps": LEAST["steps"] * 10_000}) < 10


def test_as_many_faults_are_worded_in_seconds() -> None:
    """Suggestions for the same slip are not sought anew."""
    assert seconds({**LEAST, "steps": step(limmit=5, limit=GONE)["steps"] * 10_000}) < 10


def test_of_very_many_faults_the_first_thousand_are_shown() -> None:
    """And it is said that there are more."""
    found = check({**LEAST, "steps": step(limit=0)["steps"] * 1001}, templates=True)
    assert len(found) == MAX_FAULTS + 1
    assert (found[-1].kind, found[-2].path) == (MORE, ("steps", 999, "limit"))


@pytest.mark.parametrize(
    "evil",
    [
        pytest.param(
            filters(ids=[*range(100_000), *map(str, range(100_000)), None, [], {}]), id="mixed list"
        ),
        pytest.param(filters(ids=[[n] for n in range(50_000)]), id="lists"),
        pytest.param(filters(ids=["a " * 500_000 + "\n"]), id="blanks"),
        pytest.param(top(owner="{" * 1_000_000), id="braces"),
        pytest.param(filters(custom={f"{n} ": "a" for n in range(50_000)}), id="names"),
        pytest.param({f"k{n}": 1 for n in range(50_000)}, id="keys"),
    ],
)
def test_hostile_data_end_in_time(evil: Json) -> None:
    """No rule takes time that grows with the square of what it reads."""
    assert seconds(evil) < 10


OWING = "write `[bounced, pending]`: `bounced` is a payment that was returned"


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (["unpaid"], OWING),
        ("not paid", OWING),
        ("not_received", OWING),
        ("overdue", OWING),
        ("outstanding", OWING),
        ("settled", "write one of the statuses: "),
        ("not pending", "write one of the statuses: "),
        ("unbounced", "write one of the statuses: "),
        ("Paid", "did you mean `paid`?"),
        ("bouncd", "did you mean `bounced`?"),
        (["bounced pending"], "put a comma between them: `bounced, pending`."),
        (["bounced or paid"], "put a comma between them: `bounced, paid`."),
        ("bounced or pending", "write a list: `payment_status: [bounced, pending]`."),
        ("bounced, pending and partial", "write a list: `payment_status: [bounced, pending, partial]`."),
    ],
)
def test_no_status_is_answered_with_its_opposite(status: Json, mend: str) -> None:
    """Whoever asks for those who owe is never sent to those who paid."""
    found = only(filters(payment_status=status))
    assert found.kind is UNKNOWN_WORD
    assert found.help.startswith(mend)


@pytest.mark.parametrize(
    ("limit", "mend"),
    [
        ("1,000", "write it without the comma: `limit: 1000`."),
        ("1,00,000", "write it without the comma: `limit: 100000`."),
        ("10%", "a limit is a number of customers: "),
        ("None", "write it in small letters: `limit: none`."),
        ("NONE", "write it in small letters: `limit: none`."),
        ("1,0", LIMIT),
    ],
)
def test_a_limit_as_people_write_it_is_answered_with_how_it_is_written(limit: str, mend: str) -> None:
    """A comma, a per cent sign, capitals."""
    assert only(step(limit=limit)).help.startswith(mend)


def test_everyone_is_written_in_small_letters() -> None:
    """There is one way to say it."""
    assert only(step(filters="Everyone")).help == "write it in small letters: `filters: everyone`."


@pytest.mark.parametrize("key", ["if", "condition", "only_if"])
def test_what_others_call_a_condition_is_when(key: str) -> None:
    """By spelling alone nothing would be near."""
    assert only(step(**{key: "inputs.a"})).help.startswith("did you mean `when`?")


@pytest.mark.parametrize(
    ("keys", "mend"),
    [
        ({"branch": "pune"}, "`custom: {branch: pune}`."),
        ({"dpd": 5}, '`custom: {dpd: "5"}`.'),
        ({"name": ["a", "b"]}, "`custom: {name: [a, b]}`."),
        ({"branch": None}, "`custom: {branch: "),
    ],
)
def test_a_column_among_the_filters_is_sent_to_custom(keys: dict[str, Json], mend: str) -> None:
    """It is what people try first."""
    found = only(filters(**keys))
    assert (found.kind, found.path[-1]) == (UNKNOWN_KEY, next(iter(keys)))
    assert mend in found.help


def test_a_key_of_the_step_among_the_filters_is_no_column() -> None:
    """As a column it would silently match nobody."""
    found = only(filters(language="hindi", when="inputs.a"))
    assert (found.kind, found.help) == (MISPLACED_KEY, "move it beside `filters`.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("text", "string"), ("str", "string"), ("int", "integer"), ("bool", "boolean"), ("float", "number")],
)
def test_what_others_call_a_type_is_answered_with_ours(written: str, meant: str) -> None:
    """By spelling, text would be near to nothing, and float too."""
    assert only(top(inputs={"a": {"type": written}})).help.startswith(f"did you mean `{meant}`?")


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("pune", "write `branch: {type: string, default: pune}`."),
        ("integer", "write `branch: {type: integer}`."),
        ("int", "write `branch: {type: integer}`."),
        (250, "write `branch: {type: integer, default: 250}`."),
        (2.5, "write `branch: {type: number, default: 2.5}`."),
        (True, "write `branch: {type: boolean, default: true}`."),
        (["a", "b"], "write `branch: {type: list, default: [a, b]}`."),
        ("yesterday", "write `branch: {type: date, default: yesterday}`."),
    ],
)
def test_an_input_of_which_only_the_value_is_written(written: Json, mend: str) -> None:
    """It is shown as the declaration that it was meant to be."""
    assert only(top(inputs={"branch": written})).help == mend


@pytest.mark.parametrize(
    ("data", "mend"),
    [
        (step(template=GONE), "add `template: …` with the template's id, or its name in the catalog."),
        (step(template=""), "write `template: …` with the template's id, or its name in the catalog."),
        (step(channel="whatsapp", conversation={"agent": "a"}), "add `disposition: …` with"),
        (step(channel="whatsapp", conversation={"disposition": "a"}), "add `agent: …` with"),
        (step(channel="call", template=GONE), "add `conversation: {agent: …, disposition: …}` with the ids"),
        (top(campaign={"name": "PL"}), "add `id: …` with the campaign's id."),
        (top(campaign=GONE), "add `campaign: {id: …}` with the campaign's id."),
    ],
)
def test_no_id_is_offered_that_could_be_pasted(data: Json, mend: str) -> None:
    """One that looks real would be taken for real."""
    assert only(data).help.startswith(mend)


@pytest.mark.parametrize("template", ["a {{ inputs.s }} ", " {{ inputs.s }}", "{{ inputs.s }} "])
def test_a_blank_beside_a_template_is_called_one(template: str) -> None:
    """Templates may stand there; the blank may not."""
    found = only(step(template=template))
    assert (found.kind, found.help) == (MALFORMED, f'write `template: "{template.strip()}"`.')


def test_a_special_word_is_not_told_beside_another_finding() -> None:
    """It says the same again."""
    path = (*STEP, "filters", "payment_status")
    found = check(filters(payment_status="everyone"), templates=False, rendered=frozenset({path}))
    assert [each.kind for each in found] == [UNKNOWN_WORD]
