"""`dbt-playbooks impact`: its words and its help."""

from __future__ import annotations

from typing import Any

import click

from dbt_playbooks.cli.options import DBT_OPTIONS, Command, dbt_options, with_options
from dbt_playbooks.errors import UsageError


@click.command(cls=Command, short_help="Say what reads a model, or one of its columns.")
@click.argument("model")
@click.option("--column", metavar="NAME", help="Only what uses this column, through aliases, stars, CTEs and unions.")
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
@click.option("--mermaid", is_flag=True, help="The affected path as a Mermaid graph, to paste into a pull request.")
@click.option("--refresh", is_flag=True, help="Read the project again, also when no file has changed.")
@click.option("--emails", is_flag=True, help="Show the addresses of git's authors.")
@with_options(*DBT_OPTIONS)
def impact(
    model: str, column: str | None, as_json: bool, mermaid: bool, refresh: bool, emails: bool, **given: Any
) -> int:
    """Say what is downstream of MODEL: models, tests, snapshots, exposures, metrics, saved queries, with owners and files.

    MODEL is the name of a model, seed, snapshot or source (source.table). With --column it says who uses that column, and how: who
    passes it on under which name, who computes from it, joins, filters, groups or orders by it; and what could not be told.

    Nothing is run. All SQL is compiled once and kept in the target folder until a file changes.
    """
    from dbt_playbooks.impact.command import impact as run

    if as_json and mermaid:
        raise UsageError("--json and --mermaid are two forms of one answer. Give one of them.")
    form = "json" if as_json else "mermaid" if mermaid else "text"
    return run(dbt_options(given), model, column, form, refresh, emails)
