"""What has to be written where a column is read: the new name in place of the old, in SQL, in YAML and in what `ref` names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import Edit, Piece, edits, identifier, line_of, together, without_item
from dbt_playbooks.migrations.mentions import Mention, in_sql, in_text
from dbt_playbooks.migrations.properties import block_of, column_place
from dbt_playbooks.migrations.yaml_readers import Asked, means, places_in_yaml

HOLDS_SQL = ("model", "snapshot", "analysis", "function", "test")


def moved(
    root: Path,
    change: Change,
    column: str,
    node: Node,
    tables: Collection[str],
    dialect: str,
    comparing: bool,
    by_a_star: bool = False,
) -> Iterator[Edit]:
    """What has to be written in a reader's file; what is `comparing` the old with the new is a test that goes. A reader that has the column
    `by_a_star` gets the new name itself."""
    if node.kind in ("exposure", "saved_query", "metric"):
        return
    if comparing:
        if not node.details.get("test_metadata"):
            yield Edit(node.path, None, (), None, f"the test {node.name} compares both columns: it goes")
        return
    new = change.new if column == change.old else None
    text = text_of(root, node.path, node.raw_code)
    if node.path.endswith((".yml", ".yaml")):
        yield from _in_yaml(root, text, change, node, Asked(column, new, tables, dialect))
    elif node.kind in HOLDS_SQL and node.language == "sql":
        own = node == change.node
        found = in_text(text, column) if own else in_sql(text, column, tables, dialect, by_a_star, new)
        call = change.call if own else None
        others = [each for each in found if call is None or not call.start <= each.start < call.end]
        yield from _replaced(node.path, text, others, column, new, dialect)
    elif node.language == "python":
        yield from _replaced(node.path, text, in_text(text, column), column, new)


def _in_yaml(root: Path, text: str, change: Change, node: Node, asked: Asked) -> Iterator[Edit]:
    """A test of a column moves with the column's entry, except that the entry of a cast keeps the test of the cast."""
    column, new = asked.column, asked.new
    attached = str(node.details.get("attached_node") or "").split(".")
    model = attached[2] if len(attached) > 2 else ""
    own = {each.lower() for each in asked.tables} & {model.lower(), ".".join(attached[2:]).lower()}
    at_it = own and str(node.details.get("column_name")).lower() == column.lower()
    place = column_place(text, model, column) if at_it else None
    version = attached[3] if len(attached) > 3 else ""
    if place and version:
        line = line_of(text, place[0])
        note = f"{_by_hand(Mention(*place), column, new)} for {version} of {model}; other versions may keep it"
        yield Edit(node.path, line, (text.split("\n")[line - 1],), None, note)
        return
    pieces: list[Piece] = []
    if place and change.kind == "rename" and new:
        pieces.append(Piece(*place, new))
    elif place:
        test = str((node.details.get("test_metadata") or {}).get("name") or node.name)
        note = f"the test {test} of {column} goes" if new is None else f"the test {test} under {new}"
        line = line_of(text, place[0])
        yield Edit(node.path, line, (text.split("\n")[line - 1],), None, note)
    found = places_in_yaml(text, node, asked)
    if found is None:
        first, last = block_of(text, model) or (0, len(text))
        words = [each for each in in_text(text, column) if first <= each.start < last]
        yield from _told(node.path, text, words if not pieces else [], column, new)
    else:
        pieces += found.pieces
        yield from _told(node.path, text, [Mention(each, each, by_hand=True) for each in found.by_hand], column, new)
    yield from edits(node.path, text, list(dict.fromkeys(pieces)))
    yield from _in_fixtures(root, node, asked)


def _in_fixtures(root: Path, node: Node, asked: Asked) -> Iterator[Edit]:
    """Rows of a unit test that stand in a file of their own."""
    expected = node.details.get("expect") or {}
    tested = {each.lower() for each in asked.tables} & {str(node.details.get("model")).lower()}
    for holder in (*(node.details.get("given") or ()), *([expected] if tested else [])):
        name = holder.get("fixture") if isinstance(holder, dict) else None
        reads = holder is expected or means(str(holder.get("input")), {each.lower() for each in asked.tables})
        for file in sorted(root.glob(f"*/fixtures/{name}.*")) if name and reads else ():
            path = file.relative_to(root).as_posix()
            text = text_of(root, path)
            head = text if file.suffix == ".sql" else text.partition("\n")[0]
            found = in_text(head, asked.column)
            if file.suffix == ".csv" and asked.new is not None:
                yield from edits(path, text, [Piece(each.start, each.end, asked.new) for each in found])
            else:
                yield from _told(path, text, found, asked.column, asked.new)


