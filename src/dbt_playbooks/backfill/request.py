"""What a user asked for: a selection, a range, a chunk size, a shard; and the identity that follows from it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model

Reprocess = Literal["none", "failed", "all"]

_NO_ROW_DEPENDS_ON = ("price_per_tib", "dbt_playbooks_schema")
"""Vars of our own: prices, and where the state is."""


@dataclass(frozen=True)
class Shard:
    """Every `of`-th chunk, beginning with the `number`-th; numbers begin at 1."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        match = re.fullmatch(r"(\d+)/(\d+)", text.strip())
        number, of = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= of:
            raise UsageError(
                f"--shard needs I/N with I from 1 to N, got '{text}'. The first of four workers runs --shard 1/4."
            )
        return cls(number, of)

    def holds(self, index: int) -> bool:
        return index % self.of == self.number - 1

    def overlaps(self, other: Shard) -> bool:
        """Whether any chunk is in both, however many chunks there are."""
        return (self.number - other.number) % math.gcd(self.of, other.of) == 0

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True)
class Request:
    """One backfill, as asked for on the command line."""

    start_date: str
    end_date: str
    chunk: str | None = None
    """None: the batch of a microbatch model, else a month."""
    backfill_id: str | None = None
    shard: Shard = field(default_factory=Shard)
    reverse: bool = False
    reprocess: Reprocess = "failed"
    vars: Mapping[str, Any] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    """Kinds of findings that are warnings, not errors."""
    check_edges: bool = False
    """Compare rows of neighbouring chunks where that is billed, too."""


@dataclass(frozen=True)
class Identity:
    """What a backfill is. Two runs of one id must agree in all of it but the code, which may be mended between them."""

    backfill_id: str
    model: str
    start_date: str
    end_date: str
    chunk: str
    relations: str
    vars_digest: str
    """JSON of each var's name to a digest of its value."""
    code_digest: str
    accepted: str = ""
    """What was found against this run and accepted by its user. Not part of what the backfill is."""
    old_vars_digest: str = ""
    """All vars in one digest, as a state without their names holds it. Not stored."""

    @classmethod
    def of(cls, request: Request, models: Sequence[Model]) -> Identity:
        names = ",".join(model.name for model in models)
        if not (request.backfill_id or "").isprintable():
            raise UsageError(
                f"--id {request.backfill_id!r} has characters that can't be printed. Give it letters, digits and signs."
            )
        chunk = " ".join(str(request.chunk).lower().split())
        backfill_id = (
            request.backfill_id or f"{_short(names)}_{request.start_date}_{request.end_date}_{chunk.replace(' ', '')}"
        )
        return cls(
            backfill_id=backfill_id,
            model=names,
            start_date=request.start_date,
            end_date=request.end_date,
            chunk=chunk,
            relations=", ".join(model.relation for model in models),
            vars_digest=json.dumps(dict(_digests(request.vars, backfill_id)), sort_keys=True),
            code_digest=_digest(" ".join(model.checksum for model in models)),
            accepted=",".join(request.accepted),
            old_vars_digest=_digest(_as_json(request.vars)),
        )

    def columns(self) -> dict[str, str]:
        """What is stored with each run."""
        return {name: value for name, value in asdict(self).items() if name != "old_vars_digest"}

    @property
    def vars(self) -> list[str]:
        """The names of the vars on which rows may depend."""
        return list(json.loads(self.vars_digest))

    def differences(self, stored: Mapping[str, Any]) -> list[str]:
        """How a stored run of the same id differs, a line each."""
        lines = []
        labels = {"model": "model", "start_date": "start", "end_date": "end", "chunk": "chunk", "relations": "table"}
        for name, label in labels.items():
            if stored[name] != getattr(self, name):
                lines.append(f"{label}: it was {stored[name]}, now it is {getattr(self, name)}")
        return [*lines, *(f"--vars: {difference}" for difference in self._different_vars(stored["vars_digest"]))]

    def _different_vars(self, stored: str) -> Iterator[str]:
        if not stored.startswith("{"):
            if stored != self.old_vars_digest:
                yield "they are not the same as before"
            return
        before, now = json.loads(stored), json.loads(self.vars_digest)
        for name in sorted(before.keys() | now.keys()):
            if name not in now:
                yield f"'{name}' was given before, and is not given now"
            elif name not in before:
                yield f"'{name}' is given now, and was not given before"
            elif before[name] != now[name]:
                yield f"'{name}' has another value than before"


def about_vars(identity: Identity) -> list[str]:
    """A run with vars may fill a part only: what its user should know."""
    if not identity.vars:
        return []
    return [
        f"--vars gives {', '.join(identity.vars)}. If that leaves rows out, the backfill holds only a part of them, and its chunks are "
        f"recorded as completed all the same, under the id '{identity.backfill_id}'. Give a trial an --id of its own"
    ]


def _digests(given: Mapping[str, Any], salt: str) -> Iterator[tuple[str, str]]:
    """Vars by name, without their values, which may be secret. With the salt, no table of the digests of small values serves for
    more than one backfill."""
    for name, value in given.items():
        if name not in _NO_ROW_DEPENDS_ON:
            yield str(name), _digest(_as_json([salt, str(name), value]))


def _as_json(value: Any) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, sort_keys=True, default=str)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _short(names: str, longest: int = 60) -> str:
    return names if len(names) <= longest else f"{names[:longest]}~{_digest(names)[:6]}"
