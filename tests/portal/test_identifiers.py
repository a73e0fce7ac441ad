import random
import time
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import identifiers
from portal.identifiers import (
    certificate_number,
    check_certificate_number,
    check_citizen_id,
    check_credit_code,
    check_document_number,
    check_mobile,
    check_region_code,
    check_school_code,
    check_student_number,
    clean_text,
    is_synthetic_student_number,
    mask_mobile,
    mask_name,
    mask_student_number,
    parse_student_number,
    synthetic_student_number,
    synthetic_student_numbers,
)

FACTS_SAMPLES = [  # domain facts 7.4
    "G440303201201010001",
    "G440304201109090009",
    "G440305201003150006",
    "G440306201205200004",
    "G440307201112310008",
    "G440308201202290000",
    "G440309201006010004",
    "G440310201107040005",
    "G440311201208080002",
]


# --- Text


@pytest.mark.parametrize("name", ["𠮷野", "䶮", "阿依古丽·买买提", "龔", "葛\U000e0100城"])
def test_rare_characters_of_names_are_kept(name):
    assert clean_text(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u3000 张三 \u3000", "张三"),
        ("张\u200b三\ufeff", "张三"),
        ("\u202e张三\u2066", "张三"),
        ("张\x00三\x9f", "张三"),
        ("张\ud800三", "张三"),
        ("e\u200d\u0301", "é"),
        ("科技馆\r\n\t南门", "科技馆 南门"),
        ("\u3164", ""),
    ],
)
def test_unseen_characters_and_outer_blanks_are_taken_out(typed, kept):
    assert clean_text(typed) == kept


def test_what_is_taken_out_of_a_text_is_what_unicode_calls_control_or_format_and_no_letter():
    letters_nobody_sees = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    breaks = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
    for point in range(0x110000):
        letter = chr(point)
        category = unicodedata.category(letter)
        is_unseen = (category in {"Cc", "Cf", "Cs"} and letter not in breaks) or letter in letters_nobody_sees
        assert bool(identifiers._UNSEEN.match(letter)) in ({True, False} if category == "Cn" else {is_unseen})


def test_a_text_of_several_lines_keeps_its_breaks_and_nothing_else():
    assert clean_text(" 一\r\n二\u2028三\t四\x07 ", multiline=True) == "一\n二\n三 四"


def test_a_text_too_long_is_refused_and_never_cut():
    with pytest.raises(ValueError, match="最多 3 个字，现有 4 个字"):
        clean_text("一二三四", max_length=3)

    assert clean_text(" 一二三 ", max_length=3) == "一二三"


def is_clean(text):
    return (
        text == text.strip()
        and unicodedata.is_normalized("NFC", text)
        and all(unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in text)
        and clean_text(text) == text
    )


def test_whatever_comes_in_ten_thousand_times_what_is_kept_is_clean():
    dice = random.Random(7)
    hostile = "\u3000\u200b\u200d\u202e\u2067\ufeff\x00\x1b\x85\u2028\t\r\n e\u0301한á𠮷䶮·张\ud83d\U000e0041"
    for _ in range(10_000):
        text = "".join(
            dice.choice(hostile) if dice.random() < 0.7 else chr(dice.randrange(0x110000))
            for _ in range(dice.randrange(12))
        )
        assert is_clean(clean_text(text)), ascii(text)


@settings(max_examples=300)
@given(st.text(st.characters()))
def test_cleaning_a_clean_text_changes_nothing(text):
    assert is_clean(clean_text(text))


# --- Citizen id


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_citizen_ids_of_the_standard_are_valid(number):
    assert check_citizen_id(number) == number


