"""What a shell may complete: what stands in the log, in the configuration, in a runbook.

Quickly, without a log where there is none, and without changing or holding one. Whatever goes wrong ends
in silence: engine/cli/__init__.py says nothing to a shell that asks.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.api.files import SUFFIXES, read_bytes
from engine.report.paint import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from engine.record.entry import RunEntry
    from engine.runlog.port import RunLog

_MOST_RUNS = 50
_MOST_FILES = 500
_HEAD_BYTES = 4096
_PATIENCE_S = 0.25
"""How long somebody who writes the log is waited for: nobody waits longer for a completion."""


def started_runs(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete a run's id, the newest first, or ``last``."""
    known = _of_log(context, lambda log: ("last", *(entry.run for entry in log.runs())))
    return _beginning(beginning, known)[: _MOST_RUNS + 1]


def runs_and_files(
    context: click.Context, parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete a run, or the path of what was handed on of one; else any path."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

    files = (str(path) for path in _near(beginning, HANDED_ON))
    words = (*started_runs(context, parameter, beginning), *filter(_is_harmless, files))
    return [CompletionItem(word) for word in words] or [CompletionItem(beginning, type="file")]


HANDED_ON = (".zip", ".jsonl")
"""How files end that ``evidence`` and ``export`` write."""


def months(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete a month in which runs were started, the latest first."""
    return _beginning(beginning, _of_log(context, lambda log: [month_of(entry) for entry in log.runs()]))


def month_of(entry: "RunEntry") -> str:
    """Give the month in which a run was started, in India."""
    from engine.record.wallclock import zone  # noqa: PLC0415  (only a shell pays for it)

    return f"{entry.started_at.astimezone(zone()):%Y-%m}"


def campaigns(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete a campaign's id: those that runs were on, the latest first."""
    return _beginning(beginning, _of_log(context, lambda log: [entry.campaign for entry in log.runs()]))


def sends_in_question(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete the address of a send of the named run that somebody is to settle."""

    def addresses(log: "RunLog") -> list[str]:
        from engine.record.outcome import SendStatus  # noqa: PLC0415  (only a shell pays for it)

        doubt = (SendStatus.IN_DOUBT, SendStatus.INTENDED)
        sends = log.sends(log.find(context.params["run"]).run)
        return [send.address for send in sends if send.blocks or send.status in doubt]

    return _beginning(beginning, _of_log(context, addresses))


def steps_in_question(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete the step of the named run that somebody is to decide about."""

    def steps(log: "RunLog") -> list[str]:
        from engine.machine import fold  # noqa: PLC0415  (only a shell pays for it)
        from engine.record.need import ANSWERS  # noqa: PLC0415

        state = fold(each.event for each in log.events(log.find(context.params["run"]).run))
        return [state.stopped_at] if state.stopped_at and state.stopped_by in ANSWERS else []

    return _beginning(beginning, _of_log(context, steps))


def supposed_answers(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete STEP.FIELD=VALUE for the steps of the named run."""

    def steps(log: "RunLog") -> list[str]:
        from engine.cli.showing import steps_of  # noqa: PLC0415  (only a shell pays for it)

        # An option without its value keeps Click from giving the arguments their names.
        name = context.params.get("run") or context.args[0]
        first = log.events(log.find(name).run)[0].event
        return [f"{step['id']}.{answer}" for step in steps_of(first) for answer in SUPPOSED]

    return _beginning(beginning, _of_log(context, steps))


SUPPOSED = ("status=succeeded", "status=failed", "status=in_doubt", "failed=0", "matched=0")
"""Those that teach most, of all that ``replay --what-if`` takes."""


def _of_log(context: click.Context, look: "Callable[[RunLog], Iterable[str]]") -> list[str]:
    """Look something up in the log that the command would use; nothing where there is none."""
    # Only a shell that asks for it pays for the log.
    from engine.cli.chosen import choose_leniently  # noqa: PLC0415
    from engine.runlog.sqlite import look_at  # noqa: PLC0415

    asked = context.params
    chosen = choose_leniently(asked.get("environment_name"), asked.get("log_option"))
    log = look_at(chosen.log, patience_s=_PATIENCE_S)
    if log is None:
        return []
    try:
        return list(dict.fromkeys(look(log)))
    finally:
        log.close()


def _beginning(beginning: str, known: "Iterable[str]") -> list[str]:
    return [name for name in known if name.startswith(beginning) and _is_harmless(name)]


def _is_harmless(word: str) -> bool:
    """Say whether a word means itself to every shell: bash puts into the line what it is told, unquoted."""
    return re.search(_MEANING, word) is None and printable(word) == word


_MEANING = r"""[\s"'`$\\!&|;<>()*?\[\]{}~#^]"""


def environments(_context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete the name of an environment."""
    from engine.cli.environment import look_for_environment  # noqa: PLC0415  (only a shell pays for it)

    known = look_for_environment(None, is_log_said=True).config.environments
    return _beginning(beginning, known)


def fault_kinds(
    _context: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete the kind of a fault of the sandbox, with what it does."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

    from engine.sandbox.faults import ABOUT  # noqa: PLC0415  (the same)

    return [CompletionItem(kind, help=about) for kind, about in ABOUT.items() if kind.startswith(beginning)]


def finding_codes(
    _context: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete the code of a kind of finding, with its summary."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

    from engine.manual import KINDS  # noqa: PLC0415  (the same)

    asked = beginning.upper()
    return [CompletionItem(code, help=kind.summary) for code, kind in KINDS.items() if code.startswith(asked)]


def input_values(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete NAME=VALUE for the inputs of the named runbook: its choices, or its default to change."""
    return _beginning(beginning, [text for name, spec in _inputs(context) for text in _values(name, spec)])


def answers_of_steps(context: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
    """Complete STEP=ANSWER for the steps of the named runbook."""
    steps = [step["id"] for step in _runbook(context)["steps"]]
    return _beginning(beginning, [f"{step}={answer}" for step in steps for answer in ANSWERS])


ANSWERS = ("207", "429", "lost", "refused", "nobody")
"""Those that teach most, of all that ``try --answer`` takes."""


def _inputs(context: click.Context) -> list[tuple[str, Mapping[str, Any]]]:
    return [*_runbook(context).get("inputs", {}).items()]


def _values(name: str, spec: Mapping[str, Any]) -> list[str]:
    values = spec.get("choices") or [spec.get("default", "")]
    return [f"{name}={value}" for value in values]


def _runbook(context: click.Context) -> Mapping[str, Any]:
    """Read what the file says that stands in the line; raises where there is none, or none that reads."""
    from engine.runbook.characters import MAX_BYTES  # noqa: PLC0415  (only a shell pays for it)
    from engine.runbook.source import read  # noqa: PLC0415

    # An option without its value keeps Click from giving the arguments their names.
    path = Path(context.params.get("file") or context.args[0])
    return read(read_bytes(path, MAX_BYTES), str(path)).data or {}


def runbook_files(
    _context: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete the path of a runbook, in the folder that is typed and one below; else any path."""
    return _files(beginning, b"runbook/v")


def scenario_files(
    _context: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem[str]]":
    """Complete the path of a scenario file, in the folder that is typed and one below; else any path."""
    return _files(beginning, b"runbook-test/v")


def _files(beginning: str, mark: bytes) -> "list[CompletionItem[str]]":
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (only a shell pays for it)

    near = (path for path in _near(beginning, SUFFIXES) if _is_harmless(str(path)) and _says(path, mark))
    found = [CompletionItem(str(path)) for path in near]
    return found or [CompletionItem(beginning, type="file")]


def _near(beginning: str, suffixes: tuple[str, ...]) -> list[Path]:
    folder, _, _ = beginning.rpartition("/")
    root = Path(folder or ("/" if beginning.startswith("/") else "."))
    below = [each for each in _in(root) if each.is_dir() and not each.name.startswith(".")]
    paths = [path for place in (root, *below) for path in _in(place) if path.suffix in suffixes]
    return [path for path in paths if str(path).startswith(beginning)][:_MOST_FILES]


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _says(path: Path, mark: bytes) -> bool:
    """Say whether a file names its format near its top."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return mark in file.read(_HEAD_BYTES)
    except OSError:
        return False
