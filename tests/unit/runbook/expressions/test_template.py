"""Templates: places for the values of inputs, and nothing else."""

import pytest

from engine.record.condition import InputName, Scalar
from engine.runbook.expressions.template import parse_template, render
from tests.unit.runbook.expressions.scopes import INPUTS, Found, seen

VALUES: dict[str, Scalar | tuple[str, ...]] = {
    "branch": "{{ inputs.cap }}",
    "city": "pune",
    "cap": 250,
    "rate": 2.5,
    "strict": True,
    "day": "2026-01-31",
    "languages": ("hindi", "tamil"),
    "broken": "x",
}


def rendered(text: str) -> Scalar | tuple[str, ...]:
    """Parse a text in which nothing is wrong, and fill it in."""
    template, faults = parse_template(text, INPUTS)
    assert not faults
    assert template is not None
    return render(template, VALUES)


def found(text: str) -> list[Found]:
    """Parse a text and give what is wrong with it."""
    template, faults = parse_template(text, INPUTS)
    assert (template is None) == bool(faults)
    return [seen(text, fault) for fault in faults]


@pytest.mark.parametrize(
    "text", ["", "plain", "a {b} c", "{", "}", "100% of {name}", "{ } { }", "everyone", "a } b", "{input.x}"]
)
def test_plain_texts(text: str) -> None:
    """A text without the marks of a template is itself."""
    assert parse_template(text, INPUTS) == ((text,), ())
    assert rendered(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ inputs.cap }}", 250),
        ("{{inputs.cap}}", 250),
        ("{{\n inputs.cap\t}}", 250),
        ("{{ inputs.rate }}", 2.5),
        ("{{ inputs.strict }}", True),
        ("{{ inputs.languages }}", ("hindi", "tamil")),
        ("{{ inputs.day }}", "2026-01-31"),
        ("{{ inputs.city }}", "pune"),
    ],
)
def test_a_whole_template_takes_the_value(text: str, value: object) -> None:
    """A text that is one place takes the value with its type."""
    filled = rendered(text)
    assert filled == value
    assert type(filled) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("up to {{ inputs.cap }}", "up to 250"),
        ("{{ inputs.cap }}%", "250%"),
        (" {{ inputs.cap }}", " 250"),
        ("{{ inputs.cap }}{{ inputs.city }}", "250pune"),
        ("{{ inputs.city }}, {{ inputs.day }}!", "pune, 2026-01-31!"),
        ("{{ inputs.rate }} {a}", "2.5 {a}"),
    ],
)
def test_values_within_a_text(text: str, value: str) -> None:
    """Texts, numbers and dates are joined with what stands around them."""
    assert rendered(text) == value


@pytest.mark.parametrize("text", ["{{ inputs.branch }}", "{{ inputs.branch }}!"])
def test_what_was_filled_in_is_never_read_again(text: str) -> None:
    """A value that looks like a template goes out as it is."""
    assert str(rendered(text)).startswith("{{ inputs.cap }}")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (5, "5"),
        (-5, "-5"),
        (2.0, "2"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (0.1, "0.1"),
        (-1.25, "-1.25"),
        (1e-7, "0.0000001"),
        (1.25e-5, "0.0000125"),
        (1e22, "10000000000000000000000"),
        (123456789.125, "123456789.125"),
    ],
)
def test_numbers_are_written_plainly(number: float, written: str) -> None:
    """Without exponent, and a whole number without a point."""
    assert render(("x", InputName("rate")), {"rate": number}) == f"x{written}"


