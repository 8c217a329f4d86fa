"""Secrets reach neither the screen nor the warehouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

from dbt_playbooks.redact import Redactor, secret_values

SECRET = "s3cr3t-of-the-shop"


def test_an_env_secret_in_an_error_is_masked_everywhere(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_SHOP", SECRET)
    _model_that_says(shop, f"refused: {SECRET}")
    _nothing_holds_the_secret(shop, *_failed_run(shop))


def test_tokens_passwords_and_key_files_of_the_profile_are_known(tmp_path: Path) -> None:
    key_file = tmp_path / "key.json"
    key_file.write_text(
        json.dumps({"type": "service_account", "private_key": "MIIE-in-the-file", "private_key_id": "id-1"})
    )
    credentials = {
        "schema": "main",
        "token": "the-token",
        "keyfile": str(key_file),
        "keyfile_json": {"private_key": "MIIE-inline", "project_id": "the-project"},
        "secrets": [{"type": "s3", "key_id": "AKIA", "provider": "config"}],
        "refresh_token": None,
    }
    found = set(secret_values(credentials))
    assert {"the-token", "MIIE-in-the-file", "id-1", "MIIE-inline", "AKIA"} <= found
    assert not found & {"main", "the-project", "config", "s3"}


def test_a_secret_that_dbt_quotes_while_it_opens_is_masked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_SHOP", SECRET)
    shop.model("events", f"select {{{{ exceptions.raise_compiler_error('{SECRET}') }}}}")
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert SECRET not in said.err + said.out


def _model_that_says(shop: Shop, text: str) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", f"* replace (error('{text}') as note)"))


def _failed_run(shop: Shop) -> tuple[str, str]:
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 1, said.err
    assert "refused: *****" in said.err
    return said.err, said.out


def _nothing_holds_the_secret(shop: Shop, *texts: str) -> None:
    logged = str(shop.sql("select * from backfill_log") + shop.sql("select * from backfill_runs"))
    assert "refused: *****" in logged
    assert not [text for text in (*texts, logged) if SECRET in text]
    assert not [path for path in shop.folder.glob("logs/*") if SECRET in path.read_text()]


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer ya29.a0AfH6SMB-x_y",
        "GET https://example.com/?token=abc.def-123",
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"}',
    ],
)
def test_what_looks_like_a_key_or_a_token_is_masked(text: str) -> None:
    masked = Redactor([])(text)
    assert "*****" in masked
    assert not any(part in masked for part in ("ya29", "abc.def", "MIIE"))


def test_the_longest_secret_is_masked_first() -> None:
    assert Redactor(["abcd", "abcdefgh", "  "])("x abcdefgh y") == "x ***** y"
