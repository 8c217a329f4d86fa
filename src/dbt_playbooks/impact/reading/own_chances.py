"""What of a warehouse is another each time that it is read: functions that call a clock or make random numbers, and views that do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from dbt_playbooks.impact.reading.by_chance import columns_by_chance, picked_by_chance
from dbt_playbooks.impact.reading.chances import OF_THE_MOMENT, RANDOM, Chances, differs_each_time
from dbt_playbooks.impact.reading.parsing import UnreadableError, parse

_SAMPLES = ("using sample", "tablesample")
_WITHOUT_PARENTHESES = frozenset(("current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"))
_TEXT = re.compile(r"'(?:[^']|'')*'")


def chances_of(
    functions: Iterable[Mapping[str, Any]], views: Iterable[Mapping[str, Any]], dialect: str | None
) -> Chances:
    """Of the functions, a dict each with its name and definition, and of the views, a dict each with its path (database, schema, name) and
    definition."""
    defined = {str(each["name"]).lower(): _TEXT.sub("''", str(each["definition"])) for each in functions}
    left = {tuple(part.lower() for part in each["path"]): str(each["definition"]) for each in views}
    found = Chances()
    while True:
        names = {path[-1] for path in found.picking | found.columns.keys()}
        picking, changing, columns = set(found.picking), set(found.changing), dict(found.columns)
        random, moment = (
            _calling(defined, RANDOM, names),
            _calling(defined, OF_THE_MOMENT, {path[-1] for path in found.changing}),
        )
        known = Chances(random, moment, found.picking, found.changing, found.columns)
        for path, definition in left.items():
            tree = _query_of(definition, dialect, known)
            if tree is not None and differs_each_time(tree, dialect, known):
                changing.add(path)
                if picked_by_chance(tree, dialect, known):
                    picking.add(path)
                else:
                    made = columns_by_chance(tree, dialect, known)
                    columns |= {path: made} if made.most else {}
        before, found = found, Chances(random, moment, frozenset(picking), frozenset(changing), columns)
        if found == before:
            return found


def _calling(defined: Mapping[str, str], known: Collection[str], tables: Collection[str]) -> frozenset[str]:
    """The names of definitions that call a known function, or one of each other that does, take a sample, or name one of the tables."""
    names: frozenset[str] = frozenset()
    while True:
        called = "|".join(map(re.escape, {*known, *names}))
        alone = "|".join(map(re.escape, [*tables, *_SAMPLES, *_WITHOUT_PARENTHESES.intersection(known)]))
        using = re.compile(rf"\b({called})\s*\(|\b({alone})\b", re.IGNORECASE)
        found = frozenset(name for name, definition in defined.items() if using.search(definition))
        if found <= names:
            return names
        names |= found


def _query_of(definition: str, dialect: str | None, chances: Chances) -> Any:
    """The query of a view; None where no word of it is of chance, which is quick to see, or where it can't be read."""
    words = {*OF_THE_MOMENT, *chances.moment, *(path[-1] for path in chances.changing), "sample", "tablesample"}
    if not re.search(rf"\b({'|'.join(map(re.escape, words))})\b", definition, re.IGNORECASE):
        return None
    try:
        return parse(
            re.sub(r"^\s*create\b.*?\bas\b", "", definition, count=1, flags=re.IGNORECASE | re.DOTALL), dialect
        )
    except UnreadableError:
        return None
