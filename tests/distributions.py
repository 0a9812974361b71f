"""Distributions that bring a channel, made in a folder: as pip would leave them, without pip."""

from pathlib import Path

RCS = '''\
"""RCS: a template, sent by an agent that the carrier knows."""

from engine.channels import Channel, Request, Step, described, initiate, ref, template_field, whole, words


def _request(campaign_id: str, step: Step) -> Request:
    content = {"templateId": step.template, "agentId": step.fields["agent"]}
    for key, name in (("fallback", "fallback"), ("valid_h", "validHours")):
        if key in step.fields:
            content[name] = step.fields[key]
    return initiate(campaign_id, "rcs", content, step)


RCS = Channel(
    name="rcs",
    label="RCS",
    fields={
        "template": template_field("rcsTpl01"),
        "agent": described(ref("filled_line"), "The id of the agent that sends.", "agent-lender"),
        "fallback": described(words(["sms", "nothing"]), "What is sent to phones without RCS.", "nothing"),
        "valid_h": described(whole(1, 48), "For how many hours it may be delivered.", 24),
    },
    required=("template", "agent"),
    request=_request,
)
'''


def install(site: Path, code: str = RCS, *, name: str = "rcs", points: str = "rcs = rcs_channel:RCS") -> Path:
    """Put a distribution with one module and its entry points into a folder; give the folder."""
    about = site / f"{name}_channel-1.2.dist-info"
    about.mkdir(parents=True)
    (site / f"{name}_channel.py").write_text(code, "utf-8")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-channel\nVersion: 1.2\n", "utf-8")
    (about / "entry_points.txt").write_text(f"[campaign_runbooks.channels]\n{points}\n", "utf-8")
    return site
