"""Brands with their yearly editions, events with their sessions, and the seats people take."""

import uuid
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.encryption import unseal
from portal.identifiers import mask_mobile, mask_name
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models import Audience, Resource


class Brand(models.Model):
    """An event that comes back every year and has made itself a name: 深圳科普月 …"""

    PERSONAL = frozenset()

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("品牌名称", max_length=60)
    summary = models.CharField("简介", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "品牌活动"

    def __str__(self):
        return self.name


class Edition(models.Model):
    """One year's edition of a brand, under which many events stand."""

    PERSONAL = frozenset()

    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="品牌", related_name="editions")
    year = models.PositiveSmallIntegerField("年份")
    theme = models.CharField("主题", max_length=120, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", help_text="含当日")
    source = models.CharField("资料来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "品牌活动届次"
        constraints = [
            models.UniqueConstraint(name="edition_once_per_brand_and_year", fields=["brand", "year"]),
            models.CheckConstraint(
                name="edition_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.year} {self.brand}"


class EventQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(status=Event.Status.PUBLISHED)

    def shown(self):
        """What has a public page: published ones, and those called off after they were."""
        return self.filter(
            status__in=[Event.Status.PUBLISHED, Event.Status.CANCELLED], published_at__isnull=False
        )


class Event(Scoped):
    """A science outreach event, held in one or more sessions."""

    PERSONAL = frozenset({"contact"})

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审核"
        PUBLISHED = "published", "已发布"
        RETURNED = "returned", "已退回"
        CANCELLED = "cancelled", "已取消"

    class Kind(models.TextChoices):
        LECTURE = "lecture", "科普讲座"
        EXHIBITION = "exhibition", "科普展览"
        COMPETITION = "competition", "科普竞赛"
        EXCHANGE = "exchange", "国际与港澳台交流"
        CLUB = "club", "青少年兴趣小组"
        CAMP = "camp", "科技夏（冬）令营"
        OPEN_DAY = "open_day", "科研机构开放"
        TRAINING = "training", "实用技术培训"
        WORKSHOP = "workshop", "体验工作坊"
        FILM = "film", "科教影视"
        OTHER = "other", "其他活动"

    title = models.CharField("活动名称", max_length=120)
    kind = models.CharField("活动类别", max_length=20, choices=Kind)
    summary = models.TextField("活动介绍", max_length=3000, blank=True)
    resource = models.ForeignKey(
        Resource,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="举办场馆",
        related_name="events",
        help_text="在平台登记的场馆内举办时填写。",
    )
    place = models.CharField("地点", max_length=200, blank=True)
    edition = models.ForeignKey(
        Edition, models.PROTECT, null=True, blank=True, verbose_name="所属品牌届次", related_name="events"
    )
    audiences = ArrayField(
        models.CharField(max_length=12, choices=Audience), verbose_name="适合人群", default=list, blank=True
    )
    is_free = models.BooleanField("免费", default=True)
    fee_note = models.CharField("收费说明", max_length=120, blank=True)
    needs_sign_up = models.BooleanField("需要报名", default=True)
    largest_party = models.PositiveSmallIntegerField("每次报名最多人数", default=5)
    public_phone = models.CharField("咨询电话（公开）", max_length=30, blank=True)
    contact = models.CharField("联系人（内部）", max_length=60, blank=True)
    source = models.CharField("资料来源", max_length=200, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普活动"
        constraints = [
            models.CheckConstraint(
                name="event_published_has_a_time",
                condition=~Q(status="published") | Q(published_at__isnull=False),
                violation_error_message="已发布的活动必须有发布时间。",
            ),
            models.CheckConstraint(
                name="event_party_of_one_to_fifty",
                condition=Q(largest_party__gte=1, largest_party__lte=50),
                violation_error_message="每次报名最多人数应在 1 至 50 之间。",
            ),
            models.CheckConstraint(
                name="event_has_a_place",
                condition=Q(resource__isnull=False) | ~Q(place=""),
                violation_error_message="请选择举办场馆或填写地点。",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="event_by_status"),
            models.Index(fields=["kind"], name="event_by_kind"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:detail", args=[self.pk])

    def get_desk_url(self):
        return reverse("events_desk:detail", args=[self.pk])

    @property
    def is_shown(self) -> bool:
        """Has a public page; see EventQuerySet.shown."""
        return self.status in (self.Status.PUBLISHED, self.Status.CANCELLED) and self.published_at is not None

    @property
    def where(self) -> str:
        return self.resource.title if self.resource_id else self.place

    @property
    def is_competition(self) -> bool:
        return self.kind == self.Kind.COMPETITION

    @property
    def audience_names(self) -> list[str]:
        return [Audience(code).label for code in self.audiences]

    def get_audiences_display(self) -> str:
        return "、".join(self.audience_names)


REVIEW = Workflow(
    submit=Step(
        label="提交审核",
        sources=frozenset({Event.Status.DRAFT, Event.Status.RETURNED}),
        target=Event.Status.SUBMITTED,
        needs=Perm.EVENT_EDIT,
        stamp="submitted_at",
    ),
    publish=Step(
        label="发布",
        sources=frozenset({Event.Status.SUBMITTED}),
        target=Event.Status.PUBLISHED,
        needs=Perm.EVENT_REVIEW,
        stamp="published_at",
    ),
    send_back=Step(
        label="退回修改",
        sources=frozenset({Event.Status.SUBMITTED}),
        target=Event.Status.RETURNED,
        needs=Perm.EVENT_REVIEW,
        wants_note=True,
    ),
    revise=Step(
        label="修改后重新送审",
        sources=frozenset({Event.Status.PUBLISHED}),
        target=Event.Status.SUBMITTED,
        needs=Perm.EVENT_EDIT,
        stamp="submitted_at",
    ),
    cancel=Step(
        label="取消活动",
        sources=frozenset({Event.Status.PUBLISHED, Event.Status.SUBMITTED, Event.Status.RETURNED}),
        target=Event.Status.CANCELLED,
        needs=Perm.EVENT_EDIT,
        wants_note=True,
    ),
)


class SessionQuerySet(models.QuerySet):
    def public(self):
        """Sessions of published events that were not called off."""
        return self.filter(event__status=Event.Status.PUBLISHED, cancelled_at=None)

    def begun_between(self, start: date, end: date):
        """Sessions that begin on or after `start` and before `end`, days in Shenzhen."""
        return self.filter(starts_at__date__gte=start, starts_at__date__lt=end)


class Session(models.Model):
    """One date of an event, with its seats."""

    PERSONAL = frozenset()

    event = models.ForeignKey(Event, models.CASCADE, verbose_name="活动", related_name="sessions")
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    capacity = models.PositiveIntegerField("名额（人）", default=30)
    seats_taken = models.PositiveIntegerField("已报名（人）", default=0, editable=False)
    closes_at = models.DateTimeField("报名截止", null=True, blank=True, help_text="不填为开始时间。")
    attendance = models.PositiveIntegerField("到场人次", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动场次"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="结束时间必须晚于开始时间。",
            ),
            models.CheckConstraint(
                name="session_seats_within_capacity",
                condition=Q(seats_taken__lte=F("capacity")),
                violation_error_message="名额不能少于已报名人数。",
            ),
            models.CheckConstraint(
                name="session_closes_before_it_ends",
                condition=Q(closes_at=None) | Q(closes_at__lte=F("ends_at")),
                violation_error_message="报名截止不能晚于结束时间。",
            ),
            models.UniqueConstraint(
                name="session_once_per_event_and_time",
                fields=["event", "starts_at"],
                violation_error_message="该活动在此时间已有一场。",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="session_by_start")]

    def __str__(self):
        return f"{self.event_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken

    def sign_up_is_open(self, at: datetime) -> bool:
        return self.cancelled_at is None and at < (self.closes_at or self.starts_at)


class SessionMove(models.Model):
    """A session the public knew of got another time or place: where and when it was to be before.

    Those who signed up are told once the change is public; until then it waits for the review.
    """

    PERSONAL = frozenset()

    session = models.ForeignKey(Session, models.CASCADE, verbose_name="场次", related_name="moves")
    starts_at = models.DateTimeField("原开始时间")
    ends_at = models.DateTimeField("原结束时间")
    place = models.CharField("原地点", max_length=200)
    made_at = models.DateTimeField("修改时间")
    announced_at = models.DateTimeField("公布时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "场次变更"
        constraints = [
            models.UniqueConstraint(
                name="move_waits_once_per_session", fields=["session"], condition=Q(announced_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.session_id} {self.starts_at:%Y-%m-%d %H:%M}"


class SignUp(models.Model):
    """A party's seats at one session. Name, mobile and mail are sealed; the mobile's hash finds them."""

    PERSONAL = frozenset({"name_sealed", "mobile_sealed", "mobile_hash", "mail_sealed"})

    uuid = models.UUIDField("唯一标识", default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.PROTECT, verbose_name="场次", related_name="sign_ups")
    name_sealed = models.BinaryField("姓名（加密）", editable=False)
    mobile_sealed = models.BinaryField("手机号（加密）", editable=False)
    mobile_hash = models.BinaryField("手机号（查找用）", editable=False)
    mail_sealed = models.BinaryField("电子邮箱（加密）", null=True, editable=False)
    head_count = models.PositiveSmallIntegerField("人数")
    code = models.CharField("报名码", max_length=8, editable=False)
    made_at = models.DateTimeField("报名时间", auto_now_add=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "报名"
        constraints = [
            models.UniqueConstraint(
                name="sign_up_once_per_session_and_mobile",
                fields=["session", "mobile_hash"],
                condition=Q(cancelled_at=None),
                violation_error_message="该手机号已报名本场。",
            ),
            models.UniqueConstraint(name="sign_up_code_once_per_session", fields=["session", "code"]),
            models.CheckConstraint(name="sign_up_for_somebody", condition=Q(head_count__gte=1)),
        ]

    def __str__(self):
        return f"报名 {self.pk}"

    def _open(self, sealed, field: str) -> str:
        return unseal(bytes(sealed), field=f"sign_up.{field}", owner=self.uuid) if sealed else ""

    @property
    def name_masked(self) -> str:
        return mask_name(self._open(self.name_sealed, "name"))

    @property
    def mobile(self) -> str:
        return self._open(self.mobile_sealed, "mobile")

    @property
    def mobile_masked(self) -> str:
        return mask_mobile(self.mobile)

    @property
    def mail(self) -> str:
        return self._open(self.mail_sealed, "mail")


class CheckIn(models.Model):
    """That somebody with a pass was at a session. Of the pass only a keyed digest is known here: whose it is,
    the floor above may find out for its own children.
    """

    PERSONAL = frozenset({"pass_hash"})

    session = models.ForeignKey(Session, models.PROTECT, verbose_name="场次", related_name="check_ins")
    pass_hash = models.BinaryField("通行证号摘要", max_length=32, editable=False)
    at = models.DateTimeField("签到时间")

    class Meta:
        verbose_name = verbose_name_plural = "通行证签到"
        constraints = [
            models.UniqueConstraint(
                name="check_in_once_per_session_and_pass",
                fields=["session", "pass_hash"],
                violation_error_message="该通行证本场已签到。",
            ),
        ]
        indexes = [models.Index(fields=["pass_hash"], name="check_in_by_pass")]

    def __str__(self):
        return f"通行证签到 {self.pk}"


class AwardLevel(models.TextChoices):
    """Who gave an award."""

    SCHOOL = "school", "校级"
    DISTRICT = "district", "区级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    NATION = "nation", "国家级"


class Award(models.TextChoices):
    """What was won; who took part and won nothing has no level."""

    ENTRY = "entry", "参赛"
    FIRST = "first", "一等奖"
    SECOND = "second", "二等奖"
    THIRD = "third", "三等奖"


class ResultQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at=None)


class Result(models.Model):
    """What somebody with a pass won at a competition, and the certificate. Of the pass only the digest."""

    PERSONAL = frozenset({"pass_hash", "certificate"})

    session = models.ForeignKey(Session, models.PROTECT, verbose_name="场次", related_name="results")
    pass_hash = models.BinaryField("通行证号摘要", max_length=32, editable=False)
    level = models.CharField("等级", max_length=10, choices=AwardLevel, blank=True)
    award = models.CharField("奖项", max_length=10, choices=Award)
    certificate = models.CharField("证书编号", max_length=60)
    is_team = models.BooleanField("团队证书", default=False, help_text="团队成员各有一条，证书编号相同。")
    entered_at = models.DateTimeField("录入时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "竞赛成绩"
        constraints = [
            models.UniqueConstraint(
                name="result_once_per_session_and_pass",
                fields=["session", "pass_hash"],
                condition=Q(withdrawn_at=None),
                violation_error_message="该通行证本场已有成绩。",
            ),
            models.UniqueConstraint(
                name="result_certificate_once_per_session",
                fields=["session", "certificate"],
                condition=Q(withdrawn_at=None, is_team=False),
                violation_error_message="该证书编号本场已使用。",
            ),
            models.CheckConstraint(
                name="result_has_a_certificate",
                condition=~Q(certificate=""),
                violation_error_message="成绩须有证书编号。",
            ),
            models.CheckConstraint(
                name="result_of_a_prize_has_a_level",
                condition=Q(award="entry", level="") | ~Q(award="entry") & ~Q(level=""),
                violation_error_message="奖项须写明等级，参赛不写等级。",
            ),
        ]
        indexes = [models.Index(fields=["pass_hash"], name="result_by_pass")]

    def __str__(self):
        return f"竞赛成绩 {self.pk}"

    @property
    def prize(self) -> str:
        """The award in one word, as rules of credit name it: 市级一等奖, 参赛."""
        return f"{self.get_level_display()}{self.get_award_display()}"

    @property
    def says(self) -> tuple[str, str, str, bool]:
        return (self.level, self.award, self.certificate, self.is_team)
