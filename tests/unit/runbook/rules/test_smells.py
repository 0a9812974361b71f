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


def test_of_several_earlier_steps_the_same_one_is_named_each_time() -> None:
    """Sets have another order in each process."""
    branches = [f"b{number}" for number in range(9)]
    single = [step(f"only_{each}", f"filters: {{custom: {{branch: {each}}}}}") for each in branches]
    every = step("every", f"filters: {{custom: {{branch: [{', '.join(reversed(branches))}]}}}}")
    found = [one.message for one in draft(*single, every).diagnostics if one.kind.code == "RB502"]
    assert found == ["customers of step `only_b0` may get this message, too"]


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


def test_a_list_that_is_given_is_not_named_in_the_file() -> None:
    """The file holds its name alone, whatever is given."""
    made = draft(step("a", 'filters: {ids: "{{ inputs.who }}"}'), top="inputs: {who: {type: list}}\n")
    who = tuple(f"L-{n}" for n in range(12))
    assert [*made.diagnostics, *fill(made, {"who": who}).diagnostics] == []


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


def test_a_text_that_names_an_input_does_not_read_it() -> None:
    """Only a template does, and a condition."""
    top = "inputs: {cap: {type: integer}, day: {type: date}}\n"
    keys = "filters: {language: hindi}, title: 'inputs.cap on {{ inputs.day }}'"
    (found,) = draft(step("a", keys), top=top).diagnostics
    assert (found.kind.code, found.message) == ("RB506", "nothing reads inputs.cap")


def test_a_misspelt_language_is_not_held_against_the_template() -> None:
    """One mistake is one finding."""
    assert codes(step("a", "filters: {language: gujrati}").replace("t1", "emi_gujarati")) == ["RB204"]


SEARCHES = ("'>30'", "'>= 5'", "'!pune'", "'*'", "pune*", "'*pune*'", "all", "None", "Any", "everyone",
            "'pune, nashik'", "pune;nashik", "pune or nashik", "[goa, '>30']")  # fmt: skip
TEXTS = ("pune", "31-60", "'1,000'", "90+", "Jammu and Kashmir", "A/B", "allied", "'****1234'", "R&D",
         "'5%'", "x-1.2", "not contacted", "पुणे")  # fmt: skip


@pytest.mark.parametrize(
    ("value", "found"), [*((text, ["RB515"]) for text in SEARCHES), *((text, []) for text in TEXTS)]
)
def test_a_column_is_compared_as_text(value: str, found: list[str]) -> None:
    """What only searches understand is asked about; what columns hold is not."""
    assert codes(step("a", f"filters: {{custom: {{branch: {value}}}}}")) == found


FILTERS = ("ids", "exclude_ids", "Exclude-IDs", "Payment Status", "language", "LANGUAGE")
COLUMNS = ("loan_ids", "language_2", "status", "x-ids")


@pytest.mark.parametrize(
    ("column", "found"), [*((name, ["RB211"]) for name in FILTERS), *((name, []) for name in COLUMNS)]
)
def test_a_filter_is_no_column(column: str, found: list[str]) -> None:
    """However its words are joined."""
    assert codes(step("a", f"filters: {{custom: {{{column}: one}}}}")) == found


