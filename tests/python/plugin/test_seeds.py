"""Seeds of the project, made with their config as `dbt seed` makes them."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError

EVERYWHERE = pytest.mark.targets("duckdb", "bigquery", "emulator")


@EVERYWHERE
def test_a_seed_is_made_where_ref_finds_it(macro, table):
    made = table(seed="colours")
    found = macro.compile("select * from {{ ref('colours') }}").check()
    assert str(made) in found.text
    assert list(found.columns) == ["id", "bed"]
    if macro.target != "bigquery":
        assert found.rows == [(1, "red")]
    assert macro.statements == []


@pytest.fixture(params=[1, 2])
def again(request):
    """What a test made is gone, so that it can be made again."""
    return request.param


@EVERYWHERE
@pytest.mark.usefixtures("again")
def test_the_config_of_a_seed_counts(macro, table):
    made = table(seed="catalogue")
    assert (made.schema, made.identifier) == ("dbt_test_shop", "plants_for_sale")
    name = '"Plant Name"' if macro.target == "duckdb" else "`Plant Name`"
    found = macro.compile(f"select id, {name} as name, code, price, since, rare, note from {made} order by id").check()
    bigquery = ["int64", "string", "string", "numeric", "date", "bool", "string"]
    duckdb = ["integer", "varchar", "varchar", "decimal(9,2)", "date", "boolean", "varchar"]
    kinds = [each.replace("boolean", "bool") if macro.target == "emulator" else each for each in found.columns.values()]
    assert kinds == (duckdb if macro.target == "duckdb" else bigquery)
    if macro.target != "bigquery":
        assert found.rows == [
            (1, "rose, red", "007", decimal.Decimal("1.50"), dt.date(2024, 1, 31), True, None),
            (2, "oak", "010", decimal.Decimal("2"), None, False, "old"),
        ]


@EVERYWHERE
def test_the_seeds_of_another_test_are_gone(macro):
    with pytest.raises(SqlError):
        macro.compile("select * from {{ ref('colours') }}").check()
    with pytest.raises(SqlError):
        macro.compile("select * from {{ ref('catalogue') }}").check()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"seed": "colors"}, "there is no seed 'colors' in project 'garden'. There is: colours"),
        ({"seed": "plants"}, "there is no seed 'plants'"),
        (
            {"seed": "colours", "name": "x"},
            "seed 'colours' is made with its own config: table(seed='colours') takes nothing else",
        ),
        ({"seed": "colours", "types": {"id": "string"}}, "is made with its own config"),
    ],
)
def test_a_wrong_seed_says_what_to_type(table, arguments, said):
    with pytest.raises(HarnessError) as error:
        table(**arguments)
    assert said in str(error.value)


@EVERYWHERE
def test_a_model_reads_a_seed_and_a_table_of_the_test(macro, table):
    table(seed="colours")
    made = macro.materialize(model="beds", refs={"plants": table({"id": [1, 2]})})
    assert list(made.columns) == ["bed", "plants"]
    if macro.target != "bigquery":
        assert made.rows == [("red", 1)]


def test_a_seed_that_its_types_do_not_take_is_refused(inside):
    (inside.garden / "seeds" / "wrong.csv").write_text("id\nx\n")
    (inside.garden / "seeds" / "wrong.yml").write_text(
        "seeds: [{name: wrong, config: {column_types: {id: integer}}}]\n"
    )
    result = inside.run("def test_it(table):\n    table(seed='wrong')\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *SqlError: the warehouse (duckdb, target 'duckdb') said:*"])


def test_a_type_that_bigquerys_api_does_not_have_is_refused_without_a_server(inside):
    (inside.garden / "seeds" / "wrong.csv").write_text("id\n1\n")
    (inside.garden / "seeds" / "wrong.yml").write_text(
        "seeds: [{name: wrong, config: {column_types: {id: 'numeric(10, 2)'}}}]\n"
    )
    result = inside.run("def test_it(table):\n    table(seed='wrong')\n", "--dbt-targets", "bigquery")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *SqlError: column_types of the seed, column 'id': BigQuery's API has no type 'numeric(10, 2)'*"]
    )


@EVERYWHERE
def test_a_seed_is_made_once(table):
    table({"id": [1]}, name="colours")
    with pytest.raises(HarnessError, match=r"seed 'colours' is the table .*colours.*, which the test has already"):
        table(seed="colours")
