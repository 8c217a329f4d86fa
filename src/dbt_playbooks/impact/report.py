"""What a change reaches, for people: a sentence, a table of who is affected and how, and what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from dbt_playbooks.impact.owners import Author
from dbt_playbooks.impact.trace import Affected, Impact
from dbt_playbooks.interface import NODE_KINDS, Node
from dbt_playbooks.terminal import Out, stdout

_MOST_AUTHORS = 2
_PLURAL = {"saved_query": "saved queries", "analysis": "analyses"}


def print_report(impact: Impact, authors: Mapping[str, Sequence[Author]], emails: bool, project: str) -> None:
    """The start and what it reaches, to stdout. Cells are the project's: nothing in them is markup."""
    console = stdout()
    start = impact.node.name if impact.column is None else f"{impact.node.name}.{impact.column}"
    if impact.affected:
        console.print(f"{start} reaches {counted([each.node for each in impact.affected])}.")
        _print(console, impact, impact.affected, authors, emails, project)
    else:
        console.print(f"nothing {'is known to use' if impact.possible or impact.unread else 'uses'} {start}.")
    if impact.possible:
        console.print(
            f"\nIt may reach {counted([each.node for each in impact.possible])}: they could not be read, or lie below what could not."
        )
        _print(console, impact, impact.possible, authors, emails, project)
    if impact.unread:
        console.print("\nNot told:")
        for each in impact.unread:
            console.print(f"  {_kind(each.node)} {each.node.name} ({each.node.path}): {each.reason}")


def counted(nodes: Sequence[Node]) -> str:
    """`3 nodes: 2 models, 1 exposure`."""
    counts = Counter(node.kind for node in nodes)
    kinds = ", ".join(f"{counts[kind]:,} {_many(kind, counts[kind])}" for kind in NODE_KINDS if counts[kind])
    return kinds if len(counts) == 1 else f"{len(nodes):,} nodes: {kinds}"


def _many(kind: str, count: int) -> str:
    return kind.replace("_", " ") if count == 1 else _PLURAL.get(kind, f"{kind.replace('_', ' ')}s")


def _kind(node: Node) -> str:
    return node.kind.replace("_", " ")


def _print(
    console: Out,
    impact: Impact,
    affected: Sequence[Affected],
    authors: Mapping[str, Sequence[Author]],
    emails: bool,
    project: str,
) -> None:
    by_column = impact.column is not None
    headers = ["what", "name", *(["how", "as"] if by_column else []), "owners", "file", "way"]
    table = Table(*headers)
    ordered = sorted(affected, key=lambda each: (NODE_KINDS.index(each.node.kind), len(each.way), each.node.name))
    before = None
    for each in ordered:
        if before is not None and each.node.kind != before:
            table.add_section()
        before = each.node.kind
        uses = (
            [", ".join(each.uses) + ("" if each.named or not each.columns else " (by *)"), _columns(each)]
            if by_column
            else []
        )
        who = owners(each.node, authors.get(each.node.path, ()) if each.node.package == project else (), emails)
        cells = [_kind(each.node), each.node.name, *uses, who, each.node.path, _way(each)]
        table.add_row(*(Text(cell) for cell in cells))
    # in a file or a pipe lines are as long as they are
    wide = console if console.is_terminal else stdout(width=10_000)
    wide.print(table)


def _columns(affected: Affected) -> str:
    return ", ".join(name if as_is else f"{name} (computed)" for name, as_is in affected.columns.items())


def _way(affected: Affected) -> str:
    return " > ".join(
        step.node.name if step.column is None else f"{step.node.name}.{step.column}" for step in affected.way
    )


def owners(node: Node, authors: Sequence[Author], emails: bool) -> str:
    """Those that YAML names; and who committed most to the file."""
    written = [
        f"{each.name}{f' <{each.email}>' if emails else ''} ({each.commits})" for each in authors[:_MOST_AUTHORS]
    ]
    return "; ".join(part for part in (", ".join(node.owners), f"git: {', '.join(written)}" if written else "") if part)


def as_json(impact: Impact, authors: Mapping[str, Sequence[Author]], emails: bool, project: str) -> dict[str, Any]:
    """The whole answer as plain values."""

    def one(each: Affected) -> dict[str, Any]:
        written = authors.get(each.node.path, ()) if each.node.package == project else ()
        return {
            **_name(each.node),
            "uses": list(each.uses),
            "columns": [{"name": name, "as_is": as_is} for name, as_is in each.columns.items()],
            "named": each.named,
            "owners": list(each.node.owners),
            "authors": [
                {
                    "name": author.name,
                    "commits": author.commits,
                    "last": author.last,
                    **({"email": author.email} if emails else {}),
                }
                for author in written
            ],
            "way": [
                {"unique_id": step.node.unique_id, "name": step.node.name, "column": step.column} for step in each.way
            ],
        }

    return {
        **_name(impact.node),
        "column": impact.column,
        "counts": dict(Counter(each.node.kind for each in impact.affected)),
        "affected": [one(each) for each in impact.affected],
        "possible": [one(each) for each in impact.possible],
        "unread": [{**_name(each.node), "reason": each.reason} for each in impact.unread],
        "edges": [
            {"parent": edge.parent, "child": edge.child, "columns": [list(pair) for pair in edge.columns]}
            for edge in impact.edges
        ],
    }


def _name(node: Node) -> dict[str, Any]:
    return {
        "unique_id": node.unique_id,
        "kind": node.kind,
        "name": node.name,
        "package": node.package,
        "path": node.path,
    }
