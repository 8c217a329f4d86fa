"""The commands that are printed can be typed: a shell and YAML give back what was meant, whatever the names."""

from __future__ import annotations

import shlex
from types import SimpleNamespace

import pytest
import yaml

ODD = [
    *(
        "orders",
        "shop.main.orders",
        "my-project.shop.orders_2024",
        "it's",
        "it''s",
        'two"quotes"',
        "a, b",
        "a: b",
        "{x}",
        "[1]",
        "#1",
        "2024_orders",
    ),
    *(
        "yes",
        "Null",
        "-",
        "äöü",
        "a b",
        "back\\slash",
        "*",
        "&a",
        "!x",
        "%",
        "@",
        "`a`",
        "$HOME",
        "true",
        "1e3",
        "line\nend",
    ),
]


@pytest.mark.parametrize("name", ODD)
def test_a_printed_command_gives_back_its_arguments(macro, name):
    command = macro("_operation", "restore_table", {"table": name, "from_backup": "b", "dry_run": False}).value
    *words, arguments = shlex.split(command)
    assert words == ["dbt", "run-operation", "dbt_playbooks.restore_table", "--args"]
    assert yaml.safe_load(arguments) == {"table": name, "from_backup": "b", "dry_run": False}


@pytest.mark.parametrize("text", [*ODD, ""])
def test_a_shell_reads_any_text_back_as_one_word(macro, text):
    assert shlex.split(macro("_shell_word", text).value) == [text]


def test_a_plain_name_is_not_quoted(macro):
    command = macro("_operation", "drop_backup", {"backup": "orders_backup_1", "dry_run": False}).value
    assert command.endswith("--args '{backup: orders_backup_1, dry_run: false}'")


@pytest.mark.parametrize("parts", [("a", "b", "c"), ("my-project", "b", "2024.orders"), ("a.b", "c.d", "e f")])
def test_a_relation_is_written_so_that_a_macro_finds_it(macro, parts):
    database, schema, identifier = parts
    relation = SimpleNamespace(database=database, schema=schema, identifier=identifier)
    [*_, arguments] = shlex.split(macro("_operation", "list_backups", {"table": relation}).value)
    assert macro("_name_parts", yaml.safe_load(arguments)["table"]).value == list(parts)
