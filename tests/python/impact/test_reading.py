"""How one query uses the columns of its tables: what SQL does with names, construct by construct."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.impact.reading import Out, Rest, Table, UnreadableError, dialect_of, parse, read

COLUMNS = {
    "t": ["id", "a", "b", "status", "ts", "items", "amount"],
    "u": ["id", "c", "d", "status"],
    "z": ["id", "x"],
}


def lookup(parts: Sequence[str]) -> tuple[str, Table] | None:
    """Of t, u and z the columns are known, of tables that begin with `open` they are not, and others are none of the project's."""
    name = parts[-1].lower()
    if name in COLUMNS:
        return name, Table([Out(column, {(name, column): True}) for column in COLUMNS[name]])
    return (name, Table([Rest(name)])) if name.startswith("open") else None


def lineage(sql: str, dialect: str = "duckdb") -> Lineage:
    return read(parse(sql, dialect), dialect, lookup).lineage


def uses(found: Lineage) -> str:
    """`t.id joins, t.status passes on+filters`, without columns that only a star passes on."""
    shown = {
        f"{node}.{column}": "+".join(words)
        for (node, column), words in found.uses.items()
        if (node, column) in found.named or words != ("passes on",)
    }
    return ", ".join(f"{name} {words}" for name, words in sorted(shown.items()))


def outputs(found: Lineage) -> str:
    """`state=t.status, total=t.amount*`: where each column comes from, with a star where it is computed."""
    told = []
    for output in found.outputs.values():
        origins = sorted(f"{node}.{column}{'' if as_is else '*'}" for (node, column), as_is in output.origins.items())
        told.append(f"{output.name}={'&'.join(origins)}")
    told += [f"*={star.parent}{''.join(sorted(f'-{name}' for name in star.without))}" for star in found.stars]
    return ", ".join(told)


