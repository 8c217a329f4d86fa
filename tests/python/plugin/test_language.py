"""The tables that say what BigQuery's language is: every feature and function of the installed analyzer is in one of them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from dbt_playbooks.pytest_plugin.googlesql.features import _NO_STATEMENT_SHOWS_THEM, _OFF, _ON, FEATURES, PAGES, enabled
from dbt_playbooks.pytest_plugin.googlesql.functions import _BY_PAGE, FUNCTIONS
from dbt_playbooks.pytest_plugin.googlesql.information_schema import VIEWS, view_of
from dbt_playbooks.pytest_plugin.googlesql.unjudged import SAID

pytest.importorskip("zetasql", reason="GoogleSQL's analyzer is not installed: pip install 'dbt-playbooks[googlesql]'")


def test_every_feature_of_the_analyzer_is_on_or_off_by_a_page_of_bigquerys_documentation() -> None:
    from zetasql.types import LanguageFeature

    names = {each.name.removeprefix("FEATURE_") for each in LanguageFeature}
    assert names - set(FEATURES) == set(), (
        "the analyzer has new features: does BigQuery have them? Put each into features.py"
    )
    assert set(FEATURES) - names == set(), "the analyzer has no such features"
    internal = set(_NO_STATEMENT_SHOWS_THEM.split())
    assert {name for name, each in FEATURES.items() if not each.source.startswith(f"{PAGES}")} == internal


def test_a_feature_or_function_stands_in_its_table_once() -> None:
    features = [name for table in (_ON, _OFF) for names in table.values() for name in names.split()]
    functions = [name for names in _BY_PAGE.values() for name in names.split()]
    assert [name for name, times in Counter(features + functions).items() if times > 1] == []


def test_the_analyzers_features_come_from_the_table() -> None:
    from dbt_playbooks.pytest_plugin.googlesql.dialect import language

    found = {each.name.removeprefix("FEATURE_") for each in enabled()}
    assert found == {name for name, each in FEATURES.items() if each.on}
    assert sorted(language().enabled_language_features) == enabled()


def test_a_page_is_an_address_of_bigquerys_documentation() -> None:
    for source in {*FUNCTIONS.values(), *(each.source for each in FEATURES.values() if each.source)}:
        assert re.fullmatch(r"https://cloud\.google\.com/bigquery/docs/[a-z0-9_/-]+", source)


def test_the_analyzer_knows_no_function_that_bigquery_lacks() -> None:
    from zetasql.core.local_service import ZetaSqlLocalService

    from dbt_playbooks.pytest_plugin.googlesql.dialect import builtin_functions, language

    excluded = {int(each) for each in builtin_functions(language()).exclude_function_ids}
    found = ZetaSqlLocalService.get_instance().get_builtin_functions(language_options=language()).function
    left = [each for each in found if any(signature.context_id not in excluded for signature in each.signature)]
    names = {".".join(each.name_path).lower() for each in left}
    assert {name for name in names - set(FUNCTIONS) if not name.startswith("$")} == set()
    assert {each.options.alias_name.lower() for each in left if each.options.alias_name} - set(FUNCTIONS) == set()
    assert {"iferror", "iserror", "safe_to_json"} <= {".".join(each.name_path) for each in found} - names


def test_the_docs_name_every_function_that_the_analyzer_lacks() -> None:
    from zetasql.core.local_service import ZetaSqlLocalService

    from dbt_playbooks.pytest_plugin.googlesql.dialect import _GRAMMAR, language

    found = ZetaSqlLocalService.get_instance().get_builtin_functions(language_options=language()).function
    known = {".".join(each.name_path).lower() for each in found} | {each.options.alias_name.lower() for each in found}
    said = re.findall(r"`([a-z_]+\.?)`", SAID[0])
    lacking = set(FUNCTIONS) - known - _GRAMMAR - {"collate", "graph_expand", "vector_index.statistics"}
    assert {name for name in lacking if not name.startswith((*said, "dlp_"))} == set()
    assert [name for name in said if not any(each.startswith(name) for each in lacking)] == []


def test_a_view_of_the_information_schema_is_found_by_any_spelling_of_its_path() -> None:
    assert view_of(("p", "region-us", "INFORMATION_SCHEMA", "JOBS")) is VIEWS["JOBS"]
    assert view_of(("`p.region-us.information_schema.jobs_by_project`".strip("`"),)) is VIEWS["JOBS"]
    assert view_of(("region-us.INFORMATION_SCHEMA", "JOBS_BY_USER")) is VIEWS["JOBS_BY_USER"]
    assert view_of(("p", "d", "INFORMATION_SCHEMA", "NOPE")) is None
    assert view_of(("p", "d", "JOBS")) is None
    assert len(VIEWS) > 60
    assert all(view.columns for view in VIEWS.values())
