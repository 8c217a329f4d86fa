"""What is particular to a kind of change: its title, what it is, what is there when, and what readers must do, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.commands import table_of
from dbt_playbooks.migrations.readers import failures_of, going, keeps_its_name
from dbt_playbooks.notice.request import Subject
from dbt_playbooks.notice.words import Plain, Text, listed, say


@dataclass(frozen=True)
class Words:
    """`first` is what there is in phase 1, `last` what goes in phase 2; None when nothing goes. When it is `over`, both are told as past."""

    title: Text
    changing: Sequence[Text]
    first: Text
    last: Text | None
    actions: Sequence[Text]
    over: bool = False


def _rename(subject: Subject) -> Words:
    old, new = subject.change.old, subject.change.new
    if subject.over:
        return Words(
            say("Column {} was renamed to {}", old, new),
            [
                say(
                    "The column {} was renamed to {}, and the old name is gone. Its values and its type are as they were.",
                    old,
                    new,
                )
            ],
            say("Both columns were there, with the same values"),
            say("{} is gone; only {} is left", old, new),
            [
                say(
                    "Replace {} by {} in your queries, dashboards and exports: those that still name it fail", old, new
                ),
                say("Where you need the old name, write {}", f"{new} as {old}"),
            ],
            over=True,
        )
    return Words(
        say("Renaming column {} to {}", old, new),
        [say("The column {} is being renamed to {}. Its values and its type stay as they are.", old, new)],
        say("Both columns are there, with the same values"),
        say("{} is removed; only {} is left", old, new),
        [
            say("Replace {} by {} in your queries, dashboards and exports", old, new),
            say("Where you need the old name, write {}", f"{new} as {old}"),
        ],
    )


def _retype(subject: Subject) -> Words:
    change = subject.change
    old, new, kind = change.old, change.new, subject.data_type
    failures = failures_of(change)
    beside = say("{}", new) if new else say("a new column beside it")
    if subject.over:
        return _retyped(subject, beside)
    return Words(
        say("Changing the type of column {} to {}", old, kind),
        [
            (*say("The values of {} are being cast to {}, in ", old, kind), *beside, "."),
            say("A value that can't be cast is NULL there; {} shows such values as they are until then.", failures)
            if failures
            else say(
                "A value that can't be cast is NULL there; a third column shows such values as they are until then."
            ),
        ],
        (
            *say("{} is there as it was; ", old),
            *beside,
            *say(" has the type {}", kind),
            *(say(", and {} the values that can't be cast", failures) if failures else ()),
        ),
        (*listed(going(change)), " are removed; only " if failures else " is removed; only ", *beside, " is left"),
        [
            (
                *say(
                    "Read ",
                ),
                *beside,
                *say(" in place of {} in your queries, dashboards and exports", old),
            ),
            say("Take away casts and comparisons with text that you needed for {}", old),
            *(
                [say("Look at {}: rows that have a value there have NULL in the new column", failures)]
                if failures
                else []
            ),
        ],
    )


def _retyped(subject: Subject, now: Text) -> Words:
    """In its last phase a column may have its old name again."""
    change, gone = subject.change, listed(going(subject.change))
    old, kind = change.old, subject.data_type
    new = now if change.new else say("the new column")
    same = keeps_its_name(change)
    are = " are" if len(going(change)) > 1 else " is"
    return Words(
        say("The type of column {} was changed to {}", old, kind),
        [
            (
                *say("The values of {} were cast to {}", old, kind),
                *(() if same else (", in ", *new)),
                "; a value that could not be cast is NULL there.",
            )
        ],
        (*say("{} was there as it had been", old), *(() if same else (", beside ", *now))),
        (*gone, are, " gone; only ", *new, " is left") if gone else (*new, " is left"),
        [
            *(
                [
                    (
                        *(("Take ", *gone, " out of") if same else ("Read ", *new, " in place of ", *gone, " in")),
                        " your queries, dashboards and exports: those that still name what is gone fail",
                    )
                ]
                if gone
                else []
            ),
            say("Take away casts and comparisons with text that you needed for {}", old),
        ],
        over=True,
    )


def _remove(subject: Subject) -> Words:
    old = subject.change.old
    return Words(
        say("Removing column {}", old),
        [say("The column {} is being removed. Nothing takes its place.", old)],
        say("{} is still there, and holds only NULLs", old),
        say("{} is removed; queries that name it fail", old),
        [say("Take {} out of your queries, dashboards and exports, also out of filters and joins", old)],
    )


def _add(subject: Subject) -> Words:
    new = subject.change.new
    return Words(
        say("Adding column {}", new),
        [say("The column {} is being added. Nothing else changes.", new)],
        say("{} is there", new),
        None,
        [
            say("Nothing, if you name the columns that you read"),
            say(
                "If you take all columns with {}, see that one more does no harm: in unions by position, inserts and exports with a fixed layout",
                "*",
            ),
        ],
    )


def _repartition(subject: Subject) -> Words:
    change = subject.change
    name = table_of(change.node)
    layouts = []
    if change.replacement is not None:
        now, then = _layout(change.node), _layout(change.replacement)
        if now != then:
            layouts = [(*say("Until now: "), *now, "."), (*say("Afterwards: "), *then, ".")]
    return Words(
        say("Changing the partitioning of {}", name),
        [
            say(
                "{} is being replaced by a table of the same name, with the same columns and rows, that is partitioned in another way.",
                name,
            ),
            *layouts,
        ],
        say("The table is replaced; its name stays"),
        None,
        [
            say("Nothing in queries that are right: names, columns and rows stay"),
            say("Filter by the new partition column, so that your queries read as little as before"),
            say("Pause what writes to {} or streams into it on that day", name),
        ],
    )


WORDS: Mapping[str, Callable[[Subject], Words]] = {
    "rename": _rename,
    "retype": _retype,
    "remove": _remove,
    "add": _add,
    "repartition": _repartition,
}


def _layout(node: Node) -> Text:
    """How a model's config says that its table is cut."""
    partition, cluster = node.config.get("partition_by"), node.config.get("cluster_by")
    text: Text = ("not partitioned",)
    if isinstance(partition, Mapping):
        text = say(
            "partitioned by {} of {}", Plain(str(partition.get("granularity") or "value")), partition.get("field")
        )
    if cluster:
        names = [cluster] if isinstance(cluster, str) else list(cluster)
        text = (*text, ", clustered by ", *listed(names))
    return text
