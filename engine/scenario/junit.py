"""Scenarios as JUnit XML, the form in which CI systems read tests."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.report.paint import printable
from engine.scenario.check import Checked, Result
from engine.scenario.judge import Failure
from engine.scenario.view import located


def junit(checked: Sequence[Checked]) -> str:
    """Give the document: a suite for each file, a case for each scenario; a file's findings are errors."""
    root = Element("testsuites", name="runbook test")
    for each in checked:
        _suite(root, each)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, checked: Checked) -> None:
    file = checked.suite.document.file
    suite = SubElement(root, "testsuite", name=_safe(file), file=_safe(file))
    for result in checked.results:
        case = _case(suite, result.scenario.name, file)
        if result.played is None:
            SubElement(case, "error", message="not played: its file has findings", type="finding")
        elif result.failures:
            _failed(case, result, checked)
    for found in (each for each in checked.findings if each.is_error):
        case = _case(suite, f"{found.kind.code} at line {found.span.line}", file)
        error = SubElement(case, "error", message=_safe(found.message), type=found.kind.code)
        error.text = _safe(f"{file}:{found.span.line}:{found.span.column}: {found.message}\n{found.help}")
    counts = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    for key, path in counts.items():
        suite.set(key, str(len(suite.findall(path))))
    suite.set("skipped", "0")
    suite.set("time", "0")


def _case(suite: Element, name: str, file: str) -> Element:
    # Readers that go by a schema admit neither a file nor a line here: both stand in what is told.
    return SubElement(suite, "testcase", name=_safe(name), classname=_safe(file), time="0")


def _failed(case: Element, result: Result, checked: Checked) -> None:
    first, *_ = result.failures
    message = f"{first.what}: {first.message}"
    failure = SubElement(case, "failure", message=_safe(message), type="expectation")
    failure.text = _safe("\n\n".join("\n".join(_lines(each, checked)) for each in result.failures))


def _lines(failure: Failure, checked: Checked) -> Iterator[str]:
    found = located(failure, checked)
    yield f"{found.file}:{found.span.line}:{found.span.column}: {failure.what}: {found.message}"
    yield f"why: {failure.why}"
    if failure.help:
        yield f"help: {failure.help}"


def _safe(text: str) -> str:
    """Give a text without what XML cannot hold; line breaks stay."""
    return "\n".join(printable(line) for line in text.split("\n")).translate(_NOT_IN_XML)


_NOT_IN_XML = str.maketrans("\ufffe\uffff", "\N{REPLACEMENT CHARACTER}" * 2)
