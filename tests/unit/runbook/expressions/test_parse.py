"""Every admitted form becomes its tree; every other form is named."""

import pytest

from engine.record.condition import (
    Arithmetic,
    Compare,
    Field,
    InputName,
    Known,
    Literal,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    StepField,
    children,
)
from engine.runbook.expressions.fault import Scope
from engine.runbook.expressions.parse import parse
from tests.unit.runbook.expressions.scopes import SUCCESS, WHEN, assert_found, found, tree_of

STATUS = StepField("remind", Field.STATUS)
FAILED = StepField("remind", Field.FAILED)
RAN = StepField("remind", Field.RAN)
CAP = InputName("cap")
STRICT = InputName("strict")
DAY = InputName("day")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("steps.remind.status == 'partial'", Compare("==", STATUS, Literal("partial"))),
        ('steps.remind.status != "failed"', Compare("!=", STATUS, Literal("failed"))),
        ("steps.remind.failed > 5", Compare(">", FAILED, Literal(5))),
        ("5 < steps.remind.failed", Compare("<", Literal(5), FAILED)),
        ("inputs.cap <= 2.5", Compare("<=", CAP, Literal(2.5))),
        ("inputs.cap >= 0", Compare(">=", CAP, Literal(0))),
        ("inputs.cap >= 0.50", Compare(">=", CAP, Literal(0.5))),
        ("inputs.cap == -3", Compare("==", CAP, Literal(-3))),
        ("inputs.cap == +3", Compare("==", CAP, Literal(3))),
        ("-inputs.cap < 1", Compare("<", Negate(CAP), Literal(1))),
        ("+inputs.cap < 1", Compare("<", Negate(Negate(CAP)), Literal(1))),
        ("steps.remind.ran", RAN),
        ("inputs.strict", STRICT),
        ("not inputs.strict", Not(STRICT)),
        ("inputs.strict == true", Compare("==", STRICT, Literal(value=True))),
        ("inputs.strict == False", Compare("==", STRICT, Literal(value=False))),
        ("(steps.remind.ran)", RAN),
    ],
)
def test_values_and_comparisons(text: str, tree: Node) -> None:
    """Names, constants of every sort and the six comparisons."""
    assert tree_of(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("inputs.strict and steps.remind.ran", Logic("and", STRICT, RAN)),
        (
            "inputs.strict or steps.remind.ran and inputs.strict",
            Logic("or", STRICT, Logic("and", RAN, STRICT)),
        ),
        (
            "(inputs.strict or steps.remind.ran) and inputs.strict",
            Logic("and", Logic("or", STRICT, RAN), STRICT),
        ),
        (
            "inputs.strict or inputs.strict or steps.remind.ran",
            Logic("or", Logic("or", STRICT, STRICT), RAN),
        ),
        ("not inputs.strict == steps.remind.ran", Not(Compare("==", STRICT, RAN))),
        ("not not inputs.strict", Not(Not(STRICT))),
        (
            "inputs.cap - 1 - steps.remind.failed * 2 > 0",
            Compare(
                ">",
                Arithmetic("-", Arithmetic("-", CAP, Literal(1)), Arithmetic("*", FAILED, Literal(2))),
                Literal(0),
            ),
        ),
        (
            "inputs.cap / 2 // 3 % 4 + 1 > 0",
            Compare(
                ">",
                Arithmetic(
                    "+",
                    Arithmetic(
                        "%", Arithmetic("//", Arithmetic("/", CAP, Literal(2)), Literal(3)), Literal(4)
                    ),
                    Literal(1),
                ),
                Literal(0),
            ),
        ),
    ],
)
def test_joined_forms(text: str, tree: Node) -> None:
    """Logic and arithmetic with their order of binding."""
    assert tree_of(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (
            "1 < steps.remind.failed <= 5",
            Logic("and", Compare("<", Literal(1), FAILED), Compare("<=", FAILED, Literal(5))),
        ),
        (
            "1 < inputs.cap < 5 < steps.remind.failed",
            Logic(
                "and",
                Logic("and", Compare("<", Literal(1), CAP), Compare("<", CAP, Literal(5))),
                Compare("<", Literal(5), FAILED),
            ),
        ),
        (
            "'partial' == steps.remind.status in ['partial', 'failed']",
            Logic(
                "and",
                Compare("==", Literal("partial"), STATUS),
                Member(STATUS, Literal(("partial", "failed"))),
            ),
        ),
    ],
)
def test_chained_comparisons(text: str, tree: Node) -> None:
    """A chain means that each of its links holds."""
    assert tree_of(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("steps.remind.status in ['partial', 'failed']", Member(STATUS, Literal(("partial", "failed")))),
        ("steps.remind.status in ('partial', 'failed',)", Member(STATUS, Literal(("partial", "failed")))),
        ("steps.remind.status in ('partial',)", Member(STATUS, Literal(("partial",)))),
        ("steps.remind.status not in ['partial']", Member(STATUS, Literal(("partial",)), negated=True)),
        ("steps.remind.failed in [1, -2, 2.5]", Member(FAILED, Literal((1, -2, 2.5)))),
        ("'hindi' in inputs.languages", Member(Literal("hindi"), InputName("languages"))),
        (
            "inputs.branch not in inputs.languages",
            Member(InputName("branch"), InputName("languages"), negated=True),
        ),
        ("inputs.day in ['2026-01-31']", Member(DAY, Literal(("2026-01-31",)))),
        ("steps.remind.failed is known", Known(FAILED)),
        ("steps.remind.failed is unknown", Known(FAILED, negated=True)),
        ("steps.remind.failed is not known", Not(Known(FAILED))),
        ("steps.remind.failed is not unknown", Not(Known(FAILED, negated=True))),
        ("not steps.remind.failed is known", Not(Known(FAILED))),
        ("(steps.remind.failed / inputs.cap) is known", Known(Arithmetic("/", FAILED, CAP))),
        ("(steps.remind.failed > 5) is known", Known(Compare(">", FAILED, Literal(5)))),
    ],
)
def test_lists_and_questions(text: str, tree: Node) -> None:
    """Lists stand right of in; known and unknown are the only questions."""
    assert tree_of(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("inputs.day == '2026-01-31'", Compare("==", DAY, Literal("2026-01-31"))),
        ("'2024-02-29' < inputs.day", Compare("<", Literal("2024-02-29"), DAY)),
        ("inputs.day >= inputs.day", Compare(">=", DAY, DAY)),
        (r"inputs.branch == 'it\'s'", Compare("==", InputName("branch"), Literal("it's"))),
        (r'inputs.branch == "a \" b"', Compare("==", InputName("branch"), Literal('a " b'))),
        (r"inputs.branch == 'a\\b'", Compare("==", InputName("branch"), Literal("a\\b"))),
        (r"inputs.branch == 'a\\n'", Compare("==", InputName("branch"), Literal("a\\n"))),
        ("inputs.branch == '}} {{ {% #'", Compare("==", InputName("branch"), Literal("}} {{ {% #"))),
        ("inputs.branch == 'मुंबई'", Compare("==", InputName("branch"), Literal("मुंबई"))),
        ("inputs.branch in ['', 'a']", Member(InputName("branch"), Literal(("", "a")))),
        ("\n  inputs.cap\t>\n 1 \n", Compare(">", CAP, Literal(1))),
    ],
)
def test_texts_and_dates(text: str, tree: Node) -> None:
    """A text is exactly what is seen; a date is compared with a date or a text that is one."""
    assert tree_of(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("failed_pct <= 5", Compare("<=", StepField("own", Field.FAILED_PCT), Literal(5))),
        (
            "ran and errors == 0",
            Logic(
                "and", StepField("own", Field.RAN), Compare("==", StepField("own", Field.ERRORS), Literal(0))
            ),
        ),
        (
            "steps.own.matched > steps.remind.matched",
            Compare(">", StepField("own", Field.MATCHED), StepField("remind", Field.MATCHED)),
        ),
        (
            "failed-matched > 0",
            Compare(
                ">",
                Arithmetic("-", StepField("own", Field.FAILED), StepField("own", Field.MATCHED)),
                Literal(0),
            ),
        ),
    ],
)
def test_success_reads_its_own_step(text: str, tree: Node) -> None:
    """In success the own result is read by bare names, and by the step's id."""
    assert tree_of(text, SUCCESS) == tree


