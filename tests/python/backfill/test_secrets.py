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


KEY_OF_LINES = "first line of a key\nsecond line of a key\n"


@pytest.mark.parametrize(
    "written", [KEY_OF_LINES, json.dumps(KEY_OF_LINES)[1:-1]], ids=["as it is", "as JSON writes it"]
)
def test_a_secret_that_has_line_ends_is_masked_however_it_is_written(written: str) -> None:
    assert Redactor([KEY_OF_LINES])(f"before {written} after") == "before ***** after"


def test_what_is_no_secret_stays_as_it_is() -> None:
    text = "1 row is public\nand has two lines \\n"
    assert Redactor([])(text) == Redactor(["", "  ", "\n"])(text) == text


def test_every_mention_of_every_secret_is_masked() -> None:
    assert Redactor(["one!", "two!"])("one! two! one! two!") == "***** ***** ***** *****"


@pytest.mark.parametrize("key", ["token", "Access_Token", "password", "secret", "client_secret", "key", "private_key"])
def test_a_value_under_the_name_of_a_secret_is_one(key: str) -> None:
    assert list(secret_values({key: "abcd"})) == ["abcd"]
    assert list(secret_values({"schema": "main", "nested": [{"deep": {key: ["abcd", ("efgh",)]}}]})) == ["abcd", "efgh"]


@pytest.mark.parametrize(
    "key",
    [
        "type",
        "name",
        "provider",
        "region",
        "endpoint",
        "scope",
        "project_id",
        "client_email",
        "universe_domain",
        "Type",
    ],
)
def test_what_stands_beside_secrets_in_every_message_is_none(key: str) -> None:
    assert list(secret_values({"keyfile_json": {key: "public value", "private_key": "MIIE"}})) == ["MIIE"]


def test_a_value_too_short_to_be_a_secret_is_none() -> None:
    # masking it would take letters out of every word
    assert list(secret_values({"password": "abc", "token": 1234, "key": None})) == []


def test_a_key_file_gives_what_it_holds_and_its_path(tmp_path: Path) -> None:
    missing, folder = tmp_path / "missing.json", tmp_path / "folder.json"
    folder.mkdir()
    broken, text, whole = (tmp_path / name for name in ("broken.json", "key.txt", "whole.json"))
    broken.write_text("{")
    text.write_text('{"private_key": "not read: no JSON by its name"}')
    whole.write_text('{"private_key": "in the file", "client_id": "public"}')
    for path in (missing, folder, broken, text):
        assert list(secret_values({"keyfile": str(path)})) == [str(path)]
    assert list(secret_values({"keyfile": str(whole)})) == [str(whole), "in the file"]
    assert list(secret_values({"path": str(whole)})) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "a ***** b"),
        ("a -----BEGIN PRIVATE KEY-----\nMIIE cut off", "a *****"),
        (
            "-----BEGIN PRIVATE KEY-----\n1\n-----END PRIVATE KEY----- and -----BEGIN PRIVATE KEY-----\n2\n-----END PRIVATE KEY-----",
            "***** and *****",
        ),
        ("got ya29.a0Af_B-c.d, then failed", "got *****, then failed"),
        ("Bearer abc~+/=.x-y and more", "Bearer ***** and more"),
        ("?access_token=abc.~d-e&x=1", "?access_token=*****&x=1"),
        ("bearer of news, the token of thanks", "bearer of news, the token of thanks"),
    ],
)
def test_of_a_key_or_a_token_all_of_it_goes_and_nothing_else(text: str, masked: str) -> None:
    assert Redactor([])(text) == masked
