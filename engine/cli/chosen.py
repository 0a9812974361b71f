"""The account and the run log that a command is about, and how a later command line says the same."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from engine.api.files import repository_of, working_directory
from engine.cli.environment import Found, find_environment, look_for_environment
from engine.cli.screen import warn
from engine.config import Environment
from engine.frozen import dataclass, replace
from engine.record.plan import may_be_one
from engine.refusal import Exit, Refusal

NAME = "runlog.db"

_TAKES_BOTH = (
    "status|runs|show|events|contacts|run|resume|reconcile|resolve|decide|cancel|stop|allow|verify|export|"
    "evidence|replay|log (?:init|copy|erase)"
)
_LINE = re.compile(rf"(?:(?<=`)|(?<=[;:] )|^)runbook (?:{_TAKES_BOTH})\b[^`;]*")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a command is about; ``env_said`` and ``log_said`` are its options as they were typed."""

    found: Found
    log: Path
    env_said: str | None = None
    log_said: Path | None = None

    @property
    def is_log_said(self) -> bool:
        """Whether the person, or the environment variable, names the log."""
        return is_log_said(self.log_said)

    @property
    def account_said(self) -> str | None:
        """The key of the account that ``--env`` names; None where it was not said, or cannot be told."""
        return self.found.here.account.key if self.env_said and self.found.here else None

    @property
    def is_narrowed(self) -> bool:
        """Whether an option, ``--env`` or ``--log``, makes it about one log alone."""
        return self.env_said is not None or self.log_said is not None

    @property
    def is_there(self) -> bool:
        """Whether something lies where the log does; what cannot be looked at may be there."""
        try:
            return self.log.exists()
        except OSError:
            return True

    @property
    def in_words(self) -> str:
        """The log in a sentence, with the environment that it is chosen by."""
        is_own = self.env_said is not None and not self.sharing()
        return f"the run log {self.log}{f' ({self.env_said})' if is_own else ''}"

    def narrowed(self) -> "Chosen":
        """Give the same, as somebody names it who means this log and no other."""
        if self.is_narrowed:
            return self
        name = self.found.here.name if self.found.here else None
        return self.by_log() if name is None or self.is_log_said else replace(self, env_said=name)

    def by_log(self) -> "Chosen":
        """Give the same, as somebody names it who means this log, and whatever environment uses it."""
        return replace(self, env_said=None, log_said=self.log)

    def sharing(self) -> Sequence[str]:
        """Name the environments of other accounts whose runs are in this log, too.

        That may be any of them where somebody names a log that is no environment's own.
        """
        own = self.account_said or (self.found.here.account.key if self.found.here else None)
        here = os.path.realpath(self.log)
        known = self.found.config.environments
        using = [name for name in known if here in map(os.path.realpath, self._logs_of(name))]
        return [name for name in using or known if not (own and may_be_one(known[name].account.key, own))]

    def _logs_of(self, name: str) -> tuple[Path, Path]:
        there = Found(self.found.config, self.found.config.environments[name], self.found.root)
        return _configured(there), log_path(there, None)

    def others(self) -> Iterator["Chosen"]:
        """Give the further logs that the configuration names, each narrowed to it; without one, the usual.

        One that leads out of the repository is left out: no run comes to it by its environment.
        """
        known = {os.path.realpath(self.log)}
        every = [*self._configured_logs()]
        # A variable that names another log wins over the environments' own: those are meant that are there.
        told = os.environ.get("RUNBOOK_LOG") or ""
        is_usual = not told or os.path.realpath(told) in {os.path.realpath(each.log) for each in every}
        for there in every:
            if os.path.realpath(there.log) in known or there.leads_out:
                continue
            known.add(os.path.realpath(there.log))
            is_named = there.env_said is not None
            if there.is_there or (is_named and is_usual):
                yield there if is_named and not told else replace(there, log_said=there.log)

    def left_out(self) -> Iterator["Chosen"]:
        """Give the logs to which the configuration leads out of the repository, if something lies there."""
        own = os.path.realpath(self.log)
        for each in self._configured_logs():
            if each.leads_out and each.is_there and os.path.realpath(each.log) != own:
                yield each

    @property
    def leads_out(self) -> bool:
        """Whether the configuration leads to the log by the back door."""
        return _leads_elsewhere(self.found, self.log)

    def _configured_logs(self) -> Iterator["Chosen"]:
        if self.found.is_guess:
            return
        known = cast("Mapping[str | None, Environment | None]", self.found.config.environments)
        for name, here in (known or {None: None}).items():
            there = Found(self.found.config, here, self.found.root)
            with suppress(Refusal):  # the folder that one stands in is gone
                yield Chosen(there, _configured(there), name)

    def all_meant(self) -> Iterator["Chosen"]:
        """Give every log that a command is about, this one first: where no option names it, others, too."""
        yield self
        if not self.is_narrowed:
            yield from self.others()

    def options(self, environment: str | None = None, *, narrows: bool = False) -> str:
        """Give what makes a command line find the same when typed as it stands; ``environment``: a run's.

        ``narrows``: without ``--env`` the command would be about every account.
        """
        pairs = self._pairs(environment, narrows=narrows)
        return "".join(f" {option} {shlex.quote(value)}" for option, value in pairs)

    def completed(self, text: str) -> str:
        """Give a text whose command lines, between backticks or at an end, find the same."""
        return _LINE.sub(lambda line: self._complete(line[0]), text)

    @contextmanager
    def completing(self) -> Iterator[None]:
        """Complete the command lines of every refusal that is raised in the block."""
        try:
            yield
        except Refusal as refusal:
            refusal.cure = self.completed(refusal.cure)
            raise

    def environment_of(self, account: str) -> str | None:
        """Give the name of an environment with that account's key."""
        known = self.found.config.environments
        names = [name for name, about in known.items() if about.account.key == account]
        return self.env_said if self.env_said in names else next(iter(names), None)

    def _complete(self, line: str) -> str:
        if " --log " in line:  # it is finished
            return line
        more = (pair for pair in self._pairs(None) if f" {pair[0]} " not in line)
        return line + "".join(f" {option} {shlex.quote(value)}" for option, value in more)

    def _pairs(self, environment: str | None, *, narrows: bool = False) -> Iterator[tuple[str, str]]:
        known = self.found.config.environments
        name = next((each for each in (environment, self.env_said) if each in known), None)
        # What is chosen without a word need not be typed: these lines are long enough.
        is_usual = name == (os.environ.get("RUNBOOK_ENV") or self.found.config.default)
        if name is not None and (narrows or self.env_said or not is_usual):
            yield "--env", name
        if self.log_said is not None:
            yield "--log", str(self.log_said)
        elif name is not None and name != self.env_said:
            there = Found(self.found.config, known[name], self.found.root)
            if log_path(there, None) != self.log:
                yield "--log", str(self.log)


