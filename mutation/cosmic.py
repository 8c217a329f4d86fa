"""Prints the mutants of a Python file that cosmic-ray makes, as JSON: [operator, mutated text]. Runs where cosmic-ray is installed.

Chosen are operators that make a likely mistake. Others (`+` to `**`, `|` in an annotation, a decorator that goes) nearly always fail
at import, or change nothing: they would make the share look better or worse than the tests are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator

OPERATORS = [
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Is_IsNot", "IsNot_Is")
    ),
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv")
    ),
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub", "AddNot"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *(
        "ReplaceBreakWithContinue",
        "ReplaceContinueWithBreak",
        "ExceptionReplacer",
        "NumberReplacer",
        "ZeroIterationForLoop",
    ),
]


def mutants(text: str) -> list[tuple[str, str]]:
    made = []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence in range(_positions(text, operator)):
            mutated = MutationVisitor.mutate_code(text, operator, occurrence)
            if mutated is not None and mutated != text:
                made.append((name, mutated))
    return made


def _positions(text: str, operator: object) -> int:
    counted = MutationVisitor(-1, operator)
    counted.walk(get_ast(text))
    return counted._count


if __name__ == "__main__":
    json.dump(mutants(Path(sys.argv[1]).read_text()), sys.stdout)
