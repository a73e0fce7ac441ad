"""Needs: what schools, communities, firms and anybody else ask for, and the programmes they ask under."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.encryption import sign, unseal
from portal.identifiers import mask_mobile, mask_name
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.kinds import Audience, Dimension, Topic
from resources.models.registry import Resource, labels_of

LINK = "need"  # what the asker's signed link is signed for
NAME, MOBILE, MAIL = "need.contact", "need.mobile", "need.mail"
MOST_HEADS = 100_000


class Programme(models.Model):
    """A named programme that needs stand under, so that they count by themselves: 科学家精神进校园 …"""

    PERSONAL = frozenset()

    code = models.CharField(
        "代码",
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", "请用小写字母。")],
    )
    name = models.CharField("项目名称", max_length=30, unique=True)
    summary = models.CharField("说明", max_length=200, blank=True)
    dimension = models.CharField(
        "对应的科普内容", max_length=20, choices=Dimension, blank=True, help_text="匹配资源时优先这类内容。"
    )
    basis = models.CharField("依据", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "进校园进社区项目"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name


class DayPart(models.TextChoices):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    EVENING = "evening", "晚上"


WEEKDAYS = [(number, f"周{word}") for number, word in enumerate("一二三四五六日", 1)]


class NeedQuerySet(ScopedQuerySet):
    def live(self):
        """Neither answered, taken back nor over."""
        return self.filter(status__in=LIVE)

    def counted(self):
        """What counts as asked for: everything but what the district turned down or the asker took back."""
        return self.exclude(status__in=[Need.Status.REFUSED, Need.Status.WITHDRAWN])


class Need(Scoped):
    """What somebody asks the city for: what, for whom, where, when, for how many.

    Who asks is sealed, and erased some months after the need has ended. The organisation of `Scoped` is the
    asker's own where they are signed in for one.
    """

    PERSONAL = frozenset(
        {"details", "address", "contact_sealed", "mobile_sealed", "mobile_hash", "mail_sealed"}
    )

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "待受理"
        OPEN = "waiting", "待对接"
        MATCHED = "accepted", "已对接"
        DONE = "done", "已完成"
        REFUSED = "refused", "不予受理"
        WITHDRAWN = "withdrawn", "已撤回"
        EXPIRED = "expired", "已过期"

    class Asker(models.TextChoices):
        SCHOOL = "school", "学校"
        COMMUNITY = "community", "社区"
        FIRM = "firm", "企业"
        OFFICE = "office", "机关事业单位"
        PERSON = "person", "个人、家庭或团体"

    class Repeats(models.TextChoices):
        ONCE = "once", "一次"
        WEEKLY = "weekly", "每周"
        MONTHLY = "monthly", "每月"
        TERMLY = "termly", "每学期"

    uuid = models.UUIDField("唯一标识", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("想要什么", max_length=60, help_text="如：给四年级讲一次海洋科学。")
    details = models.TextField(
        "具体说明", max_length=1000, blank=True, help_text="只给主管部门和接单单位看，不公开。"
    )
    topics = models.ManyToManyField(Topic, verbose_name="主题", related_name="needs", blank=True)
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, verbose_name="所属项目", related_name="needs"
    )
    audience = models.CharField("给谁", max_length=20, choices=Audience)
    ages_from = models.PositiveSmallIntegerField(
        "年龄自（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    ages_to = models.PositiveSmallIntegerField(
        "年龄至（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    head_count = models.PositiveIntegerField(
        "人数", validators=[MinValueValidator(1), MaxValueValidator(MOST_HEADS)]
    )
    address = models.CharField(
        "地点", max_length=120, blank=True, help_text="如学校或社区的地址；上门服务时需要，不公开。"
    )
    starts_on = models.DateField("最早哪天")
    ends_on = models.DateField("最晚哪天")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField("星期", choices=WEEKDAYS),
        verbose_name="星期几合适",
        default=list,
        blank=True,
    )
    day_part = models.CharField("什么时段", max_length=10, choices=DayPart, blank=True)
    repeats = models.CharField("多久一次", max_length=10, choices=Repeats, default=Repeats.ONCE)
    asker = models.CharField("提出方", max_length=10, choices=Asker)
    asker_name = models.CharField(
        "单位名称", max_length=60, blank=True, help_text="学校、社区、企业或单位的全称；个人不用填。"
    )
    contact_sealed = models.BinaryField("联系人（加密）", null=True, editable=False)
    mobile_sealed = models.BinaryField("手机号（加密）", null=True, editable=False)
    mobile_hash = models.BinaryField("手机号（查找用）", null=True, editable=False)
    mail_sealed = models.BinaryField("电子邮箱（加密）", null=True, editable=False)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.SUBMITTED, editable=False)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True, editable=False)
    erased_at = models.DateTimeField("个人信息删除时间", null=True, blank=True, editable=False)
    note = models.CharField("办理说明", max_length=300, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普需求"
        indexes = [
            models.Index(fields=["status", "-id"], name="need_by_status"),
            models.Index(fields=["created_at"], name="need_by_time"),
            models.Index(fields=["ended_at"], name="need_to_erase", condition=Q(erased_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="need_says_what", condition=~Q(title=""), violation_error_message="请填写想要什么。"
            ),
            models.CheckConstraint(
                name="need_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="最晚的日期不能早于最早的日期。",
            ),
            models.CheckConstraint(
                name="need_ages_in_order",
                condition=Q(ages_from=None) | Q(ages_to=None) | Q(ages_to__gte=F("ages_from")),
                violation_error_message="年龄上限不能小于下限。",
            ),
            models.CheckConstraint(
                name="need_is_for_somebody",
                condition=Q(head_count__range=(1, MOST_HEADS)),
                violation_error_message="人数应在 1 至 10 万之间。",
            ),
            models.CheckConstraint(
                name="need_weekdays_of_seven",
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                violation_error_message="星期应为周一至周日。",
            ),
            models.CheckConstraint(
                name="need_ended_has_its_time",
                condition=~Q(status__in=["done", "refused", "withdrawn", "expired"])
                | Q(ended_at__isnull=False),
                violation_error_message="已结束的需求必须有结束时间。",
            ),
            models.CheckConstraint(
                name="need_erased_keeps_nobody",
                condition=Q(erased_at=None)
                | Q(
                    contact_sealed=None,
                    mobile_sealed=None,
                    mobile_hash=None,
                    mail_sealed=None,
                    details="",
                    address="",
                ),
                violation_error_message="已删除个人信息的需求不能再留联系方式。",
            ),
        ]

    def __str__(self):
        return f"需求 {self.pk}"

    def get_absolute_url(self):
        return reverse("needs:follow", args=[self.token])

    def get_desk_url(self):
        return reverse("needs_desk:detail", args=[self.pk])

    @property
    def token(self) -> str:
        """Who has it follows, changes and takes back this need."""
        return sign(str(self.uuid), purpose=LINK)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def ages(self) -> str:
        return Resource(ages_from=self.ages_from, ages_to=self.ages_to).ages

    @property
    def days(self) -> str:
        """2026年12月1日 至 2026年12月20日 周三、周五 下午."""
        first, last = (f"{day.year}年{day.month}月{day.day}日" for day in (self.starts_on, self.ends_on))
        weekdays = "、".join(label for number, label in WEEKDAYS if number in self.weekdays)
        span = first if first == last else f"{first} 至 {last}"
        return " ".join(part for part in (span, weekdays, self.get_day_part_display()) if part)

    def get_weekdays_display(self) -> str:
        return "、".join(label for number, label in WEEKDAYS if number in self.weekdays)

    @property
    def audience_words(self) -> str:
        return "，".join(part for part in (labels_of(Audience, [self.audience]), self.ages) if part)

    def _open(self, sealed, field: str) -> str:
        return unseal(bytes(sealed), field=field, owner=self.uuid) if sealed else ""

    @property
    def contact(self) -> str:
        return self._open(self.contact_sealed, NAME)

    @property
    def contact_masked(self) -> str:
        return mask_name(self.contact) if self.contact_sealed else ""

    @property
    def mobile(self) -> str:
        return self._open(self.mobile_sealed, MOBILE)

    @property
    def mobile_masked(self) -> str:
        return mask_mobile(self.mobile) if self.mobile_sealed else ""

    @property
    def mail(self) -> str:
        return self._open(self.mail_sealed, MAIL)


LIVE = frozenset({Need.Status.SUBMITTED, Need.Status.OPEN, Need.Status.MATCHED})
_WAITING = frozenset({Need.Status.SUBMITTED, Need.Status.OPEN})

NEED_STEPS = Workflow(
    admit=Step(
        label="受理",
        sources=frozenset({Need.Status.SUBMITTED}),
        target=Need.Status.OPEN,
        needs=Perm.NEED_HANDLE,
        stamp="accepted_at",
    ),
    turn_down=Step(
        label="不予受理",
        sources=_WAITING,
        target=Need.Status.REFUSED,
        needs=Perm.NEED_HANDLE,
        stamp="ended_at",
        wants_note=True,
    ),
    take_back=Step(
        label="撤回需求",
        sources=LIVE,
        target=Need.Status.WITHDRAWN,
        stamp="ended_at",
        needs=Perm.NEED_HANDLE,
        by_link=True,
    ),
    match=Step(
        label="对接成功",
        sources=_WAITING,
        target=Need.Status.MATCHED,
        needs=Perm.NEED_HANDLE,
        by_clock=True,
    ),
    unmatch=Step(
        label="恢复待对接",
        sources=frozenset({Need.Status.MATCHED}),
        target=Need.Status.OPEN,
        needs=Perm.NEED_HANDLE,
        by_clock=True,
    ),
    finish=Step(
        label="完成",
        sources=LIVE,
        target=Need.Status.DONE,
        needs=Perm.NEED_HANDLE,
        stamp="ended_at",
        by_clock=True,
    ),
    expire=Step(
        label="到期未对接",
        sources=_WAITING,
        target=Need.Status.EXPIRED,
        needs=Perm.NEED_HANDLE,
        stamp="ended_at",
        by_clock=True,
    ),
)
