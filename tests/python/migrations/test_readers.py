"""Who needs what goes, and the edits that move them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evolving import graph, lineage, node

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.edits import Edit
from dbt_playbooks.migrations.readers import Readers, readers_of

STG = node(
    "stg",
    raw_code="select id, {{ renamed_column('user_type', 'user_segment') }} from t",
    properties_path="models/stg.yml",
)
COLUMNS = lineage(["id", "user_type", "user_segment", "user_type_int", "user_type_cast_failures"])


def readers(
    root: Path, *below: tuple[Node, Lineage | None], kind: str = "rename", new: str | None = "user_segment", **more: Any
) -> Readers:
    found = graph(root, (STG, more.pop("columns", COLUMNS)), *below)
    return readers_of(found, root, change(kind, new, **more), "duckdb")


def change(kind: str = "rename", new: str | None = "user_segment", **more: Any) -> Change:
    return Change(kind, STG, more.pop("phase", "both"), "user_type", new, STG.path, 1, **more)


def edits(found: Readers, name: str) -> list[tuple[int | None, tuple[str, ...] | None, str]]:
    (reader,) = (each for each in found.found if each.node.name == name)
    return [(edit.line, edit.after, edit.note) for edit in reader.edits]


def mart(sql: str, name: str = "mart", parent: str = "stg") -> Node:
    return node(name, parents=[parent], raw_code=sql)


def test_a_reader_that_passes_the_column_on_keeps_the_name_that_it_gives(tmp_path: Path) -> None:
    sql = "select id, user_type\nfrom {{ ref('stg') }}\nwhere user_type = 'a'"
    found = readers(
        tmp_path, (mart(sql), lineage(["id"], {"stg.user_type": ["filters"]}, {"stg.user_type": "user_type"}))
    )
    (reader,) = found.found
    assert (reader.uses, reader.keeps) == (("passes on", "filters"), ("user_type",))
    assert edits(found, "mart") == [
        (1, ("select id, user_segment as user_type",), ""),
        (3, ("where user_segment = 'a'",), ""),
    ]


def test_a_new_name_that_is_no_plain_word_is_written_with_quotes(tmp_path: Path) -> None:
    reads = lineage(passes={"stg.user_type": "user_type"})
    found = readers(tmp_path, (mart("select user_type from {{ ref('stg') }}"), reads), new="User Segment")
    assert edits(found, "mart") == [(1, ("select \"User Segment\" as user_type from {{ ref('stg') }}",), "")]
    found = readers_of(
        graph(tmp_path, (STG, COLUMNS), (mart("select user_type from {{ ref('stg') }}"), reads)),
        tmp_path,
        change(new="order"),
        "bigquery",
    )
    assert edits(found, "mart") == [(1, ("select `order` as user_type from {{ ref('stg') }}",), "")]


def test_what_reads_the_name_that_a_reader_keeps_needs_no_edit(tmp_path: Path) -> None:
    found = readers(
        tmp_path,
        (mart("select user_type from {{ ref('stg') }}"), lineage(passes={"stg.user_type": "user_type"})),
        (
            mart("select user_type from {{ ref('mart') }}", "report", "mart"),
            lineage(passes={"mart.user_type": "user_type"}),
        ),
    )
    assert [each.node.name for each in found.found] == ["mart"]


def test_what_reads_the_column_through_a_star_is_a_reader_and_the_star_is_not(tmp_path: Path) -> None:
    found = readers(
        tmp_path,
        (
            mart("select * from {{ ref('stg') }}", "all_of_it"),
            lineage(passes={"stg.user_type": "user_type"}, star=True),
        ),
        (
            mart("select upper(user_type) as kind from {{ ref('all_of_it') }}", "report", "all_of_it"),
            lineage(["kind"], {"all_of_it.user_type": ["reads"]}),
        ),
    )
    assert [each.node.name for each in found.found] == ["report"]
    assert [each.name for each in found.carriers] == ["all_of_it"]
    assert edits(found, "report") == [(1, ("select upper(user_segment) as kind from {{ ref('all_of_it') }}",), "")]


def test_what_names_the_column_beside_a_star_is_edited_and_its_readers_lose_the_column_as_well(tmp_path: Path) -> None:
    found = readers(
        tmp_path,
        (
            mart("select *\nfrom {{ ref('stg') }}\nwhere user_type = 'x'"),
            lineage(reads={"stg.user_type": ["filters"]}, passes={"stg.user_type": "user_type"}, star=True),
        ),
        (
            mart("select user_type from {{ ref('mart') }}", "child", "mart"),
            lineage(passes={"mart.user_type": "user_type"}),
        ),
    )
    assert [(each.node.name, each.keeps) for each in found.found] == [("mart", ()), ("child", ("user_type",))]
    assert [each.name for each in found.carriers] == ["mart"]
    assert edits(found, "mart") == [(3, ("where user_segment = 'x'",), "")]
    assert edits(found, "child") == [(1, ("select user_segment as user_type from {{ ref('mart') }}",), "")]


def test_columns_of_other_tables_with_that_name_are_left_alone(tmp_path: Path) -> None:
    sql = (
        "select s.user_type, o.user_type as other\nfrom {{ ref('stg') }} as s\njoin {{ ref('other') }} as o using (id)"
    )
    reads = lineage(["other"], passes={"stg.user_type": "user_type"})
    found = readers(tmp_path, (node("other"), lineage(["id", "user_type"])), (mart(sql), reads))
    assert edits(found, "mart") == [(1, ("select s.user_segment as user_type, o.user_type as other",), "")]


def test_where_it_is_not_clear_whose_column_it_is_a_person_is_told(tmp_path: Path) -> None:
    sql = "select user_type\nfrom {{ ref('stg') }}\njoin {{ ref('other') }} using (id)"
    found = readers(tmp_path, (node("other"), None), (mart(sql), lineage(passes={"stg.user_type": "user_type"})))
    assert edits(found, "mart") == [(1, None, "user_segment in place of user_type, if it is the column of this model")]


def test_of_a_line_that_is_only_partly_clear_both_the_edit_and_the_rest_are_told(tmp_path: Path) -> None:
    sql = "select user_type, (select max(user_type) from {{ ref('other') }}) as top, (user_type)\nfrom {{ ref('stg') }}"
    reads = lineage(passes={"stg.user_type": "user_type"})
    found = readers(tmp_path, (node("other"), None), (mart(sql), reads))
    after = "select user_segment as user_type, (select max(user_type) from {{ ref('other') }}) as top, (user_type)"
    assert edits(found, "mart") == [(1, (after,), "")]
    assert found.found[0].edits[0].left == (
        "user_segment in place of user_type, if it is the column of this model",
        "user_segment in place of user_type, and user_type still the name of what comes of it",
    )


def test_the_test_that_compares_both_names_is_no_reader_and_others_move_with_the_entry(tmp_path: Path) -> None:
    yml = "models:\n  - name: stg\n    columns:\n      - name: user_type\n        data_tests: [not_null]\n"
    (tmp_path / "models").mkdir()
    (tmp_path / "models/stg.yml").write_text(yml)
    both = {"name": "columns_equal", "namespace": "dbt_playbooks", "kwargs": {"a": "user_type", "b": "USER_SEGMENT"}}
    equal = _test("equal", test_metadata=both)
    not_null = _test("not_null", test_metadata={"name": "not_null", "kwargs": {}}, column_name="user_type")
    singular = node(
        "singular", "test", ["stg"], raw_code="select 1 from {{ ref('stg') }} where user_type != user_segment"
    )
    reads = lineage(reads={"stg.user_type": ["reads"]})
    compares = lineage(reads={"stg.user_type": ["filters"], "stg.user_segment": ["filters"]})
    found = readers(tmp_path, (equal, reads), (not_null, reads), (singular, compares))
    assert [each.node.name for each in found.found] == ["not_null"]
    assert edits(found, "not_null") == [(4, ("      - name: user_segment",), "")]


def _test(name: str, path: str = "models/stg.yml", **details: Any) -> Node:
    return node(name, "test", ["stg"], path=path, language="sql", details={"attached_node": STG.unique_id, **details})


def test_a_test_elsewhere_that_names_the_column_is_shown_by_its_line(tmp_path: Path) -> None:
    yml = "models:\n  - name: mart\n    data_tests:\n      - relationships: {arguments: {to: ref('stg'), field: user_type}}\n"
    (tmp_path / "models").mkdir()
    (tmp_path / "models/mart.yml").write_text(yml)
    related = _test(
        "related", "models/mart.yml", test_metadata={"name": "relationships", "kwargs": {"field": "user_type"}}
    )
    found = readers(tmp_path, (related, lineage(reads={"stg.user_type": ["reads"]})))
    assert edits(found, "related") == [(4, None, "user_segment in place of user_type")]


def test_of_a_retype_the_failures_go_as_well_and_the_test_of_the_cast_stays(tmp_path: Path) -> None:
    cast = _test("cast", test_metadata={"name": "cast_failure_rate_below", "kwargs": {}}, column_name="user_type")
    found = readers(
        tmp_path,
        (cast, lineage(reads={"stg.user_type": ["reads"]})),
        (
            mart("select user_type_cast_failures from {{ ref('stg') }}"),
            lineage(passes={"stg.user_type_cast_failures": "user_type_cast_failures"}),
        ),
        (mart("select user_type + 1 as x from {{ ref('stg') }}", "sums"), lineage(["x"], {"stg.user_type": ["reads"]})),
        kind="retype",
        new="user_type_int",
    )
    assert {each.node.name: each.column for each in found.found} == {
        "sums": "user_type",
        "mart": "user_type_cast_failures",
    }
    assert edits(found, "sums") == [(1, ("select user_type_int + 1 as x from {{ ref('stg') }}",), "")]
    assert edits(found, "mart") == [(1, None, "without user_type_cast_failures")]


def test_of_a_removal_an_item_goes_with_its_comma_and_of_the_rest_each_line_is_shown(tmp_path: Path) -> None:
    sql = "select\n  user_type, -- user_type\n  id\nfrom {{ ref('stg') }}\nwhere user_type > 'a'\norder by user_type"
    found = readers(
        tmp_path, (mart(sql), lineage(["id"], passes={"stg.user_type": "user_type"})), kind="remove", new=None
    )
    assert edits(found, "mart") == [
        (2, ("  -- user_type",), ""),
        (5, None, "without user_type"),
        (6, None, "without user_type"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("select id, s.user_type as kind from {{ ref('stg') }} as s", "select id from {{ ref('stg') }} as s"),
        ("select \"user_type\", id from {{ ref('stg') }}", "select id from {{ ref('stg') }}"),
        ("select user_type from {{ ref('stg') }}", None),
        ("select id, upper(user_type) as kind from {{ ref('stg') }}", None),
        ("select user_type, user_type as b from {{ ref('stg') }}", None),
        ("with e as (select id, user_type from {{ ref('stg') }}) select id, user_type from e", None),
        ("select id, user_type from {{ ref('stg') }} union all select 1, 'a'", None),
    ],
)
def test_an_item_goes_only_where_nothing_else_needs_it(tmp_path: Path, before: str, after: str | None) -> None:
    reads = lineage(["id"], passes={"stg.user_type": "user_type"})
    found = readers(tmp_path, (mart(before), reads), kind="remove", new=None)
    assert edits(found, "mart") == [(1, None if after is None else (after,), "" if after else "without user_type")]


def test_of_a_removal_those_that_read_it_from_a_reader_are_readers_by_the_name_that_it_has_there(
    tmp_path: Path,
) -> None:
    passes = [
        (mart("select id, user_type as kind from {{ ref('stg') }}"), lineage(["id"], passes={"stg.user_type": "kind"})),
        (
            mart("select id, kind from {{ ref('mart') }}", "report", "mart"),
            lineage(["id"], passes={"mart.kind": "kind"}),
        ),
        (
            mart("select count(*) as n from {{ ref('report') }} where kind = 1", "counts", "report"),
            lineage(["n"], {"report.kind": ["filters"]}),
        ),
        (
            mart("select upper(kind) as up from {{ ref('report') }}", "upper", "report"),
            lineage(["up"], {"report.kind": ["reads"]}),
        ),
        (mart("select up from {{ ref('upper') }}", "below", "upper"), lineage(passes={"upper.up": "up"})),
    ]
    found = readers(tmp_path, *passes, kind="remove", new=None)
    assert [(each.node.name, each.column) for each in found.found] == [
        ("mart", "user_type"),
        ("report", "kind"),
        ("counts", "kind"),
        ("upper", "kind"),
    ]
    assert edits(found, "report") == [(1, ("select id from {{ ref('mart') }}",), "")]
    # under another name the readers keep what they read
    found = readers(tmp_path, *passes)
    assert [each.node.name for each in found.found] == ["mart"]


def test_an_exposure_may_read_it_and_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    found = readers(
        tmp_path,
        (node("weekly", "exposure", ["stg"], path="models/e.yml", language=None, owners=("Ann",)), None),
        (mart("select broken"), Lineage(unread="its SQL can't be parsed")),
    )
    assert [(each.node.name, each.may, each.edits) for each in found.found] == [("weekly", True, ())]
    assert [(each.node.name, each.reason) for each in found.unread] == [("mart", "its SQL can't be parsed")]
    assert found.sure == []


def test_the_models_own_config_is_a_reader_and_its_own_call_is_not(tmp_path: Path) -> None:
    sql = "{{ config(unique_key='user_type') }}\nselect {{ renamed_column('user_type', 'user_segment') }}"
    own = node("stg", raw_code=sql)
    found = graph(tmp_path, (own, lineage(["user_type", "user_segment"], configured=frozenset({"user_type"}))))
    call_at = sql.index("renamed_column")
    call = type("Call", (), {"start": call_at, "end": call_at + 43})()
    (reader,) = readers_of(
        found, tmp_path, Change("rename", own, "both", "user_type", "user_segment", own.path, 2, call=call), "duckdb"
    ).found
    assert reader.uses == ("configures",)
    assert reader.edits == (
        Edit(own.path, 1, ("{{ config(unique_key='user_type') }}",), None, "user_segment in place of user_type"),
    )


def test_what_reads_a_name_that_has_gone_is_broken(tmp_path: Path) -> None:
    found = readers(
        tmp_path,
        (mart("select user_type from {{ ref('stg') }}"), lineage(["user_type"], unknown=frozenset({"user_type"}))),
        columns=lineage(["id", "user_segment"]),
        phase="new",
    )
    (reader,) = found.found
    assert reader.broken
    assert edits(found, "mart") == [(1, ("select user_segment as user_type from {{ ref('stg') }}",), "")]


def test_a_table_that_has_the_name_still_is_left_alone_where_another_lost_it(tmp_path: Path) -> None:
    sql = "select s.user_type, m.user_type as kept from {{ ref('stg') }} as s join {{ ref('mart') }} as m using (id)"
    found = readers(
        tmp_path,
        (mart("select id, user_segment as user_type from {{ ref('stg') }}"), lineage(["id", "user_type"])),
        (
            node("report", parents=["stg", "mart"], raw_code=sql),
            lineage(["user_type", "kept"], unknown=frozenset({"user_type"})),
        ),
        columns=lineage(["id", "user_segment"]),
        phase="new",
    )
    assert [each.node.name for each in found.found] == ["report"]
    assert edits(found, "report") == [(1, (sql.replace("s.user_type", "s.user_segment as user_type"),), "")]


def test_what_reads_a_replacement_by_its_name_reads_the_table_itself_afterwards(tmp_path: Path) -> None:
    new = node("stg_v2", raw_code="select 1")
    trial = mart(
        "select * from {{ ref( \"stg_v2\" ) }}\njoin {{ ref('shop', 'stg_v2') }} using (id)", "trial", "stg_v2"
    )
    unique = node("unique", "test", ["stg_v2"], details={"test_metadata": {"name": "unique"}})
    found = graph(tmp_path, (STG, COLUMNS), (new, None), (trial, lineage(["id"])), (unique, None))
    replaces = Change("repartition", STG, "beside", "stg", "stg_v2", new.path, 1, replacement=new)
    answer = readers_of(found, tmp_path, replaces, "duckdb")
    assert edits(answer, "trial") == [
        (1, ('select * from {{ ref( "stg" ) }}', "join {{ ref('shop', 'stg') }} using (id)"), "")
    ]
    assert len(answer.found) == 1


def test_a_version_is_written_as_ref_has_it(tmp_path: Path) -> None:
    one, two = (
        node(f"stg.v{number}", raw_code="select 1", latest_version=number == 2, details={"version": number})
        for number in (1, 2)
    )
    plain = node("stg_new", raw_code="select 1")
    sql = "select * from {{ ref('stg_new') }}, {{ ref('stg', v=2) }}, {{ ref('shop', 'stg') }}, {{ ref('stg', version='1') }}"
    trial = node("trial", parents=["stg_new", "stg.v1", "stg.v2"], raw_code=sql)
    shop = graph(tmp_path, (one, None), (two, None), (plain, None), (trial, lineage(["id"])))

    def after(old: Node, new: Node) -> str:
        replaces = Change("repartition", old, "beside", old.name, new.name, new.path, 1, replacement=new)
        ((_, lines, _),) = edits(readers_of(shop, tmp_path, replaces, "duckdb"), "trial")
        return (lines or ("",))[0]

    assert after(one, plain) == sql.replace("ref('stg_new')", "ref('stg', v=1)")
    assert after(plain, one) == sql.replace("ref('stg', version='1')", "ref('stg_new')")
    assert after(plain, two) == sql.replace("ref('stg', v=2)", "ref('stg_new')").replace(
        "'shop', 'stg'", "'shop', 'stg_new'"
    )
    assert after(one, two) == sql.replace("v=2", "v=1").replace("'shop', 'stg'", "'shop', 'stg', v=1")


def test_of_an_added_column_nobody_has_to_move(tmp_path: Path) -> None:
    found = graph(tmp_path, (STG, COLUMNS), (mart("select 1"), lineage(["x"])))
    added = Change("add", STG, "added", None, "region", STG.path, 1)
    assert readers_of(found, tmp_path, added, "duckdb") == Readers([], [], [])
