"""What an incremental table needs when a column comes or goes: `on_schema_change` decides what dbt does with the table that is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_playbooks.interface import Node
from dbt_playbooks.migrations import commands
from dbt_playbooks.migrations.changes import text_of
from dbt_playbooks.migrations.edits import Edit, Piece, set_argument
from dbt_playbooks.project.models import macro_calls

_TAKES = ("append_new_columns", "sync_all_columns")


@dataclass(frozen=True)
class Needs:
    """What has to be done beside the change itself; nothing for a model that dbt builds whole each time."""

    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def gets(node: Node, root: Path, column: str | None, today: dt.date) -> Needs:
    """A column comes: the rows that are there already have to get it."""
    if node.materialized != "incremental":
        return Needs()
    setting = _setting(node)
    name = column or "the new column"
    if not commands.can_backfill(node):
        note = f"{node.name} is incremental: only a full refresh gives {name} to the rows that are there"
        return Needs((), (commands.fill(node, today),), (note,))
    notes = [f"{node.name} is incremental: the rows that are there lack {name} until they are filled again"]
    edits: list[Edit] = []
    if setting not in _TAKES:
        edits = _set(node, root, "append_new_columns")
        notes.append(f"with on_schema_change: {setting} an ordinary run fails, or the table does not get {name}")
    fill = commands.fill(node, today)
    if commands.FIRST_DAY in fill:
        notes.append(f"{commands.FIRST_DAY} is the first day of the table")
    return Needs(tuple(edits), (fill,), tuple(notes))


def loses(node: Node, root: Path, columns: Sequence[str]) -> Needs:
    """A column goes: the table has it still."""
    if node.materialized != "incremental":
        return Needs()
    setting, names = _setting(node), " and ".join(columns)
    if setting == "sync_all_columns":
        return Needs(notes=(f"on_schema_change: {setting} drops {names} from the table",))
    if setting == "append_new_columns":
        note = f"with on_schema_change: {setting} {names} stays in the table, NULL in new rows, until a full refresh or sync_all_columns"
        return Needs(notes=(note,))
    note = f"with on_schema_change: {setting} an ordinary run fails, or leaves {names} in the table; a full refresh would do as well"
    return Needs(tuple(_set(node, root, "sync_all_columns")), (), (note,))


def _setting(node: Node) -> str:
    return str(node.config.get("on_schema_change") or "ignore")


def _set(node: Node, root: Path, value: str) -> list[Edit]:
    """The edit of the model's `config(...)`; where it has none, what to write there."""
    text = text_of(root, node.path, node.raw_code)
    call = next(macro_calls(text, {"config": ()}), None)
    if call is not None:
        return set_argument(node.path, text, call, "on_schema_change", f"'{value}'")
    line = f"{{{{ config(on_schema_change='{value}') }}}}"
    return [Edit(node.path, 1, (), (line,), pieces=(Piece(0, 0, f"{line}\n"),))]
