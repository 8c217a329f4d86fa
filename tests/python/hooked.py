"""Hooks of a model that stands alone: no project, no warehouse."""

from __future__ import annotations

from dataclasses import replace

from dbt_playbooks.backfill.checks.hook_rules import hook_that_changes
from dbt_playbooks.backfill.checks.hooks import Hook, Place, owner_of, read_hook
from dbt_playbooks.interface import HookText, Model

OWN = '"shop"."main"."events"'


def model(relation: str = OWN, strategy: str = "merge") -> Model:
    return Model(
        unique_id="model.shop.events", name="events", path="models/events.sql", relation=relation,
        materialized="incremental", strategy=strategy, config={}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


def place(relation: str = OWN, strategy: str = "merge") -> Place:
    of = model(relation, strategy)
    return Place(owner_of(of), 0.5, "command" if of.is_microbatch else "chunk", of)


def as_written(*hooks: str, adapter: str = "duckdb", relation: str = OWN, strategy: str = "merge") -> list[Hook]:
    """Hooks after the model that could not be rendered."""
    where = place(relation, strategy)
    texts = [HookText(hook, error="no such macro") for hook in hooks]
    return [replace(read_hook(adapter, where, text), is_after=True) for text in texts]


def rendered(written: str, *sql: str, other: tuple[str, ...] = ()) -> Hook:
    read = read_hook("duckdb", place(), HookText(written, sql), HookText(written, other or sql))
    return replace(read, is_after=True)


def changes(*hooks: str, adapter: str = "duckdb", relation: str = OWN) -> str | None:
    found = hook_that_changes(as_written(*hooks, adapter=adapter, relation=relation), [model(relation)], adapter)
    return found[1] if found else None
