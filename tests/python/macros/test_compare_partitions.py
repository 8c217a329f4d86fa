"""Comparisons within partitions: values that look different on the two sides, tables by ingestion time, and tables that ask for a filter."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

TYPES = {"id": "int64", "status": "string", "amount": "int64", "day": "date"}
INGESTED = {**TYPES, "_PARTITIONTIME": "timestamp"}


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(i % 3)::int", "(i % 3)::decimal(10, 2)"),
        ("(i % 3)::int", "(i % 3)::varchar"),
        (
            "case when i % 3 = 0 then 0.0 end::double",
            "case when i % 3 = 0 then if(i % 2 = 0, '0.0', '-0.0') end::double",
        ),
        ("(i % 3)::float", "(i % 3)::int"),
        ("if(i % 3 = 0, 'b', 'a')::enum('a', 'b')", "if(i % 3 = 0, 'b', 'a')"),
        ("date '2024-01-01' + (i % 3)::int", "timestamp '2024-01-01 00:00:00' + to_days((i % 3)::int)"),
        ("if(i % 3 = 0, null, [null])::int[]", "if(i % 3 = 0, null, [null])::int[]"),
    ],
)
def test_partitions_that_look_different_are_one(macro, made, old, new):
    """The rows of a partition that differs are read from both sides, however its value is written there."""
    left = made(f"select i as id, {old} as part, i as v from range(30) as t(i)")
    right = made(f"select i as id, {new} as part, if(i = 3, 99, i) as v from range(30) as t(i)")
    found = macro("compare_rows", left, right, key="id", by="part", columns=["v"]).value
    assert (found["only_in_old"], found["only_in_new"], found["differing"]) == (0, 0, 1)
    assert found["columns"] == {"v": 1}
    # a negative zero is cut off from the others
    assert len(found["partitions"]) == (2 if "-0.0" in new else 1)


@pytest.mark.targets("emulator")
def test_partitions_of_an_integer_and_a_numeric_are_one(macro, table):
    rows = {"id": list(range(9)), "part": [i % 3 for i in range(9)], "v": [1] * 9}
    old = table(rows, {"id": "int64", "part": "int64", "v": "int64"})
    new = table({**rows, "v": [1, 1, 1, 2, 1, 1, 1, 1, 1]}, {"id": "int64", "part": "bignumeric", "v": "int64"})
    found = macro("compare_rows", old, new, key="id", by="part").value
    assert (found["only_in_old"], found["only_in_new"], found["columns"]) == (0, 0, {"v": 1})


@pytest.mark.targets("duckdb", "emulator")
def test_a_row_without_a_date_that_got_one_is_a_change(macro, table):
    old = table({"id": [1, 2, 3], "day": [None, "2024-01-01", None]}, {"id": "int64", "day": "date"})
    new = table({"id": [1, 2, 3], "day": ["2024-01-02", "2024-01-01", None]}, {"id": "int64", "day": "date"})
    found = macro("compare_rows", old, new, key="id", by="day").value
    assert (found["differing"], found["only_in_old"], found["only_in_new"]) == (1, 0, 0)


@pytest.mark.targets("duckdb", "emulator")
def test_rows_of_one_key_meet_where_a_column_has_another_name(macro, table):
    """Duplicates are paired in the order of their hashes, which must not hold the names."""
    rows = [1, 1, 1, 1], [f"v{i}" for i in range(4)]
    old = table({"id": rows[0], "name": rows[1]}, {"id": "int64", "name": "string"})
    new = table({"id": rows[0], "title": rows[1][::-1]}, {"id": "int64", "title": "string"})
    result = macro("compare_rows", old, new, key="id", rename={"name": "title"})
    assert result.value["same"]
    assert not any("join" in sql for sql in result.statements), "the checksums are the same"


@pytest.mark.targets("bigquery")
def test_a_hash_does_not_hold_the_names_of_columns(macro):
    """The emulator writes JSON without them, where BigQuery writes them."""
    old, new = (macro("_row_hash", [f"`{name}`", "`id`"]).text for name in ("name", "title"))
    assert old == "farm_fingerprint(to_json_string(struct(`name` as c1, `id` as c2)))"
    assert new == old.replace("`name`", "`title`")


@pytest.mark.targets("emulator")
def test_zeros_of_either_sign_are_paired(macro, made):
    old = made("select 1 as id, -0.0 as v union all select 1, 1.5 union all select 1, 2.5 union all select 1, 3.5")
    new = made("select 1 as id, 0.0 as v union all select 1, 1.5 union all select 1, 2.5 union all select 1, 3.5")
    assert macro("compare_rows", old, new, key="id").value["same"]


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize("name", ["status", "old_rows"])
def test_groups_and_keys_may_be_called_like_a_column_of_the_answer(macro, table, name):
    types = {"id": "int64", name: "string"}
    old, new = table({"id": [1, 2], name: ["a", "b"]}, types), table({"id": [1, 3], name: ["a", "c"]}, types)
    assert macro("compare_row_counts", old, new, by=name).rows == [
        ("a", 1, 1, 0, "same"), ("b", 1, 0, -1, "only in old"), ("c", 0, 1, 1, "only in new"),
    ]  # fmt: skip
    assert macro("compare_aggregates", old, new, by=name).rows == [
        ("b", 1, None, "count", "only in old"),
        ("c", None, 1, "count", "only in new"),
    ]
    assert [row[-1] for row in macro("compare_rows_sql", old, new).rows] == ["only in old", "only in new"]
    assert [row[2] for row in macro("compare_rows_sql", old, new, key=["id", name]).rows] == [
        "only in old",
        "only in new",
    ]


# --- what BigQuery asks for ----------------------------------------------------------------------------------------------


@pytest.fixture
def asked(macro):
    """Calls a macro where no server is; what it sends is analyzed."""

    def call(name, *arguments, bq_table=None, **named):
        sent = []

        def answer(sql):
            sent.append(sql)
            part = "2024-01-01" if "by" in named else None
            row = [LENGTH] if "as asked" in sql else [0] * 50
            if "as first_day" in sql:  # so many days that some are tried first
                row = ["2024-01-01", "2024-03-01"]
            elif "as part" in sql:
                row = [part, 200000, 200000, 9000000, 9000000, 60, True, 1]
            return SimpleNamespace(rows=[dict(enumerate(row))])

        result = macro(name, *arguments, **named, stubs={"run_query": answer, "adapter.get_bq_table": bq_table})
        sent += [result.text] if name.endswith("_sql") else []
        assert macro.analyze(";\n".join(sent))
        return sent

    return call


def described(**fields):
    """A table as BigQuery's API describes it and Google's client gives it to dbt."""
    from google.cloud.bigquery import Table

    place = {"projectId": "p", "datasetId": "d", "tableId": "t"}
    return Table.from_api_repr({"tableReference": place, "type": "TABLE", **fields})


LENGTH = "array_length_array_agg_id"
NO_TABLE = {"adapter.get_bq_table": None}


def same(sql, other):
    """A join is estimated with numbered duplicates, which reads the same columns."""
    return sql == other or ("full outer join" in sql and "full outer join" in other)


ASKING = {
    "day": {"timePartitioning": {"type": "DAY", "field": "day"}},
    "id": {"rangePartitioning": {"field": "id", "range": {"start": "0", "end": "9", "interval": "1"}}},
    "_PARTITIONTIME": {"timePartitioning": {"type": "DAY"}},
}
CALLS = [
    ("compare_rows", {"key": "id", "by": "day"}),
    ("compare_rows", {"key": "id", "where": "amount > 0 or id = 1"}),
    ("compare_rows", {}),
    ("compare_rows_sql", {"key": "id"}),
    ("compare_rows_sql", {"where": "amount > 0 or id = 1"}),
    ("compare_row_counts", {"by": "status"}),
    ("compare_row_counts_sql", {}),
    (
        "compare_aggregates",
        {"metrics": ["sum(amount)", "array_length(array_agg(id))"], "where": "amount > 0 or id = 1"},
    ),
    ("compare_aggregates_sql", {"by": "day"}),
    ("validate_table_sql", {"key": "id", "date_column": "day", "where": "amount > 0 or id = 1"}),
]


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(("name", "arguments"), CALLS)
@pytest.mark.parametrize("column", ASKING)
def test_each_read_of_a_table_that_asks_for_it_filters_its_partitions(table, asked, name, arguments, column):
    tables = table(types=INGESTED), table(types=INGESTED)
    always = f"(`{column}` is null or `{column}` is not null)"
    sent = asked(name, *tables, bq_table=described(requirePartitionFilter=True, **ASKING[column]), **arguments)
    reads = [sum(sql.count(f"from {each}") for each in tables) for sql in sent]
    assert sum(reads) >= 2
    assert [sql.count(always) for sql in sent] == reads
    if "where" in arguments:
        given = [sql.count(f"(amount > 0 or id = 1)\n  and {always}") for sql in sent if "as asked" not in sql]
        assert given == [count for count, sql in zip(reads, sent, strict=True) if "as asked" not in sql]


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(("name", "arguments"), [("find_duplicates_sql", {"key": "id"}), ("null_rates_sql", {})])
def test_so_does_each_read_of_one_table(table, asked, name, arguments):
    (sql,) = asked(
        name, table(types=TYPES), bq_table=described(requirePartitionFilter=True, **ASKING["day"]), **arguments
    )
    assert sql.count("(`day` is null or `day` is not null)") == sql.count("from `test-project`") == 1


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("by", [None, "day"])
def test_what_is_sent_was_estimated_or_is_a_part_of_it(macro, table, asked, by):
    tables = table(types=TYPES), table(types=TYPES)
    arguments = {"key": "id", **({"by": by} if by else {})}
    plan = macro(
        "_statements_of_comparison", macro("_asked_comparison", *tables, **arguments, stubs=NO_TABLE).value
    ).value
    estimated = [*plan["always"], *plan["when_different"]]
    for bq_table in (described(**ASKING["day"]), None):
        sent = asked("compare_rows", *tables, bq_table=bq_table, **arguments)
        assert len(sent) >= 4
        for sql in sent:
            whole = re.sub(r"\n  where (\(\n(  .*\n)+\)|.*)", "", sql)
            assert any(same(whole, each) for each in estimated), sql


@pytest.mark.targets("bigquery")
def test_a_table_that_asks_for_nothing_gets_no_filter(table, asked):
    tables = table(types=TYPES), table(types=TYPES)
    for bq_table in (described(**ASKING["day"]), None):
        assert "where" not in "".join(asked("compare_row_counts", *tables, by="day", bq_table=bq_table))


@pytest.mark.targets("bigquery")
def test_ingestion_time_cuts_and_groups(table, asked):
    tables = table(types=INGESTED), table(types=INGESTED)
    for by in ("_PARTITIONTIME", "_partitiontime", "`_PARTITIONTIME`"):
        counted = asked("compare_row_counts", *tables, by=by)[0]
        assert " as `partition_time`" in counted, "BigQuery refuses a column of a result that begins with _PARTITION"
    assert " as `partition_time`" in asked("compare_aggregates", *tables, by="_PARTITIONTIME", metrics="amount")[0]
    sent = asked("compare_rows", *tables, key="id", by="_PARTITIONTIME")
    assert "date(`_PARTITIONTIME`, 'UTC') as part" in next(sql for sql in sent if "as checksum" in sql)
    within = "(`_PARTITIONTIME` >= timestamp '2024-01-01 00:00:00+00:00' and `_PARTITIONTIME` < timestamp '2024-01-02 00:00:00+00:00')"
    assert sent[-1].count(within.strip("()")) == 2
