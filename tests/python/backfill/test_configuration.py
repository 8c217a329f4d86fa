"""What a model's configuration says against a backfill, and its neighbours that pass, from plain data: the project is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.configuration import against_batches, against_configuration, warnings_of
from dbt_playbooks.interface import Model, Overridden, Window

KEY = {"unique_key": "id", "language": "sql"}


def model(name: str = "events", materialized: str = "incremental", strategy: str | None = None, **config: Any) -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f"shop.main.{name}",
        materialized=materialized, strategy=strategy, config={"language": "sql", **config}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


NONE = Overridden()


class Project:
    def __init__(self, adapter_type: str = "duckdb", *below: Model, found: Overridden = NONE) -> None:
        self.adapter_type = adapter_type
        self.disables_transactions = False
        self.below = below
        self.found = found

    def overridden(self) -> Overridden:
        return self.found

    def descendants(self, _: Sequence[Model]) -> list[Model]:
        return list(self.below)


def reason(adapter: str = "duckdb", strategy: str | None = None, **config: Any) -> str | None:
    project: Any = Project(adapter)
    return against_configuration(project, model(strategy=strategy, **config))


@pytest.mark.parametrize(
    ("materialized", "instead"),
    [
        ("table", "it is built whole each time. Make it incremental with a backfill_filter, or leave it out and build it afterwards: dbt run --select events."),
        ("view", "it holds no rows. Leave it out; if it is new, build it first: dbt run --select events."),
        ("ephemeral", "it is part of the models that read it. Leave it out of the selection."),
        ("materialized_view", "the warehouse refreshes it. Leave it out of the selection."),
        ("snowball", "dbt does not fill it by windows. Leave it out of the selection."),
    ],
)  # fmt: skip
def test_what_is_not_incremental_is_refused_with_what_to_do(materialized: str, instead: str) -> None:
    project: Any = Project()
    said = against_configuration(project, model(materialized=materialized, unique_key="id"))
    assert said == f"it is materialized as {materialized}: {instead}"


DUCKDB, BIGQUERY = "delete+insert, merge, microbatch", "merge, insert_overwrite, microbatch"


@pytest.mark.parametrize(
    ("adapter", "strategy", "config", "begins"),
    [
        ("duckdb", None, KEY, None),
        ("duckdb", "delete+insert", KEY, None),
        ("duckdb", "merge", KEY, None),
        ("duckdb", "merge", {"merge_on_using_columns": ["a", "b"]}, None),
        ("duckdb", "microbatch", {"event_time": "at"}, None),
        ("bigquery", None, KEY, None),
        ("bigquery", "merge", KEY, None),
        ("bigquery", "insert_overwrite", {"partition_by": {"field": "day"}}, None),
        ("bigquery", "microbatch", {"event_time": "at", "partition_by": {"field": "at"}}, None),
        ("bigquery", "microbatch", {"event_time": "at", "unique_key": "id"}, None),
        ("duckdb", None, {}, "without a unique_key its strategy appends, so a chunk that is run again would duplicate its rows. "
            f"Use one of {DUCKDB}, with a unique_key where the strategy works by key."),
        ("duckdb", "append", KEY, "its strategy is append, so a chunk that is run again would duplicate its rows."),
        ("bigquery", "merge", {}, "without a unique_key its strategy appends, so a chunk that is run again would duplicate its rows. "
            f"Use one of {BIGQUERY}, with"),
        ("duckdb", "insert_overwrite", KEY, f"a window cannot be replaced exactly with the strategy 'insert_overwrite' on duckdb. Use one of {DUCKDB}."),
        ("bigquery", "delete+insert", KEY, f"a window cannot be replaced exactly with the strategy 'delete+insert' on bigquery. Use one of {BIGQUERY}."),
        ("duckdb", "my_own", KEY, "a window cannot be replaced exactly with the strategy 'my_own' on duckdb."),
        ("duckdb", "merge, microbatch", KEY, "a window cannot be replaced exactly with the strategy 'merge, microbatch'"),
        ("postgres", "merge", KEY, "a window cannot be replaced exactly with the strategy 'merge' on postgres. Use one of ."),
        ("bigquery", "insert_overwrite", {}, "insert_overwrite needs the partition_by config."),
        ("duckdb", "microbatch", {}, "microbatch needs the event_time config."),
        ("bigquery", "microbatch", {}, "microbatch needs the event_time config."),
        ("duckdb", "microbatch", {"event_time": "at", "unique_key": "id"},
            "dbt-duckdb refuses a unique_key with microbatch, once the table is there. Remove it, or use merge."),
    ],
)  # fmt: skip
def test_strategies_that_replace_a_window(
    adapter: str, strategy: str | None, config: dict[str, Any], begins: str | None
) -> None:
    said = reason(adapter, strategy, **config)
    assert said is None if begins is None else str(said).startswith(begins)


MERGES = ("merge_clauses", "merge_insert_condition", "merge_update_condition", "merge_update_set_expressions")


@pytest.mark.parametrize("option", MERGES)
def test_a_merge_that_decides_by_itself_is_refused(option: str) -> None:
    assert reason(strategy="merge", unique_key="id", **{option: "x"}) == (
        f"its {option} decides which rows a merge keeps, so a chunk would not hold what the model returns, or not when it runs again. "
        "Filter the rows in the model's SQL, and remove it from its config."
    )
    assert reason(strategy="delete+insert", unique_key="id", **{option: "x"}) is None
    assert reason(strategy="merge", unique_key="id", **{option: None}) is None


def test_several_options_of_a_merge_are_told_together() -> None:
    said = reason(strategy="merge", unique_key="id", merge_update_condition="x", merge_clauses={"a": 1})
    assert str(said).startswith("its merge_clauses and merge_update_condition decide which rows a merge keeps")
    assert str(said).endswith("and remove them from its config.")


@pytest.mark.parametrize(
    ("keys", "expressions"),
    [
        ("id", None),
        ('"of a shop"', None),
        ("`of a shop`", None),
        ("größe_2", None),
        ("_id", None),
        (["id", "day"], None),
        ("lower(id)", "lower(id)"),
        ("2nd", "2nd"),
        ("a, b", "a, b"),
        ('"a" || "b"', '"a" || "b"'),
        ('""', '""'),
        (["id", "a || b", "cast(at as date)"], "a || b, cast(at as date)"),
    ],
)
def test_a_merge_is_by_columns(keys: Any, expressions: str | None) -> None:
    said = (
        f"dbt merges by columns, and its unique_key is an expression: {expressions}. "
        "Make it a column of the model, or use delete+insert."
    )
    assert reason(strategy="merge", unique_key=keys) == (said if expressions else None)
    assert reason(adapter="bigquery", unique_key=keys) == (said if expressions else None)
    # deleting by an expression is as good
    assert reason(strategy="delete+insert", unique_key=keys) is None
    # these are the keys of the merge where they are named
    assert reason(strategy="merge", unique_key=keys, merge_on_using_columns=["id"]) is None
    assert reason(strategy="merge", unique_key="id", merge_on_using_columns=keys) == (said if expressions else None)


def test_what_else_is_refused() -> None:
    assert reason(unique_key="id", full_refresh=True) == (
        "full_refresh: true would rebuild the table in every chunk. Remove it from the model's config."
    )
    assert reason(unique_key="id", full_refresh=False) is None
    assert reason(unique_key="id", language="python") == (
        "it is written in python; a window can only be checked in SQL."
    )
    project: Any = Project()
    project.disables_transactions = True
    assert against_configuration(project, model(unique_key="id")) == (
        "the profile sets disable_transactions, so a chunk would not be atomic. Remove it from profiles.yml."
    )


def test_a_project_that_hides_a_strategy_is_refused() -> None:
    one: Any = Project(found=Overridden(["get_merge_sql"]))
    assert against_configuration(one, model(unique_key="id")) == (
        "the project overrides get_merge_sql, which makes a chunk exact. "
        "Rename the override, or call dbt_playbooks' macro of that name from it."
    )
    two: Any = Project(found=Overridden(["get_merge_sql", "get_delete_insert_sql"]))
    said = against_configuration(two, model(unique_key="id"))
    assert str(said).startswith("the project overrides get_merge_sql, get_delete_insert_sql, which make a chunk exact.")


def test_macros_that_write_rows_or_decide_what_a_chunk_replaces_are_refused() -> None:
    writing: Any = Project(found=Overridden(writing=["run_hooks", "create_indexes"]))
    assert against_configuration(writing, model(unique_key="id")) == (
        "the project overrides run_hooks, create_indexes, and that macro writes rows: it would with each chunk, and once in one run of dbt. "
        "Write them in a post_hook, which is read before it runs."
    )
    deciding: Any = Project(found=Overridden(deciding=["is_incremental"], writing=["run_hooks"]))
    assert against_configuration(deciding, model(unique_key="id")) == (
        "the project overrides is_incremental, by which dbt decides what a chunk replaces: it might be more or less than its window. Rename the override."
    )


@pytest.mark.parametrize(
    ("size", "first", "last", "whole"),
    [
        ("month", "2024-01-01", "2024-01-31", True),
        ("month", "2024-02-01", "2024-03-31", True),
        ("month", "2024-02-01", "2024-02-28", False),
        ("month", "2024-01-02", "2024-01-31", False),
        ("year", "2024-01-01", "2024-12-31", True),
        ("year", "2023-01-01", "2024-12-31", True),
        ("year", "2024-01-01", "2024-11-30", False),
        ("year", "2024-02-01", "2024-12-31", False),
        ("year", "2024-01-01", "2024-12-30", False),
        ("day", "2024-01-02", "2024-01-03", True),
        ("hour", "2024-01-02", "2024-01-02", True),
        (None, "2024-01-02", "2024-01-03", True),
    ],
)
def test_chunks_are_made_of_whole_batches(size: str | None, first: str, last: str, whole: bool) -> None:
    window = Window(first, last)
    config = {"batch_size": size} if size else {}
    said = against_batches(model(strategy="microbatch", **config), [window])
    assert said == (
        None
        if whole
        else f"its batch_size is {size}, and the chunk {window} is not made of whole {size}s. Give such a range and --chunk {size}."
    )
    assert against_batches(model(strategy="merge", **config), [window]) is None


def test_the_first_chunk_that_is_no_whole_batch_is_told() -> None:
    whole, one, two = (Window("2024-01-01", f"2024-01-{day}") for day in (31, 30, 29))
    said = against_batches(model(strategy="microbatch", batch_size="month"), [whole, one, two])
    assert str(one) in str(said)


def warnings(*models: Model, adapter: str = "duckdb", below: Sequence[Model] = ()) -> list[str]:
    project: Any = Project(adapter, *below)
    return warnings_of(project, models)


def test_columns_that_a_merge_keeps_are_told() -> None:
    kept = "keep the values of rows that are there already, as in dbt run, also when a chunk runs again"
    both = {"unique_key": "id", "merge_update_columns": ["a", "b"], "merge_exclude_columns": "c"}
    told = [
        f"events: merge_update_columns (a, b): all columns but these {kept}",
        f"events: merge_exclude_columns (c): these columns {kept}",
    ]
    assert warnings(model(strategy="merge", **both)) == told
    assert warnings(model(**both), adapter="bigquery") == told
    assert warnings(model(**both)) == []
    assert warnings(model(strategy="merge", unique_key="id", merge_update_columns=[])) == []


def test_models_below_are_told_with_what_to_do() -> None:
    one = warnings(model(), below=[model("daily", "table"), model("seen", "view"), model("weekly")])
    assert one == [
        "daily reads what is backfilled, and dbt rebuilds it as a whole. When the backfill is complete: dbt run --select events+",
        "weekly is incremental and misses changes of old rows. Add it to the selection, to backfill it too",
    ]
    several = warnings(
        model(), model("orders"),
        below=[model("daily", "table"), model("weekly"), model("yearly", "table"), model("monthly")],
    )  # fmt: skip
    assert several == [
        "daily, yearly read what is backfilled, and dbt rebuilds them as a whole. When the backfill is complete: dbt run --select events+ orders+",
        "weekly, monthly are incremental and miss changes of old rows. Add them to the selection, to backfill them too",
    ]
    assert warnings(model(), below=[model("seen", "view")]) == []
