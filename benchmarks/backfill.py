"""What a chunk of a backfill costs: 336,776 flights of 2013 by day on embedded DuckDB, by every way that people have.

Each contender starts from the same loaded database and a parsed project, and its table must equal the source at the end.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import click
from measure import Claim, Line, Measured, between, in_another_process, machine, run
from rich.console import Console
from rich.table import Table
from straight import FIRST_DAY, checks, delete_and_insert, differences

from dbt_playbooks import demo

DBT = [sys.executable, "-m", "dbt.cli.main"]
PLAYBOOKS = [sys.executable, "-m", "dbt_playbooks"]
DELETE_INSERT, MICROBATCH = "stg_flights", "stg_flights_microbatch"
MORE_MODELS = 300

LOOP = "shell loop of `dbt run --vars`"
DBT_MICROBATCH = "dbt microbatch, one invocation (1)"
STRAIGHT = "the same SQL straight to DuckDB"
OURS = "dbt-playbooks, delete+insert"
OURS_MICROBATCH = "dbt-playbooks, microbatch model (1)"
OURS_BESIDE = "dbt-playbooks, the same again (2)"
OURS_MORE_MODELS = f"dbt-playbooks, {MORE_MODELS} more models (2)"
OURS_MEMORY = "dbt-playbooks, {days:,} days by {chunk}"


@dataclass(frozen=True)
class Size:
    """How much is run. `memory` holds chunk sizes that cut `memory_days` into ever more chunks."""

    loop_chunks: int
    days: int
    memory_days: int
    memory: Sequence[str]


FULL = Size(loop_chunks=30, days=365, memory_days=1095, memory=("month", "3 day", "day"))
QUICK = Size(loop_chunks=10, days=60, memory_days=60, memory=("15 day", "5 day", "day"))


@dataclass
class Figures:
    """What one contender took: an entry per run in `totals`, an entry per chunk in `chunk_seconds`."""

    name: str
    chunks: int
    totals: list[float] = field(default_factory=list)
    chunk_seconds: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    """Seconds of a chunk as our own events state them: without the two checkpoints."""
    check_seconds: list[float] = field(default_factory=list)
    """Seconds of a run before its first chunk for whether chunks give the rows of one run."""
    chunk_checks: list[tuple[float, float]] = field(default_factory=list)
    """Seconds of a chunk's checks alone: its rows lie in the window, and no row elsewhere has their keys."""
    cpu_seconds: list[float] = field(default_factory=list)
    chunk_cpu_seconds: list[float] = field(default_factory=list)
    """The mean of each run's chunks, from the end of its first to the end of its last."""
    peak_mb: list[float] = field(default_factory=list)

    @property
    def total(self) -> float:
        return median(self.totals) if self.totals else sum(self.chunk_seconds)

    @property
    def chunk(self) -> float:
        return median(self.chunk_seconds)

    @property
    def share(self) -> float:
        """Seconds a chunk with everything around it: start-up, parsing, the report at the end."""
        return self.total / self.chunks

    @property
    def cpu(self) -> float | None:
        """CPU seconds of all chunks and what is around them: steadier than the clock when others use the machine."""
        if not self.cpu_seconds:
            return None
        return median(self.cpu_seconds) if self.totals else sum(self.cpu_seconds)

    @property
    def chunk_cpu(self) -> float | None:
        return median(self.chunk_cpu_seconds) if self.chunk_cpu_seconds else None

    @property
    def chunk_check(self) -> float:
        return median(sum(each) for each in self.chunk_checks)

    @property
    def peak(self) -> float | None:
        return median(self.peak_mb) if self.peak_mb else None


@click.command()
@click.option("--quick", is_flag=True, help="10 chunks of the loop and 60 days, to try it.")
@click.option("--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="Runs of each but the loop.")
@click.option("--loop-chunks", type=click.IntRange(min=1), metavar="N", help="Chunks of the shell loop.  [default: 30]")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def backfill(quick: bool, repeat: int, loop_chunks: int | None, json_file: Path | None) -> None:
    """Daily chunks of a year of flights: shell loop, dbt microbatch, plain DuckDB, dbt-playbooks.

    Progress goes to stderr, the table to stdout.
    """
    size = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="bench-backfill-") as folder:
        header = machine(["dbt-core", "dbt-duckdb", "duckdb"])
        figures = _Bench(Path(folder), size, loop_chunks or size.loop_chunks).run(repeat)
    claims = _claims(figures, size)
    _print(header, figures, claims, repeat)
    if json_file:
        found = {
            "machine": header,
            "repeat": repeat,
            "contenders": [
                {
                    **asdict(each),
                    "total": each.total,
                    "chunk": each.chunk,
                    "cpu": each.cpu,
                    "chunk_cpu": each.chunk_cpu,
                    "peak": each.peak,
                }
                for each in figures.values()
            ],
            "claims": [{**asdict(claim), "holds": claim.holds} for claim in claims],
        }
        json_file.write_text(json.dumps(found, indent=2) + "\n")


