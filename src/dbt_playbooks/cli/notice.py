"""`dbt-playbooks notice`: its words and its help."""

from __future__ import annotations

from typing import Any

import click

from dbt_playbooks.cli.options import DBT_OPTIONS, Command, dbt_options, with_options
from dbt_playbooks.notice import KINDS


@click.command(cls=Command, short_help="Write what the readers of a table are told before it changes.")
@click.argument("model")
@click.option(
    "--change",
    "kind",
    type=click.Choice(KINDS),
    help="What changes.  [default: the change of the model that is in flight]",
)
@click.option("--column", metavar="NAME", help="The column that changes; of --change add the one that comes.")
@click.option(
    "--to", metavar="NAME", help="The column's new name, its new type (retype), or the model that replaces the table."
)
@click.option("--new-column", metavar="NAME", help="The name of the column that has the new type (retype).")
@click.option("--reason", metavar="TEXT", help="Why, in your own words.")
@click.option("--planned-date", metavar="DAY", help="The day on which the change begins, YYYY-MM-DD.")
@click.option("--remove-after", metavar="DAY", help="The last day of what goes, YYYY-MM-DD.")
@click.option("--channel", metavar="NAME", help="Where readers say that they are done: '#data-eng'.")
@click.option("--contact", metavar="NAME", help="Whom to ask.  [default: the owner of the model]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "slack"]),
    default="markdown",
    show_default=True,
    help="slack is the JSON of a message, for a webhook or chat.postMessage.",
)
@click.option("--refresh", is_flag=True, help="Read the project again, whatever is kept of it.")
@with_options(*DBT_OPTIONS)
def notice(model: str, form: str, refresh: bool, **given: Any) -> int:
    """Write the notification of a change of MODEL: what changes, how risky it is, when, what readers must do, and who is affected.

    Of a change that is in flight (`dbt-playbooks migrations` lists them) kind, names and dates are read from the project; leave them out,
    or say with --change and --column which one is meant. Of one that has not begun the options say it.

    The risk is low when a column is added, or when nothing in the project reads what goes; medium when that could not be told, or when a
    table is replaced that something reads; high when something reads a column that is renamed, retyped or removed. Nothing is sent.
    """
    from dbt_playbooks.notice import command
    from dbt_playbooks.notice.request import Request

    words = ("kind", "column", "to", "new_column", "reason", "planned_date", "remove_after", "channel", "contact")
    return command.notice(dbt_options(given), model, Request(**{name: given[name] for name in words}), form, refresh)
