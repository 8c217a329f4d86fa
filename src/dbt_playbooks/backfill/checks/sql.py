"""What a model's SQL says against a backfill: its configuration follows the window, it ignores the window, or it reads its own table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbt_playbooks.backfill.checks.effects import CATALOG, things_of_plan, things_read, trees
from dbt_playbooks.backfill.checks.shape import another
from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.self_reads import reads
from dbt_playbooks.interface import Model, Project, Rendering, Window
from dbt_playbooks.statements import plain, statements_of

_HANDLED_WHEN_FROZEN = {"partitions"}
_OF_TABLES = re.compile(
    r"information_schema\W*tables|\b(duckdb|pg)_(tables|class)|sqlite_master|__TABLES__", re.IGNORECASE
)
"""Where the warehouse says which tables it has, and how large they are."""
_ASKS_FOR_COLUMNS = re.compile(r"\s*describe\b", re.IGNORECASE)
_COLUMNS_OF_A_TABLE = re.compile(r"\(\s*describe\s+[^()]*\)", re.IGNORECASE)


def against_sql(project: Project, model: Model, first: Window) -> str | None:
    """The reason why chunks of this model's SQL would not hold what they should; None when there is none."""
    other = another(first)
    conflict = project.var_conflict(model)
    if conflict:
        return conflict
    frozen = [key for key in project.frozen_by_window(model, first, other) if key not in _HANDLED_WHEN_FROZEN]
    if frozen:
        return (
            f"the window's vars decide its {' and '.join(frozen)}, and dbt reads those only once, when it parses the project: "
            "every chunk would get the first one's. Take the window's vars out of config(), ref() and source()."
        )
    renderings = [project.rendered(model, first, incremental) for incremental in (False, True)]
    change = next((" ".join(each.change.split()) for each in renderings if each.change), None)
    if change:
        return (
            f"its Jinja changes the warehouse while it is compiled ({change[:80]}): it would with each chunk, and once in one run of dbt. "
            "Do it in a model of its own, or by hand before the backfill."
        )
    if _reads_itself(project, model, first, renderings):
        return (
            f"it reads itself ({model.relation}) inside a window that is replaced as a whole, so its rows would depend on "
            "the chunks before. Read the past from another model, or from the source with a wider filter."
        )
    broken = [rendering.error for rendering in renderings if rendering.error]
    if broken:
        hint = (
            f" Create its table empty first: dbt run --select {model.name} --empty" if not project.exists(model) else ""
        )
        raise UsageError(f"{broken[0]}{hint}")
    if _reads_the_catalog(project, model, first):
        return (
            "it reads the warehouse's catalogue, where its own table, those of the backfill's state and its temporary tables are seen, so its rows "
            "would depend on the chunks before. Read the catalogue into a table first, and read that table here."
        )
    if project.compile(model, first) == project.compile(model, other):
        return _ignores(model)
    return None


def differs_on_first_run(project: Project, model: Model, window: Window) -> bool:
    """Whether `is_incremental()` changes its SQL: the chunk that creates the table would then run other SQL than the rest."""
    dialect = dialect_of(project.adapter_type)
    first, later = (plain(project.rendered(model, window, incremental).sql, dialect) for incremental in (False, True))
    return first != later


def _reads_itself(project: Project, model: Model, window: Window, renderings: Sequence[Rendering]) -> bool:
    """In its SQL, in a statement that its Jinja sends while it is compiled, or through a model that reads it.

    Names are read, and the warehouse is asked, which knows what its views, its macros and names that are put together read.
    """
    dialect = dialect_of(project.adapter_type)
    asked = asked_statements(project, renderings)
    statements = dict.fromkeys([*(each.sql for each in renderings if not each.error), *asked])
    below = [each.relation for each in project.descendants([model]) if each.materialized != "ephemeral"]
    paths = [table_path(relation, dialect) for relation in (model.relation, *below)]
    if any(reads(statement, dialect, path) for statement in statements for path in paths):
        return True
    own = re.compile(rf"'{re.escape(paths[0][-1])}'", re.IGNORECASE)
    if any(_OF_TABLES.search(statement) and own.search(statement) for statement in statements):
        return True
    if any(each.error for each in renderings):
        return False
    resolved = project.tables_read(model, [*statements, project.compile(model, window)]) or []
    return any(".".join(path) in resolved for path in paths)


def _reads_the_catalog(project: Project, model: Model, window: Window) -> bool:
    """Whether its SQL does, itself or behind views; what its Jinja asks is another matter."""
    sql = project.compile(model, window)
    dialect = dialect_of(project.adapter_type)
    resolved = project.tables_read(model, [sql]) or []
    parsed = trees(sql, dialect)
    read = (thing for tree in parsed for thing in things_read(tree, dialect))
    return CATALOG in (*read, *things_of_plan(resolved, parsed, dialect))


def asked_statements(project: Project, renderings: Sequence[Rendering]) -> list[str]:
    """What Jinja asks the warehouse while it is compiled, but for the columns of a table."""
    dialect = dialect_of(project.adapter_type)
    asked = [each for found in renderings for text in found.asked for each in statements_of(text, dialect)]
    asked = [each for each in asked if not _ASKS_FOR_COLUMNS.match(each)]
    if not any(map(_COLUMNS_OF_A_TABLE.search, asked)):
        return asked
    any_columns = project.call("_any_columns_sql")
    return [_COLUMNS_OF_A_TABLE.sub(lambda _: any_columns, each) for each in asked]


def _ignores(model: Model) -> str:
    if model.is_microbatch:
        return (
            "no input of this microbatch model has an event_time, so every chunk would read everything. "
            "Set event_time on the ref or source that it reads."
        )
    if "is_incremental" in model.raw_code:
        return (
            "its window sits inside `if is_incremental()`, so the first run would read everything. "
            "Move backfill_filter out of that block; it handles first runs itself."
        )
    return (
        "it ignores the window: its SQL is the same for two windows. "
        "Add `where {{ dbt_playbooks.backfill_filter('<date column>') }}`."
    )