@pytest.mark.parametrize(
    ("text", "code", "marked", "says"),
    [
        ("{{ inputs.cap", "RB351", "{{", "never closed"),
        ("{{ inputs.cap }", "RB351", "{{", "never closed"),
        ("{{", "RB351", "{{", "never closed"),
        ("inputs.cap }}", "RB351", "}}", "closes nothing"),
        ("}}", "RB351", "}}", "closes nothing"),
        ("{{ {{ inputs.cap }}", "RB351", "{{", "never closed"),
        ("{inputs.cap}", "RB351", "{inputs.", "one brace fills nothing in"),
        ("{ inputs.cap }", "RB351", "{ inputs.", "one brace fills nothing in"),
        ("{% if x %}", "RB352", "{%", "only {{ inputs.<name> }} is filled in"),
        ("{# note #}", "RB352", "{#", "only {{ inputs.<name> }} is filled in"),
        ("50{%", "RB352", "{%", "leave it out"),
        ("{{ cap }}", "RB353", "cap", "write {{ inputs.cap }}."),
        ("{{ inputs.cap + 1 }}", "RB353", "inputs.cap + 1", "write {{ inputs.cap }}."),
        ("{{ inputs.cap | int }}", "RB353", "inputs.cap | int", "a filter (|) may not change"),
        ("{{ inputs.cap.x }}", "RB353", "inputs.cap.x", "write {{ inputs.cap }}."),
        ("{{ inputs['cap'] }}", "RB353", "inputs['cap']", "for example {{ inputs.branch }}."),
        ("{{ inputs }}", "RB353", "inputs", "which input"),
        ("{{ steps.remind.failed }}", "RB353", "steps.remind.failed", "results of steps are not known"),
        ("{{ 'x' }}", "RB353", "'x'", "only the name of an input"),
        ("{{ ''.__class__ }}", "RB353", "''.__class__", "only the name of an input"),
        ("{{ inputs.__class__ }}", "RB310", "__class__", "known: branch"),
        ("{{ config }}", "RB353", "config", "only the name of an input"),
        ("{{- inputs.cap -}}", "RB353", "- inputs.cap -", "a sign beside the braces"),
        ("{{ inputs.a-b }}", "RB353", "inputs.a-b", "only the name of an input"),
        ("{{}}", "RB353", "{{}}", "nothing is named"),
        ("{{  }}", "RB353", "{{  }}", "nothing is named"),
        ("{{{ inputs.cap }}}", "RB353", "{ inputs.cap", "write {{ inputs.cap }}."),
        ("${{ inputs.cap }}", "RB353", "${{ inputs.cap }}", "write {{ inputs.cap }} without $."),
        ("{{ inputs.cpa }}", "RB310", "cpa", "did you mean inputs.cap?"),
        ("{{ inputs.zzz }}", "RB310", "zzz", "known: branch, city, cap"),
        ("to {{ inputs.languages }}", "RB354", "{{ inputs.languages }}", "inputs.languages is a list"),
        ("{{ inputs.languages }} ", "RB354", "{{ inputs.languages }}", "be the whole text"),
        ("{{ inputs.strict }}!", "RB354", "{{ inputs.strict }}", "inputs.strict is true or false"),
    ],
)
def test_findings(text: str, code: str, marked: str, says: str) -> None:
    """Whatever is not one name of an input between two pairs of braces is refused."""
    all_found = found(text)
    assert [(each.code, each.marked) for each in all_found] == [(code, marked)]
    assert says in all_found[0].says


def test_everything_at_once() -> None:
    """All findings of a text are reported."""
    text = "{{ cap }} {{ inputs.nope }} {% x %} }} {{ inputs.languages }} {{"
    assert [each.code for each in found(text)] == ["RB353", "RB310", "RB352", "RB351", "RB354", "RB351"]


def test_a_text_full_of_mistakes_is_given_up() -> None:
    """After ten findings in one text the rest says nothing new."""
    assert len(found("{{ x }}" * 10)) == 10
    assert len(found("{{ x }}" * 1_000)) == 10


def test_without_inputs() -> None:
    """Where no input is declared, none is offered."""
    template, faults = parse_template("{{ x }} {{ inputs.x }}", {})
    assert template is None
    assert ["declare an input" in faults[0].help, "there is none" in faults[1].help] == [True, True]


def test_an_input_whose_name_cannot_be_filled_in() -> None:
    """It is never offered, for it would be refused again."""
    inputs = dict.fromkeys(("1branch", "\u0936\u093e\u0916\u093e"))
    for name in inputs:
        for text in (f"{{{{ inputs.{name} }}}}", f"{{{{ {name} }}}}"):
            (fault,) = parse_template(text, inputs)[1]
            assert "rename the input" in fault.help
    (other,) = parse_template("{{ x }}", inputs)[1]
    assert "1branch" not in other.help


def test_an_input_at_fault_fits_everywhere() -> None:
    """What is wrong with a declaration is said there, not at every use."""
    assert rendered("a {{ inputs.broken }}") == "a x"


@pytest.mark.parametrize(
    "text",
    ["{{ " * 200_000, "{{ inputs.cap }} " * 50_000, "{" * 500_000, "{ " * 250_000, "{{" + " " * 1_000_000],
)
def test_long_texts_are_read_quickly(text: str) -> None:
    """The time grows with the length, not with its square."""
    parse_template(text, INPUTS)
