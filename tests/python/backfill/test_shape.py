"""Whether SQL of two windows is the same but for its days."""

from __future__ import annotations

import pytest

from dbt_playbooks.backfill.checks.shape import Shape
from dbt_playbooks.interface import Window

JANUARY, FEBRUARY = Window("2024-01-01", "2024-01-31"), Window("2024-02-01", "2024-02-29")
SQL = "select {columns} from events where d >= date '{first}' and d < date '{after}' and d > '2020-05-05'"


def _sql(columns: str, first: str, after: str) -> str:
    return SQL.format(columns=columns, first=first, after=after)


SAME = {
    "its days": _sql("*", "2024-02-01", "2024-03-01"),
    "a comment and lines": _sql("*\n  -- of February\n", "2024-02-01", "2024-03-01"),
    "times": _sql("*", "2024-02-01 00:00:00", "2024-03-01 00:00:00"),
}
OTHER = {
    "a column": (_sql("id", "2024-02-01", "2024-03-01"), "select id from events where d >= date '"),
    "a day before": (_sql("*", "2024-01-31", "2024-03-01"), "2024-01-31"),
    "a constant": (_sql("*", "2024-02-01", "2024-03-01").replace("2020-05-05", "2020-05-06"), "2020-05-06"),
    "no day": (_sql("*", "2024-02-01", "2024-03-01").replace("2020-05-05", "2020-13-45"), "2020-13-45"),
    "more": (_sql("*", "2024-02-01", "2024-03-01") + " limit 1", "' limit 1"),
    "another day more": (_sql("*", "2024-02-01", "2024-03-01") + " or d = '2024-02-01'", "' or d = '"),
    "a day less": (_sql("*", "2024-02-01", "2024-03-01").partition(" and d > ")[0], "'"),
}


@pytest.mark.parametrize("case", SAME)
def test_sql_that_differs_in_its_days_is_the_same(case: str) -> None:
    assert Shape(_sql("*", "2024-01-01", "2024-02-01"), JANUARY).reason_against(SAME[case], FEBRUARY) is None


@pytest.mark.parametrize("case", OTHER)
def test_other_sql_is_told_with_the_piece_that_differs(case: str) -> None:
    sql, piece = OTHER[case]
    said = Shape(_sql("*", "2024-01-01", "2024-02-01"), JANUARY).reason_against(sql, FEBRUARY)
    assert said is not None
    assert f"its SQL for {FEBRUARY} is other SQL than for {JANUARY}, by which it was checked: `{piece}" in said
    assert "--accept edges" in said


def test_days_may_be_written_as_numbers() -> None:
    shape = Shape("select * from t where d >= 20240101 and d < 20240201", JANUARY)
    assert shape.reason_against("select * from t where d >= 20240201 and d < 20240301", FEBRUARY) is None
    assert shape.reason_against("select * from t where d >= 20240202 and d < 20240301", FEBRUARY)


@pytest.mark.parametrize(
    ("mine", "theirs", "piece"),
    [
        ("a 20240101 b ", "a 20240201 b 20240301", "20240301"),
        ("x 20240101,20240201 y", "x 20240201 20240301z 20240401 y", "20240301z"),
        ("a", "b" * 100, "b" * 80),
        ("x 20240101,20240201 y", "x 20240201 20240301" + "z" * 100, "20240301" + "z" * 72),
        ("x 20240101 " + "20240101y" * 10, "x 20240201 ", ("20240101y" * 10)[:80]),
    ],
)
def test_the_piece_that_differs_is_told_in_eighty_letters(mine: str, theirs: str, piece: str) -> None:
    assert f"checked: `{piece}`. Jinja" in str(Shape(mine, JANUARY).reason_against(theirs, FEBRUARY))
