"""Statements that BigQuery refuses or takes by its documentation, and what the target `bigquery` says of each.

Run: python tests/python/plugin/judging.py, which writes corpus/measured.yml; docs/bigquery-targets.md prints it.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import NotCheckedWarning, SqlError
from dbt_playbooks.pytest_plugin.targets.bigquery import PROJECT, BigQuery

CORPUS = Path(__file__).resolve().parent / "corpus"
MEASURED = CORPUS / "measured.yml"
DATASET = "shop"


@dataclass(frozen=True)
class Entry:
    """A statement or a script, and the page of BigQuery's documentation that decides. Of a wrong one also `why` BigQuery refuses it,
    and `said`, a pattern for the message: who is refused for a typo is not refused for its reason."""

    topic: str
    name: str
    sql: str
    source: str
    why: str = ""
    said: str = ""

    def __str__(self) -> str:
        return f"{self.topic}: {self.name}"


@dataclass(frozen=True)
class Verdict:
    """What the target says: the message of a refusal, and what it did not check."""

    refusal: str | None
    unchecked: bool

    @property
    def reason(self) -> str:
        """The message without the place and the statement that it shows."""
        message = re.split(r"\n +\d+ \|", self.refusal or "")[0]
        return message.partition(": ")[2]


def entries(kind: str) -> list[Entry]:
    """All of `right` or of `wrong`."""
    return [
        Entry(path.stem, **each)
        for path in sorted((CORPUS / kind).glob("*.yml"))
        for each in yaml.safe_load(path.read_text())
    ]


def tables() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load((CORPUS / "tables.yml").read_text()))


def opened() -> BigQuery:
    """The target with the tables of the corpus, and no dbt."""
    target = BigQuery()
    target._tables = {(PROJECT, DATASET, name): as_columns(columns) for name, columns in tables().items()}
    return target


def judge(target: BigQuery, entry: Entry) -> Verdict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotCheckedWarning)
        try:
            statements = target.analyze(entry.sql, allow_unchecked=True)
        except SqlError as error:
            return Verdict(str(error), unchecked=False)
    return Verdict(None, any(each.unsupported for each in statements))


def judged(target: BigQuery) -> dict[str, list[tuple[Entry, Verdict]]]:
    """The verdicts of `wrong` and of `right`."""
    return {kind: [(entry, judge(target, entry)) for entry in entries(kind)] for kind in ("wrong", "right")}


def measured(verdicts: dict[str, list[tuple[Entry, Verdict]]]) -> dict[str, Any]:
    """How many statements there are, those of which the target is wrong by name, and how many it did not check."""
    return {
        kind: {
            "statements": len(found),
            "unchecked": sum(verdict.unchecked for _, verdict in found),
            "mistaken": [str(entry) for entry, verdict in found if (verdict.refusal is None) == (kind == "wrong")],
        }
        for kind, found in verdicts.items()
    }


if __name__ == "__main__":
    MEASURED.write_text(yaml.safe_dump(measured(judged(opened())), sort_keys=False, allow_unicode=True, width=150))