def choose(environment_name: str | None, log_option: Path | None) -> Chosen:
    """Choose by ``--env`` and ``--log``, their variables, the configuration; ``Refusal`` where that fails."""
    found = find_environment(environment_name)
    path = log_path(found, log_option)
    if not is_log_said(log_option):
        _refuse_elsewhere(found, path)
    return Chosen(found, path, environment_name, log_option)


def _refuse_elsewhere(found: Found, path: Path) -> None:
    """Refuse a log to which a repository leads by the back door: by ``..`` or by a link that it brings along.

    Its configuration may name any place in plain sight, with its whole path.
    """
    if found.here is not None and Path(found.here.log or "").is_absolute():
        return
    root = os.path.realpath(found.root or repository())
    for each in (path, path.with_name(f"{path.name}.locks")):
        if not Path(os.path.realpath(each)).is_relative_to(root):
            raise Refusal(
                f"the run log {path} leads out of the repository {root}, to {os.path.realpath(each)}",
                "name it with --log or RUNBOOK_LOG, or in the configuration with its whole path",
                Exit.LEASE_OR_LOG,
            )


def _leads_elsewhere(found: Found, path: Path) -> bool:
    try:
        _refuse_elsewhere(found, path)
    except Refusal:
        return True
    return False


def choose_to_look(environment_name: str | None, log_option: Path | None) -> Chosen:
    """Choose for a command that looks: whatever is the matter with the configuration is a warning."""
    chosen = choose_leniently(environment_name, log_option)
    if chosen.found.fault:
        warn(f"{chosen.found.fault}; this looks at the run log {chosen.log}")
    return chosen


def choose_leniently(environment_name: str | None, log_option: Path | None) -> Chosen:
    """Choose whatever is the matter with the configuration; ``found.fault`` says it."""
    found = look_for_environment(environment_name, is_log_said=is_log_said(log_option))
    return Chosen(found, log_path(found, log_option), environment_name, log_option)


def is_log_said(option: Path | None) -> bool:
    """Say whether the person, or the environment variable, names the log."""
    return option is not None or bool(os.environ.get("RUNBOOK_LOG"))


def log_path(found: Found, option: Path | None) -> Path:
    """Choose the log: ``--log``, then ``RUNBOOK_LOG``, then the environment's, then the repository's."""
    if option is not None:
        return option
    if told := os.environ.get("RUNBOOK_LOG"):
        return Path(told)
    return _configured(found)


def _configured(found: Found) -> Path:
    if found.here is not None and found.here.log and found.root is not None:
        return found.root / ".runbook" / found.here.log
    return repository() / ".runbook" / NAME


def repository() -> Path:
    """Give the nearest folder, upward from here, that holds ``.runbook`` or ``.git``; else this one."""
    here = working_directory()
    return repository_of(here) or here
