"""Which tests reach which statement and which macro, and how long each takes: they are run once, in a copy that tells."""

from __future__ import annotations

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from belonging import macros_in
from moving import lines_now, reached_now
from mutant import Mutant
from templates import macro_at
from tree import copy, digest
from trial import Trial, events


@dataclass
class Test:
    """A test that passes. `reaches` holds statements (`path:line`) and macros (`macro name`)."""

    name: str
    seconds: float = 0.0
    processes: bool = False
    reaches: set[str] = field(default_factory=set)

    @property
    def cost(self) -> float:
        """Seconds, more or less, wherever it runs first; processes may import dbt anew."""
        return self.seconds + 3 * self.processes


def instrumented(path: str, text: str) -> str:
    """A module whose functions tell each statement that is reached."""
    tree = ast.parse(text)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in _own_nodes(function):
                for name in ("body", "orelse", "finalbody"):
                    body = getattr(node, name, None)
                    if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                        setattr(node, name, [new for each in body for new in _told(path, each)])
    begin = next((i for i, each in enumerate(tree.body) if not _comes_first(each)), len(tree.body))
    tree.body[begin:begin] = ast.parse("import watching as _watching\n_watching.watch_macros()").body
    return ast.unparse(ast.fix_missing_locations(tree))


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """A function and its blocks, without functions in it: those get their turn."""
    found, todo = [], [function]
    while todo:
        node = todo.pop()
        found.append(node)
        todo += [
            each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    return found


def _told(path: str, statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return [statement]
    return [*ast.parse(f"_watching.hit({f'{path}:{statement.lineno}'!r})").body, statement]


def _comes_first(statement: ast.stmt) -> bool:
    return (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)) or (
        isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    )


def record(
    root: Path, modules: Sequence[str], tests: Sequence[str], store: Path, work: Path, python: Path
) -> list[Test]:
    """The tests of files or folders, from `store` where they have not changed since. Where modules have, what each test reaches in them
    is moved along with their lines; with new macros, all are run anew."""
    stored = json.loads(store.read_text()) if store.exists() else {}
    texts = {name: (root / name).read_text() for name in modules}
    macros = sorted({name for path in (root / "macros").rglob("*.sql") for name in macros_in(path.read_text())})
    if "texts" not in stored or not set(macros) <= set(stored["macros"]):
        stored = {"macros": macros, "texts": texts, "files": {}}
    changed = [name for name, text in stored["texts"].items() if name in texts and texts[name] != text]
    moves = {name: lines_now(stored["texts"][name], texts[name]) for name in changed}
    for test in (test for each in stored["files"].values() for test in each["tests"]):
        test["reaches"] = sorted(reached_now(set(test["reaches"]), moves))
    stored["texts"] = texts
    shared = list((root / "tests/python").glob("*.py"))
    files = sorted(
        {
            path
            for name in tests
            for path in ([root / name] if name.endswith(".py") else (root / name).glob("test_*.py"))
        }
    )
    anew = []
    for file in files:
        name = str(file.relative_to(root))
        mark = digest([file, *shared, *file.parent.glob("conftest.py")])
        if stored["files"].get(name, {}).get("digest") != mark:
            stored["files"][name] = {"digest": mark, "tests": []}
            anew.append(name)
    if anew:
        print(f"Recording what {len(anew)} test files reach. This runs them once.", flush=True)
        for test in _recorded(root, modules, anew, work, python):
            stored["files"][test.name.split("::")[0]]["tests"].append({**asdict(test), "reaches": sorted(test.reaches)})
    if anew or moves:
        store.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(json.dumps(stored))
    return [
        Test(**{**each, "reaches": set(each["reaches"])})
        for file in files
        for each in stored["files"][str(file.relative_to(root))]["tests"]
    ]


def _recorded(root: Path, modules: Sequence[str], tests: Sequence[str], work: Path, python: Path) -> list[Test]:
    tree = copy(root, work / "recorded")
    for name in modules:
        path = tree / name
        path.write_text(instrumented(name, path.read_text()))
    trial = Trial(tree, work / "recorded.events", python)
    trial.run(tests, stop_at_first=False)
    trial.close()
    found: dict[str, Test] = {}
    passed: dict[str, set[str]] = defaultdict(set)
    for event, name, *more in events(trial.events):
        test = found.setdefault(name, Test(name))
        if event == "hit":
            test.reaches.add(more[0])
            test.processes = test.processes or more[1] == "process"
        elif event != "begin":
            passed[name].add(event)
            test.seconds += float(more[1])
    failing = sorted(name for name, outcomes in passed.items() if "failed" in outcomes)
    if failing:
        print("These tests fail without a mutant and are left out:\n  " + "\n  ".join(failing), flush=True)
    return [test for name, test in found.items() if passed[name] == {"passed"}]


def tests_for(mutant: Mutant, text: str, tests: Sequence[Test]) -> list[Test]:
    """The tests that reach a mutant, the quickest first, and later the more cases of one function came before. What runs at import belongs
    to every test that reaches the file."""
    if mutant.path.endswith(".py"):
        line = _statement(text, mutant.line(text))
        wanted = {f"{mutant.path}:{line}"} if line else set()
        reaching = [test for test in tests if wanted & test.reaches]
        if not line:
            beginning = f"{mutant.path}:"
            reaching = [test for test in tests if any(each.startswith(beginning) for each in test.reaches)]
    else:
        name = macro_at(text, mutant.start)
        reaching = [test for test in tests if f"macro {name}" in test.reaches]
    # the cases of one function mostly notice the same
    cases: Counter[str] = Counter()
    ranked = []
    for test in sorted(reaching, key=lambda test: test.cost):
        function = test.name.partition("[")[0]
        cases[function] += 1
        ranked.append((test.cost * cases[function], test.name, test))
    return [test for *_, test in sorted(ranked, key=lambda each: each[:2])]


def _statement(text: str, line: int) -> int | None:
    """The first line of the innermost statement of a function around a line."""
    found = None
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if node is not function and isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
                found = max(found or 0, node.lineno)
    return found
