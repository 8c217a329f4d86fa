"""Printed edits are tried on a copy of the project: what holds is said, and so is what does not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from printed import write
from shop import Shop

from dbt_playbooks.errors import ProjectError
from dbt_playbooks.interface import Options
from dbt_playbooks.migrations import command
from dbt_playbooks.project import open_project

BASE = """\
select
    id,
    {{ dbt_playbooks.renamed_column('note', 'remark', remove_after='2024-02-01') }}
from {{ source('raw', 'events') }}
"""
EQUAL = """\
models:
  - name: base
    data_tests:
      - dbt_playbooks.columns_equal: {arguments: {a: note, b: remark}}
"""


def a_rename(shop: Shop, reader: str, **files: str) -> None:
    shop.model("base", BASE)
    shop.model("reader", reader)
    shop.write("models/_base.yml", EQUAL)
    for name, text in files.items():
        shop.model(name, text)


def steps(shop: Shop, *words: str) -> list[dict[str, Any]]:
    said = shop.playbooks("migrations", "--json", *words)
    assert said.code == 0, said.err
    (change,) = json.loads(said.out)["changes"]
    return list(change["steps"])


def everything(folder: Path) -> dict[str, bytes]:
    """All files of the project but those that dbt and we keep in its target."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "target" not in path.parts and "dbt_packages" not in path.parts
    }


def test_an_edit_that_holds_is_said_to_be_tried_and_nothing_of_the_user_is_written(shop: Shop) -> None:
    a_rename(shop, "select id, note from {{ ref('base') }}\n", below="select note from {{ ref('reader') }}\n")
    before, tables = everything(shop.folder), shop.sql("from duckdb_tables() select table_name order by all")
    move, _ = steps(shop)
    assert everything(shop.folder) == before
    assert shop.sql("from duckdb_tables() select table_name order by all") == tables
    assert shop.sql("from duckdb_views() select view_name where not internal") == []
    assert [edit["fails"] for edit in move["edits"]] == [[]]
    # the three models and the test, though none of them was ever built
    assert move["tried"] == {"compiled": 4, "described": 4, "why_not": None, "waits": 0, "broken": []}


def test_an_expression_without_a_name_is_called_as_it_is_written_and_that_is_told(shop: Shop) -> None:
    a_rename(shop, "select cast(note as varchar) from {{ ref('base') }}\n")
    move, _ = steps(shop)
    (edit,) = move["edits"]
    assert edit["fails"] == ["column CAST(note AS VARCHAR) of model reader is then called CAST(remark AS VARCHAR)"]
    said = shop.playbooks("migrations")
    assert "does not hold: column CAST(note AS VARCHAR) of model reader is then called" in said.out


def test_what_does_not_build_after_an_edit_is_told_with_what_the_warehouse_said(shop: Shop) -> None:
    shop.write("macros/picked.sql", "{% macro picked() %}note{% endmacro %}\n")
    a_rename(
        shop,
        "select id, upper(note) as note from {{ ref('base') }}\n",
        hidden="select {{ picked() }} from {{ ref('base') }}\n",
    )
    *_, last = steps(shop)
    said = [note for note in last["notes"] if "hidden" in note]
    assert len(said) == 1
    assert said[0].startswith(
        'tried on a copy: model hidden does not build: Binder Error: Referenced column "note" not found'
    )


def test_an_edit_after_which_the_project_does_not_parse_is_told_by_dbts_own_words(shop: Shop) -> None:
    refuses = (
        "{% if 'rem' ~ 'ark' in model.raw_code %}{% do exceptions.raise_compiler_error('refused here') %}{% endif %}"
    )
    a_rename(shop, refuses + "\nselect note from {{ ref('base') }}\n")
    move, _ = steps(shop)
    (edit,) = move["edits"]
    assert len(edit["fails"]) == 1
    assert edit["fails"][0].startswith(
        "the project no longer parses: Compilation Error in model reader (models/reader.sql) refused here"
    )
    assert move["tried"]["compiled"] == 0


