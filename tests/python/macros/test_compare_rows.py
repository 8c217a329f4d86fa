"""Two tables compared row by row: by key, as multisets, within partitions."""

from __future__ import annotations

import re

import pytest
import yaml

from dbt_playbooks.pytest_plugin.errors import MacroError

pytestmark = pytest.mark.targets("duckdb", "emulator")

# what Jinja decides is the same whatever runs it
decided_by_jinja = pytest.mark.targets("duckdb")

TYPES = {"id": "int64", "name": "string", "day": "date", "amount": "float64"}


@pytest.fixture
def sides(table):
    """Makes two tables of rows (id, name, day, amount)."""

    def make(old, new):
        return [table([dict(zip(TYPES, row, strict=True)) for row in rows] or None, TYPES) for rows in (old, new)]

    return make


def row(number, name="n", day="2024-01-01", amount=1.0):
    return (number, name, day, amount)


def counts(found):
    return found["only_in_old"], found["only_in_new"], found["differing"]


def test_equal_tables_are_the_same_in_any_order(macro, sides):
    old, new = sides([row(1), row(2, None)], [row(2, None), row(1)])
    result = macro("compare_rows", old, new, key="id", by="day")
    assert result.value["same"]
    assert counts(result.value) == (0, 0, 0)
    assert "hold the same rows" in result.printed
    assert macro("compare_rows", old, new).value["same"]


def test_rows_of_one_side_and_rows_that_differ_are_counted_and_shown(macro, sides):
    old, new = sides([row(1), row(2), row(3, amount=3.0)], [row(2), row(3, "m", amount=4.0), row(4)])
    result = macro("compare_rows", old, new, key="id")
    found = result.value
    assert not found["same"]
    assert counts(found) == (1, 1, 1)
    assert found["matched"] == 2
    assert found["columns"] == {"name": 1, "amount": 1}
    shown = {each["key"]["id"]: each for each in found["sample"]}
    assert {key: each["status"] for key, each in shown.items()} == {
        "1": "only in old",
        "3": "differs",
        "4": "only in new",
    }
    assert set(shown["3"]["columns"]) == {"name", "amount"}
    assert shown["3"]["columns"]["name"] == ["n", "m"]
    assert shown["1"]["columns"]["name"] == ["n", None]
    assert "1 row only in old, 1 only in new, 1 that differ" in result.printed


def test_a_key_that_moved_to_another_date_is_a_change(macro, sides):
    days = [f"2024-01-{day:02}" for day in range(1, 29)]
    old = [row(number, day=day) for number, day in enumerate(days)]
    new = [row(3, day="2024-01-20") if each[0] == 3 else each for each in old]
    result = macro("compare_rows", *sides(old, new), key="id", by="day")
    assert counts(result.value) == (0, 0, 1)
    assert result.value["columns"] == {"day": 1}
    assert result.value["partitions"] == ["2024-01-04", "2024-01-20"]
    assert "they differ in 2 of day: 2024-01-04, 2024-01-20" in result.printed
    joined = [sql for sql in result.statements if "full outer join" in sql]
    assert len(joined) == 1
    assert joined[0].count("date '2024-01-04'") == joined[0].count("date '2024-01-20'") == 2, "a literal a side"


DAYS = "select i as id, date '2024-01-01' + cast(i // 3000 as integer) as day, {} as amount from range(120000) as t(i)"


def sent(result, words, without="where"):
    """Statements with these words; the sides of a join are cut out of one table by a WHERE of its own."""
    return [sql for sql in result.statements if words in sql and without not in re.sub("where (not )?is_old", "", sql)]


@pytest.mark.targets("duckdb")
def test_most_rows_differ_and_then_all_are_joined_at_once(macro, made):
    result = macro("compare_rows", made(DAYS.format(0)), made(DAYS.format(1)), key="id", by="day")
    assert counts(result.value) == (0, 0, 120000)
    assert result.value["partitions"] is None
    assert sent(result, "as checksum") == [], "checksums of all partitions would be wasted"
    assert len(sent(result, "full outer join")) == 1


