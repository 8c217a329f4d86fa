"""What a notice says, whatever its format: what changes, when, what readers must do, and who they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_playbooks.impact.trace import Affected, Impact
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.commands import table_of
from dbt_playbooks.migrations.readers import Readers, keeps_its_name
from dbt_playbooks.notice.kinds import WORDS, Words
from dbt_playbooks.notice.request import Request, Subject
from dbt_playbooks.notice.risk import Risk, risk_of
from dbt_playbooks.notice.words import Plain, Text, listed, say

NOBODY = "No model, exposure or the like of the dbt project reads it."
_OPEN = "to be announced"
_STARRED = "; it takes all columns, so tell those who read it"
_OURS = ("test", "unit_test", "analysis")


@dataclass(frozen=True)
class Downstream:
    """Who is affected: what will be edited, what has all columns by a star, what is further down, what may be affected, and of what that
    could not be told."""

    edited: Sequence[Text] = ()
    starred: Sequence[Text] = ()
    follows: Sequence[Text] = ()
    asked: Sequence[Text] = ()
    unread: Sequence[Text] = ()

    @property
    def nothing(self) -> bool:
        return not self.groups()

    def groups(self) -> list[tuple[str, Sequence[Text]]]:
        """Those that are not empty, with their titles."""
        titled = {
            "These are affected, and will be updated by us": self.edited,
            "These take all columns, so the same happens to them; tell those who read them": self.starred,
            "These are further down, and need no edit": self.follows,
            "These depend on the table, and do not say on which columns; ask their owners": self.asked,
            "Of these it could not be told whether they are affected": self.unread,
        }
        return [(title, group) for title, group in titled.items() if group]


@dataclass(frozen=True)
class Notice:
    """One notification."""

    table: str
    change: Text
    planned: Text
    risk: Risk
    changing: Sequence[Text]
    timeline: Sequence[Text]
    actions: Sequence[Text]
    downstream: Downstream
    contact: Text = field(default=())
    reason: str | None = None


def notice_of(
    subject: Subject, request: Request, readers: Readers, impact: Impact | None, owners: Mapping[str, Sequence[str]]
) -> Notice:
    """`impact` is what is affected further down; `owners` are those of each path that has none in YAML."""
    change = subject.change
    kind, node = change.kind, change.node
    found = _downstream(readers, impact, owners)
    reading = len({*found.edited, *found.starred}) + (len(found.follows) if kind == "repartition" else 0)
    words = WORDS[kind](subject)
    channel = Plain(request.channel) if request.channel else None
    actions = [*words.actions]
    if kind != "add":
        actions.append(say("Test in your development environment"))
        actions.append(say("Tell {} when you are done", channel) if channel else say("Tell us when you are done"))
    return Notice(
        table=table_of(node),
        change=words.title,
        planned=_planned(subject),
        risk=risk_of(kind, reading, len(found.asked) + len(found.unread)),
        changing=words.changing,
        timeline=_timeline(subject, words),
        actions=actions,
        downstream=found,
        contact=_contact(node, request, owners),
        reason=request.reason,
    )


def _planned(subject: Subject) -> Text:
    begins, until = subject.begins, _until(subject)
    if subject.over:
        gone = say("{} is gone", subject.change.old) if not keeps_its_name(subject.change) else ()
        began = (f"began on {begins}",) if begins else ()
        return (*began, *(("; ",) if began and gone else ()), *gone) or ("is over",)
    first = f"{begins or _OPEN}"
    if subject.change.kind in ("add", "repartition"):
        return (first,)
    return (first, *say("; the last day of {} is ", subject.change.old), str(until or _OPEN))


def _until(subject: Subject) -> dt.date | None:
    return None if subject.change.kind == "repartition" else subject.change.until


def _timeline(subject: Subject, words: Words) -> list[Text]:
    begins, until = str(subject.begins or _OPEN), _until(subject)
    if words.over and words.last is not None:
        began = [(f"From {begins}: Phase 1 - ", *words.first)] if subject.begins else []
        return [*began, ("Now: Phase 2 - ", *words.last)]
    if words.last is None:
        return [(f"{begins}: ", *words.first)]
    end = str(until or _OPEN)
    return [
        (f"{begins}: Phase 1 - ", *words.first),
        (f"{_period(subject.begins, until)}: Migration period - update your queries",),
        (f"After {end}: Phase 2 - " if until else f"{end}: Phase 2 - ", *words.last),
    ]


def _period(begins: dt.date | None, until: dt.date | None) -> str:
    if begins and until:
        return f"{begins} to {until}"
    if begins:
        return f"From {begins} to a day that is {_OPEN}"
    return f"Until {until}" if until else _OPEN


def _downstream(readers: Readers, impact: Impact | None, owners: Mapping[str, Sequence[str]]) -> Downstream:
    sure = {each.node.unique_id: each for each in readers.sure if each.node.kind not in _OURS}
    starred = {
        node.unique_id: node for node in readers.carriers if node.kind not in _OURS and node.unique_id not in sure
    }
    asked = {each.node.unique_id: each.node for each in readers.found if each.may}
    further = [
        each
        for each in (impact.affected if impact else ())
        if each.node.unique_id not in {**sure, **starred} and each.node.kind not in _OURS
    ]
    asked |= {each.node.unique_id: each.node for each in further if _only_may(each)}
    unread = {
        each.node.unique_id: each
        for each in (*readers.unread, *(impact.unread if impact else ()))
        if each.node.kind not in _OURS
    }
    return Downstream(
        edited=[
            (*_line(each.node, owners), *((_STARRED,) if each.node in readers.carriers else ()))
            for each in sure.values()
        ],
        starred=[_line(each, owners) for each in starred.values()],
        follows=[_line(each.node, owners) for each in further if not _only_may(each)],
        asked=[_line(each, owners) for each in asked.values()],
        unread=[(*_line(each.node, owners), ": ", *say("{}", Plain(each.reason))) for each in unread.values()],
    )


def _only_may(affected: Affected) -> bool:
    return affected.node.kind == "exposure"


def _line(node: Node, owners: Mapping[str, Sequence[str]]) -> Text:
    """`models/marts/user_segments.sql` (Ann); what has no file of its own, as an exposure, by its name."""
    by = [*node.owners] or [*owners.get(node.path, ())]
    text = (
        say("{}", node.path)
        if node.kind in ("model", "snapshot", "seed") and not node.path.endswith((".yml", ".yaml"))
        else say(f"{node.kind.replace('_', ' ')} {{}}", node.name)
    )
    names: Text = tuple(
        part for index, owner in enumerate(by) for part in ((", ", Plain(owner)) if index else (Plain(owner),))
    )
    return (*text, " (", *names, ")") if by else text


def _contact(node: Node, request: Request, owners: Mapping[str, Sequence[str]]) -> Text:
    by = [request.contact] if request.contact else [*node.owners] or [*owners.get(node.path, ())]
    names: list[object] = [Plain(each) for each in (*by, *([request.channel] if request.channel else []))]
    return listed(names, "or") if names else ("whoever sent you this",)
