"""Everything the portal has of one child, as a workbook for its guardian."""

import io

from portal.documents import IssuedPaper
from portal.sheets import Column, Page, write_workbook
from youth_credits import queries
from youth_credits.actions import holder_of
from youth_credits.models import AccessCase, Appeal, Enrolment, Guardianship, RightsRequest, Student


def child_workbook(student: Student) -> io.BytesIO:
    """Under the scope of the child's school or guardian. Basis: 个人信息保护法第四十五条."""
    target = io.BytesIO()
    write_workbook(
        target,
        [
            _page("基本信息", ["项目", "内容"], _facts(student)),
            _page("在读记录", ["年级", "班级", "起", "止"], _enrolments(student)),
            _page(
                "学分记录",
                ["编号", "日期", "活动", "举办单位", "类别", "时长（分钟）", "学分", "说明", "状态"],
                _entries(student),
            ),
            _page("同意记录", ["日期", "内容", "同意书版本", "方式"], _consents(student)),
            _page(
                "申诉", ["提出日期", "事由", "状态", "说明", "学校答复", "区教育局决定"], _appeals(student)
            ),
            _page("权利请求", ["提出日期", "请求", "状态", "说明", "书面答复"], _requests(student)),
            _page("外部查阅", ["申请时间", "来由", "状态", "有效期至"], _cases(student)),
            _page("签发的文书", ["编号", "名称", "签发时间", "状态"], _papers(student)),
        ],
    )
    target.seek(0)
    return target


def _page(name: str, headers: list[str], rows) -> Page:
    return Page(name=name, columns=[Column(header=header, width=18) for header in headers], rows=list(rows))


def _facts(student: Student):
    yield "姓名", student.name
    yield "学籍号", student.number
    yield "学校", student.school.name
    yield "班级", student.class_label
    yield "满14周岁年份", student.turns_14_year
    for number, bond in enumerate(Guardianship.objects.filter(student=student).select_related("guardian"), 1):
        yield f"监护人账号{number}", bond.guardian.username


def _enrolments(student: Student):
    for row in Enrolment.objects.filter(student=student).order_by("starts_on"):
        yield row.get_grade_display(), row.class_number, row.starts_on, row.ends_on


def _entries(student: Student):
    for row in queries.entries(student).order_by("activity__held_on", "pk"):
        state = (
            "冲销" if row.reverses else "已冲销" if not row.is_standing else row.batch.get_status_display()
        )
        yield (
            row.pk,
            row.activity.held_on,
            row.activity.name,
            row.activity.provider,
            str(row.rule),
            row.minutes,
            float(row.credits),
            row.get_reason_display(),
            state,
        )


def _consents(student: Student):
    for row in queries.consents(student):
        yield row.on, row.get_kind_display(), row.version, row.get_way_display()


def _appeals(student: Student):
    for row in Appeal.objects.filter(student=student).order_by("pk"):
        yield (
            row.filed_on,
            row.get_ground_display(),
            row.get_status_display(),
            row.statement,
            row.answer,
            row.decision,
        )


def _requests(student: Student):
    for row in RightsRequest.objects.filter(student=student).order_by("pk"):
        yield row.filed_on, row.get_kind_display(), row.get_status_display(), row.statement, row.answer


def _cases(student: Student):
    for row in AccessCase.objects.filter(student=student).order_by("pk"):
        yield row.requested_at, row.get_origin_display(), row.get_status_display(), row.ends_at


def _papers(student: Student):
    for row in IssuedPaper.objects.of(holder_of(student.pk)):
        yield row.number, row.title, row.issued_at, "已撤销" if row.revoked_at else "有效"