CASES = [
    # chains of dots, maps, patterns, positions, texts
    ("select status.upper().lower() as s from t", "t.status reads", "s=t.status*"),
    ("select id from t as x where x.status.replace(a, 'b') = 'A'", "t.a filters, t.id passes on, t.status filters", "id=t.id"),
    ("select list_transform(items, lambda i: i.upper()) as s from t", "t.items reads", "s=t.items*"),
    ("select map {status: amount} as m from t", "t.amount reads, t.status reads", "m=t.amount*&t.status*"),
    ("select {status: amount} as m from t", "t.amount reads", "m=t.amount*"),
    ("select * replace ('x' as status) from t", "t.status reads", "id=t.id, a=t.a, b=t.b, status=, ts=t.ts, items=t.items, amount=t.amount"),
    ("select * not like '%t%' from z", "", "id=z.id, x=z.x"),
    ("select * not ilike 'A%' from t", "t.a reads, t.amount reads", "id=t.id, b=t.b, status=t.status, ts=t.ts, items=t.items"),
    ("select * glob 'st*s' from t", "t.status passes on+reads", "status=t.status"),
    ("select * similar to 'st|x' from z", "z.x passes on+reads", "x=z.x"),
    ("select id from t where columns('sta.*') = 'a'", "t.id passes on, t.status reads+filters", "id=t.id"),
    ("select id from t order by columns('sta.*')", "t.id passes on, t.status reads+orders", "id=t.id"),
    ("select id from t limit (select max(x) from z)", "t.id passes on, z.x filters", "id=t.id"),
    ("select id from t union all select id from z offset (select max(c) from u)", "t.id passes on, u.c filters, z.id passes on", "id=t.id&z.id"),
    ("select id from t order by #2", "t.a orders, t.id passes on", "id=t.id"),
    ("select * from query_table('main.z')", "", "id=z.id, x=z.x"),
    ("select x from query('select status as x from t')", "t.status passes on", "x=t.status"),
    ("select column_name from (summarize z)", "z.id reads, z.x reads", "column_name=z.id*&z.x*"),
    ("select column_name from (describe z)", "z.id reads, z.x reads", "column_name=z.id*&z.x*"),
    ("select columns('s(ta)') as 'n_\\1' from t", "t.status passes on+reads", "n_ta=t.status"),
    ("select columns('s(ta)') || a as 'n_\\1' from t", "t.a reads, t.status reads", "n_ta=t.a*&t.status*"),
    ("select columns('x') || max(id) as k from z", "z.id reads, z.x reads", "k=z.id*&z.x*"),
    ("select columns(['x', 'id']) from z", "z.id passes on, z.x passes on", "x=z.x, id=z.id"),
    ("select columns(* exclude (x)) from z", "z.x reads", "id=z.id"),
    ("select max(columns(* exclude (x))) from z", "z.id reads, z.x reads", "id=z.id*"),
    ("select columns(z.*) from z, u", "", "id=z.id, x=z.x"),
    ("select coalesce(*columns(*)) as k from z", "z.id reads, z.x reads", "k=z.id*&z.x*"),
    ("select z.* like 'x%' from z, u", "z.x passes on+reads", "x=z.x"),
    ("select (select max(columns(*)) from z) as m from t", "z.id reads, z.x reads", "m=z.id*&z.x*"),
    ("unpivot z on columns(* exclude (id)) into name n value v", "z.id passes on, z.x reads", "id=z.id, n=, v=z.x*"),
    ("from u pivot (sum(d) for status in ('a') group by id)", "u.d reads, u.id reads+groups, u.status reads+groups", "id=u.id*, a=u.d*&u.status*"),
    ("from u unpivot ((v, w) for n in ((c, d), (d, c)))", "u.c reads, u.d reads", "id=u.id, status=u.status, n=, v=u.c*&u.d*, w=u.c*&u.d*"),
    ("select unnest(b) from t", "t.b reads", "*=t.b*"),
    # columns that the warehouse calls otherwise
    ("select id_1 from (select * from t, u)", "", "id_1=u.id"),
    ("select * from t, z", "", "id=t.id, a=t.a, b=t.b, status=t.status, ts=t.ts, items=t.items, amount=t.amount, id_1=z.id, x=z.x"),
    ("select field from (select unnest(b) as b from t)", "t.b reads", "field=t.b*"),
    ('select "sum(amount)" from (select sum(amount) from t)', "t.amount reads", "sum(amount)=t.amount*"),
    # what texts and names decide though no column is written
    ("select u.id, x from z natural join u", "u.id passes on+joins, z.id joins, z.x passes on", "id=u.id, x=z.x"),
    # unions by position
    ("select * from z union all select id, a from t", "t.a passes on, t.id passes on, z.id passes on+unites, z.x passes on+unites", "id=t.id&z.id, x=t.a&z.x"),
    ("select * from z where id = 1 union all select * from z", "z.id passes on+filters", "id=z.id, x=z.x"),
    ("select * from z union all by name select id from t", "t.id passes on", "id=t.id&z.id, x=z.x"),
    # names
    ("select a, b as c, upper(status) as s from t", "t.a passes on, t.b passes on, t.status reads", "a=t.a, c=t.b, s=t.status*"),
    ("select cast(a as bigint) as a, (b)::text as b from t", "t.a passes on, t.b passes on", "a=t.a, b=t.b"),
    ('select STATUS, "A", x."b" as "My B" from T as X', "t.a passes on, t.b passes on, t.status passes on", "STATUS=t.status, A=t.a, My B=t.b"),
    ("select main.t.a, t.b.field from main.t", "t.a passes on, t.b reads", "a=t.a, field=t.b*"),
    ("select status as s, s || 'x' as loud from t", "t.status passes on+reads", "s=t.status, loud=t.status*"),
    ("select 'status' as kind /* a */ from t -- b", "", "kind="),
    # where and the like
    ("select id from t where status = 'x' and a is not null", "t.a filters, t.id passes on, t.status filters", "id=t.id"),
    ("select status as s, count(*) as n from t group by s having n > 1", "t.status passes on+groups", "s=t.status, n="),
    (
        "select status, sum(amount) as total from t group by 1 having total > 5",
        "t.amount reads+filters, t.status passes on+groups",
        "status=t.status, total=t.amount*",
    ),
    ("select status, sum(amount) from t group by all", "t.amount reads, t.status passes on+groups", "status=t.status, column 2=t.amount*"),
    ("select a from t group by rollup (a, b)", "t.a passes on+groups, t.b groups", "a=t.a"),
    ("select id from t order by ts, 1", "t.id passes on+orders, t.ts orders", "id=t.id"),
    ("select upper(a) as b from t order by b", "t.a reads+orders", "b=t.a*"),
    ("select a, b from t order by all", "t.a passes on+orders, t.b passes on+orders", "a=t.a, b=t.b"),
    ("select distinct on (status) id from t", "t.id passes on, t.status groups", "id=t.id"),
    (
        "select id from t qualify row_number() over (partition by status order by ts) = 1",
        "t.id passes on, t.status filters+windows, t.ts filters+windows",
        "id=t.id",
    ),
    ("select sum(a) over w as s from t window w as (partition by b)", "t.a reads, t.b reads+windows", "s=t.a*&t.b*"),
    ("select sum(a) filter (where b > 1) as s from t", "t.a reads, t.b reads", "s=t.a*&t.b*"),
    # count(*) reads nothing, and neither does what exists only looks at
    ("select count(*) as n from (select * from t)", "", "n="),
    ("select id from z where exists (select * from t where t.id = z.id)", "t.id filters, z.id passes on+filters", "id=z.id"),
    # joins
    ("select t.a, u.c from t join u on t.id = u.id and u.status = 'x'", "t.a passes on, t.id joins, u.c passes on, u.id joins, u.status joins", "a=t.a, c=u.c"),
    ("select id, x from u join z using (id)", "u.id passes on+joins, z.id passes on+joins, z.x passes on", "id=u.id&z.id, x=z.x"),
    ("select * from u join z using (id)", "u.id passes on+joins, z.id passes on+joins", "id=u.id&z.id, c=u.c, d=u.d, status=u.status, x=z.x"),
    ("select z.id from u right join z using (id)", "u.id joins, z.id passes on+joins", "id=z.id"),
    ("select x from u natural join z", "u.id joins, z.id joins, z.x passes on", "x=z.x"),
    ("select u.c from u semi join z on u.id = z.id", "u.c passes on, u.id joins, z.id joins", "c=u.c"),
    ("select * from z semi join u on u.id = z.id", "u.id joins, z.id passes on+joins", "id=z.id, x=z.x"),
    ("select c, x from (u join z on u.id = z.id)", "u.c passes on, u.id joins, z.id joins, z.x passes on", "c=u.c, x=z.x"),
    ("select ab.k from (u join z on u.id = z.id) as ab (k, l)", "u.id passes on+joins, z.id joins", "k=u.id"),
    ("select u.c, z.x from u, z where u.id = z.id", "u.c passes on, u.id filters, z.id filters, z.x passes on", "c=u.c, x=z.x"),
    ("select u.c from u asof join t on u.id = t.id and u.d >= t.ts", "t.id joins, t.ts joins, u.c passes on, u.d joins, u.id joins", "c=u.c"),
    # stars
    ("select * from z", "", "id=z.id, x=z.x"),
    ("from z", "", "id=z.id, x=z.x"),
    ("select z.*, c from z, u", "u.c passes on", "id=z.id, x=z.x, c=u.c"),
    ("select * exclude (x) from z", "z.x reads", "id=z.id"),
    ("select * replace (x + 1 as x) from z", "z.x reads", "id=z.id, x=z.x*"),
    ("select * rename (x as y) from z", "z.x passes on", "id=z.id, y=z.x"),
    ("select columns('^s') from u", "u.status passes on+reads", "status=u.status"),
    ("select max(columns(*)) from z", "z.id reads, z.x reads", "id=z.id*, x=z.x*"),
    ("select * like 'st%' from u", "u.status passes on+reads", "status=u.status"),
    ("select z from z", "z.id reads, z.x reads", "z=z.id*&z.x*"),
    ("select to_json(r) as j from z as r", "z.id reads, z.x reads", "j=z.id*&z.x*"),
    # CTEs: a use of what a CTE made is a use of what it was made of
    ("with s as (select * from z) select x from s where id > 1", "z.id filters, z.x passes on", "x=z.x"),
    ("with s as (select id, x as y from z), r as (select y as w from s) select w from r", "z.id reads, z.x passes on", "w=z.x"),
    ("with s (k, v) as (select id, x from z) select v from s", "z.id reads, z.x passes on", "v=z.x"),
    ("with t as (select id, c from u) select c from t", "u.c passes on, u.id reads", "c=u.c"),
    ("with s as (select upper(status) as l, id from u) select id from s where l = 'X'", "u.id passes on, u.status filters", "id=u.id"),
    ("with recursive r as (select id, x from z union all select z.id, r.x from z join r on z.id = r.id) select x from r", "z.id joins, z.x passes on", "x=z.x"),
    (
        "with recursive r (p, q, w) as (select id, c, d from u union all select q, w, p from r) select p from r",
        "u.c passes on, u.d passes on, u.id passes on",
        "p=u.c&u.d&u.id",
    ),
    # unions
    ("select id, x from z union all select c, d from u", "u.c passes on, u.d passes on, z.id passes on, z.x passes on", "id=u.c&z.id, x=u.d&z.x"),
    (
        "select id, x from z union all by name select status, id from u",
        "u.id passes on, u.status passes on, z.id passes on, z.x passes on",
        "id=u.id&z.id, x=z.x, status=u.status",
    ),
    ("select id from z except select id from u", "u.id filters, z.id passes on+filters", "id=z.id"),
    ("select id from z union select c from u order by id", "u.c passes on+orders, z.id passes on+orders", "id=u.c&z.id"),
    ("(select id from z) union all (select c from u limit 1)", "u.c passes on, z.id passes on", "id=u.c&z.id"),
    # subqueries
    ("select (select max(c) from u where u.id = z.id) as m from z", "u.c reads, u.id filters, z.id filters", "m=u.c*"),
    ("select x from z where (id, x) in (select c, d from u)", "u.c filters, u.d filters, z.id filters, z.x passes on+filters", "x=z.x"),
    ("select v from z cross join lateral (select z.x + 1 as v)", "z.x reads", "v=z.x*"),
    ("select s.id from (select id, x from z where x > 1) as s", "z.id passes on, z.x filters", "id=z.id"),
    # values that hold values
    ("select id, v from t, unnest(items) as i (v) where v > 1", "t.id passes on, t.items reads+filters", "id=t.id, v=t.items*"),
    ("select unnest(items) as i from t", "t.items reads", "i=t.items*"),
    ("select list_transform(items, a -> a + b) as l from t", "t.b reads, t.items reads", "l=t.b*&t.items*"),
    ("select [a + b for a in items if a > 1] as l from t", "t.b reads, t.items reads", "l=t.b*&t.items*"),
    ("select s.* from (select struct_pack(k := a) as s from t)", "t.a reads", "*=t.a*"),
    ("select k from (values (1, 2)) as v (k, l)", "", "k="),
    ("select v.k, z.x from range(3) as v (k), z", "z.x passes on", "k=, x=z.x"),
    # pivot
    (
        "select * from (select id, status, a from t) pivot (sum(a) for status in ('x', 'y'))",
        "t.a reads, t.id passes on+groups, t.status reads+groups",
        "id=t.id, x=t.a*&t.status*, y=t.a*&t.status*",
    ),
    ("select * from (select id, a, b from t) unpivot (v for n in (a, b))", "t.a passes on, t.b passes on, t.id passes on", "id=t.id, n=, v=t.a&t.b"),
    ("pivot t on status using sum(a) group by id", "t.a reads, t.id reads+groups, t.status reads+groups", "id=t.id*, *=t.a*&t.status*"),
    ("unpivot (select id, a, b from t) on a, b into name n value v", "t.a passes on, t.b passes on, t.id passes on", "id=t.id, n=, v=t.a&t.b"),
    # tables whose columns are not known
    ("select * from open_one", "", "*=open_one"),
    ("select * exclude (a), b + 1 as c from open_one", "open_one.a reads, open_one.b reads", "c=open_one.b*, *=open_one-a"),
    ("with s as (select * from open_one) select a as b from s where c", "open_one.a passes on, open_one.c filters", "b=open_one.a"),
    ("select x, y from z join open_one using (id)", "open_one.id joins, open_one.y passes on, z.id joins, z.x passes on", "x=z.x, y=open_one.y"),
    (
        "select id, sku from open_one, unnest(items) as item",
        "open_one.id passes on, open_one.items reads, open_one.sku passes on",
        "id=open_one.id, sku=open_one.sku",
    ),
    ("select to_json(r) as j from open_one as r", "open_one.* reads", "j=open_one.**"),
    ("select kind from elsewhere.facts", "", "kind="),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "used", "returned"), CASES, ids=[sql[:70] for sql, _, _ in CASES])
