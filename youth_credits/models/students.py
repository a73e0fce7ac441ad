"""The children of a school, and where each was from a day on.

Every table that speaks of a child lies under row-level security (migration 0002): without a scope no row
exists. Names and student numbers are sealed; what is shown is masked. Of the birth date only the year in
which the child turns 14 is kept apart from the sealed number: enough to protect the child, too little to
know the day. Until the end of that year a child counts as under 14.
"""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.encryption import unseal
from portal.organizations import Organization
from youth_credits.models.rules import Grade


class StudentQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Student(models.Model):
    """A child at a school. Name and number are sealed under the child's own uuid."""

    PERSONAL = frozenset(
        {
            "number_sealed",
            "number_hash",
            "number_masked",
            "name_sealed",
            "name_hash",
            "name_masked",
            "person_hash",
            "turns_14_year",
        }
    )

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    grade = models.PositiveSmallIntegerField("年级", choices=Grade)
    class_number = models.PositiveSmallIntegerField("班级")
    number_sealed = models.BinaryField("学籍号（密文）")
    number_hash = models.BinaryField("学籍号摘要", max_length=32, unique=True)
    number_masked = models.CharField("学籍号", max_length=19)
    name_sealed = models.BinaryField("姓名（密文）")
    name_hash = models.BinaryField("姓名摘要", max_length=32)
    name_masked = models.CharField("姓名", max_length=30)
    person_hash = models.BinaryField(
        "姓名与出生日期摘要", max_length=32, null=True, editable=False, help_text="只用来发现重复登记。"
    )
    turns_14_year = models.PositiveSmallIntegerField(
        "满14周岁年份", help_text="为少留个人信息，不单独保存出生日期；当年年底前按未满14周岁保护。"
    )
    consent_version = models.CharField("监护人同意书版本", max_length=20, blank=True)
    consented_on = models.DateField("监护人同意日期", null=True, blank=True)
    withdrawn_on = models.DateField("撤回同意日期", null=True, blank=True)
    is_active = models.BooleanField("在校", default=True)
    erased_at = models.DateTimeField("清除身份信息时间", null=True, blank=True, editable=False)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学生"
        indexes = [
            models.Index(fields=["school", "grade", "class_number", "id"], name="student_by_class"),
            models.Index(fields=["school", "name_hash"], name="student_by_name"),
            models.Index(fields=["person_hash"], name="student_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="student_class_from_1_to_99",
                condition=Q(class_number__gte=1, class_number__lte=99),
                violation_error_message="班级应为 1 至 99。",
            ),
            models.CheckConstraint(
                name="student_grade_from_1_to_9",
                condition=Q(grade__gte=1, grade__lte=9),
                violation_error_message="年级应为一年级至九年级。",
            ),
            models.CheckConstraint(
                name="student_consent_has_day_and_version",
                condition=Q(consented_on=None, consent_version="")
                | Q(consented_on__isnull=False) & ~Q(consent_version=""),
                violation_error_message="监护人同意须同时有同意书版本和日期。",
            ),
        ]

    def __str__(self):
        return f"学生 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:student_detail", args=[self.uuid])

    @property
    def class_label(self) -> str:
        return f"{self.get_grade_display()}{self.class_number}班"

    @property
    def name(self) -> str:
        """The whole name; whoever reads it records that."""
        return unseal(self.name_sealed, field="student.name", owner=self.uuid)

    @property
    def number(self) -> str:
        """The whole student number; whoever reads it records that."""
        return unseal(self.number_sealed, field="student.number", owner=self.uuid)

    @property
    def number_tail(self) -> str:
        """The digits of the number that may be shown: they tell children of one name apart."""
        return self.number_masked[15:17]

    def is_under_14(self, on: date) -> bool:
        """Whether the child is to be protected as under 14 on a day. Basis: 个人信息保护法第二十八条."""
        return on.year <= self.turns_14_year

    def has_consent(self, on: date) -> bool:
        """Whether somebody outside the school may see the child's ledger on a day: under 14 if a guardian has
        said yes, from then on unless the child itself has said no.
        """
        if not self.is_under_14(on):
            return not self.has_refused_itself
        return self.consented_on is not None and self.consented_on <= on and self.withdrawn_on is None

    @property
    def has_refused_itself(self) -> bool:
        """Whether the last word, a no, was said when the child decided for itself."""
        return self.withdrawn_on is not None and not self.is_under_14(self.withdrawn_on)


class Enrolment(models.Model):
    """Which school and class a child was in, from a day on. No name: the nameless ledger reads it."""

    PERSONAL = frozenset()

    student = models.ForeignKey(
        Student, models.CASCADE, verbose_name="学生", related_name="enrolments", db_index=False
    )
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    grade = models.PositiveSmallIntegerField("年级", choices=Grade)
    class_number = models.PositiveSmallIntegerField("班级")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期", null=True, blank=True, help_text="不含当日；不填为至今。")

    class Meta:
        verbose_name = verbose_name_plural = "在读记录"
        constraints = [
            models.CheckConstraint(
                name="enrolment_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="终止日期必须晚于起始日期。",
            ),
            models.UniqueConstraint(
                name="enrolment_open_once_per_student",
                fields=["student"],
                condition=Q(ends_on=None),
                violation_error_message="该学生已有未结束的在读记录。",
            ),
            models.UniqueConstraint(
                name="enrolment_begins_once_a_day_per_student",
                fields=["student", "starts_on"],
                violation_error_message="该学生当日已有在读记录。",
            ),
        ]

    def __str__(self):
        return f"在读记录 {self.pk}"
