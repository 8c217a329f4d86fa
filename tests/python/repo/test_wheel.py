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


def packed(root: Path, repo_files: list[Path], folder: str, into: str) -> set[str]:
    """The files of a folder of the repository, as the wheel should name them."""
    below = [path.relative_to(root).as_posix() for path in repo_files]
    return {into + name.removeprefix(folder) for name in below if name.startswith(folder)}


def test_the_wheel_holds_the_whole_dbt_package(root: Path, repo_files: list[Path], wheel: zipfile.ZipFile) -> None:
    macros = packed(root, repo_files, "macros/", f"{PACKAGE}macros/")
    models = packed(root, repo_files, "models/", f"{PACKAGE}models/")
    tests = packed(root, repo_files, "tests/dbt/", f"{PACKAGE}tests/dbt/")
    projects = {f"{PACKAGE}{name}" for name in ("dbt_project.yml", "packages.yml") if (root / name).exists()}
    assert len(macros) > 1
    assert f"{PACKAGE}dbt_project.yml" in projects
    assert {name for name in wheel.namelist() if name.startswith(PACKAGE)} == macros | models | tests | projects


def test_the_wheel_holds_the_python_package_and_nothing_else(
    root: Path, repo_files: list[Path], wheel: zipfile.ZipFile
) -> None:
    held = {name for name in wheel.namelist() if not name.startswith(PACKAGE) and ".dist-info/" not in name}
    assert held == packed(root, repo_files, "src/", "")


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
