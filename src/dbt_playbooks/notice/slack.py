"""A notice as a Slack message of Block Kit, within Slack's limits: what is too long is cut, and the cut is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dbt_playbooks.notice.content import NOBODY, Notice
from dbt_playbooks.notice.words import MORE, Name, Text, mrkdwn, one_line, plain

HEADER, SECTION, FIELD, BLOCKS = 150, 3000, 2000, 50
"""Slack's limits: characters of a header, of a section's text and of a field, and blocks of a message."""


def message(notice: Notice) -> dict[str, Any]:
    """`text` is what a notification shows; `blocks` the message. For an incoming webhook or chat.postMessage."""
    blocks = list(_blocks(notice))
    if len(blocks) > BLOCKS:
        dropped = len(blocks) - BLOCKS + 1
        blocks = [*blocks[: BLOCKS - 1], _section(MORE.format(f"{dropped} blocks"))]
    title = plain(("Schema change of ", notice.table, ": ", *notice.change))
    return {"text": _cut(mrkdwn((title,)), SECTION), "blocks": blocks}


def _blocks(notice: Notice) -> Iterator[dict[str, Any]]:
    yield {
        "type": "header",
        "text": {"type": "plain_text", "text": _cut(plain(("Schema change: ", *notice.change)), HEADER)},
    }
    fields: tuple[tuple[str, Text], ...] = (
        ("Table", (Name(notice.table),)),
        ("Change type", notice.change),
        ("Planned date", notice.planned),
        ("Risk level", (f"{notice.risk.level.capitalize()} ({notice.risk.reason})",)),
    )
    yield {"type": "section", "fields": [_text(f"*{name}*\n{_cut(mrkdwn(text), FIELD - 50)}") for name, text in fields]}
    reason = [mrkdwn((one_line(notice.reason),))] if notice.reason else []
    yield from _part("What's changing", [*map(mrkdwn, notice.changing), *reason])
    yield from _part("Timeline", [f"• {mrkdwn(each)}" for each in notice.timeline])
    actions = [f"{number}. {mrkdwn(each)}" for number, each in enumerate(notice.actions, 1)]
    yield from _part("Action required, if you query this table directly", actions)
    yield {"type": "divider"}
    if notice.downstream.nothing:
        yield from _part("Downstream impact", [NOBODY])
    for title, group in notice.downstream.groups():
        yield from _part(title, [f"• {mrkdwn(each)}" for each in group])
    yield {"type": "context", "elements": [_text(_cut(f"Questions? Contact: {mrkdwn(notice.contact)}", SECTION))]}


def _part(title: str, lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A heading with lines, as many as a section holds."""
    text = f"*{title}*"
    for index, line in enumerate(lines):
        rest = MORE.format(len(lines) - index)
        shown = _cut(line, SECTION // 2)
        last = index == len(lines) - 1
        if len(text) + 1 + len(shown) + (0 if last else len(rest) + 1) > SECTION:
            text += f"\n{rest}"
            break
        text += f"\n{shown}"
    yield _section(text)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _cut(text: str, length: int) -> str:
    """At most so many characters; an escaped sign (`&lt;`) is left whole or out."""
    if len(text) <= length:
        return text
    short = text[: length - 1]
    opened = short.rfind("&", len(short) - 5)
    if opened >= 0 and ";" not in short[opened:]:
        short = short[:opened]
    return short + "…"
