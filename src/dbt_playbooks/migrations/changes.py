"""The changes that a project has in flight: one for each call of a macro of schema evolution in a model, and for each model that replaces another.

A change begins when its call is written and ends when the call is gone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import MacroCall, Node
from dbt_playbooks.migrations.edits import line_of
from dbt_playbooks.package import package_dir
from dbt_playbooks.project.models import macro_calls, parameters_of

KIND_OF = {"renamed_column": "rename", "retyped_column": "retype", "deprecated_column": "remove", "added_column": "add"}
SUFFIXES = ("int", "numeric", "float", "date", "timestamp", "datetime", "bool", "string")
"""Those that `_cast_type` gives to typed columns."""


@dataclass(frozen=True)
class Change:
    """A change in flight.

    kind          rename, retype, remove, add or repartition
    node          the model whose table changes; of a repartition the one that is replaced
    phase         'both' or 'new' of a rename or retype, 'deprecated', 'added', 'beside' of a replacement that is there beside the old table
    old, new      the column that goes and the one that comes; of a repartition the names of the two models
    path, line    where it stands
    given         what the call gives to which parameter, literals only
    unknown       what is given and is no literal, as it is written, by parameter
    """

    kind: str
    node: Node
    phase: str | None
    old: str | None
    new: str | None
    path: str
    line: int
    until: dt.date | None = None
    """The last day of the old name; of a repartition the day that is planned for the cutover."""
    call: MacroCall | None = None
    replacement: Node | None = None
    given: Mapping[str, Any] | None = None
    unknown: Mapping[str, str] | None = None

    @property
    def title(self) -> str:
        old, new = self.old or "a column", self.new or "a column"
        return {
            "rename": f"rename {old} to {new}",
            "retype": f"retype {old} to {(self.given or {}).get('to', 'another type')}"
            + (f" as {new}" if self.new else ""),
            "remove": f"remove {old}",
            "add": f"add {new}",
            "repartition": f"replace {old} by {new}",
        }[self.kind]

    def days_over(self, today: dt.date) -> int:
        """For how many days the old name should have been gone; 0 or less when it is not overdue."""
        return (today - self.until).days if self.until is not None and self.phase != "new" else 0


def text_of(root: Path, path: str, otherwise: str = "") -> str:
    """A file of the project as it stands, its lines ending as on Linux."""
    try:
        return (root / path).read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return otherwise


@cache
def parameters() -> dict[str, dict[str, Any]]:
    """The parameters of each macro of schema evolution, with their defaults, as our package has them."""
    folder = package_dir() / "macros" / "schema_evolution"
    return {name: parameters_of((folder / f"{name}.sql").read_text(), name) for name in KIND_OF}


def column_changes(graph: Graph, root: Path) -> Iterator[Change]:
    """What the models of the root project say with calls. dbt's packages are not ours to change."""
    named = {name: tuple(found) for name, found in parameters().items()}
    for node in graph.nodes.values():
        if node.kind == "model" and node.package == graph.project and node.language == "sql":
            text = text_of(root, node.path, node.raw_code)
            for call in macro_calls(text, named):
                yield _change(graph, node, call, line_of(text, call.start))


def stands_in(text: str, change: Change) -> bool:
    """Whether a version of the model already had the call, in whichever phase."""
    if change.call is None:
        return False
    name = next(iter(parameters()[change.call.macro])) if change.kind != "add" else "name"
    now = change.call.arguments.get(name)
    for call in macro_calls(text, {change.call.macro: tuple(parameters()[change.call.macro])}):
        then = call.arguments.get(name)
        if now is None or (then is not None and (then.value, then.known) == (now.value, now.known)):
            return True
    return False


def _change(graph: Graph, node: Node, call: MacroCall, line: int) -> Change:
    given = {name: each.value for name, each in call.arguments.items() if each.known}
    unknown = {name: each.text for name, each in call.arguments.items() if not each.known}
    if call.more:
        unknown |= {name: "* or **" for name in parameters()[call.macro] if name not in call.arguments}
    values = {name: default for name, default in parameters()[call.macro].items() if name not in unknown} | given
    kind = KIND_OF[call.macro]
    until = day_of(values.get("remove_after"))
    if values.get("remove_after") is not None and until is None:
        unknown["remove_after"] = call.arguments["remove_after"].text
    names = {
        "rename": ("old_name", "new_name"),
        "retype": ("column", "typed_name"),
        "remove": ("name", None),
        "add": (None, "name"),
    }[kind]
    old, new = (_text(values.get(name)) if name else None for name in names)
    if kind == "retype" and new is None and "typed_name" not in unknown:
        new = _typed_name(graph, node, old)
    phase = {"remove": "deprecated", "add": "added"}.get(kind) or _text(values.get("phase"))
    return Change(kind, node, phase, old, new, node.path, line, until, call, None, values, unknown)


def _typed_name(graph: Graph, node: Node, column: str | None) -> str | None:
    """The name that the macro gave the typed column: the one that the model's own SQL has."""
    lineage = graph.lineage.get(node.unique_id)
    there = [f"{column}_{suffix}" for suffix in SUFFIXES if lineage and f"{column}_{suffix}".lower() in lineage.outputs]
    return there[0] if len(there) == 1 else None


def _text(value: Any) -> str | None:
    """A name without the quotes that the macros take as well."""
    return None if value is None else str(value).strip().replace('"', "").replace("`", "")


def day_of(value: Any) -> dt.date | None:
    """A day as people write it, 2024-02-01, or as YAML gives it; None for anything else."""
    text = str(value)
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
