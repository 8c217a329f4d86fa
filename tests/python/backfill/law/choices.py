"""Makes cases of the law with hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from hypothesis import strategies as st

from law.cases import AMOUNTS, EXTRAS, FEEDS, MERGED, Case, Model, Way
from law.shapes import CHILDREN, EDGES, PLAIN, SELF, SPELLINGS, WHOLE
from law.source import Source

_SCHEMES = {
    "once": 8,
    "twice": 8,
    "broken": 4,
    "broken later": 3,
    "changed": 3,
    "shards": 2,
    "retried": 3,
    "part": 2,
    "moved": 1,
    "killed": 1,
    "ordinary runs": 2,
}
_STRATEGIES = {"delete+insert": 4, "merge": 4, "microbatch": 3}
_FAMILIES = {"plain": 5, "whole": 2, "edges": 4, "self": 2}
_SHAPES = {"plain": PLAIN, "whole": WHOLE, "edges": EDGES, "self": SELF}
_KINDS = {"date": 5, "timestamp": 2, "timestamptz": 2, "integer": 1, "text": 1}
_KEYS = {(): 9, ("id", "<d>"): 1, ("line_no",): 1, ("customer_id",): 1, ("maybe_key",): 1, ("customer_id", "<d>"): 1}
_CHUNKS = (None, "month", "week", "5 day", "day")
_Choice = TypeVar("_Choice")


class _Choices:
    """Decisions, a byte each, the plainest choice first: what breaks the law is shrunk to what is plain.

    Not a strategy a decision: hypothesis would copy parts of a case onto others, and five of six cases would be nearly the same.
    """

    number = 32

    def __init__(self, numbers: bytes) -> None:
        self._numbers = iter(numbers)

    def of(self, options: Iterable[_Choice]) -> _Choice:
        every = list(options)
        return every[next(self._numbers) % len(every)]

    def weighted(self, options: Mapping[_Choice, int]) -> _Choice:
        return self.of(option for option, weight in options.items() for _ in range(weight))


def cases() -> st.SearchStrategy[Case]:
    """Everything that the law speaks of; nearly half of it plain, so that acceptance means something."""
    size = _Choices.number
    return st.binary(min_size=size, max_size=size).map(lambda numbers: _case(_Choices(numbers)))


def _case(choices: _Choices) -> Case:
    model = _model(choices)
    source = Source(
        every=choices.of((1, 1, 3, 8)),
        per_day=choices.of((2, 1, 3, 4)),
        repeated=choices.of((False, False, True)),
        future=choices.of((False, True)),
        undated=choices.of((False, True)),
        late=choices.of((False, True)),
    )
    scheme, chunk, then = choices.weighted(_SCHEMES), choices.of(_CHUNKS), choices.of(_CHUNKS)
    if model.is_microbatch:
        # half of the time as large as the batch is, because larger ones may be refused
        chunk = choices.of((None, model.batch_size if model.batch_size != "hour" else "day", chunk, chunk))
        then = None if chunk in (None, model.batch_size) else then
        period = {"day": "days", "month": "months", "hour": "hours"}[model.batch_size]
    else:
        period = choices.of(("weeks", "weeks", "days")) if "day" not in (chunk, then) else "days"
    child = choices.of(each.name for each in CHILDREN if model.is_microbatch or each.keyed)
    case = Case(model, source, child=child if choices.weighted({False: 4, True: 1}) and _may_be_a_parent(model) else "")
    begins = _begins(choices, case, period)
    scheme = _fitting(choices, case, begins, scheme)
    way = Way(
        scheme,
        chunk,
        then if scheme == "twice" else None,
        reverse=choices.of((False, True)),
        threads=choices.of((1, 1, 2, 4)),
        period=period,
        after=choices.of((1, 2, 3, 4)),
        delay=choices.of(range(0, 40, 3)),
        begins=begins,
    )
    return replace(case, way=way)


def _may_be_a_parent(model: Model) -> bool:
    return model.of.plain and model.of.rows and not model.of.volatile and model.extra not in MERGED


def _begins(choices: _Choices, case: Case, period: str) -> str:
    """What a table holds before. Before January there are no rows, and an hour is a batch."""
    needed = case.between == "view" or case.over_itself or case.model.extra == "new_column"
    asked = choices.weighted({False: 5, True: 1})
    if case.model.extra in MERGED:
        return "older rows"
    return "days before" if (needed or asked) and period in ("weeks", "days") else "nothing"


def _fitting(choices: _Choices, case: Case, begins: str, scheme: str) -> str:
    model = case.model
    if model.extra == "other_vars" and choices.of((True, False)):
        return "other vars"
    if begins == "older rows":
        # rows of other chunks are there before these come
        scheme = "once" if scheme in ("shards", "part") else scheme
        if choices.of((True, False)):
            return "changed"
    # an ordinary run must know the column without an alias
    ordinary = model.shape in ("plain select", "union all") and not (model.key or model.is_microbatch or case.child)
    return (
        "once"
        if scheme == "ordinary runs" and (not ordinary or case.source.repeated or model.extra in MERGED)
        else scheme
    )


def _model(choices: _Choices) -> Model:
    strategy = choices.weighted(_STRATEGIES)
    microbatch = strategy == "microbatch"
    shapes = _SHAPES[choices.weighted(_FAMILIES)]
    shape = choices.of(each for each in shapes if (each.microbatch if microbatch else each.keyed))
    allowed = [kind for kind in shape.kinds if not microbatch or kind in ("date", "timestamp", "timestamptz")]
    kind = choices.weighted({name: weight for name, weight in _KINDS.items() if name in allowed})
    key = choices.weighted(_KEYS)
    special, extra = choices.of((False, False, True)), choices.of(EXTRAS)
    fits = shape.rows if extra in AMOUNTS else "amount" in shape.sql if extra == "post_hook_deletes" else True
    # dbt runs the hooks of a microbatch model once, which makes them harmless
    fits = fits and not (microbatch and extra in FEEDS)
    merged, update = choices.weighted({False: 7, True: 1}), choices.of(MERGED)
    # what a lookup no longer finds goes with its chunk, and stays with dbt
    if merged and strategy == "merge" and shape.plain and shape.rows and "join" not in shape.name:
        extra, special, fits, key = update, True, True, ()
    spelling, size = choices.of(SPELLINGS), choices.weighted({"day": 6, "month": 2, "hour": 1})
    return Model(
        shape.name,
        strategy,
        key if shape.rows and not microbatch else (),
        "timestamp" if microbatch and size == "hour" and "timestamp" in allowed else kind,
        size if microbatch else "day",
        extra if special and fits else "",
        spelling if shape.reads_itself else "this",
    )