class _Bench:
    """The contenders, each in a copy of one project whose flights are loaded and whose parse is saved."""

    def __init__(self, folder: Path, size: Size, loop_chunks: int) -> None:
        self._folder = folder
        self._size = size
        self._loop_chunks = loop_chunks
        self._looped = 0
        self.figures: dict[str, Figures] = {}

    def run(self, repeat: int) -> dict[str, Figures]:
        """Run everything; pieces of the loop lie between the others, so that a noisy minute hits them all."""
        self._prepare()
        contenders: list[Callable[[], None]] = [
            lambda: self._side_by_side(
                {
                    DBT_MICROBATCH: self._dbt_microbatch,
                    OURS_MICROBATCH: lambda: self._daily(OURS_MICROBATCH, MICROBATCH),
                }
            ),
            self._ours_and_straight,
            lambda: self._side_by_side(
                {
                    OURS_BESIDE: lambda: self._daily(OURS_BESIDE, DELETE_INSERT),
                    OURS_MORE_MODELS: lambda: self._daily(OURS_MORE_MODELS, DELETE_INSERT, "more_models"),
                }
            ),
        ]
        pieces = repeat * len(contenders)
        for n in range(pieces):
            self._loop_until(self._loop_chunks * (n + 1) // pieces)
            contenders[n % len(contenders)]()
        self._check_loop()
        for chunk in self._size.memory:
            days = self._size.memory_days
            self._ours(OURS_MEMORY.format(days=days, chunk=chunk), DELETE_INSERT, days, chunk)
        return self.figures

    # --- projects --------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        _say("loading the flights")
        base = demo._make_project(self._folder / "base")
        demo._unpack_flights(base)
        # its tests and their YAML are of no use here
        shutil.rmtree(base / "tests")
        (base / "models" / "staging" / "_staging.yml").unlink()
        (base / "models" / "staging" / f"{MICROBATCH}.sql").write_text(_MICROBATCH_MODEL)
        (base / "models" / "raw" / "_raw.yml").write_text(_EVENT_TIME)
        run([*DBT, "deps"], base)
        run([*DBT, "run", "--select", "raw_flights", "flights_typed", "--profiles-dir", "."], base)
        (base / "flights.csv").unlink()

        more = self._copy("base", "more_models")
        folder = more / "models" / "more"
        folder.mkdir()
        for n in range(MORE_MODELS):
            parent = f"more_{n - 10:03}" if n >= 10 else "flights_typed"
            (folder / f"more_{n:03}.sql").write_text(f"select *, {n} as n_{n}\nfrom {{{{ ref('{parent}') }}}}\n")
        for project in (base, more):
            run([*DBT, "parse", "--profiles-dir", "."], project)

    def _copy(self, source: str, name: str) -> Path:
        target = self._folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self._folder / source, target, symlinks=True)
        return target

    def _figures(self, name: str, chunks: int) -> Figures:
        return self.figures.setdefault(name, Figures(name, chunks))

    def _check(self, project: Path, model: str, days: int) -> None:
        """Refuse to time wrong results."""
        found = in_another_process(differences, str(project / "flights.duckdb"), model, _last(days).isoformat())
        if found:
            raise click.ClickException(f"{model} in {project.name} does not equal its source: {found}")

    # --- contenders ------------------------------------------------------------------------------------------------

    def _loop_until(self, chunk: int) -> None:
        """Go on with the loop: a process a day, with what people type."""
        name = "loop"
        if not self._looped:
            self._copy("base", name)
        figures = self._figures(LOOP, self._loop_chunks)
        if self._looped < chunk:
            _say(f"{LOOP}: chunks {self._looped + 1} to {chunk} of {self._loop_chunks}")
        for n in range(self._looped, chunk):
            day = (FIRST_DAY + dt.timedelta(days=n)).isoformat()
            words = ["run", "--select", DELETE_INSERT, "--vars", f"{{start_date: {day}, end_date: {day}}}"]
            measured = run([*DBT, *words, "--profiles-dir", "."], self._folder / name)
            figures.chunk_seconds.append(measured.seconds)
            figures.cpu_seconds.append(measured.cpu_seconds)
            figures.chunk_cpu_seconds.append(measured.cpu_seconds)
            figures.peak_mb.append(measured.peak_mb)
        self._looped = max(self._looped, chunk)

    def _check_loop(self) -> None:
        self._check(self._folder / "loop", DELETE_INSERT, self._loop_chunks)

    def _dbt_microbatch(self) -> None:
        _say(DBT_MICROBATCH)
        project, days = self._copy("base", "dbt_contender"), self._size.days
        after = _last(days) + dt.timedelta(days=1)
        words = ["--event-time-start", FIRST_DAY.isoformat(), "--event-time-end", after.isoformat()]
        measured = run([*DBT, "run", "--select", MICROBATCH, *words, "--profiles-dir", "."], project)
        batches = [line for line in measured.lines if " OK created batch " in line.text]
        self._add(DBT_MICROBATCH, days, measured, batches)
        self._check(project, MICROBATCH, days)

    def _ours(self, name: str, model: str, days: int, chunk: str, project: str = "base") -> None:
        _say(name)
        folder = self._copy(project, f"{project}_contender")
        words = ["--start", FIRST_DAY.isoformat(), "--end", _last(days).isoformat(), "--chunk", chunk, "--json"]
        measured = run([*PLAYBOOKS, "backfill", "run", model, *words, "--profiles-dir", "."], folder)
        events = [json.loads(line.text) for line in measured.lines]
        chunks = next(event["chunks"] for event in events if event["event"] == "run_started")
        completed = [
            (line, event)
            for line, event in zip(measured.lines, events, strict=True)
            if event["event"] == "chunk_completed"
        ]
        figures = self._add(name, chunks, measured, [line for line, _ in completed])
        figures.check_seconds.append(
            next(event["check_seconds"] for event in events if event["event"] == "run_started")
        )
        figures.inside += [event["seconds"] for _, event in completed]
        self._check(folder, model, days)

    def _daily(self, name: str, model: str, project: str = "base") -> None:
        self._ours(name, model, self._size.days, "day", project)

    def _side_by_side(self, contenders: Mapping[str, Callable[[], None]]) -> None:
        """At the same time, because a small difference drowns in what a machine does from one minute to the next."""
        for name in contenders:
            self._figures(name, self._size.days)  # in this order in the table
        with ThreadPoolExecutor(len(contenders)) as pool:
            running = [pool.submit(contender) for contender in contenders.values()]
        for each in running:
            each.result()

    def _ours_and_straight(self) -> None:
        """Straight before and after ours: what others do to the machine meanwhile hits both."""
        self._figures(OURS, self._size.days)  # in this order in the table
        self._straight()
        self._daily(OURS, DELETE_INSERT)
        folder = str(self._folder / "base_contender")
        found = in_another_process(checks, folder, DELETE_INSERT, "flight_date", self._size.days)
        self.figures[OURS].chunk_checks.append(found)
        self._straight()

    def _straight(self) -> None:
        _say(STRAIGHT)
        project, days = self._copy("base", "straight"), self._size.days
        seconds, cpu = in_another_process(delete_and_insert, str(project / "flights.duckdb"), DELETE_INSERT, days)
        figures = self._figures(STRAIGHT, days)
        figures.totals.append(sum(seconds))
        figures.chunk_seconds += seconds
        figures.cpu_seconds.append(cpu)
        figures.chunk_cpu_seconds.append(cpu / days)
        self._check(project, DELETE_INSERT, days)

    def _add(self, name: str, chunks: int, measured: Measured, ended: Sequence[Line]) -> Figures:
        if len(ended) != chunks:
            raise click.ClickException(f"{name}: {len(ended)} chunks were seen to end, not {chunks}")
        figures = self._figures(name, chunks)
        figures.totals.append(measured.seconds)
        figures.chunk_seconds += between([line.seconds for line in ended])
        figures.chunk_cpu_seconds.append((ended[-1].cpu_seconds - ended[0].cpu_seconds) / max(chunks - 1, 1))
        figures.cpu_seconds.append(measured.cpu_seconds)
        figures.peak_mb.append(measured.peak_mb)
        return figures


