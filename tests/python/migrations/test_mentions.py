"""Mentions: the places of a file that read a column of a table, and those that only look like it."""

from __future__ import annotations

import re

import pytest

from dbt_playbooks.migrations.mentions import in_sql, in_text

STG, OTHER = "{{ ref('stg') }}", "{{ ref('o') }}"


def marked(text: str, column: str = "user_type", dialect: str = "duckdb") -> str:
    """The text with [] around each mention, [= ] for an item of a select list, [? ] for what a person has to look at."""
    found = ""
    position = 0
    for each in (one for one in in_sql(text, column, ["stg"], dialect) if not one.output):
        mark = "?" if each.by_hand or each.unsure else "=" if each.item else ""
        found += text[position : each.start] + f"[{mark}{text[each.start : each.end]}]"
        position = each.end
    return found + text[position:]


@pytest.mark.parametrize(
    "expected",
    [
        f"select id, [=user_type] from {STG} where [user_type] = 'a' -- user_type\n/* user_type */ {{# user_type #}}",
        f"select [user_type] as kind, upper([User_Type]) as user_type from {STG}",
        f"select [=\"user_type\"], 'user_type' as name from {STG}",
        f"with e as (select * from {STG}) select e.[=user_type] from e group by [user_type]",
        f"with e as (select id, [=user_type] from {STG}) select user_type from e",
        f"with e as (select upper([user_type]) as user_type, * from {STG}) select user_type from e",
        f"select s.[=user_type], o.user_type as x from {STG} as s, {{{{ ref('other') }}}} as o",
        f"select id from {{{{ ref('other') }}}} as o where exists (select 1 from {STG} as s where s.[user_type] = o.user_type)",
        f"select [user_type]::int from {STG} order by [user_type]",
        f"select [user_type]::int as user_type from {STG} order by user_type",
        f"select [=user_type] from {STG} union all select [=user_type] from {STG}",
        f"select (select max([user_type]) from {STG}) as top, user_type from {{{{ ref('other') }}}}",
        "{{ config(meta={'x': 'user_type'}) }}\nselect [=user_type] from {{ source('raw', 'stg') }}",
        f"select [=user_type], (select max(o.user_type) from {OTHER} as o) as m from {STG}",
        f"with e as (select user_type from {OTHER}) select [=user_type] from {STG} where exists (select 1 from e where user_type = 'a')",
        f"with e as (select id from {OTHER}) select [=user_type] from {STG} where id in (select id from e where [user_type] = 'a')",
        f"with e as (select user_type from {OTHER}) select e.user_type from e join {STG} as s on s.[user_type] = 1",
        f"select [=user_type] from (select user_type as kind from {OTHER}) as o, {STG}",
        f"{{% set x = 1 %}}select [=user_type] from {STG} {{% if x %}} where [user_type] > 1 {{% endif %}}",
        f"select id, count(*) from {STG} group by id, [user_type] having [user_type] > ''",
        f"select [=user_type], count(*) as n from {STG} group by [user_type] having [user_type] > '' order by user_type",
        f"select distinct on ([user_type]) [=user_type], id from {STG}",
        f"select [=user_type] from {STG} qualify row_number() over (partition by [user_type] order by [user_type]) = 1",
        f"select upper([user_type]) as user_type, [user_type] || 'x' as y from {STG} where [user_type] > '' group by [user_type]",
        f"select [user_type].upper() as u, s.[user_type].lower() as l, [user_type].zip as z from {STG} as s",
        f"select main.stg.[=user_type], map {{[user_type]: id}} as m, {{'user_type': [user_type]}} as s from {STG}",
        f"select list_transform(l, user_type -> user_type + 1) as x, [user_type] as z from {STG}",
        f"select S.[=User_Type] from {STG} as s",
        f"select stg.[=user_type], o.id from {STG} join {{{{ ref('o') }}}} on o.id = stg.[user_type] where o.user_type = 1",
        f"select id from {STG} where exists (select 1 from {{{{ ref('o') }}}} where o.user_type = stg.[user_type])",
        f"select [=user_type] from {STG} union all select id from {STG} order by user_type",
        f"select array_agg(id order by [user_type]) as ids from {STG} as user_type",
        f"select s.[=user_type] from {STG} as s join {STG} as t using ([user_type])",
        f"{{{{ config(unique_key='user_type') }}}}\nselect [=user_type], '{{{{ var('user_type') }}}}' as v from {STG}",
    ],
)
def test_what_reads_the_column_of_the_table_is_found_and_nothing_else(expected: str) -> None:
    plain = expected.replace("[=", "").replace("[", "").replace("]", "")
    assert marked(plain) == expected


