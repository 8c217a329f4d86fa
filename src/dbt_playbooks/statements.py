"""What a statement does, told by its first words: for what no parser knows, as the newest pragma of a warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

_READS = re.compile(
    r"[\s(]*(select|with|from|values|table|pivot|unpivot|describe|desc|show|summarize|declare|(force\s+)?install|load(?!\s+data)"
    r"|explain(?!\s*\(?\s*analy[sz]e)|pragma\s+(\w*_info|show\w*|\w+_list|database_size|functions|collations|version|platform|user_agent))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?!(explain|declare|force|install|load)\b)", re.IGNORECASE)
_IN_A_SCRIPT = r"begin\s+(?!transaction)\w+|if|elseif|else|for|while|loop|repeat|until|case|when|exception"
"""How a statement begins that holds others, or the first of them."""
_WRITES_BEHIND_WITH = r"(with\b.*?\)\s*)?"
_CHANGES_BEHIND_WITH = re.compile(
    rf"\s*(?=with){_WRITES_BEHIND_WITH}(insert|update|delete|merge)\b", re.IGNORECASE | re.DOTALL
)
_MOVES_A_SEQUENCE = re.compile(r"\b(nextval|setval)\s*\(", re.IGNORECASE)
_WRITES_ROWS = re.compile(
    rf"\s*{_WRITES_BEHIND_WITH}(insert|update|merge|truncate|copy|delete|load\s+data|{_IN_A_SCRIPT})\b",
    re.IGNORECASE | re.DOTALL,
)
_OUTLASTS = re.compile(
    r"\s*((commit|begin|end|rollback|abort|start|export|detach|vacuum|call|(force\s+)?checkpoint)\b|copy\b.*\bto\b(?!\s*[,)])"
    r"|(create|drop)\s+(or\s+replace\s+)?persistent\b|(set|pragma)\s+\w*(profil|logging)\w*)",
    re.IGNORECASE | re.DOTALL,
)
_CHANGES = re.compile(
    r"\s*((set|insert|update|merge|create|drop|alter|copy|truncate|delete|with|call|execute|attach|export|load\s+data)\b"
    rf"|({_IN_A_SCRIPT})\b)",
    re.IGNORECASE,
)
_KEEPS_ALL = re.compile(
    r"\s*(grant|revoke|comment|analy[sz]e|vacuum|(force\s+)?checkpoint|begin|start|commit|end|detach|deallocate|assert|raise|return|break|leave|continue|iterate)\b",
    re.IGNORECASE,
)
"""Rights, comments, storage, transactions, and the ways of a script: rows are the same after it, and what can be read is, or is gone."""
_CARRIES_OUT = re.compile(
    r"\s*(explain\s+(analy[sz]e|\([^)]*analy[sz]e[^)]*\))|prepare\s+\w+(\s*\([^)]*\))?\s+as)\s+", re.IGNORECASE
)
_SEEDS = re.compile(r"\bsetseed\s*\(", re.IGNORECASE)
_NO_SETTING = re.compile(r"\s*(set\s+variable|pragma\s+(create|drop)_fts_index)\b", re.IGNORECASE)
_SETS = re.compile(r"\s*(set|reset|pragma|use)\b", re.IGNORECASE)
_SETS_NO_MEANING = re.compile(
    r"""\s*(set|reset|pragma)\s+(variable\b|@@query_label\b|((session|local|global)\s+)?(
      \w*threads | memory_limit | max_memory | \w*temp_directory\w* | \w*_(limit|size|length|files|schemas|cache)
      | \w*_directory | preserve_insertion_order | enable_external_access | max_expression_depth | custom_user_agent | lock_configuration
      | errors_as_json | immediate_transaction_mode | \w*progress\w* | \w*object_cache | \w*logging | \w*log_\w+ | \w*profil\w* | \w*checkpoint\w* | wal_\w+
      | s3_\w+ | azure_\w+ | http\w* | \w*_token | \w*extension\w* | \w*secret\w* | (create|drop)_fts_index
      | \w+_info | show\w* | \w+_list | version
    )\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_CHANGES_NO_ROW = re.compile(
    r"\s*(create\s+(or\s+replace\s+)?(search|vector)\s+index|(create|drop)\s+(or\s+replace\s+)?(all\s+)?row\s+access\s+polic(y|ies)"
    r"|alter\s+table\s+(if\s+exists\s+)?\S+\s+(set\s+options|add\s+(constraint|primary\s+key|foreign\s+key)|alter\s+(column\s+)?\S+\s+(set|drop)\s+(options|not\s+null|default)))\b",
    re.IGNORECASE,
)
_ATTACHES = re.compile(
    r"\s*attach\s+(or\s+replace\s+)?(database\s+)?(if\s+not\s+exists\s+)?'(?P<path>[^']*)'(\s+as\s+(?P<alias>[\w\"]+))?",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*|#[^\n]*", re.DOTALL)


def plain(sql: str, dialect: str | None) -> str:
    """Without comments and layout."""
    try:
        return " ".join(sql[each.start : each.end + 1] for each in sqlglot.tokenize(sql, dialect=dialect))
    except SqlglotError:
        return " ".join(sql.split())


def statements_of(sql: str, dialect: str | None) -> list[str]:
    """Each statement, without comments and without its semicolon; all of a text that has no tokens."""
    try:
        tokens = sqlglot.tokenize(sql, dialect=dialect)
    except SqlglotError:
        return [sql]
    return [each for each in _split(sql, tokens) if each.strip(" ;")]


def _split(sql: str, tokens: list[Any]) -> Iterator[str]:
    parts: list[str] = []
    end = 0
    for token in tokens:
        between = _COMMENT.sub(" ", sql[end : token.start])
        end = token.end + 1
        if token.token_type == sqlglot.TokenType.SEMICOLON:
            yield "".join([*parts, between]).strip()
            parts = []
        else:
            parts += [between, sql[token.start : end]]
    yield "".join(parts).strip()


def changes(statement: str) -> bool:
    """Whether a statement may change the warehouse, or what later ones find. Settings that change no row may be set."""
    setting = _SETS_NO_MEANING.match(statement) and not _NO_SETTING.match(statement)
    return not reads(statement) and not setting


def reads(statement: str) -> bool:
    """Whether a statement changes nothing at all."""
    changing = _CHANGES_BEHIND_WITH.match(statement) or _MOVES_A_SEQUENCE.search(statement)
    return bool(_READS.match(statement)) and not changing


def is_known(statement: str) -> bool:
    """Whether it is known, by its first words, what kind of thing it does."""
    return any(each.match(statement) for each in (_READS, _CHANGES, _SETS, _KEEPS_ALL))


def ends_the_chunk(statement: str) -> bool:
    """Whether it undoes all that its transaction did."""
    return bool(re.match(r"\s*(rollback|abort)\b", statement, re.IGNORECASE))


def carried_out(statement: str) -> str:
    """What EXPLAIN ANALYZE runs, and what PREPARE lets others run; any other statement itself."""
    return _CARRIES_OUT.sub("", statement, count=1)


def asks(statement: str) -> bool:
    """Whether it returns rows that depend on what the warehouse holds."""
    return reads(statement) and bool(_ASKS.match(statement))


def outlasts_a_transaction(statement: str) -> bool:
    """Whether it ends a transaction, does what a rollback does not undo, or writes files."""
    return bool(_OUTLASTS.match(carried_out(statement)) or _MOVES_A_SEQUENCE.search(statement))


def attached(statement: str) -> tuple[str, str | None] | None:
    """The path and the name, if it is given one, of the database that a statement attaches; None when it attaches none."""
    found = _ATTACHES.match(statement)
    return (without_scheme(found["path"]), found["alias"]) if found else None


def without_scheme(path: str) -> str:
    """The path of a file, also where it is written as a URL."""
    return re.sub("^file:(//(localhost)?)?(?=/|[^/])", "", path, flags=re.IGNORECASE)


def writes_rows(statement: str) -> bool:
    """Whether it writes rows into a table, or deletes rows; or begins as if it did."""
    return bool(_WRITES_ROWS.match(statement))


def begins_a_change(statement: str) -> bool:
    """Whether it may change rows, tables, functions, variables or files, by its first word. What is done about rights, comments and storage is no change."""
    return bool(_CHANGES.match(statement) or _MOVES_A_SEQUENCE.search(statement)) and not changes_no_row(statement)


def changes_no_row(statement: str) -> bool:
    """Whether it changes what is known of a table, and none of its rows: indexes for search, options, constraints, who may read it."""
    return bool(_CHANGES_NO_ROW.match(statement))


def is_setting(statement: str) -> bool:
    """Whether it changes a setting of the session, whatever that means."""
    return bool(_SETS.match(statement)) and not _NO_SETTING.match(statement)


def sets_meaning(statement: str) -> bool:
    """Whether it sets what other SQL means, as a time zone does, or the seed of random numbers. A variable is none of this: its readers say by name
    that they use it."""
    return bool(_SEEDS.search(statement) or (_SETS.match(statement) and not _SETS_NO_MEANING.match(statement)))
