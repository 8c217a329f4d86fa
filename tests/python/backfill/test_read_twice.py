"""What is another each time that a chunk is read: clocks are not judged, and rows that chance picks are refused. The warehouse is a stand-in."""

from __future__ import annotations

from typing import Any

import pytest
from compared import DOUBT, DOUBTFUL, SAME, SURE, WEEKS, Check, Row, Warehouse, a_row_a_day, by_chance, days

from dbt_playbooks.interface import Window

CLOCK = DOUBTFUL.replace(" from", ", now() as n from")
TWICE = "its rows differ when {window} is read twice, so no two runs of it are the same"
OTHER_KEY = (
    "its key (n) is another each time that {window} is read, so a chunk that runs again would not find its rows. "
    "Make the key of columns of the row"
)


@pytest.mark.parametrize(
    ("rows", "config", "reason"),
    [
        (lambda window, before: a_row_a_day(window)[before:], {}, TWICE),
        (lambda window, before: a_row_a_day(window) if before else [], {}, TWICE),
        (by_chance("n"), {}, None),
        (by_chance("n"), {"unique_key": "n"}, OTHER_KEY),
        (by_chance("n"), {"unique_key": ["id", '"N"']}, OTHER_KEY),
        (by_chance("n"), {"unique_key": "`n`"}, OTHER_KEY),
        (by_chance("n"), {"unique_key": "number"}, None),
        (by_chance("day"), {}, TWICE),
        (a_row_a_day, {"unique_key": "n"}, None),
        (lambda *_: [], {"unique_key": "n"}, None),
    ],
)
def test_one_chunk_whose_rows_are_others_each_time_is_refused(
    rows: Any, config: dict[str, Any], reason: str | None
) -> None:
    refused = Check(Warehouse(rows, CLOCK), WEEKS[:1], **config).refused
    assert refused == (reason.format(window=WEEKS[0]) if reason else None)


def test_columns_that_are_others_each_time_are_not_judged() -> None:
    told = "events: n differ when the same days are read twice, so they were not judged"
    check = Check(Warehouse(by_chance("n"), SURE))
    assert (check.refused, check.warnings) == (None, [told])
    # with a key, too, where reading left no doubt
    assert Check(Warehouse(by_chance("n"), SURE), unique_key="n").warnings == [told]
    assert Check(Warehouse(by_chance("n"), CLOCK)).warnings == [told, SAME]
    assert Check(Warehouse(by_chance("n"), CLOCK), unique_key="n").refused == (
        f"{DOUBT}; {OTHER_KEY.format(window=WEEKS[0])}"
    )


def test_rows_that_are_others_each_time_are_refused() -> None:
    assert Check(Warehouse(by_chance("n", "day"))).refused == TWICE.format(window="2024-01-14")
    fewer = Warehouse(lambda window, before: a_row_a_day(window)[: 1 + before] * len(days(window)))
    assert Check(fewer).refused is not None


def test_columns_that_differ_for_no_reason_that_is_read_may_be_of_other_rows() -> None:
    cut = SURE + " limit 9"
    assert Check(Warehouse(by_chance("n"), cut)).refused == (
        f"LIMIT counts rows of each window; n differ when {WEEKS[0]} is read twice, and nothing in its SQL says why, so other rows may be read "
        "each time"
    )
    assert Check(Warehouse(by_chance("n"), cut.replace(" from", ", now() as n from"))).refused is None


@pytest.mark.parametrize("billing", [False, True])
def test_rows_that_chance_picks_are_refused_without_reading_them(billing: bool) -> None:
    for one in (WEEKS, WEEKS[:1]):
        warehouse = Warehouse(sql=SURE + " and random() < 0.5")
        warehouse.bills_bytes = billing
        assert (
            Check(warehouse, one).refused
            == "RANDOM() picks its rows by chance, so no two runs of it return the same. Pick them by columns of the row"
        )
        assert warehouse.read == []


def test_what_differs_beside_a_column_that_is_not_judged_is_refused() -> None:
    def rows(window: Window, before: int) -> list[Row]:
        whole = len(days(window)) == 2
        return [row for row in by_chance("n")(window, before) if not (whole and row["day"] == "2024-01-15")]

    assert Check(Warehouse(rows)).refused == (
        "2024-01-14 and 2024-01-15 return 2 rows one by one, and 1 together. one by one only: ('2024-01-15',)"
    )


TIMED = (
    "events: its SQL holds the time or the id of the command (n). Chunks that are filled later, or by another command, hold "
    "another value, and these columns were not compared"
)


def test_a_time_that_jinja_writes_is_told_and_not_judged() -> None:
    timed = SURE.replace("select *", "select day, '12:00' as n, f")
    check = Check(Warehouse(sql=timed))
    assert (check.refused, check.warnings) == (None, [TIMED])
    # one that is another each time that a chunk is compiled
    doubtful = timed.replace("'12:00' as n", "'12:00' as n, count(*) over () as c")
    check = Check(Warehouse(by_chance("n"), doubtful))
    assert (check.refused, check.warnings[0]) == (None, TIMED)
    assert Check(Warehouse(by_chance("n", "f"), doubtful)).refused is None
    assert "n differ when" in str(Check(Warehouse(by_chance("n"), doubtful.replace("12:00", "14:00"))).refused)
