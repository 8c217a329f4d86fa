"""What `bench compare` found: figures, the targets that they are held against, and the tables that show both."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import click
from health import DAYS, Watched
from measure import Claim
from rich.console import Console
from rich.table import Table
from two_tables import DATES, EQUAL, EVERY, STATES, THREE, Tables

# From so many rows on, all must do with so much memory.
MANY_ROWS, MEMORY_GB = 100_000_000, 8
LIMIT, EXCEPT, JOIN, AUDIT_HELPER, SQLMESH, OURS = CONTENDERS = (
    "limit",
    "except",
    "join",
    "audit_helper",
    "sqlmesh",
    "ours",
)


@dataclass
class Figures:
    """What a contender took to compare tables in one state: an entry per round."""

    name: str
    label: str
    state: str
    cpu_seconds: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    first_seconds: list[float] = field(default_factory=list)
    """CPU of the call before, on small tables, in which dbt compiles the macros."""
    used_mb: list[float] = field(default_factory=list)
    """The peak less what the process held when its database was open."""
    says: int | bool | None = None
    right: bool = True
    why_not: str | None = None

    @property
    def cpu(self) -> float:
        return median(self.cpu_seconds)

    @property
    def peak(self) -> float:
        return median(self.peak_mb)

    @property
    def used(self) -> float:
        return median(self.used_mb)

    @property
    def answer(self) -> str:
        said = ("some" if self.says else "none") if isinstance(self.says, bool) else f"{self.says:,}"
        return said if self.right else f"{said}: WRONG"


def claims_of(figures: Sequence[Figures], rows: int) -> list[Claim]:
    """By CPU time, which is steadier than the clock when others use the machine."""
    claims: list[Claim] = []
    for state, beside, target in ((EQUAL, LIMIT, 1.2), (THREE, LIMIT, 1.3), (EVERY, JOIN, 1.2)):
        found = {each.name: each for each in figures if each.state == state and each.cpu_seconds}
        if {OURS, beside} <= found.keys():
            what = {LIMIT: "one scan of each", JOIN: "one full join"}[beside]
            text = f"{_STATE[state]}: CPU of ours / {what}"
            claims.append(Claim(text, found[OURS].cpu / found[beside].cpu, target, False))
        if {OURS, LIMIT} <= found.keys():
            text = f"{_STATE[state]}: memory of ours / one scan of each"
            claims.append(Claim(text, found[OURS].used / found[LIMIT].used, 1.3, False))
        if OURS in found and rows >= MANY_ROWS:
            claims.append(Claim(f"{_STATE[state]}: peak of ours, GB", found[OURS].peak * 2**20 / 1e9, MEMORY_GB, False))
    return claims


_STATE = {EQUAL: "equal tables", THREE: "3 dates differ", EVERY: "a row in every date"}


def refuse_wrong(figures: Sequence[Figures]) -> None:
    for each in figures:
        if each.name == OURS and each.why_not is not None:
            raise click.ClickException(f"{each.label} on tables in the state '{each.state}' {each.why_not}")
        if each.name == OURS and not each.right:
            raise click.ClickException(
                f"{each.label} is wrong on tables in the state '{each.state}': it says {each.answer}"
            )


def show(
    header: Mapping[str, str], tables: Tables, rounds: int, memory_limit: str | None,
    figures: Sequence[Figures], claims: Sequence[Claim], watched: Sequence[Watched],
) -> None:  # fmt: skip
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(", ".join(f"{name} {value}" for name, value in header.items()), markup=False, soft_wrap=True)
    console.print(
        f"Two tables of {tables.rows:,} rows by {tables.columns} columns over {DATES} dates, DuckDB"
        f"{f' with a memory_limit of {memory_limit}' if memory_limit else ''}, {f'medians of {rounds} rounds' if rounds > 1 else 'one round'}.",
        soft_wrap=True,
    )
    for state in STATES:
        found = [each for each in figures if each.state == state]
        if found:
            console.print(_table(tables.title(state), found))
    reasons: dict[str, list[str]] = {}
    for each in figures:
        if each.why_not is not None and each.label not in reasons.setdefault(each.why_not, []):
            reasons[each.why_not].append(each.label)
    for reason, labels in reasons.items():
        console.print(f"Not measured: {', '.join(labels)}: {reason}", markup=False, soft_wrap=True)
    if watched:
        console.print(_health_table(watched, tables.rows))
    first = [seconds for each in figures for seconds in each.first_seconds]
    if first:
        console.print(
            f"Ours was called once before, on small tables: dbt compiles macros at their first call. That call took {median(first):.2f} CPU s.",
            soft_wrap=True,
        )
    for line in (*_NOTES, *map(str, claims)):
        console.print(line, markup=False, soft_wrap=True)


def _table(title: str, figures: Sequence[Figures]) -> Table:
    limit = next((each.cpu for each in figures if each.name == LIMIT and each.cpu_seconds), None)
    table = Table(title=title[0].upper() + title[1:])
    for name in ("", "CPU s", "/ limit", "wall s", "peak MB", "its work's", "it says that differ"):
        table.add_column(name, justify="right" if name else "left", no_wrap=not name)
    for each in figures:
        if each.why_not is not None:
            table.add_row(each.label, "not measured")
            continue
        table.add_row(
            each.label,
            f"{each.cpu:.2f}",
            "" if limit is None else f"{each.cpu / limit:.2f}",
            f"{median(each.seconds):.2f}",
            f"{each.peak:,.0f}",
            f"{each.used:,.0f}",
            each.answer,
        )
    return table


def _health_table(watched: Sequence[Watched], rows: int) -> Table:
    table = Table(title=f"The health of a table of {rows:,} rows in {DAYS} days")
    for name in ("", "measured columns", "CPU s", "/ one scan"):
        table.add_column(name, justify="right" if name else "left")
    for each in watched:
        table.add_row(
            each.label,
            f"{each.columns}",
            f"{each.cpu:.2f}",
            "" if each.beside is None else f"{each.cpu / each.beside:.2f}",
        )
    return table


_NOTES = (
    "CPU s: of all threads, in a process of its own, from an open database to the answer; starting DuckDB, dbt and SQLMesh is not in it.",
    "Its work's: the peak less what the process held when the database was open. dbt and SQLMesh hold more than DuckDB alone.",
    "audit_helper's queries run straight on DuckDB; (1) with its own variant for Postgres. The limit says whether the tables differ, not how.",
    "Health: all in one process, after each macro was called once. health_check prints a table, which its CPU holds.",
    "The targets are for millions of rows: on small tables most of ours is dbt's own share, which does not grow.",
)
