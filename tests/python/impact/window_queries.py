"""Queries by chance that are cut by a window somewhere, and whether DuckDB gives window by window the rows that it gives for all at once."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

FIRST = dt.date(2024, 1, 1)
DAYS = 20

_DATES = ("event_date", "ship_date", "event_ts")
_JOINS = (
    ["join", "left join"] * 3
    + [f"{kind} join" for kind in ("right", "full", "semi", "anti", "positional", "natural", "cross", "asof")]
    + [","]
)
_TABLES = """
create table ev as select cast(i as int) as id, cast((i * 7) % 5 as int) as cust, date '2024-01-01' + cast((i * 13) % 20 as int) as event_date,
  date '2024-01-01' + cast((i * 17) % 20 as int) as ship_date,
  timestamp '2024-01-01' + to_days(cast((i * 13) % 20 as int)) + to_hours(cast((i * 5) % 24 as int)) as event_ts,
  cast((i * 3) % 7 as int) as amount, 'k' || (i % 3) as kind from range(60) as t(i);
create table dim as select cast(c as int) as cust, date '2024-01-01' + cast(c * 3 as int) as event_date, cast(c % 2 as int) as grp from range(5) as t(c);
create macro last_of(x) as max(x);
"""


def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(_TABLES)
    return connection


def adds_up(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether the rows of each day, and those of a few larger windows, are together the rows of all days."""
    after = DAYS
    whole = _rows(connection, sql, 0, after)
    splits = [list(range(after + 1)), [0, 3, after], [0, 7, 12, after]]
    return all(
        sum((_rows(connection, sql, one, other) for one, other in itertools.pairwise(ends)), Counter()) == whole
        for ends in splits
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, first: int, after: int) -> Counter[str]:
    return Counter(map(repr, connection.execute(window(sql, first, after)).fetchall()))


def window(sql: str, first: int, after: int) -> str:
    """The query with the window in the place of `<first>` and `<after>`."""
    days = [str(FIRST + dt.timedelta(number)) for number in (first, after)]
    return sql.replace("<first>", days[0]).replace("<after>", days[1])


@dataclass(frozen=True)
class _From:
    """A table that may be read: its text, its columns, and those that are dates."""

    text: str
    columns: Sequence[str]


