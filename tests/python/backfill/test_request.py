"""Shards, ids and what makes two backfills the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_playbooks.backfill.request import Identity, Request, Shard, about_vars
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model

shards = st.integers(1, 12).flatmap(lambda of: st.builds(Shard, st.integers(1, of), st.just(of)))


@given(shards, shards)
def test_two_shards_overlap_when_they_share_a_chunk_of_a_long_backfill(one: Shard, other: Shard) -> None:
    shared = any(one.holds(index) and other.holds(index) for index in range(one.of * other.of))
    assert one.overlaps(other) == shared == other.overlaps(one)


@given(st.integers(1, 12), st.integers(0, 1000))
def test_every_chunk_is_in_exactly_one_of_n_shards(of: int, index: int) -> None:
    assert sum(Shard(number, of).holds(index) for number in range(1, of + 1)) == 1


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "-1/2", "1/0", ""])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard needs I/N with I from 1 to N"):
        Shard.parse(text)


def _model(name: str, checksum: str = "c") -> Model:
    return Model(f"model.shop.{name}", name, "", "", "incremental", "merge", {}, checksum, "", ())


def test_the_id_follows_from_model_range_and_chunk() -> None:
    identity = Identity.of(Request("2024-01-01", "2024-01-31", "5  Day"), [_model("events")])
    assert identity.backfill_id == "events_2024-01-01_2024-01-31_5day"
    assert identity.chunk == "5 day"


def test_the_id_of_many_models_is_short_and_their_own() -> None:
    request = Request("2024-01-01", "2024-01-31", "month")
    ids = {Identity.of(request, [_model("m" * 80), _model(last)]).backfill_id for last in ("a", "b")}
    assert len(ids) == 2
    assert all(len(each) < 110 for each in ids)


def _of(backfill_id: str | None = None, code: str = "c", **given: object) -> Identity:
    return Identity.of(
        Request("2024-01-01", "2024-01-31", "month", backfill_id=backfill_id, vars=given), [_model("events", code)]
    )


def test_a_var_that_differs_was_added_or_is_gone_is_named() -> None:
    stored = _of(limit=10, country="fr", zone="UTC").columns()
    assert _of(limit=10, country="de", mode={"a": [1]}).differences(stored) == [
        "--vars: 'country' has another value than before",
        "--vars: 'mode' is given now, and was not given before",
        "--vars: 'zone' was given before, and is not given now",
    ]


def test_the_same_vars_and_other_code_are_no_difference() -> None:
    assert _of(mode={"a": 1, "b": 2}, code="new").differences(_of(mode={"b": 2, "a": 1}, code="old").columns()) == []


def test_values_of_vars_are_not_stored_and_their_digests_are_of_one_backfill_only() -> None:
    one, other = (_of(backfill_id, password="hunter2") for backfill_id in ("one", "other"))
    assert "hunter2" not in str(one.columns())
    assert "password" in one.vars_digest
    assert one.vars_digest != other.vars_digest


def test_a_state_that_holds_one_digest_of_all_vars_still_compares() -> None:
    stored = _of().columns()
    stored["vars_digest"] = hashlib.sha256(b'{"limit": 10}').hexdigest()[:16]
    assert _of(limit=10).differences(stored) == []
    assert _of(limit=11).differences(stored) == ["--vars: they are not the same as before"]
    assert _of().differences(stored) == ["--vars: they are not the same as before"]


def test_vars_on_which_no_row_depends_are_no_difference_and_no_part() -> None:
    asked = _of(price_per_tib=5, dbt_playbooks_schema="ours")
    assert asked.differences(_of().columns()) == []
    assert about_vars(asked) == []


def test_a_shard_is_read_whole_and_written_as_it_is_read() -> None:
    assert Shard.parse(" 12/34 ") == Shard(12, 34)
    assert str(Shard(12, 34)) == "12/34"
    assert (Shard.parse("1/1"), Shard.parse("4/4")) == (Shard(1, 1), Shard(4, 4))
    assert Shard() == Shard(1, 1)
    assert [index for index in range(9) if Shard(2, 4).holds(index)] == [1, 5]


@pytest.mark.parametrize("text", ["1/2/3", "x1/2", "1/2x", "1 /2", "0/0"])
def test_a_shard_with_more_around_it_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"--shard needs I/N with I from 1 to N, got '{text}'.")):
        Shard.parse(text)


def test_a_name_of_60_characters_stays_whole_in_the_id_and_a_longer_one_is_cut() -> None:
    request = Request("2024-01-01", "2024-01-31", "month")
    assert Identity.of(request, [_model("m" * 60)]).backfill_id == "m" * 60 + "_2024-01-01_2024-01-31_month"
    cut = Identity.of(request, [_model("m" * 61)]).backfill_id
    assert cut.startswith("m" * 60 + "~")
    assert cut.endswith("_2024-01-01_2024-01-31_month")
    assert len(cut) == 60 + len("~123456") + len("_2024-01-01_2024-01-31_month")


def test_an_id_that_is_given_is_taken() -> None:
    assert (
        Identity.of(Request("2024-01-01", "2024-01-31", "month", backfill_id="mine"), [_model("events")]).backfill_id
        == "mine"
    )


def test_every_part_of_a_backfill_that_differs_is_named() -> None:
    stored = {
        **vars(Identity.of(Request("2024-01-01", "2024-01-31", "month"), [_model("events")])),
        "relations": "main.events",
    }
    now = Identity.of(
        Request("2024-02-01", "2024-02-29", "day", vars={"limit": 1}), [_model("orders"), _model("lines")]
    )
    *lines, of_vars = now.differences(stored)
    assert lines == [
        "model: it was events, now it is orders,lines",
        "start: it was 2024-01-01, now it is 2024-02-01",
        "end: it was 2024-01-31, now it is 2024-02-29",
        "chunk: it was month, now it is day",
        "table: it was main.events, now it is , ",
    ]
    assert of_vars.startswith("--vars: ")
    assert now.differences(vars(now)) == []


def test_the_order_of_vars_does_not_matter_and_code_is_told_apart() -> None:
    one, other = ({"a": 1, "b": [dt.date(2024, 1, 1)]}, {"b": [dt.date(2024, 1, 1)], "a": 1})
    asked = [Request("2024-01-01", "2024-01-31", "month", vars=each) for each in (one, other, {})]
    digests = [Identity.of(request, [_model("events")]).vars_digest for request in asked]
    assert digests[0] == digests[1] != digests[2]
    code = [Identity.of(asked[0], [_model("events", checksum)]).code_digest for checksum in ("old", "new")]
    assert code[0] != code[1]
    # they are stored: of another length, a backfill that is under way would be another
    assert {len(each) for each in code} == {16}
