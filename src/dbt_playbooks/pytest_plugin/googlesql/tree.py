"""What the analyzer says of a statement, as a tree of nodes: what each is, holds, and where it begins. Read from the message itself, which is fast."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any


class Node:
    """A resolved node: `kind` is GoogleSQL's name of it without `Resolved`, as `CreateTableStmt`."""

    __slots__ = ("kind", "message")

    def __init__(self, message: Any) -> None:
        self.message = message
        self.kind = message.DESCRIPTOR.name.removeprefix("Resolved").removesuffix("Proto")

    def value(self, name: str) -> Any:
        """A field that is no node: text, a number, a list of texts, or the analyzer's own message; None when it is not set."""
        holder, field = _holder(self.message, name)
        if field is None or (field.message_type is not None and not _many(field) and not holder.HasField(name)):
            return None
        return getattr(holder, name)

    def choice(self, name: str) -> str:
        """The name of one of several values."""
        holder, field = _holder(self.message, name)
        return "" if field is None else str(field.enum_type.values_by_number[getattr(holder, name)].name)

    def node(self, name: str) -> Node | None:
        found = self.value(name)
        return None if found is None else _unwrapped(found)

    def nodes(self, name: str) -> list[Node]:
        return [node for each in self.value(name) or () if (node := _unwrapped(each)) is not None]

    def children(self) -> Iterator[Node]:
        message: Any = self.message
        while message is not None:
            for name, many in _node_fields(message.DESCRIPTOR):
                if many:
                    for each in getattr(message, name):
                        if (node := _unwrapped(each)) is not None:
                            yield node
                elif message.HasField(name) and (node := _unwrapped(getattr(message, name))) is not None:
                    yield node
            message = message.parent if "parent" in message.DESCRIPTOR.fields_by_name else None

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def all(self, *kinds: str) -> Iterator[Node]:
        return (each for each in self.walk() if each.kind in kinds)

    @property
    def begins(self) -> int | None:
        """The byte of the statement at which the node, or what is first in it, begins."""
        place = self.value("parse_location_range")
        if place is not None:
            return int(place.start)
        return next((found for child in self.children() if (found := child.begins) is not None), None)

    @property
    def type(self) -> Any:
        """The type of an expression, a column or a definition."""
        return self.value("type")

    @property
    def function(self) -> str:
        """The name of the function that is called, in lower case; empty for one that the script made."""
        found = self.value("function")
        group, _, name = ("", "", "") if found is None else found.name.partition(":")
        return str(name).lower() if group == "ZetaSQL" else ""


def type_text(found: Any) -> str:
    """A type as BigQuery writes it in messages."""
    from zetasql.wasi._pb2.zetasql.public import type_pb2

    kind = str(type_pb2.TypeKind.Name(found.type_kind)).removeprefix("TYPE_")
    if kind == "ARRAY":
        return f"ARRAY<{type_text(found.array_type.element_type)}>"
    if kind == "RANGE":
        return f"RANGE<{type_text(found.range_type.element_type)}>"
    if kind == "STRUCT":
        fields = (f"{each.field_name} {type_text(each.field_type)}".strip() for each in found.struct_type.field)
        return f"STRUCT<{', '.join(fields)}>"
    return {"DOUBLE": "FLOAT64", "FLOAT": "FLOAT32"}.get(kind, kind)


def kind_of(found: Any) -> str:
    """Only the outermost: `ARRAY`, `STRUCT`, `INT64`."""
    return type_text(found).partition("<")[0]


def inner_types(found: Any) -> Iterator[Any]:
    """The type and all types in it."""
    yield found
    if found.HasField("array_type"):
        yield from inner_types(found.array_type.element_type)
    for field in found.struct_type.field if found.HasField("struct_type") else ():
        yield from inner_types(field.field_type)


def _many(field: Any) -> bool:
    return bool(field.is_repeated)


def _holder(message: Any, name: str) -> tuple[Any, Any]:
    """The message that has the field: what a kind of node shares with others is in its `parent`."""
    while True:
        field = message.DESCRIPTOR.fields_by_name.get(name)
        if field is not None or "parent" not in message.DESCRIPTOR.fields_by_name:
            return message, field
        message = message.parent


def _unwrapped(message: Any) -> Node | None:
    while "node" in message.DESCRIPTOR.oneofs_by_name:
        chosen = message.WhichOneof("node")
        if chosen is None:
            return None
        message = getattr(message, chosen)
    return Node(message)


@cache
def _node_fields(descriptor: Any) -> list[tuple[str, bool]]:
    return [
        (field.name, _many(field))
        for field in descriptor.fields
        if field.message_type is not None
        and field.name != "parent"
        and field.message_type.name.removeprefix("Any").startswith("Resolved")
        and field.message_type.name != "ResolvedColumnProto"
    ]
