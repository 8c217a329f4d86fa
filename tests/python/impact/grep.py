"""How well a way of finding the users of a column does: ours, and `grep -w`, in the whole project and in what dbt says is downstream.

Only nodes with a file of SQL of their own are counted, for which grep can tell anything at all.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.trace import impact_of
from dbt_playbooks.interface import Node
from impact.truth import MARKET, TRUTH

_FILES = ("model", "test", "analysis")


@dataclass(frozen=True)
class Score:
    """Pairs of a column and a node that uses it: found and true, found and not true, true and not found."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def scores(graph: Graph) -> tuple[Score, Score, Score]:
    """Ours, grep in all files, grep in the files of what is downstream."""
    files = [
        node
        for node in graph.nodes.values()
        if node.kind in _FILES and node.path.endswith((".sql", ".py")) and node.raw_code
    ]
    found: dict[str, list[set[tuple[str, str]]]] = {name: [] for name in ("impact", "grep", "grep downstream")}
    true: list[set[tuple[str, str]]] = []
    for (name, column), uses in TRUTH.items():
        start = graph.find(name)
        others = [node for node in files if node.unique_id != start.unique_id]
        below = {node.unique_id for node in graph.downstream(start.unique_id)}
        question = f"{name}.{column}"
        true.append({(question, node.name) for node in others if node.name in uses})
        ours = {each.node.unique_id for each in impact_of(graph, start, column).affected}
        matches = [node for node in others if _matches(node, column)]
        found["impact"].append({(question, node.name) for node in others if node.unique_id in ours})
        found["grep"].append({(question, node.name) for node in matches})
        found["grep downstream"].append({(question, node.name) for node in matches if node.unique_id in below})
    ours_, all_, below_ = (_score(name, sets, true) for name, sets in found.items())
    return ours_, all_, below_


def _matches(node: Node, column: str) -> bool:
    """`grep -iw`."""
    return re.search(rf"\b{re.escape(column)}\b", node.raw_code, re.IGNORECASE) is not None


def _score(name: str, found: list[set[tuple[str, str]]], true: list[set[tuple[str, str]]]) -> Score:
    pairs, truth = set().union(*found), set().union(*true)
    return Score(name, len(pairs & truth), len(pairs - truth), len(truth - pairs))


def main() -> None:
    """Copy the project into the folder that is given, and print the scores as JSON."""
    from dbt_playbooks.impact.load import load_graph
    from dbt_playbooks.interface import Options

    folder = Path(sys.argv[1])
    shutil.copytree(MARKET, folder, ignore=shutil.ignore_patterns("target", "logs"))
    found = scores(load_graph(Options(project_dir=str(folder), profiles_dir=str(folder)), say=lambda _: None))
    print(json.dumps([{**asdict(each), "precision": each.precision, "recall": each.recall} for each in found]))


if __name__ == "__main__":
    main()
