"""Fills a range the way that a case says and holds what comes of it against the law. What breaks it is a `BreachError`, which tells everything."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from law.bench import Bench, Ended
from law.cases import Case
from law.tables import Rows


class BreachError(AssertionError):
    """The law is broken. `kind` says how in some words."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True)
class Verdict:
    """What became of a case that holds the law: accepted, refused, failed, or impossible (dbt itself can't run it)."""

    outcome: str
    why: str = ""


@dataclass(frozen=True)
class _Step:
    """One command of a way, and what happens before it."""

    words: tuple[str, ...] = ()
    start: str | None = None
    breaks: dt.date | None = None
    at_first: bool = False
    """What breaks it is over when a chunk is tried again."""
    mends: bool = False
    changes: bool = False
    killed: bool = False
    again: bool = False
    """It goes over rows that are there."""
    trial: bool = False
    """It has vars of its own, so its rows are not those of one run."""
    refused_for: str = ""
    """It must be refused, and say this word."""


def hold(bench: Bench, case: Case) -> Verdict:
    """Raises BreachError when the law does not hold for a case."""
    impossible = bench.prepare(case) or bench.one_run(case)
    judge = _Judge(bench, case)
    broken = False
    for step in _steps(case):
        if step.breaks or step.mends:
            bench.break_on(step.breaks, step.at_first)
            broken = step.breaks is not None and not step.at_first
        if step.changes:
            bench.change(case)
            impossible = bench.one_run(case)
        ended = judge.take(step, impossible, broken)
        if ended.code in (1, 2) and not broken and not step.refused_for:
            # nothing is to be had of a model that is refused; what is next would only be refused again
            if case.must_be_done:
                judge.breach("does not fill what it must", ended, impossible or "")
            if impossible:
                return Verdict("impossible", impossible)
            failures = [str(chunk["error"]) for chunk in ended.named("chunk_failed")]
            why = (failures or ended.err.strip().splitlines()[-1:] or [""])[0]
            return Verdict("refused" if ended.code == 2 else "failed", " ".join(why.split()))
    if impossible:
        return Verdict("impossible", impossible)
    if case.way.scheme == "ordinary runs":
        judge.take_ordinary_runs(ended)
    return Verdict("accepted")


def _steps(case: Case) -> Iterator[_Step]:
    way = case.way
    day = dt.date.fromisoformat(way.start) + (dt.date.fromisoformat(way.end) - dt.date.fromisoformat(way.start)) // 2
    if way.scheme == "shards":
        yield _Step(("--shard", "2/2"))
        yield _Step(("--shard", "1/2"), again=True)
    elif way.scheme == "part":
        yield _Step(start=day.isoformat() if way.period != "months" else "2024-02-01")
        yield _Step(again=True)
    elif way.scheme == "broken":
        yield _Step(breaks=day if way.after < 4 else dt.date.fromisoformat(way.start))
        yield _Step(mends=True, again=True)
    elif way.scheme == "retried":
        first = dt.date.fromisoformat(way.start)
        yield _Step(("--retries", "2"), breaks=day if way.after < 4 else first, at_first=True)
    elif way.scheme == "killed":
        yield _Step(killed=True)
        yield _Step(again=True)
    elif way.scheme == "other vars":
        yield _Step(("--vars", '{"factor": 2}'), trial=True)
        yield _Step(refused_for="factor")
        yield _Step(("--id", "another", "--reprocess", "all"), again=True)
    else:
        yield _Step()
    if way.scheme == "twice":
        other = ("--chunk", way.then, "--id", "another") if way.then != way.chunk and way.then else ()
        yield _Step((*other, "--reprocess", "all"), again=True)
        yield _Step(again=True)
    elif way.scheme == "broken later":
        yield _Step(("--reprocess", "all"), breaks=day, again=True)
        yield _Step(mends=True, again=True)
    elif way.scheme in ("changed", "moved"):
        yield _Step(("--reprocess", "all"), changes=True, again=True)


