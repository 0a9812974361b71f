"""Channels of other distributions: only what is named is imported, and what cannot be used is refused."""

import copy
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.record.plan import Purpose
from engine.refusal import Exit, Refusal
from engine.runbook.channels import REGISTRY, every, installed, known
from engine.runbook.draft import read
from engine.runbook.model import Filters, Step
from tests.distributions import RCS, install

Install = Callable[..., Path]
STEP = Step("remind", "rcs", Purpose.OVERDUE, Filters(ids=("L-1",)), 10, template="t", fields={"agent": "a"})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install distributions into a folder that Python looks into; forget them afterwards."""

    def add(code: str = RCS, name: str = "rcs", points: str = "rcs = rcs_channel:RCS") -> Path:
        folder = install(tmp_path, code, name=name, points=points)
        monkeypatch.syspath_prepend(folder)
        return folder

    _forget()
    before = {*sys.modules}
    yield add
    for module in {*sys.modules} - before:
        if module.endswith("_channel"):
            del sys.modules[module]
    _forget()


def _forget() -> None:
    installed._points.cache_clear()
    installed._channel.cache_clear()


def spoilt(line: str) -> str:
    """Give the module with a request that does something else."""
    return RCS.replace('return initiate(campaign_id, "rcs", content, step)', line)


def test_ours_are_known_without_looking(site: Install) -> None:
    """A runbook with our channels alone asks nothing of the installation."""
    site("raise SystemExit(3)")
    assert known(["sms", "call"]) is REGISTRY
    assert installed._points.cache_info().misses == 0


def test_an_installed_channel_is_known_with_its_origin(site: Install) -> None:
    """It comes after ours, and says which distribution makes its requests."""
    site()
    channels = known(["rcs", "sms"])
    assert [*channels] == ["whatsapp", "sms", "call", "rcs"]
    assert (channels["rcs"].label, channels["rcs"].origin) == ("RCS", "rcs-channel 1.2")
    assert known(["rcs"])["rcs"] is channels["rcs"]


def test_a_channel_passes_by_its_name(site: Install) -> None:
    """A draft or a plan that goes to another process has the channel that is installed there."""
    site()
    channel = known(["rcs"])["rcs"]
    packed = pickle.dumps([channel, REGISTRY["sms"]])
    assert pickle.loads(packed) == [channel, REGISTRY["sms"]]  # noqa: S301  (made right here)
    assert copy.deepcopy(channel) is channel
    sys.path_importer_cache.clear()
    shutil.rmtree(sys.path[0])
    _forget()
    with pytest.raises(Refusal, match="the channel rcs is not installed here"):
        pickle.loads(packed)  # noqa: S301  (made right here)


def test_only_what_is_named_is_imported(site: Install) -> None:
    """A broken channel that nobody names keeps nobody back."""
    site()
    site("raise RuntimeError('broken')", "fax", "fax = fax_channel:FAX")
    assert "fax" not in known(["rcs"])
    assert "fax_channel" not in sys.modules


def test_a_slip_is_met_by_whatever_is_installed(site: Install) -> None:
    """Of a name that nothing has, the installed ones are offered, but for those that are broken."""
    site()
    site("raise RuntimeError('broken')", "fax", "fax = fax_channel:FAX")
    assert [*known(["rsc"])] == ["whatsapp", "sms", "call", "rcs"]


BROKEN = {
    "cannot be imported": ("import nowhere_at_all", "cannot be imported: ModuleNotFoundError: No module"),
    "leaves the process": ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
    "has no such name": ("X = 1", "cannot be imported: AttributeError"),
    "is of another type": ("RCS = 'rcs'", "it is of the type str, not engine.channels.Channel"),
    "lacks an argument": (
        RCS.replace("    request=_request,\n", ""),
        "cannot be imported: TypeError: Channel.__init__() missing 1 required positional argument: 'request'",
    ),
    "has another name": (RCS.replace('name="rcs"', 'name="rcs2"'), "calls itself rcs2"),
    "has open fields": (
        RCS.replace('words(["sms", "nothing"])', '{"type": "string"}'),
        "`fallback` is not described by the functions of engine.channels",
    ),
    "takes a key of every step": (RCS.replace('"fallback":', '"when":'), "`when` is a key of every step"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_used_is_refused(site: Install, what: str) -> None:
    """The refusal names the distribution, what is wrong, and what to do."""
    code, said = BROKEN[what]
    site(code)
    with pytest.raises(Refusal) as refused:
        known(["rcs"])
    assert refused.value.message.startswith("the channel rcs of rcs-channel 1.2 ")
    assert said in refused.value.message
    assert refused.value.cure.endswith("pip uninstall rcs-channel")
    assert refused.value.code == Exit.FAILED


def test_two_of_one_name_are_refused(site: Install) -> None:
    """Which of the two would send is nobody's guess."""
    site()
    site(RCS, "other", "rcs = other_channel:RCS")
    with pytest.raises(Refusal, match=r"is not the only one of its name: .*-channel .* has one, too"):
        known(["rcs"])


