"""`scripts/mutants` in small: its mutants are the changes that it promises, what no test notices is said, and nothing is changed for good."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pytest


@pytest.fixture(autouse=True)
def _cleaned(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules of the folder can be imported, and none stays."""
    monkeypatch.syspath_prepend(str(root / "mutation"))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(root / "mutation") in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def module(name: str) -> ModuleType:
    return __import__(name)


def of_macro(body: str) -> set[str]:
    """The bodies that mutants of a macro have."""
    text = "{% macro m(a) %}" + body + "{% endmacro %}"
    made = {mutant.applied(text) for mutant in module("templates").template_mutants("macros/m.sql", text)}
    for each in made:
        jinja2.Environment(extensions=["jinja2.ext.do"]).parse(each)
    return {each.removeprefix("{% macro m(a) %}").removesuffix("{% endmacro %}") for each in made}


@pytest.mark.parametrize(
    ("body", "mutants"),
    [
        ("{{ a >= b }}", {"{{ a > b }}"}),
        ("{{ a < b }}", {"{{ a <= b }}"}),
        ("{{ a == b and c }}", {"{{ a != b and c }}", "{{ a == b or c }}"}),
        ("{{ a is none }}", {"{{ a is not none }}"}),
        ("{{ a is not none }}", {"{{ a is none }}"}),
        ("{{ a not in b }}", {"{{ a in b }}"}),
        ("{{ not a }}", {"{{ a }}"}),
        ("{{ a + 1 }}", {"{{ a - 1 }}", "{{ a + 2 }}"}),
        ("{{ a[-1] }}", {"{{ a[1] }}", "{{ a[-2] }}"}),
        ("{{ timedelta(days=a * (b)) }}", {"{{ timedelta(days=0) }}", "{{ timedelta(days=a // (b)) }}"}),
        ("{{ a | min }}", {"{{ a | max }}"}),
        ("{{ a | unique | join(b) }}", {"{{ a  | join(b) }}"}),
        ("{{ f(a if b else c) }}", {"{{ f(a if not (b) else c) }}"}),
        ("{{ f(dry_run=true) }}", {"{{ f(dry_run=false) }}"}),
        ("{%- if a -%}x{%- endif -%}", {"{%- if not (a) -%}x{%- endif -%}"}),
        ("{% for b in a %}{% endfor %}", set()),
        ("x {%- do a.append(b) -%} y", {"x {#- -#} y"}),
        ("x {{ exceptions.raise_compiler_error('a >= b') }} y", {"x {# #} y"}),
        (
            "{% if a %}{{ return(b) }}{% endif %}",
            {"{% if not (a) %}{{ return(b) }}{% endif %}", "{% if a %}{# #}{% endif %}"},
        ),
        ("{{ return(a) }}", set()),
        ("{# a >= b #}", set()),
        ('{{ "this and that" }}', set()),
        ("{{ a ~ ' and b > ' ~ c }}", {"{{ a ~ ' or b > ' ~ c }}", "{{ a ~ ' and b >= ' ~ c }}"}),
    ],
)
def test_a_mutant_of_jinja_changes_one_thing(body: str, mutants: set[str]) -> None:
    assert of_macro(body) == mutants


@pytest.mark.parametrize(
    ("sql", "mutants"),
    [
        ("where a >= {{ x }}", {"where a > {{ x }}"}),
        ("where a < b or c", {"where a <= b or c", "where a < b and c"}),
        ("where a <> b", {"where a = b"}),
        ("where a is not null", {"where a is null"}),
        ("where a is null", {"where a is not null"}),
        ("where not a", {"where a"}),
        ("where a in (b)", {"where a not in (b)"}),
        ("where a not in (b)", {"where a in (b)"}),
        ("where a between b and c", set()),
        ("select a + 1", {"select a - 1", "select a + 2"}),
        ("order by 1 desc", {"order by 1"}),
        ("group by 1", set()),
        ("exists (select 1 from a)", set()),
        ("select min(a)", {"select max(a)"}),
        ("left join a on b = c", {"inner join a on b = c", "left join a on b <> c"}),
        ("a union all b", {"a union b"}),
        ("coalesce(sum(a), 0)", {"coalesce(max(a), 0)", "coalesce(sum(a), 1)"}),
        ("create or replace view a", set()),
    ],
)
def test_a_mutant_of_sql_changes_one_thing(sql: str, mutants: set[str]) -> None:
    assert of_macro(sql) == mutants


def test_every_mutant_of_every_macro_still_parses(root: Path) -> None:
    templates, environment = module("templates"), jinja2.Environment(extensions=["jinja2.ext.do"])
    for path in sorted((root / "macros/backfill").rglob("*.sql")):
        text = path.read_text()
        for mutant in templates.template_mutants(path.name, text):
            environment.parse(mutant.applied(text))
            assert templates.macro_at(text, mutant.start), mutant


