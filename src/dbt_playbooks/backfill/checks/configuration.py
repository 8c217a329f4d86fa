"""What a model's configuration, profile and project say against a backfill, and what they say to its user."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from dbt_playbooks.backfill.checks.targets import effective_strategy, keys_of
from dbt_playbooks.interface import Model, Project, Window

_INSTEAD = {
    "table": "it is built whole each time. Make it incremental with a backfill_filter, or leave it out and build it afterwards: dbt run --select {name}",
    "view": "it holds no rows. Leave it out; if it is new, build it first: dbt run --select {name}",
    "ephemeral": "it is part of the models that read it. Leave it out of the selection",
    "materialized_view": "the warehouse refreshes it. Leave it out of the selection",
}
_STRATEGIES = {
    "duckdb": ("delete+insert", "merge", "microbatch"),
    "bigquery": ("merge", "insert_overwrite", "microbatch"),
}
_COLUMN = re.compile(r'"[^"]+"|`[^`]+`|[^\W\d]\w*')
# of dbt-duckdb's merge: they decide which rows are updated, inserted or deleted
_MERGE_DECISIONS = (
    "merge_clauses",
    "merge_insert_condition",
    "merge_update_condition",
    "merge_update_set_expressions",
)


def against_configuration(project: Project, model: Model) -> str | None:
    """Why the configuration of a model, or of its project or profile, rules out a backfill; None when it does not."""
    if model.materialized != "incremental":
        instead = _INSTEAD.get(model.materialized, "dbt does not fill it by windows. Leave it out of the selection")
        return f"it is materialized as {model.materialized}: {instead.format(name=model.name)}."
    strategy = effective_strategy(model, project.adapter_type)
    allowed = ", ".join(_STRATEGIES.get(project.adapter_type, ()))
    if strategy == "append":
        what = "its strategy is append" if model.strategy == strategy else "without a unique_key its strategy appends"
        return (
            f"{what}, so a chunk that is run again would duplicate its rows. "
            f"Use one of {allowed}, with a unique_key where the strategy works by key."
        )
    if strategy not in allowed.split(", "):
        return (
            f"a window cannot be replaced exactly with the strategy '{strategy}' on {project.adapter_type}. "
            f"Use one of {allowed}."
        )
    if strategy == "insert_overwrite" and not model.config.get("partition_by"):
        return "insert_overwrite needs the partition_by config."
    if model.is_microbatch and not model.config.get("event_time"):
        return "microbatch needs the event_time config."
    if model.is_microbatch and project.adapter_type == "duckdb" and model.config.get("unique_key"):
        return "dbt-duckdb refuses a unique_key with microbatch, once the table is there. Remove it, or use merge."
    deciding = [option for option in _MERGE_DECISIONS if strategy == "merge" and model.config.get(option)]
    if deciding:
        return (
            f"its {' and '.join(deciding)} {'decides' if len(deciding) == 1 else 'decide'} which rows a merge keeps, so a chunk would not hold "
            "what the model returns, or not when it runs again. Filter the rows in the model's SQL, and remove "
            f"{'it' if len(deciding) == 1 else 'them'} from its config."
        )
    expressions = [key for key in keys_of(model) if not _COLUMN.fullmatch(key)]
    if strategy == "merge" and expressions:
        return (
            f"dbt merges by columns, and its unique_key is an expression: {', '.join(expressions)}. "
            "Make it a column of the model, or use delete+insert."
        )
    if model.config.get("full_refresh"):
        return "full_refresh: true would rebuild the table in every chunk. Remove it from the model's config."
    if model.config["language"] != "sql":
        return f"it is written in {model.config['language']}; a window can only be checked in SQL."
    if project.disables_transactions:
        return "the profile sets disable_transactions, so a chunk would not be atomic. Remove it from profiles.yml."
    exact, decisive, writing = project.overridden()
    if exact:
        return (
            f"the project overrides {', '.join(exact)}, which {'makes' if len(exact) == 1 else 'make'} a chunk exact. "
            "Rename the override, or call dbt_playbooks' macro of that name from it."
        )
    if decisive:
        return (
            f"the project overrides {', '.join(decisive)}, by which dbt decides what a chunk replaces: it might be more or less than its window. "
            "Rename the override."
        )
    if writing:
        return (
            f"the project overrides {', '.join(writing)}, and that macro writes rows: it would with each chunk, and once in one run of dbt. "
            "Write them in a post_hook, which is read before it runs."
        )
    return None


def against_batches(model: Model, windows: Sequence[Window]) -> str | None:
    """Why these chunks are not whole batches of a microbatch model; None when they are."""
    size = str(model.config.get("batch_size", ""))
    if not model.is_microbatch or size not in ("month", "year"):
        return None
    for window in windows:
        after = dt.date.fromisoformat(window.end_date) + dt.timedelta(days=1)
        days = (dt.date.fromisoformat(window.start_date), after)
        if any(day.day != 1 or (size == "year" and day.month != 1) for day in days):
            return f"its batch_size is {size}, and the chunk {window} is not made of whole {size}s. Give such a range and --chunk {size}."
    return None


def _kept_columns(model: Model, adapter_type: str) -> Iterator[str]:
    """Options by which a merge leaves columns of existing rows as they are."""
    if effective_strategy(model, adapter_type) == "merge":
        for option, which in (
            ("merge_update_columns", "all columns but these"),
            ("merge_exclude_columns", "these columns"),
        ):
            columns = model.config.get(option)
            if columns:
                listed = columns if isinstance(columns, str) else ", ".join(columns)
                yield f"{model.name}: {option} ({listed}): {which} keep the values of rows that are there already, as in dbt run, also when a chunk runs again"


def warnings_of(project: Project, models: Sequence[Model]) -> list[str]:
    """What the user should know of these models, although they can be backfilled."""
    below = project.descendants(models)
    rebuilt = [model.name for model in below if model.materialized == "table"]
    incremental = [model.name for model in below if model.materialized == "incremental"]
    names = " ".join(f"{model.name}+" for model in models)
    warnings: list[str] = []
    for model in models:
        warnings += _kept_columns(model, project.adapter_type)
    if rebuilt:
        read = (
            "reads what is backfilled, and dbt rebuilds it as a whole"
            if len(rebuilt) == 1
            else ("read what is backfilled, and dbt rebuilds them as a whole")
        )
        warnings.append(f"{', '.join(rebuilt)} {read}. When the backfill is complete: dbt run --select {names}")
    if incremental:
        miss = "is incremental and misses" if len(incremental) == 1 else "are incremental and miss"
        them = "it" if len(incremental) == 1 else "them"
        warnings.append(
            f"{', '.join(incremental)} {miss} changes of old rows. Add {them} to the selection, to backfill {them} too"
        )
    return warnings
