"""A year of flights as a dbt project on DuckDB, and what its models say in each phase of four changes.

`carrier` gets another name, `flight` another type, and so does `dep_time`, which is 'NA' where a flight was cancelled; `hour` goes, and in the end the
table is another one.
"""

from __future__ import annotations

import json
from pathlib import Path

from shop import ROOT

DAYS = 365
FLIGHTS = 336_776
CANCELLED = 8_255
FAR = "2999-01-01"

_RAW = """
{{ config(materialized='table') }}
select * from read_csv('flights.csv', all_varchar = true)
"""
_STAGING = """
select
  make_date(cast(year as integer), cast(month as integer), cast(day as integer)) as flight_date,
  CHANGED,
  nullif(tailnum, 'NA') as tailnum,
  origin, dest,
  try_cast(dep_delay as double) as dep_delay
from {{ ref('raw_flights') }}
"""
_TABLE = "{{ config(materialized='table') }}\n"
_BEFORE = "carrier, flight, dep_time, hour"
_BOTH = f"""
  {{{{ dbt_playbooks.renamed_column('carrier', 'airline', phase='both', remove_after='{FAR}') }}}},
  {{{{ dbt_playbooks.retyped_column('flight', 'integer', phase='both', remove_after='{FAR}') }}}},
  {{{{ dbt_playbooks.retyped_column('dep_time', 'integer', phase='both', remove_after='{FAR}') }}}},
  {{{{ dbt_playbooks.deprecated_column('hour', 'varchar', remove_after='{FAR}') }}}},
  {{{{ dbt_playbooks.added_column("nullif(dep_time, 'NA')", 'departed_at', 'cancelled') }}}}"""
_AFTER = """
  {{ dbt_playbooks.renamed_column('carrier', 'airline', phase='new') }},
  {{ dbt_playbooks.retyped_column('flight', 'integer', phase='new') }},
  {{ dbt_playbooks.retyped_column('dep_time', 'integer', phase='new') }},
  {{ dbt_playbooks.added_column("nullif(dep_time, 'NA')", 'departed_at', 'cancelled') }}"""
_REPLACING = """{{ config(
  materialized='incremental', incremental_strategy='delete+insert', unique_key='flight_date',
  meta={'dbt_playbooks_replaces': 'stg_flights'}
) }}
"""
_REPLACED = _REPLACING.replace("meta={'dbt_playbooks_replaces': 'stg_flights'}", "meta={}")
_WINDOW = "where {{ dbt_playbooks.backfill_filter('flight_date') }}\n"
# the column of the window is made in the model, so the filter stands outside of it
_INCREMENTAL = "select * from (\n" + _STAGING.strip() + "\n) as flights\n" + _WINDOW

_BY_CARRIER = "select {airline}, flight_date, count(*) as flights, avg(dep_delay) as delay from {{{{ ref('stg_flights') }}}} group by 1, 2"
_NUMBERS = "select distinct {airline} as who, {flight} as number from {{{{ ref('stg_flights') }}}}"
_REPORT = "{{ config(materialized='view') }} select * from {{ ref('stg_flights') }}"


def _yaml(model_tests: list[object], columns: list[object]) -> str:
    """JSON is YAML."""
    dates = {
        "name": "flight_date",
        "data_tests": [
            "not_null",
            {"dbt_playbooks.no_missing_dates": {"arguments": {"start_date": "2013-01-01", "end_date": "2013-12-31"}}},
        ],
    }
    models: list[object] = [
        {"name": "stg_flights", "data_tests": model_tests, "columns": [dates, *columns]},
        {"name": "by_carrier", "columns": [{"name": "flights", "data_tests": ["not_null"]}]},
        {
            "name": "numbers",
            "columns": [{"name": "who", "data_tests": ["not_null"]}, {"name": "number", "data_tests": ["not_null"]}],
        },
    ]
    exposure = {
        "name": "delays_dashboard", "type": "dashboard", "depends_on": ["ref('by_carrier')"],
        "owner": {"name": "Ada", "email": "ada@example.com"},
    }  # fmt: skip
    return json.dumps({"models": models, "exposures": [exposure]})


_EQUAL: object = {"dbt_playbooks.columns_equal": {"arguments": {"a": "carrier", "b": "airline"}}}


def _casts(column: str, max_rate: float) -> object:
    limits = {"to": "integer", "max_rate": max_rate, "max_lossy_rate": 0, "max_respelled_rate": 0}
    return {"name": column, "data_tests": [{"dbt_playbooks.cast_failure_rate_below": {"arguments": limits}}]}


def _staging(changed: str) -> str:
    return _TABLE + _STAGING.replace("CHANGED", changed)


def _readers(airline: str, flight: str) -> dict[str, str]:
    return {
        "models/by_carrier.sql": _TABLE + _BY_CARRIER.format(airline=airline),
        "models/numbers.sql": _TABLE + _NUMBERS.format(airline=airline, flight=flight),
        "models/report.sql": _REPORT,
    }


START = {
    "models/raw_flights.sql": _RAW,
    "models/stg_flights.sql": _staging(_BEFORE),
    "models/_models.yml": _yaml([], []),
    **_readers("carrier", "flight"),
}
# each phase is what is written over the one before; None takes a file away
PHASES: dict[str, dict[str, str | None]] = {
    "both names, both types": {
        "models/stg_flights.sql": _staging(_BOTH),
        "models/_models.yml": _yaml([_EQUAL], [_casts("flight", 0.001), _casts("dep_time", 0.03)]),
    },
    "readers move": dict(_readers("airline", "flight_int")),
    "the old ones go": {"models/stg_flights.sql": _staging(_AFTER), "models/_models.yml": _yaml([], [])},
}
REPLACING: dict[str, str | None] = {"models/stg_flights_v2.sql": _REPLACING + _INCREMENTAL.replace("CHANGED", _AFTER)}
REPLACED: dict[str, str | None] = {
    "models/stg_flights.sql": _REPLACED + _INCREMENTAL.replace("CHANGED", _AFTER),
    "models/stg_flights_v2.sql": None,
}


def write(folder: Path, files: dict[str, str | None] | dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)


def make_project(folder: Path) -> None:
    """The project as it was before the changes; flights.csv is in its folder already."""
    write(folder, {
        "dbt_project.yml": "name: flights\nversion: '1.0'\nprofile: flights\n",
        "profiles.yml": "flights: {target: dev, outputs: {dev: {type: duckdb, path: flights.duckdb, threads: 1}}}\n",
        "packages.yml": json.dumps({"packages": [{"local": str(ROOT)}]}),
        **START,
    })  # fmt: skip
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "dbt_playbooks").symlink_to(ROOT)
