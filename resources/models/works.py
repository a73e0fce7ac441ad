"""Works: calls with rules and money, applications to them, and how reviewers see and mark them."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.assets import SourceAsset
from resources.models.kinds import Audience, ResourceKind, Topic
from resources.models.needs import Need
from resources.models.registry import labels_of, new_code

LONG_POST = 4  # characters; shorter ones (导演, 策划) tell of a trade, not of a unit


def money(label: str, **options) -> models.DecimalField:
    """An amount in yuan."""
    return models.DecimalField(f"{label}（元）", max_digits=12, decimal_places=2, **options)


class WorkCallQuerySet(ScopedQuerySet):
    def public(self):
        """What everybody may read: announced, running, done."""
        return self.filter(status__in=[WorkCall.Status.PUBLISHED, WorkCall.Status.FINISHED])

    def open(self, at):
        return self.filter(status=WorkCall.Status.PUBLISHED, opens_at__lte=at, closes_at__gt=at)


class WorkCall(Scoped):
    """A call for works: what is wanted, for whom, until when, with how much money.

    Basis: 深圳市科协科普工作“十四五”规划 四（二）: 制定科普作品出版计划，为优秀作品创作、产品研发提供支持.
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        FINISHED = "closed", "已办结"
        CANCELLED = "cancelled", "已取消"

    code = models.CharField("征集编号", max_length=12, unique=True, default=new_code, editable=False)
    title = models.CharField("征集名称", max_length=120)
    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    summary = models.CharField("一句话说明", max_length=200)
    rules = models.TextField("征集办法", max_length=10_000, help_text="申报条件、要求、知识产权等。")
    kinds = ArrayField(
        models.CharField("作品类型", max_length=30), verbose_name="征集的作品类型", default=list
    )
    topics = models.ManyToManyField(Topic, verbose_name="科普主题", blank=True, related_name="+")
    audiences = ArrayField(
        models.CharField("人群", max_length=20, choices=Audience), verbose_name="面向人群", default=list
    )
    need = models.ForeignKey(
        Need,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="回应的需求",
        related_name="work_calls",
    )
    opens_at = models.DateTimeField("开始申报")
    closes_at = models.DateTimeField("申报截止", help_text="以平台收到的时间为准。")
    budget_yuan = money("支持经费总额")
    most_yuan = money("每项最高")
    bound_yuan = money("已占用经费", default=0, editable=False)
    review_days = models.PositiveSmallIntegerField(
        "评审期限（天）", default=10, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    spread_limit = models.DecimalField(
        "两份评审相差超过多少分须第三份评审",
        max_digits=5,
        decimal_places=2,
        default=Decimal(20),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = WorkCallQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作品征集"
        indexes = [models.Index(fields=["status", "-closes_at"], name="work_call_by_status")]
        constraints = [
            models.CheckConstraint(
                name="work_call_has_a_title",
                condition=~Q(title=""),
                violation_error_message="请填写征集名称。",
            ),
            models.CheckConstraint(
                name="work_call_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message="申报截止应晚于开始申报。",
            ),
            models.CheckConstraint(
                name="work_call_within_its_budget",
                condition=Q(bound_yuan__gte=0, bound_yuan__lte=F("budget_yuan")),
                violation_error_message="支持经费不能超过征集的经费总额。",
            ),
            models.CheckConstraint(
                name="work_call_most_within_budget",
                condition=Q(most_yuan__gt=0, most_yuan__lte=F("budget_yuan")),
                violation_error_message="每项最高应大于 0，且不超过经费总额。",
            ),
            models.CheckConstraint(
                name="work_call_published_has_its_time",
                condition=Q(status__in=["draft", "cancelled"]) | Q(published_at__isnull=False),
                violation_error_message="已发布的征集必须有发布时间。",
            ),
            models.CheckConstraint(
                name="work_call_audiences_are_known",
                condition=Q(audiences__contained_by=Audience.values),
                violation_error_message="面向人群只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="work_call_spread_is_of_a_hundred",
                condition=Q(spread_limit__range=(0, 100)),
                violation_error_message="相差分数应在 0 至 100 之间。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("works:call", args=[self.code])

    def get_desk_url(self):
        return reverse("works_desk:call", args=[self.pk])

    @property
    def audience_names(self) -> str:
        return labels_of(Audience, self.audiences)

    @property
    def free_yuan(self) -> Decimal:
        """What may still be granted."""
        return self.budget_yuan - self.bound_yuan

    def is_open(self, at) -> bool:
        return self.status == self.Status.PUBLISHED and self.opens_at <= at < self.closes_at

    def state(self, at) -> tuple[str, str]:
        """Code and words of where it stands at a moment."""
        if self.status != self.Status.PUBLISHED:
            return self.status, self.get_status_display()
        if at < self.opens_at:
            return "planned", "即将开始"
        return ("open", "申报中") if at < self.closes_at else ("review", "评审中")


CALL_FLOW = Workflow(
    publish=Step(
        label="发布征集",
        sources=frozenset({WorkCall.Status.DRAFT}),
        target=WorkCall.Status.PUBLISHED,
        needs=Perm.WORK_MANAGE,
        stamp="published_at",
    ),
    finish=Step(
        label="办结征集",
        sources=frozenset({WorkCall.Status.PUBLISHED}),
        target=WorkCall.Status.FINISHED,
        needs=Perm.WORK_MANAGE,
    ),
    cancel=Step(
        label="取消征集",
        sources=frozenset({WorkCall.Status.DRAFT, WorkCall.Status.PUBLISHED}),
        target=WorkCall.Status.CANCELLED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
)


class WorkCriterion(models.Model):
    """What reviewers look at, with its share of the score."""

    PERSONAL = frozenset()

    call = models.ForeignKey(WorkCall, models.CASCADE, verbose_name="征集", related_name="criteria")
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("评审标准", max_length=60)
    weight = models.PositiveSmallIntegerField("权重（%）")

    class Meta:
        verbose_name = verbose_name_plural = "评审标准"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="work_criterion_once_per_name",
                fields=["call", "name"],
                violation_error_message="评审标准不能重名。",
            ),
            models.CheckConstraint(
                name="work_criterion_weight_is_a_share",
                condition=Q(weight__range=(1, 100)),
                violation_error_message="权重应在 1 至 100 之间。",
            ),
        ]

    def __str__(self):
        return self.name


class WorkRung(models.Model):
    """One rung of a criterion's ladder: so many points, and what must be true for them."""

    PERSONAL = frozenset()

    criterion = models.ForeignKey(
        WorkCriterion, models.CASCADE, verbose_name="评审标准", related_name="rungs"
    )
    points = models.PositiveSmallIntegerField("分值（百分制）")
    words = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "评分档"
        ordering = ["-points"]
        constraints = [
            models.UniqueConstraint(
                name="work_rung_once_per_points",
                fields=["criterion", "points"],
                violation_error_message="同一标准的评分档不能同分。",
            ),
            models.UniqueConstraint(name="work_rung_of_its_criterion", fields=["id", "criterion"]),
            models.CheckConstraint(
                name="work_rung_is_of_a_hundred",
                condition=Q(points__range=(0, 100)),
                violation_error_message="分值应在 0 至 100 之间。",
            ),
        ]

    def __str__(self):
        return f"{self.points} 分：{self.words}"


# --- Applications ---------------------------------------------------------------------------------


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


# --- Review ---------------------------------------------------------------------------------------


class ReviewerInterest(models.Model):
    """A unit an expert says they cannot judge: work, kinship, money."""

    PERSONAL = frozenset({"reason"})

    reviewer = models.ForeignKey(User, models.CASCADE, verbose_name="专家", related_name="declared_interests")
    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name="回避单位", related_name="+")
    reason = models.CharField("回避原因", max_length=200)
    declared_at = models.DateTimeField("申明时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "利益申明"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="reviewer_interest_once_per_unit",
                fields=["reviewer", "organization"],
                violation_error_message="您已申明回避该单位。",
            )
        ]

    def __str__(self):
        return f"{self.reviewer_id} → {self.organization_id}"


class WorkReviewQuerySet(models.QuerySet):
    def standing(self):
        """Not given up: waiting or done."""
        return self.filter(status__in=[WorkReview.Status.ASSIGNED, WorkReview.Status.SUBMITTED])

    def of(self, user):
        """What a reviewer may open."""
        return self.standing().filter(reviewer=user)

    def waiting(self):
        return self.filter(
            status=WorkReview.Status.ASSIGNED, application__status=WorkApplication.Status.REVIEW
        )


class WorkReview(models.Model):
    """One expert's judgement of one application. The database keeps out whoever belongs to the applicant."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        ASSIGNED = "assigned", "待评审"
        SUBMITTED = "done", "已提交"
        RECUSED = "withdrawn", "已回避"
        REPLACED = "cancelled", "已撤换"

    application = models.ForeignKey(
        WorkApplication, models.CASCADE, verbose_name="申报", related_name="reviews"
    )
    reviewer = models.ForeignKey(User, models.PROTECT, verbose_name="评审专家", related_name="work_reviews")
    seat = models.PositiveSmallIntegerField("席位")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.ASSIGNED, editable=False)
    assigned_by = models.ForeignKey(User, models.PROTECT, verbose_name="分派人", related_name="+")
    assigned_at = models.DateTimeField("分派时间", default=timezone.now, editable=False)
    due_on = models.DateField("评审期限")
    opinion = models.TextField("评审意见", max_length=2000, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    reminded_on = models.DateField("最近提醒", null=True, blank=True, editable=False)

    objects = WorkReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作品评审"
        ordering = ["seat", "pk"]
        indexes = [models.Index(fields=["reviewer", "status", "due_on"], name="work_review_by_reviewer")]
        constraints = [
            models.UniqueConstraint(
                name="work_review_once_per_expert",
                fields=["application", "reviewer"],
                violation_error_message="同一专家不能两次评审同一申报。",
            ),
            models.UniqueConstraint(
                name="work_review_one_per_seat",
                fields=["application", "seat"],
                condition=Q(status__in=["assigned", "done"]),
                violation_error_message="这个席位已有专家。",
            ),
            models.CheckConstraint(
                name="work_review_two_seats_and_a_third",
                condition=Q(seat__range=(1, 3)),
                violation_error_message="每项申报最多三份评审。",
            ),
            models.CheckConstraint(
                name="work_review_done_is_whole",
                condition=~Q(status="done")
                | Q(submitted_at__isnull=False, score__range=(0, 100)) & ~Q(opinion=""),
                violation_error_message="提交评审须逐项打分并写明意见。",
            ),
        ]

    def __str__(self):
        return f"评审 {self.pk}"

    @property
    def region(self):
        return self.application.region

    @property
    def organization_id(self):
        return self.application.organization_id

    def get_desk_url(self):
        return reverse("work_reviews:review", args=[self.pk])


REVIEW_FLOW = Workflow(
    hand_in=Step(
        label="提交评审",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.SUBMITTED,
        needs=Perm.WORK_REVIEW,
        stamp="submitted_at",
    ),
    recuse=Step(
        label="申请回避",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.RECUSED,
        needs=Perm.WORK_REVIEW,
        wants_note=True,
    ),
    replace=Step(
        label="撤换专家",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.REPLACED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
)


class WorkScore(models.Model):
    """The rung a reviewer chose under one criterion; the database takes rungs of that criterion alone."""

    PERSONAL = frozenset()

    review = models.ForeignKey(WorkReview, models.CASCADE, verbose_name="评审", related_name="scores")
    criterion = models.ForeignKey(WorkCriterion, models.PROTECT, verbose_name="评审标准", related_name="+")
    rung = models.ForeignKey(WorkRung, models.PROTECT, verbose_name="评分档", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "评审打分"
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(
                name="work_score_once_per_criterion",
                fields=["review", "criterion"],
                violation_error_message="每项标准只打一次分。",
            )
        ]

    def __str__(self):
        return f"{self.criterion_id}: {self.rung_id}"
