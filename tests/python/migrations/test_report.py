"""The list for people: the most urgent first, and as much of the steps as is needed now."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from evolving import graph, lineage, node

from dbt_playbooks.migrations import report
from dbt_playbooks.migrations.survey import survey

TODAY = dt.date(2024, 2, 11)


def test_what_does_not_build_comes_first_then_what_is_longest_overdue_then_what_is_due_next(tmp_path: Path) -> None:
    sql = "\n".join(
        [
            "select",
            "{{ renamed_column('later', 'l', remove_after='2024-03-01') }},",
            "{{ renamed_column('open', 'o') }},",
            "{{ added_column('x', 'added', 0) }},",
            "{{ renamed_column('late', 'e', remove_after='2024-02-10') }},",
            "{{ renamed_column('latest', 'a', remove_after='2024-01-10') }},",
            "{{ renamed_column('gone', 'g', phase='new', remove_after='2024-01-01') }},",
            "{{ renamed_column('done', 'd', phase='new') }}",
        ]
    )
    stg = node("stg", raw_code=sql)
    reads = node("mart", parents=["stg"], raw_code="select gone from {{ ref('stg') }}")
    columns = ["later", "l", "open", "o", "added", "late", "e", "latest", "a", "g", "d"]
    shop = graph(tmp_path, (stg, lineage(columns)), (reads, lineage(unknown=frozenset({"gone"}))))
    found = survey(shop, tmp_path, TODAY)
    order = [each.change.old or each.change.new for each in found]
    assert order == ["gone", "latest", "late", "later", "open", "done", "added"]
    assert [each.days_over for each in found] == [0, 32, 1, -19, 0, 0, 0]
    text = "\n".join(report.lines(found, "project 'shop'", in_full=False))
    assert text.startswith("7 changes are in flight in project 'shop', 2 overdue.\n")
    assert "2024-02-10, 1 day over" in text
    assert "overdue for 32 days: the last day of latest was 2024-01-10" in text
    assert "model mart (models/mart.sql): reads, and it is gone" in text


def test_when_only_someone_is_to_be_asked_the_edit_that_follows_is_shown_as_well(tmp_path: Path) -> None:
    stg = node("stg", raw_code="select\n{{ deprecated_column('x', 'integer', '2024-02-01') }},\n1 as y")
    weekly = node("weekly", "exposure", ["stg"], path="models/e.yml", owners=("Ann",))
    found = survey(graph(tmp_path, (stg, lineage(["x", "y"])), (weekly, None)), tmp_path, TODAY)
    lines = list(report.lines(found, "project 'shop'", in_full=False))
    assert lines[0] == "1 change is in flight in project 'shop', 1 overdue."
    at = lines.index("   next: ask whether anyone still needs x")
    assert lines[at + 1 : at + 6] == [
        "     $ dbt-playbooks notice stg --change remove --column x",
        "     note: exposure weekly (Ann) depends on stg: ask whether it uses x",
        "   then: remove x",
        "     models/stg.sql:2",
        "       - {{ deprecated_column('x', 'integer', '2024-02-01') }},",
    ]


def test_what_is_unknown_and_unread_is_in_the_list(tmp_path: Path) -> None:
    stg = node("stg", raw_code="select {{ renamed_column('a', 'b', remove_after=var('day')) }}")
    python = node("forecast", parents=["stg"], path="models/forecast.py", language="python")
    shop = graph(tmp_path, (stg, lineage(["a", "b"])), (python, lineage(unread="a Python model")))
    text = "\n".join(report.lines(survey(shop, tmp_path, TODAY), "project 'shop'", in_full=False))
    assert "   not known: remove_after, given as var('day'), which is no literal\n" in text
    assert "   not known whether model forecast (models/forecast.py) does: a Python model\n" in text
    assert "0, 1 unread" in text
    data = report.as_data(survey(shop, tmp_path, TODAY)[0])
    assert data["unknown"] == {"remove_after": "var('day')"}
    assert data["unread"] == [
        {"name": "forecast", "kind": "model", "path": "models/forecast.py", "reason": "a Python model"}
    ]
