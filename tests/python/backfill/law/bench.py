"""The project in which a case is filled by our command and, in a file of its own, by one run of dbt. All in this process, but for what is killed."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import command
import duckdb
from shop import ROOT, Shop

from law.cases import Case, Model
from law.source import COLUMN, KINDS, break_on, change, fill

Rows = Counter[tuple[str | None, ...]]

_PATIENCE = 240
_SETTINGS = "{type: duckdb, path: %s, threads: 1, settings: {TimeZone: UTC}}"
_QUOTING_OFF = "quoting: {database: false, schema: false, identifier: false}\n"


@dataclass(frozen=True)
class Ended:
    """How one command ended. `code`: None when it was killed, -1 when it raised what nobody catches."""

    words: Sequence[str]
    code: int | None
    events: Sequence[dict[str, Any]]
    err: str

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


class Bench:
    """A dbt project with one model, which is written anew for each case. dbt parses the rest once."""

    def __init__(self, folder: Path, quoting: bool = True) -> None:
        self.shop = Shop(folder)
        self.ours, self.theirs = folder / "shop.duckdb", folder / "one_run" / "shop.duckdb"
        self.theirs.parent.mkdir(parents=True)
        # without quotes the name of the model is the beginning of the names of its sources
        self.schema, self.prefix = ("raw", "") if quoting else ("main", "filled_")
        start = "on-run-start: ['create or replace macro law_on_run_start(x) as x / 2']\n"
        head = "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nflags: {send_anonymous_usage_stats: false}\n"
        self.shop.write("dbt_project.yml", head + start + ("" if quoting else _QUOTING_OFF))
        targets = {"ours": "shop.duckdb", "one_run": "one_run/shop.duckdb"}
        outputs = "".join(f"    {name}: {_SETTINGS % path}\n" for name, path in targets.items())
        self.shop.write("profiles.yml", f"shop:\n  target: ours\n  outputs:\n{outputs}")
        self.shop.write("models/raw.yml", self._sources())
        (folder / "dbt_packages").mkdir()
        (folder / "dbt_packages" / "dbt_playbooks").symlink_to(ROOT)
        self.shop.write("packages.yml", f"packages:\n  - local: {ROOT}\n")
        self._kills = 0
        self._written: set[Path] = set()

    def _sources(self) -> str:
        quoting = f"    {_QUOTING_OFF}" if self.prefix else ""
        lines = [f"sources:\n  - name: raw\n    schema: {self.schema}\n{quoting}    tables:\n"]
        lines.append(f"      - {{name: customers, identifier: {self.prefix}customers}}\n")
        for kind in KINDS:
            for table in ("events", "payments"):
                what = f"identifier: {self.prefix}{table}, config: {{event_time: {COLUMN[kind]}}}"
                lines.append(f"      - {{name: {table}_by_{kind}, {what}}}\n")
        return "".join(lines)

    def prepare(self, case: Case) -> None:
        """The model, and both files without a table of it."""
        for path in self._written:
            path.unlink()
        self._written = {self.shop.folder / "models" / name for name in case.model.files()}
        for name, text in case.model.files().items():
            self.shop.write(f"models/{name}", text)
        for place in (self.ours, self.theirs):
            place.with_name(place.name + ".wal").unlink(missing_ok=True)
        fill(self.ours, case.source, self.schema, self.prefix)
        shutil.copy(self.ours, self.theirs)

    def break_on(self, day: Any) -> None:
        break_on(self.ours, day, self.schema, self.prefix)

    def change(self, model: Model, moved: bool) -> None:
        """The source is another one from now on, and dbt's one run is to be made again."""
        for file in (self.ours, self.theirs):
            change(file, moved)
        with duckdb.connect(str(self.theirs)) as connection:
            connection.execute(f"drop table if exists main.{model.table}")

    def one_run(self, case: Case) -> str | None:
        """One run of dbt over the whole range, into a table of its own; what it said when it failed."""
        from dbt.cli.main import dbtRunner

        model, way = case.model, case.way
        before = os.getcwd()
        os.chdir(self.shop.folder)
        try:
            quiet = ["--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"]
            parsed = dbtRunner().invoke([*quiet, "parse"])
            if not parsed.success:
                return str(parsed.exception)
            words = ["run", "--target", "one_run", "--select", model.selected, *_window(model, way.start, way.end)]
            done = dbtRunner(manifest=parsed.result).invoke([*quiet, *words])
            results = getattr(done.result, "results", None) or []
            said = "\n".join(str(each.message) for each in results if str(each.status) not in ("success", "pass"))
            return None if done.success else said or str(done.exception)
        finally:
            os.chdir(before)
            self.close()

    def run(self, case: Case, words: Sequence[str], killed: bool = False) -> Ended:
        """`dbt-playbooks backfill run ...`; killed as the way of the case says."""
        words = ("backfill", "run", case.model.selected, *words, "--json")
        if killed:
            self._kills += 1
            output = self.shop.folder / f"killed{self._kills}"
            output.mkdir()
            how = (
                case.way.after,
                case.way.delay,
                list(words),
                str(self.shop.folder),
                str(output / "out"),
                str(output / "err"),
            )
            process = command._server().Process(target=_die, args=(*how, dict(os.environ)))
            process.start()
            process.join(_PATIENCE)
            assert process.exitcode is not None, f"the command did not end in {_PATIENCE} s: {words}"
            return Ended(words, None, [], (output / "err").read_text())
        try:
            said = self.shop.playbooks(*words)
        except Exception as error:
            return Ended(words, -1, [], f"{type(error).__name__}: {error}")
        finally:
            self.close()
        return Ended(words, said.code, said.events, said.err)

    def close(self) -> None:
        """DuckDB's file is held by dbt for the life of the process, which may be in objects that hold each other."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()
        try:
            duckdb.connect(str(self.ours), read_only=True).close()
        except duckdb.ConnectionException:
            gc.collect()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.ours))
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def rows(self, model: Model) -> Rows:
        """The rows of our table, each with its day before it, all as text; empty when there is no table."""
        day = {"integer": f"strptime(cast({model.column} as varchar), '%Y%m%d')"}.get(model.kind, model.column)
        with self._opened() as connection:
            if not _exists(connection, model.table):
                return Counter()
            every = f"select cast(cast({day} as date) as varchar), columns(*)::varchar from main.{model.table}"
            return Counter(connection.execute(every).fetchall())

    def differences(self, model: Model) -> list[tuple[Any, ...]]:
        """Rows that are in one of the two tables only, as a multiset, without the columns that differ each time."""
        left_out = f" exclude ({', '.join(model.of.volatile)})" if model.of.volatile else ""
        with self._opened() as connection:
            connection.execute(f"attach '{self.theirs}' as one_run (read_only)")
            if not _exists(connection, model.table):
                return [("no table",)]
            ours = f"select *{left_out} from main.{model.table}"
            theirs = f"select *{left_out} from one_run.main.{model.table}"
            return connection.execute(
                f"select 'only in ours', columns(*)::varchar from ({ours} except all {theirs}) "
                f"union all select 'only in one run', columns(*)::varchar from ({theirs} except all {ours}) order by all"
            ).fetchall()

    def checkpoints(self) -> list[tuple[Any, ...]]:
        """Chunks as they are recorded: the backfill, first day, last day, status, rows."""
        with self._opened() as connection:
            if not _exists(connection, "backfill_checkpoints"):
                return []
            return connection.execute(
                "select backfill_id, date_processed, chunk_end, status, rows_processed from backfill_checkpoints order by all"
            ).fetchall()


def _window(model: Model, start: str, end: str) -> list[str]:
    if not model.is_microbatch:
        return ["--vars", json.dumps({"start_date": start, "end_date": end})]
    [(after,)] = duckdb.execute("select cast(cast(? as date) + 1 as varchar)", [end]).fetchall()
    return ["--event-time-start", start, "--event-time-end", after]


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.tables where table_name = ? and table_schema = 'main' and table_catalog = 'shop'",
        [table],
    ).fetchall()
    return bool(found)


class _Deadly:
    """A stdout that ends the process, as a kill does, some time after so many chunks began."""

    def __init__(self, after: int, delay: int) -> None:
        self._left, self._delay = after, delay

    def write(self, text: str) -> int:
        self._left -= '"chunk_started"' in text
        if self._left == 0:
            threading.Timer(self._delay / 1000, os._exit, [137]).start()
        return len(text)

    def flush(self) -> None: ...


def _die(after: int, delay: int, words: list[str], *rest: Any) -> None:
    sys.stdout = _Deadly(after, delay)  # type: ignore[assignment]
    command._become("dbt-playbooks", words, *rest)
