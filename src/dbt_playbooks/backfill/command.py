"""run, plan and status: which steps a backfill command takes, in which order."""

from __future__ import annotations

import difflib
import json
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from dbt_playbooks.backfill import report
from dbt_playbooks.backfill.checks import EdgeOptions, Target, check, check_rows, effective_strategy, keys_of
from dbt_playbooks.backfill.checks.targets import default_chunk
from dbt_playbooks.backfill.lease import CREATION, Lease
from dbt_playbooks.backfill.mismatches import Mismatch, mismatches, recorded_again
from dbt_playbooks.backfill.plan import Plan, done_by_other_code, make_plan, windows
from dbt_playbooks.backfill.progress import Progress, many
from dbt_playbooks.backfill.request import Identity, Request, about_vars
from dbt_playbooks.backfill.runner import Runner, RunOptions
from dbt_playbooks.backfill.state import State
from dbt_playbooks.backfill.status import print_status, read_status
from dbt_playbooks.cost import Limits, bill, cost, price
from dbt_playbooks.errors import DONE, PlaybooksError, UsageError, WarehouseError
from dbt_playbooks.interface import Options, Project
from dbt_playbooks.interrupts import raise_if_pressed
from dbt_playbooks.project import open_project
from dbt_playbooks.redact import Redactor
from dbt_playbooks.terminal import stderr, stdout


@dataclass(frozen=True)
class _Prepared:
    project: Project
    targets: Sequence[Target]
    warnings: Sequence[str]
    state: State
    plan: Plan
    check_seconds: float
    """What looking at the models' rows took: whether chunks give the rows of one run."""


@contextmanager
def _prepared(
    options: Options,
    selection: Sequence[str],
    exclude: Sequence[str],
    request: Request,
    limits: Limits,
    say: Callable[[str], None],
) -> Iterator[_Prepared]:
    """Open the project, check the selection and read the state. Nothing in the warehouse has changed yet."""
    with open_project(options, selection, exclude) as project:
        redactor = Redactor(project.secrets())
        try:
            if limits.any:
                limits.need_bytes(project)
            models = project.select()
            request = replace(request, chunk=request.chunk or default_chunk(models))
            found = windows(project, request.start_date, request.end_date, str(request.chunk))
            targets, warnings = check(project, models, found)
            state = State(project, redactor)
            identity = Identity.of(replace(request, vars=options.vars), models)
            warnings += about_vars(identity)
            plan = make_plan(request, identity, found, state)
            edges = EdgeOptions("edges" in request.accepted, request.check_edges, limits) if plan.todo else None
            began = time.monotonic()
            targets, more = check_rows(project, targets, found, edges, say)
            check_seconds = time.monotonic() - began
            warnings += more
            gone = [target.model.relation for target in targets if not project.exists(target.model)]
            if gone and plan.completed and request.reprocess != "all":
                missing = f"{', '.join(gone)} {'does' if len(gone) == 1 else 'do'} not exist"
                recorded = (
                    f"{many(plan.completed, 'chunk')} {'is' if plan.completed == 1 else 'are'} recorded as completed"
                )
                raise UsageError(
                    f"{missing}, although {recorded} in backfill '{identity.backfill_id}'. "
                    "Fill it again with --reprocess all, or give this backfill another --id."
                )
            outdated = done_by_other_code(identity, plan, state)
            if outdated:
                warnings.append(
                    f"the code of {identity.model} has changed since {many(outdated, 'chunk')} {'was' if outdated == 1 else 'were'} completed. "
                    f"--reprocess all runs {'it' if outdated == 1 else 'them'} again"
                )
            # what the warehouse said may quote the profile
            warnings = [redactor(warning) for warning in warnings]
            yield _Prepared(project, targets, warnings, state, plan, check_seconds)
        except PlaybooksError as error:
            # what dbt or the warehouse said may quote the profile
            error.args = (redactor(str(error)),)
            raise


