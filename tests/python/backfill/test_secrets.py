"""Secrets reach neither the screen nor the warehouse."""

from __future__ import annotations

import base64
import json
import textwrap
from pathlib import Path

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

from dbt_playbooks.errors import PlaybooksError, UsageError, WarehouseError
from dbt_playbooks.interface import Options
from dbt_playbooks.project import open_project
from dbt_playbooks.redact import Redactor, secret_values, secrets_of_yaml

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


OUTPUT = "shop:\n  target: dev\n  outputs:\n    dev:\n"
BIGQUERY = OUTPUT + "      type: bigquery\n      method: service-account-json\n      project: p\n      dataset: d\n"
INVALID_PROFILES = {
    "a value of the wrong type": BIGQUERY + f"      keyfile_json: '{SECRET}'\n",
    "a value of several lines": BIGQUERY + f"      keyfile_json: |\n        {SECRET}\n        and {SECRET}\n",
    "a value of the environment": BIGQUERY + "      keyfile_json: \"{{ env_var('KEY_OF_THE_SHOP') }}\"\n",
    "no YAML": OUTPUT + f"      type: duckdb\n      token: '{SECRET}\n      other: [\n",
    "no YAML, in braces": OUTPUT.rstrip() + f" {{type: duckdb, motherduck_token: {SECRET}, path: [}}\n",
    "no YAML, below a key": OUTPUT + f"      type: duckdb\n      private_key: |\n        {SECRET}\n      other: [\n",
}


@pytest.mark.parametrize("case", INVALID_PROFILES)
def test_an_invalid_profile_is_called_so_and_its_secrets_stay_in_it(
    shop: Shop, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_THE_SHOP", SECRET)
    shop.write("profiles.yml", INVALID_PROFILES[case])
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert f"error: invalid profile in {shop.folder / 'profiles.yml'}:" in said.err
    assert "*****" in said.err
    assert SECRET not in said.err + said.out


def test_secrets_of_a_profile_that_is_no_yaml_are_known() -> None:
    text = """
    outputs:
      dev: {type: bigquery, "refresh_token": "in quotes", client_secret: bare one, threads: 4}
      other:
        password: with 'quotes'  # and a comment
        private_key: >
          first line of the key
          second line of the key
        user: somebody
        port: [
    """
    found = set(secrets_of_yaml(text))
    assert {"in quotes", "bare one", "with 'quotes", "first line of the key", "second line of the key"} <= found
    assert not found & {"bigquery", "4", "somebody", "["}


def test_numbers_and_the_json_in_a_text_are_secrets_too() -> None:
    inside = json.dumps({"private_key": "MIIE-inside", "project_id": "the-project"})
    encoded = base64.b64encode(inside.encode()).decode()
    found = list(
        secret_values({"password": 12345678, "keyfile_json": inside, "key": encoded, "keep": True, "passing": True})
    )
    assert found.count("MIIE-inside") == 2
    assert "12345678" in found
    assert not {"the-project", "True"} & set(found)


PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END KEY-----\n"
SPELLINGS = {
    "as it is": PEM,
    "as JSON": json.dumps(PEM),
    "as JSON in JSON": json.dumps(json.dumps(PEM)),
    "as Python": repr(PEM),
    "on one line": " ".join(PEM.split("\n")),
    "with the line ends of Windows": PEM.replace("\n", "\r\n"),
    "indented": textwrap.indent(PEM, "      "),
    "wrapped": textwrap.fill(PEM, 17),
    "wrapped and indented": textwrap.indent(textwrap.fill(PEM, 11), "    "),
    "one of its lines": PEM.split("\n")[1],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    "secret", [PEM, PEM.replace("\n", "\r\n"), PEM.replace("\n", "\\n")], ids=["LF", "CRLF", "backslash n"]
)
def test_a_secret_with_line_ends_is_masked_however_they_are_spelled(secret: str, spelling: str) -> None:
    masked = Redactor([secret])(f"before {SPELLINGS[spelling]} after")
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert "*****" in masked
    assert not [part for part in ("MIIE", "kiG9", "BKcw", "AAoI") if part in masked]


def test_a_secret_with_line_ends_in_an_error_of_a_chunk_is_masked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_SHOP", "first-half-of-it\nsecond-half-of-it")
    _model_that_says(shop, "refused: first-half-of-it\nsecond-half-of-it")
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 1
    logged = str(shop.sql("select error_message from backfill_log"))
    kept = "".join(path.read_text() for path in shop.folder.rglob("target/dbt_playbooks/backfill/*/*.sql"))
    assert "as note" in kept
    for text in (said.err, said.out, logged, kept):
        assert "*****" in text
        assert "half-of-it" not in text


def test_words_that_only_look_alike_when_put_together_stay() -> None:
    assert Redactor(["pass", "a pass"])("a passage, pa ss") == "*****age, pa ss"
    assert (
        Redactor(["https://user:pw@host/db", "p%20 w"])("at postgres://me:mine@host/db")
        == "at postgres://*****@host/db"
    )


@pytest.mark.parametrize("kind", [UsageError, WarehouseError])
def test_every_error_leaves_an_open_project_without_secrets(
    shop: Shop, kind: type[PlaybooksError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_SHOP", SECRET)
    with (
        pytest.raises(kind, match=r"^it said: \*\*\*\*\*$"),
        open_project(Options(project_dir=str(shop.folder), profiles_dir=str(shop.folder))),
    ):
        raise kind(f"it said: {SECRET}")


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
    masked = Redactor([KEY_OF_LINES])(f"before {written} after")
    assert masked.replace("\\n", "").split() == ["before", "*****", "after"]


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
    assert list(secret_values({"password": "abc", "token": 123, "key": None})) == []


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


@pytest.mark.parametrize(
    "secrets", [["alpha-secret-of-one", "beta-secret-of-two"], ["beta-secret-of-two", "alpha-secret-of-one"]]
)
def test_several_secrets_that_are_broken_by_line_ends_are_masked_one_after_the_other(secrets: list[str]) -> None:
    text = "first alpha-\nsecret-of-one, then beta-sec\nret-of-two, then alpha-secret\n-of-one: the end"
    assert Redactor(secrets)(text) == "first *****, then *****, then *****: the end"
