"""Random queries of three tables, in DuckDB's words or in BigQuery's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

INT, TEXT, TIME, LIST, STRUCT = "bigint", "varchar", "timestamp", "bigint[]", "struct(x bigint, status varchar)"
TABLES = {
    "t": {"id": INT, "a": INT, "status": TEXT, "b": TEXT, "ts": TIME, "items": LIST, "s": STRUCT},
    "u": {"id": INT, "c": INT, "status": TEXT, "amount": INT, "seen": TIME},
    "w": {"id": INT, "a": INT, "status": TEXT, "d": TEXT, "moment": TIME},
}


@dataclass
class Source:
    """A table, as a query names it: its alias, and its columns with their types."""

    alias: str
    columns: dict[str, str]
    by_alias: bool = True
    """`alias.column` is a way to name its columns."""


@dataclass
class Maker:
    """Makes queries of one dialect: 'duckdb' or 'bigquery'."""

    dialect: str
    rng: random.Random
    number: int = 0
    ctes: list[Source] = field(default_factory=list)

    @property
    def duck(self) -> bool:
        return self.dialect == "duckdb"

    def name(self, begin: str) -> str:
        self.number += 1
        return f"{begin}{self.number}"

    def one(self, *choices: str) -> str:
        return self.rng.choice(choices)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # --- expressions -----------------------------------------------------------------------------------------------

    def column(self, scope: Sequence[Source], kind: str) -> str | None:
        """A column of that type, named with its table or, where it is the only one of its name, without."""
        found = [(source, name) for source in scope for name, each in source.columns.items() if each == kind]
        if not found:
            return None
        source, name = self.rng.choice(found)
        once = sum(name in each.columns for each in scope) == 1
        return name if once and (self.chance(0.5) or not source.by_alias) else f"{source.alias}.{name}"

    def expression(self, scope: Sequence[Source], kind: str, depth: int = 2) -> str:
        if depth <= 0 or self.chance(0.4):
            plain = self.column(scope, kind) if self.chance(0.9) else None
            return plain or {INT: "7", TEXT: "'k'", TIME: "timestamp '2024-01-05 00:00:00'", LIST: "[1, 2]"}.get(
                kind, "null"
            )
        again = {
            name: (lambda each=name: self.expression(scope, each, depth - 1))
            for name in (INT, TEXT, TIME, LIST, STRUCT)
        }
        return self.rng.choice(self._shapes(scope, kind, depth, again))

    def _shapes(self, scope, kind, depth, again):
        i, t, m, li = (again[name] for name in (INT, TEXT, TIME, LIST))
        duck = self.duck
        condition = lambda: self.condition(scope, depth - 1)  # noqa: E731
        if kind == INT:
            found = [
                f"({i()} + {i()})", f"coalesce({i()}, {i()})", f"case when {condition()} then {i()} else {i()} end", f"length({t()})", f"abs({i()})",
                f"cast({i()} as {'bigint' if duck else 'int64'})", f"extract(day from {m()})", f"case {t()} when {t()} then {i()} end", f"nullif({i()}, {i()})",
                f"greatest({i()}, {i()})", self.scalar(scope),
            ]  # fmt: skip
            struct = self.column(scope, STRUCT)
            found += [f"{struct}.x"] if struct else []
            items = self.column(scope, LIST)
            if items and duck:
                found += [
                    f"len({items})", f"list_sum(list_transform({items}, x -> x + {i()}))", f"len([x for x in {items} if x > {i()}])", f"{items}[1]",
                    f"list_sum(list_filter({items}, lambda x: x < {i()}))", f"date_diff('day', {m()}, {m()})", f"(map {{'k': {i()}}})['k']",
                    f"({t()}).length()",
                    f"struct_extract({{'f': {i()}, 'g': {t()}}}, 'f')", f"date_part('hour', {m()})",
                ]  # fmt: skip
            elif items:
                found += [
                    f"array_length({items})", f"{items}[safe_offset(0)]", f"(select sum(e) from unnest({items}) as e where e > {i()})",
                    f"timestamp_diff({m()}, {m()}, day)", f"if({condition()}, {i()}, {i()})", f"struct({i()} as f, {t()} as g).f", f"ifnull({i()}, {i()})",
                ]  # fmt: skip
            return found
        if kind == TEXT:
            found = [
                f"upper({t()})",
                f"concat({t()}, {t()})",
                f"coalesce({t()}, {t()})",
                f"case when {condition()} then {t()} end",
                f"substr({t()}, 1, 3)",
                f"replace({t()}, 'a', {t()})",
            ]
            found += [f"cast({i()} as {'varchar' if duck else 'string'})", f"trim({t()})"]
            struct = self.column(scope, STRUCT)
            found += [f"{struct}.status"] if struct else []
            name = self.column(scope, TEXT)
            if name and duck:
                found += [
                    f"{name}.upper().lower()",
                    f"{t()} || {t()}",
                    f"{t()} collate nocase",
                    f"list_aggregate([{t()}, {t()}], 'max')",
                    f"date_trunc('day', {m()})::varchar",
                    f"({t()})[1:2]",
                ]
            elif not duck:
                found += [
                    f"if({condition()}, {t()}, 'no')",
                    f"format('%s-%d', {t()}, {i()})",
                    f"array_to_string([{t()}, {t()}], '-')",
                    f"safe_cast({i()} as string)",
                ]
            return found
        if kind == TIME:
            return [f"coalesce({m()}, {m()})", f"case when {condition()} then {m()} end"] + (
                [f"date_trunc('month', {m()})", f"{m()} + interval 1 day"]
                if duck
                else [f"timestamp_trunc({m()}, month)"]
            )
        if kind == LIST:
            return [f"[{i()}, {i()}]"] + (
                [f"list_transform({li()}, x -> x * 2)", f"list_concat({li()}, [{i()}])"]
                if duck
                else [f"array_concat({li()}, [{i()}])", f"array(select e + {i()} from unnest({li()}) as e)"]
            )
        return ["null"]

    def condition(self, scope: Sequence[Source], depth: int = 2) -> str:
        i, t, m = (lambda kind=kind: self.expression(scope, kind, depth - 1) for kind in (INT, TEXT, TIME))
        plain = [
            f"{i()} > {i()}",
            f"{t()} = {t()}",
            f"{t()} is not null",
            f"{i()} between 1 and {i()}",
            f"{t()} like 'a%'",
            f"{m()} < {m()}",
            f"{t()} in ('a', {t()})",
            f"{i()} is distinct from {i()}",
        ]
        if depth > 0:
            plain += [
                f"not ({self.condition(scope, depth - 1)})",
                f"({self.condition(scope, depth - 1)} or {self.condition(scope, depth - 1)})",
                f"exists ({self.inner(scope, [INT], depth)})",
            ]
            plain += [f"{i()} in ({self.inner(scope, [INT], depth)})"]
            if self.duck:
                plain += [
                    f"{i()} = any ({self.inner(scope, [INT], depth)})",
                    f"({i()}, {t()}) = (1, {t()})",
                    f"{t()} similar to 'a.*'",
                    f"{t()} not ilike 'b%'",
                ]
        return self.rng.choice(plain)

    def inner(self, outer: Sequence[Source], kinds: Sequence[str], depth: int) -> str:
        """A query in an expression: it sees what is outside."""
        source, text = self.table()
        scope = [
            source,
            *[
                each
                for each in outer
                if each.by_alias and each.alias != source.alias and not set(each.columns) & set(source.columns)
            ],
        ]
        where = f" where {self.condition(scope, depth - 2)}" if self.chance(0.7) else ""
        return f"select {', '.join(self.expression(scope, kind, depth - 2) for kind in kinds)} from {text}{where}"

    def scalar(self, outer: Sequence[Source]) -> str:
        source, text = self.table()
        scope = [source]
        correlated = self.column(outer, INT)
        term = self.column(scope, INT) or "1"
        where = (
            f" where {source.alias}.{next(iter(source.columns))} = {correlated}"
            if correlated
            and "." in correlated
            and self.chance(0.5)
            and source.columns[next(iter(source.columns))] == INT
            else ""
        )
        return f"(select max({term}) from {text}{where})"

    # --- tables ----------------------------------------------------------------------------------------------------

    def table(self) -> tuple[Source, str]:
        """A table of the project or a CTE, under an alias of its own."""
        alias = self.name("q")
        if self.ctes and self.chance(0.4):
            cte = self.rng.choice(self.ctes)
            return Source(alias, dict(cte.columns)), f"{cte.alias} as {alias}"
        name = self.one(*TABLES)
        if self.chance(0.15):
            return Source(name, dict(TABLES[name])), name
        return Source(alias, dict(TABLES[name])), f"{name} as {alias}"

    def source(self, depth: int) -> tuple[Source, str]:
        if depth <= 0 or self.chance(0.55):
            return self.table()
        alias = self.name("q")
        special = self.special(alias) if self.chance(0.3) else None
        if special:
            return special
        columns, text = self.query(depth - 1)
        if self.duck and self.chance(0.2) and len(columns) > 1:
            new = {f"{self.name('n')}": kind for kind in columns.values()}
            return Source(alias, new), f"({text}) as {alias}({', '.join(new)})"
        return Source(alias, columns), f"({text}) as {alias}"

    def special(self, alias: str) -> tuple[Source, str] | None:
        """Tables that are made of others in ways of their own."""
        if self.duck and self.chance(0.02):
            described = f"(select column_name from (describe {self.one(*TABLES)})) as {alias}"
            return Source(alias, {"column_name": TEXT}), described
        if self.duck:
            return self.rng.choice(
                [
                    (Source(alias, {"id": INT, "n": TEXT, "v": INT}), f"(from (select id, a, a + 1 as z from t) unpivot (v for n in (a, z))) as {alias}"),
                    (Source(alias, {"id": INT, "ka": INT}), f"(from u pivot (sum(c) for status in ('a' as ka) group by id)) as {alias}"),
                    (Source(alias, dict(TABLES["w"])), f"query_table('w') as {alias}"),
                    (Source(alias, {"k": TEXT, "h": INT}), f"query('select status as k, count(*) as h from u group by all') as {alias}"),
                    (Source(alias, {"id": INT, "e": INT}), f"(select id, unnest(items) as e from t) as {alias}"),
                    (Source(alias, {"x": INT, "status": TEXT}), f"(select unnest(s) from t) as {alias}"),
                    (Source(alias, {"id": INT, "g": INT}), f"(values ((select max(id) from w), 4)) as {alias}(id, g)"),
                ]
            )  # fmt: skip
        return self.rng.choice(
            [
                (Source(alias, {"id": INT, "n": TEXT, "v": INT}), f"(select * from (select id, a, a + 1 as z from t) unpivot (v for n in (a, z))) as {alias}"),
                (Source(alias, {"id": INT, "ka": INT}), f"(select * from (select id, c, status from u) pivot (sum(c) for status in ('a' as ka))) as {alias}"),
                (Source(alias, {"id": INT, "e": INT}), f"(select id, e from t, unnest(items) as e) as {alias}"),
                (Source(alias, {"id": INT, "e": INT, "o": INT}), f"(select k.id, e, o from t as k left join unnest(k.items) as e with offset as o) as {alias}"),
            ]
        )  # fmt: skip

    def froms(self, depth: int) -> tuple[list[Source], str]:
        source, text = self.source(depth)
        scope = [source]
        while self.chance(0.35) and len(scope) < 3:
            other, more = self.source(depth - 1)
            if other.alias in {each.alias for each in scope}:
                continue
            shared = [
                name
                for name in other.columns
                if len(scope) == 1
                and scope[0].columns.get(name) == other.columns[name]
                and other.columns[name] in (INT, TEXT)
            ]
            how = (
                self.one("join", "left join", "full join", "cross join", "comma", "semi")
                if self.duck
                else self.one("join", "left join", "full join", "cross join", "comma")
            )
            if how == "comma":
                text += f", {more}"
            elif how == "cross join":
                text += f" cross join {more}"
            elif how == "semi":
                both = [*scope, other]
                text += f" {self.one('semi', 'anti')} join {more} on {self.condition(both, 0)}"
                continue
            elif shared and self.chance(0.6):
                natural = self.duck and self.chance(0.2)
                names = (
                    [name for name in scope[0].columns if name in other.columns]
                    if natural
                    else [self.rng.choice(shared)]
                )
                text += f" natural {how} {more}" if natural else f" {how} {more} using ({names[0]})"
                # one column of both sides; what has a name of each stays with its table
                for name in names:
                    other.columns.pop(name)
            else:
                text += f" {how} {more} on {self.condition([*scope, other], 1)}"
            scope.append(other)
        return scope, text

    # --- queries ---------------------------------------------------------------------------------------------------

    def stars(self, scope: list[Source]) -> tuple[dict[str, str], str] | None:
        """A select list of a star, and what may follow it; None where columns have one name."""
        columns = {name: kind for source in scope for name, kind in source.columns.items()}
        if len(columns) != sum(len(source.columns) for source in scope):
            return None
        prefix = ""
        if len(scope) > 1 and self.chance(0.4):
            source = self.rng.choice(scope)
            columns, prefix = dict(source.columns), f"{source.alias}."
        if not columns:
            return None
        name = self.rng.choice(list(columns))
        how = (
            self.one("plain", "plain", "except", "replace")
            if not self.duck
            else self.one("plain", "plain", "except", "replace", "rename", "columns", "list", "like", "min")
        )
        if how == "except" and len(columns) > 1:
            columns.pop(name)
            return columns, f"{prefix}* {'exclude' if self.duck else 'except'} ({name})"
        if how == "replace" and columns[name] in (INT, TEXT):
            return columns, f"{prefix}* replace ({self.expression(scope, columns[name], 1)} as {name})"
        if how == "rename":
            new = self.name("r")
            return {
                new if each == name else each: kind for each, kind in columns.items()
            }, f"{prefix}* rename ({name} as {new})"
        if not prefix and how == "columns":
            chosen = {each: kind for each, kind in columns.items() if each.startswith(name[:2])}
            return chosen, f"columns('^{name[:2]}.*')"
        if not prefix and how == "list":
            return {name: columns[name]}, f"columns(['{name}'])"
        if not prefix and how == "like":
            return {each: kind for each, kind in columns.items() if each.startswith(name[0])}, f"* like '{name[0]}%'"
        return columns, f"{prefix}*"

    def listed(self, scope: list[Source]) -> tuple[dict[str, str], list[str]]:
        columns: dict[str, str] = {}
        terms = []
        if self.chance(0.3) and (starred := self.stars(scope)):
            columns, text = starred
            terms = [text]
        for _ in range(self.rng.randint(0 if terms else 1, 3)):
            kind = self.rng.choice([INT, INT, TEXT, TEXT, TIME, LIST])
            plain = self.column(scope, kind)
            bare = plain.rpartition(".")[2] if plain else ""
            if plain and bare not in columns and self.chance(0.5):
                columns[bare] = kind
                terms.append(plain)
            else:
                name = self.name("e")
                columns[name] = kind
                terms.append(f"{self.expression(scope, kind)} as {name}")
        return columns, terms

    def select(self, depth: int) -> tuple[dict[str, str], str]:
        scope, text = self.froms(depth)
        where = f" where {self.condition(scope)}" if self.chance(0.4) else ""
        if self.chance(0.3):
            return self.grouped(scope, text + where)
        columns, terms = self.listed(scope)
        first = "select "
        if self.chance(0.1):
            first = (
                "select distinct "
                if not self.duck or LIST in columns.values() or self.chance(0.5)
                else f"select distinct on ({self.expression(scope, TEXT, 0)}) "
            )
        rest = ""
        if self.chance(0.15) and "distinct" not in first:
            name = self.name("v")
            over = f"partition by {self.expression(scope, TEXT, 0)} order by {self.expression(scope, INT, 1)}"
            if self.chance(0.5):
                terms.append(f"row_number() over ({over}) as {name}")
                columns[name] = INT
            elif self.chance(0.5):
                terms.append(f"sum({self.expression(scope, INT, 0)}) over big as {name}")
                columns[name] = INT
                rest += f" window big as ({over})"
            else:
                rest += f" qualify rank() over ({over}) = 1"
        return columns, f"{first}{', '.join(terms)} from {text}{where}{rest}"

    def grouped(self, scope: list[Source], text: str) -> tuple[dict[str, str], str]:
        key = self.expression(scope, TEXT, 1)
        name, total = self.name("k"), self.name("h")
        amount = self.expression(scope, INT, 1)
        measures = [
            f"sum({amount})",
            f"count(distinct {amount})",
            f"max({amount})",
            "count(*)",
            f"sum(case when {self.condition(scope, 1)} then 1 end)",
        ]
        if self.duck:
            measures += [
                f"sum({amount}) filter ({self.condition(scope, 1)})",
                f"len(list({amount} order by {self.expression(scope, TEXT, 0)}))",
                f"arg_max({amount}, {self.expression(scope, TEXT, 0)})",
                f"median({amount})::bigint",
            ]
        else:
            measures += [
                f"array_length(array_agg({amount} order by {self.expression(scope, INT, 0)} limit 2))",
                f"countif({self.condition(scope, 1)})",
                f"any_value({amount} having max {self.expression(scope, INT, 0)})",
            ]
        by = (
            self.one(name, "1", key)
            if not self.duck
            else self.one(name, "1", key, "all", f"rollup ({key})", f"grouping sets (({key}), ())")
        )
        by = "1" if by == key and key.startswith("'") else by
        having = (
            f" having {self.one('count(*) > 0', f'max({amount}) is not null', f'{total} is not null')}"
            if self.chance(0.3)
            else ""
        )
        return {
            name: TEXT,
            total: INT,
        }, f"select {key} as {name}, {self.rng.choice(measures)} as {total} from {text} group by {by}{having}"

    def query(self, depth: int) -> tuple[dict[str, str], str]:
        columns, text = self.select(depth)
        if self.chance(0.2) and depth > 0:
            united = self.united(columns, text, depth)
            if united:
                return united
        return columns, text

    def united(self, columns: dict[str, str], text: str, depth: int) -> tuple[dict[str, str], str] | None:
        scope, table = self.froms(depth - 1)
        how = self.one("union all", "union all", "union distinct", "except distinct", "intersect distinct")
        how = how.replace(" distinct", "") if self.duck else how
        if LIST in columns.values() and "all" not in how:
            return None
        by_name = how == "union all" and self.chance(0.3)
        terms = [
            f"{self.expression(scope, kind, 1)} as {name if by_name else self.name('e')}"
            for name, kind in columns.items()
        ]
        if not all(kind in (INT, TEXT, TIME, LIST) for kind in columns.values()):
            return None
        if by_name:
            self.rng.shuffle(terms)
        return columns, f"{text} {how}{' by name' if by_name else ''} select {', '.join(terms)} from {table}"

    def whole(self) -> str:
        """A query with its WITH, ORDER BY and LIMIT."""
        begin: dict[str, str] = {}
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            name = self.name("c")
            columns, text = self.query(1)
            begin[name] = text
            self.ctes.append(Source(name, columns))
        columns, text = self.query(2)
        end = ""
        if self.chance(0.3):
            end += f" order by {self.one('1', next(iter(columns)), *(['all'] if self.duck else []))}"
        if self.chance(0.1) and self.duck:
            end += f" limit (select {self.one('count(*)', 'max(id)')} from u)"
        used = self._used(begin, text)
        return f"{'with ' + ', '.join(f'{name} as ({begin[name]})' for name in used) + ' ' if used else ''}{text}{end}"

    def _used(self, ctes: dict[str, str], text: str) -> list[str]:
        """Those that the query reads, also through each other: DuckDB does not look into others."""
        used: list[str] = []
        for name in reversed(ctes):
            if any(f" {name} as q" in each for each in (text, *(ctes[other] for other in used))):
                used.insert(0, name)
        return used


def make_query(dialect: str, seed: int) -> str:
    return Maker(dialect, random.Random(seed)).whole()