def test_what_did_not_build_before_is_no_fault_of_the_edit(shop: Shop) -> None:
    a_rename(shop, "select id, note, nowhere from {{ ref('base') }}\n", other="select nothing from {{ ref('base') }}\n")
    move, _ = steps(shop)
    (edit,) = move["edits"]
    assert len(edit["fails"]) == 1
    assert edit["fails"][0].startswith(
        "model reader can't be tried: as it stands it does not build either: Binder Error"
    )


def test_a_model_that_waits_for_a_person_is_not_judged(shop: Shop) -> None:
    a_rename(shop, "select id, {{ 'note' }} from {{ ref('base') }} where note > ''\n")
    *_, last = steps(shop)
    assert last["tried"]["waits"] >= 1
    assert not any("reader" in note for note in last["notes"])


def test_without_a_database_nothing_is_described_and_that_is_said(shop: Shop) -> None:
    a_rename(shop, "select id, note from {{ ref('base') }}\n")
    shop.model("base", "select 1 as id, {{ dbt_playbooks.renamed_column('note', 'remark', expression='4') }}")
    (shop.folder / "models/_base.yml").unlink()
    shop.file.unlink()
    _, move, _ = steps(shop)
    assert move["tried"] == {
        "compiled": 1,
        "described": 0,
        "why_not": "there is no database shop.duckdb yet",
        "waits": 0,
        "broken": [],
    }
    said = shop.playbooks("migrations", "--model", "base")
    assert not shop.file.exists()
    assert (
        "tried on a copy of the project: 1 node compiled, 0 described; the others not: there is no database" in said.out
    )


def test_where_what_is_read_is_not_in_the_warehouse_it_is_said_that_it_could_not_be_tried(shop: Shop) -> None:
    a_rename(shop, "select id, note from {{ ref('base') }}\n")
    shop.sql("drop table raw.events")
    move, _ = steps(shop)
    assert move["edits"][0]["fails"] == []
    assert move["tried"]["why_not"] == "base, which it reads, is not known"
    assert len(move["tried"]["broken"]) == 1
    assert move["tried"]["broken"][0].startswith("base: Catalog Error: Table with name events does not exist")
    assert "; does not build as it is: base\n" in shop.playbooks("migrations").out


def test_a_reader_whose_file_does_not_name_the_column_is_told_of(shop: Shop) -> None:
    shop.write("macros/kind.sql", "{% macro kind() %}upper(note){% endmacro %}\n")
    a_rename(shop, "select id, {{ kind() }} as kind from {{ ref('base') }}\n")
    move, last = steps(shop)
    assert (
        "model reader reads note and its file does not say so: look at the macros that it calls, at whole rows, and at its config"
        in move["notes"]
    )
    assert any("model reader does not build: Binder Error" in note for note in last["notes"])


def test_what_was_tried_is_kept_until_a_file_changes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rename(shop, "select cast(note as varchar) from {{ ref('base') }}\n")
    first = steps(shop)
    with monkeypatch.context() as patched:
        patched.setattr("dbt_playbooks.migrations.trial._try_all", lambda *_: pytest.fail("tried again"))
        assert steps(shop) == first
    shop.model("reader", "select cast(note as varchar) as note from {{ ref('base') }}\n")
    assert steps(shop)[0]["edits"][0]["fails"] == []


def test_the_command_works_from_another_folder_and_leaves_none_behind(shop: Shop, tmp_path: Path) -> None:
    a_rename(shop, "select id, note from {{ ref('base') }}\n")
    before = os.getcwd()
    os.chdir(shop.folder)
    try:
        options = Options(project_dir=str(shop.folder), profiles_dir=".")
        assert command.migrations(options, None, overdue=False, refresh=True, as_json=True) == 0
    finally:
        os.chdir(before)
    assert list(tmp_path.glob("dbt_playbooks_*")) == []


def test_edits_that_change_the_layer_of_semantics_are_checked_by_what_the_model_returns(shop: Shop) -> None:
    shop.write(
        "models/_unit.yml",
        "unit_tests:\n  - name: one\n    model: reader\n    given:\n      - input: ref('base')\n        rows: [{id: 1, remark: a}]\n"
        "    expect: {rows: [{kind: a}]}\n",
    )
    a_rename(shop, "select id, note as kind from {{ ref('base') }}\n")
    move, _ = steps(shop)
    assert [edit["fails"] for edit in move["edits"]] == [[]]


