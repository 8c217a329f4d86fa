"""A cutover on BigQuery, as far as it can be shown without it: what is chosen, kept, lost and refused, by what the API says of both tables.

Every statement is read by GoogleSQL's analyzer. None of them runs.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError
from macros.cutover_shop import BY_DAY, BY_MONTH, BY_RANGE, FIELDS, GRANTS, INGESTED, cutover_stubs, made_shop

pytestmark = pytest.mark.targets("bigquery")


@pytest.fixture
def shop(macro, table):
    return made_shop(macro, table)


def problems(result):
    return [(check, what) for check, verdict, what in result.value if verdict == "problem"]


LAYOUTS = {
    "none": ({}, "not partitioned"),
    "day": (BY_DAY, "partitioned by day of order day"),
    "ingestion": (INGESTED, "partitioned by day of _PARTITIONTIME"),
    "range": (BY_RANGE, "partitioned by id from 0 to 100 by 10"),
    "clustered": (
        {**BY_DAY, "clustering": {"fields": ["note", "id"]}},
        "partitioned by day of order day and clustered by note, id",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_tables_that_are_laid_out_alike_are_swapped_by_a_copy(shop, name):
    layout, said = LAYOUTS[name]
    made = shop(old=layout, new=layout)
    printed = made.cut(dry_run=False, backup="was").printed
    assert f"Both tables are {said}, so BigQuery replaces the one by a copy of the other in one atomic step" in printed
    assert [each[0].partition(" `")[0] for each in made.changed] == [
        "alter table",
        "create snapshot table",
        "create or replace table",
    ]
    assert made.changed[1:] == [
        ["create snapshot table `test-project`.`dbt_test`.`was`\nclone `test-project`.`dbt_test`.`orders`"],
        ["create or replace table `test-project`.`dbt_test`.`orders`\ncopy `test-project`.`dbt_test`.`orders_v2`"],
    ]
    assert "orders_v2` is, which you may drop" in printed


LIFETIME = {
    "timePartitioning": {"type": "DAY", "field": "order day", "expirationMs": "7776000000"},
    "requirePartitionFilter": True,
}
SAME_LIFE = {"timePartitioning": {**BY_DAY["timePartitioning"], "expirationMs": "86400000"}}
SET = "alter table `test-project`.`dbt_test`.`orders_v2` set options "
PARTITIONED = {
    "another column": (LIFETIME, INGESTED, ["require_partition_filter = true", "partition_expiration_days = 90.0"]),
    "a coarser partition": (
        LIFETIME,
        BY_MONTH,
        ["require_partition_filter = true", "partition_expiration_days = 90.0"],
    ),
    "a range": (LIFETIME, BY_RANGE, ["require_partition_filter = true", None]),
    "none": (LIFETIME, {}, [None, None]),
    "a lifetime of the replacement's own": (BY_DAY, SAME_LIFE, ["partition_expiration_days = null"]),
    "another lifetime": (
        {**LIFETIME, "requirePartitionFilter": False},
        SAME_LIFE,
        ["partition_expiration_days = 90.0"],
    ),
}


@pytest.mark.parametrize("name", PARTITIONED)
def test_what_holds_for_partitions_goes_only_to_partitions_of_the_same_kind(shop, macro, name):
    old, new, statements = PARTITIONED[name]
    made = shop(old=old, new=new)
    lost = [what for check, what in problems(made.cut(strategy="rename", backup="was"))]
    for what, options in zip(lost, statements, strict=True):
        assert what.startswith(("require_partition_filter", "the lifetime of partitions: those of the table "))
        if options:
            assert what.endswith(f" first: {SET}({options})")
            macro.analyze(what.split("first: ")[1])
        if what.startswith("the lifetime"):
            kept = old["timePartitioning"].get("expirationMs") is not None
            assert f"those of the table {'expire after 90.0 days' if kept else 'do not expire'}, " in what
    made.cut(strategy="rename", accept="lost", dry_run=False)
    assert "partition_expiration_days" not in made.changed[0][0]
    assert "require_partition_filter" not in made.changed[0][0]


def test_a_profile_that_cancels_long_jobs_is_refused_for_a_rename_only(macro, shop):
    made = shop()
    target = SimpleNamespace(
        name="prod", database="test-project", schema="dbt_test", type="bigquery", job_execution_timeout_seconds=300
    )
    stubs = {**cutover_stubs(made), "target": target, "_change": lambda _: None, "_refuse_default_expiration": None}
    with macro.raises("target 'prod' sets job_execution_timeout_seconds (or timeout_seconds) to 300"):
        macro("cutover", "orders", "orders_v2", strategy="rename", stubs=stubs)
    assert "Both tables are not partitioned" in macro("cutover", "orders", "orders_v2", stubs=stubs).printed


OTHERWISE = {
    "a coarser partition": (BY_DAY, BY_MONTH),
    "a partition more": ({}, BY_DAY),
    "a partition less": (BY_DAY, {}),
    "another column": (BY_DAY, BY_RANGE),
    "clusters": (BY_DAY, {**BY_DAY, "clustering": {"fields": ["id"]}}),
    "another order of clusters": (
        {"clustering": {"fields": ["id", "note"]}},
        {"clustering": {"fields": ["note", "id"]}},
    ),
}


SCRIPT = """begin
  alter table `test-project`.`dbt_test`.`orders` rename to `was`;
  begin
    alter table `test-project`.`dbt_test`.`orders_v2` rename to `orders`;
  exception when error then
    alter table `test-project`.`dbt_test`.`was` rename to `orders`;
    raise;
  end;
