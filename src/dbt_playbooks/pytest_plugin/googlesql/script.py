"""Walks a script as it would run, each statement once: GoogleSQL parses scripts and analyzes only their statements."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dbt_playbooks.pytest_plugin.googlesql.catalog import type_name
from dbt_playbooks.pytest_plugin.googlesql.dialect import is_unknown
from dbt_playbooks.pytest_plugin.googlesql.flow import foreign_pipes, misplaced
from dbt_playbooks.pytest_plugin.googlesql.places import Piece, Source, located, message_of, refused, refused_at
from dbt_playbooks.pytest_plugin.googlesql.rules import first_fault, is_strict
from dbt_playbooks.pytest_plugin.googlesql.scope import Scope, Transaction
from dbt_playbooks.pytest_plugin.googlesql.tree import Node
from dbt_playbooks.pytest_plugin.googlesql.webassembly import model

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

_BRANCHES = {
    "ASTIfStatement", "ASTElseifClauseList", "ASTElseifClause", "ASTWhileStatement", "ASTRepeatStatement", "ASTUntilClause",
    "ASTCaseStatement", "ASTWhenThenClauseList", "ASTWhenThenClause",
}  # fmt: skip
_TARGET = re.compile(r"Query column 1 has type (.+) which cannot be coerced to target type (.+?)(?= \[at |$)")
_QUERY = re.compile(r"\s*(select|with)\b[^;]*;?\s*$", re.IGNORECASE)
"""What is a query, and no script: it need not be parsed before it is analyzed, which takes a quarter of the time."""
_JUMPS = {"ASTReturnStatement", "ASTBreakStatement", "ASTContinueStatement"}


@dataclass(frozen=True)
class Statement:
    """One analyzed statement: its kind (`ResolvedMergeStmt`), and for a query its columns, by GoogleSQL's names of their types."""

    sql: str
    kind: str
    columns: Mapping[str, str]
    unsupported: str | None = None
    """What the analyzer does not know, so that the statement is not checked. That is not an error of the statement."""
    place: str = ""
    """Where that is, for people: `line 2, column 8`."""
    message: Any = field(default=None, repr=False, compare=False)

    @property
    def resolved(self) -> Any:
        """The analyzer's own tree, for what this class does not say."""
        return None if self.message is None else model(self.message)


