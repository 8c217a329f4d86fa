"""A project that imports the dbt package parses without a warning on dbt Core, deprecations included, for each adapter that there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import dbt

QUIETLY = "--no-send-anonymous-usage-stats"
PROFILES = {
    "duckdb": {"type": "duckdb", "path": ":memory:"},
    "bigquery": {"type": "bigquery", "method": "oauth-secrets", "token": "none", "project": "shop", "schema": "shop"},
}
MODEL = """
{{ config(materialized='incremental', unique_key='id') }}
select 1 as id, cast('2024-01-01' as date) as event_date
where {{ dbt_playbooks.backfill_filter('event_date') }}
"""
TESTED = """
models:
  - name: events
    columns:
      - name: event_date
        data_tests:
          - dbt_playbooks.no_missing_dates:
              arguments: {start_date: 2024-01-01, end_date: 2024-01-01}
          - dbt_playbooks.fresh_within:
              arguments: {minutes: 90}
          - dbt_playbooks.volume_within:
              arguments: {max_change: 0.5}
          - dbt_playbooks.anomaly_rate_below:
              arguments: {max_rate: 0.05, condition: id < 0}
          - dbt_playbooks.null_rate_below:
              arguments: {max_rate: 0}
  - name: events_health
    data_tests:
      - dbt_playbooks.anomaly_rate_below:
          arguments: {max_rate: 0.05}
"""
# arguments that do not stand under `arguments`
DEPRECATED = "models: [{name: more, columns: [{name: id, data_tests: [{accepted_values: {values: [1]}}]}]}]"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture
def project(root: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A project of a user, with all of our models switched on."""
    adapter = request.param
    pytest.importorskip(f"dbt.adapters.{adapter}", reason=f"pip install 'dbt-playbooks[{adapter}]' turns this on")
    write(
        tmp_path,
        {
            "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nvars: {dbt_playbooks_models: true}\n",
            "packages.yml": json.dumps({"packages": [{"local": str(root)}]}),
            "profiles.yml": json.dumps({"shop": {"target": "dev", "outputs": {"dev": PROFILES[adapter]}}}),
            "models/events.sql": MODEL,
            "models/events.yml": TESTED,
            "models/events_health.sql": "{{ dbt_playbooks.monitoring_view(ref('events'), 'event_date', condition='id < 0') }}",
        },
    )
    installed = dbt(tmp_path, QUIETLY, "deps")
    assert installed.code == 0, installed.out
    return tmp_path


@pytest.mark.parametrize("project", PROFILES, indirect=True)
def test_a_project_with_the_package_parses_without_a_warning(project: Path) -> None:
    words = (QUIETLY, "--warn-error", "parse", "--show-all-deprecations", "--no-partial-parse")
    parsed = dbt(project, *words)
    assert parsed.code == 0, parsed.out
    # and a deprecation would have been an error
    write(project, {"models/more.sql": "select 1 as id", "models/more.yml": DEPRECATED})
    refused = dbt(project, *words)
    assert refused.code != 0
    assert "MissingArgumentsPropertyInGenericTestDeprecation" in refused.out
