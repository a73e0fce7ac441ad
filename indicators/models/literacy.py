"""Surveys of civic scientific literacy: who was asked, where and when, and which share has it.

Basis: 深圳市科协科普发展规划（2021—2025年）一（一）、二（三）、五（一）.
"""

from decimal import Decimal
from math import sqrt

from django.db import models
from django.db.models import Q

from portal.regions import Region

WHOLE = "总体"


class LiteracySurvey(models.Model):
    """One survey with its source. Its results are shares of those asked in places and groups."""

    PERSONAL = frozenset()

    code = models.SlugField(
        "调查代码",
        max_length=30,
        unique=True,
        help_text="小写字母、数字和连字符，如 nation-2022；导入结果时用它。",
    )
    year = models.PositiveSmallIntegerField("调查年份")
    name = models.CharField("调查名称", max_length=80)
    organiser = models.CharField("组织单位", max_length=80, blank=True)
    population = models.CharField("调查对象", max_length=100, blank=True, help_text="如：18—69岁常住居民。")
    method = models.CharField("抽样与调查方式", max_length=200, blank=True)
    source = models.CharField("出处", max_length=200, help_text="文件、公报或网页的名称和日期。")
    note = models.CharField("说明", max_length=200, blank=True)
    is_sample = models.BooleanField("示例", default=False, help_text="虚构的演示数据，不是公布数。")

    class Meta:
        verbose_name = verbose_name_plural = "科学素质调查"
        ordering = ["-year", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="literacy_survey_once_per_year_and_name",
                fields=["year", "name"],
                violation_error_message="当年已有同名的调查。",
            ),
            models.CheckConstraint(
                name="literacy_survey_in_a_year_since_1990",
                condition=Q(year__gte=1990, year__lte=2100),
                violation_error_message="年份应在 1990 至 2100 之间。",
            ),
            models.CheckConstraint(
                name="literacy_survey_says_where_from",
                condition=~Q(source="") & ~Q(name=""),
                violation_error_message="请写明调查名称和出处。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年{self.name}"


class LiteracyResult(models.Model):
    """Which share of a group in a place has scientific literacy, by one survey."""

    PERSONAL = frozenset()

    class Area(models.TextChoices):
        NATION = "nation", "全国"
        PROVINCE = "province", "省（自治区、直辖市）"
        CITY = "city", "其他城市"
        OWN = "own", "本市"
        DISTRICT = "district", "本市各区"

    class Kind(models.TextChoices):
        ALL = "all", "总体"
        SEX = "sex", "性别"
        AGE = "age", "年龄"
        EDUCATION = "education", "学历"
        RESIDENCE = "residence", "城乡"
        OCCUPATION = "occupation", "职业"
        FOCUS = "focus", "重点人群"

    survey = models.ForeignKey(LiteracySurvey, models.CASCADE, verbose_name="调查", related_name="results")
    area_kind = models.CharField("地域类别", max_length=10, choices=Area)
    area = models.CharField("地域", max_length=30, help_text="如：全国、广东省、上海市、深圳市、南山区。")
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="本市区域",
        related_name="+",
        editable=False,
    )
    group_kind = models.CharField("分组", max_length=10, choices=Kind, default=Kind.ALL)
    group = models.CharField(
        "人群", max_length=30, default=WHOLE, help_text="总体写“总体”；其他如：男、18—29岁。"
    )
    percent = models.DecimalField("具备科学素质的比例（%）", max_digits=5, decimal_places=2)
    sample_size = models.PositiveIntegerField("样本量（人）", null=True, blank=True)
    margin = models.DecimalField(
        "误差（±百分点）",
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="公布的95%置信区间半宽；没有公布不填。",
    )
    rank_note = models.CharField("排名说明", max_length=60, blank=True, help_text="如：全国城市第三。")
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "科学素质比例"
        ordering = ["-survey__year", "survey_id", "area_kind", "group_kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="literacy_result_once_per_place_and_group",
                fields=["survey", "area", "group"],
                violation_error_message="本次调查已有该地域、该人群的结果。",
            ),
            models.CheckConstraint(
                name="literacy_result_is_a_share",
                condition=Q(percent__gte=0, percent__lte=100),
                violation_error_message="比例应在 0 至 100 之间。",
            ),
            models.CheckConstraint(
                name="literacy_result_margin_is_a_share",
                condition=Q(margin=None) | Q(margin__gte=0, margin__lte=50),
                violation_error_message="误差应在 0 至 50 个百分点之间。",
            ),
            models.CheckConstraint(
                name="literacy_result_names_its_group",
                condition=Q(group_kind="all", group=WHOLE) | ~Q(group_kind="all") & ~Q(group__in=["", WHOLE]),
                violation_error_message="分组选“总体”时人群写“总体”；其他分组须写明是哪个人群。",
            ),
            models.CheckConstraint(
                name="literacy_result_of_ours_has_its_region",
                condition=Q(area_kind__in=["own", "district"], region__isnull=False)
                | ~Q(area_kind__in=["own", "district"]) & Q(region=None),
                violation_error_message="本市和各区的结果须落到区域上，其他地方不落。",
            ),
            models.CheckConstraint(
                name="literacy_result_asked_somebody",
                condition=Q(sample_size=None) | Q(sample_size__gt=0),
                violation_error_message="样本量应大于零；没有公布请留空。",
            ),
        ]

    def __str__(self):
        return f"{self.survey.year}年{self.area}{self.group}"

    @property
    def margin_reckoned(self) -> Decimal | None:
        """The half width of the 95 % interval in percentage points: as published, or of a simple random
        sample of this size; None where the size is not known.
        """
        if self.margin is not None:
            return self.margin
        if not self.sample_size:
            return None
        share = float(self.percent) / 100
        return Decimal(str(round(196 * sqrt(share * (1 - share) / self.sample_size), 2)))

    @property
    def is_margin_published(self) -> bool:
        return self.margin is not None
