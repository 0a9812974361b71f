"""What a change to a runbook breaks, and which warnings stood before it."""

import pytest

from engine.diagnostics import Diagnostic
from engine.runbook import schema
from engine.runbook.changes import check, fresh
from engine.runbook.draft import Draft, read

ONE = """\
format: runbook/v1
name: recover
revision: 3
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
inputs:
  cap: {type: integer, default: 50}
audiences:
  debtors: {filters: {payment_status: bounced}}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    audience: debtors
    limit: "{{ inputs.cap }}"
  - id: call
    channel: sms
    template: smsTpl02
    when: steps.remind.failed > 0
    success: steps.call.failed_pct <= 5
    filters: {payment_status: pending}
    limit: 10
"""


def draft(text: str) -> Draft:
    """Read a text."""
    return read(text.encode(), "a.yaml")


def found(before: str, now: str, *names: str) -> list[Diagnostic]:
    """Give what a change breaks."""
    new = draft(now)
    return schema.diagnostics(new.document, check(draft(before), new, "main", names))


def codes(before: str, now: str, *names: str) -> list[str]:
    """Give the codes of what a change breaks."""
    return [one.kind.code for one in found(before, now, *names)]


def renamed(*formerly: str, name: str = "recall", text: str = ONE) -> str:
    """Give a runbook another name, and former ones."""
    former = f"formerly: [{', '.join(formerly)}]\n" if formerly else ""
    return text.replace("name: recover\n", f"name: {name}\n{former}")


# ---------------------------------------------------------------- names


def test_no_change_breaks_nothing() -> None:
    """Neither a file as it was, nor one that is laid out anew."""
    assert found(ONE, ONE) == []
    assert found(ONE, ONE.replace("payment_status: bounced", "payment_status: [bounced]")) == []


def test_another_name_is_found_at_the_name() -> None:
    """With the line to write, where other former names stand, too."""
    (one,) = found(ONE, renamed())
    assert (one.kind.code, one.span.line, one.span.column) == ("RB601", 2, 7)
    assert one.message == 'it was "recover" at main'
    assert one.help.startswith("write `formerly: [recover]`;")
    (one,) = found(ONE, renamed("relay"))
    assert one.help.startswith("write `formerly: [relay, recover]`;")


def test_a_name_that_is_kept_is_no_rename() -> None:
    """Under `formerly`, or by another file."""
    assert codes(ONE, renamed("recover")) == []
    assert codes(ONE, renamed("relay", "recover")) == []
    assert codes(ONE, renamed(), "recover", "recall") == []


@pytest.mark.parametrize(("period", "expected"), [("run", []), ("day", ["RB601"]), ("ever", ["RB601"])])
def test_a_name_that_means_nothing_may_change(period: str, expected: list[str]) -> None:
    """Where every run may message everybody, no name keeps it from that."""
    text = ONE.replace("owner:", f"once: {{per: {period}}}\nowner:")
    assert codes(text, renamed(text=text)) == expected


def test_a_former_name_that_is_gone() -> None:
    """It is named, with all that should stand there."""
    (one,) = found(renamed("a", "b", name="recover"), renamed("b", name="recover"))
    assert (one.kind.code, one.span.line) == ("RB602", 3)
    assert one.message == '"a" stood in `formerly` at main'
    assert one.help.startswith("write `formerly: [b, a]`;")


def test_all_former_names_gone_with_the_present_one() -> None:
    """Both are found, and the second says everything to write."""
    first, second = found(renamed("a", "b", name="recover"), renamed())
    assert (first.kind.code, second.kind.code) == ("RB601", "RB602")
    assert second.help.startswith("write `formerly: [recover, a, b]`;")


def per(period: str) -> str:
    """Give the runbook with a period."""
    return ONE.replace("owner:", f"once: {{per: {period}}}\nowner:")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("day", "day", []),
        ("run", "day", []),
        ("day", "run", []),
        ("week", "week", ["RB602"]),
        ("month", "month", ["RB602"]),
        ("month", "day", ["RB602"]),
        ("day", "month", ["RB602"]),
        ("month", "ever", ["RB602"]),
        ("day", "ever", ["RB602"]),
    ],
)
def test_a_former_name_has_its_day(old: str, new: str, expected: list[str]) -> None:
    """And then it may be left out; not so where a longer period reaches back behind the renaming."""
    text = per(new).replace("revision: 3", "revision: 4")
    assert codes(renamed("a", name="recover", text=per(old)), text) == expected