end"""


@pytest.mark.parametrize("name", OTHERWISE)
def test_tables_that_are_laid_out_otherwise_are_renamed_only_when_it_is_asked_for(shop, name):
    old, new = OTHERWISE[name]
    made = shop(old=old, new=new)
    planned = made.cut(backup="was").printed
    assert "BigQuery refuses to replace a table by a copy that is laid out otherwise" in planned
    assert "It would be refused, because this gap is to be accepted by name: strategy: rename." in planned
    assert 'queries fail with "not found"' in planned
    with pytest.raises(
        MacroError, match="nothing was changed, because this gap is to be accepted by name: strategy: rename"
    ):
        made.cut(dry_run=False, backup="was")
    with pytest.raises(MacroError, match="strategy: copy does not work here"):
        made.cut(strategy="copy", dry_run=False)
    assert made.changed == []
    made.cut(strategy="rename", dry_run=False, backup="was")
    [[_, labelled], [script]] = made.changed
    assert script == SCRIPT
    assert re.fullmatch(
        r"alter table `test-project`.`dbt_test`.`orders`\nset options \(labels = \[\('dbt_playbooks_renamed', '\d{8}_\d{6}_[0-9a-f]{32}'\)\]\)",
        labelled,
    )


def test_an_old_table_that_is_renamed_keeps_its_labels_and_hands_none_of_ours_on(shop):
    made = shop(old={"labels": {"team": "sales", "dbt_playbooks_renamed": "20230101_000000_a"}}, new={})
    made.cut(strategy="rename", dry_run=False, backup="was")
    new, old = made.changed[0]
    assert re.findall(r"\('(\w+)'", new) == ["team", "dbt_playbooks_cutover"]
    assert re.findall(r"\('(\w+)', '(\w+)", old)[0] == ("team", "sales")
    assert "20230101_000000_a" not in old


def test_a_command_that_is_printed_can_be_typed_whatever_the_names(shop):
    made = shop()
    printed = made.cut(backup="it's 1").printed
    assert (
        """--args '{table: orders, replacement: dbt_test.orders_v2, backup: "it'\\''s 1", undo: true, dry_run: false}'"""
        in printed
    )


def test_a_strategy_that_is_none_is_refused(shop):
    with pytest.raises(
        MacroError, match=r"Allowed: copy \(atomic\), rename \(with a gap\), or none.*Did you mean copy"
    ):
        shop().cut(strategy="copies")


RICH = {
    "description": "it's the orders", "friendlyName": "Orders", "labels": {"team": "sales", "tier": "gold", "dbt_playbooks_cutover": "earlier"},
    "expirationTime": "1790000000123", "requirePartitionFilter": True, "clustering": {"fields": ["id"]},
    "timePartitioning": {"type": "DAY", "field": "order day", "expirationMs": "7776000000"},
    "schema": {"fields": [
        {"name": "id", "type": "INTEGER", "description": "the\nid", "defaultValueExpression": "42"},
        {"name": "order day", "type": "DATE", "description": "when"},
        *FIELDS[2:],
    ]},
}  # fmt: skip
POOR = {
    "labels": {"team": "marketing", "made_by": "ann"}, "clustering": {"fields": ["id"]}, **BY_DAY,
    "schema": {"fields": [FIELDS[0], {**FIELDS[1], "description": "the day"}, *FIELDS[2:]]},
}  # fmt: skip


KEPT = [
    "the description", "the friendly name", "that it expires at 2026-09-21", "require_partition_filter", "the label tier",
    "that its partitions expire", "the description of id", "the default of id", "the grant of roles/bigquery.dataViewer to group:all",
]  # fmt: skip


