"""Talks to GoogleSQL's WebAssembly without what its Python client wastes: time, never an answer."""

from __future__ import annotations

import copy
import ctypes
from typing import Any


def copy_whole_messages(client: Any) -> None:
    """Let the client copy a message into the module's memory and out of it in one piece; it copies byte by byte, most of a call's time."""
    memory = client.memory

    def place(ptr: int) -> Any:
        # asked for each time: the memory moves when it grows
        return ctypes.byref(memory.data_ptr().contents, ptr)

    def write_bytes(ptr: int, data: bytes) -> None:
        ctypes.memmove(place(ptr), data, len(data))

    def read_bytes(ptr: int, size: int) -> bytes:
        return ctypes.string_at(place(ptr), size)

    client.write_bytes, client.read_bytes = write_bytes, read_bytes


def analyze(client: Any, sql: str, options: Any, catalog: int) -> Any:
    """The analyzer's message about a statement, for `model`. `options` is a message too: making it takes longer than sending it."""
    from zetasql.core.local_service import local_service_pb2

    request = local_service_pb2.AnalyzeRequest(options=options, sql_statement=sql, registered_catalog_id=catalog)
    response = client.call_grpc_func("ZetaSqlLocalService_Analyze", request, local_service_pb2.AnalyzeResponse)
    found = response.resolved_statement
    while "node" in found.DESCRIPTOR.oneofs_by_name:
        found = getattr(found, found.WhichOneof("node"))
    return found


def model(message: Any, whole: bool = True) -> Any:
    """A message as the client's Python object; of a query not `whole` only what comes out of it, which is known ten times faster."""
    from zetasql.types.proto_model.proto_model import parse_proto

    if not whole and message.DESCRIPTOR.name == "ResolvedQueryStmtProto":
        message = copy.copy(message)
        message.ClearField("query")
    return parse_proto(message)
