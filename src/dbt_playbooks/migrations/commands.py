"""The commands that a change needs, as they are typed: words, quotes and what the project says of keys and windows."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from typing import Any

import yaml

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change

FIRST_DAY = "FIRST_DAY"
"""Stands in a command for the first day of a table, which the project does not say."""


def operation(macro: str, **arguments: Any) -> str:
    """`dbt run-operation dbt_playbooks.<macro> --args '{...}'`."""
    given = yaml.safe_dump(arguments, default_flow_style=True, sort_keys=False, width=10**6).strip()
    return f"dbt run-operation dbt_playbooks.{macro} --args {shlex.quote(given)}"


def build(*selection: str) -> str:
    return shlex.join(["dbt", "build", "--select", *selection])


def notice(change: Change) -> str:
    """What readers are told of one change; a table may have several."""
    column = change.new if change.kind == "add" else change.old
    which = [] if change.replacement or not column else ["--column", column]
    return shlex.join(["dbt-playbooks", "notice", change.node.name, "--change", change.kind, *which])


def outside(node: Node) -> list[str]:
    """Who reads a table outside of dbt: views, and on BigQuery whoever queried it."""
    name = table_name(node)
    readers = [operation("recent_readers", table=name, others_only=True)] if on_bigquery(node) else []
    return [operation("dependent_views", table=name), *readers]


def fill(node: Node, today: dt.date) -> str:
    """Fills the whole table again: by windows where the model can be backfilled, else at once."""
    if not can_backfill(node):
        return shlex.join(["dbt", "run", "--select", node.name, "--full-refresh"])
    first = str(node.config.get("begin") or FIRST_DAY)[:10]
    range_ = ["--start", first, "--end", today.isoformat(), "--reprocess", "all"]
    return shlex.join(["dbt-playbooks", "backfill", "run", node.name, *range_])


def can_backfill(node: Node) -> bool:
    """Whether it looks like a model that `dbt-playbooks backfill` takes; that command says exactly why it would not."""
    is_microbatch = node.config.get("incremental_strategy") == "microbatch"
    return node.materialized == "incremental" and (is_microbatch or "backfill_filter" in node.raw_code)


def compare(old: str, new: str, node: Node, graph: Graph, leave_out: tuple[str, ...] = ()) -> str:
    """Compares a table with what it was, or with the one that replaces it, by the key and the dates that the project knows."""
    words = ["dbt-playbooks", "compare", old, new]
    key = key_of(graph, node)
    words += ["--key", ",".join(key)] if key and not set(key) & set(leave_out) else []
    by = date_column(node)
    words += ["--by", by] if by else []
    words += ["--exclude-columns", ",".join(leave_out)] if leave_out else []
    return shlex.join(words)


def key_of(graph: Graph, node: Node) -> list[str]:
    """The columns of `unique_key`, or those of a test that says that they are unique."""
    key = node.config.get("unique_key")
    if key:
        return [key] if isinstance(key, str) else [str(each) for each in key]
    for test in tests_of(graph, node):
        metadata = test.details["test_metadata"]
        if metadata.get("name") == "unique" and test.details.get("column_name"):
            return [str(test.details["column_name"])]
        columns = (metadata.get("kwargs") or {}).get("combination_of_columns")
        if columns:
            return [str(each) for each in columns]
    return []


def date_column(node: Node) -> str | None:
    """What the model's config says that it is cut by: its partitions, or the time of its events."""
    partition = node.config.get("partition_by")
    field = partition.get("field") if isinstance(partition, dict) else None
    found = field or node.config.get("event_time")
    return str(found) if found else None


def tests_of(graph: Graph, node: Node) -> list[Node]:
    """The generic tests that stand under a model in its YAML."""
    below = [graph.nodes[each] for each in graph.children.get(node.unique_id, ())]
    return [each for each in below if each.kind == "test" and each.details.get("test_metadata") and _is_of(each, node)]


def _is_of(test: Node, node: Node) -> bool:
    return test.details.get("attached_node") in (None, node.unique_id)


def table_of(node: Node, suffix: str = "") -> str:
    """`schema.table` as the macros take it, a part that holds a dot in quotes; with the database where the model's config names one."""
    parts = [
        quoted or bare for quoted, bare in re.findall(r"[\"`]([^\"`]+)[\"`]|([^.\"`]+)", node.relation or node.name)
    ]
    *places, table = parts[-3 if node.config.get("database") else -2 :]
    return ".".join(f'"{part}"' if "." in part else part for part in (*places, table + suffix))


def table_name(node: Node) -> str:
    """A model as the macros take it: by its name, of one with versions by its table, as they know no versions."""
    return table_of(node) if "version" in node.details else node.name


def on_bigquery(node: Node) -> bool:
    """Told by how its table is quoted."""
    return "`" in (node.relation or "")


def project_dialect(graph: Graph) -> str:
    """What the project's SQL is written in, told by how its tables are quoted."""
    return "bigquery" if any(on_bigquery(node) for node in graph.nodes.values()) else "duckdb"


def layout(node: Node) -> tuple[Any, ...]:
    """What decides on BigQuery whether a table can be replaced by a copy of another: partitions and clusters, from the config."""
    partition = node.config.get("partition_by")
    if not isinstance(partition, dict) or not partition.get("field"):
        return None, clusters(node)
    ranges = partition.get("range")
    by = (
        tuple(sorted(ranges.items()))
        if isinstance(ranges, dict)
        else str(partition.get("granularity") or "day").lower()
    )
    return (str(partition["field"]).lower(), by, bool(partition.get("time_ingestion_partitioning"))), clusters(node)


def is_laid_out_by(node: Node, column: str | None) -> bool:
    """Whether the config has the table partitioned or clustered by a column: BigQuery changes no such column of a table that is there."""
    (partition, clustered) = layout(node)
    return column is not None and column.lower() in (*clustered, partition[0] if partition else None)


def clusters(node: Node) -> tuple[str, ...]:
    """The columns that a table is clustered by, in lower case."""
    found = node.config.get("cluster_by") or ()
    return tuple(str(each).lower() for each in ([found] if isinstance(found, str) else found))
