"""What ``runbook doctor`` looks at: a refusal that a run would meet is what is wrong. Nothing is written."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import __version__
from engine.api.files import typed
from engine.cli.asking import refuse_switched_off
from engine.cli.chosen import Chosen, choose
from engine.cli.examined_log import log_checks
from engine.cli.files import CONFIG, upward
from engine.cli.identity import token
from engine.cli.running import Connected
from engine.cli.stopped import of_this_log, what_stands
from engine.clock import now
from engine.config import PLACEHOLDER, Config, Environment, unfilled
from engine.frozen import replace
from engine.record.wallclock import ZONE, date_and_time
from engine.refusal import Exit, Refusal
from engine.report import checks
from engine.report.checks import Check, Status, warning, wrong

_Look = Callable[[], Iterable[Check]]


def examined(environment_name: str | None, log_option: Path | None) -> Iterator[Check]:
    """Look at everything, in the order in which a run would meet it; what rests on a fault is left out."""
    yield Check("program", f"runbook {__version__} on Python {platform.python_version()}")
    yield from _refused_is_wrong("time zone", _zone)
    try:
        chosen = choose(environment_name, log_option)
    except Refusal as refusal:
        yield wrong("configuration", refusal)
        yield from _refused_is_wrong("token", lambda: _token(None))
        return
    here = chosen.found.here
    for check in (*_configuration(chosen), *(_there(chosen, here) if here else ())):
        yield replace(check, cure=chosen.completed(check.cure))


def _there(chosen: Chosen, here: Environment) -> Iterator[Check]:
    found = [
        *_refused_is_wrong("run log", lambda: log_checks(chosen, here)),
        *_refused_is_wrong("stops", lambda: _stops(chosen)),
    ]
    yield from found
    if not any(each.name == "stops" for each in found):
        where = " in this run log" if of_this_log(chosen).is_narrowed else ""
        yield Check("stops", f"there is none{where}, and RUNBOOK_SENDS allows sending")
    known = list(_refused_is_wrong("token", lambda: _token(here)))
    yield from (*known, *_organisation(here))
    if any(each.status is Status.WRONG for each in known):
        yield checks.clock(_time(), None)
    else:
        yield from _api(here)


def _refused_is_wrong(name: str, look: _Look) -> Iterator[Check]:
    try:
        yield from look()
    except Refusal as refusal:
        yield wrong(name, refusal)
    except OSError as error:  # such as no room for the copy that is looked at
        why = (error.strerror or str(error)).lower()
        yield wrong(name, Refusal(f"it cannot be looked at: {why}", "mend that, then run doctor again"))


def _zone() -> Iterator[Check]:
    try:
        ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        raise Refusal(f"{ZONE} is not known here", "pip install tzdata", Exit.FAILED) from None
    yield Check("time zone", f"{ZONE}: days begin and end there")


def _time() -> str:
    return date_and_time(now())


# ------------------------------------------------ the configuration


def _configuration(chosen: Chosen) -> Iterator[Check]:
    found, file = chosen.found, upward(CONFIG)
    if file is not None:
        yield Check("configuration", f"{file}: {', '.join(found.config.environments)}")
        yield from _folders(file.parent.parent, found.config.runbooks)
        yield from _unfilled(file, found.config, found.here)
    if found.here is None:
        message = f"there is nowhere to send to: no {CONFIG} here or above, and no TIMEPAY_BASE_URL"
        yield wrong("environment", Refusal(message, "`runbook init` sets a place up"))
    else:
        about = f"{_reason(found.here, chosen)}: {found.here.base_url}, {_reach(found.here)}"
        yield Check("environment", about)


def _folders(root: Path, folders: Iterable[str]) -> Iterator[Check]:
    for folder in folders:
        if not (root / folder).is_dir():
            yield warning("runbooks", f"there is no folder {root / folder}", f"mkdir {typed(root / folder)}")


def _unfilled(file: Path, config: Config, here: Environment | None) -> Iterator[Check]:
    for name, each in config.environments.items():
        if blank := unfilled([each.org, *(entry.ids.get(name) for entry in config.catalog.values())]):
            message, cure = f"{name} is not filled in yet: {', '.join(blank)}", f"write your own in {file}"
            is_chosen = here is not None and here.name == name
            refused = Refusal(message, cure, Exit.GUARDED)
            yield wrong("configuration", refused) if is_chosen else warning("configuration", message, cure)


def _reason(here: Environment, chosen: Chosen) -> str:
    if here.name is None:
        return "as TIMEPAY_BASE_URL says"
    if chosen.env_said:
        return f"{here.name} (--env)"
    return f"{here.name} ({'RUNBOOK_ENV' if os.environ.get('RUNBOOK_ENV') else 'the default'})"


def _reach(here: Environment) -> str:
    return "which reaches people" if here.is_live else "on this machine, which reaches nobody"


# ------------------------------------------------ stops, the token, the API


def _stops(chosen: Chosen) -> Iterable[Check]:
    for each in what_stands([(of_this_log(chosen), ())]):
        raise Refusal(each.said, each.line, Exit.GUARDED)
    refuse_switched_off()
    return ()


def _token(here: Environment | None) -> Iterator[Check]:
    from engine.timepay.token import Token  # noqa: PLC0415  (only this verb and a run need it)

    file = os.environ.get("TIMEPAY_TOKEN_FILE")
    try:
        secret = token()
        Token(secret)
    except Refusal as refusal:
        if here is not None and not here.is_live and not file:
            refusal.cure = "`export TIMEPAY_TOKEN=sandbox`: the sandbox takes any"
        if file and os.sep not in file:  # what was put there by mistake may be the token: it is not repeated
            refusal.message = "TIMEPAY_TOKEN_FILE names no file that can be read"
        raise
    source = f"the file {file} (TIMEPAY_TOKEN_FILE)" if file else "TIMEPAY_TOKEN"
    yield Check("token", f"from {source}, {len(secret)} characters")
    if secret[0] in "\"'" or secret[-1] in "\"'":
        yield warning("token", "it stands in quotes, which are sent with it", "write it without them")
    if file:
        mode, cure = Path(file).stat().st_mode, f"chmod 600 {typed(Path(file))}"
        others = checks.open_to_others("token", file, mode, cure)
        yield from [others] if others else []


def _organisation(here: Environment) -> Iterator[Check]:
    if here.org:
        yield from () if here.org.startswith(PLACEHOLDER) else (Check("organisation", here.org),)
    elif here.is_live:
        where = "org in the environment of config.yaml" if here.name else "TIMEPAY_ORG_ID"
        message = "not set: if the token opens several, nobody knows which one answers"
        yield warning("organisation", message, f"set {where}")


def _api(here: Environment) -> Iterator[Check]:
    ahead_s: float | None = None
    try:
        with closing(Connected(here)) as connected:
            seen = connected.client().look()
        ahead_s = seen.ahead_s
        if seen.refusal is not None:
            raise seen.refusal
        _refuse_other_org(here, seen.org)
        yield Check("API", "answers, and takes the token" + (" and the organisation" if here.org else ""))
    except Refusal as refusal:
        yield wrong("API", refusal)
    yield checks.clock(_time(), ahead_s)


def _refuse_other_org(here: Environment, org: str | None) -> None:
    if here.org and org and org != here.org:
        message = f"its campaigns belong to the organisation {org!r}, and not to {here.org!r}"
        raise Refusal(message, "check the environment's org, and the token", Exit.GUARDED)