def test_uses_and_columns_are_what_sql_means(sql: str, used: str, returned: str) -> None:
    found = lineage(sql)
    assert (uses(found), outputs(found)) == (used, returned)
    assert not found.doubts
    assert not found.unknown


ON_BIGQUERY = [
    ("select label from ml.predict(model m, table z)", "z.id reads, z.x reads", "label=z.id*&z.x*"),
    ("select `a`, x.b.c from `p.d.t` as x where `x`.status is null", "t.a passes on, t.b reads, t.status filters", "a=t.a, c=t.b*"),
    (
        "select id, item.sku, off from t, unnest(t.items) as item with offset as off where item.q > 1",
        "t.id passes on, t.items reads+filters",
        "id=t.id, sku=t.items*, off=",
    ),
    ("select * except (x) from z", "z.x reads", "id=z.id"),
    ("select array(select as struct i.k from unnest(items) as i where i.x = t.id) as l from t", "t.id filters, t.items reads+filters", "l=t.items*"),
    ("select struct(a as k, b) as s from t", "t.a reads, t.b reads", "s=t.a*&t.b*"),
    (
        "select date_trunc(ts, month) as m, extract(day from ts) as d, date_diff(ts, a, week) as w from t",
        "t.a reads, t.ts reads",
        "m=t.ts*, d=t.ts*, w=t.a*&t.ts*",
    ),
    (
        "select * from (select id, status, a from t) pivot (sum(a) as s for status in ('x' as xx))",
        "t.a reads, t.id passes on+groups, t.status reads+groups",
        "id=t.id, s_xx=t.a*&t.status*",
    ),
    ("select id from t where rand() < 0.1 and _partitiontime > '2024-01-01'", "t.id passes on", "id=t.id"),
    ("select lower(status) as status from open_one where status = 'X'", "open_one.status reads+filters", "status=open_one.status*"),
    ("select id from t for system_time as of timestamp '2024-01-01'", "t.id passes on", "id=t.id"),
    ("select t.id from t left join unnest(items) as i on i.k = t.a", "t.a joins, t.id passes on, t.items joins", "id=t.id"),
    ("select format('%t', r) as f from z as r", "z.id reads, z.x reads", "f=z.id*&z.x*"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "used", "returned"), ON_BIGQUERY, ids=[sql[:70] for sql, _, _ in ON_BIGQUERY])
