"""Where a file reads a column of a table: in a model's template by parsing its SQL around the Jinja, elsewhere as a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dbt_playbooks.migrations.resolving import names_nearer, passes, source_of, sources_of

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TABLE = re.compile(r"\{\{-?\s*(?:\w+\.)?(?:ref|source)\s*\((?P<names>[^()]*)\)\s*-?\}\}", re.DOTALL)
_CONFIG = re.compile(r"\{\{-?\s*config\s*\(")
QUOTES = "'\""
_COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/|(?<![^\s])#[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class Mention:
    """A place that reads a column.

    item      it is a column of a select list by itself, or of a struct, without an alias: it gives the output its name
    unsure    the query reads other tables beside, or around it, of which it may be a column as well
    by_hand   only a person can tell what is to stand there
    other     of a column in `using`: both sides of the join, the one whose column it is first
    inside    the Jinja that holds it in a text
    whole     where the item of the outermost select list begins and ends that is this column and no more, with an alias or without
    output    an ORDER BY names what the select list gives, which keeps its name as long as the column is there
    """

    start: int
    end: int
    item: bool = False
    unsure: bool = False
    by_hand: bool = False
    other: tuple[str, str] | None = None
    inside: str = ""
    whole: tuple[int, int] | None = None
    output: bool = False


def in_sql(
    text: str, column: str, tables: Collection[str], dialect: str, configures: bool = False, new: str | None = None
) -> list[Mention]:
    """The places where a template reads a column of one of the models in `tables` (`orders`, `orders.v2`), not those that read it from a CTE that names it.

    Texts in Jinja that hold the name are left to a person; those of its `config` where it `configures` a column of the model itself, which has it
    by a star. A place where the `new` name would mean something else is left to a person, too. Where the SQL around the Jinja can't be parsed, and
    where nothing else is found, the words.
    """
    from sqlglot import parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import traverse_scope

    masked, names = _masked(text)
    wanted = {mask for mask, name in names.items() if name.lower() in {table.lower() for table in tables}}
    try:
        tree = parse_one(masked, dialect=dialect)
        scopes = traverse_scope(tree)
    except (SqlglotError, RecursionError):
        return in_text(text, column)
    found = _Found(column, wanted, names, dialect, new)
    for scope in scopes:
        found.of_scope(scope)
    found.of_the_rest(tree)
    found.mentions += _in_jinja(text, column, configures)
    return sorted(set(found.mentions), key=lambda each: each.start) or in_text(text, column)


def in_expression(text: str, column: str, dialect: str) -> list[Mention]:
    """The places where an expression of one table, as YAML has them, names a column; where it can't be parsed, and in a query of its own, a person
    has to look."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(_masked(text)[0], dialect=dialect)
    except (SqlglotError, RecursionError):
        return in_text(text, column)
    found = list(_in_jinja(text, column, configures=False))
    for name in tree.find_all(exp.Identifier):
        if name.name.lower() != column.lower() or "start" not in name.meta or name.name.lower() in _variables(name):
            continue
        start, end = name.meta["start"], name.meta["end"] + 1
        of_a_query = name.find_ancestor(exp.Query) is not None
        if isinstance(name.parent, (exp.Column, exp.Dot)):
            found.append(Mention(start, end, unsure=of_a_query))
        elif not isinstance(name.parent, (exp.Alias, exp.TableAlias, exp.Table, exp.ColumnDef, exp.Lambda)):
            found.append(Mention(start, end, by_hand=True))
    return sorted(set(found), key=lambda each: each.start)


