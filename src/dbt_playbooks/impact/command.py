"""impact: the graph, what the change reaches, and how it is shown; which steps, in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from dbt_playbooks.errors import DONE, changing_nothing
from dbt_playbooks.impact.columns import columns_of
from dbt_playbooks.impact.load import load_graph
from dbt_playbooks.impact.mermaid import MOST_EDGES, mermaid
from dbt_playbooks.impact.owners import git_owners
from dbt_playbooks.impact.report import as_json, print_report
from dbt_playbooks.impact.trace import impact_of
from dbt_playbooks.interface import Options


def impact(options: Options, name: str, column: str | None, form: str, refresh: bool, emails: bool) -> int:
    """Say what a change of a node, or of one of its columns, reaches. `form`: 'text', 'json' or 'mermaid'."""
    with _progress() as progress, changing_nothing("Looking"):
        graph = load_graph(options, refresh, columns=column is not None, say=progress.say)
        node = graph.find(name)
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

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("")

    def say(self, text: str) -> None:
        if text.endswith("..."):
            self._status.update(Text(text))
        else:
            self._console.print(text)

    def __enter__(self) -> _Progress:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()


@contextmanager
def _progress() -> Iterator[_Progress]:
    with _Progress(Console(stderr=True, highlight=False, markup=False, soft_wrap=True)) as progress:
        yield progress
