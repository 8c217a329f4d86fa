"""Random queries that read the column `status` of `{{ ref('base') }}` (id, amount, status) and of `{{ ref('other') }}` (key, status)."""

from __future__ import annotations

import random

BASE, OTHER = "{{ ref('base') }}", "{{ ref('other') }}"
VALUES = [
    "status", "b.status", "upper(status)", "b.status || 'x'", "status.upper()", "b.status.lower()", "cast(status as varchar)",
    "case when status > 'n1' then status else 'status' end", "coalesce(b.status, 'none')", "{'k': status}.k", "\"status\"", "STATUS",
    "list_transform([status], x -> x || status)[1]", "map {status: amount}::varchar", "status[1:1]", "(status)", "length(b.status)",
    "max(status) over (partition by status order by amount)", "(select max(s.status) from " + BASE + " as s where s.status <= b.status)",
    "(select count(*) from " + OTHER + " as o where o.status = b.status)", "list_contains([b.status], status)", "status is null",
]  # fmt: skip
CONDITIONS = [
    "status > ''", "b.status like 'n%'", "status in ('n1', 'n2')", "upper(status) <> 'STATUS'", "length(status) > 0 and b.amount < 9",
    "exists (select 1 from " + OTHER + " as o where o.status = b.status)", "status in (select status from " + BASE + ")",
    "b.status not in (select o.status from " + OTHER + " as o where o.key > 90)", "status between 'a' and 'z'", "not (status is null)",
    "(status, id) in (select status, id from " + BASE + ")", "status ~ 'n.*'",
]  # fmt: skip
SHAPES = [
    "plain",
    "grouped",
    "grouped by all",
    "distinct on",
    "qualified",
    "joined",
    "cte",
    "cte by a star",
    "nested",
    "union",
    "ordered",
    "window",
    "from first",
]


def query(chance: random.Random) -> str:
    """One that DuckDB takes, and whose rows are the same each time."""
    shape = chance.choice(SHAPES)
    value, other = chance.choice(VALUES), chance.choice(VALUES)
    where = f"\nwhere {chance.choice(CONDITIONS)}" if chance.random() < 0.6 else ""
    items = f"id, {value} as first_one,\n  {other} as second"
    if chance.random() < 0.5:
        items += ",\n  status" if chance.random() < 0.5 else ", b.status"
    source = f"from {BASE} as b"
    made = {
        "plain": f"select {items}\n{source}{where}",
        "grouped": f"select status, count(*) as n{', max(b.amount) as top' if chance.random() < 0.5 else ''}\n{source}{where}\n"
        f"group by {chance.choice(['status', 'b.status', 'status, id'])} having {chance.choice(['status', 'max(status)', 'b.status'])} > ''",
        "grouped by all": f"select b.status as kind, min(status) as least\n{source}{where}\ngroup by all",
        "distinct on": f"select distinct on (status) status, amount {source}{where} order by status, amount",
        "qualified": f"select {items}\n{source}{where}\nqualify row_number() over (partition by status order by status, id) = 1",
        "joined": f"select {items}, o.key, o.status as theirs\n{source}\njoin {OTHER} as o on b.status = o.status".replace(" status", " b.status")
        .replace("(status", "(b.status").replace("[status", "[b.status").replace("{status", "{b.status").replace("b.b.", "b."),
        "cte": f"with e as (\n  select id, status {source}{where}\n)\nselect id, status, upper(status) as u from e where status > ''",
        "cte by a star": f"with e as (select * {source}{where})\nselect e.status, count(*) as n from e group by status having e.status > ''",
        "nested": f"select kind, n from (select status as kind, count(*) as n {source}{where} group by status) as g where kind > ''",
        "union": f"select id, status {source}{where}\nunion all\nselect key, status from {OTHER}",
        "ordered": f"select id, status {source}{where}\norder by {chance.choice(['status', 'b.status', 'upper(status), id', 'id'])}",
        "window": f"select id, sum(amount) over w as s, status {source}{where}\nwindow w as (partition by status order by id)",
        "from first": f"{source} select {items}{where}",
    }  # fmt: skip
    return made[shape] + "\n"
