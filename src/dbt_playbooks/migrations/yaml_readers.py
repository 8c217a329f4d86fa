"""What has to be written in YAML where a reader names a column: only there, as other words of that name are other things.

A data test names it at its column, in an argument or in its `where`; a unit test in the rows of an input, and of what it expects where the tested
model has the column itself; a semantic model in `expr`, so that entities, dimensions and measures keep their names; a snapshot in its config.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.edits import Piece, identifier
from dbt_playbooks.migrations.mentions import in_expression
from dbt_playbooks.migrations.properties import get, items, root_of

# arguments of tests that hold values or names of other things, whatever their words
_NO_COLUMNS = {
    "values", "value_set", "to", "compare_model", "model", "name", "description", "severity", "tags", "meta", "alias", "quote", "error_if", "warn_if",
    "regex", "quote_values", "store_failures", "limit", "datepart", "interval", "like_pattern", "like_pattern_list", "regex_list",
}  # fmt: skip
# and those that name columns of the other table
_OF_THE_OTHER = {"field", "to_condition", "compare_columns", "pk_column_name"}
_SNAPSHOT_KEYS = ("unique_key", "updated_at", "check_cols", "cluster_by", "partition_by")
_ELEMENTS = ("entities", "dimensions", "measures")


@dataclass
class Places:
    """Where a YAML file names the column: what is to stand there, and what a person has to look at, by positions."""

    pieces: list[Piece] = field(default_factory=list)
    by_hand: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A column of the tables in question (`orders`, `orders.v2`), and its new name; None of one that goes."""

    column: str
    new: str | None
    tables: Collection[str]
    dialect: str


def places_in_yaml(text: str, node: Node, asked: Asked) -> Places | None:
    """None where the file is not understood, or does not hold the node as its kind is written."""
    root = root_of(text)
    found = _Finder(text, asked)
    of_kind = {
        "test": found.of_test,
        "unit_test": found.of_unit_test,
        "semantic_model": found.of_semantic_model,
        "snapshot": found.of_snapshot,
    }
    reads = of_kind.get(node.kind)
    if root is None or reads is None or not reads(root, node):
        return None
    return found.places


