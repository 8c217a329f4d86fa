"""Chunks tile a range exactly, whatever the range and the chunk."""

from __future__ import annotations

import calendar
import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONE_DAY = dt.timedelta(days=1)
UNITS = ("day", "week", "month", "quarter", "year")
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def chunks(macro, start, end, chunk):
    """The chunks as pairs of dates."""
    found = macro.render("backfill_chunks", start_date=str(start), end_date=str(end), chunk=chunk).value
    return [(dt.date.fromisoformat(each["start_date"]), dt.date.fromisoformat(each["end_date"])) for each in found]


def period(day: dt.date, unit: str) -> object:
    """What days of the same calendar unit have in common."""
    return {
        "day": day,
        "week": day - ONE_DAY * day.weekday(),
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month - 1) // 3),
        "year": day.year,
    }[unit]


@quick
@given(
    start=st.dates(dt.date(1, 1, 1), dt.date(9998, 12, 31)),
    days=st.integers(0, 4000),
    number=st.integers(1, 40),
    unit=st.sampled_from(UNITS),
)
def test_chunks_tile_the_range_without_gap_or_overlap_and_stay_inside(macro, start, days, number, unit):
    end = min(start.toordinal() + days, dt.date(9998, 12, 31).toordinal())
    end = dt.date.fromordinal(end)
    found = chunks(macro, start, end, f"{number} {unit}s")
    assert found[0][0] == start
    assert found[-1][1] == end
    assert all(first <= last for first, last in found)
    assert all(before[1] + ONE_DAY == after[0] for before, after in pairwise(found))


@quick
@given(start=st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), days=st.integers(0, 1500), unit=st.sampled_from(UNITS))
def test_a_chunk_is_a_whole_calendar_unit_except_at_the_ends_of_the_range(macro, start, days, unit):
    found = chunks(macro, start, start + ONE_DAY * days, unit)
    for first, last in found:
        assert period(first, unit) == period(last, unit)
    for (_, last), (first, _) in pairwise(found):
        assert period(last, unit) != period(first, unit)


@quick
@given(
    start=st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)),
    days=st.integers(0, 3000),
    number=st.integers(1, 12),
    unit=st.sampled_from(UNITS),
)
def test_n_units_are_as_long_as_n_units_except_at_the_ends_of_the_range(macro, start, days, number, unit):
    for first, last in chunks(macro, start, start + ONE_DAY * days, f"{number} {unit}")[1:-1]:
        months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
        if months is None:
            assert (last - first).days + 1 == number * (7 if unit == "week" else 1)
        else:
            after = last + ONE_DAY
            assert first.day == after.day == 1
            assert (after.year - first.year) * 12 + after.month - first.month == number * months


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024])
def test_months_end_on_their_last_day_in_leap_years_too(macro, year):
    found = chunks(macro, f"{year}-01-01", f"{year}-12-31", "month")
    assert [last.day for _, last in found] == [calendar.monthrange(year, month)[1] for month in range(1, 13)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("day", ["2024-02-29", "2023-12-31", "0001-01-01", "9998-12-31"])
def test_a_range_of_one_day_is_one_chunk(macro, unit, day):
    assert chunks(macro, day, day, unit) == [(dt.date.fromisoformat(day), dt.date.fromisoformat(day))]


def test_a_hundred_years_of_days_are_that_many_chunks(macro):
    found = chunks(macro, "1924-01-01", "2023-12-31", "day")
    assert len(found) == 36525
    assert all(first == last for first, last in found)


def test_weeks_run_from_monday_to_sunday_and_are_clipped(macro):
    found = macro.render("backfill_chunks", start_date="2024-01-03", end_date="2024-01-15", chunk="week").value
    assert [tuple(each.values()) for each in found] == [
        ("2024-01-03", "2024-01-07"),
        ("2024-01-08", "2024-01-14"),
        ("2024-01-15", "2024-01-15"),
    ]


def test_days_that_yaml_read_as_dates_are_taken(macro):
    day = dt.date(2024, 1, 31)
    assert macro.render("backfill_chunks", start_date=day, end_date=day, chunk="day").value == [
        {"start_date": "2024-01-31", "end_date": "2024-01-31"}
    ]


@pytest.mark.parametrize("chunk", ["hour", "", "0 day", "-1 day", "1.5 day", "day 5", "5 5 day", None, 7, "5day"])
def test_a_chunk_that_is_none_is_refused_with_what_is_allowed(macro, chunk):
    with macro.raises("is not known. Allowed: day, week, month, quarter, year, or a number of them"):
        chunks(macro, "2024-01-01", "2024-01-31", chunk)


def test_more_chunks_than_anyone_wants_are_refused(macro):
    with macro.raises("makes 3651694 chunks; 100000 is the most. Use a larger chunk"):
        chunks(macro, "0001-01-01", "9998-12-31", "day")


@pytest.mark.parametrize("chunk", ["2 weeks", " 2 Weeks ", "2 WEEK", "2  week"])
def test_a_chunk_may_be_written_in_any_case_with_an_s_and_with_spaces(macro, chunk):
    found = chunks(macro, "2024-01-01", "2024-01-31", chunk)
    assert [first.day for first, _ in found] == [1, 15, 29]


@pytest.mark.parametrize("chunk", ["days", "Day", "1 day", "1 days"])
def test_one_unit_needs_no_number(macro, chunk):
    assert len(chunks(macro, "2024-01-01", "2024-01-31", chunk)) == 31


@pytest.mark.parametrize("chunk", ["dayss", "s", "1 2", "daily", "mont", "٣x day"])
def test_what_only_looks_like_a_unit_is_refused(macro, chunk):
    with macro.raises(f"chunk '{chunk}' is not known"):
        chunks(macro, "2024-01-01", "2024-01-31", chunk)


def test_100000_chunks_are_the_most(macro):
    first = dt.date(1800, 1, 1)
    assert len(chunks(macro, first, first + ONE_DAY * 99_999, "day")) == 100_000
    with macro.raises("makes 100001 chunks; 100000 is the most"):
        chunks(macro, first, first + ONE_DAY * 100_000, "day")


@pytest.mark.parametrize("chunk", ["7 months", "5 quarters", "40 years", "9000 years", "40 weeks", "100000 days"])
def test_the_last_chunk_may_reach_beyond_the_calendar(macro, chunk):
    found = chunks(macro, "9989-05-17", "9998-12-31", chunk)
    assert found[0][0] == dt.date(9989, 5, 17)
    assert found[-1][1] == dt.date(9998, 12, 31)
    assert all(before[1] + ONE_DAY == after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("start", "chunk", "first_end"),
    [
        ("2024-02-29", "quarter", "2024-03-31"),
        ("2024-05-17", "2 quarters", "2024-09-30"),
        ("2024-05-17", "2 years", "2025-12-31"),
        ("2024-05-17", "5 months", "2024-09-30"),
        ("2024-01-03", "2 weeks", "2024-01-14"),
        ("2024-01-03", "5 days", "2024-01-07"),
    ],
)
def test_several_units_begin_with_the_unit_of_the_first_day(macro, start, chunk, first_end):
    assert str(chunks(macro, start, "2030-12-31", chunk)[0][1]) == first_end
