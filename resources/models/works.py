"""Applications for support of a work: what is planned, for how much, with which files."""

import uuid
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.assets import SourceAsset
from resources.models.kinds import ResourceKind
from resources.models.registry import new_code
from resources.models.work_calls import WorkCall, money

LONG_POST = 4  # characters; shorter ones (导演, 策划) tell of a trade, not of a unit


class WorkApplicationQuerySet(ScopedQuerySet):
    def at_desk(self, user):
        """Everything of one's own unit; for staff, what was handed in."""
        own = self.for_user(user, Perm.WORK_APPLY)
        return own | self.for_user(user, Perm.WORK_MANAGE).exclude(status=WorkApplication.Status.DRAFT)

    def handed_in(self):
        return self.exclude(status__in=[WorkApplication.Status.DRAFT, WorkApplication.Status.WITHDRAWN])


class WorkApplication(Scoped):
    """What a unit, or a person through it, asks support for. `code` is what reviewers know it by."""

    PERSONAL = frozenset({"person", "people", "contact", "contact_phone"})

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已申报"
        WITHDRAWN = "withdrawn", "已撤回"
        REVIEW = "review", "评审中"
        SUPPORTED = "recommended", "予以支持"
        DECLINED = "refused", "不予支持"

    key = models.UUIDField("提交凭据", unique=True, default=uuid.uuid4, editable=False)
    code = models.CharField("申报编号", max_length=12, unique=True, default=new_code, editable=False)
    call = models.ForeignKey(WorkCall, models.PROTECT, verbose_name="征集", related_name="applications")
    person = models.CharField(
        "个人申报人", max_length=30, blank=True, help_text="个人通过单位申报时填写姓名。"
    )
    title = models.CharField("作品名称", max_length=120, blank=True)
    kind = models.ForeignKey(
        ResourceKind, models.PROTECT, null=True, blank=True, verbose_name="作品类型", related_name="+"
    )
    abstract = models.TextField("作品简介", max_length=1000, blank=True)
    plan = models.TextField("创作方案", max_length=5000, blank=True)
    people = models.TextField(
        "团队成员", max_length=2000, blank=True, help_text="每行一人：姓名，单位职务，分工。评审专家看不到。"
    )
    schedule = models.TextField("进度安排", max_length=2000, blank=True)
    asset = models.ForeignKey(
        SourceAsset,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="关联的科技资源",
        related_name="applications",
    )
    requested_yuan = money("申请经费", null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))])
    contact = models.CharField("联系人", max_length=30, blank=True)
    contact_phone = models.CharField("联系人电话", max_length=30, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("申报时间", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="决定人",
        related_name="+",
        editable=False,
    )
    reason = models.CharField("决定理由", max_length=500, blank=True, editable=False)
    score = models.DecimalField(
        "评审得分", max_digits=5, decimal_places=2, null=True, blank=True, editable=False
    )
    decided_yuan = money("批准经费", null=True, blank=True, editable=False)
    bound_yuan = money("占用经费", default=0, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    updated_at = models.DateTimeField("更新时间", default=timezone.now, editable=False)

    objects = WorkApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作品申报"
        indexes = [
            models.Index(fields=["call", "status", "-id"], name="work_application_by_call"),
            models.Index(fields=["organization", "-id"], name="work_application_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                name="work_application_has_a_unit",
                condition=Q(organization__isnull=False),
                violation_error_message="请选择申报单位。",
            ),
            models.CheckConstraint(
                name="work_application_handed_in_is_whole",
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, requested_yuan__gt=0, kind__isnull=False)
                & ~Q(title="")
                & ~Q(abstract="")
                & ~Q(plan=""),
                violation_error_message="申报前请填写作品名称、类型、简介、创作方案和申请经费。",
            ),
            models.CheckConstraint(
                name="work_application_decided_with_reason",
                condition=~Q(status__in=["recommended", "refused"])
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason=""),
                violation_error_message="决定须写明理由。",
            ),
            models.CheckConstraint(
                name="work_application_supported_with_money",
                condition=~Q(status="recommended") | Q(decided_yuan__gt=0),
                violation_error_message="予以支持须写明经费。",
            ),
            models.CheckConstraint(
                name="work_application_binds_money_once_supported",
                condition=Q(bound_yuan=0) | Q(bound_yuan__gt=0, status__in=["review", "recommended"]),
                violation_error_message="只有予以支持的申报占用经费。",
            ),
        ]

    def __str__(self):
        return self.title or f"未命名作品（{self.code}）"

    def get_desk_url(self):
        return reverse("works_desk:application", args=[self.pk])

    @property
    def applicant_words(self) -> list[str]:
        """Everything by which a reader would know who applies; unit and lines must be loaded."""
        unit = self.organization
        rows = [row.replace(",", "，").split("，") for row in self.people.splitlines()]
        names = [row[0] for row in rows]
        posts = [row[1] for row in rows if len(row) > 1 and len(row[1].strip()) >= LONG_POST]
        return [
            unit.name,
            unit.short_name,
            unit.name.removesuffix("（示例）"),
            unit.credit_code,
            unit.contact,
            unit.phone,
            self.person,
            self.contact,
            self.contact_phone,
            *names,
            *posts,
        ]


