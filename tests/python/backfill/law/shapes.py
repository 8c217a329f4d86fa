"""The SQL of models, with holes: `<events>`, `<payments>`, `<customers>`; `<d>`, the date; `<day>`, `<date>`, `<day before>` and `<d shifted>`,
made of it; `<f>`, the window; `<amount>`; `<self>`, a spelling of the model itself; `<parent>`, `<all parent>` and `<between>`, the model
that is filled beside it, without the window, and a model in between. An alias may follow: `<f e>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_COLUMNS = "e.id, e.id % 3 as line_no, nullif(e.id % 5, 0) as maybe_key, e.customer_id, e.<d>, <amount> as amount"


@dataclass(frozen=True)
class Shape:
    """A kind of model. `key` tells its rows apart; `rows`: it has a row an event, with the columns of `_COLUMNS`, so other keys are possible."""

    name: str
    sql: str
    key: Sequence[str] = ("id",)
    rows: bool = False
    plain: bool = False
    """What its chunks hold is what one run holds, and anybody sees it: such a model must not be refused."""
    volatile: Sequence[str] = ()
    """Columns that differ each time that they are read."""
    keyed: bool = True
    microbatch: bool = True
    reads_itself: bool = False
    kinds: Sequence[str] = ("date", "timestamp", "timestamptz", "integer", "text")


def _rows(name: str, more: str = "", tail: str = "", head: str = "", plain: bool = False, **others: object) -> Shape:
    sql = f"{head}select {_COLUMNS}{more}\nfrom <events> as e\nwhere <f e>{tail}"
    return Shape(name, sql, rows=True, plain=plain, **others)  # type: ignore[arg-type]


_FILTERED = "with mine as (select * from <events> where <f>)"
_PAID = "paid as (select * from <payments> where <f>)"
_INSTANTS = ("date", "timestamp", "timestamptz")

_LATER = "{% if var('dbt_playbooks_start_date', '') >= '2024-02-01' %}"

PLAIN = [
    Shape("plain select", f"select {_COLUMNS}\nfrom <events> as e\nwhere <f>", rows=True, plain=True),
    Shape(
        "join with a lookup",
        f"select {_COLUMNS}, c.name\nfrom <events> as e join <customers> as c on c.customer_id = e.customer_id\nwhere <f e>",
        rows=True,
        plain=True,
    ),
    Shape(
        "group by day",
        "select <day> as <d>, count(*) as events, sum(amount) as amount, count(distinct customer_id) as customers\n"
        "from <events> where <f> group by 1",
        key=("<d>",),
        plain=True,
    ),
    Shape(
        "union all",
        "select id, customer_id, <d>, amount from <events> where <f>\nunion all\n"
        "select payment_id, customer_id, <d>, paid from <payments> where <f>",
        plain=True,
    ),
    _rows(
        "window function by the day",
        ",\n    row_number() over (partition by <day e> order by e.id, e.amount) as number_of_day,"
        "\n    sum(e.amount) over (partition by <day e>, e.customer_id) as of_customer",
        plain=True,
    ),
]

WHOLE = [
    _rows(
        "clock and random number",
        ", current_timestamp as loaded_at, random() as lot",
        volatile=("loaded_at", "lot"),
        plain=True,
    ),
    _rows(
        "the run's own names",
        ", '{{ invocation_id }}' as run, '{{ run_started_at }}' as began",
        volatile=("run", "began"),
    ),
    Shape("distinct", "select distinct customer_id, <day> as <d> from <events> where <f>", key=("customer_id", "<d>")),
    _rows(
        "look-up of the day before, not filtered",
        ",\n    (select count(*) from <all events> as p where <date p> = <day before e> and p.customer_id = e.customer_id) as before",
    ),
    Shape(
        "two filtered CTEs joined on the date too",
        f"{_FILTERED}, {_PAID}\nselect e.id, e.customer_id, e.<d>, p.paid from mine as e join paid as p on p.event_id = e.id and p.<d> = e.<d>",
    ),
    Shape(
        "having, by the day",
        "select <day> as <d>, customer_id, count(*) as n from <events> where <f> group by 1, 2 having count(*) > 1",
        key=("<d>", "customer_id"),
    ),
    Shape(
        "unnest",
        "select e.id, e.<d>, u.part from <events> as e, unnest([1, 2]) as u(part) where <f e>",
        key=("id", "part"),
    ),
]

EDGES = [
    Shape(
        "two filtered CTEs",
        f"{_FILTERED}, {_PAID}\nselect e.id, e.customer_id, e.<d>, p.paid from mine as e join paid as p on p.event_id = e.id",
    ),
    Shape(
        "left join, filter in ON",
        f"select {_COLUMNS}, p.paid\nfrom <events> as e left join <payments> as p on p.event_id = e.id and <f p>\nwhere <f e>",
        rows=True,
    ),
    Shape(
        "left join, filter in ON only",
        f"select {_COLUMNS}, p.paid\nfrom <events> as e left join <payments> as p on p.event_id = e.id and <f p>",
        rows=True,
    ),
    Shape(
        "group by week",
        "select date_trunc('week', <d>) as <d>, count(*) as n from <events> where <f> group by 1",
        key=("<d>",),
        kinds=_INSTANTS,
    ),
    Shape(
        "group by month",
        "select max(<d>) as <d>, date_trunc('month', <d>) as month, count(*) as n from <events> where <f> group by 2",
        key=("month",),
        kinds=_INSTANTS,
    ),
    Shape(
        "group by customer",
        "select customer_id, max(<d>) as <d>, count(*) as n, sum(amount) as amount from <events> where <f> group by 1",
        key=("customer_id",),
    ),
    Shape(
        "distinct customers",
        "select min(<d>) as <d>, count(distinct customer_id) as customers from <events> where <f> having count(*) > 0",
        key=("<d>",),
    ),
    Shape(
        "distinct on",
        "select distinct on (customer_id) id, customer_id, <d>, amount from <events> where <f> order by customer_id, <d>, id",
    ),
    _rows(
        "row number by customer",
        ", row_number() over (partition by e.customer_id order by e.<d>, e.id, e.amount) as visit",
    ),
    _rows(
        "row before, by customer",
        ", lag(e.amount) over (partition by e.customer_id order by e.<d>, e.id, e.amount) as before",
    ),
    _rows("a macro of the warehouse with a window", ", law_visit(e.customer_id, e.id) as visit"),
    _rows("a macro of the warehouse that counts", ", law_ordinal(e.customer_id, e.id) as visit"),
    Shape(
        "a table macro of the warehouse",
        f"select {_COLUMNS}, n.number\nfrom <events> as e join law_numbered() as n on n.id = e.id\nwhere <f e>",
    ),
    _rows("running total", ", sum(e.amount) over (order by e.<d>, e.id, e.amount) as so_far"),
    _rows("share of all", ", e.amount / nullif(sum(abs(e.amount)) over (), 0) as share"),
    _rows("more than the mean", tail=" and e.amount > (select avg(amount) from <events> where <f>)"),
    _rows(
        "the first of a customer",
        tail=" and not exists (select 1 from <events> as p where <f p> and p.customer_id = e.customer_id and p.<d> < e.<d>)",
    ),
    _rows("limit", tail=" order by e.<d>, e.id, e.amount limit 20"),
    _rows("limit at random", tail=" order by random() limit 5"),
    Shape(
        "look-up of the day before, filtered",
        f"{_FILTERED}\nselect {_COLUMNS},\n    (select count(*) from mine as p where <date p> = <day before e>) as before\nfrom mine as e",
        rows=True,
    ),
    Shape(
        "latest row a key",
        "select customer_id, id, <d>, amount from <events> where <f>\n"
        "qualify row_number() over (partition by customer_id order by <d> desc, id desc, amount desc) = 1",
        key=("customer_id",),
    ),
    _rows("first runs differ", ", {% if is_incremental() %}'later'{% else %}'first'{% endif %} as phase"),
    Shape(
        "another date", "select id, customer_id, <d shifted> as <d>, amount from <events> where <f>", kinds=_INSTANTS
    ),
    Shape(
        "dates left out",
        "select id, customer_id, case when id % 7 != 0 then <d> end as <d>, amount from <events> where <f>",
    ),
    _rows("window's var as a column", ", '{{ var(\"start_date\") }}' as since", microbatch=False),
    _rows("batch as a column", ", '{{ model.batch.id if model.batch else \"\" }}' as batch", keyed=False),
    Shape(
        "a row a batch",
        "select min(<d>) as <d>, count(*) as n, sum(amount) as amount from <events> having count(*) > 0",
        keyed=False,
    ),
    _rows(
        "another branch from a day on",
        f"{_LATER}, 'later' as part{{% else %}}, 'before' as part{{% endif %}}",
        microbatch=False,
    ),
    _rows("rows that are left out from a day on", tail=f"{_LATER} and e.id % 2 = 0{{% endif %}}", microbatch=False),
    _rows(
        "a branch that is never taken",
        f"{_LATER.replace('2024', '2034')}, 'never' as part{{% endif %}}",
        microbatch=False,
    ),
    Shape(
        "window by hand, another branch from a day on",
        f"select {_COLUMNS}{_LATER.replace('dbt_playbooks_', '')}, 'later' as part{{% else %}}, 'before' as part{{% endif %}}\n"
        "from <events> as e where e.<d> between date '{{ var(\"start_date\") }}' and date '{{ var(\"end_date\") }}'",
        rows=True,
        microbatch=False,
        kinds=("date",),
    ),
    Shape(
        "only batches that begin on Monday",
        "{% set first = (model.batch.event_time_start | string)[:10] if model.batch else '2024-01-01' %}\n"
        f"select {_COLUMNS} from <events> as e where dayname(date '{{{{ first }}}}') = 'Monday'",
        rows=True,
        keyed=False,
    ),
]

_ASKED = "{% set newest = run_query('select coalesce(max(id), 0) from ' ~ this).columns[0].values()[0] | int %}"
SPELLINGS = {
    "this": "{{ this }}",
    "schema and identifier": "{{ this.schema }}.{{ this.identifier }}",
    "without the database": "{{ this.include(database=false) }}",
    "plain name": "{{ this.identifier }}",
    "query_table": "query_table('main.{{ this.identifier }}')",
    "query_table of a text that is put together": "query_table('main.' || '{{ this.identifier[:3] }}' || '{{ this.identifier[3:] }}')",
    "a view over it": "main.own_view",
    "a macro over it": "own_rows()",
}
OVER_ITSELF = ("a view over it", "a macro over it")
_INSIDE = "{{% if is_incremental() %}}{}{{% endif %}}".format
SELF = [
    _rows("rows it has not", tail=_INSIDE(" and e.id not in (select id from <self>)"), reads_itself=True),
    _rows("days after its newest", tail=_INSIDE(" and e.<d> > (select max(<d>) from <self>)"), reads_itself=True),
    _rows(
        "how many it had",
        "{% if is_incremental() %}, (select count(*) from <self>) as had{% else %}, 0 as had{% endif %}",
        reads_itself=True,
    ),
    _rows(
        "ids after its newest, asked before", tail=_INSIDE(f"{_ASKED} and e.id > {{{{ newest }}}}"), reads_itself=True
    ),
    _rows(
        "what it has, once it is there",
        tail="{% if load_relation(this) is not none %} and not exists "
        "(select 1 from <self> as o where o.customer_id = e.customer_id and o.<d> < e.<d>){% endif %}",
        reads_itself=True,
    ),
    _rows("itself, always", tail=" and e.id not in (select id from <self>)", reads_itself=True),
]
_JOINED = "select e.id, e.customer_id, e.<d>, e.amount, p.amount as other from <events> as e left join {} as p on {} where <f e>".format
CHILDREN = [
    Shape("child: its window", "select id, customer_id, <d>, amount * 2 as amount from <parent> where <f>", plain=True),
    Shape("child: joined by key", _JOINED("<all parent>", "p.id = e.id")),
    Shape("child: joined to the day before", _JOINED("<all parent>", "p.id = e.id - 10")),
    Shape(
        "child: counts its parent", "select id, <d>, (select count(*) from <all parent>) as n from <events> where <f>"
    ),
    Shape(
        "child: rows its parent lacks",
        "select id, <d> from <events> as e where <f e> and e.id + 10 not in (select id from <all parent>)",
    ),
    Shape("child: through a view, its window", "select id, customer_id, <d>, amount from <between view> where <f>"),
    Shape("child: through a view, joined by key", _JOINED("<between view>", "p.id = e.id - 10")),
    Shape("child: through an ephemeral model", _JOINED("<between ephemeral>", "p.id = e.id - 10")),
]
SHAPES = {shape.name: shape for shape in [*PLAIN, *WHOLE, *EDGES, *SELF, *CHILDREN]}
