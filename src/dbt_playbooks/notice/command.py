"""notice: finds the change that is meant, who is affected, and writes what to tell them. Sends nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from dbt_playbooks.errors import DONE, UsageError, changing_nothing
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.load import load_graph, to_stderr, with_stored_columns
from dbt_playbooks.impact.owners import git_owners
from dbt_playbooks.impact.trace import Impact, impact_of
from dbt_playbooks.interface import Options
from dbt_playbooks.migrations.command import today
from dbt_playbooks.migrations.commands import outside, project_dialect
from dbt_playbooks.migrations.readers import readers_of
from dbt_playbooks.migrations.survey import of_model, survey
from dbt_playbooks.notice import markdown, slack
from dbt_playbooks.notice.content import notice_of
from dbt_playbooks.notice.request import HAS_COLUMNS, Request, Subject, subject_of
from dbt_playbooks.terminal import stderr


def notice(
    options: Options, model: str, request: Request, form: str, refresh: bool = False, now: dt.date | None = None
) -> int:
    """Write the notice on stdout, and on stderr what whoever sends it should know."""
    now = now or today()
    with changing_nothing("Looking"):
        graph = load_graph(options, refresh)
        root = Path(graph.root)
        node = graph.find(model)
        graph = with_stored_columns(graph, options, node, None if request.kind == "repartition" else request.column)
        begun = of_model(survey(graph, root, now), graph, node.name) if node.kind in HAS_COLUMNS else []
        subject = subject_of(graph, node, begun, request, now)
        readers = readers_of(graph, root, subject.change, project_dialect(graph))
        authors = git_owners(graph.root, to_stderr)
    owners = {path: [f"{author.name}, by git" for author in found[:1]] for path, found in authors.items()}
    written = notice_of(subject, request, readers, _impact(graph, subject), owners)
    notes = stderr()
    for remark in (*subject.remarks, _outside(subject)):
        notes.say(f"note: {remark}")
    print(
        json.dumps(slack.message(written), ensure_ascii=False, indent=2) if form == "slack" else markdown.page(written)
    )
    return DONE


def _outside(subject: Subject) -> str:
    ways = " and ".join(f"`{command}`" for command in outside(subject.change.node))
    return f"who reads the table outside of dbt is not known here. Ask the warehouse: {ways}."


def _impact(graph: Graph, subject: Subject) -> Impact | None:
    """What the change reaches further down; of a column that has gone already nothing is known any more."""
    change = subject.change
    if change.kind == "add":
        return None
    try:
        return impact_of(graph, change.node, None if change.kind == "repartition" else change.old)
    except UsageError:
        return None
