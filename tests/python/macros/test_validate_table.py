"""Whether a new table is right beside its source: what is a problem, what is only shown, and what it costs."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

TYPES = {"id": "int64", "day": "date", "note": "string"}
GOOD = [(1, "2024-01-01", "a"), (2, "2024-01-02", None), (3, "2024-01-31", "c"), (4, "2024-01-31", "d")]
KEYED = {"key": "id", "date_column": "day"}


@pytest.fixture
def side(table):
    """Makes a table of rows (id, day, note)."""
    return lambda rows=GOOD, **more: table([dict(zip(TYPES, row, strict=True)) for row in rows] or None, TYPES, **more)


def problems(result):
    return {check: why for check, _, _, verdict, why in result.rows if verdict == "problem"}


def test_a_table_like_its_source_is_fine(macro, side):
    result = macro("validate_table", side(), side(), **KEYED, max_null_rate={"note": 0.25}, fail=True)
    assert problems(result) == {}
    head, header, _, *lines = result.printed.splitlines()
    assert head.endswith(" (source): no problem found")
    assert header.split() == ["check", "source", "new", "verdict", "why"]
    assert [re.split(r"\s{2,}", line) for line in lines] == [
        ["rows", "4", "4", "fine", "-"],
        ["first date", "2024-01-01", "2024-01-01", "fine", "-"],
        ["last date", "2024-01-31", "2024-01-31", "fine", "-"],
        ["rows without a date", "0", "0", "fine", "-"],
        ["distinct keys", "-", "4", "-", "-"],
        ["surplus rows of a key", "-", "0", "fine", "-"],
        ["rows without a key", "-", "0", "fine", "-"],
        ["null rate of id", "-", "0.0", "-", "0 of 4 rows"],
        ["null rate of day", "-", "0.0", "-", "0 of 4 rows"],
        ["null rate of note", "-", "0.25", "fine", "1 of 4 rows"],
    ]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(("rows", "found"), [
    (GOOD[:3], {"rows": "differ by -1"}),
    ([*GOOD, (5, "2024-01-31", "e")], {"rows": "differ by +1"}),
    ([(1, "2024-01-02", "a"), *GOOD[1:]], {"first date": "differs"}),
    ([*GOOD[:2], (3, "2024-01-30", "c"), (4, "2024-01-30", "d")], {"last date": "differs"}),
    ([*GOOD[:3], (4, None, "d")], {"rows without a date": "differ by +1"}),
    ([*GOOD[:2], (4, "2024-01-31", "c"), GOOD[3]], {"surplus rows of a key": "1 too many, dbt_playbooks.find_duplicates shows them"}),
    ([*GOOD[:2], (None, "2024-01-31", "c"), (None, "2024-01-31", "d")], {"rows without a key": "NULL in the key of 2"}),
    ([*GOOD[:2], (3, "2024-01-31", None), GOOD[3]], {"null rate of note": "2 of 4 rows, more than 0.4"}),
    ([], {"rows": "the new table is empty"}),
])  # fmt: skip
def test_each_thing_that_went_wrong_is_one_problem(macro, side, rows, found):
    source, new = side(), side(rows)
    ask = {**KEYED, "max_null_rate": {"note": 0.4}}
    assert problems(macro("validate_table", source, new, **ask)) == found
    with macro.raises(f"(source): {next(iter(found))}: {next(iter(found.values()))}"):
        macro("validate_table", source, new, **ask, fail=True)


def test_null_rates_are_shown_and_gate_only_when_a_limit_is_given(macro, side, table):
    new = side([(1, "2024-01-01", None)])
    assert problems(macro("validate_table", new, new, **KEYED, fail=True)) == {}
    assert list(problems(macro("validate_table", new, new, max_null_rate={"NOTE": 0.99}))) == ["null rate of note"]
    rows = macro("validate_table", new, new, columns=["day"], max_null_rate={"note": 1}).rows
    assert [row[0] for row in rows] == ["rows", "null rate of day", "null rate of note"]
    assert [row[0] for row in macro("validate_table", new, new, columns=[]).rows] == ["rows"]
    # a limit is met by the rate itself, as by the test null_rate_below
    twentieth = table({"x": [None] + [1] * 19}, {"x": "int64"})
    assert problems(macro("validate_table", twentieth, twentieth, max_null_rate=0.05)) == {}
    assert macro("test_null_rate_below", twentieth, "x", 0.05).rows == []


def test_empty_tables_are_said_to_be_empty_and_nothing_else_is_judged(macro, side):
    empty, full = side([]), side()
    result = macro("validate_table", empty, empty, **KEYED, max_null_rate=0)
    assert [row[3] for row in result.rows] == ["problem", *[None] * 9]
    assert problems(result) == {"rows": "both tables are empty"}
    assert [row[2] for row in result.rows if row[0].startswith("null rate")] == [None] * 3
    result = macro("validate_table", empty, full, **KEYED)
    assert problems(result) == {"rows": "the source is empty"}
    assert ("surplus rows of a key", None, 0, "fine", None) in result.rows, "the new one's keys are judged all the same"


@pytest.mark.targets("duckdb")
def test_what_was_not_asked_for_is_said_not_to_be_checked(macro, side):
    printed = macro("validate_table", side(), side()).printed
    assert "No key was given: duplicates were not looked for." in printed
    assert "No date_column was given: dates were not compared." in printed
    assert "was given" not in macro("validate_table", side(), side(), **KEYED).printed


def test_a_source_may_call_and_type_its_date_otherwise_and_hold_more_rows(macro, side, table):
    source = table(
        {"Event At": ["2024-01-01 00:30:00", "2024-01-31 23:30:00", "2024-02-01 00:00:00", "2024-01-02 12:00:00", "2024-01-31 01:00:00"]},
        {"Event At": "timestamp"},
    )  # fmt: skip
    quoted = macro.compile("{{ adapter.quote('Event At') }}").text
    ask = {**KEYED, "source_date_column": "event at"}
    assert problems(macro("validate_table", source, side(), **ask)) == {"rows": "differ by -1", "last date": "differs"}
    where = {"source_where": f"{quoted} < timestamp '2024-02-01'"}
    assert problems(macro("validate_table", source, side(), **ask, **where)) == {}
    # by the clock of Berlin, the last hour of January is in February
    assert problems(macro("validate_table", source, side(), **ask, **where, timezone="Europe/Berlin")) == {
        "last date": "differs"
    }
    with macro.raises("source_date_column is 'event at' and date_column is not given. Name the date of the new table"):
        macro("validate_table", source, side(), source_date_column="event at")


@pytest.mark.targets("duckdb")
def test_a_condition_is_of_both_sides_and_is_told(macro, side):
    result = macro("validate_table", side(), side(GOOD[:2]), **KEYED, where="id < 3 or false")
    assert problems(result) == {}
    assert "where id < 3 or false (new) beside" in result.printed
    assert problems(macro("validate_table", side(), side(GOOD[:2]), where="id < 3", source_where="")) == {
        "rows": "differ by -2"
    }


@pytest.mark.parametrize("kind", ["date", "datetime", "timestamp"])
def test_dates_of_each_type_are_compared_by_day(macro, table, kind):
    source = table({"at": ["2024-01-01", "2024-01-02"]}, {"at": "date"})
    new = table({"at": ["2024-01-01", "2024-01-02"]}, {"at": kind})
    assert problems(macro("validate_table", source, new, date_column="at", timezone="Europe/Berlin")) == {}


@pytest.mark.parametrize("key", ["Order Note", ["order", "größe"], ["id", "lower({order})"]])
def test_keys_may_have_any_name_be_several_and_expressions(macro, table, key):
    new = table(
        {"id": [1, 1, 2], "order": ["a", "A", "a"], "größe": [1, 2, 1], "Order Note": ["x", "y", "x"]},
        {"id": "int64", "order": "string", "größe": "int64", "Order Note": "string"},
    )
    order = macro.compile("{{ adapter.quote('order') }}").text
    key = [part.format(order=order) for part in key] if isinstance(key, list) else key
    result = macro("validate_table", new, new, key=key)
    assert list(problems(result)) == ["surplus rows of a key"]
    assert ("distinct keys", None, 2, None, None) in result.rows
    assert macro("find_duplicates", new, key).value["surplus_rows"] == 1


def test_a_view_is_validated_as_a_table(macro, side, made):
    made(f"select * from {side()}", name="kept")
    schema = macro.compile("{{ target.schema }}").text
    macro.query(f"create or replace view {schema}.seen as select * from {schema}.kept")
    assert problems(macro("validate_table", "kept", "seen", **KEYED)) == {}


def test_each_table_is_read_once_in_one_query(macro, side):
    source, new = side(), side()
    macro("validate_table", source, new, key=["id", "day"], date_column="day", max_null_rate=0.5)
    asked = [sql for sql in macro.statements if "describe" not in sql]
    assert [(sql.count(f"from {source}"), sql.count(f"from {new}")) for sql in asked] == [(1, 1)]


@pytest.mark.targets("duckdb")
def test_duckdb_plans_one_scan_a_table(macro, side):
    source, new = side(), side()

    def scans(sql):
        return len(re.findall(r"(?:SEQ|TABLE)_SCAN", macro.query(f"explain {sql}")[0][1]))

    assert scans(macro("validate_table_sql", source, new, **KEYED).text) == 2
    assert scans(macro("null_rates_sql", new, by="day").text) == 1
    assert scans(macro("find_duplicates_sql", new, "id").text) == 1
    macro("find_duplicates", new, "id")
    assert scans(macro.statements[-1]) == 1
    assert scans(f"select count(*) from {new} union all select count(*) from {new} where id > 1") == 2


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "idd"}, "lacks the key: idd. It has: id, day, note. Did you mean id?"),
        ({"date_column": "dya"}, "has no column 'dya'. Its columns: id, day, note"),
        ({"date_column": "note"}, "and whether it holds days is not known"),
        ({"columns": ["nope"]}, "lacks columns whose NULLs are counted: nope"),
        ({"max_null_rate": {"nope": 0.1}}, "lacks a column of max_null_rate: nope"),
        ({"max_null_rate": {"note": 5}}, "max_null_rate of note is '5', which is no number from 0 to 1"),
        ({"max_null_rate": "few"}, "max_null_rate is 'few', which is no number from 0 to 1"),
        ({"date_column": "day", "timezone": "Berlin"}, "'Berlin' is no time zone that is known"),
    ],
)
def test_what_cannot_be_validated_is_refused(macro, side, arguments, said):
    with macro.raises(said):
        macro("validate_table", side(), side(), **arguments)


@pytest.mark.targets("duckdb")
def test_a_table_that_is_not_there_is_told_with_those_that_come_near(macro, side):
    side(name="user_events")
    for arguments in (("user_event", "user_events"), ("user_events", "user_event")):
        with macro.raises("no model, seed, snapshot or source has that name. Did you mean user_events"):
            macro("validate_table", *arguments)


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("kind", ["date", "datetime", "timestamp"])
def test_bigquery_takes_each_type_and_partitions_of_ingestion_time(macro, table, kind):
    types = {"id": "int64", "order": "string", "tags": "array<string>", "place": "struct<city string>", "doc": "json"}
    source, new = table(types={"at": kind}), table(types={**types, "_PARTITIONTIME": "timestamp"})
    result = macro.run(
        "validate_table_sql", source, new, key=["id", "place", "doc"], date_column="_PARTITIONTIME", source_date_column="at", timezone="Asia/Tokyo",
        where="_PARTITIONTIME >= timestamp '2024-01-01'", source_where="`at` is not null",
    )  # fmt: skip
    assert result.columns["new_first_date"] == result.columns["source_first_date"] == "date"
    assert result.columns["tags_null_rate"] == result.columns["place_null_rate"] == "float64"
    assert "_PARTITIONTIME_nulls" not in result.columns
    # `require_partition_filter` asks for the column alone beside a constant
    assert result.text.count("where _PARTITIONTIME >= timestamp '2024-01-01'\n") == 1