@pytest.mark.parametrize(
    "expected",
    [
        f"select [?user_type] from {STG} join {{{{ ref('other') }}}} using (id)",
        f"select id from {STG} join {{{{ ref('other') }}}} using ([?user_type])",
        f"select * except ([?user_type]) from {STG}",
        f"select {{{{ dbt_utils.star(ref('stg'), except=['[?user_type]']) }}}} from {STG}",
        f"{{% if x %}} select [?user_type] {{% else %}} select 1 {{% endif %}} from {STG}",
        "select [?user_type] from main.stg",
        f"select {{{{ f('[?user_type]') }}}} as x, id from {STG}",
        f"{{% set c = '[?user_type]' %}}select {{{{ c }}}} from {STG}",
        f"select * from {STG} pivot (max(id) for [?user_type] in ('a', 'b'))",
    ],
)
def test_what_only_a_person_can_tell_is_marked(expected: str) -> None:
    plain = expected.replace("[?", "").replace("'user_type]'", "'user_type'").replace("user_type]", "user_type")
    assert marked(plain, dialect="bigquery") == expected


@pytest.mark.parametrize(
    "expected",
    [
        f"select [=user_type], (select max([?user_type]) from {OTHER}) as m from {STG}",
        f"select [=user_type] from {STG} as s where exists (select 1 from {OTHER} as o where o.id = s.id and [?user_type] = 'a')",
        f"select [=user_type] from {STG} where [user_type] in (select [?user_type] from {OTHER})",
        f"select id from {OTHER} where id in (select [=user_type] from {STG} union all select user_type from {OTHER})",
        f"with e as (select * from {OTHER}) select [=user_type] from {STG} where id in (select [?user_type] from e)",
        f"select s.[=user_type] from {STG} as s join (select user_type from {OTHER}) as o on true",
    ],
)
def test_a_column_of_a_subquery_is_the_subquerys_own_unless_its_tables_lack_it(expected: str) -> None:
    plain = re.sub(r"\[[=?]?(\w+)\]", r"\1", expected)
    assert marked(plain) == expected


@pytest.mark.parametrize(
    ("expected", "dialect"),
    [
        (f"select struct([=user_type], id) as s, struct([user_type] as kind) as t from {STG}", "bigquery"),
        (f"select array_agg(struct([=user_type])) as s from {STG}", "bigquery"),
        (f"select struct(([?user_type]), id) as s from {STG}", "bigquery"),
        (f"select ([?user_type]), ([user_type]) as kind, upper(([user_type])) as up from {STG}", "bigquery"),
        (f"select ([?user_type]), {{'kind': [user_type]}} as s from {STG} where ([user_type]) = 'a'", "duckdb"),
    ],
)
def test_a_column_that_gives_a_field_or_an_output_its_name_keeps_it_or_is_left_to_a_person(
    expected: str, dialect: str
) -> None:
    plain = re.sub(r"\[[=?]?(\w+)\]", r"\1", expected)
    assert marked(plain, dialect=dialect) == expected


def test_a_text_in_double_quotes_is_no_column_on_bigquery() -> None:
    assert marked(
        f'select "user_type", [=user_type] from {STG}'.replace("[=", "").replace("]", ""), dialect="bigquery"
    ) == (f'select "user_type", [=user_type] from {STG}')


def test_of_a_model_with_versions_the_one_that_is_meant_is_found() -> None:
    one, two, latest = "{{ ref('stg', v=1) }}", "{{ ref('shop', 'stg', version = '2') }}", "{{ ref('stg') }}"
    sql = f"select a.user_type, b.user_type, c.user_type from {one} as a, {two} as b, {latest} as c"
    for tables, found in ((["stg.v2"], ["b"]), (["stg.v1"], ["a"]), (["stg.v2", "stg"], ["b", "c"])):
        assert [sql[each.start - 2] for each in in_sql(sql, "user_type", tables, "duckdb")] == found


