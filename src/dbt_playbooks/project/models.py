"""dbt's models: the runners that build them, and what their Jinja says: the macros that it calls, and with what."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dbt_playbooks.interface import Argument, MacroCall
from dbt_playbooks.project.opening import plain


@functools.cache
def runners() -> tuple[Any, Any]:
    """dbt's runners of a model and of one microbatch, without what nobody sees: events, and files of each chunk's SQL.

    A context holds all macros and each of them holds the context. Emptied after use it is freed at once; Python's collector would have to find it.
    """
    from dbt.task.run import MicrobatchBatchRunner, ModelRunner
    from dbt_common.exceptions import DbtRuntimeError

    class Quiet:
        refuses: Callable[[str], str | None] | None = None

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.compiler: Any
            self.compiler._write_node = lambda node, **_: node
            create = self.compiler._create_node_context
            self._compiled_with: list[Any] = []

            def created(*arguments: Any) -> Any:
                self._compiled_with.append(create(*arguments))
                return self._compiled_with[-1]

            self.compiler._create_node_context = created

        def before_execute(self) -> None: ...

        def after_execute(self, result: Any) -> None: ...

        def compile(self, manifest: Any) -> Any:
            node = super().compile(manifest)  # type: ignore[misc]
            while self._compiled_with:
                self._compiled_with.pop().clear()
            return node

        def _execute_model(self, hook: Any, config: Any, model: Any, context: Any, *more: Any) -> Any:
            context["write"] = lambda _: ""
            reason = self.refuses(model.compiled_code) if self.refuses else None
            if reason:
                raise DbtRuntimeError(reason)
            result = super()._execute_model(hook, config, model, context, *more)  # type: ignore[misc]
            context.clear()
            return result

    class Microbatch(Quiet, MicrobatchBatchRunner):  # type: ignore[misc]
        failure: str | None = None

        def _build_failed_run_batch_result(self, *arguments: Any) -> Any:
            # called from dbt's own `except Exception`, which only logs the error that is being handled
            self.failure = plain(sys.exc_info()[1] or RuntimeError("the batch failed"))
            return super()._build_failed_run_batch_result(*arguments)

    return type("Runner", (Quiet, ModelRunner), {}), Microbatch


def backfill_filters(raw_code: str) -> Iterator[tuple[Any, ...]]:
    """The literal arguments of each `backfill_filter(...)` in a model: (date_column, data_type, timezone)."""
    names = ("date_column", "data_type", "lookback_days", "timezone", "target_column", "future_rows", "days_before")
    defaults = {"data_type": "date", "timezone": "UTC", "target_column": None}
    for call in macro_calls(raw_code, {"backfill_filter": names}):
        literal = defaults | {name: given.value for name, given in call.arguments.items() if given.known}
        yield (literal.get("target_column") or literal.get("date_column"), literal["data_type"], literal["timezone"])


def macro_calls(raw_code: str, parameters: Mapping[str, Sequence[str]]) -> Iterator[MacroCall]:
    """The calls of macros in a model's Jinja, with what each gives to which parameter and where it stands.

    `parameters` holds the macros by name. What is no literal (`var('day')`) is given as unknown, with its text. Comments and raw blocks
    hold no calls.
    """
    import jinja2
    from dbt_common.clients.jinja import get_environment

    if not any(name in raw_code for name in parameters):
        return
    environment = get_environment(None)
    try:
        tokens = _tokens(environment, raw_code)
    except jinja2.TemplateError:
        return
    for index, token in enumerate(tokens[:-1]):
        if token.kind != "name" or token.text not in parameters or tokens[index + 1].text != "(":
            continue
        before = tokens[index - 1].text if index else ""
        if before in ("macro", "|"):
            continue
        first = tokens[index - 2] if before == "." and index > 1 else token
        parts, last = _parts(tokens, index + 2)
        if last is None:
            continue
        arguments, more, names = {}, False, iter(parameters[token.text])
        for part in parts:
            if part[0].text in ("*", "**"):
                more = True
                continue
            keyword = len(part) > 2 and part[0].kind == "name" and part[1].text == "="
            name = part[0].text if keyword else next(names, None)
            value = part[2:] if keyword else part
            if name is not None:
                start, end = value[0].start, value[-1].end
                arguments[name] = Argument(raw_code[start:end], start, end, *_literal(environment, raw_code[start:end]))
        yield MacroCall(token.text, first.start, last.end, arguments, more)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def _tokens(environment: Any, source: str) -> list[_Token]:
    """What stands inside of Jinja's braces, and where. The lexer changes text between them, which can't hold what opens or closes them."""
    found, position = [], 0
    for _, kind, text in environment.lex(source):
        if kind not in ("data", "comment", "whitespace"):
            position = max(source.find(text, position), position)
            found.append(_Token(kind, text, position))
            position += len(text)
    return found


def _parts(tokens: Sequence[_Token], index: int) -> tuple[list[list[_Token]], _Token | None]:
    """What stands between the commas of a call whose first argument is at `index`, and its closing parenthesis, if it has one."""
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens[index:]:
        if depth == 0 and token.text == ")":
            return [part for part in parts if part], token
        depth += (
            {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0) if token.kind == "operator" else 0
        )
        if depth == 0 and token.text == "," and token.kind == "operator":
            parts.append([])
        else:
            parts[-1].append(token)
    return [], None


def _literal(environment: Any, text: str) -> tuple[Any, bool]:
    """The value of an expression and whether it has one by itself."""
    import jinja2

    try:
        return environment.parse("{{ (" + text + ") }}").body[0].nodes[0].as_const(), True
    except (jinja2.nodes.Impossible, jinja2.TemplateError):
        return None, False


def parameters_of(text: str, name: str) -> dict[str, Any]:
    """The parameters of a macro of a file in their order, with their defaults: None where there is none, or none that is a literal."""
    import jinja2
    from dbt_common.clients.jinja import get_environment

    macro = next(
        each for each in get_environment(None).parse(text).find_all(jinja2.nodes.Macro) if each.name.endswith(name)
    )
    found: dict[str, Any] = {each.name: None for each in macro.args}
    for each, default in zip(reversed(macro.args), reversed(macro.defaults), strict=False):
        with contextlib.suppress(jinja2.nodes.Impossible):
            found[each.name] = default.as_const()
    return found
