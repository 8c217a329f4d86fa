"""The lineage of every node of a project, parents first: compiles its SQL, reads it, and asks the warehouse only where names leave a doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dbt_playbooks.errors import PlaybooksError
from dbt_playbooks.impact.checks import as_test, by_arguments, of_dbt_itself, unit_test_lineage
from dbt_playbooks.impact.constraints import constrained, with_foreign_keys
from dbt_playbooks.impact.jinja import hook_words, words_apart
from dbt_playbooks.impact.lineage import USES, Lineage, Origin, Output
from dbt_playbooks.impact.names import Names
from dbt_playbooks.impact.reading import Out, Reading, Rest, Table, UnreadableError, dialect_of, parse, read
from dbt_playbooks.impact.reading.terms import columns_in
from dbt_playbooks.impact.semantics import Semantics
from dbt_playbooks.interface import Compiled, Node, Project

_WITH_SQL = ("model", "snapshot", "test", "analysis")
_SEMANTIC = ("semantic_model", "metric", "saved_query")
# what in a config may name columns of the node itself
_KEYS = (
    "unique_key", "updated_at", "check_cols", "partition_by", "cluster_by", "event_time", "merge_update_columns", "merge_exclude_columns",
    "incremental_predicates", "sort", "dist", "order_by", "primary_key", "loaded_at_field", "loaded_at_query",
)  # fmt: skip


_HOOKS = ("pre-hook", "post-hook", "pre_hook", "post_hook")


def lineages(
    project: Project, nodes: Sequence[Node], redact: Callable[[str], str], say: Callable[[str], None]
) -> tuple[dict[str, Lineage], bool]:
    """By unique id; a node that could not be read has the reason in `unread`. And whether something asked the warehouse in vain, or may have.

    `say` is told how far it is.
    """
    reader = _Lineages(project, nodes, redact, say)
    return reader.all(), reader.in_vain


class _Lineages:
    def __init__(
        self, project: Project, nodes: Sequence[Node], redact: Callable[[str], str], say: Callable[[str], None]
    ) -> None:
        self._project = project
        self._redact = redact
        self._dialect = dialect_of(project.adapter_type)
        self._nodes = {node.unique_id: node for node in nodes}
        self._names = Names(nodes, self._dialect)
        self._semantics = Semantics(nodes, self._dialect)
        self._say = say
        self._order = list(_parents_first(self._nodes))
        self._trees: dict[tuple[str, bool], Any] = {}
        self._compiled_of: dict[str, list[Compiled]] = {}
        """Of a first run, and of an incremental one."""
        self._stored: dict[str, list[str]] = {}
        """Columns as the warehouse has them, of nodes for which it was asked."""
        self._found: dict[str, Lineage] = {}
        self.in_vain = False

    def all(self) -> dict[str, Lineage]:
        wanted = self._read_all()
        if wanted and self._ask(wanted):
            self._read_all()
        return self._found

    def _read_all(self) -> set[str]:
        """Read everything with what is known so far; the nodes whose columns would have to be known."""
        self._found, wanted = {}, set()
        for number, node in enumerate(self._order, start=1):
            if node.kind in _SEMANTIC:
                lineage = self._semantics.lineage(node)
            elif node.kind == "unit_test":
                lineage = self._of_nodes(unit_test_lineage(node, self._names.reference, self._dialect))
            elif node.kind in _WITH_SQL:
                self._say(f"reading {number:,} of {len(self._order):,}: {node.name} ...")
                lineage, more = self._of_code(node)
                wanted |= more
                lineage = self._of_nodes(lineage) if node.kind == "test" else lineage
            else:
                lineage = Lineage()
            lineage = with_foreign_keys(node, lineage, self._names)
            configured = frozenset(self._configured(node))
            hooked = hook_words(each for key in _HOOKS for each in node.config.get(key) or ())
            if configured or hooked:
                lineage = replace(lineage, configured=configured, hooked=hooked)
            self._found[node.unique_id] = lineage
        return wanted

    def _of_nodes(self, lineage: Lineage) -> Lineage:
        """Without what a test says of a model that is gone, or of a seed that is disabled: dbt warns of such a test, and it uses nothing."""
        return replace(
            lineage,
            uses={origin: uses for origin, uses in lineage.uses.items() if origin[0] in self._nodes},
            named=frozenset(origin for origin in lineage.named if origin[0] in self._nodes),
            parents=tuple(parent for parent in lineage.parents if parent in self._nodes),
        )

    # --- SQL -------------------------------------------------------------------------------------------------------

    def _of_code(self, node: Node) -> tuple[Lineage, set[str]]:
        known = of_dbt_itself(node, self._dialect) if node.kind == "test" else None
        if known is not None:
            return known, set()
        if node.language == "python":
            return Lineage(unread="a Python model: which columns it uses, its code alone knows"), set()
        readings: list[Reading] = []
        try:
            for incremental in (False, True) if node.materialized == "incremental" else (False,):
                tree = self._tree(node, incremental)
                if tree is not None:
                    readings.append(read(tree, self._dialect, lambda parts: self._table(parts, node)))
                    # an incremental run reads the table that a first run makes
                    self._found[node.unique_id] = readings[0].lineage
        except UnreadableError as error:
            self._found.pop(node.unique_id, None)
            return (by_arguments(node, str(error)) if node.kind == "test" else Lineage(unread=str(error))), set()
        lineage = self._with_jinja(node, _united([each.lineage for each in readings]))
        if node.kind == "test":
            lineage = as_test(lineage)
        elif node.kind == "snapshot":
            lineage = replace(lineage, outputs={**lineage.outputs, **_snapshot_columns(node)})
        elif node.config.get("incremental_strategy") == "microbatch":
            lineage = self._by_event_time(node, lineage)
        return lineage, {unique_id for each in readings for unique_id in each.wanted}

    def _tree(self, node: Node, incremental: bool) -> Any:
        """The compiled SQL, parsed; None of an incremental run that is the first run again. Raises UnreadableError, each time."""
        key = node.unique_id, incremental
        if key not in self._trees:
            self._trees[key] = self._compiled(node, incremental)
        found = self._trees[key]
        if isinstance(found, UnreadableError):
            raise found
        return found

    def _compiled(self, node: Node, incremental: bool) -> Any:
        try:
            compiled = self._project.compiled(node, incremental, self._columns_for_macros)
            before = self._compiled_of.setdefault(node.unique_id, [])
            before.append(compiled)
            return None if incremental and compiled.sql == before[0].sql else parse(compiled.sql, self._dialect)
        except UnreadableError as error:
            return error
        except Exception as error:  # macros are code: they may raise anything
            self.in_vain = True
            name = "" if isinstance(error, PlaybooksError) else f"{type(error).__name__}: "
            return UnreadableError(f"dbt can't compile it: {name}{self._short(error)}")

    def _with_jinja(self, node: Node, lineage: Lineage) -> Lineage:
        """With what its Jinja asked of the warehouse, and what it names that was not compiled."""
        compiled = self._compiled_of.get(node.unique_id) or []
        uses = {origin: set(found) for origin, found in lineage.uses.items()}
        asked, problems = self._asked(node, compiled)
        for origin in {origin for each in asked for origin in each.uses}:
            uses.setdefault(origin, set()).add("reads")
        texts = [node.raw_code, *(text for each in compiled for text in each.macros)]
        return replace(
            lineage,
            uses={origin: tuple(use for use in USES if use in found) for origin, found in uses.items()},
            named=lineage.named.union(*(each.named for each in asked)),
            doubts={**lineage.doubts, **{origin: why for each in asked for origin, why in each.doubts.items()}},
            parents=tuple(dict.fromkeys([*lineage.parents, *(parent for each in asked for parent in each.parents)])),
            apart=words_apart(texts, [each.sql for each in compiled]),
            unread=lineage.unread or next(iter(problems), None),
        )

    def _asked(self, node: Node, compiled: Sequence[Compiled]) -> tuple[list[Lineage], list[str]]:
        """What the statements read that its Jinja sent, and why others could not be read."""
        found, problems = [], []
        for sql in dict.fromkeys(sql for each in compiled for sql in each.asked):
            try:
                tree = parse(sql, self._dialect)
                found.append(read(tree, self._dialect, lambda parts: self._table(parts, node)).lineage)
            except UnreadableError as error:  # noqa: PERF203 - one does not spoil the others
                problems.append(str(error))
        problems += [each.unread for each in found if each.unread]
        return found, [f"its Jinja asks the warehouse what can't be read: {each}" for each in problems]

    def _columns_for_macros(self, relation: str) -> list[str] | None:
        """What the SQL of a node says of its columns is newer than its table, and costs nothing to ask."""
        unique_id = self._names.relation(relation)
        table = self._columns(unique_id) if unique_id else None
        return None if table is None or table.rests else [item.name for item in table.items if isinstance(item, Out)]

    def _short(self, error: Exception) -> str:
        """What dbt or the warehouse said may quote the profile."""
        return self._redact(" ".join(str(error).split()))[:300]

    def _by_event_time(self, node: Node, lineage: Lineage) -> Lineage:
        """dbt itself filters what a microbatch model reads, by the parent's event_time."""
        uses = dict(lineage.uses)
        for parent in lineage.parents:
            column = self._nodes[parent].config.get("event_time")
            if column and parent != node.unique_id:
                origin = (parent, str(column).lower())
                uses[origin] = tuple(use for use in USES if use in {*uses.get(origin, ()), "filters"})
        return replace(lineage, uses=uses)

    # --- columns of tables -----------------------------------------------------------------------------------------

    def _table(self, parts: Sequence[str], reader: Node) -> tuple[str, Table] | None:
        found = self._names.table(parts, reader)
        return found and (found[0], replace(self._columns(found[0]), doubt=found[1]))

    def _columns(self, unique_id: str) -> Table:
        """A node's columns as its SQL has them, else as the warehouse, a contract or a file says; YAML may name only some."""
        node, lineage = self._nodes[unique_id], self._found.get(unique_id)
        if lineage is not None and (lineage.outputs or lineage.stars):
            outputs = [output for key, output in lineage.outputs.items() if key != "*"]
            is_open = bool(lineage.stars) or "*" in lineage.outputs
        else:
            outputs = [Output(name) for name in self._stored.get(unique_id) or node.columns]
            contract = node.config.get("contract") or {}
            is_open = unique_id not in self._stored and not (
                outputs and (node.kind == "seed" or contract.get("enforced"))
            )
        items: list[Out | Rest] = [
            Out(each.name, {(unique_id, each.name.lower()): True}, loose=each.loose) for each in outputs
        ]
        if is_open:
            items.append(Rest(unique_id, frozenset(each.name.lower() for each in outputs)))
        return Table(items)

    def _ask(self, wanted: set[str]) -> bool:
        """Ask the warehouse for the columns of the tables at whose end the doubt begins. Whether it knew any."""
        for unique_id in sorted({root for each in wanted for root in self._roots(each)}):
            self._say(f"asking {self._project.adapter_type} for the columns of {self._nodes[unique_id].name} ...")
            try:
                columns = self._project.stored_columns(self._nodes[unique_id])
            except PlaybooksError as error:
                self.in_vain = True
                self._say(f"warning: the warehouse could not be asked for columns: {self._short(error)}")
                break
            if columns:
                self._stored[unique_id] = list(columns)
        return bool(self._stored)

    def _roots(self, unique_id: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The tables that a star leads to in the end."""
        lineage = self._found.get(unique_id)
        if lineage is None or not lineage.stars or unique_id in seen:
            yield unique_id
            return
        for star in lineage.stars:
            yield from self._roots(star.parent, seen | {unique_id})

    def _configured(self, node: Node) -> Iterator[str]:
        config: Mapping[str, Any] = {**node.config, **node.details} if node.kind == "source" else node.config
        for key in _KEYS:
            yield from _named_in(config.get(key), self._dialect)
        yield from _named_in((config.get("freshness") or {}).get("filter"), self._dialect)
        spine = node.details.get("time_spine") or {}
        yield from _named_in(spine.get("standard_granularity_column"), self._dialect)
        for each in spine.get("custom_granularities") or ():
            yield from _named_in(each.get("column_name") or each.get("name"), self._dialect)
        yield from constrained(node, self._dialect)


def _named_in(value: Any, dialect: str | None) -> Iterator[str]:
    """Columns in a config: a name, an expression, a list of them, or BigQuery's {'field': ..., 'data_type': ...}."""
    if isinstance(value, str) and value and value != "all":
        yield from columns_in(value, dialect)
    elif isinstance(value, Mapping):
        yield from _named_in(value.get("field"), dialect)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _named_in(each, dialect)


def _snapshot_columns(node: Node) -> dict[str, Output]:
    """What dbt adds to a snapshot."""
    names = {each: each for each in ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")}
    if node.config.get("hard_deletes") == "new_record":
        names["dbt_is_deleted"] = "dbt_is_deleted"
    names |= {
        key: str(name)
        for key, name in (node.config.get("snapshot_meta_column_names") or {}).items()
        if name and key in names
    }
    updated_at = str(node.config.get("updated_at") or "").lower()
    return {name.lower(): Output(name) for name in names.values() if name.lower() != updated_at}


def _united(found: Sequence[Lineage]) -> Lineage:
    """A first run and an incremental run as one."""
    if len(found) == 1:
        return found[0]
    outputs: dict[str, Output] = {}
    uses: dict[Origin, set[str]] = {}
    for lineage in found:
        for key, output in lineage.outputs.items():
            origins = dict(outputs[key].origins) if key in outputs else {}
            for origin, as_is in output.origins.items():
                origins[origin] = origins.get(origin, False) or as_is
            before = outputs.get(key, output)
            starred, loose = output.starred or before.starred, output.loose or before.loose
            outputs[key] = Output(output.name, origins, starred, loose)
        for origin, each in lineage.uses.items():
            uses.setdefault(origin, set()).update(each)
    return Lineage(
        outputs=outputs,
        stars=tuple(dict.fromkeys(star for lineage in found for star in lineage.stars)),
        uses={origin: tuple(use for use in USES if use in each) for origin, each in uses.items()},
        named=frozenset().union(*(lineage.named for lineage in found)),
        doubts={origin: why for lineage in found for origin, why in lineage.doubts.items()},
        unknown=frozenset().union(*(lineage.unknown for lineage in found)),
        parents=tuple(dict.fromkeys(parent for lineage in found for parent in lineage.parents)),
        unread=next((lineage.unread for lineage in found if lineage.unread), None),
    )


def _parents_first(nodes: Mapping[str, Node]) -> Iterator[Node]:
    """A model that refers to itself, also by way of others, is a circle in the graph that dbt parses: it is entered where it is met first."""
    done: set[str] = set()
    entered: set[str] = set()
    for start in nodes:
        stack = [start]
        while stack:
            unique_id = stack[-1]
            first_time = unique_id not in entered
            entered.add(unique_id)
            todo = [parent for parent in nodes[unique_id].parents if parent in nodes and parent not in entered]
            if first_time and todo:
                stack += todo
                continue
            stack.pop()
            if unique_id not in done:
                done.add(unique_id)
                yield nodes[unique_id]
