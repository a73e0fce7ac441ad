"""The public menu: one narrow row for each published resource."""

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Lookup

from portal.regions import Region
from resources.models.kinds import Audience, ResourceKind
from resources.models.opening import Concession
from resources.models.registry import Resource

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts after every session


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
