"""The project of integration_tests/, as a user would have it: built, tested and backfilled on the emulator."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command import Command

from .conftest import ROOT, run_dbt
from .server import Emulator

PROJECT, DATASET = "integration-tests", "dbt_playbooks_integration_tests"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "integration_tests"
    ignored = shutil.ignore_patterns("target", "dbt_packages", "logs")
    shutil.copytree(ROOT / "integration_tests", copied, ignore=ignored)
    (copied / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    return copied


@pytest.fixture
def rows(emulator: Emulator) -> Iterator[Callable[[str], Counter[tuple[Any, ...]]]]:
    """The rows of a query, as a multiset; names of tables stand in braces."""
    dataset = f"{PROJECT}.{DATASET}"
    yield lambda sql: Counter(emulator.sql(sql.replace("{", f"`{dataset}.").replace("}", "`")))
    emulator.client.delete_dataset(dataset, delete_contents=True, not_found_ok=True, timeout=60)


@pytest.mark.slow
def test_the_project_builds_and_its_backfill_goes_on_from_there(
    emulator: Emulator, folder: Path, rows: Callable[[str], Counter[tuple[Any, ...]]]
) -> None:
    here = {"DBT_PLAYBOOKS_EMULATOR": emulator.endpoint, "DBT_PROFILES_DIR": str(folder)}
    target = ("--target", "emulator")
    run_dbt(folder, "deps", **here)
    run_dbt(folder, "build", *target, **here)
    assert rows("select count(*) from {stg_events}") == rows("select count(*) from {raw_events}") != Counter([(0,)])
    assert rows("select count(*) from {backfill_progress}") == Counter([(0,)])

    rows("update {raw_events} set amount = amount + 1 where event_date between '2024-01-10' and '2024-01-12'")
    rows("delete from {raw_events} where event_date = '2024-01-20'")
    words = ("backfill", "run", "stg_events", "events_daily", *target, "--profiles-dir", ".")
    window = ("--start", "2024-01-08", "--end", "2024-01-21", "--chunk", "week")
    said = Command([*words, *window], folder, folder / "output", here).said()
    assert said.code == 0, said.err
    columns = "event_id, event_date, kind, amount"
    assert rows(f"select {columns} from {{stg_events}}") == rows(f"select {columns} from {{raw_events}}")
    by_day = "select event_date, count(*), sum(amount) from {raw_events} group by event_date"
    assert rows("select event_date, events, amount from {events_daily}") == rows(by_day)
    assert "1 day without rows: 2024-01-20" in said.err
    assert rows("select status, chunks from {backfill_progress}") == Counter([("completed", 2)])
    # the test fails, as it should, on the day that is gone
    run_dbt(folder, "test", *target, "--exclude", "dbt_playbooks_no_missing_dates_stg_events_event_date", **here)
