"""notice: finds the change that is meant, who is affected, and writes what to tell them. Sends nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from rich.console import Console

from dbt_playbooks.errors import DONE, UsageError
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.load import load_graph
from dbt_playbooks.impact.owners import git_owners
from dbt_playbooks.impact.trace import Impact, impact_of
from dbt_playbooks.interface import Options
from dbt_playbooks.migrations.command import today
from dbt_playbooks.migrations.readers import readers_of
from dbt_playbooks.migrations.survey import dialect_of, of_model, survey
from dbt_playbooks.notice import markdown, slack
from dbt_playbooks.notice.content import notice_of
from dbt_playbooks.notice.request import Request, Subject, subject_of


def notice(options: Options, model: str, request: Request, form: str, now: dt.date | None = None) -> int:
    """Write the notice on stdout, and on stderr what whoever sends it should know."""
    now = now or today()
    graph = load_graph(options)
    root = Path(graph.root)
    node = graph.find(model)
    begun = of_model(survey(graph, root, now), graph, node.name) if node.kind in ("model", "seed", "snapshot") else []
    subject = subject_of(graph, node, begun, request, now)
    readers = readers_of(graph, root, subject.change, dialect_of(graph))
    impact = _impact(graph, subject)
    told = {each.node.unique_id: each.node for each in (*readers.found, *(impact.affected if impact else ()))}
    told[subject.change.node.unique_id] = subject.change.node
    authors = git_owners(graph, [each for each in told.values() if not each.owners])
    owners = {path: [f"{author.name}, by git" for author in found[:1]] for path, found in authors.items()}
    written = notice_of(subject, request, readers, impact, owners)
    notes = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for remark in subject.remarks:
        notes.print(f"note: {remark}")
    notes.print(
        "note: who reads the table outside of dbt is not known here. On BigQuery the macro recent_readers says who queried it."
    )
    print(
        json.dumps(slack.message(written), ensure_ascii=False, indent=2) if form == "slack" else markdown.page(written),
        end="",
    )
    return DONE


def _impact(graph: Graph, subject: Subject) -> Impact | None:
    """What the change reaches further down; of a column that has gone already nothing is known any more."""
    change = subject.change
    if change.kind == "add":
        return None
    try:
        return impact_of(graph, change.node, None if change.kind == "repartition" else change.old)
    except UsageError:
        return None
