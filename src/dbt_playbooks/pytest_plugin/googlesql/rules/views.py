"""Rules of views and materialized views (data-definition-language, views-intro, materialized-views-create)."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_playbooks.pytest_plugin.googlesql.rules import options
from dbt_playbooks.pytest_plugin.googlesql.rules.columns import stored_columns
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, kind_of

_CHANGING = {
    "current_date", "current_datetime", "current_time", "current_timestamp", "generate_uuid", "rand", "session_user",
}  # fmt: skip
_AGGREGATES = {
    "$count_star", "any_value", "approx_count_distinct", "array_agg", "avg", "bit_and", "bit_or", "bit_xor", "count", "countif",
    "hll_count.init", "logical_and", "logical_or", "max", "min", "max_by", "min_by", "sum",
}  # fmt: skip


def view(judged: Judged) -> Iterator[Fault]:
    statement = judged.statement
    if judged.is_temporary:
        yield Fault("CREATE TEMP VIEW is not supported: make a temporary table, or use WITH")
    if statement.value("recursive"):
        yield Fault("CREATE RECURSIVE VIEW is not supported")
    if statement.choice("sql_security") not in ("", "SQL_SECURITY_UNSPECIFIED"):
        yield Fault("SQL SECURITY is not supported for views")
    yield from stored_columns(judged)
    yield from temporary(judged, "view")
    for column in statement.nodes("column_definition_list"):
        annotations = column.node("annotations")
        if annotations is not None:
            yield from options.faults("view column", annotations.nodes("option_list"))


def view_options(judged: Judged) -> Iterator[Fault]:
    yield from options.faults("view", judged.statement.nodes("option_list"))


def temporary(judged: Judged, what: str) -> Iterator[Fault]:
    """What outlives the script can't read what ends with it."""
    for scan in judged.all("TableScan"):
        if judged.table(scan) in judged.scope.temporary:
            yield Fault(f"A {what} cannot reference the temporary table {judged.text(scan)}", scan)
    for call in judged.all("FunctionCall", "AggregateFunctionCall"):
        called = call.value("function").name.rpartition(":")[2]
        if (called.lower(),) in judged.scope.temporary:
            yield Fault(f"A {what} cannot reference the temporary function {called}", call)


def materialized(judged: Judged) -> Iterator[Fault]:
    given, query = judged.statement.nodes("option_list"), judged.statement.node("query")
    replica = judged.statement.node("replica_source") is not None
    yield from options.faults("materialized view replica" if replica else "materialized view", given)
    if query is None or options.is_true(given, "allow_non_incremental_definition"):
        return
    for node in query.walk():
        said = _unsupported(node) or _function(node) or _join(node, judged)
        if said is not None:
            yield Fault(f"Materialized view query cannot use {said}", node)
    yield from _aggregates(query)


def _unsupported(node: Node) -> str | None:
    if node.kind == "OrderByScan":
        return "ORDER BY"
    if node.kind == "LimitOffsetScan":
        return "LIMIT"
    if node.kind == "AnalyticScan":
        return "analytic functions"
    if node.kind == "SampleScan":
        return "TABLESAMPLE"
    if node.kind == "TableScan" and node.node("for_system_time_expr") is not None:
        return "FOR SYSTEM_TIME AS OF"
    if node.kind == "SetOperationScan" and node.choice("op_type") != "UNION_ALL":
        return node.choice("op_type").replace("_", " ")
    if node.kind == "SubqueryExpr" and node.choice("subquery_type") == "ARRAY":
        return "ARRAY subqueries"
    return None


def _function(node: Node) -> str | None:
    if node.kind not in ("FunctionCall", "AggregateFunctionCall"):
        return None
    called = node.value("function").name
    if node.function in _CHANGING:
        return f"the non-deterministic function {node.function.upper()}"
    if not called.startswith("ZetaSQL:"):
        return f"the user-defined function {called.rpartition(':')[2]}"
    if node.kind == "FunctionCall":
        return None
    if node.function not in _AGGREGATES:
        return f"the aggregate function {node.function.upper()}"
    arguments = node.nodes("argument_list")
    if node.function in ("any_value", "array_agg") and arguments and kind_of(arguments[0].type) == "STRUCT":
        return f"{node.function.upper()} over STRUCT"
    return None


def _join(node: Node, judged: Judged) -> str | None:
    if node.kind != "JoinScan":
        return None
    if node.choice("join_type") in ("RIGHT", "FULL"):
        return f"{node.choice('join_type')} OUTER JOIN"
    left, right = node.node("left_scan"), node.node("right_scan")
    read = [{judged.table(scan) for scan in side.all("TableScan")} for side in (left, right) if side is not None]
    return "a table that is joined with itself" if len(read) > 1 and read[0] & read[1] else None


def _aggregates(query: Node) -> Iterator[Fault]:
    """An aggregate is what comes out: nothing is computed from it, filtered or joined by it."""
    made = {
        column.value("column").column_id
        for scan in query.all("AggregateScan")
        for column in scan.nodes("aggregate_list")
    }
    for reference in query.all("ColumnRef"):
        if reference.value("column").column_id in made:
            yield Fault(
                "Materialized view query cannot compute, filter or join by the result of an aggregate", reference
            )
            return
    for scan in query.all("FilterScan"):
        below = scan.node("input_scan")
        if below is not None and below.kind == "AggregateScan":
            yield Fault("Materialized view query cannot use HAVING", scan)
            return


VIEW = (view, view_options)
MATERIALIZED = (view, materialized)