@pytest.mark.targets("duckdb")
def test_a_few_rows_of_most_partitions_differ_and_then_only_their_buckets_are_joined(macro, made):
    old, new = made(DAYS.format(0)), made(DAYS.format("(i % 3000 = 7)::int"))
    result = macro("compare_rows", old, new, key="id", by="day")
    assert counts(result.value) == (0, 0, 40)
    assert (result.value["matched"], result.value["partitions"]) == (120000, None)
    (join,) = sent(result, "full outer join", without="nothing")
    assert " % 201 in (" in join


@pytest.mark.targets("duckdb")
def test_a_table_that_is_not_laid_out_by_its_partitions_is_read_once_for_checksums(macro, made):
    old, new = (made(DAYS.format(0) + f" order by hash(i + {seed})") for seed in (1, 2))
    result = macro("compare_rows", old, new, key="id", by="day")
    assert result.value["same"]
    assert len([sql for sql in result.statements if "as checksum" in sql]) == 1


def test_duplicate_keys_do_not_multiply_and_are_reported(macro, sides):
    old, new = sides([row(1), row(1, "m"), row(2)], [row(1, "m"), row(1), row(2, "x")])
    result = macro("compare_rows", old, new, key="id")
    assert counts(result.value) == (0, 0, 1)
    assert result.value["duplicate_keys"] == 1
    assert "1 keys are there more than once" in result.printed
    old, new = sides([row(1), row(1), row(1)], [row(1)])
    assert counts(macro("compare_rows", old, new, key="id").value) == (2, 0, 0)
    assert macro("compare_rows_sql", old, new, key="id").rows.dicts[0]["status"] == "only in old"


@pytest.mark.targets("duckdb")
def test_rows_of_many_duplicates_are_found_before_they_are_joined(macro, made):
    old = made("select i % 3 as id, i as amount from range(200000) as t(i)")
    new = made("select i % 3 as id, i + (i = 7)::int as amount from range(200000) as t(i)")
    result = macro("compare_rows", old, new, key="id")
    assert any("as bucket" in sql for sql in result.statements)
    assert result.value["only_in_old"] == result.value["only_in_new"] == 0
    assert result.value["duplicate_keys"] == 3
    assert result.value["differing"] >= 1


@pytest.mark.targets("duckdb")
def test_rows_are_numbered_only_where_keys_repeat(macro, sides):
    rows = [row(number) for number in range(9)]
    for new, repeat in (
        ([*rows[:8], row(8, "m")], 0),
        ([*rows[:8], row(8, "m"), row(8, "n")], 1),
        ([*rows[:7], row(20), row(20)], 1),
    ):
        for swapped in (False, True):
            old_table, new_table = sides(*([new, rows] if swapped else [rows, new]))
            result = macro("compare_rows", old_table, new_table, key="id")
            assert result.value["duplicate_keys"] == repeat
            assert any("copy_number" in sql for sql in result.statements) is (repeat > 0)


def test_without_a_key_rows_are_counted_as_often_as_they_are_there(macro, sides):
    old, new = sides([row(1), row(1), row(2), row(3)], [row(1), row(2), row(4)])
    result = macro("compare_rows", old, new)
    assert counts(result.value) == (2, 1, 0)
    found = macro("compare_rows_sql", old, new).rows.dicts
    assert [(each["id"], each["old_copies"], each["new_copies"], each["status"]) for each in found] == [
        (1, 2, 1, "more often"),
        (3, 1, 0, "only in old"),
        (4, 0, 1, "only in new"),
    ]


def test_null_is_equal_to_null_and_nan_to_nan(macro, sides):
    nan = float("nan")
    old, new = sides(
        [row(1, None, None, None), row(2, amount=nan), row(3, amount=nan), row(4, amount=0.0), row(5, None)],
        [row(1, None, None, None), row(2, amount=nan), row(3, amount=None), row(4, amount=-0.0), row(5, "")],
    )
    found = macro("compare_rows", old, new, key="id").value
    assert found["columns"] == {"amount": 1, "name": 1}
    assert counts(found) == (0, 0, 2)


