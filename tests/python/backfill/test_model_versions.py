"""Models with versions: each is a backfill of its own, under the name that dbt selects it by."""

from __future__ import annotations

import pytest
from shop import FILTERED, MERGE, RANGE, STRATEGIES, Shop

EVENTS = """
models:
  - name: events
    latest_version: 2
    versions: [{v: 1}, {v: 2, config: {tags: ["{{ var('dbt_playbooks_start_date', 'none') }}"]}}]
"""


@pytest.fixture
def versions(shop: Shop) -> Shop:
    shop.model("events_v1", STRATEGIES["merge"])
    shop.model("events_v2", STRATEGIES["delete+insert"])
    shop.write(
        "models/events.yml", EVENTS.replace(", config: {tags: [\"{{ var('dbt_playbooks_start_date', 'none') }}\"]}", "")
    )
    return shop


def test_each_version_is_a_backfill_of_its_own(versions: Shop) -> None:
    for version in ("events.v1", "events.v2"):
        said = versions.run(version, *RANGE)
        assert said.code == 0, said.err
        assert f"backfill '{version}_2024-01-01_2024-03-31_month': 273 rows in " in said.err
        assert f"{version}: 273 rows from 2024-01-01 to 2024-03-31" in said.err
    assert versions.sql("select distinct model from backfill_checkpoints order by 1") == [
        ("events.v1",),
        ("events.v2",),
    ]
    assert "events.v2, 2024-01-01 to 2024-03-31 by month" in versions.playbooks("backfill", "status").out


def test_both_versions_at_once_are_told_apart(versions: Shop) -> None:
    said = versions.run("events", *RANGE)
    assert said.code == 0, said.err
    assert "backfill 'events.v1,events.v2_2024-01-01_2024-03-31_month'" in said.err
    assert "events.v1: 273 rows" in said.err
    assert "events.v2: 273 rows" in said.err


def test_a_version_can_be_compared_to_another_by_its_name(versions: Shop) -> None:
    assert versions.run("events.v1", *RANGE).code == 0
    said = versions.run("events.v2", *RANGE, "--compare-to", "events.v1")
    assert said.code == 0, said.err
    assert "compared to events.v1 by chunk: no difference." in said.err


def test_commands_that_are_printed_select_the_version(versions: Shop) -> None:
    versions.model("events_v2", "{{ config(materialized='table') }}\n" + FILTERED)
    said = versions.run("events.v2", *RANGE)
    assert said.code == 2
    assert "events.v2 (models/events_v2.sql): it is materialized as table" in said.err
    assert "dbt run --select events.v2." in said.err


def test_readers_of_a_version_are_rebuilt_by_a_command_that_selects_it(versions: Shop) -> None:
    versions.model("daily", "{{ config(materialized='table') }}\nselect * from {{ ref('events', v=1) }}")
    (plan,) = versions.playbooks("backfill", "plan", "events.v1", *RANGE, "--json").events
    assert any("dbt run --select events.v1+" in warning for warning in plan["warnings"])


def test_a_name_that_is_misspelt_is_answered_with_versions(versions: Shop) -> None:
    said = versions.run("event", *RANGE)
    assert said.code == 2
    assert {"events.v1", "events.v2"} == set(said.err.split("Did you mean: ")[1].splitlines()[0].split(", "))


def test_vars_of_the_window_in_the_config_of_a_version_are_found(versions: Shop) -> None:
    versions.write("models/events.yml", EVENTS)
    versions.model("events_v1", MERGE + FILTERED)
    assert versions.playbooks("backfill", "plan", "events.v1", *RANGE).code == 0
    said = versions.run("events.v2", *RANGE)
    assert said.code == 2
    assert "the window's vars decide its tags" in said.err
