"""Target `sandbox` cannot be run here: its class runs against the emulator's server, which takes the place of the connection only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.targets import PROJECT_VARIABLE, TARGETS
from plugin.bigquery_project import Session, run_pytest, write_project

# `Sandbox` with another client and another method in the profile. What it is asked to do is noted for the tests.
ON_THE_EMULATOR = """
import json, os, tempfile
from pathlib import Path

from dbt_playbooks.pytest_plugin.targets import emulator, sandbox

notes = Path(os.environ["NOTES"])

class OnTheEmulator(sandbox.Sandbox):
    def __init__(self):
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.server = emulator._Server(Path(self.home.name), lambda: None)
        self.endpoint = f"http://127.0.0.1:{self.server.port}"
        notes.write_text(json.dumps({"output": dict(self.output)}))
        self.output = {**self.output, "method": "oauth-secrets", "token": "none", "api_endpoint": self.endpoint}

    connect = emulator.Emulator.connect

    def close(self):
        made = [each.dataset_id for each in self.client.list_datasets()]
        super().close()
        left = [each.dataset_id for each in self.client.list_datasets()]
        notes.write_text(json.dumps({**json.loads(notes.read_text()), "made": made, "left": left}))
        self.server.stop()

    def prepare(self, dataset):
        super().prepare(dataset)
        said = {**json.loads(notes.read_text())}
        said.setdefault("datasets", []).append(dataset.to_api_repr())
        notes.write_text(json.dumps(said))

sandbox.Sandbox = OnTheEmulator
"""


@dataclass(frozen=True)
class Ran:
    session: Session
    notes: dict[str, Any]


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs tests on the target sandbox, the emulator's server being the project `test-project`."""
    why_not = TARGETS["emulator"].why_not()
    if why_not:
        pytest.skip(why_not)
    folder = write_project(tmp_path / "garden")
    (folder / "conftest.py").write_text(ON_THE_EMULATOR)
    notes = tmp_path / "notes.json"

    def run(test: str, *words: str, **environment: str) -> Ran:
        variables = {PROJECT_VARIABLE: "test-project", "NOTES": str(notes), **environment}
        session = run_pytest(folder, test, "--dbt-targets", "sandbox", *words, **variables)
        return Ran(session, json.loads(notes.read_text()) if notes.exists() else {})

    return run


WORKING = """
import datetime as dt, pytest
pytestmark = pytest.mark.targets("sandbox")

def test_rows(macro, table):
    made = table({"id": [1, 2], "day": [dt.date(2024, 1, 1), None]})
    assert macro.target == "sandbox"
    assert macro.query(f"select id, day from {made} order by id") == [(1, dt.date(2024, 1, 1)), (2, None)]
    assert macro("asks").rows == [(1,)]
    assert macro("is_there", made.database, made.schema, made.identifier).value is True

def test_another_dataset(macro, table):
    made = table({"id": [1]}, schema="elsewhere")
    assert made.schema == "elsewhere"
    macro.query(f"create view {made.schema}.seen as select id from {made}")

def test_what_the_others_made_is_gone(macro):
    datasets = [each.dataset_id for each in macro._target.client.list_datasets()]
    assert datasets == [macro._target.dataset]
    assert list(macro._target.client.list_tables(macro._target.dataset)) == []

def test_the_limit_is_dbts(macro):
    assert macro._target.session._config.credentials.maximum_bytes_billed == 1 << 30
"""


@pytest.mark.slow
def test_it_does_what_the_emulators_class_does(run: Any) -> None:
    ran = run(WORKING)
    assert ran.session.code == 0, ran.session.out
    assert "sandbox: 4 passed" in ran.session.out


@pytest.mark.slow
def test_its_dataset_has_a_name_of_its_own_expires_and_is_gone_at_the_end(run: Any) -> None:
    notes = run(WORKING, DBT_PLAYBOOKS_BIGQUERY_LOCATION="EU").notes
    own, elsewhere = notes["datasets"]
    assert own["datasetReference"]["datasetId"].startswith("dbt_playbooks_")
    assert elsewhere["datasetReference"]["datasetId"] == "elsewhere"
    for each in (own, elsewhere):
        assert each["defaultTableExpirationMs"] == str(60 * 60 * 1000)
        assert each["labels"] == {"made_by": "dbt-playbooks-tests"}
        assert each["location"] == "EU"
    assert notes["made"] == [own["datasetReference"]["datasetId"]]
    assert notes["left"] == []


