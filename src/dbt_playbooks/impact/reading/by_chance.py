"""What of a query is another each time that it runs: random numbers and clocks, as values of columns or to pick rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES, SET_OPERATIONS, UnreadableError, arg, parse
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import is_star, names_of_function

_RANDOM = frozenset(("rand", "random", "randn", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "generate_uuid"))
_OF_THE_MOMENT = _RANDOM | {
    "now", "today", "current_timestamp", "current_date", "current_time", "current_datetime", "localtime", "localtimestamp",
    "get_current_timestamp", "get_current_time", "transaction_timestamp", "txid_current", "current_transaction_id", "current_query_id",
    "nextval", "currval",
}  # fmt: skip
_PICKS = (exp.Explode, exp.Unnest)


@dataclass(frozen=True)
class Chances:
    """What of a warehouse is another each time: functions by their names in lower case, views by their paths."""

    random: frozenset[str] = frozenset()
    """Functions that make random numbers."""
    moment: frozenset[str] = frozenset()
    """Functions that make these, or tell the time."""
    picking: frozenset[tuple[str, ...]] = frozenset()
    """Views of which chance picks the rows."""
    changing: frozenset[tuple[str, ...]] = frozenset()
    """Views that hold random numbers, or the time."""


NONE = Chances()


def chances_of(
    functions: Iterable[Mapping[str, Any]], views: Iterable[Mapping[str, Any]], dialect: str | None
) -> Chances:
    """Of the functions, a dict each with its name and definition, and of the views, a dict each with its path (schema.name) and definition."""
    defined = {str(each["name"]).lower(): str(each["definition"]) for each in functions}
    found = Chances(_calling(defined, _RANDOM), _calling(defined, _OF_THE_MOMENT))
    left = {tuple(str(each["path"]).lower().split(".")): str(each["definition"]) for each in views}
    while True:
        picking, changing = set(found.picking), set(found.changing)
        for path, definition in left.items():
            tree = _query_of(definition, dialect, found)
            if tree is not None and differs_each_time(tree, dialect, found):
                changing.add(path)
                picking |= {path} if picked_by_chance(tree, dialect, found) else set()
        before, found = found, Chances(found.random, found.moment, frozenset(picking), frozenset(changing))
        if found == before:
            return found


def _calling(defined: Mapping[str, str], known: frozenset[str]) -> frozenset[str]:
    """The names of definitions that call a known function, or one of each other that does."""
    names: frozenset[str] = frozenset()
    while True:
        words = "|".join(map(re.escape, known | names))
        called = re.compile(rf"\b({words})\b", re.IGNORECASE)
        found = frozenset(name for name, definition in defined.items() if called.search(definition))
        if found <= names:
            return names
        names |= found


def _query_of(definition: str, dialect: str | None, chances: Chances) -> Any:
    """The query of a view; None where no word of it is of chance, which is quick to see, or where it can't be read."""
    words = {*_OF_THE_MOMENT, *chances.moment, *(path[-1] for path in chances.changing), "sample", "tablesample"}
    if not re.search(rf"\b({'|'.join(map(re.escape, words))})\b", definition, re.IGNORECASE):
        return None
    try:
        tree = parse(
            re.sub(r"^\s*create\b.*?\bas\b", "", definition, count=1, flags=re.IGNORECASE | re.DOTALL), dialect
        )
    except UnreadableError:
        return None
    return tree


def differs_each_time(tree: Any, dialect: str | None, chances: Chances = NONE) -> bool:
    """Whether a statement calls a clock, makes random numbers, takes a sample without a seed, or reads a view that does."""
    return (
        _calls(tree, _OF_THE_MOMENT | chances.moment)
        or _sample(tree) is not None
        or any(is_end(name, path) for _, name in tables_in(tree, dialect) for path in chances.changing)
    )


def _calls(tree: Any, names: frozenset[str]) -> bool:
    return any(names.intersection(names_of_function(call)) for call in tree.find_all(exp.Func))


def _sample(tree: Any) -> Any:
    return next((each for each in tree.find_all(exp.TableSample) if not each.args.get("seed")), None)


