"""Requests as of right, what is kept and for how long, and the figures of a school's yearly report."""

from datetime import date

from django.db.models import Count, F, Q

from portal.audit import AuditEntry
from portal.calendar import day_start, local_today
from portal.organizations import Organization
from youth_credits.models import (
    AccessCase,
    Appeal,
    Consent,
    HoursAward,
    Incident,
    RetentionPlan,
    RetentionRule,
    RightsRequest,
    Student,
    TimeLimit,
)
from youth_credits.queries.ledger import transcript_entries


def rights_requests(school: Organization):
    return RightsRequest.objects.filter(organization=school).select_related("student")


def awards_reached(student: Student) -> list[HoursAward]:
    """The awards in use whose hours the child's verified entries reach, smallest first."""
    hours = sum(row.minutes for row in transcript_entries(student)) // 60
    in_use = HoursAward.objects.filter(is_active=True, in_force_from__lte=local_today())
    return list(in_use.filter(hours__lte=hours).order_by("hours", "pk"))


def retention_rules() -> list[RetentionRule]:
    return list(RetentionRule.objects.all())


def time_limits(on: date) -> list[tuple[TimeLimit, str]]:
    """Every version of every step's time limit, and what it is on a day: in force, to come, or replaced."""
    found, steps_in_force = [], set()
    for limit in TimeLimit.objects.order_by("step", "-in_force_from"):
        if limit.in_force_from > on:
            state = "尚未启用"
        else:
            state = "已被取代" if limit.step in steps_in_force else "现行"
            steps_in_force.add(limit.step)
        found.append((limit, state))
    order = TimeLimit.Step.values
    return sorted(found, key=lambda pair: order.index(pair[0].step))


def retention_plans():
    return RetentionPlan.objects.select_related("rule").order_by("-pk")


def protection_report(school: Organization, year: int) -> list[tuple[str, list[tuple[str, int]]]]:
    """A school's figures on minors' data in a calendar year, by section: (word, count) pairs.

    Under the school's scope. Basis: 个人信息保护法第五十四条；未成年人网络保护条例第三十七条.
    """
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    moments = {"gte": day_start(first), "lt": day_start(after)}
    students = Student.objects.active().filter(school=school)
    under_14 = students.filter(turns_14_year__gte=year)
    consented = Q(consented_on__isnull=False, withdrawn_on=None)
    consents = Consent.objects.filter(student__school=school, on__gte=first, on__lt=after)
    cases = AccessCase.objects.filter(school=school)
    asked = RightsRequest.objects.filter(organization=school, filed_on__gte=first, filed_on__lt=after)
    appeals = Appeal.objects.filter(organization=school, filed_on__gte=first, filed_on__lt=after)
    incidents = Incident.objects.filter(organization=school, found_on__gte=first, found_on__lt=after)
    return [
        (
            "学生与同意",
            [
                ("在校学生", students.count()),
                ("其中未满14周岁", under_14.count()),
                ("未满14周岁且监护人同意", under_14.filter(consented).count()),
                ("本年同意", consents.filter(kind=Consent.Kind.GIVEN).count()),
                ("本年撤回", consents.filter(kind=Consent.Kind.WITHDRAWN).count()),
            ],
        ),
        ("校内查看与导出", _acts(school, moments)),
        (
            "外部查阅",
            [
                ("申请", _between(cases, "requested_at", moments).count()),
                ("批准", _between(cases, "approved_at", moments).count()),
                ("打开记录（次）", _case_views(cases, moments)),
            ],
        ),
        (
            "监护人请求",
            [
                ("收到", asked.count()),
                ("已办理", asked.filter(status=RightsRequest.Status.GRANTED).count()),
                ("不予办理（书面说明理由）", asked.filter(status=RightsRequest.Status.REFUSED).count()),
                ("逾期", asked.filter(Q(is_overdue=True) | Q(ended_at__date__gt=F("due_on"))).count()),
            ],
        ),
        (
            "申诉",
            [
                ("收到", appeals.count()),
                ("学校采纳", appeals.filter(status=Appeal.Status.UPHELD).count()),
                ("提请区教育局", appeals.filter(escalated_at__isnull=False).count()),
            ],
        ),
        ("信息安全事件", [("本校事件", incidents.count())]),
    ]


def _between(rows, field: str, moments: dict):
    return rows.filter(**{f"{field}__{edge}": at for edge, at in moments.items()})


# What people of the school did with children's data, by the code of the trail.
_ACTS = (
    ("打开学生记录", "view"),
    ("查看完整姓名和学籍号", "reveal"),
    ("导出", "export"),
)


def _acts(school: Organization, moments: dict) -> list[tuple[str, int]]:
    people = list(
        school.grants.filter(role__in=["school", "school_verifier"]).values_list("user", flat=True).distinct()
    )
    entries = _between(AuditEntry.objects.filter(actor_id__in=people), "at", moments)
    counts = dict(
        entries.filter(action__in=[code for _, code in _ACTS])
        .order_by()
        .values_list("action")
        .annotate(count=Count("pk"))
    )
    return [(words, counts.get(code, 0)) for words, code in _ACTS]


def _case_views(cases, moments: dict) -> int:
    keys = [str(pk) for pk in cases.values_list("pk", flat=True)]
    entries = AuditEntry.objects.filter(
        subject_type=AccessCase._meta.label, subject_id__in=keys, action="view"
    )
    return _between(entries, "at", moments).count()
