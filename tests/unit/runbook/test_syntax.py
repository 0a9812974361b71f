import pytest
import yaml

from engine.runbook import source
from engine.runbook.source import read

FAULTS = [
    ("tab that indents", "a:\n\tb: 1\n", "RB011", "2:1", "two for each level"),
    ("tab behind a list", "steps:\n  - id: x\n\tchannel: sms\n", "RB011", "3:1", "two for each level"),
    ("tab behind a dash", "-\t- a\n", "RB011", "1:2", "Replace it by a space"),
    ("tab in a block", "a: |\n\tx\n", "RB011", "2:1", "two for each level"),
    ("quote without end", 'a: "foo\nb: 2\n', "RB013", "1:4", 'write " where the text ends'),
    ("quote without end, last line", "a: 1\nb: 'foo", "RB013", "2:4", "write ' where the text ends"),
    ("quote that ends in the next text", 'a: "x\nb: "y"\n', "RB013", "1:4", 'write " where the text ends'),
    ("apostrophe", "a: 'it's fine'\n", "RB013", "1:8", """one pair of quotes: "it's fine\""""),
    ("text behind a quoted one", "when: 'a' == x  # c\n", "RB013", "1:11", """quotes: "'a' == x\""""),
    ("unknown escape", 'a: "\\d+"\n', "RB013", "1:5", "write \\\\ for one backslash"),
    ("half a character", 'a: "\\ud83d"\n', "RB013", "1:", "write the character itself"),
    ("list without end", "a: [x, z\nb: 2\n", "RB014", "1:4", "write ] where it ends"),
    ("list without end, last line", "b: 1\na: [x, z\n", "RB014", "2:4", "write ] where it ends"),
    ("mapping without end", "a:\n  b: {x: 1\n  c: 2\n", "RB014", "2:6", "write } where it ends"),
    ("the other bracket", "a: {b: [x}\n", "RB014", "1:10", "write ] here"),
    ("no comma", 'a: ["x" "z"]\n', "RB014", "1:9", "put a comma"),
    ("no comma, next line", 'a: [\n  "x"\n  "z"\n]\n', "RB014", "3:3", "put a comma"),
    ("bracket too many", "a: [x]]\n", "RB014", "1:7", "remove it"),
    ("bracket too many, next line", "a: 1\n]\n", "RB014", "2:1", "remove it"),
    ("bracket too many at the end", "{a: 1}}\n", "RB014", "1:7", "remove it"),
    ("text behind a list", "a: [x] z\n", "RB014", "1:8", 'quotes: "[x] z"'),
    ("comma too many", '{"a": 1,, "b": 2}\n', "RB014", "1:9", "remove it"),
    ("colon in a text", "title: Reminder: pay now\n", "RB015", "1:16", '`title: "Reminder: pay now"`.'),
    ("colon in an item", "- a: it's: c # d\n", "RB015", "1:10", 'a: "it\'s: c"'),
    (
        "indented too little",
        "a:\n  b: 1\n c: 2\n",
        "RB016",
        "3:2",
        "at column 3, like `b`, or at column 1, like `a`",
    ),
    (
        "item indented too little",
        "steps:\n  - id: x\n - id: z\n",
        "RB016",
        "3:2",
        "begin it at column 3, like `- id: x`.",
    ),
    (
        "key below its dash",
        "steps:\n  - id: x\n   channel: s\n",
        "RB016",
        "3:4",
        "begin it at column 5, like `id`.",
    ),
    ("indented below a value", "# c\na: 1\n\n  b: 2\n", "RB016", "4:3", 'column 1, like "a"'),
    ("indented below a comment", "a: 1\n  # c\n  b: 2\n", "RB016", "3:3", "begin it at column 1,"),
    ("indented below an item", "- id: x\n     to: z\n", "RB016", "2:6", 'column 3, like "id"'),
    ("key among items", "- a\nb: 1\n", "RB016", "2:1", "indent it below the key"),
    ("item among keys", "b: 1\n- a\n", "RB016", "2:1", "indent it below the key"),
    ("list on the key's line", "a: - b\n", "RB016", "1:4", "begin the list on the next line"),
    ("per cent sign", "a: %foo\n", "RB017", "1:4", 'quotes: "%foo"'),
    ("at sign", "a: [@foo, b]\n", "RB017", "1:5", 'quotes: "@foo"'),
    ("backtick", "a: `foo`  # c\n", "RB017", "1:4", 'quotes: "`foo`"'),
    ("asterisk", "a: * b\n", "RB017", "1:4", 'quotes: "* b"'),
    ("ampersand", "a: & b\n", "RB017", "1:4", 'quotes: "& b"'),
    ("greater than", "title: >= 5\n", "RB017", "1:8", 'quotes: ">= 5"'),
    ("greater than in when", "when: >= 5\n", "RB017", "1:7", "`when: steps.<id>.failed_pct >= 5`"),
    ("greater than in success", "success: > 5%\n", "RB017", "1:10", "`success: matched > 5`"),
    ("star for everyone", "filters: *\n", "RB017", "1:10", "write `filters: everyone`"),
    ("star for any", "filters: {language: *}\n", "RB017", "1:21", "leave language out"),
    ("colon for a sign", "when: steps.a.status: partial\n", "RB015", "1:21", "steps.a.status == 'partial'"),
    ("colon in success", "success: failed: 5\n", "RB015", "1:16", "write `success: failed <= 5`"),
    ("colon elsewhere", "when: what: 5\n", "RB015", "1:11", "put the whole text in quotes"),
    ("bar", "a: |foo\n", "RB017", "1:4", 'quotes: "|foo"'),
    ("no colon", "a: 1\nfoo\nb: 2\n", "RB018", "2:1", "write a key, a colon"),
    ("no space behind the colon", "a: 1\nfoo:bar\nb: 2\n", "RB018", "2:4", "write `foo: bar`."),
    ("no space behind the dash", "s:\n  -id: x\n   b: 1\n", "RB028", "2:3", "write `- id: x`."),
    ("blank before the colon", "a: 1\nlimit :100\nb: 2\n", "RB018", "2:6", "write `limit: 100`."),
    ("colon of full width", "a: 1\nlimit\uff1a 100\nb: 2\n", "RB018", "2:6", "write `limit: 100`."),
    ("blank of full width", "a: 1\nlimit:\u3000100\nb: 2\n", "RB018", "2:7", "write `limit: 100`."),
    ("two dashes", "s:\n  -- id: x\n     b: 1\n", "RB028", "2:3", "write `- id: x`."),
    ("two dashes apart", "s:\n  - id: z\n  - - id: x\n    b: 1\n", "RB028", "3:3", "write `- id: x`."),
    ("comma behind a quote", '- "id": "c",\n  "b": "d"\n', "RB013", "1:12", "remove the comma"),
    ("comma behind a brace", 'a: {b: c},\nd: "e"\n', "RB013", "1:10", "remove the comma"),
    (
        "two texts in a condition",
        "when: 'a' == x or x == 'b'\n",
        "RB013",
        "1:11",
        "quotes: \"'a' == x or x == 'b'\"",
    ),
    ("two quoted words", 'title: "A" for "B"\n', "RB013", "1:12", 'quotes: \'"A" for "B"\''),
    ("no colon behind a key", "a: 1\nlimit 100\nb: 2\n", "RB018", "2:1", "write `limit: 100`."),
    ("equals for a colon", "a: 1\nlimit = 100\nb: 2\n", "RB018", "2:1", "write `limit: 100`."),
    ("no colon before a bracket", "a: 1\nids [x, z]\nb: 2\n", "RB018", "2:1", "write `ids: [x, z]`."),
    ("no dash at the first item", "steps:\n    id: x\n  - id: z\n", "RB028", "2:5", "dash: `- id: x`."),
    ("no dash before an id", "steps:\n  id: x  # c\n    title: z\n", "RB028", "2:3", "dash: `- id: x`."),
    ("bullet for a dash", "steps:\n  - id: x\n  \u2022 id: z\n", "RB028", "3:3", "write `- id: z`."),
    ("star for a dash", "steps:\n  - id: x\n  * id: z\n", "RB028", "3:3", "write `- id: z`."),
    ("number for a dash", "steps:\n  - id: x\n  2. id: z\n", "RB028", "3:3", "write `- id: z`."),
    ("slashes for a comment", "a: 1\n// why\nb: 2\n", "RB029", "2:1", "write `# why`."),
    ("comment of another language", "a: 1\n/* why */\nb: 2\n", "RB029", "2:1", "write `# why`."),
    ("first key indented", " a: 1\nb: 2\n", "RB016", "1:2", "begin it at column 1, like `b`."),
    ("key too far left", "s:\n  - a: 1\nlimit: 2\n  - b: 3\n", "RB016", "3:1", "column 5, like `a`."),
    (
        "first key beside its owner",
        "f:\na: 1\n  b: 2\n",
        "RB016",
        "2:1",
        "indent it by two spaces, to stand below `f`.",
    ),
    ("first group beside its owner", "f:\na: [1]\n   b: 2\n", "RB016", "2:1", "indent it by 3 spaces"),
    ("dash before a key", "s:\n  limit: 1\n- when: b\n", "RB016", "3:1", "write `when: b` without the dash"),
    (
        "dash before a first key",
        "once:\n  - per: 1\n  a: b\n",
        "RB016",
        "2:3",
        "write `per: 1` without",
    ),
    ("dash before an input", "inputs:\n  a: 1\n  - b: 2\n", "RB016", "3:3", "write `b: 2` without the dash"),
    (
        "colon in an endless line",
        f"a: 1\nb: {'x, ' * 700}y c: d\n",
        "RB005",
        "2:",
        "look for a missing quote",
    ),
    ("condition in brackets", "when: [a in ['b', 'c']]\n", "RB014", "1:7", "write `when: a in ['b', 'c']`;"),
    ("keys on one line", "campaign: id: x\n", "RB015", "1:13", "braces: `campaign: {id: x}`."),
    ("question mark", "a: ? b\n", "RB017", "1:4", 'quotes: "? b"'),
    (
        "path of Windows",
        'a: "C:\\Users"\n',
        "RB013",
        "1:7",
        "quotes, in which it stands for itself: 'C:\\Users'",
    ),
    ("no key", "a: 1\n: x\n", "RB018", "2:1", "write the key"),
    ("template in a text", "limit: {{ inputs.cap }}0\nb: 1\n", "RB010", "1:8", '"{{ inputs.cap }}"'),
    ("template in a mapping", "a: {b: {{ x }} z}\n", "RB010", "1:8", '"{{ x }}"'),
    ("template without end", "a: {{ x }\nb: 1\n", "RB010", "1:4", "put the whole value in quotes"),
    ("merge conflict", "<<<<<<< a\nb: 1\n=======\nb: 2\n>>>>>>> c\n", "RB009", "1:1", "keep one of the two"),
    ("anything else", "a: 1\n... x\n", "RB005", "2:5", "look for"),
]