def test_words_of_yaml_are_whole_words_outside_of_comments() -> None:
    text = "- name: user_type  # user_type\n- name: user_type_id\n- x: [user_type]"
    assert [text[each.start - 2 : each.end + 1] for each in in_text(text, "user_type")] == [
        ": user_type ",
        " [user_type]",
    ]


def test_a_text_in_jinja_is_told_beside_what_can_be_written_and_that_of_config_only_for_a_model_that_has_the_column_by_a_star() -> (
    None
):
    sql = f"{{{{ config(unique_key='user_type') }}}}\n{{% set c = 'user_type' %}}select *, {{{{ f('user_type') }}}} from {STG} where user_type > ''"
    found = in_sql(sql, "user_type", ["stg"], "duckdb")
    assert [(each.inside, each.by_hand) for each in found] == [
        ("{% set c = 'user_type' %}", True),
        ("{{ f('user_type') }}", True),
        ("", False),
    ]
    with_config = in_sql(sql, "user_type", ["stg"], "duckdb", configures=True)
    assert with_config[0].inside == "{{ config(unique_key='user_type') }}"
    assert with_config[1:] == found


@pytest.mark.parametrize(
    ("joined", "sides"),
    [
        (f"{STG} as s join {OTHER} as o using (user_type)", ("s", "o")),
        (f"{STG} left join {OTHER} using (user_type)", ("stg", "o")),
        (f"{OTHER} as o join {STG} as s using (id, user_type)", ("s", "o")),
        (f"{OTHER} as o join {OTHER} as p using (user_type)", None),
        (f"{OTHER} as o join {OTHER} as p using (id) join {STG} as s using (user_type)", ("s", "o or p")),
    ],
)
def test_of_using_both_sides_are_told(joined: str, sides: tuple[str, str] | None) -> None:
    found = in_sql(f"select 'user_type' as x from {joined}", "user_type", ["stg"], "duckdb")
    assert [each.other for each in found if each.other] == ([sides] if sides else [])


def test_on_bigquery_a_name_in_having_may_be_that_of_another_output() -> None:
    sql = f"select upper(user_type) as user_type, count(*) as n from {STG} group by id having user_type > ''"
    assert [each.unsure for each in in_sql(sql, "user_type", ["stg"], "bigquery")] == [False, True]
    assert [each.unsure for each in in_sql(sql, "user_type", ["stg"], "duckdb")] == [False, False]


@pytest.mark.parametrize(
    "sql",
    [
        f"select id, -id as sort from {STG} order by kind limit 1",
        f"select distinct on (kind) id, -id as sort from {STG}",
        f"select id, list_transform(['q'], sort -> kind || sort)[1] as l from {STG}",
        f"select id, [kind.upper() || sort for sort in ['q']] as l from {STG}",
        f"select id, (select kind from (select 1 as sort) limit 1) as k from {STG}",
        f"select id from {STG} as x where exists (select 1 from (select 'q' as sort) y where kind = 'a')",
        f"select id from {STG} where kind in (select kind from (select 'a' as sort))",
    ],
)
def test_a_place_where_the_new_name_means_something_else_is_left_to_a_person(sql):
    assert [each.by_hand or each.unsure for each in in_sql(sql, "kind", ["stg"], "duckdb", new="sort")].count(True) >= 1
    assert not [
        each for each in in_sql(sql.replace("sort", "other"), "kind", ["stg"], "duckdb", new="sort") if each.by_hand
    ]


@pytest.mark.parametrize(
    "sql",
    [
        f"select kind as sort from {STG} order by kind",
        f"select id from {STG} as x where exists (select 1 from (select 'q' as sort) y where x.kind = 'a')",
        f"select id, -id as sort from {STG} where kind = 'a' group by kind",
    ],
)
def test_a_new_name_elsewhere_in_the_query_is_no_hindrance(sql):
    assert not [each for each in in_sql(sql, "kind", ["stg"], "duckdb", new="sort") if each.by_hand]
