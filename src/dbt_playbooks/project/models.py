"""dbt's models: the runners that build them, and what their Jinja says of windows."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import Any

from dbt_playbooks.project.opening import plain


@functools.cache
def runners() -> tuple[Any, Any]:
    """dbt's runners of a model and of one microbatch, without what nobody sees: events, and files of each chunk's SQL."""
    from dbt.task.run import MicrobatchBatchRunner, ModelRunner

    class Quiet:
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.compiler: Any
            self.compiler._write_node = lambda node, **_: node

        def before_execute(self) -> None: ...

        def after_execute(self, result: Any) -> None: ...

        def _execute_model(self, hook: Any, config: Any, model: Any, context: Any, *more: Any) -> Any:
            context["write"] = lambda _: ""
            return super()._execute_model(hook, config, model, context, *more)  # type: ignore[misc]

    class Microbatch(Quiet, MicrobatchBatchRunner):  # type: ignore[misc]
        failure: str | None = None

        def _build_failed_run_batch_result(self, *arguments: Any) -> Any:
            # called from dbt's own `except Exception`, which only logs the error that is being handled
            self.failure = plain(sys.exc_info()[1] or RuntimeError("the batch failed"))
            return super()._build_failed_run_batch_result(*arguments)

    return type("Runner", (Quiet, ModelRunner), {}), Microbatch


def backfill_filters(raw_code: str) -> Iterator[tuple[Any, ...]]:
    """The literal arguments of each `backfill_filter(...)` in a model: (date_column, data_type, timezone)."""
    import jinja2
    from dbt_common.clients.jinja import get_environment

    if "backfill_filter" not in raw_code:
        return
    try:
        tree = get_environment(None).parse(raw_code)
    except jinja2.TemplateError:
        return
    names = ("date_column", "data_type", "lookback_days", "timezone", "target_column")
    defaults = {"data_type": "date", "timezone": "UTC", "target_column": None}
    for call in tree.find_all(jinja2.nodes.Call):
        if getattr(call.node, "attr", getattr(call.node, "name", None)) != "backfill_filter":
            continue
        given = dict(zip(names, call.args, strict=False)) | {keyword.key: keyword.value for keyword in call.kwargs}
        literal = defaults | {key: node.value for key, node in given.items() if isinstance(node, jinja2.nodes.Const)}
        yield (literal.get("target_column") or literal.get("date_column"), literal["data_type"], literal["timezone"])
