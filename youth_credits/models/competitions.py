"""Competitions that are recognised: only their results are credit."""

import re

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.identifiers import normal_identifier

# “第40届”, “2026年”, “2025-2026学年”, “（第三届）”: the same competition every time.
EDITION = re.compile(
    r"^(?:\(?(?:(?:19|20)\d\d(?:-\d{2,4})?(?:年度?|学年度?)?|第[\d零〇一二三四五六七八九十百]+届)\)?)+"
)


class Competition(models.Model):
    """A competition on the national white list, or on the city's own list, from a day on.

    Basis: 四部门《面向中小学生的全国性竞赛活动管理办法》(2022-03).
    """

    PERSONAL = frozenset()

    class Listing(models.TextChoices):
        NATIONAL = "national", "全国性竞赛白名单"
        CITY = "city", "市级竞赛清单"

    name = models.CharField("竞赛名称", max_length=100, help_text="不用写届次和年份。")
    aliases = ArrayField(
        models.CharField("其他名称", max_length=100),
        verbose_name="其他名称",
        default=list,
        blank=True,
        help_text="证书、活动标题中的其他写法，用顿号分开。",
    )
    listing = models.CharField("所在清单", max_length=10, choices=Listing)
    organizer = models.CharField("主办单位", max_length=200, blank=True)
    valid_from = models.DateField("有效期自")
    valid_until = models.DateField("有效期至", null=True, blank=True, help_text="含当日；不填为长期。")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "白名单竞赛"
        ordering = ["name", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="competition_once_per_name_and_day",
                fields=["name", "valid_from"],
                violation_error_message="该竞赛自此日起已在清单中，请修改原有的一条。",
            ),
            models.CheckConstraint(
                name="competition_ends_on_or_after_its_first_day",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="有效期的结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="competition_has_a_name_and_no_empty_ones",
                condition=~Q(name="") & ~Q(aliases__contains=[""]),
                violation_error_message="竞赛名称和其他名称不能为空。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def competition_key(name: str) -> str:
    """By what a name is compared: without edition and year, blanks and full-width forms."""
    text = normal_identifier(name)
    return EDITION.sub("", text) or text
