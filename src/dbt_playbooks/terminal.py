"""The two streams of every command: stdout is data, whatever stderr is; stderr is for people, with colours and a moving line on a terminal.

The one place that decides where colours and escape codes may be: on a terminal, without NO_COLOR, and not where TERM is dumb.
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

_STYLES = {"warning": "yellow", "error": "bold red", "failed": "red", "note": "dim"}


def is_terminal(stream: IO[str]) -> bool:
    return bool(getattr(stream, "isatty", lambda: False)())


def has_colours(stream: IO[str]) -> bool:
    """Whether escape codes may be written to a stream (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Out(Console):
    """A stream as rich writes it. Texts are taken as they are: nothing in them is markup or the name of an emoji."""

    def __init__(self, stream: IO[str], **more: Any) -> None:
        coloured = has_colours(stream)
        super().__init__(
            file=stream,
            # not as rich finds it: FORCE_COLOR and others would put escape codes into a pipe
            force_terminal=is_terminal(stream),
            color_system="auto" if coloured else None,
            no_color=not coloured,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            **more,
        )
        self.coloured = coloured

    def say(self, text: str, style: str | None = None) -> None:
        """A line; where it begins with `warning:`, `error:` or `failed:`, that word has its colour."""
        line = Text(text, style=style or "")
        word = text.lstrip().split(":", 1)[0]
        if ":" in text and word in _STYLES:
            line.stylize(_STYLES[word], 0, text.index(":") + 1)
        self.print(line)

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002
        """The cursor stays: whoever is killed with kill -9 could not give it back."""
        return False


def stdout(**more: Any) -> Out:
    return Out(sys.stdout, **more)


def stderr() -> Out:
    return Out(sys.stderr)


class Moving:
    """A last line on stderr that changes in place while a `with` block runs; nothing at all where there are no escape codes.

    Unlike rich's own it leaves sys.stdout alone: what is printed there reaches stdout.
    """

    def __init__(self, out: Out, line: RenderableType, stays: bool = False) -> None:
        self._live: Live | None = None
        if out.coloured:
            self._live = Live(
                line,
                console=out,
                refresh_per_second=4,
                transient=not stays,
                redirect_stdout=False,
                redirect_stderr=False,
            )

    def __enter__(self) -> Moving:
        if self._live:
            self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Before something is printed to stdout, which may be the same terminal."""
        if self._live:
            self._live.stop()

    def refresh(self) -> None:
        if self._live and self._live.is_started:
            self._live.refresh()


class Doing:
    """What goes on now, as a `Moving` line shows it; `update` changes it."""

    def __init__(self, text: str = "") -> None:
        self._spinner = Spinner("dots", Text(text))

    def update(self, text: str) -> None:
        self._spinner.update(text=Text(text))

    def __rich__(self) -> RenderableType:
        return self._spinner
