"""The command `dbt-playbooks`. Owns words, help and exit codes; what the commands do is elsewhere and imported when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from dbt_playbooks import __version__
from dbt_playbooks.errors import INTERRUPTED, PlaybooksError, UsageError
from dbt_playbooks.interface import Options

Function = TypeVar("Function", bound=Callable[..., Any])

_DBT_OPTIONS = (
    click.option("--project-dir", metavar="DIR", help="The folder that holds dbt_project.yml."),
    click.option("--profiles-dir", metavar="DIR", help="The folder that holds profiles.yml."),
    click.option("--profile", metavar="NAME", help="The profile, if not the project's own."),
    click.option("-t", "--target", metavar="NAME", help="The target of the profile."),
    click.option("--vars", "vars_", metavar="YAML", help="Vars for the project, as dbt takes them: '{limit: 1000}'."),
)
_BACKFILL_OPTIONS = (
    click.argument("select", nargs=-1, required=True),
    click.option("--exclude", multiple=True, metavar="SELECT", help="What to leave out of the selection."),
    click.option("--start", required=True, metavar="DAY", help="The first day, YYYY-MM-DD."),
    click.option("--end", required=True, metavar="DAY", help="The last day, included."),
    click.option(
        "--chunk",
        default="month",
        show_default=True,
        metavar="SIZE",
        help="day, week, month, quarter, year, or '5 day'.",
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
        help="Which chunks that ended before to run again.",
    ),
    click.option("--shard", default="1/1", metavar="I/N", help="Only every N-th chunk, for N runs side by side."),
    click.option(
        "--max-bytes",
        type=click.IntRange(min=0),
        metavar="N",
        help="Refuse to begin when a dry run says more bytes. BigQuery.",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar="X",
        help="Refuse to begin when a dry run costs more. BigQuery.",
    ),
)


def _with(options: tuple[Callable[[Function], Function], ...]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dbt-playbooks")
def cli() -> None:
    """The data engineer's playbooks: backfills that survive, for dbt on BigQuery and DuckDB.

    Exit codes: 0 done; 1 some work failed, run it again to go on; 2 the words or the models are off; 3 dbt cannot open
    the project, or the warehouse cannot be reached; 130 interrupted: what was completed is recorded.
    """


@cli.group(short_help="Fill incremental models with history, in chunks.")
def backfill() -> None:
    """Fill incremental models with history: in chunks, resumable, complete.

    The state of a backfill is in the warehouse, in `backfill_log` and the view `backfill_checkpoints`.
    """


@backfill.command()
@_with(_BACKFILL_OPTIONS)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Chunks at the same time.")
@click.option(
    "--retries", type=click.IntRange(min=0), default=0, show_default=True, help="More tries for a chunk that fails."
)
@click.option("--fail-fast", is_flag=True, help="Begin no chunk after one failed.")
@click.option("--dry-run", is_flag=True, help="Only show the plan, as `backfill plan` does.")
@click.option("--compare-to", metavar="RELATION", help="At the end, compare row counts by chunk with this table.")
@click.option("--json", "as_json", is_flag=True, help="One event a line on stdout.")
@_with(_DBT_OPTIONS)
def run(
    threads: int,
    retries: int,
    fail_fast: bool,
    dry_run: bool,
    compare_to: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Run what is left of a backfill of the models in SELECT (dbt selection).

    The same command again goes on where the last one stopped: chunks that are done are skipped, failed ones tried again.
    Each chunk replaces its window as a whole, so nothing is lost or doubled.
    """
    from dbt_playbooks.backfill import command
    from dbt_playbooks.backfill.runner import How

    request, options, limits = _request(given), _options(given, threads), _limits(given)
    if dry_run:
        return command.plan(options, given["select"], given["exclude"], request, limits, as_json)
    again = ["dbt-playbooks", *_words_to_repeat()]
    how = How(threads, retries, fail_fast)
    return command.run(options, given["select"], given["exclude"], request, how, limits, compare_to, as_json, again)