CODE = '''"""x not in y, for readers."""
WORDS = ("one", "two")


def known(word: str, text: str) -> str:
    """Says in or out."""
    if word not in WORDS:
        raise ValueError(word)
    text = text.replace(word, "")
    print(text)
    return text
'''


def test_a_statement_a_check_an_element_and_in_can_go_from_python() -> None:
    made = [mutant.applied(CODE) for mutant in module("python_code").own_mutants("m.py", CODE)]
    changes = [
        ('("one", "two")', '("two")'),
        ('("one", "two")', '("one", )'),
        ("    if word not in WORDS:", "    if False:"),
        ("    if word not in WORDS:", "    if word in WORDS:"),
        ('    text = text.replace(word, "")', "    pass"),
        ("    print(text)", "    pass"),
    ]
    assert sorted(made) == sorted(CODE.replace(*change) for change in changes)
    for each in made:
        compile(each, "m.py", "exec")


def test_what_no_run_can_show_is_no_mutant(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text('__all__ = ["f", "g"]\ndef f(a: Literal["x", "y"]) -> None:\n    return [*zip(a, strict=True)]\n')
    cosmic = tmp_path / "cosmic"
    mutated, other = file.read_text().replace("True", "False"), file.read_text().replace("[*", "not [*")
    said = json.dumps([["ReplaceTrueWithFalse", mutated], ["AddNot", other]])
    cosmic.write_text(f"#!{sys.executable}\nprint({said!r})\n")
    cosmic.chmod(0o755)
    assert [each.kind for each in module("python_code").python_mutants("m.py", file, cosmic)] == ["AddNot"]


def test_a_mutant_knows_its_line_its_difference_and_what_it_is_of() -> None:
    mutant = module("mutant").from_texts("m.py", "a\nb == c\n", "a\nb != c\n", "operator")
    assert (mutant.start, mutant.end, mutant.new, mutant.line("a\nb == c\n")) == (4, 5, "!", 2)
    assert mutant.diff("a\nb == c\n").splitlines()[-2:] == ["-b == c", "+b != c"]
    assert mutant.key("a\nb == c\n") != mutant.key("a\nb == c\n# more\n")


def test_a_module_tells_the_statements_that_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    watching, recording = module("watching"), module("recording")
    seen: list[str] = []
    monkeypatch.setattr(watching, "hit", seen.append)
    monkeypatch.setattr(watching, "watch_macros", lambda: None)
    names: dict[str, Any] = {}
    exec(recording.instrumented("m.py", CODE), names)
    assert names["known"]("one", "one more") == " more"
    assert seen == ["m.py:7", "m.py:9", "m.py:10", "m.py:11"]


def test_what_a_test_reaches_moves_along_when_a_module_changes() -> None:
    moving = module("moving")
    moves = {"m.py": moving.lines_now("a\nb\nc\nd\ne\n", "new\na\nB1\nB2\nc\nnew\nd\n")}
    assert moves["m.py"] == {0: {1}, 1: {1, 2}, 2: {3, 4}, 3: {5, 6}, 4: {6, 7}}
    reaches = {"m.py:2", "m.py:4", "m.py:5", "n.py:2", "macro m"}
    assert moving.reached_now(reaches, moves) == {"m.py:3", "m.py:4", "m.py:6", "m.py:7", "n.py:2", "macro m"}


def test_the_cases_of_one_function_give_way_to_others() -> None:
    recording, mutant = module("recording"), module("mutant").Mutant
    seconds = {"a[1]": 1.0, "a[2]": 1.1, "a[3]": 1.2, "b": 2.0, "c": 3.0}
    tests = [recording.Test(name, cost, False, {"m.py:10"}) for name, cost in seconds.items()]
    found = recording.tests_for(mutant("m.py", CODE.index("print"), 0, "", ""), CODE, tests)
    assert [test.name for test in found] == ["a[1]", "b", "a[2]", "c", "a[3]"]


def test_tests_that_reach_a_mutant_come_quickest_first_and_those_with_processes_last() -> None:
    recording, mutant = module("recording"), module("mutant").Mutant
    tests = [
        recording.Test("slow", 2.0, False, {"m.py:10"}),
        recording.Test("quick", 0.1, False, {"m.py:10", "macro m"}),
        recording.Test("process", 0.1, True, {"m.py:10"}),
        recording.Test("elsewhere", 0.0, False, {"m.py:9", "n.py:10"}),
    ]

    def reaching(mutant: Any, text: str) -> list[str]:
        return [test.name for test in recording.tests_for(mutant, text, tests)]

    assert reaching(mutant("m.py", CODE.index("print"), 0, "", ""), CODE) == ["quick", "slow", "process"]
    assert reaching(mutant("m.py", CODE.index('"two"'), 0, "", ""), CODE) == ["elsewhere", "quick", "slow", "process"]
    macro = "{% macro other() %}{% endmacro %}{% macro m() %}1{% endmacro %}"
    assert reaching(mutant("m.sql", macro.index("1"), 0, "", ""), macro) == ["quick"]


@pytest.mark.parametrize(
    ("noticed", "sampled", "of", "low", "high"),
    [(85, 100, 10**9, 0.767, 0.907), (85, 100, 100, 0.85, 0.85), (10, 10, 10**9, 0.722, 1.0), (0, 0, 5, 0.0, 1.0)],
)
def test_a_share_of_a_sample_has_wilsons_interval(noticed: int, sampled: int, of: int, low: float, high: float) -> None:
    assert module("report").interval(noticed, sampled, of) == pytest.approx((low, high), abs=0.001)


SMALL = {
    "src/dbt_playbooks/__init__.py": "",
    "src/dbt_playbooks/small.py": (
        "def older(age):\n    return age >= 18\n\n\ndef count(n):\n    while True:\n        n = n - 1\n        if n <= 0:\n            return n\n"
    ),
    "tests/python/test_small.py": (
        "import multiprocessing\nimport os\n\nfrom dbt_playbooks.small import count, older\n\n\n"
        "def test_older():\n    assert older(30) and not older(3)\n\n\n"
        "def _child(environment):\n    os.environ.update(environment)\n    raise SystemExit(count(3))\n\n\n"
        "def test_count():\n    process = multiprocessing.get_context('forkserver').Process(target=_child, args=(dict(os.environ),))\n"
        "    process.start()\n    process.join()\n    assert process.exitcode == 0\n\n\n"
        "def test_that_fails_without_a_mutant():\n    raise AssertionError\n"
    ),
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p no:dbt_playbooks -p no:bqemulator'\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    for name, text in SMALL.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_what_no_test_notices_is_reported_with_its_difference_and_found_again(
    small: Path, tmp_path: Path, root: Path
) -> None:
    """The bound of `older` is in no test; `count` runs in another process, and a mutant makes it run for ever."""
    store = tmp_path / "store"
    command = [
        sys.executable,
        "mutation/mutants.py",
        "src/dbt_playbooks/small.py",
        "--root",
        str(small),
        "--store",
        str(store),
    ]

    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run([*command, *words], cwd=root, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    comparisons = tmp_path / "python"
    comparisons.write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path / "cosmic.py"} "$2"\n')
    comparisons.chmod(0o755)
    (tmp_path / "cosmic.py").write_text(
        "import json, sys\ntext = open(sys.argv[1]).read()\n"
        "print(json.dumps([['bound', text.replace(a, b)] for a, b in [('>=', '>'), ('>= 18', '< 18'), ('<= 0', '> 9')]]))\n"
    )
    code, said, progress = run("--cosmic-python", str(comparisons), "--patience", "3")
    assert code == 1, progress
    assert "These tests fail without a mutant and are left out:\n  tests/python/test_small.py::test_that_fails" in said
    assert "Survived (1 of the 1 tests that reach it ran): src/dbt_playbooks/small.py:2, bound" in said
    assert "-    return age >= 18\n+    return age > 18\n" in said
    assert said.count("Survived") == 1
    assert "5 mutants: 1 noticed, 1 survived, 3 timed out. Noticed or timed out: 80.0%." in said
    assert re.search(r"small\.py:8 bound: timed out in .* s tests/python/test_small\.py::test_count", progress)
    assert "below 85 %" in progress
    assert {name: (small / name).read_text() for name in SMALL} == SMALL
    assert len(json.loads((store / "results.json").read_text())) == 5

    code, said, progress = run("--cosmic-python", str(comparisons), "--at-least", "80")
    assert (code, progress) == (0, "")
    assert "5 mutants: 1 noticed, 1 survived, 3 timed out." in said

    test = small / "tests/python/test_small.py"
    test.write_text(test.read_text().replace("older(30)", "older(18)"))
    code, said, progress = run("--cosmic-python", str(comparisons), "--patience", "3")
    assert code == 0, said
    assert "5 mutants: 2 noticed, 0 survived, 3 timed out. Noticed or timed out: 100.0%." in said


def test_a_sample_is_the_same_for_a_seed_and_other_folders_are_refused(small: Path, tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "mutation/mutants.py", "--root", str(small), "--store", str(tmp_path / "store")]
    refused = subprocess.run([*command, "docs"], cwd=root, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'docs' is no file or folder below src/dbt_playbooks or macros." in refused.stderr
