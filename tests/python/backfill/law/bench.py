"""The project in which a case is filled by our command and, in a file of its own, by one run of dbt. All in this process, but for what is killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import json
import os
import shutil
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import command
import duckdb
from shop import ROOT, Shop

from dbt_playbooks.backfill import runner
from dbt_playbooks.backfill.progress import Progress
from dbt_playbooks.backfill.state import Chunk
from law.cases import MACROS, PROJECTS, Case
from law.source import COLUMN, KINDS, NEW_ROWS, break_on, change, correct, fill
from law.tables import Tables

_PATIENCE = 240
_SETTINGS = "{type: duckdb, path: %s, threads: 1, settings: {TimeZone: UTC}}"
_QUOTING_OFF = PROJECTS["quoting_off"]
_OVER_ITSELF = "create view own_view as select * from main.{0}; create macro own_rows() as table select * from main.{0}"


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
    """A dbt project whose models are written anew for each case. dbt parses the rest once. `project`: one of PROJECTS, or none."""

    def __init__(self, folder: Path, project: str = "") -> None:
        self.shop = Shop(folder)
        self.ours, self.theirs = folder / "shop.duckdb", folder / "one_run" / "shop.duckdb"
        self.start = folder / "start.duckdb"
        self.theirs.parent.mkdir(parents=True)
        self.tables = Tables(self.ours, self.theirs)
        # without quotes the name of the model is the beginning of the names of its sources
        self.schema, self.prefix = ("main", "filled_") if project == "quoting_off" else ("raw", "")
        start = "on-run-start: ['create or replace macro law_on_run_start(x) as x / 2']\n"
        head = "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nflags: {send_anonymous_usage_stats: false}\n"
        self.shop.write("dbt_project.yml", head + start + PROJECTS.get(project, ""))
        targets = {"ours": "shop.duckdb", "one_run": "one_run/shop.duckdb"}
        outputs = "".join(f"    {name}: {_SETTINGS % path}\n" for name, path in targets.items())
        self.shop.write("profiles.yml", f"shop:\n  target: ours\n  outputs:\n{outputs}")
        self.shop.write("models/raw.yml", self._sources())
        self.shop.write("macros/law.sql", MACROS)
        (folder / "dbt_packages").mkdir()
        (folder / "dbt_packages" / "dbt_playbooks").symlink_to(ROOT)
        self.shop.write("packages.yml", f"packages:\n  - local: {ROOT}\n")
        self._broken = folder / "broken"
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

    def prepare(self, case: Case) -> str | None:
        """The models, and both files with what their tables hold before; what dbt said when it could not make that."""
        for path in self._written:
            path.unlink()
        self._written = set()
        for place in (self.ours, self.theirs):
            place.with_name(place.name + ".wal").unlink(missing_ok=True)
        fill(self.ours, case.source, self.schema, self.prefix)
        self._write(case.files(older=True))
        failed = self._begin(case)
        self._write(case.files())
        for copy in (self.start, self.theirs):
            shutil.copy(self.ours, copy)
        return failed

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            self.shop.write(f"models/{name}", text)
            self._written.add(self.shop.folder / "models" / name)

    def _begin(self, case: Case) -> str | None:
        way = case.way
        if way.begins == "nothing":
            return None
        days = (way.start, way.end) if way.begins == "older rows" else (_day(way.start, -3), _day(way.start, -1))
        names = [model.selected for model in case.models] + (["between"] if case.between else [])
        failed = self._dbt("ours", "run", "--select", *names, *_window(case, *days))
        with duckdb.connect(str(self.ours)) as connection:
            connection.execute("delete from hook_log")
            if case.over_itself and not failed:
                connection.execute(_OVER_ITSELF.format(case.model.table))
        if way.begins == "older rows":
            correct(self.ours)
        return failed

    def break_on(self, day: Any, at_first: bool = False) -> None:
        """Reads of a day fail; `at_first`: until the next command has lost a chunk to it."""
        if at_first:
            self._broken.touch()
        break_on(self.ours, day, self.schema, self.prefix, self._broken if at_first else None)

    def _with_what_mends_itself(self) -> contextlib.ExitStack:
        """A chunk that fails and is tried again finds that what broke it is over; nobody waits for long."""
        ended = Progress.ended

        def mend(progress: Progress, chunk: Chunk, again: bool) -> None:
            ended(progress, chunk, again)
            if chunk.status == "failed":
                self._broken.unlink(missing_ok=True)

        stack = contextlib.ExitStack()
        stack.enter_context(mock.patch.object(Progress, "ended", mend))
        stack.enter_context(mock.patch.object(runner, "_LONGEST_PAUSE", 0.01))
        stack.callback(self._broken.unlink, missing_ok=True)
        return stack

    def change(self, case: Case) -> None:
        """The source is another one from now on, and dbt's one run is to be made again: over what was there at first, or, where a run
        keeps columns of what is there, over what the last one left."""
        if case.way.begins == "older rows":
            for file in (self.ours, self.theirs):
                correct(file)
            return
        shutil.copy(self.start, self.theirs)
        for file in (self.ours, self.theirs):
            change(file, moved=case.way.scheme == "moved")

    def one_run(self, case: Case) -> str | None:
        """One run of dbt over the whole range, into tables of its own; what it said when it failed."""
        names = [model.selected for model in case.models]
        return self._dbt("one_run", "run", "--select", *names, *_window(case, case.way.start, case.way.end))

    def ordinary_runs(self, case: Case) -> str | None:
        """What happens from day to day, on both sides: a run of dbt without a window, new rows, another run."""
        for new_rows in (False, True):
            for target, file in (("ours", self.ours), ("one_run", self.theirs)):
                if new_rows:
                    with duckdb.connect(str(file)) as connection:
                        connection.execute(NEW_ROWS)
                failed = self._dbt(target, "run", "--select", case.model.selected)
                if failed:
                    return failed
        return None

    def _dbt(self, target: str, *words: str) -> str | None:
        """A command of dbt's own, in this process; what it said when it failed."""
        from dbt.cli.main import dbtRunner

        before = os.getcwd()
        os.chdir(self.shop.folder)
        try:
            quiet = ["--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"]
            # parsed as our command does, so each takes what the other parsed
            parsed = dbtRunner().invoke([*quiet, "parse"])
            if not parsed.success:
                return str(parsed.exception)
            done = dbtRunner(manifest=parsed.result).invoke([*quiet, *words, "--target", target])
            results = getattr(done.result, "results", None) or []
            said = "\n".join(str(each.message) for each in results if str(each.status) not in ("success", "pass"))
            return None if done.success else said or str(done.exception)
        finally:
            os.chdir(before)
            self.close()

    def run(self, case: Case, words: Sequence[str], killed: bool = False) -> Ended:
        """`dbt-playbooks backfill run ...`; killed as the way of the case says."""
        words = ("backfill", "run", *(model.selected for model in case.models), *words, "--json")
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
            with self._with_what_mends_itself():
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


def _window(case: Case, start: str, end: str) -> list[str]:
    if case.model.is_microbatch:
        return ["--event-time-start", start, "--event-time-end", _day(end, 1)]
    days = {"start_date": start, "end_date": end}
    own = {f"dbt_playbooks_{name}": day for name, day in days.items()}
    return ["--vars", json.dumps(own if case.project == "project_vars" else {**days, **own})]


def _day(day: str, later: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=later)).isoformat()


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
