"""Keeps a graph in the project's target folder for as long as nothing changes that decides it, so that dbt is not even imported.

The warehouse is not watched: what macros or stars found there may have changed. A file that is broken or of another release is not used.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from dbt_playbooks import __version__
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import Lineage, Output, Star
from dbt_playbooks.interface import Inputs, Node, Options

_FORMAT = 4


class Cache:
    """Where a graph is kept for a project and the options that it is opened with."""

    def __init__(self, options: Options) -> None:
        root = project_root(options)
        profiles = options.profiles_dir or os.environ.get("DBT_PROFILES_DIR")
        if not profiles:
            profiles = os.getcwd() if Path("profiles.yml").is_file() else "~/.dbt"
        asked = [str(root), str(Path(profiles).absolute()), options.profile, options.target, dict(options.vars)]
        self.folder = target_folder(root) / "dbt_playbooks"
        self._path = self.folder / f"impact-{_digest(asked)[:12]}.json"

    def read(self, columns: bool, say: Callable[[str], None]) -> Graph | None:
        """The graph, if it still holds; with `columns` only one that has lineage."""
        try:
            kept = json.loads(self._path.read_bytes())
            if kept["format"] != [_FORMAT, __version__]:
                return None
            inputs = _inputs(kept["inputs"])
            if kept["fingerprint"] != fingerprint(inputs) or (columns and kept["lineage"] is None):
                return None
            return _graph(kept)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            say(f"warning: {self._path} is broken and is not used ({type(error).__name__}).")
            return None

    def write(self, graph: Graph, inputs: Inputs, columns: bool, since: float, say: Callable[[str], None]) -> None:
        """Keep it, unless a file changed while it was read. Another process sees the old file or the new one."""
        if any(changed >= since for changed in _changes(inputs)):
            say("warning: files changed while the project was read, so it will be read again the next time.")
            return
        kept = {
            "format": [_FORMAT, __version__],
            "inputs": vars(inputs),
            "fingerprint": fingerprint(inputs),
            **_plain(graph, columns),
        }
        try:
            write_atomically(self._path, json.dumps(kept, separators=(",", ":"), default=str))
        except OSError as error:
            say(f"warning: the graph could not be kept for the next time: {error}")


def _inputs(kept: dict[str, Any]) -> Inputs:
    lists = {name: tuple(kept[name]) for name in ("files", "folders", "env", "packages")}
    return Inputs(root=kept["root"], **lists)


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def project_root(options: Options) -> Path:
    """Where dbt would find the project; it need not be one."""
    given = options.project_dir or os.environ.get("DBT_PROJECT_DIR")
    here = Path.cwd()
    if given:
        return Path(given).absolute()
    return next((each for each in (here, *here.parents) if (each / "dbt_project.yml").is_file()), here)


def target_folder(root: Path) -> Path:
    """dbt's target folder. One that Jinja decides is not known without dbt: then it is `target`."""
    import yaml

    given = os.environ.get("DBT_TARGET_PATH")
    if not given:
        try:
            given = (yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8")) or {}).get("target-path")
        except (OSError, ValueError, AttributeError, yaml.YAMLError):
            given = None
    return root / (given if isinstance(given, str) and "{" not in given else "target")


def fingerprint(inputs: Inputs) -> str:
    """Changes when a file, a variable or a version does. Values of variables can't be told from it."""
    versions = {name: _version(name) for name in inputs.packages}
    names = {*inputs.env, *(name for name in os.environ if name.startswith("DBT_"))}
    variables = {name: os.environ.get(name) for name in sorted(names)}
    return _digest([versions, variables, list(_files(inputs))])


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _files(inputs: Inputs) -> Iterator[tuple[str, int | None, int | None]]:
    """Path, time of change and size; of what is not there, only its path."""
    for path in inputs.files:
        yield _stat(path)
    for folder in inputs.folders:
        stack = [folder]
        while stack:
            try:
                entries = sorted(os.scandir(stack.pop()), key=lambda entry: entry.path)
            except OSError:
                continue
            stack += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            yield from (_stat(entry.path) for entry in entries if not entry.is_dir(follow_symlinks=False))


def _stat(path: str) -> tuple[str, int | None, int | None]:
    try:
        found = os.stat(path)
    except OSError:
        return path, None, None
    return path, found.st_mtime_ns, found.st_size


def _changes(inputs: Inputs) -> Iterator[float]:
    yield from (changed / 1e9 for _, changed, _ in _files(inputs) if changed is not None)


# --- a graph as JSON: nodes by their number, columns of nodes as [number, name] ---------------------------------------


def _plain(graph: Graph, columns: bool) -> dict[str, Any]:
    numbers = {unique_id: number for number, unique_id in enumerate(graph.nodes)}

    def origins(found: Any) -> list[Any]:
        return [[numbers[unique_id], name, value] for (unique_id, name), value in found.items()]

    lineage = {
        numbers[unique_id]: [
            [
                [key, output.name, origins(output.origins), output.starred, output.loose]
                for key, output in each.outputs.items()
            ],
            [[numbers[star.parent], sorted(star.without)] for star in each.stars],
            origins(each.uses),
            [[numbers[unique_id], name] for unique_id, name in sorted(each.named)],
            origins(each.doubts),
            sorted(each.unknown),
            [numbers[parent] for parent in each.parents],
            sorted(each.apart),
            sorted(each.hooked),
            sorted(each.configured),
            each.unread,
        ]
        for unique_id, each in graph.lineage.items()
    }
    return {
        "project": graph.project,
        "root": graph.root,
        "nodes": [vars(node) for node in graph.nodes.values()],
        "lineage": lineage if columns else None,
    }


def _graph(kept: dict[str, Any]) -> Graph:
    nodes = [
        Node(**{**each, **{name: tuple(each[name]) for name in ("parents", "owners", "tags")}})
        for each in kept["nodes"]
    ]
    ids = [node.unique_id for node in nodes]

    def origins(found: Any, of: Callable[[Any], Any] = lambda value: value) -> dict[Any, Any]:
        return {(ids[number], name): of(value) for number, name, value in found}

    lineage = {}
    for number, (outputs, stars, uses, named, doubts, unknown, parents, apart, hooked, configured, unread) in (
        kept["lineage"] or {}
    ).items():
        lineage[ids[int(number)]] = Lineage(
            outputs={key: Output(name, origins(found), starred, loose) for key, name, found, starred, loose in outputs},
            stars=tuple(Star(ids[parent], frozenset(without)) for parent, without in stars),
            uses=origins(uses, tuple),
            named=frozenset((ids[each], name) for each, name in named),
            doubts=origins(doubts),
            unknown=frozenset(unknown),
            parents=tuple(ids[each] for each in parents),
            apart=frozenset(apart),
            hooked=frozenset(hooked),
            configured=frozenset(configured),
            unread=unread,
        )
    return Graph(kept["project"], kept["root"], {node.unique_id: node for node in nodes}, lineage)
