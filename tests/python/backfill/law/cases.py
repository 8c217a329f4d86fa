"""Cases of the law, made by hypothesis: a model, what it reads, and a way to fill it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from law.shapes import EDGES, PLAIN, SELF, SHAPES, SPELLINGS, WHOLE, Shape
from law.source import COLUMN, Source

NAME = "filled"
RANGES = {
    "weeks": ("2024-01-10", "2024-02-20"),
    "days": ("2024-01-29", "2024-02-04"),
    "months": ("2024-01-01", "2024-02-29"),
    "hours": ("2024-01-31", "2024-02-01"),
}
FUNCTIONS = ("pre_hook", "sql_header", "on_run_start")
EXTRAS = (*FUNCTIONS, "post_hook", "post_hook_deletes", "versions", "quoting_off")


@dataclass(frozen=True)
class Model:
    """A model as its author wrote it."""

    shape: str
    strategy: str = "delete+insert"
    key: tuple[str, ...] = ()
    """Empty: what tells its rows apart."""
    kind: str = "date"
    batch_size: str = "day"
    extra: str = ""
    spelling: str = "this"

    @property
    def of(self) -> Shape:
        return SHAPES[self.shape]

    @property
    def column(self) -> str:
        return COLUMN[self.kind]

    @property
    def table(self) -> str:
        return f"{NAME}_v2" if self.extra == "versions" else NAME

    @property
    def selected(self) -> str:
        return f"{NAME}.v2" if self.extra == "versions" else NAME

    @property
    def is_microbatch(self) -> bool:
        return self.strategy == "microbatch"

    def files(self) -> dict[str, str]:
        """What stands under `models/`."""
        if self.extra != "versions":
            return {f"{NAME}.sql": self.sql()}
        versions = f"models:\n  - name: {NAME}\n    latest_version: 2\n    versions: [{{v: 1}}, {{v: 2}}]\n"
        other = "select 1 as id, {{ dbt_playbooks.backfill_filter('day') }} as inside from (select date '2024-01-01' as day)"
        return {f"{NAME}.yml": versions, f"{NAME}_v1.sql": other, f"{NAME}_v2.sql": self.sql()}

    def sql(self) -> str:
        settings = {"materialized": "incremental", "incremental_strategy": self.strategy}
        if self.is_microbatch:
            settings |= {"event_time": self.column, "batch_size": self.batch_size, "begin": "2024-01-01"}
        said = [f"{name}={value!r}" for name, value in settings.items()]
        if not self.is_microbatch:
            key = [self._filled(name) for name in self.key or self.of.key]
            said.append(f"unique_key={key if len(key) > 1 else key[0]!r}")
        hooks = {
            "pre_hook": ("pre_hook", "create or replace macro law_pre_hook(x) as x / 2"),
            "post_hook": ("post_hook", "insert into hook_log values ('after')"),
            "post_hook_deletes": (
                "post_hook",
                f"delete from {{{{ this }}}} where {self._filled('<d>')} is not null and amount < 0",
            ),
        }
        if self.extra in hooks:
            name, statement = hooks[self.extra]
            said.append(f'{name}="{statement}"')
        head = "{{ config(" + ", ".join(said) + ") }}\n"
        if self.extra == "sql_header":
            head += "{% call set_sql_header(config) %}\ncreate or replace temp macro law_sql_header(x) as x / 2;\n{% endcall %}\n"
        return head + self._filled(self.of.sql) + "\n"

    def _filled(self, text: str) -> str:
        return re.sub(r"<([a-z]+(?: [a-z]+)*)>", lambda hole: self._hole(hole[1]), text)

    def _hole(self, words: str) -> str:
        if words in ("events", "payments", "customers", "all events"):
            table = words.split()[-1]
            source = f"source('raw', '{table if table == 'customers' else f'{table}_by_{self.kind}'}')"
            return "{{ " + source + (".render()" if words.startswith("all") else "") + " }}"
        if words == "amount":
            return f"law_{self.extra}(e.amount)" if self.extra in FUNCTIONS else "e.amount"
        if words == "self":
            return SPELLINGS[self.spelling]
        if words == "d":
            return self.column
        if words == "d shifted":
            return f"{self.column} + interval 40 day" if self.kind != "date" else f"{self.column} + 40"
        name, _, alias = words.replace("day before", "before").partition(" ")
        column = f"{alias}.{self.column}" if alias else self.column
        if name == "f":
            data_type = "" if self.kind == "date" else f", data_type='{self.kind}'"
            return (
                "true"
                if self.is_microbatch
                else "{{ dbt_playbooks.backfill_filter('" + column + "'" + data_type + ") }}"
            )
        if name == "day":
            return f"date_trunc('day', {column})" if self.kind in ("timestamp", "timestamptz") else column
        instant = {
            "integer": f"strptime(cast({column} as varchar), '%Y%m%d')",
            "text": f"strptime({column}, '%Y-%m-%d')",
        }.get(self.kind, column)
        return f"cast({instant} as date)" + (" - 1" if name == "before" else "")


@dataclass(frozen=True)
class Way:
    """How a range is filled. `chunk`: none for the default."""

    scheme: str = "once"
    chunk: str | None = None
    then: str | None = None
    """The size of the chunks when the range is filled another time."""
    reverse: bool = False
    threads: int = 1
    period: str = "weeks"
    after: int = 1
    """A kill comes after so many chunks began, and `delay` milliseconds."""
    delay: int = 0

    @property
    def start(self) -> str:
        return RANGES[self.period][0]

    @property
    def end(self) -> str:
        return RANGES[self.period][1]


@dataclass(frozen=True)
class Case:
    model: Model
    source: Source = field(default_factory=Source)
    way: Way = field(default_factory=Way)

    @property
    def must_be_done(self) -> bool:
        """Whether a command that refuses it, or whose chunks fail, is wrong: a product that says no to everything holds the law, too."""
        model, way = self.model, self.way
        if way.scheme in ("changed", "moved"):
            return False
        if model.is_microbatch:
            sizes = {size for size in (way.chunk, way.then if way.scheme == "twice" else None) if size}
            plain = model.of.plain or model.shape == "a row a batch"
            return plain and sizes <= {model.batch_size}
        unique = model.key in ((), ("id", "<d>")) and not (self.source.repeated and "id" in model.of.key)
        return model.of.plain and unique


_SCHEMES = {
    "once": 8,
    "twice": 8,
    "broken": 4,
    "broken later": 3,
    "changed": 3,
    "shards": 2,
    "part": 2,
    "moved": 1,
    "killed": 1,
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

    number = 23

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
    way = Way(
        scheme,
        chunk,
        then if scheme == "twice" else None,
        reverse=choices.of((False, True)),
        threads=choices.of((1, 1, 2)),
        period=period,
        after=choices.of((1, 2, 3, 4)),
        delay=choices.of(range(0, 40, 3)),
    )
    return Case(model, source, way)


def _model(choices: _Choices) -> Model:
    strategy = choices.weighted(_STRATEGIES)
    microbatch = strategy == "microbatch"
    shapes = _SHAPES[choices.weighted(_FAMILIES)]
    shape = choices.of(each for each in shapes if (each.microbatch if microbatch else each.keyed))
    allowed = [kind for kind in shape.kinds if not microbatch or kind in ("date", "timestamp", "timestamptz")]
    kind = choices.weighted({name: weight for name, weight in _KINDS.items() if name in allowed})
    key = choices.weighted(_KEYS)
    special, extra = choices.of((False, False, True)), choices.of(EXTRAS)
    fits = shape.rows if extra in FUNCTIONS else "amount" in shape.sql if extra == "post_hook_deletes" else True
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
