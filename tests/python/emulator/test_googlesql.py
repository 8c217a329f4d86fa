"""Every statement that a backfill sends, read by GoogleSQL's own analyzer: the emulator runs some things that BigQuery would refuse."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL
from dbt_playbooks.pytest_plugin.targets import TARGETS

from .conftest import MODELS, PROJECT, RANGE, Shop
from .proxy import Proxy

# As dbt finds them in the warehouse once they are made.
EVENTS = {"id": "int64", "day": "date", "happened_at": "timestamp", "amount": "int64", "note": "string"}
LOG = {
    **dict.fromkeys(["backfill_id", "model", "status", "error_message", "invocation_id"], "string"),
    **dict.fromkeys(["date_processed", "chunk_end"], "date"),
    **dict.fromkeys(["attempt", "rows_processed", "bytes_processed"], "int64"),
    "duration_seconds": "double",
    "processed_at": "timestamp",
}
RUNS = {
    **dict.fromkeys(["backfill_id", "invocation_id", "event", "shard", "host", "process_started_at"], "string"),
    **dict.fromkeys(["started_by", "model", "chunk", "relations", "vars_digest", "code_digest", "accepted"], "string"),
    **dict.fromkeys(["start_date", "end_date"], "date"),
    **dict.fromkeys(["process_id", "chunks", "generation"], "int64"),
    "recorded_at": "timestamp",
}


why_not = TARGETS["bigquery"].why_not()


@pytest.mark.skipif(why_not is not None, reason=str(why_not))
def test_every_statement_of_a_backfill_is_googlesql(shop: Shop) -> None:
    for model in MODELS:
        shop.model(model)
    proxy = Proxy(shop.emulator.port)
    try:
        shop.connect(proxy.endpoint)
        said = shop.run(
            *MODELS, *RANGE, "--chunk", "month", "--max-bytes", "0", "--compare-to", f"{shop.dataset}.events"
        )
    finally:
        proxy.close()
    assert said.code == 0, said.err

    known = {"events": EVENTS, "backfill_log": LOG, "backfill_checkpoints": LOG, "backfill_runs": RUNS}
    tables = {
        (PROJECT, shop.dataset, name): as_columns(columns)
        for name, columns in {**known, **dict.fromkeys(MODELS, EVENTS)}.items()
    }
    googlesql = GoogleSQL()
    kinds: Counter[str] = Counter()
    analyzed: dict[str, str] = {}
    for statement in proxy.statements:
        # statements that differ in their values only are one
        shape = re.sub(r"'[^']*'|\b\d+(\.\d+)?\b|/\*.*?\*/", "", statement)
        if shape not in analyzed:
            [analyzed[shape]] = [each.kind for each in googlesql.analyze(statement, tables)]
        kinds[analyzed[shape]] += 1
    # of each model the first chunk makes the table, two replace their window; a chunk begins and ends, the run claims and lets go
    assert kinds["ResolvedCreateTableAsSelectStmt"] == len(MODELS)
    assert kinds["ResolvedMergeStmt"] == 2 * len(MODELS)
    assert kinds["ResolvedInsertStmt"] == 3 * 2 + 2
    assert kinds["ResolvedCreateTableStmt"] == 2
    assert kinds["ResolvedCreateViewStmt"] == 1
    assert kinds["ResolvedQueryStmt"] > 0
