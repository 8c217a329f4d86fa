"""compare: what a comparison would scan, then what differs; which steps, in which order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from dbt_playbooks.compare.request import Request, as_options
from dbt_playbooks.cost import Limits, bill, price, size
from dbt_playbooks.errors import DONE, SOME_FAILED, UsageError, changing_nothing
from dbt_playbooks.interface import Options, Project
from dbt_playbooks.project import open_project
from dbt_playbooks.terminal import Doing, Moving, Out, stderr, stdout


@dataclass(frozen=True)
class Estimate:
    """Bytes that a comparison scans: when the tables are the same, and at most."""

    least: int
    most: int


def compare(options: Options, request: Request, limits: Limits, sample: int, dry_run: bool, as_json: bool) -> int:
    """Say how two tables differ; the exit code says whether they do."""
    notes = stderr()
    line = Moving(notes, Doing(f"comparing {request.old_table} with {request.new_table}"))
    with open_project(options) as project:
        try:
            with changing_nothing("Comparing"), project.connected():
                with line:
                    show, code = _compare(project, notes, request, limits, sample, dry_run, as_json)
                show()
                return code
        except UsageError as error:
            error.args = (as_options(str(error)),)
            raise


def _compare(
    project: Project, notes: Out, request: Request, limits: Limits, sample: int, dry_run: bool, as_json: bool
) -> tuple[Callable[[], None], int]:
    """What writes the answer to stdout, and the exit code."""
    limits.need_bytes(project)
    asked = project.call("_asked_comparison", **request.arguments())
    statements = project.call("_statements_of_comparison", asked=asked, sample=sample)
    estimated = _estimate(project, statements)
    if estimated:
        per_tib = price(project)
        notes.say(
            f"a dry run says: about {bill(estimated.least, per_tib)}, when the tables are the same; at most {size(estimated.most)}."
        )
        limits.refuse_over(
            estimated.most,
            per_tib,
            "the comparison",
            "Allow more, or compare less of them: --where, --since, --columns.",
        )
    if dry_run:
        return lambda: _print_dry_run(statements, estimated, as_json), DONE
    found = project.call("_found_differences", asked=asked, sample=sample)
    code = DONE if found["same"] else SOME_FAILED
    if as_json:
        text = json.dumps({**found, "estimated_bytes": vars(estimated) if estimated else None}, default=str)
        return lambda: print(text), code
    report = project.call("_comparison_report", found=found, by=request.by)
    return lambda: _print_report(report), code


def _estimate(project: Project, statements: Mapping[str, Sequence[str]]) -> Estimate | None:
    """None where nothing is billed by bytes."""
    if not project.bills_bytes:
        return None
    known: dict[str, int] = {}
    for sql in {*statements["always"], *statements["when_different"]}:
        known[sql] = project.estimate(sql) or 0
    least = sum(known[sql] for sql in statements["always"])
    return Estimate(least, least + sum(known[sql] for sql in statements["when_different"]))


def _print_dry_run(statements: Mapping[str, Sequence[str]], estimated: Estimate | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**statements, "estimated_bytes": vars(estimated) if estimated else None}))
        return
    always = list(statements["always"])
    more = [sql for sql in dict.fromkeys(statements["when_different"]) if sql not in always]
    for title, found in (("what is sent in any case", always), ("what follows at most when they differ", more)):
        print(f"-- {title}:")
        for sql in found:
            print(f"{sql};\n")


def _print_report(report: Mapping[str, Any]) -> None:
    console = stdout()
    console.print(report["title"])
    for note in report["notes"]:
        console.print(note)
    for each in report["tables"]:
        if not each["rows"]:
            continue
        table = Table(*each["headers"], title=each["title"], title_justify="left", title_style="")
        before = None
        for row in each["rows"]:
            if before is not None and row[0] != before and each.get("by_key"):
                table.add_section()
            before = row[0]
            table.add_row(*map(_cell, row))
        console.print(table)


def _cell(value: Any) -> Text:
    """Values are the user's: nothing in them is markup, and a text that reads NULL is not NULL."""
    if value is None:
        return Text("NULL", style="dim")
    return Text(f"'{value}'" if value == "NULL" else str(value))