@pytest.mark.slow
def test_its_profile_logs_in_as_the_user_and_limits_what_a_statement_may_bill(run: Any) -> None:
    output = run(WORKING).notes["output"]
    assert output["method"] == "oauth"
    assert output["project"] == "test-project"
    assert output["maximum_bytes_billed"] == 1 << 30
    assert "api_endpoint" not in output
    assert "location" not in output


FAILING = """
import pytest
pytestmark = pytest.mark.targets("sandbox")

def test_fails(macro, table):
    table({"id": [1]}, schema="elsewhere")
    END
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "end",
    [
        "assert False",
        "raise KeyboardInterrupt",
        pytest.param("pytest.exit('enough')", marks=pytest.mark.slow),
        pytest.param("raise SystemExit(3)", marks=pytest.mark.slow),
    ],
)
def test_nothing_is_left_however_the_session_ends(run: Any, end: str) -> None:
    ran = run(FAILING.replace("END", end))
    assert ran.session.code != 0
    assert ran.notes["left"] == []


REFUSED = """
import pytest
from google.api_core.exceptions import Forbidden
from google.cloud.bigquery import Client

pytestmark = pytest.mark.targets("sandbox")

@pytest.fixture(autouse=True)
def without_billing(monkeypatch):
    send = Client.query
    said = (
        "Billing has not been enabled for this project. Enable billing at https://console.cloud.google.com/billing. "
        "DML queries are not allowed in the free tier. Set up a billing account to remove this restriction."
    )

    def refuse(self, query, **named):
        if "insert" in query:
            raise Forbidden(said, errors=[{"message": said, "reason": "billingNotEnabled"}])
        return send(self, query, **named)

    monkeypatch.setattr(Client, "query", refuse)

def test_query(macro):
    macro.query("insert into d.t values (1)")

def test_macro(macro):
    macro.compile("{% do run_query('insert into d.t values (1)') %}")
"""


@pytest.mark.slow
def test_a_refusal_of_dml_says_why_and_what_to_do(run: Any) -> None:
    said = run(REFUSED).session
    assert "sandbox: 2 failed" in said.out, said.out
    assert said.out.count("DML queries are not allowed in the free tier") >= 2
    explained = "A project without billing refuses DML (INSERT, UPDATE, DELETE, MERGE, TRUNCATE). "
    assert said.out.count(explained) >= 2
    assert "Keep such a test to @pytest.mark.targets('duckdb', 'emulator'), or use a project with billing." in said.out


def test_it_is_skipped_with_the_reason_when_no_project_is_named(tmp_path: Path) -> None:
    said = run_pytest(write_project(tmp_path / "garden"), WORKING, "--dbt-targets", "sandbox", **{PROJECT_VARIABLE: ""})
    why_not = f"sandbox: {PROJECT_VARIABLE} is not set. Set it to a project of yours, and log in: gcloud auth application-default login"
    if TARGETS["sandbox"].why_not({}) != why_not:
        pytest.skip("dbt-bigquery is not installed")
    assert said.code == 0, said.out
    assert f"off  {why_not}" in said.out
    assert f"4 skipped, {why_not}" in said.out


def test_without_a_login_it_says_how_to_log_in(tmp_path: Path) -> None:
    if TARGETS["sandbox"].why_not({PROJECT_VARIABLE: "p"}):
        pytest.skip("dbt-bigquery is not installed")
    environment = {PROJECT_VARIABLE: "p", "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "none.json")}
    said = run_pytest(write_project(tmp_path / "garden"), WORKING, "--dbt-targets", "sandbox", **environment)
    assert said.code == 1, said.out
    assert "sandbox: nobody is logged in to Google Cloud here" in said.out
    assert "gcloud auth application-default login" in said.out