@pytest.mark.parametrize(
    ("text", "extents"),
    [
        ("steps.remind.ran and  inputs.cap > 5", ((0, 36), (0, 16), (22, 36))),
        ("(inputs.cap + 1) * 2 > 5", ((0, 24), (0, 20), (23, 24))),
        ("not (inputs.cap > 5)", ((0, 20), (5, 19))),
        ("inputs.cap is not known", ((0, 23), (0, 23))),
        ("inputs.cap in [1, 2]", ((0, 20), (0, 10), (14, 20))),
        ("inputs.cap in ((1), 2)", ((0, 22), (0, 10), (14, 22))),
    ],
)
def test_extents(text: str, extents: tuple[tuple[int, int], ...]) -> None:
    """Each node knows its place, brackets in pairs."""
    tree = parse(text, WHEN)[0]
    assert tree is not None
    assert (tree.tree.at, *(child.at for child in children(tree.tree))) == extents


FILTER = "leave the filter out"
CALL = "round brackets after a value call it"
PICK = "no part of a value is picked"
PARTS = "only inputs and steps have parts"


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("steps.remind.failed | int > 3", "| int", FILTER),
        ("inputs.branch | replace('a', 'b') == 'b'", "| replace('a', 'b')", FILTER),
        ("range(3)", "range(3)", CALL),
        ("inputs.branch.upper() == 'A'", "inputs.branch.upper()", CALL),
        ("steps['remind'].ran", "['remind']", PICK),
        ("steps.0", ".0", PICK),
        ("inputs.branch[1:2] == 'a'", "[1:2]", PICK),
        ("inputs.branch[0] == 'a'", "[0]", PICK),
        ("''.__class__ == 'a'", ".__class__", PARTS),
        ("true.real == 1", ".real", PARTS),
        ("(1).real == 1", ".real", PARTS),
        ("inputs.cap if inputs.strict else 3", "inputs.cap if inputs.strict else 3", "and, or and not"),
        ("inputs.strict if inputs.strict", "inputs.strict if inputs.strict", "and, or and not"),
        ("'a' ~ inputs.branch == 'ab'", "'a' ~ inputs.branch", "glues texts"),
        ("{'a': 1}", "{'a': 1}", "write a list"),
        ("2 ** 3 > inputs.cap", "2 ** 3", "raises to a power"),
        ("inputs.cap == none", "none", 'found by "is unknown"'),
        ("None", "None", "there is no empty value"),
        ("inputs.cap is defined", "is defined", "names are checked when the file is read"),
        ("inputs.cap is not none", "is not none", 'write "is known"'),
        ("inputs.strict is true", "is true", "write the name by itself"),
        ("inputs.cap is divisibleby 3", "is divisibleby 3", "the only questions"),
        ("inputs.cap is divisibleby(3)", "is divisibleby(3)", "the only questions"),
        ("inputs.cap is in [1]", "is in [1]", "<name> in [...]"),
        ("inputs.cap is known 5", "is known 5", 'put "and" or "or" behind'),
        ("inputs.cap is a.b", "is a", "the only questions"),
    ],
)
def test_other_forms_are_named(text: str, marked: str, says: str) -> None:
    """What the grammar knows and conditions do not admit is refused with what to write instead."""
    refused = [each for each in found(text) if each.code == "RB308"]
    assert [each.marked for each in refused] == [marked]
    assert says in refused[0].says


