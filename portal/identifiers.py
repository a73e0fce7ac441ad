"""Identifiers and the text rules: what is well formed, how it is kept, what of it may be shown.

Every `check_*` takes what a person typed and returns it as the portal keeps it (NFKC, capitals, no
blanks), or raises ValueError with a Chinese sentence that says what to do. No sentence repeats the
value: it may end in a log. Nothing here asks the database.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from operator import mul
from typing import NamedTuple

# --- Text -----------------------------------------------------------------------------------------

_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
# Every character no text keeps: controls, formats (bidi, zero-width, tags), lone surrogates; and letters that
# are drawn as nothing. Written out, because asking Unicode for them took 0.03 s at each start.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ud800-\udfff"
    r"\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def _class_of(letters: str) -> str:
    return "[" + "".join(re.escape(letter) for letter in letters) + "]"


_BREAK = re.compile(r"[ \u3000]*" + _class_of(_BREAKS) + r"+[ \u3000]*")
_LINE = re.compile("\r\n|" + _class_of(_BREAKS.replace("\t", "")))


def clean_text(text: str, *, max_length: int | None = None, multiline: bool = False) -> str:
    """The text as the portal keeps it: NFC, trimmed (U+3000 too), no control, bidi or zero-width
    characters; rare characters (𠮷, 䶮, ·) stay. A break becomes one blank, or a newline where
    `multiline` allows it.

    Raises ValueError if more than `max_length` characters remain: nothing is cut off in silence.
    """
    text = _UNSEEN.sub("", text)
    text = _LINE.sub("\n", text).replace("\t", " ") if multiline else _BREAK.sub(" ", text)
    text = unicodedata.normalize("NFC", text).strip()
    if max_length is not None and len(text) > max_length:
        raise ValueError(f"最多 {max_length} 个字，现有 {len(text)} 个字，请缩短。")
    return text


def normal_identifier(text: str) -> str:
    """Full-width forms to plain ones, capitals, and no blanks or unseen characters anywhere."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return "".join(text.split()).upper()


# --- Citizen id and student number ----------------------------------------------------------------

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ZEROES = ord("0") * sum(_ID_WEIGHTS)


def _id_check(body: str) -> str:
    """The 18th character for the first 17 digits. Basis: GB 11643."""
    return _ID_CHECKS[(sum(map(mul, _ID_WEIGHTS, body.encode())) - _ZEROES) % 11]


@lru_cache(maxsize=50_000)
def _birth_date(digits: str) -> date | None:
    """The day that YYYYMMDD names, None where there is no such day or nobody living was born then."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if 1800 <= day.year < 2200 else None


def _length_fault(what: str, wanted: int, text: str) -> ValueError:
    if not text:
        return ValueError(f"请填写{what}。")
    return ValueError(f"{what}应为 {wanted} 位，现为 {len(text)} 位，请核对。")


def check_citizen_id(text: str) -> str:
    """A 公民身份号码 with a real birth date and a right check character. Basis: GB 11643."""
    number = normal_identifier(text)
    if len(number) != 18:
        raise _length_fault("身份证号", 18, number)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError("身份证号前 17 位应为数字，末位为数字或 X，请核对。")
    if _birth_date(number[6:14]) is None:
        raise ValueError("身份证号第 7 至 14 位不是存在的日期，请核对。")
    if _id_check(number[:17]) != number[17]:
        raise ValueError("身份证号校验不符，请逐位核对。")
    return number


class StudentNumber(NamedTuple):
    """What a 学籍号 says of itself. `kind`: G from the citizen id, J generated, L temporary."""

    number: str
    kind: str
    region: str
    born_on: date


_STUDENT = re.compile(r"([GJL])([0-9]{6})([0-9]{8})[0-9]{3}[0-9X]")


def parse_student_number(text: str) -> StudentNumber:
    """The number and its facts; L numbers end in four free characters and have no check.

    Raises ValueError as `check_student_number` does.
    """
    number = text
    shape = _STUDENT.fullmatch(number)
    if shape is None:
        number = normal_identifier(text)
        shape = _STUDENT.fullmatch(number)
        if shape is None:
            raise _student_fault(number)
    kind, region, digits = shape.groups()
    born_on = _birth_date(digits)
    if born_on is None:
        raise ValueError("学籍号第 8 至 15 位不是存在的出生日期，请核对。")
    if kind != "L" and _id_check(number[1:18]) != number[18]:
        raise ValueError("学籍号校验不符，请逐位核对。")
    return StudentNumber(number, kind, region, born_on)


_OWN = re.compile(r"N[0-9]{17}[0-9X]")


def own_student_number(serial: int) -> str:
    """The portal's own number for a student without a 学籍号: N, 17 digits that say nothing, a check."""
    if not 0 <= serial < 10**17:
        raise ValueError("平台学号的序号应为 0 至 17 位数。")
    return f"N{serial:017d}{_id_check(f'{serial:017d}')}"


