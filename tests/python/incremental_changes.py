"""Incremental models that change by one of our macros, one for each value of `on_schema_change`: what a run makes of the stored rows.

Row 1 is stored and not written again, row 2 is stored and written again with other values, row 3 comes with the changed model.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VALUES = ("ignore", "fail", "append_new_columns", "sync_all_columns")
HEAD = "# What two tests saw (pytest --snapshot-update writes it), and scripts/docs makes a table of in docs/schema-evolution.md.\n"
FACTS = Path(__file__).parent / "schema_evolution" / "on_schema_change.yml"

USERS = """
select 1 as id, 'free' as kind, '7' as age, 'pro' as plan, 1 as run
union all select 2, 'paid', 'x', 'pro', 1
union all select 2, 'vip', '70', 'pro', 2
union all select 3, 'free', '8', cast(null as TEXT), 2
"""
_FAR = "9998-12-31"
_RENAMED = f"{{{{ dbt_playbooks.renamed_column('kind', 'segment', phase='both', remove_after='{_FAR}') }}}}"
_RETYPED = f"{{{{ dbt_playbooks.retyped_column('age', 'integer', phase='both', remove_after='{_FAR}') }}}}"
_DEPRECATED = f"{{{{ dbt_playbooks.deprecated_column('kind', 'string', remove_after='{_FAR}') }}}}"


@dataclass(frozen=True)
class Change:
    """The select list beside `id`, before and after, and the columns that it makes then."""

    before: str
    after: str
    selects: tuple[str, ...]


CHANGES = {
    "added_column": Change("kind", "kind, {{ dbt_playbooks.added_column('plan', 'plan_clean', 'unknown') }}", ("kind", "plan_clean")),
    "renamed_column, phase 'both'": Change("kind", _RENAMED, ("kind", "segment")),
    "renamed_column, phase 'new'": Change(_RENAMED, "{{ dbt_playbooks.renamed_column('kind', 'segment', phase='new') }}", ("segment",)),
    "retyped_column, phase 'both'": Change("age", _RETYPED, ("age", "age_int", "age_cast_failures")),
    "retyped_column, phase 'new'": Change(_RETYPED, "{{ dbt_playbooks.retyped_column('age', 'integer', phase='new') }}", ("age_int",)),
    "retyped_column, phase 'new', typed_name='age'": Change(
        "age", "{{ dbt_playbooks.retyped_column('age', 'integer', phase='new', typed_name='age') }}", ("age",)
    ),
    "deprecated_column": Change("kind", _DEPRECATED, ("kind",)),
    "deprecated_column, and then no line": Change(f"{_DEPRECATED}, plan", "plan", ("plan",)),
}  # fmt: skip
_MODEL = """
{{{{ config(materialized='incremental', unique_key='id', on_schema_change='{value}') }}}}
select id, {columns}
from {{{{ source('raw', 'users') }}}}
where run = {{% if is_incremental() %}} 2 {{% else %}} 1 {{% endif %}}
"""
_RUN = """
import json
from collections import defaultdict
from dbt.cli.main import dbtRunner

sent = defaultdict(list)

def listen(event):
    if event.info.name == "SQLQuery":
        sent[event.data.node_info.node_name].append(event.data.sql)

result = dbtRunner(callbacks=[listen]).invoke(["run", "--no-use-colors", "--quiet"])
said = {each.node.name: each.message if each.status == "error" else "" for each in getattr(result.result, "results", [])}
print(json.dumps([str(result.exception or ""), said, sent]), flush=True)
"""


@dataclass(frozen=True)
class Ran:
    """What became of a model in a run: its error, or '', and the statements that it sent."""

    error: str
    sent: list[str]


Cell = tuple[str, str]
"""A change and a value of `on_schema_change`."""
CELLS: list[Cell] = [(change, value) for change in CHANGES for value in VALUES]


def name_of(cell: Cell) -> str:
    return f"change_{list(CHANGES).index(cell[0])}_{cell[1]}"


def build(folder: Path) -> dict[Cell, Ran]:
    """All models as they were."""
    found = _run(folder, _models("before"))
    assert {each.error for each in found.values()} == {""}, found
    return found


def run(folder: Path) -> dict[Cell, Ran]:
    """All models as they become."""
    return _run(folder, _models("after"))


def _models(side: str) -> dict[str, str]:
    return {
        f"models/{name_of(cell)}.sql": _MODEL.format(value=cell[1], columns=getattr(CHANGES[cell[0]], side)) for cell in CELLS
    }  # fmt: skip


def _run(folder: Path, files: dict[str, str]) -> dict[Cell, Ran]:
    for name, text in files.items():
        (folder / name).write_text(text)
    done = subprocess.run([sys.executable, "-c", _RUN], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    error, said, sent = json.loads(done.stdout.splitlines()[-1])
    assert error == ""
    return {cell: Ran(said[name], sent.get(name, [])) for cell in CELLS for name in [name_of(cell)]}


def facts_of(
    before: Mapping[str, str], after: Mapping[str, str], rows: Sequence[Sequence[Any]], error: str
) -> dict[str, Any]:
    """What is known of a cell: the columns with their types, before and after, the rows after, and the error where there is one."""
    told = {"error": _short(error)} if error else {}
    return {**told, "before": dict(before), "columns": dict(after), "rows": [list(row) for row in rows]}


def _short(error: str) -> str:
    """What an error says, without the place and the advice."""
    text = re.sub(r"^[^\n]*Error in model[^\n]*\n", "", error).strip()
    text = re.sub(r"^(Binder Error|GoogleSQL refuses it, line \d+, column \d+): ", "", text)
    return re.split(r"!|\n|, and [\"`]", text)[0]


def held(adapter: str, found: Mapping[Cell, dict[str, Any]], rewrite: bool) -> dict[Cell, dict[str, Any]]:
    """The facts of the docs for an adapter; with `rewrite` they are written down first."""
    stored = yaml.safe_load(FACTS.read_text()) if FACTS.exists() else {}
    if rewrite:
        for change, lists in CHANGES.items():
            entry = stored.setdefault(change, {"selects": ["id", *lists.selects]})
            entry[adapter] = {value: found[change, value] for value in VALUES}
        FACTS.write_text(HEAD + yaml.safe_dump(stored, sort_keys=False, default_flow_style=None, width=200))
    return {(change, value): stored[change][adapter][value] for change, value in CELLS}
