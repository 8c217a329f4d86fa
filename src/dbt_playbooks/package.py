"""Where the dbt package is: beside this module in a wheel, at the root of a checkout otherwise."""

from __future__ import annotations

from pathlib import Path

from dbt_playbooks.errors import ProjectError


def package_dir() -> Path:
    """The folder with the package's dbt_project.yml, for a `local:` entry of packages.yml."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "dbt_package", here.parents[1]):
        if (candidate / "dbt_project.yml").is_file() and (candidate / "macros").is_dir():
            return candidate
    raise ProjectError(
        f"this installation does not carry the dbt package; it was looked for beside {here}. Install dbt-playbooks again."
    )
