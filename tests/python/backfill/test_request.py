"""Shards, ids and what makes two backfills the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_playbooks.backfill.request import Identity, Request, Shard
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
    request = Request("2024-01-01", "2024-01-31")
    ids = {Identity.of(request, [_model("m" * 80), _model(last)]).backfill_id for last in ("a", "b")}
    assert len(ids) == 2
    assert all(len(each) < 110 for each in ids)


def test_other_vars_are_a_difference_and_other_code_is_none() -> None:
    stored = vars(Identity.of(Request("2024-01-01", "2024-01-31", vars={"limit": 10}), [_model("events", "old")]))
    now = Identity.of(Request("2024-01-01", "2024-01-31"), [_model("events", "new")])
    assert now.differences(stored) == ["--vars: they are not the same as before"]
    assert "10" not in str(stored["vars_digest"])
