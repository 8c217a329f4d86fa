"""GoogleSQL's reference implementation, which runs queries over literals. Tables it has none."""

from __future__ import annotations

import copy
from typing import Any


def evaluated(googlesql: Any, sql: str) -> list[list[str | None]]:
    """The rows of a query, as texts, by GoogleSQL's reference implementation."""
    from dbt_playbooks.pytest_plugin.googlesql.catalog import Scope

    options = copy.copy(googlesql.options)
    options.system_variables = []
    answer = googlesql.service.evaluate_query(
        sql=sql, options=options, registered_catalog_id=googlesql._catalogs.registered(Scope("p"))
    )
    return [[cell.string_value for cell in row.cell] for row in answer.content.table_data.row]
