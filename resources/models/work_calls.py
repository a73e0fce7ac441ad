"""Calls for works: rules, money and the criteria by which experts judge."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.kinds import Audience, Topic
from resources.models.needs import Need
from resources.models.registry import labels_of, new_code


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
