"""Every public macro has a case (cases.py): same input, same rows on DuckDB and the emulator, and GoogleSQL takes what it says to BigQuery.

What a `_sql` macro renders is kept in a snapshot a target, which sqlfluff lints (scripts/lint).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from macros.cases import BACKUP, CASES, CHUNK, OPTIONS, RUN, STATE, TABLES, TYPES, VIEW, Case

CLOCK = dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc)
_NAMES = re.compile(rf"\b(?:from|join) ({'|'.join([*TABLES, *STATE, VIEW, BACKUP, 'events_backup_b'])})\b")


each_macro = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.emulator_differs(case.differs)] if case.differs else [], id=name)
        for name, case in CASES.items()
    ],
)


@pytest.fixture
def tables(table: Any) -> None:
    for name, rows in TABLES.items():
        table(rows, TYPES, name=name)


@pytest.fixture
def begin(macro: Any, table: Any) -> Any:
    """What a case needs beside the tables of events."""

    def prepare(case: Case) -> None:
        if case.backup and macro.target == "bigquery":
            table(types=TYPES, name=BACKUP)
        elif case.backup:
            macro("backup_table", "events", suffix=BACKUP.removeprefix("events_backup_"))
            query(macro, "delete from events where id = 1")
        if not case.state:
            return
        if macro.target == "bigquery":
            for name, statement in zip(STATE, made_state(macro), strict=True):
                table(types=statement.columns, name=name)
            return
        macro("create_backfill_state")
        macro("record_run", run=RUN, event="claim")
        macro("record_chunk", **CHUNK)

    return prepare


def made_state(macro: Any) -> list[Any]:
    return macro.analyze(";\n".join(macro("create_backfill_state_sql").value))


def query(macro: Any, sql: str) -> Any:
    """The rows of a query that names tables of the test without their schema."""
    return macro.query(in_schema(macro, sql))


def in_schema(macro: Any, sql: str) -> str:
    schema = macro.compile("{{ target.schema }}").text
    text = sql if macro.target != "duckdb" else sql.replace("as string", "as varchar")
    return _NAMES.sub(lambda found: found[0].replace(found[1], f"{schema}.{found[1]}"), text)


def answering(answers: Sequence[Any], asked: list[str]) -> Callable[[str], Any]:
    """Stands for `run_query` where there is no database: keeps what is asked, and gives the answers one after the other."""
    left = list(answers)

    def answer(sql: str) -> SimpleNamespace:
        asked.append(sql)
        return SimpleNamespace(rows=[dict(enumerate(row)) for row in (left.pop(0) if left else [])])

    return answer


def statements(result: Any) -> list[str]:
    return [result.text] if isinstance(result.value, str) else list(result.value)


def test_every_public_macro_has_a_case_and_every_case_a_macro(macro: Any) -> None:
    public = set(macro.public())
    assert public - CASES.keys() == set(), "write their cases in cases.py"
    assert CASES.keys() - public == set(), "these cases are of macros that have gone"


@pytest.mark.usefixtures("tables")
@pytest.mark.targets("duckdb", "emulator")
@each_macro
def test_the_same_input_gives_the_same_rows(macro: Any, begin: Any, name: str) -> None:
    case = CASES[name]
    begin(case)
    stubs = {**case.catalogue, **case.stubs}
    if macro.target in case.refused:
        with macro.raises(case.refused[macro.target]):
            macro(name, **case.arguments, vars=case.vars, stubs=stubs)
        return
    result = macro(name, **case.arguments, vars=case.vars, stubs=stubs)
    if case.statements:
        for statement in statements(result):
            macro.query(statement)
    elif case.rows is not None:
        rows = query(macro, case.inside.format(sql=result.text)) if isinstance(result.value, str) else result.rows
        if case.columns:
            rows = [[row[column] for column in case.columns] for row in rows.dicts]
        assert rows == case.rows
    else:
        assert result.value == case.value or case.value is None
    assert case.printed in result.printed
    if case.after:
        asked, expected = case.after
        assert query(macro, asked) == expected


@pytest.mark.usefixtures("tables")
@pytest.mark.targets("bigquery")
@each_macro
def test_bigquery_would_take_every_statement(macro: Any, begin: Any, name: str) -> None:
    case = CASES[name]
    begin(case)
    asked: list[str] = []
    plan = {"dry_run": True} if case.planned else {}
    answer = answering(case.answers or [case.rows or []], asked)
    stubs = {"run_query": answer, "adapter.create_schema": None, "_tables_in": [], **case.catalogue, **case.stubs}
    if case.state:
        stubs["_no_state_of_ours"] = None  # without a warehouse a test has no views
    result = macro(name, **{**case.arguments, **plan}, vars=case.vars, stubs=stubs)
    said = [] if case.value or not isinstance(result.value, (str, list)) or asked else statements(result)
    script = ";\n".join(in_schema(macro, case.inside.format(sql=sql)) for sql in said)
    judged = [each for sql in (";\n".join(asked), script) if sql for each in macro.analyze(sql)]
    assert judged or case.value is not None, "it said nothing to BigQuery"
    assert case.printed in result.printed


RENDERED = [pytest.param(name, CASES[name].arguments, id=name) for name in CASES if name.endswith("_sql")]
RENDERED += [pytest.param(name, arguments, id=f"{name}.options") for name, arguments in OPTIONS.items()]


@pytest.mark.usefixtures("tables")
@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(("name", "arguments"), RENDERED)
def test_rendered(macro: Any, begin: Any, name: str, arguments: Any, sql_snapshot: Any) -> None:
    case = CASES[name]
    if macro.target in case.refused:
        return
    backup = macro("_backfill_relation", name="events_backup").value
    stubs = {"_backup_relation": backup, "_clock": CLOCK, **case.catalogue}
    if case.backup:
        begin(case)
        stubs |= case.stubs
        if macro.target == "bigquery":
            stubs |= {"run_query": answering(case.answers, []), "_tables_in": []}
    result = macro(name, **arguments, vars=case.vars, stubs=stubs)
    text = ";\n\n".join(statement.rstrip().rstrip(";") for statement in statements(result)) + ";"
    assert text == sql_snapshot
    if macro.target == "bigquery":
        state = ";\n".join(macro("create_backfill_state_sql").value)
        assert macro.analyze(f"{state};\n{text}")


def test_every_case_says_what_is_true_of_its_macro() -> None:
    for name, case in CASES.items():
        said = case.rows is not None or case.value is not None or case.printed or case.after or case.statements
        assert said, f"the case of {name} says nothing"
