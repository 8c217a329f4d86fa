"""A small shop as a dbt project on a BigQuery emulator: sixty days of events, one model a strategy. The command runs as users run it,
in a process of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import command
import pytest
from command import Command, Said

from .server import PROJECT, Emulator

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "not-to-be-told"

FIRST, LAST, DAYS = "2024-01-11", "2024-03-10", 60
RANGE = ("--start", FIRST, "--end", LAST)
MONTHS = ["2024-01-11", "2024-02-01", "2024-03-01"]

MERGED = """
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key='id',
    partition_by={'field': 'day', 'data_type': 'date'}
) }}
"""
FILTERED = "select * from {{ source('raw', 'events') }} where {{ dbt_playbooks.backfill_filter('day') }}\n"
MODELS = {
    "merged": MERGED + FILTERED,
    "overwritten": """
{{ config(
    materialized='incremental', incremental_strategy='insert_overwrite',
    partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day', 'copy_partitions': true}
) }}
select * from {{ source('raw', 'events') }}
where {{ dbt_playbooks.backfill_filter('happened_at', 'timestamp') }}
""",
    "batched": """
{{ config(
    materialized='incremental', incremental_strategy='microbatch', event_time='happened_at',
    batch_size='day', begin='2024-01-11',
    partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'}
) }}
select * from {{ source('raw', 'events') }}
""",
}


def each_model() -> list[Any]:
    """MODELS as parameters of a test. microbatch, which is dbt's own loop around what the others do, runs on demand."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name == "batched" else []) for name in MODELS]


def why_not() -> str | None:
    """Why these tests cannot run here, and how to turn them on."""
    wanted = ("bqemulator", "duckdb_extension_spatial", "dbt.adapters.bigquery")
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return (
        f"{', '.join(missing)} cannot be imported, so there is no BigQuery server here. It needs Python 3.11 or later: "
        "pip install 'dbt-playbooks[bigquery,emulator]' in one, or run scripts/test there."
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_not()
    if reason:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


class Shop:
    """A dbt project in a folder of its own, with a dataset of its own."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder
        self.emulator = emulator
        self.dataset = f"shop_{uuid.uuid4().hex[:8]}"
        self._started: list[Command] = []
        self.connect(emulator.endpoint)
        self.write("models/raw.yml", _SOURCES.replace("DATASET", self.dataset))

    def connect(self, endpoint: str) -> None:
        """Let what starts from now on reach the server there."""
        profile = {
            "type": "bigquery",
            "method": "oauth-secrets",
            "token": TOKEN,
            "project": PROJECT,
            "schema": self.dataset,
            "threads": 1,
            "api_endpoint": endpoint,
            "job_retries": 0,
            "job_execution_timeout_seconds": 60,
        }
        # JSON is YAML
        self.write("profiles.yml", json.dumps({"shop": {"target": "dev", "outputs": {"dev": profile}}}))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def model(self, name: str, sql: str | None = None) -> None:
        self.write(f"models/{name}.sql", sql or MODELS[name])

    def load(self) -> None:
        """The source: three events a day, one of them in its last microsecond."""
        self.emulator.client.create_dataset(self.dataset, timeout=60)
        self.sql(_EVENTS)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement outside of dbt; `{events}` is the table of that name in the test's dataset."""
        return self.emulator.sql(
            re.sub(r"\{(\w+)\}", lambda found: f"`{PROJECT}`.`{self.dataset}`.`{found[1]}`", statement)
        )

    def rows(self, table: str, where: str = "true") -> Counter[tuple[Any, ...]]:
        """Rows as a multiset."""
        return Counter(self.sql(f"select id, day, happened_at, amount, note from {{{table}}} where {where}"))

    def checkpoints(self, columns: str = "cast(date_processed as string), status") -> list[tuple[Any, ...]]:
        return self.sql(f"select {columns} from {{backfill_checkpoints}} order by backfill_id, date_processed")

    def dbt(self, *words: str) -> None:
        """`dbt ...` in the project's folder; it must succeed."""
        run_dbt(self.folder, *words)

    def start(self, *words: str, **environment: str) -> Command:
        """`dbt-playbooks ...` in the project's folder, left going."""
        output = self.folder / f"output{len(self._started)}"
        self._started.append(Command(words, self.folder, output, environment))
        return self._started[-1]

    def start_run(self, *words: str, **environment: str) -> Command:
        return self.start("backfill", "run", *words, "--json", **environment)

    def run(self, *words: str, **environment: str) -> Said:
        return self.start("backfill", "run", *words, **environment).said()

    def status(self, *words: str) -> Any:
        said = self.start("backfill", "status", *words, "--json").said()
        assert said.code == 0, said.err
        return json.loads(said.out)

    def end(self) -> None:
        for started in self._started:
            started.kill()


_SOURCES = """
sources:
  - name: raw
    database: PROJECT
    schema: DATASET
    tables:
      - name: events
        config: {event_time: happened_at}
""".replace("PROJECT", PROJECT)

_EVENTS = f"""
create table {{events}} as
select
  date_diff(day, date '{FIRST}', day) * 3 + n as id,
  day,
  case n when 2 then timestamp_add(timestamp(day), interval 86399999999 microsecond)
         else timestamp_add(timestamp(day), interval 7 * n hour) end as happened_at,
  n * 10 as amount,
  case n when 0 then null when 1 then "it's" else concat('größer ', cast(day as string)) end as note
from unnest(generate_date_array('{FIRST}', '{LAST}')) as day, unnest([0, 1, 2]) as n
"""


def run_dbt(folder: Path, *words: str, **environment: str) -> None:
    """`dbt ...` as a process of its own; it must succeed."""
    said = command.dbt(folder, *words, **environment)
    assert said.code == 0, f"dbt {' '.join(words)}\n{said.out}"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One server for all tests."""
    server = Emulator(tmp_path_factory.mktemp("emulator"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed our package as users do, to copy."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n")
    (folder / "packages.yml").write_text(json.dumps({"packages": [{"local": str(ROOT)}]}))
    (folder / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: bigquery, method: oauth, project: p, schema: s}}}"
    )
    run_dbt(folder, "deps")
    return folder


@pytest.fixture
def make_shop(template: Path, tmp_path: Path) -> Iterator[Callable[[Emulator], Shop]]:
    """A shop on a given server."""
    shops: list[Shop] = []

    def make(server: Emulator) -> Shop:
        folder = tmp_path / f"shop{len(shops)}"
        shutil.copytree(template, folder, symlinks=True)
        shops.append(Shop(folder, server))
        shops[-1].load()
        return shops[-1]

    yield make
    for shop in shops:
        shop.end()


@pytest.fixture
def shop(make_shop: Callable[[Emulator], Shop], emulator: Emulator) -> Iterator[Shop]:
    """A shop on the server of all tests."""
    shop = make_shop(emulator)
    yield shop
    shop.end()
    with contextlib.suppress(Exception):
        emulator.client.delete_dataset(shop.dataset, delete_contents=True, timeout=60)