def test_a_reader_that_joins_using_what_is_gone_is_to_be_mended_and_both_sides_are_told(shop: Shop) -> None:
    shop.model("base", BASE.replace("remove_after=", "phase='new', remove_after="))
    shop.model("other", "select note, 1 as k from {{ source('raw', 'events') }}\n")
    shop.model("reader", "select b.id, other.k from {{ ref('base') }} as b join {{ ref('other') }} using (note)\n")
    first, *_ = steps(shop)
    assert first["title"] == "mend what reads note, which is gone: it does not build"
    (edit,) = first["edits"]
    assert edit["after"] is None
    assert edit["note"].startswith(
        "join on b.remark = other.note in place of note in using, since only b calls it remark"
    )


def test_a_removal_names_every_reader_the_last_first_and_what_a_union_then_lacks(shop: Shop) -> None:
    shop.model(
        "base",
        "select id, {{ dbt_playbooks.deprecated_column('name', 'string', '2024-02-01') }} from {{ source('raw', 'events') }}\n",
    )
    shop.model("customers", "select id, name from {{ ref('base') }}\n")
    shop.model("report", "select id, name as surname from {{ ref('customers') }}\n")
    shop.model("stacked", "select * from {{ ref('customers') }} union all select 1, 'a'\n")
    first, last = steps(shop)
    assert [edit["path"] for edit in first["edits"]] == ["models/report.sql", "models/customers.sql"]
    assert [edit["after"] for edit in first["edits"]] == [
        ["select id from {{ ref('customers') }}"],
        ["select id from {{ ref('base') }}"],
    ]
    assert first["commands"][0] == "dbt build --select customers+ report+ stacked+"
    union, trial = (each for each in first["notes"] if "stacked" in each)
    assert (
        union
        == "model stacked takes name by a star into a union by position: take that column out of the other side, too"
    )
    assert "model stacked does not build: Binder Error: Set operations can only apply" in trial
    assert last["title"] == "remove name"


def test_a_replacement_that_reads_the_table_gets_its_place_and_the_old_code_another_name(shop: Shop) -> None:
    table = "{{ config(materialized='table') }}\n"
    replaces = "{{ config(materialized='table', meta={'dbt_playbooks_replaces': 'orders'}) }}\n"
    shop.model("orders", table + "select id, note from {{ source('raw', 'events') }}\n")
    shop.model("between", table + "select * from {{ ref('orders') }}\n")
    shop.model(
        "orders_v2", replaces + "select id, b.note from {{ ref('between') }} as b join {{ ref('orders') }} using (id)\n"
    )
    shop.model("reader", "select count(*) as n from {{ ref('orders') }}\n")
    shop.dbt("build")
    *_, last = steps(shop)
    assert last["moves"] == [
        ["models/orders.sql", "models/orders_before.sql"],
        ["models/orders_v2.sql", "models/orders.sql"],
    ]
    assert last["commands"] == [
        "git mv -f models/orders.sql models/orders_before.sql",
        "git mv -f models/orders_v2.sql models/orders.sql",
        "dbt build --select orders_before+ orders+",
    ]
    assert any(
        note.startswith("between and orders_v2 read orders, and what makes orders_v2 can't read itself")
        for note in last["notes"]
    )
    assert last["tried"]["described"] == 3
    assert not any("tried on a copy" in note for note in last["notes"])

    arguments = {"table": "orders", "replacement": "orders_v2", "dry_run": False}
    shop.dbt("run-operation", "dbt_playbooks.cutover", "--args", json.dumps(arguments))
    (only,) = steps(shop)
    assert only["notes"][0] == "the cutover has run: the table orders is what orders_v2 made"

    write(shop.folder, only)
    for source, target in only["moves"]:
        (shop.folder / source).replace(shop.folder / target)
    shop.model(
        "orders",
        (shop.folder / "models/orders.sql").read_text().replace(", meta={'dbt_playbooks_replaces': 'orders'}", ""),
    )
    shop.dbt("build")
    assert shop.sql("select n from reader") == [(273,)]
    assert json.loads(shop.playbooks("migrations", "--json").out)["changes"] == []


