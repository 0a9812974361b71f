import pytest

from engine.runbook.source import read

STEP = "steps:\n  - id: a\n    {}\n"


def found(text: str) -> list[tuple[str, str, str]]:
    """Give each finding's code, place and help."""
    document = read(text.encode(), "a.yaml")
    return [
        (each.kind.code, f"{each.span.line}:{each.span.column}", each.help) for each in document.diagnostics
    ]


@pytest.mark.parametrize(
    ("line", "code", "place", "said"),
    [
        ("title: #1 of two", "RB035", "3:12", '`title: "#1 of two"`'),
        ("limit: #100", "RB035", "3:12", '`limit: "#100"`'),
        ('template: t1"', "RB013", "3:17", '"t1"'),
        ("template: t1'", "RB013", "3:17", '"t1"'),
        ('title: about {{ inputs.x }}"', "RB013", "3:32", '"about {{ inputs.x }}"'),
        ('title: "C:\\temp"', "RB013", "3:15", "'C:\\temp'"),
        ('template: "D:\\new"', "RB013", "3:18", "'D:\\new'"),
        ("filters: {ids: [\n      a\n      b]}", "RB036", "5:7", "a comma between them: `a, b`"),
        ("filters: {ids: [a\nb]}", "RB036", "4:1", "a comma between them: `a, b`"),
        ("filters:\n      ids:\n        a\n        b", "RB036", "6:9", "on one line"),
        ("filters:\n      ids:\n        -a\n        -b", "RB028", "5:9", "write `- a`, and so on below."),
        ("filters:\n      ids:\n        -a", "RB028", "5:9", "write `- a`."),
        (
            "filters:\n      custom:\n        a = b\n        dpd=30",
            "RB018",
            "5:9",
            "write `a: b`, and so on below.",
        ),
        ("filters:\n      custom:\n        dpd:30\n        c:d", "RB018", "5:9", 'write `dpd: "30"`, and'),
        ("retry:\n      attempts = 3\n      within = 30s", "RB018", "4:7", "write `attempts: 3`, and"),
        ("title: Reminder #1", "RB039", "3:21", 'quotes: "Reminder #1"'),
        ("title: Reminder #1 of #2", "RB039", "3:21", 'quotes: "Reminder #1 of #2"'),
        ("filters:\n      custom:\n        branch: pune #2", "RB039", "5:22", 'quotes: "pune #2"'),
        ("filters:\n      ids:\n        - a\n          - b", "RB016", "6:11", "column 9, like `- a`"),
        ("filters:\n      ids:\n        a\n        - b", "RB028", "5:9", "write `- a`."),
        ("filters:\n      ids:\n        -a\n        - b", "RB028", "5:9", "write `- a`."),
        ("filters: {ids: [1.23E+12]}", "RB037", "3:21", "copy all its digits"),
        ("filters: {ids: [1e5]}", "RB037", "3:21", "copy all its digits"),
        ("filters: {ids: [00123]}", "RB033", "3:21", '"00123"; the API compares text'),
        ("limit: yes", "RB030", "3:12", "write a number: `limit: 100`, or `limit: none`"),
        ("limit: +250", "RB033", "3:12", "write a number: `limit: 250`, or `limit: none`"),
        ("limit: 10:00", "RB032", "3:12", "write a number: `limit: 100`, or `limit: none`"),
        ("limit: .inf", "RB033", "3:12", "write a number: `limit: 100`, or `limit: none`"),
        ("retry: {attempts: 03}", "RB033", "3:23", "write a number: `attempts: 3`."),
        ("expect: {matched: {min: 1,000}}", "RB033", "3:31", "without a comma: 1000."),
        ("success: [failed_pct < 1,000]", "RB033", "3:30", "write the number without it: 1000."),
        ("when: yes", "RB030", "3:11", "a step without `when` always runs"),
        ("when: !steps.a.ran", "RB038", "3:11", "write `not steps.a.ran`."),
        ("when: ! steps.a.ran", "RB038", "3:11", "write `not steps.a.ran`."),
        ("when: !(steps.a.ran)", "RB038", "3:11", "write `not (steps.a.ran)`."),
        ("when: !steps.a.failed > 3", "RB038", "3:11", "write `not steps.a.failed > 3`."),
        ("when: !steps.a.ran and inputs.x", "RB038", "3:11", "write `not steps.a.ran and inputs.x`."),
        ("when: {{ steps.a.ran }}", "RB010", "3:11", "write it bare: steps.a.ran."),
        ("when: !!str yes", "RB021", "3:11", "remove it"),
        ("title: !wow", "RB021", "3:12", 'quotes: "!wow"'),
        ("filters:\n      payment_status: !paid", "RB021", "4:23", "name those who are meant"),
    ],
)
def test_what_nobody_meant_is_told_with_the_mend(line: str, code: str, place: str, said: str) -> None:
    """One finding for one slip, in the author's own words, at the very sign."""
    ((its_code, its_place, help_),) = found(STEP.format(line))
    assert (its_code, its_place) == (code, place)
    assert said in help_


@pytest.mark.parametrize(
    "line",
    [
        "title: it's 6\" wide",
        "title: goes\n      on here",
        "description: >\n      - a\n      - b",
        "when: inputs.x == 'a'\n      and inputs.y == 'b'",
        "success: status == 'failed'",
        'template: "a\\\\b"',
        "x-note: ends in '",
        "limit:   # behind the key\n      100",
        'filters: {custom: {size: "6\'"}}',
    ],
)
def test_what_is_meant_so_is_left_alone(line: str) -> None:
    """Prose, conditions over two lines, and whatever stands in quotes are as they are."""
    assert found(STEP.format(line)) == []
