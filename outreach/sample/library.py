"""The sample city's standards: one whose draft is before the public, one proposed; all invented."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from outreach.actions import library as actions
from outreach.models import Document, DocumentVersion
from portal.accounts import User
from portal.calendar import local_today

FIRST = """# 总则
1　范围
本标准（示例）规定科普基地接待公众参观的时间公示、讲解、安全和反馈。
2　时间公示
科普基地应当公示开放时间，调整提前三日公告。
3　讲解
3.1　讲解员
讲解员经过培训，每场讲解不少于三十分钟。
3.2　讲解词
讲解词由专业人员审核，每年更新。
4　反馈
设意见簿或者线上评价，每季度汇总一次。
附录A　接待记录表
日期、场次、人次、讲解员、意见。
"""
SECOND = (
    FIRST.replace("提前三日公告", "提前五个工作日公告")
    .replace("每年更新。", "每年更新，并按科学知识、科学方法、科学思想、科学精神四个方面自查。")
    .replace("4　反馈", "4　无障碍服务\n设置无障碍通道，提供手语或者文字讲解。\n5　反馈")
)
COMMENTS = (
    (
        "2",
        "五个工作日太长，临时检修难以做到，建议写明例外。",
        "partly",
        "采纳一部分：增加突发情况的例外，正常调整仍提前五个工作日。",
    ),
    ("4", "建议同时要求提供大字版说明牌。", "adopted", "已采纳，写入下一稿。"),
    ("", "建议把表格做成电子版，不要再填纸表。", "", ""),
    ("3.1", "志愿讲解员是否也要求三十分钟？", "", ""),
)


def load(*, by: User) -> None:
    """A standard in force whose second version is before the public, and a proposal."""
    today = local_today()
    document = _document(
        "sample_reception", "科普基地接待规范（示例）", "示例标准：接待公众参观的基本要求。", by
    )
    first = document.versions.get()
    values = {"label": "第 1 版（示例）", "is_whole": True, "note": "", "source": "示例数据"}
    actions.write_version(first, values=values, text=FIRST, by=by)
    first.refresh_from_db()
    _through(first, today - timedelta(days=420), by)
    second = actions.start_version(document, by=by)
    actions.write_version(second, values={**values, "label": "修订稿（示例）"}, text=SECOND, by=by)
    second.refresh_from_db()
    second.document = document
    round = actions.open_comments(
        second, closes_on=today + timedelta(days=25), note="示例：请重点看第 2、3、4 章。", by=by
    )
    for number, (article, text, verdict, answer) in enumerate(COMMENTS):
        made = actions.comment(
            round,
            key=uuid5(NAMESPACE_URL, f"sample-comment-{number}"),
            article=article,
            text=text,
            at=timezone.now(),
        )
        if verdict:
            actions.answer_comment(made, verdict=verdict, text=answer, by=by)
    actions.propose_standard(
        name="科普讲解员服务规范（示例）",
        code="sample_guides",
        summary="示例：讲解员的培训、上岗和评价。",
        reason="各基地讲解水平不一，需要统一要求。",
        by=by,
    )


def _document(code: str, name: str, summary: str, by: User) -> Document:
    return actions.save_document(
        Document(code=code, kind=Document.Kind.STANDARD, name=name, issuer="示例", summary=summary), by=by
    )


def _through(version: DocumentVersion, on, by: User) -> None:
    """A version whose comments are over, in force from a day."""
    at = timezone.make_aware(datetime.combine(on - timedelta(days=40), datetime.min.time()))
    round = actions.open_comments(version, closes_on=local_today() + timedelta(days=1), by=by)
    type(round).objects.filter(pk=round.pk).update(
        opens_on=on - timedelta(days=60), closes_on=on - timedelta(days=30)
    )
    actions.close_comments(version, by=by)
    actions.publish(
        version,
        document_number="示例标准 001",
        issued_on=at.date(),
        in_force_from=on,
        by=by,
    )
