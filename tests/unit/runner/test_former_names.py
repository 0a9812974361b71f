"""*Once* across renamings: what was sent under one name keeps the others from sending it again."""

import pytest

from engine.refusal import Exit, Refusal
from tests.factories import outcome
from tests.unit.runner.fakes import ONE, SECOND, TWO, Desk, code_of
from tests.unit.runner.test_once import per, unsent

RENAMED = ONE.replace("name: remind", "name: recover")
SAME = RENAMED.replace("owner:", "formerly: [remind]\nowner:")


def test_a_renamed_runbook_messages_once_more(desk: Desk) -> None:
    """Its name is part of the occasion: this is what RB601 warns of."""
    desk.run()
    assert desk.run(RENAMED, "run-2").exit_code == Exit.WELL
    assert len(desk.api.left) == 2


def test_what_was_sent_under_a_former_name_counts(desk: Desk) -> None:
    """13, naming that run, its name, and the present one."""
    desk.run()
    said = "recover messages campaign camp_demo only once, and run run-1, under the former name remind, did"
    with pytest.raises(Refusal, match=said) as refused:
        desk.run(SAME, "run-2")
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 1


def test_every_former_name_counts(desk: Desk) -> None:
    """The last one, too; and another one is nobody's."""
    desk.run()
    third = SAME.replace("[remind]", "[recall, remind]").replace("name: recover", "name: third")
    assert code_of(lambda: desk.run(third, "run-2")) == Exit.NOT_AS_REVIEWED
    assert code_of(lambda: desk.run(third.replace(", remind", ""), "run-2")) == Exit.WELL


def test_a_former_name_counts_in_its_period_alone(desk: Desk) -> None:
    """What was sent yesterday is of yesterday, under whatever name."""
    desk.run(per("day"))
    daily = per("day").replace("name: remind", "name: recover\nformerly: [remind]")
    desk.clock.advance(24 * 3600)
    assert desk.run(daily, "run-2").exit_code == Exit.WELL


def test_the_gate_asks_for_former_names_too(desk: Desk) -> None:
    """A run that stood meanwhile does not send behind one of the former name."""
    unsent(desk, SAME, "run-new")
    desk.run()
    assert code_of(lambda: desk.resume("run-new")) == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 1


def test_a_run_of_a_former_name_is_left_alone_and_not_resumed_behind(desk: Desk) -> None:
    """Another runbook may bear that name by now; whoever resumes it learns of this run."""
    unsent(desk)
    desk.run(SAME)
    assert desk.runs() == {"run-1": "finished", "run-old": "paused"}
    assert code_of(lambda: desk.resume("run-old")) == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 1


def test_a_run_half_sent_is_not_resumed_behind_one_of_the_new_name(desk: Desk) -> None:
    """What a person sent once more, under whatever name, is no reason to send the rest a second time."""
    desk.api.answers = [outcome("succeeded"), outcome("rejected")]
    desk.run(TWO)
    assert code_of(lambda: desk.run(SAME + SECOND, "run-2")) == Exit.NOT_AS_REVIEWED
    assert desk.run(SAME + SECOND, "run-2", again="the first one stopped").exit_code == Exit.WELL
    with pytest.raises(Refusal, match="run run-2 has messaged campaign camp_demo meanwhile") as refused:
        desk.resume("run-1")
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 4


def test_a_run_of_yesterday_is_not_resumed_behind_one_of_the_new_name(desk: Desk) -> None:
    """It would send the rest of yesterday to those who got all of today."""
    desk.api.answers = [outcome("succeeded"), outcome("rejected")]
    desk.run(per("day") + SECOND)
    desk.clock.advance(24 * 3600)
    desk.run(per("day").replace("name: remind", "name: recover\nformerly: [remind]") + SECOND, "run-2")
    assert code_of(lambda: desk.resume("run-1")) == Exit.NOT_AS_REVIEWED


def test_an_old_copy_of_the_file_sends_nothing_twice(desk: Desk) -> None:
    """A checkout from before, a change that was taken back: the log knows that they are the same."""
    desk.run(SAME)
    said = "only once, and run run-1 of recover, by its `formerly` the same runbook, did, or may have"
    with pytest.raises(Refusal, match=said) as refused:
        desk.run(ONE, "run-2")
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 1


def test_an_old_copy_counts_by_its_own_period(desk: Desk) -> None:
    """Who asks says how long an occasion lasts."""
    desk.run(SAME)
    desk.clock.advance(24 * 3600)
    assert code_of(lambda: desk.run(per("day"), "run-2")) == Exit.WELL
    assert code_of(lambda: desk.run(ONE, "run-3")) == Exit.NOT_AS_REVIEWED


def test_a_name_that_only_the_last_one_gave_counts_on(desk: Desk) -> None:
    """Renamed twice, each time with the name before: what was sent under that one counts."""
    desk.run(SAME)
    third = ONE.replace("name: remind", "name: third\nformerly: [recover]")
    assert code_of(lambda: desk.run(third, "run-2")) == Exit.NOT_AS_REVIEWED


def test_another_runbook_without_a_common_name_may_send(desk: Desk) -> None:
    """Only what is named counts."""
    desk.run(SAME)
    other = ONE.replace("name: remind", "name: other\nformerly: [another]")
    assert code_of(lambda: desk.run(other, "run-2")) == Exit.WELL