class _Judge:
    """Takes the steps of one case and looks at the table before and after each."""

    def __init__(self, bench: Bench, case: Case) -> None:
        self._bench = bench
        self._case = case
        self._said: list[Ended] = []

    def take(self, step: _Step, impossible: str | None, broken: bool) -> Ended:
        bench, case, way = self._bench, self._case, self._case.way
        before, there = bench.tables.rows(case.models), bench.tables.names()
        words = ["--start", step.start or way.start, "--end", way.end]
        words += ["--chunk", way.chunk] if way.chunk and "--chunk" not in step.words else []
        words += ["--reverse"] if way.reverse else []
        words += ["--threads", str(way.threads)] if way.threads > 1 else []
        hooks, _ = bench.tables.hooks()
        ended = bench.run(case, [*words, *step.words], step.killed)
        self._said.append(ended)
        after = bench.tables.rows(case.models)
        if ended.code in (0, 1, None) and case.model.extra == "hooks_count":
            self._judge_hooks(ended, hooks)
        if ended.code is None:
            return ended
        if step.refused_for and (ended.code != 2 or step.refused_for not in ended.err):
            self.breach("does not say which var is another", ended)
        if ended.code == 2 and there != bench.tables.names():
            self.breach("refused, and left something behind", ended, sorted(there ^ bench.tables.names()))
        if ended.code == 2 and before != after:
            self.breach("refused after data changed", ended, _changes(before, after))
        if ended.code not in (0, 1, 2):
            self.breach("ended with what is no exit code of a backfill", ended)
        if ended.code == 1:
            self._judge_failure(ended, before, after)
        if ended.code == 0 and impossible:
            self.breach("done, where dbt itself fails", ended, impossible)
        if ended.code == 0 and not (broken and not step.again):
            self._judge_success(step, ended, after)
        return ended

    def take_ordinary_runs(self, ended: Ended) -> None:
        bench, model = self._bench, self._case.model
        failed = bench.ordinary_runs(self._case)
        differences = [] if failed else bench.tables.differences([model]) or bench.tables.missing(model)
        if failed or differences:
            self.breach("ordinary runs afterwards are not as if dbt had made the table", ended, failed or differences)

    def _judge_hooks(self, ended: Ended, before: Counter[str]) -> None:
        """A hook runs once a chunk and goes with it; those of a microbatch model once a run, the last one only if its last batch is done."""
        ours, theirs = self._bench.tables.hooks()
        microbatch, chunks = self._case.model.is_microbatch, len(ended.named("chunk_completed"))
        if ended.code is None:
            if not microbatch and ours["before"] != ours["after"]:
                self.breach("hooks do not run as in dbt", ended, f"a chunk was cut off between its hooks: {ours}")
            return
        for name, once in theirs.items():
            ran = ours[name] - before[name]
            right = {once * chunks} if not microbatch else {once if chunks else 0} if ended.code == 0 else {0, once}
            if ran not in right:
                text = f"{name}: {ran} times, right: {right}, chunks: {chunks}"
                self.breach("hooks do not run as in dbt", ended, text)

    def _judge_failure(self, ended: Ended, before: Rows, after: Rows) -> None:
        """What does not lie in a chunk that was completed is as it was, and of those as many rows are there as were reported."""
        windows = [(chunk["start_date"], chunk["end_date"]) for chunk in ended.named("chunk_completed")]
        if _changes(_outside(before, windows), _outside(after, windows)):
            self.breach("a failed chunk changed rows", ended, _changes(before, after))
        self._judge_report(ended, after.total() - _outside(after, windows).total())

    def _judge_success(self, step: _Step, ended: Ended, after: Rows) -> None:
        shard = "--shard" in step.words and not step.again
        total = self._of_the_range(after).total()
        if shard or step.start:
            return self._judge_report(ended, total)
        if not step.trial and (differences := self._bench.tables.differences(self._case.models)):
            self.breach("done, and the rows are others", ended, differences)
        if ended.named("run_ended")[0]["completed_before"] == 0 and "--shard" not in step.words:
            self._judge_report(ended, total)
        self._judge_checkpoints(ended, total)
        return None

    def _of_the_range(self, rows: Rows) -> Rows:
        """Without the rows that dbt made before the range began."""
        way = self._case.way
        if way.begins != "days before":
            return rows
        return Counter({row: number for row, number in rows.items() if row[0] is None or row[0] >= way.start})

    def _judge_report(self, ended: Ended, total: int) -> None:
        reported = sum(chunk["rows"] for chunk in ended.named("chunk_completed"))
        at_the_end = ended.named("run_ended")[0]["rows"]
        # the hooks of a microbatch model run once, after its chunks were told
        hooked = self._case.model.is_microbatch and self._case.model.extra == "post_hook_deletes"
        if at_the_end != total or (reported != total and not hooked):
            self.breach(
                "reports rows that are not there",
                ended,
                f"chunks: {reported}, the end: {at_the_end}, in the table: {total}",
            )

    def _judge_checkpoints(self, ended: Ended, total: int) -> None:
        backfill = ended.named("run_ended")[0]["id"]
        found = [row for row in self._bench.tables.checkpoints() if row[0] == backfill]
        unfinished = [row for row in found if row[3] != "completed"]
        recorded = sum(row[4] or 0 for row in found)
        if unfinished or recorded != total:
            self.breach(
                "records rows that are not there",
                ended,
                f"recorded: {recorded}, in the table: {total}, not completed: {unfinished}",
            )

    def breach(self, kind: str, ended: Ended, found: object = "") -> None:
        """Everything that somebody needs who looks into it."""
        lines = [f"{kind} (exit code {ended.code})", f"{self._case}"]
        lines += [f"--- models/{name}\n{text.rstrip()}" for name, text in self._case.files().items()]
        for said in self._said:
            lines += [f"$ dbt-playbooks {' '.join(said.words)}   # {said.code}", said.err.rstrip()]
        lines += ["--- differences", *(map(str, found[:20]) if isinstance(found, list) else [str(found)])]
        if isinstance(found, list) and len(found) > 20:
            lines.append(f"... {len(found)} in all")
        raise BreachError(kind, "\n".join(lines))


def _changes(before: Rows, after: Rows) -> list[tuple[object, ...]]:
    gone, new = (before - after).elements(), (after - before).elements()
    return [*(("gone", *row) for row in gone), *(("new", *row) for row in new)]


def _outside(rows: Rows, windows: Sequence[tuple[str, str]]) -> Rows:
    """The rows whose day is in none of the windows."""
    inside = [row for row in rows if row[0] is not None and any(start <= row[0] <= end for start, end in windows)]
    return Counter({row: number for row, number in rows.items() if row not in inside})
