"""The demo's story: a bad evening, chapter by chapter. All that is said of it is what happened."""

from contextlib import closing
from pathlib import Path

from engine.cli.demo.stage import Stage
from engine.cli.screen import emit
from engine.config import Environment, headline
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.runlog.sqlite import look_at
from engine.sandbox import Fault, Kind
from engine.shipped import shipped

_FILE = "demo.yaml"
_LOG = Path(".runbook", "runlog.db")
_TOO_MANY = 429
_BAD_EVENING = (
    Fault(Kind.PARTIAL, channel="whatsapp", failed=30),
    Fault(Kind.STATUS, channel="sms", status=_TOO_MANY, retry_after="2"),
    Fault(Kind.RESET, channel="call", accepted=True),
)
"""30 WhatsApp messages fail; the API asks for patience; the answer to the calls is lost."""

_NEWS = r"^\d\d:|settled as|^Run |next:|^  if |^ *runbook res"
"""What is new in an output: events, how the run stands, what to type next."""


def tell(stage: Stage) -> None:
    """Play the story up to the point where only the outbox is left to be looked at."""
    _introduce(stage)
    _write(stage)
    _check(stage)
    _plan(stage)
    _begin(stage)
    _come_back(stage)
    _settle(stage)
    _press_again(stage)


def _introduce(stage: Stage) -> None:
    emit(headline(Environment(stage.served.address)))
    (campaign,) = stage.served.sandbox.campaigns.values()
    emit("")
    stage.say(
        "A lender reminds customers whose instalment is overdue. A message cannot be taken back, and the "
        "same one twice is a complaint. So the evening is planned in a file, and this program carries it "
        "out: each request at most once, whatever breaks."
    )
    stage.say(
        f"Here it sends to a copy of the API on this machine, with {len(campaign.customers):,} made-up "
        "customers. Every command below is really run, and what it prints is shown, if shortened."
    )


def _write(stage: Stage) -> None:
    stage.chapter("The evening, as a file")
    text = shipped("runbooks", _FILE).read_text("utf-8")
    (stage.folder / _FILE).write_text(text, "utf-8")
    stage.say(
        f"A runbook says who gets what, in which order, under which conditions. {_FILE} has five steps:"
    )
    stage.show(text[text.index("steps:") :])
    stage.notice(
        "One of english_sms and english_whatsapp is sent: which one depends on how the first step went."
    )


def _check(stage: Stage) -> None:
    stage.chapter("Mistakes are found before anybody is messaged")
    text = (stage.folder / _FILE).read_text("utf-8")
    (stage.folder / "typo.yaml").write_text(text.replace("limit: 50", "limt: 50"), "utf-8")
    stage.type("runbook validate typo.yaml", expects=Exit.INVALID)
    stage.notice("To the API a missing limit means no limit. Here it is an error, at its line.")
    stage.type(f"runbook validate {_FILE}", expects=Exit.WELL)


def _plan(stage: Stage) -> None:
    stage.chapter("What could happen, before it does")
    keep = r"^Plan|Messages:|One customer|Unless a person|^  \d\. |^     if |sha256:"
    stage.type(f"runbook plan {_FILE} --out plan.json", expects=Exit.WELL, keep=keep)
    stage.notice("A reviewer reads this, and approves the digest: it stands for exactly these requests.")


def _begin(stage: Stage) -> None:
    stage.chapter("A bad evening begins")
    stage.served.sandbox.script(*_BAD_EVENING)
    stage.say(
        "What was reviewed is run. Some WhatsApp messages will fail, then the API asks for patience; and "
        "while the run waits, the machine that it runs on dies."
    )
    stage.type_and_kill(f"runbook run {_FILE} --plan plan.json --yes", lambda: _waits(stage))
    stage.notice("More than 10 % failed, so the condition chose the SMS. Half way, the process is gone.")


def _waits(stage: Stage) -> bool:
    """Say whether the run waits for the API, with nothing on its way."""
    if not any(each.status == _TOO_MANY for each in stage.served.sandbox.requests):
        return False
    log = look_at(stage.folder / _LOG)
    if log is None:
        return False
    with closing(log):
        return log.find("last").status is RunStatus.WAITING


def _come_back(stage: Stage) -> None:
    stage.chapter("Somebody comes back")
    stage.type("runbook status", expects=Exit.WELL)
    stage.type("runbook resume last --yes", expects=Exit.IN_DOUBT, keep=_NEWS)
    stage.notice(
        "It went on where it had stopped. But then the answer to the calls got lost: were they made? "
        "Nobody here can tell, so they are not repeated, and nothing else is sent before a person has looked."
    )


def _settle(stage: Stage) -> None:
    stage.chapter("A person looks, and says what is true")
    calls = sum(message.channel == "call" for message in stage.served.sandbox.outbox)
    if not calls:
        raise Refusal("the demo did not go as it should: no call was made", "please report it", Exit.FAILED)
    stage.say(
        f"The sandbox's outbox has {calls} calls: they were made. (In real life the dashboard shows that.)"
    )
    reason = f"the outbox has {calls} calls"
    stage.type(f'runbook resolve last marathi --as sent --reason "{reason}"', expects=Exit.WELL, keep=_NEWS)
    stage.type("runbook resume last --yes", expects=Exit.FINISHED_WITH_FAULTS)
    stage.notice("Exit code 20: it came to its end, and what did not go well is accounted for.")


def confirmed(stage: Stage) -> int:
    """Give of how many WhatsApp messages the API said that they went out, as the run log has it."""
    log = look_at(stage.folder / _LOG)
    assert log is not None, "the run has left its log"
    with closing(log):
        sends = log.sends(log.find("last").run)
    return sum(send.counts.initiated for send in sends if send.channel == "whatsapp" and send.counts)


def _press_again(stage: Stage) -> None:
    stage.chapter("The same button, pressed twice")
    stage.type(f"runbook run {_FILE} --yes", expects=Exit.NOT_AS_REVIEWED)
    stage.notice("This runbook messages its customers once a day. The run log remembers, and refuses.")
