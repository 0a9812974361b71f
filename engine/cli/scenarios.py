"""``runbook test``: what runs must decide when the API answers so or so; nothing is sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.api.files import typed
from engine.cli.completing import scenario_files
from engine.cli.files import PATH, named
from engine.cli.screen import complain, emit, emit_json, paint, say, warn
from engine.cli.walk import runbooks_of, scenarios_of
from engine.refusal import Exit, Refusal

if TYPE_CHECKING:
    from engine.cli.suites import Suites
    from engine.scenario.check import Checked
    from engine.scenario.coverage import Coverage


@click.command("test")
@click.argument(
    "paths", nargs=-1, type=PATH, callback=named, shell_complete=scenario_files, metavar="[PATH]..."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="junit: XML as CI systems read it.",
)
@click.option("-k", "part", metavar="NAME", help="Only scenarios whose name holds this.")
@click.option("--coverage", "wants_coverage", is_flag=True, help="List what no scenario shows.")
@click.option(
    "--fail-under",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PCT",
    help="Exit with 10 where scenarios show less of a runbook. Lists coverage too.",
)
@click.option("--suggest", is_flag=True, help="Print a scenario file for what no scenario shows yet.")
def command(
    *,
    paths: tuple[Path, ...],
    form: str,
    part: str | None,
    wants_coverage: bool,
    least: float | None,
    suggest: bool,
) -> int:
    """Play scenarios (*.test.yaml) of runbooks: files, or folders with all of them below.

    A runbook stands for the scenario files beside it that name it. Without PATH the folders that
    .runbook/config.yaml names are looked through. Nothing is sent. Exits with 0 if all is as expected, with
    10 if not, with 64 if a path cannot be read.
    """
    if suggest:
        _refuse_beside_suggest(
            {"--format": form != "text", "-k": part, "--coverage": wants_coverage, "--fail-under": least}
        )
        return _suggest(paths)
    wrong: list[Refusal] = []
    paths = paths or _configured(wrong)
    checked, suites = _play(paths, part, wrong)
    if not checked and not wrong:
        raise Refusal(f'no scenario\'s name holds "{part}"', "leave -k out to see all names")
    coverage: Mapping[str, Coverage] = {}
    if wants_coverage or least is not None:
        coverage = suites.coverage(_runbooks_of(paths) if part is None else (), wrong)
    _show(checked, coverage, form, wants_next=not coverage)
    low = [name for name, each in coverage.items() if least is not None and each.percent < least]
    for refusal in wrong:
        complain(refusal.message, refusal.cure)
    for name in low:
        mend = f"add scenarios: runbook test {typed(Path(name))} --suggest prints some"
        complain(
            f"scenarios show {coverage[name].percent:.0f} % of {name}, and {least:g} % is asked for", mend
        )
    is_bad = low or not all(each.passed for each in checked)
    return max(Exit.INVALID if is_bad else 0, *(refusal.code for refusal in wrong), 0)


def _play(
    paths: tuple[Path, ...], part: str | None, wrong: list[Refusal]
) -> tuple[list["Checked"], "Suites"]:
    """Play what is chosen: the files that say anything of it, and what played them."""
    # Only who tests pays for what plans and plays.
    from engine.cli.suites import Suites, scenario_files_of  # noqa: PLC0415

    files, closed = scenarios_of(paths, scenario_files_of)
    wrong += closed
    suites = Suites(lambda name: part is None or part.casefold() in name.casefold())
    checked: list[Checked] = []
    for file in files:
        try:
            played = suites.play(file)
        except Refusal as refusal:
            wrong.append(refusal)
        else:
            checked += [played] if played.results or played.findings else []
    return checked, suites


def _runbooks_of(paths: tuple[Path, ...]) -> list[Path]:
    """List the runbooks below folders, whether they have scenarios or not."""
    return [file for file in runbooks_of(paths)[0] if file not in paths]


def _configured(wrong: list[Refusal]) -> tuple[Path, ...]:
    """Give the folders of the configuration; where requests would go to does not matter."""
    from engine.cli.configured import folders  # noqa: PLC0415  (only without a path it is needed)
    from engine.cli.environment import find_configured  # noqa: PLC0415  (the same)

    return tuple(folders(find_configured(None), wrong, "test"))


def _show(
    checked: list["Checked"], coverage: Mapping[str, "Coverage"], form: str, *, wants_next: bool
) -> None:
    from engine.scenario import view  # noqa: PLC0415  (only who tests pays for it)

    told = "\n\n".join(view.coverage_text(runbook, each) for runbook, each in coverage.items())
    if form == "json":
        emit_json(view.to_json(checked, coverage))
    elif form == "junit":
        from engine.scenario.junit import junit  # noqa: PLC0415  (only who wants XML pays for it)

        emit(junit(checked))
        emit(told, err=True, end="\n" if told else "")
    elif checked:
        emit(view.text(checked, paint()))
        emit(f"\n{told}" if told else "", end="\n" if told else "")
    if checked:
        emit(view.summary(checked), err=True)
    if checked and form == "text" and wants_next:
        emit(view.next_step(checked), err=True)


def _refuse_beside_suggest(others: Mapping[str, object]) -> None:
    given = [name for name, value in others.items() if value is not None and value is not False]
    if given:
        names = " and ".join(given)
        raise Refusal(f"--suggest prints a scenario file, and {names} would do nothing", f"leave {names} out")


def _suggest(paths: tuple[Path, ...]) -> int:
    if len(paths) != 1:
        raise Refusal("--suggest is for one runbook", "name it: runbook test runbooks/first.yaml --suggest")
    from engine.cli.suites import suggested  # noqa: PLC0415  (only who tests pays for it)
    from engine.scenario.suggest import MOST  # noqa: PLC0415  (the same)

    text, found, missing = suggested(paths[0])
    if found:
        emit(text)
        number = f"{found} scenario{'' if found == 1 else 's'}"
        say(f"{number} for what none shows yet: save them as a new *.test.yaml beside it, and read each.")
    elif not missing:
        say("There is nothing to suggest: scenarios show all that can be.")
    if found == MOST:
        say("There are more: save these, and ask again.")
        return 0
    for each in missing[:_MOST_MISSING]:
        warn(f"no scenario was found for this: {each}")
    if len(missing) > _MOST_MISSING:
        warn(f"nor for {len(missing) - _MOST_MISSING} more")
    return 0


_MOST_MISSING = 10
