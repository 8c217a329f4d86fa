"""Commands in a pseudo-terminal, and the screen that a person sees: as much of a terminal's codes as our commands use."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import tempfile
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from command import _become, _server

_TERMINALS_OWN = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM"}
_CODE = re.compile(r"\x1b\[[?]?([0-9;]*)([A-Za-z])")


@dataclass
class Screen:
    """What a terminal of some columns shows after it was sent a text. Lines that scrolled away are kept."""

    columns: int
    lines: list[list[str]] = field(default_factory=lambda: [[]])
    continued: set[int] = field(default_factory=set)
    """Rows that go on with the line before, because it was longer than a row."""
    row: int = 0
    column: int = 0
    styles: set[str] = field(default_factory=set)
    """The colours that were ever switched on, as the codes of SGR."""

    def send(self, text: str) -> None:
        at = 0
        while at < len(text):
            code = _CODE.match(text, at)
            if code:
                self._code(code[1], code[2])
                at = code.end()
            elif text[at] == "\x1b":
                raise AssertionError(f"a code that this screen does not know: {text[at : at + 20]!r}")
            else:
                self._character(text[at])
                at += 1

    def _code(self, number: str, letter: str) -> None:
        if letter == "m":
            self.styles |= set(number.split(";")) - {"0", "", "1", "2"}
        elif letter == "A":
            self.row = max(self.row - int(number or 1), 0)
        elif letter == "K":
            self.lines[self.row] = [] if number == "2" else self.lines[self.row][: self.column]
        elif letter not in "hl":
            raise AssertionError(f"a code that this screen does not know: {number}{letter}")

    def _character(self, character: str) -> None:
        if character == "\r":
            self.column = 0
            return
        if character == "\n" or self.column == self.columns:
            self.row, self.column = self.row + 1, 0 if character != "\n" else self.column
            while self.row >= len(self.lines):
                self.lines.append([])
            if character == "\n":
                return
            self.continued.add(self.row)
        line = self.lines[self.row]
        line += " " * (self.column - len(line))
        line[self.column : self.column + 1] = [character]
        self.column += 1

    @property
    def text(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self.lines)

    @property
    def whole_lines(self) -> str:
        """The text as it was sent, without the rows that long lines were broken into."""
        rows = ["".join(line) for line in self.lines]
        return "".join(row + ("" if index + 1 in self.continued else "\n") for index, row in enumerate(rows))


@dataclass(frozen=True)
class Seen:
    """What became of a command: what its terminal showed at each moment, and what went into its pipes."""

    code: int
    moments: Sequence[str]
    """The last line of the screen with something in it, each time when it changed."""
    screen: str
    lines: str
    """The screen's text, with the rows of a long line put together."""
    sent: str
    """As it was sent to the terminal, with its codes."""
    styles: set[str]
    out: str
    err: str


def seen(
    words: Sequence[str],
    folder: Path,
    columns: int = 80,
    pipes: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Seen:
    """Run `dbt-playbooks ...` in a terminal of so many columns; what `pipes` names ("out", "err") goes into a file instead."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    surrounding = {name: value for name, value in os.environ.items() if name not in _TERMINALS_OWN}
    surrounding |= {"TERM": "xterm-256color", **(environment or {})}
    with tempfile.TemporaryDirectory() as output:
        files = {name: Path(output, name) for name in pipes}
        paths = [str(files.get(name, os.ttyname(theirs))) for name in ("out", "err")]
        process = _server().Process(
            target=_become, args=("dbt-playbooks", list(words), str(folder), *paths, surrounding)
        )
        process.start()
        sent = b""
        while process.is_alive() or select.select([ours], [], [], 0)[0]:
            if select.select([ours], [], [], 0.1)[0]:
                sent += os.read(ours, 65536)
        process.join()
        out, err = (files[name].read_text() if name in files else "" for name in ("out", "err"))
    os.close(theirs)
    os.close(ours)
    screen, moments = Screen(columns), []
    # a line that moves is drawn anew from its beginning
    for piece in re.split(r"(?=\r)", sent.decode()):
        screen.send(piece)
        last = next((line for line in reversed(screen.text.splitlines()) if line), "")
        if not moments or moments[-1] != last:
            moments.append(last)
    assert process.exitcode is not None
    return Seen(process.exitcode, moments, screen.text, screen.whole_lines, sent.decode(), screen.styles, out, err)
