"""Documentation is run: every command in README.md and docs/ works, and the generated pages say what the code says."""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from shop import STRATEGIES, Shop

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    "README.md",
    "docs/backfill.md",
    "docs/backups.md",
    "docs/compare.md",
    "docs/cutover.md",
    "docs/impact.md",
    "docs/migrations.md",
    "docs/monitoring.md",
    "docs/schema-evolution.md",
]
USERS = """
create table raw.users as select * from (values ('1', '1.2.2024', 'pro'), (' 2 ', '12.2.2024', null), ('007', '', 'free')) as t(user_id, signed_up, plan)
"""
# run by other tests, by CI itself, or only on demand because they are slow
RUN_ELSEWHERE = {
    *("scripts/demo", "scripts/test", "scripts/lint", "scripts/bench backfill"),
    'pip install ".[duckdb]" --constraint requirements/constraints.txt',
}

# what the command itself calls; docs/macros.md is enough for them
OF_THE_STATE = {"create_backfill_state", "record_chunk", "record_run", "row_count", "window_row_count"}


def commands(page: str) -> list[str]:
    """The lines of a page's bash blocks."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_works(page: str, shop: Shop) -> None:
    shop.model("my_model", STRATEGIES["merge"])
    shop.model("my_model_v2", STRATEGIES["delete+insert"])
    shop.sql(USERS)
    found = commands(page)
    assert found
    for command in found:
        if command in RUN_ELSEWHERE:
            assert not command.startswith("scripts/") or os.access(ROOT / command.split()[0], os.X_OK)
    here = [shlex.split(command) for command in found if command not in RUN_ELSEWHERE]
    for program, group in itertools.groupby(here, key=lambda words: words[0]):
        _run(program, [words[1:] for words in group], shop)


def _run(program: str, group: list[list[str]], shop: Shop) -> None:
    if program == "dbt-playbooks":
        for words in group:
            said = shop.playbooks(*words)
            assert said.code == 0, f"{words}\n{said.err}"
        return
    assert program == "dbt", f"no test knows how to run: {program} {group}"
    shop.dbt_each(group)


@pytest.fixture(scope="module")
def generate() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_defaults_are_read_as_they_are_written(generate: Any) -> None:
    text = """{% macro one(a, b=none, c='x, (y', d=[1, 2], e={'f': (3)}) %}{% endmacro %}{%- test ok(model, days=7) -%}{% macro two() %}"""
    assert generate.signatures(text) == {
        "one": {"a": None, "b": "none", "c": "'x, (y'", "d": "[1, 2]", "e": "{'f': (3)}"},
        "test_ok": {"model": None, "days": "7"},
        "two": {},
    }


def test_the_page_of_the_macros_says_every_default() -> None:
    page = (ROOT / "docs" / "macros.md").read_text()
    for macro, argument, row in (
        ("backfill_filter", "date_column", "`string` | must be given |"),
        ("backfill_filter", "timezone", "`string` | `'UTC'` |"),
        ("compare_rows", "sample", "`integer` | `10` |"),
        ("no_missing_dates", "exclude_weekends", "`bool` | `false` |"),
    ):
        section = page.split(f"### `{macro}`\n")[1].split("\n### ")[0]
        assert f"| `{argument}` | {row}" in section


def test_generated_pages_say_what_the_code_says(generate: Any) -> None:
    for name, page in generate.PAGES.items():
        assert (ROOT / "docs" / name).read_text() == page(), f"docs/{name} is old. Run scripts/docs"


def test_every_operation_is_on_a_topics_page(generate: Any) -> None:
    text = "\n".join(file.read_text() for file in (ROOT / "macros").rglob("*.sql"))
    macros = generate.signatures(text)
    operations = {name for name in macros if f"{name}_sql" in macros and not name.startswith("_")} - OF_THE_STATE
    told = "\n".join((ROOT / page).read_text() for page in PAGES)
    assert sorted(name for name in operations if not re.search(rf"\b{name}\b", told)) == []


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [*PAGES, "docs/speed.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_files_and_headings(page: str) -> None:
    text = (ROOT / page).read_text()
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text):
        file = (ROOT / page).parent / link if link else ROOT / page
        assert file.exists(), f"{page} links to {link}"
        assert not anchor or anchor in anchors(file), f"{page} links to {link}#{anchor}"
