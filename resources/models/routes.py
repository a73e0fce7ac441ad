"""Routes: several places in a row that make a day out."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.kinds import Audience
from resources.models.registry import Resource, labels_of, new_code


class Season(models.TextChoices):
    SPRING = "spring", "春"
    SUMMER = "summer", "夏"
    AUTUMN = "autumn", "秋"
    WINTER = "winter", "冬"


class Travel(models.TextChoices):
    """How one gets from a stop to the next."""

    WALK = "walk", "步行"
    METRO = "metro", "地铁"
    BUS = "bus", "公交"
    CYCLE = "cycle", "骑行"
    CAR = "car", "驾车"


class RouteQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(status=Route.Status.PUBLISHED)


class Route(Scoped):
    """An outing of ordered stops, built at the desk or proposed by anybody and published by staff."""

    PERSONAL = frozenset({"proposer"})

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审核"
        PUBLISHED = "published", "已发布"
        RETURNED = "returned", "未采用"
        ARCHIVED = "archived", "已下线"

    code = models.CharField("线路编号", max_length=12, unique=True, default=new_code, editable=False)
    title = models.CharField("线路名称", max_length=80)
    summary = models.CharField("一句话介绍", max_length=200)
    description = models.TextField("行程提示", max_length=3000, blank=True)
    seasons = ArrayField(
        models.CharField("季节", max_length=6, choices=Season),
        verbose_name="适合季节",
        default=list,
        blank=True,
    )
    audiences = ArrayField(
        models.CharField("人群", max_length=20, choices=Audience),
        verbose_name="适合人群",
        default=list,
        blank=True,
    )
    ages_from = models.PositiveSmallIntegerField(
        "适合年龄自（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    ages_to = models.PositiveSmallIntegerField(
        "适合年龄至（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    is_proposed = models.BooleanField("公众推荐", default=False, editable=False)
    proposer = models.CharField("推荐人（称呼）", max_length=20, blank=True, help_text="可写昵称，不公开。")
    source = models.CharField("资料来源", max_length=200, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普线路"
        indexes = [models.Index(fields=["status", "-id"], name="route_by_status")]
        constraints = [
            models.CheckConstraint(
                name="route_has_a_title", condition=~Q(title=""), violation_error_message="请填写线路名称。"
            ),
            models.CheckConstraint(
                name="route_published_has_its_time",
                condition=~Q(status="published") | Q(published_at__isnull=False),
                violation_error_message="已发布的线路必须有发布时间。",
            ),
            models.CheckConstraint(
                name="route_seasons_are_known",
                condition=Q(seasons__contained_by=Season.values),
                violation_error_message="季节只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="route_audiences_are_known",
                condition=Q(audiences__contained_by=Audience.values),
                violation_error_message="适合人群只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="route_ages_in_order",
                condition=Q(ages_from=None) | Q(ages_to=None) | Q(ages_to__gte=F("ages_from")),
                violation_error_message="年龄上限不能小于下限。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("routes:detail", args=[self.code])

    def get_desk_url(self):
        return reverse("routes_desk:detail", args=[self.pk])

    @property
    def season_names(self) -> str:
        return labels_of(Season, self.seasons) or "四季"

    @property
    def audience_names(self) -> str:
        return labels_of(Audience, self.audiences)

    @property
    def ages(self) -> str:
        return Resource(ages_from=self.ages_from, ages_to=self.ages_to).ages

    @property
    def minutes(self) -> int:
        """Staying and travelling, all stops together; they must be loaded."""
        stops = list(self.stops.all())
        return sum(stop.stay_minutes for stop in stops) + sum(stop.travel_minutes or 0 for stop in stops[:-1])


class RouteStop(models.Model):
    """One stop of a route, and the way from it to the next."""

    PERSONAL = frozenset()

    route = models.ForeignKey(Route, models.CASCADE, verbose_name="线路", related_name="stops")
    position = models.PositiveSmallIntegerField("次序")
    resource = models.ForeignKey(Resource, models.PROTECT, verbose_name="地点", related_name="route_stops")
    stay_minutes = models.PositiveSmallIntegerField(
        "停留（分钟）", validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    note = models.CharField("看点", max_length=200, blank=True)
    travel = models.CharField("到下一站", max_length=6, choices=Travel, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(
        "路上（分钟）", null=True, blank=True, validators=[MaxValueValidator(300)]
    )

    class Meta:
        verbose_name = verbose_name_plural = "线路站点"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="route_stop_once_per_position",
                fields=["route", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="route_stop_says_how_and_how_long",
                condition=Q(travel="", travel_minutes=None)
                | (~Q(travel="") & Q(travel_minutes__isnull=False)),
                violation_error_message="到下一站的方式和时间应同时填写。",
            ),
            models.CheckConstraint(
                name="route_stop_takes_time",
                condition=Q(stay_minutes__range=(5, 600)),
                violation_error_message="停留时间应在 5 至 600 分钟之间。",
            ),
        ]

    def __str__(self):
        return f"{self.position} {self.resource}"


ROUTE_REVIEW = Workflow(
    submit=Step(
        label="提交审核",
        sources=frozenset({Route.Status.DRAFT, Route.Status.RETURNED}),
        target=Route.Status.SUBMITTED,
        needs=Perm.RESOURCE_EDIT,
        stamp="submitted_at",
    ),
    publish=Step(
        label="发布",
        sources=frozenset({Route.Status.SUBMITTED}),
        target=Route.Status.PUBLISHED,
        needs=Perm.RESOURCE_REVIEW,
        stamp="published_at",
    ),
    send_back=Step(
        label="不采用",
        sources=frozenset({Route.Status.SUBMITTED}),
        target=Route.Status.RETURNED,
        needs=Perm.RESOURCE_REVIEW,
        wants_note=True,
    ),
    archive=Step(
        label="下线",
        sources=frozenset({Route.Status.PUBLISHED, Route.Status.RETURNED, Route.Status.DRAFT}),
        target=Route.Status.ARCHIVED,
        needs=Perm.RESOURCE_REVIEW,
        wants_note=True,
    ),
    restore=Step(
        label="恢复为草稿",
        sources=frozenset({Route.Status.ARCHIVED}),
        target=Route.Status.DRAFT,
        needs=Perm.RESOURCE_REVIEW,
    ),
)
