"""Keys that are there more than once, and rates of NULL: by example, on random tables against Python, and on columns of every kind."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.targets("duckdb", "emulator")

TYPES = {"id": "int64", "order": "string", "Größe": "float64"}
ROWS = [(1, "a", 1.5), (1, None, None), (2, "it's", None), (None, "b", 2.0), (3, "b", 2.0), (3, "b", 2.0), (3, "c", 2.0), (None, None, 2.0)]  # fmt: skip


@pytest.fixture
def events(table):
    """Makes a table of rows (id, order, Größe); those of ROWS once a test."""
    made = {}

    def make(rows=ROWS):
        if str(rows) not in made:
            made[str(rows)] = table([dict(zip(TYPES, row, strict=True)) for row in rows] or None, TYPES)
        return made[str(rows)]

    return make


# find_duplicates


def test_keys_that_are_there_more_than_once_are_counted_and_shown_most_frequent_first(macro, events):
    result = macro("find_duplicates", events(), "ID")
    assert result.value == {
        "row_count": 8, "duplicate_keys": 2, "surplus_rows": 3, "rows_without_key": 2,
        "sample": [{"key": {"id": "3"}, "row_count": 3}, {"key": {"id": "1"}, "row_count": 2}],
    }  # fmt: skip
    head, *lines = result.printed.splitlines()
    assert head.endswith(" by id: 2 duplicate keys, 3 surplus rows, 2 rows without a key, of 8 rows")
    assert [line.split() for line in lines] == [["id", "row_count"], ["-" * 13], ["3", "3"], ["1", "2"]]
    assert macro("find_duplicates_sql", events(), "id").rows == [(3, 3), (1, 2)]


def test_the_totals_are_of_all_keys_when_the_list_is_cut(macro, events):
    result = macro("find_duplicates", events(), "id", limit=1)
    assert (result.value["duplicate_keys"], result.value["surplus_rows"], len(result.value["sample"])) == (2, 3, 1)
    assert "the 1 most frequent of them:\nid  row_count\n" in result.printed
    assert "most frequent" not in macro("find_duplicates", events(), "id", limit=2).printed


def test_a_key_of_which_a_part_is_null_is_no_duplicate_but_reported(macro, events):
    rows = [(1, None, 1.0), (1, None, 1.0), (None, "a", 1.0), (None, "a", 1.0), (2, "a", 1.0)]
    result = macro("find_duplicates", events(rows), ["id", "order"], fail=True)
    assert result.value == {
        "row_count": 5, "duplicate_keys": 0, "surplus_rows": 0, "rows_without_key": 4, "sample": []
    }  # fmt: skip
    assert result.printed.endswith("by id, order: 0 duplicate keys, 0 surplus rows, 4 rows without a key, of 5 rows")
    assert macro("find_duplicates_sql", events(rows), ["id", "order"]).rows == []


def test_several_columns_and_expressions_are_a_key(macro, events):
    size = macro.compile("{{ adapter.quote('Größe') }}").text
    found = macro("find_duplicates", events(), ["id", "order", f"abs({size})"]).value
    assert [list(each["key"].values())[:2] for each in found["sample"]] == [["3", "b"]]
    assert macro("find_duplicates_sql", events(), ["id", "order", f"abs({size})"]).rows == [(3, "b", 2.0, 2)]


def test_only_rows_of_the_condition_count(macro, events):
    where = "id < 3 or id is null"
    result = macro("find_duplicates", events(), "id", where=where)
    assert (result.value["row_count"], result.value["surplus_rows"]) == (5, 1)
    assert f" where {where} by id: " in result.printed
    assert macro("find_duplicates_sql", events(), "id", where=where).rows == [(1, 2)]


def test_no_rows_are_said_to_be_none(macro, events):
    result = macro("find_duplicates", events([]), "id", fail=True)
    assert result.value["duplicate_keys"] == result.value["row_count"] == 0
    assert result.printed.endswith("is empty: there are no keys.")


def test_a_gate_ends_with_the_numbers(macro, events):
    with macro.raises(
        "by id: 2 duplicate keys, 3 surplus rows, 2 rows without a key, of 8 rows. Is that the whole key?"
    ):
        macro("find_duplicates", events(), "id", fail=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "idd"}, "lacks the key: idd. It has: id, order, Größe. Did you mean id?"),
        ({"key": []}, "no key is given. Name the column that tells one row from another"),
        ({"key": "id", "limit": 0}, "limit is '0', which is no whole number from 1 to 10000"),
    ],
)
@pytest.mark.targets("duckdb")
def test_what_is_no_key_is_refused(macro, events, arguments, said):
    with macro.raises(said):
        macro("find_duplicates", events(), **arguments)


# null_rates


def test_the_nulls_of_each_column_are_counted_most_first(macro, events):
    assert macro("null_rates", events()).rows == [(name, 8, 2, 0.25) for name in ("Größe", "id", "order")]
    others = events([(None, "a", 1.0), (None, None, 1.0), (None, "b", 1.0), (4, "c", None)])
    assert macro("null_rates", others, columns=["order", "ID", "id"]).rows == [
        ("id", 4, 3, 0.75),
        ("order", 4, 1, 0.25),
    ]


def test_rates_by_group_have_null_as_a_group_and_no_rows_of_empty_ones(macro, events):
    result = macro("null_rates", events(), columns="Größe", by="id")
    assert result.rows == [
        (None, "Größe", 2, 0, 0),
        (1, "Größe", 2, 1, 0.5),
        (2, "Größe", 1, 1, 1),
        (3, "Größe", 3, 0, 0),
    ]
    assert "id  column_name  row_count  null_count  null_rate" in result.printed
    named = macro(
        "null_rates", events(), columns="id", by={"is known": "(id is not null)"}, where="id = 1 or id is null"
    )
    assert [row[1:] for row in named.rows] == [("id", 2, 2, 1), ("id", 2, 0, 0)]


def test_an_empty_table_has_no_rates_and_is_said_to_be_empty(macro, events):
    result = macro("null_rates", events([]))
    assert sorted(row[1:] for row in result.rows) == [(0, 0, None)] * 3
    assert "is empty: there are no rates." in result.printed
    assert "where id = 77 is empty" in macro("null_rates", events(), where="id = 77", by="id").printed


def test_the_test_in_yaml_finds_the_same_rate(macro, events):
    table = events()
    for column, rows, nulls, rate in macro("null_rates", table).rows:
        [failed] = macro("test_null_rate_below", table, column, float(rate) - 0.001).rows.dicts
        assert (failed["row_count"], failed["null_count"], failed["null_rate"]) == (rows, nulls, rate)
        assert macro("test_null_rate_below", table, column, float(rate)).rows == []


def test_one_query_reads_the_table_once_however_many_columns(macro, events):
    table = events()
    macro("null_rates", table)
    macro("find_duplicates", table, "id")
    assert [sql.count(f"from {table}") for sql in macro.statements if "describe" not in sql] == [1, 1]


def test_a_view_will_do_and_a_table_that_is_not_there_is_told_with_those_that_are(macro, events):
    schema = macro.compile("{{ target.schema }}").text
    macro.query(f"create or replace view {schema}.seen_events as select * from {events()}")
    assert macro("find_duplicates", "seen_events", "id").value["surplus_rows"] == 3
    assert macro("null_rates", "seen_events", columns="id").rows == [("id", 8, 2, 0.25)]
    for name, arguments in (("find_duplicates", {"key": "id"}), ("null_rates", {})):
        with macro.raises("Did you mean seen_events"):
            macro(name, "seen_event", **arguments)


# every kind of column


@pytest.mark.targets("duckdb")
def test_nested_columns_and_json_on_duckdb(macro, made):
    table = made(
        """
        select 1 as id, {'city': null} as place, [1, null] as tags, json('{"a": 1}') as doc, map {'k': 1} as labels, '\\xAA\\x00'::blob as hash
        union all select 2, {'city': null}, null, '{ "a":1 }'::json, map {'k': 1}, '\\xAA\\x00'::blob
        union all select 3, null, [], 'null'::json, null, null
        """
    )
    assert {row[0]: row[2] for row in macro("null_rates", table).rows} == {
        "id": 0, "place": 1, "tags": 1, "doc": 0, "labels": 1, "hash": 1
    }  # fmt: skip
    for key in ("place", "doc", "labels", "hash", ["place", "doc"]):
        found = macro("find_duplicates", table, key).value
        assert (found["duplicate_keys"], found["surplus_rows"]) == (1, 1), key
        assert [each["row_count"] for each in found["sample"]] == [2]
        assert len(macro("find_duplicates_sql", table, key).rows) == 1
        [surplus] = [
            row for row in macro("validate_table", table, table, key=key, columns=[]).rows if "surplus" in row[0]
        ]
        assert surplus[2] == 1, key


@pytest.mark.targets("bigquery")
def test_bigquery_takes_columns_of_every_type(macro, table):
    types = {
        "id": "int64", "order": "string", "place": "struct<city string, at struct<x int64>>", "tags": "array<string>", "doc": "json", "spot": "geography",
        "hash": "bytes", "exact": "numeric", "at": "timestamp", "Größe": "float64", "_PARTITIONTIME": "timestamp",
    }  # fmt: skip
    events = table(types=types)
    columns = macro.run(
        "null_rates_sql", events, by=["_PARTITIONTIME", "order"], where="_PARTITIONTIME >= timestamp '2024-01-01'"
    ).columns
    assert list(columns.values()) == ["timestamp", "string", "string", "int64", "int64", "float64"]
    for key in ("doc", list(types)[:-1]):
        where = "_PARTITIONTIME >= timestamp '2024-01-01'"
        assert macro.run("find_duplicates_sql", events, key, where=where).columns["row_count"] == "int64"
        parts = macro("_key_of", events, key).value
        assert macro.run("_counted_keys_sql", events, parts, where, 20).columns["most_frequent"] == "string"
        assert macro.run("validate_table_sql", events, events, key, "at").columns["distinct_keys"] == "int64"


# random tables

values = {
    "id": st.sampled_from([None, 0, 1, 2]),
    "order": st.sampled_from([None, "", "ü, '\"", "b"]),
    "day": st.sampled_from([None, "2024-01-01", "2024-02-29"]),
}


@pytest.mark.targets("duckdb")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(rows=st.lists(st.fixed_dictionaries(values), max_size=12), key=st.lists(st.sampled_from(list(values)), min_size=1, unique=True))  # fmt: skip
def test_random_tables_have_the_duplicates_and_nulls_that_python_finds(macro, table, rows, key):
    relation = table(rows or None, {"id": "int64", "order": "string", "day": "date"})
    counted = Counter(tuple(row[name] for name in key) for row in rows)
    repeated = {each: n for each, n in counted.items() if n > 1 and None not in each}
    without = sum(n for each, n in counted.items() if None in each)
    found = macro("find_duplicates", relation, key, limit=3).value
    assert found["duplicate_keys"] == len(repeated)
    assert found["surplus_rows"] == sum(repeated.values()) - len(repeated)
    assert (found["row_count"], found["rows_without_key"]) == (len(rows), without)
    shown = [(tuple(each["key"].values()), each["row_count"]) for each in found["sample"]]
    assert [n for _, n in shown] == sorted(repeated.values(), reverse=True)[:3]
    as_text = {tuple(map(str, each)): n for each, n in repeated.items()}
    assert all(as_text[each] == n for each, n in shown)

    def day(value):
        return value.isoformat() if isinstance(value, dt.date) else value

    asked = macro("find_duplicates_sql", relation, key).rows
    assert {tuple(day(value) for value in row[:-1]): row[-1] for row in asked} == repeated

    nulls = {name: sum(row[name] is None for row in rows) for name in values}
    assert {row[0]: tuple(row[1:3]) for row in macro("null_rates", relation).rows} == {
        name: (len(rows), n) for name, n in nulls.items()
    }
    checks = {row[0]: row[2] for row in macro("validate_table", relation, relation, key=key).rows}
    assert (checks["surplus rows of a key"], checks["rows without a key"]) == (found["surplus_rows"], without)
    assert checks["distinct keys"] == len([each for each in counted if None not in each])
    for name, n in nulls.items():
        rate = checks[f"null rate of {name}"]
        assert rate is None if not rows else float(rate) == n / len(rows)
