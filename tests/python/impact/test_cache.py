"""What was read of a project is kept until something changes that decides it; then, and only then, dbt is asked again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from shop import Shop

from dbt_playbooks.impact import cache as cache_module
from dbt_playbooks.impact.cache import Cache, fingerprint, target_folder
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.load import load_graph
from dbt_playbooks.interface import Inputs, Options

MODELS = {
    "one": "select 1 as id, '{{ env_var('IMPACT_TEST', 'a') }}' as e, {{ helped() }} as h",
    "two": "select id as key from {{ ref('one') }}",
}
FILES = {"macros/helped.sql": "{% macro helped() %}{{ env_var('IMPACT_MACRO', '3') if execute }}{% endmacro %}"}
KEPT = "nothing changed since the project was read"


def test_a_second_run_does_not_import_dbt_nor_sqlglot_and_says_that_it_used_what_is_kept(in_market: Shop) -> None:
    code = (
        "import sys; sys.argv = ['dbt-playbooks', 'impact', 'stg_orders', '--column', 'status', '--json']\n"
        "from dbt_playbooks.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print([name for name in ('dbt', 'sqlglot', 'agate', 'networkx') if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=in_market.folder, capture_output=True, text=True, check=True
    )
    assert KEPT in done.stderr
    assert "--refresh reads it again" in done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    assert json.loads(done.stdout)["column"] == "status"


def test_dbt_is_asked_again_when_a_file_has_changed_or_when_it_should_be(project: Callable[..., Shop]) -> None:
    shop = project(MODELS, **FILES)

    def used_what_is_kept(*words: str) -> bool:
        said = shop.playbooks("impact", "one", "--column", "id", *words)
        assert said.code == 0, said.err
        return KEPT in said.err

    assert not used_what_is_kept()
    assert used_what_is_kept()
    shop.model("two", "select id, n from {{ ref('one') }}")
    assert not used_what_is_kept()
    assert used_what_is_kept()
    assert not used_what_is_kept("--refresh")
    kept = json.loads(next((shop.folder / "target/dbt_playbooks").glob("impact-*.json")).read_text())["inputs"]
    assert kept["env"] == ["IMPACT_MACRO", "IMPACT_TEST"]
    assert str(shop.folder / "macros") in kept["folders"]
    assert {str(shop.folder / name) for name in ("dbt_project.yml", "packages.yml", "profiles.yml")} <= set(
        kept["files"]
    )


def test_each_way_to_open_the_project_has_a_graph_of_its_own(kept, graph: Graph) -> None:
    _, inputs, said = kept
    root = inputs.root
    others = [
        Options(root, target="prod"),
        Options(root, vars={"n": 1}),
        Options(root, profile="x"),
        Options(root, profiles_dir=root),
    ]
    assert Cache(Options(root)).read(True, said.append) == graph
    assert [Cache(options).read(True, said.append) for options in others] == [None] * 4


def test_what_is_kept_is_the_whole_graph(market: Path, graph: Graph) -> None:
    said: list[str] = []
    again = load_graph(Options(project_dir=str(market), profiles_dir=str(market)), say=said.append)
    assert [text for text in said if KEPT in text]
    assert again == graph


@pytest.fixture
def kept(tmp_path: Path, graph: Graph) -> tuple[Cache, Inputs, list[str]]:
    """A graph that was kept for a folder with a file, and what was said."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select 1 as id")
    said: list[str] = []
    cache = Cache(Options(project_dir=str(tmp_path)))
    inputs = Inputs(
        str(tmp_path),
        (str(tmp_path / "dbt_project.yml"),),
        (str(tmp_path / "models"),),
        ("IMPACT_TEST",),
        ("dbt-core",),
    )
    cache.write(graph, inputs, True, float("inf"), said.append)
    return cache, inputs, said


