"""However a range is filled, its table holds what one run of dbt over the range leaves; what can't be filled so is refused, or fails and changes nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from law.cases import EXTRAS, FEEDS, Case, Model, Way
from law.choices import cases
from law.law import Law
from law.shapes import PLAIN
from law.source import KINDS, Source

_UNHURRIED = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Law:
    return Law(tmp_path_factory.mktemp("law"))


PARTS = 10
"""A test may take five minutes at most: a case that breaks the law is told as it is, and made smaller only by the slow test."""


def _holds(law: Law, examples: int, part: int, phases: Sequence[Phase] = (Phase.generate,)) -> None:
    @seed(part)
    @settings(_UNHURRIED, max_examples=examples, phases=phases)
    @given(cases())
    def every_case(case: Case) -> None:
        law.hold(case)

    law.outcomes.clear()
    every_case()
    print(law.said())
    # to refuse everything holds the law, too
    assert law.outcomes["accepted"] * 4 >= law.outcomes.total(), law.said()


@pytest.mark.parametrize("part", range(PARTS))
def test_a_backfill_leaves_what_one_run_of_dbt_leaves_or_says_no(law: Law, part: int) -> None:
    """150 cases, the same ones each time."""
    _holds(law, 150 // PARTS, part)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS * 10))
def test_thousands_of_backfills_leave_what_one_run_of_dbt_leaves_or_say_no(law: Law, part: int) -> None:
    """5,000 cases, other ones each time. `python -m law.survey 5000` does as many in parts that can be resumed, and tells every breach."""
    _holds(law, 5000 // (PARTS * 10), random.randrange(2**32) + part, (Phase.generate, Phase.shrink))


_BATCHES = {"microbatch": "days"}
MUST_BE_FILLED = {
    **{
        f"{strategy}, {shape.name}": Case(Model(shape.name, strategy), way=Way(period=_BATCHES.get(strategy, "weeks")))
        for strategy in ("delete+insert", "merge", "microbatch")
        for shape in PLAIN
    },
    **{f"with {extra}": Case(Model("plain select", "merge", extra=extra)) for extra in EXTRAS if extra not in FEEDS},
    **{
        f"microbatch with {extra}": Case(Model("plain select", "microbatch", extra=extra), way=Way(period="days"))
        for extra in EXTRAS
        if extra not in FEEDS
    },
    **{f"by {kind}": Case(Model("group by day", kind=kind)) for kind in KINDS},
    "a clock and a random number": Case(Model("clock and random number")),
    "rows that come late, of 2099, and without a date": Case(
        Model("plain select"), Source(late=True, future=True, undated=True)
    ),
    "ids that repeat, without a key": Case(
        Model("plain select", "microbatch"), Source(repeated=True), Way(period="days")
    ),
    "a row a batch": Case(Model("a row a batch", "microbatch"), way=Way(period="days")),
    "killed": Case(Model("plain select"), way=Way("killed", "5 day", after=2)),
    **{
        f"{strategy}, after a chunk failed once": Case(
            Model("plain select", strategy), way=Way("retried", "day", period="days", threads=threads)
        )
        for strategy, threads in {"delete+insert": 1, "merge": 4, "microbatch": 1}.items()
    },
    "killed between hooks": Case(Model("plain select", extra="hooks_count"), way=Way("killed", "5 day", after=3)),
    "hooks of a run that is mended": Case(
        Model("plain select", "merge", extra="hooks_count"), way=Way("broken", "5 day")
    ),
    "ordinary runs after it, and a row of 2099": Case(Model("plain select"), Source(future=True), Way("ordinary runs")),
    "other --vars before it": Case(Model("plain select", extra="other_vars"), way=Way("other vars")),
    **{
        f"{strategy}, four threads and a new column": Case(
            Model("plain select", strategy, extra="new_column"),
            way=Way(chunk=chunk, threads=4, period=_BATCHES.get(strategy, "weeks"), begins="days before"),
        )
        for strategy, chunk in {"delete+insert": "5 day", "merge": "week", "microbatch": None}.items()
    },
    **{
        f"{strategy}, with a child": Case(
            Model("plain select", strategy), way=Way(period=_BATCHES.get(strategy, "weeks")), child="child: its window"
        )
        for strategy in ("delete+insert", "merge", "microbatch")
    },
}


@pytest.mark.parametrize("name", MUST_BE_FILLED)
def test_what_anybody_sees_to_be_whole_is_filled(law: Law, name: str) -> None:
    """A product that refuses everything holds the law."""
    case = MUST_BE_FILLED[name]
    assert case.must_be_done
    assert law.hold(case).outcome == "accepted"


@pytest.mark.parametrize("extra", FEEDS)
def test_hooks_that_change_what_is_read_are_refused_however_they_are_written(law: Law, extra: str) -> None:
    case = Case(Model("plain select", extra=extra), way=Way(chunk="week"))
    assert law.hold(case).outcome == "refused"
