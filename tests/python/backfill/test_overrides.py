"""Macros of a project in the place of those of dbt that build a model: refused where they write rows, or decide what a chunk replaces."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop, refused

from dbt_playbooks.interface import Options, Overridden
from dbt_playbooks.project import open_project


@pytest.mark.parametrize(
    ("name", "arguments", "sql", "writes"),
    [
        ("run_hooks", "hooks, inside_transaction=True", "{% do run_query('insert into audit.log select 1') %}", True),
        ("create_indexes", "relation", "{% do kept(relation) %}", True),
        ("default__persist_docs", "relation, model, for_relation=true, for_columns=true", "{# insert nothing #}", False),
        ("apply_grants", "relation, grant_config, should_revoke", "{% do log('grant insert, delete on it; delete old ones') %}", False),
        ("make_temp_relation", "base_relation, suffix='__t'", "{{ return(dbt.make_temp_relation(base_relation, suffix)) }}", False),
        ("should_revoke", "existing_relation, full_refresh_mode=True", "{% do adapter.truncate_relation(existing_relation) %}", True),
        ("create_indexes", "relation", "{% set o = {} %}{% do o.update({'a': 1}) %}\n{% set indexes = config.get('indexes', default=[]) %}", False),
        ("create_indexes", "relation", "{% do log('update the audit, then set x') %}{% do log('insert, delete or merge, by a hook') %}", False),
        ("create_indexes", "relation", "{% do run_query('insert ' ~ relation ~ ' (id) values (1)') %}", True),
        ("create_indexes", "relation", "{% set sql %}merge {{ relation }} as t using x on t.id = x.id when matched then delete{% endset %}", True),
        ("create_indexes", "relation", "{% set sql %}delete {{ relation }} where id = 1{% endset %}{% do run_query(sql) %}", True),
        ("create_indexes", "relation", "{% set sql %}update {{ relation }} set id = 1{% endset %}{% do run_query(sql) %}", True),
        ("create_indexes", "relation", "{% do run_query('copy ' ~ relation ~ \" from 'a.csv'\") %}", True),
        ("generate_alias_name", "custom_alias_name=none, node=none", "{{ node.name }}{# delete #}", False),
    ],
)  # fmt: skip
def test_macros_of_dbt_that_the_project_replaces(shop: Shop, name: str, arguments: str, sql: str, writes: bool) -> None:
    shop.sql("create schema audit; create table audit.log as select 1 as n limit 0")
    shop.write("macros/own.sql", f"{{% macro {name}({arguments}) %}}{sql}{{% endmacro %}}")
    shop.write(
        "macros/kept.sql", "{% macro kept(r) %}{% do run_query('delete from ' ~ r ~ ' where id = 1') %}{% endmacro %}"
    )
    shop.model("events", DELETE_INSERT + FILTERED)
    if writes:
        refused(shop, f"the project overrides {name}, and that macro writes rows")
    else:
        said = shop.run("events", *RANGE)
        assert said.code == 0, said.err


@pytest.mark.parametrize("name", ["should_full_refresh", "is_incremental"])
def test_macros_that_decide_what_a_chunk_replaces_are_dbts_own(shop: Shop, name: str) -> None:
    shop.write("macros/own.sql", f"{{% macro {name}() %}}{{{{ return(true) }}}}{{% endmacro %}}")
    shop.model("events", DELETE_INSERT + FILTERED)
    refused(shop, f"the project overrides {name}, by which dbt decides what a chunk replaces")


def test_a_project_without_macros_of_its_own_replaces_none(shop: Shop) -> None:
    folder = str(shop.folder)
    shop.model("events", DELETE_INSERT + FILTERED)
    with open_project(Options(project_dir=folder, profiles_dir=folder), ("events",)) as project:
        assert project.overridden() == Overridden([], [], [])
