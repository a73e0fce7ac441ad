"""The public menu: one narrow row for each published resource."""

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Lookup

from portal.regions import Region
from resources.models.kinds import Audience, ResourceKind
from resources.models.registry import Resource

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts after every session


class WeekMinutesField(models.Field):
    """The minutes of a week (Monday 0:00 is 0) in which something is open, as a PostgreSQL multirange."""

    def db_type(self, connection):
        return "int4multirange"


@WeekMinutesField.register_lookup
class OpenAt(Lookup):
    """Open at one minute of the week."""

    lookup_name = "open_at"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} @> %s::int4", [*params, self.rhs]


@WeekMinutesField.register_lookup
class OpenWithin(Lookup):
    """Open for a while between two minutes of the week."""

    lookup_name = "open_within"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} && int4range(%s, %s)", [*params, *self.rhs]


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
    open_minutes = WeekMinutesField("每周开放")
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


def audience_bit(code: str) -> int:
    return 1 << Audience.values.index(code)
