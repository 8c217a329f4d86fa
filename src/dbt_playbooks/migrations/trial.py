"""Tries the edits of each step before they are shown: on a copy of the project, which dbt parses and compiles, and of which DuckDB says what each
query returns. What does not hold is written at the edit, and what was not tried is said."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbt_playbooks.errors import PlaybooksError, ProjectError
from dbt_playbooks.impact.cache import target_folder
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import Inputs, Node, Options, Project, Shape
from dbt_playbooks.migrations import kept_trials
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.commands import table_name
from dbt_playbooks.migrations.copying import Copy
from dbt_playbooks.migrations.edits import Piece, applied
from dbt_playbooks.migrations.kept_trials import Finding, Outcome
from dbt_playbooks.migrations.parts import Step, Tried
from dbt_playbooks.migrations.readers import going
from dbt_playbooks.migrations.survey import Migration
from dbt_playbooks.migrations.yaml_names import lacking, names_in_yaml


def tried(
    found: Sequence[Migration], graph: Graph, root: Path, options: Options, in_full: bool, refresh: bool = False
) -> tuple[list[Migration], list[str]]:
    """The changes with what their shown edits would do, and warnings. All steps are shown with `in_full`, otherwise those up to the first that has edits."""
    asked = [list(_shown(each, in_full)) for each in found]
    if not any(step.can_be_tried for steps in asked for step in steps):
        return list(found), []
    # the warehouse says how far a cutover is, and what is kept does not
    watched = any(each.change.replacement for each in found)
    outcomes = None if refresh or watched else kept_trials.read(root, options, asked)
    remarks: list[str] = []
    done: Collection[str] = ()
    if outcomes is None:
        try:
            outcomes, inputs, done = _try_all(found, asked, graph, root, options)
        except (PlaybooksError, OSError, ValueError) as error:
            return [_not_tried(each, steps, str(error)) for each, steps in zip(found, asked, strict=True)], []
        if not watched:
            remarks += kept_trials.write(root, options, asked, outcomes, inputs)
    return [
        _after_cutover(replace(each, steps=[*map(_told, steps, of_it), *each.steps[len(steps) :]]), done)
        for each, steps, of_it in zip(found, asked, outcomes, strict=True)
    ], remarks


def _not_tried(migration: Migration, steps: Sequence[Step], why: str) -> Migration:
    told = [replace(step, tried=Tried(why_not=why)) if step.can_be_tried else step for step in steps]
    return replace(migration, steps=[*told, *migration.steps[len(steps) :]])


def _after_cutover(migration: Migration, done: Collection[str]) -> Migration:
    """Once the table is what the replacement made, only the code is left to follow."""
    new = migration.change.replacement
    if new is None or new.unique_id not in done:
        return migration
    last = migration.steps[-1]
    said = f"the cutover has run: the table {migration.change.node.name} is what {new.name} made"
    return replace(migration, steps=[replace(last, notes=(said, *last.notes))])


def _shown(migration: Migration, in_full: bool) -> Iterator[Step]:
    for step in migration.steps:
        yield step
        if step.edits and not in_full and migration.change.replacement is None:
            return


def _told(step: Step, outcome: Outcome | None) -> Step:
    """A finding stands at the first edit of its file, or below the step."""
    if outcome is None:
        return step
    edits, notes = list(step.edits), list(step.notes)
    for finding in outcome.findings:
        place = next((number for number, edit in enumerate(edits) if edit.path == finding.path), None)
        if place is None:
            notes.append(f"tried on a copy: {finding.text}")
        else:
            edits[place] = replace(edits[place], fails=(*edits[place].fails, finding.text))
    return replace(step, edits=tuple(edits), notes=tuple(notes), tried=outcome.tried)


@dataclass(frozen=True)
class _State:
    """A project as its files are: which nodes it has, what they return, and what YAML names that is not there."""

    nodes: Mapping[str, Node]
    shapes: Mapping[str, Shape]
    lacking: Mapping[str, str]


def _try_all(
    found: Sequence[Migration], asked: Sequence[Sequence[Step]], graph: Graph, root: Path, options: Options
) -> tuple[list[list[Outcome | None]], Inputs, Collection[str]]:
    """What became of all steps, what decides that, and the replacements that have taken the other's place in the warehouse."""
    paths = {path for steps in asked for step in steps for path in step.paths}
    with tempfile.TemporaryDirectory(prefix="dbt_playbooks_") as folder:
        copy = Copy(root, Path(folder), target_folder(root), paths)
        trial = _Trial(copy, root, options)
        scopes = [_scope(graph, each, steps) for each, steps in zip(found, asked, strict=True)]
        edited = {node.unique_id for node in graph.nodes.values() if node.path in paths}
        before = trial.state(
            {}, set().union(*scopes), edited, [each.change for each in found if each.change.replacement]
        )
        lacking_here = [graph.nodes[each].path for each in set().union(*scopes) if each not in before.nodes]
        if lacking_here:
            raise ValueError(
                f"a copy of the project lacks {sorted(lacking_here)[0]}: it may lie outside of the project's folder"
            )
        outcomes = [
            list(_of_change(trial, before, each, steps, scope))
            for each, steps, scope in zip(found, asked, scopes, strict=True)
        ]
        return outcomes, trial.inputs, trial.done


