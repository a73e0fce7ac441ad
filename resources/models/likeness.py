"""Two records of one thing: what is compared, which pairs look alike, and what was merged."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts import User
from resources.models.registry import Resource


class Likeness(models.Model):
    """What of a resource is compared with others. Derived, written with every change of it."""

    PERSONAL = frozenset()

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, verbose_name="资源", related_name="likeness"
    )
    group = models.CharField("比较范围", max_length=30, help_text="有场所的类型在一起比较，其余各比各的。")
    name_key = models.CharField("名称", max_length=120)
    sound_key = models.CharField("读音", max_length=600)
    code_key = models.CharField("外部编号", max_length=40, blank=True)
    address_key = models.CharField("地址", max_length=200, blank=True)
    phone_key = models.CharField("电话", max_length=20, blank=True)
    north = models.IntegerField("纬度格", null=True)
    east = models.IntegerField("经度格", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "比对特征"
        indexes = [
            models.Index(fields=["group", "name_key"], name="likeness_by_name"),
            models.Index(fields=["group", "sound_key"], name="likeness_by_sound"),
            models.Index(fields=["code_key"], name="likeness_by_code", condition=~Q(code_key="")),
            models.Index(
                fields=["group", "address_key"], name="likeness_by_address", condition=~Q(address_key="")
            ),
            models.Index(fields=["group", "phone_key"], name="likeness_by_phone", condition=~Q(phone_key="")),
            models.Index(
                fields=["north", "east"], name="likeness_by_place", condition=Q(north__isnull=False)
            ),
        ]

    def __str__(self):
        return f"比对特征 {self.pk}"


class DuplicatePair(models.Model):
    """Two resources that may be one; that they are not is remembered."""

    PERSONAL = frozenset()

    class Reason(models.TextChoices):
        NAME = "name", "名称相同"
        SOUND = "sound", "读音相同"
        CODE = "code", "书号等编号相同"
        ADDRESS = "address", "地址相同、名称相近"
        PHONE = "phone", "电话相同、名称相近"
        NEAR = "near", "相距不到 100 米、名称相近"

    first = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源甲", related_name="+")
    second = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源乙", related_name="+")
    reasons = ArrayField(models.CharField("理由", max_length=10, choices=Reason), verbose_name="理由")
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    dismissed_at = models.DateTimeField("排除时间", null=True, blank=True)
    dismissed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="排除人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复"
        constraints = [
            models.UniqueConstraint(name="duplicate_pair_once", fields=["first", "second"]),
            models.CheckConstraint(name="duplicate_pair_is_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="duplicate_pair_dismissed_by_somebody",
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-found_at", "-id"], name="duplicate_pair_open", condition=Q(dismissed_at=None)
            )
        ]

    def __str__(self):
        return f"疑似重复 {self.pk}"

    @property
    def words(self) -> str:
        return "、".join(str(reason.label) for reason in self.Reason if reason in self.reasons)


class Merge(models.Model):
    """One record taken into another, with all it takes to understand or undo it by hand."""

    PERSONAL = frozenset()

    survivor = models.ForeignKey(Resource, models.PROTECT, verbose_name="保留", related_name="merges")
    merged = models.OneToOneField(Resource, models.PROTECT, verbose_name="并入", related_name="merge")
    chosen = models.JSONField("取自并入方的内容", default=list)
    before = models.JSONField("保留方原值", default=dict)
    moved = models.JSONField("移过来的记录", default=dict, help_text="表和字段：编号。")
    left = models.JSONField("未能移动的记录", default=dict)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="操作人", related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "合并记录"
        constraints = [
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("merged"))),
        ]

    def __str__(self):
        return f"合并 {self.pk}"
