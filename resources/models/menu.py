"""The public menu: one narrow row for each published resource."""

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Lookup

from portal.regions import Region
from resources.models.kinds import Accessibility, Audience, ResourceKind
from resources.models.needs import WEEKDAYS
from resources.models.opening import Concession
from resources.models.registry import Resource

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts after every session


class AgeBand(models.TextChoices):
    """Ages that people look for: the first and the last year. What says no ages stands in none of them."""

    NURSERY = "0-5", "6 岁以下"
    PRIMARY = "6-11", "6–11 岁"
    JUNIOR = "12-14", "12–14 岁"
    SENIOR = "15-17", "15–17 岁"

    @property
    def years(self) -> tuple[int, int]:
        first, last = self.value.split("-")
        return int(first), int(last)


# Filters of which a resource may have several values at once: their column, and the labels by code, each
# code with the bit of its place.
BIT_FILTERS: dict[str, tuple[str, dict[str, str]]] = {
    "age": ("age_bits", dict(AgeBand.choices)),
    "weekday": ("weekday_bits", {str(number): label for number, label in WEEKDAYS}),
    "booking": (
        "booking_bits",
        {code: label for code, label in Resource.Booking.choices if code != Resource.Booking.UNKNOWN},
    ),
    "accessible": ("access_bits", dict(Accessibility.choices)),
}


class TimesField(models.Field):
    """Stretches of time, as a PostgreSQL multirange."""

    def db_type(self, connection):
        return "tstzmultirange"


@TimesField.register_lookup
class OpenAt(Lookup):
    """Open at a moment."""

    lookup_name = "open_at"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} @> %s::timestamptz", [*params, self.rhs]


@TimesField.register_lookup
class OpenWithin(Lookup):
    """Open for a while between two moments."""

    lookup_name = "open_within"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} && tstzrange(%s, %s)", [*params, *self.rhs]


class MenuEntry(models.Model):
    """One row of the public menu: what a list of 100,000 is filtered, counted and sorted by, in one pass.

    Derived from the resource in the transaction of its change (`actions.refresh`); published ones only.
    """

    PERSONAL = frozenset()

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, verbose_name="资源", related_name="menu_entry"
    )
    # The first version of the kind stands for all of them.
    kind = models.ForeignKey(ResourceKind, models.PROTECT, verbose_name="类型", related_name="+")
    district = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name="区", related_name="+")
    audience_bits = models.SmallIntegerField("人群", help_text="按人群次序的二进制位。")
    topic_ids = ArrayField(models.IntegerField("主题编号"), verbose_name="主题", default=list)
    is_free = models.BooleanField("免费")
    free_bits = models.SmallIntegerField("免费人群", default=0, help_text="按优惠人群次序的二进制位。")
    age_bits = models.SmallIntegerField("年龄段", db_default=0, help_text="按年龄段次序的二进制位。")
    weekday_bits = models.SmallIntegerField("每周开放", db_default=0, help_text="按星期次序的二进制位。")
    booking_bits = models.SmallIntegerField("预约方式", db_default=0, help_text="按预约方式次序的二进制位。")
    access_bits = models.SmallIntegerField("无障碍", db_default=0, help_text="按设施次序的二进制位。")
    # Of the fifteen days from the last refreshing on; every night it moves on.
    open_times = TimesField("开放时段", default="{}")
    soonest = models.DateTimeField("最近一场", default=NEVER)
    published_at = models.DateTimeField("发布时间")
    title_key = models.CharField("名称拼音", max_length=400)

    class Meta:
        verbose_name = verbose_name_plural = "菜单条目"
        indexes = [
            models.Index(fields=["soonest", "-published_at", "resource"], name="menu_soonest_first"),
            models.Index(fields=["-published_at", "resource"], name="menu_newest_first"),
            models.Index(fields=["title_key", "resource"], name="menu_by_name"),
        ]

    def __str__(self):
        return f"菜单条目 {self.pk}"


def group_bit(code: str) -> int:
    """The bit of a group in `free_bits`."""
    return 1 << Concession.Group.values.index(code)


def audience_bit(code: str) -> int:
    return 1 << Audience.values.index(code)


def filter_bit(name: str, code: str) -> int:
    """The bit of a value of one of BIT_FILTERS."""
    return 1 << list(BIT_FILTERS[name][1]).index(code)
