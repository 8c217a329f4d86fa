"""A small dbt project that has our package installed, as users have it: models, a seed and a source of its own."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

FILES = {
    "dbt_project.yml": (
        "name: shop\nversion: 1.0.0\nprofile: shop\nflags: {validate_macro_args: true}\nmodels: {shop: {+materialized: table}}\n"
    ),
    "seeds/countries.csv": "code,name\nde,Germany\nfr,France\n",
    "models/orders.sql": "select 1 as id, date '2024-01-01' as order_date",
    "models/customers.sql": "select 1 as id",
    "models/passing_through.sql": "{{ config(materialized='ephemeral') }} select 1 as id",
    "models/sources.yml": (
        "sources:\n  - name: raw\n    schema: raw_data\n    tables:\n      - name: events\n        identifier: events_v3\n"
    ),
}


def write_project(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    # dbt 1.12 refuses what is installed and not asked for
    (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "dbt_playbooks").symlink_to(ROOT, target_is_directory=True)
    return folder
