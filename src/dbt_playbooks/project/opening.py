"""Opens a dbt project as `dbt run` does: flags, profile, project, adapter, manifest; says what is wrong when it can't."""

from __future__ import annotations

import contextlib
import gc
import os
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from dbt_playbooks import __version__
from dbt_playbooks.errors import ProjectError
from dbt_playbooks.interface import Options
from dbt_playbooks.project.quicker import quick_flags
from dbt_playbooks.redact import Redactor, secrets_of_yaml

PACKAGE = "dbt_playbooks"


@contextlib.contextmanager
def uncollected(stays: bool = True) -> Iterator[None]:
    """dbt's modules, its manifest and syntax trees are a million objects: Python's collector would walk them over and over.

    `stays`: what is made is needed to the end, so the collector leaves it out for good.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if stays:
            gc.freeze()
        if enabled:
            gc.enable()


def dbt_context(
    options: Options,
    selection: Sequence[str],
    exclude: Sequence[str],
    stack: contextlib.ExitStack,
    arguments: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything that `dbt run` prepares before it runs, by the same decorators: flags, profile, project, adapter, manifest."""
    from dbt.cli import requires
    from dbt.cli.main import cli
    from dbt_common.events.contextvars import task_contextvars
    from dbt_common.exceptions import DbtBaseException

    _silence_the_resource_tracker()
    # dbt stays silent: stdout is for our data, and its file log would hold what we redact
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"]
    outer_words = ["--no-send-anonymous-usage-stats", *quiet, "run"]
    words = [*options.arguments(), *arguments]
    for flag, values in (("--select", selection), ("--exclude", exclude)):
        words += [flag, *values] if values else []

    def opened(context: Any) -> dict[str, Any]:
        return dict(context.obj)

    # what is wrong with the semantic layer dbt says in events alone
    reasons: list[str] = []

    def heard(event: Any) -> None:
        if event.info.name == "SemanticValidationFailure":
            reasons.append(str(event.info.msg))

    # from 1.12 on dbt loads catalogs with the manifest
    catalogs = getattr(requires, "catalogs", lambda step: step)
    for step in (requires.manifest, requires.runtime_config, catalogs, requires.project, requires.profile):
        opened = step(opened)
    opened = requires.preflight(opened)

    try:
        outer = stack.enter_context(cli.make_context("dbt", outer_words, obj={"callbacks": [heard]}))
        inner = stack.enter_context(cli.commands["run"].make_context("run", words, parent=outer))
        with quick_flags():
            context = opened(inner)
    except DbtBaseException as error:
        said = "\n  ".join([str(error) + _macro_file(error), *dict.fromkeys(reasons)])
        raise ProjectError(_project_message(said, options, error)) from error
    except Exception as error:  # click's own errors, YAML errors, plugins: all of them mean that dbt did not open
        raise ProjectError(_project_message(getattr(error, "message", str(error)), options, error)) from error
    stack.enter_context(task_contextvars(project_root=context["runtime_config"].project_root))
    return context


def _silence_the_resource_tracker() -> None:
    """dbt makes locks for processes that it never starts; a helper process of Python's tells the terminal about them after a kill."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


_NOT_THERE = ("Could not find profile named", "does not have a target named")


def _profiles_file(options: Options) -> Path:
    """Where dbt looks for the profiles."""
    from dbt.cli.resolvers import default_profiles_dir

    return Path(options.profiles_dir or os.environ.get("DBT_PROFILES_DIR") or default_profiles_dir()) / "profiles.yml"


def _secrets_unopened(profiles: Path) -> list[str]:
    """Secrets of a profile that dbt could not open, read from its text."""
    from dbt_common.exceptions import env_secrets

    try:
        return [*env_secrets(), *secrets_of_yaml(profiles.read_text(encoding="utf-8", errors="replace"))]
    except OSError:
        return list(env_secrets())


def _macro_file(error: BaseException) -> str:
    """The file of macros that dbt was reading, which its message of a syntax error leaves out."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "parse_unparsed_macros" and "base_node" in frame.f_locals:
            return f"\n  in {frame.f_locals['base_node'].original_file_path}"
    return ""


def _project_message(text: str, options: Options, error: BaseException) -> str:
    profiles = _profiles_file(options)
    text = Redactor(_secrets_unopened(profiles))(text)
    folder = Path(options.project_dir or os.environ.get("DBT_PROJECT_DIR") or ".").resolve()
    if not any((place / "dbt_project.yml").is_file() for place in (folder, *folder.parents)):
        return f"there is no dbt project in {folder}: it has no dbt_project.yml. Go to a project's folder, or name it with --project-dir."
    if "Could not find adapter type" in text:
        kind = text.split("Could not find adapter type", 1)[1].split("!")[0].strip(" '")
        return f"the profile wants the adapter '{kind}', which is not installed. Install it: pip install dbt-{kind}"
    reading_it = any(frame.f_code.co_name == "load_profile" for frame, _ in traceback.walk_tb(error.__traceback__))
    if reading_it and profiles.is_file() and not any(words in text for words in _NOT_THERE):
        return f"invalid profile in {profiles}:\n{text}\nFix it there; `dbt debug` tries it."
    if "profile" in text.lower() or ".dbt'" in text or (options.profiles_dir and f"'{options.profiles_dir}'" in text):
        return (
            f"dbt found no usable profile:\n{text}\n"
            "`dbt debug` shows where dbt looks. Other places: --profiles-dir DIR, --profile NAME, --target NAME."
        )
    return f"dbt could not open the project in {folder}:\n{text}\n`dbt parse` shows the same."


def require_package(config: Any, manifest: Any) -> None:
    """Raises ProjectError when the project lacks our dbt package, or has another version of it: macros do half of what the command says."""
    if not any(macro.package_name == PACKAGE for macro in manifest.macros.values()):
        raise ProjectError(
            "the project does not have the dbt package dbt_playbooks installed.\n"
            "Add it to packages.yml (`dbt-playbooks path` prints an entry that needs no network), then run `dbt deps`."
        )
    found = str(config.load_dependencies()[PACKAGE].version)
    if found != __version__:
        raise ProjectError(
            f"the project has version {found} of the dbt package dbt_playbooks, and this command is version {__version__}.\n"
            f"Name {__version__} in packages.yml (`dbt-playbooks path` prints an entry that needs no network), then run `dbt deps`."
        )


def put_our_macros_before_dbts(config: Any, manifest: Any) -> list[str]:
    """Let dbt's dispatch find `macros/backfill/overrides/`: after the project's own, before dbt's. The packages before ours."""
    orders = {entry["macro_namespace"]: list(entry["search_order"]) for entry in config.dispatch}
    order = orders.setdefault("dbt", [config.project_name, "dbt"])
    if PACKAGE not in order:
        order.insert(order.index("dbt") if "dbt" in order else len(order), PACKAGE)
    orders.setdefault(PACKAGE, [config.project_name, PACKAGE])
    # each package that has no variant costs dispatch some exceptions, dozens of times a chunk
    have_variants = {macro.package_name for macro in manifest.macros.values() if "__" in macro.name} | {"dbt", PACKAGE}
    config.dispatch = [
        {"macro_namespace": namespace, "search_order": [package for package in found if package in have_variants]}
        for namespace, found in orders.items()
    ]
    return order[: order.index(PACKAGE)]


def plain(error: BaseException | str) -> str:
    """A dbt error as text, without the node's stack of macros, and with macros called as they are written."""
    return str(getattr(error, "msg", None) or error).strip().replace("dbt_macro__", "")
