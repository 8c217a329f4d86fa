"""What a statement does, told by its first words: for what no parser knows, as the newest pragma of a warehouse."""

from __future__ import annotations

import re

import sqlparse

_READS = re.compile(
    r"[\s(]*(select|with|from|values|table|pivot|unpivot|describe|desc|show|summarize|declare|(force\s+)?install|load"
    r"|explain(?!\s*\(?\s*analy[sz]e)|pragma\s+(\w*_info|show\w*|\w+_list|database_size|functions|collations|version|platform|user_agent))\b",
    re.IGNORECASE,
)
_WRITES_BEHIND_WITH = r"(with\b.*?\)\s*)?"
_CHANGES_BEHIND_WITH = re.compile(
    rf"\s*(?=with){_WRITES_BEHIND_WITH}(insert\s+into|update|delete\s+from|merge\s+into)\b", re.IGNORECASE | re.DOTALL
)
_WRITES_ROWS = re.compile(
    rf"\s*{_WRITES_BEHIND_WITH}(insert|update|merge|truncate|copy|delete)\b", re.IGNORECASE | re.DOTALL
)
_OUTLASTS = re.compile(
    r"\s*((commit|begin|end|rollback|abort|start|export|detach|vacuum|(force\s+)?checkpoint)\b|copy\b.*\bto\b(?!\s*[,)]))",
    re.IGNORECASE | re.DOTALL,
)
_CHANGES = re.compile(
    r"\s*(set|insert|update|merge|create|drop|alter|copy|truncate|delete|with|call|execute|import|explain)\b",
    re.IGNORECASE,
)
_SETS = re.compile(r"\s*(set|reset|pragma|use)\b", re.IGNORECASE)
_SETS_NO_MEANING = re.compile(
    r"""\s*(set|reset|pragma)\s+(variable\b|@@query_label\b|((session|local|global)\s+)?(
      threads | worker_threads | external_threads | memory_limit | max_memory | temp_directory | max_temp_directory_size
      | home_directory | preserve_insertion_order | enable_external_access | max_expression_depth | custom_user_agent
      | (en|dis)able_(\w*progress\w*|object_cache|logging|profiling) | progress\w* | profiling\w* | log\w* | checkpoint\w* | wal_\w+
      | s3_\w+ | azure_\w+ | http\w* | \w*extension\w* | secret\w* | (create|drop)_fts_index | \w+_info | show\w* | \w+_list | database_size | version
    )\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_CHANGES_NO_ROW = re.compile(
    r"\s*(create\s+(or\s+replace\s+)?(search|vector)\s+index|(create|drop)\s+(or\s+replace\s+)?(all\s+)?row\s+access\s+polic(y|ies)"
    r"|alter\s+table\s+(if\s+exists\s+)?\S+\s+(set\s+options|add\s+(constraint|primary\s+key|foreign\s+key)|alter\s+(column\s+)?\S+\s+(set|drop)\s+(options|not\s+null|default)))\b",
    re.IGNORECASE,
)


def plain(sql: str) -> str:
    """Without comments and layout."""
    return " ".join(sqlparse.format(sql, strip_comments=True).split())


def statements_of(sql: str) -> list[str]:
    """Each statement, without comments."""
    found = sqlparse.split(sqlparse.format(sql, strip_comments=True))
    return [statement for statement in found if statement.strip(" ;\n")]


def changes(sql: str) -> bool:
    """Whether one of its statements may change the warehouse. Settings that change no row may be set."""
    return any(
        bool(_CHANGES_BEHIND_WITH.match(each)) or not (_READS.match(each) or _SETS_NO_MEANING.match(each))
        for each in statements_of(sql)
    )


def outlasts_a_transaction(statement: str) -> bool:
    """Whether it ends a transaction, does what a rollback does not undo, or writes files."""
    return bool(_OUTLASTS.match(statement))


def writes_rows(statement: str) -> bool:
    """Whether it writes rows into a table, or deletes rows; or begins as if it did."""
    return bool(_WRITES_ROWS.match(statement))


def begins_a_change(statement: str) -> bool:
    """Whether it may change rows, tables, functions, variables or files, by its first word. What is done about rights, comments and storage is no change."""
    return bool(_CHANGES.match(statement)) and not changes_no_row(statement)


def changes_no_row(statement: str) -> bool:
    """Whether it changes what is known of a table, and none of its rows: indexes for search, options, constraints, who may read it."""
    return bool(_CHANGES_NO_ROW.match(statement))


def sets_meaning(statement: str) -> bool:
    """Whether it sets what other SQL means, as a time zone does. A variable is none of this: its readers say by name that they use it."""
    return bool(_SETS.match(statement)) and not _SETS_NO_MEANING.match(statement)