class _Found:
    """The mentions of one column in a query, each identifier of that name looked at once."""

    def __init__(
        self, column: str, wanted: Collection[str], called: Mapping[str, str], dialect: str, new: str | None = None
    ) -> None:
        self.mentions: list[Mention] = []
        self._column = column
        self._wanted = wanted
        self._called = called
        self._dialect = dialect
        self._new = (new or "").lower()
        self._seen: set[int] = set()

    def of_scope(self, scope: Any) -> None:
        from sqlglot import exp

        for join in scope.find_all(exp.Join):
            self._using(scope, join)
        for star in scope.find_all(exp.Star):
            for name in star.find_all(exp.Identifier):
                self._note(name, by_hand=True)
        for each in scope.find_all(exp.Column, exp.Dot, exp.ToMap):
            if isinstance(each, exp.Column):
                self._of_column(scope, each)
            elif isinstance(each, exp.Dot):
                self._of_dots(scope, each)
            else:
                self._of_keys(scope, each)

    def of_the_rest(self, tree: Any) -> None:
        """A name in a place that is not known to be another thing's."""
        from sqlglot import exp

        named = (exp.Alias, exp.TableAlias, exp.Table, exp.CTE, exp.ColumnDef, exp.PropertyEQ, exp.Column, exp.Lambda)
        for name in tree.find_all(exp.Identifier):
            if not isinstance(name.parent, named) and self._column.lower() not in _variables(name):
                self._note(name, by_hand=True)

    def _of_column(self, scope: Any, column: Any) -> None:
        from sqlglot import exp

        parts = column.parts
        # `status.zip` is a field of a column, unless a table is called so
        is_field = len(parts) > 1 and not any(self._is_table(scope, each.name) for each in parts[:-1])
        name, table = (parts[0], "") if is_field else (column.this, column.table)
        if not self._is_it(name) or name.name.lower() in _variables(name):
            return
        source, sure = source_of(scope, table, self._column, self._wanted, self._called)
        is_output = not table and self._is_output(scope, column)
        if not source or is_output:
            if is_output and source:
                self._note(name, output=True)
            self._seen.add(id(name))
            return
        item, by_hand = (False, False) if is_field else _gives_its_name(column, self._dialect)
        sure = sure and not (not table and self._may_be_output(scope, column))
        by_hand = by_hand or column.find_ancestor(exp.Pivot) is not None or self._is_taken(scope, column, table)
        self._note(name, item=item, by_hand=by_hand, unsure=not sure, whole=_whole_item(scope, column))

    def _of_dots(self, scope: Any, dot: Any) -> None:
        """`status.upper()`, `o.status.upper()`: no column to sqlglot."""
        from sqlglot import exp

        if isinstance(dot.parent, exp.Dot):
            return
        names: list[Any] = []
        for part in dot.flatten():
            if not isinstance(part, exp.Identifier):
                break
            names.append(part)
        table = names[0].name if len(names) > 1 and self._is_table(scope, names[0].name) else ""
        name = names[1] if table else names[0] if names else None
        if name is not None and self._is_it(name):
            source, sure = source_of(scope, table, self._column, self._wanted, self._called)
            if source:
                self._note(name, unsure=not sure, by_hand=self._is_taken(scope, dot, table))
            self._seen.add(id(name))

    def _of_keys(self, scope: Any, each: Any) -> None:
        """`map {status: amount}`: a key is an expression."""
        from sqlglot import exp

        for pair in each.find_all(exp.PropertyEQ):
            if isinstance(pair.this, exp.Identifier) and self._is_it(pair.this):
                source, sure = source_of(scope, "", self._column, self._wanted, self._called)
                if source:
                    self._note(pair.this, unsure=not sure, by_hand=self._is_taken(scope, each, ""))

    def _using(self, scope: Any, join: Any) -> None:
        """A column of both sides: with another name on one of them there is no more `using`."""
        for name in join.args.get("using") or ():
            name = getattr(name, "this", name) if not hasattr(name, "meta") or "start" not in name.meta else name
            if not self._is_it(name):
                continue
            sources = {self._called.get(alias, alias): each for alias, (_, each) in scope.selected_sources.items()}
            right = self._called.get(join.alias_or_name, join.alias_or_name)
            ours = [alias for alias, each in sources.items() if passes(each, self._column, self._wanted)]
            left = [alias for alias in sources if alias != right]
            if right in ours and set(left) & set(ours) and len(sources) == 2:
                self._note(name)
            elif right in ours:
                self._note(name, by_hand=True, other=(right, left[0] if len(left) == 1 else " or ".join(left)))
            elif ours:
                self._note(name, by_hand=True, other=(ours[0], right))
            self._seen.add(id(name))

    def _is_output(self, scope: Any, column: Any) -> bool:
        """Whether it is a column of the select list to ORDER BY, which an edit leaves its name."""
        from sqlglot import exp

        order = column.find_ancestor(exp.Order, exp.Select)
        if not isinstance(scope.expression, exp.Select):
            return isinstance(order, exp.Order) and order.parent is scope.expression
        return isinstance(order, exp.Order) and order.parent is scope.expression and self._outputs(scope) != []

    def _may_be_output(self, scope: Any, column: Any) -> bool:
        """Whether another expression of the select list has the name, and the clause may mean that."""
        from sqlglot import exp

        if all(isinstance(each, exp.Column) for each in self._outputs(scope)):
            return False
        clause = column.find_ancestor(exp.Distinct, exp.Having, exp.Qualify, exp.Window, exp.Select)
        in_list = isinstance(clause, exp.Distinct)
        return in_list or (self._dialect == "bigquery" and isinstance(clause, (exp.Having, exp.Qualify)))

    def _is_taken(self, scope: Any, place: Any, table: str) -> bool:
        """Whether something nearer has the new name there: a variable of a lambda, a table of a query within, an alias where that comes first."""
        from sqlglot import exp

        if not self._new:
            return False
        variables = _variables(place)
        if table:
            return table.lower() in variables
        if self._new in variables or names_nearer(scope, self._column, self._new, self._wanted, self._called):
            return True
        clause = place.find_ancestor(exp.Order, exp.Distinct, exp.Select)
        if isinstance(clause, (exp.Select, type(None))) or clause.parent is not scope.expression:
            return False
        items = scope.expression.selects if isinstance(scope.expression, exp.Select) else []
        return any(
            each.alias.lower() == self._new and not self._is_plain(each.this)
            for each in items
            if isinstance(each, exp.Alias)
        )

    def _is_plain(self, item: Any) -> bool:
        from sqlglot import exp

        return isinstance(item, exp.Column) and item.name.lower() == self._column.lower()

    def _outputs(self, scope: Any) -> list[Any]:
        from sqlglot import exp

        selects = scope.expression.selects if isinstance(scope.expression, exp.Select) else []
        return [
            each
            for each in selects
            if isinstance(each, (exp.Alias, exp.Column)) and each.alias_or_name.lower() == self._column.lower()
        ]

    def _is_table(self, scope: Any, name: str) -> bool:
        """Whether a query, or one around it, reads something by that name."""
        while scope is not None:
            if name.lower() in sources_of(scope, self._called):
                return True
            scope = scope.parent
        return False

    def _is_it(self, name: Any) -> bool:
        return str(name.name).lower() == self._column.lower() and id(name) not in self._seen

    def _note(
        self,
        name: Any,
        item: bool = False,
        by_hand: bool = False,
        unsure: bool = False,
        other: tuple[str, str] | None = None,
        whole: tuple[int, int] | None = None,
        output: bool = False,
    ) -> None:
        if self._is_it(name) and "start" in name.meta:
            self._seen.add(id(name))
            start, end = name.meta["start"], name.meta["end"] + 1
            self.mentions.append(Mention(start, end, item, unsure, by_hand, other, whole=whole, output=output))