APPLICATION_FLOW = Workflow(
    submit=Step(
        label="提交申报",
        sources=frozenset({WorkApplication.Status.DRAFT}),
        target=WorkApplication.Status.SUBMITTED,
        needs=Perm.WORK_APPLY,
        stamp="submitted_at",
    ),
    take_back=Step(
        label="取回修改",
        sources=frozenset({WorkApplication.Status.SUBMITTED}),
        target=WorkApplication.Status.DRAFT,
        needs=Perm.WORK_APPLY,
    ),
    withdraw=Step(
        label="撤回申报",
        sources=frozenset({WorkApplication.Status.DRAFT, WorkApplication.Status.SUBMITTED}),
        target=WorkApplication.Status.WITHDRAWN,
        needs=Perm.WORK_APPLY,
    ),
    assign=Step(
        label="分派评审",
        sources=frozenset({WorkApplication.Status.SUBMITTED}),
        target=WorkApplication.Status.REVIEW,
        needs=Perm.WORK_MANAGE,
    ),
    support=Step(
        label="予以支持",
        sources=frozenset({WorkApplication.Status.REVIEW}),
        target=WorkApplication.Status.SUPPORTED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
    decline=Step(
        label="不予支持",
        sources=frozenset({WorkApplication.Status.SUBMITTED, WorkApplication.Status.REVIEW}),
        target=WorkApplication.Status.DECLINED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
)


class WorkBudgetLine(models.Model):
    """One line of what the money is for. Frozen once the application is handed in."""

    PERSONAL = frozenset()

    application = models.ForeignKey(
        WorkApplication, models.CASCADE, verbose_name="申报", related_name="budget_lines"
    )
    position = models.PositiveSmallIntegerField("次序")
    item = models.CharField("支出项目", max_length=60)
    amount_yuan = money("金额")

    class Meta:
        verbose_name = verbose_name_plural = "经费预算"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="work_budget_line_costs_something",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="金额应大于 0。",
            )
        ]

    def __str__(self):
        return f"{self.item} {self.amount_yuan}"


class WorkFile(models.Model):
    """An attachment of an application. Reviewers get it only where it is said to name nobody."""

    PERSONAL = frozenset()

    application = models.ForeignKey(
        WorkApplication, models.CASCADE, verbose_name="申报", related_name="files"
    )
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="附件", related_name="+")
    title = models.CharField("附件说明", max_length=80)
    is_blind = models.BooleanField(
        "可供评审",
        default=False,
        help_text="文件内已隐去单位和人员名称，评审专家可以下载；不勾选的，专家看不到。",
    )

    class Meta:
        verbose_name = verbose_name_plural = "申报附件"
        ordering = ["pk"]

    def __str__(self):
        return self.title
