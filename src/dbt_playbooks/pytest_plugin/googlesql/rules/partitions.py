"""Rules of PARTITION BY and CLUSTER BY, of tables, materialized views and loads (data-definition-language, clustered-tables)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, kind_of, type_text

_MOST_CLUSTER_COLUMNS = 4
_CLUSTERABLE = {
    "BIGNUMERIC",
    "BOOL",
    "DATE",
    "DATETIME",
    "GEOGRAPHY",
    "INT64",
    "NUMERIC",
    "RANGE",
    "STRING",
    "TIMESTAMP",
}
_TRUNCATED = {
    "date_trunc": ("DATE", ("MONTH", "YEAR")),
    "datetime_trunc": ("DATETIME", ("DAY", "HOUR", "MONTH", "YEAR")),
    "timestamp_trunc": ("TIMESTAMP", ("DAY", "HOUR", "MONTH", "YEAR")),
}
_ALLOWED = (
    "PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), "
    "a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), _PARTITIONDATE, or "
    "RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))"
)
_INGESTION = {"_partitiondate", "_partitiontime"}


def partition(judged: Judged) -> Iterator[Fault]:
    expressions = judged.statement.nodes("partition_by_list")
    if len(expressions) > 1:
        yield Fault(f"Only a single PARTITION BY expression is supported but found {len(expressions)}", expressions[1])
        return
    for expression in expressions:
        column = _partition_column(expression)
        if column is None:
            yield Fault(_ALLOWED, expression)
        elif column.lower() in _INGESTION and judged.statement.node("query") is not None:
            yield Fault("Creating ingestion time partitioned table from query result is not supported", expression)
        if column is not None and expression.function == "range_bucket":
            yield from _range(expression)


def cluster(judged: Judged) -> Iterator[Fault]:
    columns = judged.statement.nodes("cluster_by_list")
    if len(columns) > _MOST_CLUSTER_COLUMNS:
        yield Fault(
            f"CLUSTER BY takes at most {_MOST_CLUSTER_COLUMNS} columns, got {len(columns)}",
            columns[_MOST_CLUSTER_COLUMNS],
        )
    collated = {
        str(each.value("name"))
        for each in judged.statement.nodes("column_definition_list")
        if (annotations := each.node("annotations")) is not None and annotations.node("collation_name") is not None
    }
    for column in columns:
        if column.kind != "ColumnRef":
            yield Fault("CLUSTER BY expression must be a top-level column of the table", column)
        elif kind_of(column.type) not in _CLUSTERABLE:
            yield Fault(f"Cannot cluster by column {_name(column)} of type {type_text(column.type)}", column)
        elif _name(column) in collated:
            yield Fault(f"Cannot cluster by column {_name(column)}, which has a collation", column)
    named = [column for column in columns if column.kind == "ColumnRef"]
    for name in duplicates(_name(column) for column in named):
        yield Fault(f"CLUSTER BY contains the column {name} more than once", named[-1])


def _partition_column(expression: Node) -> str | None:
    """The column of an expression that BigQuery takes, or None."""
    if expression.kind == "ColumnRef":
        name = _name(expression)
        return name if kind_of(expression.type) == "DATE" else None
    arguments = expression.nodes("argument_list")
    column = arguments[0] if arguments and arguments[0].kind == "ColumnRef" else None
    if column is None:
        return None
    name, kind = _name(column), kind_of(column.type)
    if expression.function == "date" and len(arguments) == 1 and kind in ("TIMESTAMP", "DATETIME"):
        return name
    if expression.function in _TRUNCATED and len(arguments) == 2:
        wanted, parts = _TRUNCATED[expression.function]
        if name.lower() == "_partitiontime":
            return name if _part(arguments[1]) in _TRUNCATED["timestamp_trunc"][1] else None
        return name if kind == wanted and _part(arguments[1]) in parts else None
    if expression.function == "range_bucket" and kind == "INT64" and arguments[1].function == "generate_array":
        return None if any(arguments[1].all("ColumnRef")) else name
    return None


def _range(expression: Node) -> Iterator[Fault]:
    numbers = [_integer(each) for each in expression.nodes("argument_list")[1].nodes("argument_list")]
    if None in numbers:
        return
    start, end, step = (*numbers, 1)[:3]
    if start is not None and end is not None and start >= end:
        yield Fault(f"RANGE_BUCKET: the start of the range, {start}, must be less than its end, {end}", expression)
    if step is not None and step <= 0:
        yield Fault(f"RANGE_BUCKET: the interval must be positive, got {step}", expression)


def _integer(node: Node) -> int | None:
    if node.function == "$unary_minus":
        inner = _integer(node.nodes("argument_list")[0])
        return None if inner is None else -inner
    value = node.value("value") if node.kind == "Literal" else None
    return int(value.value.int64_value) if value is not None else None


def _name(column: Node) -> str:
    return str(column.value("column").name)


def _part(argument: Node) -> str:
    value = argument.value("value") if argument.kind == "Literal" else None
    return "" if value is None else _parts().get(value.value.enum_value, "")


@cache
def _parts() -> dict[int, str]:
    from zetasql.wasi._pb2.zetasql.public.functions import datetime_pb2

    return {number: name for name, number in datetime_pb2.DateTimestampPart.items()}


RULES: tuple[Any, ...] = (partition, cluster)
