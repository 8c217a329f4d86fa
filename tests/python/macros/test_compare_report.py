"""What a comparison says beyond its counts: shares, per column, samples by kind, days of one side, texts that look alike."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb")


@pytest.fixture
def report(macro, made):
    def compare(old, new, **arguments):
        arguments = {"key": "id", **arguments}
        return macro("compare_rows", *map(made, (old, new)), **arguments)

    return compare


OLD = (
    "select i as id, date '2024-01-01' + cast(i % 4 as int) as d, i * 10 as amount, 'n' || i as name, "
    "timestamp '2024-01-01' as happened from range(1000) r(i)"
)


def changed(**values):
    return f"select id, {', '.join(f'{values.get(name, name)} as {name}' for name in ('d', 'amount', 'name', 'happened'))} from ({OLD})"


def test_shares_and_what_differs_by_column(report):
    new = changed(
        amount="case when id = 7 then 1000000 when id = 8 then null when id < 5 then amount + 1 else amount end",
        happened="case when id = 9 then happened + interval 90 minute else happened end",
        d="case when id = 10 then d + 40 else d end",
    )
    found = report(OLD, new).value
    assert found["share_the_same"] == 991 / 1000
    assert found["columns"] == {"amount": 7, "happened": 1, "d": 1}
    assert found["by_column"]["amount"] == {
        "differing": 7, "half_null": 1, "greatest_distance": "999930.0", "share_the_same": 993 / 1000
    }  # fmt: skip
    assert found["by_column"]["happened"]["greatest_distance"] == "5400.0"
    assert found["by_column"]["d"]["greatest_distance"] == "40"
    printed = report(OLD, new).printed
    assert "99.10 % of all are the same" in printed
    assert (
        "amount  7                99.30 %   1                 999930.0" in " ".join(printed.split(" "))
        or "99.30 %" in printed
    )


def test_one_row_of_many_is_not_rounded_away(report):
    many = OLD.replace("range(1000)", "range(100000)")
    found = report(many, many.replace("i * 10", "case when i = 5 then 1 else i * 10 end"))
    assert "99.99 % of all are the same" in found.printed
    assert (
        "under 0.01 % of all are the same"
        in report(many, many.replace("i * 10", "case when i = 5 then 50 else 1 end")).printed
    )


def test_rows_of_one_side_crowd_out_no_changes(report):
    new = (
        f"select * replace (case when id = 999 then 0 else amount end as amount) from ({OLD}) where id > 500 "
        f"union all select id + 5000, d, amount, name, happened from ({OLD})"
    )
    result = report(OLD, new, sample=3)
    kinds = [each["status"] for each in result.value["sample"]]
    assert kinds == ["differs", *["only in old"] * 3, *["only in new"] * 3]
    assert [each["key"]["id"] for each in result.value["sample"]] == ["999", "0", "1", "2", "5000", "5001", "5002"]
    lines = result.printed.splitlines()
    at = lines.index("some of the rows only in old:")
    assert lines[at + 1].split() == ["id", "d", "amount", "name", "happened"]
    assert [line.split()[0] for line in lines[at + 3 : at + 6]] == ["0", "1", "2"], "a line a row"


def test_keys_are_ordered_as_numbers(report):
    sample = report(OLD, changed(amount="amount + 1"), sample=12).value["sample"]
    assert [each["key"]["id"] for each in sample] == [str(i) for i in range(12)]
    two = report(OLD, changed(amount="amount + 1"), key=["d", "id"], sample=2).value["sample"]
    assert [each["key"]["id"] for each in two] == ["0", "4"]


def test_days_of_one_side_are_told(report):
    new = f"select * from ({OLD}) where d <> '2024-01-02' union all select 5000, date '2024-02-01', 1, 'x', timestamp '2024-01-01'"
    result = report(OLD, new, by="d")
    assert (result.value["only_old_partitions"], result.value["only_new_partitions"]) == (
        ["2024-01-02"],
        ["2024-02-01"],
    )
    assert "only old has rows in 1 of d: 2024-01-02" in result.printed
    assert "only new has rows in 1 of d: 2024-02-01" in result.printed
    assert "only old has rows" not in report(OLD, new).printed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'café'", "'cafe' || chr(769)", "differs at character 4: U+00E9 in old, U+0065 in new"),
        ("'a b'", "'a' || chr(160) || 'b'", "differs at character 2: U+0020 in old, U+00A0 in new"),
        ("'a'", "'a '", "differs at character 2: the end of the text in old, U+0020 in new"),
        ("'a' || chr(8203)", "'a'", "differs at character 2: U+200B in old, the end of the text in new"),
        ("repeat('x', 70000) || 'A'", "repeat('x', 70000) || chr(913)", "differs at character 70001: U+0041 in old, U+0391 in new"),
        ("'abc'", "'abd'", None),
        ("''", "'d'", None),
        ("'7'", "null::varchar", None),
    ],
)  # fmt: skip
def test_texts_that_look_alike_are_told_apart(report, old, new, said):
    result = report(f"select 1 as id, {old} as name", f"select 1 as id, {new} as name")
    assert result.value["columns"] == {"name": 1}
    assert (said in result.printed) if said else ("at character" not in result.printed)
    assert len(result.value["look_alike"]) == (1 if said else 0)
    assert max(map(len, result.printed.splitlines())) < 400


def test_what_lies_within_the_tolerance_is_counted_and_said(report):
    result = report(OLD, changed(amount="amount + case when id < 3 then 1 else 0 end"), tolerance={"amount": 1})
    assert (result.value["same"], result.value["within_tolerance"], result.value["share_the_same"]) == (True, 3, 1.0)
    assert "hold the same rows within the tolerance: 3 rows differ by less" in result.printed
    more = report(
        OLD, changed(amount="amount + case when id < 3 then 1 when id = 9 then 7 else 0 end"), tolerance={"amount": 1}
    )
    assert "1 that differ, 3 that differ within the tolerance; 99.90 % of all are the same" in more.printed
    assert report(OLD, OLD, tolerance={"amount": 1}).value["within_tolerance"] == 0


def test_equal_rows_of_a_duplicate_key_meet_first(report):
    ten = "select 1 as id, i as amount from range(10) r(i)"
    found = report(ten, ten.replace("range(10)", "range(9)")).value
    assert (found["differing"], found["only_in_old"], found["only_in_new"]) == (0, 1, 0)
    assert [each["columns"] for each in found["sample"]] == [{"amount": ["9", None]}]
    other = report(ten, f"select id, case when amount = 4 then 44 else amount end as amount from ({ten})").value
    assert [each["columns"] for each in other["sample"]] == [{"amount": ["4", "44"]}]
    assert other["duplicate_keys"] == 1


@pytest.mark.parametrize("more", ["", ", 'a' as kind", ", i % 2 as kind"])
def test_duplicates_within_the_tolerance_are_the_same(report, more):
    old = f"select 1 as id, i + 1.00 as amount{more} from range(30) r(i)"
    new = old.replace("1.00 as", "1.001 as") + " order by random()"
    found = report(old, new, tolerance={"amount": 0.01}).value
    assert (found["same"], found["within_tolerance"]) == (True, 30)
    assert not report(old, new, tolerance={"amount": 0.0001}).value["same"]
    fewer = report(old, f"select * from ({new}) where amount < 30", tolerance={"amount": 0.01}).value
    assert (fewer["only_in_old"], fewer["differing"]) == (1, 0)


def test_without_a_key_samples_are_by_kind_too(report):
    old = "select i as id, 'x' as name from range(30) r(i) union all select 5, 'x'"
    new = "select i as id, 'x' as name from range(10, 60) r(i) union all select 5, 'x'"
    result = report(old, new, key=None, sample=2)
    assert [each["status"] for each in result.value["sample"]] == [
        "more often",
        *["only in old"] * 2,
        *["only in new"] * 2,
    ]
    assert [each["row"]["id"] for each in result.value["sample"]] == ["5", "0", "1", "30", "31"]
    assert "times in old" in result.printed


@pytest.mark.targets("duckdb", "emulator")
def test_characters_are_numbered(macro):
    assert macro("_code_points", ["é", "\u00a0", "A", "'"]).value == {
        "é": "U+00E9",
        "\u00a0": "U+00A0",
        "A": "U+0041",
        "'": "U+0027",
    }
