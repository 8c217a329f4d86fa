"""What the commands have in common: dbt's own options, and what was typed made into values."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

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
        help="Do not start when a dry run estimates more than N bytes. BigQuery.",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar="X",
        help="Do not start when a dry run estimates a higher cost. BigQuery.",
    ),
)


class Command(click.Command):
    """Refuses empty values of options and arguments: a variable of the shell that is not set must not ask for something else."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        left = super().parse_args(ctx, args)
        options = {word for param in self.params for word in (*param.opts, *param.secondary_opts) if word[0] == "-"}
        for param in self.params:
            if ctx.get_parameter_source(str(param.name)) in _TYPED:
                value = ctx.params.get(str(param.name))
                for text in value if isinstance(value, tuple) else (value,):
                    if isinstance(text, str):
                        _refuse_empty(param, text, options)
        return left


class Group(click.Group):
    """Makes commands that refuse empty values, and takes no others."""

    command_class = Command
    group_class = type

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        assert isinstance(cmd, Command | Group), f"{cmd.name} is not of the classes of cli/options.py"
        super().add_command(cmd, name)


_TYPED = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.PROMPT)


def _refuse_empty(param: click.Parameter, text: str, options: set[str]) -> None:
    name = max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name
    unset = "Is a variable of your shell not set?"
    if not text.strip():
        leave_out = "" if param.required else f", or leave {name} out"
        raise UsageError(f"{name} is empty. Give it a value{leave_out}. {unset}")
    if isinstance(param, click.Option) and text in options:
        raise UsageError(f"{name} needs a value, and the next word is the option {text}. {unset}")


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
