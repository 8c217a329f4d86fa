"""Rules of queries, wherever they stand (query-syntax, data-types, window-function-calls, access-historical-data)."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, kind_of, type_text

_ONLY_WINDOWS = {"percentile_cont", "percentile_disc"}
_NOT_TAKEN = {
    "approx_count_distinct": ("ARRAY", "STRUCT", "INTERVAL"),
    "approx_quantiles": ("ARRAY", "STRUCT", "INTERVAL"),
}
"""Types that an aggregate function does not take by its page, and the analyzer lets pass."""
_WITHOUT_RECURSION = {
    "CreateFunctionStmt": "function",
    "CreateTableFunctionStmt": "table function",
    "CreateMaterializedViewStmt": "materialized view",
}
_NOT_COMPARABLE = {"ARRAY", "GEOGRAPHY", "JSON"}
_NOT_IN_PARTITIONS = {"ARRAY", "FLOAT64", "GEOGRAPHY", "JSON", "STRUCT"}


def calls(judged: Judged) -> Iterator[Fault]:
    for call in judged.all("AggregateFunctionCall"):
        if call.function in _ONLY_WINDOWS:
            yield Fault(f"Analytic function {call.function.upper()} cannot be called without an OVER clause", call)
        nested = [
            inner for each in call.nodes("group_by_aggregate_list") for inner in each.all("AggregateFunctionCall")
        ]
        if any(inner.nodes("group_by_aggregate_list") for inner in nested):
            yield Fault("At most two aggregate functions can be nested in one another", call)
        arguments = call.nodes("argument_list")
        if arguments and kind_of(arguments[0].type) in _NOT_TAKEN.get(call.function, ()):
            yield Fault(
                f"{call.function.upper()} does not take arguments of type {type_text(arguments[0].type)}", arguments[0]
            )
        if call.value("distinct"):
            for argument in call.nodes("argument_list"):
                # data-types: an ARRAY or STRUCT is groupable in GROUP BY and SELECT DISTINCT alone
                if kind_of(argument.type) in ("ARRAY", "STRUCT"):
                    said = f"Aggregate functions with DISTINCT cannot be used with arguments of type {type_text(argument.type)}"
                    yield Fault(said, argument)


def windows(judged: Judged) -> Iterator[Fault]:
    for group in judged.all("AnalyticFunctionGroup"):
        window = group.node("partition_by")
        for column in [] if window is None else window.nodes("partition_by_list"):
            if kind_of(column.type) in _NOT_IN_PARTITIONS:
                said = f"Partitioning by expressions of type {type_text(column.type)} is not allowed"
                # a column in PARTITION BY does not say where it is
                yield Fault(said, group if column.begins is None else column)


def set_operations(judged: Judged) -> Iterator[Fault]:
    for operation in judged.all("SetOperationScan"):
        kind, _, modifier = operation.choice("op_type").rpartition("_")
        second = operation.nodes("input_item_list")[1]
        if modifier == "ALL":
            if kind != "UNION":
                yield Fault(f"{kind} ALL is not supported; use {kind} DISTINCT", second)
            continue
        for number, column in enumerate(operation.value("column_list"), 1):
            if kind_of(column.type) in _NOT_COMPARABLE:
                said = f"has type that does not support set operation comparisons: {type_text(column.type)}"
                yield Fault(f"Column {number} in {kind} {modifier} {said}", second)


def recursions(judged: Judged) -> Iterator[Fault]:
    """WITH RECURSIVE stands at the top of a query that is no function and no materialized view."""
    for scan in judged.all("WithScan"):
        if not scan.value("recursive"):
            continue
        if judged.statement.kind in _WITHOUT_RECURSION:
            yield Fault(f"WITH RECURSIVE is not allowed in a {_WITHOUT_RECURSION[judged.statement.kind]}", scan)
        top = judged.statement.node("query")
        if top is None or top.message is not scan.message:
            yield Fault("WITH RECURSIVE is only allowed at the top level of the query", scan)
        for entry in scan.nodes("with_entry_list"):
            for inner in entry.all("WithScan", "SetOperationScan", "RecursiveScan"):
                if inner.kind == "WithScan":
                    yield Fault("WITH is not allowed inside of WITH RECURSIVE", inner)
                elif inner.choice("op_type") == "UNION_DISTINCT":
                    yield Fault("UNION DISTINCT is not allowed inside of WITH RECURSIVE: use UNION ALL", inner)


def unpivots(judged: Judged) -> Iterator[Fault]:
    for scan in judged.all("UnpivotScan"):
        names = [each.name for each in scan.value("value_column_list")] + [scan.value("label_column").name]
        for name in duplicates(names):
            yield Fault(f"UNPIVOT makes two columns of the name {name}", scan, name)


def samples(judged: Judged) -> Iterator[Fault]:
    for sample in judged.all("SampleScan"):
        method = str(sample.value("method")).upper()
        if method != "SYSTEM":
            yield Fault(f"TABLESAMPLE {method} is not supported; use TABLESAMPLE SYSTEM", sample)
        elif sample.choice("unit") != "PERCENT":
            yield Fault("TABLESAMPLE SYSTEM takes a share of the table: (<number> PERCENT), not ROWS", sample)
        elif sample.node("repeatable_argument") is not None:
            yield Fault("TABLESAMPLE ... REPEATABLE is not supported", sample)


def limits(judged: Judged) -> Iterator[Fault]:
    for scan in judged.all("LimitOffsetScan"):
        for name in ("limit", "offset"):
            count = scan.node(name)
            # a negative number is a call of the minus, or what that was folded to
            if count is not None and (count.function == "$unary_minus" or _integer(count) < 0):
                yield Fault(f"{name.upper()} must be a non-negative INT64", count)


def history(judged: Judged) -> Iterator[Fault]:
    times: dict[tuple[str, ...], str] = {}
    for scan in judged.all("TableScan"):
        when = scan.node("for_system_time_expr")
        if when is not None and any(when.all("SubqueryExpr")):
            yield Fault("FOR SYSTEM_TIME AS OF expression must not contain subqueries", when)
        for call in () if when is None else when.all("FunctionCall"):
            if not call.value("function").name.startswith("ZetaSQL:"):
                yield Fault("FOR SYSTEM_TIME AS OF expression must not call a user-defined function", call)
        path, written = judged.table(scan), "" if when is None else _written(judged, when)
        if times.setdefault(path, written) != written:
            name = ".".join(path)
            yield Fault(f"Table {name} is referenced at more than one point in time in one statement", scan)


def results(judged: Judged) -> Iterator[Fault]:
    """A query whose rows are stored."""
    if not judged.stored:
        return
    from dbt_playbooks.pytest_plugin.googlesql.rules.columns import stored_columns

    yield from stored_columns(judged)


def _written(judged: Judged, when: Node) -> str:
    return "".join((judged.text(when) or str(when.begins)).lower().split())


def _integer(node: Node) -> int:
    value = node.value("value") if node.kind == "Literal" else None
    return int(value.value.int64_value) if value is not None else 0


RULES = (calls, windows, set_operations, recursions, unpivots, samples, limits, history)
