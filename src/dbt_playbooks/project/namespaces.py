"""Where dbt keeps the macros that a context finds: dicts by name, one a package, and how they are written differs by its version.

Up to 1.11 each context has dicts of its own, of callables. From 1.12 on it searches those of the manifest, of parsed macros, and wraps what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Namespace:
    """The dicts behind a context.

    own  its names that are no macros; what is assigned to a context of 1.12 itself goes before its macros and hides what is put there later
    """

    def __init__(self, context: Any) -> None:
        namespace = context["adapter"]._namespace
        self.own: dict[str, Any] = context if isinstance(context, dict) else context.maps[-1]
        if hasattr(namespace, "global_project_namespace"):
            self._packages = {name: [found] for name, found in namespace.packages.items()}
            self._packages["dbt"] = [namespace.global_project_namespace]
            self._unnamed = [namespace.local_namespace, namespace.global_namespace]
        else:
            local, root, packages, _, internal = namespace.maps
            self._packages = {name: [found] for name, found in packages.items()}
            self._packages["dbt"] = list(internal.maps)  # dbt's own and its adapters'
            self._unnamed = [local, root]

    def holding(self, name: str, package: str | None = None) -> list[dict[str, Any]]:
        """The dicts that hold a macro, of one package or of all."""
        if package is not None:
            return [place for place in self._packages.get(package, ()) if name in place]
        everywhere = [*(place for places in self._packages.values() for place in places), *self._unnamed]
        return [place for place in everywhere if name in place]

    def names(self) -> Iterator[str]:
        """Every macro, as `package.macro`."""
        for package, places in self._packages.items():
            yield from (f"{package}.{name}" for place in places for name in place)


def parsed(macro: Any) -> Any:
    """What dbt parsed of a macro, which a context holds as it is or wrapped."""
    return getattr(macro, "macro", macro)
