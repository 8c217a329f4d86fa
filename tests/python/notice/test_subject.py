"""Which change a notice is about: from the options, from the project, or from both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from evolving import graph, lineage, node

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.history import Since
from dbt_playbooks.migrations.readers import Readers
from dbt_playbooks.migrations.survey import Migration
from dbt_playbooks.notice.request import Request, Subject, subject_of

TODAY = dt.date(2024, 1, 20)
EVENTS = node("events")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return graph(
        tmp_path_factory.mktemp("shop"),
        (EVENTS, lineage(["id", "user_type", "User_Segment"])),
        (node("events_v2"), lineage(["id"])),
        (node("open"), None),
        (node("sheet", "exposure"), None),
    )


def in_flight(
    kind: str = "rename", old: str | None = "user_type", new: str | None = "user_segment", **more: Any
) -> Migration:
    until = dt.date(2024, 2, 1) if kind != "add" else None
    since = more.pop("since", Since("2024-01-10", "abcdef12", "Ann"))
    change = Change(kind, EVENTS, more.pop("phase", "both"), old, new, EVENTS.path, 3, until, **more)
    return Migration(change, since, Readers(), (), 0)


def subject(shop: Graph, *begun: Migration, model: str = "events", **options: str) -> Subject:
    return subject_of(shop, shop.find(model), begun, Request(**options), TODAY)


def test_without_options_it_is_the_one_change_that_is_in_flight(shop: Graph) -> None:
    found = subject(shop, in_flight())
    assert (found.change.kind, found.change.old, found.change.new) == ("rename", "user_type", "user_segment")
    assert (found.begins, found.change.until, found.in_flight) == (dt.date(2024, 1, 10), dt.date(2024, 2, 1), True)
    assert found.remarks == []


def test_without_options_and_without_a_change_it_is_asked_which(shop: Graph) -> None:
    with pytest.raises(
        UsageError, match=r"no change of 'events' is in flight.*--change rename --column user_type --to user_segment"
    ):
        subject(shop)


def test_of_several_changes_each_is_offered_as_a_command(shop: Graph) -> None:
    with pytest.raises(UsageError) as error:
        subject(shop, in_flight(), in_flight("add", None, "region"), in_flight("remove", "note", None))
    assert str(error.value).splitlines()[1:] == [
        "  dbt-playbooks notice events --change rename --column user_type",
        "  dbt-playbooks notice events --change add --column region",
        "  dbt-playbooks notice events --change remove --column note",
    ]
    assert subject(shop, in_flight(), in_flight("remove", "note", None), column="NOTE").change.kind == "remove"


def test_options_that_name_another_change_are_about_one_that_has_not_begun(shop: Graph) -> None:
    found = subject(shop, in_flight(), kind="remove", column="id", planned_date="2024-01-25", remove_after="2024-02-08")
    assert (found.change.kind, found.change.old, found.in_flight) == ("remove", "id", False)
    assert (found.begins, found.change.until) == (dt.date(2024, 1, 25), dt.date(2024, 2, 8))


def test_a_date_that_is_given_goes_before_the_projects_and_a_difference_is_said(shop: Graph) -> None:
    found = subject(shop, in_flight(), remove_after="2024-03-01")
    assert found.change.until == dt.date(2024, 3, 1)
    assert found.remarks == [
        "the project says remove_after='2024-02-01' (models/events.sql:3), and the notice 2024-03-01. Let them agree."
    ]


def test_what_is_not_committed_and_what_is_no_literal_is_said(shop: Graph) -> None:
    begun = in_flight(since=Since(note="not committed yet"), unknown={"remove_after": "var('day')"})
    found = subject(shop, begun)
    assert found.begins is None
    assert [remark.split(". ")[0] for remark in found.remarks] == [
        "since when the change is there is not known (not committed yet)",
        "remove_after is var('day') (models/events.sql:3), which is no literal: it is not in the notice.",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"kind": "rename", "column": "user_typ", "to": "x"},
            "'events' has no column 'user_typ'.\nDid you mean: user_type",
        ),
        (
            {"kind": "remove", "column": "zzz"},
            "'events' has no column 'zzz'.\nIts columns: id, user_type, User_Segment",
        ),
        ({"kind": "rename", "column": "id", "to": "user_segment"}, "'events' has a column of that name already"),
        ({"kind": "rename", "column": "id", "to": "ID"}, "'events' has a column of that name already"),
        ({"kind": "retype", "column": "id", "to": "string", "new_column": "user_type"}, "--new-column 'user_type'"),
        ({"kind": "add", "column": "id"}, "'events' has a column of that name already"),
        ({"kind": "rename", "column": "id"}, "--change rename needs --to: the new name of 'id'."),
        ({"kind": "retype", "column": "id"}, "--change retype needs --to: the new type of 'id'."),
        ({"kind": "add"}, "--change add needs --column: the column that comes."),
        ({"kind": "remove"}, "--change remove needs --column: the column that changes."),
        ({"kind": "remove", "column": "id", "to": "x"}, "--to means nothing for --change remove"),
        ({"kind": "rename", "column": "id", "to": "x", "new_column": "y"}, "--new-column is for --change retype"),
        ({"kind": "add", "column": "x", "remove_after": "2024-02-01"}, "nothing is removed by --change add"),
        ({"kind": "repartition", "remove_after": "2024-02-01"}, "nothing is removed by --change repartition"),
        ({"kind": "repartition", "to": "event_v2"}, "Did you mean: events_v2"),
        (
            {"kind": "remove", "column": "id", "planned_date": "soon"},
            "--planned-date 'soon' is no day. Write it as YYYY-MM-DD",
        ),
        ({"kind": "remove", "column": "id", "remove_after": "2024-02-30"}, "--remove-after '2024-02-30' is no day"),
        (
            {"kind": "remove", "column": "id", "planned_date": "2024-02-02", "remove_after": "2024-02-01"},
            "the old column would go (after 2024-02-01) before the change begins (2024-02-02)",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(shop: Graph, options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        subject(shop, **options)
    assert said in str(error.value)


def test_a_retype_in_flight_has_its_type_from_the_project(shop: Graph) -> None:
    begun = in_flight("retype", "user_type", "user_type_int", given={"to": "integer"})
    assert subject(shop, begun).data_type == "integer"
    with pytest.raises(UsageError, match="--to 'date', but the project casts 'user_type' to integer"):
        subject(shop, begun, kind="retype", to="date")


@pytest.mark.parametrize(
    ("kind", "old", "new", "unknown", "asked", "given"),
    [
        ("rename", "user_type", None, "new_name", "--to", {"to": "segment"}),
        ("rename", None, "user_segment", "old_name", "--column", {"column": "user_type"}),
        ("retype", "user_type", "user_type_int", "to", "--to", {"to": "integer"}),
        ("retype", "user_type", None, "typed_name", "--new-column", {"new_column": "kind"}),
        ("remove", None, None, "name", "--column", {"column": "user_type"}),
        ("add", None, None, "name", "--column", {"column": "region"}),
    ],
)
def test_a_name_or_type_that_is_no_literal_is_asked_for_and_taken_from_the_option(
    shop: Graph, kind: str, old: str | None, new: str | None, unknown: str, asked: str, given: dict[str, str]
) -> None:
    to = {"to": "integer"} if kind == "retype" and unknown != "to" else {}
    begun = in_flight(kind, old, new, unknown={unknown: "var('x')"}, given=to)
    with pytest.raises(UsageError) as error:
        subject(shop, begun)
    assert str(error.value) == (
        f"{unknown} of the {kind} is var('x') (models/events.sql:3), which is known only when dbt compiles the model, "
        f"and a notice has to say it. Give it with {asked}."
    )
    found = subject(shop, begun, **given)
    told = (found.change.old, found.change.new, found.data_type)
    assert next(iter(given.values())) in told
    assert found.in_flight
    assert found.remarks == [
        f"{unknown} is var('x') (models/events.sql:3), which is no literal: the notice says what the option says."
    ]


def test_a_name_that_the_project_says_is_not_taken_from_an_option(shop: Graph) -> None:
    begun = in_flight("retype", "user_type", "user_type_int", given={"to": "integer"})
    with pytest.raises(UsageError, match="--new-column 'kind', but the project calls it 'user_type_int'"):
        subject(shop, begun, new_column="kind")


def test_of_a_change_in_its_last_phase_a_last_day_in_the_past_is_no_news(shop: Graph) -> None:
    begun = in_flight(phase="new")
    assert subject(shop, begun, remove_after="2024-01-15").remarks == [
        "the project says remove_after='2024-02-01' (models/events.sql:3), and the notice 2024-01-15. Let them agree."
    ]


def test_a_replacement_in_flight_is_planned_for_its_day(shop: Graph) -> None:
    begun = in_flight("repartition", "events", "events_v2", replacement=shop.find("events_v2"))
    assert subject(shop, begun).begins == dt.date(2024, 2, 1)
    assert subject(shop, begun, planned_date="2024-02-03").begins == dt.date(2024, 2, 3)


def test_days_in_the_past_are_said(shop: Graph) -> None:
    found = subject(shop, kind="remove", column="id", planned_date="2023-12-01", remove_after="2024-01-19")
    assert found.remarks == [
        "--planned-date 2023-12-01 is in the past.",
        "the last day of 'id', 2024-01-19, is in the past.",
    ]


def test_columns_that_are_not_known_are_not_checked_and_that_is_said(shop: Graph) -> None:
    found = subject(shop, model="open", kind="remove", column="anything")
    assert found.remarks == [
        "not all columns of 'open' are known, so the names could not all be checked.",
        "without --planned-date the notice says that the day is to be announced.",
    ]


def test_what_is_no_table_of_the_project_is_refused(shop: Graph) -> None:
    with pytest.raises(UsageError, match="'sheet' is no table that this project makes, but of kind exposure"):
        subject(shop, model="sheet", kind="remove", column="x")
