"""A cutover by two renames on the BigQuery emulator: it runs, can be run again, and goes back.

The emulator knows no COPY, no labels, no grants and no statements of tables, and its catalogue goes on with the names of renamed tables: what asks
for these is answered by the test, by looking for the data. That its profile has a timeout is let pass.
"""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest

from dbt_playbooks.pytest_plugin.errors import SqlError

pytestmark = pytest.mark.targets("emulator")

ASK = {"table": "orders", "replacement": "orders_v2", "strategy": "rename"}
NOTHING = "select 1 as x from (select 1 as x) as nothing where x = 2"


@pytest.fixture
def shop(macro, table):
    table({"id": [1, 2], "note": ["old", "old"]}, name="orders")
    schema = table({"id": [1, 2, 3], "note": ["new"] * 3}, name="orders_v2").schema
    marks: dict[str, str] = {}

    class Shop:
        # what was renamed is not found, and stays, when a test has ended
        was = f"was_{uuid.uuid4().hex[:8]}"

        def notes(self, name="orders"):
            try:
                return {note for (note,) in self.read(name)}
            except Exception:
                return None

        def read(self, name="orders"):
            client = macro._target.client
            job = client.query(f"select note from {schema}.{name}", retry=None, job_retry=None, timeout=60)
            return [tuple(row.values()) for row in job.result(retry=None, job_retry=None, timeout=60)]

        def type_of(self, relation):
            return None if self.notes(relation.identifier) is None else "table"

        def answers(self):
            return {
                "_type_of": self.type_of, "_grants_of": {}, "_refuse_default_expiration": None, "_refuse_job_timeout": None,
                "_cutover_label": lambda relation: marks.get(relation.identifier), "_labels_after": {"option": "labels = []", "kept": []},
                "dependent_views_sql": NOTHING, "compare_schemas_sql": NOTHING,
            }  # fmt: skip

        def cut(self, stubs=None, **arguments):
            stubs = {**self.answers(), **(stubs or {})}
            return macro(
                "cutover",
                **{**ASK, "backup": self.was, "accept": "rows", "dry_run": False, "stubs": stubs, **arguments},
            )

        def mark(self):
            """The label, which went with the replacement."""
            places = [macro("_named_relation", name).value for name in ("orders_v2", self.was)]
            marks["orders"] = macro("_mark_value", *places).value

    return Shop()


def test_the_replacement_takes_the_name_and_gives_it_back(shop):
    assert "1 only in the table" not in shop.cut(dry_run=True).printed
    assert shop.notes() == {"old"}
    shop.cut()
    assert (shop.notes(), shop.notes(shop.was), shop.notes("orders_v2")) == ({"new"}, {"old"}, None)
    shop.mark()
    assert "It is done already" in shop.cut().printed
    shop.cut(undo=True, stubs={"adapter.get_bq_table": SimpleNamespace(table_type="TABLE")})
    assert (shop.notes(), shop.notes(shop.was), shop.notes("orders_v2")) == ({"old"}, None, {"new"})


@pytest.mark.parametrize("died", ["before the script", "between the renames"])
def test_a_run_that_died_is_finished_by_the_same_call(macro, shop, died):
    if died == "before the script":
        steps = iter(["the replacement is prepared"])

        def change(_):
            if next(steps, None) is None:
                raise RuntimeError("the machine is gone")

        with pytest.raises(RuntimeError):
            shop.cut(stubs={"_change": lambda statements: change(statements)})
        assert shop.notes() == {"old"}
    else:
        macro.query(f"alter table dbt_test.orders rename to {shop.was}")
        assert shop.notes() is None
    # nobody knows the columns of what was renamed
    shop.cut(stubs={"_rows_finding": ["rows", "fine", "not compared"]})
    assert (shop.notes(), shop.notes(shop.was), shop.notes("orders_v2")) == ({"new"}, {"old"}, None)


def test_a_script_whose_second_rename_fails_gives_the_name_back(macro, shop):
    places = [macro("_named_relation", name).value for name in ("orders", shop.was, "gone_since_the_plan")]
    with pytest.raises(SqlError):
        shop.cut(stubs={"_rename_script": macro("_rename_script", *places).value})
    assert (shop.notes(), shop.notes(shop.was), shop.notes("orders_v2")) == ({"old"}, None, {"new"})
