"""Which account a command is about: from ``.runbook/config.yaml``, or from ``TIMEPAY_*`` variables."""

import os
from pathlib import Path

from engine.api.files import read_bytes
from engine.cli.files import CONFIG, upward
from engine.cli.screen import emit
from engine.config import Config, Environment
from engine.config.address import fault_of_address, normalised
from engine.frozen import dataclass, replace
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.runbook.characters import MAX_BYTES
from engine.runbook.spelling import listed, nearest, shown


@dataclass(frozen=True, slots=True)
class Found:
    """The configuration, the environment that was chosen (None: there is none), the repository.

    ``fault``: what is the matter with them, where a command goes on all the same. ``is_guess``: and the
    environment's own run log cannot be told.
    """

    config: Config
    here: Environment | None = None
    root: Path | None = None
    fault: str = ""
    is_guess: bool = False


def find_environment(name: str | None = None, *, aloud: bool = True) -> Found:
    """Choose the environment: ``--env``, then ``RUNBOOK_ENV``, then the file's default.

    ``aloud``: what is found in the file is shown.
    """
    file = upward(CONFIG)
    address, org = _address(), _organisation()
    if file is None:
        return _without_file(name, address, org)
    config = _read(file, aloud=aloud)
    here = _named(config, name, file)
    _refuse_contradiction(here, address, org, file)
    return Found(config, here, file.parent.parent)


def find_configured(name: str | None) -> Found:
    """Choose the environment for the names that its file gives, whatever ``TIMEPAY_*`` says."""
    file = upward(CONFIG)
    if file is None:
        return _without_file(name, None, None)
    config = _read(file, aloud=True)
    return Found(config, _named(config, name, file), file.parent.parent)


def look_for_environment(name: str | None, *, is_log_said: bool) -> Found:
    """Choose the environment of a command that looks or stops: that is always allowed (DESIGN, section 2).

    Raises ``Refusal`` only for a name that nothing has, where no log is named in its place.
    """
    file = None
    try:
        file = upward(CONFIG)
        config = _read(file, aloud=False) if file else Config()
    except Refusal as refusal:
        return Found(Config(), None, file.parent.parent if file else None, refusal.message, is_guess=True)
    try:
        here = _named(config, name, file) if file else _without_file(name, None, None).here
    except Refusal as refusal:
        if name is not None and not is_log_said:
            raise
        return Found(config, None, file.parent.parent if file else None, refusal.message, is_guess=True)
    return _beside_variables(Found(config, here, file.parent.parent if file else None), file)


def _beside_variables(found: Found, file: Path | None) -> Found:
    """Let the variables say what no file says; where they contradict it, the file is gone by."""
    try:
        address, org = _address(), _organisation()
        if file is None or found.here is None:
            return replace(found, here=Environment(address, org) if address else None)
        _refuse_contradiction(found.here, address, org, file)
    except Refusal as refusal:
        return replace(found, fault=refusal.message)
    return found


def _without_file(name: str | None, address: str | None, org: str | None) -> Found:
    name = name or os.environ.get("RUNBOOK_ENV") or None
    if name is not None:
        raise Refusal(
            f"environment {name}: there is no {CONFIG} here or above", "create it, or leave --env out"
        )
    return Found(Config(), Environment(address, org) if address else None)


def _named(config: Config, name: str | None, file: Path) -> Environment:
    name = name or os.environ.get("RUNBOOK_ENV") or str(config.default)
    if name not in config.environments:
        known = list(config.environments)
        meant = nearest(name, known)
        cure = f"did you mean {meant}?" if meant else f"{file} has {listed(known, 'and')}"
        raise Refusal(f'there is no environment "{name}"', cure)
    return config.environments[name]


def _read(file: Path, *, aloud: bool) -> Config:
    # Only a repository with a configuration pays for its schema.
    from engine.config.read import read  # noqa: PLC0415

    config, found, document = read(read_bytes(file, MAX_BYTES), str(file))
    if found and aloud:
        emit(findings.render(found, lambda _, line: document.lines.shown(line)) + "\n", err=True)
    if config is None:
        above = ", see above" if aloud else ""
        raise Refusal(f"{file} is not valid{above}", "mend it, then try again", Exit.INVALID)
    return config


def _address() -> str | None:
    """Give what the environment says of the API's address, in its one spelling."""
    address = os.environ.get("TIMEPAY_BASE_URL")
    if not address:
        return None
    if wrong := fault_of_address(address):
        message, _, cure = wrong.partition("; ")
        raise Refusal(f"TIMEPAY_BASE_URL: {message}", cure or "write https://…")
    return normalised(address)


def _organisation() -> str | None:
    org = os.environ.get("TIMEPAY_ORG_ID") or None
    if org and (not org.isprintable() or org != org.strip()):
        message = f"TIMEPAY_ORG_ID: {shown(org)} has blanks at its ends, or characters that cannot be seen"
        raise Refusal(message, "write the organisation's id alone")
    return org


def _refuse_contradiction(here: Environment, address: str | None, org: str | None, file: Path) -> None:
    """Two addresses for one command: guessing which was meant could message the wrong people."""
    pairs = (
        ("TIMEPAY_BASE_URL", address, here.base_url),
        ("TIMEPAY_ORG_ID", org, here.org),
    )
    for variable, said, configured in pairs:
        if said and said != configured:
            other = f"says {configured}" if configured else "says nothing of it"
            raise Refusal(
                f"{variable} says {said}, but environment {here.name} of {file} {other}",
                f"unset {variable}, or choose another environment with --env",
            )
