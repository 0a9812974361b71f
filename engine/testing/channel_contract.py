"""What every channel promises, as tests for pytest: subclass ``ChannelContract``, and name a channel."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from engine.diagnostics import Diagnostic
from engine.frozen import replace
from engine.planner.build import build
from engine.planner.model import Plan
from engine.record.request import Request
from engine.runbook.accept import acceptor, inlined
from engine.runbook.channels import REGISTRY, Channel
from engine.runbook.channels.form import faults, trespass
from engine.runbook.draft import Draft, fill, read
from engine.runbook.leaves import leaves
from engine.runbook.model import Runbook, Step

_CAMPAIGN = "camp_contract"
_FILTERS = {
    "ids": ["L-1", "L-2"],
    "exclude_ids": ["L-3"],
    "payment_status": ["bounced", "pending"],
    "language": ["hindi"],
    "custom": {"branch": ["pune"]},
}
_EMPTY: tuple[object, ...] = (None, "", " ", [], {}, [""])


class ChannelContract:
    """The promises of a channel, each a test.

    A subclass whose name begins with ``Test`` gives ``channel``; ``example``, the channel's own keys of
    a sound step, every one of them; and ``body_keys``, the keys that the API documents for the body
    beside ``limit`` and ``filters``.
    """

    channel: ClassVar[Channel]
    example: ClassVar[Mapping[str, Any]]
    body_keys: ClassVar[frozenset[str]]

    def test_it_is_a_channel(self) -> None:
        """Name, label and fields are such that a runbook's author can read and write them."""
        wrong = faults(self.channel)
        assert not wrong, "; ".join(wrong)
        assert REGISTRY.get(self.channel.name, self.channel) is self.channel, (
            "the engine has one of this name"
        )

    def test_the_example_gives_every_key(self) -> None:
        """What the example leaves out is not tested."""
        other = {*self.example} ^ {*self.channel.fields}
        assert not other, f"{', '.join(sorted(other))}: not in both the example and the fields"

    def test_the_example_is_sound(self) -> None:
        """A runbook with the example step has no finding, not even a warning."""
        found = self._draft(self.example).diagnostics
        assert not found, _said(found)

    def test_what_is_required_is_missed(self) -> None:
        """A step without a required key has one finding, which names the key and what to write."""
        for key in self.channel.required:
            left = {name: value for name, value in self.example.items() if name != key}
            found = self._draft(left).diagnostics
            assert len(found) == 1, f"without {key}: {_said(found)}"
            assert f"`{key}`" in found[0].message, f"without {key}: {_said(found)}"
            assert f"`{key}: " in found[0].help, f"without {key}: {_said(found)}"

    def test_what_is_not_required_may_be_left_out(self) -> None:
        """The required keys alone make a sound step, and a request."""
        least = {key: self.example[key] for key in self.channel.required}
        found = self._draft(least).diagnostics
        assert not found, _said(found)
        self._is_within(least)

    def test_nothing_empty_is_taken(self) -> None:
        """No key takes an empty value: to the API it may mean everyone."""
        for key, empty in ((key, empty) for key in self.channel.fields for empty in _EMPTY):
            found = self._draft({**self.example, key: empty}).diagnostics
            assert found, f"{key}: {json.dumps(empty)} has no finding"

    def test_a_misspelt_key_is_found(self) -> None:
        """Nothing beside the channel's keys is taken, and the finding names what was written."""
        for key in self.channel.fields:
            found = self._draft({**self.example, f"{key}_": "x"}).diagnostics
            assert any(f"{key}_" in one.message for one in found), f"{key}_: {_said(found)}"

    def test_the_request_lies_below_the_campaign(self) -> None:
        """It is a POST to an endpoint of the campaign, bounded as its step is."""
        self._is_within(self.example)

    def test_the_body_has_documented_keys_only(self) -> None:
        """A key that the API does not know does nothing there, or something else."""
        unknown = self._request(self.example).body.keys() - self.body_keys - {"limit", "filters"}
        assert not unknown, f"{', '.join(sorted(unknown))}: not among body_keys"

    def test_the_bounds_go_through_unchanged(self) -> None:
        """Limit and filters stand in the body exactly as in the step, each of them alone, too."""
        for filters in (_FILTERS, *({key: value} for key, value in _FILTERS.items())):
            asked = {"filters": filters, "limit": 17}
            body = self._request(self.example, **asked).body
            sent = {key: body.get(key) for key in asked}
            assert sent == asked, f"{asked} became {sent}"

    def test_nobody_is_messaged_by_omission(self) -> None:
        """A body has no filters only where the step says everyone, and no limit only where it says none."""
        for key, word, other in (("filters", "everyone", "limit"), ("limit", "none", "filters")):
            body = self._request(self.example, **{key: word}).body
            assert key not in body, f"`{key}: {word}` is sent as {body.get(key)}"
            assert other in body, f"where the step says `{key}: {word}`, {other} is lost"

    def test_the_same_step_gives_the_same_bytes(self) -> None:
        """A request hangs on the step alone, so that what was reviewed is what is sent."""
        step = self._step(self.example)
        before = repr(step)
        first, second = (self.channel.request(_CAMPAIGN, step) for _ in range(2))
        assert (first.path, first.wire()) == (second.path, second.wire()), "the same step gives two requests"
        assert repr(step) == before, "the step was changed"

    def test_the_request_does_not_hang_on_the_id_of_the_step(self) -> None:
        """What people are sent is the same whatever the step is called."""
        step = self._step(self.example)
        other = replace(step, id="another", title="Another")
        same = self.channel.request(_CAMPAIGN, other) == self.channel.request(_CAMPAIGN, step)
        assert same, "another id gives another request"

    def test_every_field_tells(self) -> None:
        """A changed key changes the request and both digests; one that does not is not read."""
        plan = self._plan(self.example)
        for key, place, value in self._changes():
            changed = self._plan({**self.example, key: value})
            assert _wire(changed) != _wire(plan), f"{place} is not in the request"
            assert changed.digest != plan.digest, f"{place} is not in the plan digest"
            assert changed.rules_digest != plan.rules_digest, f"{place} is not in the rules digest"

    def test_the_plan_shows_the_request(self) -> None:
        """A plan holds the request itself, under the channel's name."""
        step = self._plan(self.example).program.steps[0]
        assert step.channel == self.channel.name, f"{step.channel} is not the channel's name"
        assert step.sends[0].request == self._request(self.example), "the plan has another request"

    # ------------------------------------------------------------ what the tests are made of

    def _draft(self, keys: Mapping[str, Any], *, filters: object = None, limit: object = 10) -> Draft:
        step = {"id": "remind", "channel": self.channel.name, **keys, "limit": limit}
        about = {"name": "contract", "owner": "contract", "purpose": "service", "campaign": {"id": _CAMPAIGN}}
        runbook = {"format": "runbook/v1", **about, "steps": [{**step, "filters": filters or _FILTERS}]}
        # JSON is YAML.
        text = json.dumps(runbook, ensure_ascii=False)
        return read(text.encode(), "contract.yaml", {**REGISTRY, self.channel.name: self.channel})

    def _runbook(self, draft: Draft) -> Runbook:
        assert draft.is_sound, f"the example has findings: {_said(draft.diagnostics)}"
        runbook = fill(draft, {}).runbook
        assert runbook is not None, "a runbook without templates can be filled"
        return runbook

    def _step(self, keys: Mapping[str, Any], **bounds: object) -> Step:
        return self._runbook(self._draft(keys, **bounds)).steps[0]

    def _request(self, keys: Mapping[str, Any], **bounds: object) -> Request:
        return self.channel.request(_CAMPAIGN, self._step(keys, **bounds))

    def _is_within(self, keys: Mapping[str, Any]) -> None:
        wrong = trespass(self._request(keys), _CAMPAIGN, self._step(keys))
        assert not wrong, wrong

    def _plan(self, keys: Mapping[str, Any]) -> Plan:
        draft = self._draft(keys)
        return build(self._runbook(draft), draft.document.data or {}, channels=draft.channels)

    def _changes(self) -> Iterator[tuple[str, str, object]]:
        """Give, for each value of the example at any depth, the key with that value changed for another."""
        for key, schema in self.channel.fields.items():
            accepts = acceptor(inlined({"properties": {key: schema}, "$defs": leaves(templates=False)}))
            changed: set[str] = set()
            for place, other in _others(self.example[key], key, [*_words(schema)]):
                if place not in changed and accepts({key: other}):
                    changed.add(place)
                    yield key, place, other


def _words(schema: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON)
    """List every word that a schema offers, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _words(part)


def _others(value: Any, place: str, words: Sequence[str]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (any JSON)
    """Give values that differ from one in one place; some of them may not stand there."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from ((at, {**value, key: other}) for at, other in _others(each, f"{place}.{key}", words))
    elif isinstance(value, list):
        yield from ((at, [*value[:-1], other]) for at, other in _others(value[-1], f"{place}[]", words))
    elif isinstance(value, bool):
        yield place, not value
    elif isinstance(value, int | float):
        yield from ((place, value + step) for step in (1, -1))
    elif isinstance(value, str):
        others = (f"{value}1", f"1{value}", value[:-1], value.swapcase(), *words)
        yield from ((place, other) for other in others if other != value)


def _wire(plan: Plan) -> tuple[str, bytes]:
    request = plan.program.steps[0].sends[0].request
    return request.path, request.wire()


def _said(found: tuple[Diagnostic, ...]) -> str:
    return "; ".join(f"{one.kind.code} {one.message}" for one in found) or "no finding"
