"""The empty sheets that a school fills in."""

from collections.abc import Iterable

from portal.calendar import local_today
from portal.organizations import Organization
from portal.sheets import (
    Column,
    Page,
    template,
    write_workbook,
)
from youth_credits import queries
from youth_credits.models import Grade, Student
from youth_credits.queries import RuleBook
from youth_credits.sheets.cells import (
    ACTIVITY,
    AWARD,
    CERTIFICATE,
    CLASS,
    CONSENT,
    DAY,
    GRADE,
    GRANTED,
    KIND,
    MINUTES,
    NAME,
    NUMBER,
    PROVIDER,
    START,
)


def _credit_columns(book: RuleBook) -> list[Column]:
    rules = list(book.now.rules.all()) if book.now else []
    awards = [
        name
        for rule in rules
        for name, _ in sorted(book.rules[rule.pk].awards.items(), key=lambda one: (-one[1], one[0]))
    ]
    today = local_today()
    return [
        Column(header=NUMBER, width=22, is_required=True, note="G、J 或 L 开头的 19 位学籍号。"),
        Column(header=NAME, width=10, is_required=True, note="与名册一致。"),
        Column(
            header=ACTIVITY, width=28, is_required=True, note="同一活动请用同一名称。", sample="植物标本制作"
        ),
        Column(
            header=KIND, width=22, is_required=True, choices=[str(rule) for rule in rules],
            note="从列表选择，或填类别代码。", sample=str(rules[0]) if rules else None,
        ),
        Column(header=DAY, width=12, is_required=True, note="例如 2026-09-01，不能晚于今天。", sample=today),
        Column(header=MINUTES, width=12, is_required=True, note="整数分钟。", sample=90),
        Column(header=PROVIDER, width=22, note="校外活动请填基地或单位全称；同一单位每学年最多计 3 次课程。"),
        Column(header=START, width=10, note="例如 14:30；填写后检查时间是否重叠。", sample="14:30"),
        Column(header=AWARD, width=12, choices=awards, note="仅白名单竞赛填写。"),
        Column(header=GRANTED, width=10, note="仅课题研究填写评议认定的学分。"),
        Column(
            header=CERTIFICATE, width=18,
            note="白名单竞赛必填，每份证书只登记一次；团队证书每名成员一行，编号后加“团队”。",
        ),
    ]  # fmt: skip


def _competitions() -> str:
    return "、".join(queries.competitions_on(local_today())) or "清单中还没有竞赛，请联系市科协"


def credit_template(target, students: Iterable[Student] = (), *, school: Organization | None = None) -> int:
    """Write the template of the credit sheet; with students, their numbers and names are filled in.

    Returns how many were filled in.
    """
    columns = _credit_columns(RuleBook(school))
    rows = [(student.number, student.name) for student in students]
    notes = (
        "每名学生每次活动一行；同一份表可以重复上传，已登记的行不会重复计分。",
        "超出学年上限的行照常登记时长，学分记为 0，并写明原因。",
        f"获奖只计当日在白名单中的竞赛，活动名称照清单填写：{_competitions()}。",
    )
    if not rows:
        template(target, "学分", columns, notes=notes)
        return 0
    filled = [(*row, *[None] * (len(columns) - 2)) for row in rows]
    about = Page(name="填表说明", columns=[Column(header="说明", width=90)], rows=[(note,) for note in notes])
    write_workbook(target, [Page(name="学分", columns=columns, rows=filled), about])
    return len(rows)


def roll_template(target) -> None:
    """Write the template of the roll."""
    columns = [
        Column(header=NUMBER, width=22, is_required=True, note="G、J 或 L 开头的 19 位学籍号。"),
        Column(header=NAME, width=12, is_required=True, note="与学籍系统一致。"),
        Column(header=GRADE, width=10, is_required=True, choices=Grade.labels, sample="五年级"),
        Column(header=CLASS, width=8, is_required=True, note="班号，1 至 99。", sample=3),
        Column(header=CONSENT, width=16, note="监护人签署同意书的日期；未满14周岁学生开具成绩单前须有。"),
    ]
    template(target, "学生名册", columns, notes=("只填必要的信息；不要另加列。",))
