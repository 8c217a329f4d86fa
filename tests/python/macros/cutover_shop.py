"""What a cutover on BigQuery is shown of its tables: Google's own objects for its API, rows for its queries. Each statement is analyzed."""

from __future__ import annotations

from types import SimpleNamespace

COLUMNS = {"id": "int64", "order day": "date", "note": "string", "address": "struct<zip string>"}
FIELDS = [
    {"name": "id", "type": "INTEGER"},
    {"name": "order day", "type": "DATE"},
    {"name": "note", "type": "STRING"},
    {"name": "address", "type": "RECORD", "fields": [{"name": "zip", "type": "STRING"}]},
]
BY_DAY = {"timePartitioning": {"type": "DAY", "field": "order day"}}
BY_MONTH = {"timePartitioning": {"type": "MONTH", "field": "order day"}}
BY_RANGE = {"rangePartitioning": {"field": "id", "range": {"start": "0", "end": "100", "interval": "10"}}}
INGESTED = {"timePartitioning": {"type": "DAY"}}
ANALYZED: set[str] = set()
"""Statements that the analyzer has taken: most tests send the same."""


def made_shop(macro, table):
    """`orders` and `orders_v2`, as the API is to describe them; `cut(...)` plans or runs a cutover of them, and analyzes all that it says."""

    def make(old=None, new=None, grants=(), views=(), differences=(), expires=None, dataset="dbt_test"):
        from google.cloud.bigquery import Table

        described = {"orders": old or {}, "orders_v2": new or {}}
        for name in ("orders", "orders_v2", "was", "orders_backup"):
            table(types=COLUMNS, name=name, schema=dataset if name == "orders_v2" else None)

        def get_bq_table(relation):
            if described.get(relation.identifier) is None:
                return None
            place = {"projectId": "test-project", "datasetId": relation.schema, "tableId": relation.identifier}
            kind = {"type": "TABLE", "schema": {"fields": FIELDS}}
            return Table.from_api_repr({"tableReference": place, **kind, **described[relation.identifier]})

        asked: list[str] = []

        def run_query(sql):
            asked.append(sql)
            answers = {
                "OBJECT_PRIVILEGES": grants, "SCHEMATA_OPTIONS": [[expires]] if expires else [], "region-us.INFORMATION_SCHEMA.TABLES": views,
                "is_gone": differences, "checksum": [], "old_rows": [[None, 2, 2]],
            }  # fmt: skip
            rows = next(rows for part, rows in answers.items() if part in sql)
            if "'VIEW'" in sql and "orders_v2)" in sql:
                rows = []
            return SimpleNamespace(rows=[dict(enumerate(row)) for row in rows])

        def type_of(relation):
            return "table" if described.get(relation.identifier) is not None else None

        stubs = {
            "adapter.get_bq_table": get_bq_table, "run_query": run_query, "_type_of": type_of,
            "_tables_in": lambda *_, **__: [name for name in described if described[name] is not None],
        }  # fmt: skip
        changed: list[list[str]] = []

        def change(statements):
            changed.append(statements)

        def cut(name="cutover", **arguments):
            named = {"table": "orders", "replacement": f"{dataset}.orders_v2", **arguments}
            result = macro(name, stubs={**stubs, "_change": change}, **named)
            statements = asked + [each for group in changed for each in group]
            if name == "cutover_sql":
                statements += result.value
            for sql in set(statements) - ANALYZED:
                assert macro.analyze(sql), sql
                ANALYZED.add(sql)
            asked.clear()
            return result

        return SimpleNamespace(cut=cut, changed=changed, described=described, get=get_bq_table)

    return make


GRANTS = [
    ["roles/bigquery.dataViewer", "group:all@shop.example"],
    ["roles/bigquery.dataViewer", "user:o'neil@shop.example"],
]


def cutover_stubs(made):
    return {
        "adapter.get_bq_table": made.get, "_type_of": lambda relation: "table" if relation.identifier in ("orders", "orders_v2") else None,
        "_tables_in": [], "_grants_of": {"roles/x": ["user:a@shop.example"]}, "_cutover_findings": {"rows": [], "views": []},
    }  # fmt: skip
