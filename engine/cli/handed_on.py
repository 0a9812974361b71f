"""A word that names a run, or a file that was handed on of one."""

import os
from contextlib import suppress
from pathlib import Path

from engine.cli.chosen import choose_leniently
from engine.cli.completing import HANDED_ON
from engine.cli.runlog import letting_go
from engine.cli.screen import warn
from engine.refusal import Refusal
from engine.runlog.names import LAST
from engine.runlog.sqlite import look_at


def is_file(what: str, environment_name: str | None, log_option: Path | None) -> bool:
    """Say whether a file is meant: a run goes before a file that happens to have its name."""
    if not os.path.lexists(what):
        return "/" in what or what.endswith(HANDED_ON)
    if "/" in what or not _is_run(what, environment_name, log_option):
        return True
    warn(f"{what} is a run and a file here, too; this is about the run: ./{what} names the file")
    return False


def _is_run(name: str, environment_name: str | None, log_option: Path | None) -> bool:
    with suppress(Refusal):
        log = look_at(choose_leniently(environment_name, log_option).log)
        if log is not None:
            with letting_go(log):
                return name in (log.find(name).run, LAST)
    return False
