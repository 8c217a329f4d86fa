"""A dbt project of any number of models for `bench impact`, and which of them carry a column: known from how it is made, not from its SQL.

A fifth reads a source each; the rest stand in four layers. A model takes every column of one model of the layer below, a third of them of the same few, under
its own name for the state, and one sum of another.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

LAYERS = 4
COLUMNS = 20
START, COLUMN = "base_0", "state"

_FIRST = """\
with source as (
    select * from {{{{ source('raw', 'table_{n}') }}}}
),

renamed as (
    select
        id as key,
        customer_id,
        cast(amount as decimal(12, 2)) as amount,
        lower(status) as state,
        updated_at,
        {columns}
    from source
    where not deleted
)

select * from renamed
"""
_OTHERS = """\
{config}with whole as (
    select * rename ({name_below} as {name}) from {{{{ ref('{below}') }}}}
),

summed as (
    select customer_id, sum(amount) as total -- not its state
    from {{{{ ref('{other}') }}}}
    group by customer_id
),

latest as (
    select
        whole.*,
        summed.total as total_{layer},
        case when whole.{name} = 'open' then whole.amount else 0 end as open_{layer}
    from whole
    left join summed using (customer_id)
    qualify row_number() over (partition by whole.key order by whole.updated_at desc) = 1
)

select * from latest
{where}"""


@dataclass(frozen=True)
class LargeProject:
    """Where it is, how many models it has, and the models that carry `state` of the start, each under its own name for it."""

    folder: Path
    models: int
    carriers: dict[str, str]


def write_large_project(folder: Path, models: int) -> LargeProject:
    """Always the same for the same number of models."""
    chance = random.Random(7)
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: large\nversion: '1.0'\nprofile: large\n")
    (folder / "profiles.yml").write_text("large: {target: dev, outputs: {dev: {type: duckdb, path: large.duckdb}}}\n")
    size = models // (LAYERS + 1)
    tables = "".join(f"      - name: table_{n}\n" for n in range(size))
    (folder / "models" / "sources.yml").write_text(f"sources:\n  - name: raw\n    tables:\n{tables}")
    columns = ",\n        ".join(f"column_{number}" for number in range(COLUMNS - 5))
    layer = [f"base_{n}" for n in range(size)]
    carriers = {START: COLUMN}
    _write(folder / "models" / "base", {name: _FIRST.format(n=n, columns=columns) for n, name in enumerate(layer)})
    for number in range(1, LAYERS + 1):
        count = size if number < LAYERS else models - LAYERS * size
        below, layer = layer, [f"layer_{number}_{n}" for n in range(count)]
        texts = {}
        for n, name in enumerate(layer):
            parent, other = (
                below[n % len(below)] if n % 3 else chance.choice(below[: max(1, size // 50)]),
                chance.choice(below),
            )
            incremental = n % 10 == 0
            texts[name] = _OTHERS.format(
                config="{{ config(materialized='incremental', unique_key='key') }}\n\n" if incremental else "",
                where="{% if is_incremental() %}where updated_at > (select max(updated_at) from {{ this }}){% endif %}\n" if incremental else "",
                name=f"state_{number}", name_below="state" if number == 1 else f"state_{number - 1}", below=parent, other=other, layer=number,
            )  # fmt: skip
            if parent in carriers:
                carriers[name] = f"state_{number}"
        _write(folder / "models" / f"layer_{number}", texts)
    del carriers[START]
    return LargeProject(folder, models, carriers)


def _write(folder: Path, texts: dict[str, str]) -> None:
    """The models, and a YAML file with a test of each."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text)
    tested = "".join(f"  - name: {name}\n    columns: [{{name: key, data_tests: [unique]}}]\n" for name in texts)
    (folder / "_models.yml").write_text(f"models:\n{tested}")
