"""Runbooks in an editor: what the YAML language server that most editors use makes of our schemas."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.language_server import CURSOR, PROGRAM, LanguageServer

# Whoever writes runbooks need not have node; CI installs both, and fails where a test is skipped.
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and PROGRAM.is_file()),
    reason="the language server is not installed; with node: npm ci --prefix tests/editor",
)

ROOT = Path(__file__).parents[2]
FILE = ROOT / "runbooks" / "new.yaml"
SHIPPED = sorted((ROOT / "runbooks").rglob("*.yaml"))

TOP = """\
# yaml-language-server: $schema=../schemas/runbook.v1.schema.json
format: runbook/v1
name: reminder
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
"""
STEP = """\
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced], language: hindi}
    limit: 100
    success: failed == 0
"""
SCENARIO = """\
# yaml-language-server: $schema=../schemas/scenario.v1.schema.json
format: runbook-test/v1
runbook: emi-bounce-recovery.yaml
"""
OF_EVERY_STEP = {"title", "filters", "audience", "limit", "when", "success", "on_failure", "retry"}
STATUSES = {"bounced", "pending", "partial", "paid", "received"}


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    """Run one server for all tests of this module."""
    with LanguageServer() as running:
        yield running


def pointing(at: str, text: str = TOP + STEP) -> str:
    """Put the cursor into a word."""
    before, found, after = text.partition(at)
    assert found, at
    return f"{before}{at[0]}{CURSOR}{at[1:]}{after}"


# ---------------------------------------------------------------- findings


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_file_is_silent(server: LanguageServer, file: Path) -> None:
    """What the engine accepts is not underlined: runbooks, and their scenarios."""
    text = file.read_text("utf-8")
    assert "# yaml-language-server: $schema=" in text, "an editor would not know what it is"
    assert server.findings(file, text) == []


@pytest.mark.parametrize(
    ("schema", "file"),
    [("config", "config.yaml"), ("runbook", "emi-reminder.yaml"), ("scenario", "emi-reminder.test.yaml")],
)
def test_what_init_makes_is_silent(server: LanguageServer, schema: str, file: str) -> None:
    """Once it is said which schema it has."""
    first = f"# yaml-language-server: $schema=../schemas/{schema}.v1.schema.json\n"
    text = (ROOT / "engine" / "starter" / file).read_text("utf-8")
    assert server.findings(FILE, first + text) == []
    assert server.findings(FILE, f"{first}{text}\nsurplus: 1\n") != []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("template: smsTpl01", "templat: smsTpl01", 10, "Property templat is not allowed."),
        ("payment_status:", "payment_statu:", 11, "Property payment_statu is not allowed."),
        ("owner:", "ownr:", 4, "Property ownr is not allowed."),
        ("channel: sms", "channel: smss", 9, 'Valid values: "whatsapp", "sms", "call".'),
        ("[bounced]", "[bouncd]", 11, 'Valid values: "bounced", "pending", "partial", "paid", "received".'),
        ("limit: 100", "limit: 0", 12, "Value is below the minimum of 1."),
        ("name: reminder", "name: Reminder", 3, "lower-case letters, digits and hyphens"),
        (
            "campaign:",
            "inputs: {Cap: {type: date}}\ncampaign:",
            6,
            "lower-case letters, digits and underscores",
        ),
        ("    limit", "    audience: few\n    limit", 11, "`filters` cannot stand beside `audience`"),
        ("    filters:", "    x-filters:", 8, "`audience` or `filters` is missing"),
        ("    template:", "    conversation:", 10, "Property conversation is not allowed."),
    ],
)
def test_a_mistake_is_marked_on_its_line(
    server: LanguageServer, right: str, wrong: str, line: int, message: str
) -> None:
    """By the shape of the step's own channel: no other channel is spoken of."""
    text = (TOP + STEP).replace(right, wrong)
    assert text != TOP + STEP
    found = server.findings(FILE, text)
    assert [said for at, said in found if at == line and message in said], found
    assert len(found) <= 2, "one for the wrong key, one for the right key that is missing"


def test_a_runbook_without_mistakes_is_silent(server: LanguageServer) -> None:
    """Else the test above would prove nothing."""
    assert server.findings(FILE, TOP + STEP) == []


