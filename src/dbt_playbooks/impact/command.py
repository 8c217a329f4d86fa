"""impact: the graph, what the change reaches, and how it is shown; which steps, in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from dbt_playbooks.errors import DONE, changing_nothing
from dbt_playbooks.impact.columns import columns_of
from dbt_playbooks.impact.load import load_graph, with_stored_columns
from dbt_playbooks.impact.mermaid import MOST_EDGES, mermaid
from dbt_playbooks.impact.owners import git_owners
from dbt_playbooks.impact.report import as_json, print_report
from dbt_playbooks.impact.trace import impact_of
from dbt_playbooks.interface import Options
from dbt_playbooks.terminal import Doing, Moving, stderr


def impact(options: Options, name: str, column: str | None, form: str, refresh: bool, emails: bool) -> int:
    """Say what a change of a node, or of one of its columns, reaches. `form`: 'text', 'json' or 'mermaid'."""
    with _progress() as progress, changing_nothing("Looking"):
        graph = load_graph(options, refresh, columns=column is not None, say=progress.say)
        node = graph.find(name)
        graph = with_stored_columns(graph, options, node, column, progress.say)
        found = impact_of(graph, node, column)
        if found.column is not None and found.column.lower() not in columns_of(graph, node)[0]:
            progress.say(
                f"note: whether {node.name} has a column '{found.column}' is not known: neither its YAML nor what reads it names one."
            )
        authors = {} if form == "mermaid" else git_owners(graph.root, progress.say)
    if form == "json":
        print(json.dumps(as_json(found, authors, emails, graph.project)))
    elif form == "mermaid":
        print(mermaid(found))
        if len(found.edges) > MOST_EDGES:
            progress.say(
                f"warning: the graph has {len(found.edges)} edges; viewers of Mermaid draw {MOST_EDGES}. --column makes it smaller."
            )
    else:
        print_report(found, authors, emails, graph.project)
    return DONE


class _Progress:
    """Notes to stderr; how far it is, where a terminal shows it."""

    def __init__(self) -> None:
        self._out = stderr()
        self._doing = Doing()
        self._line = Moving(self._out, self._doing)

    def say(self, text: str) -> None:
        if text.endswith("..."):
            self._doing.update(text)
        else:
            self._out.say(text)

    def __enter__(self) -> _Progress:
        self._line.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop()


@contextmanager
def _progress() -> Iterator[_Progress]:
    with _Progress() as progress:
        yield progress
