"""Where resources may come from: laboratories, facilities, production lines, results, funded projects."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet
from resources.models.registry import Resource, new_code

REMIND_AHEAD = (timedelta(days=30), timedelta(days=7))


class SourceAssetQuerySet(ScopedQuerySet):
    def owed(self):
        """With an outreach task that is neither done nor waived."""
        return self.filter(due_on__isnull=False, delivered_on=None, waived_on=None)

    def overdue(self, on):
        return self.owed().filter(due_on__lt=on)


class SourceAsset(Scoped):
    """One asset of innovation that is, or is to be, turned into something the public can see.

    A project paid with public money carries an outreach task with a day; so may any other.
    Basis: 深圳市科协科普工作“十四五”规划 二（三）2、四（二）1–2.
    """

    PERSONAL = frozenset({"contact", "contact_phone"})

    class Kind(models.TextChoices):
        LABORATORY = "laboratory", "实验室"
        FACILITY = "facility", "科研设施"
        LINE = "line", "生产线"
        RESULT = "result", "科技成果"
        PROJECT = "project", "财政资助项目"

    code = models.CharField("资产编号", max_length=12, unique=True, default=new_code, editable=False)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    title = models.CharField("名称", max_length=120)
    summary = models.CharField("简介", max_length=300, blank=True)
    project_number = models.CharField("项目编号", max_length=40, blank=True)
    funder = models.CharField("资助单位", max_length=60, blank=True)
    task = models.CharField(
        "科普任务",
        max_length=300,
        blank=True,
        help_text="资助合同或任务书约定的科普内容，如“开放实验室 4 次”。",
    )
    due_on = models.DateField("任务期限", null=True, blank=True)
    delivered_on = models.DateField("完成日期", null=True, blank=True, editable=False)
    delivery_note = models.CharField("完成说明", max_length=300, blank=True, editable=False)
    waived_on = models.DateField("免除日期", null=True, blank=True, editable=False)
    waiver_reason = models.CharField("免除理由", max_length=300, blank=True, editable=False)
    reminded_on = models.DateField("最近提醒", null=True, blank=True, editable=False)
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="仅供内部联系，不公开。")
    contact_phone = models.CharField("联系人电话", max_length=30, blank=True)
    source = models.CharField("资料来源", max_length=200, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    updated_at = models.DateTimeField("更新时间", default=timezone.now, editable=False)

    objects = SourceAssetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科技资源"
        indexes = [
            models.Index(fields=["organization", "due_on"], name="asset_by_owner_and_due"),
            models.Index(fields=["-updated_at", "-id"], name="asset_latest_changed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="asset_has_an_owner",
                condition=Q(organization__isnull=False),
                violation_error_message="请填写所属单位。",
            ),
            models.CheckConstraint(
                name="asset_has_a_title", condition=~Q(title=""), violation_error_message="请填写名称。"
            ),
            models.CheckConstraint(
                name="asset_task_and_day_together",
                condition=Q(task="", due_on=None) | ~Q(task="") & Q(due_on__isnull=False),
                violation_error_message="科普任务和任务期限应同时填写。",
            ),
            models.CheckConstraint(
                name="asset_funded_project_has_a_task",
                condition=~Q(kind="project") | ~Q(task=""),
                violation_error_message="财政资助项目应写明科普任务和期限。",
            ),
            models.CheckConstraint(
                name="asset_done_or_waived_with_its_words",
                condition=Q(delivered_on=None, waived_on=None, delivery_note="", waiver_reason="")
                | Q(delivered_on__isnull=False, waived_on=None, waiver_reason="")
                | Q(delivered_on=None, waived_on__isnull=False, delivery_note="") & ~Q(waiver_reason=""),
                violation_error_message="任务只能完成或免除其一；免除须写明理由。",
            ),
            models.CheckConstraint(
                name="asset_only_a_task_is_done_or_waived",
                condition=Q(due_on__isnull=False) | Q(delivered_on=None, waived_on=None),
                violation_error_message="没有科普任务，无从完成或免除。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_desk_url(self):
        return reverse("resources_desk:asset", args=[self.pk])

    def state(self, on) -> tuple[str, str]:
        """Code and words of where its task stands on a day."""
        if self.due_on is None:
            return "none", "无任务"
        if self.delivered_on:
            return "done", "已完成"
        if self.waived_on:
            return "waived", "已免除"
        return ("overdue", "已逾期") if self.due_on < on else ("ongoing", "进行中")


class AssetConversion(models.Model):
    """An asset became a resource on a day. One asset may become several, a resource come of several."""

    PERSONAL = frozenset()

    asset = models.ForeignKey(
        SourceAsset, models.CASCADE, verbose_name="科技资源", related_name="conversions"
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, verbose_name="科普资源", related_name="conversions"
    )
    converted_on = models.DateField("转化日期")
    created_at = models.DateTimeField("登记时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "科普转化"
        ordering = ["-converted_on", "-pk"]
        indexes = [models.Index(fields=["converted_on"], name="conversion_by_day")]
        constraints = [
            models.UniqueConstraint(
                name="conversion_once_per_asset_and_resource",
                fields=["asset", "resource"],
                violation_error_message="这条科普资源已登记为它的转化成果。",
            )
        ]

    def __str__(self):
        return f"{self.asset_id} → {self.resource_id}"