def test_the_settings_of_the_how_to_page_find_the_schema_of_each_file() -> None:
    """Where no first line says it: runbooks, scenarios beside them, the configuration, and nothing else."""
    page = (ROOT / "docs" / "how-to" / "editor.md").read_text("utf-8")
    settings = json.loads(page.partition("```json\n")[2].partition("```")[0])
    wanted = {
        "runbooks/a.yaml": "steps",
        "runbooks/below/a.yaml": "steps",
        "runbooks/below/a.test.yaml": "scenarios",
        ".runbook/config.yaml": "environments",
    }
    with LanguageServer(ROOT, settings["yaml.schemas"]) as server:
        for name, key in wanted.items():
            assert (1, f'Missing property "{key}".') in server.findings(ROOT / name, "surplus: 1\n"), name
        assert server.findings(ROOT / "compose.yaml", "surplus: 1\n") == []


# ---------------------------------------------------------------- completion


def offered(server: LanguageServer, typed: str) -> set[str]:
    """Give the labels that are offered at the cursor."""
    return {*server.offers(FILE, TOP + typed)}


def test_channels_are_offered(server: LanguageServer) -> None:
    """All of them, and nothing else."""
    assert offered(server, f"steps:\n  - id: a\n    channel: {CURSOR}\n") == {"whatsapp", "sms", "call"}


@pytest.mark.parametrize(
    ("channel", "fits", "does_not"),
    [
        ("whatsapp", {"template", "conversation"}, set()),
        ("sms", {"template"}, {"conversation"}),
        ("call", {"conversation"}, {"template"}),
    ],
)
def test_keys_of_the_channel_are_offered(
    server: LanguageServer, channel: str, fits: set[str], does_not: set[str]
) -> None:
    """A step is offered what its channel knows, and no key of another."""
    labels = offered(server, f"steps:\n  - id: a\n    channel: {channel}\n    {CURSOR}\n")
    assert labels >= OF_EVERY_STEP | fits
    assert not labels & (does_not | {"id", "channel"})


def test_keys_of_a_step_are_offered_before_its_channel(server: LanguageServer) -> None:
    """Whoever begins a step sees everything that it might have."""
    assert offered(server, f"steps:\n  - {CURSOR}\n") >= OF_EVERY_STEP | {"id", "channel", "template"}


@pytest.mark.parametrize("typed", ["    ", "    st"])
def test_keys_of_the_top_are_offered(server: LanguageServer, typed: str) -> None:
    """Those that are there already are not."""
    labels = offered(server, f"{typed.strip()}{CURSOR}\n")
    assert labels >= {"inputs", "audiences", "defaults", "steps", "once"}
    assert not labels & {"format", "owner", "campaign"}


@pytest.mark.parametrize(
    "typed",
    [
        f"payment_status: {CURSOR}",
        f"payment_status: [{CURSOR}]",
        f"payment_status: [bounced, {CURSOR}]",
        f"payment_status:\n        - {CURSOR}",
    ],
)
def test_statuses_are_offered(server: LanguageServer, typed: str) -> None:
    """However they are written."""
    labels = offered(server, f"audiences:\n  few:\n    filters:\n      {typed}\n")
    assert labels >= STATUSES


@pytest.mark.parametrize("typed", [f"language: {CURSOR}", f"language:\n        - {CURSOR}"])
def test_languages_are_offered(server: LanguageServer, typed: str) -> None:
    """Those that the API's pages name; another one may be written all the same."""
    labels = offered(server, f"audiences:\n  few:\n    filters:\n      {typed}\n")
    assert labels >= {"hindi", "english", "assamese"}


def test_everyone_is_not_all_that_is_offered(server: LanguageServer) -> None:
    """Whoever takes the first offer must not message a whole campaign."""
    offers = server.offers(FILE, f"{TOP}audiences:\n  few:\n    filters: {CURSOR}\n")
    assert next(iter(offers)) == "payment_status: [...]"
    keys = server.offers(FILE, f"{TOP}steps:\n  - id: a\n    channel: sms\n    {CURSOR}\n")
    assert keys["filters"]["insertText"] == "filters: "


