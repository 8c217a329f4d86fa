"""The window's vars and those of the project: neither changes what the other means, in a backfill, in `dbt parse` or in `dbt run`."""

from __future__ import annotations

import json

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

CONFIG = "{{ config(materialized='incremental', unique_key='id', event_time='event_date') }}\n"
EPHEMERAL = "{{ config(materialized='ephemeral') }}\n"
BY_HAND = (
    "select * from {{ source('raw', 'events') }}\n"
    "where event_date between '{{ var('start_date', '2024-02-01') }}' and '{{ var('end_date', '2024-02-29') }}'"
)
# what vars a dbt_project.yml may hold for meanings of its own
PROJECTS = {
    "one alone": "vars: {start_date: '2024-02-15'}",
    "another format": "vars: {start_date: '20240215', end_date: today, shop: {end_date: 7}}",
    "two days": "vars: {start_date: 2024-02-15, end_date: 2024-02-20}",
    "of a package, and no date": "vars: {ga4: {start_date: '20240215'}, start_date: {month: 2}, end_date: null}",
}


def project(shop: Shop, text: str) -> None:
    path = shop.folder / "dbt_project.yml"
    path.write_text(f"{path.read_text()}{text}\n")


def package(shop: Shop, name: str, files: dict[str, str], yml: str = "") -> None:
    """A package of the project's beside ours."""
    files = {"dbt_project.yml": f"name: {name}\nversion: '1.0'\n{yml}\n", **files}
    for path, text in files.items():
        shop.write(f"{name}/{path}", text)
    shop.write("packages.yml", f"{(shop.folder / 'packages.yml').read_text()}  - local: {name}\n")
    (shop.folder / "dbt_packages" / name).symlink_to(shop.folder / name)


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_vars_of_the_project_change_neither_a_backfill_nor_a_run(shop: Shop, text: str) -> None:
    project(shop, text)
    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE)
    assert (said.code, shop.difference("events")) == (0, [])
    shop.sql(
        "delete from events where event_date >= date '2024-03-31'; delete from events where event_date = date '2024-03-01'"
    )
    shop.dbt_each([["run", "--select", "events"]])
    # a run takes the newest day, and no other
    assert shop.sql("select count(*) from events where event_date = date '2024-03-01'") == [(0,)]
    assert shop.sql("select max(event_date) = date '2024-03-31', count(*) from events") == [(True, 270)]


def test_the_project_keeps_its_vars_in_a_backfill(shop: Shop) -> None:
    """Beside a filter they are another meaning, and a chunk renders it as a run does."""
    project(shop, "vars: {start_date: '20240215'}")
    also = ', \'{{ var("start_date") }}\' as since, \'{{ var("end_date", "never") }}\' as until from'
    shop.model("events", DELETE_INSERT + FILTERED.replace(" from", also, 1))
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select distinct since, until from events") == [("20240215", "never")]


def test_a_model_that_has_its_window_by_hand_gets_the_vars(shop: Shop) -> None:
    shop.model("events", CONFIG + BY_HAND)
    said = shop.run("events", *RANGE)
    assert (said.code, shop.difference("events")) == (0, [])
    assert "the model itself does not call backfill_filter" in said.err


def test_days_of_the_project_are_replaced_in_a_model_that_has_its_window_by_hand(shop: Shop) -> None:
    project(shop, "vars: {start_date: 2024-02-15, end_date: '2024-02-20'}")
    shop.model("events", CONFIG + BY_HAND)
    assert (shop.run("events", *RANGE).code, shop.difference("events")) == (0, [])
    shop.dbt_each([["run", "--select", "events", "--full-refresh"]])
    assert shop.sql("select min(event_date)::text, max(event_date)::text from events") == [("2024-02-15", "2024-02-20")]


