"""What looks wrong: where it is said, where it is not, and what it costs."""

import pytest

from engine.runbook.draft import fill
from engine.runbook.rules import overlapping_steps
from tests.unit.runbook.rules.books import codes, draft, step

BRANCH = "inputs: {branch: {type: string, key: true}, status: {type: list}}\n"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("{language: hindi}", "{language: [hindi, tamil]}", ["RB502"]),
        ("{language: hindi}", "{payment_status: paid}", ["RB502"]),
        ("{language: hindi}", "{language: tamil}", []),
        ("everyone", "{ids: [L-1]}", ["RB502"]),
        ("{ids: [L-1, L-2]}", "{ids: [L-2, L-3]}", ["RB502"]),
        ("{ids: [L-1]}", "{exclude_ids: [L-1]}", []),
        ("{exclude_ids: [L-1]}", "{ids: [L-1]}", []),
        ("{ids: [L-1, L-2]}", "{exclude_ids: [L-1]}", ["RB502"]),
        ("{custom: {branch: pune}}", "{custom: {branch: [pune, goa]}}", ["RB502"]),
        ("{custom: {branch: pune}}", "{custom: {branch: goa}}", []),
        ("{custom: {branch: pune}}", "{custom: {region: west}}", ["RB502"]),
    ],
)
def test_filters_meet_in_a_customer(one: str, other: str, found: list[str]) -> None:
    """Every key that both have must have a value in common."""
    assert codes(step("a", f"filters: {one}"), step("b", f"filters: {other}")) == found


def test_only_the_same_message_is_looked_at() -> None:
    """Another template or channel is another message."""
    other = step("b").replace("t1", "t2")
    call = "{id: c, channel: call, conversation: {agent: t1, disposition: d}, filters: everyone, limit: 5}"
    assert codes(step("a"), other, call, step("d").replace("sms", "whatsapp")) == []


def test_what_an_input_gives_is_compared_once_it_is_given() -> None:
    """Until then only the same text is the same."""
    same = 'filters: {payment_status: paid, custom: {branch: "{{ inputs.branch }}"}}'
    pune = "filters: {language: hindi, custom: {branch: pune}}"
    top = "inputs: {branch: {type: string, key: true}}\n"
    made = draft(step("a", same), step("b", pune), top=top)
    assert made.diagnostics == ()
    for branch, found in (("pune", ["RB502"]), ("goa", [])):
        assert [one.kind.code for one in fill(made, {"branch": branch}).diagnostics] == found
    assert codes(step("a", same), step("b", same.replace("paid", "[paid]")), top=top) == ["RB502"]


def test_a_warning_is_not_said_again_when_the_values_are_there() -> None:
    """It is the same, though it names a value now."""
    keys = 'filters: {custom: {branch: "{{ inputs.branch }}"}}, title: "{{ inputs.branch }}"'
    made = draft(step("a", keys), top="inputs: {branch: {type: string}}\n", purpose="overdue")
    assert [one.kind.code for one in made.diagnostics] == ["RB503"]
    assert fill(made, {"branch": "pune"}).diagnostics == ()


def test_values_bring_a_warning_about() -> None:
    """A limit that only the input raises above what is expected."""
    keys = "filters: {language: hindi}, expect: {matched: {max: 9}}"
    made = draft(
        step("a", keys).replace("limit: 5", 'limit: "{{ inputs.cap }}"'),
        top="inputs: {cap: {type: integer}}\n",
    )
    assert made.diagnostics == ()
    assert fill(made, {"cap": 9}).diagnostics == ()
    assert [one.kind.code for one in fill(made, {"cap": 10}).diagnostics] == ["RB501"]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("filters: {ids: [L-1, L-2]}, limit: none, expect: {matched: {max: 2}}", []),
        ("filters: {ids: [L-1, L-2]}, limit: none, expect: {matched: {max: 1}}", ["RB501"]),
        ("filters: {ids: [L-1, L-2]}, limit: none, expect: {matched: {min: 2}}", []),
        ("filters: {ids: [L-1, L-2]}, limit: none, expect: {matched: {min: 3}}", ["RB209"]),
        ("filters: {ids: [L-1, L-2], exclude_ids: [L-3]}, limit: none, expect: {matched: {min: 2}}", []),
        ("filters: {language: hindi}, limit: none, expect: {matched: {min: 3}}", []),
        ("filters: {language: hindi}, limit: 400, expect: {matched: {min: 500, max: 900}}", []),
    ],
)
def test_how_many_are_expected(keys: str, found: list[str]) -> None:
    """Customers who are named bound a step as its limit does."""
    assert codes(step("a", keys).replace("limit: 5, ", "")) == found


