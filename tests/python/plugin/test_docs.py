"""docs/macro-testing.md is a project: its files are written as the page has them, and its tests pass."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "macro-testing.md"
# "... in `path`:" and the block below it
FILE = re.compile(r"`([\w/]+\.(?:sql|py|ini))`:\n\n```\w+\n(.*?)```", re.DOTALL)


def test_the_page_takes_its_reader_to_passing_tests(tmp_path: Path) -> None:
    files = dict(FILE.findall(PAGE.read_text()))
    assert {Path(name).suffix for name in files} == {".sql", ".py", ".ini"}
    (tmp_path / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\ntest-paths: [tests/dbt]\n")
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for words in (["--snapshot-update"], []):
        command = [sys.executable, "-m", "pytest", "-p", "no:bqemulator", "-p", "no:cacheprovider", *words]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout
    tests = sum(text.count("def test_") for text in files.values())
    passed = int(re.search(r"(\d+) passed", said.stdout)[1])  # type: ignore[index]
    assert passed >= tests
    assert "1 skipped, sandbox: DBT_PLAYBOOKS_BIGQUERY_PROJECT is not set." in said.stdout


def test_the_reader_is_told_every_setting_and_every_target() -> None:
    from dbt_playbooks.pytest_plugin.targets import TARGETS

    page = PAGE.read_text()
    plugin = (PAGE.parents[1] / "src" / "dbt_playbooks" / "pytest_plugin" / "__init__.py").read_text()
    for setting in re.findall(r'addini\(\s*"(\w+)"', plugin):
        assert f"| `{setting}` |" in page
    for spec in TARGETS.values():
        assert f"| `{spec.name}` | `[{spec.extra}]` |" in page