def is_own_student_number(number: str) -> bool:
    """Whether the portal itself gave out a number of this form."""
    return bool(_OWN.fullmatch(number)) and _id_check(number[1:18]) == number[18]


def check_student_number(text: str) -> str:
    """A 学籍号 (个人标识码): G, J or L and 18 characters, or the portal's own number.

    Basis: 中小学生学籍管理办法; GB 11643.
    """
    number = normal_identifier(text)
    if _OWN.fullmatch(number):
        if not is_own_student_number(number):
            raise ValueError("平台学号校验不符，请逐位核对。")
        return number
    return parse_student_number(text).number


def _student_fault(number: str) -> ValueError:
    if "E+" in number:
        return ValueError("学籍号已被表格软件改成科学记数，请把该列设为“文本”后重新填写。")
    if number and number[0] not in "GJL":
        return ValueError("学籍号应以 G、J 或 L 开头，请核对。")
    if len(number) != 19:
        return _length_fault("学籍号", 19, number)
    return ValueError("学籍号首字母之后应为 17 位数字，末位为数字或 X，请核对。")


def synthetic_student_number(region: str, born_on: date, serial: int = 0) -> str:
    """A student number for sample data that is well formed and belongs to nobody.

    G and J numbers (serial 0 and 1) carry a right check and the order code 000, which is never given
    out. L numbers (serial 2 to 1001) end in X, which real ones, four free digits, do not: 1,002 for
    each county and day of birth, 5 million for one county and the births of thirteen years.
    """
    if not 0 <= serial < 1002:
        raise ValueError("同一区县、同一出生日期最多生成 1002 个样例学籍号。")
    if serial >= 2:
        return f"L{region}{born_on:%Y%m%d}{serial - 2:03d}X"
    body = f"{region}{born_on:%Y%m%d}000"
    return f"{'GJ'[serial]}{body}{_id_check(body)}"


def synthetic_student_numbers(births: Iterable[tuple[str, date]]) -> Iterator[str]:
    """One distinct synthetic number for each (county code, birth date), in the order given."""
    used: Counter[tuple[str, date]] = Counter()
    for birth in births:
        yield synthetic_student_number(*birth, used[birth])
        used[birth] += 1


def is_synthetic_student_number(number: str) -> bool:
    """Whether a well-formed number is one that `synthetic_student_number` makes."""
    return number.endswith("X") if number.startswith("L") else number[15:18] == "000"