@pytest.mark.parametrize("sql", ["select 1 as id from {{ ref('orders') }}", "select id from {{ ref('other') }}"])
def test_a_cycle_is_told_as_one(shop: Shop, sql: str) -> None:
    shop.model("orders", sql)
    shop.model("other", "select id from {{ ref('orders') }}")
    options = Options(project_dir=str(shop.folder), profiles_dir=str(shop.folder))
    with open_project(options, only_reads=True) as project, pytest.raises(ProjectError, match="Found a cycle: "):
        project.shapes(["model.shop.orders", "model.shop.other"], [])


def test_a_project_with_files_outside_of_its_folder_is_not_tried_and_that_is_said(shop: Shop) -> None:
    shop.model("base", BASE)
    shop.write("../beside/reader.sql", "select id, note from {{ ref('base') }}\n")
    text = (shop.folder / "dbt_project.yml").read_text()
    shop.write("dbt_project.yml", text.replace("model-paths: [models]", "model-paths: [models, ../beside]"))
    first, *_ = steps(shop)
    assert first["tried"]["compiled"] == 0
    assert (
        "it may lie outside of the project's folder" in first["tried"]["why_not"]
        or "lies outside" in first["tried"]["why_not"]
    )
    assert "not tried: " in shop.playbooks("migrations").out


def a_retype(shop: Shop, reader: str, phase: str = "both") -> None:
    call = f"retyped_column('code', 'integer', phase='{phase}', remove_after='2024-02-01', expression='cast(amount as varchar)')"
    shop.model("base", f"select id, {{{{ dbt_playbooks.{call} }}}} from {{{{ source('raw', 'events') }}}}\n")
    shop.model("reader", reader)
    test = "dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}"
    shop.write(
        "models/_base.yml", f"models:\n  - name: base\n    columns:\n      - name: code\n        data_tests: [{test}]\n"
    )


def test_of_a_retype_the_columns_that_keep_their_name_and_get_the_type_are_told(shop: Shop) -> None:
    a_retype(shop, "select id, code, code || 'x' as text from {{ ref('base') }}\n")
    move, _ = steps(shop)
    assert move["edits"][0]["fails"] == []
    told = [note for note in move["notes"] if note.startswith("tried on a copy")]
    assert told == ["tried on a copy: column code of model reader becomes BIGINT; it is VARCHAR now"]


@pytest.mark.parametrize("phase", ["both", "new"])
def test_a_function_that_does_not_take_the_new_type_is_told_with_the_edit(shop: Shop, phase: str) -> None:
    a_retype(shop, "select id, upper(code) as code from {{ ref('base') }}\n", phase)
    first = next(step for step in steps(shop) if any(edit["path"] == "models/reader.sql" for edit in step["edits"]))
    (edit,) = (each for each in first["edits"] if each["path"] == "models/reader.sql")
    assert len(edit["fails"]) == 1
    assert edit["fails"][0].startswith(
        "model reader does not build: Binder Error: No function matches the given name and argument types 'upper(BIGINT)'"
    )


def test_on_bigquery_only_what_is_edited_is_compiled_and_that_nothing_is_described_is_said(shop: Shop) -> None:
    profile = "{type: bigquery, method: oauth-secrets, token: none, project: p, schema: d, api_endpoint: 'http://127.0.0.1:1'}"
    shop.write("profiles.yml", f"shop: {{target: dev, outputs: {{dev: {profile}}}}}\n")
    a_rename(shop, "select id, struct(note) as s from {{ ref('base') }}\n", other="select id from {{ ref('base') }}\n")
    move, _ = steps(shop)
    assert move["edits"][0]["after"] == ["select id, struct(remark as note) as s from {{ ref('base') }}"]
    assert move["tried"] == {
        "compiled": 1,
        "described": 0,
        "why_not": "only DuckDB is asked what a query returns, not bigquery",
        "waits": 0,
        "broken": [],
    }
