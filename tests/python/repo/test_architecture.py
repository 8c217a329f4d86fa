"""The rules of the house that a machine can check. Those that look for something are first shown to find it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DBT = {"dbt", "dbt_common", "dbt_adapters", "dbt_semantic_interfaces", "dbt_extractor", "agate"}
MAY_IMPORT_DBT = {
    # rows come back to tests as dbt gives them to macros: as agate tables
    "src/dbt_playbooks/pytest_plugin/rows.py",
    *(
        f"src/dbt_playbooks/project/{name}.py"
        for name in (
            "compiling",
            "core",
            "macros",
            "materializing",
            "models",
            "opening",
            "quicker",
            "raised",
            "reach",
            "rehearsal",
            "seeding",
            "session",
        )
    ),
}
# tests macros of projects that do not have ours
MAY_HOLD_SQL = "src/dbt_playbooks/pytest_plugin/"
LONGEST_FILE, LONGEST_README = 500, 150

# A string that begins like a statement or like a clause is SQL; prose that mentions one is not.
SQL = re.compile(
    r"""^[\s(]*(
      select\s+$ | select\s+(distinct\b | [*\d('"`{]) | select\s.*\bfrom\b
      | with\s+(recursive\s+)?\S+\s+as\s*\(
      | insert\s+(into|overwrite|or)\b | delete\s+from\b | merge\s+(into\s+)?\S+\s+(as\s+)?\S*\s*using\b
      | update\s+\S+\s+set\b | truncate\s+table\b
      | create\s+(or\s+replace\s+)?(temp(orary)?\s+)?(table|view|schema|function|procedure|macro)\b
      | drop\s+(table|view|schema|column|function)\b | alter\s+(table|view|schema)\b
      | (where|and|having|on)\s+\S+\s*(=|<|>|!=|\sin\s*\(|\sis\s+(not\s+)?null|\sbetween\s)
      | (group|order|partition)\s+by\b
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

# Written in pieces, so that this file does not hold what it forbids.
MACHINE = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:home|Users)/\w",
            r"(?<![\w.])/" + "root/",
            r"C:\\Users",
            "pypi" + r"\.(?:org|python)",
            "python" + r"hosted\.org",
            r"registry\.npm" + r"js\.org",
            r"(?:index|extra-index)-" + "url",
            r"https?://\S+\.(?:whl|tgz|tar\.gz)\b",
        ]
    )
)


def modules(root: Path) -> list[Path]:
    return sorted((root / "src").rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The top-level names of what a module imports, at its top, inside functions, or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__", "importorskip", "find_spec"}:
                yield str(node.args[0].value).split(".")[0]


def sql_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each string that is SQL, docstrings aside; in an f-string a value stands as {}."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            text = node.value
        else:
            continue
        if SQL.match(text):
            yield node.lineno, text


@pytest.mark.parametrize(
    "code",
    [
        "import dbt.cli.main",
        "from dbt.adapters.factory import get_adapter",
        "def f():\n    from dbt_common.events import types",
        "importlib.import_module('dbt.version')",
    ],
)
def test_an_import_of_dbt_is_seen(code: str) -> None:
    assert DBT & set(imported(ast.parse(code)))


def test_our_own_package_is_not_taken_for_dbt() -> None:
    assert not DBT & set(imported(ast.parse("import dbt_playbooks.project\nfrom . import dbt")))


def test_only_project_imports_dbt(root: Path) -> None:
    importing = {
        path.relative_to(root).as_posix()
        for path in modules(root)
        if DBT & set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert importing <= MAY_IMPORT_DBT
    for allowed in MAY_IMPORT_DBT:
        assert (root / allowed).exists(), f"{allowed} has gone: this rule names another file now"


def test_every_package_that_is_imported_is_asked_for(root: Path) -> None:
    # import name to distribution, where they differ; project/ uses what dbt itself brings
    distributions = {"yaml": "pyyaml"}
    asked = (root / "pyproject.toml").read_text(encoding="utf-8").lower()
    missing = {
        f"{path.relative_to(root)}: {name}"
        for path in modules(root)
        if path.relative_to(root).as_posix() not in MAY_IMPORT_DBT
        for name in set(imported(ast.parse(path.read_text(encoding="utf-8")))) - sys.stdlib_module_names - DBT
        if name != "dbt_playbooks" and not re.search(rf'"{distributions.get(name, name)}\b', asked)
    }
    assert missing == set()


@pytest.mark.parametrize(
    "code",
    [
        "'select 1'",
        "f'select {columns} from {table}'",
        "f'SELECT {x}'",
        "'select ' + columns",
        "'insert into t values (1)'",
        "f'DELETE FROM {table}'",
        "f'create or replace table {t} as'",
        "f'\\n  with a as (select 1)'",
        "f' where {column} >= {day}'",
        "f'drop table {t}'",
        "f'update {t} set a = 1'",
        "f'merge into {t} as a using b'",
    ],
)
def test_sql_in_a_string_is_seen(code: str) -> None:
    assert list(sql_in(ast.parse(f"x = {code}")))


@pytest.mark.parametrize(
    "code",
    [
        "'Select models by name, tag or path.'",
        "'Create the tables that keep state.'",
        "'with a window of 5 days'",
        "'select'",
        "'on'",
        "'where dbt looks for profiles'",
        "'Update the log.'",
        "'this would drop table a'",
    ],
)
def test_prose_is_not_taken_for_sql(code: str) -> None:
    assert not list(sql_in(ast.parse(f"x = {code}")))


def test_docstrings_may_show_sql() -> None:
    assert not list(sql_in(ast.parse('def f():\n    """select 1 from t"""')))


def test_no_module_builds_sql_from_strings(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}:{line}: {text[:80]!r}"
        for path in modules(root)
        if not path.relative_to(root).as_posix().startswith(MAY_HOLD_SQL)
        for line, text in sql_in(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == [], "SQL lives in macros: call one with project.call(...)"


def test_no_file_outgrew_its_room(root: Path, repo_files: list[Path]) -> None:
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in repo_files
        if path.suffix in {".py", ".sql"}
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_module_says_in_six_lines_what_it_owns(root: Path) -> None:
    for path in modules(root):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert docstring, f"{path.relative_to(root)} has no docstring"
        assert len(docstring.splitlines()) <= 6, f"the docstring of {path.relative_to(root)} is an essay"


def test_the_readme_is_short(root: Path) -> None:
    readme = root / "README.md"
    if not readme.exists():
        pytest.skip("there is no README.md")
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= LONGEST_README


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "home/ann/project",
        "/" + "root/.dbt",
        "pip install --" + "index-" + "url x",
        "https://files.python" + "hosted.org/a",
        "https://example.com/" + "a-1.0-py3-none-any.whl",
    ],
)
def test_a_machine_in_a_text_is_seen(text: str) -> None:
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["tests/" + "home/page", "~/.dbt/profiles.yml", "https://docs.getdbt.com/docs/build"])
def test_what_belongs_to_no_machine_is_left_alone(text: str) -> None:
    assert not MACHINE.search(text)


def test_nothing_names_a_home_folder_a_package_host_or_this_checkout(root: Path, repo_files: list[Path]) -> None:
    here = re.compile(rf"(?<![\w.]){re.escape(str(root))}\b")
    found = []
    for path in repo_files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(root)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, start=1)
            if MACHINE.search(line) or here.search(line)
        ]
    assert found == []
