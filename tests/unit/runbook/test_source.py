import pytest
import yaml

from engine.diagnostics import Json, Path
from engine.runbook import source
from engine.runbook.source import MAX_FINDINGS, read
from engine.runbook.tree import MAX_DEPTH


@pytest.fixture(params=["C", "Python"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML: without libyaml everything is the same, only slower."""
    monkeypatch.setattr(source, "_PARSER", yaml.CSafeLoader if request.param == "C" else yaml.SafeLoader)


def found(text: str | bytes) -> list[str]:
    """What is found in a text: codes and places."""
    raw = text.encode() if isinstance(text, str) else text
    return [f"{d.kind.code} {d.span.line}:{d.span.column}" for d in read(raw, "a.yaml").diagnostics]


def data_of(text: str) -> Json:
    """What a text gives."""
    return read(text.encode(), "a.yaml").data


def faulted(text: str) -> set[Path]:
    """Which paths of a text bear a finding."""
    return set(read(text.encode(), "a.yaml").faulted)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1", {"a": 1}),
        ("---\na: 1\n...\n", {"a": 1}),
        ("\ufeffa: 1\r\nb:\r\n- c\r\n", {"a": 1, "b": ["c"]}),
        ("{}", {}),
        ("a: {b: [], c: {}}", {"a": {"b": [], "c": {}}}),
        ("a: [x, 'yes', \"017\", 2.5, true, ~]", {"a": ["x", "yes", "017", 2.5, True, None]}),
        ("a:\nb: ''\n", {"a": None, "b": ""}),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", {"a": "x\ny\n", "b": "x y"}),
        ("'<<': 1\n\"1\": 2\n'yes': 3\n'': 4\n", {"<<": 1, "1": 2, "yes": 3, "": 4}),
        ("__proto__: 1\n__class__: 2\n", {"__proto__": 1, "__class__": 2}),
        ("? a\n: b\n? c\n", {"a": "b", "c": None}),
        ("a: '{{ inputs.x }}'\nb: x {{ y }}\n", {"a": "{{ inputs.x }}", "b": "x {{ y }}"}),
        ("a: नमस्ते 😀", {"a": "नमस्ते 😀"}),
    ],
)
def test_the_strict_subset_is_read_in_silence(text: str, data: Json) -> None:
    """What every YAML program reads alike becomes data, in the order of the text."""
    document = read(text.encode(), "a.yaml")
    assert (document.data, document.diagnostics, document.faulted) == (data, (), frozenset())
    assert repr(document.data) == repr(data)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ["RB004 1:1"]),
        ("# a comment\n", ["RB004 1:1"]),
        ("---\n", ["RB004 1:1"]),
        (" \n\n", ["RB004 1:1"]),
        ("- a\n- b\n", ["RB007 1:1"]),
        ("just words\n", ["RB007 1:1"]),
        ("# c\nyes\n", ["RB007 2:1"]),
        ("null", ["RB007 1:1"]),
        (b"\x00\x01", ["RB002 1:1"]),
        (b"a: 1\nb: \xff\n", ["RB002 2:4"]),
        (b"#" * (5 * 1024 * 1024 + 1), ["RB001 1:1"]),
        ("%TAG ! tag:x\n---\na: 1\n", ["RB019 1:1"]),
    ],
    ids=lambda case: str(case)[:20],
)
def test_a_file_without_keys_is_refused(text: str | bytes, where: list[str]) -> None:
    """One finding says what the file is instead, and there is nothing to check further."""
    assert found(text) == where
    assert read(text.encode() if isinstance(text, str) else text, "a.yaml").data is None


def test_a_second_document_is_refused_and_the_first_kept() -> None:
    """The first can still be checked."""
    assert found("a: 1\n---\nb: yes\n") == ["RB006 2:1"]
    assert data_of("a: 1\n---\nb: yes\n") == {"a": 1}


@pytest.mark.parametrize(("depth", "codes"), [(MAX_DEPTH, []), (MAX_DEPTH + 1, ["RB008 1:53"])])
def test_nesting_is_bounded(depth: int, codes: list[str]) -> None:
    """Fifty levels are read, the root among them; one more ends the reading."""
    assert found("a: " + "[" * (depth - 1) + "]" * (depth - 1)) == codes


def test_control_characters_are_refused_where_they_stand() -> None:
    """The rest of the file is checked all the same."""
    text = "a: x\x07\n# \u202e\nb\x85: 1\nc: yes\nd: [1, \u2028]\n"
    assert found(text) == ["RB003 1:5", "RB003 2:3", "RB003 3:2", "RB030 4:4", "RB003 5:8"]
    assert faulted(text) == {("a",), ("b\ufffd",), ("c",), ("d", 1)}


def test_the_second_of_two_equal_keys_is_refused() -> None:
    """The finding says where the first stands, whose value is kept; the other is read all the same."""
    document = read(b"x:\n  a: 1\n  b: 2\n  'a': {c: yes, d: [{e: 1, e: 2}]}\n", "a.yaml")
    assert document.diagnostics[0].message == '"a" already stands at 2:3'
    assert [d.kind.code for d in document.diagnostics] == ["RB020", "RB030", "RB020"]
    assert (document.data, document.faulted) == ({"x": {"a": 1, "b": 2}}, frozenset())


@pytest.mark.parametrize(
    ("text", "where", "data"),
    [
        ("a: !!python/object:os.system {x: 1}", ["RB021 1:4"], {"a": {"x": 1}}),
        ("a: !!python/object/apply:os.system ['true']", ["RB021 1:4"], {"a": ["true"]}),
        (
            "a: !x 5\nb: !!str no\nc: ! 5\n",
            ["RB021 1:4", "RB021 2:4", "RB021 3:4"],
            {"a": "5", "b": "no", "c": "5"},
        ),
        ("!!str a: 1", ["RB021 1:1"], {"a": 1}),
        ("a: &x 5", ["RB022 1:4"], {"a": 5}),
        ("&x a: 1", ["RB022 1:1"], {"a": 1}),
        ("a: &x !y [1]", ["RB022 1:4", "RB021 1:7"], {"a": [1]}),
        ("a: *x", ["RB023 1:4"], {"a": "*x"}),
        ("a: [*x, 1]", ["RB023 1:5"], {"a": ["*x", 1]}),
        ("*x : 1\na: 2\n", ["RB023 1:1"], {"a": 2}),
        ("<<: {a: 1}\nb: 2\n", ["RB024 1:1"], {"b": 2}),
        ("<<: *x\nb: 2\n", ["RB024 1:1"], {"b": 2}),
        ("a: {<<: [*x, *y], b: 2}", ["RB024 1:5"], {"a": {"b": 2}}),
        ("1: a", ["RB025 1:1"], {"1": "a"}),
        ("1.5: a", ["RB025 1:1"], {"1.5": "a"}),
        ("true: a", ["RB025 1:1"], {"true": "a"}),
        ("~: a", ["RB025 1:1"], {"~": "a"}),
        ("? [x, {z: 1}]\n: {b: 2}\na: 1\n", ["RB025 1:3"], {"a": 1}),
        ("{x: 1}: 2\na: 1\n", ["RB025 1:1"], {"a": 1}),
        ("no: a", ["RB030 1:1"], {"no": "a"}),
        ("2026-03-01: a", ["RB031 1:1"], {"2026-03-01": "a"}),
    ],
)
def test_what_yaml_can_do_beyond_data_is_refused(text: str, where: list[str], data: Json) -> None:
    """Nothing is constructed, expanded or merged; what is written stays, so that later checks go on."""
    assert sorted(found(text)) == sorted(where)
    assert data_of(text) == data


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a: yes\nb: [1, 017]\n", {("a",), ("b", 1)}),
        ("a: {b: !x 5, c: &y 6}", {("a", "b")}),
        ("a: [1, *x]", {("a", 1)}),
        ("a: {<<: *x}", {("a",)}),
        ("a: {1: x}", {("a", "1")}),
        ("a: [{b: {{ x }}}]", {("a", 0, "b")}),
        ("? {a: yes}\n: 1\n", set()),
    ],
)
def test_paths_with_a_finding_are_told(text: str, paths: set[Path]) -> None:
    """So that nobody reports a consequence of it."""
    assert faulted(text) == paths


def test_a_billion_laughs_are_never_expanded() -> None:
    """Aliases are refused one by one, and after some the reading ends."""
    rows = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    assert len(found("\n".join(rows))) == MAX_FINDINGS + 1


@pytest.mark.parametrize("bomb", ["[" * 240_000, "{a: " * 240_000, "a: " + "{{" * 120_000, "- " * 240_000])
def test_a_bomb_is_refused_at_once(bomb: str) -> None:
    """However deep, it costs no more than its first levels; libyaml alone would take hours."""
    assert [code[:5] for code in found(bomb)] == ["RB008"]


def test_places_are_right_behind_what_was_dropped() -> None:
    """Collections that are read and left out do not disturb the places of those that stay."""
    rows = (f"k{n}: {{a: 1}}\nk{n}: {{b: [1]}}\n? {{c: 1}}\n: 2\n" for n in range(30))
    document = read("".join(rows).encode(), "a.yaml")
    for n in range(30):
        assert document.value_span((f"k{n}", "a")).line == 4 * n + 1


def test_findings_are_bounded() -> None:
    """The last one says that there are more."""
    document = read("".join(f"k{n}: yes\n" for n in range(MAX_FINDINGS + 20)).encode(), "a.yaml")
    assert len(document.diagnostics) == MAX_FINDINGS + 1
    assert (document.diagnostics[-1].kind.code, document.data) == ("RB049", None)


def test_as_many_findings_as_allowed_are_all_told() -> None:
    """At the bound itself nothing is held back."""
    document = read("".join(f"k{n}: yes\n" for n in range(MAX_FINDINGS)).encode(), "a.yaml")
    assert (len(document.diagnostics), document.diagnostics[-1].kind.code) == (MAX_FINDINGS, "RB030")
    assert document.data is not None


@pytest.mark.parametrize(
    "text",
    [
        "inputs: {day: {type: date, default: 2026-03-01}}",
        "inputs: {day: {default: 2026-03-01, type: date}}",
        "inputs:\n  day:\n    default: 2026-03-01\n    type: 'date'\n",
    ],
)
def test_the_default_of_a_date_input_needs_no_quotes(text: str) -> None:
    """Whichever of the two keys comes first, it is text."""
    document = read(text.encode(), "a.yaml")
    assert (document.diagnostics, document.faulted) == ((), frozenset())
    assert document.places.find(document.data, ("inputs", "day", "default"))[2] == "2026-03-01"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("inputs: {day: {type: string, default: 2026-03-01}}", ["RB031 1:39"]),
        ("inputs: {day: {default: 2026-03-01}}", ["RB031 1:25"]),
        ("inputs: {day: {default: 2026-03-01, type: string}}", ["RB031 1:25"]),
        ("inputs: {day: {type: date, default: yes}}", ["RB030 1:37"]),
        ("inputs: {day: {type: date, minimum: 2026-03-01}}", ["RB031 1:37"]),
        ("inputs: {day: {type: date, default: [2026-03-01]}}", ["RB031 1:38"]),
        ("inputs: {day: {type: date, default: {default: 2026-03-01}}}", ["RB031 1:47"]),
        ("steps: {day: {type: date, default: 2026-03-01}}", ["RB031 1:36"]),
        ("x: {inputs: {day: {type: date, default: 2026-03-01}}}", ["RB031 1:41"]),
    ],
)
def test_every_other_date_needs_quotes(text: str, where: list[str]) -> None:
    """Only that one place is exempt."""
    assert found(text) == where
    assert len(faulted(text)) == 1


@pytest.mark.parametrize(
    ("text", "where", "data"),
    [
        ("limit: {{ inputs.cap }}\n", ["RB010 1:8"], {"limit": "{{ inputs.cap }}"}),
        ("a: [{{ x }}, 1]\n", ["RB010 1:5"], {"a": ["{{ x }}", 1]}),
        ("a: {b: {{ x }}}\n", ["RB010 1:8"], {"a": {"b": "{{ x }}"}}),
        ("a:\n- {{ x }}\n- 2\n", ["RB010 2:3"], {"a": ["{{ x }}", 2]}),
        ("{{ k }}: 1\n", ["RB010 1:1"], {"{{ k }}": 1}),
        ("a:\n- {{ k }}: 1\n  b: {{x}}\n", ["RB010 2:3", "RB010 3:6"], {"a": [{"{{ k }}": 1, "b": "{{x}}"}]}),
    ],
)
def test_an_unquoted_template_is_recognised(text: str, where: list[str], data: Json) -> None:
    """To YAML it is a mapping within a mapping; people mean a template."""
    assert found(text) == where
    assert data_of(text) == data


def test_a_reading_leaves_nothing_behind() -> None:
    """Two readings of one text give equal documents."""
    raw = b"a: yes\nb: {c: [1, {{ x }}]}\n"
    assert read(raw, "a.yaml") == read(raw, "a.yaml")


STEP = "steps:\n- id: a\n  channel: sms\n  limit: 5\n"


@pytest.mark.parametrize(
    ("text", "where", "ids"),
    [
        (f"{STEP}  id: b\n  channel: sms\n  limit: 6\n", ["RB020 5:3"], ["a", "b"]),
        (f"{STEP}  channel: sms\n  limit: 6\n  id: b\n", ["RB020 7:3"], ["a", "b"]),
        (f"{STEP}  id: b\n  channel: x\n  id: c\n", ["RB020 5:3", "RB020 7:3"], ["a", "b", "c"]),
        (f"{STEP}  id: b\n  channel: x\n  channel: z\n", ["RB020 5:3", "RB020 7:3"], ["a", "b"]),
        ("steps:\n- {id: a, channel: x, 'id': b, limit: 6}\n", ["RB020 2:23"], ["a", "b"]),
        (f"{STEP}  id: b\n- id: c\n", ["RB020 5:3"], ["a", "b", "c"]),
        ("steps:\n- id: a\n  id: b\n  channel: sms\n", ["RB020 3:3"], ["a"]),
    ],
)
def test_a_second_id_begins_a_step(text: str, where: list[str], ids: list[str]) -> None:
    """A dash was forgotten: nothing else that follows from it is said, and what comes is read as a step."""
    assert found(text) == where
    data = data_of(text)
    assert isinstance(data, dict)
    assert isinstance(data["steps"], list)
    assert [step["id"] for step in data["steps"] if isinstance(step, dict)] == ids


def test_a_forgotten_dash_is_answered_with_the_line_to_write() -> None:
    """With the id that stands there."""
    (finding,) = read(f"{STEP}  id: by_sms\n  limit: 6\n".encode(), "a.yaml").diagnostics
    assert finding.help == "a new step begins with a dash: `- id: by_sms`."
    assert faulted(f"{STEP}  id: b\n") == {("steps", 1)}
    assert faulted("steps:\n- id: a\n  channel: sms\n  id: b\n") == {("steps", 0), ("steps", 1)}


def test_a_second_id_elsewhere_is_a_duplicate() -> None:
    """Only steps begin with one."""
    (finding,) = read(b"campaign: {id: a, name: b, id: c}\n", "a.yaml").diagnostics
    assert finding.help == "remove one of the two, or give it another name."


def test_in_filters_a_refused_word_is_quoted() -> None:
    """Neither a truth value nor a number can stand there."""
    (finding,) = read(b"steps: [{filters: {custom: {vip: yes}}}]", "a.yaml").diagnostics
    assert finding.help == 'put it in quotes: "yes"; the API compares text.'
