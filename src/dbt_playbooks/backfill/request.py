"""What a user asked for: a selection, a range, a chunk size, a shard; and the identity that follows from it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model

Reprocess = Literal["none", "failed", "all"]


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
    chunk: str = "month"
    backfill_id: str | None = None
    shard: Shard = field(default_factory=Shard)
    reverse: bool = False
    reprocess: Reprocess = "failed"
    vars: Mapping[str, Any] = field(default_factory=dict)


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
    code_digest: str

    @classmethod
    def of(cls, request: Request, models: Sequence[Model]) -> Identity:
        names = ",".join(model.name for model in models)
        chunk = " ".join(request.chunk.lower().split())
        return cls(
            backfill_id=request.backfill_id
            or f"{_short(names)}_{request.start_date}_{request.end_date}_{chunk.replace(' ', '')}",
            model=names,
            start_date=request.start_date,
            end_date=request.end_date,
            chunk=chunk,
            relations=", ".join(model.relation for model in models),
            # digests, because vars may hold what must not be stored
            vars_digest=_digest(json.dumps(dict(request.vars), sort_keys=True, default=str)),
            code_digest=_digest(" ".join(model.checksum for model in models)),
        )

    def differences(self, stored: Mapping[str, Any]) -> list[str]:
        """How a stored run of the same id differs, a line each."""
        lines = []
        labels = {"model": "model", "start_date": "start", "end_date": "end", "chunk": "chunk", "relations": "table"}
        for name, label in labels.items():
            if stored[name] != getattr(self, name):
                lines.append(f"{label}: it was {stored[name]}, now it is {getattr(self, name)}")
        if stored["vars_digest"] != self.vars_digest:
            lines.append("--vars: they are not the same as before")
        return lines


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _short(names: str, longest: int = 60) -> str:
    return names if len(names) <= longest else f"{names[:longest]}~{_digest(names)[:6]}"
