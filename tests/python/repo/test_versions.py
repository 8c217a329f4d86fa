"""A version is written in several files, because pip, dbt and readers each look at their own: they agree."""

import ast
import itertools
import re
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import dbt_playbooks

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

VERSION = r"(\d+\.\d+\.\d+\w*)"
ADAPTERS = ("dbt-duckdb", "dbt-bigquery")
# Where a version of ours is told to readers: what to install, which revision to import, what changed last.
TOLD_TO_READERS = {
    "README.md": [rf"dbt-playbooks(?:\[[\w,]+\])?[=~]={VERSION}", rf"revision: [\"']?v?{VERSION}"],
    "CHANGELOG.md": [rf"\A(?:(?!^## ).*\n)*?(?:^## \[?Unreleased.*\n(?:(?!^## ).*\n)*)?^## \[?v?{VERSION}"],
}


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def matrix(root: Path) -> dict:
    """The constants of the noxfile. Read, not imported: nox is no part of the tests' environment."""
    assigned = (node for node in ast.parse((root / "noxfile.py").read_text()).body if isinstance(node, ast.Assign))
    return {
        node.targets[0].id: ast.literal_eval(node.value) for node in assigned if isinstance(node.targets[0], ast.Name)
    }


@pytest.fixture(scope="module")
def locked(root: Path) -> dict[str, list[Requirement]]:
    lines = (line.split("#")[0].strip() for line in (root / "requirements/test.lock").read_text().splitlines())
    found: dict[str, list[Requirement]] = {}
    for requirement in (Requirement(line) for line in lines if line):
        found.setdefault(requirement.name.lower(), []).append(requirement)
    return found


def versions_told(text: str, patterns: list[str]) -> list[str]:
    return [found for pattern in patterns for found in re.findall(pattern, text, flags=re.MULTILINE)]


def test_dbt_project_states_the_version_of_the_python_package(root: Path) -> None:
    project = yaml.safe_load((root / "dbt_project.yml").read_text())
    assert str(project["version"]) == dbt_playbooks.__version__


def test_pyproject_reads_the_version_and_does_not_write_it_again(pyproject: dict) -> None:
    assert pyproject["project"]["dynamic"] == ["version"]
    assert pyproject["tool"]["hatch"]["version"]["path"] == "src/dbt_playbooks/__init__.py"


def test_the_installed_package_has_the_version_of_the_source() -> None:
    assert metadata.version("dbt-playbooks") == dbt_playbooks.__version__


@pytest.mark.parametrize("name", TOLD_TO_READERS)
def test_what_readers_are_told_is_the_version(root: Path, name: str) -> None:
    if not (root / name).exists():
        pytest.skip(f"there is no {name}")
    told = versions_told((root / name).read_text(), TOLD_TO_READERS[name])
    if name == "CHANGELOG.md":
        assert told, "CHANGELOG.md has no heading like '## 0.1.0'"
    assert set(told) <= {dbt_playbooks.__version__}


def test_versions_are_found_where_readers_see_them() -> None:
    readme, changelog = TOLD_TO_READERS["README.md"], TOLD_TO_READERS["CHANGELOG.md"]
    assert versions_told("pip install 'dbt-playbooks[duckdb]==0.2.0'", readme) == ["0.2.0"]
    assert versions_told("  - git: x\n    revision: v0.2.0\n", readme) == ["0.2.0"]
    assert versions_told("# Changelog\n\n## 0.2.0\n\n- a\n\n## 0.1.0\n", changelog) == ["0.2.0"]
    assert versions_told("# Changelog\n\n## Unreleased\n\n- a\n\n## [0.2.0] - 2030-01-01\n", changelog) == ["0.2.0"]


def test_both_packages_ask_for_the_same_oldest_dbt(root: Path, pyproject: dict) -> None:
    project = yaml.safe_load((root / "dbt_project.yml").read_text())
    for_dbt = SpecifierSet(",".join(project["require-dbt-version"]))
    for_pip = next(Requirement(d).specifier for d in pyproject["project"]["dependencies"] if d.startswith("dbt-core"))
    assert oldest(for_dbt) == oldest(for_pip)


def oldest(specifiers: SpecifierSet) -> Version:
    return next(Version(s.version) for s in specifiers if s.operator == ">=")


def test_tools_check_for_the_oldest_python_that_is_promised(pyproject: dict) -> None:
    promised = oldest(SpecifierSet(pyproject["project"]["requires-python"]))
    assert pyproject["tool"]["mypy"]["python_version"] == f"{promised.major}.{promised.minor}"
    assert pyproject["tool"]["ruff"]["target-version"] == f"py{promised.major}{promised.minor}"


def test_the_matrix_has_every_python_that_is_promised(root: Path, pyproject: dict, matrix: dict) -> None:
    pythons = matrix["PYTHONS"]
    told = re.findall(
        r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(pyproject["project"]["classifiers"]), re.M
    )
    assert pythons == told
    assert str(oldest(SpecifierSet(pyproject["project"]["requires-python"]))) == pythons[0]
    assert f"Python {pythons[0]} to {pythons[-1]}" in (root / "CONTRIBUTING.md").read_text()