class Queries:
    """Builds a query by chance: a chain of CTEs, each of which reads what is before it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        # most queries of many clauses break somewhere: in half of them each group, window and join is likely to hold a date
        self._tame = self._often(0.5)
        self._ctes: list[tuple[str, str, list[str]]] = []

    def query(self) -> str:
        self._ctes = []
        for number in range(self._chance.choice([1, 1, 2, 2, 3])):
            name = self._one([f"c{number}", f"c{number}", "ev", "dim"] if number else ["c0"])
            if any(each[0] == name for each in self._ctes):
                name = f"c{number}"
            sql, columns = self._select(first=number == 0)
            renamed = ""
            if self._often(0.04):
                shuffled = self._chance.sample(columns, len(columns))
                renamed, columns = f"({', '.join(shuffled)})", shuffled
            self._ctes.append((name, f"{name}{renamed} as ({sql})", columns))
        last, _ = self._select(first=False)
        return f"with {', '.join(text for _, text, _ in self._ctes)} {last}"

    # --- parts ---------------------------------------------------------------------------------------------------------

    def _one(self, options: Sequence[str]) -> str:
        return self._chance.choice(options)

    def _often(self, share: float) -> bool:
        return self._chance.random() < share

    def _window(self, column: str) -> str:
        kind = "timestamp" if column.endswith("ts") else "date"
        by = self._one([column] * 8 + ([f"cast({column} as date)"] if kind == "timestamp" else [f"({column} + 1)"]))
        part = f"{by} >= {kind} '<first>' and {by} < {kind} '<after>'"
        return (
            part
            if self._often(0.95)
            else self._one([f"({part})", f"({part} or {column} is null)", part.replace(">=", ">")])
        )

    def _table(self, first: bool = False) -> _From:
        names = [(name, columns) for name, _, columns in self._ctes]
        tables = [("ev", ["id", "cust", "event_date", "ship_date", "event_ts"]), ("dim", ["cust", "event_date", "grp"])]
        name, columns = self._chance.choice([tables[0]] if first else [*names * 3, *names[-1:], *tables])
        shadowed = dict(names)
        return _From(name, shadowed.get(name, columns))

    def _select(self, first: bool) -> tuple[str, list[str]]:
        if not first and self._often(0.12):
            return self._set_operation()
        table = self._table(first)
        alias = self._one(["", "a"])
        source = f"{table.text} {alias}".strip()
        columns = [f"{alias}.{each}" if alias and self._often(0.6) else each for each in table.columns]
        where: list[str] = []
        if not first and self._often(0.45):
            source, columns = self._joined(table, where)
        elif first or self._often(0.15):
            dated = [each for each in columns if _bare(each) in _DATES]
            where += [self._window(self._one(dated))] if dated else []
        if self._often(0.15):
            where.append(self._condition(columns))
        listed, names, tail = self._outputs(columns, table)
        filtered = f" where {' and '.join(where)}" if where else ""
        return f"select {listed} from {source}{filtered}{tail}", names

    def _joined(self, left: _From, where: list[str]) -> tuple[str, list[str]]:
        right = self._table()
        kind = self._one(["join"] * 6 + ["left join"] * 4 if self._tame else _JOINS)
        mine, theirs = self._one(list(left.columns)), self._one(list(right.columns))
        both = [each for each in left.columns if each in right.columns]
        shared = [each for each in both if each in _DATES] or both
        on = [f"a.{mine} = b.{theirs}"]
        if both and self._often(0.85):
            on = [f"{x}.{name} = {y}.{name}" for name in [self._one(both)] for x, y in [("a", "b")]]
            on += [f"a.{name} = b.{name}" for name in shared[:1] if self._tame or self._often(0.7)]
        if self._often(0.05):
            on.append(self._condition([f"a.{mine}"]))
        condition = f" on {' and '.join(on)}"
        if kind in ("positional join", "natural join", "cross join"):
            condition = ""
        elif kind == ",":
            condition, kind = "", ", "
            where += on
        elif kind == "asof join":
            condition += f" and a.{mine} >= b.{theirs}"
        elif both and self._often(0.2):
            condition = f" using ({', '.join(self._chance.sample(both, min(len(both), self._chance.choice([1, 2]))))})"
        text = f"{left.text} a {kind} {right.text} b{condition}"
        if self._often(0.06):
            text = f"({text})"
        if self._often(0.06) and kind != "semi join":
            text += f", lateral (select count(*) as n from {self._table().text} z where z.cust = a.{mine}) l"
        hidden = kind in ("semi join", "anti join")
        columns = [f"a.{each}" for each in left.columns] + ([] if hidden else [f"b.{each}" for each in right.columns])
        return text, columns

    def _condition(self, columns: Sequence[str]) -> str:
        inner = self._table()
        column, other = self._one(list(columns)), self._one(list(inner.columns))
        return self._one(
            [
                f"{column} is not null",
                f"{column} is not null",
                f"{column} in (select {other} from {inner.text})",
                f"exists (select 1 from {inner.text} z where z.{other} = {column})",
                f"(select count(*) from {inner.text}) > 3",
            ]
        )

    def _outputs(self, columns: Sequence[str], table: _From) -> tuple[str, list[str], str]:
        """The select list, the names in it, and what comes after WHERE."""
        named = {
            _bare(each): each
            for each in self._chance.sample(list(columns), min(len(columns), self._chance.choice([2, 3, 4])))
        }
        dated = [each for each in columns if _bare(each) in _DATES]
        if dated and self._often(0.95 if self._tame else 0.6):
            named[_bare(dated[0])] = dated[0]
        if self._often(0.1):
            # a name that another column has
            name, old = self._one(["event_date", "cust", "ship_date"]), self._one(list(named))
            if name not in named:
                named[name] = named.pop(old)
        values, names = list(named.values()), list(named)
        wild = ["aggregate", "limit", "qualify"] if not self._tame or self._often(0.1) else []
        shape = self._one(
            ["plain", "plain", "star", "star", "group", "group", "group", "distinct", "window", "window", *wild]
        )
        if shape == "star":
            left_out = self._one([*[""] * 4, *table.columns])
            star = f"* exclude ({left_out})" if left_out else "*"
            return self._one(["", "", "distinct "]) + star, [each for each in table.columns if each != left_out], ""
        if shape == "group":
            return self._grouped(values, names)
        if shape == "aggregate":
            function = self._one(
                ["count(*)", f"max({values[0]})", f"last_of({values[0]})", f"list({values[0]} order by all)"]
            )
            constant = self._chance.choice(["", ", 1 as cust", ", date '2024-01-03' as event_date"])
            return f"{function} as n{constant}", ["n", *([constant.split()[-1]] if constant else [])], ""
        head, more, tail = "", "", ""
        if shape == "distinct":
            head = self._one(["distinct ", "distinct ", f"distinct on ({self._one(values)}) "])
        if shape in ("window", "qualify"):
            keys = self._one(
                [
                    f"partition by {', '.join(values)}",
                    *([] if self._tame else [f"partition by {self._one(values)}", "partition by 1", ""]),
                ]
            )
            over = self._one([f"({keys})", f"({keys})", "w"]) if shape == "window" else f"({keys})"
            tail = (
                f" window w as ({keys})"
                if over == "w"
                else f" qualify count(*) over {over} > 1"
                if shape == "qualify"
                else ""
            )
            more = f", count(*) over {over} as n" if shape == "window" else ""
        if shape == "limit":
            tail = f" order by {', '.join(values)} limit 5"
        listed = ", ".join(f"{value} as {name}" for value, name in zip(values, names, strict=True))
        return head + listed + more, [*names, *(["n"] if more else [])], tail

    def _grouped(self, values: list[str], names: list[str]) -> tuple[str, list[str], str]:
        day = self._one(
            ["{}", "{}", "cast({} as date)", "date_trunc('day', {})", "date_trunc('week', {})", "({} is null)"]
        )
        keys = [day.format(each) if _bare(each) in _DATES else each for each in values]
        listed = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
        numbers = ", ".join(str(number + 1) for number in range(len(keys)))
        by = self._one(
            [
                "all",
                ", ".join(keys),
                numbers,
                f"rollup ({', '.join(keys)})",
                f"{keys[0]}, rollup ({', '.join(keys[1:])})",
                ", ".join(names),
            ]
        )
        if by == "all" and len(names) > 1 and self._often(0.4):
            listed, names = listed[1:], names[1:]
        return (
            f"{', '.join(listed)}, count(*) as n",
            [*names, "n"],
            f" group by {by}" + self._one(["", "", " having count(*) > 1"]),
        )

    def _set_operation(self) -> tuple[str, list[str]]:
        one, other = self._table(), self._table()
        names = [each for each in one.columns if each in other.columns]
        if not names:
            return f"select * from {one.text}", list(one.columns)
        mine = self._chance.sample(names, min(len(names), 3))
        theirs = mine if self._often(0.7) else self._chance.sample(mine, len(mine))
        kind = self._one(["union all", "union all", "union", "except", "intersect", "union all by name", "except all"])
        return f"select {', '.join(mine)} from {one.text} {kind} select {', '.join(theirs)} from {other.text}", mine


def _bare(column: str) -> str:
    return column.split(".")[-1]
