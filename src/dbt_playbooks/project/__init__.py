"""One dbt project, opened once: parse once, connect once, call a macro, run a model for a window, dry-run SQL.

The only folder that knows dbt's internals: `interface.Project` with dbt Core in this process behind it.
Private interfaces of dbt are used the way its own `dbt run` uses them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from dbt_playbooks.errors import PlaybooksError
from dbt_playbooks.interface import Options
from dbt_playbooks.project.core import DbtCoreProject
from dbt_playbooks.redact import Redactor


@contextlib.contextmanager
def open_project(
    options: Options,
    selection: Sequence[str] = (),
    exclude: Sequence[str] = (),
    only_reads: bool = False,
    arguments: Sequence[str] = (),
) -> Iterator[DbtCoreProject]:
    """Open the project, parse it and register its adapter; nothing is connected yet.
    `arguments` are more of `dbt run`'s own.

    With `only_reads` nothing is run: the project need not have our dbt package, and a warehouse that does not answer is refused at once.

    Raises ProjectError when dbt cannot: no project, no profile, no adapter, a project that does not parse,
    or one that has not installed the dbt package. Errors of ours leave it without secrets.
    """
    with contextlib.ExitStack() as stack:
        project = DbtCoreProject(options, selection, exclude, stack, only_reads, arguments)
        try:
            yield project
        except PlaybooksError as error:
            # what dbt or the warehouse said may quote the profile
            error.args = (Redactor(project.secrets())(str(error)),)
            raise


__all__ = ["DbtCoreProject", "open_project"]