# --- Bodies and places ----------------------------------------------------------------------------

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUES = {letter: value for value, letter in enumerate(_CREDIT_ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT = re.compile(f"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")


def check_credit_code(text: str) -> str:
    """A 统一社会信用代码. Basis: GB 32100."""
    code = normal_identifier(text)
    if len(code) != 18:
        raise _length_fault("统一社会信用代码", 18, code)
    if set(code) & set("IOZSV"):
        raise ValueError("统一社会信用代码不使用字母 I、O、Z、S、V，请核对是否为数字 1、0、2、5。")
    if not _CREDIT.fullmatch(code):
        raise ValueError("统一社会信用代码只含数字和大写字母，第 3 至 8 位为数字，请核对。")
    total = sum(
        weight * _CREDIT_VALUES[letter] for weight, letter in zip(_CREDIT_WEIGHTS, code, strict=False)
    )
    if _CREDIT_ALPHABET[-total % 31] != code[17]:
        raise ValueError("统一社会信用代码校验不符，请逐位核对。")
    return code


SCHOOL_TYPES = {
    "11": "幼儿园",
    "21": "小学",
    "22": "成人小学",
    "31": "普通初中",
    "32": "职业初中",
    "33": "成人初中",
    "34": "普通高中",
    "35": "成人高中",
    "36": "中等职业学校",
    "37": "工读学校",
    "41": "普通高等学校",
    "42": "成人高等学校",
    "51": "特殊教育学校",
    "91": "其他机构",
    "92": "其他机构",
    "93": "其他机构",
}
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")  # GB/T 2260


def check_school_code(text: str) -> str:
    """A 学校（机构）标识码: two digits of type, two of province, six of serial; it has no check digit."""
    code = normal_identifier(text)
    if len(code) != 10:
        raise _length_fault("学校标识码", 10, code)
    if not re.fullmatch(r"[0-9]{10}", code):
        raise ValueError("学校标识码应为 10 位数字，请核对。")
    if code[:2] not in SCHOOL_TYPES:
        raise ValueError("学校标识码前两位不是已知的学校类别，请核对。")
    if not _PROVINCE.match(code, 2):
        raise ValueError("学校标识码第 3、4 位不是省级代码（广东为 44），请核对。")
    if code[0] == "4" and code[4] != "0":
        raise ValueError("高等学校标识码第 5 位应为 0，其后为 5 位学校代码，请核对。")
    return code


_REGION = re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}")


def check_region_code(text: str) -> str:
    """A 区划代码 of 6 (county), 9 (subdistrict) or 12 digits (community), as it was given.

    Basis: GB/T 2260; GB/T 10114: the third part begins with 0 (街道), 1 (镇), 2 (乡) or 4 (special).
    """
    code = normal_identifier(text)
    if len(code) not in {6, 9, 12}:
        raise ValueError("区划代码应为 6 位（区）、9 位（街道）或 12 位（社区）数字，请核对。")
    if not _REGION.fullmatch(code) or not _PROVINCE.match(code):
        raise ValueError("区划代码应全为数字，前两位为省级代码（广东为 44），请核对。")
    if len(code) > 6 and code[6] not in "0124":
        raise ValueError("区划代码第 7 位应为 0（街道）、1（镇）、2（乡）或 4（功能区），请核对。")
    return code


# --- Papers ---------------------------------------------------------------------------------------

_DOCUMENT = re.compile(r"[一-龥]{2,12}〔(?:19|20)[0-9]{2}〕[1-9][0-9]*号")
_YEAR_IN_OTHER_BRACKETS = re.compile(r"[\[(【{〖「<《〈][0-9]{4}[\])】}〗」>》〉]")


def check_document_number(text: str) -> str:
    """A 发文字号 such as 深科协〔2021〕12号. Basis: GB/T 9704—2012, 7.2.5."""
    number = normal_identifier(text)
    if _DOCUMENT.fullmatch(number):
        return number
    if not number:
        raise ValueError("请填写发文字号。")
    if _YEAR_IN_OTHER_BRACKETS.search(number):
        raise ValueError("发文字号的年份应使用六角括号，例如“深科协〔2021〕12号”。")
    if "第" in number:
        raise ValueError("发文字号的序号前不加“第”，例如“深科协〔2021〕12号”。")
    if re.search(r"〕0", number):
        raise ValueError("发文字号的序号不编虚位，1 不写成 01，例如“深科协〔2021〕12号”。")
    raise ValueError("发文字号应由机关代字、年份和序号组成，例如“深科协〔2021〕12号”。")


_CERTIFICATE = re.compile(r"([A-Z]{2,6})-((?:19|20)[0-9]{2})-([0-9]{6})")


def certificate_number(kind: str, year: int, serial: int) -> str:
    """The number of the `serial`-th certificate of a kind in a year, such as KPJD-2026-000012.

    `kind` is two to six capitals; the counter per kind and year is the caller's, gap-free.
    """
    return check_certificate_number(f"{kind}-{year}-{serial:06d}")


def check_certificate_number(text: str) -> str:
    """A 证书编号 of the portal: kind, year, six digits from 000001 on."""
    number = re.sub(r"[‐‑‒–—―−]", "-", normal_identifier(text))
    shape = _CERTIFICATE.fullmatch(number)
    if shape is None:
        raise ValueError("证书编号应由类别字母、年份和六位序号组成，例如“KPJD-2026-000012”。")
    if shape[3] == "000000":
        raise ValueError("证书编号的序号从 000001 起，请核对。")
    return number


def check_mobile(text: str) -> str:
    """A mobile number of the mainland as its 11 digits; +86, blanks and dashes are left off."""
    number = re.sub(r"[-‐‑‒–—―−()]", "", normal_identifier(text))
    number = re.sub(r"^(?:\+|00)?86(?=1[0-9]{10}$)", "", number)
    if re.fullmatch(r"1[3-9][0-9]{9}", number):
        return number
    if not number:
        raise ValueError("请填写手机号码。")
    if number.isascii() and number.isdigit() and len(number) != 11:
        raise ValueError(f"手机号码应为 11 位，现为 {len(number)} 位，请核对。")
    raise ValueError("手机号码应为 1 开头的 11 位数字，请核对。")


# --- What may be shown ----------------------------------------------------------------------------


def mask_student_number(number: str) -> str:
    """G440***********00**: kind, province and city, two digits of the order code; never the county,
    the birth date, the digit that tells the sex, or the check digit."""
    if len(number) != 19:
        return "*" * len(number)
    return f"{number[:4]}{'*' * 11}{number[15:17]}**"


def mask_name(name: str) -> str:
    """张*三, 张*; of a long name the first and the last character, and three stars at most."""
    if len(name) < 2:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_mobile(number: str) -> str:
    """138****5678."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else "*" * len(number)
