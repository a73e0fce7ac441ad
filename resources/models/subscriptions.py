"""Who wants to hear of what is new in the menu: by mail, and by declared interests."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts import User
from portal.encryption import unseal
from portal.regions import Region
from resources.models.kinds import Audience

MAIL = "subscription.mail"


class Subscription(models.Model):
    """A question to the menu whose new answers are sent to an address, once it has confirmed.

    The address is sealed and goes with the row: leaving deletes it, and so does never confirming.
    """

    PERSONAL = frozenset({"mail_sealed", "mail_hash"})

    class Every(models.TextChoices):
        DAY = "day", "每天（有新资源时）"
        WEEK = "week", "每周一（有新资源时）"

    uuid = models.UUIDField("唯一标识", default=uuid.uuid4, unique=True, editable=False)
    question = models.CharField(
        "问题", max_length=300, blank=True, help_text="资源菜单网址里问号后面的部分。"
    )
    every = models.CharField("频率", max_length=4, choices=Every, default=Every.WEEK)
    mail_sealed = models.BinaryField("电子邮箱（加密）", editable=False)
    mail_hash = models.BinaryField("电子邮箱（查找用）", editable=False)
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    told_until = models.DateTimeField("已告知到", help_text="此后发布的资源还没有告知。")
    sent_on = models.DateField("最近发送日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "菜单订阅"
        constraints = [
            models.UniqueConstraint(
                name="subscription_once_per_mail_and_question", fields=["mail_hash", "question"]
            ),
            models.CheckConstraint(
                name="subscription_sent_only_when_confirmed",
                condition=Q(sent_on=None) | Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"菜单订阅 {self.pk}"

    @property
    def mail(self) -> str:
        return unseal(bytes(self.mail_sealed), field=MAIL, owner=self.uuid)


class Interests(models.Model):
    """What somebody with an account says they are interested in: the only ground of recommendations."""

    PERSONAL = frozenset({"topics", "audience", "district", "age"})

    user = models.OneToOneField(User, models.CASCADE, verbose_name="用户", related_name="interests")
    topics = ArrayField(
        models.CharField("主题", max_length=30), verbose_name="感兴趣的主题", default=list, blank=True
    )
    audience = models.CharField("为谁找", max_length=20, choices=Audience, blank=True)
    district = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="所在区", related_name="+"
    )
    age = models.PositiveSmallIntegerField(
        "适合年龄（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )

    class Meta:
        verbose_name = verbose_name_plural = "我的兴趣"

    def __str__(self):
        return f"兴趣 {self.pk}"
