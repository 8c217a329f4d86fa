"""What of SQL is another each time that it runs: random numbers, clocks, samples; and what a warehouse holds that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import names_of_function

UNIQUE = frozenset(("uuid", "uuidv4", "uuidv7", "gen_random_uuid", "generate_uuid"))
"""Functions that make a value that no other row has."""
RANDOM = UNIQUE | {"rand", "random", "randn"}
SEQUENCES = frozenset(("nextval", "currval", "setval", "lastval"))
OF_THE_MOMENT = RANDOM | SEQUENCES | {
    "now", "today", "current_timestamp", "current_date", "current_time", "current_datetime", "localtime", "localtimestamp", "current_localtime",
    "current_localtimestamp", "get_current_timestamp", "get_current_time", "transaction_timestamp", "age", "ago", "txid_current",
    "current_transaction_id", "current_query_id", "current_connection_id", "stats",
}  # fmt: skip
"""Random numbers, clocks, and what counts up."""


@dataclass(frozen=True)
class Columns:
    """How the columns of a query depend on chance: 0 not at all, 1 as a value that no other row has, 2 in any other way."""

    named: tuple[tuple[str, int], ...] = ()
    """By their names in lower case, in their order."""
    are_all: bool = False
    """Whether these are all of its columns, so that the number of one is known."""
    others: int = 0
    """Of a column that is not named."""

    def of(self, name: str) -> int:
        found = [chance for each, chance in self.named if each == name]
        return max(found) if found else self.others

    @property
    def most(self) -> int:
        return max([self.others, *(chance for _, chance in self.named)])


@dataclass(frozen=True)
class Chances:
    """What of a warehouse is another each time: functions by their names in lower case, views by their paths."""

    random: frozenset[str] = frozenset()
    """Functions that make random numbers, or rows that chance picks."""
    moment: frozenset[str] = frozenset()
    """Functions that make these, or tell the time."""
    picking: frozenset[tuple[str, ...]] = frozenset()
    """Views of which chance picks the rows."""
    changing: frozenset[tuple[str, ...]] = frozenset()
    """Views that hold random numbers, or the time."""
    columns: Mapping[tuple[str, ...], Columns] = field(default_factory=dict)
    """Views that hold random numbers, with their columns."""


NONE = Chances()


def differs_each_time(tree: Any, dialect: str | None, chances: Chances = NONE) -> bool:
    """Whether a statement calls a clock, makes random numbers, takes a sample without a seed, or reads a view that does."""
    return (
        calls(tree, OF_THE_MOMENT | chances.moment)
        or sample_in(tree) is not None
        or any(view_named(name, chances.changing) for _, name in tables_in(tree, dialect))
    )


def calls(tree: Any, names: Collection[str]) -> bool:
    return any(names_called(call) & {*names} for call in tree.find_all(exp.Func))


def names_called(call: Any) -> set[str]:
    """What the function of a call goes by; `age` is a clock where it is given one value."""
    found = {*names_of_function(call)}
    return found - {"age"} if len(call.expressions) > 1 else found


def sample_in(tree: Any) -> Any:
    """A sample without a seed, or None."""
    return next((each for each in tree.find_all(exp.TableSample) if not each.args.get("seed")), None)


def view_named(name: tuple[str, ...], paths: Collection[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The one of paths (database, schema, name) that a name in SQL means; without a schema it is one of the main schema."""
    schema = ("main",) if len(name) == 1 else ()
    return next((path for path in paths if is_end((*schema, *name), path)), None)
