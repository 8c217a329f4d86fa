"""migrations: reads the project and says where each change stands; edits nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from dbt_playbooks.errors import DONE, SOME_FAILED, changing_nothing
from dbt_playbooks.impact.load import load_graph
from dbt_playbooks.interface import Options
from dbt_playbooks.migrations import report
from dbt_playbooks.migrations.survey import Migration, not_followed, of_model, survey
from dbt_playbooks.migrations.trial import tried
from dbt_playbooks.terminal import stderr, stdout


def today() -> dt.date:
    return dt.datetime.now(dt.timezone.utc).date()


def migrations(
    options: Options, model: str | None, overdue: bool, refresh: bool, as_json: bool, now: dt.date | None = None
) -> int:
    """List the changes in flight; with `overdue` only those that are, and the exit code says whether there are any."""
    now = now or today()
    with changing_nothing("Looking"):
        graph = load_graph(options, refresh)
        root = Path(graph.root)
        found = survey(graph, root, now)
        where = f"project '{graph.project}'"
        if model is not None:
            found = of_model(found, graph, model)
            where = f"model '{model}'"
        hidden = not_followed(root)
        shown = [each for each in found if each.overdue] if overdue else found
        shown, remarks = tried(shown, graph, root, options, as_json or model is not None, refresh)
    for remark in remarks:
        stderr().say(f"warning: {remark}")
    if as_json:
        data = {"project": graph.project, "today": now.isoformat(), "changes": [report.as_data(each) for each in shown]}
        print(json.dumps({**data, "not_followed": hidden}))
    else:
        _print(shown, found, hidden, where, now, in_full=model is not None)
    return SOME_FAILED if overdue and shown else DONE


def _print(
    shown: Sequence[Migration],
    found: Sequence[Migration],
    hidden: Sequence[str],
    where: str,
    now: dt.date,
    in_full: bool,
) -> None:
    console = stdout()
    if shown:
        console.print("\n".join(report.lines(shown, where, in_full)))
    elif found:
        console.print(f"nothing is overdue: {len(found)} in flight in {where}.")
    else:
        console.print(report.nothing(where, now))
    for place in hidden:
        console.print(f"not followed: {place}. What the models that call this macro change is not listed.")
