"""The SQL of a chunk that failed is kept and named, and its error keeps its lines."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shop import DELETE_INSERT, FILTERED, MICROBATCH, RANGE, STRATEGIES, Shop

from dbt_playbooks.backfill.kept_sql import KeptSql, file_name, shown
from dbt_playbooks.interface import Window
from dbt_playbooks.redact import Redactor

FAILING = "* replace (case when id = 310 then error('no amount') else note end as note)"
MODELS = {**STRATEGIES, "microbatch": MICROBATCH + "select * from {{ source('raw', 'events') }}"}


def _kept(shop: Shop) -> list[Path]:
    return sorted(shop.folder.glob("target/dbt_playbooks/backfill/*/*"))


@pytest.mark.parametrize("strategy", MODELS)
def test_the_sql_of_a_failed_chunk_is_kept_until_the_chunk_is_completed(shop: Shop, strategy: str) -> None:
    shop.model("events", MODELS[strategy].replace("*", FAILING))
    said = shop.run("events", *RANGE, "--chunk", "month", "--json")
    assert said.code == 1
    [path] = _kept(shop)
    assert path == shop.folder / "target/dbt_playbooks/backfill/events_2024-01-01_2024-03-31_month/2024-02-01.sql"
    assert "  SQL: target/dbt_playbooks/backfill/events_2024-01-01_2024-03-31_month/2024-02-01.sql" in said.err
    ended = [
        event for event in said.events if event["event"].startswith("chunk_") and event["event"] != "chunk_started"
    ]
    assert [event["sql_path"] for event in ended] == [None, str(path), None]
    # it is what failed: whole, and for its own window
    sql = path.read_text()
    assert "2024-02-01" in sql
    assert "2024-01-01" not in sql
    with pytest.raises(Exception, match="no amount"):
        shop.sql(sql)

    shop.model("events", MODELS[strategy])
    assert shop.run("events", *RANGE, "--chunk", "month").code == 0
    assert _kept(shop) == []


def test_the_report_holds_the_whole_error_and_the_line_of_a_chunk_its_headline(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "* replace (no_such as note)"))
    shop.sql("create table events as select * from raw.events where false")
    said = shop.run("events", *RANGE)
    # the check before anything runs says it, too
    assert said.code == 2

    shop.model("events", DELETE_INSERT + FILTERED.replace("*", FAILING.replace("no amount", "one\ntwo\n\n   three")))
    said = shop.run("events", *RANGE)
    assert said.code == 1
    line, report = said.err.split("failed: 2024-02-01 to 2024-02-29\n")
    assert "failed, attempt 1: Invalid Input Error: one two three\n" in line
    assert [each.strip() for each in report.splitlines()[:4]] == [
        "Runtime Error in model events (models/events.sql)", "Invalid Input Error: one", "two", "",
    ]  # fmt: skip


def test_of_several_models_the_file_is_of_the_one_that_failed(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model(
        "below", DELETE_INSERT + FILTERED.replace("*", FAILING).replace("source('raw', 'events')", "ref('events')")
    )
    said = shop.run("events", "below", *RANGE, "--id", "../both of them")
    assert said.code == 1
    [path] = _kept(shop)
    assert path.name == "2024-02-01_below.sql"
    assert path.parent.parent == shop.folder / "target/dbt_playbooks/backfill"
    assert "no amount" in path.read_text()


def test_a_chunk_whose_rows_lie_outside_of_its_window_has_its_sql_kept_too(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "* replace (event_date + 40 as event_date)"))
    said = shop.run("events", *RANGE)
    assert said.code == 1
    assert len(_kept(shop)) == 3


def test_a_folder_that_cannot_be_written_ends_no_run(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", FAILING))
    shop.write("target/dbt_playbooks/backfill", "in the way")
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 1
    assert [event["sql_path"] for event in said.events if event["event"] == "chunk_failed"] == [None]
    assert "SQL:" not in said.err


class Folder:
    """A project, as far as its artifacts have a folder."""

    def __init__(self, path: Path) -> None:
        self.target_path = str(path)


def _kept_in(folder: Path, several: bool = False) -> KeptSql:
    project: Any = Folder(folder)
    return KeptSql(project, Redactor(["hush-hush"]), several)


JANUARY = Window("2024-01-01", "2024-01-31")


def _target(name: str) -> Any:
    return SimpleNamespace(model=SimpleNamespace(name=name))


def test_what_is_kept_tells_no_secret_and_is_named_after_the_first_day(tmp_path: Path) -> None:
    path = _kept_in(tmp_path).keep("history", JANUARY, _target("events"), "\n select 'hush-hush ä'\n\n")
    assert path == str(tmp_path / "dbt_playbooks/backfill/history/2024-01-01.sql")
    assert Path(path).read_text(encoding="utf-8") == "select '***** ä'\n"
    # another attempt, in a folder that is there
    assert _kept_in(tmp_path).keep("history", JANUARY, _target("events"), "select 2") == path
    assert Path(path).read_text() == "select 2\n"


@pytest.mark.parametrize("sql", [None, ""])
def test_without_sql_nothing_is_kept(tmp_path: Path, sql: str | None) -> None:
    assert _kept_in(tmp_path).keep("history", JANUARY, _target("events"), sql) is None
    assert list(tmp_path.iterdir()) == []


def test_of_a_completed_chunk_nothing_is_kept_of_any_model(tmp_path: Path) -> None:
    kept = _kept_in(tmp_path, several=True)
    both = [_target("events"), _target("orders/v2")]
    for target in both:
        kept.keep("history", JANUARY, target, "select 1")
    kept.keep("history", Window("2024-02-01", "2024-02-29"), both[0], "select 1")
    names = sorted(path.name for path in tmp_path.rglob("*.sql"))
    assert names == ["2024-01-01_events.sql", names[1], "2024-02-01_events.sql"]
    assert names[1].startswith("2024-01-01_orders_v2~")
    kept.forget("history", JANUARY, both)
    kept.forget("history", JANUARY, both)
    assert [path.name for path in tmp_path.rglob("*.sql")] == ["2024-02-01_events.sql"]


def test_what_cannot_be_kept_or_forgotten_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "dbt_playbooks").write_text("in the way")
    assert _kept_in(tmp_path).keep("history", JANUARY, _target("events"), "select 1") is None
    _kept_in(tmp_path).forget("history", JANUARY, [_target("events")])


def test_a_path_is_shown_as_it_is_typed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(str(tmp_path / "target/a.sql")) == "target/a.sql"
    assert shown(str(tmp_path.parent / "a.sql")) == str(tmp_path.parent / "a.sql")


def test_a_name_is_at_most_120_characters_and_six_that_tell_it_from_others() -> None:
    assert file_name("x" * 120) == "x" * 120
    assert re.fullmatch("x{120}~[0-9a-f]{6}", file_name("x" * 121))
    assert re.fullmatch("_~[0-9a-f]{6}", file_name("..."))
    assert file_name("a.b~c=d-e_f,g") == "a.b~c=d-e_f,g"


def test_two_ids_never_get_one_folder() -> None:
    names = ["a/b", "a_b", "..", "../b", ".", "a b", "x" * 300, "x" * 301, "a,b_2024-01-01"]
    assert len({file_name(name) for name in names}) == len(names)
    assert all("/" not in file_name(name) and not file_name(name).startswith(".") for name in names)
    assert file_name("a,b_2024-01-01") == "a,b_2024-01-01"
