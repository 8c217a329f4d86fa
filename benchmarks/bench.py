"""Benchmarks on real data, a table each. One run holds every contender, because only ratios of one run say something."""

from __future__ import annotations

import click
from backfill import backfill
from compare import compare
from harness import harness
from impact import impact


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def bench() -> None:
    """Measure what dbt_playbooks does against what people do without it."""


bench.add_command(backfill)
bench.add_command(compare)
bench.add_command(harness)
bench.add_command(impact)

if __name__ == "__main__":
    bench()
