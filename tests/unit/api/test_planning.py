"""From text to plan: what a program passes, and everything that is wrong at once."""

import copy
import hashlib
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import engine

TEXT = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: service
campaign: {id: camp_demo}
inputs:
  cap: {type: integer, maximum: 50, default: 20}
  branches: {type: list, key: true}
  day: {type: date, default: yesterday}
steps:
  - id: a
    channel: sms
    template: reminder
    filters: {custom: {branch: "{{ inputs.branches }}", due: "{{ inputs.day }}"}}
    limit: "{{ inputs.cap }}"
"""
CONFIG = """\
format: config/v1
default: staging
environments:
  staging: {base_url: "http://127.0.0.1:8001/api/v1/"}
  production: {base_url: "https://api.example.invalid/api/v1", org: org_acme}
catalog:
  reminder: {channel: sms, ids: {staging: T-1, production: T-2}, text: Pay}
"""
NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
"""Half past one in the morning of the 2nd, in India."""


@pytest.fixture
def config(tmp_path: Path) -> engine.Config:
    """Read a configuration from its file."""
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    return engine.read_config(tmp_path / "config.yaml")


def body(plan: engine.Plan) -> Any:  # noqa: ANN401  (any JSON)
    """Give the body of the one request."""
    return plan.program.steps[0].sends[0].request.body


@pytest.mark.parametrize("as_what", ["path", "text", "bytes"])
def test_a_runbook_comes_from_a_path_or_a_text(as_what: str, tmp_path: Path) -> None:
    """The same text gives the same plan."""
    (tmp_path / "a.yaml").write_text(TEXT, "utf-8")
    sources: dict[str, Path | str | bytes] = {
        "path": tmp_path / "a.yaml",
        "text": TEXT,
        "bytes": TEXT.encode(),
    }
    inputs = {"branches": ["pune"]}
    plan = engine.plan(engine.load(sources[as_what]), inputs=inputs, now=NOW)
    assert plan.digest == engine.plan(engine.load(TEXT), inputs=inputs, now=NOW).digest


def test_a_text_never_opens_a_file(tmp_path: Path) -> None:
    """Somebody else's text that is a path shows nobody what stands there."""
    (tmp_path / "a.yaml").write_text(TEXT, "utf-8")
    with pytest.raises(engine.Refusal, match=r"looks like a path") as refused:
        engine.load(str(tmp_path / "a.yaml"))
    assert (refused.value.code, refused.value.cure) == (engine.Exit.USAGE, "pass Path(…)")
    with pytest.raises(engine.Invalid):
        engine.load("/etc/passwd")


def test_all_findings_come_at_once() -> None:
    """As values, and in words; under the exit code of the command line."""
    with pytest.raises(engine.Invalid) as invalid:
        engine.load(TEXT.replace("owner:", "owne:").replace("sms", "pigeon"), name="mine.yaml")
    assert invalid.value.code == engine.Exit.INVALID
    assert {one.file for one in invalid.value.findings} == {"mine.yaml"}
    assert {one.span.line for one in invalid.value.findings} >= {3, 12}
    assert str(invalid.value).startswith("mine.yaml cannot be used: ")
    assert all(one.message in str(invalid.value) for one in invalid.value.findings if one.is_error)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """In the words of the command line."""
    with pytest.raises(engine.Refusal, match="does not exist") as refused:
        engine.load(tmp_path / "a.yaml")
    assert refused.value.code == engine.Exit.USAGE


def test_warnings_stay_on_the_values(config: engine.Config) -> None:
    """They keep nothing back, and nobody prints them for a service."""
    draft = engine.load(TEXT.replace("template: reminder", "template: remindr"))
    plan = engine.plan(draft, inputs={"branches": ["pune"]}, config=config, now=NOW)
    assert [one.kind.code for one in plan.findings] == ["RB403"]


