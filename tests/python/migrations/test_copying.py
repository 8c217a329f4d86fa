"""A copy of a project holds every file where dbt looks for it, and orders what it tries."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from dbt_playbooks.errors import ProjectError
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.copying import Copy
from dbt_playbooks.project.shapes import Shapes

FILES = (
    "models/a.sql",
    "models/sub/b.sql",
    "models/sub/deep/c.sql",
    "models/other/d.yml",
    "macros/m/e.sql",
    "dbt_project.yml",
)


@pytest.mark.parametrize(
    "edited", [("models/a.sql",), ("models/sub/deep/c.sql",), ("macros/m/e.sql", "models/new/f.sql"), ()]
)
def test_dbt_finds_each_file_in_a_copy(tmp_path: Path, edited: tuple[str, ...]) -> None:
    root = tmp_path / "root"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (tmp_path / "copy").mkdir()
    copy = Copy(root, tmp_path / "copy", root / "target", edited)
    copy.write(dict.fromkeys(edited, "edited"))
    found = {}
    for resources in ("models", "macros"):
        # dbt walks each of its folders so
        for folder, _, names in os.walk(copy.folder / resources):
            found |= {
                (Path(folder) / name).relative_to(copy.folder).as_posix(): (Path(folder) / name).read_text()
                for name in names
            }
    wanted = {name: name for name in FILES if "/" in name} | dict.fromkeys(edited, "edited")
    assert found == wanted
    assert {name: (root / name).read_text() for name in FILES} == {name: name for name in FILES}, (
        "nothing is written there"
    )


def shapes(parents: dict[str, list[str]]) -> Shapes:
    made = object.__new__(Shapes)
    made._nodes = {
        name: Node(name, "model", name, "shop", f"models/{name}.sql", language="sql", parents=tuple(above))
        for name, above in parents.items()
    }
    return made


def test_models_are_tried_parents_first_in_whatever_order_they_are_asked_for() -> None:
    diamond = {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["c", "b"]}
    for wanted in itertools.permutations(diamond):
        assert [node.name for node in shapes(diamond)._order(wanted)] == ["a", "b", "c", "d"]


def test_models_that_read_each_other_have_no_order() -> None:
    with pytest.raises(ProjectError, match=r"Found a cycle: (a and b|b and a) read each other"):
        list(shapes({"a": ["b"], "b": ["a"]})._order(["a", "b"]))
