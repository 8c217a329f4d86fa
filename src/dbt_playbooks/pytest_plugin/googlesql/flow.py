"""Where statements that jump, raise or run SQL may stand in a script (procedural-language): the parser takes them anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_LOOPS = {"ASTWhileStatement", "ASTRepeatStatement", "ASTForInStatement"}
_JUMPS = {"ASTBreakStatement", "ASTContinueStatement"}
_CONTROL = {
    *_LOOPS, "ASTIfStatement", "ASTCaseStatement", "ASTVariableDeclaration", "ASTSingleAssignment", "ASTAssignmentFromStruct",
    "ASTRaiseStatement", "ASTCallStatement", "ASTReturnStatement", "ASTExecuteImmediateStatement", *_JUMPS,
}  # fmt: skip


def misplaced(statements: Any, *, is_dynamic: bool) -> Iterator[tuple[str, Any]]:
    """What is wrong, with the parser's node at which it is."""
    if is_dynamic:
        yield from _dynamic(statements)
    for each in (getattr(statements, "statement_list", None) or [])[1:]:
        if type(each).__name__ == "ASTSystemVariableAssignment" and _path(each.system_variable) == "location":
            yield "SET @@location must be the first statement", each
    yield from _list(statements, [], in_handler=False)


def foreign_pipes(statements: Any) -> Iterator[tuple[str, Any]]:
    """Pipe operators that BigQuery lacks, and that no feature turns off."""
    if type(statements).__name__ == "ASTPipeWindow":
        yield "Pipe WINDOW is not supported: use EXTEND", statements
    for name in getattr(statements, "__dataclass_fields__", ()):
        value = getattr(statements, name)
        for each in value if isinstance(value, list) else [value]:
            if type(each).__name__.startswith("AST"):
                yield from foreign_pipes(each)


def _dynamic(statements: Any) -> Iterator[tuple[str, Any]]:
    """What EXECUTE IMMEDIATE runs is one statement, and no control statement."""
    listed = getattr(statements, "statement_list", None) or []
    if len(listed) > 1:
        yield "EXECUTE IMMEDIATE runs a single statement", listed[1]
    for each in listed:
        if type(each).__name__ in _CONTROL:
            yield "EXECUTE IMMEDIATE cannot run a statement of the procedural language", each


def _list(statements: Any, around: list[tuple[str, bool]], *, in_handler: bool) -> Iterator[tuple[str, Any]]:
    """`around` are the labels in lower case of the blocks and loops around, with whether each is a loop."""
    for node in getattr(statements, "statement_list", None) or ():
        kind = type(node).__name__
        if kind in _JUMPS:
            yield from _jump(node, kind, around)
        elif kind == "ASTRaiseStatement" and node.message is None and not in_handler:
            yield "RAISE without USING MESSAGE is only allowed in an exception handler", node
        elif kind == "ASTCreateProcedureStatement":
            body = getattr(node.body, "statement_list_node", None)
            yield from _list(body, [], in_handler=False)
        elif kind in _LOOPS or kind == "ASTBeginEndBlock":
            label = _label(node)
            if label and label in [name for name, _ in around]:
                yield f"Label {label} is already used around this statement", node
            inside = [*around, (label, kind in _LOOPS)]
            yield from _list(
                getattr(node, "body", None) or getattr(node, "statement_list_node", None), inside, in_handler=in_handler
            )
            for handler in getattr(getattr(node, "handler_list", None), "exception_handler_list", None) or ():
                yield from _list(handler.statement_list, around, in_handler=True)
        else:
            for child in _lists(node):
                yield from _list(child, around, in_handler=in_handler)


def _jump(node: Any, kind: str, around: list[tuple[str, bool]]) -> Iterator[tuple[str, Any]]:
    label, word = _label(node), node.keyword.name
    loops_only = kind == "ASTContinueStatement" or not label
    allowed = [name for name, is_loop in around if is_loop or not loops_only]
    if label and label not in allowed:
        yield (
            f"{word} names the label {label}, which no {'loop' if loops_only else 'block or loop'} around it has",
            node,
        )
    elif not label and not allowed:
        yield f"{word} is only allowed inside of a loop", node


def _path(variable: Any) -> str:
    return ".".join(each.id_string for each in variable.path.names).lower()


def _label(node: Any) -> str:
    label = getattr(node, "label", None)
    return "" if label is None else str(label.name.id_string).lower()


def _lists(node: Any) -> Iterator[Any]:
    """The lists of statements in a node, however deep."""
    for name in getattr(node, "__dataclass_fields__", ()):
        value = getattr(node, name)
        for each in value if isinstance(value, list) else [value]:
            if type(each).__name__ == "ASTStatementList":
                yield each
            elif type(each).__name__.startswith("AST") and type(node).__name__ in _HOLDERS:
                yield from _lists(each)


_HOLDERS = {
    "ASTIfStatement", "ASTElseifClauseList", "ASTElseifClause", "ASTCaseStatement", "ASTWhenThenClauseList", "ASTWhenThenClause",
    "ASTUntilClause",
}  # fmt: skip
