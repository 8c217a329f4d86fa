"""Values at the ends of their types, and texts that break tables: compared rightly, or refused by name."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb")

ODD_DAYS = ["9999-12-31", "10000-01-01", "infinity", "-infinity", "0044-03-15 (BC)", "290000-01-01", "0001-01-01"]
TIMES = ["timestamp '{}'", "date '{}'", "timestamptz '{} 00:00:00+00'"]


@pytest.fixture
def compared(macro, made):
    def compare(old, new, **arguments):
        return macro("compare_rows", *map(made, (old, new)), **{"key": "id", **arguments}).value

    return compare


@pytest.mark.parametrize("day", ODD_DAYS)
@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize("between", [2, 40, 150_000])
def test_days_outside_of_the_calendar_are_days_too(compared, day, kind, between):
    rows = "select i as id, cast({} as {}) as d, {} as v from range(1, {}) as r(i)"
    days = f"case when i = 1 then '{day}'::date else date '2024-01-01' + cast(i as integer) end"
    old = rows.format(days, kind, 1, between if between < 1000 else 40)
    if between > 1000:
        old += f" union all select 900, date '2024-01-01' + {between}, 1"
    new = old.replace(f"{1} as v", "case when i = 1 then 2 else 1 end as v")
    assert compared(old, old, by="d")["same"]
    found = compared(old, new, by="d")
    assert (found["differing"], found["same"]) == (1, False)
    missing = compared(old, f"select * from ({old}) where id > 1", by="d")
    assert (missing["only_in_old"], len(missing["only_old_partitions"])) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'nan'::double", "5"), ("5", "'nan'::double"), ("'inf'::double", "7"), ("'-inf'::double", "'inf'::double"), ("'inf'::double", "'-inf'::double"),
        ("'nan'::double", "'inf'::double"), ("null::double", "0"), ("'nan'::float", "null"),
        ("99999999999999999999999999999999999999::decimal(38, 0)", "-99999999999999999999999999999999999999::decimal(38, 0)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tolerance", [{"relative": 0.5}, {"absolute": 1000}, {"absolute": 1000, "relative": 0.9}, 0])
def test_what_is_no_number_lies_within_no_tolerance(macro, compared, made, old, new, tolerance):
    sides = [f"select 1 as id, {value} as v" for value in (old, new)]
    found = compared(*sides, tolerance=tolerance)
    assert (found["same"], found["columns"]) == (False, {"v": 1})
    rows = macro("compare_aggregates", *map(made, sides), metrics={"v": "max(v)"}, tolerance=tolerance).rows
    assert [row[-1] for row in rows] == ["differs"]


@pytest.mark.parametrize("value", ["'nan'::double", "'inf'::double", "null::double", "'-inf'::float"])
def test_what_is_no_number_is_the_same_as_itself(compared, value):
    sides = [f"select 1 as id, {value} as v"] * 2
    assert compared(*sides, tolerance={"relative": 0.5, "absolute": 1})["same"]


def test_whole_numbers_of_any_size_have_a_tolerance(compared):
    for one, other, same in [
        (f"{2**128 - 1}::uhugeint", "0::uhugeint", False),
        (f"{2**128 - 1}::uhugeint", f"{2**128 - 2}::uhugeint", True),
        (f"{2**127 - 1}::hugeint", f"(-{2**127 - 1})::hugeint", False),
        (f"{2**63 - 1}::bigint", f"(-{2**63 - 1})::bigint", False),
        ("0::utinyint", "1::utinyint", True),
        ("0::bigint", "-1::bigint", True),
    ]:
        found = compared(f"select 1 as id, {one} as v", f"select 1 as id, {other} as v", tolerance={"v": 1}, by="id")
        assert found["same"] == same, one
        assert found["within_tolerance"] == int(same)


def test_a_moment_with_nanoseconds_beside_one_of_the_year_9999(compared):
    old = "select 1 as id, timestamp_ns '2024-01-01 00:00:00' as v union all select 2, timestamp_ns '2024-01-02 00:00:00.000000001'"
    new = "select 1 as id, timestamp '2024-01-01' as v union all select 2, timestamp '9999-12-31 00:00:00'"
    assert compared(old, new)["columns"] == {"v": 1}
    same = "select 1 as id, date '2024-01-01' as v union all select 2, date '2024-01-02'"
    assert compared(old, same)["columns"] == {"v": 1}
    assert compared(old, old.replace("timestamp_ns", "timestamptz").replace("00:00'", "00:00+00'"))["columns"] == {
        "v": 1
    }


def test_long_texts_are_shown(macro, made):
    sides = [f"select i as id, repeat('{letter}', 60000) as v from range(12) as r(i)" for letter in "xy"]
    result = macro("compare_rows", *map(made, sides), key="id")
    assert result.value["differing"] == 12
    assert len(result.value["sample"]) == 10


@pytest.mark.parametrize("where", ["v > 0 -- all of them", "v > 0 /* all */", "v > 0 --", "(v > 0)"])
def test_a_condition_may_end_in_a_comment(macro, made, where):
    old, new = (made(f"select 1 as id, date '2024-01-01' as d, {value} as v") for value in (1, 2))
    assert macro("compare_rows", old, new, key="id", where=where, by="d", since="2024-01-01").value["differing"] == 1
    assert macro("compare_rows", old, new, where=where).value["only_in_old"] == 1
    assert macro("compare_row_counts", old, new, by="d", where=where).rows[0][-1] == "same"
    assert macro("compare_aggregates", old, new, metrics="sum(v)", where=where).rows[0][-1] == "differs"
    assert macro("find_duplicates", old, key="id", where=where).value["row_count"] == 1
    assert len(macro("find_duplicates_sql", old, key="v", where=where).rows) == 0
    assert macro("null_rates", old, where=where).rows[0][1] == 1
    assert macro("validate_table", old, new, key="id", where=where, source_where=where).rows
    assert macro("missing_dates", old, "d", where=where, start_date="2024-01-01", end_date="2024-01-02").rows
    assert macro("row_counts_by_day", old, "d", where=where, start_date="2024-01-01", end_date="2024-01-02").rows


def test_floats_are_printed_with_the_digits_that_differ(macro, made):
    old, new = (made(f"select {value}::double as v") for value in ("1.00001", "1.00002"))
    printed = macro("compare_aggregates", old, new, metrics="sum(v)").printed
    assert "1.00001" in printed
    assert "1.00002" in printed
    assert "warning" not in printed


def test_sums_of_floats_that_differ_in_their_last_digits_are_told(macro, made):
    values = "(values (0.1), (0.2), (0.3), (1e9)) as t(v)"
    old, new = (made(f"select v::double + {more} as v from {values}") for more in ("0", "1e-7"))
    said = "sum_v differ by less than a billionth of their size in some groups"
    assert said in macro("compare_aggregates", old, new, metrics="sum(v)").printed
    with macro.raises(said):
        macro("compare_aggregates", old, new, metrics="sum(v)", fail=True)
    rows = macro("compare_aggregates", old, new, metrics="sum(v)", tolerance={"sum_v": {"relative": 0.000000001}}).rows
    assert rows == []


def test_infinity_in_a_printed_table(macro, made):
    old, new = (made(f"select {value}::double as v") for value in ("'inf'", "'-inf'"))
    printed = macro("compare_aggregates", old, new, metrics={"v": "max(v)"}, only_differences=False).printed
    assert "inf" in printed.lower()


def test_tolerances_name_columns_whatever_their_case(macro, made):
    sides = [made(f'select 1 as id, {value} as "Amt"') for value in ("1.00", "1.01")]
    assert macro("compare_rows", *sides, key="ID", tolerance={"AMT": 0.02}).value["same"]
    with macro.raises("tolerance names 'amount', which is no column that is compared. There is: Amt"):
        macro("compare_rows", *sides, key="id", tolerance={"amount": 0.02})


EXACT_AND_FLOATS = [
    # an exact number and a float, and whether the float is this number
    ("5::integer", "5.0", True),
    ("5::integer", "5.5", False),
    ("0::integer", "'-0.0'", True),
    ("9007199254740992::bigint", "9007199254740992", True),
    ("9007199254740993::bigint", "9007199254740992", False),
    ("-9007199254740993::bigint", "-9007199254740992", False),
    ("9223372036854775807::bigint", "9223372036854775808", False),
    ("9223372036854775808::hugeint", "9223372036854775808", True),
    ("9223372036854776000::hugeint", "9223372036854775808", False),
    ("18446744073709551615::ubigint", "18446744073709551616", False),
    ("170141183460469231731687303715884105727::hugeint", "1.7014118346046923e38", False),
    ("0.1::decimal(3, 2)", "0.1", True),
    ("0.1::decimal(38, 20)", "0.1", True),
    ("0.1::decimal(38, 37)", "0.1", True),
    ("0.10000000000000000001::decimal(38, 20)", "0.1", False),
    ("9007199254740993.0000000001::decimal(38, 10)", "9007199254740993", False),
    ("1234567890123456800.0::decimal(38, 1)", "1234567890123456768", False),
    ("1::integer", "'nan'", False),
    ("1::integer", "'inf'", False),
    ("null::integer", "'nan'", False),
]


@pytest.mark.parametrize(("exact", "value", "same"), EXACT_AND_FLOATS)
def test_an_exact_number_is_equal_to_a_float_that_is_this_number(macro, made, exact, value, same):
    sides = [made(f"select 1 as id, {exact} as v"), made(f"select 1 as id, cast({value} as double) as v")]
    for old, new in (sides, sides[::-1]):
        for arguments in ({"key": "id"}, {}, {"key": "id", "by": "id"}, {"key": "v"}):
            if arguments != {"key": "v"} or not exact.startswith("null"):
                assert macro("compare_rows", old, new, **arguments).value["same"] is same, arguments
        assert (len(macro("compare_rows_sql", old, new, key="id").rows) == 0) is same


def test_with_a_tolerance_an_exact_number_and_a_float_are_compared_as_floats(macro, made):
    old, new = (
        made("select 1 as id, 9007199254740993::bigint as v"),
        made("select 1 as id, 9007199254740992::double as v"),
    )
    for tolerance, same in ((0, False), ({"v": 0}, False), ({"v": 1}, True), (1, True), (None, False)):
        assert macro("compare_rows", old, new, key="id", tolerance=tolerance).value["same"] is same
    far = made("select 1 as id, 9007199254741992::double as v")
    assert not macro("compare_rows", old, far, key="id", tolerance=500).value["same"]


def test_how_far_an_exact_number_lies_from_a_float_is_told(macro, made):
    old, new = made("select 1 as id, 5 as v"), made("select 1 as id, 7.5::double as v")
    found = macro("compare_rows", old, new, key="id").value
    assert found["by_column"]["v"]["greatest_distance"] == "2.5"
