"""The tables that the target `bigquery` knows: what dbt-bigquery asks the API about tables, and changes by it, is answered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dbt_playbooks.project.macros import OfflineError
from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError

Path = tuple[str, ...]
_API_NAMES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN"}


class Tables(dict[Path, Any]):
    """Columns (names to sqlglot's types) by project, dataset and name."""

    def of(self, relation: Any) -> Any:
        """The columns of a relation; None for one that is not known."""
        return self.get(path_of(relation))

    def fields(self, relation: Any) -> Iterator[Any]:
        """The columns as BigQuery's API describes them. Pseudo columns are not among them, as in BigQuery."""
        for name, each in self[path_of(relation)].items():
            if not name.upper().startswith("_PARTITION"):
                yield _field(name, each)

    def learn(self, changed: Mapping[Any, Mapping[str, str] | None]) -> None:
        """What statements made, changed, or (None) dropped."""
        for path, columns in changed.items():
            if columns is None:
                self.pop(path, None)
            else:
                self[path] = as_columns(columns)

    def answers(self, seed_type: Callable[[Any, int], str], refusal: str) -> Mapping[str, Any]:
        """Methods of the adapter that change tables without SQL. `refusal` is said of what is not known here."""

        def refuse_nested(columns: Sequence[str], relation: Any) -> None:
            if columns:
                raise OfflineError(
                    f"the materialization changes the nested column '{columns[0]}' of {relation}.\n{refusal}"
                )

        def alter(relation: Any, added: Any, removed: Any = None) -> None:
            refuse_nested([each.name for each in [*(added or ()), *(removed or ())] if "." in each.name], relation)
            gone = {each.name.lower() for each in removed or ()}
            kept = {name: each for name, each in (self.of(relation) or {}).items() if name.lower() not in gone}
            self[path_of(relation)] = {**kept, **as_columns({each.name: each.data_type for each in added or ()})}

        def sync_struct_columns(_: Any, source: Any, target: Any, changes: Any) -> Any:
            here = {name.lower(): each for name, each in (self.of(target) or {}).items()}
            differing = [
                name
                for name, each in (self.of(source) or {}).items()
                if "STRUCT" in each.sql("bigquery") and here.get(name.lower(), each) != each
            ]
            refuse_nested(differing, target)
            return changes

        def load(database: str, schema: str, identifier: str, rows: Any, stated: Any, *_: Any) -> None:
            types = {name: seed_type(rows, index) for index, name in enumerate(rows.column_names)}
            for name, text in (stated or {}).items():
                _must_be_of_the_api(name, str(text))
            self[database, schema, identifier] = as_columns({**types, **(stated or {})})

        return {
            "adapter.drop_relation": lambda relation: self.pop(path_of(relation), None),
            # of a table there is nothing but its columns: no partitions that would forbid it
            "adapter.is_replaceable": lambda *_: True,
            "adapter.alter_table_add_remove_columns": alter,
            "adapter.alter_table_add_columns": alter,
            "adapter.sync_struct_columns": sync_struct_columns,
            "adapter.load_dataframe": load,
            "adapter.update_columns": None,
            "adapter.update_table_description": None,
        }


def path_of(relation: Any) -> Path:
    return (str(relation.database), str(relation.schema), str(relation.identifier))


def not_declared(relation: Any) -> HarnessError:
    return HarnessError(
        f"the macro asks for the columns of {relation}, which the test did not declare. "
        f"Make it: table(types={{'id': 'int64'}}, name='{relation.identifier}')."
    )


def _must_be_of_the_api(name: str, text: str) -> None:
    """A seed's column types are not SQL: dbt hands them to BigQuery's API, which knows no lengths and no other names."""
    from google.cloud.bigquery.enums import SqlTypeNames

    known = {each.name for each in SqlTypeNames} | {each.value for each in SqlTypeNames} | {"JSON"}
    if text.strip().upper() not in known:
        raise SqlError(
            f"column_types of the seed, column '{name}': BigQuery's API has no type '{text}'. It has: {', '.join(sorted(known)).lower()}."
        )


def _field(name: str, column: Any) -> Any:
    """A column as BigQuery's API describes it, which dbt-bigquery reads: an array is a mode, and a struct a RECORD."""
    from google.cloud.bigquery import SchemaField
    from sqlglot import exp

    mode = "NULLABLE"
    if column.this == exp.DataType.Type.ARRAY:
        mode, column = "REPEATED", column.expressions[0]
    if column.this == exp.DataType.Type.STRUCT:
        inner = [_field(each.name, each.args["kind"]) for each in column.expressions]
        return SchemaField(name, "RECORD", mode, fields=inner)
    written = column.sql("bigquery").partition("(")[0]
    return SchemaField(name, _API_NAMES.get(written, written), mode)
