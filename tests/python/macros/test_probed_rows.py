"""What is asked of a model's rows before a backfill, to see whether two queries return the same: run on DuckDB, to the letter for BigQuery."""

from __future__ import annotations

import pytest

DUCKDB = pytest.mark.targets("duckdb")
BIGQUERY = pytest.mark.targets("bigquery")
ID, NAME, PRICE = (
    {"name": "id", "type": "INTEGER"},
    {"name": "name", "type": "VARCHAR"},
    {"name": "price", "type": "DOUBLE"},
)


def query(*rows):
    return f"select * from (values {', '.join(rows)}) as t(id, name, price)"


def probed(macro, sql, *columns):
    return macro.query(macro("_probed_rows_sql", sql, list(columns)).text)[0]


@DUCKDB
def test_equal_rows_have_equal_checksums_in_any_order(macro):
    one = probed(macro, query("(1, 'a', 0.5)", "(2, 'b', 1.5)"), ID, NAME)
    assert one == probed(macro, query("(2, 'b', 1.5)", "(1, 'a', 0.5)"), ID, NAME)
    assert one[0] == 2
    assert one != probed(macro, query("(1, 'b', 0.5)", "(2, 'a', 1.5)"), ID, NAME)
    assert one != probed(macro, query("(1, 'a', 0.5)", "(2, 'c', 1.5)"), ID, NAME)


@DUCKDB
def test_floats_are_summed_and_their_nulls_are_in_the_checksum(macro):
    count, checksum, total, placed, roots, size = probed(macro, query("(1, 'a', 3.0)", "(2, 'b', -8.0)"), ID, PRICE)
    assert (count, total, roots, size) == (2, -5.0, 5.0, 11.0)
    swapped = probed(macro, query("(1, 'a', -8.0)", "(2, 'b', 3.0)"), ID, PRICE)
    assert swapped[:3] + swapped[4:] == (2, checksum, -5.0, 5.0, 11.0)
    assert abs(swapped[3] - placed) > 1e-6
    kinds = {
        probed(macro, query("(1, 'a', 3.0)", f"(2, 'b', {value})"), ID, PRICE)[1]
        for value in ("null", "'nan'::double", "'inf'::double", "'-inf'::double", "0.0")
    }
    assert len(kinds) == 5
    assert checksum in kinds
    assert probed(macro, query("(1, 'a', 'nan'::double)", "(2, 'b', null)"), ID, PRICE)[2:] == (None,) * 4
    assert probed(macro, query("(1, 'a', 0.5)", "(2, 'b', 1.5)"), PRICE)[2] == 2.0


@DUCKDB
def test_each_float_is_a_sum_of_its_own(macro):
    sql = "select 1.5::double as a, 7::integer as b, 2.5::double as c"
    columns = [{"name": "a", "type": "DOUBLE"}, {"name": "b", "type": "INTEGER"}, {"name": "c", "type": "DOUBLE"}]
    text = macro("_probed_rows_sql", sql, columns).text
    assert "as float_0, " in text
    assert "as float_1_size\n" in text
    assert macro.query(text)[0][2::4] == (1.5, 2.5)


@DUCKDB
def test_without_columns_rows_are_counted(macro):
    assert probed(macro, query("(1, 'a', 0.5)")) == (1, "0")


@DUCKDB
def test_each_column_has_a_checksum_of_its_own(macro):
    def columns(*rows):
        return macro.query(macro("_probed_columns_sql", query(*rows), [ID, NAME]).text)[0]

    count, first, second = columns("(1, 'a', 0.5)", "(2, 'b', 0.5)")
    assert count == 2
    assert columns("(2, 'a', 0.5)", "(1, 'b', 0.5)") == (2, first, second)
    assert columns("(1, 'a', 0.5)", "(2, 'c', 0.5)")[:2] == (2, first)
    assert columns("(1, 'a', 0.5)", "(2, 'c', 0.5)")[2] != second


def difference(macro, one, other, *columns):
    return macro.query(macro("_probed_difference_sql", one, other, list(columns)).text)


