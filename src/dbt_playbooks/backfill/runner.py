"""Runs the chunks of a plan and records what becomes of each. A crash at any line leaves whole chunks and a state to go on from."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial

from dbt_playbooks.backfill.checks import Target, data_type
from dbt_playbooks.backfill.checks.targets import type_in
from dbt_playbooks.backfill.kept_sql import KeptSql
from dbt_playbooks.backfill.lease import Lease, creating
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress
from dbt_playbooks.backfill.state import Chunk, State
from dbt_playbooks.backfill.windows import rows_of
from dbt_playbooks.errors import PlaybooksError, UsageError, WarehouseError
from dbt_playbooks.interface import Hooks, Project

_LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class RunOptions:
    """How a plan is run."""

    threads: int
    retries: int
    fail_fast: bool


@dataclass
class Result:
    """What a run did: the chunks it ended, in the order they ended, and whether a signal stopped it."""

    completed: int = 0
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    failed: list[Chunk] = field(default_factory=list)
    interrupted: bool = False
    not_begun: int = 0


class Runner:
    """Runs chunks on threads; every chunk is begun, run model by model in graph order, counted and recorded."""

    def __init__(
        self,
        project: Project,
        targets: Sequence[Target],
        state: State,
        lease: Lease,
        run_options: RunOptions,
        progress: Progress,
    ) -> None:
        self._project = project
        self._targets = targets
        self._state = state
        self._lease = lease
        self._options = run_options
        self._progress = progress
        self._kept_sql = KeptSql(project, state.redactor, several=len(targets) > 1)
        self._stop = threading.Event()
        self._signals = 0
        self._data_types: dict[str, str] = {}
        # the first chunk changes the table for all of them, and runs what a microbatch model runs once
        self._batches = any(target.model.is_microbatch for target in targets)
        self._began = False
        self._alone_first = self._batches or any(
            target.model.config.get("on_schema_change") in ("append_new_columns", "sync_all_columns")
            for target in targets
        )

    def run(self, plan: Plan) -> Result:
        """Run what the plan has to do. Raises WarehouseError when the state can no longer be written."""
        started = time.monotonic()
        result = Result()
        todo = deque(plan.todo)
        with self._signals_stop_us(), ThreadPoolExecutor(self._options.threads, thread_name_prefix="backfill") as pool:
            running: set[Future[Chunk]] = set()
            try:
                while todo and not self._stop.is_set():
                    self._lease.check()
                    chunk = todo.popleft()
                    # what ran before a microbatch model is needed by its other batches, so without it none of them runs
                    hooks = Hooks(before=not self._began, after=not todo)
                    if self._tables_exist():
                        while running and hooks.after and self._batches:
                            running = self._take(running, result)
                        running.add(pool.submit(copy_context().run, self._attempts, plan, chunk, hooks))
                        while len(running) >= self._options.threads or (running and self._alone_first):
                            running = self._take(running, result)
                        self._alone_first = self._batches and not self._began
                        continue
                    # one chunk makes the tables; others at the same time would replace each other's
                    with self._creating(plan) as mine:
                        if not mine:
                            todo.appendleft(chunk)
                            break
                        running.add(pool.submit(copy_context().run, self._attempts, plan, chunk, hooks))
                        running = self._take(running, result)
                while running:
                    running = self._take(running, result)
            finally:
                self._stop.set()
        result.not_begun = len(todo)
        result.interrupted = self._signals > 0
        result.seconds = time.monotonic() - started
        return result

    def _take(self, running: set[Future[Chunk]], result: Result) -> set[Future[Chunk]]:
        """Wait for a chunk to end and count it; its exception, if our own machinery failed, is raised here."""
        done: set[Future[Chunk]] = set()
        while not done:
            # a timeout, because Python handles a signal only when the main thread runs
            done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in done:
            chunk = future.result()
            if chunk.status == "completed":
                self._began = True
                result.completed += 1
                result.rows += chunk.rows or 0
                result.bytes += chunk.bytes or 0
            elif chunk.status == "failed":
                result.failed.append(chunk)
                if self._options.fail_fast:
                    self._stop.set()
        return running

    def _tables_exist(self, refresh: bool = False) -> bool:
        if len(self._data_types) == len(self._targets):
            return True
        known = [self._learn(target, refresh) for target in self._targets]
        return None not in known

    def _creating(self, plan: Plan) -> AbstractContextManager[bool]:
        """Other shards wait while this one creates the tables, and the other way round; False when a signal ended the wait."""
        if plan.shard.of == 1:
            return nullcontext(True)
        return self._alone(plan)

    @contextmanager
    def _alone(self, plan: Plan) -> Iterator[bool]:
        with creating(self._state, plan.identity, self._progress.note, self._stop.wait) as mine:
            # another shard may have created them while this one waited
            self._tables_exist(refresh=mine)
            yield mine

    def _attempts(self, plan: Plan, chunk: Chunk, hooks: Hooks = Hooks()) -> Chunk:  # noqa: B008
        """Run a chunk, and again after a pause while it fails and tries are left."""
        for tried in range(self._options.retries + 1):
            chunk = self._attempt(plan, replace(chunk, attempt=chunk.attempt + 1), hooks)
            last = tried == self._options.retries
            self._progress.ended(chunk, again=not last)
            if chunk.status != "failed" or last or self._stop.wait(min(2.0**tried, _LONGEST_PAUSE)):
                break
        return chunk

    def _attempt(self, plan: Plan, chunk: Chunk, hooks: Hooks) -> Chunk:
        def record(chunk: Chunk) -> Chunk:
            return self._state.record(plan.identity.backfill_id, plan.identity.model, self._lease.invocation_id, chunk)

        chunk = record(replace(chunk, status="running", rows=None, bytes=None, seconds=None, error=None, sql_path=None))
        self._progress.began(chunk)
        started = time.monotonic()
        rows, billed, error, sql_path, compiled = 0, None, None, None, None
        for target in self._targets:
            try:
                config = target.config(chunk.window, self._data_type(target, chunk))
            except (UsageError, WarehouseError) as failure:
                error = f"{target.model.name}: {failure}"
                break
            # dbt runs the hooks of a microbatch model once, around all of its batches
            mine = hooks if target.model.is_microbatch else Hooks()
            outcome = self._project.run(target.model, chunk.window, config, mine, partial(target.refuses, chunk.window))
            compiled = outcome.compiled
            if outcome.bytes_processed is not None:
                billed = (billed or 0) + outcome.bytes_processed
            if outcome.error:
                error = outcome.error if len(self._targets) == 1 else f"{target.model.name}: {outcome.error}"
                break
            try:
                with self._project.connected():
                    rows += self._rows(target, chunk)
            except (WarehouseError, UsageError) as failure:
                error = f"{target.model.name} ran, but {failure}"
                break
        else:
            self._kept_sql.forget(plan.identity.backfill_id, chunk.window, self._targets)
        if error is not None:
            sql_path = self._kept_sql.keep(plan.identity.backfill_id, chunk.window, target, compiled)
        status = "completed" if error is None else "interrupted" if self._signals > 1 else "failed"
        return record(
            replace(
                chunk,
                status=status,
                error=error,
                bytes=billed,
                seconds=time.monotonic() - started,
                rows=rows if error is None else None,
                sql_path=sql_path,
            )
        )

    def _data_type(self, target: Target, chunk: Chunk) -> str:
        """The type of the target's date column: of its table, or of what the model returns while it has none."""
        known = self._data_types.get(target.model.unique_id) or target.data_type
        if known:
            return known
        sql = self._project.compile(target.model, chunk.window)
        try:
            returned = self._project.columns_of(sql)
        except WarehouseError:
            # hooks may make what the SQL calls
            if self._project.bills_bytes or not self._project.has_hooks_before([target.model]):
                raise
            with self._project.rehearsed([target.model], hooks=True):
                returned = self._project.columns_of(sql)
        return type_in(self._project, target, returned, f"what {target.model.name} returns")

    def _learn(self, target: Target, refresh: bool = False) -> str | None:
        """The type of the target's date column, once it has a table."""
        if not self._project.exists(target.model, refresh):
            return None
        self._data_types[target.model.unique_id] = data_type(self._project, target)
        return self._data_types[target.model.unique_id]

    def _rows(self, target: Target, chunk: Chunk) -> int:
        """Rows that the target now holds in the chunk's window."""
        known = self._data_types.get(target.model.unique_id) or self._learn(target)
        return rows_of(self._project, target, chunk.window, known)

    @contextmanager
    def _signals_stop_us(self) -> Iterator[None]:
        """The first Ctrl-C (or TERM) lets the chunks in flight end; the second cancels them, and the warehouse rolls back."""

        def handle(*_: object) -> None:
            self._signals += 1
            self._stop.set()
            if self._signals == 1:
                self._progress.note(
                    "stopping when the running chunks have finished. Press Ctrl-C again to cancel them: the warehouse rolls them back."
                )
            elif self._signals == 2:
                self._progress.note("cancelling the running chunks.")
                threading.Thread(target=_quietly, args=(self._project.cancel,), daemon=True).start()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _quietly(action: Callable[[], None]) -> None:
    with suppress(PlaybooksError):
        action()
