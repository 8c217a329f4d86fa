"""The pytest plugin: one test function, once a target. Only hooks and fixtures; whatever imports dbt waits until a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from dbt_playbooks.pytest_plugin.targets import TARGETS, version

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.macros import Macros
    from dbt_playbooks.pytest_plugin.opening import Opener

_OPENER: pytest.StashKey[Opener] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dbt macros")
    group.addoption(
        "--dbt-targets",
        metavar="NAMES",
        help=f"Targets that tests of dbt macros run on: {', '.join(TARGETS)}, with commas. Default: what a test is marked with, else duckdb.",
    )
    parser.addini("dbt_project", "The folder of the dbt project whose macros are tested, from the folder of this file.")
    parser.addini("dbt_targets", "The default of --dbt-targets.", default="")
    parser.addini("dbt_vars", "Vars of the project in every test, as YAML.", default="")
    parser.addini(
        "dbt_duckdb_output",
        "The output of the profile whose DuckDB settings are used, when there are several.",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"targets(*names): the targets that a test of dbt macros runs on: {', '.join(TARGETS)}.",
    )
    config.addinivalue_line(
        "markers",
        "emulator_differs(name): the emulator is not BigQuery here (a name of the list of differences): the test must fail there.",
    )
    _selected(config)  # wrong names end the session before it begins
    if config.getini("dbt_project") and hasattr(config.option, "ignore_file_extensions"):
        # a process that happens to run no test with a snapshot lets syrupy's default take all files for unused ones
        config.option.ignore_file_extensions = [*(config.option.ignore_file_extensions or ()), "sql"]


def _selected(config: pytest.Config) -> list[str] | None:
    """The targets that were asked for, or None."""
    option = config.getoption("--dbt-targets")
    asked = option or config.getini("dbt_targets")
    names = [name.strip() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in TARGETS:
            raise pytest.UsageError(f"{'--dbt-targets' if option else 'dbt_targets'}: {_no_target(name)}")
    return names or None


def _no_target(name: str) -> str:
    return f"there is no target '{name}'. Targets: {', '.join(TARGETS)}."


def _fail(message: str) -> NoReturn:
    """An error of a test module or a fixture, without lines of the plugin."""
    pytest.fail(message, pytrace=False)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if not config.getini("dbt_project"):
        return []
    lines = [f"dbt: dbt-core {version('dbt-core') or 'not installed'}, project {config.getini('dbt_project')}"]
    for name in _selected(config) or TARGETS:
        why_not = TARGETS[name].why_not()
        lines.append(
            f"  off  {why_not}" if why_not else f"  on   {name}: {TARGETS[name].versions()}, {TARGETS[name].says}"
        )
    return lines


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dbt_target" not in metafunc.fixturenames:
        return
    selected = _selected(metafunc.config)
    mark = metafunc.definition.get_closest_marker("targets")
    wanted = list(mark.args) if mark else selected or ["duckdb"]
    if not wanted:
        _fail(f"{metafunc.definition.nodeid}, mark targets: it names no target. Targets: {', '.join(TARGETS)}.")
    for name in wanted:
        if name not in TARGETS:
            _fail(f"{metafunc.definition.nodeid}, mark targets: {_no_target(name)}")
    names = [name for name in wanted if selected is None or name in selected]
    parameters = [pytest.param(name, marks=_marks(name), id=name) for name in names]
    if not names:
        reason = (
            f"{', '.join(wanted)}: the test is marked for nothing else, and --dbt-targets (or dbt_targets) is "
            f"{','.join(selected or [])}. Add {wanted[0]} there"
        )
        parameters = [pytest.param(wanted[0], marks=pytest.mark.skip(reason=reason), id="none")]
    metafunc.parametrize("dbt_target", parameters)


def _marks(name: str) -> list[pytest.MarkDecorator]:
    why_not = TARGETS[name].why_not()
    return [pytest.mark.skip(reason=why_not)] if why_not else []


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test, or one of its parameters, that meets a difference of the emulator must fail there."""
    met = item.get_closest_marker("emulator_differs")
    if met is None or getattr(getattr(item, "callspec", None), "params", {}).get("dbt_target") != "emulator":
        return
    from dbt_playbooks.pytest_plugin.differences import DIFFERENCES

    if not met.args or met.args[0] not in DIFFERENCES:
        raise pytest.UsageError(f"{item.nodeid}, mark emulator_differs: it takes one of {', '.join(DIFFERENCES)}.")
    what = DIFFERENCES[met.args[0]].what
    reason = f"the emulator is not BigQuery here: {what}"
    # another answer, or a refusal: a test that breaks otherwise is broken
    item.add_marker(pytest.mark.xfail(reason=reason, raises=(AssertionError, SqlError), strict=True))


@pytest.fixture(scope="session")
def dbt_project(pytestconfig: pytest.Config) -> Path:
    """The folder of the dbt project whose macros are tested: `dbt_project` of the configuration. Override it for another one."""
    folder = pytestconfig.getini("dbt_project")
    if not folder:
        _fail(
            "which dbt project is tested? Say so in the pytest configuration: dbt_project = . (the folder of dbt_project.yml)"
        )
    beside = pytestconfig.inipath.parent if pytestconfig.inipath else pytestconfig.rootpath
    return Path(beside) / str(folder)


