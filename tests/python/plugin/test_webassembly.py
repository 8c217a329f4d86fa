"""Messages to GoogleSQL's WebAssembly are copied in one piece: they arrive as they were, however long, also after its memory has moved."""

import os

import pytest

pytest.importorskip("zetasql")

from zetasql.core.local_service import ZetaSqlLocalService
from zetasql.core.wasm_client import WasmClient

from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def analyzer() -> GoogleSQL:
    return GoogleSQL()


@pytest.mark.usefixtures("analyzer")
@pytest.mark.parametrize("size", [0, 1, 65_537])
def test_bytes_arrive_as_they_were(size: int) -> None:
    client = ZetaSqlLocalService.get_instance().wasm_client
    sent = os.urandom(size)
    place = client.allocate_bytes(size + 2)
    try:
        client.write_bytes(place, b"\x01" * (size + 2))
        client.write_bytes(place + 1, sent)
        # the client's own way of reading, byte by byte
        assert WasmClient.read_bytes(client, place, size + 2) == b"\x01" + sent + b"\x01"
        assert client.read_bytes(place, size + 2) == b"\x01" + sent + b"\x01"
    finally:
        client.free_bytes(place)


def test_a_statement_is_analyzed_before_and_after_one_for_which_the_memory_grows(analyzer: GoogleSQL) -> None:
    client = ZetaSqlLocalService.get_instance().wasm_client
    before = client.memory.data_len()
    long = "x" * (before + MEGABYTE)
    assert analyzer.analyze("select 1 as one", {})[0].columns == {"one": "int64"}
    assert analyzer.analyze(f"select '{long}' as text", {})[0].columns == {"text": "string"}
    assert client.memory.data_len() > before
    assert analyzer.analyze("select 'é' as text", {})[0].columns == {"text": "string"}
