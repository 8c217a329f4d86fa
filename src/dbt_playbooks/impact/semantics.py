"""Semantic models, metrics and saved queries: which columns, measures, dimensions and metrics each names in its YAML."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from dbt_playbooks.impact.lineage import USES, Lineage, Origin, Output
from dbt_playbooks.impact.reading.terms import columns_in
from dbt_playbooks.interface import Node

# {{ Dimension('order__status') }} = 'done'
_TERM = re.compile(r"\b(?:Dimension|TimeDimension|Entity|Metric)\(\s*['\"]([^'\"]+)['\"]")
# an entity is what is joined by, a dimension what is grouped by, a measure what is computed
_ELEMENTS = {"entities": "joins", "dimensions": "groups", "measures": "reads"}
_TIME = "metric_time"


class Semantics:
    """The lineage of the semantic layer, whose nodes find each other by name."""

    def __init__(self, nodes: Iterable[Node], dialect: str | None) -> None:
        self._dialect = dialect
        nodes = list(nodes)
        self._models = {node.unique_id: node for node in nodes if node.kind == "semantic_model"}
        self._metrics = {node.name: node for node in nodes if node.kind == "metric"}

    def lineage(self, node: Node) -> Lineage:
        if node.kind == "semantic_model":
            return self._of_semantic_model(node)
        return self._of_metric(node) if node.kind == "metric" else self._of_saved_query(node)

    def _of_semantic_model(self, node: Node) -> Lineage:
        uses: dict[Origin, set[str]] = {}
        outputs: dict[str, Output] = {}
        for kind, use in _ELEMENTS.items():
            for each in node.details.get(kind) or ():
                text = str(each.get("expr") or each["name"])
                origins = {
                    (table, name): name == text.strip().lower()
                    for table in node.parents
                    for name in columns_in(text, self._dialect)
                }
                before = outputs[each["name"].lower()].origins if each["name"].lower() in outputs else {}
                outputs[each["name"].lower()] = Output(each["name"], {**before, **origins})
                for origin in origins:
                    uses.setdefault(origin, set()).add(use)
        return _lineage(uses, outputs)

    def _of_metric(self, node: Node) -> Lineage:
        params = node.details.get("type_params") or {}
        reads = {
            (unique_id, measure.lower())
            for measure in _measures(params)
            for unique_id, _ in self._with_measure(measure)
        }
        for name in _input_metrics(params):
            reads |= self._metric(name)
        aggregated = params.get("metric_aggregation_params") or {}
        for model in self._models.values():
            if aggregated and model.name == aggregated.get("semantic_model"):
                text = str(aggregated.get("expr") or node.name)
                reads |= {(table, name) for table in model.parents for name in columns_in(text, self._dialect)}
        conversion = params.get("conversion_type_params") or {}
        behind = self._behind([node.name])
        joins = self._elements(conversion["entity"], behind) if conversion.get("entity") else set()
        terms = [
            *_terms([node.details.get("filter"), params]),
            *_names_in_filters([node.details.get("filter"), params]),
        ]
        filters = {
            origin
            for term in terms
            for origin in (self._times([node.name]) if term == _TIME else self._elements(term, behind))
        }
        # what is summed up over time, or compared with another time, is grouped by it
        times = self._times([node.name]) if _over_time(params) else set()
        uses: dict[Origin, set[str]] = {}
        for origins, use in ((reads, "reads"), (joins, "joins"), (filters, "filters"), (times, "groups")):
            for origin in origins:
                uses.setdefault(origin, set()).add(use)
        return _lineage(uses, {node.name.lower(): Output(node.name, dict.fromkeys(reads, False))})

    def _of_saved_query(self, node: Node) -> Lineage:
        asked = node.details.get("query_params") or {}
        uses: dict[Origin, set[str]] = {}
        behind = self._behind(asked.get("metrics") or ())
        for name in asked.get("metrics") or ():
            for origin in self._metric(name):
                uses.setdefault(origin, set()).add("reads")
        for terms, use in (
            (asked.get("group_by"), "groups"),
            (asked.get("where"), "filters"),
            (asked.get("order_by"), "orders"),
        ):
            for term in [*_terms([terms]), *_names_in_filters([terms] if use == "filters" else [])]:
                found = self._times(asked.get("metrics") or ()) if term == _TIME else self._elements(term, behind)
                for origin in found:
                    uses.setdefault(origin, set()).add(use)
        return _lineage(uses, {})

    # --- by name ---------------------------------------------------------------------------------------------------

    def _metric(self, name: str) -> set[Origin]:
        found = self._metrics.get(name)
        return {(found.unique_id, found.name.lower())} if found else set()

    def _with_measure(self, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for unique_id, model in self._models.items():
            for measure in model.details.get("measures") or ():
                if measure["name"] == name:
                    yield unique_id, measure

    def _elements(self, term: str, behind: Collection[str]) -> set[Origin]:
        """`order__status` is the dimension status of the semantic models that know the entity order.

        `behind` are the semantic models whose measures are asked for; a name alone is one of theirs, and else is joined.
        """
        *path, name = term.lower().split("__")
        found = set()
        for unique_id, model in self._models.items():
            if not path and behind and unique_id not in behind:
                continue
            own = {each["name"].lower() for kind in _ELEMENTS for each in model.details.get(kind) or ()}
            entities = {each["name"].lower() for each in model.details.get("entities") or ()} | {
                str(model.details.get("primary_entity")).lower()
            }
            if name in own and (not path or path[-1] in entities):
                found.add((unique_id, name))
        return found

    def _behind(self, metrics: Iterable[str]) -> set[str]:
        """The semantic models whose measures are behind these metrics."""
        return {unique_id for unique_id, _ in self._measured(metrics)}

    def _measured(self, metrics: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        """The semantic model of each measure behind these metrics, and the time dimension that it goes by."""
        queue, seen = list(metrics), set()
        while queue:
            name = queue.pop()
            if name in seen or name not in self._metrics:
                continue
            seen.add(name)
            params = self._metrics[name].details.get("type_params") or {}
            queue += _input_metrics(params)
            aggregated = params.get("metric_aggregation_params") or {}
            for unique_id, model in self._models.items():
                time = (model.details.get("defaults") or {}).get("agg_time_dimension")
                if aggregated and model.name == aggregated.get("semantic_model"):
                    yield unique_id, aggregated.get("agg_time_dimension") or time
                for measure in model.details.get("measures") or ():
                    if measure["name"] in _measures(params):
                        yield unique_id, measure.get("agg_time_dimension") or time

    def _times(self, metrics: Iterable[str]) -> set[Origin]:
        """What `metric_time` means for these metrics: the time dimension of each measure behind them."""
        return {(unique_id, time.lower()) for unique_id, time in self._measured(metrics) if time}


def _measures(params: Mapping[str, Any]) -> set[str]:
    conversion = params.get("conversion_type_params") or {}
    found = [
        params.get("measure"),
        *(params.get("input_measures") or ()),
        conversion.get("base_measure"),
        conversion.get("conversion_measure"),
    ]
    return {each["name"] for each in found if each}


def _input_metrics(params: Mapping[str, Any]) -> list[str]:
    cumulative = (params.get("cumulative_type_params") or {}).get("metric")
    found = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or ()), cumulative]
    return [each["name"] for each in found if each]


def _over_time(params: Mapping[str, Any]) -> bool:
    """Whether it is cumulative, or takes a metric of another time."""
    inputs = [*(params.get("metrics") or ()), params.get("numerator"), params.get("denominator")]
    shifted = any(each.get(key) for each in inputs if each for key in ("offset_window", "offset_to_grain"))
    cumulative = ("cumulative_type_params", "window", "grain_to_date", "conversion_type_params")
    return shifted or any(params.get(key) for key in cumulative)


def _names_in_filters(value: Any) -> Iterator[str]:
    """Names like `order__status` and `metric_time` that a filter writes as SQL, without a call."""
    if isinstance(value, str):
        yield from re.findall(r"\b(?:\w+__\w+|metric_time)\b", value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key in ("filter", "where", "where_filters", "where_sql_template") or isinstance(each, (Mapping, list)):
                yield from _names_in_filters(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _names_in_filters(each)


def _terms(value: Any) -> Iterator[str]:
    """The dimensions and entities that are named anywhere in it; a text that is no call is a name itself."""
    if isinstance(value, str):
        found = _TERM.findall(value)
        yield from found or ([value] if re.fullmatch(r"\w+", value) else [])
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key in ("filter", "where", "where_filters", "where_sql_template") or isinstance(each, (Mapping, list)):
                yield from _terms(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _terms(each)


def _lineage(uses: Mapping[Origin, set[str]], outputs: Mapping[str, Output]) -> Lineage:
    return Lineage(
        outputs=outputs,
        uses={origin: tuple(use for use in USES if use in found) for origin, found in uses.items()},
        named=frozenset(uses),
        parents=tuple(dict.fromkeys(unique_id for unique_id, _ in uses)),
    )
