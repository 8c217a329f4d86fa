"""Which windows of a model are compared and what is said of them, from plain rows: the warehouse is a stand-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from compared import (
    DOUBT,
    DOUBTFUL,
    FIRST_RUN,
    FROM,
    MONTHS,
    SAME,
    SURE,
    WEEKS,
    Check,
    Row,
    Warehouse,
    a_row_a_day,
    by_chance,
    days,
    target,
    with_totals,
)

from dbt_playbooks.backfill.checks import edges
from dbt_playbooks.backfill.checks.edges import EdgeOptions, check_edges
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.cost import Limits
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Window

BEGINS = "comparing rows of events beside each other and together, where a chunk ends."
ALL = f"comparing 3 chunks of events with one run over all of them, because of {DOUBT}"


def test_sql_without_doubt_is_compared_where_a_chunk_ends() -> None:
    warehouse = Warehouse()
    check = Check(warehouse)
    assert (check.refused, check.warnings, check.said) == (None, [], [BEGINS])
    assert warehouse.counted == ["2024-01-14", "2024-01-15", "2024-01-14 to 2024-01-15"]
    assert set(warehouse.headers) == {""}
    assert check.shape.window == WEEKS[0]
    assert check.shape.sql == SURE.format(first="2024-01-01", after="2024-01-08")


def test_the_edge_in_the_middle_comes_first_and_five_are_enough() -> None:
    warehouse = Warehouse(lambda *_: [])
    check = Check(warehouse, MONTHS)
    assert (check.refused, check.warnings) == (None, [])
    # days without rows say nothing, and what they say together is not read
    assert [window[:7] for window in warehouse.counted[::2]] == ["2024-06", "2024-05", "2024-07", "2024-04", "2024-08"]
    assert len(warehouse.counted) == 10
    some = Warehouse(lambda window, _: [row for row in a_row_a_day(window) if row["day"] < "2024-06"])
    assert Check(some, MONTHS).refused is None
    assert some.counted[2:] == ["2024-05-31", "2024-06-01", "2024-05-31 to 2024-06-01"]


def test_rows_that_differ_where_a_chunk_ends_are_refused_with_examples() -> None:
    warehouse = Warehouse(with_totals)
    assert Check(warehouse).refused == (
        "2024-01-14 and 2024-01-15 return 2 rows one by one, and 2 together. one by one only: ('2024-01-14', 1); "
        "one by one only: ('2024-01-15', 1); together only: ('2024-01-14', 2)"
    )


def test_values_that_no_example_shows_are_told_too() -> None:
    def rows(window: Window, _: int) -> list[Row]:
        return [{**row, "f": float(len(days(window)))} for row in a_row_a_day(window)]

    assert Check(Warehouse(rows)).refused == (
        "2024-01-14 and 2024-01-15 return 2 rows one by one, and 2 together, with other values"
    )


@pytest.mark.parametrize(
    ("f", "apart", "same"),
    [(0.5, 1e-12, True), (0.5, 1e-10, False), (1e9, 1e-3, True), (1e9, 1.0, False), (-1e9, 1e-3, True)],
)
def test_sums_of_floats_may_differ_in_their_last_digits(f: float, apart: float, same: bool) -> None:
    def rows(window: Window, _: int) -> list[Row]:
        more = apart if len(days(window)) > 1 else 0.0
        return [{**row, "f": f + (more if number == 0 else 0)} for number, row in enumerate(a_row_a_day(window))]

    assert (Check(Warehouse(rows)).refused is None) == same


def test_columns_that_depend_on_the_window_are_refused() -> None:
    class Pivoted(Warehouse):
        def columns_of(self, sql: str, header: str) -> dict[str, str]:
            found = super().columns_of(sql, header)
            return {**found, "more": "bigint"} if "2024-01-15" in sql.split("day >=")[1][:20] else found

    others = "its columns depend on the window: day, n, f, more in {}, and day, n, f in the first. Name them in the SQL (`pivot ... on x in ('a', 'b')`)"
    assert Check(Pivoted()).refused == others.format("2024-01-15")
    assert Check(Pivoted(sql=DOUBTFUL)).refused == others.format(WEEKS[2])


def test_floats_do_not_hide_other_rows() -> None:
    rows = Warehouse(lambda window, _: a_row_a_day(window)[: 1 if len(days(window)) == 2 else None])
    assert str(Check(rows).refused).startswith("2024-01-14 and 2024-01-15 return 2 rows one by one, and 1 together")


def test_sql_with_a_doubt_is_compared_chunk_by_chunk() -> None:
    warehouse = Warehouse(sql=DOUBTFUL)
    check = Check(warehouse)
    assert (check.refused, check.said, check.warnings) == (None, [ALL], [SAME])
    assert warehouse.counted == [*map(str, WEEKS), "2024-01-01 to 2024-01-21"]
    # each chunk was compared as it is
    assert check.shape is None


def test_every_doubt_is_told_and_the_first_while_it_compares() -> None:
    two = DOUBTFUL.replace(" from", ", sum(n) over () as s from")
    check = Check(Warehouse(sql=two))
    assert check.said == [ALL]
    assert check.warnings == [SAME.replace("date.", "date; " + DOUBT.replace("COUNT(*)", "SUM(n)") + ".")]


def test_the_two_chunks_that_differ_are_told() -> None:
    def rows(window: Window, _: int) -> list[Row]:
        late = window.start_date <= "2024-01-14" < "2024-01-15" <= window.end_date
        return [{**row, "n": 9 if late and row["day"] == "2024-01-15" else 1} for row in a_row_a_day(window)]

    warehouse = Warehouse(rows, DOUBTFUL)
    assert Check(warehouse).refused == (
        f"{DOUBT}; 2024-01-08 to 2024-01-14 and 2024-01-15 to 2024-01-21 return 14 rows one by one, and 14 together. "
        "one by one only: ('2024-01-15', 1); together only: ('2024-01-15', 9)"
    )
    assert Check(Warehouse(rows, DOUBTFUL), WEEKS[1:]).refused == Check(warehouse).refused
    # what no two chunks show
    longer = Warehouse(lambda window, _: a_row_a_day(window) if len(days(window)) < 20 else [], DOUBTFUL)
    assert str(Check(longer).refused).startswith(
        f"{DOUBT}; the 3 chunks from 2024-01-01 to 2024-01-21 return 21 rows one by one, and 0 together. one by one only"
    )


def test_of_several_differences_the_first_is_told() -> None:
    assert str(Check(Warehouse(with_totals, DOUBTFUL)).refused).startswith(
        f"{DOUBT}; 2024-01-01 to 2024-01-07 and 2024-01-08 to 2024-01-14 return 14 rows one by one, and 14 together."
    )


@pytest.mark.parametrize("only", ["2024-01-14", "2024-01-15"])
def test_a_day_without_rows_adds_nothing(only: str) -> None:
    warehouse = Warehouse(lambda window, _: [row for row in a_row_a_day(window) if row["day"] == only])
    assert (Check(warehouse).refused, len(warehouse.counted)) == (None, 3)


def test_one_chunk_is_what_dbt_would_run() -> None:
    sure = Warehouse(with_totals)
    check = Check(sure, WEEKS[:1])
    assert (check.refused, check.warnings, check.said, sure.read) == (None, [], [], [])
    assert check.shape is not None
    doubtful = Warehouse(with_totals, DOUBTFUL)
    assert Check(doubtful, WEEKS[:1]).refused is None
    assert doubtful.read == [("_probed_rows_sql", str(WEEKS[0])), *[("_probed_columns_sql", str(WEEKS[0]))] * 2]
    doubtful.bills_bytes = True
    assert Check(doubtful, WEEKS[:1]).refused is None
    assert len(doubtful.read) == 3


BIG = EdgeOptions(compare=True)


def billed(rows: Callable[[Window, int], list[Row]] = a_row_a_day, sql: str = SURE) -> Warehouse:
    warehouse = Warehouse(rows, sql)
    warehouse.bills_bytes = True
    return warehouse


def test_where_reading_is_billed_rows_are_read_when_that_is_asked_for() -> None:
    sure = billed(with_totals)
    check = Check(sure)
    assert (check.refused, check.said, check.warnings, sure.read) == (None, [], [], [])
    assert check.shape is not None
    assert Check(billed(sql=DOUBTFUL)).refused == (
        f"{DOUBT}. --check-edges compares the rows, for the bytes that it tells before"
    )
    asked = billed(with_totals)
    check = Check(asked, options=BIG, sql_header="declare x int64;")
    assert str(check.refused).startswith("2024-01-14 and 2024-01-15 return 2 rows")
    assert check.said == [BEGINS, "the check of edges of events scans 3.0 GiB, 0.02 at 6.25 per TiB"]
    assert len(asked.estimated) == 3
    assert set(asked.headers) == {"declare x int64;"}
    assert all(statement.startswith("declare x int64;\n") for statement in [*asked.statements, *asked.estimated])
    # elsewhere it has run already
    beside = Warehouse()
    Check(beside, sql_header="declare x int64;")
    assert not any("declare" in each for each in [*beside.statements, *beside.headers])


def test_limits_hold_for_the_check_too() -> None:
    for sql, number in ((SURE, 3), (DOUBTFUL, 4)):
        for allowed in (number * 2**30, None):
            assert Check(billed(sql=sql), options=EdgeOptions(compare=True, limits=Limits(allowed))).refused is None
        with pytest.raises(
            UsageError, match=rf"the check of edges would scan {number}\.0 GiB.* Leave out --check-edges\."
        ):
            check_edges(billed(sql=sql), [target()], WEEKS, EdgeOptions(compare=True, limits=Limits(number * 2**30 - 1)), print)  # fmt: skip
    unknown = billed()
    unknown.bytes = None
    assert Check(unknown, options=BIG).said[1].startswith("the check of edges of events scans 0 B")
    assert Check(billed(sql=DOUBTFUL), options=BIG).said == [
        ALL, "the check of edges of events scans 4.0 GiB, 0.02 at 6.25 per TiB"
    ]  # fmt: skip


def test_what_is_accepted_is_told_and_not_refused() -> None:
    check = Check(Warehouse(with_totals), options=EdgeOptions(accepted=True))
    assert check.refused is None
    assert [each[:60] for each in check.warnings] == ["events (models/events.sql): 2024-01-14 and 2024-01-15 return"]
    assert check.shape is None
    assert Check(Warehouse(), options=EdgeOptions(accepted=True)).shape is None


def test_several_models_are_refused_and_told_together() -> None:
    class Two(Warehouse):
        def compile(self, model: Model, window: Window) -> str:
            self.rows = with_totals if model.name == "b" else by_chance("n")
            return super().compile(model, window)

    def of(options: EdgeOptions, *names: str) -> tuple[list[Target], list[str]]:
        two: Any = Two()
        return check_edges(two, [target(name) for name in names], WEEKS, options, lambda _: None)

    with pytest.raises(UsageError) as refused:
        of(EdgeOptions(), "b", "a", "b")
    assert [line[:18] for line in str(refused.value).split("\n")[1:-1]] == ["  b (models/b.sql)", "  b (models/b.sql)"]
    found, warnings = of(EdgeOptions(accepted=True), "b", "a")
    assert [each.model.name for each in found] == ["b", "a"]
    assert [each[:9] for each in warnings] == ["b (models", "a: n diff"]


class Timer:
    """Fires as soon as it starts, or never."""

    made: list[Timer]
    fires = False
    daemon = False

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.seconds, self._call = seconds, call
        self.started, self.cancelled = False, False
        self.made.append(self)

    def start(self) -> None:
        assert self.daemon, "it keeps nobody waiting"
        self.started = True
        if self.fires:
            self._call()

    def cancel(self) -> None:
        self.cancelled = True


@pytest.mark.parametrize("fires", [True, False])
def test_a_slow_or_failing_look_at_two_days_is_told(fires: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    timer = type("Mine", (Timer,), {"fires": fires, "made": []})
    monkeypatch.setattr(edges.threading, "Timer", timer)

    def fails(*_: Any) -> list[Row]:
        raise WarehouseError("no such thing")

    warehouse = Warehouse(fails)
    check = Check(warehouse)
    why = "took more than 10 s and was given up" if fires else "failed: no such thing"
    assert check.refused is None
    assert check.warnings == [f"events: only its SQL was read, because comparing two of its days {why}"]
    assert check.shape is not None
    assert warehouse.cancelled == fires
    assert [(each.seconds, each.started, each.cancelled) for each in timer.made] == [(10.0, True, True)]
    # where it is billed, it was asked for
    Check(billed(), options=BIG)
    assert not timer.made[-1].started


def test_comparing_that_fails_is_no_proof() -> None:
    def fails(*_: Any) -> list[Row]:
        raise WarehouseError("no such thing")

    assert Check(Warehouse(fails, DOUBTFUL)).refused == (
        "comparing its chunks with one run failed, so it is not known whether they give the same rows: no such thing"
    )


def test_other_sql_of_later_runs_is_what_chunks_are_compared_by() -> None:
    later = "select * /* more */, 1 as x " + FROM
    warehouse = Warehouse(later=later)
    check = Check(warehouse)
    assert check.said == [f"comparing 3 chunks of events with one run over all of them, because of {FIRST_RUN}"]
    assert check.warnings == [f"events: {FIRST_RUN}. With the rows of today, its 3 chunks give those of one run"]
    counted = [each for each in warehouse.statements if "_probed_rows_sql" in each]
    assert ["1 as x" in each for each in counted] == [True, True, True, False]
    # one chunk is run as the first and as a later one
    one = Warehouse(later=later)
    assert Check(one, WEEKS[:1]).said == [
        f"comparing 1 chunks of events with one run over all of them, because of {FIRST_RUN}"
    ]
    assert Check(Warehouse(later=later), strategy="microbatch", event_time="day").refused == FIRST_RUN
    # nor is it other SQL where only its layout is
    assert Check(Warehouse(later="select  *\n-- later\n" + FROM)).said == [BEGINS]


def test_chunks_beside_a_parent_that_is_filled_are_not_compared() -> None:
    def check(warehouse: Any, chunks: Sequence[Window] = WEEKS) -> str | None:
        try:
            check_edges(warehouse, [target("parent"), target()], chunks, EdgeOptions(), lambda _: None)
        except UsageError as error:
            return str(error).split("\n")[1].strip().removeprefix("events (models/events.sql): ")
        return None

    fill = "It reads parent, which this backfill fills: fill that first, then this model alone"
    assert check(Warehouse()) is None
    assert check(Warehouse(sql=SURE.replace("events", "parent"))) is None
    assert check(Warehouse(sql=DOUBTFUL), WEEKS[:2]) == f"{DOUBT}. {fill}"
    assert check(Warehouse(later=SURE + " and true")) == f"{FIRST_RUN}. {fill}"
    assert str(check(Warehouse(sql=DOUBTFUL))).endswith(f"{DOUBT}. {fill}")
    assert str(check(Warehouse(sql=SURE.replace("events", "parent as p join parent as q on true")))).endswith(fill)
    # its parents are looked for in the SQL of the first chunk
    first = Warehouse()
    check(first)
    assert first.compiled[0] == WEEKS[0]
    branch = Warehouse()
    branch.other_sql["2024-01-15"] = SURE + " and n > 1"
    assert "by which it was checked: `' and n > 1`" in str(check(branch))
    assert check(Warehouse(sql=DOUBTFUL), WEEKS[:1]) is None


HOUR = {"strategy": "microbatch", "batch_size": "hour"}


def test_batches_of_a_day_are_compared_with_their_chunk() -> None:
    warehouse = Warehouse()
    check = Check(warehouse, strategy="microbatch")
    assert (check.refused, check.warnings, check.said) == (None, [], [BEGINS])
    assert warehouse.counted == [*days(WEEKS[0]), str(WEEKS[0])]
    assert check.shape.window == Window("2024-01-01", "2024-01-01")
    refused = Check(Warehouse(with_totals), WEEKS[:1], strategy="microbatch").refused
    assert str(refused).startswith(
        "the 7 chunks from 2024-01-01 to 2024-01-07 return 7 rows one by one, and 7 together"
    )


def test_chunks_that_are_batches_are_what_dbt_would_run() -> None:
    chunks = [Window(day, day) for day in days(WEEKS[0])]
    sure = Warehouse(with_totals)
    assert (Check(sure, chunks, strategy="microbatch").refused, sure.read) == (None, [])
    chance = Warehouse(by_chance("n", "day"), DOUBTFUL)
    assert Check(chance, chunks, strategy="microbatch").refused == (
        "its rows differ when 2024-01-01 is read twice, so no two runs of it are the same"
    )
    assert chance.counted == ["2024-01-01"]


def test_of_many_chunks_of_batches_five_are_looked_at() -> None:
    chunks = [Window(f"2024-01-{day:02}", f"2024-01-{day + 1:02}") for day in range(1, 15, 2)]
    empty = Warehouse(lambda *_: [])
    assert Check(empty, chunks, strategy="microbatch").refused is None
    assert empty.counted == [f"2024-01-{day:02}" for day in range(1, 11)]


def test_batches_with_a_doubt_are_all_compared_with_chunks() -> None:
    warehouse = Warehouse(sql=DOUBTFUL)
    check = Check(warehouse, WEEKS[:2], strategy="microbatch")
    assert check.said == [f"comparing 14 chunks of events with one run over all of them, because of {DOUBT}"]
    assert warehouse.counted == [*days(WEEKS[0]), *days(WEEKS[1]), *map(str, WEEKS[:2])]

    def rows(window: Window, _: int) -> list[Row]:
        return with_totals(window) if window.start_date > "2024-01-07" else a_row_a_day(window)

    assert str(Check(Warehouse(rows, DOUBTFUL), WEEKS[:2], strategy="microbatch").refused).startswith(
        f"{DOUBT}; the 7 chunks from 2024-01-08 to 2024-01-14 return 7 rows one by one, and 7 together."
    )


def test_hours_are_not_compared_by_the_day() -> None:
    assert Check(Warehouse(sql=DOUBTFUL), **HOUR).refused == (
        f"its batches are of an hour, and chunks of whole days: {DOUBT}"
    )
    assert Check(Warehouse(sql=DOUBTFUL), WEEKS[:1], **HOUR).refused is not None
    single = [Window("2024-01-01", "2024-01-01")]
    assert Check(Warehouse(sql=DOUBTFUL), single, **HOUR).refused is not None
    assert Check(Warehouse(), single, **HOUR).said == []
    by_day = SURE.replace("select *", "select day, count(*) as n") + " group by day"
    assert Check(Warehouse(sql=by_day), strategy="microbatch").said == [BEGINS]


def test_sql_of_other_windows_is_looked_at_before() -> None:
    warehouse = Warehouse()
    warehouse.other_sql["2024-01-15"] = SURE + " and n > 1"
    check = Check(warehouse)
    assert "its SQL for 2024-01-15 to 2024-01-21 is other SQL than for 2024-01-01 to 2024-01-07" in check.said[0]
    assert check.refused is None
    assert check.shape is None


@pytest.mark.parametrize(("number", "looked_at"), [(39, 39), (40, 21), (79, 40), (120, 31)])
def test_of_many_windows_some_forty_are_looked_at(number: int, looked_at: int) -> None:
    first = dt.date(2024, 1, 1)
    chunks = [Window(*[(first + dt.timedelta(days=each)).isoformat()] * 2) for each in range(number)]
    warehouse = billed()
    assert Check(warehouse, chunks).refused is None
    found = set(map(str, warehouse.compiled)) - {f"{chunks[0].start_date} to {chunks[-1].end_date}"}
    assert {str(chunks[0]), str(chunks[-1])} <= found
    # the second is read beside the first
    assert len(found - {str(chunks[1])}) + (number == 39) == looked_at


def test_sql_that_cannot_be_read_is_a_doubt() -> None:
    check = Check(Warehouse(sql="select ( " + FROM))
    assert check.said[0].startswith(
        "comparing 3 chunks of events with one run over all of them, because of its SQL could not be read: "
    )
    assert check.refused is None


BY_MOMENT = (
    "select cast(at as date) as day, count(*) as n from events where at >= timestamptz '{first} 00:00:00+00' "
    "and at < timestamptz '{after} 00:00:00+00' group by cast(at as date)"
)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Etc/UCT", "UCT", "GMT", "Etc/GMT", "Z", "Zulu"])
def test_days_of_moments_are_those_of_utc_where_the_session_has_it(zone: str) -> None:
    warehouse = Warehouse(sql=BY_MOMENT)
    warehouse.zone = zone
    assert Check(warehouse).said == [BEGINS]
    assert warehouse.asked_zone == 1


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Etc/GMT+1"])
def test_days_of_moments_are_others_where_the_session_has_another_zone(zone: str) -> None:
    warehouse = Warehouse(sql=BY_MOMENT)
    warehouse.zone = zone
    assert Check(warehouse).said[0].startswith("comparing 3 chunks of events with one run")


def test_the_zone_of_the_session_is_asked_where_it_decides() -> None:
    for sql in (SURE, DOUBTFUL):
        warehouse = Warehouse(sql=sql)
        Check(warehouse)
        assert warehouse.asked_zone == 0