AUDIENCES = "audiences: {one: {filters: {language: tamil}}, other: {filters: {language: hindi}}}\n"
BY_BRANCH = "filters: {custom: {branch: '{{ inputs.branch }}'}}"
TWICE = "filters: {payment_status: bounced, custom: {branch: pune}}"
USES_BOTH = ["audience: one", "audience: other"]
TWINS = {
    "RB506 read in a condition only": (
        ("inputs: {go: {type: boolean}}\n", ["filters: everyone, title: It reads inputs.go"]),
        ("inputs: {go: {type: boolean}}\n", ["filters: everyone, when: inputs.go"]),
    ),
    "RB507 named by the last step": ((AUDIENCES, USES_BOTH[:1]), (AUDIENCES, USES_BOTH)),
    "RB508 a day that moves": (
        ("inputs: {branch: {type: date, default: '2026-03-31'}}\n", [BY_BRANCH]),
        ("inputs: {branch: {type: date, default: yesterday}}\n", [BY_BRANCH]),
    ),
    "RB509 two are not many": (("", [TWICE] * 3), ("", [TWICE] * 2)),
    "RB516 words beside the name": (
        ("", ["filters: everyone, title: inputs.go"]),
        ("", ["filters: everyone, title: inputs.go is not read"]),
    ),
    "RB513 one id in common": (
        ("", ["filters: {ids: [L-1, L-2], custom: {loan_id: L-3}}"]),
        ("", ["filters: {ids: [L-1, L-2], custom: {loan_id: [L-2, L-3]}}"]),
    ),
    "RB548 a number that only looks like one": (
        ("", ["filters: {ids: ['1.23E+12']}"]),
        ("", ["filters: {ids: ['A1E23', '1.2.3', '0.5', 'A-1']}"]),
    ),
    "RB548 a range": (
        ("", ["filters: {ids: [LOANID-1-LOANID-9]}"]),
        ("", ["filters: {ids: [LOANID-1-9, A1-B1, L-L-1]}"]),
    ),
    "RB548 the name of a file": (("", ["filters: {ids: [a.csv]}"]), ("", ["filters: {ids: [a.csv.1]}"])),
    "RB548 digits of full width": (
        ("", ["filters: {ids: [L-\uff12]}"]),
        ("", ["filters: {ids: [\u0932-1]}"]),
    ),
    "RB548 a Cyrillic letter": (
        ("", ["filters: {ids: [LO\u0410N-1]}"]),
        ("", ["filters: {ids: [\u0410\u0411-1]}"]),
    ),
}


@pytest.mark.parametrize("case", TWINS)
def test_what_comes_near_is_silent(case: str) -> None:
    """Of two runbooks that differ in little, one has the finding."""
    for (top, steps), found in zip(TWINS[case], ([case[:5]], []), strict=True):
        made = [step(f"s{n}", keys).replace("t1", f"t{n}") for n, keys in enumerate(steps)]
        assert codes(*made, top=top) == found


@pytest.mark.parametrize(
    ("languages", "found"), [("tamil", ["RB514"]), ("[tamil, hindi]", []), ("'{{ inputs.one }}'", [])]
)
def test_a_template_of_one_of_the_languages_is_right(languages: str, found: list[str]) -> None:
    """And of a language that an input gives nothing is known."""
    made = step("a", f"filters: {{language: {languages}}}").replace("t1", "emi_hindi")
    assert codes(made, top="inputs: {one: {type: string, key: true}}\n") == found


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
        ("{custom: {c%s: x}}", 90_000),
    ],
)
def test_no_step_is_compared_with_all_others(
    filters: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only with those that share a value of what tells them apart, and so often in all."""
    compared: list[object] = []

    def never(*pair: object) -> bool:
        compared.append(pair)
        return False

    monkeypatch.setattr(overlapping_steps, "_twice", never)
    count = 400
    draft(*(step(f"s{n}", f"filters: {filters % n}") for n in range(count)))
    assert bool(compared) is bool(most)
    assert len(compared) <= most


def test_a_step_is_compared_with_one_far_before_it() -> None:
    """Forty others between the two hide nothing."""
    between = [step(f"s{n}", f"filters: {{language: hindi, custom: {{b: b{n}}}}}") for n in range(40)]
    first, last = step("a", "filters: {language: tamil}"), step("z", "filters: {custom: {b: zz}}")
    assert codes(first, *between, last) == ["RB502"]


def test_an_exact_repetition_is_seen_once_the_values_are_there() -> None:
    """Two inputs may be given the same."""
    one, other = (f"filters: {{language: '{{{{ inputs.{name} }}}}'}}" for name in ("one", "other"))
    top = "inputs: {one: {type: string}, other: {type: string}}\n"
    made = draft(step("a", one), step("b", other), top=top)
    assert made.diagnostics == ()
    for given, found in (("hindi", ["RB511"]), ("tamil", [])):
        filled = fill(made, {"one": "hindi", "other": given})
        assert [one.kind.code for one in filled.diagnostics] == found
