"""Which account a command is about: from ``.runbook/config.yaml``, or from ``TIMEPAY_*`` variables."""

import os
from pathlib import Path

from engine.cli.files import CONFIG, read_bytes, upward
from engine.cli.screen import emit
from engine.config import Config, Environment
from engine.config.address import fault_of_address, normalised
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.runbook.characters import MAX_BYTES
from engine.runbook.spelling import listed, nearest, shown


@dataclass(frozen=True, slots=True)
class Found:
    """The configuration, the environment that was chosen (None: there is none), the repository."""

    config: Config
    here: Environment | None = None
    root: Path | None = None


def find_environment(name: str | None = None) -> Found:
    """Choose the environment: ``--env``, then ``RUNBOOK_ENV``, then the file's default."""
    file = upward(CONFIG)
    name = name or os.environ.get("RUNBOOK_ENV") or None
    address, org = _address(), _organisation()
    if file is None:
        if name is not None:
            raise Refusal(
                f"environment {name}: there is no {CONFIG} here or above", "create it, or leave --env out"
            )
        return Found(Config(), Environment(address, org) if address else None)
    config = _read(file)
    name = name or str(config.default)
    if name not in config.environments:
        known = list(config.environments)
        meant = nearest(name, known)
        cure = f"did you mean {meant}?" if meant else f"{file} has {listed(known, 'and')}"
        raise Refusal(f'there is no environment "{name}"', cure)
    here = config.environments[name]
    _refuse_contradiction(here, address, org, file)
    return Found(config, here, file.parent.parent)


def _read(file: Path) -> Config:
    # Only a repository with a configuration pays for its schema.
    from engine.config.read import read  # noqa: PLC0415

    config, found, document = read(read_bytes(file, MAX_BYTES), str(file))
    if config is None:
        emit(findings.render(found, lambda _, line: document.lines.line(line)) + "\n", err=True)
        raise Refusal(f"{file} is not valid, see above", "mend it, then try again", Exit.INVALID)
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