def picked_by_chance(tree: Any, dialect: str | None, chances: Chances = NONE) -> str | None:
    """What decides by chance which rows a query returns: a sample without a seed, a view of such rows, or a random number by which something
    filters, groups, joins, or sorts what a LIMIT cuts."""
    sample = _sample(tree)
    if sample is not None:
        return str(sample.sql(dialect)).strip()
    for _, name in tables_in(tree, dialect):
        if any(is_end(name, path) for path in chances.picking):
            return ".".join(name)
    for call in tree.find_all(exp.Func):
        if (_RANDOM | chances.random).intersection(names_of_function(call)) and _decides(call):
            return str(call.sql(dialect))
    return None


def _decides(call: Any) -> bool:
    """Whether a value decides on rows, itself or as a column of a query that another one reads."""
    left, seen = [call], set()
    while left:
        node = left.pop()
        outputs = _outputs(node)
        if outputs is None:
            return True
        for output in outputs:
            if id(output) in seen:
                continue
            seen.add(id(output))
            users = list(_users(output.parent, output.alias_or_name.lower(), output))
            if None in users:
                return True
            left += users
    return False


def _outputs(node: Any) -> list[Any] | None:
    """The items of select lists of which a node is a part; None where it decides on rows."""
    found: list[Any] = []
    while node.parent is not None:
        outer, place = node.parent, node.arg_key.rstrip("_")
        if isinstance(outer, _PICKS):
            return None
        if isinstance(outer, exp.Select) and place == "expressions":
            found.append(node)
            if _is_table(outer):
                break
        elif isinstance(outer, QUERIES) and place not in ("this", "expression", "with"):
            return found if place == "order" and not _is_cut(outer) else None
        node = outer
    return found


def _users(select: Any, name: str, output: Any = None, seen: frozenset[tuple[int, str]] = frozenset()) -> Iterator[Any]:
    """What uses a column of a query: columns of that name in itself and in queries around it; None, where it decides on rows."""
    if (id(select), name) in seen:
        return
    if _counts_values(select) or (output is not None and _is_meant_by_number(output)):
        yield None
        return
    root = select
    while isinstance(root.parent, SET_OPERATIONS):
        root = root.parent
        if arg(root, "distinct"):
            yield None
            return
    if root is not select:
        yield from [None] if _numbers(root) else []
        name = _name_in_first(root, select, output) or name
    # in the query itself a name without its table may be that of the output
    yield from (each for each in _columns(root, name) if not each.table)
    for reader, alias, renamed in _readers(root):
        names = {name} if not renamed else _renamed(select, output, renamed)
        for join in reader.args.get("joins") or ():
            if join.method == "NATURAL" or names & {each.name.lower() for each in join.args.get("using") or ()}:
                yield None
                return
        for each in names:
            yield from (column for column in _columns(reader, each, within=True) if column.table.lower() in ("", alias))
            if any(is_star(item) and _star_of(item) in ("", alias) for item in reader.expressions):
                # a number may mean a column of the star
                yield from [None] if _numbers(reader) else []
                yield from _users(reader, each, seen=seen | {(id(select), name)})


def _name_in_first(root: Any, select: Any, output: Any) -> str | None:
    """What the first query of a UNION calls an output of another one; None where its number is not known."""
    first = root
    while isinstance(first, QUERIES) and not isinstance(first, exp.Select):
        first = first.this
    number = next((at for at, each in enumerate(select.expressions) if each is output), None)
    stars = any(map(is_star, [*first.expressions, *select.expressions]))
    known = number is not None and not stars and number < len(first.expressions)
    return first.expressions[number].alias_or_name.lower() if known else None


def _renamed(select: Any, output: Any, renamed: list[Any]) -> set[str]:
    """What `as t(a, b)` calls an output; any of them, where its number is not known."""
    names = [each.name.lower() for each in renamed]
    number = next((at for at, each in enumerate(select.expressions) if each is output), len(names))
    return {names[number]} if number < len(names) and not any(map(is_star, select.expressions)) else set(names)


def _readers(root: Any) -> Iterator[tuple[Any, str, list[Any]]]:
    """The SELECTs that have a query as a table, each with the name of it there, and the names that it gives its columns."""
    holder = root.parent
    while isinstance(holder, exp.Paren):
        holder = holder.parent
    if isinstance(holder, exp.Subquery):
        while isinstance(holder.parent, exp.Subquery):
            holder = holder.parent
        reader = holder.find_ancestor(exp.Select)
        if reader is not None:
            alias = holder.args.get("alias")
            yield reader, holder.alias.lower(), list(alias.args.get("columns") or ()) if alias else []
    if isinstance(holder, exp.CTE):
        given = list((holder.args.get("alias") or exp.TableAlias()).args.get("columns") or ())
        for table in holder.root().find_all(exp.Table):
            if table.name.lower() == holder.alias.lower() and not table.args.get("db"):
                reader = table.find_ancestor(exp.Select)
                own = table.args.get("alias")
                columns = list(own.args.get("columns") or ()) if own else []
                if reader is not None:
                    yield reader, table.alias_or_name.lower(), columns or given


