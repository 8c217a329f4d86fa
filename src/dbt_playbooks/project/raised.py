"""Whose error it is that a call of a macro raised: the macro's, with its place; the warehouse's; or that of the test's own function.

dbt's classes do not say: it makes a compiler error of whatever Python raises in SQL with Jinja, and a missing variable of the environment is none.
"""

from __future__ import annotations

import functools
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

CLIENTS = ("duckdb", "_duckdb", "google", "requests", "urllib3", "grpc")
"""Packages of warehouses' clients."""


def original(error: Exception) -> Exception:
    """What was raised, before dbt made a compiler error of it."""
    from dbt_common.exceptions import CompilationError
    from dbt_common.exceptions.macros import CaughtMacroError, CaughtMacroErrorWithNodeError, UndefinedMacroError

    wrapping = (CompilationError, CaughtMacroError, CaughtMacroErrorWithNodeError, UndefinedMacroError)
    while type(error) in wrapping:
        before = error.__cause__ or error.__context__
        if not isinstance(before, Exception) or str(getattr(error, "msg", "")) != str(before):
            break
        error = before
    return error


def of_the_test(error: Exception) -> bool:
    """Whether a function of the test raised it, or refused what a macro gave to it."""
    if isinstance(error, AssertionError):
        return True
    frames = list(_frames(error))
    last = max((index for index, (frame, line) in enumerate(frames) if _template_line(frame, line)), default=-1)
    return any(_is_of_the_test(frame.f_code.co_filename) for frame, _ in frames[last + 1 :]) if last >= 0 else False


def of_the_warehouse(error: Exception) -> bool:
    """Whether a database or its client raised it."""
    from dbt_common.exceptions import CompilationError, DbtBaseException, DbtDatabaseError

    if isinstance(error, CompilationError):
        return False
    if type(error).__module__.split(".")[0] in CLIENTS:
        return True
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in _frames(error)]
    if modules and modules[-1] == "dbt.context.exceptions_jinja":  # a macro raises it by `exceptions`
        return False
    if isinstance(error, DbtDatabaseError):
        return True
    asked = any(each.startswith("dbt.adapters.") and each.endswith(".connections") for each in modules)
    return isinstance(error, (DbtBaseException, OSError)) and asked


def with_place(error: Exception) -> str:
    """A Python error, or one of Jinja, in words, and where in the macros it came up."""
    kind = type(error).__name__
    lines = [f"{kind}: {error}"]
    macro: Any = None
    for frame, line in _frames(error):
        macro = getattr(frame.f_locals.get("self"), "macro", macro) if frame.f_code.co_name == "call_macro" else macro
        number = _template_line(frame, line)
        if number is not None:
            where = f"macro '{macro.name}' ({macro.original_file_path})" if macro is not None else "the SQL"
            place = f"  {where}, line {number}"
            lines = [*lines, place] if lines[-1] != place else lines
    return "\n".join([lines[0], *lines[:0:-1]])  # the innermost first


def _frames(error: Exception) -> Iterator[tuple[FrameType, int]]:
    entry = error.__traceback__
    while entry is not None:
        yield entry.tb_frame, entry.tb_lineno
        entry = entry.tb_next


def _template_line(frame: FrameType, line: int) -> int | None:
    """The line of the template of Jinja's that a frame runs, or None."""
    if "__jinja_exception__" in frame.f_globals:  # Jinja put a frame of the template in the place of the compiled one
        return line
    template = frame.f_globals.get("__jinja_template__")
    return None if template is None else int(template.get_corresponding_lineno(line))


@functools.lru_cache(maxsize=1024)
def _is_of_the_test(filename: str) -> bool:
    installed = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders = [Path(__file__).parents[1], *(Path(each) for each in installed if each)]
    file = Path(filename)
    return file.suffix == ".py" and file.is_file() and not any(each in file.parents for each in folders)
