"""Mutants of macros: conditions, bounds and operators of Jinja and of the SQL between its tags, and tags that go. One at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment
from mutant import Mutant

OPERATORS = {
    "==": "!=",
    "!=": "==",
    ">=": ">",
    ">": ">=",
    "<=": "<",
    "<": "<=",
    "+": "-",
    "-": "+",
    "*": "//",
    "//": "*",
    "%": "//",
}
WORDS = {
    "and": "or",
    "or": "and",
    "true": "false",
    "false": "true",
    "True": "False",
    "False": "True",
    "min": "max",
    "max": "min",
    "first": "last",
    "last": "first",
}
FILTERS_THAT_GO = {"unique", "sort", "trim", "lower", "upper", "list"}
# Words for people: a test that reads them to the letter would only hold them in place.
_MESSAGES = {"raise_compiler_error", "print", "_print_table", "warn", "log"}

_SQL = [
    (re.compile(pattern, re.IGNORECASE), new)
    for pattern, new in [
        (r">=", ">"),
        (r"<=", "<"),
        (r"(?<![<>=!~|-])>(?![=>])", ">="),
        (r"(?<![<>=!~|])<(?![=>])", "<="),
        (r"<>|!=", "="),
        (r"(?<![<>=!:])=(?![=>])", "<>"),
        (r"\band\b", "or"),
        (r"\bor\b(?! replace)", "and"),
        (r"\bis not (?=null|true|false)", "is "),
        (r"\bis (?=null|true|false)", "is not "),
        (r"(?<!is )(?<!if )\bnot (?!null|true|false|matched)", ""),
        (r"(?<!not )\bin (?=\()", "not in "),
        (r"\bunion all\b", "union"),
        (r"\bleft join\b", "inner join"),
        (r"\binner join\b", "left join"),
        (r"\bmin\(", "max("),
        (r"\bmax\(", "min("),
        (r"\bsum\(", "max("),
        (r" desc\b", ""),
        (r"\bdistinct ", ""),
        (r" \+ (?=\d)", " - "),
        (r" - (?=\d)", " + "),
        (r" / ", " * "),
        (r" \* (?=[\w(])", " / "),
    ]
]
# not the number of a column, as in `group by 1`, nor what a row holds of which it matters only that it is there
_NUMBER = re.compile(r"(?<![\w.'])(?<!by )(?<!exists \(select )\d+(?![\w.'])")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """What Jinja's own lexer sees, with offsets: it strips white space beside tags, so each is looked for where the last one ended."""
    at, found = 0, []
    for _, kind, value in Environment().lexer.tokeniter(text, "macro"):
        if kind != "whitespace":
            at = text.index(value, at)
            found.append(Token(kind, value, at))
            at += len(value)
    return found


def template_mutants(path: str, text: str) -> list[Mutant]:
    """All mutants of a file of macros."""
    made = set()
    inside = False
    for tag in _tags(tokens(text)):
        if tag[0].kind == "data":
            if inside:
                made |= set(_of_sql(path, tag[0]))
            continue
        name = tag[1].text
        inside = name in ("macro", "test", "materialization") or (inside and not name.startswith("end"))
        inside = inside or (name.startswith("end") and name not in ("endmacro", "endtest", "endmaterialization"))
        made |= set(_of_tag(path, text, tag))
    return sorted(mutant for mutant in made if mutant.applied(text) != text)


def macro_at(text: str, offset: int) -> str | None:
    """The name of the macro around an offset, as dbt knows it."""
    name = None
    for tag in _tags(tokens(text)):
        if tag[0].start > offset:
            break
        if tag[0].kind == "block_begin" and tag[1].text in ("macro", "test"):
            name = tag[2].text if tag[1].text == "macro" else f"test_{tag[2].text}"
    return name