def run(
    options: Options,
    selection: Sequence[str],
    exclude: Sequence[str],
    request: Request,
    run_options: RunOptions,
    limits: Limits,
    compare_to: str | None,
    json_events: bool,
    again: Sequence[str],
) -> int:
    """Run what is left of a backfill and report; the exit code."""
    with _prepared(options, selection, exclude, request, limits, stderr().say) as prepared:
        project, plan, state = prepared.project, prepared.plan, prepared.state
        with Progress(len(plan.todo), plan.skipped, json_events) as progress:
            told = _side_by_side(project, prepared.targets, request, run_options)
            run_options, one_at_a_time = _one_at_a_time(project, prepared.targets, run_options)
            for warning in [*prepared.warnings, *told, *one_at_a_time]:
                progress.note(f"warning: {warning}")
            _refuse_over(limits, project, prepared.targets, plan)
            other = report.find_comparison(project, prepared.targets[-1], compare_to) if compare_to else None
            raise_if_pressed()
            state.create()
            with Lease(state, plan.identity, request.shard, len(plan.chunks), plan.generation) as lease:
                # another run may have completed chunks between the first reading of the state and the claim
                plan = make_plan(request, plan.identity, [chunk.window for chunk in plan.chunks], state)
                progress.event(
                    "run_started",
                    id=plan.identity.backfill_id,
                    chunks=len(plan.chunks),
                    todo=len(plan.todo),
                    invocation_id=lease.invocation_id,
                    check_seconds=round(prepared.check_seconds, 3),
                )
                progress.note(
                    f"backfill '{plan.identity.backfill_id}': {len(plan.todo):,} of {many(len(plan.chunks), 'chunk')} to run, {plan.kept:,} completed before."
                )
                if plan.todo:
                    project.begin([target.model for target in prepared.targets])
                result = Runner(project, prepared.targets, state, lease, run_options, progress).run(plan)
                if plan.todo:
                    project.end()
            covered, differences, mismatched = [], {}, []
            if not result.interrupted:
                existing = [target for target in prepared.targets if project.exists(target.model)]
                covered = [
                    report.coverage(project, target, request.start_date, request.end_date) for target in existing
                ]
                mismatched = mismatches(
                    project, existing, plan, state.chunks(plan.identity.backfill_id), lease.invocation_id
                )
                if mismatched and any(_has_hook_after_batches(target) for target in prepared.targets):
                    unexplained = recorded_again(state, plan, lease.invocation_id, mismatched)
                    changed = [each for each in mismatched if each not in unexplained]
                    result.rows += sum(each.rows - each.recorded for each in changed)
                    if changed:
                        progress.note(_changed_by_hook(changed))
                    mismatched = unexplained
                if other:
                    differences = {other.name: report.compare(project, prepared.targets[-1], other, plan)}
        code = report.print_report(progress, plan, result, covered, differences, mismatched, shlex.join(again))
        progress.event(
            "run_ended",
            id=plan.identity.backfill_id,
            exit_code=code,
            completed=result.completed,
            completed_before=plan.kept,
            failed=len(result.failed),
            not_begun=result.not_begun,
            interrupted=result.interrupted,
            rows=result.rows,
            bytes=result.bytes if project.bills_bytes else None,
            seconds=round(result.seconds, 3),
            mismatches=[asdict(each) for each in mismatched],
            missing={each.model: [day.isoformat() for day in each.missing] for each in covered},
            differences={table: [_difference(each) for each in found] for table, found in differences.items()},
        )
        return code


def plan(
    options: Options, selection: Sequence[str], exclude: Sequence[str], request: Request, limits: Limits, as_json: bool
) -> int:
    """List the chunks, their state and what they would bill. Changes nothing."""
    with _prepared(options, selection, exclude, request, limits, stderr().say) as prepared:
        estimates = _estimates(prepared.project, prepared.targets, prepared.plan)
        price_per_tib = price(prepared.project)
        known = [value for value in estimates.values() if value is not None]
        if as_json:
            chunks = [
                {**asdict(chunk), "todo": chunk.index in estimates, "estimated_bytes": estimates.get(chunk.index)}
                for chunk in prepared.plan.chunks
            ]
            whole = {
                "id": prepared.plan.identity.backfill_id,
                "model": prepared.plan.identity.model,
                "warnings": list(prepared.warnings),
                "chunks": chunks,
                "estimated_bytes": sum(known) if known else None,
                "estimated_cost": cost(sum(known), price_per_tib) if known else None,
            }
            print(json.dumps(whole))
        else:
            _print_plan(prepared, estimates, known, price_per_tib)
        _refuse_over(limits, prepared.project, prepared.targets, prepared.plan)
        return DONE


def _print_plan(
    prepared: _Prepared, estimates: Mapping[int, int | None], known: Sequence[int], price_per_tib: float
) -> None:
    out = stdout()
    heading = f"backfill '{prepared.plan.identity.backfill_id}' of {prepared.plan.identity.model}"
    out.say(heading, "bold")
    lines = report.plan_lines(prepared.plan, estimates, price_per_tib, out.width if out.is_terminal else None)
    out.say(next(lines), "bold")
    # not through rich, which is slow for thousands of lines
    print("\n".join(lines))
    for warning in prepared.warnings:
        out.say(f"warning: {warning}")
    if known:
        out.say(f"{many(len(estimates), 'chunk')} would scan {bill(sum(known), price_per_tib)}.")
        keys = sum(_key_bytes(prepared.project, target) for target in prepared.targets)
        if keys:
            out.say(
                f"Of these, each chunk reads {bill(keys, price_per_tib)} to check that no other row of the table has its keys."
            )
    else:
        out.say(
            f"{many(len(prepared.plan.todo), 'chunk')} would run. {prepared.project.adapter_type} does not bill by bytes."
        )


def status(options: Options, name: str | None, as_json: bool) -> int:
    """What became of a backfill, of all backfills of a model, or of all of them, and who runs it now. Only reads; works while a run goes on."""
    with open_project(options) as project:
        state = State(project, Redactor(project.secrets()))
        known = {each: models for each, models in state.backfills().items() if not each.endswith(CREATION)}
        asked = [each for each, models in known.items() if name is None or name == each or name in models]
        if name is not None and not asked:
            raise UsageError(_no_backfill(name, known, project.target_name))
        found = [read_status(state, each) for each in asked]
    if as_json:
        print(json.dumps([asdict(each) for each in found]))
    else:
        print_status(stdout(), found)
    return DONE


