"""Tables of a test: literal rows, CSV, Parquet, agate or Arrow, read into columns of Python values with stated or plain types."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_playbooks.project.seeding import read_as_seed
from dbt_playbooks.pytest_plugin.columns import as_columns, guess
from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.seeds import column_type, seed_value


@dataclass(frozen=True)
class TableData:
    """Columns with their types (sqlglot's DataType) and rows of Python values in that order."""

    columns: Mapping[str, Any]
    rows: Sequence[Sequence[Any]]


def read_table(data: Any, types: Mapping[str, Any] | None = None) -> TableData:
    """What a test gave as a table.

    data   {"id": [1, 2]}                 columns
           [{"id": 1}, {"id": 2}]         rows; a key that is left out is NULL
           "events.csv", "events.parquet" a file
           agate.Table, pyarrow.Table     or what else has column_names and to_pylist()
    types  of some columns or all; those that are not given come from the values, those of a CSV file or an agate table as dbt's seeds have them

    Raises HarnessError for ragged columns, unknown types and values that do not say their type.
    """
    stated = as_columns(types or {})
    names, rows, seeded = _names_rows_and_types(data, stated)
    unknown = [name for name in stated if name not in names]
    if unknown:
        if names:
            raise HarnessError(
                f"types names the column{'s' * (len(unknown) > 1)} {', '.join(unknown)}, but the table has {', '.join(names)}."
            )
        names = list(stated)
    if not names:
        raise HarnessError('the table has no columns. An empty one needs types: table(types={"id": "int64"}).')
    columns = {}
    for index, name in enumerate(names):
        known = stated.get(name) or seeded.get(name)
        columns[name] = known if known is not None else guess(name, (row[index] for row in rows))
        for number, row in enumerate(rows, start=1):
            if name in stated and not _holds(stated[name], row[index]):
                raise HarnessError(f"column '{name}', row {number}: {row[index]!r} is no {_shown(stated[name])}.")
    return TableData(columns, rows)


def _holds(column: Any, value: Any) -> bool:
    """Whether a value is one of a type, or a text that says one."""
    from sqlglot import exp

    if value is None:
        return True
    if column.this == exp.DataType.Type.ARRAY:
        return isinstance(value, (list, tuple)) and all(_holds(column.expressions[0], each) for each in value)
    if column.this == exp.DataType.Type.STRUCT:
        fields = {each.name: each.args["kind"] for each in column.expressions}
        return isinstance(value, Mapping) and all(
            name in fields and _holds(fields[name], each) for name, each in value.items()
        )
    kind = _kind(column)
    if isinstance(value, str) and kind in _READERS:
        try:
            _READERS[kind](value)
        except (ValueError, decimal.InvalidOperation):
            return False
        return True
    if isinstance(value, bool):
        return kind in ("bool", "json")
    if kind == "int64":  # agate's numbers are all decimals
        return (
            isinstance(value, _NUMBERS) and math.isfinite(value) and value == int(value) and -(2**63) <= value < 2**63
        )
    return isinstance(value, _PYTHON.get(kind, object))


def _names_rows_and_types(data: Any, stated: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], Mapping[str, Any]]:
    """The types are those of a CSV file and of agate, where they say them."""
    if isinstance(data, (str, Path)) and Path(data).suffix == ".csv":
        return _read_csv(Path(data), stated)
    if hasattr(data, "column_names") and hasattr(data, "rows"):
        return _from_agate(data, stated)
    return *_names_and_rows(data), {}