@pytest.mark.parametrize(
    ("purpose", "filters", "found"),
    [
        ("overdue", "{ids: [L-1]}", ["RB503"]),
        ("overdue", "{payment_status: [bounced, pending, partial]}", []),
        ("overdue", "{payment_status: [paid, received]}", ["RB503", "RB503"]),
        ("microfinance", "everyone", ["RB503"]),
        ("pre_due", "everyone", []),
        ("pre_due", "{payment_status: paid}", ["RB503"]),
        ("service", "{payment_status: paid}", []),
        ("promotion", "everyone", []),
        ("receipt", "{payment_status: [paid, received, partial]}", []),
        ("receipt", "{payment_status: bounced}", ["RB504"]),
    ],
)
def test_who_is_asked_to_pay(purpose: str, filters: str, found: list[str]) -> None:
    """By the step's own purpose, or the runbook's."""
    assert codes(step("a", f"filters: {filters}"), purpose=purpose) == found
    assert codes(step("a", f"filters: {filters}, purpose: {purpose}")) == found


@pytest.mark.parametrize(
    "template",
    ["latest", "contest_v2", "attestation", "greatest2", "samples4u", "emi_ab_test", "split-test-2",
     "XaYnpMfmTumXNSgOSIZB", "hfu7VL6sBhI6NPm", "todos", "exxon"],
)  # fmt: skip
def test_a_name_that_only_holds_such_letters_is_no_test(template: str) -> None:
    """Whole words count, and experiments are none."""
    assert codes(step("a").replace("t1", template)) == []


@pytest.mark.parametrize(
    "template",
    ["test", "emi-test", "testEmi", "emiTest2", "EMI_TEST", "sample_1", "dummy", "xxx", "XXXX1", "TODO",
     "fill-in", "FILL_IN_id", "change_me", "lorem"],
)  # fmt: skip
def test_a_name_of_a_test_is_seen(template: str) -> None:
    """However its words are joined."""
    assert codes(step("a").replace("t1", template)) == ["RB505"]


def test_where_an_input_is_read() -> None:
    """In a text, a condition or an audience; in a note it is not."""
    top = "inputs: {a: {type: string}, b: {type: boolean}, c: {type: string}, d: {type: string}}\n"
    top += 'audiences: {some: {filters: {custom: {x-region: "{{ inputs.c }}"}}}}\n'
    keys = 'audience: some, title: "{{ inputs.a }}", when: inputs.b, x-note: "{{ inputs.d }}"'
    found = draft(step("a", keys), top=top).diagnostics
    assert [(one.kind.code, one.message) for one in found] == [("RB506", "nothing reads inputs.d")]


@pytest.mark.parametrize("mistake", ["limit: 0", "when: steps.nobody.ran", "filters: {}", "template: 5"])
def test_a_step_at_fault_has_no_smell(mistake: str) -> None:
    """What is meant by it is not known; nor whether an input is used."""
    keys = "filters: everyone" if mistake[:7] != "filters" else mistake
    bad = step("a", keys).replace("limit: 5", mistake if mistake[:5] == "limit" else "limit: 5")
    bad = bad.replace("template: t1", mistake if mistake[:8] == "template" else "template: test")
    bad = bad[:-1] + (f", {mistake}}}" if mistake[:4] == "when" else "}")
    found = codes(
        bad,
        step("b", "filters: {payment_status: pending}"),
        purpose="overdue",
        top="inputs: {a: {type: string}}\n",
    )
    assert found != []
    assert not [code for code in found if code.startswith("RB5")]


def test_a_sound_step_beside_it_has() -> None:
    """Everything that is wrong is found at once."""
    assert codes(step("a").replace("5", "0"), step("b").replace("t1", "dummy")) == ["RB109", "RB505"]


@pytest.mark.parametrize(
    ("filters", "most"),
    [
        ("{payment_status: paid, custom: {branch: b%s}}", 0),
        ("{custom: {c%s: x}}", 30),
    ],
)
def test_no_step_is_compared_with_all_others(
    filters: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only with those that share a value of what tells them apart, and with few of these."""
    compared: list[object] = []

    def never(*pair: object) -> bool:
        compared.append(pair)
        return False

    monkeypatch.setattr(overlapping_steps, "_twice", never)
    count = 200
    draft(*(step(f"s{n}", f"filters: {filters % n}") for n in range(count)))
    assert bool(compared) is bool(most)
    assert len(compared) <= most * count
