"""Many commands of dbt in one process, at less cost: nothing that dbt computes is another for it."""

from __future__ import annotations

import contextlib
import gc
import itertools
from collections.abc import Iterator
from unittest import mock

_CASES = itertools.count(1)


@contextlib.contextmanager
def many_commands() -> Iterator[None]:
    """dbt parses a macro's text once, as in its own tests, and Python's collector, a fifth of the time, comes once in five cases."""
    from dbt_common.tests import disable_test_caching, enable_test_caching

    enable_test_caching()
    gc.disable()
    try:
        # what a command needs to its end is garbage for the next one
        with mock.patch.object(gc, "freeze"):
            yield
    finally:
        disable_test_caching()
        if next(_CASES) % 5 == 0:
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        gc.enable()
