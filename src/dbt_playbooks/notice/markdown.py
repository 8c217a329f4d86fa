"""A notice as Markdown, in the playbook's order: for a pull request, a page or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_playbooks.notice.content import NOBODY, Notice
from dbt_playbooks.notice.words import Name, Text, markdown


def page(notice: Notice) -> str:
    return "\n".join(_lines(notice)) + "\n"


def _lines(notice: Notice) -> Iterator[str]:
    yield from (f"# {markdown(('Schema change: ', *notice.change))}", "")
    head: tuple[tuple[str, Text], ...] = (
        ("Table", (Name(notice.table),)),
        ("Change Type", notice.change),
        ("Planned Date", notice.planned),
        ("Risk Level", (f"{notice.risk.level.capitalize()} ({notice.risk.reason})",)),
    )
    # two spaces at the end of a line keep it from being joined with the next
    yield from (f"**{name}**: {markdown(text)}  " for name, text in head)
    yield from ("", "## What's Changing", "")
    yield from (markdown(each) for each in notice.changing)
    yield from ((notice.reason,) if notice.reason else ())
    yield from ("", "## Timeline", "")
    yield from _list(notice.timeline)
    yield from ("", "## Action Required", "")
    yield "If you query this table directly:"
    yield ""
    yield from (f"{number}. {markdown(each)}" for number, each in enumerate(notice.actions, 1))
    yield from ("", "## Downstream Impact", "")
    yield from _downstream(notice)
    yield from ("", "## Questions?", "")
    yield f"Contact: {markdown(notice.contact)}"


def _downstream(notice: Notice) -> Iterator[str]:
    found = notice.downstream
    if found.nothing:
        yield NOBODY
    first = True
    for title, group in found.groups():
        yield from (() if first else ("",))
        yield from (f"{title}:", "")
        yield from _list(group)
        first = False


def _list(texts: Sequence[Text]) -> Iterator[str]:
    yield from (f"- {markdown(each)}" for each in texts)