@pytest.mark.parametrize("scope", [WHEN, SUCCESS])
@pytest.mark.parametrize(
    "text",
    [
        "''.__class__.__mro__",
        "''.__class__.__mro__[1].__subclasses__()",
        "lipsum.__globals__",
        "lipsum.__globals__['os'].popen('id').read()",
        "cycler.__init__",
        "cycler.__init__.__globals__.os",
        "joiner.__init__",
        "namespace.__init__",
        "self._TemplateReference__context",
        "self.__init__",
        "config",
        "request",
        "request|attr('x')",
        "inputs|attr('__class__')",
        "inputs.__class__",
        "steps.__class__.__init__",
        "steps.remind.__class__",
        "steps.remind.status.__class__",
        "inputs.branch.__class__",
        "inputs.branch.format",
        "[].append",
        "[].append(1)",
        "().__class__",
        "{}.keys",
        '"%s" % inputs',
        '"%s" % inputs.branch',
        "'{0.__class__}'.format(1)",
        "()|map",
        "[1]|map(attribute='real')|list",
        "dict(a=1)",
        "range(10)",
        "true.__class__",
        "(1).__class__",
        "1.0.__class__",
        "inputs['__class__']",
        "inputs[inputs.branch]",
        "loop.index",
        "caller()",
        "super()",
        "varargs",
        "__import__('os')",
        "x if y else z",
        "{% set x = 1 %}",
        "{{ 7*7 }}",
        "a := 5",
        "lambda: 1",
        "[x for x in y]",
        "inputs.strict = true",
        "steps.remind.ran; steps.remind.ran",
    ],
)
def test_escapes_are_refused(text: str, scope: Scope) -> None:
    """Known ways out of Jinja2's sandbox never become a tree."""
    condition, faults = parse(text, scope)
    assert condition is None
    assert faults