@pytest.fixture(params=["C", "Python"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML, which word their complaints differently."""
    monkeypatch.setattr(source, "_PARSER", yaml.CSafeLoader if request.param == "C" else yaml.SafeLoader)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("text", "code", "place", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_fault_of_syntax_is_said_in_plain_words(text: str, code: str, place: str, said: str) -> None:
    """One finding, where the mistake is, with what to write; nothing of the file is used."""
    document = read(text.encode(), "a.yaml")
    (finding,) = document.diagnostics
    span = finding.span
    assert (finding.kind.code, f"{span.line}:{span.column}"[: len(place)]) == (code, place)
    assert said in finding.help
    assert document.data is None


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_a_place_is_right_with_every_line_break(line_break: str) -> None:
    """Lines are the same, however they end."""
    text = line_break.join(["a:", "  b: 1", "# c", " c: 2", ""])
    (finding,) = read(text.encode(), "a.yaml").diagnostics
    assert (finding.span.line, finding.span.column) == (4, 2)
    assert "column 3, like `b`, or at column 1, like `a`" in finding.help


def test_what_was_found_before_is_kept() -> None:
    """A fault of syntax does not hide the others above it."""
    found = read(b"a: yes\nb: [1\n", "a.yaml").diagnostics
    assert [finding.kind.code for finding in found] == ["RB030", "RB014"]


@pytest.mark.parametrize(
    "text",
    [
        "a: b" + " " * 5_000_000 + "\n c: d",
        "a: @" + " #" * 2_000_000,
        'a: "x" ' + "z: " * 1_000_000,
        "a" * 5_000_000 + ": 1",
        "a: " + "{{ " * 40 + " , {{" * 90_000,
        "s:\n" + "   k: 1\n" * 90_000 + "  c: 2\n",
    ],
    ids=["blanks", "comments", "colons", "key", "templates", "lines"],
)
def test_a_hostile_text_is_refused_in_short(text: str) -> None:
    """A fault in a huge line gives a finding that fits on a screen."""
    for finding in read(text.encode(), "a.yaml").diagnostics:
        assert len(finding.message) + len(finding.help) < 400