def test_a_channel_of_ours_cannot_be_replaced(site: Install) -> None:
    """Ours stands, and whoever looks at all channels hears of the other."""
    site(RCS.replace('"rcs"', '"sms"'), points="sms = rcs_channel:RCS")
    assert known(["sms"])["sms"] is REGISTRY["sms"]
    with pytest.raises(Refusal, match=r"sms of rcs-channel .* has the name of a channel of the engine"):
        every()


TRESPASSES = {
    "return None": "of the type NoneType",
    "raise KeyError('agent')": "makes no request for step remind: KeyError: 'agent'",
    "return Request('POST', '/initiate/other/rcs', {'limit': 10})": "is not POST /initiate/camp/",
    "return Request('POST', f'/initiate/{campaign_id}/a/../b', {'limit': 10})": "is not POST /initiate/camp/",
    "return Request('DELETE', f'/initiate/{campaign_id}/rcs', {'limit': 10})": "is not POST /initiate/camp/",
    "return Request('POST', f'/initiate/{campaign_id}/rcs', {'limit': 10})": "filters of step remind is",
    "content['limit'] = 9; content['filters'] = {'ids': ['L-1']}; "
    "return Request('POST', f'/initiate/{campaign_id}/rcs', content)": "limit of the request are not those",
    "content['x'] = {1, 2}; return initiate(campaign_id, 'rcs', content, step)": "not JSON serializable",
    "content['x'] = []; return initiate(campaign_id, 'rcs', content, step)": "x is empty",
    "content['filters'] = {'language': ['hindi']}; content['limit'] = 10; "
    "return Request('POST', f'/initiate/{campaign_id}/rcs', content)": "filters of the request are not those",
}


@pytest.mark.parametrize("line", TRESPASSES)
def test_a_request_that_reaches_further_is_refused(site: Install, line: str) -> None:
    """Whatever its code does, a channel reaches the step's people in the step's campaign, and nobody else."""
    site(spoilt(line))
    with pytest.raises(Refusal) as refused:
        known(["rcs"])["rcs"].request("camp", STEP)
    assert TRESPASSES[line] in refused.value.message
    assert "rcs-channel 1.2" in refused.value.message


ESCAPES = {
    "import sys; sys.exit(0)": "makes no request for step remind: SystemExit: 0",
    "raise GeneratorExit": "makes no request for step remind: GeneratorExit",
    "content['x'] = 10 ** 400; return initiate(campaign_id, 'rcs', content, step)": "a number beyond",
    "content['y'] = [-(2 ** 53)]; return initiate(campaign_id, 'rcs', content, step)": "a number beyond",
    "object.__setattr__(step, 'limit', 99); return initiate(campaign_id, 'rcs', content, step)": "limit of",
    "made = initiate(campaign_id, 'rcs', content, step); "
    "return type('Sly', (Request,), {'wire': lambda _: b''})(made.method, made.path, made.body)": "Sly",
    "body = type('Sly', (dict,), {'get': lambda *_: None})(limit=99, filters={}); "
    "return Request('POST', f'/initiate/{campaign_id}/rcs', body)": "filters is empty",
}


@pytest.mark.parametrize("line", ESCAPES)
def test_nothing_gets_past_what_is_judged(site: Install, line: str) -> None:
    """What goes out is what was compared with the step, whatever its code makes of either."""
    site(spoilt(line))
    with pytest.raises(Refusal) as refused:
        known(["rcs"])["rcs"].request("camp", STEP)
    assert ESCAPES[line] in refused.value.message
    assert STEP.limit == 10


