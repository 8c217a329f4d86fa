"""Every public macro, generic test and model has a description in YAML, and its arguments agree in names and order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

SIGNATURE = re.compile(r"\{%-?\s*(macro|test)\s+(\w+)\s*\((.*?)\)\s*-?%\}", re.DOTALL)
# What dbt lets an argument be, lists and dictionaries of it aside.
PLAIN_TYPES = {"string", "bool", "integer", "float", "any", "relation", "column"}


def signatures(text: str) -> dict[str, list[str]]:
    """Public macros and generic tests in a file to the names of their arguments. `adapter__name` implements, `_name` helps."""
    found = {}
    for kind, name, arguments in SIGNATURE.findall(text):
        if not name.startswith("_") and not re.match(r"(default|duckdb|bigquery)__", name):
            name = f"test_{name}" if kind == "test" else name
            found[name] = re.findall(r"(?:^|,)\s*(\w+)\s*(?=[=,]|$)", without_values(arguments))
    return found


def without_values(arguments: str) -> str:
    """`a, b=[1, 2]` without what stands in brackets or quotes, in which commas are no separators."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\{[^}]*\}|\([^)]*\)", "0", arguments)


def is_type(text: str) -> bool:
    inner = re.fullmatch(r"(list|optional)\[(.*)\]", text)
    if inner:
        return is_type(inner[2])
    pair = re.fullmatch(r"dict\[(\w+),\s*(.*)\]", text)
    return is_type(pair[2]) and pair[1] in PLAIN_TYPES if pair else text in PLAIN_TYPES


@pytest.fixture(scope="module")
def written(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in ("macros", "tests/dbt/generic"):
        for path in sorted((root / folder).rglob("*.sql")):
            for name, arguments in signatures(path.read_text(encoding="utf-8")).items():
                assert name not in found, f"{name} is defined twice"
                found[name] = arguments
    return found


def described(root: Path, kind: str, folder: str) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for path in sorted((root / folder).rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get(kind, []):
            assert entry["name"] not in found, f"{entry['name']} is described twice"
            found[entry["name"]] = entry
    return found


def arguments_of(entry: dict) -> list[dict]:
    """A macro's arguments; a generic test has them in its meta, because dbt counts none in a test and warns."""
    return entry.get("arguments") or entry.get("config", {}).get("meta", {}).get("arguments", [])


@pytest.fixture(scope="module")
def documented(root: Path) -> dict[str, dict]:
    return described(root, "macros", "macros")


def test_a_signature_is_read_with_its_defaults() -> None:
    text = "{% macro thing(a, b=[1, 2], c='x, y', d=none) %}{% endmacro %}{%- test ok(model) -%}{% macro _helper(z) %}{% macro duckdb__thing(a) %}"
    assert signatures(text) == {"thing": ["a", "b", "c", "d"], "test_ok": ["model"]}


@pytest.mark.parametrize("text", ["string", "optional[list[string]]", "dict[string, any]"])
def test_a_type_of_dbt_is_known(text: str) -> None:
    assert is_type(text)


@pytest.mark.parametrize("text", ["date", "boolean", "list", "list[date]", "string or list", ""])
def test_what_is_no_type_of_dbt_is_seen(text: str) -> None:
    assert not is_type(text)


def test_every_public_macro_is_described(written: dict[str, list[str]], documented: dict[str, dict]) -> None:
    assert written
    assert sorted(set(written) - set(documented)) == [], "public macros without an entry in macros/<topic>/_<topic>.yml"
    assert [name for name in written if not documented[name].get("description", "").strip()] == []


def test_no_description_outlived_its_macro(written: dict[str, list[str]], documented: dict[str, dict]) -> None:
    assert sorted(set(documented) - set(written)) == []


def test_arguments_agree_in_names_and_order(written: dict[str, list[str]], documented: dict[str, dict]) -> None:
    for name, arguments in written.items():
        told = arguments_of(documented[name])
        assert [argument["name"] for argument in told] == arguments, name
        for argument in told:
            assert is_type(argument["type"]), f"{name}: {argument['name']}: {argument['type']}"
            assert argument["description"].strip().endswith((".", ")")), f"{name}: {argument['name']}"


def test_every_model_and_its_columns_are_described(root: Path) -> None:
    models = {path.stem for path in (root / "models").rglob("*.sql")}
    told = described(root, "models", "models")
    assert set(told) == models
    for entry in told.values():
        assert entry["description"].strip()
        assert entry["columns"]
        assert all(column["description"].strip() for column in entry["columns"])