def _scope(graph: Graph, migration: Migration, steps: Sequence[Step]) -> set[str]:
    """The model, all that is below it, and what is edited."""
    paths = {path for step in steps for path in step.paths}
    below = [migration.change.node, *graph.downstream(migration.change.node.unique_id)]
    return {node.unique_id for node in (*below, *(each for each in graph.nodes.values() if each.path in paths))}


def _of_change(
    trial: _Trial, before: _State, migration: Migration, steps: Sequence[Step], scope: Collection[str]
) -> Iterator[Outcome | None]:
    """The steps of one change one after the other, each on what those before it left."""
    pieces: dict[str, dict[Piece, None]] = {}
    moves: list[tuple[str, str]] = []
    by_hand: set[str] = set()
    for step in steps:
        by_hand |= {edit.path for edit in step.edits if edit.after is None or edit.left}
        for edit in step.edits:
            pieces.setdefault(edit.path, {}).update(dict.fromkeys(edit.pieces))
        moves += step.moves
        if not step.can_be_tried:
            yield None
            continue
        try:
            edited = {unique_id for unique_id in scope if before.nodes[unique_id].path in pieces}
            after = trial.state(trial.texts(pieces, moves), scope, edited)
        except ProjectError as error:
            yield _not_parsed(error, by_hand)
        except ValueError as error:
            yield Outcome(Tried(why_not=f"it changes the same lines as a step before it ({error})"))
        else:
            yield _judged(before, after, migration, pieces, by_hand)


def _not_parsed(error: ProjectError, by_hand: Collection[str]) -> Outcome:
    lines = [line.strip() for line in str(error).split("\n")[1:] if not line.startswith("`dbt parse`")]
    said = " ".join(lines)
    if any(path in said for path in by_hand):
        return Outcome(Tried(why_not="it parses only with the lines that are left to you"))
    path = next(
        (word.strip("()'\",:") for word in said.split() if word.strip("()'\",:").endswith((".yml", ".sql"))), None
    )
    return Outcome(Tried(), [Finding(path, f"the project no longer parses: {said[:400]}")])


def _judged(
    before: _State, after: _State, migration: Migration, edited: Collection[str], by_hand: Collection[str]
) -> Outcome:
    findings: list[Finding] = []
    reasons: dict[str, None] = {}
    broken: list[str] = []
    waits = 0
    for unique_id, shape in after.shapes.items():
        node, was = after.nodes[unique_id], before.shapes.get(unique_id)
        if shape.why_not:
            reasons[shape.why_not] = None
        if was is None or (shape.error and node.path in by_hand):
            waits += was is not None
        elif shape.error and (was.holds or (node.path in edited and shape.error != was.error)):
            findings.append(Finding(node.path, f"{_named(node)} does not build: {shape.error}"))
        elif shape.error and was.error and node.path in edited:
            text = f"{_named(node)} can't be tried: as it stands it does not build either: {shape.error}"
            findings.append(Finding(node.path, text))
        elif shape.error and was.error:
            broken.append(f"{node.name}: {shape.error}")
        elif shape.columns is not None and was.columns is not None and node.kind != "test":
            findings += _renamed(node, was.columns, shape.columns, migration)
            if migration.change.kind == "retype" and node.path in edited and node != migration.change.node:
                findings += _retyped(node, was.columns, shape.columns)
    for unique_id, text in after.lacking.items():
        node = after.nodes[unique_id]
        if before.lacking.get(unique_id) != text and node.path not in by_hand:
            findings.append(Finding(node.path, f"{_named(node)} {text}"))
    described = [each for each in after.shapes.values() if each.columns is not None]
    compiled = [each for each in after.shapes.values() if not each.error]
    why_not = next(iter(reasons), None) if len(described) < len(compiled) else None
    return Outcome(Tried(len(compiled), len(described), why_not, waits, tuple(sorted(broken))), findings)


