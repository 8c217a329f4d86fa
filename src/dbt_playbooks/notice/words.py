"""Text in which names stand apart, so that each format can write them in a way that no character of a name breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MORE = "... and {} more"


@dataclass(frozen=True)
class Name:
    """A name of a column, a table, a file, or a command: shown as code."""

    text: str


@dataclass(frozen=True)
class Plain:
    """What a project or a user calls something, such as an owner: no markup, whatever is in it."""

    text: str


Part = str | Name | Plain
Text = tuple[Part, ...]
"""Strings are ours."""


def say(form: str, *given: object) -> Text:
    """`form` with names in place of its `{}`; other text is a Plain."""
    pieces = form.split("{}")
    parts: list[Part] = [pieces[0]]
    for each, piece in zip(given, pieces[1:], strict=True):
        parts += [each if isinstance(each, (Name, Plain)) else Name(str(each)), piece]
    return tuple(part for part in parts if part != "")


def listed(names: Sequence[object], word: str = "and") -> Text:
    """`a`, `b` and `c`."""
    form = ", ".join(["{}"] * (len(names) - 1)) + f" {word} {{}}" if len(names) > 1 else "{}" * len(names)
    return say(form, *names)


def one_line(text: str) -> str:
    return " ".join(text.split())


def plain(text: Text) -> str:
    """Without any markup."""
    return "".join(part if isinstance(part, str) else one_line(part.text) for part in text)


def markdown(text: Text) -> str:
    """Names as code with as many backticks as they need; in plain text what Markdown would read is escaped."""
    return "".join(_markdown(part) for part in text)


def _markdown(part: Part) -> str:
    if isinstance(part, str):
        return part
    written = one_line(part.text)
    if isinstance(part, Plain):
        return re.sub(r"([\\`*_{}\[\]<>|~])", r"\\\1", written)
    fence = "`" * (max((len(run) for run in re.findall("`+", written)), default=0) + 1)
    pad = " " if written.startswith("`") or written.endswith("`") else ""
    return f"{fence}{pad}{written}{pad}{fence}"


def mrkdwn(text: Text) -> str:
    """Slack's own: &, < and > are escaped everywhere; a name that holds a backtick can't be code there, and stands in quotes."""
    return "".join(_mrkdwn(part) for part in text)


def _mrkdwn(part: Part) -> str:
    if isinstance(part, str):
        return _escaped(part)
    written = _escaped(one_line(part.text))
    if isinstance(part, Name):
        return f"'{written}'" if "`" in written else f"`{written}`"
    # Slack has no escape for these: a zero-width space keeps those at the edge of a word from being read as marks
    return re.sub(r"((?<!\w)[*_~`]|[*_~`](?!\w))", "\u200b\\1\u200b", written)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