def _names_and_rows(data: Any) -> tuple[list[str], list[list[Any]]]:
    if data is None:
        return [], []
    if isinstance(data, (str, Path)):
        return _read_file(Path(data))
    if isinstance(data, Mapping):
        lengths = {str(name): len(values) for name, values in data.items() if _is_list(values)}
        if len(lengths) < len(data) or len(set(lengths.values())) > 1:
            said = ", ".join(f"{name}: {lengths.get(str(name), 'no list')}" for name in data)
            raise HarnessError(f"the columns of a table are lists of the same length. Given: {said}.")
        return list(lengths), [list(row) for row in zip(*data.values(), strict=True)]
    if hasattr(data, "column_names") and hasattr(data, "to_pylist"):  # Arrow
        names = list(data.column_names)
        return names, [[row[name] for name in names] for row in data.to_pylist()]
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        named = list(dict.fromkeys(str(name) for row in data for name in row))
        return named, [[row.get(name) for name in named] for row in data]
    raise HarnessError(
        f"a table cannot be made from {type(data).__name__}. Give columns ({{'id': [1, 2]}}), rows ([{{'id': 1}}]), a CSV or Parquet file, "
        "an agate table or an Arrow table."
    )


def _is_list(values: Any) -> bool:
    return hasattr(values, "__len__") and hasattr(values, "__iter__") and not isinstance(values, (str, bytes, Mapping))


def _from_agate(table: Any, stated: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], Mapping[str, Any]]:
    names = list(table.column_names)
    found = {name: column_type(table, index) for index, name in enumerate(names) if name not in stated}
    types = {name: each for name, each in found.items() if each is not None}
    rows = [
        [
            seed_value(name, types[name], value) if name in types else value
            for name, value in zip(names, row, strict=True)
        ]
        for row in (each.values() for each in table.rows)
    ]
    return names, rows, types


def _read_file(path: Path) -> tuple[list[str], list[list[Any]]]:
    _must_exist(path)
    if path.suffix != ".parquet":
        raise HarnessError(f"{path}: a table is made of a .csv or .parquet file.")
    import duckdb

    found = duckdb.read_parquet(str(path))
    return list(found.columns), [list(row) for row in found.fetchall()]


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise HarnessError(f"there is no file {path.resolve()} to make a table of.")


def _read_csv(path: Path, stated: Mapping[str, Any]) -> tuple[list[str], list[list[Any]], Mapping[str, Any]]:
    _must_exist(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        # a record may have several lines, and blank ones between: its number is that of its last line
        (_, names), *lines = [(reader.line_num, line) for line in reader if line] or [(0, [])]
    if len(set(names)) < len(names):
        raise HarnessError(f"{path}: its columns are {', '.join(names)}. Each needs a name of its own.")
    for number, line in lines:
        if len(line) != len(names):
            raise HarnessError(
                f"{path}, line {number}: it has {len(line)} values, but the table has {len(names)} columns."
            )
    names, rows, types = _from_agate(read_as_seed(names, [line for _, line in lines], stated), stated)
    for row, (number, line) in zip(rows, lines, strict=True):
        for index, name in enumerate(names):
            if name in stated:
                row[index] = _from_text(line[index], stated[name], f"{path}, line {number}, column '{name}'")
    return names, rows, types


def _from_text(text: str, column: Any, where: str) -> Any:
    """A value of a CSV file whose type is stated; empty is NULL."""
    if text == "":
        return None
    kind = _kind(column)
    try:
        return _READERS.get(kind, str)(text)
    except (ValueError, decimal.InvalidOperation):
        raise HarnessError(f"{where}: '{text}' is no {kind}.") from None


def _kind(column: Any) -> str:
    return _shown(column).split("(")[0]


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)  # Python 3.10 knows no Z


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_READERS: dict[str, Any] = {
    "int64": int,
    "float64": float,
    "numeric": decimal.Decimal,
    "bignumeric": decimal.Decimal,
    "bool": _boolean,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "timestamp": _instant,
    "time": dt.time.fromisoformat,
    "bytes": str.encode,
}
_NUMBERS = (int, float, decimal.Decimal)
_PYTHON: dict[str, Any] = {
    "bool": (),
    "float64": _NUMBERS,
    "numeric": _NUMBERS,
    "bignumeric": _NUMBERS,
    "date": dt.date,
    "datetime": dt.date,
    "timestamp": dt.date,
    "time": dt.time,
    "bytes": (bytes, bytearray),
    "string": str,
}
"""What may stand for a value of a type, beside bools and whole numbers; of types that are not here anything may."""


