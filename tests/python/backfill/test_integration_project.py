"""The project of integration_tests/, as a user would have it: built, tested and backfilled."""

from __future__ import annotations

import shutil
from pathlib import Path

from shop import ROOT, Shop


def test_the_project_builds_and_its_backfill_goes_on_from_there(tmp_path: Path) -> None:
    folder = tmp_path / "integration_tests"
    ignored = shutil.ignore_patterns("target", "dbt_packages", "logs")
    shutil.copytree(ROOT / "integration_tests", folder, ignore=ignored)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    shop = Shop(folder, "integration_tests.duckdb")
    env = {"DBT_PLAYBOOKS_DUCKDB": str(shop.file), "DBT_PROFILES_DIR": str(folder)}

    shop.dbt("deps", env=env)
    shop.dbt("build", env=env)
    shop.sql("update raw_events set amount = amount + 1 where event_date between '2024-01-10' and '2024-01-12'")
    shop.sql("delete from raw_events where event_date = '2024-01-20'")
    said = shop.start(
        *("backfill", "run", "stg_events", "events_daily"),
        *("--start", "2024-01-08", "--end", "2024-01-21", "--chunk", "week", "--profiles-dir", "."),
        env=env,
    ).said()
    assert said.code == 0, said.err
    assert shop.difference("stg_events", source="raw_events") == []
    assert shop.sql("select sum(amount) from events_daily") == shop.sql("select sum(amount) from raw_events")
    assert "1 day without rows: 2024-01-20" in said.err
    # the test fails, as it should, on the day that is gone
    shop.dbt("build", "--exclude", "raw_events", "dbt_playbooks_no_missing_dates_stg_events_event_date", env=env)
