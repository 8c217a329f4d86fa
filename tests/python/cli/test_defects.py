"""A defect of the command is told as one, and never by the exit code that says that tables differ."""

from __future__ import annotations

import sys

import click
import pytest

from dbt_playbooks import cli as command
from dbt_playbooks.errors import DEFECT, SOME_FAILED


@pytest.mark.parametrize("error", [KeyError("row"), OverflowError("too large"), RecursionError(), AssertionError()])
def test_a_defect_has_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(command, "cli", click.Command("dbt-playbooks", callback=fail))
    monkeypatch.setattr(sys, "argv", ["dbt-playbooks"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (DEFECT, "")
    assert DEFECT != SOME_FAILED
    assert "test_defects.py" in said.err
    assert f"this is a defect of dbt-playbooks ({type(error).__name__}" in " ".join(said.err.split())
