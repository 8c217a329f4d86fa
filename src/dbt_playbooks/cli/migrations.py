"""`dbt-playbooks migrations`: its words and its help."""

from __future__ import annotations

from typing import Any

import click

from dbt_playbooks.cli.options import DBT_OPTIONS, Command, dbt_options, with_options


@click.command(cls=Command, short_help="Say where each change of a schema stands, and what comes next.")
@click.option("--model", metavar="NAME", help="Only the changes of this model, with all their steps in full.")
@click.option("--overdue", is_flag=True, help="Only what is overdue; exit code 1 when something is.")
@click.option("--refresh", is_flag=True, help="Read the project again, whatever is kept of it.")
@click.option("--json", "as_json", is_flag=True, help="The changes as one JSON object, with all steps.")
@with_options(*DBT_OPTIONS)
def migrations(model: str | None, overdue: bool, refresh: bool, as_json: bool, **given: Any) -> int:
    """List every change of a schema that is in flight in the project: columns that are renamed, retyped, removed or added, and tables that
    are to be replaced.

    For each: its phase, since when (from git), whether it is overdue, who still reads the old name, and the next step with the exact edit
    and command. The project is read; nothing is edited, and nothing in the warehouse changes.
    """
    from dbt_playbooks.migrations import command

    return command.migrations(dbt_options(given), model, overdue, refresh, as_json)
