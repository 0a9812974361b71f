"""The typo corpus: whatever somebody mistypes in a runbook of ours is found where it stands, with the mend.

Every kind of mistake is made at every place where it fits, in every file of ``runbooks/``. Of each the
test asks, by rule alone:

- is there a finding on a line where the mistake stands, whose words hold what was meant (the key, the
  word, the sign, the column: ``Typo.mends``)?
- is one of the findings an error, so that nothing is sent (``WARNED``: where that is too much)?
- are there at most three errors for it?

A mistake without any finding has *passed*, unless the runbook still means the same: then it was none.
``--typos 0`` makes all of them, else there is a sample of each kind.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from engine.diagnostics import Diagnostic, Span
from engine.runbook.draft import read
from engine.runbook.syntax import UNREADABLE
from tests.typos.mistakes import KINDS
from tests.typos.source import Source, model
from tests.typos.typo import Typo

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
CONDITIONS = Path(__file__).parents[1] / "cases" / "ok" / "conditions.yaml"
"""Joins comparisons, which no runbook of ours needs."""
OVER_LINES = CONDITIONS.with_name("conditions-over-lines.yaml")
"""Has conditions on several lines, each written in another way."""
IN_CONDITIONS = ("name: ", "condition: ")
"""The kinds of mistakes that are made inside of conditions."""
LEAST = 0.95
MOST_ERRORS = 3
WARNED = ("RB204", "RB548")
"""What is only ever a warning: a language that nobody knows may yet be one, and an id may hold a blank."""


@cache
def sources() -> tuple[Source, ...]:
    """Give every runbook that is shipped, and one that has every form of condition."""
    files = (file for file in sorted(RUNBOOKS.rglob("*.yaml")) if not file.name.endswith(".test.yaml"))
    return tuple(Source(file.name, file.read_text("utf-8")) for file in (*files, CONDITIONS))


@cache
def over_lines() -> Source:
    """Give a runbook in which a mistake in a condition stands on another line than its beginning."""
    return Source(OVER_LINES.name, OVER_LINES.read_text("utf-8"))


def sample(kind: str, most: int) -> list[tuple[Source, Typo]]:
    """Make the mistakes of a kind, if there are more than ``most`` only so many, evenly spread."""
    every = [(source, typo) for source in sources() for typo in KINDS[kind](source)]
    return every[:: max(len(every) // most, 1)] if most else every


def verdict(source: Source, typo: Typo) -> str:
    """Say how a mistake fared: good, harmless, or what is wrong with what was said of it."""
    draft = read(typo.text.encode(), source.name)
    found = draft.diagnostics
    if not found:
        return "harmless" if model(draft) == model(source.draft) else "passed"
    errors = sum(one.is_error for one in found)
    if errors > MOST_ERRORS:
        return "too many errors"
    if not errors and not any(one.kind.code in WARNED for one in found):
        return "only a warning"
    there = [one for one in found if one.span.line in typo.lines]
    if not there:
        return "on another line"
    return "good" if any(names(one, typo) for one in there) else "no mend"


def names(found: Diagnostic, typo: Typo) -> bool:
    """Whether a finding's words hold one of the mends, as a whole word where it is one."""
    return any(re.search(_whole(mend), f"{found.message}\n{found.help}") for mend in typo.mends)


def _whole(mend: str) -> str:
    before = r"(?<![\w-])" if re.match(r"\w", mend) else ""
    behind = r"(?![\w-])" if re.search(r"\w\Z", mend) else ""
    return before + re.escape(mend) + behind


@cache
def fared(kind: str, most: int) -> Counter[str]:
    """Count how the mistakes of a kind fared, without those that were none."""
    counts = Counter(verdict(source, typo) for source, typo in sample(kind, most))
    del counts["harmless"]
    return counts


def missed(counts: Counter[str]) -> int:
    """Count those without a finding at their place that names the mend."""
    return counts.total() - counts["good"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_is_found_with_its_mend(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nearly all of a kind are, and none passes; the figure is printed. Of a few, one may be missed."""
    counts = fared(kind, request.config.getoption("--typos"))
    rest = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()) if what != "good")
    with capsys.disabled():
        share = counts["good"] / max(counts.total(), 1)
        print(f"\n{kind:36} {counts['good']:5} of {counts.total():5} {share:6.1%}  {rest}", end=" ")  # noqa: T201  (the figure)
    assert counts.total(), f"no place for: {kind}"
    assert not counts["passed"], kind
    assert not counts["too many errors"], kind
    assert missed(counts) <= max((1 - LEAST) * counts.total(), 1), (kind, rest)


def test_nearly_all_are_found(request: pytest.FixtureRequest) -> None:
    """Over all kinds together, too."""
    every = [fared(kind, request.config.getoption("--typos")) for kind in KINDS]
    assert sum(map(missed, every)) <= (1 - LEAST) * sum(counts.total() for counts in every)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith(IN_CONDITIONS)])
def test_a_mistake_in_a_condition_on_several_lines_is_found_on_its_own(kind: str) -> None:
    """On the line where it stands, in blocks, folded, between quotes and unquoted; one may lack the mend."""
    fared = [verdict(over_lines(), typo) for typo in KINDS[kind](over_lines())]
    assert {*fared} <= {"good", "harmless", "no mend"}
    assert fared.count("no mend") <= max((1 - LEAST) * len(fared), 1)


def test_every_file_is_mistyped() -> None:
    """No runbook is left out for how it is written."""
    assert len(sources()) >= 11


@pytest.mark.parametrize(
    ("lines_off", "mend", "expected"),
    [(0, "owner", "good"), (1, "owner", "on another line"), (0, "wner", "no mend")],
)
def test_the_judge_is_exact(lines_off: int, mend: str, expected: str) -> None:
    """Another line, or a piece of a word, is not enough."""
    source = sources()[0]
    (owner,) = (key for key in source.keys if key.path == ("owner",))
    text = source.text.replace("owner:", "woner:", 1)
    typo = Typo(text, (source.line_of(owner.start) + lines_off,), (mend,))
    assert verdict(source, typo) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_words_that_name_nothing_are_no_mend(kind: str) -> None:
    """What the judge asks for does not stand in just any sentence, whatever line it is on."""
    for _, typo in sample(kind, 5):
        key = typo.text.splitlines()[typo.lines[0] - 1].split(":")[0].strip(" -")
        blind = Diagnostic(
            UNREADABLE, "", Span(1, 1, 1, 1), f'"{key}": this is wrong', "look at it, or do not"
        )
        assert not names(blind, typo), (typo.mends, key)


def test_a_warning_is_not_enough() -> None:
    """What would be sent all the same was not found."""
    source = next(each for each in sources() if "language: hindi" in each.text)
    step = re.sub(r"\n( +)channel: ", r"\n\1title: Reminder #1\n\1channel: ", source.text, count=1)
    assert verdict(source, Typo(step, (1,), ())) == "only a warning"


def test_the_judge_knows_what_changes_nothing() -> None:
    """A change that means the same is no mistake; one that means something else has passed."""
    source = next(each for each in sources() if "limit: none" in each.text)
    assert verdict(source, Typo(source.text.replace("limit: none", "limit:  none"), (1,), ())) == "harmless"
    assert verdict(source, Typo(source.text.replace("limit: none", "limit: 7"), (1,), ())) == "passed"
