"""A small shop as a dbt project on DuckDB: 91 days of events, and the models that a test writes. The command runs in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import command
import duckdb
from command import Command, Said

from dbt_playbooks.cli import main

ROOT = Path(__file__).resolve().parents[2]

MERGE = "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\n"
DELETE_INSERT = "{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }}\n"
MICROBATCH = (
    "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='event_date',"
    " batch_size='day', begin='2024-01-01') }}\n"
)
FILTERED = "select * from {{ source('raw', 'events') }}\nwhere {{ dbt_playbooks.backfill_filter('event_date') }}"


def hooked(*hooks: str, kind: str = "post_hook") -> str:
    """The config of a model with hooks of plain SQL."""
    return hooked_by("[" + ", ".join(f'"{hook}"' for hook in hooks) + "]", kind)


def hooked_by(written: str, kind: str) -> str:
    """The config of a model with hooks as Jinja writes them: `[{'sql': ..., 'transaction': false}]`."""
    return DELETE_INSERT.replace("unique_key", f"{kind}={written}, unique_key")


STRATEGIES = {
    "delete+insert": DELETE_INSERT + FILTERED,
    "merge": MERGE + FILTERED,
    "microbatch": MICROBATCH + "select * from {{ source('raw', 'events') }}",
}
RANGE = ("--start", "2024-01-01", "--end", "2024-03-31")


class Shop:
    """A dbt project in a folder of its own."""

    def __init__(self, folder: Path, file: str = "shop.duckdb") -> None:
        self.folder = folder
        self.file = folder / file
        self._started = 0

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def model(self, name: str, sql: str) -> None:
        self.write(f"models/{name}.sql", sql)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement in the file, outside of dbt."""
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(statement).fetchall()

    def playbooks(self, *words: str) -> Said:
        """`dbt-playbooks ...` in the project's folder, in this process."""
        out, err = io.StringIO(), io.StringIO()
        before = os.getcwd()
        os.chdir(self.folder)
        argv, sys.argv = sys.argv, ["dbt-playbooks", *words]
        code = 0
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.argv = argv
            os.chdir(before)
        return Said(code, out.getvalue(), err.getvalue())

    def run(self, *words: str) -> Said:
        return self.playbooks("backfill", "run", *words)

    def dbt(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        """`dbt ...` in the project's folder, as a process of its own; it must succeed."""
        said = command.dbt(self.folder, *words, **(env or {}))
        assert said.code == 0, f"dbt {' '.join(words)}\n{said.out}"

    def dbt_each(self, commands: Sequence[Sequence[str]]) -> None:
        """Several commands of dbt, one after the other in one process; each must succeed."""
        said = command.each_dbt(self.folder, *commands)
        assert (said.code, said.out.count("\n= True")) == (0, len(commands)), f"{said.out}\n{said.err}"

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> Command:
        """`dbt-playbooks ...` as a process of its own."""
        self._started += 1
        return Command(words, self.folder, self.folder / f"output{self._started}", env)

    def checkpoints(self, columns: str = "date_processed, status") -> list[tuple[Any, ...]]:
        return self.sql(f"select {columns} from backfill_checkpoints order by date_processed")

    def difference(self, model: str, where: str = "true", source: str = "raw.events") -> list[tuple[Any, ...]]:
        """Rows, as a multiset, that are in one of model and source only."""
        ours, theirs = f"select * from {model} where {where}", f"select * from {source} where {where}"
        return self.sql(f"({ours} except all {theirs}) union all ({theirs} except all {ours})")


def refused(shop: Shop, why: str) -> None:
    """A run of `events` is refused with this reason, and leaves the warehouse and the project's folder as they were."""

    def there() -> object:
        tables = shop.sql("select table_schema, table_name from information_schema.tables order by all")
        return tables, sorted(path.name for path in shop.folder.iterdir())

    before = there()
    said = shop.run("events", *RANGE)
    assert (said.code, why in said.err) == (2, True), said.err
    assert there() == before
