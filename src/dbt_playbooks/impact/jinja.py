"""Words in the Jinja of a node that its compiled SQL does not show: arguments of macros, and the text of branches that were not taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jinja2

_WORD = re.compile(r"[^\W\d]\w*")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
# what their arguments name are no columns, or columns that are read elsewhere
_NO_COLUMNS = ("config", "ref", "source", "var", "env_var", "log", "return", "do")


def words_apart(texts: Sequence[str], compiled: Sequence[str]) -> frozenset[str]:
    """Words, in lower case, in strings of Jinja and in SQL that stands in none of the compiled texts."""
    shown = "\n".join(_one_line(_COMMENT.sub(" ", text)) for text in compiled)
    return frozenset(word.lower() for text in texts for part in _parts(text, shown) for word in _WORD.findall(part))


def hook_words(hooks: Any) -> frozenset[str]:
    """Words, in lower case, of hooks as a config has them."""
    texts = [str(each.get("sql") if isinstance(each, Mapping) else each) for each in hooks]
    return words_apart(texts, [])


def _parts(text: str, shown: str) -> Iterator[str]:
    calls: list[str] = []
    name = ""
    try:
        tokens = list(_lexer().lex(text))
    except jinja2.TemplateSyntaxError:
        yield text
        return
    for _, kind, value in tokens:
        if kind == "data":
            part = _one_line(_COMMENT.sub(" ", value))
            if part not in shown:
                yield part
        elif kind == "string" and not any(call in _NO_COLUMNS for call in calls):
            yield value
        elif kind == "operator" and value in ("(", "["):
            calls.append(name if value == "(" else "")
        elif kind == "operator" and value in (")", "]") and calls:
            calls.pop()
        if kind != "whitespace":
            name = value if kind == "name" else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _lexer() -> jinja2.Environment:
    return jinja2.Environment()
