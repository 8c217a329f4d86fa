"""`dbt-playbooks migrations` and `notice` in a real project with a rename, a retype and a removal; last, what they print is done, and builds."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from repository import Repository
from shop import Shop

from dbt_playbooks.interface import Options
from dbt_playbooks.migrations import command

STG = """\
{{ config(materialized='table') }}
select
    id,
    event_date,
    {{ dbt_playbooks.renamed_column('note', 'remark', remove_after='2024-02-01') }},
    {{ dbt_playbooks.retyped_column('code', 'integer', remove_after='2024-02-02', expression="cast(amount as varchar)") }},
    {{ dbt_playbooks.deprecated_column('amount', 'integer', '2024-02-03') }}
from {{ source('raw', 'events') }}
"""
FILES = {
    "models/stg_events.sql": STG,
    "models/all_events.sql": "select * from {{ ref('stg_events') }}\n",
    "models/remarks.sql": "with e as (select * from {{ ref('stg_events') }})\nselect\n    note,\n    count(*) as n\nfrom e\ngroup by note\n",
    "models/codes.sql": "select\n    id,\n    cast(code as integer) as code,\n    amount\nfrom {{ ref('all_events') }}\n",
    "models/_models.yml": """\
models:
  - name: stg_events
    columns:
      - name: id
        data_tests: [unique]
      - name: note
        data_tests:
          - not_null
  - name: remarks
    columns:
      - name: note
        data_tests: [unique]
exposures:
  - name: board
    type: dashboard
    owner: {name: Bob}
    depends_on: [ref('remarks')]
""",
}
DAYS = {"remark": "2024-01-10", "code": "2024-01-11", "amount": "2024-01-12"}


class Dbt:
    """dbt in a process that stays, as it takes seconds to import."""

    def __init__(self, folder: Path) -> None:
        script = (
            "import json, sys\nfrom dbt.adapters.duckdb.connections import DuckDBConnectionManager\n"
            "from dbt.cli.main import dbtRunner\nfor line in sys.stdin:\n"
            "    result = dbtRunner().invoke(['--log-level', 'none', '--quiet', *json.loads(line)])\n"
            "    failed = [f'{each.node.name}: {each.message}' for each in getattr(result.result, 'results', None) or []\n"
            "              if str(each.status) not in ('success', 'pass', 'no-op')]\n"
            "    DuckDBConnectionManager.close_all_connections()\n"
            "    print('\\x01' + json.dumps([bool(result.success), str(result.exception), failed]), flush=True)\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __call__(self, *words: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)
        answer = next(line for line in self._process.stdout if line.startswith("\x01"))
        success, exception, failed = json.loads(answer[1:])
        assert success, (words, exception, failed)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@pytest.fixture(scope="module")
def evolving(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The calls came on three days, in a repository of its own."""
    folder = tmp_path_factory.mktemp("evolving") / "shop"
    shutil.copytree(template, folder, symlinks=True)
    repo = Repository(folder)
    repo.write(".gitignore", "target\nlogs\ndbt_packages\n*.duckdb\n")
    lines = STG.splitlines(keepends=True)
    for name, text in FILES.items():
        repo.write(name, text)
    for number, day in enumerate(DAYS.values(), 1):
        repo.write("models/stg_events.sql", "".join([*lines[: 4 + number], *lines[7:]]))
        repo.commit(day)
    return Shop(folder)


@pytest.fixture
def dbt(evolving: Shop) -> Iterator[Dbt]:
    runner = Dbt(evolving.folder)
    yield runner
    runner.close()


def changes(shop: Shop) -> list[dict[str, Any]]:
    said = shop.playbooks("migrations", "--json")
    assert said.code == 0, said.err
    return list(json.loads(said.out)["changes"])


