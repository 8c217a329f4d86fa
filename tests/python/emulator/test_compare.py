"""`dbt-playbooks compare` through dbt-bigquery: what a dry run says first, and the answer. The emulator's dry runs say 0 bytes."""

from __future__ import annotations

import json

from .conftest import Shop


def test_a_dry_run_comes_first_and_the_exit_code_says_whether_they_differ(shop: Shop) -> None:
    shop.sql("create table {copied} as select * from {events}")
    compare = ("compare", "raw.events", "copied", "--key", "id", "--by", "happened_at")
    said = shop.start(*compare).said()
    assert said.code == 0, said.err
    assert "a dry run says: about 0 B, 0.00 at 6.25 per TiB, when the tables are the same; at most 0 B." in said.err
    assert "hold the same rows" in said.out

    shop.sql("update {copied} set amount = amount + 1 where day = '2024-02-01'")
    shop.sql("delete from {copied} where id = 0")
    said = shop.start(*compare, "--json", "--since", "2024-01-31").said()
    assert said.code == 1, said.err
    found = json.loads(said.out)
    assert found["partitions"] == ["2024-02-01"]
    assert found["columns"] == {"amount": 3}
    assert found["only_in_old"] == 0
    assert found["estimated_bytes"] == {"least": 0, "most": 0}
