"""What a model finds in its context when it is compiled: `ref`, `source` and `config`, with what the test gives before what the project has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_playbooks.errors import UsageError


class Reference:
    """`ref` or `source`, with the test's own tables before the project's."""

    def __init__(self, given: dict[str, Any], otherwise: Any, by_last_name: bool) -> None:
        self._given = given
        self._otherwise = otherwise
        self._by_last_name = by_last_name

    def __call__(self, *names: str, **named: Any) -> Any:
        # a table of the test is meant by its own name, whichever package or source the SQL names
        for key in (".".join(names), names[-1] if names and self._by_last_name else ""):
            if key in self._given:
                return self._given[key]
        return self._otherwise(*names, **named)


class Config:
    """`config` of a model: `{{ config(...) }}` in the SQL says nothing, `config.get` finds what was configured."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def __call__(self, *dicts: Mapping[str, Any], **named: Any) -> str:
        for each in [*dicts, named]:
            self._given = {**each, **self._given}
        return ""

    def get(self, name: str, default: Any = None, validator: Any = None) -> Any:  # noqa: ARG002
        found = self._given.get(name)
        return default if found is None else found

    def require(self, name: str, validator: Any = None) -> Any:  # noqa: ARG002
        if self._given.get(name) is None:
            raise UsageError(
                f"the model's config has no '{name}'. Give it: macro.compile(..., config={{'{name}': ...}})."
            )
        return self._given[name]

    def persist_relation_docs(self) -> bool:
        return False

    def persist_column_docs(self) -> bool:
        return False