def test_swapped_values_of_two_rows_are_two_differences(macro, sides):
    old, new = sides([row(1, "a"), row(2, "b")], [row(1, "b"), row(2, "a")])
    assert counts(macro("compare_rows", old, new, key="id", by="day").value) == (0, 0, 2)
    assert counts(macro("compare_rows", old, new).value) == (2, 2, 0)


@decided_by_jinja
def test_columns_are_chosen_left_out_and_renamed(macro, sides, table):
    old, _ = sides([row(1, "a", amount=1.0)], [])
    new = table(
        {"id": [1], "title": ["b"], "day": ["2024-01-01"], "amount": [2.0], "extra": [1]},
        {"id": "int64", "title": "string", "day": "date", "amount": "float64", "extra": "int64"},
    )
    result = macro("compare_rows", old, new, key="id")
    assert result.value["columns"] == {"amount": 1}
    assert result.value["only_old_columns"] == ["name"]
    assert result.value["only_new_columns"] == ["title", "extra"]
    assert "columns of the new table only, not compared: title, extra" in result.printed
    renamed = macro("compare_rows", old, new, key="id", rename={"name": "title"}).value
    assert renamed["columns"] == {"title": 1, "amount": 1}
    assert renamed["only_old_columns"] == []
    assert macro("compare_rows", old, new, key="id", columns=["day"]).value["same"]


@decided_by_jinja
def test_a_column_of_one_side_only_is_a_difference_unless_it_is_left_out(macro, table):
    old = table({"id": [1], "day": ["2024-01-01"]}, {"id": "int64", "day": "date"})
    new = table({"id": [1], "day": ["2024-01-01"], "Extra": [7]}, {"id": "int64", "day": "date", "Extra": "int64"})
    result = macro("compare_rows", old, new, key="id")
    assert (result.value["same_rows"], result.value["same"]) == (True, False)
    assert "differ: the columns that both have hold the same rows; 1 column only in new" in result.printed
    with macro.raises("1 column only in new"):
        macro("compare_rows", old, new, key="id", fail=True)
    assert macro("compare_rows", old, new, key="id", exclude_columns="extra").value["same"]
    assert macro("compare_rows", old, new, key="id", columns="day").value["same"]


@pytest.mark.targets("duckdb")
def test_values_of_unlike_enums_are_compared_as_texts(macro, made):
    old, new = made("select 1 as id, 'A'::enum('A', 'B') as v"), made("select 1 as id, 'a'::enum('a', 'b') as v")
    assert macro("compare_rows", old, new, key="id").value["columns"] == {"v": 1}
    assert not macro("compare_rows", old, new).value["same"]


@decided_by_jinja
def test_a_name_in_rename_may_be_written_in_either_case_and_is_given_once(macro, table):
    old = table({"id": [1], "Amount": [5]}, {"id": "int64", "Amount": "int64"})
    new = table({"id": [1], "amt": [5], "amount": [6]}, {"id": "int64", "amt": "int64", "amount": "int64"})
    found = macro("compare_rows", old, new, key="id", rename={"Amount": "amt"}).value
    assert (found["differing"], found["only_new_columns"]) == (0, ["amount"])
    for name in ("compare_rows", "compare_schemas"):
        with macro.raises("`rename` gives 'id' the name 'AMT', and one of the two is in it already"):
            macro(name, old, new, rename={"amount": "amt", "id": "AMT"})


@pytest.mark.targets("duckdb")
def test_a_key_may_have_a_parenthesis_in_its_name_and_hold_several_values(macro, table):
    old = table({"v (eur)": [1, 2], "w": [1, 1]}, {"v (eur)": "int64", "w": "int64"})
    new = table({"v (eur)": [1, 2], "w": [1, 3]}, {"v (eur)": "int64", "w": "int64"})
    assert macro("compare_rows", old, new, key="v (eur)").value["columns"] == {"w": 1}
    assert macro("compare_rows", old, new, key="w, abs(w)").value["differing"] == 0, "one value, not a column more"


