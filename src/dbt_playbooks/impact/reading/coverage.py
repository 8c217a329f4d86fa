"""Says what a query holds that its reader did not look at: kinds of SQL that it does not know, and names at places that it does not read.

A name that goes unread would be a reader of a column that nobody hears of, so what is not on these lists is told.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import LOST, words

_VALUES = ("Func", "Binary", "Unary", "Predicate", "Condition")
"""Whatever is one of these is computed from all that it holds."""

_KINDS = words(
    """
    Identifier Var Alias Aliases TableAlias DataType DataTypeParam ColumnDef IntervalSpan Interval PseudoType ObjectIdentifier CharacterSet Introducer
    National Pseudocolumn

    Select Subquery SetOperation Union Except Intersect With CTE From Table Join Lateral Values Pivot PivotAlias PivotAny UnpivotColumns Star Where
    PreWhere Group Having Qualify Order Ordered Sort Cluster Distribute Limit LimitOptions Offset Fetch Distinct GroupingSets Rollup Cube TableSample
    Version HistoricalData Describe Summarize PositionalColumn WithFill Connect Prior Final Hint TableFromRows QueryTransform

    Tuple Lambda Comprehension Filter WithinGroup WindowSpec IgnoreNulls RespectNulls HavingMax AtTimeZone FromTimeZone Slice Variadic JSONKeyValue
    JSONPath JSONPathFilter JSONPathKey JSONPathRecursive JSONPathRoot JSONPathScript JSONPathSelector JSONPathSlice JSONPathSubscript JSONPathUnion
    JSONPathWildcard JSONExtractQuote FormatJson JSON OnCondition ForIn OverflowTruncateBehavior WithOperator

    MatchRecognize MatchRecognizeMeasure
    """
)
"""What else is known to a reader here, in sqlglot's own words, of all its releases: names and types, queries, expressions, what is told to be in doubt."""

_PLACES = words(
    """
    Column.this Column.table Column.db Column.catalog Table.this Table.db Table.catalog Alias.alias Aliases.expressions TableAlias.this
    TableAlias.columns PivotAlias.alias Pivot.columns Dot.this Dot.expression PropertyEQ.this ColumnDef.this Unnest.offset Join.using
    CTE.key_expressions Window.alias Window.this Anonymous.this Lambda.expressions Star.except Star.except_ DataType.this DataType.kind
    Collate.expression
    """
)
"""Where a bare name is read by those who read what holds it, or is no column's."""


def gap(tree: Any, seen: Container[int]) -> str | None:
    """The first thing in a query that no reader looked at, in words; `seen` holds the ids of the columns that were read."""
    return next(_gaps(tree, seen), None)


def _gaps(tree: Any, seen: Container[int]) -> Iterator[str]:
    if tree.meta.get(LOST):
        yield f"sqlglot loses '{tree.meta[LOST]}' when it parses its SQL"
    for node in tree.walk(prune=lambda each: isinstance(each, exp.Hint)):
        kind = type(node).__name__
        if not _is_known(node):
            yield f"its SQL holds what sqlglot calls {kind}, which is not understood"
        elif isinstance(node, exp.Column) and id(node) not in seen:
            yield f"its SQL names '{node.name}' in what sqlglot calls {type(node.parent).__name__}, where no name is understood"
        elif isinstance(node, exp.Identifier) and not (is_placed(node) or id(node) in seen):
            yield f"its SQL names '{node.name}' in what sqlglot calls {type(node.parent).__name__}, where no bare name is understood"


def _is_known(node: Any) -> bool:
    return isinstance(node, tuple(getattr(exp, name) for name in _VALUES)) or type(node).__name__ in _KINDS


def is_placed(name: Any) -> bool:
    """Whether a bare name stands where others read it, or where it is no column's."""
    held = name
    while isinstance(held.parent, exp.Paren):
        held = held.parent
    place = f"{type(held.parent).__name__}.{held.arg_key}"
    if held.parent is None or (place in _PLACES if held is name else place == "Dot.this"):
        return True
    above = name.parent
    while above is not None and not isinstance(above, (exp.Select, exp.Pivot)):
        # a variable of a lambda stands as a bare name in its body
        if name.name.lower() in variables(above):
            return True
        above = above.parent
    return isinstance(above, exp.Pivot)


def variables(node: Any) -> frozenset[str]:
    """Names that an expression gives its own variables: the arguments of a lambda, the element of a comprehension."""
    if isinstance(node, exp.Lambda):
        return frozenset(each.name.lower() for each in node.expressions)
    if type(node).__name__ == "Comprehension":
        own = (node.args.get("expression"), node.args.get("position"))
        return frozenset(each.name.lower() for each in own if isinstance(each, exp.Expression))
    return frozenset()
