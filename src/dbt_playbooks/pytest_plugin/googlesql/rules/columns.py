"""Rules of the columns that a table or view holds: their names, types, defaults and keys (data-definition-language, schemas, default-values)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.rules.options import faults as option_faults
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, inner_types, kind_of, type_text

_RESERVED = (
    "_table_", "_file_", "_partition", "_row_timestamp", "__root__", "_colidentifier", "_change_sequence_number", "_change_type",
    "_change_timestamp",
)  # fmt: skip
_FORBIDDEN = re.compile(r'[!"$()*,./;?@\[\\\]^`{}~]')
_LONGEST_NAME = 300
_DEFAULTS = {
    "current_date", "current_datetime", "current_time", "current_timestamp", "generate_uuid", "rand", "session_user", "st_geogpoint",
}  # fmt: skip
KEY_TYPES = {"BIGNUMERIC", "BOOL", "BYTES", "DATE", "DATETIME", "INT64", "NUMERIC", "STRING", "TIMESTAMP"}
_WORDS = {"PrimaryKey": "primary", "ForeignKey": "references"}
MOST_KEY_COLUMNS = 16
MOST_FOREIGN_KEYS = 64


def stored_columns(judged: Judged) -> Iterator[Fault]:
    """The columns of a query that a table or view will hold."""
    columns = judged.statement.nodes("output_column_list")
    yield from stored((each.value("name"), each.value("column").type) for each in columns)


def stored(columns: Iterable[tuple[str, Any]], node: Node | None = None) -> Iterator[Fault]:
    listed = list(columns)
    for name in duplicates(name for name, _ in listed):
        yield Fault(f"Duplicate column names in the result are not supported. Found duplicate(s): {name}", node, name)
    for name, column_type in listed:
        yield from named(name, node)
        yield from fields(name, column_type, node)


def named(name: str, node: Node | None = None) -> Iterator[Fault]:
    """The name of a column or field."""
    reserved = next((each for each in _RESERVED if name.lower().startswith(each)), None)
    if reserved is not None:
        yield Fault(
            f'Invalid field name "{name}". Field names are not allowed to start with the (case-insensitive) prefixes {reserved.upper()}',
            node,
            name,
        )
    found = _FORBIDDEN.search(name)
    if found is not None:
        yield Fault(
            f'Invalid field name "{name}". The character {found[0]} is not allowed in the name of a field', node, name
        )
    if len(name) > _LONGEST_NAME:
        yield Fault(f'Invalid field name "{name}". Fields must be at most {_LONGEST_NAME} characters long', node, name)


def fields(name: str, column_type: Any, node: Node | None = None) -> Iterator[Fault]:
    """The fields of a column's type."""
    for each in inner_types(column_type):
        if each.HasField("struct_type"):
            names = [field.field_name for field in each.struct_type.field if field.field_name]
            for field in duplicates(names):
                yield Fault(
                    f"Duplicate field name {field} in the type of column {name}: {type_text(column_type)}", node, name
                )
            for field in names:
                yield from named(field, node)


def definition(column: Node, *, is_added: bool = False, is_written: bool = True) -> Iterator[Fault]:
    """The definition of a column, of a new table or to be added to one; `is_written` says that it is not that of a query."""
    name, annotations = str(column.value("name")), column.node("annotations")
    yield from named(name, column)
    yield from fields(name, column.type, column)
    structs = [each.struct_type for each in inner_types(column.type) if each.HasField("struct_type")]
    if is_written and any(not field.field_name for each in structs for field in each.field):
        yield Fault(f"A field of column {name} has no name: {type_text(column.type)}", column, name)
    if column.value("is_hidden"):
        yield Fault(f"Column {name} cannot be HIDDEN: BigQuery has no hidden columns", column, name)
    if annotations is not None:
        yield from _annotated(name, column.type, annotations, column)
        if is_added and annotations.value("not_null"):
            yield Fault(f"Cannot add required fields to an existing schema. (field: {name})", column, name)
    default = column.node("default_value")
    if default is not None:
        if is_added:
            said = "add it without one, then ALTER COLUMN ... SET DEFAULT"
            yield Fault(f"Cannot add column {name} with a default value to an existing table: {said}", column)
        yield from default_value(name, column.type, default)
        if annotations is not None and annotations.value("not_null") and is_null(default.node("expression")):
            yield Fault(f"The default value of the NOT NULL column {name} cannot be NULL", default)
    yield from _generated(name, column)