def test_what_a_step_accepts_stands_in_the_plan(config: engine.Config) -> None:
    """Wherever it is found: in the text, in the catalog, once the values are there."""
    reasons = {"RB403": "It is sent as an id.", "RB501": "On purpose.", "RB505": "It is only called so."}
    keys = "template: reminder_test\n    expect: {matched: {max: 1}}\n    accept_warnings:\n"
    keys += "".join(f"      {code}: {reason}\n" for code, reason in reversed(reasons.items()))
    text = TEXT.replace("template: reminder\n", keys)
    plan = engine.plan(engine.load(text), inputs={"branches": ["pune"]}, config=config, now=NOW)
    assert plan.findings == ()
    accepted: Any = engine.plan_json(plan)["accepted_warnings"]
    assert {each["code"]: each["reason"] for each in accepted} == reasons
    assert [set(each) for each in accepted] == [{"step", "code", "summary", "message", "reason"}] * 3
    assert [each.finding.kind.code for each in plan.accepted] == sorted(reasons)


def test_what_is_accepted_counts_for_the_rules_and_changes_no_request() -> None:
    """As a title does: another reason is another thing to review."""
    texts = [TEXT, *(f"{TEXT}    accept_warnings: {{RB505: {reason}}}\n" for reason in ("a", "b"))]
    texts = [text.replace("reminder", "sample") for text in texts]
    plans = [engine.plan(engine.load(text), inputs={"branches": ["pune"]}, now=NOW) for text in texts]
    assert len({each.rules_digest for each in plans}) == len(plans)
    assert all(each.program == plans[0].program for each in plans)


def test_values_are_those_of_programs() -> None:
    """Dates and tuples are taken; what is not passed has the runbook's default."""
    inputs = {"branches": ("pune", "nashik"), "day": date(2026, 2, 27)}
    plan = engine.plan(engine.load(TEXT), inputs=inputs, now=NOW)
    custom = body(plan)["filters"]["custom"]
    assert custom == {"branch": ["pune", "nashik"], "due": ["2026-02-27"]}
    origins = engine.plan_json(plan)["inputs"]
    assert isinstance(origins, dict)
    assert [each["origin"] for each in origins.values() if isinstance(each, dict)] == [
        "default", "program", "program",
    ]  # fmt: skip


def test_a_day_counts_from_the_instant_that_is_passed() -> None:
    """In India it is the 2nd already, so yesterday was the 1st."""
    plan = engine.plan(engine.load(TEXT), inputs={"branches": ["pune"]}, now=NOW)
    assert body(plan)["filters"]["custom"]["due"] == ["2026-03-01"]


def test_everything_wrong_with_inputs_comes_at_once() -> None:
    """Each in a line, with the mend."""
    with pytest.raises(engine.Refusal) as refused:
        engine.plan(engine.load(TEXT), inputs={"cap": 51, "day": "soon", "brnches": ["pune"]})
    assert refused.value.code == engine.Exit.USAGE
    lines = refused.value.message.splitlines()
    assert len(lines) == 4
    assert "pass one in inputs" in refused.value.message
    assert "--input" not in refused.value.message


@pytest.mark.parametrize("value", [object(), {"a": 1}, [object()], {"pune"}])
def test_what_no_input_can_be_is_refused(value: object) -> None:
    """By its name and type, not by a traceback."""
    with pytest.raises(engine.Refusal, match=r"branches.*which no input takes"):
        engine.plan(engine.load(TEXT), inputs={"branches": value})


def test_what_only_the_values_make_wrong_is_a_finding() -> None:
    """At the line where the template stands."""
    with pytest.raises(engine.Invalid) as invalid:
        engine.plan(engine.load(TEXT), inputs={"branches": ["everyone"]}, now=NOW)
    assert [one.span.line for one in invalid.value.findings if one.is_error] == [14]


@pytest.mark.parametrize(("name", "template"), [(None, "T-1"), ("production", "T-2")])
def test_the_environment_decides_what_a_name_means(
    config: engine.Config, name: str | None, template: str
) -> None:
    """Without a word it is the configuration's default one."""
    environment = config.environments[name] if name else None
    draft = engine.load(TEXT)
    plan = engine.plan(draft, inputs={"branches": ["pune"]}, environment=environment, config=config, now=NOW)
    assert body(plan)["templateId"] == template
    assert plan.account == config.environments[name or "staging"].account


