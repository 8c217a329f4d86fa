"""Takes secrets out of text before it is shown or stored."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "*****"
# what Google's and DuckDB's clients may echo, whatever the profile says
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\bya29\.[\w.-]+"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]+"),
    re.compile(r"(?<=token=)[\w.~+/-]+"),
)


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
