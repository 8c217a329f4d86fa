"""Knows what is secret in a profile, and takes secrets out of text before it is shown or stored."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MASK = "*****"
# what Google's and DuckDB's clients may echo, whatever the profile says
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\bya29\.[\w.-]+"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]+"),
    re.compile(r"(?<=token=)[\w.~+/-]+"),
)


# beside secrets, and in every message: masking them would leave nothing to read
_PUBLIC = {"type", "name", "provider", "region", "endpoint", "scope", "project_id", "client_email", "universe_domain"}


class Redactor:
    """Replaces the given values, and anything that looks like a key or a token, with asterisks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # the longest first: a secret may hold another
        self._secrets = sorted({secret for secret in secrets if secret.strip()}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
            text = text.replace(secret.replace("\n", "\\n"), MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(MASK, text)
        return text


def secret_values(value: Any, secret: bool = False) -> Iterator[str]:
    """The texts in a profile under keys that name a secret, however deep."""
    words = ("token", "password", "secret", "key")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if str(key).lower() in _PUBLIC:
                continue
            yield from secret_values(inner, secret or any(word in str(key).lower() for word in words))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from secret_values(inner, secret)
    elif secret and isinstance(value, str) and len(value) >= 4:
        yield value
        if Path(value).suffix == ".json" and Path(value).is_file():
            with contextlib.suppress(ValueError, OSError):
                yield from secret_values(json.loads(Path(value).read_text()))
