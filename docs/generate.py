"""Writes docs/cli.md from the command's own help, docs/macros.md from the macros' YAML, docs/bigquery-targets.md from the pytest plugin, and the tables of
docs/schema-evolution.md and docs/cutover.md from what tests saw and hold.

A test fails when they differ.

Run: scripts/docs
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from dbt_playbooks.cli import cli
from dbt_playbooks.pytest_plugin.differences import DIFFERENCES, NEVER_RIGHT
from dbt_playbooks.pytest_plugin.googlesql.unjudged import SAID, SILENT
from dbt_playbooks.pytest_plugin.targets import TARGETS

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 100
MEASURED = ROOT / "tests/python/plugin/corpus/measured.yml"
INSTALL = "pip install 'dbt-playbooks[pytest,{}]'"


def cli_page() -> str:
    """Every command with its help."""
    parts = ["# The command\n\nGenerated from `--help`.\n"]
    for path, command in _commands("dbt-playbooks", cli):
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH, "terminal_width": WIDTH}
        context = click.Context(command, info_name=path, **settings)
        parts.append(f"## `{path}`\n\n```text\n{command.get_help(context).strip()}\n```\n")
    return "\n".join(parts)


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _commands(f"{path} {name}", child)


def macros_page() -> str:
    """Every public macro and generic test with its arguments, by topic."""
    parts = [
        "# The macros\n\nGenerated from the YAML beside them. `dbt run-operation dbt_playbooks.<macro> --args '{...}'` runs one.\n"
    ]
    defaults = signatures(
        "\n".join(
            file.read_text() for file in [*(ROOT / "macros").rglob("*.sql"), *(ROOT / "tests/dbt").rglob("*.sql")]
        )
    )
    for file in sorted([*(ROOT / "macros").glob("*/*.yml"), *(ROOT / "tests/dbt").glob("**/*.yml")]):
        content = yaml.safe_load(file.read_text())
        described = [*content.get("macros", []), *content.get("data_tests", [])]
        if not described:
            continue
        heading = f"## {file.parent.name.replace('_', ' ')}\n"
        parts += [heading] if heading not in parts else []
        parts += [_macro(macro, defaults[macro["name"]]) for macro in described if not macro["name"].startswith("_")]
    return "\n".join(parts)


def signatures(text: str) -> dict[str, dict[str, str | None]]:
    """Macros and generic tests (`test_name`) to their arguments, each with its default as it is written, None where it must be given."""
    found = {}
    for match in re.finditer(r"\{%-?\s*(macro|test)\s+(\w+)\s*\(", text):
        name = f"test_{match[2]}" if match[1] == "test" else match[2]
        arguments = (written.partition("=") for written in _arguments(text, match.end()))
        found[name] = {argument.strip(): default.strip() if equals else None for argument, equals, default in arguments}
    return found


def _arguments(text: str, position: int) -> Iterator[str]:
    """What stands between the commas from `position` on, up to the closing parenthesis; brackets and quotes hold commas of their own."""
    depth, quote, begin = 0, "", position
    while depth >= 0:
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in ",)" and depth == 0:
            if text[begin:position].strip():
                yield text[begin:position]
            begin = position + 1
        if not quote:
            depth += (character in "([{") - (character in ")]}")
        position += 1


def _macro(macro: dict[str, Any], defaults: dict[str, str | None]) -> str:
    name = macro["name"].removeprefix("test_")
    # dbt renders descriptions, so an example of Jinja stands in a raw block
    description = re.sub(r"\{% (end)?raw %\}", "", macro["description"]).strip()
    lines = [f"### `{name}`\n", description + "\n"]
    # a generic test has its arguments in its meta: dbt counts none in a test, and would warn
    arguments = macro.get("arguments") or macro.get("config", {}).get("meta", {}).get("arguments", [])
    if arguments:
        rows = [
            [
                f"`{each['name']}`",
                f"`{each.get('type', 'any')}`",
                "must be given" if (default := defaults[each["name"]]) is None else f"`{default}`",
                " ".join(each["description"].split()),
            ]
            for each in arguments
        ]
        lines += _table(["argument", "type", "default", ""], rows)
        lines.append("")
    return "\n".join(lines)


def targets_page() -> str:
    """The targets of the pytest plugin, and where the emulator is not BigQuery."""
    targets = [
        [f"`{each.name}`", each.says, f"`{INSTALL.format(each.extra)}`", each.trust] for each in TARGETS.values()
    ]
    differences = [
        [f"`{name}`", each.what, each.breaks, f"`{each.shown_by}`", _answer(each.emulator), _answer(each.bigquery)]
        for name, each in DIFFERENCES.items()
    ]
    return "\n".join(
        [
            "# The targets of a test, and how far each is to be trusted\n\nGenerated from the pytest plugin.\n",
            *_table(["target", "what it is", "installed by", "how far to trust it"], targets),
            "\n## What the target `bigquery` does not judge\n\nIts tables of features, functions, options and views come from BigQuery's documentation; "
            "it was not tried on BigQuery. It cannot judge a statement that has one of these, and says so: the test fails, unless it says "
            "`allow_unchecked=True`.\n",
            *(f"- {text}" for text in SAID),
            "\nIt does not look at these, and says nothing of them:\n",
            *(f"- {text}" for text in SILENT),
            *_how_often_wrong(yaml.safe_load(MEASURED.read_text())),
            "\n## Where the emulator is not BigQuery\n\nA test that meets one of these is marked with its name, "
            '`@pytest.mark.emulator_differs("safe_cast_rounds")`: it must fail there, and is no failure of the session. '
            "None was tried on BigQuery: for a query without tables its answer is that of GoogleSQL's reference implementation, for others what is expected.\n",
            *_table(["name", "what differs", "what it breaks", "shown by", "emulator", "BigQuery"], differences),
            "\nWhat no single statement shows:\n",
            *(f"- {text}" for text in NEVER_RIGHT.values()),
            "",
        ]
    )


def _how_often_wrong(measured: dict[str, Any]) -> list[str]:
    """What the target `bigquery` says of the corpus; a test holds the file of figures against the corpus."""
    wrong, right = measured["wrong"], measured["right"]
    return [
        "\n## How often the target `bigquery` is wrong\n\nThe statements in `tests/python/plugin/corpus` are written from BigQuery's documentation, "
        "each with its page: wrong ones, which BigQuery refuses when it compiles or plans them, and right ones. None was tried on BigQuery. The rules of "
        "the target were made with these statements in sight, so expect it to miss more of your mistakes: when 426 of the wrong ones and 109 of the right ones "
        "were tried for the first time, before a rule was made for any of them, 14 (3.3%) passed and none was refused. A wrong statement that is not checked "
        "counts as one that passes. A right one that is not checked is counted apart: it fails a test that does not say `allow_unchecked=True`.\n",
        *_table(
            ["statements", "", "judged wrongly", "not checked"],
            [
                ["wrong", str(wrong["statements"]), f"{_share(wrong)} pass", str(wrong["unchecked"])],
                ["right", str(right["statements"]), f"{_share(right)} are refused", str(right["unchecked"])],
            ],
        ),
        *_listed("Wrong statements that pass:", wrong["mistaken"]),
        *_listed("Right statements that are refused:", right["mistaken"]),
    ]


def _share(measured: dict[str, Any]) -> str:
    return f"{len(measured['mistaken'])} ({len(measured['mistaken']) / measured['statements']:.1%})"


def _listed(head: str, names: list[str]) -> list[str]:
    return [f"\n{head}\n", *(f"- {name}" for name in names)] if names else []


BEGIN, END = "<!-- generated by scripts/docs -->\n", "<!-- end of what is generated -->\n"
SEEN = ROOT / "tests/python/schema_evolution/on_schema_change.yml"
VALUES = ("ignore", "fail", "append_new_columns", "sync_all_columns")
BY_HAND = "columns changed by hand"


def schema_evolution_page() -> str:
    """The page as it is, with what incremental models do as it was seen."""
    seen = yaml.safe_load(SEEN.read_text())
    tables = []
    for adapter, name in (("duckdb", "DuckDB"), ("bigquery", "BigQuery")):
        rows = [
            [change, *(_became(each["selects"], each[adapter][value]) for value in VALUES)]
            for change, each in seen.items()
        ]
        tables.append("\n".join(_table([name, *(f"`{value}`" for value in VALUES)], rows)) + "\n")
    return _filled("schema-evolution.md", tables)


HELD = ROOT / "tests/python/macros/held_by_a_table.yml"


def cutover_page() -> str:
    """The page as it is, with what becomes of all that a table can hold."""
    tables = []
    for adapter, name in (("duckdb", "DuckDB"), ("bigquery", "BigQuery")):
        rows = []
        for place, entries in yaml.safe_load(HELD.read_text())[adapter].items():
            verdicts: dict[str, list[str]] = {}
            for entry, verdict in entries.items():
                word, note = (verdict, "") if isinstance(verdict, str) else verdict
                verdicts.setdefault(word, []).append(f"{entry} ({note})" if note else entry)
            rows += [[place, word, ", ".join(entries)] for word, entries in verdicts.items()]
        tables.append("\n".join(_table([name, "", "what"], rows)) + "\n")
    return _filled("cutover.md", tables)


def _filled(page: str, tables: list[str]) -> str:
    """A page as it is, with other tables between its marks."""
    before, _, rest = (ROOT / "docs" / page).read_text().partition(BEGIN)
    return before + BEGIN + "\n".join(tables) + END + rest.partition(END)[2]


def _became(selects: list[str], cell: dict[str, Any]) -> str:
    """What an incremental run made of the stored rows: row 1 is not written again, row 2 is, row 3 is new."""
    note = " (1)" if cell.get("tried") == BY_HAND else ""
    if "error" in cell:
        said = {
            "The sou": "fails: dbt finds the schemas out of sync",
            "dbt_pla": "refused by the call until it is built with --full-refresh",
        }
        return said.get(cell["error"][:7], f"fails: `{cell['error']}`") + note
    effects: dict[str, list[str]] = {}
    for name in dict.fromkeys([*cell["before"], *cell["columns"], *selects]):
        if effect := _effect(name, selects, cell):
            effects.setdefault(effect, []).append(f"`{name}`")
    return "; ".join(f"{', '.join(names)}: {effect}" for effect, names in effects.items()) + note


def _effect(name: str, selects: list[str], cell: dict[str, Any]) -> str:
    """What became of a column; nothing where all is as the model says."""
    if name not in cell["columns"]:
        return "not stored" if name in selects else "dropped"
    first, second, third = (row[list(cell["columns"]).index(name)] for row in cell["rows"])
    if name not in cell["before"]:
        assert first is None
        return "added, NULL in rows that are not written again"
    if name not in selects:
        assert third is None
        return f"stays, {'NULL' if second is None else 'with its old value'} in rows that are written again, NULL in new ones"
    return "NULL in rows that are written, others keep their value" if first is not None and second is None else ""


def _answer(text: str) -> str:
    return text if text in ("error", "no rows", "a count") else f"`{text}`" if text else "an empty text"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    cells = [head, ["---"] * len(head), *([text.replace("|", "\\|") for text in row] for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]


PAGES = {
    "cli.md": cli_page,
    "macros.md": macros_page,
    "bigquery-targets.md": targets_page,
    "schema-evolution.md": schema_evolution_page,
    "cutover.md": cutover_page,
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page())


if __name__ == "__main__":
    main()