@DUCKDB
def test_rows_that_one_side_has_more_often_are_named_up_to_three(macro):
    one = [query("(1, 'a', 0.5)", "(1, 'a', 0.5)"), query("(2, 'b', 0.5)")]
    other = [query("(1, 'a', 9.5)", "(3, 'c', 0.5)")]
    found = difference(macro, one, other, ID, NAME, PRICE)
    assert [side for side, _ in found] == [1, 1, 2]
    assert [sorted(set("123abc.") & set(text)) for _, text in found] == [
        ["1", "2", "a", "c"],
        ["1", "2", "b", "c"],
        ["1", "2", "3", "c"],
    ]
    assert difference(macro, one, one, ID, NAME, PRICE) == []
    many = [query(*(f"({number}, 'a', 0.5)" for number in range(5)))]
    assert len(difference(macro, many, [query("(9, 'a', 0.5)")], ID)) == 3
    # floats alone tell how many rows there are
    assert [side for side, _ in difference(macro, one, other, PRICE)] == [1]


@BIGQUERY
def test_what_bigquery_is_asked_for(macro):
    text = macro(
        "_probed_difference_sql", ["select a", "select b"], ["select c"], [{"name": "id", "type": "INT64"}]
    ).text
    parts = [f"select to_json_string(`id`) as c1 from (\nselect {name}\n) as probed" for name in "abc"]
    assert text == (
        f"with one as (\n{parts[0]}\nunion all\n{parts[1]}\n),\n\nother as (\n{parts[2]}\n)\n\n"
        "select 1 as side, to_json_string(only_one) as example\nfrom (select * from one except distinct select * from other) as only_one\n"
        "union all\nselect 2, to_json_string(only_other)\nfrom (select * from other except distinct select * from one) as only_other\n"
        "order by 1, 2\nlimit 3"
    )
    text = macro("_probed_rows_sql", "select 1", [{"name": "price", "type": "FLOAT64"}]).text
    number = "if(is_nan(`price`) or is_inf(`price`), null, `price`)"
    kind = "case when `price` is null then 1 when is_nan(`price`) then 2 when not is_inf(`price`) then 0 when `price` > 0 then 3 else 4 end"
    weight = f"(mod(farm_fingerprint(to_json_string(struct({kind} as c1))), 1000003) / 1000003)"
    assert text.partition("as checksum, ")[2] == (
        f"sum({number}) as float_0, sum({number} * {weight}) as float_0_placed, sum(sqrt(1 + abs({number}))) as float_0_roots, "
        f"sum(abs({number})) as float_0_size\nfrom (\nselect 1\n) as probed"
    )


@BIGQUERY
@pytest.mark.parametrize(
    ("kind", "as_text", "value"),
    [
        ("STRING", False, "`x`"), ("BOOL", False, "`x`"), ("DATE", False, "`x`"), ("INT64", False, "`x`"),
        ("INT64", True, "to_json_string(`x`)"), ("TIMESTAMP", False, "to_json_string(`x`)"), ("JSON", False, "to_json_string(`x`)"),
    ],
)  # fmt: skip
def test_values_are_taken_as_they_are_where_their_hash_tells_them_apart(macro, kind, as_text, value):
    assert macro("_probed_value", {"name": "x", "type": kind}, as_text).text == value


@DUCKDB
@pytest.mark.parametrize(
    ("kind", "value"),
    [("HUGEINT", 'cast("x" as varchar)'), ("BIGINT", '"x"'), ("TIMESTAMP", 'cast("x" as varchar)'), ("DATE", '"x"')],
)
def test_huge_integers_are_hashed_as_text(macro, kind, value):
    assert macro("_probed_value", {"name": "x", "type": kind}).text == value


@pytest.mark.targets("duckdb", "bigquery", "emulator")
@pytest.mark.parametrize("kind", ["date", "datetime", "timestamp"])
def test_rows_of_other_days_are_left_out_as_dbt_leaves_them_out_of_a_batch(macro, kind):
    kind = "timestamp" if kind == "datetime" and macro.target == "duckdb" else kind
    days = " union all ".join(f"select cast('2024-01-{day:02}' as {kind}) as day, {day} as id" for day in (1, 2, 3, 4))
    window = {
        "column": "day",
        "data_type": kind,
        "timezone": "UTC",
        "start_date": "2024-01-02",
        "end_date": "2024-01-03",
    }
    sql = macro("_kept_rows_sql", query=days, window=window).text
    if macro.target == "bigquery":
        assert [each.kind for each in macro.analyze(sql)] == ["ResolvedQueryStmt"]
    else:
        assert sorted(row[1] for row in macro.query(sql)) == [2, 3]
