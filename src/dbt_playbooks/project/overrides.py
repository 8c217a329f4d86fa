"""Macros of a project that stand in the place of those that run a chunk: ours, which make it exact, and dbt's, which build a model."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_playbooks.project.opening import PACKAGE

_DECIDE = ("should_full_refresh", "process_schema_changes", "load_cached_relation", "load_relation", "is_incremental")
_COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WRITES = re.compile(
    r"""\b(insert\s+((or\s+\w+|overwrite|into)\b|\S+\s*(\(|values\b|select\b)) | merge\s+(into\b|\S+(\s+(as\s+)?\S+)?\s+using\b)
      | delete\s+(from\b|\S+(\s+(as\s+)?\S+)?\s+where\b) | update\s+\S+(\s+(as\s+)?\S+)?\s+set\b | truncate\s+table\b | copy\s+\S+\s*(\(.*?\)\s*)?from\b)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_TRUNCATES = re.compile(r"\btruncate_relation\s*\(")


@dataclass(frozen=True)
class Overrides:
    """Which macros dbt finds first. `before_us`: the packages in which it looks before ours."""

    manifest: Any
    project: str
    adapter_type: str
    before_us: Collection[str]

    def hidden_strategies(self) -> list[str]:
        """Macros that dbt finds before those of ours that make a chunk exact."""
        macros = self.manifest.macros
        ours = [
            macro.name.split("__", 1)[1]
            for macro in macros.values()
            if macro.package_name == PACKAGE
            and "/overrides/" in Path(macro.original_file_path).as_posix()
            and macro.name.startswith(f"{self.adapter_type}__")
        ]
        hidden = self._replaced(ours)
        incremental = self._incremental
        if incremental is not None and not incremental.package_name.startswith("dbt"):
            hidden.append(f"the materialization incremental (package {incremental.package_name})")
        return hidden

    def that_decide(self) -> list[str]:
        """Macros in the place of those of dbt that decide what a chunk replaces."""
        return self._replaced(_DECIDE)

    def that_write_rows(self) -> list[str]:
        """Macros in the place of one that dbt's materialization calls, which write rows themselves or by a macro beside them."""
        called = [] if self._incremental is None else self._with_called(self._incremental.unique_id)
        names = set(self._variants({macro.name.split("__", 1)[-1] for macro in called}))
        stand_ins = [
            macro
            for macro in self.manifest.macros.values()
            if macro.package_name in self.before_us and macro.name in names
        ]
        return [macro.name for macro in stand_ins if self._writes_rows(macro)]

    def _writes_rows(self, macro: Any) -> bool:
        near = (each for each in self._with_called(macro.unique_id) if each.package_name in self.before_us)
        return any(_writes_rows(_COMMENT.sub("", each.macro_sql)) for each in near)

    @property
    def _incremental(self) -> Any:
        return self.manifest.find_materialization_macro_by_name(self.project, "incremental", self.adapter_type)

    def _replaced(self, names: Collection[str]) -> list[str]:
        macros = self.manifest.macros
        return [
            name
            for name in self._variants(names)
            if any(f"macro.{package}.{name}" in macros for package in self.before_us)
        ]

    def _variants(self, names: Collection[str]) -> list[str]:
        """The names under which dbt looks for macros."""
        return [prefix + name for name in names for prefix in ("", f"{self.adapter_type}__", "default__")]

    def _with_called(self, unique_id: str) -> list[Any]:
        """A macro and those that it calls, as far as dbt sees them."""
        found: dict[str, Any] = {}
        left = [unique_id]
        while left:
            each = left.pop()
            if each not in found and each in self.manifest.macros:
                found[each] = self.manifest.macros[each]
                left += found[each].depends_on.macros
        return list(found.values())


def _writes_rows(macro: str) -> bool:
    """Whether the SQL of a macro, or a text in its Jinja, is a statement that writes rows or deletes them; what Jinja puts into it is a name."""
    jinja = [each.group() for each in _JINJA.finditer(macro)]
    texts = (" of_jinja ".join("".join(text) for text in _TEXT.findall(each)) for each in jinja)
    return any(map(_WRITES.search, [_JINJA.sub(" of_jinja ", macro), *texts])) or bool(_TRUNCATES.search(macro))
