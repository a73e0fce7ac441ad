"""Credit courses at accredited bases, and outings to them that school and base both confirm."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.organizations import Organization
from youth_credits.models.batches import Batch
from youth_credits.models.rules import Grade
from youth_credits.models.students import Student


class CourseQuerySet(ScopedQuerySet):
    def valid(self, on: date):
        """Approved, and their time not over."""
        return self.filter(status=Course.Status.APPROVED, valid_from__lte=on, valid_until__gte=on)


class Course(Scoped):
    """A course that a base offers for credit: only what is approved, at a base with a title, counts."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待认定"
        APPROVED = "approved", "已认定"
        RETURNED = "returned", "已退回"
        SUSPENDED = "suspended", "已停课"

    title = models.CharField("课程名称", max_length=100)
    summary = models.TextField("课程内容", max_length=2000)
    minutes = models.PositiveSmallIntegerField("每次时长（分钟）")
    practice_minutes = models.PositiveSmallIntegerField("其中动手时间（分钟）")
    grade_from = models.PositiveSmallIntegerField("适合年级（起）", choices=Grade, default=Grade.FIVE)
    grade_to = models.PositiveSmallIntegerField("适合年级（止）", choices=Grade, default=Grade.EIGHT)
    capacity = models.PositiveSmallIntegerField("每场名额（人）", default=30)
    place = models.CharField("上课地点", max_length=200)
    contact = models.CharField("预约方式（公开）", max_length=120, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("认定时间", null=True, blank=True, editable=False)
    valid_from = models.DateField("认定生效日期", null=True, blank=True, editable=False)
    valid_until = models.DateField("认定有效期至", null=True, blank=True, editable=False)
    suspended_at = models.DateTimeField("停课时间", null=True, blank=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分课程"
        constraints = [
            models.CheckConstraint(
                name="course_belongs_to_a_base",
                condition=Q(organization__isnull=False),
                violation_error_message="课程必须属于一家单位。",
            ),
            models.CheckConstraint(
                name="course_approved_for_a_time",
                condition=~Q(status__in=["approved", "suspended"])
                | Q(decided_at__isnull=False, valid_from__isnull=False, valid_until__gt=F("valid_from")),
                violation_error_message="已认定的课程必须有生效日期和更晚的有效期。",
            ),
            models.CheckConstraint(
                name="course_is_two_thirds_practice",
                condition=Q(
                    minutes__gte=60,
                    minutes__lte=480,
                    practice_minutes__gte=F("minutes") * 2 / 3,
                    practice_minutes__lte=F("minutes"),
                ),
                violation_error_message="每次 60 至 480 分钟，动手时间不少于三分之二，且不超过总时长。",
            ),
            models.CheckConstraint(
                name="course_grades_in_order",
                condition=Q(grade_from__gte=1, grade_to__gte=F("grade_from"), grade_to__lte=9),
                violation_error_message="终止年级不能低于起始年级。",
            ),
            models.CheckConstraint(
                name="course_for_somebody",
                condition=Q(capacity__gte=1, capacity__lte=300),
                violation_error_message="每场名额应在 1 至 300 人之间。",
            ),
            models.UniqueConstraint(
                name="course_title_once_per_base",
                fields=["organization", "title"],
                violation_error_message="本单位已有同名课程。",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="course_by_status")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("youth_credits:course_detail", args=[self.pk])

    @property
    def grades(self) -> str:
        return f"{self.get_grade_from_display()}至{self.get_grade_to_display()}"


class StudentPass(models.Model):
    """A number that stands for a child at bases and events, and says nothing about it. Printed on a card."""

    PERSONAL = frozenset({"number", "number_hash"})

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="passes")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    number = models.CharField("通行证号", max_length=12, unique=True)
    number_hash = models.BinaryField("通行证号摘要", max_length=32, unique=True)
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学生通行证"
        constraints = [
            models.UniqueConstraint(
                name="student_pass_one_in_use",
                fields=["student"],
                condition=Q(ended_at=None),
                violation_error_message="该学生已有在用的通行证。",
            ),
            models.CheckConstraint(
                name="student_pass_ends_after_it_is_issued",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("issued_at")),
                violation_error_message="停用时间不能早于签发时间。",
            ),
        ]

    def __str__(self):
        return f"学生通行证 {self.pk}"

    @property
    def masked(self) -> str:
        """What of the number may be shown beside the child."""
        return f"******{self.number[-4:]}"


class Outing(Scoped):
    """A class goes to a course at a base. The school says who goes, the base who came; then it counts."""

    PERSONAL = frozenset()

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="学分课程", related_name="outings")
    base = models.ForeignKey(Organization, models.PROTECT, verbose_name="基地", related_name="+")
    starts_at = models.DateTimeField("开始时间")
    heads = models.PositiveSmallIntegerField("应到（人）")
    came = models.PositiveSmallIntegerField("实到（人）", null=True, blank=True)
    confirmed_at = models.DateTimeField("基地确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="基地确认人", related_name="+"
    )
    batch = models.ForeignKey(
        Batch,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="学分批次",
        related_name="+",
    )
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程外出"
        constraints = [
            models.CheckConstraint(
                name="outing_of_a_school", condition=Q(organization__isnull=False, heads__gte=1)
            ),
            models.CheckConstraint(
                name="outing_confirmed_by_somebody",
                condition=Q(confirmed_at=None, confirmed_by=None, came=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, came__lte=F("heads")),
                violation_error_message="基地确认须有确认人、时间和不超过应到的实到人数。",
            ),
            models.CheckConstraint(
                name="outing_recorded_after_it_was_confirmed",
                condition=Q(batch=None) | Q(confirmed_at__isnull=False, cancelled_at=None),
                violation_error_message="基地确认之后才能登记学分。",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="outing_by_school"),
            models.Index(fields=["base", "-id"], name="outing_by_base"),
        ]

    def __str__(self):
        return f"课程外出 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:outing_detail", args=[self.uuid])

    @property
    def state(self) -> tuple[str, str]:
        """How far it is: code and Chinese name."""
        if self.cancelled_at:
            return "cancelled", "已取消"
        if self.batch_id:
            return "recorded", "已登记学分"
        return ("confirmed", "基地已确认") if self.confirmed_at else ("planned", "待基地确认")


class OutingSeat(models.Model):
    """One child of an outing. A base sees pass number and family name, and nothing else of it."""

    PERSONAL = frozenset({"pass_number", "family_name"})

    outing = models.ForeignKey(Outing, models.CASCADE, verbose_name="课程外出", related_name="seats")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    base = models.ForeignKey(Organization, models.PROTECT, verbose_name="基地", related_name="+")
    pass_number = models.CharField("通行证号", max_length=12)
    family_name = models.CharField("姓氏", max_length=4)
    came = models.BooleanField("基地确认到场", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "外出名单"
        constraints = [
            models.UniqueConstraint(name="outing_seat_once_per_student", fields=["outing", "student"]),
        ]

    def __str__(self):
        return f"外出名单 {self.pk}"