def _renamed(node: Node, was: Mapping[str, str], now: Mapping[str, str], migration: Migration) -> Iterator[Finding]:
    """Columns that get another name although the change does not mean to: an expression without an alias is named after its text."""
    meant = {name.lower() for name in going(migration.change)}
    meant |= {
        name.lower()
        for each in migration.readers.found
        for name in (each.keeps if migration.change.kind == "remove" else ())
    }
    left = {name.lower() for name in now}
    lost = [(place, name) for place, name in enumerate(was) if name.lower() not in left and name.lower() not in meant]
    names = list(now)
    for place, name in lost:
        others = {each.lower() for each in was}
        new = names[place] if place < len(names) and names[place].lower() not in others else None
        became = f"is then called {new}" if new else "is gone then"
        yield Finding(node.path, f"column {name} of {_named(node)} {became}")


def _retyped(node: Node, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Finding]:
    """A column that keeps its name and gets the new type may break its readers, although the edit is right."""
    for name, kind in now.items():
        if was.get(name, kind) != kind:
            yield Finding(None, f"column {name} of {_named(node)} becomes {kind}; it is {was[name]} now")


def _named(node: Node) -> str:
    return f"{node.kind.replace('_', ' ')} {node.name}"


def _cut_over(project: Project, change: Change) -> Iterator[str]:
    """The replacement, where the warehouse shows that it has taken the table's place."""
    new = change.replacement
    assert new is not None
    names = {"table": table_name(change.node), "replacement": table_name(new)}
    # what is not there yet, or a view, can't have been cut over
    with contextlib.suppress(PlaybooksError):
        if project.call("_cutover_state", **names, backup=None, undo=False)["state"] == "done":
            yield new.unique_id


class _Trial:
    """Opens the copy with whatever its files are to hold."""

    inputs: Inputs

    def __init__(self, copy: Copy, root: Path, options: Options) -> None:
        self._copy = copy
        self._root = root
        self._options = replace(options, project_dir=str(copy.folder))
        self.done: set[str] = set()

    def texts(self, pieces: Mapping[str, Collection[Piece]], moves: Sequence[tuple[str, str]]) -> dict[str, str | None]:
        found: dict[str, str | None] = {
            path: applied(self._read(path), of_it) for path, of_it in pieces.items() if of_it
        }
        for source, target in moves:
            found[target] = found.get(source) or self._read(source)
            found[source] = None
        return found

    def _read(self, path: str) -> str:
        place = self._root / path
        return place.read_text(encoding="utf-8").replace("\r\n", "\n") if place.is_file() else ""

    def state(
        self,
        texts: Mapping[str, str | None],
        scope: Collection[str],
        edited: Collection[str],
        replacing: Sequence[Change] = (),
    ) -> _State:
        from dbt_playbooks.project import open_project

        self._copy.write(texts)
        elsewhere = ("--target-path", str(self._copy.target), "--log-path", str(self._copy.target))
        with open_project(self._options, only_reads=True, arguments=elsewhere) as project:
            nodes = {node.unique_id: node for node in project.nodes()}
            if not texts:
                self.inputs = self._of_the_project(project.inputs())
            self.done |= {unique_id for each in replacing for unique_id in _cut_over(project, each)}
            shapes = project.shapes([each for each in scope if each in nodes], edited)
        return _State(nodes, shapes, lacking(names_in_yaml(nodes, scope, project.adapter_type), shapes, nodes))

    def _of_the_project(self, inputs: Inputs) -> Inputs:
        """The copy's own paths as those of the project."""
        here, there = str(self._copy.folder.resolve()), str(self._root)

        def of(paths: Sequence[str]) -> tuple[str, ...]:
            return tuple(there + path[len(here) :] if path.startswith(here) else path for path in paths)

        return replace(inputs, root=there, files=of(inputs.files), folders=of(inputs.folders))
