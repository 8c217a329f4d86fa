"""`dbt-playbooks compare`: its words and its help."""

from __future__ import annotations

from typing import Any

import click

from dbt_playbooks.cli.options import DBT_OPTIONS, LIMIT_OPTIONS, Command, dbt_options, limits, with_options, yaml_value


@click.command(cls=Command, short_help="Say how two tables differ: counts, columns, rows.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--key",
    multiple=True,
    metavar="COLUMN",
    help="What names a row: a column, several (a,b), or an expression in parentheses. Without it rows are compared whole.",
)
@click.option(
    "--by",
    metavar="COLUMN",
    help="What cuts both tables into parts: best a date (on BigQuery the partition column), or an expression in parentheses.",
)
@click.option(
    "--columns", multiple=True, metavar="COLUMNS", help="Compare only these: a,b.  [default: all that both have]"
)
@click.option("--exclude-columns", multiple=True, metavar="COLUMNS", help="Leave these out: a,b.")
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="A column that has another name in NEW.")
@click.option(
    "--tolerance",
    metavar="YAML",
    help="How far numbers may lie apart: 0.01, '{relative: 0.001}', or one of these a column.",
)
@click.option("--where", metavar="SQL", help="Only rows that meet this condition, on both sides.")
@click.option("--since", metavar="DAY", help="Only rows from this day on (YYYY-MM-DD), by the dates of --by.")
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="Where days of --by and --since begin. For instants only.",
)
@click.option(
    "--sample",
    type=click.IntRange(0, 10000),
    default=10,
    show_default=True,
    help="How many rows of each kind are shown at most: that differ, only in old, only in new.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be sent, and on BigQuery what it would scan.")
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
@with_options(*LIMIT_OPTIONS)
@with_options(*DBT_OPTIONS)
def compare(old: str, new: str, sample: int, dry_run: bool, as_json: bool, **given: Any) -> int:
    """Say how the table NEW differs from the table OLD: which rows are on one side only, which differ, in which columns.

    A table is the name of a model, seed, snapshot or source (source.table) of the project, or 'schema.table'. Counts and checksums
    come first, then a join of the parts that differ. On BigQuery a dry run says first how much would be scanned.

    Exit code 0: they are the same, 1: they differ in rows or in columns (but not in what --columns or --exclude-columns leave out).
    """
    from dbt_playbooks.compare import command
    from dbt_playbooks.compare.request import Request, names, number_or, renames

    request = Request(
        old_table=old,
        new_table=new,
        key=names("--key", given["key"]),
        by=given["by"],
        columns=names("--columns", given["columns"]),
        exclude_columns=names("--exclude-columns", given["exclude_columns"]),
        rename=renames(given["rename"]),
        tolerance=number_or(yaml_value("--tolerance", given["tolerance"], "'{amount: 0.01}'")),
        where=given["where"],
        since=given["since"],
        timezone=given["timezone"],
    )
    return command.compare(dbt_options(given), request, limits(given), sample, dry_run, as_json)