@pytest.mark.parametrize(
    "key", ["once", "filters", "expect", "retry", "conversation", "campaign", "defaults", "inputs"]
)
def test_what_is_offered_can_be_read(server: LanguageServer, key: str) -> None:
    """An example that is a group of keys has no name, so it is shown and not offered."""
    places = {
        "once": f"{TOP}once: {CURSOR}\n",
        "campaign": TOP.replace("{id: camp_demo}", CURSOR),
        "defaults": f"{TOP}defaults: {CURSOR}\n",
        "inputs": f"{TOP}inputs: {CURSOR}\n",
    }
    of_a_step = f"{TOP}steps:\n  - id: a\n    channel: whatsapp\n    {key}: {CURSOR}\n"
    assert "[object Object]" not in server.offers(FILE, places.get(key, of_a_step))


@pytest.mark.parametrize(
    ("typed", "fits", "does_not"),
    [
        (f"given:\n  outcomes:\n    remind: {CURSOR}\n", {"succeeded", "partial", "in_doubt"}, {"skipped"}),
        (
            f"scenarios:\n  - name: a\n    expect:\n      steps:\n        remind: {CURSOR}\n",
            {"skipped", "succeeded"},
            {"finished"},
        ),
        (
            f"scenarios:\n  - name: a\n    expect:\n      status: {CURSOR}\n",
            {"finished", "halted"},
            {"skipped"},
        ),
    ],
)
def test_a_scenario_is_offered_what_fits_its_place(
    server: LanguageServer, typed: str, fits: set[str], does_not: set[str]
) -> None:
    """What an answer can come to, what becomes of a step, how a run ends."""
    labels = {*server.offers(FILE, f"{SCENARIO}{typed}")}
    assert labels >= fits
    assert not labels & does_not


def test_an_input_is_offered_the_keys_of_its_type(server: LanguageServer) -> None:
    """A whole number has bounds, and no pattern."""
    labels = offered(server, f"inputs:\n  cap:\n    type: integer\n    {CURSOR}\n")
    assert labels >= {"minimum", "maximum", "default", "key"}
    assert "pattern" not in labels


# ---------------------------------------------------------------- hovers


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("name: rem", "counts as the same occasion"),
        ("purpose", "* `overdue`: What was due is not paid."),
        ("id: camp", "is part of every address: `/initiate/camp_demo/sms`"),
        ("channel", "How the customers are reached"),
        ("channel", "* `call`: Call; needs conversation."),
        ("template", "The API fills its blanks from"),
        ("filters", "`everyone` means every customer"),
        ("filters", "```yaml\n{payment_status: [bounced, pending], language: hindi}\n```"),
        ("payment_status", "one status, or a list"),
        ("language: hindi", "Only customers with this language"),
        ("bounced]", "* `bounced`: The payment came back."),
        ("limit", "`none` lets it take all who match"),
        ("success", "this step's own result"),
    ],
)
def test_a_hover_says_what_a_key_is(server: LanguageServer, word: str, says: str) -> None:
    """In the words of the schema, whichever branch of it a value fits."""
    shown = server.hover(FILE, pointing(word))
    assert says.casefold() in shown.casefold(), shown
    assert "||" not in shown, "a hover lists no branches"
    assert shown.count("Example:") <= 2, "a hover fits on a screen"


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("emi-bounce-recovery.yaml", {"branch", "cap", "day", "bounced_hindi"}),
        (
            "emi-bounce-recovery.test.yaml",
            # The last ones stand in the body of a request, as the API has them.
            {"branch", "cap", "remind", "sms_english", "limit", "filters", "language", "custom"},
        ),
    ],
)
def test_every_key_of_a_file_has_its_hover(server: LanguageServer, name: str, chosen: set[str]) -> None:
    """But for those that are the author's own, such as the names of inputs and steps."""
    text = (ROOT / "runbooks" / name).read_text("utf-8")
    plain = re.sub("#.*", lambda comment: " " * len(comment[0]), text)
    places = re.finditer(r"(?<![\w.-])([a-z_]+):\s", plain)
    keys = {match[1]: match.start(1) for match in places if match[1] not in chosen}
    assert len(keys) > 15
    for key, at in keys.items():
        shown = server.hover(FILE, f"{text[:at]}{CURSOR}{text[at:]}")
        assert len(shown) > 20, key
        assert "||" not in shown, key