@pytest.mark.parametrize("strategy", ["copy", "rename"])
def test_what_the_table_has_and_the_replacement_lacks_is_put_on_it_before_the_swap(shop, strategy):
    made = shop(old=RICH, new=POOR, grants=GRANTS)
    result = made.cut(strategy=strategy, backup="was", dry_run=False)
    to = "`test-project`.`dbt_test`.`orders_v2`"
    granted = (
        "grant `roles/bigquery.dataViewer`\non table {}\nto 'group:all@shop.example', 'user:o\\'neil@shop.example'"
    )
    options, descriptions, defaults = made.changed[0][:3]
    mark = options.rpartition("('dbt_playbooks_cutover', '")[2].partition("'")[0]
    assert options == (
        f"alter table {to}\nset options (description = 'it\\'s the orders', friendly_name = 'Orders', "
        "expiration_timestamp = timestamp '2026-09-21 14:13:20.123000+00:00', require_partition_filter = true, partition_expiration_days = 90.0, "
        f"labels = [('team', 'marketing'), ('made_by', 'ann'), ('tier', 'gold'), ('dbt_playbooks_cutover', '{mark}')])"
    )
    assert len(mark) == 32
    assert descriptions == f"alter table {to}\nalter column `id` set options (description = 'the\\nid')"
    assert defaults == f"alter table {to}\nalter column `id` set default 42"
    assert made.changed[0][3] == granted.format(to), "this shows the right to grant before anything is swapped"
    if strategy == "rename":
        assert len(made.changed) == 2
    else:
        assert made.changed[-1] == [granted.format("`test-project`.`dbt_test`.`orders`")]
    [kept] = [what for check, _, what in result.value if check == "kept"]
    for what in KEPT:
        assert what in kept


def test_a_replacement_that_would_expire_keeps_no_name(shop):
    made = shop(new={"expirationTime": "1790000000123"})
    result = made.cut(dry_run=False, backup="was")
    assert "expiration_timestamp = null" in made.changed[0][0]
    assert ["kept", "fine", "that it does not expire"] in [list(row) for row in result.value]


