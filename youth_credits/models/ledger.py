"""What children earned: activities, the entries of the ledger, the totals of a year."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from portal.accounts import User
from portal.organizations import Organization
from youth_credits.models.batches import Batch
from youth_credits.models.rules import CreditRule
from youth_credits.models.students import Student


def _reference(to: type[models.Model], name: str) -> models.ForeignKey:
    """Asked by the ledger's trigger once a statement, where a foreign key would ask once a row."""
    return models.ForeignKey(
        to, models.DO_NOTHING, verbose_name=name, related_name="+", db_index=False, db_constraint=False
    )


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


def standing() -> Exists:
    """Entries that were not taken back and take nothing back: each holds its claim. For `filter()`."""
    return Exists(
        OccasionClaim.objects.filter(
            student=OuterRef("student"), activity=OuterRef("activity"), entry=OuterRef("pk")
        )
    )


class CreditQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(standing())

    def of_batch(self, batch: Batch):
        """What a batch wrote; its numbers lie between two of the sequence."""
        return self.filter(batch=batch, pk__range=(batch.first_entry or 0, batch.last_entry or 0))


class Credit(models.Model):
    """One entry of the ledger; never changed or deleted. A correction is a second entry that takes it back.

    The table is partitioned by school year; `id` comes from one sequence and is asked for together with the
    year where that is known. What an entry refers to is asked once a statement by the ledger's trigger, which
    also writes claims and totals (migration 0002); what refers to an entry is a plain number, proved nightly.
    Verified is what its batch is. Credits may be 0 with a reason: the time counts, the credit does not.
    """

    PERSONAL = frozenset({"award", "certificate", "note"})

    class Reason(models.TextChoices):
        FULL = "", "足额"
        YEAR_CAP = "year_cap", "超出本类学年上限"
        DAY_CAP = "day_cap", "超出本类每日上限"
        PROVIDER_CAP = "provider_cap", "超出同一单位学年次数"
        REPEATED = "repeated", "同一课程或作品已计分"
        TOO_SHORT = "too_short", "未达最短时长"
        REVERSAL = "reversal", "冲销"

    class Source(models.TextChoices):
        ROSTER = "roster", "班级登记"
        WORKBOOK = "workbook", "学分表"
        CHECK_IN = "check_in", "活动签到"
        BASE = "base", "基地确认"
        CERTIFICATE = "certificate", "证书编号"
        FAMILY = "family", "家庭活动"
        REVERSAL = "reversal", "冲销"

    # Longest columns first: a row of 50,000 is as narrow as it can be.
    id = models.BigAutoField("编号", primary_key=True)
    student = _reference(Student, "学生")
    school = _reference(Organization, "记录学校")
    batch = _reference(Batch, "批次")
    activity = _reference(Activity, "活动")
    rule = _reference(CreditRule, "所据规则")
    recorder = _reference(User, "录入人")
    recorded_at = models.DateTimeField("录入时间", db_default=Now())
    reverses = models.BigIntegerField("冲销的记录", null=True, blank=True, db_column="reverses_id")
    starts_at = models.DateTimeField("开始时间", null=True, blank=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    minutes = models.IntegerField("时长（分钟）")
    surplus_minutes = models.IntegerField("未计学分时长（分钟）")
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    earned = models.DecimalField("可得学分", max_digits=6, decimal_places=2, help_text="未计上限之前。")
    credits = models.DecimalField("学分", max_digits=6, decimal_places=2)
    source = models.CharField("来源", max_length=12, choices=Source)
    reason = models.CharField("说明", max_length=12, choices=Reason, blank=True)
    award = models.CharField("获奖等级", max_length=12, blank=True)
    certificate = models.CharField("证书编号", max_length=60, blank=True)
    note = models.CharField("冲销理由", max_length=300, blank=True, db_default="")

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分记录"
        indexes = [models.Index(fields=["student"], name="credit_by_student")]
        constraints = [
            models.UniqueConstraint(
                name="credit_reversed_once",
                fields=["reverses", "school_year"],
                condition=Q(reverses__isnull=False),
                violation_error_message="该记录已被冲销。",
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


class OccasionClaim(models.Model):
    """That a child has an entry for an activity: one student, one activity, one day. An entry stands while
    it holds this claim; who takes the entry back frees it. Times of one child never overlap (migration 0002).
    """

    PERSONAL = frozenset()

    pk = models.CompositePrimaryKey("student_id", "activity_id", verbose_name="主键")
    student = _reference(Student, "学生")
    activity = _reference(Activity, "活动")
    entry = models.BigIntegerField("学分记录")
    school = _reference(Organization, "记录学校")
    starts_at = models.DateTimeField("开始时间", null=True)
    ends_at = models.DateTimeField("结束时间", null=True)
    school_year = models.PositiveSmallIntegerField("学年")

    class Meta:
        verbose_name = verbose_name_plural = "活动占用"

    def __str__(self):
        return f"活动占用 {self.entry}"


class CourseClaim(models.Model):
    """That a course has counted for a child, once ever; a work once at each level, so that a higher one adds
    the difference alone.
    """

    PERSONAL = frozenset()

    pk = models.CompositePrimaryKey("student_id", "course", "code", "level", verbose_name="主键")
    student = _reference(Student, "学生")
    course = models.UUIDField("课程标识")
    code = models.CharField("类别代码", max_length=4)
    level = models.IntegerField("等级（百分之一学分）", help_text="课程为 1，作品为该等级可得的学分。")
    entry = models.BigIntegerField("学分记录")

    class Meta:
        verbose_name = verbose_name_plural = "课程占用"

    def __str__(self):
        return f"课程占用 {self.entry}"


class TeamCertificate(models.Model):
    """That a certificate was given to a team: each member may have an entry with its number, and one only."""

    PERSONAL = frozenset({"certificate"})

    school = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="学校", related_name="+", db_index=False
    )
    certificate = models.CharField("证书编号", max_length=60)
    said_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "团队证书"
        constraints = [
            models.UniqueConstraint(
                name="team_certificate_once_per_school",
                fields=["school", "certificate"],
                violation_error_message="该团队证书已登记。",
            ),
            models.CheckConstraint(
                name="team_certificate_has_a_number",
                condition=~Q(certificate=""),
                violation_error_message="团队证书须有编号。",
            ),
        ]

    def __str__(self):
        return f"团队证书 {self.pk}"


class CertificateClaim(models.Model):
    """That a certificate is entered: once at a school, and once for a child wherever it went to school. A
    team's once for each member (the table's trigger writes `member`).
    """

    PERSONAL = frozenset({"certificate"})

    pk = models.CompositePrimaryKey("school_id", "certificate", "member", verbose_name="主键")
    school = _reference(Organization, "记录学校")
    certificate = models.CharField("证书编号", max_length=60)
    member = models.BigIntegerField("团队成员", db_default=0, help_text="团队证书为该学生，其他为 0。")
    student = _reference(Student, "学生")
    entry = models.BigIntegerField("学分记录")

    class Meta:
        verbose_name = verbose_name_plural = "证书占用"
        constraints = [
            models.UniqueConstraint(
                name="certificate_once_per_student",
                fields=["student", "certificate"],
                violation_error_message="该证书编号已登记。",
            ),
            models.CheckConstraint(
                name="certificate_claim_is_of_one_child_or_of_a_member",
                condition=Q(member=0) | Q(member=F("student_id")),
            ),
        ]

    def __str__(self):
        return f"证书占用 {self.entry}"


class StudentYear(models.Model):
    """A child's totals of one school year, kept by the ledger's trigger alone, proved nightly."""

    PERSONAL = frozenset()

    student = models.ForeignKey(
        Student,
        models.CASCADE,
        verbose_name="学生",
        related_name="years",
        db_index=False,
        db_constraint=False,
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
