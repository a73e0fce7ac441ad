"""The annual report."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from indicators.models.vintages import Vintage
from portal.accounts import User
from portal.files import Attachment
from portal.jobs import Job


class AnnualReport(models.Model):
    """One version of a year's annual report: made from one vintage, frozen with its file when published."""

    PERSONAL = frozenset()

    class State(models.TextChoices):
        MAKING = "making", "生成中"
        READY = "ready", "待发布"
        PUBLISHED = "published", "已发布"
        FAILED = "failed", "未生成"

    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版次")
    state = models.CharField("状态", max_length=10, choices=State, default=State.MAKING, editable=False)
    vintage = models.ForeignKey(Vintage, models.PROTECT, verbose_name="指数结果", related_name="reports")
    file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="文件", related_name="+"
    )
    digest = models.CharField("文件摘要", max_length=64, blank=True)
    content = models.JSONField("内容", default=dict, editable=False)
    corrections = models.TextField("更正说明", blank=True, help_text="第二版起必填。")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name="任务", related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人", related_name="+")
    created_at = models.DateTimeField("编制时间", default=timezone.now)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度报告"
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="annual_report_once_per_year_and_version",
                fields=["year", "version"],
                violation_error_message="该年度已有同一版次。",
            ),
            models.CheckConstraint(
                name="annual_report_published_has_file_and_time",
                condition=~Q(state="published")
                | Q(published_at__isnull=False, file__isnull=False) & ~Q(digest=""),
                violation_error_message="已发布的报告必须有文件和发布时间。",
            ),
            models.CheckConstraint(
                name="annual_report_later_version_says_what_changed",
                condition=Q(version=1) | ~Q(corrections=""),
                violation_error_message="第二版起必须写明更正内容。",
            ),
        ]

    def __str__(self):
        return f"深圳市科普发展年度报告（{self.year}）第{self.version}版"

    def get_absolute_url(self):
        return reverse("reports_desk:detail", args=[self.pk])