def test_an_ephemeral_model_may_have_the_window_by_hand(shop: Shop) -> None:
    shop.model("window", EPHEMERAL + BY_HAND)
    shop.model("events", CONFIG + "select * from {{ ref('window') }}")
    assert (shop.run("events", *RANGE).code, shop.difference("events")) == (0, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("vars: {start_date: '20240215'}", "dbt_project.yml of shop (vars:) sets that var to '20240215'"),
        ("vars: {shop: {start_date: 7}}", "dbt_project.yml of shop (vars: shop:) sets that var to 7"),
    ],
)
@pytest.mark.parametrize("ephemeral", [False, True])
def test_a_var_with_another_meaning_is_no_window_by_hand(shop: Shop, text: str, place: str, ephemeral: bool) -> None:
    project(shop, text)
    shop.model("events", CONFIG + BY_HAND)
    if ephemeral:
        shop.model("window", EPHEMERAL + BY_HAND)
        shop.model("events", CONFIG + "select * from {{ ref('window') }}")
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert f"it reads var('start_date') by hand, and {place}, which is no ISO day" in said.err
    assert f"var('dbt_playbooks_start_date') in models/{'window' if ephemeral else 'events'}.sql" in said.err
    assert ("window, which is part of it: " in said.err) == ephemeral
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_our_vars_can_be_read_by_hand_whatever_the_project_has(shop: Shop) -> None:
    project(shop, "vars: {start_date: '20240215'}")
    shop.model("events", CONFIG + BY_HAND.replace("var('", "var('dbt_playbooks_"))
    assert (shop.run("events", *RANGE).code, shop.difference("events")) == (0, [])


def test_a_package_keeps_its_meaning_in_macros_and_models_that_a_backfill_reads(shop: Shop) -> None:
    """A macro and an ephemeral model of a package, which the model of the backfill uses, have a var of the same name."""
    package(
        shop,
        "ga4",
        {
            "macros/since.sql": "{% macro since() %}{{ return(var('start_date', '20230101')) }}{% endmacro %}",
            "models/ga4_sessions.sql": (
                EPHEMERAL + "select *, '{{ var('start_date') }}' as sessions_since from {{ source('raw', 'events') }}"
            ),
        },
        "vars: {start_date: '20240215'}",
    )
    sql = "select *, '{{ ga4.since() }}' as since from {{ ref('ga4_sessions') }} where {{ dbt_playbooks.backfill_filter('event_date') }}"
    shop.model("events", DELETE_INSERT + sql)
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select distinct since, sessions_since, count(*) over () from events") == [
        ("20230101", "20240215", 273)
    ]


def test_a_model_of_a_package_is_filled_beside_its_scope(shop: Shop) -> None:
    package(shop, "ga4", {"models/ga4_events.sql": DELETE_INSERT + FILTERED})
    project(shop, "vars: {ga4: {start_date: '20230101'}}")
    assert (shop.run("ga4_events", *RANGE).code, shop.difference("ga4_events")) == (0, [])


def test_a_macro_of_the_project_that_makes_the_filter_counts_as_one(shop: Shop) -> None:
    shop.write(
        "macros/window.sql", "{% macro window() %}{{ dbt_playbooks.backfill_filter('event_date') }}{% endmacro %}"
    )
    shop.model(
        "events",
        CONFIG
        + "select *, '{{ var('start_date', 'never') }}' as since from {{ source('raw', 'events') }} where {{ window() }}",
    )
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select distinct since from events") == [("never",)]


@pytest.mark.parametrize("prefix", ["", "dbt_playbooks_"])
def test_a_window_on_the_command_line_of_dbt_counts_over_the_project(shop: Shop, prefix: str) -> None:
    project(shop, "vars: {start_date: '20240215', end_date: 2024-03-01}")
    shop.model("events", DELETE_INSERT + FILTERED)
    window = {f"{prefix}start_date": "2024-01-10", f"{prefix}end_date": "2024-01-12"}
    shop.dbt("run", "--select", "events", "--vars", json.dumps(window))
    assert shop.sql("select min(event_date)::text, max(event_date)::text from events") == [("2024-01-10", "2024-01-12")]


def test_half_a_window_on_the_command_line_stops_the_models_that_have_a_filter_alone(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model("others", "select '{{ var('start_date') }}' as since")
    shop.dbt("run", "--select", "others", "--vars", "{start_date: '20240215'}")
    assert shop.sql("select since from others") == [("20240215",)]
    with pytest.raises(
        AssertionError, match=r"var 'start_date' is given and var 'end_date' is not\. A window needs both"
    ):
        shop.dbt("run", "--select", "events", "--vars", "{start_date: '20240215'}")


@pytest.mark.parametrize("name", ["start_date", "end_date", "dbt_playbooks_start_date", "dbt_playbooks_end_date"])
def test_the_window_is_not_taken_from_vars(shop: Shop, name: str) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE, "--vars", f"{{{name}: 2024-01-01}}")
    assert said.code == 2
    assert f"--vars sets '{name}', which a backfill sets for each chunk" in said.err
