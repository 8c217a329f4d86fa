"""Everybody who installs the package has the plugin in every pytest session: one that tests no macro pays for nothing."""

import json
import os
import subprocess
import sys

import pytest

# Each takes longer to import than the plugin may cost a session.
HEAVY = (
    "dbt",
    "dbt_common",
    "duckdb",
    "google.api_core",
    "zetasql",
    "bqemulator",
    "sqlglot",
    "agate",
    "yaml",
    "rich",
    "click",
    "jinja2",
)

CONFTEST = """
import json, pathlib, sys

def pytest_unconfigure(config):
    pathlib.Path("imported.json").write_text(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is imported at the end of a session whose test uses nothing of the plugin."""
    folder = tmp_path_factory.mktemp("unused")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    # only our plugin: others may import what they like
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "dbt_playbooks.pytest_plugin"]
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return set(json.loads((folder / "imported.json").read_text()))


def test_the_plugin_is_there_in_every_session(imported: set[str]) -> None:
    assert "dbt_playbooks.pytest_plugin" in imported


@pytest.mark.parametrize("name", HEAVY)
def test_a_session_that_uses_no_macro_does_not_import(imported: set[str], name: str) -> None:
    assert name not in imported
