"""`dbt-playbooks compare`: what it says to people and to programs, and how it ends."""

from __future__ import annotations

import json

import pytest
from shop import Shop

from dbt_playbooks.compare.request import names

MODEL = "select id, event_date, amount from {{ source('raw', 'events') }}"


@pytest.fixture
def changed(shop: Shop) -> Shop:
    """`raw.events` and a copy of it in which two rows changed, one went and one came."""
    shop.sql("create table copied as select * from raw.events")
    shop.sql("update copied set amount = amount + 1 where id in (2, 500)")
    shop.sql("delete from copied where id = 11")
    shop.sql("insert into copied select * replace (1000000 as id) from raw.events where id = 12")
    return shop


def test_tables_that_are_the_same_end_with_zero(shop: Shop) -> None:
    shop.sql("create table copied as select * from raw.events order by id desc")
    said = shop.playbooks("compare", "raw.events", "main.copied", "--key", "id", "--by", "event_date")
    assert (said.code, said.err) == (0, "")
    assert "hold the same rows" in said.out


def test_a_summary_comes_first_and_then_where_they_differ(changed: Shop) -> None:
    said = changed.playbooks("compare", "raw.events", "copied", "--key", "id", "--by", "event_date")
    assert said.code == 1
    summary, partitions, *rest = said.out.splitlines()
    assert "(old, 273 rows)" in summary
    assert "differ: 1 row only in old, 1 only in new, 2 that differ" in summary
    assert partitions.startswith("they differ in ")
    drill_down = "\n".join(rest)
    assert drill_down.index("rows that differ") < drill_down.index("some of the rows that differ:")
    assert "only in old" in drill_down
    assert "1000000" in drill_down


