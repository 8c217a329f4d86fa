"""Names and prose in each format: no character of a name breaks it."""

from __future__ import annotations

import pytest

from dbt_playbooks.notice.words import Name, Plain, listed, markdown, mrkdwn, plain, say


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user_type", "`user_type`"),
        ("a|b*c_d", "`a|b*c_d`"),
        ("a`b", "``a`b``"),
        ("`a``b`", "``` `a``b` ```"),
        ("two\nlines", "`two lines`"),
    ],
)
def test_a_name_in_markdown_is_code_with_as_many_backticks_as_it_needs(name: str, expected: str) -> None:
    assert markdown((Name(name),)) == expected


def test_what_an_owner_is_called_is_no_markdown() -> None:
    assert markdown((Plain("data_eng|[x](y) <b> *Ann* `a` #1"),)) == (r"data\_eng\|\[x\](y) \<b\> \*Ann\* \`a\` #1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user_type", "`user_type`"),
        ("a<b>&c", "`a&lt;b&gt;&amp;c`"),
        ("a`b", "'a`b'"),
        ("<!channel>", "`&lt;!channel&gt;`"),
    ],
)
def test_a_name_in_slack_is_escaped_code(name: str, expected: str) -> None:
    assert mrkdwn((Name(name),)) == expected


def test_marks_at_the_edge_of_a_word_mean_nothing_in_slack() -> None:
    assert mrkdwn((Plain("*Ann* of data_eng & <co>"),)) == "\u200b*\u200bAnn\u200b*\u200b of data_eng &amp; &lt;co&gt;"


def test_names_stand_in_sentences_and_lists() -> None:
    text = (*say("{} becomes {}: ", "a", Plain("b")), *listed(["c", "d", "e"]))
    assert plain(text) == "a becomes b: c, d and e"
    assert markdown(text) == "`a` becomes b: `c`, `d` and `e`"
    assert plain(listed(["one"])) == "one"
