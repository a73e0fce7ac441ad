"""What a pasted text is made of, and how two texts differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.rules.clauses import Clause, TextFault, number_of, numeral_of, parse, written
from outreach.rules.redlines import CHANGED, GONE, NEW, SAME, compare, pieces

WORDS = st.text("科普基地应当开放，。甲乙丙", min_size=1, max_size=30)


@given(st.integers(1, 999))
def test_a_chinese_numeral_is_read_as_it_is_written(number):
    assert number_of(numeral_of(number)) == number


@pytest.mark.parametrize(
    ("numeral", "number"), [("二十六", 26), ("十", 10), ("一百零一", 101), ("一百一十", 110), ("八十一", 81)]
)
def test_numerals_as_laws_write_them(numeral, number):
    assert number_of(numeral) == number


def test_a_law_is_read_by_its_chapters_and_articles():
    text = (
        "第一章　总则\n第一条　为了示例，\n制定本办法。\n第二条之一　另有规定。\n"
        "第二章　附则\n第三条 自公布之日起施行。"
    )

    found = parse(text)

    assert [(row.anchor, row.heading) for row in found] == [
        ("1", "第一章　总则"),
        ("2-1", "第一章　总则"),
        ("3", "第二章　附则"),
    ]
    assert found[0].text == "为了示例，\n制定本办法。"


def test_a_standard_is_read_by_its_clauses_and_annexes():
    found = parse("前面的话。\n1　范围\n本标准规定。\n4.1.2　入口\n附录A　表\n内容")

    assert [row.anchor for row in found] == ["preamble", "1", "4.1.2", "annex-a"]


def test_a_sentence_that_names_a_chapter_is_no_heading():
    found = parse("第一条　按本章规定。\n第二章规定的事项，由市科协办理。")

    assert [row.anchor for row in found] == ["1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("第一条　甲。\n第一条　乙。", "出现了两次"),
        ("第一条", "没有内容"),
        ("第一条\n【要点】甲", "出处"),
        (f"第一条　{'长' * 20_001}", "超过"),
        ("\n".join(f"{n}.{m}　甲" for n in range(1, 30) for m in range(1, 30)), "最多"),
    ],
)
def test_a_text_that_cannot_be_cited_is_refused_in_words(text, sentence):
    with pytest.raises(TextFault, match=sentence):
        parse(text)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8, unique_by=lambda row: row[0]))
def test_what_is_written_is_read_again(rows):
    clauses = [
        Clause(
            str(number),
            f"第{numeral_of(number)}条",
            f"第{numeral_of(number % 2 + 1)}章　章",
            *row,
            source="出处",
        )
        for number, row in enumerate(rows, start=1)
    ]

    assert parse(written(clauses)) == clauses


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        found = parse(text)
    except TextFault:
        return
    assert parse(written(found)) == found


@given(WORDS, WORDS)
def test_pieces_give_both_texts_back(before, after):
    found = pieces(before, after)

    assert "".join(words for state, words in found if state != NEW) == before
    assert "".join(words for state, words in found if state != GONE) == after


def test_an_article_pushed_down_by_a_new_one_is_not_new():
    before = [Clause("1", "第一条", text="甲。"), Clause("2", "第二条", text="乙。")]
    after = [*before[:1], Clause("2", "第二条", text="新的一条。"), Clause("3", "第三条", text="乙。")]

    states = [(line.state, line.label, line.was) for line in compare(before, after)]

    assert states == [(SAME, "第一条", ""), (NEW, "第二条", ""), (SAME, "第三条", "第二条")]


def test_an_article_left_out_stands_where_it_stood():
    before = [Clause(str(n), f"第{n}条", text=f"{n}字。") for n in range(3)]

    found = compare(before, [before[0], Clause("2", "第2条", text="2字了。")])

    assert [line.state for line in found] == [SAME, GONE, CHANGED]