def test_an_account_has_one_spelling() -> None:
    """Else the same people would be two accounts to *once* and to the lease."""
    plans = [
        engine.plan(
            engine.load(TEXT),
            inputs={"branches": ["pune"]},
            environment=engine.Environment(address, org=org),
            now=NOW,
        )
        for address, org in (("https://API.example.com:443/v1/", ""), ("https://api.example.com/v1", None))
    ]
    assert plans[0].account == plans[1].account
    assert plans[0].digest == plans[1].digest


@pytest.mark.parametrize("address", ["http://api.example.com/v1", "api.example.com", "https://a@b/"])
def test_an_address_that_must_not_be_used_is_refused(address: str) -> None:
    """A token would cross the network in the clear, or reach somebody else."""
    environment = engine.Environment(address)
    with pytest.raises(engine.Refusal, match="the environment's address"):
        engine.plan(engine.load(TEXT), inputs={"branches": ["pune"]}, environment=environment)


def test_an_instant_has_a_time_zone() -> None:
    """A naive one means another day on another machine."""
    with pytest.raises(engine.Refusal, match="no time zone"):
        engine.plan(engine.load(TEXT), inputs={"branches": ["pune"]}, now=NOW.replace(tzinfo=None))


def test_a_plan_is_laid_out_as_the_command_line_does() -> None:
    """With where it comes from, and for how long it holds."""
    draft = engine.load(TEXT, name="mine.yaml")
    made = engine.plan_json(engine.plan(draft, inputs={"branches": ["pune"]}, now=NOW))["made"]
    assert made == {
        "created_at": NOW.isoformat(),
        "expires_at": (NOW + timedelta(hours=24)).isoformat(),
        "file": "mine.yaml",
        "engine": engine.__version__,
        "environment": None,
        "commit": None,
        "blob": hashlib.sha1(f"blob {len(TEXT)}\0{TEXT}".encode(), usedforsecurity=False).hexdigest(),
    }


def test_what_is_to_be_filled_in_is_found_in_a_channel_s_own_keys() -> None:
    """A call has no template: its agent is what a person has to write."""
    call = "channel: call\n    conversation: {agent: FILL_IN_AGENT, disposition: FILL_IN_DISPOSITION}"
    text = TEXT.replace("channel: sms\n    template: reminder", call)
    made = engine.plan(engine.load(text), inputs={"branches": ["pune"]}, now=NOW)
    assert made.unfilled == ("FILL_IN_AGENT", "FILL_IN_DISPOSITION")


COPIES: dict[str, Callable[[Any], Any]] = {
    "pickled": lambda value: pickle.loads(pickle.dumps(value)),  # noqa: S301  (made right here)
    "copied": copy.deepcopy,
}


@pytest.mark.parametrize("how", COPIES)
def test_drafts_and_plans_pass_between_processes(how: str, config: engine.Config) -> None:
    """A worker process plans and runs the same; whether the ways were counted before or not."""
    draft = engine.load(TEXT + "    when: inputs.cap > 5\n")
    assert COPIES[how](draft) == draft
    plan = engine.plan(COPIES[how](draft), inputs={"branches": ["pune"]}, config=config, now=NOW)
    made = engine.plan_json(plan)
    assert COPIES[how](plan) == plan
    assert engine.plan_json(COPIES[how](plan)) == made


def test_a_faulty_configuration_is_refused_with_its_findings(tmp_path: Path) -> None:
    """As a runbook is."""
    (tmp_path / "config.yaml").write_text(CONFIG.replace("default: staging", "default: stagin"), "utf-8")
    with pytest.raises(engine.Invalid) as invalid:
        engine.read_config(tmp_path / "config.yaml")
    assert [one.kind.code for one in invalid.value.findings] == ["RB412"]
