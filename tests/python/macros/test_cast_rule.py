"""Which texts become which values, and which come back otherwise: one rule, on DuckDB, on the emulator, by GoogleSQL's reference implementation."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from macros.reference import evaluated

D, T, N = dt.date, dt.datetime, Decimal
UTC = dt.timezone.utc
FAILS = None

# text: its value, and whether it comes back otherwise
INTEGER = {
    "7": (7, False), "0": (0, False), "-12": (-12, False), "007": (7, True), "+7": (7, True), "-0": (0, True),
    "9223372036854775807": (2**63 - 1, False), "-9223372036854775808": (-(2**63), False), "000000000000000000000000000000000000000012": (12, True),
    "9223372036854775808": FAILS, "1.5": FAILS, "1.0": FAILS, "1e3": FAILS, " 7": FAILS, "7 ": FAILS, "7\n": FAILS, "": FAILS, "-": FAILS,
    "0x1F": FAILS, "1_000": FAILS, "1,000": FAILS, "abc": FAILS, "NaN": FAILS, "٣": FAILS, "--7": FAILS, "true": FAILS, "NULL": FAILS,
}  # fmt: skip
NUMERIC = {
    "1.5": (N("1.5"), False), "0.25": (N("0.25"), False), "-3": (N(-3), False), "0": (N(0), False), "1.50": (N("1.5"), True), "007": (N(7), True),
    ".5": (N("0.5"), True), "5.": (N(5), True), "+1": (N(1), True), "1e3": (N(1000), True), "1.5E+2": (N(150), True), "-0.0": (N(0), True),
    "1.005": (N("1.01"), True), "-1.005": (N("-1.01"), True), f"1.004{'9' * 35}": (N("1.0"), True), f"1.004{'9' * 36}": FAILS,
    "99999999.994": (N("99999999.99"), True), "99999999.995": FAILS, "100000000": FAILS, "-100000000": FAILS, "1e8": FAILS, "1e400": FAILS,
    "15e-1": FAILS, "0.08e9": FAILS, "1e": FAILS, "1,5": FAILS, "1 000": FAILS, "NaN": FAILS, "inf": FAILS, "": FAILS, ".": FAILS, "$5": FAILS,
}  # fmt: skip
WIDE = {
    "12345678901234567890123456789.123456789": (N("12345678901234567890123456789.123456789"), False), "0.0000000005": (N("1E-9"), True),
    "0.00000000049": (N(0), True), "999999999999999999999999999999": FAILS, "1e28": (N(10) ** 28, True), "1e29": FAILS, "1e-9": FAILS,
}  # fmt: skip
FLOAT = {
    "1": (1.0, False), "1.5": (1.5, False), "-0.25": (-0.25, False), "0.1": (0.1, False), "0.30000000000000004": (0.1 + 0.2, False),
    "0.1234567890123456": (0.1234567890123456, False), "1e-07": (1e-7, False), "1.5e+20": (1.5e20, False), "123456789012345": (123456789012345.0, False),
    "1.50": (1.5, True), "1e3": (1000.0, True), "1E3": (1000.0, True), "007": (7.0, True), "1.0": (1.0, True), ".5": (0.5, True), "5.": (5.0, True),
    "9007199254740993": (9007199254740992.0, True), "0.1234567890123456789": (0.1234567890123456789, True), "1e-400": (0.0, True),
    "1e-320": (1e-320, True), "NaN": (math.nan, False), "nan": (math.nan, False), "inf": (math.inf, False), "-inf": (-math.inf, False),
    "Infinity": (math.inf, True), "+inf": (math.inf, True), "1.7976931348623157e+308": (1.7976931348623157e308, False),
    "1e999": FAILS, "-1e999": FAILS, "1.7976931348623159e308": FAILS, "1,5": FAILS, "0x1F": FAILS, "1_000": FAILS, "": FAILS, " 1": FAILS, "1f": FAILS,
}  # fmt: skip
BOOLEAN = {
    "true": (True, False), "false": (False, False), "TRUE": (True, True), "False": (False, True),
    "t": FAILS, "f": FAILS, "yes": FAILS, "no": FAILS, "y": FAILS, "on": FAILS, "1": FAILS, "0": FAILS, "": FAILS, " true": FAILS,
}  # fmt: skip
DATE = {
    "2024-01-05": (D(2024, 1, 5), False), "0001-01-01": (D(1, 1, 1), False), "9999-12-31": (D(9999, 12, 31), False), "2024-02-29": (D(2024, 2, 29), False),
    "2024-1-5": (D(2024, 1, 5), True), "2024-01-5": (D(2024, 1, 5), True), "2023-02-29": FAILS, "2024-13-01": FAILS, "2024-00-01": FAILS,
    "0000-01-01": FAILS, "10000-01-01": FAILS, "24-01-05": FAILS, "-2024-01-05": FAILS, "2024/01/05": FAILS, "05.01.2024": FAILS, "20240105": FAILS,
    "2024-01-05 00:00:00": FAILS, "2024-01-05T00:00:00Z": FAILS, "2024-01-05 (BC)": FAILS, "today": FAILS, "infinity": FAILS, "epoch": FAILS, "": FAILS,
}  # fmt: skip
DATETIME = {
    "2024-01-05 10:00:00": (T(2024, 1, 5, 10), False), "2024-01-05T10:00:00.123456": (T(2024, 1, 5, 10, 0, 0, 123456), False),
    "2024-01-05": (T(2024, 1, 5), True), "2024-1-5 9:0:0": (T(2024, 1, 5, 9), True),
    "9999-12-31 23:59:59.999999": (T(9999, 12, 31, 23, 59, 59, 999999), False),
    "2024-01-05 10:00": FAILS, "2024-01-05 24:00:00": FAILS, "2024-01-05 10:00:60": FAILS, "2024-01-05 10:00:00.1234567": FAILS, "2024-02-30 10:00:00": FAILS,
    "2024-01-05 10:00:00Z": FAILS, "2024-01-05 10:00:00+02": FAILS, "2024-01-05 10:00:00 UTC": FAILS, "10:00:00": FAILS, "now": FAILS,
}  # fmt: skip
TIMESTAMP = {
    **{text: found for text, found in DATETIME.items() if not re.search(r"\d(Z|[+]02| UTC)$", text)},
    "2024-01-05 10:00:00Z": (T(2024, 1, 5, 10), False), "2024-01-05 10:00:00 UTC": (T(2024, 1, 5, 10), False),
    "2024-01-05T10:00:00+00": (T(2024, 1, 5, 10), False),
    "2024-01-05 10:00:00+00:00": (T(2024, 1, 5, 10), False), "2024-01-05 10:00:00+02": (T(2024, 1, 5, 8), True),
    "2024-01-05 10:00:00.5-02:30": (T(2024, 1, 5, 12, 30, 0, 500000), True),
    "2024-1-5 0:0:0+14:00": (T(2024, 1, 4, 10), True), "9999-12-31 23:59:59-01": FAILS, "0001-01-01 00:00:00+01:00": FAILS,
    "2024-01-05 10:00:00+14:30": FAILS,
    "2024-01-05 10:00:00+2": FAILS, "2024-01-05 10:00:00 +02": FAILS, "2024-01-05 10:00:00UTC": FAILS,
    "2024-01-05 10:00:00 Europe/Berlin": FAILS, "2024-01-05+02": FAILS,
}  # fmt: skip
TEXTS = {
    "integer": INTEGER, "int64": INTEGER, "numeric(10, 2)": NUMERIC, "numeric": WIDE, "float": FLOAT, "boolean": BOOLEAN, "date": DATE,
    "datetime": DATETIME, "timestamp": TIMESTAMP, "timestamptz": TIMESTAMP,
}  # fmt: skip
ONLY_ON_BIGQUERY = {
    "bignumeric": {"0.5": (N("0.5"), False), "1.50": (N("1.5"), True), "1e-38": (N("1e-38"), True), f"0.{'1' * 39}": (N(f"0.{'1' * 38}"), True),
                   "1e39": FAILS, "0x1F": FAILS},
}  # fmt: skip
FORMATS = {
    ("date", "%d/%m/%Y"): {
        "05/01/2024": (D(2024, 1, 5), False), "5/1/2024": (D(2024, 1, 5), True), "30/02/2024": FAILS, "05/13/2024": FAILS,
        "5/1/24": FAILS, "05/01/2024 ": FAILS,
        "2024-01-05": FAILS, "05-01-2024": FAILS, "05/01/0000": FAILS, "": FAILS,
    },
    ("date", "%Y%m%d"): {"20240105": (D(2024, 1, 5), False), "2024105": FAILS, "20240230": FAILS, "202401050": FAILS, "2024-01-05": FAILS},
    ("date", "%d.%m.%y"): {"05.01.68": (D(2068, 1, 5), False), "05.01.69": (D(1969, 1, 5), False), "05a01a24": FAILS, "05.01.2024": FAILS},
    ("date", "%d %b %Y"): {
        "05 Jan 2024": (D(2024, 1, 5), False), "5 JAN 2024": (D(2024, 1, 5), True), "5 January 2024": FAILS, "5 Foo 2024": FAILS, "5  Jan 2024": FAILS,
    },
    ("date", "%B %d, %Y"): {"January 05, 2024": (D(2024, 1, 5), False), "january 5, 2024": (D(2024, 1, 5), True), "Jan 5, 2024": FAILS},
    ("datetime", "%d.%m.%Y %H:%M"): {
        "05.01.2024 09:30": (T(2024, 1, 5, 9, 30), False), "5.1.2024 9:30": (T(2024, 1, 5, 9, 30), True), "5.1.2024 24:00": FAILS, "05.01.2024": FAILS,
    },
    ("timestamp", "%m/%d/%Y %I:%M:%S %p"): {
        "01/05/2024 01:02:03 PM": (T(2024, 1, 5, 13, 2, 3), False), "1/5/2024 12:02:03 am": (T(2024, 1, 5, 0, 2, 3), True), "1/5/2024 13:02:03 PM": FAILS,
    },
    ("timestamp", "%Y-%m-%dT%H:%M:%S.%f%z"): {
        "2024-01-05T10:00:00.5+0000": (T(2024, 1, 5, 10, 0, 0, 500000), False), "2024-01-05T10:00:00.000001-0230": (T(2024, 1, 5, 12, 30, 0, 1), True),
        "2024-01-05T10:00:00.5+02:00": FAILS, "2024-01-05T10:00:00.5Z": FAILS, "2024-01-05T10:00:00+0000": FAILS, "9999-12-31T23:59:59.0-0100": FAILS,
        "2024-01-05T10:00:00.1234567+0000": FAILS,
    },
    ("timestamp", "%d/%m/%Y"): {"05/01/2024": (T(2024, 1, 5), False)},
}  # fmt: skip


def cast_sql(macro: Any, to: str, source: str, **options: Any) -> str:
    """A query of the texts, in order, the value of each and whether it comes back otherwise."""
    rule = macro("_cast_rule", to=to, **options).value
    value = macro("_prepared", expression="text", rule=rule).text
    typed = macro("_cast_value", value=value, rule=rule).text
    lossy = f"not {macro('_comes_back', value=value, typed='typed', rule=rule).text}"
    inside = f"select place, text, {typed} as typed from {source}"
    return f"select text, typed, case when typed is not null then {lossy} end as lossy from ({inside}) order by place"


def found_in(macro: Any, table: Any, to: str, texts: list[str], **options: Any) -> list[Any]:
    source = table({"place": list(range(len(texts))), "text": texts}, {"text": "string"})
    return [outcome(row[1], row[2]) for row in macro.query(cast_sql(macro, to, f"{source}", **options))]


def outcome(value: Any, lossy: Any) -> Any:
    if value is None:
        return FAILS
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return ("nan" if isinstance(value, float) and math.isnan(value) else value, lossy)


def expected(texts: dict[str, Any]) -> list[Any]:
    return [found if found is FAILS else outcome(*found) for found in texts.values()]


def agree(texts: Iterable[str], found: list[Any], said: list[Any]) -> None:
    """What differs is shown as text: (what was found, what the rule says)."""
    assert {text: each for text, *each in zip(texts, found, said, strict=True) if each[0] != each[1]} == {}


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("to", TEXTS)
def test_a_text_is_cast_or_fails_on_duckdb(macro, table, to):
    texts = TEXTS[to]
    agree(texts, found_in(macro, table, to, list(texts)), expected(texts))


def by_reference(macro: Any, googlesql: Any, to: str, texts: list[str], **options: Any) -> list[Any]:
    literals = macro("_string_literals", texts=texts).value
    rows = ", ".join(f"struct({place} as place, {literal} as text)" for place, literal in enumerate(literals))
    sql = cast_sql(macro, to, f"unnest([{rows}])", **options)
    kind = macro("_cast_type", data_type=to).value["kind"]
    found = evaluated(googlesql, f"select cast(typed as string), cast(lossy as string) from ({sql})")
    return [outcome(None if value is None else READ[kind](value), lossy == "true") for value, lossy in found]


def instant(text: str) -> dt.datetime:
    whole, _, fraction = text.removesuffix("+00").partition(".")
    return T.fromisoformat(whole).replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]))


READ = {
    "integer": int, "numeric": N, "bignumeric": N, "float": float, "boolean": lambda text: text == "true", "date": D.fromisoformat, "datetime": instant,
    "timestamp": instant, "timestamptz": instant,
}  # fmt: skip


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("to", [*TEXTS, *ONLY_ON_BIGQUERY])
def test_googlesqls_reference_implementation_says_the_same_of_a_text(macro, googlesql, to):
    texts = {**TEXTS, **ONLY_ON_BIGQUERY}[to]
    found = by_reference(macro, googlesql, to, list(texts))
    agree(texts, found, expected(texts))


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(("to", "written"), FORMATS)
def test_a_text_of_another_notation_is_read_by_its_format(macro, table, to, written):
    texts = FORMATS[to, written]
    found = found_in(macro, table, to, list(texts), format=written)
    agree(texts, found, expected(texts))


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(("to", "written"), FORMATS)
def test_googlesqls_reference_implementation_reads_formats_the_same_way(macro, googlesql, to, written):
    texts = FORMATS[to, written]
    found = by_reference(macro, googlesql, to, list(texts), format=written)
    agree(texts, found, expected(texts))


# instants outside of the years 1 to 9999 end in an error of the emulator's server, and its BIGNUMERIC has few digits
NOT_ON_THE_EMULATOR = {"9999-12-31 23:59:59-01", "0001-01-01 00:00:00+01:00", f"1.004{'9' * 35}"}
ON_THE_EMULATOR = [
    pytest.param(to, marks=[pytest.mark.emulator_differs("numeric_has_three_digits")] if to == "numeric" else [], id=to)
    for to in TEXTS
]


@pytest.mark.targets("emulator")
@pytest.mark.parametrize("to", ON_THE_EMULATOR)
def test_a_text_is_cast_or_fails_on_the_emulator(macro, table, to):
    texts = {text: found for text, found in TEXTS[to].items() if text not in NOT_ON_THE_EMULATOR}
    found = found_in(macro, table, to, list(texts))
    agree(texts, found, expected(texts))


def many(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=60, max_size=120, unique=True)


def scrambled(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=6).map("".join)


def in_order(*pieces: list[str]) -> st.SearchStrategy[str]:
    return st.tuples(*map(st.sampled_from, pieces)).map("".join)


DIGITS = ["", "0", "1", "7", "12", "00", "0012", "99999999", "5", "004", "995", "9" * 19, "9" * 30]
numbers = many(
    scrambled("0", "1", "12", "-", "+", ".", "e", " ", ",", "_", "x")
    | in_order(["", "-", "+"], DIGITS, ["", "."], DIGITS, ["", "", "e", "E", "e+", "e-"], ["", "0", "3", "08", "400"])
)
days = many(
    scrambled("2024", "1", "12", "-", "-", "-", "/", " ", "0", "T", "00:00:00")
    | in_order(
        ["2024", "2023", "0001", "0000", "9999", "24"],
        ["-"],
        ["1", "02", "12", "13"],
        ["-"],
        ["1", "05", "29", "31", "00"],
    )
)
times = many(
    in_order(
        ["2024-02-29", "2023-02-29", "2024-2-9", "0001-01-01", "9999-12-31", "10000-01-01"],
        ["", " ", "T", "t"],
        ["", "00:00:00", "23:59:59.999999", "1:2:3", "24:00:00", "12:60:00", "12:00", "12:00:00.1234567"],
        ["", "Z", "z", " UTC", "+00", "+02", "-02:30", "+14:00", "+15", "+0200", " +02"],
    )
)


def said_of_integer(text: str) -> Any:
    if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**63) <= int(text) < 2**63:
        return FAILS
    return int(text), str(int(text)) != text


def said_of_numeric(text: str, precision: int = 10, scale: int = 2) -> Any:
    room = precision - scale
    plain = re.fullmatch(r"[+-]?(\d+\.?\d{0,38}|\.\d{1,38})", text)
    if not plain and not re.fullmatch(rf"[+-]?[1-9]\d{{0,{room - 1}}}(\.\d{{0,{scale}}})?[eE]\+?\d+", text):
        return FAILS
    with localcontext() as context:
        context.prec = 2000
        if len(text.lower().partition("e")[2]) > 3:
            return FAILS
        value = N(text).quantize(N(1).scaleb(-scale), rounding=ROUND_HALF_UP)
        back = f"{value.normalize() if value else N(0):f}"
    return FAILS if abs(value) >= 10**room else (value, back != text)


def said_of_date(text: str) -> Any:
    found = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text)
    try:
        return found and (D(*map(int, found.groups())), D(*map(int, found.groups())).isoformat() != text)
    except ValueError:
        return FAILS


def said_of_timestamp(text: str) -> Any:
    found = re.fullmatch(
        r"(\d{4}-\d\d?-\d\d?)(?:[ T](\d\d?):(\d\d?):(\d\d?)(?:\.(\d{1,6}))?(Z| UTC|([+-])(\d\d)(?::(\d\d))?)?)?", text
    )
    day = found and said_of_date(found[1])
    if not found or not day:
        return FAILS
    hour, minute, second, micro = (
        int(each or 0) for each in (found[2], found[3], found[4], (found[5] or "").ljust(6, "0"))
    )
    offset = dt.timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0)) * (-1 if found[7] == "-" else 1)
    try:
        value = T.combine(day[0], dt.time(hour, minute, second, micro)) - offset
    except (ValueError, OverflowError):
        return FAILS
    whole = found[2] and [len(each) for each in (found[2], found[3], found[4])] == [2, 2, 2] and not day[1]
    return FAILS if abs(offset) > dt.timedelta(hours=14) else (value, not whole or bool(offset) or found[7] == "-")


ORACLES = {
    "integer": (numbers, said_of_integer), "numeric(10, 2)": (numbers, said_of_numeric), "date": (days, said_of_date),
    "timestamp": (times, said_of_timestamp),
}  # fmt: skip
# a text that fails stands in the message: making the others of its list smaller takes minutes
some = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("to", ORACLES)
@some
@given(data=st.data())
def test_any_text_is_cast_as_the_rule_says_on_duckdb(macro, table, to, data):
    texts, said = ORACLES[to]
    drawn = data.draw(texts)
    agree(drawn, found_in(macro, table, to, drawn), [said(text) for text in drawn])


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("to", ORACLES)
@some
@given(data=st.data())
def test_any_text_is_cast_as_the_rule_says_by_googlesqls_reference_implementation(macro, googlesql, to, data):
    texts, said = ORACLES[to]
    drawn = data.draw(texts)
    agree(drawn, by_reference(macro, googlesql, to, drawn), [said(text) for text in drawn])
