"""Ctrl-C: Python raises it wherever it is, also where a library drops it; here it is not forgotten."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_pressed = threading.Event()


@contextmanager
def remembering_ctrl_c() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt as ever, and `raise_if_pressed` raises it again if that was dropped."""
    _pressed.clear()
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as of a job in the background
    if ignored or threading.current_thread() is not threading.main_thread():
        yield
        return

    def press(*_: Any) -> None:
        _pressed.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def raise_if_pressed() -> None:
    """Before something is changed."""
    if _pressed.is_set():
        raise KeyboardInterrupt
