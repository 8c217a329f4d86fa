"""A cutover on BigQuery that dies, is repeated, or goes back, as far as it can be shown without it: every statement is analyzed, none runs."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError
from macros.cutover_shop import GRANTS, cutover_stubs, made_shop

pytestmark = pytest.mark.targets("bigquery")


@pytest.fixture
def shop(macro, table):
    return made_shop(macro, table)


EXPIRIES = {
    "none": ({}, "null"),
    "one": ({"expirationTime": "1790000000123"}, "timestamp '2026-09-21 14:13:20.123000+00:00'"),
}


@pytest.mark.parametrize("strategy", ["copy", "rename"])
def test_it_is_seen_that_it_was_done(shop, strategy):
    made = shop()
    made.cut(strategy=strategy, backup="was", dry_run=False)
    options = made.changed[0][0]
    mark = {"labels": {"dbt_playbooks_cutover": options.rpartition("', '")[2].partition("'")[0]}}
    made.changed.clear()
    # died before the swap: the replacement has the label, the table has not
    made.described["orders_v2"] = mark
    assert "It is done already" not in made.cut(strategy=strategy).printed
    # the swap
    made.described.update(
        orders=mark,
        was={"type": "SNAPSHOT" if strategy == "copy" else "TABLE"},
        orders_v2=mark if strategy == "copy" else None,
    )
    said = made.cut(strategy=strategy, backup="was", dry_run=False)
    assert "It is done already" in said.printed
    again = (
        "orders_v2` has changed since and is to be copied once more, make it anew, as dbt run does, or take its label"
    )
    assert (again in said.printed) == (strategy == "copy")
    assert made.changed == []
    if strategy == "copy":
        # a late repetition must not put the copied rows over what was loaded since
        made.described["was"] = None
        with pytest.raises(MacroError, match=r"is a copy of .* already, as their label dbt_playbooks_cutover says"):
            made.cut(strategy=strategy, dry_run=False)
    # another replacement of that name, which dbt made since then
    made.described["orders_v2"] = {}
    assert "It is done already" not in made.cut(strategy=strategy).printed


@pytest.mark.parametrize("dry_run", [True, False])
def test_grants_that_a_run_which_died_after_the_copy_left_out_are_given_by_the_same_call(macro, shop, dry_run):
    made = shop()
    granted = {
        "orders": {"roles/x": ["user:a@shop.example"]},
        "orders_v2": {"roles/x": ["user:a@shop.example", "user:b@shop.example"]},
    }
    changed = []
    stubs = {
        **cutover_stubs(made), "_cutover_label": "the mark", "_mark_value": "the mark", "_tables_in": ["orders_backup"],
        "_grants_of": lambda relation: granted[relation.identifier], "_change": changed.append,
    }  # fmt: skip
    said = macro("cutover", "orders", "orders_v2", dry_run=dry_run, stubs=stubs).printed
    assert "It is done already" in said
    [statement] = ["grant `roles/x`\non table `test-project`.`dbt_test`.`orders`\nto 'user:b@shop.example'"]
    assert statement in said
    assert changed == ([] if dry_run else [[statement]])
    granted["orders"] = granted["orders_v2"]
    assert "Nothing was run." in macro("cutover", "orders", "orders_v2", dry_run=False, stubs=stubs).printed


def test_a_script_that_failed_twice_is_finished_or_taken_back(shop):
    made = shop()
    made.described.update(orders=None, orders_backup={})
    planned = made.cut().printed
    assert "There is no `test-project`.`dbt_test`.`orders` now" in planned
    made.cut(dry_run=False)
    assert made.changed[-1] == ["alter table `test-project`.`dbt_test`.`orders_v2` rename to `orders`"]
    made.cut(undo=True, dry_run=False)
    assert made.changed[-1] == ["alter table `test-project`.`dbt_test`.`orders_backup` rename to `orders`"]


@pytest.mark.parametrize("expiry", EXPIRIES)
def test_the_way_back_is_a_clone_of_the_snapshot_or_a_script_of_two_renames(shop, expiry):
    expires, literal = EXPIRIES[expiry]
    made = shop(old=expires)
    made.described.update(orders_v2=None, orders_backup={"type": "SNAPSHOT"})
    said = made.cut(undo=True, backup="orders_backup", dry_run=False).printed
    assert "with the rows that it has by now" not in said
    assert (
        "What `test-project`.`dbt_test`.`orders` holds now, also the rows that came since the cutover, is kept as"
        in said
    )
    assert "create snapshot table `test-project`.`dbt_test`.`orders_backup_" in made.changed[0][0]
    assert made.changed[0][0].endswith("clone `test-project`.`dbt_test`.`orders`")
    assert made.changed[1] == [
        "create or replace table `test-project`.`dbt_test`.`orders`\nclone `test-project`.`dbt_test`.`orders_backup`"
        f"\noptions (expiration_timestamp = {literal})"
    ]
    assert "has now may not hold afterwards" in said
    assert "bq ls --row_access_policies test-project:dbt_test.orders\n" in said
    made.described.update(orders_backup={"type": "TABLE"})
    assert "policies" not in made.cut(undo=True, backup="orders_backup").printed
    [script] = made.cut("cutover_sql", undo=True, backup="orders_backup").value
    assert (
        script.index("`orders` rename to `orders_v2`")
        < script.index("`orders_backup` rename to `orders`")
        < script.index("`orders_v2` rename to `orders`")
    )


def test_grants_are_given_again_on_the_way_back_from_a_copy(shop):
    made = shop(grants=GRANTS)
    made.described.update(orders_v2=None, orders_backup={"type": "SNAPSHOT"})
    made.cut(undo=True, backup="orders_backup", dry_run=False)
    assert made.changed[2] == [
        "grant `roles/bigquery.dataViewer`\non table `test-project`.`dbt_test`.`orders`\nto 'group:all@shop.example', 'user:o\\'neil@shop.example'"
    ]


def test_the_way_back_demands_the_label_or_at_least_the_name(shop):
    made = shop()
    made.described.update(orders_v2=None, was={"type": "SNAPSHOT"})
    with pytest.raises(MacroError, match=r"nothing says that .*was. is what .*orders. was: it has no mark"):
        made.cut(undo=True, backup="was", dry_run=False)
    assert made.changed == []


def label_of(macro, replacement, backup):
    place = "`test-project`.`dbt_test`.`{}`"
    return {
        "labels": {"dbt_playbooks_cutover": macro("_mark_value", place.format(replacement), place.format(backup)).value}
    }


def snapshot(second):
    """Of `orders`, as the API describes it: a whole second has no fraction."""
    base = {"projectId": "test-project", "datasetId": "dbt_test", "tableId": "orders"}
    taken = f"2024-01-01T00:00:{second}Z"
    return {"type": "SNAPSHOT", "snapshotDefinition": {"baseTableReference": base, "snapshotTime": taken}}


def changed_at(second):
    return {"lastModifiedTime": str(1704067200000 + int(second * 1000))}


def test_a_copy_that_died_after_its_named_snapshot_goes_on_with_it(macro, shop):
    made = shop()
    assert "which goes on with this snapshot unless the table changes until then" in made.cut(backup="was").printed
    made.described.update(orders=changed_at(30), orders_v2=label_of(macro, "orders_v2", "was"), was=snapshot("30.5"))
    said = made.cut(backup="was", dry_run=False).printed
    assert (
        "`was`, a snapshot of 2024-01-01 00:00:30.5 UTC, and the table has not changed since: it is the backup." in said
    )
    assert "replacement: dbt_test.orders_v2, backup: was, undo: true" in said
    assert [statements[0].split(" `")[0] for statements in made.changed] == ["alter table", "create or replace table"]


@pytest.mark.parametrize("changed", [changed_at(31), {}])
def test_a_copy_whose_table_changed_since_the_named_snapshot_makes_another_one_and_says_so(macro, shop, changed):
    made = shop()
    made.described.update(orders=changed, orders_v2=label_of(macro, "orders_v2", "was"), was=snapshot("30"))
    said = made.cut(backup="was", dry_run=False).printed
    assert "The table has changed since, so another one is made, `test-project`.`dbt_test`.`orders_backup_" in said
    assert "that one stays until you drop it: dbt run-operation dbt_playbooks.drop_backup" in said
    [kept] = made.changed[1]
    assert kept.startswith("create snapshot table `test-project`.`dbt_test`.`orders_backup_")
    # done, or dead once more after this snapshot: the same call finds it
    backup = kept.split("`.`")[2].partition("`")[0]
    mark = label_of(macro, "orders_v2", backup)
    made.described.update({"orders_v2": mark, backup: snapshot("40")})
    made.changed.clear()
    made.described["orders"] = changed_at(35)
    assert f"`{backup}`, a snapshot of 2024-01-01 00:00:40 UTC" in made.cut(backup="was").printed
    made.described["orders"] = {**changed_at(50), **mark}
    said = made.cut(backup="was", dry_run=False).printed
    assert "It is done already" in said
    assert f"backup: {backup}, undo: true" in said
    assert made.changed == []


def test_a_name_that_something_else_has_is_taken(macro, shop):
    made = shop()
    mark = label_of(macro, "orders_v2", "was")
    other = snapshot("30")
    other["snapshotDefinition"]["baseTableReference"]["tableId"] = "orders_v2"
    for label, was in ((mark, other), (mark, {}), ({}, snapshot("30"))):
        made.described.update(orders_v2=label, was=was)
        with pytest.raises(MacroError, match="the name of the backup is taken"):
            made.cut(backup="was", dry_run=False)
    made.described.update(orders_v2=mark, was=snapshot("30"))
    with pytest.raises(MacroError, match="the name of the backup is taken"):
        made.cut(backup="was", strategy="rename", dry_run=False)
    assert made.changed == []


def test_the_way_back_from_an_older_cutover_is_refused_by_the_label_of_the_table(macro, shop):
    made = shop()
    later = label_of(macro, "orders_v3", "orders_backup_2")
    made.described.update(orders=later, orders_v2=None, orders_v3={}, orders_backup_1={}, orders_backup_2={})
    with pytest.raises(
        MacroError, match=r"orders_backup_1. is not what .*orders. was last: .*orders_v3. took its"
    ) as error:
        made.cut(undo=True, backup="orders_backup_1", dry_run=False)
    again = "replacement: test-project.dbt_test.orders_v3, backup: orders_backup_2, undo: true, dry_run: false"
    assert again in str(error.value)
    # renamed, it is found by no name
    made.described.update(orders_v3=None)
    for backup in ({}, {"type": "SNAPSHOT"}):
        made.described.update(orders_backup_1=backup)
        with pytest.raises(
            MacroError, match=r"is what another cutover made it, .*`orders_backup_1`, .*`orders_backup_2`"
        ):
            made.cut(undo=True, backup="orders_backup_1", dry_run=False)
    made.described.update(orders_v2={})
    with pytest.raises(MacroError, match="is what another cutover made it"):
        made.cut(undo=True, backup="orders_backup_1", dry_run=False)
    assert made.changed == []


def test_a_table_that_was_made_again_since_it_was_renamed_gets_no_name_of_a_replacement(shop):
    made = shop()
    made.described.update(orders_v2=None, orders_backup={"labels": {"dbt_playbooks_renamed": "20240101_000000_x"}})
    with pytest.raises(MacroError, match=r"orders. was made again since .*: it lacks the label dbt_playbooks_cutover"):
        made.cut(undo=True, backup="orders_backup", dry_run=False)
    assert made.changed == []


CLONED = {
    "baseTableReference": {"projectId": "test-project", "datasetId": "dbt_test", "tableId": "orders"},
    "cloneTime": "2024-01-01T00:00:00Z",
}


# any snapshot is a backup, a clone by its name
@pytest.mark.parametrize(
    ("backup", "known_as"),
    [({"type": "SNAPSHOT"}, "orders_backup"), ({"cloneDefinition": CLONED}, "orders_backup_orders_backup")],
)
def test_a_snapshot_is_not_taken_for_the_old_table(shop, backup, known_as):
    made = shop()
    made.described.update(orders=None, orders_backup=backup)
    for ask in ({}, {"undo": True}, {"backup": "orders_backup"}):
        with pytest.raises(
            MacroError, match=rf"restore_table --args .*from_backup: test-project.dbt_test.{known_as}, dry_run: false"
        ):
            made.cut(**ask, dry_run=False)
    assert made.changed == []


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_run_that_dies_or_is_refused_in_a_step_has_said_what_to_do(shop, macro, step):
    made = shop(grants=GRANTS)
    left = [step]

    def die(statements):
        left[0] -= 1
        if not left[0]:
            raise RuntimeError("Access Denied: one of its rights is missing")
        made.changed.append(statements)

    with pytest.raises(RuntimeError, match="Access Denied"):
        macro("cutover", "orders", "orders_v2", dry_run=False, stubs={**cutover_stubs(made), "_change": die})
    said = macro.last.printed
    plan, _, ran = said.partition("This runs now:")
    for number in range(1, 5):
        assert f"-- Step {number} of 4:" in plan
    assert "It needs bigquery.tables.createSnapshot" in plan
    assert f"-- Step {step} of 4:" in ran
    assert f"-- Step {step + 1} of 4:" not in ran
    advice = plan.split("-- Step ")[step].split("\n-- ")[1].strip()
    assert advice.startswith(
        "Readers still read the old table."
        if step < 3
        else "Readers read the new table."
        if step == 3
        else "It is done."
    )
    assert ("run the same again" in advice) == (step < 3)
    assert ("undo: true" in advice) == (step >= 3)
    done = [statements[0].split(" `")[0] for statements in made.changed]
    assert done == ["alter table", "create snapshot table", "create or replace table"][: step - 1]
    assert step == 1 or made.changed[0][-1].startswith("grant"), "who may not grant is refused before the swap"