def _columns(query: Any, name: str, within: bool = False) -> Iterator[Any]:
    """Columns of a name in a query, `within`: in queries inside of it, too."""
    for column in query.find_all(exp.Column):
        if column.name.lower() == name and (
            within or column.find_ancestor(exp.Select, *SET_OPERATIONS) in _parts(query)
        ):
            yield column


def _parts(query: Any) -> list[Any]:
    """A query, and those that UNION puts together in it."""
    return [query, *(query.find_all(exp.Select) if isinstance(query, SET_OPERATIONS) else ())]


def _star_of(item: Any) -> str:
    return str(item.table).lower() if isinstance(item, exp.Column) else ""


def _is_table(query: Any) -> bool:
    """Whether a query is a table of another one, or the whole, and not a value."""
    while isinstance(query.parent, QUERIES) and query.arg_key in ("this", "expression"):
        query = query.parent
    return query.parent is None or isinstance(query.parent, (exp.From, exp.Join, exp.CTE))


def _is_cut(query: Any) -> bool:
    """Whether a LIMIT, of its own or of a query around it, takes some of its rows."""
    while query is not None:
        if any(arg(query, name) for name in ("limit", "offset")) or _distinct_on(query):
            return True
        query = query.find_ancestor(*QUERIES)
    return False


def _distinct_on(query: Any) -> bool:
    return bool(getattr(arg(query, "distinct"), "args", {}).get("on"))


def _counts_values(select: Any) -> bool:
    """Whether it matters for the number of rows which values are equal."""
    return (bool(arg(select, "distinct")) and not _distinct_on(select)) or bool(
        (arg(select, "group") or exp.Group()).args.get("all")
    )


def _is_meant_by_number(output: Any) -> bool:
    """Whether `group by 2`, or `order by 2` before a LIMIT, means this output."""
    select = output.parent
    return next((at for at, each in enumerate(select.expressions, 1) if each is output), 0) in _numbers(select)


def _numbers(query: Any) -> set[int]:
    """The numbers by which outputs are meant in GROUP BY, and in ORDER BY before a LIMIT."""
    keys = [*(arg(query, "group") or exp.Group()).expressions]
    if _is_cut(query):
        keys += [each.this for each in (arg(query, "order") or exp.Order()).expressions]
    return {int(key.name) for key in keys if isinstance(key, exp.Literal) and key.name.isdigit()}


# --- columns ---------------------------------------------------------------------------------------------------------------


def columns_that_differ(one: Any, other: Any) -> list[str]:
    """The names of columns, in lower case, that two readings of one query make of other values, as of a time that Jinja writes there."""
    made = [{(each.alias.lower(), each.this.sql()) for each in tree.find_all(exp.Alias)} for tree in (one, other)]
    return list(dict.fromkeys(name for name, _ in sorted(made[0] ^ made[1])))


def is_of_the_moment(tree: Any, column: str, chances: Chances = NONE) -> bool:
    """Whether a column of a query is made by something that may be another each time: a clock, a random number, an aggregate or a window function,
    which may depend on the order of rows, or a function that is not known."""
    names, left = set(), [column.lower()]
    if not _is_named(tree, column.lower()):
        return True
    while left:
        name = left.pop()
        if name in names:
            continue
        names.add(name)
        for made in tree.find_all(exp.Alias):
            if made.alias.lower() != name:
                continue
            if made.this.find(exp.AggFunc, exp.Window, exp.Anonymous) or _calls(
                made.this, _OF_THE_MOMENT | chances.moment
            ):
                return True
            left += [each.name.lower() for each in made.this.find_all(exp.Column)]
    return False


def _is_named(tree: Any, column: str) -> bool:
    """Whether a query may name it: nobody gives `select now()` a name, and a star has columns of tables."""
    if any(each.alias.lower() == column for each in tree.find_all(exp.Alias)):
        return True
    if any(each.name.lower() == column for each in tree.find_all(exp.Column)):
        return True
    return any(is_star(each) for select in tree.find_all(exp.Select) for each in select.expressions)
