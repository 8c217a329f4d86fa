"""Target `bigquery`: what the analyzer could not judge fails, wherever SQL is judged, unless the test says `allow_unchecked=True`."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, NotCheckedError, NotCheckedWarning, SqlError

pytestmark = pytest.mark.targets("bigquery")

NOT_JUDGED = [
    ("select\n  max_by(name, id)\nfrom {}", "line 2, column 3: Function not found: max_by, in: select ..."),
    ("select d.f(id) from {}", "line 1, column 8: Function not found: d.f, in: select d.f(id)"),
    ("select 1 from d.numbers(3)", "line 1, column 15: Table-valued function not found: d.numbers"),
    ("select * from ml.predict(model d.m, table {})", "Table-valued function not found: ml.predict"),
    ("select 1; call d.p()", "line 1, column 16: Procedure not found: d.p, in: call d.p()"),
    (
        "declare s string;\nexecute immediate s",
        "line 2, column 19: what EXECUTE IMMEDIATE runs is not a literal, in: execute immediate s",
    ),
    (
        "execute immediate 'select max_by(1, 2)'",
        "line 1, column 8 of the EXECUTE IMMEDIATE at 1:19: Function not found",
    ),
    ("declare s string; execute immediate s; select x from d.perhaps", "Table not found: d.perhaps"),
    (
        "create procedure d.p(x any type) begin select x + 'a'; end",
        "the body of a procedure whose arguments have any type",
    ),
    ("if (select max_by(1, 2)) = 1 then select 1; end if", "line 1, column 12: Function not found: max_by"),
]


@pytest.mark.parametrize(("sql", "said"), NOT_JUDGED)
def test_what_was_not_judged_fails_and_says_where_and_what_to_type(macro, table, sql, said):
    plants = table(types={"id": "int64", "name": "string"})
    result = macro.compile(sql.format(plants))
    with pytest.raises(NotCheckedError) as error:
        result.check()
    assert said in str(error.value)
    assert "type allow_unchecked=True: macro.run(..., allow_unchecked=True), .check(allow_unchecked=True)" in str(
        error.value
    )
    assert f"1 | {sql.split(chr(10))[0]}".partition("{")[0] in str(error.value)
    with pytest.warns(NotCheckedWarning) as warned:
        assert result.check(allow_unchecked=True) is result
    assert said in str(warned[0].message)
    assert [each for each in result.analyzed if each.unsupported]


def test_each_part_is_listed_among_those_that_were_judged(macro):
    with pytest.raises(NotCheckedError) as error:
        macro.analyze("select 1;\nselect d.f(1);\nselect 2;\nselect max_by(1, 2), d.g(1)")
    lines = str(error.value).split("\n")
    assert lines[:3] == [
        "GoogleSQL's analyzer did not check 2 of 4 statements:",
        "  line 2, column 8: Function not found: d.f, in: select d.f(1)",
        "  line 4, column 8: Function not found: max_by, in: select max_by(1, 2), d.g(1)",
    ]


@pytest.mark.parametrize(
    "judge",
    [
        lambda macro, sql: macro.analyze(sql),
        lambda macro, sql: macro.query(sql),
        lambda macro, sql: macro.compile(sql).analyzed,
        lambda macro, sql: macro.compile(sql).columns,
        lambda macro, sql: macro.compile(sql).rows,
        lambda macro, sql: macro.run("greet", "", vars={"greeting": sql}),
    ],
    ids=["analyze", "query", "analyzed", "columns", "rows", "run"],
)
def test_wherever_sql_is_judged_that_is_an_error(macro, judge):
    with pytest.raises(NotCheckedError, match="Function not found: max_by"):
        judge(macro, "select max_by(1, 2) as x")


def test_what_is_wrong_is_refused_also_where_what_is_not_known_is_allowed(macro):
    with pytest.raises(SqlError, match="Unrecognized name: nope"):
        macro.compile("select max_by(1, 2); select nope").check(allow_unchecked=True)


def test_a_run_and_an_analysis_take_the_permission(macro):
    with pytest.warns(NotCheckedWarning):
        result = macro.run("count_sql", "d.numbers(3)", allow_unchecked=True)
    with pytest.raises(
        NotCheckedError, match=r"the columns are not known, line 2, column \d+: Table-valued function not found"
    ):
        _ = result.columns
    with pytest.warns(NotCheckedWarning):
        assert [each.kind for each in macro.analyze("select 1; call d.p()", allow_unchecked=True)] == [
            "ResolvedQueryStmt",
            "unsupported",
        ]


@pytest.mark.targets("duckdb", "bigquery", "emulator")
def test_the_permission_changes_nothing_where_sql_runs(macro):
    assert macro.compile("select 1 as one").check(allow_unchecked=True).columns
    assert macro.run("count_sql", "(select 1)", allow_unchecked=True).text.startswith("select count(*)")


@pytest.mark.targets("duckdb", "bigquery", "emulator")
@pytest.mark.parametrize("text", ["", " \n", "-- nothing here", "/* nothing */", ";", "# nothing\n", "-- a\n;;\n"])
def test_a_text_without_a_statement_is_not_checked(macro, text):
    with pytest.raises(HarnessError, match=r"there is no statement to judge(: the text is empty|, only comments)"):
        macro.compile(text).check()


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "nothing"), ({"a": 1}, "of the type dict"), (["select 1"], "of the type list"), (7, "of the type int")],
)
def test_what_is_no_sql_is_not_checked(macro, value, said):
    with pytest.raises(HarnessError, match=f"the macro returned .*{said}, and no SQL that could be checked"):
        macro.run("count", "x", stubs={"run_query": value})


def test_a_stub_may_judge_what_it_answers(macro, table):
    answer = [[3]]
    stubs = {"run_query": lambda sql: macro.analyze(sql) and answer}
    assert macro("count", table(types={"id": "int64"}), stubs=stubs).value == answer
    with pytest.raises(SqlError, match="Table not found: absent"), macro.raises("absent"):
        macro("count", "absent", stubs=stubs)
    with pytest.raises(NotCheckedError, match=r"d\.numbers"):
        macro("count", "d.numbers(3)", stubs=stubs)