@pytest.mark.targets("duckdb")
def test_duplicates_that_were_not_counted_are_not_said_to_be_none(macro, made):
    old = made("select i as id from range(400000) as t(i) union all select 999999 from range(3)")
    found = macro("compare_rows", old, made("select i as id from range(400000) as t(i)"), key="id").value
    assert (found["only_in_old"], found["duplicate_keys"]) == (3, None)


@decided_by_jinja
def test_days_within_the_tolerance_are_not_said_to_differ(macro, sides):
    days = [f"2024-01-{day:02}" for day in range(1, 9)]
    old = [row(number, day=day) for number, day in enumerate(days)]
    new = [(*each[:3], {2: 1.001, 3: 2.0}.get(each[0], 1.0)) for each in old]
    result = macro("compare_rows", *sides(old, new), key="id", by="day", tolerance=0.01)
    assert result.value["differing"] == 1
    assert "they differ, within the tolerance or beyond it, in 2 of day: 2024-01-03, 2024-01-04" in result.printed


@decided_by_jinja
def test_columns_of_another_type_are_named_although_their_values_agree(macro, table):
    old = table({"id": [1], "value": [10]}, {"id": "int64", "value": "int64"})
    new = table({"id": [1], "value": [10.0]}, {"id": "int64", "value": "float64"})
    result = macro("compare_rows", old, new, key="id")
    assert result.value["same"]
    assert list(result.value["retyped_columns"]) == ["value"]
    assert "its values are compared" in result.printed


def test_since_counts_the_rows_from_a_day_on(macro, sides):
    rows = [row(1, day="2024-01-01"), row(2, day="2024-01-02"), row(3, day=None)]
    old, new = sides(rows, [row(2, day="2024-01-02"), row(4, day="2024-01-03")])
    found = macro("compare_rows", old, new, key="id", by="day", since="2024-01-02").value
    assert (found["old_rows"], found["new_rows"], *counts(found)) == (1, 2, 0, 1, 0)
    narrower = macro("compare_rows", old, new, key="id", by="day", since="2024-01-02", where="id < 4 or id = 9").value
    assert narrower["same"]


@decided_by_jinja
def test_since_needs_dates_to_count_by(macro, sides):
    old, new = sides([row(1)], [row(1)])
    with macro.raises("since 2024-01-02 needs the column of dates that it counts by, and `by` is not given"):
        macro("compare_rows", old, new, key="id", since="2024-01-02")
    with macro.raises("and `by` (name) is none. Give by: a column of type date, datetime or timestamp"):
        macro("compare_rows", old, new, key="id", by="name", since="2024-01-02")
    with macro.raises("since is '2024-02-30'"):
        macro("compare_rows", old, new, key="id", by="day", since="2024-02-30")


def test_types_are_cast_to_a_common_one_or_refused_by_name(macro, table):
    old = table({"id": [1], "value": [10]}, {"id": "int64", "value": "int64"})
    new = table({"id": [1], "value": [10.5]}, {"id": "int64", "value": "float64"})
    assert macro("compare_rows", old, new, key="id").value["columns"] == {"value": 1}
    same = table({"id": [1], "value": [10.0]}, {"id": "int64", "value": "float64"})
    assert macro("compare_rows", old, same, key="id").value["same"]
    text = table({"id": [1], "value": ["10"]})
    with macro.raises("column 'value' is"):
        macro("compare_rows", old, text, key="id")
    with macro.raises("which have no type in common. Leave it out with exclude_columns: [value]"):
        macro("compare_rows", old, text, key="id")


