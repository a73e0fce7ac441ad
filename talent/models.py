"""People who do outreach, and the hours they give. No citizen identity number is kept."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.encryption import unseal
from portal.identifiers import mask_mobile

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike


def new_code() -> str:
    """A code of a person that says nothing about them; what a sheet knows them by."""
    return get_random_string(8, LETTERS)


class PersonQuerySet(ScopedQuerySet):
    def serving(self, on: date):
        """Entered by a day and not yet gone."""
        return self.filter(entered_on__lte=on).staying(on)

    def staying(self, on: date):
        """Not gone by a day, entered by then or later."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=on))

    def fit_for_panels(self):
        """Of the categories from which members of panels are taken."""
        return self.filter(category__in=Person.FIT_FOR_PANELS)


class Person(Scoped):
    """Somebody in the city's talent pool, known by a code. The mobile is sealed; its hash finds doubles."""

    PERSONAL = frozenset({"name", "mobile_sealed", "mobile_hash", "email", "introduction", "account"})

    class Category(models.TextChoices):
        EXPERT = "expert", "科普专家"
        CHIEF_SCIENTIST = "chief_scientist", "首席科学传播专家"
        COMMITTEE = "committee", "专家指导委员会委员"
        VOLUNTEER = "volunteer", "科技志愿者"
        INFORMATION_OFFICER = "information_officer", "科普中国信息员"
        INSTRUCTOR = "instructor", "科技辅导员"
        GRADUATE = "graduate", "研究生科普实践者"
        FULL_TIME = "full_time", "科普专职人员"
        PART_TIME = "part_time", "科普兼职人员"

    class Rank(models.TextChoices):
        NONE = "none", "无"
        JUNIOR = "junior", "初级"
        MIDDLE = "middle", "中级"
        SENIOR = "senior", "高级"

    FIT_FOR_PANELS = ("expert", "chief_scientist", "committee")

    uuid = models.UUIDField("唯一标识", default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("人才编号", max_length=12, unique=True, default=new_code, editable=False)
    account = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="本人账号",
        related_name="talents",
        help_text="本人登录后可查看自己的服务时长。",
    )
    name = models.CharField("姓名", max_length=30)
    category = models.CharField("类别", max_length=20, choices=Category)
    rank = models.CharField("职称层级", max_length=10, choices=Rank, default=Rank.NONE)
    field = models.CharField("专业领域", max_length=60, blank=True, help_text="按 GB/T 13745 学科名称填写")
    languages = ArrayField(models.CharField(max_length=20), verbose_name="语言", default=list, blank=True)
    mobile_sealed = models.BinaryField("手机号（加密）", null=True, editable=False)
    mobile_hash = models.BinaryField("手机号（查找用）", null=True, editable=False)
    email = models.EmailField("电子邮箱", blank=True)
    introduction = models.TextField("简介", max_length=2000, blank=True)
    is_public = models.BooleanField("公开展示", default=False, help_text="本人同意后方可勾选。")
    entered_on = models.DateField("入库日期")
    left_on = models.DateField("退出日期", null=True, blank=True)
    leaving_reason = models.CharField("退出原因", max_length=200, blank=True)
    source = models.CharField("资料来源", max_length=200, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普人才"
        constraints = [
            models.CheckConstraint(
                name="person_leaves_after_entering",
                condition=Q(left_on=None) | Q(left_on__gte=F("entered_on")),
                violation_error_message="退出日期不能早于入库日期。",
            ),
            models.CheckConstraint(
                name="person_mobile_sealed_with_its_hash",
                condition=Q(mobile_sealed=None, mobile_hash=None)
                | Q(mobile_sealed__isnull=False, mobile_hash__isnull=False),
            ),
            models.UniqueConstraint(
                name="person_once_per_mobile_name_and_category",
                fields=["mobile_hash", "name", "category"],
                condition=Q(left_on=None),
                violation_error_message="该人员已以同一类别入库。",
            ),
        ]
        indexes = [models.Index(fields=["category", "region"], name="person_by_category_region")]

    def __str__(self):
        return f"{self.name}（{self.get_category_display()}）"

    def get_absolute_url(self):
        return reverse("admin:talent_person_change", args=[self.pk])

    def get_desk_url(self):
        return reverse("talent_desk:person", args=[self.code])

    @property
    def is_fit_for_panels(self) -> bool:
        return self.category in self.FIT_FOR_PANELS

    @property
    def mobile(self) -> str:
        """The number in clear, for the action that needs it; "" where none was given."""
        if not self.mobile_sealed:
            return ""
        return unseal(bytes(self.mobile_sealed), field="person.mobile", owner=self.uuid)

    @property
    def mobile_masked(self) -> str:
        return mask_mobile(self.mobile) if self.mobile_sealed else ""


class ServiceHours(models.Model):
    """Hours of service given: written once, corrected by an entry that takes them back."""

    PERSONAL = frozenset()

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="services")
    served_on = models.DateField("服务日期")
    minutes = models.IntegerField("时长（分钟）", help_text="冲正记录为负数")
    activity = models.CharField("服务内容", max_length=120)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="冲正的记录",
        related_name="reversal",
        editable=False,
    )
    reason = models.CharField("冲正原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="记录人", related_name="+")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "服务时长"
        constraints = [
            models.CheckConstraint(
                name="service_minutes_fit_a_day",
                condition=Q(reverses=None, minutes__gt=0, minutes__lte=720)
                | Q(reverses__isnull=False, minutes__lt=0, minutes__gte=-720),
                violation_error_message="单次服务时长应在 1 至 720 分钟之间。",
            ),
            models.CheckConstraint(
                name="service_reversed_with_a_reason",
                condition=Q(reverses=None) | ~Q(reason=""),
                violation_error_message="冲正必须写明原因。",
            ),
            models.UniqueConstraint(
                name="service_once_per_person_day_activity",
                fields=["person", "served_on", "activity"],
                condition=Q(reverses=None),
                violation_error_message="该人员当日同一服务已登记。",
            ),
        ]
        indexes = [models.Index(fields=["served_on"], name="service_by_day")]

    def __str__(self):
        return f"{self.person_id} {self.served_on} {self.minutes} 分钟"