def test_a_citizen_id_typed_full_width_with_blanks_and_a_small_x_is_put_right():
    assert check_citizen_id(" １１０１０５ 19491231 002x ") == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("110105194912310021", "校验不符"),
        ("110105194902310021", "不是存在的日期"),
        ("1101051949123100", "应为 18 位，现为 16 位"),
        ("1101051949123100AX", "前 17 位应为数字"),
        ("", "请填写身份证号"),
    ],
)
def test_a_wrong_citizen_id_is_refused_with_what_to_do(number, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_citizen_id(number)


# --- Student number


@pytest.mark.parametrize("number", FACTS_SAMPLES)
def test_the_synthetic_student_numbers_of_the_facts_are_valid(number):
    facts = parse_student_number(number)

    assert facts.number == number
    assert (facts.kind, facts.region) == ("G", number[1:7])
    assert synthetic_student_number(facts.region, facts.born_on) == number


@pytest.mark.parametrize("ending", ["0000", "9999", "123X"])
def test_an_l_number_with_any_last_four_is_accepted(ending):
    facts = parse_student_number(f"L44030320120229{ending}")

    assert (facts.kind, facts.born_on) == ("L", date(2012, 2, 29))


def test_a_g_number_with_a_wrong_check_is_refused():
    with pytest.raises(ValueError, match="校验不符"):
        check_student_number("G440303201201010002")


def test_a_j_number_is_checked_like_a_g_number():
    assert check_student_number("J440303201201010001") == "J440303201201010001"

    with pytest.raises(ValueError, match="校验不符"):
        check_student_number("J440303201201010002")


def test_the_leap_day_is_a_birth_date_in_leap_years_only():
    assert parse_student_number("L44030320120229 1234").born_on == date(2012, 2, 29)

    with pytest.raises(ValueError, match="不是存在的出生日期"):
        check_student_number("L440303201102291234")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("440303201201010001", "应以 G、J 或 L 开头"),
        ("4.40303E+17", "科学记数"),
        ("G44030320120101000", "应为 19 位，现为 18 位"),
        ("G4403032012010100A1", "17 位数字"),
        ("L44030320120101X234", "17 位数字"),
        ("", "请填写学籍号"),
    ],
)
def test_a_wrong_student_number_is_refused_with_what_to_do(number, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_student_number(number)


def test_no_refusal_repeats_the_number():
    with pytest.raises(ValueError, match="校验") as refusal:
        check_student_number("G440303201201010002")

    assert "4403" not in str(refusal.value)


def test_a_student_number_in_small_letters_and_full_width_is_put_right():
    assert check_student_number("ｇ44030320120101 ０００１\u200b") == "G440303201201010001"


def test_synthetic_numbers_of_one_birth_date_differ_and_are_known_as_synthetic():
    numbers = list(synthetic_student_numbers([("440305", date(2012, 5, 1))] * 1002))

    assert len(set(numbers)) == 1002
    assert all(check_student_number(number) == number for number in numbers)
    assert all(is_synthetic_student_number(number) for number in numbers)
    with pytest.raises(ValueError, match="最多生成 1002 个"):
        synthetic_student_number("440305", date(2012, 5, 1), 1002)


def test_a_real_looking_number_is_not_taken_for_synthetic():
    assert not is_synthetic_student_number("L440303201201011234")
    assert not is_synthetic_student_number("G11010519491231002X")


def test_the_births_of_thirteen_years_in_nine_counties_give_a_million_numbers():
    days = [date(2008, 1, 1) + timedelta(days) for days in range(13 * 365)]
    births = [(f"4403{county:02d}", day) for day in days for county in range(3, 12)]

    numbers = set(synthetic_student_numbers(births * 24))

    assert len(numbers) == len(births) * 24 > 1_000_000


def test_fifty_thousand_student_numbers_are_checked_in_a_moment():
    births = [("440303", date(2010, 1, 1) + timedelta(n % 3000)) for n in range(50_000)]
    numbers = list(synthetic_student_numbers(births))
    identifiers._birth_date.cache_clear()

    start = time.process_time()
    for number in numbers:
        parse_student_number(number)

    assert time.process_time() - start < 1  # 0.1 s here; the bound is for a busy machine


# --- Bodies and places


@pytest.mark.parametrize("code", ["91350100M000100Y43", "9144030071526726XG", "914403001922038216"])
def test_credit_codes_of_real_bodies_are_valid(code):
    assert check_credit_code(code.lower()) == code


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("914403001922038217", "校验不符"),
        ("91440300192203821O", "不使用字母 I、O、Z、S、V"),
        ("9144030019220382", "应为 18 位，现为 16 位"),
        ("9144A3001922038216", "第 3 至 8 位为数字"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_what_to_do(code, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_credit_code(code)


def test_one_wrong_character_of_a_credit_code_is_always_found():
    code = "91350100M000100Y43"
    for place in range(8, 18):
        for letter in identifiers._CREDIT_ALPHABET.replace(code[place], ""):
            with pytest.raises(ValueError, match="校验"):
                check_credit_code(code[:place] + letter + code[place + 1 :])


@pytest.mark.parametrize("code", ["1144001800", "2144000001", "3144000001", "4144010590"])
def test_school_codes_of_known_kinds_are_valid(code):
    assert check_school_code(code) == code


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("9944001800", "学校类别"),
        ("2199001800", "省级代码"),
        ("4144110590", "第 5 位应为 0"),
        ("21440018", "应为 10 位"),
        ("21440018AB", "10 位数字"),
    ],
)
def test_a_wrong_school_code_is_refused_with_what_to_do(code, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_school_code(code)


@pytest.mark.parametrize("code", ["440305", "440305007", "440307009", "441521102000", "440306400498"])
def test_region_codes_of_the_city_are_valid(code):
    assert check_region_code(code) == code


@pytest.mark.parametrize("code", ["4403", "990305", "44030500A", "440305907", "040305"])
def test_a_wrong_region_code_is_refused(code):
    with pytest.raises(ValueError, match="区划代码"):
        check_region_code(code)


# --- Papers


@pytest.mark.parametrize("number", ["深府函〔2022〕14号", "穗科创规字〔2017〕1号", "深科协〔2021〕12号"])
def test_document_numbers_after_the_standard_are_valid(number):
    assert check_document_number(number) == number


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("深科协〔2021〕012号", "不编虚位"),
        ("深科协[2021]12号", "六角括号"),
        ("深科协［2021］12号", "六角括号"),
        ("深科协（2021）12号", "六角括号"),
        ("深科协〔2021〕第12号", "不加“第”"),
        ("深科协2021年12号", "机关代字、年份和序号"),
        ("", "请填写发文字号"),
    ],
)
def test_a_wrong_document_number_is_refused_with_what_to_do(number, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_document_number(number)


def test_a_certificate_number_is_kind_year_and_serial():
    assert certificate_number("KPJD", 2026, 12) == "KPJD-2026-000012"
    assert check_certificate_number("kpjd－2026–000012") == "KPJD-2026-000012"


@pytest.mark.parametrize("number", ["KPJD-2026-12", "KPJD-2026-000000", "K-2026-000001", "KPJD2026000001"])
def test_a_wrong_certificate_number_is_refused(number):
    with pytest.raises(ValueError, match="证书编号"):
        check_certificate_number(number)


@pytest.mark.parametrize(
    "typed", ["13800138000", "+86 138-0013-8000", "８６１３８００１３８０００", "0086 13800138000"]
)
def test_a_mobile_number_is_kept_as_eleven_digits(typed):
    assert check_mobile(typed) == "13800138000"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1380013800", "现为 10 位"),
        ("12800138000", "1 开头的 11 位"),
        ("0755-88888888", "手机号码"),
        ("", "请填写"),
    ],
)
def test_a_wrong_mobile_number_is_refused_with_what_to_do(typed, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_mobile(typed)


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_any_text_at_all_is_accepted_or_refused_with_a_chinese_sentence(text):
    for check in (
        check_citizen_id,
        check_student_number,
        check_credit_code,
        check_school_code,
        check_region_code,
        check_document_number,
        check_certificate_number,
        check_mobile,
    ):
        kept, fault = answer(check, text)

        assert fault.endswith("。") if kept is None else check(kept) == kept


def answer(check, text):
    try:
        return check(text), ""
    except ValueError as fault:
        return None, str(fault)


# --- What may be shown


def test_a_masked_student_number_shows_neither_birth_date_nor_check_digit():
    masked = mask_student_number("G440305201203150274")

    assert masked == "G440***********02**"
    assert masked[5:15] == "*" * 10  # county and birth date
    assert masked[17:] == "**"  # the digit that tells the sex, and the check


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三丰", "张*丰"),
        ("张三", "张*"),
        ("𠮷", "*"),
        ("", ""),
        ("欧阳娜娜", "欧**娜"),
        ("阿依古丽·买买提", "阿***提"),
    ],
)
def test_a_masked_name_shows_its_ends_only(name, shown):
    assert mask_name(name) == shown


def test_a_masked_mobile_shows_seven_digits():
    assert mask_mobile("13812345678") == "138****5678"
    assert mask_mobile("88") == "**"