def test_uses_and_columns_are_what_bigquery_means(sql: str, used: str, returned: str) -> None:
    found = lineage(sql, "bigquery")
    assert (uses(found), outputs(found)) == (used, returned)
    assert not found.doubts


@pytest.mark.parametrize(
    ("sql", "used"),
    [
        ("select a as b from open_one where b > 1", "open_one.a passes on, open_one.b filters"),
        ("select a as b, upper(b) as c from open_one", "open_one.a passes on, open_one.b reads"),
        ("select a as b, b as c from open_one", "open_one.a passes on, open_one.b passes on"),
        ("select a as b, * replace (b + 1 as c) from open_one", "open_one.a passes on, open_one.b reads, open_one.c reads"),
        ("select a as b, upper(b) as c from open_one group by all", "open_one.a passes on+groups, open_one.b reads+groups"),
    ],
)  # fmt: skip
def test_on_bigquery_the_select_list_and_where_see_no_aliases(sql: str, used: str) -> None:
    found = lineage(sql, "bigquery")
    assert uses(found) == used
    assert not found.doubts


def test_on_duckdb_a_column_comes_before_an_alias() -> None:
    assert uses(lineage("select x as id, upper(id) as c from z where id > 1")) == "z.id reads+filters, z.x passes on"
    assert uses(lineage("select x as k, upper(k) as c from z where k > 1")) == "z.x passes on+reads+filters"