def write(shop: Shop, edits: list[dict[str, Any]]) -> None:
    """What a person does: lines from the last to the first, so that numbers stay right; then what is added to YAML."""
    unique = {(each["path"], each["line"]): each for each in edits if each["before"]}
    for edit in sorted(unique.values(), key=lambda each: -each["line"]):
        path = shop.folder / edit["path"]
        lines = path.read_text().split("\n")
        start, end = edit["line"] - 1, edit["line"] - 1 + len(edit["before"])
        assert lines[start:end] == edit["before"]
        after = edit["after"]
        if after is None:
            assert edit["note"] == "without amount"
            lines[start - 1] = lines[start - 1].rstrip(",")
            after = []
        path.write_text("\n".join([*lines[:start], *after, *lines[end:]]))
    for edit in edits:
        if not edit["before"]:
            path = shop.folder / edit["path"]
            properties = yaml.safe_load(path.read_text())
            merge(properties["models"][0], yaml.safe_load("\n".join(edit["after"])))
            path.write_text(yaml.safe_dump(properties, sort_keys=False))


def merge(entry: dict[str, Any], more: dict[str, Any]) -> None:
    for key, found in more.items():
        entry[key] = [*entry.get(key, []), *found]


def test_all_changes_are_listed_with_who_reads_what_and_what_is_next(evolving: Shop) -> None:
    said = evolving.playbooks("migrations")
    assert said.code == 0, said.err
    first, _, _, *rows = said.out.splitlines()[:6]
    assert first == "3 changes are in flight in project 'shop', 3 overdue."
    assert [row.split("  ")[1:3] for row in rows] == [
        ["stg_events", "rename note to remark"],
        ["stg_events", "retype code to integer as code_int"],
        ["stg_events", "remove amount"],
    ]
    assert "   models/stg_events.sql:5, phase both, since 2024-01-10 (" in said.out
    assert "     model remarks (models/remarks.sql): passes on as note, groups\n" in said.out
    assert (
        "   passed on by a star, so that who reads these loses it as well: all_events (models/all_events.sql)\n"
        in said.out
    )
    assert "   next: let a test see that note and remark stay equal\n" in said.out
    assert "   then: move what still reads note to remark\n" in said.out
    assert "+     remark as note," not in said.out


def test_of_one_model_all_steps_are_shown_in_full(evolving: Shop) -> None:
    said = evolving.playbooks("migrations", "--model", "stg_events")
    assert said.out.startswith("3 changes are in flight in model 'stg_events', 3 overdue.")
    assert "       - group by note\n       + group by remark\n" in said.out
    assert "$ dbt build --select remarks+\n" in said.out
    assert (
        "$ dbt-playbooks compare main.stg_events_backup_with_note stg_events --key id --exclude-columns note\n"
        in said.out
    )
    said = evolving.playbooks("migrations", "--model", "codes")
    assert said.code == 0
    assert said.out.startswith("no change is in flight in model 'codes'.\nA change begins in a model")
    said = evolving.playbooks("migrations", "--model", "stg_event")
    assert said.code == 2
    assert "there is no model 'stg_event' in project 'shop'.\nDid you mean: stg_events" in said.err
    said = evolving.playbooks("migrations", "--model", "zzz")
    assert "there is no model 'zzz' in project 'shop'.\nModels of the project: " in said.err


def test_what_is_overdue_is_a_gate(evolving: Shop) -> None:
    said = evolving.playbooks("migrations", "--overdue", "--json")
    assert said.code == 1
    assert [each["old"] for each in json.loads(said.out)["changes"]] == ["note", "code", "amount"]
    out = io.StringIO()
    options = Options(project_dir=str(evolving.folder), profiles_dir=str(evolving.folder))
    with contextlib.redirect_stdout(out):
        early = command.migrations(options, None, overdue=True, refresh=False, as_json=False, now=dt.date(2024, 2, 1))
        late = command.migrations(options, None, overdue=True, refresh=False, as_json=False, now=dt.date(2024, 2, 2))
    assert (early, late) == (0, 1)
    assert "nothing is overdue: 3 in flight in project 'shop'.\n1 change is in flight" in out.getvalue()


def test_a_macro_of_the_project_that_hides_a_change_is_said_to_be_not_followed(evolving: Shop) -> None:
    path = evolving.folder / "macros" / "mine.sql"
    path.parent.mkdir()
    path.write_text("{% macro mine(c) %}\n{{ return(dbt_playbooks.renamed_column(c, 'x')) }}{% endmacro %}\n")
    said = evolving.playbooks("migrations", "--model", "codes")
    shutil.rmtree(path.parent)
    assert "not followed: macros/mine.sql:2 calls renamed_column." in said.out


