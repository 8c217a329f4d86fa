"""What the commands have in common: dbt's own options, and what was typed made into values."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Options

Function = TypeVar("Function", bound=Callable[..., Any])

DBT_OPTIONS = (
    click.option("--project-dir", metavar="DIR", help="The folder that holds dbt_project.yml."),
    click.option("--profiles-dir", metavar="DIR", help="The folder that holds profiles.yml."),
    click.option("--profile", metavar="NAME", help="The profile, if not the project's own."),
    click.option("-t", "--target", metavar="NAME", help="The target of the profile."),
    click.option("--vars", "vars_", metavar="YAML", help="Vars for the project, as dbt takes them: '{limit: 1000}'."),
)
LIMIT_OPTIONS = (
    click.option(
        "--max-bytes",
        type=click.IntRange(min=0),
        metavar="N",
        help="Refuse to begin when a dry run says more bytes. BigQuery.",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar="X",
        help="Refuse to begin when a dry run costs more. BigQuery.",
    ),
)


def with_options(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def dbt_options(given: dict[str, Any], threads: int | None = None) -> Options:
    return Options(
        project_dir=given["project_dir"],
        profiles_dir=given["profiles_dir"],
        profile=given["profile"],
        target=given["target"],
        vars=mapping("--vars", given["vars_"], "'{limit: 1000}'"),
        threads=threads,
    )


def limits(given: dict[str, Any]) -> Any:
    from dbt_playbooks.cost import Limits

    return Limits(given["max_bytes"], given["max_cost"])


def yaml_value(option: str, text: str | None, example: str) -> Any:
    """What an option holds that is written as YAML; None when it was not given."""
    import yaml

    if not text:
        return None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{option} '{text}' is not YAML:\n{error}\nWrite it like this: {option} {example}.") from error


def mapping(option: str, text: str | None, example: str) -> dict[str, Any]:
    found = yaml_value(option, text, example)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError(f"{option} '{text}' is no mapping of names to values. Write it like this: {option} {example}.")
    return found


def words_to_repeat() -> list[str]:
    """The command line to type again; what --vars holds is the user's to repeat, it may be secret."""
    words = sys.argv[1:]
    masked = ["..." if index and words[index - 1] == "--vars" else word for index, word in enumerate(words)]
    return ["--vars=..." if word.startswith("--vars=") else word for word in masked]
