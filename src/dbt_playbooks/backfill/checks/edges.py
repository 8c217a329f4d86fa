"""Whether chunks together give the rows of one run over all of them: from a model's SQL, and by comparing the rows themselves.

SQL that keeps to the rows of one date is proven by reading it; two neighbouring chunks are compared all the same. Where reading leaves a doubt,
every chunk is compared with the whole range.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlglot import exp

from dbt_playbooks.backfill.checks.chances import chances_in
from dbt_playbooks.backfill.checks.parents import beside_parents, next_day, unfilled_parents
from dbt_playbooks.backfill.checks.rows import Rows
from dbt_playbooks.backfill.checks.shape import Shape
from dbt_playbooks.backfill.checks.sql import differs_on_first_run
from dbt_playbooks.backfill.checks.targets import Target, keys_of, unquoted
from dbt_playbooks.backfill.plan import windows as chunks_of
from dbt_playbooks.cost import Limits, bill, price
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.impact.reading import UnreadableError, dialect_of, parse
from dbt_playbooks.impact.reading.by_chance import picked_by_chance
from dbt_playbooks.impact.reading.by_window import Reading, read_by_window
from dbt_playbooks.impact.reading.chances import Chances
from dbt_playbooks.impact.reading.of_the_moment import columns_that_differ, is_of_the_moment
from dbt_playbooks.impact.reading.own_functions import seeing_more
from dbt_playbooks.impact.reading.window_parts import is_column
from dbt_playbooks.interface import Project, Window

_PATIENCE = 10.0
"""Seconds for comparing days of a model whose SQL leaves no doubt."""
_LOOKED_AT = 40
"""Windows whose SQL is looked at before anything runs."""
_UTC = ("UTC", "Etc/UTC", "Etc/UCT", "UCT", "GMT", "Etc/GMT", "Z", "Zulu")
_READ_TWICE = "its rows differ when {window} is read twice, so no two runs of it are the same"
_ANOTHER_KEY = (
    "its key ({key}) is another each time that {window} is read, so a chunk that runs again would not find its rows. "
    "Make the key of columns of the row"
)
_BY_CHANCE = "{found} picks its rows by chance, so no two runs of it return the same. Pick them by columns of the row"
_NO_CLOCK = (
    "{columns} differ when {window} is read twice, and nothing in its SQL says why, so other rows may be read each time"
)
_OTHER_COLUMNS = "its columns depend on the window: {columns} in {window}, and {others} in the first. Name them in the SQL (`pivot ... on x in ('a', 'b')`)"
_FIRST_RUN = "`is_incremental()` changes its SQL, so the chunk that creates the table runs other SQL than the rest"


@dataclass(frozen=True)
class EdgeOptions:
    """What the user says of this check. `accepted`: what is found is a warning, not an error; `compare`: rows are compared also where that is billed."""

    accepted: bool = False
    compare: bool = False
    limits: Limits = field(default_factory=Limits)


def check_edges(
    project: Project,
    targets: Sequence[Target],
    chunks: Sequence[Window],
    options: EdgeOptions,
    say: Callable[[str], None],
) -> tuple[list[Target], list[str]]:
    """The targets, each with the SQL by which it was checked, and what their user should know.

    Raises UsageError for models whose rows depend on where a chunk ends, and tells which rows.
    """
    chances = chances_in(project)
    checked: list[Target] = []
    warnings: list[str] = []
    refused: list[str] = []
    for target in targets:
        unfilled = unfilled_parents(project, target, targets, chunks[0])
        edges = _Edges(project, target, unfilled, chunks, chances, options, say)
        try:
            finding = edges.finding()
        except _OtherColumnsError as error:
            finding = str(error)
        except WarehouseError as error:
            finding = (
                f"comparing its chunks with one run failed, so it is not known whether they give the same rows: {error}"
            )
        if finding:
            (warnings if options.accepted else refused).append(f"{target.model.name} ({target.model.path}): {finding}")
        warnings += edges.warnings
        checked.append(replace(target, shape=None if finding or options.accepted else edges.shape))
    if refused:
        raise UsageError(
            "chunks would not give the rows of one run, so nothing is run:\n  " + "\n  ".join(refused) + f"\n{_INSTEAD}"
        )
    return checked, warnings


_INSTEAD = (
    "Read more days than are written where rows look at a stated number of days before them: backfill_filter(..., days_before=7) where the model "
    "reads, and a plain backfill_filter on its result. Cut chunks where groups end (--chunk month for rows by month). Or build the model whole, as a "
    "table. --accept edges runs it all the same."
)


class _OtherColumnsError(Exception):
    """A window of a model has other columns than the one before."""


class _Edges:
    """The check of one model."""

    def __init__(
        self,
        project: Project,
        target: Target,
        unfilled: Sequence[Target],
        chunks: Sequence[Window],
        chances: Chances,
        options: EdgeOptions,
        say: Callable[[str], None],
    ) -> None:
        self._project = project
        self._target = target
        self._model = target.model
        self._unfilled = unfilled
        self._chunks = chunks
        self._chances = chances
        self._options = options
        self._say = say
        # where hooks are rehearsed, the header has run
        self._header = (self._model.config.get("sql_header") or "") if project.bills_bytes else ""
        self._columns: list[dict[str, str]] = []
        self._names: tuple[str, ...] = ()
        """Of all columns that it returns, also of those that are not judged."""
        self._own_sql_later = False
        """The SQL of an incremental run is not that of a first run."""
        self._times: list[str] = []
        """Columns of a time, or of the id of the command, that Jinja writes into its SQL."""
        self.warnings: list[str] = []
        self.shape: Shape | None = None
        """Its SQL, where what was read of one window stands for all of them."""
        # what is compared: the pieces that dbt or the backfill makes, and the same days in fewer pieces
        self._pieces, self._wholes = list(chunks), [Window(chunks[0].start_date, chunks[-1].end_date)]
        self._hours = self._model.config.get("batch_size") == "hour"
        if self._model.is_microbatch:
            size = "day" if self._hours else str(self._model.config.get("batch_size") or "day")
            whole = self._wholes[0]
            self._pieces, self._wholes = chunks_of(project, whole.start_date, whole.end_date, size), list(chunks)

    def finding(self) -> str | None:
        """Why chunks may not give the rows of one run; None when they do."""
        self._own_sql_later = differs_on_first_run(self._project, self._model, self._pieces[0])
        if self._own_sql_later and self._model.is_microbatch:
            return _FIRST_RUN
        self._times = self._written_times()
        picks = self._picks()
        if picks:
            return _BY_CHANCE.format(found=picks)
        if self._unfilled and len(self._chunks) > 1:
            reading = _FIRST_RUN if self._own_sql_later else self._other_sql() or self._read_sql()
            return beside_parents(self._project, self._target, self._unfilled, self._pieces[0], reading)
        doubts = list(self._doubts())
        if self._pieces == self._wholes and not self._own_sql_later and not self._hours:
            return self._by_chance() if doubts and not self._project.bills_bytes else None
        if doubts and self._hours:
            return f"its batches are of an hour, and chunks of whole days: {'; '.join(doubts)}"
        if self._project.bills_bytes and not self._options.compare:
            return (
                f"{'; '.join(doubts)}. --check-edges compares the rows, for the bytes that it tells before"
                if doubts
                else None
            )
        different = self._compare_all(doubts) if doubts else self._compare_neighbours()
        if different:
            return "; ".join([*doubts, different])
        if doubts:
            # each chunk was compared, whatever its SQL
            self.shape = None
            self.warnings.append(
                f"{self._model.name}: {'; '.join(doubts)}. With the rows of today, its {len(self._pieces):,} chunks give those of one run"
            )
        return None

    def _doubts(self) -> Sequence[str]:
        if self._own_sql_later:
            return (_FIRST_RUN,)
        reading = self._read_sql()
        doubts = (reading,) if isinstance(reading, str) else reading.doubts
        if isinstance(reading, Reading) and not doubts and self._in_batches:
            doubts = self._dates_of_others(reading)
        other_sql = None if doubts else self._other_sql()
        return (other_sql,) if other_sql else doubts

    @property
    def _in_batches(self) -> bool:
        """Whether its chunks are of several batches, which dbt would run one by one."""
        return self._model.is_microbatch and self._pieces != self._wholes

    def _dates_of_others(self, reading: Reading) -> tuple[str, ...]:
        """Whether the date of its rows is not the one by which its batches read: dbt drops what a batch returns for other days than its own."""
        column = unquoted(self._target.column)
        made = (
            each
            for each in self._tree.find_all(exp.Alias)
            if each.alias.lower() == column and not is_column(each.this, column)
        )
        others = [found.column for _, found in reading.filtered if found.column != column]
        if not others and next(made, None) is None:
            return ()
        return (f"its event_time, {column}, may be another date than that by which its batches read",)

    def _written_times(self) -> list[str]:
        readings = [self._project.rendered(self._model, self._pieces[0], True, later=later) for later in (False, True)]
        now, then = (reading.sql for reading in readings)
        if now == then or any(reading.error for reading in readings):
            return []
        try:
            columns = columns_that_differ(*(parse(sql, dialect_of(self._project.adapter_type)) for sql in (now, then)))
        except UnreadableError:
            columns = []
        named = f" ({', '.join(columns)})" if columns else ""
        self.warnings.append(
            f"{self._model.name}: its SQL holds the time or the id of the command{named}. Chunks that are filled later, or by another command, hold "
            "another value, and these columns were not compared"
        )
        return columns

    def _picks(self) -> str | None:
        """What picks its rows by chance."""
        dialect = dialect_of(self._project.adapter_type)
        return picked_by_chance(self._tree, dialect, self._chances) if self._tree is not None else None

    @cached_property
    def _tree(self) -> Any:
        """Its SQL of a window; None where it can't be read."""
        try:
            return parse(self._project.compile(self._model, self._pieces[0]), dialect_of(self._project.adapter_type))
        except UnreadableError:
            return None

    def _read_sql(self) -> Reading | str:
        """What is found in its SQL, or why it can't be read."""
        dialect = dialect_of(self._project.adapter_type)
        one = self._pieces[0]
        other = self._pieces[1] if len(self._pieces) > 1 else next_day(one)
        try:
            trees = [parse(self._project.compile(self._model, window), dialect) for window in (one, other)]
        except UnreadableError as error:
            return f"its SQL could not be read: {error}"
        macros = seeing_more(self._project.call("_own_functions"), dialect)
        reading = read_by_window(trees[0], trees[1], dialect, utc=False, hours=self._hours, macros=macros)
        if not reading.doubts:
            return reading
        with_utc = read_by_window(trees[0], trees[1], dialect, hours=self._hours, macros=macros)
        return with_utc if not with_utc.doubts and self._project.call("_session_timezone") in _UTC else reading

    def _other_sql(self) -> str | None:
        """Whether other windows have other SQL than the first: some of them, the rest when they run."""
        first, every = self._pieces[0], len(self._pieces) // _LOOKED_AT + 1
        self.shape = Shape(self._project.compile(self._model, first), first, dialect_of(self._project.adapter_type))
        windows = [*self._wholes[:_LOOKED_AT], *self._pieces[::every], self._pieces[-1]]
        reasons = (self.shape.reason_against(self._project.compile(self._model, window), window) for window in windows)
        return next((reason for reason in reasons if reason), None)

    # --- rows --------------------------------------------------------------------------------------------------------

    def _piece(self, window: Window) -> str:
        if self._own_sql_later:
            return self._project.rendered(self._model, window, incremental=True).sql
        sql = self._project.compile(self._model, window)
        if not self._in_batches or not self._target.data_type:
            return sql
        # dbt drops what a batch returns for other days
        days = {"start_date": window.start_date, "end_date": window.end_date}
        kind = {"column": self._target.column, "data_type": self._target.data_type, "timezone": self._target.timezone}
        return str(self._project.call("_kept_rows_sql", query=sql, window={**kind, **days}))

    def _whole(self, window: Window) -> str:
        return self._project.compile(self._model, window)

    def _compare_neighbours(self) -> str | None:
        """Two neighbouring days on both sides of where a chunk ends, near the middle of the range, that have rows, and both together."""
        pairs = self._edges_in_days()
        if pairs:
            self._say(f"comparing rows of {self._model.name} beside each other and together, where a chunk ends.")
        slow = threading.Event()

        def give_up() -> None:
            slow.set()
            self._project.cancel()

        timer = threading.Timer(_PATIENCE, give_up)
        timer.daemon = True
        if not self._project.bills_bytes:
            timer.start()
        try:
            for pieces, wholes in pairs:
                if self._project.bills_bytes:
                    self._tell_bytes(pieces, wholes)
                rows = self._read(pieces, self._piece)
                if rows.count:
                    return self._difference(pieces, wholes, rows)
        except WarehouseError as error:
            # reading the SQL left no doubt, and what is wrong with the rows themselves fails their chunk
            why = f"took more than {_PATIENCE:.0f} s and was given up" if slow.is_set() else f"failed: {error}"
            self.warnings.append(f"{self._model.name}: only its SQL was read, because comparing two of its days {why}")
        finally:
            timer.cancel()
        return None

    def _edges_in_days(self) -> list[tuple[list[Window], list[Window]]]:
        """The last day of a piece and the first of the next, the middle of the range first, at most five."""
        if self._model.is_microbatch:
            return self._pairs()[:5]
        ends = list(zip(self._pieces, self._pieces[1:], strict=False))
        middle = len(ends) // 2
        chosen = sorted(range(len(ends)), key=lambda number: abs(number - middle))[:5]
        days = [(ends[number][0].end_date, ends[number][1].start_date) for number in chosen]
        return [([Window(one, one), Window(other, other)], [Window(one, other)]) for one, other in days]

    def _pairs(self) -> list[tuple[list[Window], list[Window]]]:
        """Neighbouring pieces, and the window of both."""
        if self._model.is_microbatch:
            inside = [[piece for piece in self._pieces if _holds(whole, piece)] for whole in self._wholes]
            return [(pieces, [whole]) for whole, pieces in zip(self._wholes, inside, strict=True) if len(pieces) > 1]
        neighbours = zip(self._pieces, self._pieces[1:], strict=False)
        return [([one, other], [Window(one.start_date, other.end_date)]) for one, other in neighbours]

    def _compare_all(self, doubts: Sequence[str]) -> str | None:
        self._say(
            f"comparing {len(self._pieces):,} chunks of {self._model.name} with one run over all of them, because of {doubts[0]}"
        )
        if self._project.bills_bytes:
            self._tell_bytes(self._pieces, self._wholes)
        return self._difference(self._pieces, self._wholes, self._read(self._pieces, self._piece), doubtful=True)

    def _tell_bytes(self, pieces: Sequence[Window], wholes: Sequence[Window]) -> None:
        queries = [*map(self._piece, pieces), *map(self._whole, wholes)]
        number = sum(self._project.estimate(f"{self._header}\n{query}") or 0 for query in queries)
        self._say(f"the check of edges of {self._model.name} scans {bill(number, price(self._project))}")
        self._options.limits.refuse_over(number, price(self._project), "the check of edges", "Leave out --check-edges.")

    def _of_other_rows(self, unstable: Sequence[str], doubtful: bool, window: Window) -> str | None:
        """What it means that these columns differ: other rows are read, as a LIMIT without an order takes them; None for a clock or a random number."""
        names = {name.lower() for name in unstable}
        keys = {unquoted(key) for key in keys_of(self._model)}
        date = unquoted(self._target.column)
        if len(names) == len(self._columns) or date in names:
            return _READ_TWICE.format(window=window)
        if doubtful and names & keys:
            return _ANOTHER_KEY.format(window=window, key=", ".join(sorted(names & keys)))
        explained = [
            *self._times,
            *(name for name in names if self._tree and is_of_the_moment(self._tree, name, self._chances)),
        ]
        unexplained = [name for name in unstable if name.lower() not in explained]
        if doubtful and unexplained:
            return _NO_CLOCK.format(window=window, columns=", ".join(unexplained))
        return None

    def _difference(
        self, pieces: Sequence[Window], wholes: Sequence[Window], rows: Rows, doubtful: bool = False
    ) -> str | None:
        whole = self._read(wholes, self._whole)
        if rows.same(whole):
            return None
        unstable = self._unstable(pieces)
        if unstable is None:
            return _READ_TWICE.format(window=pieces[0])
        others = self._of_other_rows(unstable, doubtful, pieces[0])
        if others:
            return others
        if unstable:
            text = f"{self._model.name}: {', '.join(unstable)} differ when the same days are read twice, so they were not judged"
            self.warnings += [] if text in self.warnings else [text]
            self._columns = [column for column in self._columns if column["name"] not in unstable]
            rows, whole = self._read(pieces, self._piece), self._read(wholes, self._whole)
            if rows.same(whole):
                return None
        return self._told(pieces, wholes, rows, whole)

    def _by_chance(self) -> str | None:
        """Whether a chunk, which dbt would make as it is, has other rows each time, as a LIMIT without an order."""
        self._read(self._pieces[:1], self._piece)
        unstable = self._unstable(self._pieces)
        if unstable is None:
            return _READ_TWICE.format(window=self._pieces[0])
        return self._of_other_rows(unstable, True, self._pieces[0])

    def _unstable(self, pieces: Sequence[Window]) -> list[str] | None:
        """Columns that are not the same when a piece with rows is read again; None when its rows themselves are not."""
        for window in pieces:
            first, second = (self._ask("_probed_columns_sql", self._piece(window)) for _ in range(2))
            if first["row_count"] != second["row_count"]:
                return None
            if first["row_count"]:
                return [
                    column["name"]
                    for number, column in enumerate(self._columns, start=1)
                    if first[f"column_{number}"] != second[f"column_{number}"]
                ]
        return []

    def _told(self, pieces: Sequence[Window], wholes: Sequence[Window], rows: Rows, whole: Rows) -> str:
        """Which rows differ: those of the first two pieces that differ from both together, if there are such."""
        parts, together = list(pieces), list(wholes)
        for one, both in self._pairs() if len(pieces) > 2 else ():
            if not self._read(one, self._piece).same(self._read(both, self._whole)):
                parts, together = one, both
                rows, whole = self._read(parts, self._piece), self._read(together, self._whole)
                break
        where = (
            f"{parts[0]} and {parts[1]}"
            if len(parts) == 2
            else f"the {len(parts)} chunks from {parts[0].start_date} to {parts[-1].end_date}"
        )
        text = f"{where} return {rows.count:,} rows one by one, and {whole.count:,} together"
        examples = self._examples(parts, together)
        return text + (f". {examples}" if examples else ", with other values")

    def _examples(self, pieces: Sequence[Window], wholes: Sequence[Window]) -> str:
        sql = self._project.call(
            "_probed_difference_sql",
            queries=[self._piece(window) for window in pieces],
            other_queries=[self._whole(window) for window in wholes],
            columns=self._columns,
        )
        found = self._project.query(f"{self._header}\n{sql}")
        sides = {1: "one by one", 2: "together"}
        return "; ".join(f"{sides[int(row['side'])]} only: {row['example']}" for row in found)

    def _read(self, windows: Sequence[Window], sql_of: Callable[[Window], str]) -> Rows:
        rows = Rows()
        for window in windows:
            sql = sql_of(window)
            found = self._project.columns_of(sql, self._header)
            names = tuple(name.lower() for name in found)
            if not self._names:
                self._columns = [{"name": name, "type": kind} for name, kind in found.items()]
                self._names = names
            if names != self._names:
                raise _OtherColumnsError(
                    _OTHER_COLUMNS.format(window=window, columns=", ".join(names), others=", ".join(self._names))
                )
            rows.add(self._ask("_probed_rows_sql", sql))
        return rows

    def _ask(self, macro: str, query: str) -> Mapping[str, Any]:
        sql = self._project.call(macro, query=query, columns=self._columns)
        return self._project.query(f"{self._header}\n{sql}")[0]


def _holds(whole: Window, piece: Window) -> bool:
    return whole.start_date <= piece.start_date and piece.end_date <= whole.end_date