def test_a_former_name_is_left_out_of_a_chain() -> None:
    """Renamed once more, with the last name alone: what was sent under the first does not count any more."""
    (one,) = found(renamed("a", name="b", text=per("month")), renamed("b", name="c", text=per("month")))
    assert one.kind.code == "RB602"
    assert one.help.startswith("write `formerly: [b, a]`;")


def test_a_former_name_may_become_the_present_one_again() -> None:
    """It counts by itself."""
    assert codes(renamed("a", name="recover"), renamed("recover", name="a")) == []


# ---------------------------------------------------------------- key inputs

KEYED = ONE.replace("  cap:", "  branch: {type: string, key: true}\n  cap:")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("branch:", "br:", 8, "marked `key` at main: `branch` (string); now: `br` (string)"),
        (
            "string, key",
            "integer, key",
            8,
            "marked `key` at main: `branch` (string); now: `branch` (integer)",
        ),
        (", key: true", "", 7, "marked `key` at main: `branch` (string); now: none"),
        (
            "  cap: {",
            "  cap: {key: true, ",
            9,
            "marked `key` at main: `branch` (string); now: `branch` (string) and `cap` (integer)",
        ),
    ],
)
def test_other_key_inputs_are_found(old: str, new: str, line: int, message: str) -> None:
    """Also with a former name: the values of keys stand in what the log knows of a run."""
    now = KEYED.replace("revision: 3", "revision: 4").replace(old, new)
    (one,) = found(KEYED, now)
    assert (one.kind.code, one.span.line, one.message) == ("RB605", line, message)


def test_a_first_key_input_is_found() -> None:
    """All that was sent without is another occasion."""
    (one,) = found(ONE.replace("revision: 3\n", ""), KEYED)
    assert one.message == "marked `key` at main: none; now: `branch` (string)"


def test_key_inputs_that_stay_are_not() -> None:
    """Whatever else is said of them, in whatever order; nor where each run may message everybody."""
    moved = ONE.replace(
        "  cap: {type: integer, default: 50}\n",
        "  cap: {type: integer, default: 50}\n  branch: {type: string, key: true, description: Where}\n",
    )
    assert codes(KEYED.replace("revision: 3\n", ""), moved) == []
    free = KEYED.replace("revision: 3\n", "once: {per: run}\n")
    assert codes(free, free.replace("branch:", "br:")) == []


def test_names_are_looked_at_whatever_else_is_wrong() -> None:
    """A file with an error elsewhere was renamed all the same; without a name nothing can be said."""
    assert codes(ONE.replace("limit: 10", "limit: 0"), renamed()) == ["RB601"]
    assert codes(ONE, ONE.replace("name: recover\n", "")) == []
    assert codes(ONE, ONE.replace("name: recover", "name: [recover]")) == []
    assert codes("- 1\n", ONE) == []


# ---------------------------------------------------------------- revisions


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("limit: 10", "limit: 20", "`steps`"),
        ("payment_status: bounced", "payment_status: partial", "`steps`"),
        ("default: 50", "default: 500", "`inputs`"),
        ("camp_demo", "camp_other", "`campaign`"),
        ("failed > 0", "failed > 1", "`steps`"),
        ("owner:", "once: {per: day}\nowner:", "`once`"),
        ("purpose: overdue", "purpose: service", "`purpose` and `steps`"),
    ],
)
def test_what_a_runbook_does_belongs_to_its_revision(old: str, new: str, what: str) -> None:
    """Found at the number, with the next one to write; silent when it grew."""
    (one,) = found(ONE, ONE.replace(old, new))
    assert (one.kind.code, one.span.line, one.span.column) == ("RB603", 3, 11)
    assert one.message == f"{what} changed since main, and it is still 3"
    assert one.help == "write `revision: 4`."
    assert codes(ONE, ONE.replace(old, new).replace("revision: 3", "revision: 4")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner: collections-ops", "owner: risk"),
        ("steps:", "description: Recover.\nsteps:"),
        ("limit: 10", "limit: 10 # agreed"),
        ("limit: 10", "limit: 10\n    x-note: agreed"),
        ("limit: 10", "limit: 10\n    title: Call them"),
        ("steps.remind", " steps.remind"),
        ("remind", "reminded"),
        ("call", "phone_them"),
        ("debtors", "people"),
    ],
)
def test_what_is_for_people_does_not(old: str, new: str) -> None:
    """Notes, titles, layout; and names of steps and audiences, wherever they stand."""
    assert draft(ONE.replace(old, new)).is_sound
    assert codes(ONE, ONE.replace(old, new)) == []


