"""One child's record: opened, shown whole, consented to, put on paper."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from portal import audit, reveals
from portal.accounts import User, require
from portal.calendar import local_today, school_year_label
from portal.documents import IssuedPaper, PaperKind, issue, revoke
from portal.encryption import blind
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.models import Grade, Student

TRANSCRIPT = PaperKind("transcript", "KPXF", "学生科普学分成绩单")
CREDENTIAL = PaperKind("credential", "KPPZ", "科普学分数字凭证")


def open_record(student: Student, *, by: User, reason: str = "本校教务") -> None:
    """Opening a child's record is an act of its own. Basis: 未成年人网络保护条例第三十六条."""
    require(by, Perm.CREDIT_VIEW, student.school)
    audit.viewed(student, by=by, reason=reason)


def open_class(school: Organization, place: tuple[int, int], *, by: User) -> None:
    """The recorder reads the whole names of a class of the own school; which class, is written down."""
    require(by, Perm.CREDIT_RECORD, school)
    grade, class_number = place
    audit.viewed(school, by=by, reason=f"班级登记，{Grade(grade).label}{class_number}班学生姓名")


@transaction.atomic
def reveal(student: Student, *, reason: str, by: User) -> tuple[str, str]:
    """The whole name and number of one child, for a reason; who, when and why is written down first."""
    require(by, Perm.CREDIT_VIEW, student.school)
    if not reason.strip():
        raise Refused("请填写查看完整信息的理由。")
    reveals.note(student, reason=reason, by=by)
    return student.name, student.number


@transaction.atomic
def issue_transcript(student: Student, *, by: User, at: datetime | None = None) -> IssuedPaper:
    """Put one child's transcript into the register of issued papers, so that anyone can check it.

    Raises Refused for a child under 14 without a guardian's consent, and where nothing is verified yet.
    """
    require(by, Perm.CREDIT_VIEW, student.school)
    return put_on_paper(student, by=by, at=at or timezone.now())


def put_on_paper(student: Student, *, by: User, at: datetime) -> IssuedPaper:
    """The transcript's entry in the register. The caller has asked whether `by` may."""
    if not student.has_consent(local_today(at)):
        if student.has_refused_itself:
            raise Refused("该学生本人不同意向校外公开，不能开具可公开核验的成绩单。")
        raise Refused("该学生未满14周岁，须先登记监护人同意，才能开具可公开核验的成绩单。")
    rows = queries.transcript_entries(student)
    if not rows:
        raise Refused("该学生还没有审核通过的学分，审核后才能开具成绩单。")
    total = sum((row.credits for row in rows), Decimal(0))
    facts = [
        ("学年", "、".join(school_year_label(year) for year in sorted({row.school_year for row in rows}))),
        ("学分合计", f"{total:.2f}"),
        ("有效期", "长期有效，撤销除外"),
        ("说明", "竞赛所得学分不作为升学依据"),
    ]
    paper = issue(TRANSCRIPT, facts, by=by, holder=holder_of(student.pk), name=student.name, at=at)
    audit.record(student, "issue_transcript", by=by, note=paper.number)
    return paper


def revoke_transcripts(students: Iterable[int], *, reason: str, by: User) -> None:
    """Transcripts of these children no longer tell the truth."""
    holders = {blind(holder_of(pk), purpose="paper holder") for pk in students}
    for paper in IssuedPaper.objects.valid().filter(
        kind__in=[TRANSCRIPT.code, CREDENTIAL.code], holder_hash__in=holders
    ):
        revoke(paper, reason=reason, by=by)


def holder_of(student: int) -> str:
    return f"youth_credits.student:{student}"