def default_value(name: str, column_type: Any, default: Node) -> Iterator[Fault]:
    value = default.node("expression")
    if value is None:
        return
    for call in value.all("FunctionCall"):
        if call.function not in _DEFAULTS and not _is_constant(call):
            said = f"The default value of column {name} must be a literal or one of the functions {', '.join(sorted(_DEFAULTS)).upper()}"
            yield Fault(said, value)
            return
    if kind_of(column_type) == "ARRAY" and is_null(value):
        yield Fault(f"The default value of the array column {name} cannot be NULL", value)


def is_null(value: Node | None) -> bool:
    literal = None if value is None or value.kind != "Literal" else value.value("value")
    return literal is not None and literal.value.WhichOneof("value") is None


def primary_key(names: list[str], types: dict[str, Any], key: Node) -> Iterator[Fault]:
    """`types` are those of the table's columns by name in lower case, as far as they are known."""
    if not key.value("unenforced"):
        yield Fault("Enforcing primary keys is not supported: add NOT ENFORCED", key, _WORDS[key.kind])
    if key.value("constraint_name"):
        yield Fault("Primary keys cannot be named: leave out CONSTRAINT and its name", key, "constraint")
    if len(names) > MOST_KEY_COLUMNS:
        yield Fault(f"Primary keys cannot have more than {MOST_KEY_COLUMNS} columns, this one has {len(names)}", key)
    yield from _key_types("Primary key", names, types, key)


def foreign_key(names: list[str], types: dict[str, Any], key: Node) -> Iterator[Fault]:
    if key.value("enforced"):
        yield Fault("Enforcing foreign keys is not supported: add NOT ENFORCED", key, _WORDS[key.kind])
    yield from _key_types("Foreign key", names, types, key)
    for said in ("update_action", "delete_action"):
        if key.choice(said) not in ("", "NO_ACTION"):
            yield Fault(f"Foreign keys take no ON {said.partition('_')[0].upper()}", key)


def _key_types(what: str, names: list[str], types: dict[str, Any], key: Node) -> Iterator[Fault]:
    for name in names:
        found = types.get(name.lower())
        if found is not None and kind_of(found) not in KEY_TYPES:
            yield Fault(f"{what} column {name} cannot be of type {type_text(found)}", key, name)


def _annotated(name: str, column_type: Any, annotations: Node, node: Node) -> Iterator[Fault]:
    """NOT NULL, COLLATE and OPTIONS of a column, and of the fields in it."""
    if annotations.value("not_null") and kind_of(column_type) == "ARRAY":
        yield Fault(f"NOT NULL constraint is not supported for ARRAY column {name}", node, name)
    yield from collation(annotations.node("collation_name"))
    yield from option_faults("column", annotations.nodes("option_list"))
    children = annotations.nodes("child_list")
    if column_type.HasField("array_type"):
        for child in children:
            # an element of an array may be NOT NULL, and never is NULL
            yield from _annotated(name, column_type.array_type.element_type, child, node)
    for field, child in zip(
        column_type.struct_type.field if column_type.HasField("struct_type") else (), children, strict=False
    ):
        yield from _annotated(f"{name}.{field.field_name}", field.field_type, child, node)


def collation(name: Node | None) -> Iterator[Fault]:
    value = None if name is None or name.kind != "Literal" else name.value("value")
    if value is not None and value.value.string_value not in ("", "und:ci"):
        yield Fault(f"COLLATE has invalid collation '{value.value.string_value}': BigQuery has 'und:ci' and ''", name)


def _generated(name: str, column: Node) -> Iterator[Fault]:
    generated = column.node("generated_column_info")
    if generated is None:
        return
    # the one function that is allowed is unknown to the analyzer, which has then said so
    yield Fault(f"The generation expression of column {name} must be a call of AI.EMBED: no other is supported", column)


def _is_constant(call: Node) -> bool:
    # an array, a struct or a negative number is written as a call
    return call.function in ("$make_array", "$unary_minus")