@pytest.fixture
def dbt_target(request: pytest.FixtureRequest) -> str:
    """The name of the target that the test runs on."""
    return str(request.param)


@pytest.fixture
def macro(request: pytest.FixtureRequest, dbt_project: Path, dbt_target: str) -> Iterator[Macros]:
    """Calls macros of the project on the target of the test. See docs/macro-testing.md."""
    from dbt_playbooks.pytest_plugin.macros import Macros

    request.node.user_properties.append(("dbt_target", dbt_target))
    config = request.config
    if _OPENER not in config.stash:
        from dbt_playbooks.pytest_plugin.opening import Opener

        config.stash[_OPENER] = Opener(config)
    target = config.stash[_OPENER].open(dbt_project, dbt_target, request.node.nodeid)
    try:
        yield Macros(target)
    finally:
        target.end_test()


@pytest.fixture
def table(request: pytest.FixtureRequest, macro: Macros) -> Any:
    """Makes a table on the target of the test: table({"id": [1, 2]}), table("events.csv", types={"id": "int64"}),
    table(seed="countries"). Returns its relation.

    A file is looked for beside the test, a seed is one of the project. `database` is another one of DuckDB's, or another project of BigQuery's.
    """
    from dbt_playbooks.pytest_plugin.tables import read_table

    def make(
        data: Any = None,
        types: Any = None,
        name: str | None = None,
        schema: str | None = None,
        database: str | None = None,
        seed: str | None = None,
    ) -> Any:
        __tracebackhide__ = True
        if seed is not None:
            if any(each is not None for each in (data, types, name, schema, database)):
                raise HarnessError(
                    f"seed '{seed}' is made with its own config: table(seed='{seed}') takes nothing else."
                )
            return macro.seed(seed)
        if isinstance(data, (str, Path)):
            data = request.path.parent / data
        return macro._target.create(read_table(data, types), name, schema, database)

    return make


@pytest.fixture
def sql_snapshot(request: pytest.FixtureRequest) -> Any:
    """A snapshot file for long SQL: assert macro(...) == sql_snapshot. `pytest --snapshot-update` writes them."""
    if version("syrupy") is None:
        _fail("snapshots need syrupy: pip install 'dbt-playbooks[pytest]'")
    from dbt_playbooks.pytest_plugin.snapshots import sql_snapshots

    running = frozenset(name for name in _selected(request.config) or TARGETS if TARGETS[name].why_not() is None)
    return sql_snapshots(request, running)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    if call.excinfo is not None and type(call.excinfo.value).__module__ == f"{__name__}.errors":
        call.excinfo.traceback = _of_the_test(call.excinfo.traceback)
    report = yield
    calls = getattr(item, "funcargs", {}).get("macro")
    if report.when == "call" and report.failed and calls is not None:
        from dbt_playbooks.pytest_plugin.failure import sections
        from dbt_playbooks.pytest_plugin.macros import Macros

        # a test may have a parameter of that name
        report.sections += sections(calls) if isinstance(calls, Macros) else []
    return report


def _of_the_test(traceback: Any) -> Any:
    """The lines of the test and its helpers: what the plugin and pytest did to get there explains no error of a macro."""
    own = Path(__file__).parent
    entries = list(traceback)
    first = next((index for index, entry in enumerate(entries) if own in Path(entry.path).parents), len(entries))
    cut = None
    for entry in reversed(entries[:first]):
        if entry.frame.f_globals["__name__"].split(".")[0] not in ("_pytest", "pluggy", "functools"):
            raw = entry._rawentry
            # pytest follows tb_next whatever a filter says
            cut = TracebackType(cut, raw.tb_frame, raw.tb_lasti, raw.tb_lineno)
    return type(traceback)(cut or [])


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    if op != "==" or "Rows" not in (type(left).__name__, type(right).__name__):
        return None
    from dbt_playbooks.pytest_plugin.failure import compared

    return compared(left, right)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counts: dict[str, dict[str, int]] = {}
    skipped: dict[str, int] = {}
    for outcome in ("passed", "failed", "skipped", "xfailed", "xpassed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            target = dict(getattr(report, "user_properties", ())).get("dbt_target")
            if target and (report.when == "call" or outcome != "passed"):
                counts.setdefault(str(target), {}).setdefault(outcome, 0)
                counts[str(target)][outcome] += 1
            elif outcome == "skipped":
                reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "").removeprefix("Skipped: ")
                if all(name in TARGETS for name in reason.split(":")[0].split(", ")):
                    skipped[reason] = skipped.get(reason, 0) + 1
    if not counts and not skipped:
        return
    terminalreporter.section("dbt targets")
    for target, outcomes in counts.items():
        terminalreporter.line(f"{target}: " + ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()))
    for reason, number in skipped.items():
        terminalreporter.line(f"{number} skipped, {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Iterator[None]:
    """What a test that failed, or did not come to run, would have compared is no unused snapshot."""
    if exitstatus and session.config.getini("dbt_project") and hasattr(session.config.option, "no_cleanup"):
        session.config.option.no_cleanup = True
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _OPENER in config.stash:
        config.stash[_OPENER].close()
