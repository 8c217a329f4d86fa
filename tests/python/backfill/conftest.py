"""A small shop as a dbt project on DuckDB: 91 days of events, and the models that a test writes. The command runs in this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dbt_playbooks.cli import main

ROOT = Path(__file__).resolve().parents[3]

MERGE = "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\n"
DELETE_INSERT = "{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }}\n"
MICROBATCH = (
    "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='event_date',"
    " batch_size='day', begin='2024-01-01') }}\n"
)
FILTERED = "select * from {{ source('raw', 'events') }}\nwhere {{ dbt_playbooks.backfill_filter('event_date') }}"
STRATEGIES = {
    "delete+insert": DELETE_INSERT + FILTERED,
    "merge": MERGE + FILTERED,
    "microbatch": MICROBATCH + "select * from {{ source('raw', 'events') }}",
}
RANGE = ("--start", "2024-01-01", "--end", "2024-03-31")


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Shop:
    """A dbt project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "shop.duckdb"

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

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """`dbt-playbooks ...` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "dbt_playbooks", *words],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def checkpoints(self, columns: str = "date_processed, status") -> list[tuple[Any, ...]]:
        return self.sql(f"select {columns} from backfill_checkpoints order by date_processed")

    def difference(self, model: str, where: str = "true", source: str = "raw.events") -> list[tuple[Any, ...]]:
        """Rows, as a multiset, that are in one of model and source only."""
        ours, theirs = f"select * from {model} where {where}", f"select * from {source} where {where}"
        return self.sql(f"({ours} except all {theirs}) union all ({theirs} except all {ours})")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with our package installed and its data loaded, to copy."""
    folder = tmp_path_factory.mktemp("template")
    shop = Shop(folder)
    shop.write("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n")
    shop.write(
        "profiles.yml", "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, threads: 1}\n"
    )
    shop.write(
        "models/raw.yml",
        "sources:\n  - name: raw\n    tables:\n      - name: events\n        config: {event_time: event_date}\n",
    )
    packages = folder / "dbt_packages"
    packages.mkdir()
    (packages / "dbt_playbooks").symlink_to(ROOT)
    shop.write("packages.yml", f"packages:\n  - local: {ROOT}\n")
    shop.sql(
        """
        create schema raw;
        create table raw.events as
        select
            day_number * 10 + n as id,
            date '2024-01-01' + cast(day_number as integer) as event_date,
            timestamp '2024-01-01' + to_days(cast(day_number as integer)) + to_hours(11 * n) as event_ts,
            'it''s ' || n as note,
            cast(n as integer) as amount
        from range(91) as days(day_number), range(3) as numbers(n)
        """
    )
    return folder


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Shop:
    """A fresh copy of the template."""
    import shutil

    folder = tmp_path / "shop"
    shutil.copytree(template, folder, symlinks=True)
    return Shop(folder)


@pytest.fixture
def make_shop(template: Path, tmp_path: Path) -> Callable[[str], Shop]:
    """More than one project in a test."""
    import shutil

    def make(name: str) -> Shop:
        folder = tmp_path / name
        shutil.copytree(template, folder, symlinks=True)
        return Shop(folder)

    return make
