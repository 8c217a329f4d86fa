"""Wrong answers that other tools give when they compare two tables, on the data that shows them, beside ours.

Each peer's way is written here in a few lines of SQL of our own: it is fooled, and ours is not.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb")

WIDE = {"id": "int64", **{f"c{number}": "string" for number in range(200)}}


@pytest.fixture
def sides(made):
    """Two tables of values, each written as the rows of VALUES, with columns id and v."""

    def make(*values):
        return [made(f"select * from (values {rows}) as r(id, v)") for rows in values]

    return make


@pytest.fixture
def counts(macro):
    def compare(old, new, **arguments):
        found = macro("compare_rows", old, new, **arguments).value
        return found["only_in_old"], found["only_in_new"], found["differing"]

    return compare


def test_duplicates_count(macro, sides, counts):
    old, new = sides("(1, 'a'), (1, 'a'), (2, 'b')", "(1, 'a'), (2, 'b'), (2, 'b')")
    both = f"(from {old} except from {new}) union all (from {new} except from {old})"
    assert macro.query(f"select count(*) from ({both})") == [(0,)], "EXCEPT both ways"
    assert counts(old, new) == counts(old, new, key="id") == counts(old, new, key="id", by="v") == (1, 1, 0)


def test_0_0004_is_no_full_match(macro, sides, counts):
    old, new = sides("(1, 1.0000::decimal(10, 4))", "(1, 1.0004::decimal(10, 4))")
    rounded = f"select count(*) from {old} as a join {new} as b using (id) where round(a.v, 3) = round(b.v, 3)"
    assert macro.query(rounded) == [(1,)], "rounded to three digits"
    assert counts(old, new, key="id") == (0, 0, 1)
    assert counts(old, new, key="id", tolerance=0.0003) == (0, 0, 1)
    assert counts(old, new, key="id", tolerance=0.0005) == (0, 0, 0), "when it is asked for"
    sums = {"metrics": "v", "only_differences": False}
    assert [row[-1] for row in macro("compare_aggregates", old, new, **sums).rows] == ["differs"]


def test_an_int_of_10_is_no_bigint_of_99(macro, sides, counts):
    old, new = sides("(1, 10::int)", "(1, 99::bigint)")
    alike = f"""select count(*) from information_schema.columns a join information_schema.columns b
        on a.column_name = b.column_name and a.data_type = b.data_type
        where a.column_name = 'v' and a.table_name = '{old.identifier}' and b.table_name = '{new.identifier}'"""
    assert macro.query(alike) == [(0,)], "columns of one type only: v is not looked at"
    assert counts(old, new, key="id") == (0, 0, 1)
    assert counts(old, new) == (1, 1, 0)


def test_pairs_of_duplicates_do_not_cancel(macro, sides, counts):
    old, new = sides("(1, 'a'), (1, 'a'), (2, 'b'), (2, 'b')", "(3, 'c'), (3, 'c'), (4, 'd'), (4, 'd')")

    def checksum(side):
        return macro.query(f"select count(*), bit_xor(hash(id, v)) from {side}")

    assert checksum(old) == checksum(new), "an exclusive or of hashes"
    assert counts(old, new) == counts(old, new, key="id") == counts(old, new, key="id", by="(id % 2)") == (4, 4, 0)


def test_values_swapped_between_two_rows_are_seen(macro, sides, counts):
    old, new = sides("(1, 'a'), (2, 'b')", "(1, 'b'), (2, 'a')")

    def checksum(side):
        return macro.query(f"select count(*), bit_xor(hash(id, v)), sum(id), min(v), max(v) from {side}")

    assert checksum(old) == checksum(new), "an exclusive or of hashes, and aggregates of each column"
    assert counts(old, new, key="id") == (0, 0, 2)
    assert counts(old, new) == (2, 2, 0)


def test_lists_that_hash_alike_are_seen(macro, sides, counts):
    old, new = sides("(1, [[1, 2]]), (2, null)", "(1, [[1], [2]]), (2, [])")

    def checksum(side):
        return macro.query(f"select sum(hash(hash(v, id))::hugeint) from {side}")

    assert checksum(old) == checksum(new), "DuckDB's hash of a list"
    assert counts(old, new, key="id") == (0, 0, 2)


def test_empty_sides_are_counted(macro, sides, counts, made):
    full, _ = sides("(1, 'a'), (2, 'b')", "(1, 'a')")
    empty = made(f"select * from {full} where false")
    share = "sum(case when a.v = b.v then 1 else 0 end) / count(*)"
    found = macro.query(f"select {share} = 1, {share} < 1 from {full} as a join {empty} as b using (id)")
    assert found[0][1] is not True, "a share of no rows is below no limit"
    for more in ({}, {"key": "id"}, {"key": "id", "by": "v"}):
        assert counts(full, empty, **more) == (2, 0, 0)
        assert counts(empty, full, **more) == (0, 2, 0)
        assert counts(empty, empty, **more) == (0, 0, 0)
    with macro.raises("2 rows only in old, 0 only in new"):
        macro("compare_rows", full, empty, key="id", fail=True)
    assert macro("compare_aggregates", full, empty, metrics="count(*)").rows == [(2, 0, "count", "differs")]
    assert macro("compare_aggregates", full, empty, by="v", metrics="id").rows[0] == ("a", 1, None, "id", "only in old")


@pytest.mark.targets("duckdb", "bigquery")
def test_200_columns_are_one_join(macro, table):
    row = {name: "1" if name == "id" else "x" for name in WIDE}
    if macro.target == "bigquery":
        old = new = table(types=WIDE)
        sql = [macro("compare_rows_sql", old, new, key=key).text for key in ("id", None)]
        macro.analyze(";\n".join(sql))
    else:
        old, new = table([row], WIDE), table([{**row, "c7": "y", "c199": None}], WIDE)
        result = macro("compare_rows", old, new, key="id")
        assert result.value["columns"] == {"c7": 1, "c199": 1}
        assert not macro("compare_rows", old, new).value["same"]
        sql = result.statements
    assert sum(text.count(" join ") for text in sql) == 1
