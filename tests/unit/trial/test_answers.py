"""How the API answers in a trial: what each spelling means, and what is said of those that mean nothing."""

import pytest

from engine.record.event import SendIntended
from engine.refusal import Refusal
from engine.sandbox import Fault, Kind
from engine.trial.answers import Answers, answer_of, read_answers
from tests.factories import NOW, program, step

MEANINGS: dict[str, Fault] = {
    "ok": Fault(Kind.PARTIAL, failed=0),
    "200": Fault(Kind.PARTIAL, failed=0),
    " ok ": Fault(Kind.PARTIAL, failed=0),
    "207": Fault(Kind.PARTIAL, reached="none"),
    "207:failed=50": Fault(Kind.PARTIAL, failed=50, reached="none"),
    "207:failed=5,reached=all": Fault(Kind.PARTIAL, failed=5, reached="all"),
    "207:customers=L-1+L-2": Fault(Kind.PARTIAL, customers=("L-1", "L-2"), reached="none"),
    "500": Fault(Kind.STATUS, status=500),
    "503:accepted=yes": Fault(Kind.STATUS, status=503, accepted=True),
    "404": Fault(Kind.STATUS, status=404),
    "404:about=customers": Fault(Kind.STATUS, status=404, about="customers"),
    "429:retry_after=20": Fault(Kind.STATUS, status=429, retry_after="20"),
    "failed": Fault(Kind.ALL_FAILED, reached="none"),
    "nobody": Fault(Kind.STATUS, status=404, about="customers"),
    "lost": Fault(Kind.RESET, accepted=True),
    "timeout": Fault(Kind.STALL, accepted=True),
    "refused": Fault(Kind.REFUSE),
    "overreach": Fault(Kind.OVERREACH, extra=1),
    "wrong_counts:breaks=sum": Fault(Kind.WRONG_COUNTS, breaks="sum"),
}
MISTAKES = {
    "207:faild=50": '207 has no "faild"; did you mean failed?',
    "207:failed=many": "failed is a whole number",
    "207:failed=-1": "failed counts customers",
    "200:failed=1": '200 has no "failed"; it stands alone',
    "500:failed=1": '500 has no "failed"; it has accepted and body',
    "999": "status is a number from 200 to 599",
    "lst": 'there is no answer "lst"; did you mean lost?',
    "lost:x=1": "lost stands alone",
    "": 'there is no answer ""',
    "9" * 5000: 'there is no answer "999',
}


def intent(name: str, address: str = "") -> SendIntended:
    """Make an intent of a step."""
    return SendIntended(NOW, name, address or f"{name}/c1", 1)


@pytest.mark.parametrize("spelling", MEANINGS)
def test_a_spelling_means_a_fault(spelling: str) -> None:
    """Whoever counts as failed gets nothing, unless the answer says otherwise."""
    assert answer_of(spelling) == MEANINGS[spelling]


@pytest.mark.parametrize("spelling", MISTAKES)
def test_a_mistake_is_named(spelling: str) -> None:
    """With the step that it was said of, and what could be meant."""
    with pytest.raises(Refusal) as refused:
        read_answers(program(step("remind")), {"remind": spelling})
    assert f"remind={spelling}: {MISTAKES[spelling]}" in refused.value.message
    assert "207:failed=50" in refused.value.cure


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody mends one to be shown the next."""
    with pytest.raises(Refusal) as refused:
        read_answers(program(step("remind")), {"remnd": "ok", "remind": ["20x", "lost", "207:x=1"]})
    assert len(refused.value.message.splitlines()) == 3
    assert 'for "remnd": there is no such step; did you mean remind?' in refused.value.message


def test_each_request_has_its_answer_and_the_last_one_goes_on() -> None:
    """Three requests, two answers."""
    answers = read_answers(program(step("remind")), {"remind": ["429", "lost"]})
    answers.expect(intent("remind"))
    kinds = [fault.kind for fault in (answers.befalls() for _ in range(3)) if fault]
    assert kinds == [Kind.STATUS, Kind.RESET, Kind.RESET]


def test_an_address_wins_over_its_step() -> None:
    """And a step of which nothing is said is left to the sandbox."""
    said = {"a": "lost", "a/c2": "refused"}
    answers = read_answers(program(step("a", chunks=2), step("b")), said)
    assert _kind(answers, intent("a", "a/c1")) is Kind.RESET
    assert _kind(answers, intent("a", "a/c2")) is Kind.REFUSE
    assert _kind(answers, intent("b")) is None


def _kind(answers: Answers, of: SendIntended) -> Kind | None:
    answers.expect(of)
    fault = answers.befalls()
    return fault.kind if fault else None