@pytest.mark.parametrize(
    ("sql", "doubted", "reason"),
    [
        (
            "select x from open_one join open_two on open_one.k = open_two.k",
            {("open_one", "x"), ("open_two", "x")},
            "'x' may come from open_one or from open_two",
        ),
        ("select id from z where id in (select id from open_one)", {("open_one", "id")}, "'id' may come from open_one or from a query around it"),
        ("select a as b from open_one where b > 1", {("open_one", "b")}, "'b' may come from open_one or from the select list"),
        ("select a as b, upper(b) as c from open_one", {("open_one", "b")}, "'b' may come from open_one or from the select list"),
        ("select x as b, b from z, open_one", {("open_one", "b")}, "'b' may come from open_one or from the select list"),
        ("select max(a) as b from open_one group by b", {("open_one", "b")}, "'b' may come from open_one or from the select list"),
        ("select * from open_one union all select * from open_two", {("open_two", "*")}, "a union by position"),
        ("select * from z natural join open_one", {("z", "id"), ("z", "x"), ("open_one", "*")}, "it joins naturally"),
        ("select columns('^a') from open_one", {("open_one", "*")}, "it chooses columns by a pattern"),
    ],
)  # fmt: skip
def test_a_doubt_is_told_with_its_reason_and_what_would_settle_it(
    sql: str, doubted: set[tuple[str, str]], reason: str
) -> None:
    reading = read(parse(sql, "duckdb"), "duckdb", lookup)
    assert set(reading.lineage.doubts) == doubted
    assert all(why.startswith(reason) for why in reading.lineage.doubts.values())
    assert reading.wanted
    assert reading.wanted <= {"open_one", "open_two"}


