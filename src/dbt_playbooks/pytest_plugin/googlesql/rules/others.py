"""Rules of DML, exports, rights, policies, indexes, datasets, variables and transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_playbooks.pytest_plugin.googlesql.dialect import SETTABLE_VARIABLES
from dbt_playbooks.pytest_plugin.googlesql.information_schema import view_of
from dbt_playbooks.pytest_plugin.googlesql.rules import options
from dbt_playbooks.pytest_plugin.googlesql.rules.columns import collation, stored_columns
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, inner_types, kind_of, type_text

_GRANTABLE = ("SCHEMA", "TABLE", "VIEW", "EXTERNAL TABLE", "PROJECT")
_ROLE = re.compile(r"(roles|projects/[^/]+/roles|organizations/[^/]+/roles)/.+")
_MEMBER = re.compile(
    r"(user|group|serviceAccount|domain|specialGroup|connection|principal|principalSet|deleted|projectOwner|projectEditor|projectViewer):.+"
    r"|allUsers|allAuthenticatedUsers"
)
_NOT_DROPPABLE = ("CONSTANT", "DATABASE", "INDEX", "SEQUENCE", "LOCALITY GROUP", "APPROX VIEW")
_ENTITIES = ("assignment", "bi_capacity", "capacity", "data_policy", "reservation")
_FILES = ("AVRO", "CSV", "JSON", "PARQUET")


def change(judged: Judged) -> Iterator[Fault]:
    """INSERT, UPDATE, DELETE, MERGE and TRUNCATE."""
    statement, target = judged.statement, judged.statement.node("table_scan")
    if target is not None:
        path = judged.table(target)
        if path[-1].endswith("*"):
            yield Fault(
                f"A wildcard table cannot be the target of a statement that changes rows: {judged.text(target)}", target
            )
        if view_of(path) is not None:
            yield Fault(f"Views of INFORMATION_SCHEMA are read-only: {judged.text(target)}", target)
        kind = judged.scope.kind_of(path)
        if kind not in ("", "TABLE"):
            yield Fault(f"The rows of a {kind} cannot be changed: {judged.text(target)}", target)
    if statement.kind == "InsertStmt" and statement.choice("insert_mode") not in ("", "OR_ERROR"):
        yield Fault(f"INSERT {statement.choice('insert_mode').replace('_', ' ')} is not supported: use MERGE")
    if statement.node("assert_rows_modified") is not None:
        yield Fault("ASSERT_ROWS_MODIFIED is not supported", statement.node("assert_rows_modified"))
    if statement.kind == "TruncateStmt" and statement.node("where_expr") is not None:
        yield Fault("TRUNCATE TABLE takes no WHERE: use DELETE", statement.node("where_expr"))
    if _lacks_columns(judged, target):
        yield Fault("The columns must be named: the table is partitioned by the time of its ingestion", target)
    for item in judged.all("UpdateItem"):
        if item.nodes("insert_list") or item.nodes("update_list") or item.nodes("delete_list"):
            yield Fault("Nested DML statements are not supported: set the whole array", item)


def _lacks_columns(judged: Judged, target: Node | None) -> bool:
    """Whether rows are inserted into a table with ingestion time without a list of columns."""
    columns = {} if target is None else judged.scope.tables.get(judged.table(target), {})
    if target is None or "_partitiontime" not in {name.lower() for name in columns}:
        return False
    if judged.statement.kind == "MergeStmt":
        return re.search(r"\binsert\s+(row|values)\b", judged.sql, re.IGNORECASE) is not None
    rest = judged.sql.encode()[target.value("parse_location_range").end :].decode(errors="replace")
    return (
        judged.statement.kind == "InsertStmt"
        and re.match(r"\s*\(\s*(?!\(|select\b|with\b|from\b)", rest, re.IGNORECASE) is None
    )


def export(judged: Judged) -> Iterator[Fault]:
    given = judged.statement.nodes("option_list")
    yield from options.faults("export", given)
    for needed in ("uri", "format"):
        if not options.is_given(given, needed):
            yield Fault(f"EXPORT DATA needs the option {needed}")
    uri, kind = options.text_of(given, "uri"), (options.text_of(given, "format") or "").upper()
    if kind in _FILES and uri and uri.count("*") != 1:
        yield Fault(f"Option uri of EXPORT DATA must have one wildcard, as gs://bucket/folder/*.csv: {uri}")
    yield from stored_columns(judged)
    for column in judged.statement.nodes("output_column_list") if kind == "CSV" else ():
        found = column.value("column").type
        if kind_of(found) in ("ARRAY", "STRUCT"):
            yield Fault(
                f"Operation cannot be performed on a nested schema. Field: {column.value('name')} {type_text(found)}"
            )
    for scan in judged.all("TableScan"):
        path = judged.table(scan)
        if path[-1].endswith("*") or view_of(path) is not None:
            yield Fault(f"EXPORT DATA statement cannot reference meta tables in the queries: {judged.text(scan)}", scan)


def rights(judged: Judged) -> Iterator[Fault]:
    """GRANT and REVOKE."""
    kind = " ".join(judged.statement.value("object_type_list")).upper()
    if kind == "DATA_POLICY":  # column-data-masking: it has rights of its own
        return
    if kind not in _GRANTABLE:
        yield Fault(f"Roles are granted ON {', ON '.join(_GRANTABLE)}; got ON {kind or 'nothing'}")
    privileges = judged.statement.nodes("privilege_list")
    if not privileges:
        yield Fault("ALL PRIVILEGES is not supported: name a role, as `roles/bigquery.dataViewer`")
    for privilege in privileges:
        role = str(privilege.value("action_type"))
        if not _ROLE.fullmatch(role):
            yield Fault(f"{role} is not a role: name one, as `roles/bigquery.dataViewer`", privilege, role)
        elif privilege.nodes("unit_list"):
            yield Fault("A role is granted on a whole table, not on columns of it", privilege)
    yield from _members(judged)


def row_policy(judged: Judged) -> Iterator[Fault]:
    if not judged.statement.value("name"):
        yield Fault("CREATE ROW ACCESS POLICY needs the name of the policy")
    yield from _members(judged)
    predicate = judged.statement.node("predicate")
    for call in () if predicate is None else predicate.all("FunctionCall"):
        called = call.value("function").name
        if not called.startswith("ZetaSQL:"):
            yield Fault(
                f"The filter of a row access policy cannot call a user-defined function: {called.rpartition(':')[2]}",
                call,
            )


def _members(judged: Judged) -> Iterator[Fault]:
    named = [str(each) for each in judged.statement.value("grantee_list") or ()]
    for expression in judged.statement.nodes("grantee_expr_list"):
        literal = expression.value("value") if expression.kind == "Literal" else None
        named += [] if literal is None else [str(literal.value.string_value)]
    for member in named:
        if not _MEMBER.fullmatch(member):
            said = f"'{member}' is no member: write its kind before it, as 'user:{member or 'name@example.com'}'"
            yield Fault(said, None, member)


def index(judged: Judged) -> Iterator[Fault]:
    statement, given = judged.statement, judged.statement.nodes("option_list")
    if statement.value("is_unique") or not (statement.value("is_search") or statement.value("is_vector")):
        yield Fault("BigQuery has only CREATE SEARCH INDEX and CREATE VECTOR INDEX")
        return
    items = statement.nodes("index_item_list")
    target = statement.node("table_scan")
    kind = "" if target is None else judged.scope.kind_of(judged.table(target))
    if kind not in ("", "TABLE"):
        yield Fault(f"An index can only be made on a table, not on a {kind}", target)
    owner = "vector index" if statement.value("is_vector") else "search index"
    yield from options.faults(owner, given)
    for item in items:
        yield from options.faults("index column", item.nodes("option_list"))
    yield from (_vector_index if statement.value("is_vector") else _search_index)(items, given)
    if statement.value("index_all_columns") and not options.is_given(given, "data_types"):
        columns = {} if target is None else judged.scope.tables.get(judged.table(target), {})
        types = " ".join(type_text(each.to_proto()) for each in columns.values())
        if types and "STRING" not in types and "JSON" not in types:
            yield Fault("A search index on all columns needs a column that is or contains a STRING", target)
    partitioned = statement.nodes("partition_by_list")
    if partitioned and options.text_of(given, "index_type") != "TREE_AH":
        yield Fault("Only a vector index of the type TREE_AH can be partitioned", partitioned[0])


def _vector_index(items: list[Node], given: list[Node]) -> Iterator[Fault]:
    if not options.is_given(given, "index_type"):
        yield Fault("CREATE VECTOR INDEX needs the option index_type: 'IVF' or 'TREE_AH'")
    if len(items) != 1:
        yield Fault(f"A vector index has one column, got {len(items)}")
    for name, needed in (("ivf_options", "IVF"), ("tree_ah_options", "TREE_AH")):
        if options.is_given(given, name) and options.text_of(given, "index_type") != needed:
            yield Fault(f"Option {name} is for an index of the type {needed}")
    for item in items:
        column = item.node("column_ref")
        if column is not None and "ARRAY<FLOAT64>" not in type_text(column.type):
            yield Fault(f"A vector index needs a column of ARRAY<FLOAT64>, not of {type_text(column.type)}", item)


def _search_index(items: list[Node], given: list[Node]) -> Iterator[Fault]:
    for item in items:
        column = item.node("column_ref")
        wider = options.is_given(given, "data_types") or options.is_given(item.nodes("option_list"), "data_types")
        wanted = {"STRING", "JSON", "INT64", "TIMESTAMP"} if wider else {"STRING", "JSON"}
        if column is not None and not any(kind_of(each) in wanted for each in inner_types(column.type)):
            yield Fault(
                f"A search index needs a column that is or contains a STRING, not one of {type_text(column.type)}", item
            )


def drop(judged: Judged) -> Iterator[Fault]:
    kind = str(judged.statement.value("object_type")).upper()
    if kind in _NOT_DROPPABLE:
        yield Fault(f"DROP {kind} is not supported")
    yield from _other_kind(judged, kind)
    if judged.statement.choice("drop_mode") in ("RESTRICT", "CASCADE") and "SCHEMA" not in kind:
        yield Fault(f"DROP {kind} takes no {judged.statement.choice('drop_mode')}: only DROP SCHEMA does")


def drop_snapshot(judged: Judged) -> Iterator[Fault]:
    yield from _other_kind(judged, "SNAPSHOT TABLE")


def drop_materialized_view(judged: Judged) -> Iterator[Fault]:
    yield from _other_kind(judged, "MATERIALIZED VIEW")


def _other_kind(judged: Judged, wanted: str) -> Iterator[Fault]:
    """What the script made is dropped as what it is."""
    kind = judged.scope.kind_of(judged.path)
    if kind not in ("", wanted):
        name = ".".join(judged.name)
        yield Fault(f"Cannot drop {name} which has type {kind}. A {wanted} was expected", None, judged.name[-1])


def drop_function(judged: Judged) -> Iterator[Fault]:
    if judged.statement.node("arguments") is not None:
        yield Fault("DROP FUNCTION takes the name alone, without the types of the arguments")


def schema(judged: Judged) -> Iterator[Fault]:
    owner = "external schema" if judged.statement.kind == "CreateExternalSchemaStmt" else "schema"
    yield from options.faults(owner, judged.statement.nodes("option_list"))
    yield from collation(judged.statement.node("collation_name"))


def table_options(judged: Judged) -> Iterator[Fault]:
    yield from options.faults("table", judged.statement.nodes("option_list"))


def entity(judged: Judged) -> Iterator[Fault]:
    kind = str(judged.statement.value("entity_type")).lower()
    if kind in _ENTITIES:
        yield from options.faults(kind, judged.statement.nodes("option_list"))


def connection(judged: Judged) -> Iterator[Fault]:
    yield from options.faults("connection", judged.statement.nodes("option_list"))


def assignment(judged: Judged) -> Iterator[Fault]:
    target = judged.statement.node("target")
    if target is not None and target.kind == "SystemVariable":
        name = ".".join(target.value("name_path"))
        if name.lower() not in SETTABLE_VARIABLES:
            settable = ", ".join(f"@@{each}" for each in sorted(SETTABLE_VARIABLES))
            yield Fault(
                f"Cannot assign to read-only system variable @@{name}. Those that can be set are {settable}", target
            )


def begin(judged: Judged) -> Iterator[Fault]:
    if judged.sql.lstrip().lower().startswith("start"):
        yield Fault("START TRANSACTION is not supported: write BEGIN TRANSACTION")
    if judged.statement.choice("read_write_mode") not in ("", "MODE_UNSPECIFIED") or judged.statement.value(
        "isolation_level_list"
    ):
        yield Fault("BEGIN TRANSACTION takes no modes: write it alone")
    if judged.scope.transaction.opened_in is judged.scope:
        yield Fault("Transactions cannot be nested: a transaction is already open")


def in_transaction(judged: Judged) -> Iterator[Fault]:
    """DDL of what stays is no part of a transaction (transactions)."""
    kind = judged.statement.kind
    if (
        not judged.scope.transaction.is_open
        or not kind.startswith(("Create", "Alter", "Drop", "Undrop"))
        or judged.is_temporary
    ):
        return
    if kind.startswith(("Drop", "Alter")) and (
        judged.path in judged.scope.temporary or tuple(each.lower() for each in judged.name) in judged.scope.temporary
    ):
        return
    yield Fault("DDL statements on permanent objects are not supported inside a transaction")


RULES = {
    **dict.fromkeys(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"], (change,)),
    "ExportDataStmt": (export,),
    "GrantStmt": (rights,),
    "RevokeStmt": (rights,),
    "CreateRowAccessPolicyStmt": (row_policy,),
    "CreateIndexStmt": (index,),
    "DropStmt": (drop,),
    "DropFunctionStmt": (drop_function,),
    "DropMaterializedViewStmt": (drop_materialized_view,),
    "DropSnapshotTableStmt": (drop_snapshot,),
    "CreateSchemaStmt": (schema,),
    "CreateExternalSchemaStmt": (schema,),
    "CreateEntityStmt": (entity,),
    "CreateConnectionStmt": (connection,),
    "AlterTableSetOptionsStmt": (table_options,),
    "AssignmentStmt": (assignment,),
    "BeginStmt": (begin,),
}
