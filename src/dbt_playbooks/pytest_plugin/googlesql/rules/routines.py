"""Rules of functions, table functions and procedures (data-definition-language, user-defined-functions)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_playbooks.pytest_plugin.googlesql.functions import FUNCTIONS
from dbt_playbooks.pytest_plugin.googlesql.rules import options
from dbt_playbooks.pytest_plugin.googlesql.rules.columns import stored_columns
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.rules.views import temporary
from dbt_playbooks.pytest_plugin.googlesql.tree import kind_of

_LANGUAGES = ("SQL", "JS", "JAVASCRIPT", "PYTHON", "REMOTE", "")
_SPARK = ("JAVA", "PYTHON", "SCALA")


def name(judged: Judged) -> Iterator[Fault]:
    last = judged.path[-1]
    if not re.fullmatch(r"\w{1,256}", last):
        yield Fault(f"The name of a routine has letters, numbers and underscores alone: {last}", None, judged.name[-1])
    if judged.is_temporary and last.lower() in FUNCTIONS:
        yield Fault(f"A temporary function cannot have the name of a built-in function: {last}", None, last)


def function(judged: Judged) -> Iterator[Fault]:
    statement, given = judged.statement, judged.statement.nodes("option_list")
    language = str(statement.value("language") or "").upper()
    yield from options.faults("function", given)
    if judged.is_temporary and len(judged.name) > 1:
        yield Fault(f"The name of a temporary function cannot contain periods: {'.'.join(judged.name)}")
    if language not in _LANGUAGES:
        yield Fault(f"Unsupported language for user defined functions: {language}. BigQuery has SQL, js and python")
    if statement.choice("sql_security") not in ("", "SQL_SECURITY_UNSPECIFIED"):
        yield Fault("SQL SECURITY is not supported for functions")
    if statement.choice("determinism_level") not in ("", "DETERMINISM_UNSPECIFIED") and language in ("SQL", ""):
        yield Fault("DETERMINISTIC and NOT DETERMINISTIC are for functions in JavaScript alone")
    if language == "PYTHON":
        if judged.is_temporary:
            yield Fault("A temporary function cannot be written in Python")
        for needed in ("entry_point", "runtime_version"):
            if not options.is_given(given, needed):
                yield Fault(f"A function in Python needs the option {needed}")
    yield from _arguments(judged, language)
    if not judged.is_temporary:
        yield from temporary(judged, "function that is not temporary")


def _arguments(judged: Judged, language: str) -> Iterator[Fault]:
    signature = judged.statement.value("signature")
    is_javascript = language in ("JS", "JAVASCRIPT") and not judged.statement.value("is_aggregate")
    for argument, parameter in zip(signature.argument, judged.statement.value("argument_name_list"), strict=False):
        if argument.options.HasField("default_value"):
            yield Fault(f"Parameter {parameter} cannot have a default value", None, parameter)
        if not argument.HasField("type"):
            if language not in ("", "SQL", "REMOTE"):
                yield Fault(f"Parameter {parameter} cannot be of ANY TYPE in a function in {language}", None, parameter)
        elif is_javascript and kind_of(argument.type) == "INT64":
            said = f"INT64 is not supported as the type of a parameter of a JavaScript UDF: {parameter}"
            yield Fault(f"{said}. Use FLOAT64, or STRING", None, parameter)


def table_function(judged: Judged) -> Iterator[Fault]:
    yield from options.faults("table function", judged.statement.nodes("option_list"))
    yield from stored_columns(judged)
    if not judged.is_temporary:
        yield from temporary(judged, "table function that is not temporary")
    for scan in judged.all("TableScan"):
        if scan.node("for_system_time_expr") is not None:
            yield Fault("FOR SYSTEM_TIME AS OF is not supported in a table function", scan)


def procedure(judged: Judged) -> Iterator[Fault]:
    if judged.is_temporary:
        yield Fault("CREATE TEMP PROCEDURE is not supported")
    language = str(judged.statement.value("language") or "").upper()
    if language and language not in _SPARK:
        yield Fault(f"Unsupported language for procedures: {language}. BigQuery has SQL, {', '.join(_SPARK)}")
    yield from options.faults("procedure", judged.statement.nodes("option_list"))


def call(judged: Judged) -> Iterator[Fault]:
    signature, variables = judged.statement.value("signature"), []
    for argument, given in zip(signature.argument, judged.statement.nodes("argument_list"), strict=False):
        if argument.options.procedure_argument_mode not in (2, 3):  # OUT, INOUT
            continue
        if given.kind not in ("Constant", "Cast"):
            yield Fault("An OUT or INOUT argument of a procedure must be a variable", given)
        variables.append(judged.text(given))
    for variable in duplicates(each for each in variables if each):
        yield Fault(f"The variable {variable} is given to more than one OUT or INOUT argument", None, variable)


RULES = {
    "CreateFunctionStmt": (name, function),
    "CreateTableFunctionStmt": (name, table_function),
    "CreateProcedureStmt": (name, procedure),
    "CallStmt": (call,),
}
