"""Puts a test's own objects where macros look: names of the context, methods of `adapter`, macros of any package and their variants."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from dbt_playbooks.errors import UsageError
from dbt_playbooks.project.namespaces import Namespace, parsed


class UnknownNameError(UsageError):
    """The test itself names a macro, a model or a stub that is not there. No error of a macro: a test that expects one must not take it."""


_ONLY_IN_MODELS = {
    "this", "model", "config", "sql", "is_incremental", "pre_hooks", "post_hooks", "compiled_code", "submit_python_job", "caller",
}  # fmt: skip
_MISSING = object()


class _Adapter:
    """dbt's `adapter` with some of its methods replaced."""

    def __init__(self, adapter: Any, stubs: Mapping[str, Any]) -> None:
        self._adapter = adapter
        self._stubs = stubs

    def __getattr__(self, name: str) -> Any:
        if name in self._stubs:
            return _callable(self._stubs[name])
        return getattr(self._adapter, name)


@contextlib.contextmanager
def stubbed(context: dict[str, Any], stubs: Mapping[str, Any]) -> Iterator[None]:
    """Replace names of a macro's context while this lasts. A value in place of a macro is what the macro returns.

    `run_query`, `this`         a name of the context, or a macro, in whichever package it is, also when it is dispatched to
    `adapter.get_relation`      a method of the adapter
    `package.macro`             the macro of one package only
    """
    undo: list[tuple[dict[str, Any], str, Any]] = []

    def put(place: dict[str, Any], name: str, value: Any) -> None:
        undo.append((place, name, place.get(name, _MISSING)))
        place[name] = value

    try:
        namespace = Namespace(context)
        methods = {name.partition(".")[2]: stub for name, stub in stubs.items() if name.startswith("adapter.")}
        for name in methods:
            owners = (type(context["adapter"]._adapter), type(context["adapter"]))
            if not any(hasattr(owner, name) for owner in owners) and name != "Relation":
                members = [f"adapter.{each}" for each in dir(context["adapter"]._adapter) if not each.startswith("_")]
                near = difflib.get_close_matches(f"adapter.{name}", members, n=3)
                raise UnknownNameError(f"stub 'adapter.{name}': the adapter has no '{name}'.{_did_you_mean(near)}")
        if methods:
            put(namespace.own, "adapter", _Adapter(context["adapter"], methods))
        for name, stub in stubs.items():
            package, _, short = name.rpartition(".")
            if package == "adapter":
                continue
            holding = namespace.holding(short, package or None)
            if not holding and (package or (short not in context and short not in _ONLY_IN_MODELS)):
                known = {*context, *namespace.names()}
                near = difflib.get_close_matches(name, sorted(known), n=3)
                raise UnknownNameError(f"stub '{name}': nothing of that name is known.{_did_you_mean(near)}")
            replaced = [parsed(place[short]) for place in holding]
            for place in holding:
                put(place, short, _callable(stub))
            if not package and not holding:
                put(namespace.own, short, stub)
            elif context.get(short) is not None and any(parsed(context[short]) is each for each in replaced):
                put(namespace.own, short, _callable(stub))
        yield
    finally:
        for place, name, before in reversed(undo):
            if before is _MISSING:
                place.pop(name, None)
            else:
                place[name] = before


def _did_you_mean(near: list[str]) -> str:
    return f" Did you mean {', '.join(near)}?" if near else ""


def _callable(stub: Any) -> Any:
    return stub if callable(stub) else lambda *_, **__: stub
