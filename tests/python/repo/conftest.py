"""What tests about the repository itself share: its root, and the files that belong to it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def repo_files(root: Path) -> list[Path]:
    """Files that git has, or would take: what is ignored, such as an environment or dbt's output, is not ours."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout: what belongs to the repository is unknown")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]