def _replaced(
    path: str, text: str, mentions: Sequence[Mention], column: str, new: str | None, dialect: str = "duckdb"
) -> Iterator[Edit]:
    """The new name in place of the old one; a select list keeps the name that it gives, so that whoever reads it sees no change."""
    if new is None:
        yield from _removed(path, text, mentions, column)
        return
    mentions = [each for each in mentions if not each.output]
    clear = [each for each in mentions if not each.by_hand and not each.unsure]
    pieces = []
    for each in clear:
        written = text[each.start : each.end]
        quote = written[0] if written[0] in ('"', "`") else ""
        name = f"{quote}{new}{quote}" if quote else identifier(str(new), dialect)
        pieces.append(Piece(each.start, each.end, f"{name} as {written}" if each.item else name))
    told = _told(path, text, [each for each in mentions if each not in clear], column, new)
    yield from together(lambda _: text, [*edits(path, text, pieces), *told])


def _removed(path: str, text: str, mentions: Sequence[Mention], column: str) -> Iterator[Edit]:
    """An item of the select list that is the column and no more goes; of everything else a person has to say what becomes of it."""
    items = [each for each in mentions if each.whole and not each.by_hand and not each.unsure]
    items = items if len(items) == 1 else []
    pieces = [piece for each in items for piece in without_item(text, *(each.whole or (0, 0)))]
    others = [each for each in mentions if each not in items]
    if any(not each.inside and not each.output for each in others):
        # what a part of the query loses, those that read it there lose as well
        there = {each.start for each in mentions}
        others += [each for each in in_text(text, column) if each.start not in there]
    yield from together(lambda _: text, [*edits(path, text, pieces), *_told(path, text, others, column, None)])


def _told(path: str, text: str, mentions: Sequence[Mention], column: str, new: str | None) -> Iterator[Edit]:
    """The lines where only a person can tell what is to stand there."""
    told = [(line_of(text, each.start), _by_hand(each, column, new)) for each in mentions]
    for line, note in dict.fromkeys(told):
        yield Edit(path, line, (text.split("\n")[line - 1],), None, note)


def _by_hand(mention: Mention, column: str, new: str | None) -> str:
    """What a person has to do where no edit can be written."""
    if mention.other is not None:
        return _in_using(mention.other, column, new)
    inside = f" in {mention.inside}" if mention.inside else ""
    if new is None:
        return f"without {column}{inside}"
    if inside:
        return f"{new} in place of {column}{inside}, if it is the column of this model"
    if mention.unsure:
        return f"{new} in place of {column}, if it is the column of this model"
    kept = f", and {column} still the name of what comes of it" if mention.item else ""
    return f"{new} in place of {column}{kept}"


def _in_using(sides: tuple[str, str], column: str, new: str | None) -> str:
    """Both sides of a join are named, as only one of them gets the other name."""
    ours, other = sides
    if new is None:
        return f"without {column}, which {ours} no longer has: join {other} by other columns"
    return (
        f"join on {ours}.{new} = {other}.{column} in place of {column} in using, since only {ours} calls it {new}; "
        f"where {column} stands alone in this query, {other}.{column}"
    )


def renamed_refs(text: str, old: Node, new: Node) -> Iterator[Piece]:
    """`ref('orders_v2')` as `ref('orders')`; a version stands apart: `ref('orders', v=2)`."""
    name = rf"(?P<quote>['\"])(?P<name>{re.escape(plain_name(old))})(?P=quote)"
    version = r"(?P<given>\s*,\s*(?:v|version)\s*=\s*['\"]?(?P<version>[\w.]+)['\"]?)?"
    written = new.details.get("version")
    for match in re.finditer(rf"\bref\s*\((?:[^()]*,)?\s*{name}{version}\s*\)", text):
        if match["version"] == _text(old.details.get("version")) or (match["version"] is None and old.latest_version):
            yield Piece(*match.span("name"), plain_name(new))
            end = match.end("name") + 1
            if written is not None or match["given"]:
                behind = match.end("given") if match["given"] else end
                yield Piece(end, behind, "" if written is None else f", v={written!r}")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
