"""Snapshots of long SQL, one file a test and target, readable in review: `tests/__snapshots__/test_x/test_name-duckdb.sql`. By syrupy."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from dbt_playbooks.pytest_plugin.targets import TARGETS


class SqlSnapshotExtension(SingleFileSnapshotExtension):
    """Writes SQL as SQL, so that editors and linters know it."""

    _write_mode = WriteMode.TEXT
    file_extension = "sql"
    running: frozenset[str] = frozenset(TARGETS)
    """The targets of this session."""

    def discover_snapshots(self, *, test_location: Any, **_: Any) -> SnapshotCollections:
        """Not those of other targets: nothing reads them in this session, and `--snapshot-update` would delete them.

        The endings that a session ignores are for others: the plugin puts `sql` among them.
        """
        found = SnapshotCollections()
        for collection in super().discover_snapshots(test_location=test_location):
            target = re.split("[.-]", Path(collection.location).stem)[-1]
            if target in self.running or target not in TARGETS:
                found.add(collection)
        return found

    def serialize(self, data: Any, **_: Any) -> str:
        return str(getattr(data, "text", data)).strip() + "\n"

    @classmethod
    def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
        """`test_name[emulator-a]` as `test_name-a.emulator`; a second snapshot of the test gets its number or name."""
        before, after = cls._parts(test_location)
        return ".".join([before, *([] if index == 0 else [_clean(str(index))]), after]).replace("-.", "-")

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:
        """Whether a file is one of the test's, so that those of no test are found."""
        path = Path(snapshot_location)
        before, after = cls._parts(test_location)
        mine = path.stem.startswith(before) and path.stem.endswith(after)
        return mine and path.parent == Path(cls.dirname(test_location=test_location))

    @staticmethod
    def _parts(test_location: Any) -> tuple[str, str]:
        """What stands before and after the number of a snapshot. syrupy takes what ends at the hyphen for the test's name."""
        base, _, rest = test_location.snapshot_name.partition("[")
        parts = [part for part in rest.rstrip("]").split("-") if part]
        targets = [part for part in parts if part in TARGETS]
        others = [_clean(part) for part in parts if part not in TARGETS]
        return f"{base}-" + ".".join(others), ".".join(targets)

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        path = Path(test_location.filepath)
        return str(path.parent / "__snapshots__" / path.stem)


def _clean(text: str) -> str:
    return re.sub(r"[^\w.-]+", "_", text)


@functools.lru_cache
def _extension(running: frozenset[str]) -> type[SqlSnapshotExtension]:
    """One class for a session: syrupy looks for files once a class."""
    return type(SqlSnapshotExtension.__name__, (SqlSnapshotExtension,), {"running": running})


class SqlSnapshot(SnapshotAssertion):
    """A snapshot whose failure says how to make it right."""

    def get_assert_diff(self, **options: Any) -> list[str]:
        result = self._execution_results[self.num_executions - 1]
        lines: list[str] = super().get_assert_diff(**options)
        if result.recalled_data is None and not result.exception:
            lines.append(f"`pytest --snapshot-update` writes {result.snapshot_location}.")
        return lines


def sql_snapshots(request: Any, running: frozenset[str]) -> SnapshotAssertion:
    """What syrupy's own fixture gives, without the extension that it begins with: that one takes all files here for unused ones of its own."""
    option = request.config.option
    new_only = "update_new_snapshots_only"  # not every version of syrupy has it
    return SqlSnapshot(
        update_snapshots=option.update_snapshots,
        **({new_only: getattr(option, new_only)} if hasattr(option, new_only) else {}),
        extension_class=_extension(running),
        test_location=PyTestLocation(request.node),
        session=request.config._syrupy,
    )