class _Finder:
    def __init__(self, text: str, asked: Asked) -> None:
        self._text = text
        self._asked = asked
        self._tables = {table.lower() for table in asked.tables}
        self._word = re.compile(rf"(?<![\w$]){re.escape(asked.column)}(?![\w$])", re.IGNORECASE)
        self.places = Places()

    # --- data tests ------------------------------------------------------------------------------------------------

    def of_test(self, root: Any, node: Node) -> bool:
        test = _test_in(root, node)
        if test is None:
            return False
        attached = str(node.details.get("attached_node") or "").split(".")
        own = ".".join(attached[2:]).lower() in self._tables or (
            len(attached) > 2 and attached[2].lower() in self._tables
        )
        arguments, config = _arguments(test)
        to = next((str(value.value) for name, value in arguments if name == "to"), "")
        other = means(to, self._tables)
        for name, value in arguments:
            if name in _OF_THE_OTHER:
                if other:
                    self._anywhere(value)
            elif name not in _NO_COLUMNS and own:
                self._anywhere(value)
            elif name not in _NO_COLUMNS and not own and not to:
                self._look_at(value)
        if own:
            self._anywhere(get(config, "where"))
        return True

    # --- unit tests ------------------------------------------------------------------------------------------------

    def of_unit_test(self, root: Any, node: Node) -> bool:
        test = _entry(root, "unit_tests", node.name)
        if test is None:
            return False
        tested = str(getattr(get(test, "model"), "value", "")).lower()
        for given in items(test, "given"):
            name = str(getattr(get(given, "input"), "value", ""))
            if means(name, self._tables) or (name == "this" and tested in self._tables):
                self._rows(given)
        if tested in self._tables:
            self._rows(get(test, "expect"))
        return True

    def _rows(self, holder: Any) -> None:
        rows = get(holder, "rows")
        if isinstance(rows, yaml.SequenceNode):
            for row in rows.value:
                for name, _ in row.value if isinstance(row, yaml.MappingNode) else ():
                    if name.value.lower() == self._asked.column.lower():
                        self._whole(name)
        elif isinstance(rows, yaml.ScalarNode):
            start, end = rows.start_mark.index, rows.end_mark.index
            if getattr(get(holder, "format"), "value", "") == "csv":
                # the first line that is not empty, behind the sign of a block
                inner = re.compile(r"[|>][^\n]*\n\s*|['\"]?\s*").match(self._text, start)
                first = inner.end() if inner else start
                last = self._text.find("\n", first, end)
                self._words(first, end if last < 0 else last)
            else:
                self._words(start, end, by_hand=True)

    # --- semantic models -------------------------------------------------------------------------------------------

    def of_semantic_model(self, root: Any, node: Node) -> bool:
        model = _entry(root, "semantic_models", node.name)
        if model is None:
            return False
        for kind in _ELEMENTS:
            for each in items(model, kind):
                name, expression = get(each, "name"), get(each, "expr")
                if expression is not None:
                    self._expression(expression)
                elif name is not None and name.value.lower() == self._asked.column.lower():
                    self._with_expression(each, name)
        return True

    def _with_expression(self, element: Any, name: Any) -> None:
        if self._asked.new is None:
            self.places.by_hand.append(name.start_mark.index)
            return
        end = name.end_mark.index
        written = _as_yaml(self._asked.new)
        if element.flow_style:
            self.places.pieces.append(Piece(end, end, f", expr: {written}"))
            return
        indent = " " * element.value[0][0].start_mark.column
        stop = self._text.find("\n", end)
        stop = len(self._text) if stop < 0 else stop
        self.places.pieces.append(Piece(stop, stop, f"\n{indent}expr: {written}"))

    # --- snapshots -------------------------------------------------------------------------------------------------

    def of_snapshot(self, root: Any, node: Node) -> bool:
        snapshot = _entry(root, "snapshots", plain_name(node))
        if snapshot is None:
            return False
        for holder in (snapshot, get(snapshot, "config")):
            for key in _SNAPSHOT_KEYS:
                self._anywhere(get(holder, key))
        return True

    # --- parts -----------------------------------------------------------------------------------------------------

    def _anywhere(self, value: Any) -> None:
        """A scalar that is the name, or an expression; each of a list, and of a mapping what is under its keys."""
        if isinstance(value, yaml.ScalarNode):
            self._expression(value)
        elif isinstance(value, yaml.SequenceNode):
            for each in value.value:
                self._anywhere(each)
        elif isinstance(value, yaml.MappingNode):
            for key, each in value.value:
                if key.value not in _NO_COLUMNS:
                    self._anywhere(each)

    def _look_at(self, value: Any) -> None:
        if value is not None:
            self._words(value.start_mark.index, value.end_mark.index, by_hand=True)

    def _expression(self, value: Any) -> None:
        if value.value.strip().strip('"`').lower() == self._asked.column.lower():
            self._whole(value)
            return
        start, end = value.start_mark.index, value.end_mark.index
        if not self._word.search(self._text, start, end):
            return
        quoted = value.style in ("'", '"')
        written = self._text[start + quoted : end - quoted]
        if value.style in ("|", ">"):
            first = written.find("\n")
            written = " " * first + written[first:]
        for each in in_expression(written, self._asked.column, self._asked.dialect):
            place = start + quoted + each.start
            if each.by_hand or each.unsure or self._asked.new is None:
                self.places.by_hand.append(place)
            else:
                self._piece(place, place + each.end - each.start, identifier(self._asked.new, self._asked.dialect))

    def _whole(self, scalar: Any) -> None:
        """A scalar that is the name and no more; its quotes stay."""
        self._words(scalar.start_mark.index, scalar.end_mark.index)

    def _words(self, start: int, end: int, by_hand: bool = False) -> None:
        for match in self._word.finditer(self._text, start, end):
            if by_hand or self._asked.new is None:
                self.places.by_hand.append(match.start())
            else:
                quoted = self._text[match.start() - 1 : match.start()] in ("'", '"', "`")
                self._piece(*match.span(), self._asked.new if quoted else _as_yaml(self._asked.new))

    def _piece(self, start: int, end: int, text: str) -> None:
        self.places.pieces.append(Piece(start, end, text))


