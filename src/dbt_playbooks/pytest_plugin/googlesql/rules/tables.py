"""Rules of CREATE TABLE in all its forms, and of LOAD DATA (data-definition-language, primary-foreign-keys, load-statements)."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_playbooks.pytest_plugin.googlesql.rules import columns, options, partitions
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.tree import Node

_NEED_PARTITIONS = ("partition_expiration_days", "require_partition_filter")


def temporary_name(judged: Judged) -> Iterator[Fault]:
    if judged.is_temporary and len(judged.name) > 1 and judged.name[0].lower() != "_session":
        yield Fault(f"The name of a temporary table has no project or dataset: {'.'.join(judged.name)}")


def definitions(judged: Judged) -> Iterator[Fault]:
    statement = judged.statement
    partitions_of_files = statement.node("with_partition_columns")
    more = [] if partitions_of_files is None else partitions_of_files.nodes("column_definition_list")
    listed = [*statement.nodes("column_definition_list"), *more]
    for column in listed:
        yield from columns.definition(column, is_written=statement.kind != "CreateTableAsSelectStmt")
    for name in duplicates(str(each.value("name")) for each in listed):
        yield Fault(f"Duplicate column name {name}", None, name)
    yield from columns.collation(statement.node("collation_name"))


def keys(judged: Judged) -> Iterator[Fault]:
    listed = judged.statement.nodes("column_definition_list")
    names, types = (
        [str(each.value("name")) for each in listed],
        {str(each.value("name")).lower(): each.type for each in listed},
    )
    key = judged.statement.node("primary_key")
    if key is not None:
        offsets = list(key.value("column_offset_list"))
        for each in (listed[number] for number in offsets if number < len(listed)):
            if each.node("default_value") is not None:
                said = f"Column {each.value('name')} cannot have a default value, because it is in the primary key"
                yield Fault(said, None, str(each.value("name")))
        yield from columns.primary_key([names[each] for each in offsets if each < len(names)], types, key)
    foreign = judged.statement.nodes("foreign_key_list")
    if len(foreign) > columns.MOST_FOREIGN_KEYS:
        yield Fault(
            f"A table has at most {columns.MOST_FOREIGN_KEYS} foreign keys, this one has {len(foreign)}", foreign[-1]
        )
    for each in foreign:
        offsets = list(each.value("referencing_column_offset_list"))
        yield from columns.foreign_key([names[number] for number in offsets if number < len(names)], types, each)


def table_options(judged: Judged) -> Iterator[Fault]:
    given = judged.statement.nodes("option_list")
    yield from options.faults("table", given)
    inherits = any(judged.statement.node(each) is not None for each in ("clone_from", "copy_from")) or _is_like(judged)
    if judged.statement.nodes("partition_by_list") or inherits:
        return
    for option in given:
        if option.value("name") in _NEED_PARTITIONS and not _is_off(option):
            yield Fault(f"{option.value('name')} can only be set on a partitioned table: add PARTITION BY", option)


def sources(judged: Judged) -> Iterator[Fault]:
    copied = judged.statement.node("copy_from")
    if copied is not None and any(each.node("for_system_time_expr") is not None for each in copied.all("TableScan")):
        yield Fault("FOR SYSTEM_TIME AS OF is not supported with COPY: use CREATE TABLE ... CLONE", copied)


def copied(judged: Judged) -> Iterator[Fault]:
    """CLONE, COPY and snapshots are of tables, clones and snapshots."""
    for name in ("clone_from", "copy_from"):
        source = judged.statement.node(name)
        for scan in [] if source is None else source.all("TableScan"):
            kind = judged.scope.kind_of(judged.table(scan))
            if kind not in ("", "TABLE", "SNAPSHOT TABLE"):
                yield Fault(f"A {kind} cannot be cloned, copied or kept in a snapshot: {judged.text(scan)}", scan)


def snapshot(judged: Judged) -> Iterator[Fault]:
    if judged.statement.choice("create_mode") == "CREATE_OR_REPLACE":
        yield Fault("CREATE OR REPLACE SNAPSHOT TABLE is not supported: drop the snapshot first")
    yield from copied(judged)
    yield from options.faults("snapshot", judged.statement.nodes("option_list"))


def external(judged: Judged) -> Iterator[Fault]:
    given = judged.statement.nodes("option_list")
    if judged.is_temporary:
        yield Fault("Temporary external tables are not supported")
    yield from options.faults("external table", given)
    yield from _needed("CREATE EXTERNAL TABLE", given)


def load(judged: Judged) -> Iterator[Fault]:
    files = judged.statement.nodes("from_files_option_list")
    yield from options.faults("files", files)
    yield from options.faults("table", judged.statement.nodes("option_list"))
    yield from _needed("LOAD DATA", files)


def _needed(statement: str, given: list[Node]) -> Iterator[Fault]:
    if not options.is_given(given, "uris"):
        yield Fault(f"{statement} needs the option uris")
    if not (options.is_given(given, "format") or options.is_given(given, "object_metadata")):
        yield Fault(f"{statement} needs the option format")


def _is_like(judged: Judged) -> bool:
    like = judged.statement.value("like_table")
    return like is not None and bool(like.name)


def _is_off(option: Node) -> bool:
    """Whether an option is NULL or FALSE, which asks for nothing."""
    value = option.node("value")
    literal = None if value is None or value.kind != "Literal" else value.value("value").value
    if literal is None:
        return False
    kind = literal.WhichOneof("value")
    return kind is None or (kind == "bool_value" and not literal.bool_value)


TABLE = (temporary_name, definitions, keys, table_options, sources, copied, *partitions.RULES)
