"""Inspections: units and inspectors drawn by chance, a checklist, findings, and how they were put right."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow


class Checklist(models.Model):
    """One version of what is looked at. Another version is another row; what was inspected keeps its own."""

    PERSONAL = frozenset()

    class Use(models.TextChoices):
        INSPECTION = "inspection", "监督检查"
        SELF_CHECK = "self_check", "年度自查"

    code = models.CharField("代码", max_length=30)
    version = models.PositiveSmallIntegerField("版本")
    use = models.CharField("用途", max_length=12, choices=Use)
    name = models.CharField("名称", max_length=80)
    items = models.JSONField("检查项", help_text="[{code, name, basis}]")
    in_force_from = models.DateField("启用日期")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "检查表"
        constraints = [
            models.UniqueConstraint(name="checklist_version_once", fields=["code", "version"]),
            models.CheckConstraint(
                name="checklist_has_items",
                condition=~Q(items=[]),
                violation_error_message="检查表至少有一项。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（第 {self.version} 版）"

    def get_absolute_url(self):
        return reverse("supervision_desk:checklist", args=[self.pk])


class InspectionPlan(Scoped):
    """A plan to inspect some of the units with titles. `seed` and the pools let its draw be replayed."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        RUNNING = "running", "检查中"
        CLOSED = "closed", "已结束"

    title = models.CharField("计划名称", max_length=80)
    checklist = models.ForeignKey(Checklist, models.PROTECT, verbose_name="检查表", related_name="+")
    units_wanted = models.PositiveSmallIntegerField("抽查单位数")
    inspectors_each = models.PositiveSmallIntegerField("每家检查人员数", default=2)
    due_on = models.DateField("完成期限")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    seed = models.CharField("种子", max_length=40, blank=True, editable=False)
    unit_pool = models.JSONField("候选单位", default=list, editable=False)
    inspector_pool = models.JSONField("候选检查人员", default=list, editable=False)
    drawn_at = models.DateTimeField("抽取时间", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查计划"
        constraints = [
            models.CheckConstraint(
                name="plan_of_inspection_draws_somebody",
                condition=Q(units_wanted__gte=1, units_wanted__lte=200, inspectors_each__gte=2),
                violation_error_message="抽查 1 至 200 家单位，每家至少 2 名检查人员。",
            ),
            models.CheckConstraint(
                name="plan_of_inspection_drawn_with_a_seed",
                condition=Q(status="draft") | ~Q(seed="") & Q(drawn_at__isnull=False),
                violation_error_message="检查计划须先抽取。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("supervision_desk:plan", args=[self.pk])


PLAN_STEPS = Workflow(
    draw=Step(
        label="随机抽取",
        sources=frozenset({"draft"}),
        target="running",
        needs=Perm.INSPECTION_MANAGE,
        stamp="drawn_at",
    ),
    close_plan=Step(
        label="结束计划", sources=frozenset({"running"}), target="closed", needs=Perm.INSPECTION_MANAGE
    ),
)


class InspectionQuerySet(ScopedQuerySet):
    def seen_by(self, user):
        """The city's staff, the district, the unit itself, and who was drawn to inspect."""
        scope = self.for_user(user, Perm.INSPECTION_VIEW).order_by().values("pk")
        return self.filter(Q(pk__in=scope) | Q(inspectors=user)).distinct()

    def open(self):
        return self.filter(status__in=["planned", "rectifying", "mended"])


class Inspection(Scoped):
    """One unit's inspection under a plan."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        PLANNED = "planned", "待检查"
        SOUND = "sound", "未发现问题"
        RECTIFYING = "rectifying", "整改中"
        MENDED = "mended", "待复查"
        CLOSED = "closed", "已办结"

    plan = models.ForeignKey(
        InspectionPlan, models.PROTECT, verbose_name="检查计划", related_name="inspections"
    )
    inspectors = models.ManyToManyField(User, verbose_name="检查人员", related_name="+")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.PLANNED, editable=False)
    inspected_on = models.DateField("检查日期", null=True, blank=True)
    answers = models.JSONField("检查结果", default=dict, blank=True, help_text="检查项 → good、poor 或 none")
    summary = models.TextField("检查意见", max_length=2000, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监督检查"
        constraints = [
            models.UniqueConstraint(
                name="inspection_once_per_plan_and_unit",
                fields=["plan", "organization"],
                violation_error_message="该单位在本计划中已列入。",
            ),
            models.CheckConstraint(
                name="inspection_done_on_a_day",
                condition=Q(status="planned") | Q(inspected_on__isnull=False),
                violation_error_message="已完成的检查须有日期。",
            ),
        ]

    def __str__(self):
        return f"{self.organization}：{self.plan}"

    def get_absolute_url(self):
        return reverse("supervision_desk:inspection", args=[self.pk])


INSPECTION_STEPS = Workflow(
    find_nothing=Step(
        label="未发现问题", sources=frozenset({"planned"}), target="sound", needs=Perm.INSPECTION_DO
    ),
    find=Step(
        label="发现问题，要求整改",
        sources=frozenset({"planned"}),
        target="rectifying",
        needs=Perm.INSPECTION_DO,
    ),
    mend=Step(
        label="提交整改", sources=frozenset({"rectifying"}), target="mended", needs=Perm.INSPECTION_ANSWER
    ),
    accept_mending=Step(
        label="复查通过", sources=frozenset({"mended"}), target="closed", needs=Perm.INSPECTION_DO
    ),
    mend_again=Step(
        label="复查不通过",
        sources=frozenset({"mended"}),
        target="rectifying",
        needs=Perm.INSPECTION_DO,
        wants_note=True,
    ),
)


class Finding(models.Model):
    """Something that was not as it should be, by when it is put right, and the proof that it was."""

    PERSONAL = frozenset()

    inspection = models.ForeignKey(
        Inspection, models.CASCADE, verbose_name="监督检查", related_name="findings"
    )
    item = models.CharField("检查项", max_length=30)
    text = models.CharField("问题", max_length=300)
    rectify_until = models.DateField("整改期限")
    mending = models.CharField("整改情况", max_length=500, blank=True)
    proof = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="整改证明", related_name="+"
    )
    mended_at = models.DateTimeField("整改时间", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(
        "已提醒", default=0, editable=False, help_text="1：期限前；2：逾期后。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查发现"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="finding_reminded_twice_at_most", condition=Q(reminders__lte=2)),
            models.UniqueConstraint(name="finding_once_per_item", fields=["inspection", "item"]),
            models.CheckConstraint(
                name="finding_mended_with_words_and_proof",
                condition=Q(mended_at=None) | ~Q(mending="") & Q(proof__isnull=False),
                violation_error_message="整改须写明情况并附证明。",
            ),
        ]

    def __str__(self):
        return f"{self.item}：{self.text}"


class SelfCheck(Scoped):
    """A unit's or a subdistrict office's own look at itself in one year."""

    PERSONAL = frozenset()

    checklist = models.ForeignKey(Checklist, models.PROTECT, verbose_name="检查表", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    answers = models.JSONField("自查结果", default=dict, blank=True, help_text="检查项 → good、poor 或 none")
    summary = models.TextField("自查说明", max_length=2000, blank=True)
    submitted_at = models.DateTimeField("提交时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度自查"
        constraints = [
            models.UniqueConstraint(
                name="self_check_once_per_organization_and_year",
                fields=["organization", "year"],
                violation_error_message="本单位本年度已提交自查。",
            ),
            models.CheckConstraint(
                name="self_check_of_an_organization",
                condition=Q(organization__isnull=False),
                violation_error_message="自查必须属于一家单位。",
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.year}年度自查"

    def get_absolute_url(self):
        return reverse("supervision_desk:self_check", args=[self.pk])


class HelpQuestion(Scoped):
    """A question from a unit or a district; an answer that helps others becomes a guidance page."""

    PERSONAL = frozenset()

    class Topic(models.TextChoices):
        TITLES = "titles", "认定与考核"
        RETURNS = "returns", "统计填报"
        CENSUS = "census", "资源普查"
        EVENTS = "events", "活动与预约"
        CREDITS = "credits", "科普学分"
        OTHER = "other", "其他"

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    topic = models.CharField("类别", max_length=10, choices=Topic, default=Topic.OTHER)
    subject = models.CharField("问题", max_length=120)
    text = models.TextField("详细说明", max_length=2000, blank=True)
    answer = models.TextField("答复", max_length=4000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="答复人", related_name="+", editable=False
    )
    is_guidance = models.BooleanField("公开为办事指南", default=False)
    guidance_title = models.CharField("指南标题", max_length=120, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "咨询"
        constraints = [
            models.CheckConstraint(
                name="question_answered_with_words",
                condition=Q(answered_at=None) | ~Q(answer=""),
                violation_error_message="请填写答复。",
            ),
            models.CheckConstraint(
                name="guidance_is_an_answer",
                condition=Q(is_guidance=False) | Q(answered_at__isnull=False) & ~Q(guidance_title=""),
                violation_error_message="只有已答复、写明指南标题的咨询可以公开。",
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("supervision_desk:question", args=[self.pk])

    def get_public_url(self):
        return reverse("guidance:page", args=[self.pk])