def test_a_request_cannot_be_changed_behind_its_check(site: Install) -> None:
    """Its code keeps nothing in hand of what is planned."""
    site(spoilt("KEPT.append(initiate(campaign_id, 'rcs', content, step)); return KEPT[0]") + "\nKEPT = []\n")
    made = known(["rcs"])["rcs"].request("camp", STEP)
    kept = sys.modules["rcs_channel"].__dict__["KEPT"][0]
    kept.body.clear()
    assert made.body["limit"] == 10
    assert made.body["filters"] == {"ids": ["L-1"]}


def test_what_it_prints_is_no_result(site: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON on stdout stays JSON."""
    site(spoilt("print('HELLO'); return initiate(campaign_id, 'rcs', content, step)") + "\nprint('HELLO')\n")
    known(["rcs"])["rcs"].request("camp", STEP)
    assert capsys.readouterr() == ("", "HELLO\nHELLO\n")


def test_a_channel_whose_parts_break_is_refused(site: Install) -> None:
    """As broken, and not as a bug of ours."""
    site(RCS.replace('required=("template", "agent")', "required=([],)"))
    with pytest.raises(Refusal, match=r"rcs of rcs-channel 1\.2 cannot be used: TypeError"):
        known(["rcs"])


FINDINGS = {
    "agnet: a": ("RB103", "did you mean `agent`?"),
    "agent: ''": ("RB110", "write a value, for example `agent: agent-lender`."),
    "agent: a, fallback: fax": ("RB107", "write `sms` or `nothing`."),
    "agent: a, valid_h: 49": ("RB109", "write a whole number from 1 to 48."),
    "agent: a, valid_h: '24'": ("RB106", "write it without quotes: `valid_h: 24`."),
    "title: x": ("RB102", "add `agent: agent-lender`."),
    "agent: a, conversation: {agent: a, disposition: b}": ("RB105", "delete `conversation`, or change the"),
}


def _runbook(keys: str, channel: str = "rcs", template: str = "t1") -> bytes:
    return f"""\
format: runbook/v1
name: foreign
owner: collections-ops
purpose: service
campaign: {{id: camp_demo}}
inputs: {{who: {{type: string, default: lender}}}}
steps:
  - {{id: remind, channel: {channel}, template: {template}, {keys}, filters: {{language: hindi}}, limit: 10}}
""".encode()


@pytest.mark.parametrize("keys", FINDINGS)
def test_its_keys_are_judged_as_ours_are(site: Install, keys: str) -> None:
    """One finding for each mistake, with its mend."""
    site()
    (found,) = read(_runbook(keys), "a.yaml").diagnostics
    code, mend = FINDINGS[keys]
    assert found.kind.code == code
    assert mend in found.help


def test_a_misspelt_channel_is_told_of_the_installed_ones(site: Install) -> None:
    """The installed channel is among those that may have been meant."""
    site()
    (found,) = read(_runbook("agent: a", "rsc"), "a.yaml").diagnostics
    assert (found.kind.code, found.help) == (
        "RB113",
        "did you mean `rcs`? It is one of `whatsapp`, `sms`, `call` or `rcs`.",
    )


def test_its_texts_take_templates(site: Install) -> None:
    """What refers to `filled_line` is filled in, and an input that is not declared is found."""
    site()
    assert read(_runbook('agent: "a-{{ inputs.who }}"'), "a.yaml").diagnostics == ()
    (found,) = read(_runbook('agent: "a-{{ inputs.whom }}"'), "a.yaml").diagnostics
    assert "who" in found.help


def test_looking_is_lazy() -> None:
    """A check of a runbook with our channels imports nothing that looks through the installation."""
    code = """
import sys
from engine.runbook.draft import read
raw = b"format: runbook/v1\\nname: a\\nowner: o\\npurpose: service\\ncampaign: {id: c}\\nsteps:\\n" \\
      b"  - {id: a, channel: sms, template: t, filters: {language: hindi}, limit: 1}\\n"
assert read(raw, "a.yaml").diagnostics == ()
print(*sorted({"importlib.metadata", "engine.runbook.channels.installed"} & {*sys.modules}))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert result.stdout.strip() == ""
