"""Papers and digital credentials that a guardian asks for."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import audit, credentials
from portal.accounts import User
from portal.calendar import local_today, school_year_label
from portal.documents import IssuedPaper, issue
from portal.errors import Refused
from portal.identifiers import mask_name
from youth_credits import queries
from youth_credits.actions.child import CREDENTIAL, holder_of, put_on_paper
from youth_credits.models import Credential, HoursAward, Student

NOT_FOR_ADMISSION = "竞赛所得学分不作为升学依据"


@transaction.atomic
def transcript_as_guardian(student: Student, *, by: User, at: datetime) -> IssuedPaper:
    """The guardian asks for the transcript of the own child. Under the guardian's scope."""
    return put_on_paper(student, by=by, at=at)


@transaction.atomic
def ask_credential(
    student: Student, *, award: HoursAward | None, key: uuid.UUID, by: User, at: datetime
) -> Credential:
    """Issue a digital credential of a child's credits, or of an award for hours. Under the guardian's scope.

    The same key again is the same credential. Raises Refused without consent, without verified entries, or
    where the hours of the award are not reached.
    """
    known = Credential.objects.filter(uuid=key).first()
    if known:
        return known
    if student.has_refused_itself:
        raise Refused("孩子本人不同意向校外公开，不能签发数字凭证。")
    if not student.has_consent(local_today(at)):
        raise Refused("须先由监护人同意，才能签发数字凭证。")
    rows = queries.transcript_entries(student)
    if not rows:
        raise Refused("还没有学校审核通过的学分，审核后才能签发数字凭证。")
    credits = sum((row.credits for row in rows), Decimal(0))
    hours = sum(row.minutes for row in rows) // 60
    if award and (not award.is_active or hours < award.hours):
        raise Refused(f"已审核的实践时长为 {hours} 小时，未达到“{award.name}”的 {award.hours} 小时。")
    years = sorted({row.school_year for row in rows})
    title = award.name if award else "青少年科普学分"
    facts = [
        ("凭证", title),
        ("学年", "、".join(school_year_label(year) for year in years)),
        *([("累计时长", f"{award.hours} 小时以上")] if award else [("学分合计", f"{credits:.2f}")]),
        ("有效期", "长期有效，撤销除外"),
        ("说明", NOT_FOR_ADMISSION),
    ]
    paper = issue(CREDENTIAL, facts, by=by, holder=holder_of(student.pk), name=student.name, at=at)
    subject = _subject(student, paper, title, award=award, credits=credits, years=years)
    credential = Credential.objects.create(
        uuid=key,
        student=student,
        school_id=student.school_id,
        paper=paper,
        award=award,
        claims=credentials.claims_of(paper, subject, name=title),
        asked_by=by,
        asked_at=at,
    )
    audit.record(credential, "issue_credential", by=by, note=paper.number)
    return credential


def _subject(student: Student, paper: IssuedPaper, title: str, *, award, credits, years) -> dict:
    """What is said of the child: a masked name and the paper's number, never a birth date."""
    achievement = {
        "id": f"{credentials.issuer()['id']}#{f'hours-{award.hours}' if award else 'credits'}",
        "type": ["Achievement"],
        "achievementType": "Award" if award else "CoCurricular",
        "name": title,
        "description": "深圳市义务教育阶段学生参加科学实践活动，由学校登记、审核并公示。",
        "criteria": {
            "narrative": f"累计科学实践 {award.hours} 小时以上。"
            if award
            else "按参加科学实践的类别和时长计分。"
        },
    }
    subject = {
        "type": ["AchievementSubject"],
        "identifier": [
            _identity("name", mask_name(student.name)),
            _identity("identifier", paper.number),
        ],
        "achievement": achievement,
        "activityStartDate": f"{years[0]}-09-01T00:00:00+08:00",
        "term": "、".join(school_year_label(year) for year in years),
    }
    return subject if award else {**subject, "creditsEarned": float(credits)}


def _identity(kind: str, value: str) -> dict:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def signed(credential: Credential) -> str:
    """The credential as a file: its claims, signed."""
    return credentials.sign(credential.claims)
