"""A copy of a project in a folder of its own, in which edits are tried. What is not edited is linked; nothing in the project is written."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

_LEFT_OUT = (".git", "logs")


class Copy:
    """`edited` are the paths, from the project's folder, of the files that are written here."""

    def __init__(self, root: Path, folder: Path, target: Path, edited: Collection[str]) -> None:
        self.folder = folder / "project"
        self.target = folder / "target"
        self._written: dict[str, str | None] = {}
        self._root = root
        self.folder.mkdir()
        self.target.mkdir()
        own = {PurePosixPath(path) for path in edited}
        for path in own:
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{path} lies outside of the project's folder")
        left_out = {root / name for name in _LEFT_OUT} | {target}
        _link(root, self.folder, PurePosixPath(), own, left_out)
        parsed = target / "partial_parse.msgpack"
        if parsed.is_file():
            # what dbt knows of the files that are not edited
            shutil.copyfile(parsed, self.target / parsed.name)

    def write(self, texts: Mapping[str, str | None]) -> None:
        """Let the files be as the project has them, but for these; None for one that is not there."""
        for path in {*self._written, *texts}:
            original = self._root / path
            place = self.folder / path
            place.unlink(missing_ok=True)
            if path in texts:
                text = texts[path]
                if text is not None:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(text, encoding="utf-8")
            elif original.is_file():
                shutil.copyfile(original, place)
        self._written = dict(texts)


def _link(
    source: Path, target: Path, here: PurePosixPath, own: Collection[PurePosixPath], left_out: Collection[Path]
) -> None:
    for entry in source.iterdir():
        path = here / entry.name
        if entry in left_out:
            continue
        if path in own:
            shutil.copyfile(entry, target / entry.name)
        elif entry.is_dir() and (len(here.parts) or any(path in each.parents for each in own)):
            # dbt looks for files in no folder that is a link, but for those that it is told of
            (target / entry.name).mkdir()
            _link(entry, target / entry.name, path, own, left_out)
        else:
            _link_or_copy(entry.resolve(), target / entry.name)


def _link_or_copy(source: Path, target: Path) -> None:
    """Windows lets few people make links."""
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        else:
            shutil.copyfile(source, target)