def test_the_matrix_has_every_dbt_from_the_oldest_that_pip_may_install(pyproject: dict, matrix: dict) -> None:
    asked = next(Requirement(d).specifier for d in pyproject["project"]["dependencies"] if d.startswith("dbt-core"))
    minors = [f"{major}.{minor}" for major in (1, 2) for minor in range(50) if asked.contains(f"{major}.{minor}.0")]
    assert list(matrix["DBT"]) == minors[: len(matrix["DBT"])]
    for minor, wanted in matrix["DBT"].items():
        core = next(Requirement(each).specifier for each in wanted if Requirement(each).name == "dbt-core")
        found = {each for each in matrix["DBT"] for patch in range(100) if core.contains(f"{each}.{patch}")}
        assert found == {minor}, f"the matrix installs dbt-core{core} for {minor}"


def test_what_the_matrix_installs_without_its_dependencies_is_in_the_matrix(matrix: dict) -> None:
    assert set(matrix["WITHOUT_ITS_DEPENDENCIES"]) <= set(matrix["DBT"])
    assert all(Requirement(each) for names in matrix["WITHOUT_ITS_DEPENDENCIES"].values() for each in names)


def test_every_adapter_is_allowed_as_far_as_dbt_is(pyproject: dict) -> None:
    """Where pip may take any dbt below 2, an adapter's own bound must not hold it back."""
    extras = pyproject["project"]["optional-dependencies"]
    asked = [Requirement(each) for each in [*pyproject["project"]["dependencies"], *itertools.chain(*extras.values())]]
    bounds = {each.name: str(each.specifier) for each in asked if each.name in ADAPTERS or each.name == "dbt-core"}
    assert set(bounds.values()) == {"<2,>=1.10"}, bounds


def test_the_readme_names_the_constraints_for_a_closed_network(root: Path, pyproject: dict, matrix: dict) -> None:
    """They keep pip on the newest dbt-core that is whole in the registry, within what pyproject.toml allows, and fit every extra."""
    path = matrix["CONSTRAINTS"]
    assert f'pip install ".[duckdb]" --constraint {path}' in (root / "README.md").read_text()
    lines = [line for line in (root / path).read_text().splitlines() if line and not line.startswith("#")]
    kept = {each.name: each.specifier for each in map(Requirement, lines)}
    whole = [minor for minor in matrix["DBT"] if minor not in matrix["WITHOUT_ITS_DEPENDENCIES"]]
    allowed = [minor for minor in matrix["DBT"] if kept["dbt-core"].contains(f"{minor}.0")]
    assert allowed == whole
    extras = pyproject["project"]["optional-dependencies"]
    for each in map(Requirement, [*pyproject["project"]["dependencies"], *itertools.chain(*extras.values())]):
        if each.name in kept:
            assert any((kept[each.name] & each.specifier).contains(f"1.11.{patch}") for patch in range(30)), each


def test_the_matrix_installs_extras_that_there_are(pyproject: dict, matrix: dict) -> None:
    extras = pyproject["project"]["optional-dependencies"]
    assert set(matrix["EXTRAS"]) <= set(extras)
    server = next(Requirement(each) for each in extras["emulator"] if each.startswith("bqemulator"))
    first = ".".join(map(str, matrix["EMULATOR_FROM"]))
    admitted = [python for python in matrix["PYTHONS"] if server.marker.evaluate({"python_version": python})]
    assert admitted[0] == first


def test_the_matrix_runs_tests_that_there_are(root: Path, matrix: dict) -> None:
    assert [path for path in matrix["SMOKE"] if not (root / path).exists()] == []


def test_the_lock_holds_every_dependency_in_the_range_asked_for(
    pyproject: dict, locked: dict[str, list[Requirement]]
) -> None:
    asked = list(pyproject["project"]["dependencies"])
    for extra in pyproject["project"]["optional-dependencies"].values():
        asked += extra
    for text in asked:
        wanted = Requirement(text)
        held = locked.get(wanted.name.lower())
        assert held, f"{wanted.name} is not in requirements/test.lock: run scripts/lock"
        for pin in held:
            version = next(iter(pin.specifier)).version
            assert wanted.specifier.contains(version), f"the lock holds {pin}, asked for is {wanted}: run scripts/lock"


def test_the_lock_holds_the_pins_and_nothing_but_pins(root: Path, locked: dict[str, list[Requirement]]) -> None:
    pins = [line for line in (root / "requirements/pins.txt").read_text().splitlines() if not line.startswith("#")]
    for pin in map(Requirement, pins):
        assert [held.specifier for held in locked[pin.name]] == [pin.specifier]
    for held in (requirement for requirements in locked.values() for requirement in requirements):
        assert [s.operator for s in held.specifier] == ["=="], f"{held} is not one version"
        assert held.url is None
