"""Kept totals without a child: how many children of a grade have how much credit in a school year."""

from django.db import models
from django.utils import timezone

from portal.organizations import Organization
from youth_credits.models.rules import Grade

QUARTERS = 4  # an entry is a multiple of a quarter of a credit


class CreditTotal(models.Model):
    """The children of one grade of a school who have the same credits in a school year, and of whom the same
    part of the minimum is asked. Kept by the night and after each import, school by school, where something
    has changed.
    """

    PERSONAL = frozenset()

    pk = models.CompositePrimaryKey(
        "school_year", "school_id", "grade", "share", "quarters", verbose_name="主键"
    )
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    school = models.ForeignKey(
        Organization, models.DO_NOTHING, verbose_name="学校", related_name="+", db_index=False
    )
    grade = models.PositiveSmallIntegerField("年级", choices=Grade)
    share = models.DecimalField(
        "最低学分按比例", max_digits=4, decimal_places=3, default=1, db_default=1, help_text="全额为 1。"
    )
    quarters = models.IntegerField("学分（四分之一）", help_text="不足四分之一的不计。")
    heads = models.IntegerField("学生（人）")
    active_heads = models.IntegerField("有登记的学生（人）")
    off_campus = models.DecimalField("校外学分合计", max_digits=12, decimal_places=2)
    minutes = models.BigIntegerField("时长合计（分钟）")

    class Meta:
        verbose_name = verbose_name_plural = "学分分布"

    def __str__(self):
        return f"学分分布 {self.school_year} {self.school_id}"


class TotalsWanted(models.Model):
    """That a school's kept totals of a year no longer tell the truth."""

    PERSONAL = frozenset()

    pk = models.CompositePrimaryKey("school_id", "school_year", verbose_name="主键")
    school = models.ForeignKey(
        Organization, models.DO_NOTHING, verbose_name="学校", related_name="+", db_index=False
    )
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    wanted_at = models.DateTimeField("提出时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "待更新的学分分布"

    def __str__(self):
        return f"待更新的学分分布 {self.school_id} {self.school_year}"