def test_a_notice_is_filled_in_from_the_project(evolving: Shop) -> None:
    said = evolving.playbooks(
        "notice", "stg_events", "--column", "note", "--channel", "#data-eng", "--reason", "It is clearer."
    )
    assert said.code == 0, said.err
    assert said.out.startswith(
        "# Schema change: Renaming column `note` to `remark`\n\n**Table**: `main.stg_events`  \n"
    )
    assert "**Planned Date**: 2024-01-10; the last day of `note` is 2024-02-01  \n" in said.out
    assert "**Risk Level**: High (2 readers in the project)  \n" in said.out
    assert "- `models/remarks.sql` (Ann, by git)\n" in said.out
    assert "- exposure `board` (Bob)\n" in said.out
    assert "note: the last day of 'note', 2024-02-01, is in the past.\n" in said.err
    assert "`dbt run-operation dbt_playbooks.dependent_views --args '{table: stg_events}'`" in said.err


def test_a_notice_for_slack_is_json(evolving: Shop) -> None:
    said = evolving.playbooks("notice", "stg_events", "--change", "retype", "--format", "slack")
    found = json.loads(said.out)
    assert found["text"] == "Schema change of main.stg_events: Changing the type of column code to integer"
    assert found["blocks"][0]["type"] == "header"


def test_a_notice_of_one_of_many_changes_asks_which(evolving: Shop) -> None:
    said = evolving.playbooks("notice", "stg_events")
    assert (said.code, said.out) == (2, "")
    assert "  dbt-playbooks notice stg_events --change remove --column amount" in said.err


def test_the_edits_that_are_printed_lead_from_phase_to_phase_and_each_builds(evolving: Shop, dbt: Dbt) -> None:
    found = changes(evolving)
    assert [(each["kind"], each["since"]["day"], each["phase"]) for each in found] == [
        ("rename", "2024-01-10", "both"),
        ("retype", "2024-01-11", "both"),
        ("remove", "2024-01-12", "deprecated"),
    ]
    assert all(each["days_overdue"] > 0 for each in found)
    rename, retype, remove = found
    assert {each["name"] for each in rename["readers"]} == {"remarks", "not_null_stg_events_note"}
    assert [each["name"] for each in retype["carriers"]] == ["all_events"]
    assert [each["name"] for each in remove["readers"]] == ["codes"]

    # tests come, and `codes` is without the column that goes
    write(evolving, [edit for each in found for edit in each["steps"][0]["edits"]])
    dbt("build")
    found = changes(evolving)
    assert [each["steps"][0]["title"] for each in found] == [
        "move what still reads note to remark",
        "move what still reads code to code_int",
        "remove amount",
    ]

    # readers move
    write(evolving, [edit for each in found for edit in each["steps"][0]["edits"]])
    assert "    remark as note," in (evolving.folder / "models/remarks.sql").read_text()
    assert "group by remark" in (evolving.folder / "models/remarks.sql").read_text()
    assert "cast(code_int as integer) as code" in (evolving.folder / "models/codes.sql").read_text()
    dbt("build")
    found = changes(evolving)
    assert [each["readers"] for each in found] == [[], []]

    # the old names go
    write(evolving, [edit for each in found for edit in each["steps"][0]["edits"]])
    dbt("build")
    columns = [row[0] for row in evolving.sql("describe stg_events")]
    assert columns == ["id", "event_date", "remark", "code_int"]
    (last,) = changes(evolving)
    assert (last["kind"], last["phase"]) == ("rename", "new")

    # and the call
    write(evolving, last["steps"][0]["edits"])
    assert "    note as remark,\n" in (evolving.folder / "models/stg_events.sql").read_text()
    dbt("build")
    assert evolving.difference("stg_events", source="(select id, event_date, note, amount from raw.events)") == []
    said = evolving.playbooks("migrations")
    assert said.code == 0
    assert "no change is in flight in project 'shop'" in said.out