def test_a_revision_that_sank() -> None:
    """Found whatever else changed; the mend is the number behind the one that it had."""
    (one,) = found(ONE, ONE.replace("revision: 3", "revision: 2"))
    assert (one.kind.code, one.message, one.help) == ("RB603", "it was 3 at main", "write `revision: 4`.")


def test_a_revision_that_nobody_gives() -> None:
    """It is optional, before and now."""
    without = ONE.replace("revision: 3\n", "")
    changed = ONE.replace("limit: 10", "limit: 20")
    assert codes(without, changed) == []
    assert codes(ONE, changed.replace("revision: 3\n", "")) == []


# ---------------------------------------------------------------- warnings that stood before

SMELL = "    filters: {payment_status: pending, language: klingon}\n"
BEFORE = ONE.replace("    filters: {payment_status: pending}\n", SMELL)


def left(before: str, now: str) -> list[tuple[str, int]]:
    """Give code and line of what did not stand before."""
    old, new = draft(before), draft(now)
    kept = fresh(new.diagnostics, new, old.diagnostics, old)
    return [(one.kind.code, one.span.line) for one in kept]


def test_a_warning_that_stood_is_known_again() -> None:
    """As it was; further down; laid out anew; on a line with something else."""
    assert left(BEFORE, BEFORE) == []
    assert left(BEFORE, BEFORE.replace("steps:", "\n\nsteps:")) == []
    assert (
        left(
            BEFORE,
            BEFORE.replace(SMELL, "    filters:\n      payment_status: pending\n      language: [klingon]\n"),
        )
        == []
    )
    assert left(BEFORE, BEFORE.replace("pending, language", "partial, language")) == []


def test_a_warning_that_is_new_is_not() -> None:
    """In a file without, in other words, and a second time in the same ones."""
    line = BEFORE[: BEFORE.index(SMELL)].count("\n") + 1
    assert left(ONE, BEFORE) == [("RB204", line)]
    assert left(BEFORE, BEFORE.replace("klingon", "elvish")) == [("RB204", line)]
    again = BEFORE.replace("payment_status: bounced", "language: klingon, payment_status: bounced")
    assert left(BEFORE, again) == [("RB204", 10)]
    third = f"  - id: third\n    channel: sms\n    template: smsTpl03\n{SMELL}    limit: 7\n"
    found_twice = [code for code, _ in left(BEFORE, BEFORE + third) if code == "RB204"]
    assert found_twice == ["RB204"]


def test_a_warning_of_another_step_is_new() -> None:
    """The one that stood was mended, and its words or its very line came back elsewhere."""
    third = "  - id: third\n    channel: sms\n    template: smsTpl03\n    limit: 7\n"
    for laid_out in (SMELL, "    filters: {language: klingon}\n"):
        now = BEFORE.replace(SMELL, "    filters: {payment_status: pending}\n") + third + laid_out
        assert ("RB204", now.count("\n")) in left(BEFORE, now)
        assert "RB204" not in dict(left(now, now))


def test_a_warning_follows_a_step_that_is_called_otherwise() -> None:
    """Renamed, or with others before it; and one that was no step's stays nobody's."""
    assert left(BEFORE, BEFORE.replace("call", "phone")) == []
    assert [code for code, _ in left(BEFORE, BEFORE.replace("remind", "reminded"))] == []
    aside = BEFORE.replace("payment_status: bounced", "language: klingon") + "x-note: last\n"
    assert left(aside, aside.replace("steps:", "x-other: 1\nsteps:")) == []


def test_an_error_is_always_new() -> None:
    """Nothing with an error can be run, whoever made it."""
    wrong = BEFORE.replace("limit: 10", "limit: 0")
    assert [code for code, _ in left(wrong, wrong)] == ["RB109"]
