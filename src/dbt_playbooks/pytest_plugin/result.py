"""What a call gave: a value or SQL, the rows of it, what was sent, printed and warned of, and the target's judgement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dbt_playbooks.pytest_plugin.errors import HarnessError, NotCheckedError
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.opened import OpenTarget

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.googlesql import Statement

_BLANK = re.compile(r"(?:[\s;]|--[^\n]*|#[^\n]*|/\*.*?\*/)*", re.DOTALL)


@dataclass
class Result:
    """What a macro returned, or what Jinja became."""

    value: Any
    """What the macro's `return` gave, as it is; text where there is no `return`."""
    statements: list[str]
    """What was sent to the database on the way, in order, without the white space around it."""
    printed: str
    """What the macro printed, or logged with info=True."""
    warnings: list[str]
    """What the macro warned of by `exceptions.warn`."""
    _target: OpenTarget = field(repr=False)
    is_model: bool = False
    """Whether the text is the query of a model, whose rows a table or view will hold."""

    @property
    def text(self) -> str:
        """The value as text, without the white space around it."""
        return "" if self.value is None else str(self.value).strip()

    @cached_property
    def rows(self) -> Rows:
        """The rows that the macro returned; when it returned SQL, the rows of that SQL. Raises SqlError when the target refuses it."""
        value = self.value
        if hasattr(value, "column_names") and hasattr(value, "rows"):
            return Rows([row.values() for row in value.rows], ((name, "") for name in value.column_names))
        if isinstance(value, (list, tuple)):
            if not all(isinstance(row, (list, tuple)) for row in value):
                raise HarnessError(
                    f"the macro returned a list, but not one of rows: {value!r}. Its items are in .value."
                )
            return Rows(value)
        if isinstance(value, Mapping) or value is None:
            raise HarnessError(
                f"the macro returned {'nothing' if value is None else 'a dict'}, which has no rows. It is in .value."
            )
        return self._target.query(self._sql)

    @property
    def table(self) -> Any:
        """The rows as an agate table."""
        return self.rows.as_agate()

    @cached_property
    def analyzed(self) -> list[Statement]:
        """The statements of the text, resolved by GoogleSQL's analyzer. Only on target `bigquery`. Raises SqlError, or NotCheckedError."""
        return self._analyze(allow_unchecked=False)

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the query and their types, as the target writes them: analyzed on target `bigquery`, those of the rows elsewhere."""
        if not self._target.analyzes:
            return dict(self.rows.columns)
        last = self.analyzed[-1]
        if last.unsupported:
            raise NotCheckedError(f"the columns are not known, {last.place}: {last.unsupported}\n{listing(self.text)}")
        return dict(last.columns)

    def check(self, allow_unchecked: bool = False) -> Result:
        """Let the target judge the text: GoogleSQL analyzes it on `bigquery`, the others run it.

        Raises SqlError when it is refused, and NotCheckedError when the analyzer can't judge all of it, unless `allow_unchecked`.
        """
        if self._target.analyzes:
            self.__dict__["analyzed"] = self._analyze(allow_unchecked)
        else:
            _ = self.rows
        return self

    def _analyze(self, allow_unchecked: bool) -> list[Statement]:
        if self._target.analyzes and not isinstance(self.value, str):
            said = "nothing" if self.value is None else f"a value of the type {type(self.value).__name__}"
            raise HarnessError(f"the macro returned {said}, and no SQL that could be checked. It is in .value.")
        return self._target.analyze(self._sql, allow_unchecked, stored=self.is_model)

    @property
    def _sql(self) -> str:
        """The text, when there is a statement in it: not every target refuses a comment."""
        blank = _BLANK.match(self.text)
        if blank and blank.end() == len(self.text):
            comment = f", only comments:\n{listing(self.text)}" if self.text else ": the text is empty."
            raise HarnessError(f"there is no statement to judge{comment}")
        return self.text


@dataclass
class Materialized(Result):
    """What became of a model: `rows` and `columns` are those of its table, `statements` what the materialization sent."""

    relation: Any = None
    """The table."""
    compiled: str = ""
    """The SQL of the model."""
