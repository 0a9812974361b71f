"""The pytest plugin as its users have it: in a folder of theirs, found by its entry point."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from engine.runbook.channels.installed import GROUP
from engine.testing.fixtures import RunbookCase, ServedSandbox
from tests.distributions import install

DOCS = Path(__file__).parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
SOUND = """\
format: runbook/v1
name: case
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: remind, channel: sms, template: t1, filters: {payment_status: bounced}, limit: 5}
"""


def blocks(page: str, language: str) -> list[str]:
    """Give a page's blocks of a language."""
    return [text for kind, text in BLOCK.findall((DOCS / page).read_text("utf-8")) if kind == language]


def pytest_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as in a repository of somebody else's."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "--rootdir=.", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def failure(folder: Path, body: str) -> str:
    """Run a test that fails, and give what pytest says of it."""
    (folder / "test_it.py").write_text(f"def test_it(runbook_case):\n    {body}\n", "utf-8")
    result = pytest_in(folder, "-q")
    assert result.returncode == 1, result.stdout
    assert "Traceback" not in result.stdout
    assert "During handling" not in result.stdout
    return result.stdout


def test_the_page_about_tests_is_so(tmp_path: Path) -> None:
    """Its runbook and its tests, saved as it says, all pass."""
    runbook, _ = blocks("test-runbooks.md", "yaml")
    (tmp_path / "first.yaml").write_text(runbook, "utf-8")
    for number, code in enumerate(tests := blocks("test-runbooks.md", "python")):
        (tmp_path / f"test_{number}.py").write_text(code, "utf-8")
    assert len(tests) == 2
    result = pytest_in(tmp_path)
    assert result.returncode == 0, result.stdout
    assert "5 passed" in result.stdout


def test_the_page_about_channels_is_so(tmp_path: Path) -> None:
    """Its channel, installed by its entry point, keeps the contract in the words of its test."""
    channel, contract = blocks("add-a-channel.md", "python")
    (packaging,) = blocks("add-a-channel.md", "toml")
    ((name, point),) = tomllib.loads(packaging)["project"]["entry-points"][GROUP].items()
    site = install(tmp_path / "site", channel, points=f"{name} = {point}")
    (tmp_path / "test_rcs.py").write_text(contract, "utf-8")
    (tmp_path / "test_it.py").write_text(
        f'TEXT = """{SOUND.replace("channel: sms", "channel: rcs, agent: a1")}"""\n'
        "def test_it(runbook_case):\n"
        "    trial = runbook_case(TEXT, faults=['partial:channel=rcs,failed=1'])\n"
        "    assert {message.channel for message in trial.messages} == {'rcs'}\n"
        "    assert trial.exit_code == 20\n",
        "utf-8",
    )
    result = pytest_in(tmp_path, PYTHONPATH=str(site))
    assert result.returncode == 0, result.stdout


def test_findings_come_as_validate_shows_them(tmp_path: Path) -> None:
    """Line, caret and help, and nothing of Python's."""
    (tmp_path / "a.yaml").write_text(SOUND.replace("limit", "limt"), "utf-8")
    said = failure(tmp_path, "runbook_case('a.yaml')")
    column = SOUND.splitlines()[-1].index("limit") + 1
    assert f"a.yaml:7:{column}: error RB103 unknown key" in said
    assert "limt: 5}" in said
    assert "help: did you mean `limit`?" in said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("runbook_case('b.yaml')", "help: check the path"),
        ("runbook_case('a.yaml', inputs={'branch': 'pune'})", "branch"),
        ("runbook_case('a.yaml', answers={'remnd': '500'})", "did you mean remind?"),
        ("runbook_case('a.yaml', answers={'remind': '207:faild=3'})", "did you mean failed?"),
        ("runbook_case('a.yaml', faults=['rset'])", "the fault rset"),
        ("runbook_case('a.yaml', customers=[{'name': 'Asha'}])", "a customer needs a loan_id or a lead_id"),
    ],
)
def test_refusals_come_with_their_cure(tmp_path: Path, call: str, said: str) -> None:
    """Whatever a test asks for in a wrong way is said in a line."""
    (tmp_path / "a.yaml").write_text(SOUND, "utf-8")
    shown = failure(tmp_path, call)
    assert "refused: " in shown
    assert said in shown