def test_json_is_one_object_with_the_same_counts(changed: Shop) -> None:
    said = changed.playbooks("compare", "raw.events", "copied", "--key", "id", "--sample", "2", "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert (found["only_in_old"], found["only_in_new"], found["differing"]) == (1, 1, 2)
    assert found["columns"] == {"amount": 2}
    assert [each["status"] for each in found["sample"]] == ["differs", "differs", "only in old", "only in new"]
    assert found["share_the_same"] == 270 / 274
    assert found["by_column"]["amount"]["greatest_distance"] == "1.0"
    assert found["estimated_bytes"] is None


def test_options_choose_what_is_compared(changed: Shop) -> None:
    compare = ("compare", "raw.events", "copied", "--key", "id", "--by", "event_date")
    assert changed.playbooks(*compare, "--where", "id in (2, 10)", "--exclude-columns", "amount").code == 0
    assert changed.playbooks(*compare, "--where", "id in (2, 10)", "--tolerance", "{amount: 1}").code == 0
    assert changed.playbooks(*compare, "--where", "id in (2, 10)", "--columns", "id,event_date").code == 0
    assert changed.playbooks(*compare, "--where", "id in (2, 10)", "--tolerance", "0.5").code == 1
    assert changed.playbooks(*compare, "--since", "2024-02-01").code == 1
    assert changed.playbooks(*compare, "--since", "2024-02-22").code == 0
    assert changed.playbooks(*compare, "--where", "id in (2, 10) -- two", "--since", "2024-01-01").code == 1


def test_a_renamed_column_is_compared_under_its_new_name(shop: Shop) -> None:
    shop.sql("create table copied as select * rename (amount as price) from raw.events")
    assert shop.playbooks("compare", "raw.events", "copied", "--key", "id").code == 1
    assert shop.playbooks("compare", "raw.events", "copied", "--key", "id", "--rename", "amount=price").code == 0


def test_a_dry_run_shows_what_would_be_sent_and_compares_nothing(changed: Shop) -> None:
    said = changed.playbooks("compare", "raw.events", "copied", "--key", "id", "--by", "event_date", "--dry-run")
    assert said.code == 0
    always, when_different = said.out.split("-- what follows at most when they differ:")
    assert "as checksum" in always
    assert "full outer join" not in always
    assert "full outer join" in when_different
    for statement in said.out.strip().split(";\n"):
        changed.sql(statement)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["raw.event", "copied"], "Did you mean"),
        (["raw.events", "copied", "--key", "ids"], "lacks the key: ids. It has: id, "),
        (["raw.events", "copied", "--by", "day"], "lacks the column of --by: day"),
        (["raw.events", "copied", "--tolerance", "0.1"], "a tolerance needs a key"),
        (["raw.events", "copied", "--key", "id", "--tolerance", "-1"], "error: --tolerance -1 is no distance"),
        (["raw.events", "copied", "--key", ""], "--key is empty. Give it a value, or leave --key out."),
        (["raw.events", "copied", "--where", " "], "--where is empty"),
        (["raw.events", ""], "NEW is empty. Give it a value."),
        (["raw.events", "copied", "--key", "id + 1"], "An expression goes in parentheses: (id + 1)."),
        (["raw.events", "copied", "--rename", "id=amount", "--rename", "id=note"], "--rename gives 'id' two names"),
        (["raw.events", "copied", "--rename", "id=amount", "--rename", "note=AMOUNT"], "Give each column one name"),
        (
            ["raw.events", "copied", "--since", "soon", "--by", "event_date"],
            "error: --since is 'soon', which is no date",
        ),
        (["raw.events", "copied", "--tolerance", "{a"], "--tolerance '{a' is not YAML"),
        (["raw.events", "copied", "--since", "2024-01-01"], "--by is not given. Give --by a column of type date"),
        (["raw.events", "copied", "--rename", "amount"], "--rename 'amount' names no two columns"),
        (["raw.events", "copied", "--max-bytes", "5"], "duckdb does not. Leave them out"),
        (["raw.events", "copied", "--timezone", "Berlin", "--by", "event_date"], "Europe/Berlin"),
    ],
)
def test_wrong_words_are_answered_with_what_to_type(changed: Shop, words: list[str], said: str) -> None:
    answer = changed.playbooks("compare", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "dbt_playbooks:" not in answer.err


def test_a_key_that_is_null_is_refused_with_the_options_that_help(shop: Shop) -> None:
    shop.sql("create table old_side as select null::int as id, 1 as amount")
    shop.sql("create table new_side as select 1 as id, 1 as amount")
    said = shop.playbooks("compare", "old_side", "new_side", "--key", "id")
    assert said.code == 2
    assert 'Leave them out (--where "id is not null")' in said.err


def test_types_without_a_common_one_are_refused_with_the_option_that_leaves_the_column_out(shop: Shop) -> None:
    shop.sql("create table old_side as select 1 as id, 'x' as amount")
    shop.sql("create table new_side as select 1 as id, 1 as amount")
    said = shop.playbooks("compare", "old_side", "new_side", "--key", "id")
    assert said.code == 2
    assert "Leave it out with --exclude-columns amount" in said.err


def test_values_are_shown_as_they_are(shop: Shop) -> None:
    shop.sql(
        "create table old_side as select 1 as id, 'a [/red] b' as name union all select 2, null union all select 3, 'x'"
    )
    shop.sql("create table new_side as select 1 as id, '[bold]x[/bold]' as name union all select 2, 'NULL'")
    said = shop.playbooks("compare", "old_side", "new_side", "--key", "id")
    assert said.code == 1, said.err
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.out.splitlines() if line.startswith("│")]
    assert ["1", "name", "a [/red] b", "[bold]x[/bold]"] in lines
    assert ["2", "name", "NULL", "'NULL'"] in lines
    assert ["3", "x"] in lines


def test_small_tolerances_are_numbers_however_they_are_written(shop: Shop) -> None:
    shop.sql("create table old_side as select 1 as id, 1.0::double as price")
    shop.sql("create table new_side as select 1 as id, 1.0005::double as price")
    for tolerance in ("1e-3", "{price: 1e-3}", "{price: {relative: 1e-3}}"):
        assert shop.playbooks("compare", "old_side", "new_side", "--key", "id", "--tolerance", tolerance).code == 0
    said = shop.playbooks("compare", "old_side", "new_side", "--key", "id", "--tolerance", "1e-4")
    assert said.code == 1, said.err


def test_nothing_to_compare_is_said(shop: Shop) -> None:
    said = shop.playbooks("compare", "raw.events", "raw.events", "--by", "event_date", "--since", "2030-01-01")
    assert said.code == 0
    assert "have no rows to compare" in said.out


def test_names_are_cut_at_commas_outside_of_parentheses() -> None:
    assert names("--key", ["a, b", "coalesce(c, 0),d"]) == ["a", "b", "coalesce(c, 0)", "d"]
