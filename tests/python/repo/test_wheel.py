"""What people install holds both halves: the command, and the dbt package whose macros it calls."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

PACKAGE = "dbt_playbooks/dbt_package/"


def build_wheel(source: Path, into: Path) -> Path:
    """Build without a network: the build backend is part of the test environment."""
    command = [sys.executable, "-m", "pip", "wheel", str(source), "--wheel-dir", str(into)]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    built = subprocess.run([*command, *offline], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(into.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(root, tmp_path_factory.mktemp("wheel")))


def files_below(folder: Path, *endings: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in endings}


def test_the_wheel_holds_the_whole_dbt_package(root: Path, wheel: zipfile.ZipFile) -> None:
    macros = {f"{PACKAGE}macros/{name}" for name in files_below(root / "macros", ".sql", ".yml")}
    models = {f"{PACKAGE}models/{name}" for name in files_below(root / "models", ".sql", ".yml")}
    tests = {f"{PACKAGE}tests/dbt/{name}" for name in files_below(root / "tests/dbt", ".sql", ".yml")}
    projects = {f"{PACKAGE}{name}" for name in ("dbt_project.yml", "packages.yml") if (root / name).exists()}
    assert len(macros) > 1
    assert f"{PACKAGE}dbt_project.yml" in projects
    held = {name for name in wheel.namelist() if name.startswith(PACKAGE)}
    assert held == macros | models | tests | projects


def test_the_wheel_holds_every_module_and_nothing_else(root: Path, wheel: zipfile.ZipFile) -> None:
    modules = {name for name in files_below(root / "src", ".py", ".typed") if "__pycache__" not in name}
    held = {name for name in wheel.namelist() if not name.startswith(PACKAGE) and ".dist-info/" not in name}
    assert held == modules


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "dbt-playbooks = dbt_playbooks.cli:main" in wheel.read(entry_points).decode()
    assert "dbt_playbooks/cli.py" in wheel.namelist() or "dbt_playbooks/cli/__init__.py" in wheel.namelist()


def test_the_source_distribution_makes_the_same_wheel(root: Path, wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    source = next((tmp_path / "source").iterdir())
    rebuilt = zipfile.ZipFile(build_wheel(source, tmp_path / "wheel"))
    assert sorted(rebuilt.namelist()) == sorted(wheel.namelist())
