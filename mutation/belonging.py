"""Which files a folder's mutants are made of, and which tests belong to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

SOURCES, MACROS, TESTS = "src/dbt_playbooks", "macros", "tests/python"


def targets(root: Path, names: Sequence[str]) -> list[str]:
    """The modules and macros of files and folders, as paths from the root."""
    found: set[str] = set()
    for name in names:
        path = root / name
        if not path.exists() or not any(name.startswith(f"{top}/") or name == top for top in (SOURCES, MACROS)):
            raise click.UsageError(f"'{name}' is no file or folder below {SOURCES} or {MACROS}.")
        files = [path] if path.is_file() else [each for suffix in ("py", "sql") for each in path.rglob(f"*.{suffix}")]
        found |= {each.relative_to(root).as_posix() for each in files if each.suffix in (".py", ".sql")}
    return sorted(found)


def tests_of(root: Path, files: Sequence[str]) -> list[str]:
    """The test files of the topics of these files, and others that import a module of theirs or name a macro of theirs or one that calls it."""
    topics = {Path(file).relative_to(SOURCES if file.startswith(SOURCES) else MACROS).parts[0] for file in files}
    modules = {file[len("src/") : -len(".py")].replace("/", ".") for file in files if file.endswith(".py")}
    macros = _with_callers(root, {name for file in files for name in macros_in((root / file).read_text())})
    words = [rf"\b{re.escape(each)}\b" for each in sorted(modules)]
    words += [rf"""(?:["']|dbt_playbooks\.){re.escape(each)}(?:_sql)?\b""" for each in sorted(macros)]
    named = re.compile("|".join(words) or r"(?!)")
    found = []
    for test in sorted((root / TESTS).rglob("test_*.py")):
        belongs = test.parent.name in topics or named.search(test.read_text())
        # the repository's own tests, and engines that are not on each machine, say nothing of one line
        if belongs and test.parent.name not in ("repo", "fusion", "emulator", "plugin"):
            found.append(test.relative_to(root).as_posix())
    return found


def macros_in(text: str) -> list[str]:
    return re.findall(r"\{%-?\s*macro\s+(\w+)", text)


def _with_callers(root: Path, macros: set[str]) -> set[str]:
    """Macros, and those that call a private one of them: a private macro is mostly tested through a public one. Not their callers in turn: they
    would soon be all, and recording takes as long as the tests do."""
    private = sorted(name for name in macros if name.startswith("_"))
    called = re.compile("|".join(rf"\bdbt_playbooks\.{re.escape(name)}\b" for name in private) or r"(?!)")
    texts = [path.read_text() for path in (root / MACROS).rglob("*.sql")]
    return macros | {name for text in texts for name in _calling(text, called)}


def _calling(text: str, called: re.Pattern[str]) -> set[str]:
    """The macros of a file in whose bodies something matches."""
    bodies = re.split(r"\{%-?\s*(?=macro\s)", text)[1:]
    return {body.split("(")[0].split()[1] for body in bodies if called.search(body)}