_EVENT_TIME = """\
models:
  - name: flights_typed
    config:
      event_time: flight_date
"""

_MICROBATCH_MODEL = """\
{{ config(
    materialized='incremental',
    incremental_strategy='microbatch',
    event_time='flight_date',
    batch_size='day',
    begin='2013-01-01'
) }}

select * from {{ ref('flights_typed') }}
"""


def _last(days: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=days - 1)


def _claims(figures: Mapping[str, Figures], size: Size) -> list[Claim]:
    loop, dbt, ours, same = (figures[name] for name in (LOOP, DBT_MICROBATCH, OURS, OURS_MICROBATCH))
    beside, more, straight = figures[OURS_BESIDE], figures[OURS_MORE_MODELS], figures[STRAIGHT]
    memory = [figures[OURS_MEMORY.format(days=size.memory_days, chunk=chunk)] for chunk in size.memory]
    least, most = memory[0], memory[-1]
    whole = f"{dbt.chunks} days, whole processes"
    loop_cpu, ours_cpu = _of(loop.cpu, loop.chunks), _of(ours.cpu, ours.chunks)
    return [
        Claim(
            "a chunk of the loop / a chunk of ours",
            loop.chunk / ours.chunk,
            60,
            True,
            _of(loop.chunk_cpu, ours.chunk_cpu),
        ),
        Claim("the same with our start-up and report", loop.chunk / ours.share, 60, True, _of(loop_cpu, ours_cpu)),
        Claim(f"{whole}: ours / dbt microbatch, same model", same.total / dbt.total, 1, False, _of(same.cpu, dbt.cpu)),
        Claim(
            f"a chunk with {MORE_MODELS} more models / without",
            more.chunk / beside.chunk,
            1.2,
            False,
            _of(more.chunk_cpu, beside.chunk_cpu),
        ),
        Claim(
            "a chunk of ours / the same SQL straight to DuckDB",
            ours.chunk / straight.chunk,
            2.5,
            False,
            _of(ours.chunk_cpu, straight.chunk_cpu),
        ),
        Claim("the checks of a chunk / a chunk of ours", ours.chunk_check / ours.chunk, 0.1, False),
        Claim("the check of edges, seconds", median(ours.check_seconds), 2, False),
        Claim(f"peak memory, {most.chunks} chunks / {least.chunks}, same days", _of(most.peak, least.peak), 1.1, False),
    ]


