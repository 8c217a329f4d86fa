"""`dbt-playbooks backfill ...`: its words and its help."""

from __future__ import annotations

from typing import Any

import click

from dbt_playbooks.cli.options import (
    DBT_OPTIONS,
    LIMIT_OPTIONS,
    Group,
    dbt_options,
    limits,
    with_options,
    words_to_repeat,
)
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Options

_BACKFILL_OPTIONS = (
    click.argument("select", nargs=-1, required=True),
    click.option("--exclude", multiple=True, metavar="SELECT", help="What to leave out of the selection."),
    click.option("--start", required=True, metavar="DAY", help="The first day, YYYY-MM-DD."),
    click.option("--end", required=True, metavar="DAY", help="The last day, included."),
    click.option(
        "--chunk",
        metavar="SIZE",
        help="day, week, month, quarter, year, or '5 day'.  [default: month; the batch of a microbatch model]",
    ),
    click.option(
        "--id", "backfill_id", metavar="ID", help="The name of the backfill. [default: from model, range and chunk]"
    ),
    click.option("--reverse", is_flag=True, help="The newest chunk first."),
    click.option(
        "--reprocess",
        type=click.Choice(["none", "failed", "all"]),
        default="failed",
        show_default=True,
        help="Which finished chunks to run again.",
    ),
    click.option("--shard", default="1/1", metavar="I/N", help="Only every N-th chunk, for N runs side by side."),
    click.option(
        "--accept",
        multiple=True,
        type=click.Choice(["edges"]),
        help="Run although rows depend on where a chunk ends; it is written down with the run.",
    ),
    click.option(
        "--check-edges",
        is_flag=True,
        help="Compare the rows of chunks with one run where that is billed, too: the bytes are told before. BigQuery.",
    ),
    *LIMIT_OPTIONS,
)


@click.group(cls=Group, short_help="Fill incremental models with history, in chunks.")
def backfill() -> None:
    """Fill incremental models with history: in chunks, resumable, complete.

    The state of a backfill is in the warehouse, in `backfill_log` and the view `backfill_checkpoints`.
    """


@backfill.command()
@with_options(*_BACKFILL_OPTIONS)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Chunks at the same time.")
@click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How often to try a failing chunk again.",
)
@click.option("--fail-fast", is_flag=True, help="Start no chunk after one has failed.")
@click.option("--dry-run", is_flag=True, help="Only show the plan, as `backfill plan` does.")
@click.option("--compare-to", metavar="RELATION", help="At the end, compare row counts by chunk with this table.")
@click.option("--json", "as_json", is_flag=True, help="One event a line on stdout.")
@with_options(*DBT_OPTIONS)
def run(
    threads: int,
    retries: int,
    fail_fast: bool,
    dry_run: bool,
    compare_to: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Run the chunks of a backfill that are not completed, for the models in SELECT (dbt selection).

    Run the same command again to continue: it skips completed chunks and tries failed ones again.
    Each chunk replaces its window as a whole, so no row is lost or duplicated.
    """
    from dbt_playbooks.backfill import command
    from dbt_playbooks.backfill.runner import RunOptions

    request, options, allowed = _request(given), _options(given, threads), limits(given)
    if dry_run:
        return command.plan(options, given["select"], given["exclude"], request, allowed, as_json)
    again = ["dbt-playbooks", *words_to_repeat()]
    run_options = RunOptions(threads, retries, fail_fast)
    return command.run(
        options, given["select"], given["exclude"], request, run_options, allowed, compare_to, as_json, again
    )


@backfill.command()
@with_options(*_BACKFILL_OPTIONS)
@click.option("--json", "as_json", is_flag=True, help="The plan as one JSON object.")
@with_options(*DBT_OPTIONS)
def plan(as_json: bool, **given: Any) -> int:
    """Show the chunks of a backfill, their state, and on BigQuery what each would cost. Changes nothing.

    Costs come from a dry run of each chunk's SQL; the var `price_per_tib` says what a TiB costs you (6.25 by default).
    """
    from dbt_playbooks.backfill import command

    return command.plan(_options(given), given["select"], given["exclude"], _request(given), limits(given), as_json)


@backfill.command()
@click.argument("name", required=False, metavar="[MODEL|ID]")
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@with_options(*DBT_OPTIONS)
def status(name: str | None, as_json: bool, **given: Any) -> int:
    """Show how far backfills are and who runs them now: those of a MODEL, the one with an ID, or all of them.

    Works while a run goes on, where the warehouse admits more than one process (a DuckDB file does not).
    """
    from dbt_playbooks.backfill import command

    return command.status(_options(given), name, as_json)


def _request(given: dict[str, Any]) -> Any:
    from dbt_playbooks.backfill.request import Request, Shard

    return Request(
        start_date=given["start"],
        end_date=given["end"],
        chunk=given["chunk"],
        backfill_id=given["backfill_id"],
        shard=Shard.parse(given["shard"]),
        reverse=given["reverse"],
        reprocess=given["reprocess"],
        accepted=given["accept"],
        check_edges=given["check_edges"],
    )


def _options(given: dict[str, Any], threads: int | None = None) -> Options:
    options = dbt_options(given, threads)
    for name in ("start_date", "end_date", "dbt_playbooks_start_date", "dbt_playbooks_end_date"):
        if name in options.vars:
            raise UsageError(f"--vars sets '{name}', which a backfill sets for each chunk. Use --start and --end.")
    return options