def _tags(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Text between tags as one token; a tag as its tokens, from its opening to its closing; no comments."""
    tag: list[Token] = []
    for token in found:
        if token.kind == "data":
            yield [token]
        elif not token.kind.startswith(("comment", "raw")):
            tag.append(token)
            if token.kind in ("block_end", "variable_end"):
                yield tag
                tag = []


def _of_sql(path: str, token: Token) -> Iterator[Mutant]:
    for pattern, new in _SQL:
        for match in pattern.finditer(token.text):
            if match[0].lower() == "and" and re.search(
                r"\bbetween\b[^,;()]*$", token.text[: match.start()], re.IGNORECASE
            ):
                continue
            yield Mutant(path, token.start + match.start(), token.start + match.end(), new, "SQL")
    for match in _NUMBER.finditer(token.text):
        yield Mutant(path, token.start + match.start(), token.start + match.end(), str(int(match[0]) + 1), "SQL number")


def _of_tag(path: str, text: str, tag: Sequence[Token]) -> Iterator[Mutant]:
    name = tag[1].text
    message = any(token.kind == "name" and token.text in _MESSAGES for token in tag)
    if name == "do" or (tag[0].kind == "variable_begin" and (name == "exceptions" or _returns_early(text, tag))):
        yield _gone(path, tag)
    if name in ("if", "elif"):
        yield Mutant(path, tag[2].start, tag[-2].end, f"not ({text[tag[2].start : tag[-2].end]})", "negated condition")
    inner = tag[2:-1] if tag[0].kind == "block_begin" else tag[1:-1]
    for i, token in enumerate(inner):
        before = inner[i - 1] if i else None
        after = inner[i + 1] if i + 1 < len(inner) else None
        if token.kind == "string":
            # house rule: what people read stands in double quotes
            if not message and token.text.startswith("'"):
                yield from _of_sql(path, token)
        elif token.kind == "operator":
            yield from _of_operator(path, token, before)
        elif token.kind == "integer":
            yield Mutant(path, token.start, token.end, str(int(token.text) + 1), "number")
        elif token.kind == "name":
            loop = name == "for" and not any(each.text == "in" for each in inner[:i])
            yield from _of_word(path, token, before, after, loop)
            if token.text == "if":
                yield _negated(path, text, inner, i, tag[-1])
            if token.text == "timedelta":
                yield from _no_days(path, inner, i)


def _of_operator(path: str, token: Token, before: Token | None) -> Iterator[Mutant]:
    unary = before is None or (before.kind == "operator" and before.text not in (")", "]", "}"))
    if token.text == "-" and unary:
        yield Mutant(path, token.start, token.end, "", "sign")
    elif token.text in OPERATORS and not unary:
        yield Mutant(path, token.start, token.end, OPERATORS[token.text], "operator")


def _of_word(path: str, token: Token, before: Token | None, after: Token | None, loop: bool) -> Iterator[Mutant]:
    word, span = token.text, (token.start, token.end)
    if before and before.text == ".":
        return
    if before and before.text == "|" and word in FILTERS_THAT_GO and (after is None or after.text != "("):
        yield Mutant(path, before.start, token.end, "", "filter")
    if after and after.text == "=":  # the name of an argument
        return
    if word in WORDS:
        yield Mutant(path, *span, WORDS[word], "word")
    elif word == "is" and not (after and after.text == "not"):
        yield Mutant(path, *span, "is not", "condition")
    elif word == "not" and after:
        yield Mutant(path, token.start, after.start, "", "condition")
    elif word == "in" and not loop and not (before and before.text == "not"):
        yield Mutant(path, *span, "not in", "condition")


def _negated(path: str, text: str, inner: Sequence[Token], i: int, closing: Token) -> Mutant:
    """`a if b else c` with b the other way round."""
    depth, last = 0, inner[i]
    for token in inner[i + 1 :]:
        depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
        if depth < 0 or (depth == 0 and (token.text == "else" or (token.kind == "operator" and token.text == ","))):
            break
        last = token
    start, end = inner[i + 1].start, min(last.end, closing.start)
    return Mutant(path, start, end, f"not ({text[start:end]})", "negated condition")


def _no_days(path: str, inner: Sequence[Token], i: int) -> Iterator[Mutant]:
    """`timedelta(days=...)` with no days."""
    depth, start = 0, None
    for before, token in pairwise(inner[i + 1 :]):
        depth += (before.text in "([{") - (before.text in ")]}") if before.kind == "operator" else 0
        if before.text == "=" and depth == 1 and start is None:
            start = token.start
        if token.text == ")" and depth == 1:
            if start is not None and before.text != "0":
                yield Mutant(path, start, before.end, "0", "no days")
            return


def _returns_early(text: str, tag: Sequence[Token]) -> bool:
    return tag[1].text == "return" and not re.match(r"\s*\{%-?\s*end(macro|test)", text[tag[-1].end :])


def _gone(path: str, tag: Sequence[Token]) -> Mutant:
    """A comment in place of the tag, which strips as much white space."""
    opening, closing = ("{#-" if "-" in tag[0].text else "{#"), ("-#}" if "-" in tag[-1].text else "#}")
    # the tokens of a tag may hold the white space that they strip
    start = tag[0].start + len(tag[0].text) - len(tag[0].text.lstrip())
    end = tag[-1].end - (len(tag[-1].text) - len(tag[-1].text.rstrip()))
    return Mutant(path, start, end, f"{opening} {closing}", "removed tag")
