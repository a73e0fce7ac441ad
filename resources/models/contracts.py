"""What follows a decision: contract, milestones, instalments, amendments, and how the work was received."""

from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from portal.accounts import User
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.registry import Resource
from resources.models.work_calls import money
from resources.models.works import WorkApplication


class WorkContract(models.Model):
    """What was agreed about a supported work. Its instalments always add up to its amount."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        RUNNING = "running", "履行中"
        ACCEPTED = "accepted", "已验收"
        TERMINATED = "revoked", "已终止"

    application = models.OneToOneField(
        WorkApplication, models.PROTECT, verbose_name="申报", related_name="contract"
    )
    number = models.CharField("合同编号", max_length=40, unique=True)
    amount_yuan = money("合同金额")
    signed_on = models.DateField("签订日期")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("完成日期")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.RUNNING, editable=False)
    accepted_at = models.DateTimeField("验收时间", null=True, blank=True, editable=False)
    terminated_at = models.DateTimeField("终止时间", null=True, blank=True, editable=False)
    closing_note = models.CharField("验收或终止说明", max_length=500, blank=True, editable=False)
    clawback_yuan = money("追回金额", null=True, blank=True, editable=False)
    resource = models.OneToOneField(
        Resource,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="成果资源",
        related_name="work_contract",
        editable=False,
    )
    made_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "作品合同"
        constraints = [
            models.CheckConstraint(
                name="work_contract_is_about_money",
                condition=Q(amount_yuan__gt=0) & ~Q(number=""),
                violation_error_message="请填写合同编号和金额。",
            ),
            models.CheckConstraint(
                name="work_contract_days_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="完成日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="work_contract_accepted_has_its_time",
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False, clawback_yuan=None),
                violation_error_message="已验收的合同必须有验收时间。",
            ),
            models.CheckConstraint(
                name="work_contract_terminated_with_its_words",
                condition=~Q(status="revoked")
                | Q(terminated_at__isnull=False, clawback_yuan__gte=0) & ~Q(closing_note=""),
                violation_error_message="终止合同须写明理由和追回金额。",
            ),
            models.CheckConstraint(
                name="work_contract_resource_after_acceptance",
                condition=Q(resource=None) | Q(status="accepted"),
                violation_error_message="验收后才能转为科普资源。",
            ),
        ]

    def __str__(self):
        return f"合同 {self.number}"

    @property
    def region(self):
        return self.application.region

    @property
    def organization(self):
        return self.application.organization

    @property
    def organization_id(self):
        return self.application.organization_id

    def get_desk_url(self):
        return reverse("works_desk:contract", args=[self.application_id])


CONTRACT_FLOW = Workflow(
    accept=Step(
        label="通过验收",
        sources=frozenset({WorkContract.Status.RUNNING}),
        target=WorkContract.Status.ACCEPTED,
        needs=Perm.WORK_MANAGE,
        stamp="accepted_at",
    ),
    terminate=Step(
        label="终止合同",
        sources=frozenset({WorkContract.Status.RUNNING}),
        target=WorkContract.Status.TERMINATED,
        needs=Perm.WORK_MANAGE,
        stamp="terminated_at",
        wants_note=True,
    ),
)


class WorkMilestoneQuerySet(models.QuerySet):
    def owed(self):
        """To be delivered by the unit, under a contract that runs."""
        return self.filter(
            status__in=[WorkMilestone.Status.OPEN, WorkMilestone.Status.RETURNED],
            contract__status=WorkContract.Status.RUNNING,
        )

    def overdue(self, on):
        return self.owed().filter(due_on__lt=on)

    def delivered(self):
        return self.filter(
            status=WorkMilestone.Status.DELIVERED, contract__status=WorkContract.Status.RUNNING
        )


class WorkMilestone(models.Model):
    """Something to be shown by a day; an instalment may hang on it."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        OPEN = "ongoing", "进行中"
        DELIVERED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"

    contract = models.ForeignKey(WorkContract, models.CASCADE, verbose_name="合同", related_name="milestones")
    position = models.PositiveSmallIntegerField("次序")
    title = models.CharField("节点", max_length=80)
    due_on = models.DateField("期限")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.OPEN, editable=False)
    proof = models.CharField("完成情况", max_length=500, blank=True, editable=False)
    delivered_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True, editable=False)
    reminded_on = models.DateField("最近提醒", null=True, blank=True, editable=False)

    objects = WorkMilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "合同节点"
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["due_on", "id"], name="work_milestone_by_day")]
        constraints = [
            models.CheckConstraint(
                name="work_milestone_delivered_with_words",
                condition=~Q(status__in=["submitted", "accepted"])
                | Q(delivered_at__isnull=False) & ~Q(proof=""),
                violation_error_message="提交节点须写明完成情况。",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def region(self):
        return self.contract.region

    @property
    def organization_id(self):
        return self.contract.organization_id

    def state(self, on) -> tuple[str, str]:
        """Code and words of where it stands on a day."""
        is_owed = self.status in (self.Status.OPEN, self.Status.RETURNED)
        if is_owed and self.due_on < on and self.contract.status == WorkContract.Status.RUNNING:
            return "overdue", "已逾期"
        return self.status, self.get_status_display()


MILESTONE_FLOW = Workflow(
    deliver=Step(
        label="提交节点",
        sources=frozenset({WorkMilestone.Status.OPEN, WorkMilestone.Status.RETURNED}),
        target=WorkMilestone.Status.DELIVERED,
        needs=Perm.WORK_APPLY,
        stamp="delivered_at",
    ),
    approve=Step(
        label="通过节点",
        sources=frozenset({WorkMilestone.Status.DELIVERED}),
        target=WorkMilestone.Status.ACCEPTED,
        needs=Perm.WORK_MANAGE,
        stamp="accepted_at",
    ),
    send_back=Step(
        label="退回节点",
        sources=frozenset({WorkMilestone.Status.DELIVERED}),
        target=WorkMilestone.Status.RETURNED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
    reopen=Step(
        label="退回重做",
        sources=frozenset({WorkMilestone.Status.ACCEPTED}),
        target=WorkMilestone.Status.RETURNED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
)


class MilestoneProof(models.Model):
    """A file that shows what was done."""

    PERSONAL = frozenset()

    milestone = models.ForeignKey(WorkMilestone, models.CASCADE, verbose_name="节点", related_name="proofs")
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="附件", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "节点证明材料"
        ordering = ["pk"]

    def __str__(self):
        return f"材料 {self.pk}"


class WorkInstalment(models.Model):
    """Money paid once a milestone is accepted. All of a contract add up to its amount."""

    PERSONAL = frozenset()

    milestone = models.OneToOneField(
        WorkMilestone, models.CASCADE, verbose_name="节点", related_name="instalment"
    )
    amount_yuan = money("金额")
    paid_on = models.DateField("拨付日期", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "分期拨付"
        constraints = [
            models.CheckConstraint(
                name="work_instalment_is_money",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="拨付金额应大于 0。",
            )
        ]

    def __str__(self):
        return f"{self.amount_yuan}"


class WorkAmendment(models.Model):
    """A change of what was agreed: what it was, what it became, why. Written once."""

    PERSONAL = frozenset()

    contract = models.ForeignKey(WorkContract, models.CASCADE, verbose_name="合同", related_name="amendments")
    number = models.PositiveSmallIntegerField("次序")
    reason = models.CharField("变更原因", max_length=300)
    before = models.JSONField("变更前")
    after = models.JSONField("变更后")
    made_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    made_at = models.DateTimeField("登记时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "合同变更"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="work_amendment_once_per_number", fields=["contract", "number"]),
            models.CheckConstraint(
                name="work_amendment_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message="请写明变更原因。",
            ),
        ]

    def __str__(self):
        return f"变更 {self.number}"


class WorkAttention(models.Model):
    """How often a resource was viewed and shared in a period, as a named source counted it; never estimated.

    Basis: 深圳市科协科普工作“十四五”规划 名词解释 6: 以公众关注度作为项目精准评估的标准.
    """

    PERSONAL = frozenset()

    resource = models.ForeignKey(Resource, models.PROTECT, verbose_name="科普资源", related_name="attention")
    starts_on = models.DateField("统计起始")
    ends_on = models.DateField("统计截止", help_text="含当日。")
    views = models.PositiveBigIntegerField(
        "浏览量（次）", null=True, blank=True, validators=[MaxValueValidator(10**12)]
    )
    shares = models.PositiveBigIntegerField(
        "转发量（次）", null=True, blank=True, validators=[MaxValueValidator(10**12)]
    )
    source = models.CharField("数据来源", max_length=100, help_text="平台或统计工具的名称。")
    link = models.URLField(
        "来源网址", max_length=300, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    entered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="录入人", related_name="+", editable=False
    )
    entered_at = models.DateTimeField("录入时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "关注度数据"
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="work_attention_once_per_source_and_period",
                fields=["resource", "source", "starts_on", "ends_on"],
                violation_error_message="该资源同一来源、同一时段的数据已登记。",
            ),
            models.CheckConstraint(
                name="work_attention_days_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="统计截止不能早于统计起始。",
            ),
            models.CheckConstraint(
                name="work_attention_counts_something",
                condition=Q(views__isnull=False) | Q(shares__isnull=False),
                violation_error_message="浏览量和转发量至少填一项。",
            ),
            models.CheckConstraint(
                name="work_attention_has_a_source",
                condition=~Q(source=""),
                violation_error_message="请写明数据来源。",
            ),
        ]

    def __str__(self):
        return f"{self.resource} {self.starts_on}—{self.ends_on}"

    @property
    def region(self):
        return self.resource.region

    @property
    def organization_id(self):
        return self.resource.organization_id
