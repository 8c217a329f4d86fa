"""Knows what is secret in a profile, and takes secrets out of text before it is shown or stored."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

MASK = "*****"
# what Google's and DuckDB's clients may echo, whatever the profile says
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\bya29\.[\w.-]+"),
    re.compile(r"(?<=Bearer )[\w.~+/=-]+"),
    re.compile(r"(?<=token=)[\w.~+/-]+"),
    re.compile(r"(?<=password=)[^\s'\";&]+", re.IGNORECASE),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
_WORDS = ("token", "pass", "pwd", "secret", "key", "credential")
# beside secrets, and in every message: masking them would leave nothing to read
_PUBLIC = {"type", "name", "provider", "region", "endpoint", "scope", "project_id", "client_email", "universe_domain"}
_SHORTEST = 4
_SHORTEST_LINE = 8
_SHORTEST_WRAPPED = 16
# white space, and what programs write for it in a quoted text: \n, \\n, and a backslash before a quote
_GAP = re.compile(r"(?:\\+[nrt]|[\s\\])+")


class Redactor:
    """Replaces the given values, and anything that looks like a key or a token, with asterisks.

    A value is found however its line ends are spelled, and where it was wrapped or quoted.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if secret.strip()}
        lines = {line.strip() for secret in known for line in re.split(r"\\+[nr]|[\n\r]", secret)}
        exact = known | {quote(secret, safe="") for secret in known} | {x for x in lines if len(x) >= _SHORTEST_LINE}
        # the longest first: a secret may hold another
        self._exact = sorted(exact, key=len, reverse=True)
        self._squeezed = sorted({short for short in map(_squeezed, known) if short}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        text = self._without_wrapped(text)
        for secret in self._exact:
            text = text.replace(secret, MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(MASK, text)
        return text

    def _without_wrapped(self, text: str) -> str:
        """The text without secrets that are broken by line ends in it, or in themselves."""
        pieces, starts, joined = _pieces(text) if self._squeezed else ([], [], [])
        for secret in self._squeezed:
            found = [match.span() for match in re.finditer(re.escape(secret), "".join(pieces))]
            for begin, end in reversed(found):
                first, last = (_place(starts, joined, position) for position in (begin, end - 1))
                text = f"{text[:first]}{MASK}{text[last + 1 :]}"
            if found:
                pieces, starts, joined = _pieces(text)
        return text


def _squeezed(secret: str) -> str | None:
    """A secret without its gaps; None of one that is too short to be told from other words put together."""
    short = _GAP.sub("", secret)
    return short if len(short) >= (_SHORTEST_LINE if short != secret else _SHORTEST_WRAPPED) else None


def _pieces(text: str) -> tuple[list[str], list[int], list[int]]:
    """What lies between the gaps of a text: the pieces, where each begins in the text, and where when they are put together."""
    pieces, starts, joined, at, length = [], [], [], 0, 0
    for gap in [*_GAP.finditer(text), None]:
        piece = text[at : gap.start() if gap else len(text)]
        if piece:
            pieces.append(piece)
            starts.append(at)
            joined.append(length)
            length += len(piece)
        at = gap.end() if gap else len(text)
    return pieces, starts, joined


def _place(starts: list[int], joined: list[int], position: int) -> int:
    """Where a position of the pieces put together is in the text."""
    index = bisect_right(joined, position) - 1
    return starts[index] + position - joined[index]


def secret_values(value: Any, secret: bool = False) -> Iterator[str]:
    """The texts and numbers in a profile under keys that name a secret, however deep, and in the JSON that they name or hold."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if str(key).lower() in _PUBLIC:
                continue
            yield from secret_values(inner, secret or _names_secret(str(key)))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from secret_values(inner, secret)
    elif secret and isinstance(value, (str, int, float)) and len(str(value)) >= _SHORTEST:
        if not isinstance(value, bool):
            yield str(value)
        if isinstance(value, str):
            yield from secret_values(_json_of(value))


def _names_secret(key: str) -> bool:
    return any(word in key.lower() for word in _WORDS)


def _json_of(text: str) -> Any:
    """The JSON that a text holds, plain or in base64, or that the file of this name holds; None where there is none."""
    with contextlib.suppress(ValueError, OSError):
        if Path(text).suffix == ".json" and Path(text).is_file():
            return json.loads(Path(text).read_text())
    written = [text]
    with contextlib.suppress(ValueError):
        written.append(base64.b64decode(text, validate=True).decode())
    for each in written:
        with contextlib.suppress(ValueError):
            found = json.loads(each)
            if isinstance(found, dict):
                return found
    return None


def secrets_of_yaml(text: str) -> Iterator[str]:
    """The secrets of a profiles.yml as it is written, with the environment's values where it names them; it need not be YAML at all."""
    import yaml

    found: list[str] = []
    with contextlib.suppress(yaml.YAMLError):
        found += secret_values(yaml.safe_load(text))
    found += _secrets_by_line(text)
    for value in found:
        if "{{" not in value:
            yield value
        for name in re.findall(r"env_var\(\s*['\"]([^'\"]+)", value):
            yield from secret_values(os.environ.get(name, ""), secret=True)


def _secrets_by_line(text: str) -> Iterator[str]:
    """What stands behind `key:` on its line, and in the lines below that are indented deeper."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for match in re.finditer(r"([\w.-]+)[\"']?\s*:\s*(.*)", line):
            yield from _after_colons(match[1], match[2])
        key = re.match(r"(\s*-?\s*)[\"']?([\w.-]+)[\"']?\s*:", line)
        if key is None or not _names_secret(key[2]):
            continue
        for below in lines[number + 1 :]:
            if below.strip() and len(below) - len(below.lstrip()) <= len(key[1]):
                break
            if len(below.strip()) >= _SHORTEST_LINE and not re.match(r"\s*[\w-]+\s*:", below):
                yield below.strip().strip("\"'")


def _after_colons(key: str, rest: str) -> Iterator[str]:
    """The values of the keys in `key: rest`, where rest may hold more keys of a mapping in braces."""
    parts = re.split(r"([\w.-]+)[\"']?\s*:\s+", rest)
    for name, value in zip([key, *parts[1::2]], parts[::2], strict=True):
        if _names_secret(name) and name.lower() not in _PUBLIC:
            for text in (value, re.split(r"[,}\]]", value)[0], re.split(r"\s#", value)[0]):
                bare = text.strip().rstrip(",").strip().strip("\"'")
                if len(bare) >= _SHORTEST:
                    yield bare
