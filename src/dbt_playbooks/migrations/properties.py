"""Where YAML describes a model and its columns, by line; and what is to be added there, as YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from dbt_playbooks.migrations.edits import Edit, Piece, edits, line_of


def block_of(text: str, model: str) -> tuple[int, int] | None:
    """Where the entry of a model (snapshot, seed) begins and ends in a properties file; None where there is none."""
    entry = _entry(text, model)
    return None if entry is None else (entry.start_mark.index, entry.end_mark.index)


def column_place(text: str, model: str, column: str) -> tuple[int, int] | None:
    """Where a properties file writes the name of a column of a model."""
    name = get(_column(text, model, column), "name")
    return None if name is None else (name.start_mark.index, name.end_mark.index)


def removed_test(
    path: str, text: str, model: str, test: str, column: str | None = None, naming: Sequence[str] = ()
) -> list[Edit]:
    """The lines of a test of a model, or of a column of it, and those of their key when the test was the only one.

    Of several tests of that kind the one that names all of `naming`. A test that shares its line with other things is left to a person.
    """
    entry = _entry(text, model) if column is None else _column(text, model, column)
    lines = text.split("\n")
    for key in ("data_tests", "tests"):
        tests = items(entry, key)
        for each in tests:
            name = each.value[0][0] if isinstance(each, yaml.MappingNode) and each.value else each
            words = {str(word).lower() for word in _scalars(each)}
            if str(name.value).rpartition(".")[2] != test or not {word.lower() for word in naming} <= words:
                continue
            alone = len(tests) == 1
            if alone and column is not None and {name.value for name, _ in entry.value} == {"name", key}:
                return removed_entry(path, text, model, column)
            first = next(name for name, _ in entry.value if name.value == key) if alone else each
            start, end = first.start_mark.line, _last_line(each)
            whole = get(entry, key).flow_style is not True and not (alone and lines[start].lstrip().startswith("- "))
            if not whole:
                return [Edit(path, each.start_mark.line + 1, (lines[each.start_mark.line],), None, f"without {test}")]
            return edits(path, text, [Piece(_position(text, start), _position(text, end + 1) - 1, "")])
    return []


def removed_entry(path: str, text: str, model: str, column: str) -> list[Edit]:
    """The lines of a column, and those of the key when it is the only one. An entry that shares its lines with others is left to a person."""
    model_entry, entry = _entry(text, model), _column(text, model, column)
    entries = get(model_entry, "columns")
    first = next(name for name, _ in model_entry.value if name.value == "columns") if len(entries.value) == 1 else None
    start, end = entry.start_mark.line, _last_line(entry)
    if first is not None:
        start = first.start_mark.line
    line = text.split("\n")[start]
    before = text[_position(text, start) : (first or entry).start_mark.index]
    if entries.flow_style or before.strip() not in ("", "-") or (first is not None and before.strip()):
        return [Edit(path, start + 1, (line,), None, f"without the column {column}")]
    return edits(path, text, [Piece(_position(text, start), _position(text, end + 1) - 1, "")])


def _position(text: str, line: int) -> int:
    """Where a line begins, counted from 0; behind the last one the end of the text, as if it ended with a new line."""
    position = 0
    for _ in range(line):
        position = text.find("\n", position) + 1
        if not position:
            return len(text) + 1
    return position


def _scalars(node: Any) -> Iterator[str]:
    """All words of a part of YAML, keys as well."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _scalars(each)
    else:
        for pair in node.value:
            for each in pair:
                yield from _scalars(each)


def _last_line(node: Any) -> int:
    """The mark at the end of a block is where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.line) - int(node.end_mark.column == 0)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)


def _entry(text: str, model: str) -> Any:
    """The entry of that name in a list at the top of a properties file: models, snapshots and so on."""
    root = root_of(text)
    for _, entries in root.value if root is not None else ():
        for each in entries.value if isinstance(entries, yaml.SequenceNode) else ():
            if isinstance(each, yaml.MappingNode) and getattr(get(each, "name"), "value", None) == model:
                return each
    return None


def root_of(text: str) -> Any:
    """The mapping at the top of a properties file; None of one that has none, or is broken."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    return root if isinstance(root, yaml.MappingNode) else None