def test_a_name_that_no_table_has_is_kept() -> None:
    assert lineage("select nothing_like_it from z").unknown == {"nothing_like_it"}


def test_a_column_is_named_where_the_code_writes_it_and_not_where_a_star_carries_it() -> None:
    assert lineage("select * from z").named == frozenset()
    assert lineage("with s as (select * from z) select x from s").named == {("z", "x")}
    assert lineage("with s as (select x as y from z) select y from s").named == {("z", "x")}


@pytest.mark.parametrize(
    ("sql", "starred"),
    [
        ("select * from z where x > 1", {"id", "x"}),
        ("with s as (select * from z) select *, id as k from s order by x", {"id", "x"}),
        ("with s as (select id, x from z) select * from s", set()),
        ("with s as (select * from z) select id, x from s", set()),
        ("select * replace (x + 1 as x) from z", {"id"}),
        ("select * rename (x as y) from z", {"id"}),
        ("select * from (select * from z) as s (k, v)", set()),
        ("select * from z join u using (id)", {"id", "x", "c", "d", "status"}),
        ("select id from z union all select * from (select id from z)", set()),
        ("select * from z union all select c, d from u", {"id", "x"}),
        ("select id from z union all by name select * from z", {"id", "x"}),
    ],
)
def test_an_output_whose_name_no_query_writes_comes_by_a_star(sql: str, starred: set[str]) -> None:
    assert {output.name for output in lineage(sql).outputs.values() if output.starred} == starred


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select id from t where (", "sqlglot can't parse its SQL: line 1, "),
        ("select 1; select 2", "its SQL holds 2 statements"),
        ("  -- nothing\n", "its SQL is empty"),
        ("create table x as select 1", "its SQL is no query"),
    ],
)
def test_what_is_no_query_is_told(sql: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        parse(sql, "duckdb")


@pytest.mark.parametrize("function", ["query", "query_table"])
def test_a_table_whose_name_is_put_together_when_it_runs_is_not_told(function: str) -> None:
    with pytest.raises(UnreadableError, match=r"which is put together when it runs"):
        lineage(f"select id from {function}('t' || getvariable('x'))")


def test_long_and_deep_queries_are_read() -> None:
    many = " union all ".join(f"select id, {number} as n from z" for number in range(800))
    assert uses(lineage(many)) == "z.id passes on"
    wide = "select " + " + ".join(f"(a + {number})" for number in range(400)) + " as s from t"
    assert outputs(lineage(wide)) == "s=t.a*"


def test_what_is_nested_too_deep_is_told_and_does_not_break_the_rest() -> None:
    with pytest.raises(UnreadableError, match="nested too deep"):
        lineage("select " + "(" * 3000 + "a" + ")" * 3000 + " from t")


def test_adapters_are_called_as_sqlglot_calls_their_sql() -> None:
    assert [dialect_of(name) for name in ("duckdb", "bigquery", "postgres", "sqlserver", "of_tomorrow")] == [
        "duckdb", "bigquery", "postgres", "tsql", None,
    ]  # fmt: skip


def test_a_text_names_a_column_of_a_row_that_is_a_value():
    for sql in (
        "to_json(t) ->> 'status'",
        "t['status']",
        "struct_extract(t, 'status')",
        "json_extract_string(to_json(t), '$.status')",
    ):
        assert lineage(f"select {sql} as k from t").named == {("t", "status")}
    assert lineage("select to_json(t) as k from t").named == set()


def test_differences_and_intersections_by_position_need_all_columns_of_a_star():
    for word in ("except", "intersect"):
        assert "z.x passes on+filters+unites" in uses(lineage(f"select * from z {word} select id, a from t"))
        assert "unites" not in uses(lineage(f"select * from z {word} all by name select id from t"))


def test_what_a_table_is_read_as_of_is_a_use():
    sql = "select id from t for system_time as of (select max(d) from u)"
    assert uses(lineage(sql, "bigquery")) == "t.id passes on, u.d filters"


def test_a_name_within_may_be_a_column_of_a_table_around_it_where_neither_is_known():
    found = lineage("select id from open_one as o where exists (select 1 from open_two where status = 'a')")
    why = "'status' may come from open_two or from o, not all of whose columns are known"
    assert found.doubts == {("open_one", "status"): why, ("open_two", "status"): why}


def test_a_star_of_a_struct_in_an_expression_reads_the_struct():
    assert uses(lineage("select row(b.*) as k from t")) == "t.b reads"


def test_what_is_renamed_of_a_table_that_is_not_known_is_written():
    found = lineage("select * rename (status as k) from open_one")
    assert not found.outputs["k"].starred
    assert ("open_one", "status") in found.named


def test_a_parse_error_says_near_what():
    with pytest.raises(UnreadableError, match=r"line 1, Required keyword: 'expression' missing .* near '='"):
        lineage("select id from t where (a =")