def test_a_file_that_is_broken_is_not_used_and_made_anew(kept, graph: Graph) -> None:
    cache, inputs, said = kept
    assert cache.read(True, said.append) == graph
    file = next(cache.folder.glob("impact-*.json"))
    whole = file.read_text()
    for text in ("", "{", "[]", whole[:-5000], whole.replace('"unique_id"', '"id"')):
        file.write_text(text)
        said.clear()
        assert cache.read(True, said.append) is None
        assert "is broken and is not used" in said[0]
    cache.write(graph, inputs, True, float("inf"), said.append)
    assert cache.read(True, said.append) == graph


def test_a_file_of_another_release_is_not_used(kept, monkeypatch) -> None:
    cache, _, said = kept
    monkeypatch.setattr(cache_module, "__version__", "0.0.0")
    assert cache.read(True, said.append) is None
    assert said == []


def test_nothing_is_kept_of_a_project_that_changed_while_it_was_read(kept, graph: Graph) -> None:
    cache, inputs, said = kept
    next(cache.folder.glob("impact-*.json")).unlink()
    cache.write(graph, inputs, True, os.stat(Path(inputs.folders[0]) / "one.sql").st_mtime - 1, said.append)
    assert not list(cache.folder.iterdir())
    assert "files changed while the project was read" in said[0]


def test_a_graph_without_lineage_does_not_answer_for_columns(kept, graph: Graph) -> None:
    cache, inputs, said = kept
    cache.write(replace(graph, lineage={}), inputs, False, float("inf"), said.append)
    assert cache.read(True, said.append) is None
    without = cache.read(False, said.append)
    assert without is not None
    assert without.nodes == graph.nodes


def test_a_folder_that_can_not_be_written_costs_only_time(kept, graph: Graph) -> None:
    cache, inputs, said = kept
    for file in cache.folder.iterdir():
        file.unlink()
    cache.folder.rmdir()
    cache.folder.write_text("a file where the folder should be")
    cache.write(graph, inputs, True, float("inf"), said.append)
    assert "could not be kept for the next time" in said[0]
    assert cache.read(True, said.append) is None


def test_files_versions_and_variables_are_part_of_the_fingerprint(kept, monkeypatch) -> None:
    _, inputs, _ = kept
    before = fingerprint(inputs)
    assert fingerprint(inputs) == before
    assert fingerprint(replace(inputs, packages=("dbt-core", "sqlglot"))) != before
    models = Path(inputs.folders[0])
    (models / "deep" / "er").mkdir(parents=True)
    (models / "deep" / "er" / "two.sql").write_text("")
    assert fingerprint(inputs) != before
    (models / "deep" / "er" / "two.sql").unlink()
    assert fingerprint(inputs) == before
    os.utime(models / "one.sql", ns=(1, 1))
    assert fingerprint(inputs) != before
    before = fingerprint(inputs)
    Path(inputs.files[0]).write_text("name: x")
    assert fingerprint(inputs) != before
    before = fingerprint(inputs)
    monkeypatch.setenv("DBT_SOMETHING", "x")
    assert fingerprint(inputs) != before
    monkeypatch.delenv("DBT_SOMETHING")
    monkeypatch.setenv("IMPACT_TEST", "x")
    assert fingerprint(inputs) != before


def test_values_of_variables_are_not_written_down(project: Callable[..., Shop], monkeypatch) -> None:
    monkeypatch.setenv("IMPACT_TEST", "quite-a-secret")
    shop = project({"one": "select {{ env_var('IMPACT_TEST') | length }} as id"})
    assert shop.playbooks("impact", "one").code == 0
    assert not [
        file for file in (shop.folder / "target/dbt_playbooks").iterdir() if "quite-a-secret" in file.read_text()
    ]


def test_the_target_folder_is_dbts(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    assert target_folder(tmp_path) == tmp_path / "target"
    (tmp_path / "dbt_project.yml").write_text("name: x\ntarget-path: built\n")
    assert target_folder(tmp_path) == tmp_path / "built"
    (tmp_path / "dbt_project.yml").write_text("target-path: \"{{ env_var('X') }}\"\n")
    assert target_folder(tmp_path) == tmp_path / "target"
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "elsewhere"))
    assert target_folder(tmp_path) == tmp_path / "elsewhere"
