"""The changes of a project: read from the calls in its models, and from the meta of models that replace others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from evolving import graph, lineage, node

from dbt_playbooks.errors import UsageError
from dbt_playbooks.migrations.changes import Change, column_changes, stands_in
from dbt_playbooks.migrations.replacements import replacements
from dbt_playbooks.migrations.replacements import stands_in as replacement_stands_in

TODAY = dt.date(2024, 2, 11)


def found(root: Path, sql: str, *columns: str, **more: Any) -> list[Change]:
    return list(column_changes(graph(root, (node("m", raw_code=sql, **more), lineage(columns))), root))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("renamed_column('a', 'b')", ("rename", "both", "a", "b", None)),
        ("renamed_column('a', 'b', 'new', '2024-02-01')", ("rename", "new", "a", "b", dt.date(2024, 2, 1))),
        (
            "renamed_column('\"a\"', new_name='`b`', remove_after='2024-02-01')",
            ("rename", "both", "a", "b", dt.date(2024, 2, 1)),
        ),
        ("retyped_column('a', 'integer')", ("retype", "both", "a", "a_int", None)),
        ("retyped_column('a', 'integer', typed_name='c')", ("retype", "both", "a", "c", None)),
        ("deprecated_column('a', 'string', '2024-02-01')", ("remove", "deprecated", "a", None, dt.date(2024, 2, 1))),
        ("added_column('s.x', 'a', default=0)", ("add", "added", None, "a", None)),
    ],
)
def test_each_macro_is_a_kind_of_change(tmp_path: Path, call: str, expected: tuple[object, ...]) -> None:
    (change,) = found(tmp_path, f"select\n  {{{{ dbt_playbooks.{call} }}}}", "a", "a_int", "a_cast_failures")
    assert (change.kind, change.phase, change.old, change.new, change.until) == expected
    assert (change.path, change.line, change.unknown) == ("models/m.sql", 2, {})


def test_the_line_is_that_of_the_file_whose_first_lines_dbt_strips(tmp_path: Path) -> None:
    shop = graph(tmp_path, (node("m", raw_code="select {{ renamed_column('a', 'b') }}"), None))
    (tmp_path / "models/m.sql").write_bytes(b"\r\n\r\nselect {{ renamed_column('a', 'b') }}\r\n")
    (change,) = column_changes(shop, tmp_path)
    assert change.line == 3


def test_what_is_no_literal_is_unknown_and_the_rest_is_told(tmp_path: Path) -> None:
    call = "renamed_column('a', var('name'), phase=var('phase', 'both'), remove_after='soon')"
    (change,) = found(tmp_path, f"select {{{{ {call} }}}}")
    assert (change.old, change.new, change.phase, change.until) == ("a", None, None, None)
    assert change.unknown == {"new_name": "var('name')", "phase": "var('phase', 'both')", "remove_after": "'soon'"}


def test_a_star_leaves_what_is_not_named_unknown(tmp_path: Path) -> None:
    (change,) = found(tmp_path, "{{ renamed_column('a', **more) }}")
    assert change.old == "a"
    assert set(change.unknown or ()) == {"new_name", "phase", "remove_after", "expression"}


def test_the_default_name_of_a_typed_column_that_the_model_does_not_show_is_left_open(tmp_path: Path) -> None:
    (change,) = found(tmp_path, "{{ retyped_column('a', 'integer') }}", "a", "b")
    assert change.new is None
    assert change.title == "retype a to integer"


def test_models_of_packages_and_of_python_are_not_looked_into(tmp_path: Path) -> None:
    call = "{{ renamed_column('a', 'b') }}"
    assert found(tmp_path, call, package="other") == []
    assert found(tmp_path, call, language="python") == []


def test_a_change_is_overdue_from_the_day_after_its_last_day_on_and_never_in_phase_new(tmp_path: Path) -> None:
    sql = "{{ renamed_column('a', 'b', PHASE, remove_after='2024-02-10') }}"
    (both,) = found(tmp_path, sql.replace("PHASE", "'both'"))
    (new,) = found(tmp_path, sql.replace("PHASE", "'new'"))
    days = [both.days_over(dt.date(2024, 2, day)) for day in (9, 10, 11, 12)]
    assert days == [-1, 0, 1, 2]
    assert new.days_over(TODAY) == 0


def test_an_older_version_had_the_call_in_whichever_phase_and_quotes(tmp_path: Path) -> None:
    (change,) = found(tmp_path, "{{ renamed_column('a', 'b', phase='new') }}")
    assert stands_in('{{ dbt_playbooks.renamed_column( "a","b" ) }}', change)
    assert not stands_in("{{ renamed_column('b', 'a') }} {# renamed_column('a', 'b') #}", change)
    assert not stands_in("", change)


def replaced(root: Path, value: object, sql: str = "") -> Change:
    new = node("orders_v2", raw_code=sql, meta={"dbt_playbooks_replaces": value}, properties_path="models/p.yml")
    (change,) = replacements(graph(root, (node("orders"), None), (new, None)), root)
    return change


def test_a_model_says_in_its_meta_whom_it_replaces(tmp_path: Path) -> None:
    sql = "\n{{ config(\n  meta={'dbt_playbooks_replaces': 'orders'}) }}\nselect 1"
    change = replaced(tmp_path, "orders", sql)
    assert (change.kind, change.node.name, change.new) == ("repartition", "orders", "orders_v2")
    assert (change.path, change.line, change.until) == ("models/orders_v2.sql", 3, None)
    assert replacement_stands_in(sql, change)
    assert not replacement_stands_in(sql.replace("orders", "orders_daily"), change)


@pytest.mark.parametrize("day", ["2024-03-01", dt.date(2024, 3, 1)])
def test_the_meta_may_stand_in_yaml_and_say_when(tmp_path: Path, day: object) -> None:
    entry = "  - name: orders_v2\n    config:\n      meta:\n        dbt_playbooks_replaces:\n          model: orders\n"
    yml = "models:\n  - name: orders\n    meta: {x: 1}\n" + entry
    (tmp_path / "models").mkdir()
    (tmp_path / "models/p.yml").write_text(yml)
    change = replaced(tmp_path, {"model": "orders", "planned_date": day})
    assert (change.path, change.line, change.until) == ("models/p.yml", 7, dt.date(2024, 3, 1))
    assert replacement_stands_in(yml, change)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("order", "replaces 'order', and there is no such model in project 'shop'.\nDid you mean: orders"),
        ("zzz", "replaces 'zzz', and there is no such model in project 'shop'.\nModels of the project: orders, orders_v2"),
        ("orders_v2", "model 'orders_v2' (models/orders_v2.sql) says that it replaces itself"),
        ({"model": "orders", "planed_date": "2024-03-01"}, "has 'planed_date', which is not known. Allowed: model, planned_date. Did you mean planned_date?"),
        ({"planned_date": "2024-03-01"}, "Write the name of the model that it replaces: dbt_playbooks_replaces: orders"),
        (["orders"], "names no model: ['orders']"),
        ({"model": "orders", "planned_date": "soon"}, "has the planned_date 'soon', which is no day. Write it as 2024-02-01."),
    ],
)  # fmt: skip
def test_a_meta_that_says_it_wrong_is_refused(tmp_path: Path, value: object, said: str) -> None:
    with pytest.raises(UsageError) as error:
        replaced(tmp_path, value)
    assert said in str(error.value)
