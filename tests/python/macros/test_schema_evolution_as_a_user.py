"""The steps of docs/schema-evolution.md in a project of a user: after each of them the whole project builds, and its tests pass or fail as they should."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from shop import ROOT, Shop

SOURCES = "sources:\n  - name: raw\n    tables:\n      - name: users\n"
USERS = """
create table raw.users as
select * from (values
  ('1', 'free', 'ad', null, '1.2.2024'), (' 2 ', 'free', null, 'pro', '12.2.2024'), ('', 'paid', 'ad', 'free', ''), (null, 'paid', 'friend', null, null),
  ('007', 'paid', 'ad', 'pro', '31.12.2023'), ('8', null, 'ad', 'pro', 'soon'), ('9', 'free', 'ad', 'free', '1.3.2024')
) as t(user_id, user_type, referrer, plan, signed_up)
"""
# one process for all steps: files are written, and a build is run, and what it said is printed
STEPS = """
import json, sys
from pathlib import Path
from dbt.cli.main import dbtRunner
for files, words in json.load(sys.stdin):
    for name, text in files.items():
        Path(name).write_text(text)
    said = []
    runner = dbtRunner(callbacks=[lambda event: said.append(event.info.msg) if event.info.level == "warn" else None])
    result = runner.invoke([*words, "--no-use-colors", "--quiet"])
    outcomes = {each.node.name: str(each.status) for each in getattr(result.result, "results", [])}
    print(json.dumps([str(result.exception or ""), outcomes, said]), flush=True)
"""


def steps_of(page: str) -> list[dict[str, str]]:
    """The files that each SQL block of the page writes, with those of the YAML blocks that follow it."""
    steps: list[dict[str, str]] = []
    for language, name, text in re.findall(r"```(sql|yaml)\n(?:--|#) (models/\S+)\n(.*?)```", page, re.DOTALL):
        if language == "sql":
            steps.append({})
        steps[-1][name] = text
    return steps


Said = tuple[str, dict[str, str], list[str]]


@pytest.fixture
def users(shop: Shop) -> Shop:
    """A project without models, whose source holds seven users."""
    shop.write("models/raw.yml", SOURCES)
    shop.sql(USERS)
    return shop


def walk(shop: Shop, *steps: tuple[dict[str, str], list[str]]) -> list[Said]:
    """What each command said when its files were written: the error, the outcome of each node, warnings."""
    done = subprocess.run(
        [sys.executable, "-c", STEPS], cwd=shop.folder, input=json.dumps(steps), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return [
        (error, {name.split(".")[0]: each for name, each in nodes.items()}, warned) for error, nodes, warned in said
    ]


def test_each_step_of_the_page_builds_and_its_tests_pass(users):
    steps = steps_of((ROOT / "docs/schema-evolution.md").read_text())
    assert [next(iter(step)) for step in steps].count("models/users.sql") == 8, "the page is read whole"
    builds = walk(users, *((step, ["build"]) for step in steps))
    warnings = []
    for step, (error, nodes, warned) in zip(steps, builds, strict=True):
        assert error == "", step
        assert set(nodes.values()) <= {"success", "pass"}, (step, nodes)
        warnings.append(
            [re.findall(r"still has the column '(\w+)'", text)[0] for text in warned if "dbt_playbooks" in text]
        )
    # each phase that is past its last day says so, and is built
    assert warnings == [[], [], [], ["referrer"], [], ["user_type"], ["user_type"], [], ["user_id"], []]
    assert users.sql("select * from users order by all") == [
        (1, "free", "unknown"),
        (2, "free", "pro"),
        (7, "paid", "pro"),
        (8, None, "pro"),
        (9, "free", "free"),
        (None, "paid", "free"),
        (None, "paid", "unknown"),
    ]
    assert users.sql("select * from segments order by all") == [("free", 3), ("paid", 3), (None, 1)]


BOTH = """
{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select
  user_id as place,
  {{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='LAST_DAY') }},
  {{ dbt_playbooks.retyped_column('user_id', 'integer', trim=true) }}
