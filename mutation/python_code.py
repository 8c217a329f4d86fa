"""Mutants of Python files: cosmic-ray's operators, and what it lacks: a statement, a check or an element that goes, and `in`."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutant import Mutant, from_texts

COSMIC = Path(__file__).with_name("cosmic.py")


def python_mutants(path: str, file: Path, cosmic_python: Path | None) -> list[Mutant]:
    """All mutants of a file; without `cosmic_python`, an interpreter that has cosmic-ray, only our own."""
    text = file.read_text()
    made = set(own_mutants(path, text))
    if cosmic_python:
        said = subprocess.run([cosmic_python, COSMIC, file], check=True, capture_output=True, text=True).stdout
        made |= {from_texts(path, text, mutated, name) for name, mutated in json.loads(said)}
    # what only a type checker reads is no behaviour, and what only a mistake of the code itself trips over is an assertion
    made = {
        mutant
        for mutant in made
        if not text.endswith(("frozen=", "strict="), 0, mutant.start)
        and not any(word in _line(text, mutant) for word in ("Literal[", "__all__"))
    }
    # two ways to the same text are one mutant
    return sorted({mutant.applied(text): mutant for mutant in sorted(made)}.values())


def _line(text: str, mutant: Mutant) -> str:
    return text.splitlines()[mutant.line(text) - 1]


def own_mutants(path: str, text: str) -> Iterator[Mutant]:
    at = _Offsets(text)
    for node in ast.walk(ast.parse(text)):
        yield from (Mutant(path, *at.span(each), "pass", "removed statement") for each in _removable(node))
        if isinstance(node, ast.If) and not node.orelse:
            yield Mutant(path, *at.span(node.test), "False", "removed check")
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            left, right = at.span(node.left)[1], at.span(node.comparators[0])[0]
            # a bracket around the element may lie between
            old, new = ("not in", "in") if isinstance(node.ops[0], ast.NotIn) else ("in", "not in")
            found = text.find(f" {old} ", left, right)
            if found >= 0:
                yield Mutant(path, found + 1, found + 1 + len(old), new, "in")
        if (
            isinstance(node, ast.Tuple | ast.List | ast.Set)
            and len(node.elts) > 1
            and all(_is_text(e) for e in node.elts)
        ):
            yield from _without_an_element(path, at, node.elts)


def _removable(node: ast.AST) -> Iterator[ast.stmt]:
    """Statements below a node that can go without a name being missing."""
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if not isinstance(body, list) or isinstance(node, ast.Module | ast.ClassDef):
            continue
        for statement in body:
            if name == "body" and isinstance(node, ast.If) and not node.orelse and len(body) == 1:
                continue  # the same as without the check
            if isinstance(statement, ast.Expr):
                if not isinstance(statement.value, ast.Constant | ast.Yield | ast.YieldFrom):
                    yield statement
            elif (
                (isinstance(statement, ast.Assign) and not isinstance(statement.targets[0], ast.Name | ast.Tuple))
                or (isinstance(statement, ast.Assign | ast.AugAssign) and _assigned_again(statement))
                or isinstance(statement, ast.Raise | ast.Continue)
                or (isinstance(statement, ast.Return) and not isinstance(node, ast.FunctionDef))
            ):
                yield statement


def _assigned_again(statement: ast.Assign | ast.AugAssign) -> bool:
    """Whether the new value is made of the old one: `text = text.replace(...)`."""
    if isinstance(statement, ast.AugAssign):
        return True
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(statement.value))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _without_an_element(path: str, at: _Offsets, elements: Sequence[ast.expr]) -> Iterator[Mutant]:
    spans = [at.span(element) for element in elements]
    for i, (start, end) in enumerate(spans):
        if i + 1 < len(spans):
            yield Mutant(path, start, spans[i + 1][0], "", "removed element")
        else:
            # `("a", "b")` becomes `("a", )`
            yield Mutant(path, start, end, "", "removed element")


class _Offsets:
    """Where a node lies in the text, in characters; the tree counts bytes of a line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())
