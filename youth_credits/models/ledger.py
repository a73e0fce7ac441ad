"""What children earned: activities, the entries of the ledger, the totals of a year."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from portal.organizations import Organization
from youth_credits.models.batches import Batch
from youth_credits.models.rules import CreditRule
from youth_credits.models.students import Student


class Activity(models.Model):
    """One activity held on one day for which a school records credit, and the rule in force on that day.

    Names are free text and may tell of a child: they are the school's own. `course` is the same for the
    same name and provider at every school, so that a course counts once for a child who changed schools.
    """

    PERSONAL = frozenset({"name"})

    school = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="学校", related_name="+", db_index=False
    )
    rule = models.ForeignKey(CreditRule, models.PROTECT, verbose_name="所据规则", related_name="+")
    held_on = models.DateField("活动日期")
    name = models.CharField("活动名称", max_length=100)
    provider = models.CharField("举办单位", max_length=100, blank=True)
    course = models.UUIDField("课程标识", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "学分活动"
        constraints = [
            models.UniqueConstraint(
                name="activity_once_per_school_day_and_rule",
                fields=["school", "held_on", "rule", "name", "provider"],
                violation_error_message="本校当日已有此活动。",
            )
        ]

    def __str__(self):
        return f"学分活动 {self.pk}"


class ActivityShare(models.Model):
    """A child who changed schools brought entries along: the new school may read what they were for, and
    whether they were verified.
    """

    PERSONAL = frozenset()

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="shares")
    batch = models.ForeignKey(Batch, models.CASCADE, verbose_name="批次", related_name="shares")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="可查看的学校", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "转学活动共享"
        constraints = [
            models.UniqueConstraint(
                name="activity_share_once_per_school", fields=["school", "activity", "batch"]
            )
        ]

    def __str__(self):
        return f"转学活动共享 {self.pk}"


class Credit(models.Model):
    """One entry of the ledger; never changed. A correction is a second entry that takes it back.

    The time of `reversed_at` is the one thing written later, once, with the reversing entry: so that the
    same activity can be entered again. Verified is what its batch is. Credits may be 0 with a reason: the
    time counts, the credit does not.
    """

    PERSONAL = frozenset({"award", "certificate"})

    class Reason(models.TextChoices):
        FULL = "", "足额"
        YEAR_CAP = "year_cap", "超出本类学年上限"
        PROVIDER_CAP = "provider_cap", "超出同一单位学年次数"
        REPEATED = "repeated", "同一课程或作品已计分"
        TOO_SHORT = "too_short", "未达最短时长"
        REVERSAL = "reversal", "冲销"

    # Migration 0002 binds what follows: the student is there and stays, batch and activity are this school's,
    # rule and year the activity's.
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        verbose_name="学生",
        related_name="credits",
        db_index=False,
        db_constraint=False,
    )
    school = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        verbose_name="记录学校",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch, models.DO_NOTHING, verbose_name="批次", related_name="credits", db_constraint=False
    )
    activity = models.ForeignKey(
        Activity,
        models.DO_NOTHING,
        verbose_name="活动",
        related_name="credits",
        db_index=False,
        db_constraint=False,
    )
    rule = models.ForeignKey(
        CreditRule,
        models.DO_NOTHING,
        verbose_name="所据规则",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    starts_at = models.DateTimeField("开始时间", null=True, blank=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    minutes = models.IntegerField("时长（分钟）")
    earned = models.DecimalField("可得学分", max_digits=6, decimal_places=2, help_text="未计上限之前。")
    credits = models.DecimalField("学分", max_digits=6, decimal_places=2)
    surplus_minutes = models.IntegerField("未计学分时长（分钟）")
    reason = models.CharField("说明", max_length=12, choices=Reason, blank=True)
    award = models.CharField("获奖等级", max_length=12, blank=True)
    certificate = models.CharField("证书编号", max_length=60, blank=True)
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="冲销的记录",
        related_name="+",
        db_index=False,
    )
    reversed_at = models.DateTimeField("被冲销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学分记录"
        constraints = [
            # Not partial, so that it also finds a child's entries: what no longer stands has its own id.
            models.UniqueConstraint(
                F("student"),
                F("activity"),
                Case(
                    When(reversed_at=None, reverses=None, then=Value(0)),
                    default=F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="credit_once_per_student_and_activity",
                violation_error_message="该学生当日此活动已有记录。",
            ),
            models.UniqueConstraint(
                name="credit_certificate_once_per_school",
                fields=["school", "certificate"],
                condition=~Q(certificate="") & Q(reversed_at=None, reverses=None),
                violation_error_message="该证书编号已登记。",
            ),
            models.UniqueConstraint(
                name="credit_reversed_once", fields=["reverses"], condition=Q(reverses__isnull=False)
            ),
            models.CheckConstraint(
                name="credit_entry_adds_and_reversal_takes_away",
                condition=Q(
                    reverses=None,
                    minutes__gt=0,
                    credits__gte=0,
                    credits__lte=F("earned"),
                    surplus_minutes__gte=0,
                    surplus_minutes__lte=F("minutes"),
                )
                & ~Q(reason="reversal")
                | Q(
                    reverses__isnull=False,
                    minutes__lt=0,
                    credits__lte=0,
                    surplus_minutes__lte=0,
                    reason="reversal",
                    reversed_at=None,
                ),
                violation_error_message="记录为正，冲销为负。",
            ),
            models.CheckConstraint(
                name="credit_ends_after_it_starts",
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="结束时间必须晚于开始时间。",
            ),
        ]

    def __str__(self):
        return f"学分记录 {self.pk}"


class StudentYear(models.Model):
    """A child's totals of one school year, kept by the statement that writes the ledger, proved nightly."""

    PERSONAL = frozenset()

    student = models.ForeignKey(
        Student, models.CASCADE, verbose_name="学生", related_name="years", db_index=False
    )
    school_year = models.PositiveSmallIntegerField("学年")
    credits = models.DecimalField("学分", max_digits=8, decimal_places=2, default=0)
    off_campus_credits = models.DecimalField("校外学分", max_digits=8, decimal_places=2, default=0)
    minutes = models.IntegerField("时长（分钟）", default=0)
    entries = models.IntegerField("记录数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "学年学分"
        constraints = [
            models.UniqueConstraint(name="student_year_once", fields=["student", "school_year"]),
            models.CheckConstraint(
                name="student_year_never_below_zero",
                condition=Q(credits__gte=0, off_campus_credits__gte=0, minutes__gte=0, entries__gte=0),
            ),
        ]

    def __str__(self):
        return f"学年学分 {self.pk}"