def test_values_may_lie_apart_by_a_tolerance(macro, sides):
    old, new = sides([row(1, amount=100.0), row(2, amount=1.0)], [row(1, amount=100.5), row(2, amount=1.5)])

    def differing(tolerance):
        return macro("compare_rows", old, new, key="id", tolerance=tolerance).value["differing"]

    assert differing(None) == differing(0.4) == 2
    assert differing(0.5) == differing({"amount": 0.5}) == 0
    assert differing({"relative": 0.01}) == differing({"amount": {"relative": 0.01}}) == 1


@decided_by_jinja
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "idd"}, "lacks the key: idd. It has: id, name, day, amount."),
        ({"key": "id", "columns": ["amuont"]}, "lacks a column of `columns`: amuont"),
        ({"key": "id", "exclude_columns": ["x"]}, "lacks a column of `exclude_columns`: x"),
        (
            {"key": "id", "exclude_columns": ["id", "name", "day", "amount"]},
            "have no column in common that is to be compared",
        ),
        ({"key": "id", "by": "dya"}, "lacks the column of `by`: dya"),
        ({"key": "id", "rename": {"x": "name"}}, "lacks a column of `rename` (old name: new name): x"),
        ({"key": "id", "tolerance": {"name": 1}}, "tolerance of column 'name', which holds no numbers"),
        ({"tolerance": 1}, "a tolerance needs a key"),
        ({"key": "name"}, "the key name is NULL in 1 row of"),
    ],
)
def test_what_cannot_be_compared_is_refused(macro, sides, arguments, said):
    old, new = sides([row(1, None)], [row(1)])
    with macro.raises(said):
        macro("compare_rows", old, new, **arguments)


@decided_by_jinja
def test_a_gate_ends_with_the_counts(macro, sides):
    old, new = sides([row(1)], [row(2)])
    with macro.raises("differ: 1 row only in old, 1 only in new, 0 that differ"):
        macro("compare_rows", old, new, key="id", fail=True)


def test_a_condition_is_sent_as_it_was_written(macro, sides):
    end = "\n" if macro.target == "duckdb" else "\\n"
    old, new = sides([row(1, "a\n  b"), row(2)], [row(1, "a\n  b", amount=2.0), row(3)])
    found = macro("compare_rows", old, new, key="id", by="day", where=f"name = 'a{end}  b'").value
    assert (found["old_rows"], found["new_rows"], counts(found)) == (1, 1, (0, 0, 1))


def test_what_is_the_same_by_the_tolerance_alone_is_said_so(macro, sides):
    old, new = sides([row(1), row(2)], [row(1), row(2, amount=1.001)])
    within = macro("compare_rows", old, new, key="id", tolerance=0.01)
    assert within.value["within_tolerance"]
    assert "hold the same rows within the tolerance" in within.printed
    exact = macro("compare_rows", old, old, key="id", tolerance=0.01)
    assert not exact.value["within_tolerance"]
    assert "within the tolerance" not in exact.printed


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("id", "coalesce(id, -1)"),
        ("amount", "coalesce(amount, -1)"),
        ("name", "coalesce(name, '')"),
        ("day", "coalesce(day, date '1900-01-01')"),
        (["id", "name"], ["coalesce(id, -1)", "coalesce(name, '')"]),
    ],
)
def test_a_null_key_is_given_a_value_of_its_type_and_what_is_printed_works(macro, sides, key, hint):
    old, new = sides(
        [row(1), (None, None, None, None)],
        [row(1, amount=1.0), (None, None, None, None), row(3, "o", "2024-01-03", 3.0)],
    )
    with pytest.raises(MacroError, match="rows are compared as a whole then") as raised:
        macro("compare_rows", old, new, key=key)
    typed = {
        name: yaml.safe_load(text)
        for name, text in re.findall(r"\((where|key): (\[.*?\]|\".*?\")\)[,;]", str(raised.value))
    }
    assert typed["key"] == hint
    assert counts(macro("compare_rows", old, new, key=typed["key"]).value) == (0, 1, 0)
    assert counts(macro("compare_rows", old, new, key=key, where=typed["where"]).value) == (0, 1, 0)