def create_statement(relation: Any, data: TableData, dialect: str) -> str:
    """The statement that makes the table. Raises HarnessError for a value that its column's type cannot hold."""
    from sqlglot import exp

    target = exp.maybe_parse(str(relation), into=exp.Table, dialect=dialect)
    types = {name: _target_type(column, dialect) for name, column in data.columns.items()}
    if not data.rows:
        definitions = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=each) for name, each in types.items()
        ]
        return str(exp.Create(this=exp.Schema(this=target, expressions=definitions), kind="TABLE").sql(dialect))
    names = [exp.to_identifier(name, quoted=True) for name in types]
    rows = [
        exp.Tuple(
            expressions=[_literal(value, types[name], name, dialect) for name, value in zip(types, row, strict=True)]
        )
        for row in data.rows
    ]
    source = exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("rows_of_test"), columns=names))
    picked = [exp.alias_(exp.cast(exp.column(name.copy()), types[name.name]), name.copy()) for name in names]
    return str(exp.Create(this=target, kind="TABLE", expression=exp.select(*picked).from_(source)).sql(dialect))


def _target_type(column: Any, dialect: str) -> Any:
    from sqlglot import exp

    from dbt_playbooks.pytest_plugin.columns import type_sql

    return exp.DataType.build(type_sql(column, dialect), dialect=dialect)


def _shown(column: Any) -> str:
    return str(column.sql("bigquery")).lower()


def _literal(value: Any, column: Any, name: str, dialect: str) -> Any:
    """A Python value as an expression of a type; the type is written out, so that NULL and an empty list have it too."""
    from sqlglot import exp

    kinds = exp.DataType.Type
    if column.this in (kinds.TEXT, kinds.VARCHAR) and type(value) is str and "\0" not in value:
        return exp.Literal.string(value)  # its own type already: a cast costs half a millisecond to write
    if column.this == kinds.BIGINT and type(value) is int and value >= 0:
        return exp.Literal.number(value)
    if value is None:
        return exp.cast(exp.null(), column)
    if column.this == kinds.ARRAY:
        inner = column.expressions[0]
        return exp.cast(exp.Array(expressions=[_literal(each, inner, name, dialect) for each in value]), column)
    if column.this == kinds.STRUCT:
        fields = [
            exp.PropertyEQ(
                this=exp.to_identifier(each.name),
                expression=_literal(value.get(each.name), each.args["kind"], name, dialect),
            )
            for each in column.expressions
        ]
        return exp.cast(exp.Struct(expressions=fields), column)
    if column.this == kinds.JSON:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        return exp.ParseJSON(this=exp.Literal.string(text))
    if isinstance(value, float) and not math.isfinite(value):
        return exp.cast(exp.Literal.string(str(value)), column)
    if isinstance(value, bytes):
        text = value.hex()
        # in DuckDB a text with a zero or with letters beyond ASCII is no literal of bytes
        unhex = exp.Anonymous(this="unhex", expressions=[exp.Literal.string(text)])
        return exp.cast(unhex, column) if dialect == "duckdb" else exp.HexString(this=text)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(dt.timezone.utc)
        value = value.replace(tzinfo=None) if dialect == "duckdb" else value
    if isinstance(value, bool):
        return exp.cast(exp.Boolean(this=value), column)
    if isinstance(value, (int, float, decimal.Decimal)) and not column.is_type(*exp.DataType.TEXT_TYPES):
        return exp.cast(
            exp.Literal.string(str(value)) if isinstance(value, decimal.Decimal) else exp.convert(value), column
        )
    return exp.cast(exp.Literal.string(value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)), column)