def test_the_catalog_names_templates(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The configuration upward from the runbook gives the id that is sent."""
    (tmp_path / ".runbook").mkdir()
    (tmp_path / ".runbook" / "config.yaml").write_text(
        "format: config/v1\n"
        "default: staging\n"
        'environments: {staging: {base_url: "http://127.0.0.1:8001/api/v1"}}\n'
        "catalog: {t1: {channel: sms, ids: {staging: the_real_id}}}\n",
        "utf-8",
    )
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "a.yaml").write_text(SOUND, "utf-8")
    case = RunbookCase(request.config.rootpath)
    assert {each.template for each in case(tmp_path / "runbooks" / "a.yaml").messages} == {"the_real_id"}
    assert {each.template for each in case(SOUND).messages} == {"t1"}


def test_who_does_not_use_it_pays_nothing(tmp_path: Path) -> None:
    """A session without these fixtures has imported nothing of the engine."""
    (tmp_path / "test_it.py").write_text(
        "import sys\n\n\ndef test_it():\n"
        "    ours = {name for name in sys.modules if name.partition('.')[0] == 'engine'}\n"
        "    assert not ours\n"
        "    assert not {'httpx', 'starlette', 'yaml', 'click', 'jsonschema'} & {*sys.modules}\n",
        "utf-8",
    )
    result = pytest_in(tmp_path)
    assert result.returncode == 0, result.stdout


def test_a_project_with_a_package_of_that_name_is_left_alone(tmp_path: Path) -> None:
    """Its own `engine` is what its tests import."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("MINE = True\n", "utf-8")
    (tmp_path / "test_it.py").write_text("import engine\n\ndef test_it():\n    assert engine.MINE\n", "utf-8")
    result = pytest_in(tmp_path, PYTHONPATH=str(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_fixture_of_ones_own_wins(tmp_path: Path) -> None:
    """A repository that has a fixture `sandbox` keeps it."""
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef sandbox():\n    return 'mine'\n", "utf-8"
    )
    (tmp_path / "test_it.py").write_text("def test_it(sandbox):\n    assert sandbox == 'mine'\n", "utf-8")
    assert pytest_in(tmp_path).returncode == 0


def test_the_wheel_tells_pytest(tmp_path: Path) -> None:
    """As installed from a wheel, pytest rewrites the engine's asserts without a warning."""
    site = tmp_path / "site"
    root = Path(__file__).parents[2]
    shutil.copytree(root / "engine", site / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    about = site / "campaign_runbooks-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: campaign-runbooks\nVersion: 0.1.0\n", "utf-8"
    )
    shutil.copy(next(site.rglob("campaign_runbooks_pytest.py")), site)
    point = "[pytest11]\ncampaign-runbooks = campaign_runbooks_pytest\n"
    (about / "entry_points.txt").write_text(point, "utf-8")
    files = [path.relative_to(site) for path in site.rglob("*.py")]
    (about / "RECORD").write_text("".join(f"{path},,\n" for path in files), "utf-8")
    (tmp_path / "test_it.py").write_text(
        f"import engine\nSOUND = '''{SOUND}'''\n\n\ndef test_it(runbook_case):\n"
        f"    assert engine.__file__.startswith({str(site)!r})\n"
        "    assert len(runbook_case(SOUND).messages) == 5\n",
        "utf-8",
    )
    result = pytest_in(tmp_path, PYTHONPATH=str(site))
    assert result.returncode == 0, result.stdout


def test_the_sandbox_is_gone_afterwards(tmp_path: Path) -> None:
    """Nothing listens any more when the test is over."""
    (tmp_path / "test_it.py").write_text(
        "import socket\nimport pytest\nPORTS = []\n\n\n"
        "def test_one(sandbox):\n"
        "    PORTS.append(int(sandbox.address.split(':')[2].split('/')[0]))\n"
        "    socket.create_connection(('127.0.0.1', PORTS[0])).close()\n\n\n"
        "def test_two():\n"
        "    with pytest.raises(ConnectionRefusedError):\n"
        "        socket.create_connection(('127.0.0.1', PORTS[0]))\n",
        "utf-8",
    )
    result = pytest_in(tmp_path)
    assert result.returncode == 0, result.stdout


def test_our_own_session_has_both(sandbox: ServedSandbox, runbook_case: RunbookCase) -> None:
    """The fixtures are typed, and this project's own tests have them as well."""
    sandbox.load([{"loan_id": "L-1", "payment_status": "bounced"}])
    assert (sandbox.outbox, sandbox.requests) == ((), ())
    assert len(runbook_case(SOUND, seed=3).messages) == 5
