"""An empty value of any option or argument is refused: a variable of the shell that is not set must not ask for something else."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from shop import RANGE, Shop

from dbt_playbooks.cli import cli
from dbt_playbooks.cli.options import Command
from dbt_playbooks.errors import UsageError


def _commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _commands(each, (*words, name))
    else:
        yield words, command


COMMANDS = dict(_commands(cli))
VALUES = [
    (words, param)
    for words, command in COMMANDS.items()
    for param in command.params
    if not (isinstance(param, click.Option) and param.is_flag)
]


def _said(words: tuple[str, ...], *more: str) -> str:
    with pytest.raises((UsageError, click.UsageError)) as error:
        cli.main([*words, *more], standalone_mode=False)
    assert error.value.exit_code == 2
    return error.value.format_message() if isinstance(error.value, click.UsageError) else str(error.value)


def _words(command: click.Command, empty: click.Parameter, value: str) -> list[str]:
    """What the command needs, with one parameter empty."""
    given: list[str] = []
    for param in command.params:
        if param.required or param is empty:
            text = value if param is empty else "2024-01-01"
            given += [max(param.opts, key=len), text] if isinstance(param, click.Option) else [text]
    return given


@pytest.mark.parametrize("empty", ["", "  "])
@pytest.mark.parametrize(
    ("words", "param"), VALUES, ids=[f"{' '.join(words)} {param.opts[-1]}" for words, param in VALUES]
)
def test_every_value_of_every_command_is_refused_when_it_is_empty(
    words: tuple[str, ...], param: click.Parameter, empty: str
) -> None:
    said = _said(words, *_words(COMMANDS[words], param, empty))
    name = max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name
    assert name in said
    assert "is empty" in said or "is not a valid" in said or "is not one of" in said or "is not '" in said


def test_the_next_option_is_no_value() -> None:
    required = ("backfill", "run", "events", *RANGE)
    assert "--id needs a value, and the next word is the option --json" in _said(required, "--id", "--json")
    assert "--compare-to needs a value" in _said(required, "--compare-to", "--threads", "2")


def test_one_empty_value_among_several_is_seen() -> None:
    assert "SELECT is empty" in _said(("backfill", "plan", "events", "", *RANGE))
    assert "--exclude is empty" in _said(("backfill", "plan", "events", *RANGE), "--exclude", "a", "--exclude", "")
    assert "--key 'id,' holds an empty name" in _said(("compare", "a", "b"), "--key", "id,")


def test_it_says_what_to_type(shop: Shop) -> None:
    said = shop.run("events", *RANGE, "--compare-to", "")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "error: --compare-to is empty. Give it a value, or leave --compare-to out. Is a variable of your shell not set?\n"
    )


def test_a_command_that_would_take_empty_values_is_not_added() -> None:
    assert all(isinstance(command, Command) for command in COMMANDS.values())
    with pytest.raises(AssertionError, match="is not of the classes of"):
        cli.add_command(click.Command("other"))