TAGGED = {
    "schema": {
        "fields": [
            FIELDS[0],
            FIELDS[1],
            {**FIELDS[2], "policyTags": {"names": ["projects/p/taxonomies/1/policyTags/2"]}},
            FIELDS[3],
        ]
    }
}
DEEP = {"name": "address", "type": "RECORD", "fields": [{"name": "zip", "type": "STRING", "description": "the code"}]}
V2 = "`test-project`.`dbt_test`.`orders_v2`"
LOST = {
    "policy tags": (TAGGED, "the policy tags of note, without which more people may read these columns. No SQL sets them"),
    "nested descriptions": ({"schema": {"fields": [*FIELDS[:3], DEEP]}}, "the descriptions of the fields address.zip. No SQL sets them"),
    "a primary key": (
        {"tableConstraints": {"primaryKey": {"columns": ["id", "order day"]}}},
        "the primary key. Add it first: alter table `test-project`.`dbt_test`.`orders_v2` add primary key (`id`, `order day`) not enforced",
    ),
    "a staleness": (
        {"maxStaleness": "0-0 0 4:0:0"},
        f"the max staleness of the table: 0-0 0 4:0:0. Set it first: alter table {V2} set options (max_staleness = ...)",
    ),
    "a collation": ({"defaultCollation": "und:ci"}, "the default collation of the table: und:ci. Set it first: alter table"),
    "resource tags": ({"resourceTags": {"env": "prod"}}, "the resource tags of the table: {'env': 'prod'}. Set it first:"),
    "what BigQuery adds next year": (
        {"quantumState": {"spin": "up"}},
        "the quantum state of the table: {'spin': 'up'}. No SQL that is known here sets it",
    ),
    "data policies": (
        {"schema": {"fields": [*FIELDS[:2], {**FIELDS[2], "dataPolicies": [{"name": "masked"}]}, FIELDS[3]]}},
        "the data policies of note: [{'name': 'masked'}]. "
        f"Set it first: alter table {V2} alter column `note` set options (data_policies = ...)",
    ),
    "a collation of a field": (
        {"schema": {"fields": [*FIELDS[:3], {**FIELDS[3], "fields": [{"name": "zip", "type": "STRING", "collation": "und:ci"}]}]}},
        "the collation of address.zip: und:ci. No SQL that is known here sets it",
    ),
    "an encryption key": ({"encryptionConfiguration": {"kmsKeyName": "projects/p/key"}}, "the key projects/p/key with which it is encrypted."),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_what_cannot_be_put_back_stops_it_until_it_is_accepted(shop, macro, name):
    old, said = LOST[name]
    made = shop(old=old)
    [(check, what)] = problems(made.cut(backup="was"))
    assert check == "lost"
    assert what.startswith(said)
    with pytest.raises(MacroError, match=r"accept: \[lost\]"):
        made.cut(dry_run=False, backup="was")
    assert made.changed == []
    if "first: " in what and "..." not in what:
        macro.analyze(what.split("first: ")[1])
    made.cut(dry_run=False, accept="lost")
    assert len(made.changed) == 3
    # what the replacement has, too, is not lost
    assert problems(shop(old=old, new=old).cut(backup="was")) == []


def test_what_no_sql_shows_is_said_each_time(shop):
    [unseen] = [what for _, verdict, what in shop().cut(backup="was").value if verdict == "unseen"]
    assert "row access policies: no SQL shows them" in unseen
    assert "bq ls --row_access_policies test-project:dbt_test.orders" in unseen


@pytest.mark.parametrize("side", ["old", "new"])
def test_rows_in_a_streaming_buffer_are_refused_before_anything_is_compared(shop, side):
    buffer = {"streamingBuffer": {"estimatedRows": "17", "estimatedBytes": "1", "oldestEntryTime": "1790000000123"}}
    named = "table" if side == "old" else "replacement"
    with pytest.raises(
        MacroError,
        match=f"rows are being streamed into the {named}: about 17 are in its streaming buffer, the oldest since 2026",
    ):
        shop(**{side: buffer}).cut(accept=["rows", "lost"], dry_run=False)


def test_a_dataset_whose_tables_expire_is_refused_for_a_rename_only(shop, macro):
    made = shop(expires="30.0")
    with pytest.raises(
        MacroError, match=r"tables of the dataset dbt_test expire 30.0 days after they were made"
    ) as error:
        made.cut(strategy="rename", dry_run=False)
    macro.analyze(str(error.value).split("first: ")[1])
    assert made.changed == []
    made.cut(dry_run=False, backup="was")


def test_another_dataset_is_possible_for_a_copy_only(shop):
    made = shop(dataset="staging")
    made.cut(dry_run=False, backup="was")
    assert made.changed[-1] == [
        "create or replace table `test-project`.`dbt_test`.`orders`\ncopy `test-project`.`staging`.`orders_v2`"
    ]
    for new, arguments in ({}, {"strategy": "rename"}), (BY_DAY, {}):
        with pytest.raises(MacroError, match="are in two datasets, and BigQuery renames no table into another"):
            shop(dataset="staging", new=new).cut(**arguments)


def test_another_location_is_refused(macro, shop):
    made = shop(dataset="far")
    stub = {"adapter.get_dataset_location": lambda relation: "EU" if relation.schema == "far" else "US"}
    with macro.raises("BigQuery reads no two locations in one query"):
        macro(
            "bigquery___refuse_far_replacement",
            table=_relation(macro, "orders"),
            replacement=_relation(macro, "orders_v2", "far"),
            stubs=stub,
        )
    assert made.changed == []


def _relation(macro, name, schema="dbt_test"):
    return macro("_named_relation", f"{schema}.{name}").value


def test_the_partition_column_may_go_only_with_a_replacement_and_it_is_said(shop):
    gone = [["order day", "removed", "DATE", None], [None, "partitioning", "`order day`", "none"]]
    found = problems(shop(old=BY_DAY, differences=gone).cut(strategy="rename"))
    assert (
        "layout",
        "the partition column order day is gone: no ALTER TABLE does that, only a replacement, and queries that filter by order day fail afterwards",
    ) in found
    assert ("layout", "partitioning: `order day` to none") in found
    assert [check for check, _ in found].count("schema") == 1, "the column that goes"
    renamed = problems(shop(old=BY_DAY, new=BY_RANGE).cut(strategy="rename", rename={"Order Day": "order day"}))
    assert [check for check, what in renamed if "the partition column order day is renamed" in what] == ["layout"]


LAID_OUT = {
    "partitioning": [[None, "partitioning", "`order day`", "date_trunc(`order day`, month)"]],
    "clustering": [[None, "clustering", "id", "none"]],
}


@pytest.mark.parametrize("name", LAID_OUT)
def test_who_accepts_other_columns_has_not_accepted_another_layout(shop, name):
    columns = [["extra", "added", None, "STRING"]]
    made = shop(old=BY_DAY, new=BY_MONTH, differences=[*LAID_OUT[name], *columns])
    with pytest.raises(MacroError, match=rf"the replacement differs: layout \({name}: .*\. If .*: accept: \[layout\]"):
        made.cut(strategy="rename", accept="schema", dry_run=False)
    with pytest.raises(
        MacroError, match=r"schema \(extra added: STRING\)\. If that is what you want: accept: \[schema\]"
    ):
        made.cut(strategy="rename", accept="layout", dry_run=False)
    assert made.changed == []
    made.cut(strategy="rename", accept=["layout", "schema"], dry_run=False)
    made = shop(differences=columns)
    assert ["layout", "fine", "the same partitions and clusters"] in [list(row) for row in made.cut(backup="was").value]


def test_views_that_would_break_and_materialized_views_are_problems(shop):
    views = [
        ["test-project", "dbt_test", "good", "view", "dbt_test.orders", "CREATE VIEW `a.b.good` AS select id from dbt_test.orders"],
        ["test-project", "dbt_test", "bad", "view", "dbt_test.orders", "CREATE VIEW `a.b.bad` AS select `note` from dbt_test.orders"],
        ["test-project", "dbt_test", "kept", "materialized view", "dbt_test.orders", "CREATE MATERIALIZED VIEW `a.b.kept` AS select id from dbt_test.orders"],
    ]  # fmt: skip
    found = problems(shop(views=views, differences=[["note", "removed", "STRING", None]]).cut(backup="was"))
    assert [(check, what.split(",")[0]) for check, what in found] == [
        ("schema", "note removed: STRING"),
        ("views", "`test-project`.`dbt_test`.`bad` names note"),
        ("views", "`test-project`.`dbt_test`.`kept` is a materialized view"),
    ]


def test_a_column_that_a_view_passes_on_by_a_star_is_looked_for_below_it(macro):
    from google.cloud.bigquery import SchemaField

    def view(name, definition, kind="view"):
        return {"relation": name, "kind": kind, "model": None, "definition": definition}

    below = {
        "starred": [view("bad", "select NOTE from starred"), view("deep", "select * from starred")],
        "deep": [view("worse", "select note from deep"), view("starred", "select * from deep")],
        "narrow": [view("never", "select note from narrow")],
    }
    stubs = {
        "_views_on": lambda relation, *_, **__: below[relation],
        "adapter.get_bq_table": lambda relation: SimpleNamespace(
            schema=[SchemaField("Note", "STRING")] if relation != "narrow" else [SchemaField("id", "INT64")]
        ),
    }
    direct = [
        view("starred", "select * from orders"),
        view("narrow", "select id from orders"),
        view("named", "select note from orders"),
    ]
    found = macro("_broken_views", direct, ["note"], stubs=stubs).value
    assert [(each["view"]["relation"], each["column"], each["from"]) for each in found] == [
        ("named", "note", None), ("bad", "note", "starred"), ("worse", "note", "deep"),
    ]  # fmt: skip
    assert macro("_broken_views", direct, [], stubs=stubs).value == []


def test_readers_are_counted_by_user(macro, table):
    orders = table(types={"id": "int64"}, name="it's")
    query = macro("recent_readers_sql", orders, days=7, others_only=True, project="reports")
    assert query.columns == {
        "user_email": "string", "queries": "int64", "last_read": "timestamp", "bytes_processed": "int64", "last_job_id": "string",
    }  # fmt: skip
    for part in (
        "`reports.region-us.INFORMATION_SCHEMA.JOBS`",
        "interval 7 day",
        "table_id = 'it\\'s'",
        "<> session_user()",
    ):
        assert part in query.text
    assert "session_user" not in macro("recent_readers_sql", orders).text


def test_all_readers_of_thirty_days_are_counted_unless_asked_otherwise(macro, table):
    table(types={"id": "int64"}, name="orders")
    asked: list[str] = []
    stubs = {"run_query": lambda sql: asked.append(sql) or SimpleNamespace(rows=[])}
    assert (
        "who queried `test-project`.`dbt_test`.`orders` in the last 30 days"
        in macro("recent_readers", "orders", stubs=stubs).printed
    )
    assert ("interval 30 day" in asked[0], "session_user" in asked[0]) == (True, False)
    assert "in the last day\n" in macro("recent_readers", "orders", days=1, others_only=True, stubs=stubs).printed
    assert "session_user()" in asked[1]


def test_the_right_that_the_jobs_need_is_said_before_they_are_asked(macro, table):
    table(types={"id": "int64"}, name="orders")

    def refuse(_):
        raise RuntimeError("Access Denied")

    with pytest.raises(RuntimeError):
        macro("recent_readers", "orders", stubs={"run_query": refuse})
    assert (
        "needs bigquery.jobs.listAll there (the role BigQuery Resource Viewer, roles/bigquery.resourceViewer)"
        in macro.last.printed
    )