class Script:
    """A text of one statement or many."""

    def __init__(
        self, analyzer: GoogleSQL, text: str, within: str = "", options: Any = None, *, stored: bool = False
    ) -> None:
        self._analyzer = analyzer
        self._source = Source(text, within)
        self._options = options or analyzer.options
        self._stored = stored

    def statements(self, scope: Scope) -> Iterator[Statement]:
        """Each with what it is. Raises SqlError."""
        from zetasql.core.exceptions import ZetaSQLError

        text = self._source.text
        if _QUERY.match(text) and "|>" not in text:
            found, _ = self._one(Piece(text, 0), scope)
            yield found
            return
        try:
            parsed = self._analyzer.parse(text)
        except ZetaSQLError as error:
            raise refused(message_of(error), self._source, Piece(text, 0)) from None
        for message, node in misplaced(parsed.statement_list_node, is_dynamic=bool(self._source.within)):
            raise self._error(message, node)
        for message, node in foreign_pipes(parsed) if "|>" in text else ():
            raise self._error(message, node)
        yield from self._list(parsed.statement_list_node, scope)

    def _list(self, statements: Any, scope: Scope) -> Iterator[Statement]:
        declaring = bool(getattr(statements, "variable_declarations_allowed", False))
        for node in getattr(statements, "statement_list", None) or ():
            is_declaration = type(node).__name__ == "ASTVariableDeclaration"
            if is_declaration and not declaring:
                raise self._error("DECLARE is only allowed at the start of a script or of a BEGIN block", node)
            declaring &= is_declaration
            yield from self._statement(node, scope)

    def _statement(self, node: Any, scope: Scope) -> Iterator[Statement]:
        kind = type(node).__name__
        if kind == "ASTVariableDeclaration":
            yield from self._declaration(node, scope)
        elif kind == "ASTBeginEndBlock":
            inner = scope.inner()
            yield from self._list(node.statement_list_node, inner)
            for handler in getattr(getattr(node, "handler_list", None), "exception_handler_list", None) or ():
                yield from self._branch(handler.statement_list, inner)
            scope.unseen |= inner.unseen
        elif kind == "ASTForInStatement":
            query, columns = self._one(self._piece(node.query), scope)
            yield query
            if node.variable.id_string.lower() in scope.variables:
                raise self._error(f"Variable '{node.variable.id_string}' is already declared", node.variable)
            inner = scope.inner()
            inner.variables[node.variable.id_string.lower()] = _struct(columns)
            if query.unsupported:
                inner.vague.add(node.variable.id_string.lower())
            yield from self._branch(node.body, inner)
            scope.unseen |= inner.unseen
        elif kind in _BRANCHES:
            yield from self._branches(node, scope)
        elif kind == "ASTSingleAssignment":
            yield self._expression(node.expression, scope, self._variable(node.variable, scope))
        elif kind == "ASTAssignmentFromStruct":
            types = [self._variable(each, scope) for each in node.variables.identifier_list]
            yield self._expression(node.struct_expression, scope, _struct([("", each) for each in types]))
        elif kind == "ASTRaiseStatement":
            if node.message is not None:
                yield self._expression(node.message, scope, self._analyzer.type_of("string"))
        elif kind == "ASTExecuteImmediateStatement":
            yield from self._dynamic(node, scope)
        elif kind not in _JUMPS:
            found, _ = self._one(self._piece(node), scope, node)
            yield found
            if kind == "ASTCreateProcedureStatement" and is_strict(found.message):
                yield from self._procedure(node, scope)

    def _branches(self, node: Any, scope: Scope) -> Iterator[Statement]:
        compared = getattr(node, "expression", None)
        for child in _children(node):
            kind = type(child).__name__
            if kind == "ASTStatementList":
                yield from self._branch(child, scope)
            elif kind == "ASTWhenThenClauseList" and compared is not None:
                for clause in child.when_then_clauses:
                    # CASE of a value: each WHEN is compared with it
                    before = f"select {self._piece(compared).text} = ("
                    yield self._one(self._piece(clause.condition, before, ")"), scope)[0]
                    yield from self._branch(clause.body, scope)
            elif kind in _BRANCHES:
                yield from self._branches(child, scope)
            elif not kind.startswith("ASTLabel"):
                wanted = None if child is compared else self._analyzer.type_of("bool")
                yield self._expression(child, scope, wanted)

    def _branch(self, statements: Any, scope: Scope) -> Iterator[Statement]:
        branch = scope.branch()
        yield from self._list(statements, branch)
        scope.join(branch)

    def _declaration(self, node: Any, scope: Scope) -> Iterator[Statement]:
        default = getattr(node, "default_value", None)
        declared = None
        if node.type is not None:
            _, [(_, declared)] = self._one(self._piece(node.type, "select cast(null as ", ") as declared"), scope)
        if default is not None:
            found, columns = self._one(self._piece(default, "select (", ")"), scope, wanted=declared)
            if declared is None and found.unsupported:
                scope.vague |= {name.id_string.lower() for name in node.variable_list.identifier_list}
            declared = declared or (columns[0][1] if columns else self._analyzer.type_of("string"))
            yield found
        for name in node.variable_list.identifier_list:
            if name.id_string.lower() in scope.variables:
                raise self._error(f"Variable '{name.id_string}' is already declared", name)
            scope.variables[name.id_string.lower()] = declared

    def _variable(self, name: Any, scope: Scope) -> Any:
        """The type of a variable that is assigned to."""
        if name.id_string.lower() not in scope.variables:
            raise self._error(f"Undeclared variable: {name.id_string}", name)
        return scope.variables[name.id_string.lower()]

    def _procedure(self, node: Any, scope: Scope) -> Iterator[Statement]:
        """BigQuery looks into the body when it is made."""
        body = getattr(node.body, "statement_list_node", None)
        path = tuple(each.id_string for each in node.name.names)
        if body is not None and path not in scope.routines:
            yield self._unsupported("the body of a procedure whose arguments have any type", self._piece(node.body))
        if body is None or path not in scope.routines:
            return
        made = scope.routines[path][2]
        inner = scope.branch()
        inner.transaction = Transaction()
        names = [each.name.id_string.lower() for each in node.parameters.parameter_entries]
        inner.variables = {name: each.type for name, each in zip(names, made.signature.argument, strict=True)}
        yield from self._list(body, inner)

    def _dynamic(self, node: Any, scope: Scope) -> Iterator[Statement]:
        """EXECUTE IMMEDIATE: what it runs is known when it is a literal."""
        targets = [
            self._variable(each, scope)
            for each in getattr(getattr(node.into_clause, "identifiers", None), "identifier_list", ())
        ]
        given: list[tuple[str, Any]] = []
        for each in getattr(node.using_clause, "arguments", ()):
            _, columns = self._one(self._piece(each.expression, "select (", ")"), scope)
            name = each.alias.identifier.id_string if each.alias is not None else ""
            given += [(name, columns[0][1])] if columns else []
        outer, _ = self._one(self._piece(node), scope, node)
        if type(node.sql).__name__ != "ASTStringLiteral":
            scope.unseen = True
            yield self._unsupported(
                "what EXECUTE IMMEDIATE runs is not a literal", self._piece(node.sql), outer.sql, outer.kind
            )
            return
        yield outer
        line, column = self._source.place(self._piece(node.sql).begins)
        within = f" of the EXECUTE IMMEDIATE at {line}:{column}"
        options = self._with_parameters(given, targets)
        # it sees what the script made, and none of its variables
        inner = scope.inner()
        inner.variables = {}
        yield from Script(self._analyzer, node.sql.string_value, within, options).statements(inner)
        scope.unseen |= inner.unseen

    def _with_parameters(self, given: Sequence[tuple[str, Any]], targets: Sequence[Any]) -> Any:
        from zetasql.types import AnalyzerOptions, ParameterMode

        options = copy.copy(self._analyzer.options)
        if any(name for name, _ in given):
            options.query_parameters = [AnalyzerOptions.QueryParameter(name=name, type=each) for name, each in given]
        elif given:
            options.parameter_mode = ParameterMode.PARAMETER_POSITIONAL
            options.positional_query_parameters = [each for _, each in given]
        if targets:
            options.target_column_types = list(targets)
        return options

    def _expression(self, node: Any, scope: Scope, wanted: Any = None) -> Statement:
        """An expression of a script, as a query: it is analyzed where statements are."""
        return self._one(self._piece(node, "select (", ")"), scope, wanted=wanted)[0]

    def _one(
        self, piece: Piece, scope: Scope, node: Any = None, wanted: Any = None
    ) -> tuple[Statement, Sequence[tuple[str, Any]]]:
        """The statement, and the columns of a query with the analyzer's types."""
        from wasmtime import Trap
        from zetasql.core.exceptions import ZetaSQLError

        options = self._options
        if wanted is not None:
            options = copy.copy(options)
            options.target_column_types = [wanted]
        try:
            message = self._analyzer.resolve(piece, scope, options)
        except Trap:
            return self._unsupported("the analyzer itself breaks on it", piece), ()
        except ZetaSQLError as error:
            said = message_of(error)
            reads_elsewhere = (
                type(node).__name__ == "ASTAuxLoadDataStatement" or getattr(node, "replica_source", None) is not None
            )
            loads = reads_elsewhere and said.startswith("Table not found")
            unknown = is_unknown(said, int(getattr(error, "code", 0) or 0)) or scope.is_opaque(said)
            unknown = unknown and not scope.is_procedure(said)
            vague = scope.is_vague(piece.text) and not said.startswith("Syntax error")
            if not (unknown or loads or vague):
                raise refused(
                    _TARGET.sub(r"a value of type \1 cannot be coerced to \2", said), self._source, piece
                ) from None
            scope.unseen |= node is not None and type(node).__name__ != "ASTQueryStatement"
            return self._unsupported(said.partition("\n")[0], piece), ()
        resolved = model(message, whole=False)
        self._judge(Node(message), piece, scope)
        scope.learn(resolved)
        scope.remember(Node(message))
        kind = type(resolved).__name__
        found: list[tuple[str, Any]] = []
        if kind in ("ResolvedQueryStmt", "ResolvedCreateViewStmt"):
            found = [(each.name, each.column.type) for each in resolved.output_column_list]
        elif kind in ("ResolvedCreateTableStmt", "ResolvedCreateTableAsSelectStmt"):
            found = [(each.name, each.type) for each in resolved.column_definition_list]
        scope.unseen |= kind == "ResolvedCallStmt"
        columns = {name: type_name(each) for name, each in found}
        return Statement(piece.sql, kind, columns, message=message), found

    def _judge(self, statement: Node, piece: Piece, scope: Scope) -> None:
        """Raise SqlError for what BigQuery refuses and the analyzer takes."""
        stored = self._stored and not piece.before and piece.text.strip(" ;\n") == self._source.text.strip(" ;\n")
        fault = first_fault(statement, piece.sql, scope, stored=stored)
        if fault is None or (scope.is_vague(piece.text) and statement.kind == "QueryStmt"):
            return
        message, begins = fault
        inside = 0 if begins is None else len(piece.sql.encode()[:begins].decode(errors="replace")) - len(piece.before)
        raise refused_at(message, self._source, piece.begins + min(max(inside, 0), len(piece.text)))

    def _piece(self, node: Any, before: str = "", after: str = "") -> Piece:
        place = node.parse_location_range
        return self._source.cut(place.start, place.end, before, after)

    def _unsupported(self, why: str, piece: Piece, sql: str | None = None, kind: str = "unsupported") -> Statement:
        # BigQuery has it: what the analyzer would take instead is no advice
        message, source, index = located(re.sub(r"; Did you mean .*?\?(?= \[at |$)", "", why), self._source, piece)
        line, column = source.place(index)
        place = f"line {line}, column {column}{source.within}"
        return Statement(piece.sql if sql is None else sql, kind, {}, unsupported=message, place=place)

    def _error(self, message: str, node: Any) -> Exception:
        return refused_at(message, self._source, self._piece(node).begins)


def _struct(columns: Sequence[tuple[str, Any]]) -> Any:
    from zetasql.api import TypeFactory

    return TypeFactory.create_struct_type(list(columns))


def _children(node: Any) -> Iterator[Any]:
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        for each in value if isinstance(value, list) else [value]:
            if type(each).__name__.startswith("AST"):
                yield each
