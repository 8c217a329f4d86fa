"""The graph of a project: from the cache while nothing changed, else by opening the project in dbt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from dbt_playbooks.errors import PlaybooksError
from dbt_playbooks.impact.cache import Cache
from dbt_playbooks.impact.columns import columns_of
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.interface import Node, Options
from dbt_playbooks.terminal import stderr


def to_stderr(text: str) -> None:
    """What is told; how far it is (texts that end in dots) is for those who show it."""
    if not text.endswith("..."):
        stderr().say(text)


def with_stored_columns(
    graph: Graph, options: Options, node: Node, column: str | None, say: Callable[[str], None] = to_stderr
) -> Graph:
    """The graph, with the columns of a node as its table has them, if nothing else says whether it has this one."""
    known, complete = columns_of(graph, node)
    if column is None or complete or column.strip().strip('"`').lower() in known or node.kind not in _STORED:
        return graph
    from dbt_playbooks.project import open_project

    say(f"asking the warehouse for the columns of {node.name} ...")
    try:
        with open_project(options, only_reads=True) as project:
            stored = list(project.stored_columns(node))
    except PlaybooksError:
        say(f"warning: the warehouse could not be asked for the columns of {node.name}")
        return graph
    return replace(graph, stored={**graph.stored, node.unique_id: stored}) if stored else graph


_STORED = ("source", "model", "seed", "snapshot")


def load_graph(
    options: Options, refresh: bool = False, columns: bool = True, say: Callable[[str], None] = to_stderr
) -> Graph:
    """Nodes, and with `columns` their lineage, for which all SQL is compiled and read; nothing is run.

    Raises ProjectError when dbt can't open the project. `refresh` reads it whatever is kept. `say` is told what goes on.
    """
    cache = Cache(options)
    kept = None if refresh else cache.read(columns, say)
    if kept is not None:
        say("nothing changed since the project was read: what is kept of it is used. --refresh reads it again.")
        return kept
    started = time.time()
    say("opening the project in dbt ...")
    from dbt_playbooks.project import open_project
    from dbt_playbooks.project.opening import uncollected
    from dbt_playbooks.redact import Redactor

    with open_project(options, only_reads=True) as project:
        nodes = project.nodes()
        found: dict[str, Lineage] = {}
        in_vain = False
        if columns:
            from dbt_playbooks.impact.lineages import lineages

            redactor = Redactor(project.secrets())
            with uncollected(stays=False), project.connected():
                found, in_vain = lineages(project, nodes, redactor, say)
        inputs = project.inputs()
        graph = Graph(project.project_name, inputs.root, {node.unique_id: node for node in nodes}, found)
        # a database that is locked or out of reach may answer the next time
        if not in_vain or project.answers():
            cache.write(graph, inputs, columns, started, say)
    return graph
