"""Tables that BigQuery partitions by ingestion time. The project is a stand-in: neither DuckDB nor the emulator has them."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_playbooks.backfill.checks.columns import check_columns
from dbt_playbooks.backfill.checks.targets import Target, target_of
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Window

BY_INGESTION = {"partition_by": {"field": "day", "time_ingestion_partitioning": True}}


class NoTable:
    """A project whose model has no table yet."""

    def exists(self, _: Model) -> bool:
        return False


def _model(**config: Any) -> Model:
    return Model("model.shop.x", "x", "x.sql", "", "incremental", "merge", BY_INGESTION | config, "", "", ())


def test_the_window_is_cut_in_the_ingestion_time_because_the_field_is_not_kept() -> None:
    target = target_of(_model())
    assert target is not None
    assert target.column == "_PARTITIONTIME"


@pytest.mark.parametrize("column", ["_PARTITIONTIME", "event_date"])
def test_such_a_table_is_not_created_by_a_chunk(column: str) -> None:
    project: Any = NoTable()
    with pytest.raises(UsageError, match="Create it empty first: dbt run --select x --empty"):
        check_columns(project, [Target(_model(), column, "UTC")], Window("2024-01-01", "2024-01-01"))
