"""Scenarios as people and programs read them: each difference at its line, with a caret, and its reason."""

from collections.abc import Iterator, Mapping, Sequence

from engine.diagnostics import Diagnostic, Json, Kind
from engine.report.findings import pointed, render
from engine.report.paint import Paint, plain, printable
from engine.scenario.check import Checked, Result
from engine.scenario.coverage import Coverage
from engine.scenario.judge import Failure


def text(checked: Sequence[Checked], paint: Paint = plain) -> str:
    """Show every file with its scenarios, what is wrong below each."""
    return "\n\n".join("\n".join(_file(each, paint)) for each in checked)


def _file(checked: Checked, paint: Paint) -> Iterator[str]:
    yield paint("strong", printable(checked.suite.document.file))
    for result in checked.results:
        word = paint("good", "ok  ") if result.passed else paint("error", "FAIL")
        said = "" if result.played else ": not played, see below"
        yield f"  {word}  {printable(result.scenario.name)}{said}"
        before = ""
        for failure in result.failures:
            yield from _failure(failure, checked, paint, before)
            before = failure.why
    if checked.findings:
        document = checked.suite.document
        yield ""
        yield render(checked.findings, lambda _, number: document.lines.shown(number), paint)


def _failure(failure: Failure, checked: Checked, paint: Paint, before: str) -> Iterator[str]:
    found = located(failure, checked)
    span, line = found.span, checked.suite.document.lines.shown(found.span.line)
    yield f"    {printable(found.file)}:{span.line}:{span.column}: {paint('error', failure.what)}"
    yield from (f"    {each}" for each in pointed(found, line, paint))
    if failure.why != before:
        yield f"      {paint('faint', 'why:')}  {printable(failure.why)}"
    if failure.help:
        yield f"      {paint('faint', 'help:')} {printable(failure.help)}"


def located(failure: Failure, checked: Checked) -> Diagnostic:
    """Give a failure its place in the file, with what was expected and what came."""
    document = checked.suite.document
    kind = Kind("", failure.what, failure.why)
    return document.finding(kind, document.value_span(failure.path), failure.message, failure.help)


def summary(checked: Sequence[Checked]) -> str:
    """Say in a line how it went."""
    results = [result for each in checked for result in each.results]
    failed = sum(not result.passed for result in results)
    broken = sum(not each.results and not each.passed for each in checked)
    parts = [f"{len(results) - failed} passed"] if results else []
    parts += [f"{failed} failed"] if failed else []
    parts += [_counted(broken, "file") + " cannot be used"] if broken else []
    return f"{_counted(len(results), 'scenario')} of {_counted(len(checked), 'file')}: {', '.join(parts)}."


def next_step(checked: Sequence[Checked]) -> str:
    """Say what to do next."""
    if any(finding.is_error for each in checked for finding in each.findings):
        return "Mend what the findings name, then test again."
    if all(each.passed for each in checked):
        return "Next: --coverage lists what no scenario shows, and --suggest prints scenarios for it."
    return (
        "Mend the runbook, or what is expected of it; `runbook plan FILE` shows every way that a run can go."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def coverage_text(runbook: str, coverage: Coverage) -> str:
    """Show what of a runbook scenarios show, and by name what they do not."""
    parts = [
        f"{sum(shown.values())} of {len(shown)} {what}"
        for what, shown in (("truths of conditions", coverage.truths), ("outcomes", coverage.classes))
        if shown
    ]
    cut = "" if coverage.is_whole else "; there are more than could be worked out"
    head = f"Coverage of {printable(runbook)}: {coverage.percent:.0f} % ({', '.join(parts)}{cut})"
    return "\n".join([head, *(f"  {printable(each)}" for each in coverage.missing)])


def to_json(checked: Sequence[Checked], coverage: Mapping[str, Coverage]) -> dict[str, Json]:
    """Give all of it as ``runbook test --format json`` does; with coverage where that was asked for."""
    said: dict[str, Json] = {
        "passed": bool(checked) and all(each.passed for each in checked),
        "scenarios": [_scenario(result, each) for each in checked for result in each.results],
        "findings": [found.to_json() for each in checked for found in each.findings],
        "files": [each.suite.document.file for each in checked],
    }
    if coverage:
        said["coverage"] = [_coverage(runbook, each) for runbook, each in coverage.items()]
    return said


def _scenario(result: Result, checked: Checked) -> Json:
    document, played = checked.suite.document, result.played
    about: dict[str, Json] = {
        "file": document.file,
        "line": document.key_span(result.scenario.path).line,
        "name": result.scenario.name,
        "passed": result.passed,
        "failures": [_failed(each, checked) for each in result.failures],
    }
    if played is None:
        return about
    steps: list[Json] = [
        {
            "id": step.id,
            "status": played.step(step.id).status.value,
            "because": list(played.reasons.get(step.id, ())),
        }
        for step in played.program.steps
    ]
    requests: list[Json] = [
        {"step": each.step, "address": each.address, "attempt": each.attempt, "body": each.body}
        for each in played.requests
    ]
    end: dict[str, Json] = {"status": played.state.status.value, "exit_code": int(played.exit_code)}
    return about | {"steps": steps, "requests": requests} | end


def _failed(failure: Failure, checked: Checked) -> Json:
    span = located(failure, checked).span
    return {
        "line": span.line,
        "column": span.column,
        "what": failure.what,
        "expected": failure.expected,
        "got": failure.got,
        "why": failure.why,
        "help": failure.help,
    }


def _coverage(runbook: str, coverage: Coverage) -> Json:
    conditions: list[Json] = [
        {
            "step": step,
            "condition": which,
            "text": coverage.texts[step, which],
            "value": value,
            "covered": is_seen,
        }
        for (step, which, value), is_seen in coverage.truths.items()
    ]
    outcomes: list[Json] = [
        {"step": step, "outcome": name, "covered": is_seen}
        for (step, name), is_seen in coverage.classes.items()
    ]
    return {
        "runbook": runbook,
        "percent": round(coverage.percent, 1),
        "exhaustive": coverage.is_whole,
        "conditions": conditions,
        "outcomes": outcomes,
    }