def test_everything_at_once() -> None:
    """Findings that do not follow from each other are all reported, in the order of the text."""
    assert_found(
        "steps.remnd.faild > '5' && inputs.cpa | int == 007 or 'x'",
        WHEN,
        ("RB311", "remnd", "did you mean steps.remind?"),
        ("RB314", "faild", "did you mean steps.remnd.failed?"),
        ("RB304", "&&", "write and instead of &&"),
        ("RB310", "cpa", "did you mean inputs.cap?"),
        ("RB308", "| int", FILTER),
        ("RB305", "007", "write 7."),
        ("RB317", "'x'", "<name> == 'x'"),
    )


def test_findings_at_one_place_come_in_the_order_of_reading() -> None:
    """In every process: those of one kind have nothing else that tells their order."""
    _, faults = parse("steps.remind.ran >= 'partial' < ran", SUCCESS)
    assert [fault.help.partition(",")[0] for fault in faults] == ["write steps.remind.ran", "write ran"]


def test_consequences_are_not_reported() -> None:
    """Of a value that is already at fault nothing more is said."""
    assert_found("steps.remnd.failed > 'x' + 1", WHEN, ("RB311", "remnd", ""), ("RB320", "'x'", ""))


@pytest.mark.parametrize(
    "text",
    ["inputs.broken", "inputs.broken > 5", "inputs.broken in ['a']", "5 in inputs.broken", "inputs.broken.x"],
)
def test_an_input_at_fault_fits_everywhere(text: str) -> None:
    """What is wrong with a declaration is said there, not at every use."""
    assert [each.code for each in found(text)] == (["RB316"] if text.endswith("x") else [])


def test_warnings_leave_the_condition_usable() -> None:
    """A condition that never varies is still a condition."""
    condition, faults = parse("5 > 3", WHEN)
    assert condition is not None
    assert [fault.kind.severity.value for fault in faults] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20 + "- " * 99 + "failed" + ")" * 20 + " > 1",
        " or ".join(["ran"] * 101),
        "not " * 100 + "ran",
        "''" + ".a" * 490,
        "a" + "()" * 490,
        "a" + "[0]" * 330,
        "1 if " * 99 + "1",
    ],
)
def test_deep_conditions_fit_the_stack(text: str) -> None:
    """The largest conditions that are admitted leave half of Python's stack to the caller."""

    def below(frames: int) -> None:
        if frames:
            below(frames - 1)
        else:
            parse(text, SUCCESS)

    below(450)
