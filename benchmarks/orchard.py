"""The dbt project that `bench harness` works on, and the same test of its macro as each contender's user would write it.

Everything that a test of a macro finds is compared: nobody is timed for wrong text or wrong rows.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

MODELS = 20
MIXED_TESTS = 10  # five test functions, each on two targets
EXPECTED = "select day, count(*) as orders, round(sum(cents) / 100.0, 2) as total from orders group by day order by day"

_FILES = {
    "dbt_project.yml": "name: orchard\nversion: '1.0'\nprofile: orchard\nmodels:\n  orchard: {+materialized: table}\n",
    "profiles.yml": 'orchard:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: ":memory:", threads: 1}\n',
    "macros/totals_by.sql": """\
        {% macro totals_by(table, by, amount) -%}
          select {{ by }}, count(*) as orders, {{ orchard.in_euros('sum(' ~ amount ~ ')') }} as total
          {#- #} from {{ table }} group by {{ by }} order by {{ by }}
        {%- endmacro %}
        """,
    "macros/in_euros.sql": """\
        {% macro in_euros(cents) -%}
          {{ return(adapter.dispatch('in_euros', 'orchard')(cents)) }}
        {%- endmacro %}

        {% macro default__in_euros(cents) -%}
          round({{ cents }} / 100.0, {{ var('digits', 2) }})
        {%- endmacro %}
        """,
    "macros/only_in.sql": """\
        {% macro only_in(new_table, old_table, key) -%}
          {% if key is not string %}{{ exceptions.raise_compiler_error("only_in: key is a column's name, not " ~ key) }}{% endif -%}
          select {{ key }} from {{ new_table }} where {{ key }} not in (select {{ key }} from {{ old_table }}) order by {{ key }}
        {%- endmacro %}
        """,
    # `dbt run-operation` returns nothing: such tests compare inside of dbt
    "macros/check_totals_by.sql": f"""\
        {{% macro check_totals_by() -%}}
          {{% set found = orchard.totals_by('orders', 'day', 'cents') | trim %}}
          {{% if found != '{EXPECTED}' %}}{{{{ exceptions.raise_compiler_error('totals_by rendered ' ~ found) }}}}{{% endif %}}
        {{%- endmacro %}}
        """,
}

# Notes how long each test took with all that pytest does for it, and what a test times itself.
_CONFTEST = """\
import contextlib, json, os, time
import pytest

seconds = {}

def note(name, started):
    seconds.setdefault(name, []).append(time.perf_counter() - started)

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    started = time.perf_counter()
    done = yield
    note(item.originalname, started)
    return done

@pytest.fixture
def timed():
    @contextlib.contextmanager
    def timing(name):
        started = time.perf_counter()
        yield
        note(name, started)
    return timing

def pytest_unconfigure(config):
    with open(os.environ["BENCH_SECONDS"], "w") as file:
        json.dump(seconds, file)
"""

OURS = f"""\
import pytest

EXPECTED = "{EXPECTED}"

@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("n", range(TESTS))
def test_of_the_macro(macro, n):
    assert macro.render("totals_by", "orders", "day", "cents").text == EXPECTED

@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("n", range(TESTS))
def test_rendered_on_duckdb(macro, timed, n):
    with timed("rendered on duckdb"):
        found = macro.render("totals_by", "orders", "day", "cents")
    assert found.text == EXPECTED

@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("n", range(TESTS))
def test_rendered_for_bigquery(macro, timed, n):
    with timed("rendered for bigquery"):
        found = macro.render("totals_by", "orders", "day", "cents")
    assert found.text == EXPECTED

@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("n", range(TESTS))
def test_of_two_tables(macro, table, n):
    old, new = table({{"id": [1, 2], "note": ["a", None]}}), table({{"id": [1, 2, 3], "note": ["a", "b", "c"]}})
    assert macro("only_in", new, old, "id").rows == [(3,)]

@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("n", range(TESTS))
def test_of_a_statement(macro, table, timed, n):
    sql = macro("totals_by", table(types={{"day": "date", "cents": "int64"}}), "day", "cents")
    with timed("analyzed"):
        assert sql.analyzed[-1].columns == {{"day": "date", "orders": "int64", "total": "float64"}}

@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("n", range(TESTS))
def test_of_a_statement_on_a_new_table(macro, table, timed, n):
    # a column of its own: the analyzer has not seen such a table before
    sql = macro("totals_by", table(types={{"day": "date", f"cents_{{n}}": "int64"}}), "day", f"cents_{{n}}")
    with timed("analyzed on a new table"):
        assert sql.analyzed[-1].columns == {{"day": "date", "orders": "int64", "total": "float64"}}
"""

MIXED = f"""\
import pytest

pytestmark = pytest.mark.targets("duckdb", "bigquery")
EXPECTED = "{EXPECTED}"

@pytest.mark.parametrize("n", range(TESTS))
def test_text(macro, n):
    assert macro.render("totals_by", "orders", "day", "cents").text == EXPECTED

@pytest.mark.parametrize("n", range(TESTS))
def test_var_and_stub(macro, n):
    assert f", {{n}}) as" in macro.render("totals_by", "orders", "day", "cents", vars={{"digits": n}}).text
    assert "nothing as total" in macro.render("totals_by", "orders", "day", "cents", stubs={{"in_euros": "nothing"}}).text

@pytest.mark.parametrize("n", range(TESTS))
def test_error(macro, n):
    with macro.raises("only_in: key is a column's name, not [1]"):
        macro("only_in", "one", "other", [1])

@pytest.mark.parametrize("n", range(TESTS))
def test_model(macro, table, n):
    orders = table({{"id": [1, 2]}})
    model = "select id from {{{{ ref('orders') }}}}{{% if is_incremental() %}} where id > {{{{ var('after') }}}}{{% endif %}}"
    sql = macro.compile(model, refs={{"orders": orders}}, incremental=True, vars={{"after": n}}).check()
    assert sql.text.endswith(f"where id > {{n}}")

@pytest.mark.parametrize("n", range(TESTS))
def test_two_tables(macro, table, n):
    old, new = table({{"id": [1, 2]}}), table({{"id": [1, 2, 3]}})
    found = macro("only_in", new, old, "id").check()
    if macro.target == "duckdb":
        assert found.rows == [(3,)]
"""

RUNNER = """\
import json, os, sys, time
from dbt.cli.main import dbtRunner

manifest = dbtRunner().invoke(["--quiet", "parse"]).result
runner, seconds = dbtRunner(manifest=manifest), []
for _ in range(TESTS):
    started = time.perf_counter()
    done = runner.invoke(["--quiet", "run-operation", "check_totals_by"])
    seconds.append(time.perf_counter() - started)
    if not done.success:
        sys.exit(str(done.exception or done.result))
with open(os.environ["BENCH_SECONDS"], "w") as file:
    json.dump({"test_of_the_macro": seconds}, file)
"""

PYTEST_DBT_CORE = f"""\
import pytest

@pytest.mark.parametrize("n", range(TESTS))
@pytest.mark.parametrize("macro_generator", ["macro.orchard.totals_by"], indirect=True)
def test_of_the_macro(macro_generator, n):
    assert macro_generator("orders", "day", "cents").strip() == "{EXPECTED}"
"""

DBT_TESTS_ADAPTER = """\
import pathlib
import pytest
from dbt.tests.util import run_dbt

pytest_plugins = ["dbt.tests.fixtures.project"]
HERE = pathlib.Path.cwd()  # its fixtures go elsewhere

@pytest.fixture(scope="class")
def dbt_profile_target():
    return {"type": "duckdb", "path": ":memory:", "threads": 1}

class TestTheMacro:
    @pytest.fixture(scope="class")
    def project_config_update(self):
        return {"name": "orchard"}

    @pytest.fixture(scope="class")
    def macros(self):
        return {file.name: file.read_text() for file in (HERE / "macros").glob("*.sql")}

    @pytest.fixture(scope="class")
    def models(self):
        return {file.name: file.read_text() for file in (HERE / "models").glob("*.sql")}

    @pytest.mark.parametrize("n", range(TESTS))
    def test_of_the_macro(self, project, n):
        run_dbt(["run-operation", "check_totals_by"])
"""


def write_project(folder: Path) -> Path:
    """The project: a few macros, and some models that each contender parses too."""
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    (folder / "models").mkdir()
    for n in range(MODELS):
        parent = f"{{{{ ref('model_{n - 1:02}') }}}}" if n else "(select 1 as id)"
        (folder / "models" / f"model_{n:02}.sql").write_text(f"select *, {n} as n_{n} from {parent}\n")
    return folder


def write_tests(project: Path, name: str, text: str, tests: int) -> Path:
    """A test file, or a script, in which each test is there `tests` times."""
    folder = project / "tests_of" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conftest.py").write_text(_CONFTEST)
    file = folder / "test_it.py"
    file.write_text(text.replace("TESTS", str(tests)))
    return file