def get(node: Any, key: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def items(node: Any, key: str) -> list[Any]:
    found = get(node, key)
    return list(found.value) if isinstance(found, yaml.SequenceNode) else []


def _column(text: str, model: str, column: str) -> Any:
    entries = items(_entry(text, model), "columns")
    return next(
        (each for each in entries if str(getattr(get(each, "name"), "value", "")).lower() == column.lower()), None
    )


def added_test(path: str | None, text: str, model: str, test: Any, column: str | None = None) -> Edit:
    """The YAML that gives a model, or a column of it, one test more: in its properties file if it has one."""
    entry: dict[str, Any] = {"data_tests": [test]}
    place = column_place(text, model, column) if path and column is not None else None
    if path and place:
        line = line_of(text, place[0])
        into = _into(text, _column(text, model, str(column)), "data_tests", test)
        return Edit(
            path, line, (), _dump(entry), f"under '{column}'; what is there under `data_tests` stays", pieces=into
        )
    if column is not None:
        entry = {"columns": [{"name": column, **entry}]}
    found = block_of(text, model) if path else None
    if path is None or found is None:
        whole = {"models": [{"name": model, **entry}]}
        into = _into(text, root_of(text), "models", whole["models"][0])
        note = "a new file" if path is None else ""
        return Edit(path or f"models/_{model}.yml", None, (), _dump(whole), note, pieces=into)
    (key,) = entry
    into = _into(text, _entry(text, model), key, entry[key][0])
    note = f"under '{model}', which begins at line {line_of(text, found[0])}; what is there under `{key}` stays"
    return Edit(path, line_of(text, found[0]), (), _dump(entry), note, pieces=into)


def _into(text: str, mapping: Any, key: str, item: Any) -> tuple[Piece, ...]:
    """An item more in a list of a mapping, whichever way both are written; nothing where it can't be told how."""
    if mapping is None:
        lines = "\n".join(_dump({key: [item]}))
        return (Piece(len(text), len(text), f"{lines}\n" if not text or text.endswith("\n") else f"\n{lines}\n"),)
    known = get(mapping, key) or (get(mapping, "tests") if key == "data_tests" else None)
    flow = yaml.safe_dump(item, default_flow_style=True, width=10**6, sort_keys=False).removesuffix("...\n").strip()
    if isinstance(known, yaml.SequenceNode) and known.value:
        if known.flow_style:
            end = known.value[-1].end_mark.index
            return (Piece(end, end, f", {flow}"),)
        return _behind(text, known, known.start_mark.column, _dump([item]))
    if known is not None:
        return (Piece(known.start_mark.index, known.end_mark.index, f"[{flow}]"),) if known.flow_style else ()
    if mapping.flow_style:
        end = mapping.value[-1][1].end_mark.index
        return (Piece(end, end, f", {key}: [{flow}]"),)
    return _behind(text, mapping, mapping.value[0][0].start_mark.column, _dump({key: [item]}))


def _behind(text: str, node: Any, indent: int, lines: Sequence[str]) -> tuple[Piece, ...]:
    """Lines behind the last one of a block."""
    end = _position(text, _last_line(node) + 1) - 1
    return (Piece(end, end, "".join(f"\n{' ' * indent}{line}" for line in lines)),)


def _dump(value: Any) -> tuple[str, ...]:
    text = yaml.dump(value, Dumper=_Indented, sort_keys=False, default_flow_style=False, width=120)
    return tuple(text.rstrip("\n").split("\n"))


class _Indented(yaml.SafeDumper):
    """Lists a step deeper than their key, as people write properties."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)
