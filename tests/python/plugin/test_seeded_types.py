"""Tables of a CSV file or of agate have the types of dbt's seeds, on every target."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError

EVERYWHERE = pytest.mark.targets("duckdb", "bigquery", "emulator")
DUCKDB = {"int64": "bigint", "float64": "double", "bool": "boolean", "datetime": "timestamp", "string": "varchar"}


def columns(macro, sql):
    """The types of a query by GoogleSQL's names."""
    names = {name: kind for kind, name in DUCKDB.items()}
    return [
        names.get(each, each) if macro.target != "bigquery" else each
        for each in macro.compile(sql).check().columns.values()
    ]


COLUMNS = [
    (["1", "2"], "int64", [1, 2]),
    (["-1", ""], "int64", [-1, None]),
    (["7.000", "8"], "int64", [7, 8]),
    (["007", "010"], "int64", [7, 10]),
    (["1.50", "2"], "float64", [1.5, 2.0]),
    (["1.5", ""], "float64", [1.5, None]),
    (["9007199254740993", "1"], "int64", [9007199254740993, 1]),
    (["true", "False"], "bool", [True, False]),
    (["true", ""], "bool", [True, None]),
    (["yes", "no"], "string", ["yes", "no"]),
    (["1", "true"], "string", ["1", "true"]),
    (["2024-01-31", ""], "date", [dt.date(2024, 1, 31), None]),
    (["2024-01-31", "2024-1-x"], "string", ["2024-01-31", "2024-1-x"]),
    (["2024-01-31 10:20:30", "2024-02-01 00:00:00"], "datetime", [dt.datetime(2024, 1, 31, 10, 20, 30), dt.datetime(2024, 2, 1)]),
    (["2024-01-31T10:20:30Z", "2024-01-31T10:20:30+02:00"], "datetime", [dt.datetime(2024, 1, 31, 10, 20, 30), dt.datetime(2024, 1, 31, 8, 20, 30)]),
    (["A007", "010"], "string", ["A007", "010"]),
    (["", ""], "int64", [None, None]),
    (["null", "x"], "string", [None, "x"]),
    (["a, b", 'say "x"'], "string", ["a, b", 'say "x"']),
]  # fmt: skip


@EVERYWHERE
def test_a_csv_file_has_the_types_of_a_seed(macro, table, tmp_path):
    import csv

    with (tmp_path / "plants.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["row", *(f"c{index}" for index in range(len(COLUMNS)))])
        written.writerows([[number, *(texts[number] for texts, _, _ in COLUMNS)] for number in (0, 1)])
    made = table(tmp_path / "plants.csv")
    sql = f"select * from {made} order by 1"
    assert columns(macro, sql) == ["int64", *(kind for _, kind, _ in COLUMNS)]
    if macro.target != "bigquery":
        rows = macro.query(sql)
        assert [list(each) for each in zip(*rows, strict=True)][1:] == [values for _, _, values in COLUMNS]


@pytest.mark.targets("bigquery")
def test_they_are_those_that_dbt_gives_the_seed_itself(macro, table, dbt_project):
    read = macro.compile(f"select * from {table(dbt_project / 'seeds' / 'kinds.csv')}").columns
    assert read == macro.compile(f"select * from {table(seed='kinds')}").columns
    assert (
        list(read.values())
        == ["int64"] * 3 + ["float64", "bool", "date"] + ["datetime"] * 2 + ["string"] * 2 + ["int64"] * 3
    )


@EVERYWHERE
def test_an_agate_table_has_the_types_of_a_seed(macro, table):
    import agate
    from dbt_common.clients.agate_helper import table_from_data

    whole = agate.Table(
        [(1, "007", decimal.Decimal("7.000")), (2, None, None)],
        ["id", "code", "n"],
        [agate.Number(), agate.Text(), agate.Number()],
    )
    parts = table_from_data(
        [{"x": 1, "price": decimal.Decimal("1.50"), "ok": True, "day": "2024-01-31"}], ["x", "price", "ok", "day"]
    )
    for made, kinds in ((whole, ["int64", "string", "int64"]), (parts, ["int64", "float64", "bool", "date"])):
        assert columns(macro, f"select * from {table(made)} order by 1") == kinds
    if macro.target != "bigquery":
        assert macro.query(f"select * from {table(whole)} order by 1") == [(1, "007", 7), (2, None, None)]


def test_what_a_query_gave_can_be_a_table_again(macro, table):
    asked = "select 1 as id, 1.10::decimal(9, 2) as price, date '2024-01-31' as day, 'x' as name, [1, 2] as list, null::int as none"
    macro_made = macro("count", "x", stubs={"count_sql": asked}).value
    assert macro.query(f"select id, day, name from {table(macro_made.exclude(['list']))}") == [
        (1, dt.date(2024, 1, 31), "x")
    ]
    rows = macro.compile(asked.removesuffix(", null::int as none")).table
    assert macro.query(f"select * from {table(rows)}") == [
        (1, decimal.Decimal("1.10"), dt.date(2024, 1, 31), "x", [1, 2])
    ]


def test_stated_types_go_before_those_of_a_seed(macro, table, tmp_path):
    (tmp_path / "plants.csv").write_text("id,code,price\n1,007,1.10\n2,null,\n")
    made = table(tmp_path / "plants.csv", types={"code": "string", "price": "numeric"})
    assert macro.query(f"select * from {made} order by 1") == [(1, "007", decimal.Decimal("1.10")), (2, "null", None)]


def test_a_number_that_no_integer_holds_says_what_to_type(table, tmp_path):
    (tmp_path / "plants.csv").write_text("id\n9223372036854775808\n")
    with pytest.raises(
        HarnessError,
        match=r"column 'id': 9223372036854775808 is too large for an int64. State another type: table\(\.\.\., types=",
    ):
        table(tmp_path / "plants.csv")


def test_a_csv_file_of_a_header_only_is_an_empty_table(macro, table, tmp_path):
    (tmp_path / "plants.csv").write_text("id,name\n")
    assert macro.query(f"select id, name from {table(tmp_path / 'plants.csv', types={'name': 'string'})}") == []
