"""A row of the future in the target: ordinary runs go on loading, and dbt tells of the row."""

from __future__ import annotations

import command
from shop import DELETE_INSERT, FILTERED, Shop

_NEW = "insert into raw.events select id + {days}0, current_date - {days}, event_ts, note, amount from raw.events where id in (0, 1, 2)"
_FUTURE = (
    "insert into raw.events select 9000 + id, date '2099-01-01', event_ts, note, amount from raw.events where id = 0"
)


def test_runs_go_on_loading_what_is_new(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.sql(_FUTURE)
    shop.dbt("run", "--select", "events")
    for days in (300, 200, 100):
        shop.sql(_NEW.format(days=days))
        said = command.dbt(shop.folder, "run", "--select", "events")
        assert said.code == 0, said.out
        told = " ".join(said.out.split())
        assert "events\" has 1 row of the future by its column 'event_date', dated 2099-01-01." in told
        assert shop.difference("events") == []


def test_warnings_that_are_errors_can_leave_dates_to_come_alone(shop: Shop) -> None:
    """dbt fails under --warn-error for rows that are wrong; those that belong there are said to, and are no warning."""
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model("bookings", DELETE_INSERT + FILTERED.replace("'event_date'", "'event_date', future_rows=true"))
    shop.sql(_FUTURE)
    shop.dbt("run", "--select", "events", "bookings")
    shop.sql(_NEW.format(days=100))
    shop.dbt("--warn-error", "run", "--select", "bookings")
    assert shop.difference("bookings") == []
    said = command.dbt(shop.folder, "--warn-error", "run", "--select", "events")
    assert (said.code, "of the future by its column 'event_date'" in " ".join(said.out.split())) == (1, True)
