"""Does what a step prints, as a person would, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from shop import Shop


def changes(shop: Shop, *words: str) -> list[dict[str, Any]]:
    said = shop.playbooks("migrations", "--json", *words)
    assert said.code == 0, said.err
    return list(json.loads(said.out)["changes"])


def write(folder: Path, step: dict[str, Any]) -> None:
    """Lines from the last to the first, so that numbers stay right; then what is added to YAML. What is left to a person is not done."""
    written = [edit for edit in step["edits"] if edit["after"] is not None]
    for edit in sorted((each for each in written if each["before"]), key=lambda each: -each["line"]):
        path = folder / edit["path"]
        lines = path.read_text().split("\n")
        start, end = edit["line"] - 1, edit["line"] - 1 + len(edit["before"])
        assert lines[start:end] == edit["before"]
        path.write_text("\n".join([*lines[:start], *edit["after"], *lines[end:]]))
    for edit in (each for each in written if not each["before"]):
        path = folder / edit["path"]
        more = yaml.safe_load("\n".join(edit["after"]))
        if not path.exists():
            path.write_text(yaml.safe_dump(more, sort_keys=False))
            continue
        properties = yaml.safe_load(path.read_text())
        model = edit["note"].split("'")[1]
        entry = next(each for each in properties["models"] if each["name"] == model)
        for key, found in more.items():
            entry[key] = [*entry.get(key, []), *found]
        path.write_text(yaml.safe_dump(properties, sort_keys=False))


def left(step: dict[str, Any]) -> list[str]:
    """The files in which something is left to a person, or does not hold."""
    return [edit["path"] for edit in step["edits"] if edit["after"] is None or edit["left"] or edit["fails"]]