def _of(one: float | None, other: float | None) -> float:
    """A ratio of figures that these contenders have."""
    assert one is not None
    assert other
    return one / other


def _print(header: Mapping[str, str], figures: Mapping[str, Figures], claims: Sequence[Claim], repeat: int) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    ours = figures[OURS]
    table = Table(
        title="Backfill of 336,776 flights by day, DuckDB" + (f", medians of {repeat} runs" if repeat > 1 else ""),
    )
    for name in ("", "chunks", "total s", "s a chunk", "/ ours", "all in", "CPU s", "CPU s a chunk", "peak MB"):
        table.add_column(name, justify="right" if name else "left")
    for each in figures.values():
        table.add_row(
            each.name,
            f"{each.chunks:,}",
            f"{each.total:.1f}",
            f"{each.chunk:.4f}",
            "" if each.name.endswith(")") else f"{each.chunk / ours.chunk:.2f}",
            f"{each.share:.4f}",
            "" if each.cpu is None else f"{each.cpu:.1f}",
            "" if each.chunk_cpu is None else f"{each.chunk_cpu:.4f}",
            "" if each.peak is None else f"{each.peak:.0f}",
        )
    console.print(", ".join(f"{name} {value}" for name, value in header.items()), markup=False, soft_wrap=True)
    console.print(
        "dbt's threads: 1 for all; DuckDB's own settings untouched; the parse is saved before.", soft_wrap=True
    )
    console.print(table)
    for line in _notes(figures, claims):
        console.print(line, markup=False, soft_wrap=True)


def _notes(figures: Mapping[str, Figures], claims: Sequence[Claim]) -> Iterator[str]:
    inside, ours = median(figures[OURS].inside), figures[OURS].chunk
    yield "s a chunk: the median, from one chunk's end to the next one's. all in: total s / chunks, with start-up and report."
    yield "(1), (2): these two ran side by side, each slowed down by the other. Compare them with each other only."
    yield f"Every target was equal to its source. A chunk of ours: {inside:.4f} s at work, {ours - inside:.4f} s for its checkpoints."
    outside, keys = (median(each) for each in zip(*figures[OURS].chunk_checks, strict=True))
    yield f"In it, the checks: {outside:.4f} s that its rows lie in the window, {keys:.4f} s that no row elsewhere has their keys."
    yield from map(str, claims)


def _say(text: str) -> None:
    click.echo(text, err=True)