def _whole_item(scope: Any, column: Any) -> tuple[int, int] | None:
    """Where the item begins and ends that can be taken out of the select list that gives a model its columns, others being left."""
    from sqlglot import exp

    item = column.parent if isinstance(column.parent, exp.Alias) else column
    select = item.parent
    if not scope.is_root or select is not scope.expression or item.arg_key != "expressions":
        return None
    last = item.args["alias"] if isinstance(item, exp.Alias) else column.this
    if not isinstance(select, exp.Select) or len(select.expressions) < 2 or "end" not in last.meta:
        return None
    return column.parts[0].meta["start"], last.meta["end"] + 1


def _variables(name: Any) -> frozenset[str]:
    """The names, in lower case, that lambdas and comprehensions around it give to what they go through."""
    from sqlglot import exp

    from dbt_playbooks.impact.reading.coverage import variables

    found: frozenset[str] = frozenset()
    node = name.parent
    while node is not None and not isinstance(node, exp.Query):
        found |= variables(node)
        node = node.parent
    return found


_OTHERS = re.compile(r"\b(?:ref|source|var|env_var|doc)\s*\([^()]*\)")


def _in_jinja(text: str, column: str, configures: bool) -> Iterator[Mention]:
    """The texts in Jinja that hold the name, but for those that name tables and variables."""
    word = re.compile(rf"(?<![\w$]){re.escape(column)}(?![\w$])", re.IGNORECASE)
    for block in _JINJA.finditer(text):
        if block[0].startswith("{#") or (_CONFIG.match(block[0]) and not configures):
            continue
        written = _OTHERS.sub(lambda match: " " * len(match[0]), block[0])
        for literal in re.finditer(r"'[^']*'|\"[^\"]*\"", written):
            for match in word.finditer(literal[0]):
                start = block.start() + literal.start() + match.start()
                yield Mention(start, start + len(match[0]), by_hand=True, inside=" ".join(block[0].split())[:80])


def in_text(text: str, column: str) -> list[Mention]:
    """The words of a file that are the column's name, comments apart."""
    without = _COMMENTS.sub(lambda match: " " * len(match[0]), text)
    pattern = re.compile(rf"(?<![\w$]){re.escape(column)}(?![\w$])", re.IGNORECASE)
    return [Mention(match.start(), match.end(), by_hand=True) for match in pattern.finditer(without)]


def _masked(text: str) -> tuple[str, dict[str, str]]:
    """The template as SQL of the same length: an expression is a name, a statement nothing. And which name stands for which table."""
    tables: dict[str, str] = {}

    def mask(match: re.Match[str]) -> str:
        written = match[0]
        if not written.startswith("{{") or _CONFIG.match(written):
            return " " * len(written)
        name = f"j{match.start()}".ljust(len(written), "_")
        table = _TABLE.fullmatch(written)
        names, _, version = (
            re.sub(r",\s*(v|version)\s*=", "=", table["names"]).partition("=") if table else ("", "", "")
        )
        literals = re.findall(r"['\"]([^'\"]*)['\"]", names)
        if literals:
            tables[name] = literals[-1] + (f".v{version.strip(' ' + QUOTES)}" if version else "")
        return name

    return _JINJA.sub(mask, text), tables


def _gives_its_name(column: Any, dialect: str) -> tuple[bool, bool]:
    """Whether a column gives an output or a field its name, and whether only a person can write `new as old` there."""
    from sqlglot import exp

    inner, outer = column, column.parent
    while isinstance(outer, exp.Paren):
        inner, outer = outer, outer.parent
    if not isinstance(outer, (exp.Select, exp.Struct)) or inner.arg_key != "expressions":
        return False, False
    return True, inner is not column or (isinstance(outer, exp.Struct) and dialect != "bigquery")