from {{ source('raw', 'users') }}
{% if is_incremental() %} where user_id not in (select place from {{ this }}) {% endif %}
"""
TESTED = """
models:
  - name: users
    data_tests:
      - dbt_playbooks.columns_equal: {name: equal, arguments: {a: user_type, b: user_segment}}
      - dbt_playbooks.columns_equal: {name: equal_where, arguments: {a: user_type, b: user_segment}, config: {where: user_id = '10'}}
      - dbt_playbooks.columns_equal: {name: no_such, arguments: {a: user_type, b: user_segments}}
    columns:
      - name: user_id
        data_tests:
          - dbt_playbooks.cast_failure_rate_below: {name: few_failures, arguments: {to: integer, max_rate: 0.2, trim: true}}
          - dbt_playbooks.cast_failure_rate_below: {name: no_failures, arguments: {to: integer, trim: true, blank_as_null: true}}
          - dbt_playbooks.cast_failure_rate_below:
              {name: no_losses, arguments: {to: integer, max_rate: 1, max_respelled_rate: 0.1}, config: {where: user_id is not null}}
          - dbt_playbooks.cast_failure_rate_below: {name: kept, arguments: {to: integer, sample: 1}, config: {store_failures: true}}
"""
PLAIN = "{{ config(materialized='incremental') }} select user_id as place, user_type, user_id from {{ source('raw', 'users') }}"
IN_TIME, LATE = (BOTH.replace("LAST_DAY", day) for day in ("9998-12-31", "2024-02-01"))


def test_tests_fail_when_they_should_and_a_warning_is_one_only_when_a_model_is_compiled(users):
    users.sql("insert into raw.users values ('x1', 'free', null, null, null)")
    parsed, _, filled, tested, late, strict = walk(
        users,
        ({"models/users.sql": LATE, "models/users.yml": TESTED}, ["parse", "--show-all-deprecations"]),
        ({"models/users.sql": PLAIN}, ["run"]),
        ({"models/users.sql": IN_TIME}, ["run"]),
        ({}, ["test"]),
        ({"models/users.sql": LATE}, ["run", "--full-refresh"]),
        ({}, ["--warn-error-options", '{"error": ["JinjaLogWarning"]}', "run"]),
    )
    assert (parsed[0], parsed[2], filled[2]) == ("", [], [])
    assert tested[1] == {
        # the rows that were there before the new column are not filled
        "equal": "fail", "equal_where": "pass", "no_such": "error",
        "few_failures": "fail", "no_failures": "fail", "no_losses": "fail", "kept": "fail",
    }  # fmt: skip
    assert late[1] == {"users": "success"}
    assert ["was to go after 2024-02-01" in text for text in late[2]] == [True]
    assert strict[1] == {"users": "error"}
    [(problem, values)] = users.sql("select problem, failed_values from main_dbt_test__audit.kept")
    assert problem == "more values of user_id than allowed can't be cast to integer"
    assert json.loads(values)


def test_a_run_that_empties_stored_values_says_so(users):
    gone = "{{ dbt_playbooks.deprecated_column('user_type', 'string', '9998-12-31') }}"
    select = f"select user_id, {gone} from {{{{ source('raw', 'users') }}}}"
    incremental, table = walk(
        users,
        ({"models/users.sql": "{{ config(materialized='incremental') }} " + select}, ["run"]),
        ({"models/users.sql": "{{ config(materialized='table') }} " + select}, ["run"]),
    )
    assert ["model 'users' is incremental" in text for text in incremental[2]] == [True]
    assert table[2] == []


STORED = """
{{ config(materialized='incremental', on_schema_change='VALUE', incremental_strategy='append') }}
select user_id as place, COLUMNS
from {{ source('raw', 'users') }}
where user_id {% if is_incremental() %} = '9' {% else %} in ('007', '8') {% endif %}
"""
RENAMED, RETYPED = (
    "dbt_playbooks.renamed_column('user_type', 'user_segment'",
    "dbt_playbooks.retyped_column('user_id', 'integer'",
)


def model(value: str, columns: str) -> dict[str, str]:
    return {"models/users.sql": STORED.replace("VALUE", value).replace("COLUMNS", columns)}


def calls(phase: str) -> str:
    return ", ".join(f"{{{{ {call}, phase='{phase}') }}}}" for call in (RENAMED, RETYPED))


def columns(shop: Shop) -> set[str]:
    return {
        str(name)
        for (name,) in shop.sql(
            "select column_name from duckdb_columns() where table_name = 'users' and schema_name = 'main'"
        )
    }


@pytest.mark.parametrize("value", ["append_new_columns", "sync_all_columns"])
def test_the_new_columns_are_not_left_alone_while_rows_lack_their_values(users, value):
    both, new = model(value, calls("both")), model(value, calls("new"))
    # the rows that are stored first have no value in the columns that come
    _, _, early = walk(users, (model(value, "user_type, user_id"), ["run"]), (both, ["run"]), (new, ["run"]))
    counted = (
        "phase is 'new', and in {} of \"shop\".\"main\".\"users\" the column '{}' holds a value that '{}' does not."
    )
    if value == "sync_all_columns":
        assert (early[0], early[1]) == ("", {"users": "error"})
        assert {"user_type", "user_id"} <= columns(users), "nothing is dropped"
        assert users.sql("select place, user_type, user_segment from users order by 1") == [
            ("007", "paid", None), ("8", None, None), ("9", "free", "free"),
        ]  # fmt: skip
    else:
        assert early[1] == {"users": "success"}
        renamed, retyped = early[2]
        # one of the two has no user_type; both can be cast
        assert "dbt_playbooks.renamed_column: " + counted.format("1 row", "user_type", "user_segment") in renamed
        assert "Readers of 'user_segment' do not find it. Set phase='both' again and fill these rows" in renamed
        assert "dbt_playbooks.retyped_column: " + counted.format("2 rows", "user_id", "user_id_int") in retyped
    filled, moved = walk(users, (both, ["run", "--full-refresh"]), (new, ["run"]))
    assert [(each[1], each[2]) for each in (filled, moved)] == [({"users": "success"}, [])] * 2, "all rows are filled"
    assert ("user_type" in columns(users)) == (value != "sync_all_columns")


def test_columns_that_dbt_leaves_out_are_told(users):
    calls = [
        "{{ dbt_playbooks.added_column('plan', 'plan_clean', 'none') }}",
        "{{ dbt_playbooks.renamed_column('user_type', 'user_segment', phase='both') }}",
        "{{ dbt_playbooks.retyped_column('user_id', 'integer', phase='both') }}",
    ]
    made = [["plan_clean"], ["user_segment"], ["user_id_int, user_id_cast_failures"]]
    before = model("ignore", "user_type, user_id")
    after = model("ignore", ", ".join(calls))
    _, told, again = walk(users, (before, ["run"]), (after, ["run"]), ({}, ["run", "--full-refresh"]))
    assert (told[1], again[1], again[2]) == ({"users": "success"}, {"users": "success"}, [])
    assert [
        re.findall(r"does not get (.+?)\. Its model is incremental, and with on_schema_change='ignore'", text)
        for text in told[2]
    ] == made


def test_a_typed_column_in_the_place_of_another_type_is_refused_until_it_is_built_anew(users):
    typed = "{{ dbt_playbooks.retyped_column('user_id', 'TYPE', phase='new', typed_name='n', expression='user_id', trim=true) }}"
    place = model("append_new_columns", typed.replace("'user_id', ", "'n', ", 1).replace("TYPE", "integer"))
    _, refused, filled, again, narrower = walk(
        users,
        (model("append_new_columns", "user_id as n"), ["run"]),
        (place, ["run"]),
        ({}, ["run", "--full-refresh"]),
        ({}, ["run"]),
        (
            model("append_new_columns", typed.replace("'user_id', ", "'n', ", 1).replace("TYPE", "numeric(10, 2)")),
            ["run"],
        ),
    )
    assert (refused[1], filled[1], again[1], narrower[1]) == (
        {"users": "error"},
        {"users": "success"},
        {"users": "success"},
        {"users": "error"},
    )
    assert users.sql(
        "select data_type from duckdb_columns() where table_name = 'users' and schema_name = 'main' and column_name = 'n'"
    ) == [("BIGINT",)]
    assert users.sql("select count(*) from users") == [(3,)]