@backfill.command()
@_with(_BACKFILL_OPTIONS)
@click.option("--json", "as_json", is_flag=True, help="The plan as one JSON object.")
@_with(_DBT_OPTIONS)
def plan(as_json: bool, **given: Any) -> int:
    """Show the chunks of a backfill, their state, and on BigQuery what each would cost. Changes nothing.

    Costs come from a dry run of each chunk's SQL; the var `price_per_tib` says what a TiB costs you (6.25 by default).
    """
    from dbt_playbooks.backfill import command

    return command.plan(_options(given), given["select"], given["exclude"], _request(given), _limits(given), as_json)


@backfill.command()
@click.argument("backfill_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@_with(_DBT_OPTIONS)
def status(backfill_id: str | None, as_json: bool, **given: Any) -> int:
    """Show how far a backfill is and who runs it now; without BACKFILL_ID, all of them. Works while a run
    goes on, where the warehouse admits more than one process (a DuckDB file does not)."""
    from dbt_playbooks.backfill import command

    return command.status(_options(given), backfill_id, as_json)


@cli.command(short_help="Print an entry for packages.yml: the dbt package from here.")
def path() -> int:
    """Print the entry for packages.yml that installs the dbt package from here, without a network."""
    from dbt_playbooks.package import package_dir

    click.echo(f"packages:\n  - local: {package_dir()}")
    return 0


@cli.command(short_help="Backfill a year of flights, kill it half-way, go on.")
@click.option(
    "--dir",
    "folder",
    default="dbt-playbooks-demo",
    show_default=True,
    metavar="DIR",
    help="Where the demo's project is made.",
)
@click.option("--keep-running", is_flag=True, help="Do not kill the backfill half-way.")
def demo(folder: str, keep_running: bool) -> int:
    """Backfill a year of 336,776 flights into DuckDB, kill it half-way, go on, and prove that nothing is missing."""
    from dbt_playbooks.demo import run_demo

    return run_demo(folder, kill_half_way=not keep_running)


def _options(given: dict[str, Any], threads: int | None = None) -> Options:
    return Options(
        project_dir=given["project_dir"],
        profiles_dir=given["profiles_dir"],
        profile=given["profile"],
        target=given["target"],
        vars=_vars(given["vars_"]),
        threads=threads,
    )


def _vars(text: str | None) -> dict[str, Any]:
    import yaml

    if not text:
        return {}
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(
            f"--vars '{text}' is not YAML:\n{error}\nWrite it as dbt takes it: --vars '{{limit: 1000}}'."
        ) from error
    if not isinstance(found, dict):
        raise UsageError(
            f"--vars '{text}' is no mapping of names to values. Write it as dbt takes it: --vars '{{limit: 1000}}'."
        )
    for name in ("start_date", "end_date"):
        if name in found:
            raise UsageError(f"--vars sets '{name}', which a backfill sets for each chunk. Use --start and --end.")
    return found


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
    )


def _limits(given: dict[str, Any]) -> Any:
    from dbt_playbooks.backfill.command import Limits

    return Limits(given["max_bytes"], given["max_cost"])


def _words_to_repeat() -> list[str]:
    """The command line to type again; what --vars holds is the user's to repeat, it may be secret."""
    words = sys.argv[1:]
    masked = ["..." if index and words[index - 1] == "--vars" else word for index, word in enumerate(words)]
    return ["--vars=..." if word.startswith("--vars=") else word for word in masked]


def main() -> None:
    """Run the command and leave with its exit code. Every error that a user may read is printed here, and nowhere else."""
    try:
        code = cli.main(prog_name="dbt-playbooks", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted. What was completed is recorded; the same command again goes on.", err=True)
        code = INTERRUPTED
    except PlaybooksError as error:
        click.echo(f"error: {error}", err=True)
        code = error.exit_code
    sys.exit(code if isinstance(code, int) else 0)
