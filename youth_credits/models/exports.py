"""Files a school hands on, to the bureau or on paper, each with what it holds: rows, digest, date."""

import uuid

from django.db import models
from django.db.models import Q

from portal.accounts import Scoped, ScopedQuerySet
from portal.calendar import school_year_label
from portal.files import Attachment
from youth_credits.models.rules import Grade


class Export(Scoped):
    """One export of a school, written in the background. The file goes in time, its manifest stays."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        CREDITS = "credits", "学分明细"
        ROLL = "roll", "学生名册"
        PAPERS = "papers", "全班成绩单"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("内容", max_length=10, choices=Kind)
    school_year = models.PositiveSmallIntegerField("学年")
    grade = models.PositiveSmallIntegerField("年级", choices=Grade, null=True, blank=True)
    class_number = models.PositiveSmallIntegerField("班级", null=True, blank=True)
    rows = models.PositiveIntegerField("行数", null=True, blank=True)
    sha256 = models.CharField("文件校验和（SHA-256）", max_length=64, blank=True)
    made_at = models.DateTimeField("生成时间", null=True, blank=True)
    # No constraint in the database: the file goes after thirty days.
    file = models.ForeignKey(
        Attachment,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="文件",
        related_name="+",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分导出"
        constraints = [
            models.CheckConstraint(
                name="export_made_is_told_whole",
                condition=Q(made_at=None, rows=None, sha256="")
                | Q(made_at__isnull=False, rows__isnull=False) & ~Q(sha256=""),
                violation_error_message="已生成的导出须有行数、校验和与时间。",
            ),
            models.CheckConstraint(
                name="export_of_papers_is_of_a_class",
                condition=Q(kind="papers", grade__isnull=False, class_number__isnull=False)
                | ~Q(kind="papers") & Q(grade=None, class_number=None),
                violation_error_message="全班成绩单须写明班级。",
            ),
            models.CheckConstraint(name="export_of_a_school", condition=Q(organization__isnull=False)),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}导出 {self.pk}"

    @property
    def file_name(self) -> str:
        if self.kind == self.Kind.PAPERS:
            return f"成绩单-{self.get_grade_display()}{self.class_number}班-{self.pk}.pdf"
        return f"{self.get_kind_display()}-{school_year_label(self.school_year)}-{self.pk}.csv"
