"""Check-ins at events, and results of competitions, that have become credits."""

from django.db import models

from events.models import CheckIn, Result
from portal.organizations import Organization
from youth_credits.models.batches import Batch
from youth_credits.models.students import Student


class VisitRecord(models.Model):
    """One check-in of one child, recorded or left out by its school: it is shown to it no more."""

    PERSONAL = frozenset()

    check_in = models.OneToOneField(CheckIn, models.PROTECT, verbose_name="签到", related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    is_counted = models.BooleanField("登记学分")

    class Meta:
        verbose_name = verbose_name_plural = "活动签到登记"

    def __str__(self):
        return f"活动签到登记 {self.pk}"


class ResultRecord(models.Model):
    """One child's result at a competition, recorded or left out by its school: it waits no more."""

    PERSONAL = frozenset()

    result = models.OneToOneField(Result, models.PROTECT, verbose_name="竞赛成绩", related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    is_counted = models.BooleanField("登记学分")
    batch = models.ForeignKey(
        Batch,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="学分批次",
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "竞赛成绩登记"

    def __str__(self):
        return f"竞赛成绩登记 {self.pk}"