def means(reference: str, tables: Collection[str]) -> bool:
    """Whether `ref('orders')`, `source('raw', 'orders')` or `ref('orders', v=2)` is one of the tables, which are in lower case."""
    if not re.search(r"\b(ref|source)\s*\(", reference):
        return False
    names, _, version = re.sub(r",\s*(v|version)\s*=", "=", reference).partition("=")
    literals = re.findall(r"['\"]([^'\"]*)['\"]", names)
    number = re.sub(r"[^\w.]", "", version)
    return bool(literals) and (literals[-1] + (f".v{number}" if number else "")).lower() in tables


def _as_yaml(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in (
        "true",
        "false",
        "yes",
        "no",
        "null",
        "on",
        "off",
        "y",
        "n",
    )
    return name if plain else "'" + name.replace("'", "''") + "'"


def _entry(root: Any, key: str, name: str) -> Any:
    return next((each for each in items(root, key) if getattr(get(each, "name"), "value", None) == name), None)


def _test_in(root: Any, node: Node) -> Any:
    """The entry of a data test in a properties file: under the right model and column, with the name and the arguments that dbt read."""
    metadata = node.details.get("test_metadata") or {}
    attached = str(node.details.get("attached_node") or "").split(".")
    found = [
        test
        for holders, test in _tests_below(root)
        if _name_of_test(test) == metadata.get("name")
        and (len(attached) < 3 or attached[2] in holders or attached[-1] in holders)
        and _column_of(holders) == str(node.details.get("column_name") or "").lower()
    ]
    wanted = {
        name: value for name, value in (metadata.get("kwargs") or {}).items() if name not in ("model", "column_name")
    }
    fitting = [each for each in found if _given(each) == _normal(wanted)]
    return next(iter(fitting or found), None)


def _column_of(holders: Sequence[str]) -> str:
    place = holders.index(">columns") if ">columns" in holders else -2
    return holders[place + 1].lower() if place >= 0 else ""


def _tests_below(node: Any, holders: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every test, with the names of what it stands under."""
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _tests_below(each, holders)
    elif isinstance(node, yaml.MappingNode):
        name = getattr(get(node, "name"), "value", None)
        below = (*holders, name) if isinstance(name, str) else holders
        for key, value in node.value:
            if key.value in ("data_tests", "tests") and isinstance(value, yaml.SequenceNode):
                yield from ((below, each) for each in value.value)
            elif key.value == "columns":
                yield from _tests_below(value, (*below, ">columns"))
            else:
                yield from _tests_below(value, below)


def _name_of_test(test: Any) -> str:
    if isinstance(test, yaml.ScalarNode):
        return str(test.value).rpartition(".")[2]
    named = get(test, "test_name")
    name = (
        named if named is not None else test.value[0][0] if isinstance(test, yaml.MappingNode) and test.value else None
    )
    return str(getattr(name, "value", "")).rpartition(".")[2]


def _arguments(test: Any) -> tuple[list[tuple[str, Any]], Any]:
    """The arguments of a test as they are written, and its config."""
    if not isinstance(test, yaml.MappingNode) or not test.value:
        return [], None
    body = test if get(test, "test_name") is not None else test.value[0][1]
    if not isinstance(body, yaml.MappingNode):
        return [], None
    inner = get(body, "arguments")
    pairs = [*body.value, *(inner.value if isinstance(inner, yaml.MappingNode) else ())]
    others = ("arguments", "config", "test_name")
    config = get(body, "config") or (body if get(body, "where") is not None else None)
    return [(key.value, value) for key, value in pairs if key.value not in (*others, "where")], config


def _given(test: Any) -> Any:
    loader = yaml.SafeLoader("")
    return _normal({name: loader.construct_object(value, deep=True) for name, value in _arguments(test)[0]})


def _normal(value: Any) -> Any:
    """Values as texts, without what dbt writes in another way."""
    if isinstance(value, dict):
        return {
            str(name): _normal(each)
            for name, each in value.items()
            if name not in ("name", "description", "severity", "tags", "meta")
        }
    if isinstance(value, (list, tuple)):
        return [_normal(each) for each in value]
    text = re.sub(r"\s+", " ", str(value)).strip().lower()
    return text.removeprefix("{{").removesuffix("}}").removeprefix(" get_where_subquery(").strip()
