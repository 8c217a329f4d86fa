"""The two tables that `bench compare` compares, and what people write by hand to compare them.

The new table is the old one with rows changed whose ids are known, so every contender's answer can be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

DATES = 365
FIRST_DAY = "2023-01-01"
SEED = 20230101
OLD, NEW, KEY, DATE = "old_table", "new_table", "id", "day"
# A part of both, large enough that comparing it takes every step.
SMALL_OLD, SMALL_NEW, SMALL_DATES = "small_old_table", "small_new_table", 40
EQUAL, THREE, EVERY = STATES = ("equal", "three", "every")

# i is the row's number, h its hash. Rows lie by date, as in a table that is loaded daily; nothing else is in order.
_COLUMNS = {
    KEY: "i",
    DATE: f"date '{FIRST_DAY}' + cast(i * {DATES} // {{rows}} as integer)",
    "customer": "'customer_' || (h % 100003)",
    "price": "cast(h % 10007 as double) / 97",
    "amount": "cast(cast((h >> 8) % 10000000 as double) / 100 as decimal(12, 2))",
    "quantity": "cast((h >> 16) % 97 as integer)",
    "seen_at": f"timestamp '{FIRST_DAY}' + to_days(cast(i * {DATES} // {{rows}} as integer)) + to_seconds((h >> 24) % 86400)",
    "note": "case when (h >> 32) % 11 = 0 then null else 'note ' || ((h >> 36) % 1013) end",
}
# Columns beyond these eight, in turns.
_MORE = (
    "cast({hash} % 1000 as integer)",
    "cast({hash} % 100000 as double) / 7",
    "case when {hash} % 13 = 0 then null else 'value ' || ({hash} % 5003) end",
    "cast(cast({hash} % 1000000 as double) / 100 as decimal(12, 2))",
)
# What differs in a row: one column of it, each in turn. Some are small, as real differences are.
_CHANGES = {
    "quantity": "quantity + 1",
    "price": "price + 0.0004",
    "note": "case when note is null then '' end",
    "customer": "customer || '!'",
    "seen_at": "seen_at + interval 1 second",
    "amount": "amount + 0.01",
}


@dataclass(frozen=True)
class Tables:
    """How large the tables are, and how the new one differs."""

    rows: int
    columns: int

    @property
    def names(self) -> list[str]:
        return [*_COLUMNS, *(f"more_{n}" for n in range(1, self.columns - len(_COLUMNS) + 1))]

    def changed(self, state: str) -> list[int]:
        """The ids of the rows that differ."""
        if state == EQUAL:
            return []
        first = [-(-date * self.rows // DATES) for date in range(DATES + 1)]
        if state == EVERY:
            return [each + (after - each) // 2 for each, after in pairwise(first)]
        changed = []
        for date, wanted in ((40, 334), (181, 333), (300, 333)):
            rows = first[date + 1] - first[date]
            count = min(wanted, rows // 4)
            changed += [first[date] + n * (rows // count) for n in range(count)]
        return changed

    def title(self, state: str) -> str:
        found = f"{len(self.changed(state)):,} rows differ"
        return {EQUAL: "equal tables", THREE: f"{found} in 3 dates", EVERY: "one row differs in every date"}[state]

    def statements(self, state: str) -> list[str]:
        """What makes both tables in an empty database."""
        expressions = {name: text.format(rows=self.rows) for name, text in _COLUMNS.items()}
        for n, name in enumerate(self.names[len(_COLUMNS) :]):
            expressions[name] = _MORE[n % len(_MORE)].format(hash=f"hash(h, {n})")
        listed = ", ".join(f"{expression} as {name}" for name, expression in expressions.items())
        rows = f"select cast(i as bigint) as i, hash(i, {SEED}) as h from range({self.rows}) as numbers(i)"
        changed, changes = self.changed(state), list(_CHANGES.items())
        return [
            f"create table {OLD} as select {listed} from ({rows}) as numbered",
            f"create table {NEW} as from {OLD}",
            *(
                f"update {NEW} set {column} = {change} where id in ({', '.join(map(str, changed[n :: len(changes)]))})"
                for n, (column, change) in enumerate(changes)
                if changed[n :: len(changes)]
            ),
            *(
                f"create table {table} as select i as {KEY}, date '{FIRST_DAY}' + cast(i // 3000 as integer) as {DATE}, "
                f"i % 3000 = {n} as quantity from range({SMALL_DATES * 3000}) as numbers(i)"
                for n, table in enumerate((SMALL_OLD, SMALL_NEW))
            ),
            "checkpoint",
        ]

    # --- by hand ---------------------------------------------------------------------------------------------------

    def limit(self) -> list[str]:
        """What must be read and hashed by everything that trusts no statistics: each table once."""
        return [f"select count(*), sum(hash({', '.join(self.names)})) from {table}" for table in (OLD, NEW)]

    def both_excepts(self) -> list[str]:
        """Rows of each side that the other lacks, as sets."""
        listed = ", ".join(self.names)
        lacking = [
            f"select '{one}' as side from (select {listed} from {one} except select {listed} from {other}) as lacking"
            for one, other in ((OLD, NEW), (NEW, OLD))
        ]
        return [f"select side, count(*) from ({' union all '.join(lacking)}) as both_sides group by side"]

    def full_join(self) -> list[str]:
        """The rows of one side only, and for each column the pairs in which it differs."""
        both = f"{OLD}.{KEY} is not null and {NEW}.{KEY} is not null"
        counts = [
            f"count(case when {both} and {OLD}.{name} is distinct from {NEW}.{name} then 1 end)"
            for name in self.names
            if name != KEY
        ]
        one_sided = [f"count(case when {each}.{KEY} is null then 1 end)" for each in (OLD, NEW)]
        return [
            f"select {', '.join([*one_sided, *counts])} from {OLD} full outer join {NEW} on {OLD}.{KEY} = {NEW}.{KEY}"
        ]


def says_limit(answers: Sequence[Any]) -> int | bool:
    """Only whether the tables differ."""
    old, new = answers
    return bool(old != new)


def says_excepts(answers: Sequence[Any]) -> int | bool:
    return max((count for _, count in answers[0]), default=0)


def says_full_join(answers: Sequence[Any]) -> int | bool:
    """A changed row differs in one column, so their sum is the number of rows."""
    return sum(answers[0][0])
