"""Long SQL in snapshot files, one a test and target: written when asked, compared otherwise, and told when nothing reads them."""

from __future__ import annotations

import pytest

pytest.importorskip("syrupy")

TESTS = """
@pytest.mark.targets("duckdb", "bigquery")
def test_divide(macro, sql_snapshot):
    assert macro("divide", "a", "b") == sql_snapshot

@pytest.mark.parametrize("name", ["rose", "oak / elm"])
def test_greet(macro, sql_snapshot, name):
    assert macro("greet", name).text == sql_snapshot
    assert macro("tools.greet", name) == sql_snapshot
"""


WRITTEN = {
    "test_garden/test_divide-duckdb.sql": "(a) / nullif(b, 0)\n",
    "test_garden/test_divide-bigquery.sql": "safe_divide(a, b)\n",
    "test_garden/test_greet-rose.duckdb.sql": "hello rose\n",
    "test_garden/test_greet-rose.1.duckdb.sql": "tools greet rose\n",
    "test_garden/test_greet-oak_elm.duckdb.sql": "hello oak / elm\n",
    "test_garden/test_greet-oak_elm.1.duckdb.sql": "tools greet oak / elm\n",
}


@pytest.fixture
def written(inside):
    """A folder as the first test finds that an update leaves it; a session takes seconds."""
    for name, text in WRITTEN.items():
        file = inside.path / "__snapshots__" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    inside.pytester.makepyfile(test_garden="import pytest\n" + TESTS)
    return inside


def files(inside):
    folder = inside.path / "__snapshots__"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_each_test_and_target_has_a_file_that_reads_as_sql(inside):
    result = inside.run(TESTS, "--snapshot-update")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["6 snapshots generated."])
    assert files(inside) == WRITTEN
    result = inside.run(TESTS)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["6 snapshots passed."])


def test_a_snapshot_that_is_not_there_fails_and_is_not_written(inside):
    result = inside.run(TESTS, "-k", "divide")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*`pytest --snapshot-update` writes *__snapshots__/test_garden/test_divide-duckdb.sql.",
            "*2 snapshots failed.*",
        ]
    )
    assert not (inside.path / "__snapshots__").exists()


def test_a_difference_fails_and_is_shown(written):
    (written.path / "__snapshots__/test_garden/test_divide-bigquery.sql").write_text("safe_divide(a, c)\n")
    result = written.run(TESTS)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["E *- safe_divide(a, c)*", "E *+ safe_divide(a, b)*", "*- rendered on bigquery -*", "  1 | safe_divide(a, b)"]
    )


@pytest.mark.slow
def test_snapshots_that_no_test_reads_are_told_and_removed_on_demand(written):
    fewer = TESTS.split("@pytest.mark.parametrize")[0]
    result = written.run(fewer)
    result.stdout.fnmatch_lines(["2 snapshots passed. 4 snapshots unused.", "*--snapshot-update*"])
    written.run(fewer, "--snapshot-update").assert_outcomes(passed=2)
    assert set(files(written)) == {"test_garden/test_divide-duckdb.sql", "test_garden/test_divide-bigquery.sql"}


def test_a_target_that_was_not_asked_for_keeps_its_snapshots(written):
    before = files(written)
    written.run(TESTS, "--snapshot-update", "--dbt-targets", "bigquery", "-k", "divide").assert_outcomes(passed=1)
    assert files(written) == before


def test_targets_that_did_not_run_keep_their_snapshots_in_an_update_of_all_tests(written):
    before = files(written)
    written.run(TESTS, "--snapshot-update", "--dbt-targets", "duckdb").assert_outcomes(passed=3)
    assert files(written) == before
    again = written.run(TESTS, "--dbt-targets", "duckdb")
    assert again.ret == pytest.ExitCode.OK, "a snapshot that no test may read here is not unused"


def test_an_update_in_which_something_fails_removes_nothing(written):
    before = files(written)
    written.run(TESTS + "\ndef test_other():\n    assert 0\n", "--snapshot-update", "-x").assert_outcomes(
        passed=4, failed=1
    )
    assert files(written) == before
    early = TESTS.replace("    assert macro", "    assert 0\n    assert macro", 1)
    written.run(early, "--snapshot-update").assert_outcomes(passed=2, failed=2)
    assert files(written) == before
    (written.garden / "macros" / "broken.sql").write_text("{% macro broken() %}{% if %}{% endmacro %}")
    written.run(TESTS, "--snapshot-update").assert_outcomes(errors=4)
    assert files(written) == before


@pytest.mark.slow
def test_parallel_workers_keep_what_only_one_of_them_reads(written):
    before = files(written)
    written.path.joinpath("test_other.py").write_text("def test_other():\n    pass\n")
    words = ("-n", "2", "--dist", "loadfile", "--dbt-targets", "duckdb")
    written.process(TESTS, *words, "--snapshot-update").assert_outcomes(passed=4)
    assert files(written) == before
    written.process(TESTS, *words).assert_outcomes(passed=4)
