"""What one node does with the columns that it reads: which it uses how, which it passes on under which name. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

USES = ("passes on", "reads", "joins", "filters", "groups", "windows", "orders", "unites", "configures", "may read")
"""What is done with a column, in the order in which it is told.

passes on   an output column holds the value as it is, or cast: `status as state`, or a star
reads       an expression makes something of it: `sum(amount)`, or a name that nothing comes of
joins       join conditions, using          filters     where, having, qualify, `in (select ...)`, except
groups      group by, distinct on           windows     partition by and order by of a window
orders      order by                        unites     a union by position whose one side is a star: it needs all of its columns
configures  the node's config names it: unique_key, partition_by, updated_at, ...
may read    the node depends on the table, and does not say on which columns: an exposure
"""

Origin = tuple[str, str]
"""A column of a node: its unique id, and the column's name in lower case; `*` stands for all of them."""


@dataclass(frozen=True)
class Output:
    """A column that a node has, and the columns of its parents that its values come from, True where as it is.

    starred   no query writes its name: a star takes it, so that it is called as in the parent
    loose     the warehouse may call it otherwise: it has no name, or is a struct that becomes columns
    """

    name: str
    origins: Mapping[Origin, bool] = field(default_factory=dict)
    starred: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Star:
    """All columns of a parent whose columns are not known, passed on under their names, but for some."""

    parent: str
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lineage:
    """How a node uses the columns of its parents.

    outputs     its own columns, by name in lower case; what '*' stands for has names that are not known
    stars       parents of which it passes on every column
    uses        by origin, some of USES
    named       origins that its code names; others reach it by a star
    doubts      origins of which it is not sure whether they are used, each with the reason
    unknown     names, in lower case, that none of the tables it reads is known to have
    parents     nodes that its SQL names
    apart       words, in lower case, of its Jinja that its compiled SQL does not show
    hooked      words, in lower case, of its hooks
    configured  its own columns, in lower case, that its config names
    unread      why nothing, or not everything, is known
    """

    outputs: Mapping[str, Output] = field(default_factory=dict)
    stars: tuple[Star, ...] = ()
    uses: Mapping[Origin, tuple[str, ...]] = field(default_factory=dict)
    named: frozenset[Origin] = frozenset()
    doubts: Mapping[Origin, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()
    hooked: frozenset[str] = frozenset()
    configured: frozenset[str] = frozenset()
    unread: str | None = None
