"""Tables of a second database (of DuckDB) or project (of BigQuery), beside those of the test's own."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError

EVERYWHERE = pytest.mark.targets("duckdb", "bigquery", "emulator")
JOINED = "select b.name from {} as a join {} as b using (id) order by 1"


@EVERYWHERE
@pytest.mark.parametrize("again", [1, 2])
def test_a_table_of_another_database_is_joined_with_one_of_the_own(macro, table, again):
    own = table({"id": [again]}, name="plants")
    other = table({"id": [again], "name": ["rose"]}, name="plants", schema="raw", database="other-place")
    assert other.database == "other-place"
    assert str(own) != str(other)
    joined = macro.compile(JOINED.format(own, other)).check()
    assert list(joined.columns) == ["name"]
    if macro.target != "bigquery":
        assert joined.rows == [("rose",)]


@EVERYWHERE
def test_it_is_gone_in_the_next_test(macro):
    there = macro.compile("{{ adapter.get_relation('other-place', 'raw', 'plants') is none }}")
    assert there.text == "True"


@EVERYWHERE
def test_macros_find_it_and_its_columns(macro, table):
    made = table({"id": [1], "name": ["rose"]}, name="plants", database="elsewhere")
    assert made.schema == table({"id": [1]}).schema
    assert macro("column_names", made).value == ["id", "name"]
    found = macro.compile("{{ adapter.get_relation('elsewhere', '" + made.schema + "', 'plants') }}")
    assert found.text == str(made)
    assert (
        macro.compile("{{ adapter.get_relation('elsewhere', '" + made.schema + "', 'trees') is none }}").text == "True"
    )


@EVERYWHERE
def test_a_source_of_another_project_is_what_a_model_reads(macro, table):
    made = table({"id": [1], "name": ["rose"], "season": ["spring"]}, schema="raw", database="elsewhere")
    text = macro.compile(model="plants", sources={"raw.plantings": made}).check().text
    assert f"from {made}" in text


@pytest.mark.targets("bigquery")
def test_a_table_of_one_project_is_not_one_of_another(macro, table):
    table({"id": [1]}, name="plants", schema="raw", database="elsewhere")
    with pytest.raises(SqlError, match=r"Table not found"):
        macro.analyze("select id from raw.plants")
    assert macro.analyze("select id from elsewhere.raw.plants")


def test_the_own_database_may_be_named(macro, table):
    made = table({"id": [1]}, schema="raw", database="memory")
    assert macro.query(f"select id from {made}") == [(1,)]
    assert macro.query("select count(*) from duckdb_databases() where not internal") == [(1,)]


@pytest.mark.parametrize("name", ["system", "TEMP"])
def test_a_database_of_duckdbs_own_is_refused(table, name):
    with pytest.raises(HarnessError, match=f"DuckDB keeps database '{name}' for itself"):
        table({"id": [1]}, database=name)


def test_a_macro_may_attach_another_beside_it(macro, table):
    table({"id": [1]}, database="elsewhere")
    macro("write_by", "attach ':memory:' as third; create table third.t as select 1 as id", by="alone")
    assert macro.query("select count(*) from duckdb_databases() where not internal") == [(3,)]


@pytest.mark.parametrize("again", [1, 2])
def test_no_database_stays(macro, again):
    assert macro.query(f"select count(*) + {again} from duckdb_databases() where not internal") == [(1 + again,)]
