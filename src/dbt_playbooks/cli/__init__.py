"""The command `dbt-playbooks`. Owns words, help and exit codes; what the commands do is elsewhere and imported when it is needed."""

from __future__ import annotations

import logging
import sys
import traceback

import click

from dbt_playbooks import __version__
from dbt_playbooks.cli.backfill import backfill
from dbt_playbooks.cli.compare import compare
from dbt_playbooks.cli.impact import impact
from dbt_playbooks.cli.migrations import migrations
from dbt_playbooks.cli.notice import notice
from dbt_playbooks.cli.options import Group
from dbt_playbooks.errors import DEFECT, INTERRUPTED, PlaybooksError
from dbt_playbooks.interrupts import remembering_ctrl_c


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dbt-playbooks")
def cli() -> None:
    """The data engineer's playbooks: backfills that survive and comparisons that are right, for dbt on BigQuery and DuckDB.

    Exit codes: 0 done; 1 some work failed (run it again to continue), or tables differ; 2 invalid arguments or models; 3 dbt cannot open
    the project, or the warehouse cannot be reached or refuses a statement; 4 a defect of this command: nothing was decided; 130 interrupted: what was
    completed is recorded.
    """


cli.add_command(backfill)
cli.add_command(compare)
cli.add_command(impact)
cli.add_command(migrations)
cli.add_command(notice)


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


def _say(text: str) -> None:
    # rich takes a moment to import, and --help needs none of it
    from dbt_playbooks.terminal import stderr

    stderr().say(text)


def main() -> None:
    """Run the command and leave with its exit code. Every error that a user may read is printed here, and nowhere else."""
    # what sqlglot does not know is told as what could not be read; its own warnings are for those who work on it
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        with remembering_ctrl_c():
            code = cli.main(prog_name="dbt-playbooks", standalone_mode=False)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx:
            click.echo(f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.\n", err=True)
        _say(f"error: {error.format_message()}")
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted. What was completed is recorded. To continue, run the same command again.")
        code = INTERRUPTED
    except PlaybooksError as error:
        _say(f"error: {error}")
        code = error.exit_code
    except Exception as error:
        # with the exit code that Python gives it, it would say that tables differ
        traceback.print_exc()
        _say(
            f"error: this is a defect of dbt-playbooks ({type(error).__name__}: {error}), so nothing is said of what was asked. "
            "What was completed before is recorded. Please report it with the lines above."
        )
        code = DEFECT
    sys.exit(code if isinstance(code, int) else 0)