def _no_backfill(name: str, known: Mapping[str, Sequence[str]], target: str) -> str:
    if not known:
        return f"no backfill of '{name}': none was ever run in target '{target}'."
    names = list(dict.fromkeys([*known, *(model for models in known.values() for model in models)]))
    near = difflib.get_close_matches(name, names, n=3)
    listed = (
        f"Did you mean: {', '.join(near)}" if near else f"Backfills, the newest first: {', '.join(list(known)[:5])}"
    )
    return f"'{name}' is neither the id nor a model of a backfill in target '{target}'.\n{listed}"


def _has_hook_after_batches(target: Target) -> bool:
    """dbt runs the post_hook of a microbatch model once, when all of its batches have run."""
    return target.model.is_microbatch and bool(
        target.model.config.get("post-hook") or target.model.config.get("post_hook")
    )


def _changed_by_hook(changed: Sequence[Mismatch]) -> str:
    before, after = sum(each.recorded for each in changed), sum(each.rows for each in changed)
    return f"a post_hook ran after all batches: {many(len(changed), 'chunk')} held {before:,} rows before it, and {after:,} after it."


def _side_by_side(project: Project, targets: Sequence[Target], request: Request, run_options: RunOptions) -> list[str]:
    """BigQuery lets two mutating statements run on a table at once and aborts those that touch the same partitions."""
    merging = [target.model.name for target in targets if target.model.strategy in (None, "merge")]
    if project.adapter_type != "bigquery" or not merging or (run_options.threads == 1 and request.shard.of == 1):
        return []
    return [
        f"on BigQuery, merges by key into one table at the same time may conflict ({', '.join(merging)}). Add --retries 3"
    ]


def _one_at_a_time(
    project: Project, targets: Sequence[Target], run_options: RunOptions
) -> tuple[RunOptions, list[str]]:
    """How many chunks may run at once, and why fewer than asked for."""
    if project.adapter_type != "duckdb" or run_options.threads == 1:
        return run_options, []
    hooked = [each.model.name for each in targets if each.alone]
    commented = [each.model.name for each in targets if any((each.model.config.get("persist_docs") or {}).values())]
    reasons = [f"hooks of {name} change what hooks of its other chunks change" for name in hooked]
    reasons += [f"persist_docs of {name} writes comments with each chunk" for name in commented]
    if not reasons:
        return run_options, []
    text = f"{'; '.join(reasons)}. DuckDB lets one transaction at a time do that, so --threads {run_options.threads} counts as 1"
    return replace(run_options, threads=1), [text]


def _estimates(project: Project, targets: Sequence[Target], plan: Plan) -> dict[int, int | None]:
    """Bytes that each chunk to do would scan, by the chunk's index; None where it can't be known."""
    estimates: dict[int, int | None] = {}
    keys = sum(_key_bytes(project, target) for target in targets)
    for chunk in plan.todo:
        total: int | None = keys
        for target in targets:
            try:
                scanned = project.estimate(project.compile(target.model, chunk.window)) if project.bills_bytes else None
            except WarehouseError:
                scanned = None  # it reads a table that an earlier model of the chunk makes
            total = None if scanned is None or total is None else total + scanned
        estimates[chunk.index] = total
    return estimates


def _key_bytes(project: Project, target: Target) -> int:
    """Bytes that a chunk reads of the table to see that no row elsewhere has its keys; 0 while there is no table."""
    keys = keys_of(target.model)
    merges = effective_strategy(target.model, project.adapter_type) == "merge"
    if not (project.bills_bytes and keys and merges and project.exists(target.model)):
        return 0
    config = target.model.config
    sql = project.call(
        "_keys_read_sql",
        relation=project.relation(target.model),
        keys=keys,
        column=target.column,
        predicates=config.get("predicates") or config.get("incremental_predicates"),
    )
    return project.estimate(sql) or 0


def _refuse_over(limits: Limits, project: Project, targets: Sequence[Target], plan: Plan) -> None:
    """Stop before anything runs when the estimate is over a limit, or cannot be made."""
    if not limits.any:
        return
    limits.need_bytes(project)
    estimates = _estimates(project, targets, plan)
    unknown = [plan.chunks[index].window for index, value in estimates.items() if value is None]
    if unknown:
        raise UsageError(
            f"{many(len(unknown), 'chunk')} could not be estimated (the first: {unknown[0]}), so the limit cannot be checked. "
            "Build the tables that they read first."
        )
    total = sum(value or 0 for value in estimates.values())
    limits.refuse_over(total, price(project), many(len(estimates), "chunk"), "Allow more, or ask for a shorter range.")


def _difference(difference: report.Difference) -> dict[str, object]:
    window = None if difference.window is None else asdict(difference.window)
    return {"window": window, "rows": difference.rows, "other_rows": difference.other_rows}
