"""What a user asked to be compared, and the words of the macros' errors as options of the command."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbt_playbooks.errors import UsageError

_OPTIONS = "key|by|columns|exclude_columns|rename|tolerance|where|since|timezone|sample"


@dataclass(frozen=True)
class Request:
    """One comparison. Names are those of the arguments of the macro `compare_rows`, which says what they mean."""

    old_table: str
    new_table: str
    key: Sequence[str] = ()
    by: str | None = None
    columns: Sequence[str] = ()
    exclude_columns: Sequence[str] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    tolerance: Any = None
    where: str | None = None
    since: str | None = None
    timezone: str = "UTC"

    def arguments(self) -> dict[str, Any]:
        """For the macro; what is empty was not asked for."""
        given = dict(vars(self))
        for name in ("key", "columns"):
            given[name] = list(given[name]) or None
        return {**given, "exclude_columns": list(self.exclude_columns), "rename": dict(self.rename)}


def names(option: str, given: Sequence[str]) -> list[str]:
    """`a,b` and a second time `c` as ['a', 'b', 'c']; commas in parentheses belong to an expression."""
    found = []
    for text in given:
        depth, part = 0, ""
        for character in text:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == "," and depth == 0:
                found.append(part)
                part = ""
            else:
                part += character
        found.append(part)
    if not all(name.strip() for name in found):
        raise UsageError(
            f"{option} '{','.join(given)}' holds an empty name. Write names with commas between them: a,b."
        )
    return [name.strip() for name in found]


def renames(given: Sequence[str]) -> dict[str, str]:
    """`old=new`, as often as given."""
    found: dict[str, str] = {}
    for text in given:
        old, equals, new = (part.strip() for part in text.partition("="))
        if not (old and equals and new):
            raise UsageError(
                f"--rename '{text}' names no two columns. Write the old name, then the new one: --rename user_type=user_segment."
            )
        if old in found:
            raise UsageError(f"--rename gives '{old}' two names, '{found[old]}' and '{new}'. Give each column one.")
        found[old] = new
    return found


def number_or(value: Any) -> Any:
    """`1e-3` is a text in YAML."""
    if isinstance(value, dict):
        return {name: number_or(each) for name, each in value.items()}
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def as_options(said: str) -> str:
    """The text of a macro's error, with its arguments as the options that stand for them."""
    said = said.replace("dbt_playbooks: ", "")
    said = re.sub(r"\brename: \{(\w+): (\w+)\}", r"--rename \1=\2", said)
    said = re.sub(r"\bexclude_columns: \[([^\]]*)\]", r"--exclude-columns \1", said)
    said = re.sub(rf"(?<![\w-])(?<!the )({_OPTIONS}): ", lambda match: f"--{match[1].replace('_', '-')} ", said)
    said = re.sub(rf"^({_OPTIONS})(?= )", lambda match: f"--{match[1].replace('_', '-')}", said)
    return re.sub(rf"`({_OPTIONS})`", lambda match: f"--{match[1].replace('_', '-')}", said)
