"""The corpus of statements against the target `bigquery`: each with its page of BigQuery's documentation, written without the analyzer."""

from __future__ import annotations

import re

import pytest
import yaml

pytest.importorskip("zetasql", reason="GoogleSQL's analyzer is not installed: pip install 'dbt-playbooks[googlesql]'")

from plugin.judging import CORPUS, DATASET, MEASURED, Entry, Verdict, entries, judged, measured, opened, tables

MAY_PASS = 3 / 110

Verdicts = dict[str, list[tuple[Entry, Verdict]]]


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    return judged(opened())


def test_what_bigquery_takes_is_not_refused(verdicts: Verdicts) -> None:
    assert {str(entry): verdict.refusal for entry, verdict in verdicts["right"] if verdict.refusal is not None} == {}


def test_few_of_what_bigquery_refuses_pass(verdicts: Verdicts) -> None:
    wrong = verdicts["wrong"]
    passed = [f"{entry}: {entry.why}" for entry, verdict in wrong if verdict.refusal is None]
    assert len(passed) <= MAY_PASS * len(wrong), "\n".join(passed)


def test_what_is_refused_is_refused_for_its_reason(verdicts: Verdicts) -> None:
    assert {
        str(entry): (entry.said, verdict.reason)
        for entry, verdict in verdicts["wrong"]
        if verdict.refusal is not None and not re.search(entry.said, verdict.reason)
    } == {}


def test_the_figures_that_the_docs_print_are_those_of_today(verdicts: Verdicts) -> None:
    assert yaml.safe_load(MEASURED.read_text()) == measured(verdicts), (
        "the analyzer or the corpus has changed: python tests/python/plugin/judging.py, then python docs/generate.py"
    )


@pytest.mark.parametrize(("kind", "least"), [("wrong", 110), ("right", 250)])
def test_the_corpus_is_large_and_each_entry_names_itself_and_its_page(kind: str, least: int) -> None:
    found = entries(kind)
    assert len(found) >= least
    assert len({str(each) for each in found}) == len(found)
    assert len({" ".join(each.sql.split()) for each in found}) == len(found), "a statement is there twice"
    page = re.compile(r"[a-z0-9-]+(/[a-z0-9_-]+)*(#[a-z0-9_-]+)?")
    assert [str(each) for each in found if not page.fullmatch(each.source)] == []
    assert [str(each) for each in found if (kind == "wrong") != bool(each.why and each.said)] == []


def test_no_statement_is_right_and_wrong() -> None:
    assert {each.sql for each in entries("wrong")} & {each.sql for each in entries("right")} == set()


def test_every_table_of_the_corpus_is_used() -> None:
    text = "\n".join(path.read_text() for path in CORPUS.glob("**/*.yml"))
    # those of a wildcard are used by their prefix
    assert [name for name in tables() if f"{DATASET}.{name.rstrip('0123456789')}" not in text] == []
