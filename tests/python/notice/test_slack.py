"""A notice as a Slack message: within Slack's limits, and what is cut is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dbt_playbooks.notice.content import Downstream, Notice
from dbt_playbooks.notice.risk import Risk
from dbt_playbooks.notice.slack import message
from dbt_playbooks.notice.words import Plain, Text, say


def notice(edited: Sequence[Text] = (), column: str = "user_type", **more: Any) -> Notice:
    return Notice(
        table="staging.events",
        change=say("Renaming column {} to {}", column, "user_segment"),
        planned=("2024-01-25",),
        risk=Risk("high", "1 reader in the project"),
        changing=[say("The column {} is being renamed", column)],
        timeline=[("2024-01-25: Phase 1",)],
        actions=[say("Replace {}", column)],
        downstream=Downstream(edited=edited),
        contact=(Plain("Ann"),),
        **more,
    )


def texts(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if found.get("type") == "mrkdwn":
            yield found["text"]
        for each in found.values():
            yield from texts(each)
    elif isinstance(found, list):
        for each in found:
            yield from texts(each)


def assert_slack_takes(found: dict[str, Any]) -> None:
    """The rules of Block Kit that a notice could break."""
    json.dumps(found)
    assert 0 < len(found["blocks"]) <= 50
    for block in found["blocks"]:
        assert block["type"] in ("header", "section", "divider", "context")
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 0 < len(block["text"]["text"]) <= 150
        if block["type"] == "section":
            assert ("text" in block) != ("fields" in block)
            assert all(0 < len(each["text"]) <= 2000 for each in block.get("fields", []))
            assert len(block.get("fields", [])) <= 10
    for text in texts(found):
        assert 0 < len(text) <= 3000
        assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", text), text


def test_a_notice_is_a_message_with_a_text_for_the_notification() -> None:
    found = message(notice([say("{} (Ann)", "models/a.sql")]))
    assert_slack_takes(found)
    assert found["text"] == "Schema change of staging.events: Renaming column user_type to user_segment"
    assert found["blocks"][0]["text"]["text"] == "Schema change: Renaming column user_type to user_segment"
    assert "*Risk level*\nHigh (1 reader in the project)" in texts(found)
    assert "• `models/a.sql` (Ann)" in "\n".join(texts(found))


@pytest.mark.parametrize("column", ["<!channel> & `x`", "x" * 4000, "&" * 4000, "<" * 149])
def test_names_of_any_kind_and_length_are_a_message(column: str) -> None:
    assert_slack_takes(message(notice([say("{}", column)], column=column, reason=column)))


def test_a_long_list_is_cut_and_says_how_much_is_left() -> None:
    found = message(notice([say("{}", f"models/marts/a_model_of_some_length_{number}.sql") for number in range(200)]))
    assert_slack_takes(found)
    (text,) = (each for each in texts(found) if "a_model_of_some_length_0" in each)
    shown = text.count("•")
    assert text.endswith(f"\n... and {200 - shown} more")
    assert 10 < shown < 200
