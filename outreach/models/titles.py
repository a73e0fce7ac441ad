"""The titles that organisations hold, and the kinds there are."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet
from portal.documents import IssuedPaper


class TitleKind(models.Model):
    """A title that a body may hold: base, demonstration point, enterprise hall …"""

    PERSONAL = frozenset()

    class Level(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        DISTRICT = "district", "区级"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level)
    years_valid = models.PositiveSmallIntegerField("有效期（年）")
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "称号类别"

    def __str__(self):
        return self.name


class TitleQuerySet(ScopedQuerySet):
    def provisional(self):
        """Titles that wait to be confirmed."""
        return self.filter(provisional_until__isnull=False, confirmed_on=None)

    def in_force(self, on: date):
        """Titles that stand on a day: granted, not yet over, not withdrawn."""
        return self.filter(valid_from__lte=on, valid_until__gte=on).filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=on)
        )


class Title(Scoped):
    """A title held by an organisation for a period. One organisation may hold several kinds."""

    PERSONAL = frozenset()

    class Category(models.TextChoices):
        VENUE = "venue", "科技场馆类"
        PUBLIC = "public", "公共场所类"
        RESEARCH = "research", "教育科研类"
        PRODUCTION = "production", "生产设施类"
        OTHER = "other", "其他类"

    kind = models.ForeignKey(TitleKind, models.PROTECT, verbose_name="称号", related_name="titles")
    category = models.CharField("类别", max_length=12, choices=Category)
    number = models.CharField("证书编号", max_length=40, unique=True)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("有效期至", help_text="含当日")
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdrawal_reason = models.CharField("撤销原因", max_length=300, blank=True)
    exhibition_area = models.PositiveIntegerField("展厅面积（平方米）", null=True, blank=True)
    open_days = models.PositiveSmallIntegerField("年开放天数", null=True, blank=True)
    has_free_entry = models.BooleanField("免费或优惠开放", default=False)
    provisional_until = models.DateField("暂定至", null=True, blank=True, editable=False)
    confirmed_on = models.DateField("转为正式日期", null=True, blank=True, editable=False)
    confirmation = models.CharField("转为正式的依据", max_length=300, blank=True, editable=False)
    provisional_told_at = models.DateTimeField("暂定期提醒时间", null=True, editable=False)
    source = models.CharField("资料来源", max_length=200, blank=True)
    application = models.ForeignKey(
        "outreach.Application",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="申报",
        related_name="titles",
        editable=False,
    )
    paper = models.OneToOneField(
        IssuedPaper,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="证书",
        related_name="+",
        editable=False,
    )

    objects = TitleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普称号"
        constraints = [
            models.CheckConstraint(
                name="title_ends_after_it_begins",
                condition=Q(valid_until__gt=F("valid_from")),
                violation_error_message="有效期止日必须晚于生效日期。",
            ),
            models.CheckConstraint(
                name="title_belongs_to_an_organization",
                condition=Q(organization__isnull=False),
                violation_error_message="称号必须属于一家单位。",
            ),
            models.CheckConstraint(
                name="title_withdrawn_with_a_reason",
                condition=Q(withdrawn_on=None) | ~Q(withdrawal_reason=""),
                violation_error_message="撤销称号必须写明原因。",
            ),
            models.CheckConstraint(
                name="title_provisional_within_its_period",
                condition=Q(provisional_until=None)
                | Q(provisional_until__gt=F("valid_from"), provisional_until__lte=F("valid_until")),
                violation_error_message="暂定期须在称号有效期内。",
            ),
            models.CheckConstraint(
                name="title_confirmed_in_words_after_being_provisional",
                condition=Q(confirmed_on=None, confirmation="")
                | Q(confirmed_on__isnull=False, provisional_until__isnull=False) & ~Q(confirmation=""),
                violation_error_message="暂定称号转为正式须有依据。",
            ),
            models.CheckConstraint(
                name="title_open_days_fit_a_year",
                condition=Q(open_days=None) | Q(open_days__lte=366),
                violation_error_message="年开放天数不能超过 366。",
            ),
            # No extension needed: ids as one-number ranges, both compared with &&.
            ExclusionConstraint(
                name="title_once_per_organization_kind_and_day",
                expressions=[
                    (
                        Func(F("organization"), F("organization"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("kind"), F("kind"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("valid_from"), F("valid_until"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_on=None),
                violation_error_message="该单位在此期间已有同一称号。",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.kind.name}"

    def get_desk_url(self):
        return reverse("titles_desk:held", args=[self.pk])

    @property
    def is_provisional(self) -> bool:
        """Whether it still waits to be confirmed, however long: it never becomes full by itself."""
        return self.provisional_until is not None and self.confirmed_on is None

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_until and not (
            self.withdrawn_on and self.withdrawn_on <= on
        )
