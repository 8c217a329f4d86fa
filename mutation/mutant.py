"""One small change of a file, which the tests should notice."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mutant:
    """The characters from `start` to `end` of a file become `new`. `path` counts from the root; `kind` says what is tried."""

    path: str
    start: int
    end: int
    new: str
    kind: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def line(self, text: str) -> int:
        return text.count("\n", 0, self.start) + 1

    def diff(self, text: str) -> str:
        before, after = (each.splitlines(keepends=True) for each in (text, self.applied(text)))
        return "".join(difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}", n=1))

    def key(self, text: str) -> str:
        """The same for the same change of the same text, and for no other."""
        said = "\0".join([self.path, text, str(self.start), str(self.end), self.new])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def from_texts(path: str, before: str, after: str, kind: str) -> Mutant:
    """The mutant that makes `after` of `before`."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end, new_end = len(before), len(after)
    while end > start and new_end > start and before[end - 1] == after[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return Mutant(path, start, end, after[start:new_end], kind)
