"""dbt's manifest as `interface.Node`s: what each kind of thing in the graph keeps where."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dbt_playbooks.interface import Node

# what is more than a node has by itself, and worth keeping, by kind
_DETAILS = {
    "test": ("column_name", "attached_node", "test_metadata"),
    "unit_test": ("model", "given", "expect"),
    "exposure": ("type", "label", "url", "maturity"),
    "semantic_model": ("model", "entities", "dimensions", "measures", "defaults", "primary_entity"),
    "metric": ("type", "label", "type_params", "filter", "time_granularity"),
    "saved_query": ("query_params", "label"),
    "model": ("version", "time_spine"),
    "source": ("source_name", "loaded_at_field", "loaded_at_query", "freshness"),
}


def nodes_of(manifest: Any, root: Path, ephemeral_name: Callable[[str], str]) -> list[Node]:
    """Everything that is enabled, of the project and its packages. Macros, groups and docs are no nodes.

    `ephemeral_name` is how the adapter names the CTE of an ephemeral model.
    """
    groups = {group.name: group for group in manifest.groups.values()}
    return [_node(each, groups, root, ephemeral_name) for each in _resources(manifest)]


def _resources(manifest: Any) -> Iterator[Any]:
    for name in (
        "nodes",
        "sources",
        "exposures",
        "metrics",
        "semantic_models",
        "saved_queries",
        "unit_tests",
        "functions",
    ):
        for each in getattr(manifest, name, {}).values():
            if str(each.resource_type) not in ("operation", "sql_operation", "rpc"):
                yield each


def _node(found: Any, groups: Mapping[str, Any], root: Path, ephemeral_name: Callable[[str], str]) -> Node:
    kind = str(found.resource_type)
    config = plain_value(found.config) if getattr(found, "config", None) else {}
    meta = {**config.get("meta", {}), **plain_value(getattr(found, "meta", None) or {})}
    details = {name: value for name in _DETAILS.get(kind, ()) if (value := plain_value(getattr(found, name, None)))}
    if kind == "test":
        details["macros"] = list(found.depends_on.macros)
    if constraints := list(_constraints(found)):
        details["constraints"] = constraints
    materialized = config.get("materialized") if kind in ("model", "seed", "snapshot") else None
    columns = {name: column.data_type for name, column in (getattr(found, "columns", None) or {}).items()}
    if kind == "seed":
        columns = _header(found, root, config.get("delimiter") or ",") or columns
    relation = getattr(found, "relation_name", None) if kind != "test" else None
    if materialized == "ephemeral":
        relation = ephemeral_name(found.identifier)
    return Node(
        unique_id=found.unique_id,
        kind=kind,
        name=name_of(found),
        package=found.package_name,
        path=found.original_file_path,
        relation=relation,
        materialized=materialized,
        language=getattr(found, "language", None) if kind not in ("seed", "source") else None,
        parents=tuple(dict.fromkeys(_parents(found, kind))),
        raw_code=getattr(found, "raw_code", "") or "",
        columns=columns,
        owners=tuple(dict.fromkeys(_owners(found, config, meta, groups))),
        meta=meta,
        config={name: value for name, value in config.items() if name != "meta"},
        tags=tuple(getattr(found, "tags", None) or ()),
        properties_path=_properties_path(found),
        latest_version=getattr(found, "version", None) in (None, getattr(found, "latest_version", None)),
        details=details,
    )


def _constraints(found: Any) -> Iterator[Any]:
    """Those of the table, and those of its columns, with the column's name."""
    for each in getattr(found, "constraints", None) or ():
        yield plain_value(each)
    for name, column in (getattr(found, "columns", None) or {}).items():
        for each in getattr(column, "constraints", None) or ():
            yield {**plain_value(each), "columns": [name]}


def name_of(found: Any) -> str:
    """What people type and dbt selects: `orders`, of a source `raw.orders`, of a model with versions `orders.v2`."""
    kind = str(found.resource_type)
    if kind == "source":
        return f"{found.source_name}.{found.name}"
    version = getattr(found, "version", None) if kind == "model" else None
    return str(found.name) if version is None else f"{found.name}.v{version}"


def _parents(found: Any, kind: str) -> Iterator[str]:
    if kind != "source":
        yield from getattr(found.depends_on, "nodes", ())


def _properties_path(found: Any) -> str | None:
    """Without the package, which dbt writes in front: `shop://models/_models.yml`."""
    path = getattr(found, "patch_path", None)
    return path.partition("://")[2] if path else None


def _owners(found: Any, config: Mapping[str, Any], meta: Mapping[str, Any], groups: Mapping[str, Any]) -> Iterator[str]:
    if getattr(found, "owner", None):
        yield from _people(found.owner.to_dict(omit_none=True))
    for key in ("owner", "owners"):
        yield from _people(meta.get(key))
    group = groups.get(config.get("group") or getattr(found, "group", None) or "")
    if group is not None:
        yield from _people(group.owner.to_dict(omit_none=True))


def _people(value: Any) -> Iterator[str]:
    """The names in what people write: a text, a list, or a mapping with a name, an email, or anything else."""
    if isinstance(value, Mapping):
        for key in ("name", "team", "email", "slack"):
            if value.get(key):
                yield from _people(value[key])
                return
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _people(each)
    elif value:
        yield str(value).strip()


def _header(seed: Any, root: Path, delimiter: str) -> dict[str, str | None]:
    """The first line of a seed's file, with the types that its config gives."""
    types = {name.lower(): kind for name, kind in (seed.config.column_types or {}).items()}
    path = Path(seed.root_path or root) / seed.original_file_path
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = next(csv.reader(file, delimiter=delimiter), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    return {name.strip(): types.get(name.strip().lower()) for name in first if name.strip()}


def plain_value(value: Any) -> Any:
    """A value of the manifest as JSON has it."""
    if hasattr(value, "to_dict"):
        return plain_value(value.to_dict(omit_none=True))
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [plain_value(each) for each in value]
    return value if isinstance(value, (bool, int, float, type(None))) else str(value)
